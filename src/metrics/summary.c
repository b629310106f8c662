#include "metrics/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/by_prompt.h"
#include "store/expire.h"
#include "store/reader.h"
#include "store/rollup.h"

/* A span is covered by the coarsest whole slots that are complete and not longer than a bucket, then by finer ones at both ends, and
 * what no slot covers by the rows themselves: at most 10 s at each end of a recent span. All of it is read in one transaction, so
 * rollups and rows are of the same moment. Under a condition, and by prompt, all is read from the rows, in pieces with a read transaction each. */

#define TIME_END_US (1LL << 56) /* later than any call can be */
#define SPARK_MOST ((size_t)4 << 20) /* numbers in all sparks together */

static const char *const by_names[BY_COUNT] = { "none", "provider", "model", "operation", "prompt" };

/* Seconds; each a multiple of a rollup level, days beyond the last. */
static const int64_t bucket_lengths_s[] = { 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };

static const char floor_sql[] = "SELECT level, from_us FROM rollup_floor";
static const char slots_sql[] = "SELECT slot, provider, model, operation, " ROLLUP_FIGURES " FROM rollup WHERE level=?1 AND slot>=?2 AND slot<?3 "
				"AND (?4=0 OR provider=?4) AND (?5=0 OR model=?5) AND (?6=0 OR operation=?6)";
/* Ordered for the reading in pieces. ?7: key of the last row of the piece before; the condition is a column, so that every row is seen. */
static const char rows_format[] =
    "SELECT " ROLLUP_ROW ", " BY_PROMPT_PAIR ", key, %s FROM call WHERE (ts_us, key)>=(?2, ?7) AND ts_us<?3 "
    "AND (?4=0 OR provider=?4) AND (?5=0 OR coalesce(model_resp, model_req)=?5) AND (?6=0 OR operation=?6) AND (?8=0 OR " BY_PROMPT_PAIR "=?8) "
    "ORDER BY ts_us, key";
enum { ROW_PROMPT = ROLLUP_ROW_COLUMNS, ROW_KEY, ROW_MATCHES };
enum { DIMS = BY_COUNT - BY_PROVIDER, SLOT_DIMS = BY_PROMPT - BY_PROVIDER }; /* that calls are grouped and narrowed by; of them those that slots have */
#define HOUR_US (3600 * US_PER_S)
#define READ_US 50000    /* longest read transaction aimed at where all is read from the rows */
#define ROWS_PER_LOOK 64 /* at the clock */

/* A group while it is being summed. */
struct tally {
	int64_t id;
	struct figures now, before;
	double *cost, *calls; /* per bucket */
};

struct query {
	struct reader *r;
	const struct metrics_query *q;
	struct metrics *m;
	bool is_by_rows; /* slots do not know what is asked */
	int64_t dims[DIMS]; /* wanted provider, model, operation, prompt; 0: any */
	int64_t floor_us[ROLLUP_LEVELS];
	int64_t expired_us; /* rows before this are gone, sums of whole hours are left; INT64_MIN: none are gone */
	bool is_before;  /* summing the span before */
	struct tally *tallies;
	size_t n_tallies, cap_tallies;
	struct map *places; /* id -> place in tallies + 1 */
	struct figures one;
	sqlite3_stmt *rows; /* of rows_format; made when first needed */
	struct err *e;
};

const char *metrics_by_name(enum metrics_by by)
{
	return by >= 0 && by < BY_COUNT ? by_names[by] : "";
}

enum metrics_by metrics_by_from_name(const char *name)
{
	int by = 0;

	while (by < BY_COUNT && strcmp(by_names[by], name) != 0) {
		by++;
	}
	return (enum metrics_by)by;
}

const char *metrics_group_name(const struct metrics_group *g)
{
	return g->key[0] != '\0' ? g->key : "(none)";
}

static int64_t round_down(int64_t us, int64_t unit)
{
	return rollup_slot(us, unit) * unit;
}

static int64_t round_up(int64_t us, int64_t unit)
{
	return round_down(us + unit - 1, unit);
}

