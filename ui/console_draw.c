/* The picture of the console, and what of it stands where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/console_state.h"

#define SIMULATED " SIMULATED "
#define TAB_SIZE 40

/* "[4 Metrics]" for the shown one, in plain "4 Metrics, shown"; "" for a screen without a tab. Returns its cells. */
static int tab_label(const struct console *c, size_t i, char out[TAB_SIZE])
{
	const struct screen *s = c->screens[i];
	static const char *const around[2][2][2] = {{{" ", " "}, {"[", "]"}}, {{"", ""}, {"", ", shown"}}};
	const char *const *form = around[app_is_plain(c->app)][i == c->shown];

	out[0] = '\0';
	if (s->number > 0) {
		(void)snprintf(out, TAB_SIZE, "%s%d %s%s", form[0], s->number, s->title, form[1]);
	}
	return cells_width(out, strlen(out));
}

/* Cells between two tabs: they move together when the row is short. */
static int tab_gap(const struct console *c)
{
	char label[TAB_SIZE];
	int w = 1;

	for (size_t i = 0; i < c->n; i++) {
		int tab_w = tab_label(c, i, label);

		w += tab_w > 0 ? tab_w + 2 : 0;
	}
	return w <= c->w ? 2 : 0;
}

size_t console_tab_at(const struct console *c, int x)
{
	char label[TAB_SIZE];
	int at = 1;
	int gap = tab_gap(c);

	for (size_t i = 0; i < c->n; i++) {
		int w = tab_label(c, i, label);

		if (x >= at && x < at + w) {
			return i;
		}
		at += w + gap;
	}
	return c->n;
}

static void draw_tabs(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf figures = {0};
	char label[TAB_SIZE];
	int end = cells->w;
	int x = 1;
	int gap = tab_gap(c);

	for (size_t i = 0; i < c->n; i++) {
		if (tab_label(c, i, label) > 0) {
			x += cells_put(cells, x, 0, i == c->shown ? ST_TAB_ON : ST_TAB, label) + gap;
		}
	}
	if (c->app->is_demo) { /* over a tab, when there is no room: nobody may take these figures for real ones */
		end = cells_right(cells, end, 0, ST_SIMULATED, SIMULATED) - 1;
	}
	end = console_alerts_mark(c, cells, end);
	int room = end - x - 1;
	if (c->summary != NULL && room > 0 && !app_is_plain(c->app)) { /* in plain nothing changes but what is read, and the status row */
		c->summary(c->app, env, room, &figures);
		if (cells_width(buf_str(&figures), figures.len) <= room) {
			cells_right(cells, end, 0, ST_TEXT, buf_str(&figures));
		}
	}
	buf_free(&figures);
}

static void draw_status(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf left = {0};
	struct buf right = {0};
	int y = cells->h - 2;
	enum style st = ST_TEXT;
	int x = 1;
	int end = cells->w;

	if (console_shown(c)->status != NULL) {
		st = console_shown(c)->status(console_shown_state(c), env, &left, &right);
	}
	int right_w = cells_width(buf_str(&right), right.len);
	bool has_room = x + cells_width(c->message, strlen(c->message)) + 2 + right_w <= end; /* what went wrong is said whole */
	if (right_w > 0 && right_w + 2 <= cells->w / 2 && (has_room || c->message[0] == '\0')) {
		end = cells_right(cells, end, y, ST_TEXT, buf_str(&right)) - 2;
	}
	if (console_is_editing(c)) {
		x += cells_put(cells, x, y, ST_KEY, "EDIT") + 2;
	}
	if (c->message[0] != '\0') {
		cells_fit(cells, x, y, end - x, c->message_style, c->message);
	} else {
		cells_fit(cells, x, y, end - x, st, buf_str(&left));
	}
	buf_free(&left);
	buf_free(&right);
}

/* One hint and its cells. */
struct hint {
	const struct command *command;
	void *state;
	struct command_key key;
	char label[32];
	int x, w;
};
#define MOST_HINTS 40
#define STRIP_W 64

