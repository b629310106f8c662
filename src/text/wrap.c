/* Greedy filling. A line depends on nothing but the text from its start to the first cluster that does not fit, so every line but the last
 * stays as it is when text is appended, and wrap_update makes the last one again.
 * Refused: UAX 14 in full (libunistring has it): it looks at whole paragraphs, so a stream would cost its square. */
#include "text/wrap.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"

#define TAB_CELLS 4

/* Punctuation that must not start a line, and that must not end one, next to wide characters. */
static const char not_first[] =
	"!%),.:;?]}\u2019\u201D\u2026\u3001\u3002\u3005"
	"\u3009\u300B\u300D\u300F\u3011\u3015\u3017\u301C\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087"
	"\u30A1\u30A3\u30A5\u30A7\u30A9\u30C3\u30E3\u30E5\u30E7\u30FB\u30FC\uFF01\uFF05\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF3D\uFF5D";
static const char not_last[] = "$([{\u2018\u201C\u3008\u300A\u300C\u300E\u3010\u3014\u3016\uFF04\uFF08\uFF3B\uFF5B";

struct cluster {
	const char *s;
	size_t len;
	int cells;
};

static bool is_blank(const struct cluster *c)
{
	return c->len == 1 && (c->s[0] == ' ' || c->s[0] == '\t');
}

static bool is_letter(const struct cluster *c)
{
	unsigned char b = (unsigned char)c->s[0];

	return b >= 0x80 || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
}

/* Whether the base of the cluster stands in a list. */
static bool is_among(const struct cluster *c, const char *list)
{
	unsigned char b = (unsigned char)c->s[0];
	uint32_t cp;

	/* U+4000 to U+DFFF: ideographs and Hangul, in no list, and most of the clusters that are looked up. */
	if (b >= 0xE4 && b <= 0xED) {
		return false;
	}
	size_t n = utf8_decode(c->s, c->len, &cp);
	return n > 0 && memmem(list, strlen(list), c->s, n) != NULL;
}

static bool is_hyphen(const struct cluster *c)
{
	static const char list[] = "-\u2010\u2013\u2014";

	return (c->s[0] == '-' || c->s[0] == list[1]) && is_among(c, list);
}

/* Whether a line may end before `next`, which is no blank. before[0] is the cluster in front of it, before[1] the one earlier. */
static bool can_break(const struct cluster before[2], const struct cluster *next)
{
	if (is_blank(&before[0])) {
		return true;
	}
	if (before[0].cells == 2 || next->cells == 2) {
		return !is_among(next, not_first) && !is_among(&before[0], not_last);
	}
	return is_hyphen(&before[0]) && before[1].len > 0 && is_letter(&before[1]) && is_letter(next);
}

/* One line from `start`. Returns where the next one starts. *is_end: the text ends in this line, there is no next one. */
static size_t make_line(const char *text, size_t len, size_t start, size_t width, struct wrap_line *line, bool *is_end)
{
	struct cluster before[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };
	size_t at = start, cells = 0;               /* cells of all before `at` */
	size_t fits = start;                        /* end of what is inside the width */
	size_t place = start, fits_at_place = start; /* the last place where the line may end; start: none yet */

	while (at < len && text[at] != '\n') {
		struct cluster next = { .s = text + at };

		next.len = width_cluster(next.s, len - at, &next.cells);
		bool blank = is_blank(&next);
		size_t sum = cells + (text[at] == '\t' ? TAB_CELLS - cells % TAB_CELLS : (size_t)next.cells);

		if (at > start && !blank && can_break(before, &next)) {
			place = at;
			fits_at_place = fits;
		}
		/* Blanks hang over the edge, but no more than a second width of them, so that no line gets endless. */
		if (at > start && sum > (blank ? 2 * width : width)) {
			if (place == start || blank) {
				place = at;
				fits_at_place = fits;
			}
			*line = (struct wrap_line){ start, fits_at_place - start, true };
			return place;
		}
		at += next.len;
		cells = sum;
		if (sum <= width || !blank) {
			fits = at;
		}
		before[1] = before[0];
		before[0] = next;
	}
	*line = (struct wrap_line){ start, fits - start, false };
	*is_end = at >= len;
	return *is_end ? len : at + 1;
}

void wrap_free(struct wrap *w)
{
	free(w->lines);
	*w = (struct wrap){ 0 };
}

void wrap_reset(struct wrap *w)
{
	w->n = 0;
	w->width = 0;
	w->done = 0;
}

void wrap_update(struct wrap *w, const char *text, size_t len, size_t width)
{
	size_t start = 0;
	bool is_end = false;

	assert(width >= 1);
	if (w->width != width || len < w->done) {
		wrap_reset(w);
		w->width = width;
	} else if (len == w->done) {
		return;
	}
	if (w->n > 0) {
		start = w->lines[--w->n].start;
	}
	while (!is_end) {
		struct wrap_line *line = array_push(w->lines, w->n, w->cap);

		start = make_line(text, len, start, width, line, &is_end);
	}
	w->done = len;
}

/* A line depends on the text from its start to a little behind its end, at most into the line after the next one; and one that starts where a
 * line started before, behind the change, has all after it as it was. */
void wrap_splice(struct wrap *w, const char *text, size_t len, size_t at, size_t removed, size_t added)
{
	struct wrap_line *made = NULL;
	size_t n_made = 0, cap_made = 0;

	if (w->n == 0) {
		return;
	}
	size_t first = wrap_line_at(w, at);

	for (int back = 0; back < 2 && first > 0 && w->lines[first - 1].is_soft; back++) {
		first--;
	}
	size_t start = w->lines[first].start, rest = first;
	bool is_end = false;

	for (;;) {
		struct wrap_line *line = array_push(made, n_made, cap_made);

		start = make_line(text, len, start, w->width, line, &is_end);
		if (is_end) {
			rest = w->n;
			break;
		}
		while (rest < w->n && (w->lines[rest].start < at + removed || w->lines[rest].start - removed + added < start)) {
			rest++;
		}
		if (rest < w->n && start >= at + added && w->lines[rest].start - removed + added == start) {
			break;
		}
	}
	size_t tail = w->n - rest, n = first + n_made + tail;

	if (n > w->cap) {
		w->cap = n + n / 4;
		w->lines = x_reallocarray(w->lines, w->cap, sizeof(*w->lines));
	}
	memmove(w->lines + first + n_made, w->lines + rest, tail * sizeof(*w->lines));
	memcpy(w->lines + first, made, n_made * sizeof(*made));
	w->n = n;
	for (size_t i = first + n_made; i < n; i++) {
		w->lines[i].start = w->lines[i].start - removed + added;
	}
	w->done = len;
	free(made);
}

size_t wrap_line_at(const struct wrap *w, size_t offset)
{
	size_t low = 0, high = w->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (w->lines[mid].start <= offset) {
			low = mid;
		} else {
			high = mid;
		}
	}
	return low;
}
