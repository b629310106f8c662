#include "token/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PART_LEAST 512 /* bytes, before an edge is looked for */
#define EDGE_REACH 4   /* bytes on each side of an edge that make it one */

/* Where the part that begins at `at` ends. */
static size_t part_end(const char *text, size_t len, size_t at)
{
	size_t end = len - at > PART_LEAST ? at + PART_LEAST : len;

	while (end < len && !split_is_edge(text, len, end)) {
		end++;
	}
	return end;
}

/* Puts the parts of text[from, to) in the place of parts[first, last). Both ends are edges of the text, or its ends. */
static void replace(struct tally *t, const struct tokenizer *by, const char *text, size_t from, size_t to, size_t first, size_t last)
{
	struct tally_part *made = NULL;
	size_t n = 0, cap = 0, after = t->n - last;

	for (size_t i = first; i < last; i++) {
		weight_add(&t->weight, &t->parts[i].weight, -1);
	}
	while (from < to) {
		size_t end = part_end(text, to, from);

		struct tally_part *part = array_push(made, n, cap);

		part->len = end - from;
		tokenizer_weigh(by, text + from, part->len, &part->weight);
		weight_add(&t->weight, &part->weight, 1);
		from = end;
	}
	if (first + n + after > t->cap) {
		t->cap = first + n + after + t->n / 2;
		t->parts = x_reallocarray(t->parts, t->cap, sizeof(*t->parts));
	}
	if (after > 0) {
		memmove(t->parts + first + n, t->parts + last, after * sizeof(*t->parts));
	}
	if (n > 0) {
		memcpy(t->parts + first, made, n * sizeof(*made));
	}
	t->n = first + n + after;
	free(made);
}

void tally_set(struct tally *t, const struct tokenizer *by, const char *text, size_t len)
{
	replace(t, by, text, 0, len, 0, t->n);
}

struct touched {
	size_t first, last; /* parts [first, last) */
	size_t from, to;    /* of the text as it was */
};

/* All parts that the edit touches, and those whose edges may have been made by what it took away. */
static struct touched touched_by(const struct tally *t, size_t at, size_t removed)
{
	struct touched is = { 0 };

	while (is.first < t->n && is.from + t->parts[is.first].len + EDGE_REACH <= at) {
		is.from += t->parts[is.first++].len;
	}
	for (is.last = is.first, is.to = is.from; is.last < t->n && is.to < at + removed + EDGE_REACH; is.last++) {
		is.to += t->parts[is.last].len;
	}
	return is;
}

void tally_edit(struct tally *t, const struct tokenizer *by, const char *text, size_t len, size_t at, size_t removed, size_t inserted)
{
	struct touched is = touched_by(t, at, removed);

	replace(t, by, text, is.from, is.last < t->n ? is.to - removed + inserted : len, is.first, is.last);
}

size_t tally_touched(const struct tally *t, size_t at, size_t removed, size_t inserted)
{
	struct touched is = touched_by(t, at, removed);

	return is.to - is.from - removed + inserted;
}

int64_t tally_count(const struct tally *t)
{
	return tokenizer_rounded(weight_sum(&t->weight));
}

void tally_free(struct tally *t)
{
	free(t->parts);
	*t = (struct tally){ 0 };
}