/* Places the hints of a table from x while they end before `end`. Returns the next free cell. */
static int place_hints(const struct command_set *set, bool editing, int w, int x, int end, struct hint out[MOST_HINTS], size_t *n)
{
	int gap = w >= 100 ? 3 : 2;

	for (size_t i = 0; i < set->n && *n < MOST_HINTS; i++) {
		const struct command *cmd = &set->rows[i];
		struct hint *h = &out[*n];

		if (cmd->hint == NULL || (cmd->is_shown != NULL && !cmd->is_shown(set->state)) ||
		    !command_hint_key(cmd, editing, &h->key, h->label)) {
			continue;
		}
		h->command = cmd;
		h->state = set->state;
		h->x = x;
		h->w = cells_width(h->label, strlen(h->label)) + 1 + cells_width(cmd->hint, strlen(cmd->hint));
		if (x + h->w > end) {
			break;
		}
		x += h->w + gap;
		(*n)++;
	}
	return x;
}

/* The screen's own, then the global ones, for which room is kept. */
static size_t all_hints(const struct console *c, struct hint out[MOST_HINTS])
{
	struct command_set own = console_screen_set(c);
	struct command_set global = console_global_set(c);
	bool editing = console_is_editing(c);
	size_t n = 0;
	int global_w = place_hints(&global, editing, c->w, 0, c->w, out, &n);

	n = 0;
	int x = place_hints(&own, editing, c->w, 1, c->w - global_w, out, &n);
	place_hints(&global, editing, c->w, x, c->w, out, &n);
	return n;
}

const struct command *console_hint_at(const struct console *c, int x, void **state, struct command_key *key)
{
	struct hint hints[MOST_HINTS];
	size_t n = all_hints(c, hints);

	for (size_t i = 0; i < n; i++) {
		if (x >= hints[i].x && x < hints[i].x + hints[i].w) {
			*state = hints[i].state;
			*key = hints[i].key;
			return hints[i].command;
		}
	}
	return NULL;
}

static void draw_hints(const struct console *c, struct cells *cells)
{
	struct hint hints[MOST_HINTS];
	size_t n = all_hints(c, hints);

	for (size_t i = 0; i < n; i++) {
		int key_w = cells_put(cells, hints[i].x, cells->h - 1, ST_KEY, hints[i].label);

		int hint_w = cells_put(cells, hints[i].x + key_w + 1, cells->h - 1, ST_TEXT, hints[i].command->hint);
		if (i + 1 < n && app_is_plain(c->app)) { /* read aloud they would run together */
			cells_put(cells, hints[i].x + key_w + 1 + hint_w, cells->h - 1, ST_TEXT, ",");
		}
	}
}

/* Rows of one table that the waiting key begins; drawn in r when cells are given. Returns how many. */
static int strip_rows(const struct console *c, const struct command_set *set, struct cells *cells, struct rect r)
{
	int n = 0;

	for (size_t i = 0; i < set->n; i++) {
		const char *at = NULL;
		struct command_key key;

		while (command_next_key(&set->rows[i], &at, &key)) {
			char label[32];

			if (key.first != c->prefix || key.second == 0) {
				continue;
			}
			if (cells != NULL) {
				command_key_label(key.second, label);
				cells_put(cells, r.x, r.y + n, ST_KEY, label);
				cells_fit(cells, r.x + 5, r.y + n, r.w - 5, ST_TEXT, set->rows[i].help);
			}
			n++;
		}
	}
	return n;
}

/* The second keys there are, above the status row. */
static void draw_strip(const struct console *c, struct cells *cells)
{
	struct command_set sets[] = {console_screen_set(c), console_global_set(c)};
	struct rect none = {0};
	int n = strip_rows(c, &sets[0], NULL, none) + strip_rows(c, &sets[1], NULL, none);
	struct rect box = {0, cells->h - 2 - (n + 2), cells->w < STRIP_W || app_is_plain(c->app) ? cells->w : STRIP_W, n + 2};
	struct rect rows = {2, box.y + 1, box.w - 4, n};
	char label[32], title[48];

	if (box.y < 1) {
		return;
	}
	command_key_label(c->prefix, label);
	snprintf(title, sizeof(title), "%s, then", label);
	cells_box(cells, box, title);
	rows.y += strip_rows(c, &sets[0], cells, rows);
	strip_rows(c, &sets[1], cells, rows);
}

