#include "metrics/ingest.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/intake.h"
#include "metrics/spool.h"

#define BATCH_ROWS 32768
#define PROGRESS_US 100000

struct ingest {
	const struct ingest_options *options;
	struct bulk *bulk;
	struct ingest_result *result;
	struct spool *spool;
	uint64_t stored;
	int64_t shown_us;
};

static void show_progress(void *ctx)
{
	struct ingest *in = ctx;
	int64_t now_us = clock_mono_us();

	if (in->options->progress != NULL && now_us - in->shown_us >= PROGRESS_US) {
		in->shown_us = now_us;
		in->options->progress(in->options->ctx, in->result->lines, in->stored);
	}
}

static bool take(void *ctx, const struct call_row *row, bool has_own_id, struct err *e)
{
	struct ingest *in = ctx;

	return spool_add(in->spool, row, has_own_id, e);
}

/* Rows come ordered by (time, key). Equal lines are neighbours, and their place among each other becomes part of the key; equal ids of
 * records are one call. */
static bool store_rows(struct ingest *in, struct err *e)
{
	struct call_row *rows = x_reallocarray(NULL, BATCH_ROWS, sizeof(*rows));
	bool *own = x_reallocarray(NULL, BATCH_ROWS, sizeof(*own));
	struct call_id before = { .ts_us = UNKNOWN };
	uint64_t nth = 0, added;
	size_t n = 0;
	bool ok;

	do {
		ok = spool_take(in->spool, rows, own, BATCH_ROWS, &n, e);
		for (size_t i = 0; ok && i < n; i++) {
			struct call_id id = rows[i].id;

			nth = !own[i] && id.ts_us == before.ts_us && id.key == before.key ? nth + 1 : 0;
			before = id;
			rows[i].id.key = intake_nth_key(id.key, nth);
		}
		if (ok && n > 0) {
			ok = bulk_add(in->bulk, rows, n, &added, e);
			in->result->added += added;
			in->result->present += ok ? n - added : 0;
			in->stored += n;
			show_progress(in);
		}
	} while (ok && n > 0);
	free(own);
	free(rows);
	return ok;
}

void ingest_result_add(struct ingest_result *to, const struct ingest_result *from)
{
	to->lines += from->lines;
	to->added += from->added;
	to->present += from->present;
	to->bad += from->bad;
	to->no_call += from->no_call;
	for (int i = 0; i < INGEST_FORMATS; i++) {
		to->formats[i] += from->formats[i];
	}
	for (size_t i = 0; i < from->n_first_bad && to->n_first_bad < COUNT_OF(to->first_bad); i++) {
		to->first_bad[to->n_first_bad++] = from->first_bad[i];
	}
}

bool ingest_jsonl(int fd, struct bulk *b, const struct ingest_options *options, struct ingest_result *result, struct err *e)
{
	struct ingest in = {
		.options = options,
		.bulk = b,
		.result = result,
		.spool = spool_new(0),
		.shown_us = clock_mono_us(),
	};
	struct intake *intake = intake_new(b, options->prices, options->format);
	const struct intake_user user = { take, show_progress, &in };
	bool can_store;

	*result = (struct ingest_result){ 0 };
	bool was_read = intake_file(intake, fd, &user, result, &can_store, e);
	/* What was read so far is worth storing, whatever stopped the reading. The first failure is the one to tell. */
	bool was_stored = can_store && store_rows(&in, was_read ? e : NULL);

	result->is_stored = was_stored;
	spool_free(in.spool);
	intake_free(intake);
	return was_read && was_stored;
}
