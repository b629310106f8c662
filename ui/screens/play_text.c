/* The text of a column: reasoning, answer and error as they are wrapped, scrolled and drawn; an answer that is JSON laid out. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/screens/play_state.h"

struct answer_view *play_answer_view(const struct play_screen *s, const struct play_column *c)
{
	for (size_t i = 0; i < s->n_answers; i++) {
		if (s->answers[i].column == c) {
			return &s->answers[i];
		}
	}
	return NULL;
}

static bool is_in_play(const struct play *p, const struct play_column *c)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i] == c) {
			return true;
		}
	}
	return false;
}

/* Views of columns that are gone are dropped, new columns get one. */
void play_text_match(struct play_screen *s)
{
	for (size_t i = 0; i < s->n_answers;) {
		if (is_in_play(s->play, s->answers[i].column)) {
			i++;
			continue;
		}
		wrap_free(&s->answers[i].wrap);
		buf_free(&s->answers[i].text);
		play_find_reset(&s->answers[i]);
		s->answers[i] = s->answers[--s->n_answers];
	}
	for (size_t i = 0; i < s->play->n_columns; i++) {
		if (play_answer_view(s, s->play->columns[i]) == NULL) {
			array_push(s->answers, s->n_answers, s->cap_answers)->column = s->play->columns[i];
		}
	}
	if (s->marked != NULL && !is_in_play(s->play, s->marked)) {
		s->marked = NULL;
	}
}

/* Reasoning, answer and error in one text, so that one wrap and one scroll position serve all. While an answer grows at its end only, so does
 * this text. */
static void start_text(struct answer_view *v)
{
	const struct play_answer *a = v->column->answer;

	buf_clear(&v->text);
	wrap_reset(&v->wrap);
	play_find_reset(v);
	v->pretty = (struct pretty){ 0 };
	if (a->reasoning.len > 0) {
		(void)buf_add(&v->text, a->reasoning.s, a->reasoning.len);
		(void)buf_add_str(&v->text, "\n\n");
	}
	v->answer_start = v->text.len;
	v->parts[0] = a->reasoning.len;
	v->parts[1] = 0;
}

bool play_text_is_json(const struct answer_view *v)
{
	return v->is_pretty && v->pretty.state != PRETTY_START;
}

/* What is new of the answer; laid out while it is JSON. False: it is not, after all. */
static bool add_answer(struct answer_view *v)
{
	const struct play_answer *a = v->column->answer;
	size_t from = v->parts[1], n = a->text.len - from;

	v->parts[1] = a->text.len;
	if (!v->is_pretty) {
		(void)buf_add(&v->text, buf_str(&a->text) + from, n);
		return true;
	}
	pretty_feed(&v->pretty, buf_str(&a->text) + from, n, &v->text);
	return v->pretty.state != PRETTY_NOT && (v->pretty.state != PRETTY_START || !call_state_is_final(a->state));
}

static void fill_text(const struct play_screen *s, struct answer_view *v)
{
	const struct play_answer *a = v->column->answer;
	const struct err *e = play_column_err(v->column);
	struct err refused;

	if (!a->has_run && !play_check_files(s->play, v->column, &refused)) {
		play_clean_err(&refused, &refused);
		e = &refused;
	}
	bool is_other = v->generation != a->generation, is_toggled = v->shows_raw != s->shows_raw;

	if (is_other) {
		v->generation = a->generation;
		v->top = 0;
		v->is_held = false;
	}
	if (is_other || is_toggled) {
		v->shows_raw = s->shows_raw;
		v->is_pretty = !s->shows_raw; /* until it is seen that it is no JSON */
	}
	bool is_same_err = strcmp(v->err.text, e->text) == 0 && strcmp(v->err.hint, e->hint) == 0;
	bool has_grown_only = v->parts[0] == a->reasoning.len && is_same_err && (e->code == ERR_NONE || v->parts[1] == a->text.len);

	if (is_other || is_toggled || !has_grown_only) {
		start_text(v);
	} else if (e->code != ERR_NONE) { /* it stands there, behind the answer */
		return;
	}
	if (!add_answer(v)) {
		v->is_pretty = false;
		start_text(v);
		(void)add_answer(v);
	}
	v->answer_end = v->text.len;
	v->err = *e;
	if (e->code != ERR_NONE) {
		(void)buf_addf(&v->text, "%s%s\n%s", v->text.len > 0 ? "\n\n" : "", e->text, e->hint);
	}
}

/* Following jumps by half a column: most frames then change a few rows only, not all of them. */
static void follow(struct answer_view *v, bool is_running)
{
	size_t n = v->wrap.n, rows = (size_t)(v->rows > 0 ? v->rows : 1);
	size_t last = n > rows ? n - rows : 0;

	if (v->is_held) {
		v->top = v->top > last ? last : v->top;
	} else if (!is_running) {
		v->top = v->top > last || v->top + rows < n ? last : v->top;
	} else if (n > v->top + rows) {
		v->top = n - rows + rows / 2;
	}
}

void play_text_layout(const struct play_screen *s, struct answer_view *v, int w, int rows)
{
	fill_text(s, v);
	v->rows = rows;
	wrap_update(&v->wrap, buf_str(&v->text), v->text.len, (size_t)(w > 1 ? w : 1));
	play_find_update(s, v);
	follow(v, play_answer_is_running(v->column->answer));
}