static struct tally *tally_of(struct query *s, int64_t id)
{
	void *place = map_get(s->places, (const char *)&id, sizeof(id));

	if (place != NULL) {
		return &s->tallies[(uintptr_t)place - 1];
	}
	struct tally *t = array_push(s->tallies, s->n_tallies, s->cap_tallies);

	t->id = id;
	if (s->m->n_buckets > 0 && s->n_tallies * s->m->n_buckets <= SPARK_MOST) {
		t->cost = x_calloc(s->m->n_buckets, sizeof(*t->cost));
		t->calls = x_calloc(s->m->n_buckets, sizeof(*t->calls));
	}
	(void)map_put(s->places, (const char *)&id, sizeof(id), (void *)(uintptr_t)s->n_tallies);
	return t;
}

static struct tally *tally_for(struct query *s, const int64_t dims[DIMS])
{
	return tally_of(s, s->q->by == BY_NONE ? 0 : dims[s->q->by - BY_PROVIDER]);
}

static struct figures *buckets_of(const struct query *s)
{
	return s->is_before ? s->m->buckets_before : s->m->buckets;
}

/* Counts s->one, which begins at us, for the dimensions of a row. */
static void count(struct query *s, int64_t us, const int64_t dims[DIMS])
{
	struct metrics *m = s->m;
	struct tally *t = tally_for(s, dims);
	struct figures *buckets = buckets_of(s);

	figures_merge(s->is_before ? &t->before : &t->now, &s->one);
	if (buckets == NULL) {
		return;
	}
	size_t i = (size_t)((us + (s->is_before ? s->q->before_us : 0) - m->buckets_from_us) / m->bucket_us);

	figures_merge(&buckets[i], &s->one);
	if (!s->is_before && t->cost != NULL) {
		t->cost[i] += (double)s->one.cost_nano;
		t->calls[i] += (double)s->one.calls;
	}
}

static void bind_span(struct query *s, sqlite3_stmt *st, int64_t from, int64_t to)
{
	(void)sqlite3_bind_int64(st, 2, from);
	(void)sqlite3_bind_int64(st, 3, to);
	for (int i = 0; i < SLOT_DIMS; i++) {
		(void)sqlite3_bind_int64(st, 4 + i, s->dims[i]);
	}
}

/* Calls read for each row of a prepared and bound statement. */
static bool each(struct query *s, sqlite3_stmt *st, int64_t unit, bool (*read)(struct query *s, sqlite3_stmt *st, int64_t unit))
{
	bool ok = true;
	int rc;

	while (ok && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		ok = rc == SQLITE_ROW ? read(s, st, unit) : reader_goes_on(s->r, s->e) && sql_failed(s->r->sql, s->e);
	}
	(void)sqlite3_reset(st);
	return ok;
}

static bool read_slot(struct query *s, sqlite3_stmt *st, int64_t slot_us)
{
	const int64_t dims[DIMS] = { sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3) };

	if (buckets_of(s) == NULL) { /* one sum: straight into it */
		struct tally *t = tally_for(s, dims);

		return rollup_read_figures(st, 4, s->is_before ? &t->before : &t->now, s->e);
	}
	figures_clear(&s->one);
	if (!rollup_read_figures(st, 4, &s->one, s->e)) {
		return false;
	}
	count(s, sqlite3_column_int64(st, 0) * slot_us, dims);
	return true;
}

static bool read_row(struct query *s, sqlite3_stmt *st, int64_t unit)
{
	int64_t dims[DIMS];
	struct call_row row;

	(void)unit;
	for (int i = 0; i < DIMS; i++) {
		dims[i] = sqlite3_column_int64(st, ROLLUP_ROW_DIMS + i);
	}
	rollup_read_row(st, &row);
	figures_clear(&s->one);
	figures_add_row(&s->one, &row);
	count(s, row.id.ts_us, dims);
	return true;
}

static bool read_floor(struct query *s, sqlite3_stmt *st, int64_t unit)
{
	int64_t level = sqlite3_column_int64(st, 0);

	(void)unit;
	if (level >= 0 && level < ROLLUP_LEVELS) {
		s->floor_us[level] = sqlite3_column_int64(st, 1);
	}
	return true;
}

