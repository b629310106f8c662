#include "store/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

/* A row is counted once, at the finest level that is still kept for its time. rollup_flush adds each slot to the one that
 * contains it, level by level, so the three coarser levels cost per slot and not per row; then merges all into the table in key order.
 *
 * Exactness does not rest on the clock: whoever leaves a fine slot incomplete (a row too old for its level, or removal)
 * raises the level's floor in the same transaction, and readers use slots above the floor only. */

#define HOUR_US (3600 * US_PER_S)
#define HOURS 24
#define DAY_US (HOURS * HOUR_US)
#define LEVEL_DAY (ROLLUP_LEVELS - 1)
#define PRUNE_ROWS 200
#define GROUP_SLOTS 8 /* stored by one statement, where they are new */
#define COLUMNS 22

const struct rollup_level rollup_levels[ROLLUP_LEVELS] = {
	{ 10 * US_PER_S, 26 * 3600 * US_PER_S },
	{ 60 * US_PER_S, 8 * DAY_US },
	{ 3600 * US_PER_S, INT64_MAX },
	{ DAY_US, INT64_MAX },
};

struct key {
	int64_t level, slot, provider, model, operation;
};

struct entry {
	struct key key;
	struct figures figures;
};

enum { ST_GET, ST_ADD, ST_PUT, ST_FLOOR, ST_OUTDATED, ST_REMOVE, ST_COUNT };

#define ONE "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
static const char *const sql[ST_COUNT] = {
	[ST_GET] = "SELECT " ROLLUP_FIGURES " FROM rollup WHERE level=?1 AND slot=?2 AND provider=?3 AND model=?4 AND operation=?5",
	/* Stops at a slot that is there, and keeps those before it. */
	[ST_ADD] = "INSERT OR FAIL INTO rollup(level, slot, provider, model, operation, " ROLLUP_FIGURES ") "
		   "VALUES " ONE ", " ONE ", " ONE ", " ONE ", " ONE ", " ONE ", " ONE ", " ONE,
	[ST_PUT] = "REPLACE INTO rollup(level, slot, provider, model, operation, " ROLLUP_FIGURES ") VALUES " ONE,
	[ST_FLOOR] = "INSERT INTO rollup_floor(level, from_us) VALUES(?1,?2) ON CONFLICT(level) DO UPDATE SET from_us=max(from_us, ?2)",
	[ST_OUTDATED] = "SELECT max(slot) FROM (SELECT slot FROM rollup WHERE level=?1 AND slot<?2 ORDER BY slot LIMIT ?3)",
	[ST_REMOVE] = "DELETE FROM rollup WHERE level=?1 AND slot<=?2",
};

struct rollup {
	sqlite3 *db;
	struct dims *dims;
	sqlite3_stmt *st[ST_COUNT];
	struct entry *entries; /* all n_made have histograms worth keeping; the first n are in use */
	size_t n, n_made, cap;
	uint32_t *table;       /* open addressing: index into entries + 1; size a power of two */
	size_t table_size;
	int64_t floor[ROLLUP_LEVELS]; /* needed by what was added */
	int64_t floor_known[ROLLUP_LEVELS]; /* already in the table, or about to be committed */
	int64_t now_us;
	struct buf text;
};

int64_t rollup_slot(int64_t us, int64_t slot_us)
{
	return us / slot_us - (us % slot_us < 0 ? 1 : 0);
}

static bool sql_failed(struct rollup *r, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "the rollups could not be updated: %s", sqlite3_errmsg(r->db));
}

struct rollup *rollup_new(sqlite3 *db, struct dims *dims, struct err *e)
{
	struct rollup *r = x_calloc(1, sizeof(*r));

	r->db = db;
	r->dims = dims;
	r->table_size = 1024;
	r->table = x_calloc(r->table_size, sizeof(*r->table));
	for (int i = 0; i < ST_COUNT; i++) {
		if (sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &r->st[i], NULL) != SQLITE_OK) {
			(void)sql_failed(r, e);
			rollup_free(r);
			return NULL;
		}
	}
	return r;
}

