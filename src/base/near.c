#include "base/near.h"

#include <string.h>

#include "base/mem.h"

#define LEN_MOST 64
#define FAR 1000

static int fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the matrix are enough. */
size_t near_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t rows[3][LEN_MOST + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (n > LEN_MOST || m > LEN_MOST) {
		return FAR;
	}
	memset(rows, 0, sizeof(rows));
	for (size_t j = 0; j <= m; j++) {
		last[j] = j;
	}
	for (size_t i = 1; i <= n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t replaced = last[j - 1] + (fold(a[i - 1]) != fold(b[j - 1]));

			row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1])) {
				row[j] = least(row[j], before[j - 2] + 1);
			}
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[m];
}

size_t near_limit(const char *word)
{
	size_t len = strlen(word);

	if (len > LEN_MOST) {
		return 0;
	}
	size_t limit = len / 3 + 1 > 2 ? len / 3 + 1 : 2;

	return len > 0 ? least(limit, len - 1) : 0;
}

void near_offer(struct near_best *best, const char *word, const char *name)
{
	size_t d = near_distance(word, name);
	size_t at = best->n;

	if (d > near_limit(word) || 2 * d > (strlen(word) > strlen(name) ? strlen(word) : strlen(name))) {
		return;
	}
	for (size_t i = 0; i < best->n; i++) {
		if (strcmp(best->names[i], name) == 0) {
			return;
		}
	}
	while (at > 0 && best->distances[at - 1] > d) {
		at--;
	}
	if (at == COUNT_OF(best->names)) {
		return;
	}
	for (size_t i = least(best->n, COUNT_OF(best->names) - 1); i > at; i--) {
		best->names[i] = best->names[i - 1];
		best->distances[i] = best->distances[i - 1];
	}
	best->names[at] = name;
	best->distances[at] = d;
	best->n = least(best->n + 1, COUNT_OF(best->names));
}
