#include "ui/widgets/styled.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/wrap.h"

struct stretch {
	size_t end; /* byte after its last */
	enum style st;
};

struct styled_text {
	struct buf text;
	struct stretch *stretches;
	size_t n, cap;
	struct wrap wrap;
};

struct styled_text *styled_new(void)
{
	return x_calloc(1, sizeof(struct styled_text));
}

void styled_free(struct styled_text *t)
{
	if (t == NULL) {
		return;
	}
	buf_free(&t->text);
	wrap_free(&t->wrap);
	free(t->stretches);
	free(t);
}

void styled_add(struct styled_text *t, enum style st, const char *text, size_t len)
{
	if (len == 0 || !buf_add(&t->text, text, len)) {
		return;
	}
	if (t->n == 0 || t->stretches[t->n - 1].st != st) {
		array_push(t->stretches, t->n, t->cap)->st = st;
	}
	t->stretches[t->n - 1].end = t->text.len;
}

void styled_addf(struct styled_text *t, enum style st, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)buf_addv(&b, fmt, ap);
	va_end(ap);
	styled_add(t, st, buf_str(&b), b.len);
	buf_free(&b);
}

size_t styled_layout(struct styled_text *t, int width)
{
	wrap_update(&t->wrap, buf_str(&t->text), t->text.len, (size_t)(width > 0 ? width : 1));
	return t->wrap.n;
}

/* The stretch that holds a byte: the first whose end lies behind it. */
static size_t stretch_at(const struct styled_text *t, size_t offset)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->stretches[mid].end > offset) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return lo;
}

void styled_draw(const struct styled_text *t, struct cells *c, struct rect r, size_t top)
{
	for (int y = 0; y < r.h && top + (size_t)y < t->wrap.n; y++) {
		const struct wrap_line *line = &t->wrap.lines[top + (size_t)y];
		size_t at = line->start, end = line->start + line->len;
		int x = r.x;

		for (size_t k = stretch_at(t, at); at < end && k < t->n; k++) {
			size_t stop = t->stretches[k].end < end ? t->stretches[k].end : end;

			x += cells_text(c, x, r.y + y, r.x + r.w - x, t->stretches[k].st, t->text.s + at, stop - at);
			at = stop;
		}
	}
}

static bool has_mark(const struct styled_text *t, size_t i)
{
	const struct wrap_line *line = &t->wrap.lines[i];
	size_t end = line->start + line->len;

	for (size_t k = stretch_at(t, line->start), at = line->start; at < end && k < t->n; at = t->stretches[k].end, k++) {
		if (t->stretches[k].st != ST_TEXT && t->stretches[k].st != ST_DIM) {
			return true;
		}
	}
	return false;
}

size_t styled_next_mark(const struct styled_text *t, size_t from, int by)
{
	size_t i = from;

	for (;;) {
		i += (size_t)by; /* wraps below 0 */
		if (i >= t->wrap.n) {
			return from;
		}
		if (has_mark(t, i)) {
			return i;
		}
	}
}