void rollup_free(struct rollup *r)
{
	if (r == NULL) {
		return;
	}
	for (int i = 0; i < ST_COUNT; i++) {
		(void)sqlite3_finalize(r->st[i]);
	}
	for (size_t i = 0; i < r->n_made; i++) {
		figures_free(&r->entries[i].figures);
	}
	free(r->entries);
	free(r->table);
	buf_free(&r->text);
	free(r);
}

static size_t key_hash(const struct key *k)
{
	uint64_t h = hash_mix((uint64_t)k->slot * ROLLUP_LEVELS + (uint64_t)k->level);

	return (size_t)hash_mix(h ^ ((uint64_t)k->provider << 42) ^ ((uint64_t)k->model << 16) ^ (uint64_t)k->operation);
}

static bool key_equal(const struct key *a, const struct key *b)
{
	return a->slot == b->slot && a->model == b->model && a->level == b->level && a->provider == b->provider && a->operation == b->operation;
}

/* Its place in the table, or the free place where it belongs. */
static uint32_t *find(struct rollup *r, const struct key *k)
{
	size_t i = key_hash(k) & (r->table_size - 1);

	while (r->table[i] != 0 && !key_equal(&r->entries[r->table[i] - 1].key, k)) {
		i = (i + 1) & (r->table_size - 1);
	}
	return &r->table[i];
}

static void grow_table(struct rollup *r)
{
	free(r->table);
	r->table_size *= 2;
	r->table = x_calloc(r->table_size, sizeof(*r->table));
	for (size_t i = 0; i < r->n; i++) {
		*find(r, &r->entries[i].key) = (uint32_t)i + 1;
	}
}

/* Valid until the next call. */
static struct entry *entry_of(struct rollup *r, const struct key *k)
{
	uint32_t *place = find(r, k);

	if (*place != 0) {
		return &r->entries[*place - 1];
	}
	if (r->n * 2 >= r->table_size) {
		grow_table(r);
		place = find(r, k);
	}
	if (r->n == r->n_made) {
		(void)array_push(r->entries, r->n_made, r->cap);
	}
	struct entry *entry = &r->entries[r->n];

	entry->key = *k;
	*place = (uint32_t)++r->n;
	return entry;
}

/* Start of the first slot that is kept at this level, so far as the clock says. */
static int64_t keep_from_us(const struct rollup_level *level, int64_t now_us)
{
	return level->keep_us == INT64_MAX ? INT64_MIN : now_us - level->keep_us - DAY_US;
}

/* At the finest level that is still kept; level and slot of k are found here. */
static void count(struct rollup *r, struct key k, const struct call_row *row, int64_t now_us)
{
	int64_t ts_us = row->id.ts_us;

	r->now_us = now_us;
	for (;; k.level++) {
		const struct rollup_level *level = &rollup_levels[k.level];

		k.slot = rollup_slot(ts_us, level->slot_us);
		if (k.slot * level->slot_us > keep_from_us(level, now_us)) {
			break;
		}
		int64_t end_us = (k.slot + 1) * level->slot_us;

		r->floor[k.level] = end_us > r->floor[k.level] ? end_us : r->floor[k.level];
	}
	figures_add_row(&entry_of(r, &k)->figures, row);
}

bool rollup_add(struct rollup *r, const struct call_row *row, int64_t now_us, struct err *e)
{
	const char *model = row->model_resp != NULL && row->model_resp[0] != '\0' ? row->model_resp : row->model_req;
	struct key k = {
		.provider = dims_id(r->dims, DIM_PROVIDER, row->provider, e),
		.model = dims_id(r->dims, DIM_MODEL, model, e),
		.operation = dims_id(r->dims, DIM_OPERATION, row->operation, e),
	};

	if (k.provider < 0 || k.model < 0 || k.operation < 0) {
		return false;
	}
	count(r, k, row, now_us);
	return true;
}

