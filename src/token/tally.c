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
		t->weight -= t->parts[i].weight;
	}
	while (from < to) {
		size_t end = part_end(text, to, from);

		*array_push(made, n, cap) = (struct tally_part){ end - from, tokenizer_weigh(by, text + from, end - from) };
		t->weight += made[n - 1].weight;
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

void tally_edit(struct tally *t, const struct tokenizer *by, const char *text, size_t len, size_t at, size_t removed, size_t inserted)
{
	size_t first = 0, from = 0, last, end;

	/* All parts that the edit touches, and those whose edges may have been made by what it took away. */
	while (first < t->n && from + t->parts[first].len + EDGE_REACH <= at) {
		from += t->parts[first++].len;
	}
	for (last = first, end = from; last < t->n && end < at + removed + EDGE_REACH; last++) {
		end += t->parts[last].len;
	}
	replace(t, by, text, from, last < t->n ? end - removed + inserted : len, first, last);
}

int64_t tally_count(const struct tally *t)
{
	return tokenizer_rounded(t->weight);
}

void tally_free(struct tally *t)
{
	free(t->parts);
	*t = (struct tally){ 0 };
}
