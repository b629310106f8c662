/* Alerts in the console: the mark in the tab row, the sentence when one begins or ends, and the list of all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alerts.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/console_state.h"
#include "ui/format.h"

#define BOX_W 100
#define LINES 2 /* of one alert */

int console_alerts_mark(const struct console *c, struct cells *cells, int x_end)
{
	size_t n = c->app->alerts != NULL ? c->app->alerts->n_on : 0;
	char text[40];

	if (n == 0) {
		return x_end;
	}
	snprintf(text, sizeof(text), "\u25b2 %zu alert%s", n, n == 1 ? "" : "s");
	return cells_right(cells, x_end, 0, ST_BAD, text) - 2;
}

unsigned console_alerts_open(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)arg;
	c->shows_alerts = true;
	list_select(&c->alerts, 0);
	return INPUT_HANDLED | INPUT_REDRAW;
}

unsigned console_alerts_input(struct console *c, const struct input *in)
{
	bool is_closing = in->type == INPUT_KEY && (in->key == K_ESC || in->key == K_ENTER || in->key == 'q');

	if (is_closing || (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS)) {
		c->shows_alerts = false;
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	return list_input(&c->alerts, in) | INPUT_HANDLED;
}

/* "on since 14:02:11 · 4.2% in 190 calls · runs a command" */
static void state_text(const struct alert_view *v, const struct env *env, struct buf *out)
{
	const struct alert_state *s = &v->state;
	char when[FORMAT_SIZE];

	if (is_known(s->since_us)) {
		format_time(s->since_us, env->now_us, env->utc_offset_us, when);
		buf_addf(out, "%s since %s \u00b7 ", s->is_on ? "on" : "off", when);
	} else if (v->is_known) {
		buf_add_str(out, "off \u00b7 ");
	}
	alerts_figure(v, out);
	buf_add_str(out, v->rule->command != NULL ? " \u00b7 runs a command" : "");
}

static void mark_row(struct cells *cells, int x, int y)
{
	cells_selected(cells, x, y);
	cells_cursor(cells, x, y, false);
}

static void draw_alert(const struct alert_view *v, const struct env *env, struct cells *cells, struct rect at, bool is_selected)
{
	struct buf rule = {0}, state = {0};
	char *name = clean_line(v->rule->name, strlen(v->rule->name), 0);
	bool is_on = v->state.is_on;

	alert_rule_text(v->rule, &rule);
	bool has_name = strcmp(v->rule->name, buf_str(&rule)) != 0;
	char *text = clean_line(buf_str(&rule), rule.len, 0);
	if (is_selected) {
		mark_row(cells, at.x, at.y);
	}
	cells_put(cells, at.x + 1, at.y, is_on ? ST_BAD : ST_OK, is_on ? "\u25b2" : "\u2713");
	int used = cells_fit(cells, at.x + 3, at.y, at.w - 4, is_on ? ST_BAD : ST_TEXT, name);
	if (has_name) {
		cells_fit(cells, at.x + 5 + used, at.y, at.w - 6 - used, ST_DIM, text);
	}
	state_text(v, env, &state);
	cells_fit(cells, at.x + 3, at.y + 1, at.w - 4, v->state.err.code != ERR_NONE ? ST_WARN : ST_TEXT, buf_str(&state));
	free(text);
	free(name);
	buf_free(&state);
	buf_free(&rule);
}

void console_alerts_draw(struct console *c, struct cells *cells, const struct env *env)
{
	static const char *const none[] = {
		"None. `alerts:` in the configuration makes some,",
		"and so do :set alert.err 2%, alert.p95, alert.cost.",
	};
	const struct alerts *a = c->app->alerts;
	int n = a != NULL ? (int)a->n : 0;
	int rows = n * LINES < c->h - 8 ? n : (c->h - 8) / LINES;
	int w = c->w - 4 < BOX_W ? c->w - 4 : BOX_W, h = (n > 0 ? rows * LINES : (int)COUNT_OF(none)) + 3;
	struct rect box = {(c->w - w) / 2, (c->h - h) / 2, w, h};
	char title[64];

	snprintf(title, sizeof(title), "Alerts \u00b7 %zu of %d on", a != NULL ? a->n_on : 0, n);
	cells_box(cells, box, n > 0 ? title : "Alerts");
	list_set_n(&c->alerts, n);
	list_layout(&c->alerts, rows);
	if (n == 0) {
		mark_row(cells, box.x + 1, box.y + 1);
	}
	for (int i = 0; n == 0 && i < (int)COUNT_OF(none); i++) {
		cells_fit(cells, box.x + 3, box.y + 1 + i, w - 5, ST_TEXT, none[i]);
	}
	for (int i = 0; i < rows; i++) {
		int k = c->alerts.top + i;

		draw_alert(&a->views[k], env, cells, (struct rect){box.x + 1, box.y + 1 + i * LINES, w - 2, LINES}, k == c->alerts.selected);
	}
	cells_fit(cells, box.x + 2, box.y + h - 2, w - 3, ST_DIM, n > rows ? "\u2191 \u2193 move \u00b7 Esc closes" : "Esc closes");
}
