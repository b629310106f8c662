/* The draft: the text being written, what of it is a role or a tag, and names that fit into a tag. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/screens/prompts_state.h"

#define TAG_REACH 512 /* bytes before a line in which a tag that goes on in it may have begun */

/* -- what is what --------------------------------------------------------------------------------------------------------------------- */

static const struct tag {
	const char *open, *close;
	enum style st;
} tags[] = {
	{ "{{", "}}", ST_LIVE }, { "{%", "%}", ST_WARN }, { "{#", "#}", ST_DIM },
};

/* NULL: none begins there. */
static const struct tag *tag_at(const char *text, size_t at, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(tags) && at + 1 < len; i++) {
		if (text[at] == tags[i].open[0] && text[at + 1] == tags[i].open[1]) {
			return &tags[i];
		}
	}
	return NULL;
}

/* Where a tag that begins at `at` ends. 0: it does not before another begins; SIZE_MAX: not in reach. */
static size_t tag_end(const struct tag *tag, const char *text, size_t at, size_t len)
{
	size_t to = len - at < TAG_REACH ? len : at + TAG_REACH;
	bool is_comment = tag->open[1] == '#';
	char quote = '\0';

	for (size_t i = at + 2; i + 1 < to; i++) {
		if (quote != '\0') {
			i += text[i] == '\\';
			quote = text[i] == quote ? '\0' : quote;
		} else if (text[i] == tag->close[0] && text[i + 1] == tag->close[1]) {
			return i + 2;
		} else if (!is_comment && tag_at(text, i, to) != NULL) {
			return 0;
		} else if (!is_comment && (text[i] == '"' || text[i] == '\'')) {
			quote = text[i];
		}
	}
	return to == len ? 0 : SIZE_MAX;
}

/* What stands next in a line of JSON, or of prose with JSON in it. */
struct json {
	bool wants_value; /* behind a name and its colon, or in an array */
	bool is_array;
};

/* Behind the quote that ends a string; 0: it does not end before `to`. */
static size_t string_end(const char *text, size_t at, size_t to)
{
	size_t end = at + 1;

	while (end < to && text[end] != '"') {
		end += text[end] == '\\' && end + 1 < to ? 2 : 1;
	}
	return end < to ? end + 1 : 0;
}

static size_t word_end(const char *text, size_t at, size_t to)
{
	while (at < to && (isalnum((unsigned char)text[at]) || strchr("+-.", text[at]) != NULL)) {
		at++;
	}
	return at;
}

static bool is_scalar(const char *word, size_t len)
{
	static const char *const literals[] = { "true", "false", "null" };

	for (size_t i = 0; i < COUNT_OF(literals); i++) {
		if (strlen(literals[i]) == len && memcmp(word, literals[i], len) == 0) {
			return true;
		}
	}
	return isdigit((unsigned char)word[*word == '-' && len > 1]) && strspn(word, "0123456789+-.eE") >= len;
}

/* The name of a member ("team":) or a value, and its style; returns its end. 0: neither begins there. */
static size_t json_end(struct json *j, const char *text, size_t at, size_t to, enum style *st)
{
	bool wanted = j->wants_value;

	if (text[at] == '"') {
		size_t end = string_end(text, at, to), next = end;

		while (next < to && text[next] == ' ') {
			next++;
		}
		bool is_name = end > 0 && next < to && text[next] == ':';

		*j = is_name ? (struct json){ .wants_value = true } : (struct json){ .is_array = j->is_array };
		*st = is_name ? ST_KEY : ST_STRING;
		return is_name || wanted ? end : 0;
	}
	size_t end = word_end(text, at, to);

	if (end > at) {
		j->wants_value = false;
		*st = ST_NUMBER;
		return wanted && is_scalar(text + at, end - at) ? end : 0;
	}
	j->is_array = text[at] == '[' ? wanted : j->is_array && text[at] != ']';
	j->wants_value = text[at] == ',' ? j->is_array : wanted && strchr(" :[", text[at]) != NULL;
	return 0;
}

/* One that is being typed, in the line of the cursor, will be closed yet. */
static bool is_written(const struct prompts_screen *s, const char *text, size_t at)
{
	size_t cursor = editor_cursor(s->text);

	return s->is_editing && cursor > at && memchr(text + at, '\n', cursor - at) == NULL;
}

