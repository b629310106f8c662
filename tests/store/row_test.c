#include "store/row.h"

#include "base/map.h"
#include "store/migrate.h"
#include "tests/store/fixture.h"

struct table {
	struct sql *sql;
	struct dims *dims;
	struct row_insert in;
	sqlite3_stmt *select;
	char *insert_text, *select_text;
};

static int setup(void **state)
{
	struct table *t = x_calloc(1, sizeof(*t));
	char *dir = fixture_dir();
	struct err e = { 0 };

	t->sql = sql_open(dir, SQL_WRITE, &e);
	assert_non_null(t->sql);
	assert_true(migrate_run(t->sql, migrate_newest(), &e));
	t->dims = dims_new(t->sql->db);
	t->insert_text = row_insert_text(1);
	t->select_text = row_select_text("ORDER BY ts_us, key");
	row_insert_init(&t->in, sql_prepare(t->sql, t->insert_text, &e), 0);
	t->select = sql_prepare(t->sql, t->select_text, &e);
	assert_non_null(t->in.stmt);
	assert_non_null(t->select);
	free(dir);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct table *t = *state;
	char *dir = x_strdup(t->sql->dir);

	dims_free(t->dims);
	sql_close(t->sql);
	free(t->insert_text);
	free(t->select_text);
	free(t);
	fixture_remove(dir);
	return 0;
}

static void insert(struct table *t, const struct call_row *r)
{
	struct err e = { 0 };

	assert_true(row_bind(&t->in, t->dims, r));
	assert_true(sql_step_done(t->sql, t->in.stmt, &e));
}

static void every_field_comes_back(void **state)
{
	struct table *t = *state;
	struct call_row rows[3], got;

	fixture_full_row(&rows[0]);
	call_row_init(&rows[1]);
	rows[1].id = (struct call_id){ FIXTURE_T0 + 2, 0 };
	rows[1].provider = "p";
	rows[1].operation = "chat";
	fixture_full_row(&rows[2]);
	rows[2].id = (struct call_id){ INT64_MAX, 1ULL << 63 };
	rows[2].trace_id = "odd";
	rows[2].span_id = "not hex at all!!";
	rows[2].parent_id = "000102030405060708090a0b0c0d0e0f10";
	rows[2].usage.in_tok = 0;
	rows[2].cost_nano = INT64_MAX;
	rows[2].latency_us = -1;
	rows[2].run_us = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		insert(t, &rows[i]);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(sqlite3_step(t->select), SQLITE_ROW);
		row_read(t->select, t->dims, &got);
		fixture_same_row(&got, &rows[i]);
		call_row_free(&got);
	}
	assert_int_equal(sqlite3_step(t->select), SQLITE_DONE);
}

/* Bindings are kept from row to row: any sequence of values must come back as it went in. */
static void rows_do_not_leak_into_each_other(void **state)
{
	static const char *const texts[] = { NULL, "", "a", "b", "00ff", "00fe" };
	static const int64_t numbers[] = { UNKNOWN, 0, 1, -1, INT64_MIN + 1, INT64_MAX };
	struct table *t = *state;
	enum { N = 500 };
	struct call_row rows[N], got;
	uint64_t x = 1;

	for (int i = 0; i < N; i++) {
		struct call_row *r = &rows[i];

		x = hash_mix(x);
		fixture_row(r, i);
		r->id.key = x % 3 == 0 ? (uint64_t)INT64_MIN : x % 3 == 1 ? (uint64_t)INT64_MIN + 1 : x;
		r->provider = texts[x % 6];
		r->session = texts[x / 7 % 6];
		r->error_text = texts[x / 49 % 6];
		r->trace_id = texts[x / 343 % 6];
		r->usage.out_tok = numbers[x / 5 % 6];
		r->cost_nano = numbers[x / 35 % 6];
		r->is_streamed = x / 11 % 2 != 0;
		r->error_class = (enum error_class)(x / 13 % CLASS_COUNT);
		r->run_us = numbers[1 + x / 17 % 5];
		insert(t, r);
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(sqlite3_step(t->select), SQLITE_ROW);
		row_read(t->select, t->dims, &got);
		fixture_same_row(&got, &rows[i]);
		call_row_free(&got);
	}
}

static void the_same_id_changes_nothing(void **state)
{
	struct table *t = *state;
	struct call_row r, got;

	fixture_row(&r, 1);
	insert(t, &r);
	assert_int_equal(sqlite3_changes(t->sql->db), 1);
	r.error_text = "later";
	insert(t, &r);
	assert_int_equal(sqlite3_changes(t->sql->db), 0);
	assert_int_equal(sqlite3_step(t->select), SQLITE_ROW);
	row_read(t->select, t->dims, &got);
	assert_null(got.error_text);
	call_row_free(&got);
	assert_int_equal(sqlite3_step(t->select), SQLITE_DONE);
}

/* A file made by somebody else may hold values outside of the enums. */
static void strange_values_are_tamed(void **state)
{
	struct table *t = *state;
	struct call_row r, got;
	struct err e = { 0 };

	fixture_row(&r, 1);
	insert(t, &r);
	assert_true(sql_exec(t->sql, "UPDATE call SET error_class = 99, cost_source = -1, provider = 12345, in_tok = 'many'", &e));
	assert_int_equal(sqlite3_step(t->select), SQLITE_ROW);
	row_read(t->select, t->dims, &got);
	assert_int_equal(got.error_class, CLASS_OTHER);
	assert_int_equal(got.cost_source, COST_UNKNOWN);
	assert_null(got.provider);
	assert_int_equal(got.usage.in_tok, 0);
	call_row_free(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_field_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_do_not_leak_into_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_id_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(strange_values_are_tamed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
