/* The prompt: both parts of it and the parameters, shown and edited. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompts.h"
#include "base/clock.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

bool play_is_editing(const void *self)
{
	return ((const struct play_screen *)self)->focus != FOCUS_COLUMNS;
}

void play_keep_text(struct play_screen *s)
{
	unsigned long version = editor_version(s->system) + editor_version(s->user);

	if (version == s->seen_text) {
		return;
	}
	s->seen_text = version;
	play_set_prompt(s->play, editor_text(s->system, NULL), editor_text(s->user, NULL));
}

/* The model's prompt into the fields, shown from its start. */
void play_show_prompt(struct play_screen *s)
{
	editor_set(s->system, s->play->system, strlen(s->play->system));
	editor_set(s->user, s->play->user, strlen(s->play->user));
	editor_set_cursor(s->system, 0);
	editor_set_cursor(s->user, 0);
	s->seen_text = editor_version(s->system) + editor_version(s->user);
}

static bool has_files(const struct play *p)
{
	return p->attachments != NULL || p->lost_files != NULL;
}

static bool has_with(const struct play *p)
{
	return p->all.prompt != NULL && (p->all.prompt->n_tools > 0 || p->all.prompt->filled.schema_json != NULL);
}

/* Rows for the text of both parts: a glance while the answers matter, half the screen while one edits. */
void play_prompt_layout(struct play_screen *s, struct rect r)
{
	int most = play_is_editing(s) ? r.h / 2 : r.h >= 50 ? 10 : r.h >= 30 ? 6 : 2;
	int text_w = r.w - 9, x = r.x + 8;

	editor_layout(s->system, (struct rect){ x, 0, text_w, most });
	editor_layout(s->user, (struct rect){ x, 0, text_w, most });
	int system_h = (int)editor_lines(s->system), user_h = (int)editor_lines(s->user);
	int system_most = s->focus == FOCUS_SYSTEM ? most - 1 : most / 3 > 1 ? most / 3 : 1;

	system_h = system_h < 1 ? 1 : system_h > system_most ? system_most : system_h;
	user_h = user_h < 1 ? 1 : user_h > most - system_h ? most - system_h : user_h;
	user_h = user_h < 1 ? 1 : user_h;
	int files_h = has_files(s->play), with_h = has_with(s->play), turns_h = play_turns_height(s, r);

	s->prompt = (struct rect){ r.x, r.y + 1, r.w, 1 + system_h + turns_h + user_h + with_h + files_h };
	s->system_area = (struct rect){ x, s->prompt.y + 1, text_w, system_h };
	s->turns_area = (struct rect){ r.x, s->system_area.y + system_h, r.w, turns_h };
	s->user_area = (struct rect){ x, s->turns_area.y + turns_h, text_w, user_h };
	editor_layout(s->system, s->system_area);
	editor_layout(s->user, s->user_area);
	if (s->focus != FOCUS_SYSTEM) {
		editor_show_start(s->system);
	}
	if (s->focus != FOCUS_USER) {
		editor_show_start(s->user);
	}
}

void play_params_text(const struct chat_params *p, const char *gap, struct buf *out)
{
	if (!isnan(p->temperature)) {
		(void)buf_addf(out, "temp %g", p->temperature);
	}
	if (!isnan(p->top_p)) {
		(void)buf_addf(out, "%stop_p %g", out->len > 0 ? gap : "", p->top_p);
	}
	if (is_known(p->max_tokens)) {
		(void)buf_addf(out, "%smax %lld", out->len > 0 ? gap : "", (long long)p->max_tokens);
	}
	if (is_known(p->seed)) {
		(void)buf_addf(out, "%sseed %lld", out->len > 0 ? gap : "", (long long)p->seed);
	}
	if (p->n_stop > 0) {
		(void)buf_addf(out, "%sstop \u00d7%zu", out->len > 0 ? gap : "", p->n_stop);
	}
}

