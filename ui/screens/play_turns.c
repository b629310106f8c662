/* What a prompt has besides the two parts that one edits here: the turns between them, its tools, the form of its answer. All of it, as the focused
 * column sends it, is a view in the columns' place. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

static const char *const roles[] = { [ROLE_SYSTEM] = "SYSTEM", [ROLE_USER] = "USER", [ROLE_ASSISTANT] = "ASSISTANT", [ROLE_TOOL] = "TOOL" };

/* -- in the pane of the prompt -------------------------------------------------------------------------------------------------------- */

int play_turns_height(const struct play_screen *s, struct rect area)
{
	int n = s->play->all.prompt != NULL ? (int)s->play->all.prompt->n_between : 0;
	int most = area.h >= 50 ? 6 : area.h >= 30 ? 3 : 1;

	return n < most ? n : most;
}

static void draw_turn(struct cells *cells, struct rect r, int y, const struct message *m, size_t n_more)
{
	const char *text = m->text[0] == '\0' && m->calls_json != NULL ? m->calls_json : m->text;
	size_t len = strlen(text), most = 4 * (size_t)r.w;
	char *line = clean_line(text, len < most ? len : most, (size_t)r.w);
	int x = r.x + 1 + cells_put(cells, r.x + 1, y, ST_DIM, roles[m->role]) + 1, end = r.x + r.w - 1;

	x = x < r.x + 8 ? r.x + 8 : x;
	if (n_more > 0) {
		char *more = x_asprintf(" (+%zu turn%s)", n_more, n_more == 1 ? "" : "s");

		end = cells_right(cells, end, y, ST_DIM, more);
		free(more);
	}
	(void)cells_fit(cells, x, y, end - x, ST_TEXT, line);
	free(line);
}

void play_turns_draw(const struct play_screen *s, struct cells *cells)
{
	const struct play_prompt *p = s->play->all.prompt;
	struct rect r = s->turns_area;

	for (int i = 0; i < r.h; i++) {
		size_t n_more = i + 1 == r.h ? p->n_between - (size_t)r.h : 0;

		draw_turn(cells, r, r.y + i, &p->filled.messages[p->between + (size_t)i], n_more);
	}
}

void play_with_text(const struct play_prompt *prompt, struct buf *out)
{
	if (prompt != NULL && prompt->n_tools > 0) {
		(void)buf_addf(out, "%zu tool%s: %s", prompt->n_tools, prompt->n_tools == 1 ? "" : "s", prompt->tools);
	}
	if (prompt != NULL && prompt->filled.schema_json != NULL) {
		(void)buf_addf(out, "%sanswer by a JSON schema", out->len > 0 ? " \u00b7 " : "");
	}
}

/* -- the whole request ---------------------------------------------------------------------------------------------------------------- */

static void add_clean(struct styled_text *t, const char *text)
{
	char *clean = clean_text(text, strlen(text));

	styled_add(t, ST_TEXT, clean, strlen(clean));
	styled_addf(t, ST_TEXT, "\n\n");
	free(clean);
}

static void add_json(struct styled_text *t, const char *title, const char *json)
{
	struct pretty p = { 0 };
	struct buf text = { 0 };

	if (json == NULL) {
		return;
	}
	pretty_feed(&p, json, strlen(json), &text);
	styled_addf(t, ST_BOLD, "%s\n", title);
	add_clean(t, buf_str(&text));
	buf_free(&text);
}

/* "TOOL look_up, call_1" */
static void add_role(struct styled_text *t, const struct message *m)
{
	const char *const words[] = { m->tool, m->call_id };

	styled_addf(t, ST_BOLD, "%s", roles[m->role]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *clean = words[i] != NULL ? clean_line(words[i], strlen(words[i]), 60) : NULL;

		styled_addf(t, ST_DIM, "%s%s", clean != NULL ? i > 0 && words[0] != NULL ? ", " : " " : "", clean != NULL ? clean : "");
		free(clean);
	}
	styled_addf(t, ST_TEXT, "\n");
}

static void params_of(const struct play_screen *s, const struct play_column *c, struct buf *out)
{
	struct chat_params params;

	play_column_params(s->play, c, &params);
	play_params_text(&params, "  ", out);
	chat_params_free(&params);
}

static void add_params(const struct play_screen *s, struct styled_text *t, const struct play_column *c)
{
	const struct buf *text = &s->request_params;
	struct buf unsent = { 0 };

	play_unsent(s->play, c, &unsent);
	styled_addf(t, ST_BOLD, "PARAMETERS\n");
	styled_addf(t, text->len > 0 ? ST_TEXT : ST_DIM, "%s\n", text->len > 0 ? text->s : "the provider's own defaults");
	if (unsent.len > 0) {
		char *names = clean_line(unsent.s, unsent.len, 0);

		styled_addf(t, ST_WARN, "not sent, for sonde does not know it: %s\n", names);
		free(names);
	}
	buf_free(&unsent);
}

static void make_request(struct play_screen *s, const struct play_column *c)
{
	const struct play_prompt *prompt = play_prompt_of(s->play, c);
	size_t n;
	struct message *messages = play_messages(s->play, c, &n);

	styled_free(s->request);
	s->request = styled_new();
	for (size_t i = 0; i < n; i++) {
		const struct message *m = &messages[i];

		add_role(s->request, m);
		if (m->text[0] != '\0' || m->calls_json == NULL) {
			add_clean(s->request, m->text);
		}
		add_json(s->request, "calls", m->calls_json);
	}
	if (prompt != NULL) {
		add_json(s->request, "TOOLS", prompt->filled.tools_json);
		add_json(s->request, "ANSWER BY THIS SCHEMA", prompt->filled.schema_json);
	}
	add_params(s, s->request, c);
	free(messages);
}

void play_request_layout(struct play_screen *s)
{
	const struct play_column *c = s->play->columns[s->column];
	const struct play_prompt *prompt = play_prompt_of(s->play, c);
	int room = s->columns.h - 1;
	struct buf params = { 0 };

	params_of(s, c, &params);
	if (s->request == NULL || s->request_column != c || s->request_prompt != prompt || s->request_text != s->seen_text ||
	    strcmp(buf_str(&s->request_params), buf_str(&params)) != 0) {
		buf_clear(&s->request_params);
		(void)buf_add(&s->request_params, buf_str(&params), params.len);
		make_request(s, c);
		s->request_column = c;
		s->request_prompt = prompt;
		s->request_text = s->seen_text;
	}
	buf_free(&params);
	int n = (int)styled_layout(s->request, s->columns.w - 2);

	s->request_scroll.rows = room;
	list_set_n(&s->request_scroll, n > room ? n - room + 1 : 1);
}

void play_request_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	struct rect r = s->columns;
	char label[PLAY_LABEL_SIZE];
	char *title = x_asprintf("Request \u203a %zu %s", s->column + 1, play_next_label(s, s->play->columns[s->column], label));

	(void)env;
	play_view_rule(cells, r, title, &s->request_scroll, "F5 sends it \u00b7 Esc closes");
	free(title);
	styled_draw(s->request, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, (size_t)s->request_scroll.selected);
}
