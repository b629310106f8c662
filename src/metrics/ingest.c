#include "metrics/ingest.h"

#include <errno.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/spool.h"
#include "provider/price.h"

#define READ_BYTES ((size_t)256 << 10)
#define BATCH_ROWS 4096
#define PROGRESS_US 100000
#define PRICES_MOST 4096

struct ingest {
	int fd;
	struct bulk *bulk;
	const struct price_table *prices;
	ingest_progress *progress;
	void *ctx;
	struct ingest_result *result;
	struct ingest_scanner *scanner;
	struct spool *spool;
	struct map *found; /* "provider\nmodel" -> struct price, or none */
	char *bytes;       /* READ_BYTES more than the longest line and its end */
	size_t filled;
	bool is_skipping;  /* in a line that is too long */
	uint64_t stored;
	int64_t shown_us;
};

static const char none;

static const struct price *find_price(struct ingest *in, const struct call_row *row)
{
	const char *model = row->model_resp != NULL ? row->model_resp : row->model_req;
	char key[600];
	int len = snprintf(key, sizeof(key), "%s\n%s", row->provider, model != NULL ? model : "");
	const void *found = map_get(in->found, key, (size_t)len);

	if (found == NULL) {
		found = model != NULL ? price_find(in->prices, row->provider, model) : NULL;
		found = found != NULL ? found : &none;
		if (map_count(in->found) >= PRICES_MOST) {
			map_free(in->found, NULL);
			in->found = map_new();
		}
		/* The map wants values that are not const; nothing is written through them. */
		(void)map_put(in->found, key, (size_t)len, (void *)(uintptr_t)found);
	}
	return found != &none ? found : NULL;
}

/* A call that failed before the model answered is not billed; a log may give its prompt tokens all the same. */
static bool is_billed(const struct call_row *row)
{
	return !call_row_is_error(row) || known_or(row->usage.out_tok, 0) > 0;
}

static void price_row(struct ingest *in, struct call_row *row)
{
	bool is_wanted = in->prices != NULL && row->cost_source == COST_UNKNOWN && is_billed(row);
	const struct price *price = is_wanted ? find_price(in, row) : NULL;

	if (price != NULL && price_cost(price, &row->usage, &row->cost_nano, &row->cost_is_estimated)) {
		row->cost_source = COST_COMPUTED;
		row->price_version = price_table_version(in->prices);
	}
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a step, the same on every machine: it is stored as part of the id. The idea is that of wyhash. */
static uint64_t line_hash(const char *line, size_t len)
{
	uint64_t hash = 0x9e3779b97f4a7c15ULL ^ len;
	uint64_t word;

	for (; len >= 8; line += 8, len -= 8) {
		memcpy(&word, line, 8);
		hash = fold(hash ^ 0xa0761d6478bd642fULL, le64toh(word) ^ 0xe7037ed1a0b428dbULL);
	}
	word = 0;
	memcpy(&word, line, len);
	return hash_mix(fold(hash ^ 0xa0761d6478bd642fULL, le64toh(word) ^ 0xe7037ed1a0b428dbULL));
}

static void note_bad(struct ingest_result *r, const char *why)
{
	if (r->n_first_bad < COUNT_OF(r->first_bad)) {
		struct ingest_bad_line *bad = &r->first_bad[r->n_first_bad++];

		bad->line = r->lines;
		(void)snprintf(bad->why, sizeof(bad->why), "%s", why);
	}
	r->bad++;
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] != ' ' && line[i] != '\t') {
			return false;
		}
	}
	return true;
}

/* One line without its LF. */
static bool take_line(struct ingest *in, const char *line, size_t len, struct err *e)
{
	struct ingest_result *r = in->result;
	char why[INGEST_WHY_SIZE];
	struct call_row row;

	r->lines++;
	if (r->lines == 1 && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
		line += 3;
		len -= 3;
	}
	len -= len > 0 && line[len - 1] == '\r' ? 1 : 0;
	if (is_blank(line, len)) {
		return true;
	}
	if (len > INGEST_LINE_MAX) {
		note_bad(r, "it is longer than 1 MiB");
		return true;
	}
	if (!ingest_line(in->scanner, line, len, &row, why)) {
		note_bad(r, why);
		return true;
	}
	row.id.key = line_hash(line, len);
	price_row(in, &row);
	return spool_add(in->spool, &row, e);
}

