#include "metrics/intake.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "metrics/gunzip.h"
#include "metrics/records.h"
#include "provider/price.h"
#include "store/bulk.h"

#define PRICES_MOST 4096
#define TOO_LONG "it is longer than 1 MiB"

enum former {
	FORMER_UNDECIDED,
	FORMER_NONE,
	FORMER_SOME,
};

struct intake {
	struct bulk *bulk;
	const struct price_table *prices;
	struct ingest_scanner *scanner;
	struct map *found; /* "provider\nmodel" -> struct price, or none */
	enum former former;
	struct call_row redacted; /* owned copy of the last row, where patterns are to be hidden */
};

static const char none;

struct intake *intake_new(struct bulk *b, const struct price_table *prices, int format)
{
	struct intake *in = x_calloc(1, sizeof(*in));

	in->bulk = b;
	in->prices = prices;
	in->scanner = ingest_scanner_new(format);
	in->found = map_new();
	return in;
}

void intake_free(struct intake *in)
{
	if (in != NULL) {
		map_free(in->found, NULL);
		call_row_free(&in->redacted);
		ingest_scanner_free(in->scanner);
		free(in);
	}
}

static const struct price *find_price(struct intake *in, const struct call_row *row)
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
	return call_row_is_ok(row) || known_or(row->usage.out_tok, 0) > 0;
}

static void price_row(struct intake *in, struct call_row *row)
{
	bool is_wanted = in->prices != NULL && !ingest_line_is_own(in->scanner) && row->cost_source == COST_UNKNOWN && is_billed(row);
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

uint64_t intake_nth_key(uint64_t key, uint64_t nth)
{
	return nth > 0 ? hash_mix(key + nth) : key;
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

/* Without CR and without what only looks like nothing. */
static size_t line_len(const char *line, size_t len)
{
	size_t i = 0;

	len -= len > 0 && line[len - 1] == '\r' ? 1 : 0;
	while (i < len && (line[i] == ' ' || line[i] == '\t')) {
		i++;
	}
	return i < len ? len : 0;
}

uint64_t intake_line_key(const char *line, size_t len)
{
	len = line_len(line, len);
	return len > 0 ? line_hash(line, len) : 0;
}

/* Records that the simple form can tell were stored by the hash of their line before formats had ids: such a file must not come in twice.
 * Whether it did is seen by its first record. */
static bool was_stored_by_line(struct intake *in, const struct call_row *row, uint64_t line_key)
{
	struct call_id id = { row->id.ts_us, line_key };

	if (in->former == FORMER_UNDECIDED) {
		in->former = in->bulk != NULL && bulk_has(in->bulk, id) ? FORMER_SOME : FORMER_NONE;
	}
	return in->former == FORMER_SOME && bulk_has(in->bulk, id);
}

static void identify(struct intake *in, const char *line, size_t len, struct call_row *row, bool *has_own_id)
{
	const char *name = ingest_format_name(ingest_line_format(in->scanner)), *own = ingest_line_id(in->scanner);

	if (ingest_line_is_own(in->scanner)) {
		*has_own_id = true;
		row->id.key = ingest_line_own_key(in->scanner);
		return;
	}
	*has_own_id = own != NULL;
	row->id.key = own != NULL || in->bulk != NULL ? line_hash(line, len) : 0;
	if (own != NULL && !was_stored_by_line(in, row, row->id.key)) {
		row->id.key = hash_mix(line_hash(own, strlen(own)) ^ line_hash(name, strlen(name)));
	}
}

/* Here, and not when it is stored: rows may wait in a file until then. The identity is that of the line as it came. */
static void redact(struct intake *in, struct call_row *row)
{
	if (in->bulk != NULL && bulk_redact(in->bulk) != NULL) {
		call_row_free(&in->redacted);
		call_row_copy(&in->redacted, row);
		redact_row(bulk_redact(in->bulk), &in->redacted);
		*row = in->redacted;
	}
}

bool intake_record(struct intake *in, const char *line, size_t len, struct call_row *row, bool *has_own_id, struct ingest_result *result)
{
	char why[INGEST_WHY_SIZE];

	result->lines++;
	len = line_len(line, len);
	if (len == 0) {
		return false;
	}
	if (len > INGEST_LINE_MAX) {
		note_bad(result, TOO_LONG);
		return false;
	}
	enum line_kind kind = ingest_line(in->scanner, line, len, row, why);
	int format = ingest_line_format(in->scanner);

	if (format != INGEST_NO_FORMAT) {
		result->formats[format]++;
	}
	if (kind != LINE_CALL) {
		result->no_call += kind == LINE_NO_CALL ? 1 : 0;
		if (kind == LINE_BAD) {
			note_bad(result, why);
		}
		return false;
	}
	identify(in, line, len, row, has_own_id);
	price_row(in, row);
	redact(in, row);
	return true;
}

void intake_long_record(struct ingest_result *result)
{
	result->lines++;
	note_bad(result, TOO_LONG);
}

static bool take_records(struct intake *in, struct records *records, bool is_end, const struct intake_user *user, struct ingest_result *result,
    struct err *e)
{
	enum record_kind kind;
	struct call_row row;
	bool has_own_id;
	const char *text;
	size_t len;

	while ((kind = records_next(records, is_end, &text, &len)) != RECORD_NONE) {
		if (kind == RECORD_LONG) {
			intake_long_record(result);
		} else if (intake_record(in, text, len, &row, &has_own_id, result) && !user->take(user->ctx, &row, has_own_id, e)) {
			return false;
		}
	}
	return true;
}

bool intake_file(struct intake *in, int fd, const struct intake_user *user, struct ingest_result *result, bool *is_taken, struct err *e)
{
	struct gunzip *source = gunzip_new(fd);
	struct records *records = records_new();
	bool is_read = true;
	size_t n = 1;

	*is_taken = true;
	while (n > 0 && is_read && *is_taken) {
		size_t room;
		char *to = records_room(records, &room);

		is_read = gunzip_read(source, to, room, &n, e);
		if (is_read) {
			records_filled(records, n);
			*is_taken = take_records(in, records, n == 0, user, result, e);
			if (user->between != NULL) {
				user->between(user->ctx);
			}
		}
	}
	records_free(records);
	gunzip_free(source);
	return is_read && *is_taken;
}
