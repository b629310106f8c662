#include "store/migrate.h"

#include "data/embedded.h"
#include "tests/store/fixture.h"

static struct sql *opened(const char *dir)
{
	struct err e = { 0 };
	struct sql *s = sql_open(dir, SQL_WRITE, &e);

	if (s == NULL) {
		fail_msg("%s", e.text);
	}
	return s;
}

/* Makes the store as another process would, right before the nth statement of who looks at it. */
struct rival {
	const char *dir;
	int n, at;
};

static int overtake(unsigned type, void *ctx, void *statement, void *text)
{
	struct rival *r = ctx;

	(void)type;
	(void)statement;
	(void)text;
	if (++r->n == r->at) {
		struct sql *s = opened(r->dir);
		struct err e = { 0 };

		assert_true(migrate_run(s, migrate_newest(), &e));
		sql_close(s);
	}
	return 0;
}

static char *schema(const char *dir)
{
	return fixture_text(dir, "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
}

static void migrations_are_numbered_without_gaps(void **state)
{
	const char *name;
	int n = 0;

	(void)state;
	for (size_t i = 0; (name = embedded_name(i)) != NULL; i++) {
		n += strncmp(name, "migrations/", 11) == 0;
	}
	assert_true(migrate_newest() >= 1);
	assert_int_equal(n, migrate_newest());
}

static void an_empty_file_becomes_a_store(void **state)
{
	struct sql *s = opened(*state);
	struct err e = { 0 };
	bool is_current = true;

	assert_true(migrate_check(s, &is_current, &e));
	assert_false(is_current);
	assert_true(migrate_run(s, migrate_newest(), &e));
	assert_true(migrate_check(s, &is_current, &e));
	assert_true(is_current);
	assert_true(migrate_run(s, migrate_newest(), &e));
	sql_close(s);
	assert_int_equal(fixture_int(*state, "PRAGMA user_version"), migrate_newest());
	assert_int_equal(fixture_int(*state, "PRAGMA application_id"), 0x736f6e64);
	fixture_is_whole(*state);
}

/* From each older version, with what it holds kept. */
static void older_stores_are_brought_up(void **state)
{
	char *fresh_dir = fixture_dir();
	struct sql *s = opened(fresh_dir);
	struct err e = { 0 };

	(void)state;
	assert_true(migrate_run(s, migrate_newest(), &e));
	sql_close(s);
	char *want = schema(fresh_dir);

	for (int old = 1; old < migrate_newest(); old++) {
		char *dir = fixture_dir();

		s = opened(dir);
		assert_true(migrate_run(s, old, &e));
		sql_close(s);
		assert_int_equal(fixture_int(dir, "PRAGMA user_version"), old);
		fixture_exec(dir, "INSERT INTO call (ts_us, key, error_class, http_status, cost_source, cost_is_estimated, attempts,"
				  " is_streamed, is_simulated, run_column) VALUES (5, 7, 0, 200, 0, 0, 1, 0, 0, 0)");
		s = opened(dir);
		assert_true(migrate_run(s, migrate_newest(), &e));
		sql_close(s);
		char *got = schema(dir);
		assert_string_equal(got, want);
		free(got);
		assert_int_equal(fixture_int(dir, "SELECT key FROM call WHERE ts_us = 5"), 7);
		assert_int_equal(fixture_int(dir, "PRAGMA user_version"), migrate_newest());
		fixture_remove(dir);
	}
	free(want);
	fixture_remove(fresh_dir);
}

static void strangers_are_refused(void **state)
{
	static const struct {
		const char *make, *part;
	} cases[] = {
		{ "PRAGMA application_id = 1936682596; PRAGMA user_version = 9999", "written by a newer sonde (store version 9999" },
		{ "CREATE TABLE t (x)", "database of another program" },
		{ "PRAGMA application_id = 77", "database of another program" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *dir = fixture_dir();
		struct err e = { 0 };
		bool is_current;

		fixture_exec(dir, cases[i].make);
		struct sql *s = opened(dir);

		assert_false(migrate_run(s, migrate_newest(), &e));
		assert_int_equal(e.code, ERR_INTERNAL);
		assert_non_null(strstr(e.text, cases[i].part));
		assert_true(e.hint[0] != '\0');
		assert_false(migrate_check(s, &is_current, &e));
		sql_close(s);
		assert_int_equal(fixture_int(dir, "SELECT count(*) FROM sqlite_schema WHERE name = 'call'"), 0);
		fixture_remove(dir);
	}
}

/* A step that fails in the middle leaves nothing of itself. */
static void a_step_is_whole_or_not_at_all(void **state)
{
	struct sql *s = opened(*state);
	struct err e = { 0 };

	/* Looks like an empty store of ours, but a table of the first step is there. */
	fixture_exec(*state, "PRAGMA application_id = 1936682596; CREATE TABLE run (x)");
	assert_false(migrate_run(s, migrate_newest(), &e));
	assert_non_null(strstr(e.text, "already exists"));
	sql_close(s);
	assert_int_equal(fixture_int(*state, "PRAGMA user_version"), 0);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM sqlite_schema"), 1);
}

/* Whoever looks at the store while another makes it takes it for ours, whatever it has seen by then. */
static void a_store_just_made_is_no_stranger(void **state)
{
	struct rival r = { 0 };

	(void)state;
	/* The first three: later ones stand in a transaction, where nobody can be faster. */
	for (r.at = 1; r.at <= 3; r.at++) {
		char *dir = fixture_dir();
		struct sql *s = opened(dir);
		struct err e = { 0 };

		r.dir = dir;
		r.n = 0;
		assert_int_equal(sqlite3_trace_v2(s->db, SQLITE_TRACE_STMT, overtake, &r), SQLITE_OK);
		if (!migrate_run(s, migrate_newest(), &e)) {
			fail_msg("at statement %d: %s", r.at, e.text);
		}
		assert_true(r.n >= r.at);
		sql_close(s);
		fixture_remove(dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(migrations_are_numbered_without_gaps),
		cmocka_unit_test_setup_teardown(an_empty_file_becomes_a_store, fixture_setup, fixture_teardown),
		cmocka_unit_test(older_stores_are_brought_up),
		cmocka_unit_test(strangers_are_refused),
		cmocka_unit_test_setup_teardown(a_step_is_whole_or_not_at_all, fixture_setup, fixture_teardown),
		cmocka_unit_test(a_store_just_made_is_no_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
