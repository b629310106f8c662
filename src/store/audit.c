#include "store/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/expire.h"
#include "store/rollup.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
enum { LEVEL_HOUR = 2, LEVEL_DAY = 3 };
#define LATE_TRIES 5

static const char next_text[] = "SELECT (SELECT min(ts_us) FROM call WHERE ts_us >= ?1),"
				" (SELECT min(slot) FROM rollup WHERE level = 2 AND slot >= ?2) * 3600000000";
static const char rows_text[] = "SELECT " ROLLUP_ROW " FROM call WHERE ts_us >= ?1 AND ts_us < ?2";
static const char slots_text[] = "SELECT slot, provider, model, operation, " ROLLUP_FIGURES " FROM rollup WHERE level = ?1 AND slot >= ?2 AND slot < ?3";

/* What identifies a slot. Without gaps: it is hashed as bytes. */
struct key {
	int64_t level, slot, provider, model, operation;
};

struct cell {
	struct key key;
	struct figures want;
	bool is_seen;
};

struct span_audit {
	struct writer *w;
	struct audit *out;
	int64_t floor_us[ROLLUP_LEVELS];
	struct cell **cells;
	size_t n, cap;
	struct map *by_key;
	bool is_wrong;
};

static struct cell *cell_of(struct span_audit *s, const struct key *k)
{
	struct cell *c = map_get(s->by_key, (const char *)k, sizeof(*k));

	if (c == NULL) {
		c = x_calloc(1, sizeof(*c));
		c->key = *k;
		*array_push(s->cells, s->n, s->cap) = c;
		(void)map_put(s->by_key, (const char *)k, sizeof(*k), c);
	}
	return c;
}

static void forget_cells(struct span_audit *s)
{
	for (size_t i = 0; i < s->n; i++) {
		figures_free(&s->cells[i]->want);
		free(s->cells[i]);
	}
	s->n = 0;
	map_free(s->by_key, NULL);
	s->by_key = NULL;
}

static bool same(const struct figures *a, const struct figures *b)
{
	const int64_t pairs[][2] = { { (int64_t)a->calls, (int64_t)b->calls }, { (int64_t)a->in_tok, (int64_t)b->in_tok },
		{ (int64_t)a->out_tok, (int64_t)b->out_tok }, { (int64_t)a->cache_read_tok, (int64_t)b->cache_read_tok },
		{ (int64_t)a->reason_tok, (int64_t)b->reason_tok }, { a->cost_nano, b->cost_nano }, { (int64_t)a->unpriced, (int64_t)b->unpriced },
		{ (int64_t)a->latency_n, (int64_t)b->latency_n }, { a->latency_sum_us, b->latency_sum_us }, { (int64_t)a->ttft_n, (int64_t)b->ttft_n },
		{ a->ttft_sum_us, b->ttft_sum_us }, { a->gen_sum_us, b->gen_sum_us }, { (int64_t)a->gen_tok, (int64_t)b->gen_tok } };

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (pairs[i][0] != pairs[i][1]) {
			return false;
		}
	}
	return memcmp(a->by_class, b->by_class, sizeof(a->by_class)) == 0 && hist_equal(&a->latency, &b->latency) && hist_equal(&a->ttft, &b->ttft) &&
	    hist_equal(&a->tpot, &b->tpot);
}

static bool is_kept(const struct span_audit *s, int level, int64_t slot)
{
	return slot * rollup_levels[level].slot_us >= s->floor_us[level];
}