/* "support/triage@v4", "support/triage, edited from v4", "support/triage, a draft"; or why it cannot be sent. Returns its cells and a gap. */
static int draw_name(const struct play_screen *s, struct cells *cells, int x, int w)
{
	const struct play *p = s->play;
	const struct play_prompt *prompt = p->all.prompt;
	char name[PLAY_PROMPT_NAME_SIZE];
	struct buf b = { 0 };

	if (prompt == NULL) {
		return 0;
	}
	if (p->all.err.code != ERR_NONE) {
		(void)buf_add_str(&b, p->all.err.text);
	} else if (prompt->name == NULL) {
		(void)buf_addf(&b, "a recorded request%s", p->is_edited ? ", edited" : "");
	} else if (prompt->number > 0 && p->is_edited) {
		(void)buf_addf(&b, "%s, edited from v%d", prompt->name, prompt->number);
	} else {
		const char *what = prompt->number > 0 ? "" : p->is_edited || prompt->hash[0] == '\0' ? ", a draft" : ", as recorded";

		(void)buf_addf(&b, "%s%s", play_prompt_name(prompt, name), what);
	}
	int used = cells_fit(cells, x, s->area.y, w, p->all.err.code != ERR_NONE ? ST_BAD : ST_BOLD, b.s);

	buf_free(&b);
	return used + 3;
}

void play_params_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	const struct play *p = s->play;
	struct buf b = { 0 };
	char when[FORMAT_SIZE];

	struct chat_params params;

	chat_params_copy(&params, &p->params);
	if (p->all.prompt != NULL) {
		chat_params_default(&params, &p->all.prompt->params);
	}
	play_params_text(&params, "  ", &b);
	chat_params_free(&params);
	bool is_set = b.len > 0 || p->repeat > 1;
	if (b.len == 0 && p->all.prompt == NULL) {
		(void)buf_add_str(&b, is_set ? "the providers' own parameters" : "parameters: the providers' own defaults (p sets one)");
	}
	if (p->repeat > 1) {
		(void)buf_addf(&b, "  each target \u00d7%d", p->repeat);
	}
	int x = s->area.x + 1, end = x + s->area.w - (p->run_us != 0 ? 24 : 2);

	x += draw_name(s, cells, x, end - x);
	(void)cells_fit(cells, x, s->area.y, end - x, is_set ? ST_TEXT : ST_DIM, buf_str(&b));
	if (s->play->run_us != 0) {
		char text[FORMAT_SIZE + 16];

		format_time(s->play->run_us, env->now_us, env->utc_offset_us, when);
		(void)snprintf(text, sizeof(text), "%s %s", s->play->start_us == 0 ? "past run" : "run", when);
		(void)cells_right(cells, s->area.x + s->area.w - 1, s->area.y, ST_DIM, text);
	}
	buf_free(&b);
}

/* "invoice.png image/png 182 kB · notes.txt text/plain 3 kB" */
static void draw_files(const struct play_screen *s, struct cells *cells)
{
	const struct play *p = s->play;
	int y = s->prompt.y + s->prompt.h - 1;
	struct buf line = { 0 };

	if (!has_files(p)) {
		return;
	}
	(void)cells_put(cells, s->prompt.x + 1, y, ST_DIM, "FILES");
	if (p->lost_files != NULL) {
		(void)buf_addf(&line, "not kept: %s \u00b7 :attach again, or :detach", p->lost_files);
	}
	for (size_t i = 0; p->attachments != NULL && i < p->attachments->n; i++) {
		const struct attachment *a = &p->attachments->list[i];
		char *name = clean_line(a->name, strlen(a->name), 40);

		(void)buf_addf(&line, "%s%s %s ", i > 0 ? " \u00b7 " : "", name, a->type);
		(void)(a->len < 1000 ? buf_addf(&line, "%zu B", a->len) : buf_addf(&line, "%zu kB", (a->len + 500) / 1000));
		free(name);
	}
	(void)cells_fit(cells, s->system_area.x, y, s->system_area.w, p->lost_files != NULL ? ST_WARN : ST_TEXT, buf_str(&line));
	buf_free(&line);
}

/* How many lines of a part are out of sight, at the end of its last row; a word that this cuts ends in an ellipsis. */
static void draw_more(const struct editor *e, struct cells *cells, struct rect area)
{
	char more[40];
	int n = (int)editor_lines(e) - area.h, y = area.y + area.h - 1, end = area.x + area.w;

	if (n <= 0) {
		return;
	}
	(void)snprintf(more, sizeof(more), "  (+%d line%s)", n, n == 1 ? "" : "s");
	int x = end - cells_width(more, strlen(more));
	bool is_cut = x > area.x && cells->at[y * cells->w + x].cp[0] != ' ';

	(void)cells_right(cells, end, y, ST_DIM, more);
	(void)cells_right(cells, x + 1, y, ST_DIM, is_cut ? "\u2026" : " ");
}