/* Spans of from..to out of what is found in the whole line, as long as that is in reach: it may be wrapped. */
static size_t styles(void *ctx, const char *text, size_t len, size_t from, size_t to, struct editor_span *spans, size_t most)
{
	if (len == 0) {
		return 0; /* text may be NULL */
	}
	bool is_whole = (from == 0 || text[from - 1] == '\n') && (to == len || text[to] == '\n');
	size_t n = 0, at = from > TAG_REACH ? from - TAG_REACH : 0;
	const struct prompts_screen *s = ctx;

	if (is_whole && prompts_is_role(text + from, to - from)) {
		spans[0] = (struct editor_span){ from, to - from, ST_TITLE };
		return 1;
	}
	const char *before = memrchr(text + at, '\n', from - at), *behind = memchr(text + to, '\n', len - to < TAG_REACH ? len - to : TAG_REACH);
	size_t line = before != NULL ? (size_t)(before - text) + 1 : at;
	size_t line_end = behind != NULL ? (size_t)(behind - text) : len - to < TAG_REACH ? len : to + TAG_REACH;
	size_t string_to = 0; /* of a value: tags in it have their own look */
	struct json json = { .wants_value = false };

	while (at < to && n < most) {
		size_t end = at + 1;
		enum style st = ST_TEXT;

		const struct tag *tag = tag_at(text, at, len);
		size_t tag_to = tag != NULL ? tag_end(tag, text, at, len) : SIZE_MAX;

		if (tag_to != SIZE_MAX) {
			st = tag_to > 0 ? tag->st : is_written(s, text, at) ? ST_TEXT : ST_BAD; /* never closed */
			end = tag_to > 0 ? tag_to : at + 2;
			json.wants_value = false;
		} else if (at < string_to) {
			st = ST_STRING;
		} else if (at >= line) {
			size_t found = json_end(&json, text, at, line_end, &st);

			string_to = found > 0 && st == ST_STRING ? found : string_to;
			end = found == 0 || st == ST_STRING ? end : found;
			st = found > 0 ? st : ST_TEXT;
		}
		while (st == ST_STRING && end < string_to && tag_at(text, end, len) == NULL) {
			end++;
		}
		if (st != ST_TEXT && end > from) {
			spans[n++] = (struct editor_span){ at > from ? at : from, (end < to ? end : to) - (at > from ? at : from), st };
		}
		at = end;
	}
	return n;
}

/* -- names in tags -------------------------------------------------------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Where the tag begins in which the cursor is, behind its two signs; 0: it is in none. */
static size_t open_tag(const char *text, size_t cursor)
{
	for (size_t at = cursor; at >= 2 && cursor - at < TAG_REACH; at--) {
		const char *two = text + at - 2;

		if (memcmp(two, "}}", 2) == 0 || memcmp(two, "%}", 2) == 0) {
			return 0;
		}
		if (memcmp(two, "{{", 2) == 0 || memcmp(two, "{%", 2) == 0) {
			return at;
		}
	}
	return 0;
}

/* The quote of a string that is open at the end of the stretch; NULL: none is. */
static const char *open_quote(const char *text, size_t len)
{
	const char *quote = NULL;

	for (const char *p = text; p < text + len; p++) {
		if (quote != NULL ? *p == *quote : *p == '"' || *p == '\'') {
			quote = quote != NULL ? NULL : p;
		}
	}
	return quote;
}

/* What could be proposed at the cursor, and where what is typed of it begins. closing: what goes behind it when it is taken. */
enum proposed { PROPOSE_NOTHING, PROPOSE_VARS, PROPOSE_PROMPTS };

static enum proposed proposed_at(const struct prompts_screen *s, size_t *from, const char **closing)
{
	size_t cursor = editor_cursor(s->text), at = cursor;
	const char *text = editor_text(s->text, NULL);
	size_t open = open_tag(text, cursor);

	if (open == 0) {
		return PROPOSE_NOTHING;
	}
	bool is_statement = text[open - 1] == '%';
	const char *inside = text + open + strspn(text + open, " -+"), *quote = open_quote(text + open, cursor - open);

	if (quote != NULL) {
		*from = (size_t)(quote - text) + 1;
		*closing = *quote == '"' ? "\" %}" : "' %}";
		return is_statement && strncmp(inside, "include", strlen("include")) == 0 ? PROPOSE_PROMPTS : PROPOSE_NOTHING;
	}
	while (at > open && is_name_byte(text[at - 1])) {
		at--;
	}
	*from = at;
	bool is_first = inside >= text + at; /* a keyword, in a statement */
	*closing = is_first ? "}}" : "";
	return (is_statement ? is_first || at == cursor : !is_first && at == cursor) ? PROPOSE_NOTHING : PROPOSE_VARS;
}

static void propose(struct prompts_screen *s, const char *name, const char *typed, size_t len)
{
	bool fits = s->n_proposals < MOST_PROPOSALS && strncmp(name, typed, len) == 0 && strlen(name) > len;

	for (size_t i = 0; i < s->n_proposals && fits; i++) {
		fits = strcmp(s->proposals[i], name) != 0;
	}
	if (fits) {
		s->proposals[s->n_proposals++] = x_strdup(name);
	}
}