static bool prepare_rows(struct query *s)
{
	if (s->rows == NULL) {
		char *text = x_asprintf(rows_format, condition_sql(s->q->where));

		s->rows = sql_prepare_once(s->r->sql, text, s->e);
		free(text);
		if (s->rows != NULL) {
			condition_bind(s->q->where, s->rows);
		}
	}
	return s->rows != NULL;
}

/* One piece, from a row on; moves *from and *key behind its last row. */
static bool add_piece(struct query *s, int64_t *from_us, int64_t *key, int64_t to_us, bool *is_done)
{
	int64_t until_us = s->is_by_rows ? clock_mono_us() + READ_US : INT64_MAX;
	bool ok = true;
	int rc = SQLITE_ROW;

	bind_span(s, s->rows, *from_us, to_us);
	(void)sqlite3_bind_int64(s->rows, 7, *key);
	(void)sqlite3_bind_int64(s->rows, 8, s->dims[BY_PROMPT - BY_PROVIDER]);
	for (unsigned n = 1; ok && (rc = sqlite3_step(s->rows)) == SQLITE_ROW; n++) {
		ok = sqlite3_column_int(s->rows, ROW_MATCHES) == 0 || read_row(s, s->rows, 0);
		if (n % ROWS_PER_LOOK == 0 && until_us != INT64_MAX && clock_mono_us() >= until_us) {
			*from_us = sqlite3_column_int64(s->rows, 0);
			*key = sqlite3_column_int64(s->rows, ROW_KEY);
			*is_done = *key == INT64_MAX && ++*from_us >= to_us;
			*key = *key == INT64_MAX ? INT64_MIN : *key + 1;
			(void)sqlite3_reset(s->rows);
			return true;
		}
	}
	*is_done = true;
	ok = ok && (rc == SQLITE_DONE || (reader_goes_on(s->r, s->e) && sql_failed(s->r->sql, s->e)));
	(void)sqlite3_reset(s->rows);
	return ok;
}

static bool add_rows(struct query *s, int64_t from_us, int64_t to_us)
{
	const struct condition *where = s->q->where;
	int64_t key = INT64_MIN;

	from_us = where != NULL && where->from_us > from_us ? where->from_us : from_us;
	to_us = where != NULL && where->to_us != 0 && where->to_us < to_us ? where->to_us : to_us;
	bool is_done = false, ok = prepare_rows(s);

	while (ok && !is_done) {
		ok = reader_goes_on(s->r, s->e) && add_piece(s, &from_us, &key, to_us, &is_done);
	}
	return ok;
}

static bool add_slots(struct query *s, int level, int64_t from_us, int64_t to_us)
{
	int64_t slot_us = rollup_levels[level].slot_us;
	sqlite3_stmt *st = sql_prepare(s->r->sql, slots_sql, s->e);

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int(st, 1, level);
	bind_span(s, st, from_us / slot_us, to_us / slot_us);
	return each(s, st, slot_us, read_slot);
}

static bool add_span(struct query *s, int level, int64_t from_us, int64_t to_us)
{
	if (from_us >= to_us) {
		return true;
	}
	if (level < 0) {
		return add_rows(s, from_us, to_us);
	}
	int64_t slot_us = rollup_levels[level].slot_us;
	int64_t first_us = round_up(from_us > s->floor_us[level] ? from_us : s->floor_us[level], slot_us);
	int64_t end_us = round_down(to_us, slot_us);

	if (first_us >= end_us) {
		return add_span(s, level - 1, from_us, to_us);
	}
	return add_span(s, level - 1, from_us, first_us) && add_slots(s, level, first_us, end_us) && add_span(s, level - 1, end_us, to_us);
}

static bool read_expired(struct query *s)
{
	struct expired_until until;

	if (!expired_until(s->r->sql, &until, s->e)) {
		return false;
	}
	s->expired_us = until.key > INT64_MIN ? until.ts_us + 1 : until.ts_us;
	return true;
}

