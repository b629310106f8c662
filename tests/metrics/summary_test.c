#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/summary.h"
#include "store/reader.h"

/* Every figure is compared with one computed from all rows in the plainest way, for random rows and random borders. */

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
#define N_ROWS 30000

static const char *const providers[] = { "openai", "anthropic", "google" };
static const char *const models[] = { "gpt-5.4", "claude-opus-5", "gemini-2.5-pro", "o3", NULL };
static const char *const operations[] = { "chat", "embeddings" };
static const struct {
	const char *name, *version, *key;
} prompts[] = { { NULL, NULL, "" }, { "a", "v1", "a@v1" }, { "a", "v2", "a@v2" }, { "b/c", NULL, "b/c" }, { "d@e", "v1", "d@e@v1" } };

static uint64_t seed = 7;
static char dir[64];
static struct call_row *rows;
static int64_t now_us;
static struct reader *reader;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int64_t below(int64_t n)
{
	return (int64_t)(next_random() % (uint64_t)n);
}

static int64_t sometimes(int percent, int64_t v)
{
	return below(100) < percent ? v : UNKNOWN;
}

static int64_t random_time(void)
{
	static const int64_t spans[] = { 10 * 60 * US_PER_S, HOUR_US, DAY_US, 3 * DAY_US, 12 * DAY_US, 90 * DAY_US };
	int64_t t = now_us + 60 * US_PER_S - below(spans[below(COUNT_OF(spans))]);

	/* Often on a border. */
	switch (below(8)) {
	case 0:
		return t - t % (10 * US_PER_S);
	case 1:
		return t - t % HOUR_US;
	case 2:
		return t - t % DAY_US - 1;
	default:
		return t;
	}
}

static void make_row(struct call_row *r, uint64_t i)
{
	call_row_init(r);
	r->id = (struct call_id){ random_time(), i };
	r->provider = providers[below(COUNT_OF(providers))];
	r->model_req = models[below(COUNT_OF(models))];
	r->model_resp = below(3) == 0 ? models[below(COUNT_OF(models))] : NULL;
	r->operation = operations[below(COUNT_OF(operations))];
	size_t prompt = (size_t)below(COUNT_OF(prompts));
	r->prompt_name = prompts[prompt].name;
	r->prompt_version = prompts[prompt].version;
	r->usage.in_tok = sometimes(90, below(100000));
	r->usage.out_tok = sometimes(90, below(2000));
	r->usage.cache_read_tok = sometimes(20, below(1000));
	r->usage.reason_tok = sometimes(20, below(1000));
	r->cost_nano = sometimes(80, below(5000000000));
	r->latency_us = sometimes(95, 1000 + below(1 << (10 + below(20))));
	r->ttft_us = is_known(r->latency_us) ? sometimes(40, r->latency_us / (1 + below(5))) : UNKNOWN;
	r->error_class = below(10) == 0 ? (enum error_class)(1 + below(CLASS_COUNT - 1)) : CLASS_NONE;
}