/* A heading, a code fence, or a member of the outermost object. */
static bool is_of_interest(const struct answer_view *v, size_t i)
{
	const struct wrap_line *line = &v->wrap.lines[i];
	const char *s = v->text.s + line->start;
	size_t at;

	if ((i > 0 && v->wrap.lines[i - 1].is_soft) || line->len == 0) {
		return false;
	}
	if (v->is_pretty && line->start >= v->answer_start && line->start < v->answer_end) {
		return pretty_key(s, line->len, &at) > 0 && at <= 2;
	}
	return s[0] == '#' || (line->len >= 3 && memcmp(s, "```", 3) == 0) || (line->len >= 3 && memcmp(s, "**", 2) == 0);
}

bool play_text_next(struct answer_view *v, int by)
{
	for (size_t i = v->top + (size_t)by; i < v->wrap.n; i += (size_t)by) { /* wraps below 0, which ends it */
		if (is_of_interest(v, i)) {
			play_text_show(v, i, 0);
			return true;
		}
	}
	return false;
}

void play_text_show(struct answer_view *v, size_t line, size_t above)
{
	size_t last = v->wrap.n > (size_t)v->rows ? v->wrap.n - (size_t)v->rows : 0;

	v->top = line > above ? line - above : 0;
	v->top = v->top > last ? last : v->top;
	v->is_held = v->top < last;
}

void play_text_scroll(struct answer_view *v, long by)
{
	long last = v->wrap.n > (size_t)v->rows ? (long)v->wrap.n - v->rows : 0;
	long top = ((long)v->top < last ? (long)v->top : last) + by; /* following leaves room below the end: up means up from the end */

	/* Reading back holds the column; reaching the end follows again. */
	play_text_show(v, top < 0 ? 0 : top > last ? (size_t)last : (size_t)top, 0);
}

static enum style style_at(const struct answer_view *v, size_t offset)
{
	const struct play_column *c = v->column;

	if (offset < v->answer_start) {
		return ST_DIM;
	}
	if (offset < v->answer_end) {
		return ST_TEXT;
	}
	if (!c->answer->has_run) {
		return ST_BAD;
	}
	return c->answer->state == CALL_CANCELLED ? ST_DIM : c->answer->state == CALL_RETRYING ? ST_WARN : ST_BAD;
}

/* The name of a member stands out, where the text is laid out so that each has a line. */
static void draw_line(const struct play_screen *s, const struct answer_view *v, struct cells *cells, struct rect r, size_t i)
{
	size_t start = v->wrap.lines[i].start, len = v->wrap.lines[i].len, key_at = 0, key_len = 0;
	bool is_whole = i == 0 || !v->wrap.lines[i - 1].is_soft;

	(void)cells_text(cells, r.x, r.y, r.w, style_at(v, start), v->text.s + start, len);
	if (v->is_pretty && is_whole && start >= v->answer_start && start < v->answer_end) {
		key_len = pretty_key(v->text.s + start, len, &key_at);
	}
	if (key_len > 0) {
		(void)cells_text(cells, r.x + (int)key_at, r.y, r.w - (int)key_at, ST_KEY, v->text.s + start + key_at, key_len);
	}
	play_find_draw(s, v, cells, r, start, len);
}

void play_text_draw(const struct play_screen *s, const struct answer_view *v, struct cells *cells, struct rect r, const struct env *env)
{
	const struct play_column *c = v->column;
	size_t end = v->top + (size_t)(r.h > 0 ? r.h : 0);
	int y = r.y;

	for (size_t i = v->top; i < v->wrap.n && i < end; i++, y++) {
		draw_line(s, v, cells, (struct rect){ r.x + 1, y, r.w - 2, 1 }, i);
	}
	if (play_answer_is_running(c->answer) && c->answer->state == CALL_RETRYING && y < r.y + r.h) {
		double wait = (double)(c->answer->call->retry_at_us - env->mono_us) / 1e6;

		if (cells->glyphs == GLYPHS_PLAIN) { /* no clock runs */
			(void)cells_putf(cells, r.x + 1, y, ST_WARN, "waits to try again, attempt %d of %d", c->answer->call->attempt + 1,
			    c->answer->call->max_attempts);
			return;
		}
		(void)cells_putf(cells, r.x + 1, y, ST_WARN, "retry in %.1fs \u00b7 attempt %d of %d", wait > 0 ? wait : 0., c->answer->call->attempt + 1,
		    c->answer->call->max_attempts);
		if (c == s->play->columns[s->column] && y + 1 < r.y + r.h) {
			(void)cells_put(cells, r.x + 1, y + 1, ST_DIM, "R retry now   x give up");
		}
	} else if (c->answer->has_run && c->answer->state == CALL_DONE && c->answer->text.len == 0 && y < r.y + r.h) {
		(void)cells_put(cells, r.x + 1, y, ST_DIM, "(an empty answer)");
	}
	if (c->answer->cleaner.dropped > 0 && r.h > 2) {
		(void)cells_putf(cells, r.x + 1, r.y + r.h - 1, ST_WARN, "\u26a0 %lu control character%s removed", c->answer->cleaner.dropped,
		    c->answer->cleaner.dropped == 1 ? "" : "s");
	}
	if (v->is_held && play_answer_is_running(c->answer)) {
		(void)cells_right(cells, r.x + r.w, r.y + r.h - 1, ST_HIT, "held");
	}
}