/* An end of a span where only whole hours are left is moved to the next one, so that neighbouring spans still neither overlap nor leave a gap. */
static int64_t fit(const struct query *s, int64_t us)
{
	if (us >= s->expired_us) {
		return us;
	}
	return s->is_by_rows ? s->expired_us : round_up(us, HOUR_US);
}

static void make_buckets(const struct query *s, int columns)
{
	struct metrics *m = s->m;

	int64_t unit = 0, n = 0;

	for (size_t i = 0; n == 0 || n > columns || (m->from_us < s->expired_us && unit < HOUR_US); i++) {
		unit = i < COUNT_OF(bucket_lengths_s) ? bucket_lengths_s[i] * US_PER_S : unit * 2;
		n = (round_up(m->to_us, unit) - round_down(m->from_us, unit)) / unit;
	}
	m->bucket_us = unit;
	m->buckets_from_us = round_down(m->from_us, unit);
	m->n_buckets = (size_t)n;
	m->buckets = x_calloc(m->n_buckets, sizeof(*m->buckets));
}

/* The coarsest level whose slots lie within buckets; none (-1) where slots know nothing of what is asked. */
static int coarsest(const struct query *s, const struct figures *buckets)
{
	int level = s->is_by_rows ? -1 : ROLLUP_LEVELS - 1;

	while (level > 0 && buckets != NULL && s->m->bucket_us % rollup_levels[level].slot_us != 0) {
		level--;
	}
	return level;
}

static bool add_before(struct query *s)
{
	struct metrics *m = s->m;
	int64_t from_us = m->from_us - s->q->before_us, to_us = m->to_us - s->q->before_us;

	if (s->q->before_us <= 0) {
		return true;
	}
	if (m->n_buckets > 0 && s->q->before_us % m->bucket_us == 0) {
		m->buckets_before = x_calloc(m->n_buckets, sizeof(*m->buckets_before));
	}
	s->is_before = true;
	return add_span(s, coarsest(s, m->buckets_before), fit(s, from_us > 0 ? from_us : 0), fit(s, to_us));
}

static bool add_all(struct query *s)
{
	struct metrics *m = s->m;
	sqlite3_stmt *st = sql_prepare(s->r->sql, floor_sql, s->e);

	return st != NULL && each(s, st, 0, read_floor) && add_span(s, coarsest(s, m->buckets), m->from_us, m->to_us) && add_before(s);
}

/* Rollups and rows of the same moment; rows alone are read in pieces. */
static bool add_all_at_once(struct query *s)
{
	if (s->is_by_rows) {
		return add_all(s);
	}
	bool ok = sql_begin_late(s->r->sql, s->e) && add_all(s);

	sql_rollback(s->r->sql); /* nothing was written */
	return ok;
}

static int compare_groups(const void *va, const void *vb)
{
	const struct metrics_group *a = va, *b = vb;

	if (a->now.cost_nano != b->now.cost_nano) {
		return a->now.cost_nano > b->now.cost_nano ? -1 : 1;
	}
	if (a->now.calls != b->now.calls) {
		return a->now.calls > b->now.calls ? -1 : 1;
	}
	return strcmp(a->key, b->key);
}

void metrics_order_groups(struct metrics *m)
{
	if (m->n_groups > 1) {
		qsort(m->groups, m->n_groups, sizeof(*m->groups), compare_groups);
	}
}

static void finish(struct query *s)
{
	struct metrics *m = s->m;
	size_t cap = 0;

	for (size_t i = 0; i < s->n_tallies; i++) {
		struct tally *t = &s->tallies[i];

		figures_merge(&m->total, &t->now);
		figures_merge(&m->before, &t->before);
		if (s->q->by == BY_NONE || t->now.calls == 0) {
			continue;
		}
		struct metrics_group *g = array_push(m->groups, m->n_groups, cap);

		g->key = s->q->by == BY_PROMPT ? by_prompt_key(s->r, t->id) : x_strdup(dims_name(s->r->dims, t->id));
		g->now = t->now;
		g->before = t->before;
		t->now = t->before = (struct figures){ 0 };
		g->spark = g->now.cost_nano > 0 ? t->cost : t->calls;
		*(g->now.cost_nano > 0 ? &t->cost : &t->calls) = NULL;
	}
	metrics_order_groups(m);
}