static int set_up(void **state)
{
	struct err e;
	uint64_t added;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/sonde-summary-XXXXXX");
	assert_non_null(mkdtemp(dir));
	now_us = clock_wall_us();
	rows = x_calloc(N_ROWS, sizeof(*rows));
	for (uint64_t i = 0; i < N_ROWS; i++) {
		make_row(&rows[i], i);
	}
	struct bulk *b = bulk_open(dir, &e);

	assert_non_null(b);
	/* In pieces, so that slots are merged into existing ones; some rows twice, which must not count twice. */
	for (size_t i = 0; i < N_ROWS; i += 1000) {
		assert_true(bulk_add(b, rows + i, 1000, &added, &e));
		assert_int_equal(added, 1000);
		assert_true(bulk_add(b, rows + i, 100, &added, &e));
		assert_int_equal(added, 0);
	}
	bulk_close(b);
	reader = reader_open(dir, &e);
	assert_non_null(reader);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	reader_close(reader);
	free(rows);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static const char *model_of(const struct call_row *r)
{
	return r->model_resp != NULL ? r->model_resp : r->model_req != NULL ? r->model_req : "";
}

static const char *key_of(const struct call_row *r, enum metrics_by by)
{
	if (by == BY_PROMPT) {
		for (size_t i = 0; i < COUNT_OF(prompts); i++) {
			if (prompts[i].name == r->prompt_name && prompts[i].version == r->prompt_version) {
				return prompts[i].key;
			}
		}
	}
	return by == BY_PROVIDER ? r->provider : by == BY_MODEL ? model_of(r) : r->operation;
}

struct plain {
	uint64_t calls, errors, by_class[CLASS_COUNT], unpriced, latency_n, ttft_n;
	int64_t in_tok, out_tok, cache_read_tok, reason_tok, cost_nano, latency_us, ttft_us, gen_us, gen_tok;
	int64_t *latencies;
	size_t n_latencies;
};

static bool row_matches(const struct call_row *r, const struct metrics_query *q)
{
	return (q->provider == NULL || strcmp(q->provider, r->provider) == 0) && (q->model == NULL || strcmp(q->model, model_of(r)) == 0) &&
	    (q->operation == NULL || strcmp(q->operation, r->operation) == 0) && (q->prompt == NULL || strcmp(q->prompt, key_of(r, BY_PROMPT)) == 0) && (q->where == NULL || r->usage.out_tok > 1000);
}

static void plain_add(struct plain *p, const struct call_row *r)
{
	p->calls++;
	p->errors += r->error_class != CLASS_NONE && r->error_class != CLASS_BUDGET;
	p->by_class[r->error_class]++;
	p->in_tok += known_or(r->usage.in_tok, 0);
	p->out_tok += known_or(r->usage.out_tok, 0);
	p->cache_read_tok += known_or(r->usage.cache_read_tok, 0);
	p->reason_tok += known_or(r->usage.reason_tok, 0);
	p->cost_nano += known_or(r->cost_nano, 0);
	p->unpriced += !is_known(r->cost_nano) && r->error_class == CLASS_NONE;
	p->latency_n += is_known(r->latency_us);
	p->latency_us += known_or(r->latency_us, 0);
	p->ttft_n += is_known(r->ttft_us);
	p->ttft_us += known_or(r->ttft_us, 0);
	/* Tokens that were streamed: reasoning comes before the first one. */
	int64_t hidden = known_or(r->usage.reason_tok, 0);
	int64_t streamed = hidden < r->usage.out_tok ? r->usage.out_tok - hidden : r->usage.out_tok;

	if (is_known(r->ttft_us) && r->latency_us > r->ttft_us && streamed > 1) {
		p->gen_us += r->latency_us - r->ttft_us;
		p->gen_tok += streamed - 1;
	}
	if (is_known(r->latency_us)) {
		p->latencies[p->n_latencies++] = r->latency_us;
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* key NULL: any. */
static struct plain plain_of(const struct metrics_query *q, int64_t from_us, int64_t to_us, const char *key)
{
	struct plain p = { .latencies = x_reallocarray(NULL, N_ROWS, sizeof(int64_t)) };

	for (size_t i = 0; i < N_ROWS; i++) {
		const struct call_row *r = &rows[i];

		if (r->id.ts_us >= from_us && r->id.ts_us < to_us && row_matches(r, q) && (key == NULL || strcmp(key_of(r, q->by), key) == 0)) {
			plain_add(&p, r);
		}
	}
	qsort(p.latencies, p.n_latencies, sizeof(int64_t), compare);
	return p;
}

static void check_same(const struct figures *f, struct plain p)
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };

	assert_int_equal(f->calls, p.calls);
	assert_int_equal(f->errors, p.errors);
	assert_memory_equal(f->by_class, p.by_class, sizeof(p.by_class));
	assert_int_equal(f->in_tok, p.in_tok);
	assert_int_equal(f->out_tok, p.out_tok);
	assert_int_equal(f->cache_read_tok, p.cache_read_tok);
	assert_int_equal(f->reason_tok, p.reason_tok);
	assert_int_equal(f->cost_nano, p.cost_nano);
	assert_int_equal(f->unpriced, p.unpriced);
	assert_int_equal(f->latency_n, p.latency_n);
	assert_int_equal(f->latency_sum_us, p.latency_us);
	assert_int_equal(f->ttft_n, p.ttft_n);
	assert_int_equal(f->ttft_sum_us, p.ttft_us);
	assert_int_equal(f->gen_sum_us, p.gen_us);
	assert_int_equal(f->gen_tok, p.gen_tok);
	assert_int_equal(f->latency.total, p.latency_n);
	for (size_t i = 0; i < COUNT_OF(quantiles) && p.n_latencies > 0; i++) {
		size_t rank = (size_t)ceil(quantiles[i] * (double)p.n_latencies - 1e-9);
		double exact = (double)p.latencies[rank - 1];

		assert_true(fabs((double)hist_quantile(&f->latency, quantiles[i]) - exact) <= exact * 0.01);
	}
	free(p.latencies);
}

static struct metrics *query(const struct metrics_query *q)
{
	struct err e = { 0 };
	struct metrics *m = metrics_query(reader, q, &e);

	if (m == NULL) {
		fail_msg("%s", e.text);
	}
	return m;
}

static void check_buckets_before(const struct metrics *m, const struct metrics_query *q)
{
	for (size_t i = 0; m->buckets_before != NULL && i < m->n_buckets; i++) {
		int64_t from_us = m->buckets_from_us + (int64_t)i * m->bucket_us, to_us = from_us + m->bucket_us;

		from_us = from_us > q->from_us ? from_us : q->from_us;
		to_us = to_us < q->to_us ? to_us : q->to_us;
		check_same(&m->buckets_before[i], plain_of(q, from_us - q->before_us, to_us - q->before_us, NULL));
	}
}

static void check_buckets(const struct metrics *m, const struct metrics_query *q)
{
	assert_true(m->n_buckets <= (size_t)q->columns);
	assert_true(m->bucket_us % (10 * US_PER_S) == 0 && m->buckets_from_us % m->bucket_us == 0);
	assert_true(m->buckets_from_us <= q->from_us && m->buckets_from_us + m->bucket_us > q->from_us);
	assert_true(m->buckets_from_us + m->bucket_us * (int64_t)m->n_buckets >= q->to_us);
	for (size_t i = 0; i < m->n_buckets; i++) {
		int64_t from_us = m->buckets_from_us + (int64_t)i * m->bucket_us, to_us = from_us + m->bucket_us;

		check_same(&m->buckets[i], plain_of(q, from_us > q->from_us ? from_us : q->from_us, to_us < q->to_us ? to_us : q->to_us, NULL));
	}
	for (size_t g = 0; g < m->n_groups; g++) {
		double sum = 0;

		for (size_t i = 0; i < m->n_buckets; i++) {
			sum += m->groups[g].spark[i];
		}
		assert_true(sum == (double)(m->groups[g].now.cost_nano > 0 ? m->groups[g].now.cost_nano : (int64_t)m->groups[g].now.calls));
	}
}

static char long_sql[] = "coalesce(out_tok > ?10, 0)";
static const struct condition long_answers = { .sql = { .s = long_sql, .len = sizeof(long_sql) - 1 }, .values = { { .number = 1000 } }, .n = 1 };

static void random_spans(void **state)
{
	size_t n_before = 0;

	(void)state;
	for (int round = 0; round < 600; round++) {
		struct metrics_query q = { .from_us = random_time(), .to_us = random_time(), .by = (enum metrics_by)below(BY_COUNT) };

		if (q.from_us > q.to_us) {
			int64_t t = q.from_us;

			q.from_us = q.to_us;
			q.to_us = t;
		}
		q.provider = below(4) == 0 ? providers[below(COUNT_OF(providers))] : NULL;
		q.model = below(4) == 0 ? models[below(COUNT_OF(models))] : NULL;
		q.operation = below(4) == 0 ? operations[below(COUNT_OF(operations))] : NULL;
		q.prompt = below(6) == 0 ? prompts[1 + below(COUNT_OF(prompts) - 1)].key : NULL;
		q.columns = below(3) == 0 ? (int)(1 + below(120)) : 0;
		q.before_us = below(2) == 0 ? 0 : below(2) == 0 ? q.to_us - q.from_us : (1 + below(7)) * DAY_US;
		q.where = below(3) == 0 ? &long_answers : NULL;

		struct metrics *m = query(&q);

		check_same(&m->total, plain_of(&q, q.from_us, q.to_us, NULL));
		if (q.before_us > 0) {
			check_same(&m->before, plain_of(&q, q.from_us - q.before_us, q.to_us - q.before_us, NULL));
		} else {
			assert_int_equal(m->before.calls, 0);
		}
		uint64_t calls = 0;

		for (size_t g = 0; g < m->n_groups; g++) {
			check_same(&m->groups[g].now, plain_of(&q, q.from_us, q.to_us, m->groups[g].key));
			assert_true(g == 0 || m->groups[g - 1].now.cost_nano >= m->groups[g].now.cost_nano);
			calls += m->groups[g].now.calls;
		}
		assert_int_equal(calls, q.by == BY_NONE ? 0 : m->total.calls);
		if (q.columns > 0 && q.from_us < q.to_us) {
			check_buckets(m, &q);
			check_buckets_before(m, &q);
			n_before += m->buckets_before != NULL;
		}
		metrics_free(m);
	}
	assert_true(n_before > 20);
}

static void everything(void **state)
{
	struct metrics_query q = { .from_us = INT64_MIN, .to_us = INT64_MAX, .by = BY_MODEL, .columns = 50, .before_us = INT64_C(1) << 40 };

	(void)state;
	struct metrics *m = query(&q);

	check_same(&m->total, plain_of(&q, 0, INT64_MAX, NULL));
	assert_int_equal(m->n_groups, COUNT_OF(models));
	assert_true(m->n_buckets >= 1 && m->n_buckets <= 50);
	metrics_free(m);
}

/* Taken back, a question has no answer; the next one has. */
static void interrupted(void **state)
{
	struct metrics_query q = { .from_us = 0, .to_us = INT64_MAX, .by = BY_MODEL };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct err e = { 0 };

		q.where = i == 1 ? &long_answers : NULL;
		reader_interrupt(reader);
		assert_null(metrics_query(reader, &q, &e));
		assert_int_equal(e.code, ERR_INTERRUPTED);
		reader_resume(reader);
		metrics_free(query(&q));
	}
}

