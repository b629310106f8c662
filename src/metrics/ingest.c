#include "metrics/ingest.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/gunzip.h"
#include "metrics/intake.h"
#include "metrics/records.h"
#include "metrics/spool.h"

#define BATCH_ROWS 32768
#define PROGRESS_US 100000

struct ingest {
	const struct ingest_options *options;
	struct bulk *bulk;
	struct ingest_result *result;
	struct intake *intake;
	struct gunzip *source;
	struct records *records;
	struct spool *spool;
	uint64_t stored;
	int64_t shown_us;
};

static void show_progress(struct ingest *in)
{
	int64_t now_us = clock_mono_us();

	if (in->options->progress != NULL && now_us - in->shown_us >= PROGRESS_US) {
		in->shown_us = now_us;
		in->options->progress(in->options->ctx, in->result->lines, in->stored);
	}
}

static bool take_records(struct ingest *in, bool is_end, struct err *e)
{
	enum record_kind kind;
	struct call_row row;
	bool has_own_id;
	const char *text;
	size_t len;

	while ((kind = records_next(in->records, is_end, &text, &len)) != RECORD_NONE) {
		if (kind == RECORD_LONG) {
			intake_long_record(in->result);
		} else if (intake_record(in->intake, text, len, &row, &has_own_id, in->result) && !spool_add(in->spool, &row, has_own_id, e)) {
			return false;
		}
	}
	return true;
}

/* *can_store: what was read so far is worth storing, whatever stopped the reading. */
static bool read_records(struct ingest *in, bool *can_store, struct err *e)
{
	size_t n = 1;

	while (n > 0) {
		size_t room;
		char *to = records_room(in->records, &room);

		*can_store = true;
		if (!gunzip_read(in->source, to, room, &n, e)) {
			return false;
		}
		records_filled(in->records, n);
		if (!take_records(in, n == 0, e)) {
			*can_store = false;
			return false;
		}
		show_progress(in);
	}
	return true;
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
		.intake = intake_new(b, options->prices, options->format),
		.source = gunzip_new(fd),
		.records = records_new(),
		.spool = spool_new(0),
		.shown_us = clock_mono_us(),
	};
	bool can_store = false;

	*result = (struct ingest_result){ 0 };
	bool was_read = read_records(&in, &can_store, e);
	/* The first failure is the one to tell. */
	bool was_stored = can_store && store_rows(&in, was_read ? e : NULL);

	result->is_stored = was_stored;
	spool_free(in.spool);
	records_free(in.records);
	gunzip_free(in.source);
	intake_free(in.intake);
	return was_read && was_stored;
}