static void propose_values(struct prompts_screen *s, const json_t *values, const char *before, const char *typed, size_t len)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)values, key, value) {
		char *name = x_asprintf("%s%s", before, key), *inside = x_asprintf("%s.", name);

		propose(s, name, typed, len);
		if (json_is_object(value) && before[0] == '\0') {
			propose_values(s, value, inside, typed, len);
		}
		free(name);
		free(inside);
	}
}

static void propose_vars(struct prompts_screen *s, const char *typed, size_t len)
{
	const struct facts *f = s->p->facts;

	propose_values(s, json_object_get(s->p->base_bundle.json, "vars"), "", typed, len);
	json_t *values = prompts_values(s->p);

	propose_values(s, values, "", typed, len);
	json_decref(values);
	for (size_t i = 0; f != NULL && i < f->n_vars; i++) {
		propose(s, f->vars[i].path, typed, len);
	}
}

/* Names of other prompts; behind an @, with their labels. */
static void propose_prompts(struct prompts_screen *s, const char *typed, size_t len)
{
	bool has_label = memchr(typed, '@', len) != NULL;

	for (size_t i = 0; i < s->p->n_rows; i++) {
		const struct prompt_row *row = &s->p->rows[i];
		bool is_usable = row->n_versions > 0 && strcmp(row->name, s->p->name) != 0;

		if (is_usable && !has_label) {
			propose(s, row->name, typed, len);
		}
		for (const char *label = row->labels; is_usable && has_label && *label != '\0';) { /* "production v3, staging v4:90,v5:10" */
			const char *next = strstr(label, ", ");
			char *name = x_asprintf("%s@%.*s", row->name, (int)strcspn(label, " "), label);

			propose(s, name, typed, len);
			free(name);
			label = next != NULL ? next + 2 : "";
		}
	}
}

static void find_proposals(struct prompts_screen *s)
{
	size_t from = 0, cursor = editor_cursor(s->text);
	const char *closing;

	for (size_t i = 0; i < s->n_proposals; i++) {
		free(s->proposals[i]);
	}
	s->n_proposals = 0;
	enum proposed what = s->is_editing ? proposed_at(s, &from, &closing) : PROPOSE_NOTHING;
	const char *typed = editor_text(s->text, NULL) + from;

	s->proposal_from = from;
	if (what == PROPOSE_VARS) {
		propose_vars(s, typed, cursor - from);
	} else if (what == PROPOSE_PROMPTS) {
		propose_prompts(s, typed, cursor - from);
	}
	s->proposal = s->proposal < s->n_proposals ? s->proposal : 0;
}

bool prompts_take_proposal(struct prompts_screen *s)
{
	if (!s->is_editing || s->n_proposals == 0) {
		return false;
	}
	size_t from, len, cursor = editor_cursor(s->text);
	const char *text = editor_text(s->text, &len), *name = s->proposals[s->proposal], *closing = "";
	bool is_closed = cursor < len && strchr("} \"'", text[cursor]) != NULL;

	(void)proposed_at(s, &from, &closing);
	char *with = x_asprintf("%s%s", name, is_closed ? "" : closing);

	(void)editor_replace(s->text, s->proposal_from, cursor, with, strlen(with));
	free(with);
	return true;
}

static void draw_proposals(const struct prompts_screen *s, struct cells *cells, struct rect r)
{
	int x, y, w = 0, n = (int)s->n_proposals;

	editor_cursor_cell(s->text, &x, &y);
	for (int i = 0; i < n; i++) {
		int cells_of = cells_width(s->proposals[i], strlen(s->proposals[i]));

		w = cells_of > w ? cells_of : w;
	}
	w += 4;
	x = x + w > r.x + r.w ? r.x + r.w - w : x;
	y = y + 1 + n > r.y + r.h ? y - n : y + 1;
	for (int i = 0; i < n; i++) {
		bool is_on = i == (int)s->proposal;
		char *name = clean_line(s->proposals[i], strlen(s->proposals[i]), 40);

		cells_fill(cells, (struct rect){ x, y + i, w, 1 }, is_on ? ST_SEL : ST_BOX, ' ');
		(void)cells_fit(cells, x, y + i, 1, is_on ? ST_SEL : ST_BOX, is_on ? "\u25b8" : "\u2502");
		(void)cells_fit(cells, x + 2, y + i, w - 3, is_on ? ST_SEL : ST_BOX, name);
		free(name);
	}
}

/* -- the pane ------------------------------------------------------------------------------------------------------------------------- */