/* A key that comes when the last row was read: an interrupt that meets the statement which ends the transaction. SQLite takes it for one of
 * that statement only in the moment after its start; there it asks for the time when it is profiled. */
static struct {
	int (*time)(sqlite3_vfs *vfs, sqlite3_int64 *now);
	bool is_due, is_over;
} at_the_end;

static int end_is_prepared(void *ctx, int what, const char *operation, const char *b, const char *c, const char *d)
{
	(void)ctx;
	(void)b;
	(void)c;
	(void)d;
	at_the_end.is_due = at_the_end.is_due || (what == SQLITE_TRANSACTION && strcmp(operation, "BEGIN") != 0);
	return SQLITE_OK;
}

static int interrupting_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
	if (at_the_end.is_due && !at_the_end.is_over) {
		at_the_end.is_over = true;
		reader_interrupt(reader);
	}
	return at_the_end.time(vfs, now);
}

static int profile(unsigned what, void *ctx, void *p, void *x)
{
	(void)what;
	(void)ctx;
	(void)p;
	(void)x;
	return 0;
}

/* No transaction stays open, which would refuse the next question and hold up the log of the store. */
static void interrupted_at_its_end(void **state)
{
	struct metrics_query q = { .from_us = 0, .to_us = INT64_MAX, .by = BY_MODEL };
	struct err e = { 0 };
	sqlite3_vfs *vfs = NULL;

	(void)state;
	reader_close(reader); /* a new one has not prepared what ends a transaction */
	reader = reader_open(dir, &e);
	assert_non_null(reader);
	sqlite3 *db = reader->sql->db;

	assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs), SQLITE_OK);
	at_the_end.time = vfs->xCurrentTimeInt64;
	vfs->xCurrentTimeInt64 = interrupting_time;
	assert_int_equal(sqlite3_set_authorizer(db, end_is_prepared, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, profile, NULL), SQLITE_OK);
	metrics_free(query(&q));
	vfs->xCurrentTimeInt64 = at_the_end.time;
	(void)sqlite3_trace_v2(db, 0, NULL, NULL);
	(void)sqlite3_set_authorizer(db, NULL, NULL);
	assert_true(at_the_end.is_over);
	assert_true(sqlite3_get_autocommit(db));
	reader_resume(reader);
	metrics_free(query(&q));
}

