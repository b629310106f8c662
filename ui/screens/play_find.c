/* Looking for a text in the answers: all places are marked as the answers stream, n and N go from one to the next. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/play_state.h"

#define HITS_MAX 10000 /* of a column; more are not marked */

void play_find_reset(struct answer_view *v)
{
	free(v->hits);
	v->hits = NULL;
	v->n_hits = v->cap_hits = v->hit = v->searched = 0;
}

void play_find_set(struct play_screen *s, const char *query)
{
	free(s->query);
	s->query = query[0] != '\0' ? x_strdup(query) : NULL;
	for (size_t i = 0; i < s->n_answers; i++) {
		play_find_reset(&s->answers[i]);
	}
}

/* Letters of ASCII in either case. */
void play_find_update(const struct play_screen *s, struct answer_view *v)
{
	size_t len = s->query != NULL ? strlen(s->query) : 0;

	if (len == 0) {
		return;
	}
	for (size_t at = v->searched; at + len <= v->text.len && v->n_hits < HITS_MAX; at++) {
		if (strncasecmp(v->text.s + at, s->query, len) == 0) {
			*array_push(v->hits, v->n_hits, v->cap_hits) = at;
			at += len - 1;
		}
		v->searched = at + 1;
	}
}

void play_find_draw(const struct play_screen *s, const struct answer_view *v, struct cells *cells, struct rect r, size_t start, size_t len)
{
	size_t query_len = s->query != NULL ? strlen(s->query) : 0, end = start + len;

	for (size_t i = 0; i < v->n_hits && v->hits[i] < end; i++) {
		size_t from = v->hits[i] > start ? v->hits[i] : start, to = v->hits[i] + query_len < end ? v->hits[i] + query_len : end;

		if (to > from) {
			int x = r.x + cells_width(v->text.s + start, from - start), w = cells_width(v->text.s + from, to - from);
			bool is_here = i == v->hit && v->column == s->play->columns[s->column];

			cells_restyle(cells, (struct rect){ x, r.y, w, 1 }, is_here ? ST_SEL : ST_HIT);
		}
	}
}

static size_t all_hits(const struct play_screen *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_answers; i++) {
		n += s->answers[i].n_hits;
	}
	return n;
}

void play_find_status(const struct play_screen *s, struct buf *out)
{
	const struct answer_view *v = play_focused_answer(s);
	size_t all = all_hits(s);

	if (v == NULL || all == 0) {
		(void)buf_addf(out, "\u201c%s\u201d is in no answer", s->query);
	} else if (v->n_hits == 0) {
		(void)buf_addf(out, "\u201c%s\u201d not in this column, %zu in others", s->query, all);
	} else {
		(void)buf_addf(out, "\u201c%s\u201d %zu of %zu here, %zu in all", s->query, v->hit + 1, v->n_hits, all);
	}
	(void)buf_add_str(out, " \u00b7 n N next \u00b7 Esc ends");
}

static void show_hit(struct answer_view *v, size_t i)
{
	v->hit = i;
	play_text_show(v, wrap_line_at(&v->wrap, v->hits[i]), (size_t)(v->rows > 2 ? v->rows / 3 : 0));
}

/* The next place in this column, then the first of the next column that has one, round and round. */
static void step(struct play_screen *s, int by)
{
	size_t n = s->play->n_columns;
	struct answer_view *v = play_focused_answer(s);

	if (v == NULL || all_hits(s) == 0) {
		return;
	}
	if (v->n_hits > 0 && v->hit + (size_t)by < v->n_hits) { /* wraps below 0 */
		show_hit(v, v->hit + (size_t)by);
		return;
	}
	do {
		s->column = (s->column + n + (size_t)by) % n;
		v = play_focused_answer(s);
	} while (v->n_hits == 0);
	show_hit(v, by > 0 ? 0 : v->n_hits - 1);
}

unsigned play_cmd_find(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (arg[0] == '\0') {
		console_ask(c, "find ");
		return play_changed();
	}
	play_find_set(s, arg);
	for (size_t i = 0; i < s->n_answers; i++) {
		play_find_update(s, &s->answers[i]);
	}
	const struct answer_view *v = play_focused_answer(s);
	if (v != NULL && v->n_hits == 0) {
		step(s, 1);
	} else if (v != NULL) {
		show_hit(play_focused_answer(s), 0);
	}
	return play_changed();
}

static unsigned go(struct play_screen *s, struct console *c, int by)
{
	if (s->query == NULL) {
		console_ask(c, "find ");
	} else {
		step(s, by);
	}
	return play_changed();
}

unsigned play_cmd_next_hit(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return go(self, c, 1);
}

unsigned play_cmd_prev_hit(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return go(self, c, -1);
}