size_t rollup_waiting(const struct rollup *r)
{
	return r->n;
}

static void add_to_coarser(struct rollup *r)
{
	for (int level = 0; level + 1 < ROLLUP_LEVELS; level++) {
		int64_t ratio = rollup_levels[level + 1].slot_us / rollup_levels[level].slot_us;

		for (size_t i = 0, n = r->n; i < n; i++) {
			struct key k = r->entries[i].key;

			if (k.level == level) {
				k.level++;
				k.slot = rollup_slot(k.slot, ratio);
				struct entry *to = entry_of(r, &k);
				figures_merge(&to->figures, &r->entries[i].figures);
			}
		}
	}
}

static int compare_entries(const void *va, const void *vb)
{
	const struct key *a = &(*(struct entry *const *)va)->key, *b = &(*(struct entry *const *)vb)->key;
	const int64_t pairs[][2] = { { a->level, b->level }, { a->slot, b->slot }, { a->provider, b->provider }, { a->model, b->model },
		{ a->operation, b->operation } };

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (pairs[i][0] != pairs[i][1]) {
			return pairs[i][0] < pairs[i][1] ? -1 : 1;
		}
	}
	return 0;
}

static void bind_key(sqlite3_stmt *st, int column, const struct key *k)
{
	const int64_t numbers[] = { k->level, k->slot, k->provider, k->model, k->operation };

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		(void)sqlite3_bind_int64(st, column++, numbers[i]);
	}
}

static void bind_classes(struct rollup *r, sqlite3_stmt *st, int column, const struct figures *f)
{
	if (f->by_class[CLASS_NONE] == f->calls) {
		(void)sqlite3_bind_null(st, column);
		return;
	}
	buf_clear(&r->text);
	for (int i = CLASS_NONE + 1; i < CLASS_COUNT; i++) {
		if (f->by_class[i] > 0) {
			(void)buf_addf(&r->text, "%s%d:%llu", r->text.len > 0 ? " " : "", i, (unsigned long long)f->by_class[i]);
		}
	}
	(void)sqlite3_bind_text(st, column, r->text.s, (int)r->text.len, SQLITE_TRANSIENT);
}

static void bind_hist(struct rollup *r, sqlite3_stmt *st, int column, const struct hist *h)
{
	if (h->n == 0) {
		(void)sqlite3_bind_null(st, column);
		return;
	}
	buf_clear(&r->text);
	hist_encode(h, &r->text);
	(void)sqlite3_bind_blob(st, column, r->text.s, (int)r->text.len, SQLITE_TRANSIENT);
}

/* In the order of ROLLUP_FIGURES. */
static void bind_figures(struct rollup *r, sqlite3_stmt *st, int column, const struct figures *f)
{
	const int64_t numbers[] = { (int64_t)f->in_tok, (int64_t)f->out_tok, (int64_t)f->cache_read_tok, (int64_t)f->reason_tok, f->cost_nano,
		(int64_t)f->unpriced, (int64_t)f->latency_n, f->latency_sum_us, (int64_t)f->ttft_n, f->ttft_sum_us, f->gen_sum_us,
		(int64_t)f->gen_tok };

	(void)sqlite3_bind_int64(st, column++, (int64_t)f->calls);
	bind_classes(r, st, column++, f);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		(void)sqlite3_bind_int64(st, column++, numbers[i]);
	}
	bind_hist(r, st, column++, &f->latency);
	bind_hist(r, st, column++, &f->ttft);
	bind_hist(r, st, column, &f->tpot);
}

static void bind_entry(struct rollup *r, sqlite3_stmt *st, int column, const struct entry *entry)
{
	bind_key(st, column, &entry->key);
	bind_figures(r, st, column + 5, &entry->figures);
}

/* Runs a statement that yields no rows. */
static bool run(struct rollup *r, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc != SQLITE_DONE) {
		(void)sql_failed(r, e);
	}
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE;
}

