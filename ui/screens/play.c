#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"
#include "ui/screens/screens.h"

/* -- life ----------------------------------------------------------------------------------------------------------------------------- */

/* The model's prompt into the fields, shown from its start. */
static void take_prompt(struct play_screen *s)
{
	editor_set(s->system, s->play->system, strlen(s->play->system));
	editor_set(s->user, s->play->user, strlen(s->play->user));
	editor_set_cursor(s->system, 0);
	editor_set_cursor(s->user, 0);
}

static void *init(struct app *app)
{
	struct play_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->play = app->play;
	s->system = editor_new(false, "no system prompt");
	s->user = editor_new(false, "write the prompt here");
	take_prompt(s);
	return s;
}

static void free_screen(void *self)
{
	struct play_screen *s = self;

	editor_free(s->system);
	editor_free(s->user);
	play_diff_close(s);
	for (size_t i = 0; i < s->n_answers; i++) {
		wrap_free(&s->answers[i].wrap);
		buf_free(&s->answers[i].text);
	}
	free(s->answers);
	for (size_t i = 0; i < s->n_targets; i++) {
		free(s->targets[i]);
	}
	free(s->targets);
	free(s);
}

static bool is_busy(const void *self)
{
	return play_running(((const struct play_screen *)self)->play) > 0;
}

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

/* Rows for the text of both parts: a glance while the answers matter, half the screen while one edits. */
static void layout_prompt(struct play_screen *s, struct rect r)
{
	int most = play_is_editing(s) ? r.h / 2 : r.h >= 30 ? 6 : 2;
	int text_w = r.w - 9, x = r.x + 8;

	editor_layout(s->system, (struct rect){ x, 0, text_w, most });
	editor_layout(s->user, (struct rect){ x, 0, text_w, most });
	int system_h = (int)editor_lines(s->system), user_h = (int)editor_lines(s->user);
	int system_most = s->focus == FOCUS_SYSTEM ? most - 1 : most / 3 > 1 ? most / 3 : 1;

	system_h = system_h < 1 ? 1 : system_h > system_most ? system_most : system_h;
	user_h = user_h < 1 ? 1 : user_h > most - system_h ? most - system_h : user_h;
	user_h = user_h < 1 ? 1 : user_h;
	s->prompt = (struct rect){ r.x, r.y + 1, r.w, 1 + system_h + user_h };
	s->system_area = (struct rect){ x, s->prompt.y + 1, text_w, system_h };
	s->user_area = (struct rect){ x, s->system_area.y + system_h, text_w, user_h };
	editor_layout(s->system, s->system_area);
	editor_layout(s->user, s->user_area);
}

static void layout(void *self, struct rect r)
{
	struct play_screen *s = self;

	if (s->seen_opened != s->play->opened) {
		s->seen_opened = s->play->opened;
		s->marked = NULL; /* its column is gone */
		take_prompt(s);
	}
	s->area = r;
	layout_prompt(s, r);
	int y = s->prompt.y + s->prompt.h;
	int race_h = s->is_zoomed ? 0 : play_race_height(s, r);

	if (r.y + r.h - y - race_h < 9) { /* the answer first: the status row counts the others */
		race_h = 0;
	}
	s->race = (struct rect){ r.x, r.y + r.h - race_h, r.w, race_h };
	s->columns = (struct rect){ r.x, y, r.w, r.y + r.h - race_h - y };
	play_columns_layout(s);
	if (s->view == VIEW_DIFF) {
		play_diff_layout(s);
	} else if (s->view == VIEW_HISTORY) {
		play_history_layout(s);
	}
}

/* -- drawing -------------------------------------------------------------------------------------------------------------------------- */