static void query_free(struct query *s)
{
	for (size_t i = 0; i < s->n_tallies; i++) {
		figures_free(&s->tallies[i].now);
		figures_free(&s->tallies[i].before);
		free(s->tallies[i].cost);
		free(s->tallies[i].calls);
	}
	free(s->tallies);
	map_free(s->places, NULL);
	figures_free(&s->one);
	(void)sqlite3_finalize(s->rows);
}

/* Wanted names to ids; false when no call can match. */
static bool find_dims(struct query *s)
{
	const struct {
		enum dim_kind kind;
		const char *name;
	} wanted[SLOT_DIMS] = { { DIM_PROVIDER, s->q->provider }, { DIM_MODEL, s->q->model }, { DIM_OPERATION, s->q->operation } };

	for (int i = 0; i < SLOT_DIMS; i++) {
		if (wanted[i].name != NULL) {
			s->dims[i] = dims_find(s->r->dims, wanted[i].kind, wanted[i].name);
			if (s->dims[i] <= 0) {
				return false;
			}
		}
	}
	int64_t *prompt = &s->dims[BY_PROMPT - BY_PROVIDER];

	*prompt = s->q->prompt != NULL ? by_prompt_pair(s->r, s->q->prompt) : 0;
	return s->q->prompt == NULL || *prompt != 0;
}

static bool look_for_simulated(struct query *s)
{
	static const char sql[] = "SELECT 1 FROM call WHERE is_simulated = 1 AND ts_us >= ?1 AND ts_us < ?2 LIMIT 1";
	sqlite3_stmt *st = sql_prepare(s->r->sql, sql, s->e);

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int64(st, 1, s->m->from_us);
	(void)sqlite3_bind_int64(st, 2, s->m->to_us);
	s->m->has_simulated = sqlite3_step(st) == SQLITE_ROW;
	(void)sqlite3_reset(st);
	return true;
}

struct metrics *metrics_query(struct reader *r, const struct metrics_query *q, struct err *e)
{
	struct metrics *m = x_calloc(1, sizeof(*m));
	struct query s = { .r = r, .q = q, .m = m, .places = map_new(), .expired_us = INT64_MIN, .e = e,
		.is_by_rows = q->where != NULL || q->by == BY_PROMPT || q->prompt != NULL };
	int64_t start_us = clock_mono_us();
	bool ok = true;

	m->from_us = q->from_us < 0 ? 0 : q->from_us > TIME_END_US ? TIME_END_US : q->from_us;
	m->to_us = q->to_us < m->from_us ? m->from_us : q->to_us > TIME_END_US ? TIME_END_US : q->to_us;
	ok = read_expired(&s);
	m->from_us = fit(&s, m->from_us);
	m->to_us = fit(&s, m->to_us);
	if (ok && q->columns > 0 && m->from_us < m->to_us) {
		make_buckets(&s, q->columns);
	}
	if (ok && find_dims(&s)) {
		ok = reader_goes_on(r, e) && add_all_at_once(&s) && look_for_simulated(&s);
	}
	if (ok) {
		finish(&s);
		m->took_us = clock_mono_us() - start_us;
	} else {
		metrics_free(m);
		m = NULL;
	}
	query_free(&s);
	return m;
}

void metrics_free(struct metrics *m)
{
	if (m == NULL) {
		return;
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		free(m->groups[i].key);
		figures_free(&m->groups[i].now);
		figures_free(&m->groups[i].before);
		free(m->groups[i].spark);
	}
	for (size_t i = 0; i < m->n_buckets; i++) {
		figures_free(&m->buckets[i]);
	}
	for (size_t i = 0; m->buckets_before != NULL && i < m->n_buckets; i++) {
		figures_free(&m->buckets_before[i]);
	}
	figures_free(&m->total);
	figures_free(&m->before);
	free(m->groups);
	free(m->buckets);
	free(m->buckets_before);
	free(m);
}