/* The rows of an hour, into the slots of each level within it. */
static bool add_rows(struct span_audit *s, int64_t from_us, struct err *e)
{
	struct sql *sql = writer_sql(s->w);
	sqlite3_stmt *st = sql_prepare(sql, rows_text, e);
	struct call_row row;
	int rc;

	if (st == NULL) {
		return false;
	}
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, from_us + HOUR_US);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct key k = { .provider = sqlite3_column_int64(st, ROLLUP_ROW_DIMS), .model = sqlite3_column_int64(st, ROLLUP_ROW_DIMS + 1),
			.operation = sqlite3_column_int64(st, ROLLUP_ROW_DIMS + 2) };

		rollup_read_row(st, &row);
		s->out->calls++;
		for (k.level = 0; k.level <= LEVEL_HOUR; k.level++) {
			k.slot = rollup_slot(row.id.ts_us, rollup_levels[k.level].slot_us);
			if (is_kept(s, (int)k.level, k.slot)) {
				figures_add_row(&cell_of(s, &k)->want, &row);
			}
		}
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE || sql_failed(sql, e);
}

/* fn for each slot of a level in a span. */
static bool each_slot(struct span_audit *s, int level, int64_t from_us, int64_t to_us,
    void (*fn)(struct span_audit *s, const struct key *k, const struct figures *f), struct err *e)
{
	struct sql *sql = writer_sql(s->w);
	sqlite3_stmt *st = sql_prepare(sql, slots_text, e);
	struct figures f = { 0 };
	bool ok = st != NULL;
	int rc = SQLITE_DONE;

	if (ok) {
		sqlite3_bind_int(st, 1, level);
		sqlite3_bind_int64(st, 2, rollup_slot(from_us, rollup_levels[level].slot_us));
		sqlite3_bind_int64(st, 3, rollup_slot(to_us, rollup_levels[level].slot_us));
	}
	while (ok && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct key k = { level, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
			sqlite3_column_int64(st, 3) };

		figures_clear(&f);
		if (is_kept(s, level, k.slot)) {
			struct err damage;

			s->out->slots++;
			if (rollup_read_figures(st, 4, &f, &damage)) {
				fn(s, &k, &f);
			} else {
				s->out->wrong++;
				s->is_wrong = true;
			}
		}
	}
	if (ok) {
		sqlite3_reset(st);
	}
	figures_free(&f);
	return ok && (rc == SQLITE_DONE || sql_failed(sql, e));
}

static void compare(struct span_audit *s, const struct key *k, const struct figures *f)
{
	struct cell *c = cell_of(s, k);

	c->is_seen = true;
	if (!same(&c->want, f)) {
		s->out->wrong++;
		s->is_wrong = true;
	}
}

static void add_to_day(struct span_audit *s, const struct key *k, const struct figures *f)
{
	struct key day = *k;

	day.level = LEVEL_DAY;
	day.slot = rollup_slot(k->slot, DAY_US / HOUR_US);
	figures_merge(&cell_of(s, &day)->want, f);
}

static void count_unseen(struct span_audit *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!s->cells[i]->is_seen && s->cells[i]->want.calls > 0) {
			s->out->wrong++;
			s->is_wrong = true;
		}
	}
}

/* What a moment needs: the floors, then rows and slots of one state of the store. */
static bool begin(struct span_audit *s, struct expired_until *expired, struct err *e)
{
	struct sql *sql = writer_sql(s->w);
	sqlite3_stmt *st = sql_prepare(sql, "SELECT level, from_us FROM rollup_floor", e);

	s->by_key = map_new();
	for (int i = 0; i < ROLLUP_LEVELS; i++) {
		s->floor_us[i] = INT64_MIN;
	}
	if (st == NULL || !sql_exec(sql, "BEGIN", e)) {
		return false;
	}
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t level = sqlite3_column_int64(st, 0);

		if (level >= 0 && level < ROLLUP_LEVELS) {
			s->floor_us[level] = sqlite3_column_int64(st, 1);
		}
	}
	sqlite3_reset(st);
	return (rc == SQLITE_DONE || sql_failed(sql, e)) && expired_until(sql, expired, e);
}

static void finish(struct span_audit *s)
{
	sql_rollback(writer_sql(s->w)); /* nothing was written */
	forget_cells(s);
}