static void draw_params(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	const struct chat_params *p = &s->play->params;
	struct buf b = { 0 };
	char when[FORMAT_SIZE];

	if (!isnan(p->temperature)) {
		(void)buf_addf(&b, "temp %g  ", p->temperature);
	}
	if (!isnan(p->top_p)) {
		(void)buf_addf(&b, "top_p %g  ", p->top_p);
	}
	if (is_known(p->max_tokens)) {
		(void)buf_addf(&b, "max %lld  ", (long long)p->max_tokens);
	}
	if (is_known(p->seed)) {
		(void)buf_addf(&b, "seed %lld  ", (long long)p->seed);
	}
	if (p->n_stop > 0) {
		(void)buf_addf(&b, "stop \u00d7%zu  ", p->n_stop);
	}
	(void)cells_fit(cells, s->area.x + 1, s->area.y, s->area.w - (s->play->run_us != 0 ? 24 : 2), b.len > 0 ? ST_TEXT : ST_DIM,
	    b.len > 0 ? b.s : "parameters: the providers' own defaults (p sets one)");
	if (s->play->run_us != 0) {
		char text[FORMAT_SIZE + 16];

		format_time(s->play->run_us, env->now_us, env->utc_offset_us, when);
		(void)snprintf(text, sizeof(text), "%s %s", s->play->start_us == 0 ? "past run" : "run", when);
		(void)cells_right(cells, s->area.x + s->area.w - 1, s->area.y, ST_DIM, text);
	}
	buf_free(&b);
}

static void draw_prompt(const struct play_screen *s, struct cells *cells)
{
	char right[64];
	size_t len;

	(void)editor_text(s->user, &len);
	(void)snprintf(right, sizeof(right), "%s%zu bytes", play_is_editing(s) ? "Tab other part \u00b7 Esc done \u00b7 " : "e edit \u00b7 ", len);
	cells_rule(cells, s->prompt.x, s->prompt.y, s->prompt.w, play_is_editing(s), "Prompt", right);
	(void)cells_put(cells, s->prompt.x + 1, s->system_area.y, s->focus == FOCUS_SYSTEM ? ST_BOLD : ST_DIM, "SYSTEM");
	(void)cells_put(cells, s->prompt.x + 1, s->user_area.y, s->focus == FOCUS_USER ? ST_BOLD : ST_DIM, "USER");
	editor_draw(s->system, cells, s->system_area, s->focus == FOCUS_SYSTEM);
	editor_draw(s->user, cells, s->user_area, s->focus == FOCUS_USER);
	if ((int)editor_lines(s->user) > s->user_area.h && !play_is_editing(s)) {
		char more[40];

		(void)snprintf(more, sizeof(more), " (+%d lines)", (int)editor_lines(s->user) - s->user_area.h);
		(void)cells_right(cells, s->prompt.x + s->prompt.w - 1, s->user_area.y + s->user_area.h - 1, ST_DIM, more);
	}
}

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct play_screen *s = self;

	draw_params(s, cells, env);
	draw_prompt(s, cells);
	if (s->view == VIEW_DIFF) {
		play_diff_draw(s, cells);
	} else if (s->view == VIEW_HISTORY) {
		play_history_draw(s, cells, env);
	} else {
		play_columns_draw(s, cells, env);
	}
	play_race_draw(s, cells, env);
	if (s->focus == FOCUS_COLUMNS && s->view == VIEW_COLUMNS && s->n_shown > 0) {
		struct rect r = play_column_rect(s, s->column - s->first);

		cells_cursor(cells, r.x + 1, r.y, false);
	}
}

/* "2 streaming · 1 done · 1 retrying" */
static void count_states(const struct play *p, struct buf *out)
{
	static const char *const words[] = { "queued", "waiting", "streaming", "retrying", "done", "failed", "stopped" };
	size_t n[COUNT_OF(words)] = { 0 };
	const char *separator = "";

	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->has_run) {
			n[p->columns[i]->state]++;
		}
	}
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (n[i] > 0) {
			(void)buf_addf(out, "%s%zu %s", separator, n[i], words[i]);
			separator = " \u00b7 ";
		}
	}
}

