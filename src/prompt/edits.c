#include "prompt/edits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void mark(struct edits *t, size_t start, size_t len, enum edit_mark m)
{
	for (size_t i = start; i < start + len; i++) {
		t->marks[i] = t->marks[i] < m ? (unsigned char)m : t->marks[i];
	}
}

/* From a tag's beginning to behind its end, which is none inside a string of it, or to the end of the text. */
static size_t tag_len(const struct edits *t, size_t at)
{
	const char *close = t->s[at + 1] == '{' ? "}}" : t->s[at + 1] == '%' ? "%}" : "#}";
	char quote = '\0';

	for (size_t i = at + 2; i + 1 < t->len; i++) {
		if (quote != '\0') {
			quote = t->s[i] == quote ? '\0' : quote;
			i += t->s[i] == '\\';
		} else if (memcmp(t->s + i, close, 2) == 0) {
			return i + 2 - at;
		} else if (close[0] != '#' && (t->s[i] == '"' || t->s[i] == '\'')) {
			quote = t->s[i];
		}
	}
	return t->len - at;
}

/* +1 for a tag that opens a block, -1 for one that ends it. */
static int tag_depth(const struct edits *t, size_t at, size_t len)
{
	static const char *const opening[] = { "if", "for", "raw", "verbatim", "macro", "filter" };
	size_t i = at + 2, n = 0;

	if (t->s[at + 1] != '%') {
		return 0;
	}
	while (i < at + len && strchr("-+ \t\r\n", t->s[i]) != NULL) {
		i++;
	}
	while (i + n < at + len && isalpha((unsigned char)t->s[i + n])) {
		n++;
	}
	if (n > 3 && memcmp(t->s + i, "end", 3) == 0) {
		return -1;
	}
	for (size_t k = 0; k < COUNT_OF(opening); k++) {
		if (strlen(opening[k]) == n && memcmp(t->s + i, opening[k], n) == 0) {
			return 1;
		}
	}
	return 0;
}

static void mark_template(struct edits *t)
{
	int depth = 0;

	for (size_t i = 0; i < t->len;) {
		bool is_tag = t->s[i] == '{' && i + 1 < t->len && strchr("{%#", t->s[i + 1]) != NULL;
		size_t n = is_tag ? tag_len(t, i) : 1;

		depth += is_tag ? tag_depth(t, i, n) : 0;
		mark(t, i, n, is_tag ? EDIT_TEMPLATE : depth > 0 ? EDIT_INSIDE : EDIT_FREE);
		i += n;
	}
}

/* Fences, and lines of quotes. */
static void mark_lines(struct edits *t)
{
	char fence = '\0';

	for (size_t i = 0; i < t->len;) {
		const char *newline = memchr(t->s + i, '\n', t->len - i);
		size_t n = newline != NULL ? (size_t)(newline - t->s) + 1 - i : t->len - i, k = i;

		while (k < i + n && (t->s[k] == ' ' || t->s[k] == '\t')) {
			k++;
		}
		char first = k < i + n ? t->s[k] : '\0';
		bool is_fence = (first == '`' || first == '~') && k + 2 < i + n && t->s[k + 1] == first && t->s[k + 2] == first;

		if (fence != '\0' || is_fence || first == '>') {
			mark(t, i, n, EDIT_QUOTED);
		}
		fence = !is_fence ? fence : fence == '\0' ? first : fence == first ? '\0' : fence;
		i += n;
	}
}

/* "...", `...` and the like within a line. An apostrophe is none: what opens stands behind no letter, and what closes before none. */
static void mark_quotes(struct edits *t)
{
	static const struct {
		const char *open, *close;
	} quotes[] = { { "\"", "\"" }, { "`", "`" }, { "“", "”" }, { "„", "“" }, { "«", "»" }, { "「", "」" }, { "‘", "’" }, { "'", "'" } };

	for (size_t i = 0; i < t->len; i++) {
		for (size_t k = 0; t->marks[i] < EDIT_QUOTED && k < COUNT_OF(quotes); k++) {
			size_t open = strlen(quotes[k].open), close = strlen(quotes[k].close);
			bool is_single = strcmp(quotes[k].open, "'") == 0;

			if (t->len - i <= open || memcmp(t->s + i, quotes[k].open, open) != 0 || (is_single && i > 0 && isalnum((unsigned char)t->s[i - 1]))) {
				continue;
			}
			const char *from = t->s + i + open, *newline = memchr(from, '\n', t->len - i - open), *end = newline != NULL ? newline : t->s + t->len;
			const char *at = memmem(from, (size_t)(end - from), quotes[k].close, close);

			while (is_single && at != NULL && at + 1 < end && isalnum((unsigned char)at[1])) {
				at = memmem(at + 1, (size_t)(end - at - 1), quotes[k].close, close);
			}
			if (at != NULL) {
				mark(t, i, (size_t)(at - t->s) + close - i, EDIT_QUOTED);
				i = (size_t)(at - t->s) + close - 1;
				break;
			}
		}
	}
}

void edits_begin(struct edits *t, const char *s, size_t len)
{
	*t = (struct edits){ .s = s, .len = len, .marks = x_calloc(len + 1, 1) };
	mark_template(t);
	mark_lines(t);
	mark_quotes(t);
}

void edits_free(struct edits *t)
{
	free(t->marks);
	free(t->edits);
	*t = (struct edits){ .s = NULL };
}

bool edits_may(const struct edits *t, size_t start, size_t len, enum edit_mark least)
{
	for (size_t i = start; i < start + len; i++) {
		if (t->marks[i] != EDIT_FREE && t->marks[i] >= least) {
			return false;
		}
	}
	return memchr(t->marks + start, EDIT_TAKEN, len) == NULL;
}

int edits_line(struct edits *t, size_t at)
{
	if (at < t->counted) {
		t->counted = 0;
		t->line = 0;
	}
	for (; t->counted < at; t->counted++) {
		t->line += t->s[t->counted] == '\n';
	}
	return t->line + 1;
}

void edits_add(struct edits *t, const struct edit *e)
{
	*array_push(t->edits, t->n, t->cap) = *e;
	memset(t->marks + e->start, EDIT_TAKEN, e->len);
}

static int by_start(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void edits_apply(struct edits *t, struct buf *out)
{
	size_t at = 0;

	if (t->n > 0) {
		qsort(t->edits, t->n, sizeof(*t->edits), by_start);
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct edit *e = &t->edits[i];

		(void)buf_add(out, t->s + at, e->start - at);
		size_t put = out->len;

		(void)buf_add_str(out, e->put);
		at = e->start + e->len;
		if (e->is_capital && e->put[0] == '\0') {
			/* the letter is taken, so that no other edit has it */
			(void)buf_add_char(out, (char)toupper((unsigned char)t->s[at++]));
		} else if (e->is_capital) {
			out->s[put] = (char)toupper((unsigned char)out->s[put]);
		}
	}
	(void)buf_add(out, t->s + at, t->len - at);
}