static bool audit_hour(struct span_audit *s, int64_t from_us, struct err *e)
{
	struct expired_until expired;
	bool ok = begin(s, &expired, e);

	if (ok && from_us > expired.ts_us) {
		ok = add_rows(s, from_us, e);
		for (int level = 0; ok && level <= LEVEL_HOUR; level++) {
			ok = each_slot(s, level, from_us, from_us + HOUR_US, compare, e);
		}
		count_unseen(s);
	}
	finish(s);
	return ok;
}

static bool audit_day(struct span_audit *s, int64_t from_us, struct err *e)
{
	struct expired_until expired;
	bool ok = begin(s, &expired, e) && each_slot(s, LEVEL_HOUR, from_us, from_us + DAY_US, add_to_day, e) &&
	    each_slot(s, LEVEL_DAY, from_us, from_us + DAY_US, compare, e);

	count_unseen(s);
	finish(s);
	return ok;
}

/* The next hour from that time on in which there is anything; INT64_MAX: none. */
static bool next_hour(struct sql *sql, int64_t from_us, int64_t *hour_us, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql, next_text, e);

	*hour_us = INT64_MAX;
	if (st == NULL) {
		return false;
	}
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, rollup_slot(from_us, HOUR_US));
	bool ok = sqlite3_step(st) == SQLITE_ROW || sql_failed(sql, e);

	for (int i = 0; ok && i < 2; i++) {
		if (sqlite3_column_type(st, i) != SQLITE_NULL) {
			int64_t us = rollup_slot(sqlite3_column_int64(st, i), HOUR_US) * HOUR_US;

			*hour_us = us < *hour_us ? us : *hour_us;
		}
	}
	sqlite3_reset(st);
	return ok;
}

static void note_day(struct span_audit *s, int64_t day_us)
{
	struct audit *a = s->out;

	if (s->is_wrong && (a->n_days == 0 || a->days_us[a->n_days - 1] != day_us)) {
		*array_push(a->days_us, a->n_days, a->cap_days) = day_us;
	}
	s->is_wrong = false;
}

bool audit_run(struct writer *w, struct audit *out, struct err *e)
{
	struct span_audit s = { .w = w, .out = out };
	int64_t hour_us, day_us = INT64_MIN;
	bool ok = next_hour(writer_sql(w), INT64_MIN / 2, &hour_us, e);

	*out = (struct audit){ .calls = 0 };
	while (ok && hour_us != INT64_MAX) {
		int64_t day = rollup_slot(hour_us, DAY_US) * DAY_US;

		ok = (day == day_us || audit_day(&s, day, e)) && audit_hour(&s, hour_us, e) && next_hour(writer_sql(w), hour_us + HOUR_US, &hour_us, e);
		day_us = day;
		note_day(&s, day);
	}
	free(s.cells);
	return ok;
}

void audit_free(struct audit *a)
{
	free(a->days_us);
	*a = (struct audit){ .calls = 0 };
}

static bool mend_hour(struct writer *w, int64_t hour_us, bool is_late, bool *is_mended, struct err *e)
{
	struct expired_until expired;
	bool ok = (is_late ? writer_begin_late : writer_begin)(w, e) && expired_until(writer_sql(w), &expired, e);

	*is_mended = ok && rollup_slot(hour_us, DAY_US) * DAY_US > expired.ts_us;
	ok = ok && (!*is_mended || writer_recount(w, hour_us, e)) && writer_commit(w, e);
	if (!ok) {
		writer_rollback(w);
	}
	return ok;
}

bool audit_mend(struct writer *w, int64_t day_us, bool *is_mended, struct err *e)
{
	bool ok = true;

	*is_mended = true;
	for (int64_t hour_us = day_us; ok && *is_mended && hour_us < day_us + DAY_US; hour_us += HOUR_US) {
		ok = false;
		for (int i = 0; !ok && i < LATE_TRIES; i++) {
			ok = mend_hour(w, hour_us, true, is_mended, NULL);
		}
		ok = ok || mend_hour(w, hour_us, false, is_mended, e); /* somebody always writes, or what fails is to be told */
	}
	*is_mended = *is_mended && ok;
	return ok;
}
