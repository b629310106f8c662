/* The raw events of an answer: a glance at their ends in the inspector, and all of them as a list with one opened below it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

#define TIME_W 9
#define PARTS_MAX 2000 /* bytes of an event that a row looks at */

void play_events_layout(struct play_screen *s)
{
	const struct play_column *c = s->column < s->play->n_columns ? s->play->columns[s->column] : NULL;

	if (c == NULL) { /* the last column was dropped */
		raw_events_clear(&s->events);
		s->events_list = (struct list){ 0 };
		s->events_generation = 0;
		return;
	}
	const struct play_answer *a = c->answer;
	bool follows = s->events_list.selected >= s->events_list.n - 1 && play_answer_is_running(a);
	enum framing framing = c->target != NULL ? c->target->provider->kind->framing : FRAMING_SSE;
	size_t len;
	const char *body = play_answer_response(a, &len);

	if (s->events_generation != a->generation) {
		s->events_generation = a->generation;
		raw_events_clear(&s->events);
		s->events_list = (struct list){ 0 };
	}
	raw_events_update(&s->events, body, len, framing, !play_answer_is_running(a));
	list_set_n(&s->events_list, (int)s->events.n);
	if (follows) {
		list_select(&s->events_list, (int)s->events.n - 1);
	}
}

/* "+0.520", in seconds since it was sent. */
static void time_text(const struct play_answer *a, const struct raw_event *e, char out[FORMAT_SIZE])
{
	int64_t us = play_answer_arrival_us(a, e->start + e->len);

	if (is_known(us)) {
		(void)snprintf(out, FORMAT_SIZE, "+%.3f", (double)us / (double)US_PER_S);
	} else {
		(void)snprintf(out, FORMAT_SIZE, "\u2013");
	}
}

/* A narrow row shows the text an event brings, a wide one all its data, where that fits. */
static void draw_event(const struct play_screen *s, struct cells *cells, struct rect r, size_t i, enum style st)
{
	const struct play_answer *a = s->play->columns[s->column]->answer;
	const struct raw_event *e = &s->events.at[i];
	struct buf name = { 0 }, data = { 0 };
	size_t len, piece_len;
	const char *body = play_answer_response(a, &len);
	char time[FORMAT_SIZE];
	int x = r.x + TIME_W + 1;

	time_text(a, e, time);
	(void)cells_right(cells, r.x + TIME_W, r.y, ST_DIM, time);
	raw_event_parts(body + e->start, e->len < PARTS_MAX ? e->len : PARTS_MAX, &name, &data);
	const char *piece = raw_event_piece(buf_str(&data), data.len, &piece_len);
	if (name.len > 0) {
		char *clean = clean_line(name.s, name.len, 30);

		x += cells_fit(cells, x, r.y, r.x + r.w - x, ST_DIM, clean) + 1;
		free(clean);
	}
	char *clean = clean_line(buf_str(&data), data.len, 0);
	bool is_glance = piece != NULL && (r.w < PLAY_WIDE / 2 || cells_width(clean, strlen(clean)) > r.x + r.w - x);

	if (is_glance) {
		free(clean);
		clean = clean_line(piece, piece_len, 0);
	}
	char *text = is_glance ? x_asprintf("\"%s\"", clean) : x_strdup(clean);
	(void)cells_fit(cells, x, r.y, r.x + r.w - x, st, text);
	free(text);
	free(clean);
	buf_free(&name);
	buf_free(&data);
}

/* The first of n events to show in so many rows while they come: it jumps by half of them, so that most frames change one row only. */
static size_t follow_from(size_t n, size_t rows)
{
	size_t half = rows > 3 ? rows / 2 : 1;

	return n <= rows ? 0 : (n - rows + half - 1) / half * half;
}