static void draw_with(const struct play_screen *s, struct cells *cells)
{
	int y = s->user_area.y + s->user_area.h;
	struct buf line = { 0 };

	if (has_with(s->play)) {
		(void)cells_put(cells, s->prompt.x + 1, y, ST_DIM, "WITH");
		play_with_text(s->play->all.prompt, &line);
		(void)cells_fit(cells, s->system_area.x, y, s->system_area.w, ST_TEXT, buf_str(&line));
	}
	buf_free(&line);
}

void play_prompt_draw(const struct play_screen *s, struct cells *cells)
{
	struct estimate e;
	struct input_size in;
	char right[PLAY_ESTIMATE_SIZE + 80], tokens[FORMAT_SIZE], cost[PLAY_ESTIMATE_SIZE];

	play_input_size(s->play, &in);
	figure_count(in.tok, tokens);
	play_estimate(s->play, &e);
	play_estimate_text(&e, cost);
	(void)snprintf(right, sizeof(right), "%s%s%s tok%s%s", play_is_editing(s) ? "Tab other part \u00b7 Esc done \u00b7 " : "e edit \u00b7 ", in.is_exact ? "" : "~", tokens,
	    e.n_calls > e.n_unpriced ? " \u00b7 F5 " : "", e.n_calls > e.n_unpriced ? cost : "");
	cells_rule(cells, s->prompt.x, s->prompt.y, s->prompt.w, play_is_editing(s), "Prompt", right);
	(void)cells_put(cells, s->prompt.x + 1, s->system_area.y, s->focus == FOCUS_SYSTEM ? ST_BOLD : ST_DIM, "SYSTEM");
	(void)cells_put(cells, s->prompt.x + 1, s->user_area.y, s->focus == FOCUS_USER ? ST_BOLD : ST_DIM, "USER");
	editor_draw(s->system, cells, s->system_area, s->focus == FOCUS_SYSTEM);
	editor_draw(s->user, cells, s->user_area, s->focus == FOCUS_USER);
	play_turns_draw(s, cells);
	draw_with(s, cells);
	draw_files(s, cells);
	if (!play_is_editing(s)) {
		draw_more(s->system, cells, s->system_area);
		draw_more(s->user, cells, s->user_area);
	}
}

static struct editor *focused_editor(const struct play_screen *s)
{
	return s->focus == FOCUS_SYSTEM ? s->system : s->focus == FOCUS_USER ? s->user : NULL;
}

unsigned play_prompt_input(struct play_screen *s, struct console *c, const struct input *in)
{
	if (in->type == INPUT_KEY && (in->key == K_ESC || in->key == (K_CTRL | '['))) {
		s->focus = FOCUS_COLUMNS;
		play_keep_text(s);
		return play_changed();
	}
	if (in->type == INPUT_KEY && (in->key == K_TAB || in->key == K_BACKTAB)) {
		s->focus = s->focus == FOCUS_USER ? FOCUS_SYSTEM : FOCUS_USER;
		return play_changed();
	}
	return console_type(c, focused_editor(s), in);
}

static void take_into(struct play_screen *s, struct editor *field, struct console *c, const char *text, size_t len)
{
	editor_take(field, text, len); /* undo brings back what was */
	(void)console_typed(c, field);
	play_keep_text(s);
}

static void take_system(void *self, struct console *c, const char *text, size_t len)
{
	take_into(self, ((struct play_screen *)self)->system, c, text, len);
}

static void take_user(void *self, struct console *c, const char *text, size_t len)
{
	take_into(self, ((struct play_screen *)self)->user, c, text, len);
}

unsigned play_edit_outside(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	bool is_system = s->focus == FOCUS_SYSTEM;
	size_t len;
	const char *text = editor_text(is_system ? s->system : s->user, &len);

	(void)arg;
	return console_edit(c, text, len, is_system ? take_system : take_user, s);
}

unsigned play_to_prompt(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct bundle b = { 0 };
	struct err e = { 0 };

	play_keep_text(s);
	if (arg[0] == '\0') {
		console_ask(c, "to prompt ");
		return play_changed();
	}
	if (!prompt_name_check(arg, &e) || !prompts_can_leave(s->app->prompts, &e) || !prompts_bundle_of_play(s->app->prompts, &b, &e)) {
		return play_said(c, &e);
	}
	prompts_open_bundle(s->app->prompts, arg, &b);
	(void)console_show(c, "prompts");
	return play_changed();
}