/* GROUP_SLOTS slots, or those before the first that is there: *n. */
static bool add_group(struct rollup *r, struct entry **entries, size_t *n, struct err *e)
{
	sqlite3_stmt *st = r->st[ST_ADD];

	for (int i = 0; i < GROUP_SLOTS; i++) {
		bind_entry(r, st, i * COLUMNS + 1, entries[i]);
	}
	int rc = sqlite3_step(st);
	bool ok = rc == SQLITE_DONE || (rc & 0xff) == SQLITE_CONSTRAINT || sql_failed(r, e);

	*n = ok ? (size_t)sqlite3_changes(r->db) : 0;
	(void)sqlite3_reset(st);
	return ok;
}

/* Adds what is in the table already. */
static bool put(struct rollup *r, struct entry *entry, struct err *e)
{
	sqlite3_stmt *get = r->st[ST_GET];
	bool ok = true;

	bind_key(get, 1, &entry->key);
	int rc = sqlite3_step(get);

	if (rc == SQLITE_ROW) {
		ok = rollup_read_figures(get, 0, &entry->figures, e);
	} else if (rc != SQLITE_DONE) {
		ok = sql_failed(r, e);
	}
	(void)sqlite3_reset(get);
	if (!ok) {
		return false;
	}
	bind_entry(r, r->st[ST_PUT], 1, entry);
	return run(r, r->st[ST_PUT], e);
}

/* After a slot that was there come more of them, most often: the rest of its group is put one by one. */
static bool put_all(struct rollup *r, struct entry **entries, size_t n, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < n;) {
		size_t end = i + GROUP_SLOTS, added = 0;

		if (end <= n) {
			ok = add_group(r, entries + i, &added, e);
		} else {
			end = n;
		}
		for (i += added; ok && i < end; i++) {
			ok = put(r, entries[i], e);
		}
	}
	return ok;
}

static bool raise_floors(struct rollup *r, struct err *e)
{
	for (int level = 0; level < ROLLUP_LEVELS; level++) {
		if (r->floor[level] <= r->floor_known[level]) {
			continue;
		}
		(void)sqlite3_bind_int(r->st[ST_FLOOR], 1, level);
		(void)sqlite3_bind_int64(r->st[ST_FLOOR], 2, r->floor[level]);
		if (!run(r, r->st[ST_FLOOR], e)) {
			return false;
		}
		r->floor_known[level] = r->floor[level];
	}
	return true;
}

/* Removes the oldest slots that are past keeping, a few in each transaction so that none gets long. */
static bool prune(struct rollup *r, int level, struct err *e)
{
	int64_t keep_from = keep_from_us(&rollup_levels[level], r->now_us);
	sqlite3_stmt *st = r->st[ST_OUTDATED];
	int64_t last = INT64_MIN;

	if (keep_from <= 0) {
		return true;
	}
	(void)sqlite3_bind_int(st, 1, level);
	(void)sqlite3_bind_int64(st, 2, rollup_slot(keep_from, rollup_levels[level].slot_us));
	(void)sqlite3_bind_int(st, 3, PRUNE_ROWS);
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW && sqlite3_column_type(st, 0) == SQLITE_INTEGER) {
		last = sqlite3_column_int64(st, 0);
	}
	(void)sqlite3_reset(st);
	if (rc != SQLITE_ROW) {
		return sql_failed(r, e);
	}
	if (last == INT64_MIN) {
		return true;
	}
	int64_t end_us = (last + 1) * rollup_levels[level].slot_us;

	r->floor[level] = end_us > r->floor[level] ? end_us : r->floor[level];
	(void)sqlite3_bind_int(r->st[ST_REMOVE], 1, level);
	(void)sqlite3_bind_int64(r->st[ST_REMOVE], 2, last);
	return run(r, r->st[ST_REMOVE], e);
}

