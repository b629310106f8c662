#include "store/reader.h"

#include <strings.h>

#include "base/map.h"
#include "store/condition.h"
#include "tests/store/fixture.h"

#define ROWS 3000

struct world {
	char *dir;
	struct reader *r;
	struct call_row rows[ROWS]; /* ascending by (ts_us, key) as signed integers */
};

static void make_rows(struct world *w)
{
	static const char *const providers[] = { "openai", "anthropic", "Mistral" };
	static const char *const models[] = { "gpt-5.4-mini", "claude-opus-4-5", "mistral-large", NULL };
	static const char *const operations[] = { "chat", "embeddings" };
	static const char *const finishes[] = { "stop", "length", NULL, "Tool_Calls" };

	for (int i = 0; i < ROWS; i++) {
		struct call_row *r = &w->rows[i];
		uint64_t x = hash_mix((uint64_t)i);

		fixture_row(r, i / 3); /* three in each microsecond that has any */
		r->id.key = (uint64_t)(INT64_MIN / 2 + (int64_t)(i % 3) * (INT64_MAX / 2) + (int64_t)(x % 1000000));
		r->provider = providers[x % 3];
		r->model_req = models[x / 3 % 4];
		r->model_resp = models[x / 12 % 4];
		r->operation = operations[x / 48 % 2];
		r->finish_reason = finishes[x / 96 % 4];
		r->error_class = x / 384 % 10 == 0 ? CLASS_TIMEOUT : CLASS_NONE;
		r->error_text = r->error_class != CLASS_NONE ? "Deadline of 30 s EXCEEDED" : NULL;
		r->run_us = x / 3840 % 50 == 0 ? FIXTURE_T0 - 7 : 0;
	}
}

static int setup(void **state)
{
	struct world *w = x_calloc(1, sizeof(*w));
	struct err e = { 0 };
	uint64_t added;

	w->dir = fixture_dir();
	make_rows(w);
	struct bulk *b = bulk_open(w->dir, &e);
	assert_non_null(b);
	assert_true(bulk_add(b, w->rows, ROWS, &added, &e));
	assert_int_equal(added, ROWS);
	bulk_close(b);
	w->r = reader_open(w->dir, &e);
	assert_non_null(w->r);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	reader_close(w->r);
	fixture_remove(w->dir);
	free(w);
	return 0;
}

/* The filter in its plainest form. */
static bool wanted(const struct call_filter *f, const struct call_row *r)
{
	return r->id.ts_us >= f->from_us && r->id.ts_us < f->to_us && (f->run_us == 0 || r->run_us == f->run_us) &&
	    (f->where == NULL || r->error_class != CLASS_NONE);
}

static size_t check_list(struct world *w, const struct call_filter *f, size_t limit)
{
	struct call_row *rows;
	struct err e = { 0 };
	size_t n, at = 0;

	assert_true(calls_list(w->r, f, limit, &rows, &n, &e));
	for (int i = ROWS - 1; i >= 0 && at < limit; i--) {
		if (wanted(f, &w->rows[i])) {
			assert_true(at < n);
			fixture_same_row(&rows[at], &w->rows[i]);
			at++;
		}
	}
	assert_int_equal(at, n);
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
	return n;
}

#define ALL .from_us = 0, .to_us = INT64_MAX

static char errors_sql[] = "(error_class <> 0)";
static const struct condition errors_only = { .sql = { .s = errors_sql, .len = sizeof(errors_sql) - 1 } };

static const struct {
	struct call_filter filter;
	bool is_empty;
} lists[] = {
	{ { ALL }, false },
	{ { .from_us = FIXTURE_T0 + 100000000, .to_us = FIXTURE_T0 + 200000000 }, false },
	{ { .from_us = FIXTURE_T0 + 5000000, .to_us = FIXTURE_T0 + 5000001 }, false },
	{ { .from_us = FIXTURE_T0 + 5000001, .to_us = FIXTURE_T0 + 6000000 }, true },
	{ { .from_us = 2, .to_us = 1 }, true },
	{ { ALL, .run_us = FIXTURE_T0 - 7 }, false },
	{ { ALL, .run_us = 12345 }, true },
	{ { .from_us = FIXTURE_T0 + 300000000, .to_us = INT64_MAX, .run_us = FIXTURE_T0 - 7 }, false },
	{ { ALL, .where = &errors_only }, false },
	{ { .from_us = FIXTURE_T0 + 300000000, .to_us = INT64_MAX, .run_us = FIXTURE_T0 - 7, .where = &errors_only }, false },
};

static void lists_match_their_filters(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		assert_int_equal(check_list(w, &lists[i].filter, 1000000) == 0, lists[i].is_empty);
		assert_int_equal(check_list(w, &lists[i].filter, 0), 0);
		assert_int_equal(check_list(w, &lists[i].filter, 1), lists[i].is_empty ? 0 : 1);
		(void)check_list(w, &lists[i].filter, 17);
	}
}

