/* Calls that get a cost later: rows and rollups are then what they would be had they had it from the start. */
#include "store/recost.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "tests/store/fixture.h"

#define N 700 /* several batches */

static bool costs(int i)
{
	return i % 5 != 0;
}

/* Spread over rollups of all levels, models and outcomes; the cost is UNKNOWN, or what cost_of would say. */
static void make_row(struct call_row *r, int i, int64_t now_us, bool is_priced)
{
	uint64_t x = hash_mix((uint64_t)i);

	fixture_row(r, i);
	r->id.ts_us = now_us - (int64_t)(x % (uint64_t)(20 * 86400)) * US_PER_S;
	r->provider = i % 2 == 0 ? "openai" : "lab";
	r->model_req = i % 3 == 0 ? "a" : "b";
	r->model_resp = i % 7 == 0 ? "c" : NULL;
	r->operation = i % 11 == 0 ? "embeddings" : "chat";
	r->error_class = i % 13 == 0 ? CLASS_NETWORK : CLASS_NONE;
	r->cost_nano = UNKNOWN;
	r->cost_source = COST_UNKNOWN;
	if (i % 17 == 0) { /* known from the start in both */
		r->cost_nano = 7;
		r->cost_source = COST_REPORTED;
	} else if (is_priced && costs(i)) {
		r->cost_nano = 1000 + i;
		r->cost_source = COST_COMPUTED;
		r->cost_is_estimated = i % 2 == 0;
		r->price_version = "2030-01-01";
	}
}

static void fill(const char *dir, int64_t now_us, bool is_priced)
{
	struct err e = { 0 };
	struct store *s = store_open(dir, &e);

	assert_non_null(s);
	for (int i = 0; i < N; i++) {
		struct call_row r;

		make_row(&r, i, now_us, is_priced);
		store_put_call(s, &r, NULL);
	}
	assert_true(store_flush(s, 60000, &e));
	store_close(s);
}

static bool cost_of(void *ctx, const struct call_row *row, struct recost_cost *cost)
{
	int i = (int)row->usage.in_tok;

	++*(int *)ctx;
	assert_int_equal(row->cost_nano, UNKNOWN);
	*cost = (struct recost_cost){ 1000 + i, i % 2 == 0 };
	return costs(i);
}

/* All that a query gives, a line a row; the caller's. */
static char *dump(const char *dir, const char *query)
{
	char *path = x_asprintf("%s/sonde.db", dir);
	struct buf out = { 0 };
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text = (const char *)sqlite3_column_text(stmt, i);

			(void)buf_addf(&out, "%s ", text != NULL ? text : "-");
		}
		(void)buf_add_char(&out, '\n');
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(path);
	return buf_take(&out);
}

static void as_from_the_start(void **state)
{
	static const char *const queries[] = {
		"SELECT ts_us, key, cost_nano, cost_source, cost_is_estimated, (SELECT name FROM dim WHERE id = price_version) FROM call",
		"SELECT level, slot, (SELECT name FROM dim WHERE id = provider) p, (SELECT name FROM dim WHERE id = model) m,"
		" (SELECT name FROM dim WHERE id = operation) o, n, errors, in_tok, cost_nano, unpriced FROM rollup ORDER BY level, slot, p, m, o",
	};
	char *later = fixture_dir(), *at_once = fixture_dir();
	int64_t now_us = clock_wall_us();
	struct recost_sum sum;
	struct err e = { 0 };
	int asked = 0;

	(void)state;
	fill(later, now_us, false);
	fill(at_once, now_us, true);
	assert_true(recost_all(later, "2030-01-01", cost_of, &asked, &sum, &e));
	assert_int_equal(asked, N - (N + 16) / 17);
	int64_t nano = 0;
	uint64_t calls = 0;
	for (int i = 0; i < N; i++) {
		if (costs(i) && i % 17 != 0) {
			nano += 1000 + i;
			calls++;
		}
	}
	assert_int_equal(sum.calls, calls);
	assert_int_equal(sum.nano, nano);
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		char *a = dump(later, queries[i]), *b = dump(at_once, queries[i]);

		assert_true(strlen(a) > N);
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
	/* A second time there is nothing left to do. */
	assert_true(recost_all(later, "2030-01-02", cost_of, &asked, &sum, &e));
	assert_int_equal(sum.calls, 0);
	fixture_remove(later);
	fixture_remove(at_once);
}

static void nothing_recorded(void **state)
{
	char *dir = fixture_dir();
	struct recost_sum sum = { 1, 1 };
	struct err e = { 0 };
	int asked = 0;

	(void)state;
	assert_true(recost_all(dir, "x", cost_of, &asked, &sum, &e));
	assert_int_equal(sum.calls, 0);
	assert_int_equal(rmdir(dir), 0); /* nothing was made */
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_from_the_start), cmocka_unit_test(nothing_recorded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