bool rollup_flush(struct rollup *r, struct err *e)
{
	bool ok = true;

	if (r->n == 0) {
		return true;
	}
	add_to_coarser(r);
	struct entry **order = x_reallocarray(NULL, r->n, sizeof(struct entry *));

	for (size_t i = 0; i < r->n; i++) {
		order[i] = &r->entries[i];
	}
	qsort(order, r->n, sizeof(struct entry *), compare_entries);
	ok = put_all(r, order, r->n, e);
	free(order);
	for (int level = 0; level < ROLLUP_LEVELS && ok; level++) {
		ok = prune(r, level, e);
	}
	ok = ok && raise_floors(r, e);
	if (!ok) {
		return false;
	}
	for (size_t i = 0; i < r->n; i++) {
		figures_clear(&r->entries[i].figures);
	}
	memset(r->table, 0, r->table_size * sizeof(*r->table));
	memset(r->floor, 0, sizeof(r->floor));
	r->n = 0;
	return true;
}

static struct key read_key(sqlite3_stmt *st, int column)
{
	return (struct key){ .provider = sqlite3_column_int64(st, column), .model = sqlite3_column_int64(st, column + 1),
		.operation = sqlite3_column_int64(st, column + 2) };
}

static bool recount_rows(struct rollup *r, sqlite3_stmt *st, int64_t now_us, struct err *e)
{
	struct call_row row;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		rollup_read_row(st, &row);
		count(r, read_key(st, ROLLUP_ROW_DIMS), &row, now_us);
	}
	return rc == SQLITE_DONE || sql_failed(r, e);
}

/* The other hours, into the day. One that is damaged is none, until it is recounted itself. */
static bool recount_day(struct rollup *r, sqlite3_stmt *st, int64_t day, struct err *e)
{
	struct figures f = { 0 };
	struct err damage;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct key k = read_key(st, 0);

		k.level = LEVEL_DAY;
		k.slot = day;
		figures_clear(&f);
		if (rollup_read_figures(st, 3, &f, &damage)) {
			figures_merge(&entry_of(r, &k)->figures, &f);
		}
	}
	figures_free(&f);
	return rc == SQLITE_DONE || sql_failed(r, e);
}

bool rollup_recount(struct rollup *r, int64_t hour_us, int64_t now_us, struct err *e)
{
	static const char *const texts[] = {
		"SELECT " ROLLUP_ROW " FROM call WHERE ts_us >= ?1 AND ts_us < ?2",
		"SELECT provider, model, operation, " ROLLUP_FIGURES " FROM rollup WHERE level = 2 AND slot >= ?1 AND slot < ?2 AND slot <> ?3",
		"DELETE FROM rollup WHERE level = ?1 AND slot >= ?2 AND slot < ?3",
	};
	sqlite3_stmt *st[COUNT_OF(texts)] = { NULL };
	int64_t hour = rollup_slot(hour_us, HOUR_US), day = rollup_slot(hour_us, DAY_US);
	bool ok = true;

	for (size_t i = 0; ok && i < COUNT_OF(texts); i++) {
		ok = sqlite3_prepare_v2(r->db, texts[i], -1, &st[i], NULL) == SQLITE_OK || sql_failed(r, e);
	}
	if (ok) {
		(void)sqlite3_bind_int64(st[0], 1, hour_us);
		(void)sqlite3_bind_int64(st[0], 2, hour_us + HOUR_US);
		(void)sqlite3_bind_int64(st[1], 1, day * HOURS);
		(void)sqlite3_bind_int64(st[1], 2, (day + 1) * HOURS);
		(void)sqlite3_bind_int64(st[1], 3, hour);
		ok = recount_rows(r, st[0], now_us, e) && recount_day(r, st[1], day, e);
	}
	for (int level = 0; ok && level < ROLLUP_LEVELS; level++) {
		int64_t from_us = level == LEVEL_DAY ? day * DAY_US : hour_us, slot_us = rollup_levels[level].slot_us;
		int64_t to_us = level == LEVEL_DAY ? from_us + DAY_US : hour_us + HOUR_US;

		(void)sqlite3_bind_int(st[2], 1, level);
		(void)sqlite3_bind_int64(st[2], 2, rollup_slot(from_us, slot_us));
		(void)sqlite3_bind_int64(st[2], 3, rollup_slot(to_us, slot_us));
		ok = run(r, st[2], e);
	}
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		(void)sqlite3_finalize(st[i]);
	}
	return ok;
}