/* No query reads the whole table or sorts it. */
static void queries_use_the_key(void **state)
{
	static const char *const searches[] = { "SEARCH call USING PRIMARY KEY", "SEARCH call USING INDEX call_run",
		"SEARCH call USING COVERING INDEX call_run", "SEARCH body USING INDEX", "SEARCH dim USING", "SCAN run" };
	struct world *w = *state;
	struct call_row row;
	struct call_body body;
	struct run_row *runs;
	struct err e = { 0 };
	size_t n, n_plans = 0;

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		(void)check_list(w, &lists[i].filter, 3);
	}
	assert_true(calls_get(w->r, w->rows[5].id, &row, &body, &e));
	call_row_free(&row);
	assert_true(runs_list(w->r, 5, &runs, &n, &e));
	free(runs);
	for (sqlite3_stmt *stmt = sqlite3_next_stmt(w->r->sql->db, NULL); stmt != NULL; stmt = sqlite3_next_stmt(w->r->sql->db, stmt)) {
		char *text = x_asprintf("EXPLAIN QUERY PLAN %s", sqlite3_sql(stmt));
		sqlite3_stmt *plan = NULL;

		assert_false(sqlite3_stmt_busy(stmt));
		assert_int_equal(sqlite3_prepare_v2(w->r->sql->db, text, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(plan, 3);
			size_t k = 0;

			while (k < COUNT_OF(searches) && strncmp(step, searches[k], strlen(searches[k])) != 0) {
				k++;
			}
			if (k == COUNT_OF(searches)) {
				fail_msg("%s: %s", text, step);
			}
			n_plans++;
		}
		sqlite3_finalize(plan);
		free(text);
	}
	assert_true(n_plans >= 6);
}

static void one_call_is_found_by_its_id(void **state)
{
	struct world *w = *state;
	struct call_row row;
	struct call_body body;
	struct err e = { 0 };

	for (int i = 0; i < ROWS; i += 101) {
		assert_true(calls_get(w->r, w->rows[i].id, &row, &body, &e));
		fixture_same_row(&row, &w->rows[i]);
		assert_null(body.request);
		call_row_free(&row);
		call_body_free(&body);
	}
	struct call_id none = w->rows[0].id;

	none.key ^= 1;
	assert_false(calls_get(w->r, none, &row, &body, &e));
	assert_int_equal(e.code, ERR_CHECK);
}

static bool found(struct world *w, const char *text, struct call_id want)
{
	struct call_id id = { 0, 0 };
	struct err e = { 0 };

	return calls_find(w->r, text, &id, &e) && id.ts_us == want.ts_us && id.key == want.key;
}

static enum err_code not_found(struct world *w, const char *text)
{
	struct call_id id;
	struct err e = { 0 };

	assert_false(calls_find(w->r, text, &id, &e));
	assert_true(e.text[0] != '\0');
	return e.code;
}

static void parts_of_ids_are_enough(void **state)
{
	struct world *w = *state;
	char id[CALL_ID_SIZE], part[CALL_ID_SIZE];

	for (int i = 1; i < ROWS; i += 211) {
		call_id_format(w->rows[i].id, id);
		assert_true(found(w, id, w->rows[i].id));
		/* Rows of the same microsecond differ in the upper bits of the key. */
		assert_true(found(w, id + 10, w->rows[i].id));
		(void)snprintf(part, sizeof(part), "%.13s", id);
		assert_true(found(w, part, w->rows[i].id));
		for (char *c = part; *c != '\0'; c++) {
			*c = *c >= 'A' ? (char)(*c + 32) : *c;
		}
		assert_true(found(w, part, w->rows[i].id));
	}
	assert_int_equal(not_found(w, "0"), ERR_USAGE);
	(void)snprintf(part, sizeof(part), "%.6s", id);
	assert_int_equal(not_found(w, part), ERR_USAGE);
	assert_int_equal(not_found(w, ""), ERR_CHECK);
	assert_int_equal(not_found(w, "ZZZZZZZZZZZZZZZZZZZZZZZZ"), ERR_CHECK);
	assert_int_equal(not_found(w, "not an id"), ERR_CHECK);
	assert_int_equal(not_found(w, "UUUUU"), ERR_CHECK);
	assert_int_equal(not_found(w, "000000000000000000000000000000000000000"), ERR_CHECK);
}

static void runs_come_newest_first(void **state)
{
	struct world *w = *state;
	struct store *s = fixture_store(w->dir);
	struct run_row run = { .params = "{}", .targets = "[]" }, *runs;
	struct err e = { 0 };
	size_t n;

	for (int i = 0; i < 10; i++) {
		run.ts_us = FIXTURE_T0 + i * 7 % 10;
		run.user = i % 2 == 0 ? "u" : NULL;
		store_put_run(s, &run);
	}
	store_close(s);
	assert_true(runs_list(w->r, 4, &runs, &n, &e));
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_true(runs[i].ts_us == FIXTURE_T0 + 9 - (int64_t)i);
		run_row_free(&runs[i]);
	}
	free(runs);
	assert_true(runs_list(w->r, SIZE_MAX, &runs, &n, &e));
	assert_int_equal(n, 10);
	for (size_t i = 0; i < n; i++) {
		run_row_free(&runs[i]);
	}
	free(runs);
	assert_true(runs_list(w->r, 0, &runs, &n, &e));
	assert_int_equal(n, 0);
	free(runs);
}