static void draw_card(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf text = {0};
	int y = 0;

	int x = 2 + cells_put(cells, 1, y++, ST_TITLE, "sonde");
	if (c->app->is_demo) {
		cells_put(cells, x, 0, ST_SIMULATED, SIMULATED);
	}
	if (console_shown(c)->card != NULL) {
		console_shown(c)->card(console_shown_state(c), env, &text);
	}
	for (const char *s = buf_str(&text); *s != '\0' && y < cells->h - 2;) {
		size_t len = strcspn(s, "\n");

		char *line = x_strndup(s, len);

		cells_fit(cells, 1, y++, cells->w - 1, ST_TEXT, line); /* half a figure would be another one */
		free(line);
		s += len + (s[len] == '\n' ? 1 : 0);
	}
	cells_cursor(cells, 1, y, false);
	cells_putf(cells, 1, y, ST_WARN, "needs %d×%d (now %d×%d)", CONSOLE_MIN_W, CONSOLE_MIN_H, cells->w, cells->h);
	cells_put(cells, 1, y + 1, c->message[0] != '\0' ? c->message_style : ST_TEXT, c->message[0] != '\0' ? c->message : "q quit");
	buf_free(&text);
}

void console_draw(struct console *c, struct cells *cells, const struct env *env)
{
	struct rect area = {0, 1, c->w, c->h - 3};

	cells_clear(cells);
	if (console_is_too_small(c)) {
		draw_card(c, cells, env);
		return;
	}
	draw_tabs(c, cells, env);
	if (console_shown(c)->layout != NULL) {
		console_shown(c)->layout(console_shown_state(c), area);
	}
	struct rect former = cells_clip(cells, area);
	console_shown(c)->draw(console_shown_state(c), cells, env);
	cells_unclip(cells, former);
	draw_status(c, cells, env);
	draw_hints(c, cells);
	c->drawn_us = env->mono_us;
	if (c->prefix != 0) {
		c->prefix_us = c->prefix_us != 0 ? c->prefix_us : env->mono_us;
		if (env->mono_us - c->prefix_us >= CONSOLE_STRIP_US) {
			draw_strip(c, cells);
		}
	}
	if (c->shows_alerts) {
		console_alerts_draw(c, cells, env);
	}
	if (c->manual != NULL) {
		manual_view_layout(c->manual, c->w, c->h);
		manual_view_draw(c->manual, cells);
	}
	if (c->palette != NULL) {
		cells->cursor_x = -1;
		if (c->lists != c->app->lists) {
			c->lists = c->app->lists;
			palette_refresh(c->palette);
		}
		palette_layout(c->palette, c->w, c->h, app_is_plain(c->app));
		palette_draw(c->palette, cells);
	}
}

size_t console_running(const struct console *c)
{
	return c->app->play != NULL ? play_running(c->app->play) : 0;
}

void console_look_ahead(struct console *c)
{
	app_look_ahead(c->app);
}

void console_title(const struct console *c, struct buf *out)
{
	size_t running = console_running(c);

	buf_addf(out, "sonde – %s", console_shown(c)->title);
	if (running > 0) {
		buf_addf(out, " · %zu running", running);
	}
	if (c->app->is_demo) {
		buf_add_str(out, " · SIMULATED");
	}
}

int console_tick_ms(const struct console *c)
{
	int64_t strip_us = c->prefix != 0 ? c->prefix_us + CONSOLE_STRIP_US - c->drawn_us : 0;

	if (strip_us > 0) {
		return (int)(strip_us / 1000) + 1;
	}
	return console_shown(c)->tick_ms != NULL ? console_shown(c)->tick_ms(console_shown_state(c)) : 0;
}