static void status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct play_screen *s = self;
	const struct play *p = s->play;
	int64_t sum = 0;
	bool is_whole = true;
	char cost[FORMAT_SIZE];

	if (play_is_editing(s)) {
		(void)buf_addf(left, "%s prompt \u00b7 Esc leaves, F5 sends", s->focus == FOCUS_SYSTEM ? "system" : "user");
	} else if (p->run_us == 0) {
		(void)buf_addf(left, "READY  %zu target%s \u00b7 nothing is sent before F5", p->n_columns, p->n_columns == 1 ? "" : "s");
	} else {
		(void)buf_add_str(left, "RUN  ");
		count_states(p, left);
	}
	if (p->app->store == NULL || p->app->store_err.code != ERR_NONE) {
		(void)buf_add_str(right, "not recorded  ");
	}
	if (p->run_us == 0) {
		return;
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		struct play_figures f;

		play_column_figures(p->columns[i], env->mono_us, &f);
		if (p->columns[i]->has_run) {
			is_whole &= is_known(f.cost_nano);
			sum += known_or(f.cost_nano, 0);
		}
	}
	price_format(sum, cost, FORMAT_SIZE);
	(void)buf_addf(right, "%s%s", cost, is_whole ? "" : play_running(p) > 0 ? " so far" : " + unpriced");
}

static int tick_ms(const void *self)
{
	return play_running(((const struct play_screen *)self)->play) > 0 ? 100 : 0;
}

static void card(const void *self, const struct env *env, struct buf *out)
{
	const struct play *p = ((const struct play_screen *)self)->play;

	for (size_t i = 0; i < p->n_columns && i < 3; i++) {
		const struct play_column *c = p->columns[i];
		struct play_figures f;
		enum style st;
		char time[FORMAT_SIZE], cost[FORMAT_SIZE];

		play_column_figures(c, env->mono_us, &f);
		figure_duration(f.total_us, time);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)buf_addf(out, "%s %s %s %s\n", c->target != NULL ? c->target->model : c->name, play_state_glyph(c, &st), time,
		    f.is_running ? "" : cost);
	}
}

/* -- commands ------------------------------------------------------------------------------------------------------------------------- */