static void nothing(void **state)
{
	const struct metrics_query queries[] = {
		{ .from_us = now_us, .to_us = now_us, .by = BY_MODEL, .columns = 10 },
		{ .from_us = now_us, .to_us = now_us - 5, .by = BY_MODEL, .before_us = DAY_US },
		{ .from_us = 5, .to_us = DAY_US, .by = BY_PROVIDER, .columns = 10 },
		{ .from_us = 0, .to_us = INT64_MAX, .by = BY_PROVIDER, .model = "no such model" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		struct metrics *m = query(&queries[i]);

		assert_int_equal(m->n_groups, 0);
		assert_int_equal(m->total.calls, 0);
		assert_true(hist_quantile(&m->total.latency, 0.5) == UNKNOWN);
		metrics_free(m);
	}
}

static int64_t single(const char *sql)
{
	sqlite3_stmt *st;
	int64_t n = 0;

	assert_int_equal(sqlite3_prepare_v2(reader->sql->db, sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		n = sqlite3_column_int64(st, 0);
	}
	(void)sqlite3_finalize(st);
	return n;
}

/* Rows that came too late for a fine level must have raised its floor, or a wrong sum would pass unseen when clocks differ. */
static void floors_are_raised(void **state)
{
	(void)state;
	assert_true(single("SELECT from_us FROM rollup_floor WHERE level=0") > now_us - 4 * DAY_US);
	assert_true(single("SELECT from_us FROM rollup_floor WHERE level=0") < now_us - DAY_US);
	assert_true(single("SELECT from_us FROM rollup_floor WHERE level=1") < now_us - 8 * DAY_US);
	assert_int_equal(single("SELECT count(*) FROM rollup_floor WHERE level>1"), 0);
	assert_int_equal(single("SELECT sum(n) FROM rollup WHERE level=3"), N_ROWS);
	assert_int_equal(single("SELECT sum(n) FROM rollup WHERE level=2"), N_ROWS);
}

static void names(void **state)
{
	(void)state;
	for (int by = 0; by < BY_COUNT; by++) {
		assert_int_equal(metrics_by_from_name(metrics_by_name((enum metrics_by)by)), by);
	}
	assert_int_equal(metrics_by_from_name("colour"), BY_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_spans),
		cmocka_unit_test(everything),
		cmocka_unit_test(interrupted), cmocka_unit_test(interrupted_at_its_end), cmocka_unit_test(nothing),
		cmocka_unit_test(floors_are_raised),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
