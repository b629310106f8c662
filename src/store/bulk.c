#include <stdlib.h>

#include "base/mem.h"
#include "store/store.h"
#include "store/writer.h"

/* Each checkpoint costs two syncs; an import is better off with few. Still far from the 64 MB where readers are waited for. */
#define CHECKPOINT_PAGES 4000

struct bulk {
	struct writer *w;
};

struct bulk *bulk_open(const char *dir, struct err *e)
{
	struct writer *w = writer_open(dir, e);

	if (w == NULL) {
		return NULL;
	}
	struct bulk *b = x_malloc(sizeof(*b));
	struct sql *sql = writer_sql(w);

	b->w = w;
	sql->checkpoint_pages = sql->checkpoint_at = CHECKPOINT_PAGES;
	return b;
}

/* One transaction: counts the rows it took and how many of them were new. */
static bool add_slice(struct writer *w, const struct call_row *rows, size_t n, size_t *taken, uint64_t *added, struct err *e)
{
	size_t i = 0;

	*added = 0;
	if (!writer_begin(w, e)) {
		return false;
	}
	do {
		enum writer_result result = writer_call(w, &rows[i], NULL, e);

		if (result >= WRITER_REFUSED) {
			return false;
		}
		*added += result == WRITER_ADDED;
		i++;
	} while (i < n && !writer_is_slice_full(w));
	*taken = i;
	return writer_commit(w, e);
}

bool bulk_add(struct bulk *b, const struct call_row *rows, size_t n, uint64_t *added, struct err *e)
{
	*added = 0;
	for (size_t i = 0, taken; i < n; i += taken) {
		uint64_t new_rows;

		if (!add_slice(b->w, rows + i, n - i, &taken, &new_rows, e)) {
			writer_rollback(b->w);
			return false;
		}
		*added += new_rows;
	}
	return true;
}

void bulk_close(struct bulk *b)
{
	if (b != NULL) {
		writer_close(b->w);
		free(b);
	}
}