void play_events_draw_glance(const struct play_screen *s, struct cells *cells, struct rect r)
{
	const struct play_answer *a = s->play->columns[s->column]->answer;
	size_t n = s->events.n, rows = (size_t)(r.h - 1);
	bool is_running = play_answer_is_running(a);
	size_t head = n <= rows ? n : is_running ? 0 : rows - 2;
	size_t tail = n <= rows ? 0 : is_running ? n - follow_from(n, rows - 1) : 1;
	int y = r.y + 1;

	cells_rule(cells, r.x, r.y, r.w, false, "Raw events", "J");
	if (n == 0) {
		(void)cells_fit(cells, r.x + 1, y, r.w - 2, ST_DIM, !a->has_run || is_running ? "none yet" : "none were kept");
	}
	for (size_t i = 0; i < head; i++, y++) {
		draw_event(s, cells, (struct rect){ r.x, y, r.w - 1, 1 }, i, ST_TEXT);
	}
	if (tail > 0) {
		(void)cells_putf(cells, r.x + TIME_W - 1, y++, ST_DIM, "\u2026 %zu %s", n + s->events.n_forgotten - head - tail, head > 0 ? "more" : "before");
	}
	for (size_t i = n - tail; i < n; i++, y++) {
		draw_event(s, cells, (struct rect){ r.x, y, r.w - 1, 1 }, i, ST_TEXT);
	}
}

/* -- all of them -------------------------------------------------------------------------------------------------------------------- */

static int opened_height(struct rect r)
{
	return r.h >= 10 ? r.h / 3 : 0;
}

void play_events_view_layout(struct play_screen *s)
{
	int opened_h = opened_height(s->columns), list_h = s->columns.h - 1 - opened_h;

	list_layout(&s->events_list, list_h);
	if (list_h > 0 && s->events_list.selected == s->events_list.n - 1 && play_answer_is_running(s->play->columns[s->column]->answer)) {
		s->events_list.top = (int)follow_from(s->events.n, (size_t)list_h);
	}
	styled_free(s->event_text);
	s->event_text = NULL;
	if (opened_h > 0 && s->events.n > 0) {
		const struct raw_event *e = &s->events.at[s->events_list.selected];
		size_t len;
		const char *body = play_answer_response(s->play->columns[s->column]->answer, &len);
		size_t most = (size_t)s->columns.w * (size_t)opened_h * 4; /* bytes that can be seen, and what the cleaning takes away */
		char *clean = clean_text(body + e->start, e->len < most ? e->len : most);

		s->event_text = styled_new();
		styled_add(s->event_text, ST_TEXT, clean, strlen(clean));
		(void)styled_layout(s->event_text, s->columns.w - 2);
		free(clean);
	}
}

void play_events_view_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	struct rect r = s->columns;
	int opened_h = opened_height(r), list_h = r.h - 1 - opened_h, y = r.y + 1;
	char right[64];

	(void)env;
	if (s->column >= s->play->n_columns) {
		return;
	}
	char label[PLAY_LABEL_SIZE];
	char *title = x_asprintf("Raw events \u203a %zu %s", s->column + 1, play_label(s, s->play->columns[s->column], label));
	(void)snprintf(right, sizeof(right), "%zu \u00b7 yr copies all \u00b7 Esc closes", s->events.n + s->events.n_forgotten);
	cells_rule(cells, r.x, r.y, r.w, true, title, right);
	free(title);
	if (s->events.n == 0) {
		(void)cells_fit(cells, r.x + 2, y, r.w - 4, ST_DIM, "No raw event: nothing was received, or its body was not kept.");
		return;
	}
	for (int i = s->events_list.top; i < s->events_list.n && y < r.y + 1 + list_h; i++, y++) {
		bool is_selected = i == s->events_list.selected;

		draw_event(s, cells, (struct rect){ r.x, y, r.w - 1, 1 }, (size_t)i, is_selected ? ST_BOLD : ST_TEXT);
		if (is_selected) {
			cells_selected(cells, r.x, y);
			cells_cursor(cells, r.x, y, false);
		}
	}
	if (opened_h > 0) {
		(void)snprintf(right, sizeof(right), "Event %zu", s->events.n_forgotten + (size_t)s->events_list.selected + 1);
		cells_rule(cells, r.x, r.y + r.h - opened_h, r.w, false, right, "");
		styled_draw(s->event_text, cells, (struct rect){ r.x + 1, r.y + r.h - opened_h + 1, r.w - 2, opened_h - 1 }, 0);
	}
}
