#include "ui/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void drop(struct recall *r, size_t at)
{
	free(r->lines[at]);
	r->n--;
	memmove(r->lines + at, r->lines + at + 1, (r->n - at) * sizeof(*r->lines));
}

void recall_add(struct recall *r, const char *line)
{
	if (line[0] == '\0') {
		return;
	}
	char *kept = x_strdup(line); /* before the same one is dropped: it may be it */

	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->lines[i], line) == 0) {
			drop(r, i);
			break;
		}
	}
	if (r->n == RECALL_MOST) {
		drop(r, 0);
	}
	r->lines[r->n++] = kept;
}

void recall_free(struct recall *r)
{
	while (r->n > 0) {
		free(r->lines[--r->n]);
	}
}