static void show_progress(struct ingest *in)
{
	int64_t now_us = clock_mono_us();

	if (in->progress != NULL && now_us - in->shown_us >= PROGRESS_US) {
		in->shown_us = now_us;
		in->progress(in->ctx, in->result->lines, in->stored);
	}
}

/* All whole lines of the block; what is left moves to its front. */
static bool take_lines(struct ingest *in, bool is_end, struct err *e)
{
	char *line = in->bytes, *end = in->bytes + in->filled;

	while (line < end) {
		char *lf = memchr(line, '\n', (size_t)(end - line));

		if (lf == NULL && !is_end) {
			break;
		}
		lf = lf != NULL ? lf : end;
		if (in->is_skipping) {
			in->is_skipping = false;
		} else if (!take_line(in, line, (size_t)(lf - line), e)) {
			return false;
		}
		line = lf < end ? lf + 1 : end;
	}
	in->filled = (size_t)(end - line);
	/* BOM and CR are not part of the line. */
	if (in->is_skipping) {
		in->filled = 0;
	} else if (in->filled > INGEST_LINE_MAX + 4) {
		in->result->lines++;
		note_bad(in->result, "it is longer than 1 MiB");
		in->is_skipping = true;
		in->filled = 0;
	}
	memmove(in->bytes, line, in->filled);
	return true;
}

static bool read_lines(struct ingest *in, struct err *e)
{
	for (;;) {
		ssize_t n = read(in->fd, in->bytes + in->filled, READ_BYTES);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
		}
		in->filled += (size_t)n;
		if (!take_lines(in, n == 0, e)) {
			return false;
		}
		if (n == 0) {
			return true;
		}
		show_progress(in);
	}
}

/* Rows come ordered by (time, hash of the line): equal lines are neighbours, and their place among each other becomes part of the key. */
static bool store_rows(struct ingest *in, struct err *e)
{
	struct call_row *rows = x_reallocarray(NULL, BATCH_ROWS, sizeof(*rows));
	struct call_id before = { .ts_us = UNKNOWN };
	uint64_t nth = 0, added;
	size_t n = 0;
	bool ok;

	do {
		ok = spool_take(in->spool, rows, BATCH_ROWS, &n, e);
		for (size_t i = 0; ok && i < n; i++) {
			struct call_id id = rows[i].id;

			nth = id.ts_us == before.ts_us && id.key == before.key ? nth + 1 : 0;
			before = id;
			rows[i].id.key = nth > 0 ? hash_mix(id.key + nth) : id.key;
		}
		if (ok && n > 0) {
			ok = bulk_add(in->bulk, rows, n, &added, e);
			in->result->added += added;
			in->result->present += ok ? n - added : 0;
			in->stored += n;
			show_progress(in);
		}
	} while (ok && n > 0);
	free(rows);
	return ok;
}

bool ingest_jsonl(int fd, struct bulk *b, const struct price_table *prices, ingest_progress *progress, void *ctx,
    struct ingest_result *result, struct err *e)
{
	struct ingest in = {
		.fd = fd,
		.bulk = b,
		.prices = prices,
		.progress = progress,
		.ctx = ctx,
		.result = result,
		.scanner = ingest_scanner_new(),
		.spool = spool_new(0),
		.found = map_new(),
		.bytes = x_malloc(INGEST_LINE_MAX + 4 + READ_BYTES),
		.shown_us = clock_mono_us(),
	};

	*result = (struct ingest_result){ 0 };
	bool ok = read_lines(&in, e) && store_rows(&in, e);

	free(in.bytes);
	map_free(in.found, NULL);
	spool_free(in.spool);
	ingest_scanner_free(in.scanner);
	return ok;
}
