/* Choosing a stretch of time on the graphs: with the arrows from a start that b sets, or with the mouse from where it is pressed to where it
 * is let go. Table and log follow while it grows. */
#include "base/clock.h"
#include "ui/screens/metrics_state.h"

static const struct metrics *shown(const struct metrics_screen *s)
{
	const struct metrics *m = s->board->answer.graphs;

	return m != NULL && m->n_buckets > 0 ? m : NULL;
}

bool metrics_brush_buckets(const struct metrics_screen *s, size_t *from, size_t *to)
{
	const struct timeframe *f = &s->board->question.frame;
	const struct metrics *m = shown(s);

	if (m == NULL || (!s->brush.is_on && !timeframe_has_brush(f))) {
		return false;
	}
	if (s->brush.is_on) {
		size_t last = m->n_buckets - 1; /* there may be fewer than when it began: the size has changed */
		size_t b = s->brush.cursor < last ? s->brush.cursor : last, a = !s->brush.has_anchor ? b : s->brush.anchor < last ? s->brush.anchor : last;

		*from = a < b ? a : b;
		*to = (a < b ? b : a) + 1;
	} else {
		int64_t first = f->brush_from_us - m->buckets_from_us, end = f->brush_to_us - m->buckets_from_us;

		*from = first > 0 ? (size_t)(first / m->bucket_us) : 0;
		*to = end > 0 ? (size_t)((end + m->bucket_us - 1) / m->bucket_us) : 0;
	}
	*to = *to < m->n_buckets ? *to : m->n_buckets;
	return *from < *to;
}

/* The stretch goes to the board; without a start it is lifted. */
static void tell(struct metrics_screen *s)
{
	struct timeframe *f = &s->board->question.frame;
	const struct metrics *m = shown(s);
	int64_t from_us = 0, to_us = 0, now_us = clock_wall_us();
	size_t from, to;

	if (m != NULL && s->brush.has_anchor && metrics_brush_buckets(s, &from, &to)) {
		from_us = m->buckets_from_us + (int64_t)from * m->bucket_us;
		to_us = m->buckets_from_us + (int64_t)to * m->bucket_us;
		from_us = from_us > timeframe_start(f, now_us) ? from_us : timeframe_start(f, now_us);
		to_us = to_us < timeframe_end(f, now_us) ? to_us : timeframe_end(f, now_us);
	}
	if (from_us != f->brush_from_us || to_us != f->brush_to_us) {
		f->brush_from_us = from_us;
		f->brush_to_us = to_us > from_us ? to_us : from_us;
		board_refresh(s->board);
	}
}

void metrics_brush_start(struct metrics_screen *s)
{
	const struct metrics *m = shown(s);

	if (m != NULL) {
		s->brush = (struct brushing){ .is_on = true, .cursor = m->n_buckets - 1 };
	}
}

void metrics_brush_mark(struct metrics_screen *s)
{
	s->brush.has_anchor = true;
	s->brush.anchor = s->brush.cursor;
	tell(s);
}

void metrics_brush_end(struct metrics_screen *s, bool is_taken)
{
	if (is_taken && !s->brush.has_anchor) {
		metrics_brush_mark(s);
	}
	if (!is_taken) {
		s->brush.has_anchor = false;
		tell(s);
	}
	s->brush.is_on = false;
}

static unsigned move_to(struct metrics_screen *s, int64_t bucket)
{
	int64_t last = (int64_t)shown(s)->n_buckets - 1;

	s->brush.cursor = (size_t)(bucket < 0 ? 0 : bucket > last ? last : bucket);
	if (s->brush.has_anchor) {
		tell(s);
	}
	return metrics_changed();
}

static unsigned mouse(struct metrics_screen *s, const struct input *in)
{
	size_t bucket;
	bool is_there = metrics_bucket_at(s, in->x, in->y, &bucket);

	if (in->mouse == MOUSE_PRESS && is_there) {
		s->brush = (struct brushing){ .is_on = true, .is_dragged = true, .cursor = bucket };
		metrics_brush_mark(s);
		return metrics_changed();
	}
	bool goes_on = s->brush.is_on && s->brush.is_dragged;

	if (goes_on && (in->mouse == MOUSE_DRAG || in->mouse == MOUSE_RELEASE)) {
		s->brush.is_on = in->mouse == MOUSE_DRAG;
		return is_there && bucket != s->brush.cursor ? move_to(s, (int64_t)bucket) : metrics_changed();
	}
	return 0;
}

unsigned metrics_brush_input(struct metrics_screen *s, const struct input *in)
{
	const struct metrics *m = shown(s);

	if (m == NULL) {
		return 0;
	}
	if (in->type == INPUT_MOUSE) {
		return mouse(s, in);
	}
	if (!s->brush.is_on || in->type != INPUT_KEY) {
		return 0;
	}
	int64_t at = (int64_t)s->brush.cursor, page = (int64_t)m->n_buckets / 10 + 1;

	switch (in->key) {
	case K_LEFT:
	case 'h':
		return move_to(s, at - 1);
	case K_RIGHT:
	case 'l':
		return move_to(s, at + 1);
	case K_PAGE_UP:
		return move_to(s, at - page);
	case K_PAGE_DOWN:
		return move_to(s, at + page);
	case K_HOME:
		return move_to(s, 0);
	case K_END:
		return move_to(s, (int64_t)m->n_buckets - 1);
	case ' ':
		metrics_brush_mark(s);
		return metrics_changed();
	default:
		return 0;
	}
}