/* A reader sees what was committed after it was opened, and holds nothing up. */
static void readers_see_new_rows_and_hold_nothing(void **state)
{
	struct world *w = *state;
	struct call_filter f = { ALL };
	struct store *s = fixture_store(w->dir);
	struct call_row r, *rows;
	struct err e = { 0 };
	size_t n;

	(void)check_list(w, &f, 5);
	fixture_row(&r, ROWS);
	store_put_call(s, &r, NULL);
	fixture_flush(s);
	assert_true(calls_list(w->r, &f, 1, &rows, &n, &e));
	assert_int_equal(n, 1);
	fixture_same_row(&rows[0], &r);
	call_row_free(&rows[0]);
	free(rows);
	/* A truncating checkpoint succeeds only when no one reads. */
	assert_int_equal(fixture_int(w->dir, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
	store_close(s);
}

/* A walk that finds nothing for long lets go of its transaction in between, and goes on where it was. */
static void long_walks_are_whole(void **state)
{
	char *dir = fixture_dir();
	const size_t n = 200000;
	struct call_row *rows = x_calloc(n, sizeof(*rows));
	char sql[] = "coalesce(error_text LIKE '%needle%', 0)";
	const struct condition where = { .sql = { .s = sql, .len = sizeof(sql) - 1 } };
	struct call_filter f = { ALL, .where = &where };
	struct err e = { 0 };
	struct call_row *got;
	uint64_t added;
	size_t n_got;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		fixture_row(&rows[i], 0);
		rows[i].id.ts_us += (int64_t)i / 10;
		rows[i].id.key = (i % 10) << 60;
		rows[i].error_text = i % 20011 == 0 ? "a Needle here" : "hay, lots of it, and then some more of it, and more";
	}
	struct bulk *b = bulk_open(dir, &e);
	assert_true(bulk_add(b, rows, n, &added, &e));
	bulk_close(b);
	struct reader *r = reader_open(dir, &e);
	assert_non_null(r);
	assert_true(calls_list(r, &f, 1000, &got, &n_got, &e));
	assert_int_equal(n_got, (n - 1) / 20011 + 1);
	for (size_t i = 0; i < n_got; i++) {
		call_row_free(&got[i]);
	}
	free(got);
	reader_close(r);
	free(rows);
	fixture_remove(dir);
}

static void interrupted_lists_end(void **state)
{
	struct world *w = *state;
	struct call_filter f = { ALL };
	struct call_row *rows;
	struct err e = { 0 };
	size_t n;

	reader_interrupt(w->r);
	assert_false(calls_list(w->r, &f, 5, &rows, &n, &e));
	assert_int_equal(e.code, ERR_INTERRUPTED);
	reader_resume(w->r);
	assert_int_equal(check_list(w, &f, 5), 5);
}

/* A store that an older sonde left is brought up to date before it is read; an empty file counts as one. */
static void readers_bring_old_stores_up_to_date(void **state)
{
	char *path = x_asprintf("%s/sonde.db", (const char *)*state);
	struct call_filter f = { ALL };
	struct err e = { 0 };
	struct call_row *rows;
	size_t n;

	fixture_write_file(path, "", 0);
	struct reader *r = reader_open(*state, &e);
	assert_non_null(r);
	assert_true(calls_list(r, &f, 10, &rows, &n, &e));
	assert_int_equal(n, 0);
	free(rows);
	reader_close(r);
	reader_close(NULL);
	free(path);
}

/* The file may hold anything: a call without its provider is no call to count with. */
static void calls_without_names_are_damage(void **state)
{
	struct store *s = fixture_store(*state);
	struct call_filter f = { ALL };
	struct err e = { 0 };
	struct call_row row, *rows;
	size_t n;

	fixture_row(&row, 0);
	store_put_call(s, &row, NULL);
	fixture_flush(s);
	store_close(s);
	fixture_exec(*state, "PRAGMA foreign_keys = OFF; DELETE FROM dim");
	struct reader *r = reader_open(*state, &e);
	assert_non_null(r);
	assert_false(calls_list(r, &f, 10, &rows, &n, &e));
	assert_string_equal(e.text, "a recorded call lacks its provider or operation: the store is damaged");
	reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_match_their_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(queries_use_the_key, setup, teardown),
		cmocka_unit_test_setup_teardown(interrupted_lists_end, setup, teardown),
		cmocka_unit_test_setup_teardown(one_call_is_found_by_its_id, setup, teardown),
		cmocka_unit_test_setup_teardown(parts_of_ids_are_enough, setup, teardown),
		cmocka_unit_test_setup_teardown(runs_come_newest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(readers_see_new_rows_and_hold_nothing, setup, teardown),
		cmocka_unit_test(long_walks_are_whole),
		cmocka_unit_test_setup_teardown(readers_bring_old_stores_up_to_date, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(calls_without_names_are_damage, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