/* What the model has instead: of the same prompt a step that undo takes back. */
static void take_text(struct prompts_screen *s)
{
	const struct prompts *p = s->p;
	bool is_same = s->shown_name != NULL && p->name != NULL && strcmp(s->shown_name, p->name) == 0;
	size_t len;

	(void)editor_text(s->text, &len);
	if (is_same && len > 0 && p->n_ahead == 0) {
		(void)editor_replace(s->text, 0, len, buf_str(&p->text), p->text.len);
	} else {
		editor_set(s->text, buf_str(&p->text), p->text.len);
	}
	editor_set_cursor(s->text, p->n_ahead); /* shown from its start */
	s->focus = is_same ? s->focus : PANE_EDITOR;
	free(s->shown_name);
	s->shown_name = p->name != NULL ? x_strdup(p->name) : NULL;
	s->seen_opened = p->opened;
	s->seen_text = editor_version(s->text);
}

void prompts_keep_text(struct prompts_screen *s)
{
	size_t len;

	if (s->seen_opened != s->p->opened) {
		take_text(s);
	}
	if (editor_version(s->text) != s->seen_text && s->shown_name != NULL && s->p->name != NULL && strcmp(s->shown_name, s->p->name) == 0) {
		const char *text = editor_text(s->text, &len);

		s->seen_text = editor_version(s->text);
		prompts_set_text(s->p, text, len);
	}
}

void prompts_editor_layout(struct prompts_screen *s)
{
	struct rect r = s->panes[PANE_EDITOR];

	editor_set_styler(s->text, styles, s);
	prompts_keep_text(s);
	prompts_recount(s->p);
	if (r.w > 0) {
		editor_layout(s->text, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
	}
	find_proposals(s);
}

const char *prompts_draft_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE])
{
	if (p->base == 0) {
		return "new";
	}
	(void)snprintf(out, PROMPTS_VERSION_SIZE, "v%d%s", p->base, prompts_is_changed(p) ? "*" : "");
	return out;
}

const char *prompts_after_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE])
{
	if (p->facts != NULL && p->facts->proposal > 0) {
		return "proposal";
	}
	if (p->facts == NULL || p->facts->after_number == 0) {
		return prompts_draft_name(p, out);
	}
	(void)snprintf(out, PROMPTS_VERSION_SIZE, "v%d", p->facts->after_number);
	return out;
}

const char *prompts_against_name(const struct prompts *p, char out[PROMPTS_VERSION_SIZE])
{
	if (p->facts->proposal > 0) {
		return prompts_draft_name(p, out);
	}
	(void)snprintf(out, PROMPTS_VERSION_SIZE, "v%d", p->facts->against_number);
	return out;
}

void prompts_editor_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct prompts *p = s->p;
	const struct facts *f = p->facts;
	char title[PROMPT_NAME_MOST + 40], right[120] = "", version[PROMPTS_VERSION_SIZE], tokens[FORMAT_SIZE];

	(void)env;
	(void)snprintf(title, sizeof(title), "%s \u203a %s", p->name != NULL ? p->name : "", prompts_draft_name(p, version));
	if (f != NULL) {
		figure_count(f->tokens.tok, tokens);
		(void)snprintf(right, sizeof(right), "%s%s%s%s tok \u00b7 %zu var%s", s->is_editing ? "Esc leaves edit \u00b7 " : "",
		    prompts_is_changed(p) ? "unsaved \u00b7 " : "", f->tokens.is_exact ? "" : "~", tokens, f->n_vars, f->n_vars == 1 ? "" : "s");
	}
	const char *part = right, *next;

	while (cells_width(part, strlen(part)) > cells_rule_room(r.w, title) && (next = strstr(part, "\u00b7 ")) != NULL) {
		part = next + strlen("\u00b7 "); /* the figures stay longest */
	}
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_EDITOR, title, part);
	editor_draw(s->text, cells, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 }, s->is_editing);
	if (s->n_proposals > 0) {
		draw_proposals(s, cells, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
	}
	if (s->focus == PANE_EDITOR && !s->is_editing) {
		int x, y;

		editor_cursor_cell(s->text, &x, &y);
		cells_selected(cells, r.x, y);
		cells_cursor(cells, r.x, y, false);
	}
}

unsigned prompts_editor_input(struct prompts_screen *s, struct console *c, const struct input *in)
{
	prompts_keep_text(s); /* keys may come before the picture of what was opened */
	if (in->type == INPUT_KEY && (in->key == K_ESC || in->key == (K_CTRL | '['))) {
		s->is_editing = false;
		return prompts_changed();
	}
	if (in->type == INPUT_KEY && s->n_proposals > 0 && (in->key == K_UP || in->key == K_DOWN)) {
		s->proposal = (s->proposal + (in->key == K_DOWN ? 1 : s->n_proposals - 1)) % s->n_proposals;
		return prompts_changed();
	}
	unsigned bits = console_type(c, s->text, in);

	prompts_keep_text(s); /* before the rest of it comes, which goes behind it */
	return bits;
}