void rollup_clear(struct rollup *r)
{
	for (size_t i = 0; i < r->n; i++) {
		figures_clear(&r->entries[i].figures);
	}
	memset(r->table, 0, r->table_size * sizeof(*r->table));
	memset(r->floor, 0, sizeof(r->floor));
	memset(r->floor_known, 0, sizeof(r->floor_known));
	r->n = 0;
}

static bool read_classes(const char *text, struct figures *f)
{
	f->by_class[CLASS_NONE] = f->calls;
	while (text != NULL && *text != '\0') {
		char *end;
		unsigned long class = strtoul(text, &end, 10);

		if (class <= CLASS_NONE || class >= CLASS_COUNT || *end != ':') {
			return false;
		}
		unsigned long long count = strtoull(end + 1, &end, 10);

		f->by_class[class] += count;
		f->by_class[CLASS_NONE] -= count;
		f->errors += error_class_is_failure((enum error_class)class) ? count : 0;
		if (*end != ' ' && *end != '\0') {
			return false;
		}
		text = *end == ' ' ? end + 1 : end;
	}
	return true;
}

static bool read_hist(sqlite3_stmt *st, int column, struct hist *to)
{
	const void *bytes = sqlite3_column_blob(st, column);

	return bytes == NULL || hist_merge_encoded(to, bytes, (size_t)sqlite3_column_bytes(st, column));
}

static int64_t number(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? UNKNOWN : sqlite3_column_int64(st, column);
}

void rollup_read_row(sqlite3_stmt *st, struct call_row *row)
{
	int class = sqlite3_column_int(st, 1);

	call_row_init(row);
	row->id.ts_us = sqlite3_column_int64(st, 0);
	row->error_class = class >= CLASS_NONE && class < CLASS_COUNT ? (enum error_class)class : CLASS_OTHER;
	row->usage.in_tok = number(st, 2);
	row->usage.out_tok = number(st, 3);
	row->usage.cache_read_tok = number(st, 4);
	row->usage.reason_tok = number(st, 5);
	row->cost_nano = number(st, 6);
	row->latency_us = number(st, 7);
	row->ttft_us = number(st, 8);
	row->gen_us = number(st, 9);
}

bool rollup_read_figures(sqlite3_stmt *st, int column, struct figures *add_to, struct err *e)
{
	struct figures f = { .calls = (uint64_t)sqlite3_column_int64(st, column) };
	uint64_t *const counts[] = { &f.in_tok, &f.out_tok, &f.cache_read_tok, &f.reason_tok };
	bool ok = read_classes((const char *)sqlite3_column_text(st, column + 1), &f);

	column += 2;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		*counts[i] = (uint64_t)sqlite3_column_int64(st, column++);
	}
	f.cost_nano = sqlite3_column_int64(st, column++);
	f.unpriced = (uint64_t)sqlite3_column_int64(st, column++);
	f.latency_n = (uint64_t)sqlite3_column_int64(st, column++);
	f.latency_sum_us = sqlite3_column_int64(st, column++);
	f.ttft_n = (uint64_t)sqlite3_column_int64(st, column++);
	f.ttft_sum_us = sqlite3_column_int64(st, column++);
	f.gen_sum_us = sqlite3_column_int64(st, column++);
	f.gen_tok = (uint64_t)sqlite3_column_int64(st, column++);
	figures_merge(add_to, &f);
	ok = read_hist(st, column, &add_to->latency) && read_hist(st, column + 1, &add_to->ttft) && read_hist(st, column + 2, &add_to->tpot) && ok;
	if (!ok) {
		return err_set(e, ERR_INTERNAL, "a rollup in the store is damaged");
	}
	return true;
}