static unsigned said(struct console *c, const struct err *e)
{
	console_say(c, ST_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned cmd_run(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	play_keep_text(s);
	play_diff_close(s);
	s->view = VIEW_COLUMNS;
	if (!play_send(s->play, &e)) {
		return said(c, &e);
	}
	s->focus = FOCUS_COLUMNS;
	return changed();
}

/* The next layout puts a column that is gone in order, but keys may come before it. */
static bool has_columns(const void *self)
{
	const struct play_screen *s = self;

	return s->column < s->play->n_columns;
}

static bool shows_columns(const void *self)
{
	return has_columns(self) && ((const struct play_screen *)self)->view == VIEW_COLUMNS;
}

static unsigned cmd_stop(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (!has_columns(s) || !play_column_is_running(s->play->columns[s->column])) {
		console_say(c, ST_DIM, "this column is not running");
	} else {
		play_stop(s->play, s->column);
	}
	return changed();
}

static unsigned cmd_stop_all(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	play_stop_all(s->play);
	return changed();
}

static unsigned cmd_retry(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	play_keep_text(s);
	if (has_columns(s) && !play_retry(s->play, s->column, &e)) {
		return said(c, &e);
	}
	return changed();
}

static unsigned cmd_edit(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	s->focus = FOCUS_USER;
	return changed();
}

static unsigned cmd_add(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (arg[0] == '\0') {
		console_ask(c, "add ");
		return changed();
	}
	play_add(s->play, arg);
	s->column = s->play->n_columns - 1;
	const struct play_column *added = s->play->columns[s->column];

	return added->target == NULL ? said(c, &added->err) : changed();
}

/* Aliases, then every priced model of a provider that is set up. */
static void collect_targets(struct play_screen *s)
{
	const struct config *config = s->app->config;

	for (size_t i = 0; i < config->n_aliases; i++) {
		*array_push(s->targets, s->n_targets, s->cap_targets) = x_strdup(config->aliases[i]->name);
	}
	for (size_t i = 0; i < config->n_providers; i++) {
		const struct provider_entry *p = config->providers[i];

		for (size_t k = 0; k < price_count(config->prices); k++) {
			const struct price *price = price_at(config->prices, k);

			/* A compatible server under another name has models of its own. */
			if (p->kind->price_name != NULL && strcmp(price->provider, p->kind->price_name) == 0 && strcmp(p->name, p->kind->kind) == 0) {
				*array_push(s->targets, s->n_targets, s->cap_targets) = x_asprintf("%s/%s", p->name, price->model);
			}
		}
	}
}

static const char *complete_target(void *self, size_t i)
{
	struct play_screen *s = self;

	if (s->n_targets == 0) {
		collect_targets(s);
	}
	return i < s->n_targets ? s->targets[i] : NULL;
}

static unsigned cmd_drop(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (!has_columns(s)) {
		console_say(c, ST_DIM, "no target to drop");
	} else {
		const struct play_column *here = s->play->columns[s->column];

		console_say(c, ST_DIM, "dropped %s", here->name);
		s->marked = s->marked == here ? NULL : s->marked;
		play_drop(s->play, s->column);
		s->column -= s->column > 0 && s->column == s->play->n_columns;
	}
	return changed();
}

static unsigned move(struct play_screen *s, int by)
{
	if (has_columns(s) && play_move(s->play, s->column, by)) {
		s->column += (size_t)by;
	}
	return changed();
}

static unsigned cmd_left(void *self, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	return move(self, -1);
}

static unsigned cmd_right(void *self, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	return move(self, 1);
}

static unsigned cmd_param(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	const char *eq = strchr(arg, '=');
	struct err e = { 0 };

	if (arg[0] == '\0') {
		console_ask(c, "param ");
		return changed();
	}
	if (eq == NULL) {
		console_say(c, ST_BAD, "give it as name=value, for example temperature=0.2; name= alone unsets it");
		return changed();
	}
	char *name = x_strndup(arg, (size_t)(eq - arg));
	bool ok = chat_params_set(&s->play->params, name, eq + 1, &e);

	free(name);
	return ok ? changed() : said(c, &e);
}

static const char *complete_param(void *self, size_t i)
{
	static const char *const names[] = { "temperature=", "top_p=", "max_tokens=", "seed=", "stop=" };

	(void)self;
	return i < COUNT_OF(names) ? names[i] : NULL;
}

static unsigned cmd_mark(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	if (has_columns(s)) {
		const struct play_column *here = s->play->columns[s->column];

		s->marked = s->marked == here ? NULL : here;
	}
	return changed();
}

static unsigned cmd_diff(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	size_t other = s->play->n_columns;
	struct err e = { 0 };

	(void)arg;
	if (s->view == VIEW_DIFF) {
		play_diff_close(s);
		s->view = VIEW_COLUMNS;
		return changed();
	}
	for (size_t i = 0; i < s->play->n_columns; i++) {
		if (s->play->columns[i] == s->marked && i != s->column) {
			other = i;
		}
	}
	if (other == s->play->n_columns) { /* nothing marked: this one and its neighbour */
		other = s->column + 1 < s->play->n_columns ? s->column + 1 : s->column - 1;
	}
	bool ok = play_diff_open(s, other < s->column ? other : s->column, other < s->column ? s->column : other, &e);

	return ok ? changed() : said(c, &e);
}

static unsigned cmd_hold(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct answer_view *v = play_focused_answer(s);

	(void)arg;
	if (v != NULL) {
		v->is_held = !v->is_held;
		console_say(c, ST_DIM, v->is_held ? "held: this column stays where you read" : "following the end of this column");
	}
	return changed();
}

static unsigned cmd_zoom(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	s->is_zoomed = !s->is_zoomed;
	return changed();
}

static unsigned cmd_history(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	s->view = VIEW_HISTORY;
	s->history.selected = 0;
	play_load_history(s->play);
	return changed();
}

static bool shows_history(const void *self)
{
	return ((const struct play_screen *)self)->view == VIEW_HISTORY;
}

static bool shows_overlay(const void *self)
{
	return ((const struct play_screen *)self)->view != VIEW_COLUMNS;
}

static unsigned cmd_open(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	if (!shows_history(s) || s->play->n_runs == 0) {
		return 0;
	}
	play_open_run(s->play, (size_t)s->history.selected);
	s->view = VIEW_COLUMNS;
	return changed();
}

static unsigned cmd_close(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	if (!shows_overlay(s)) {
		return 0;
	}
	play_diff_close(s);
	s->view = VIEW_COLUMNS;
	return changed();
}

static const struct command commands[] = {
	{ "open", "Enter", "open", NULL, "open the selected past run", 0, cmd_open, NULL, shows_history },
	{ "close", "Esc", "close", NULL, "close the diff or the past runs", 0, cmd_close, NULL, shows_overlay },
	{ "run", "F5", "run", NULL, "send the prompt to all targets", COMMAND_IN_TEXT, cmd_run, NULL, NULL },
	{ "rerun", "r", NULL, NULL, "the same as run", 0, cmd_run, NULL, NULL },
	{ "stop", "x", "stop", NULL, "stop this column", 0, cmd_stop, NULL, is_busy },
	{ "stop all", "X", "stop all", NULL, "stop all columns", 0, cmd_stop_all, NULL, is_busy },
	{ "edit", "e i", "edit", NULL, "edit the prompt", 0, cmd_edit, NULL, NULL },
	{ "edit outside", "E Ctrl-x+Ctrl-e", NULL, NULL, "edit the prompt in $VISUAL or $EDITOR", COMMAND_IN_TEXT, play_edit_outside, NULL, NULL },
	{ "add", "a", "add", "TARGET", "add a target: provider/model or an alias", 0, cmd_add, complete_target, NULL },
	{ "diff", "d", "diff", NULL, "compare with the marked answer, or with the next one", 0, cmd_diff, NULL, shows_columns },
	{ "retry", "R", "retry", NULL, "send this column again, at once when it waits", 0, cmd_retry, NULL, shows_columns },
	{ "hold", "Space", "hold", NULL, "hold or follow the end of this column", 0, cmd_hold, NULL, shows_columns },
	{ "param", "p", "param", "NAME=VALUE", "set a parameter: temperature, top_p, max_tokens, seed, stop", 0, cmd_param, complete_param, NULL },
	{ "history", "H", "history", NULL, "past runs", 0, cmd_history, NULL, NULL },
	{ "copy answer", "y+y", "copy", NULL, "copy the answer's text", 0, play_copy_answer, NULL, shows_columns },
	{ "copy response", "y+r", NULL, NULL, "copy the raw response, as it was received", 0, play_copy_response, NULL, NULL },
	{ "copy json", "y+j", NULL, NULL, "copy the result as JSON", 0, play_copy_json, NULL, NULL },
	{ "copy curl", "y+c", NULL, NULL, "copy a curl command; the key is a variable in it", 0, play_copy_curl, NULL, NULL },
	{ "copy python", "y+p", NULL, NULL, "copy Python code; the key is a variable in it", 0, play_copy_python, NULL, NULL },
	{ "zoom", "z", "zoom", NULL, "one column alone, or all", 0, cmd_zoom, NULL, has_columns },
	{ "mark", "m", "mark", NULL, "mark this answer for the diff", 0, cmd_mark, NULL, shows_columns },
	{ "drop", "D", "drop", NULL, "drop this column's target", 0, cmd_drop, NULL, has_columns },
	{ "move left", "<", NULL, NULL, "move this column to the left", 0, cmd_left, NULL, NULL },
	{ "move right", ">", NULL, NULL, "move this column to the right", 0, cmd_right, NULL, NULL },
};

bool play_is_editing(const void *self)
{
	return ((const struct play_screen *)self)->focus != FOCUS_COLUMNS;
}

void play_keep_text(struct play_screen *s)
{
	play_set_prompt(s->play, editor_text(s->system, NULL), editor_text(s->user, NULL));
}

const struct screen screen_play = {
	.id = "play", .title = "Play", .number = 2, .commands = commands, .n_commands = COUNT_OF(commands),
	.init = init, .free = free_screen, .input = play_input, .is_editing = play_is_editing, .layout = layout, .draw = draw, .status = status,
	.tick_ms = tick_ms, .card = card, .is_busy = is_busy,
};
