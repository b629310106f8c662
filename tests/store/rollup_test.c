#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "data/embedded.h"
#include "store/rollup.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
#define NOW_US (20000 * DAY_US + 12 * HOUR_US)

struct fixture {
	sqlite3 *db;
	struct dims *dims;
	struct rollup *rollup;
	struct err e;
};

static int set_up(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	size_t len;

	assert_int_equal(sqlite3_open(":memory:", &f->db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(f->db, embedded_find("migrations/001-call.sql", &len), NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(f->db, embedded_find("migrations/002-rollup.sql", &len), NULL, NULL, NULL), SQLITE_OK);
	f->dims = dims_new(f->db);
	f->rollup = rollup_new(f->db, f->dims, &f->e);
	assert_non_null(f->rollup);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	rollup_free(f->rollup);
	dims_free(f->dims);
	assert_int_equal(sqlite3_close(f->db), SQLITE_OK);
	free(f);
	return 0;
}

static int64_t single(struct fixture *f, const char *sql)
{
	sqlite3_stmt *st;
	int64_t v = -1;

	assert_int_equal(sqlite3_prepare_v2(f->db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW) {
		v = sqlite3_column_int64(st, 0);
	}
	(void)sqlite3_finalize(st);
	return v;
}

static void add(struct fixture *f, int64_t ts_us, const char *model, int64_t now_us)
{
	struct call_row row;

	call_row_init(&row);
	row.id.ts_us = ts_us;
	row.provider = "p";
	row.model_req = model;
	row.operation = "chat";
	row.usage.in_tok = 3;
	row.latency_us = 1000;
	assert_true(rollup_add(f->rollup, &row, now_us, &f->e));
}

static void flush(struct fixture *f)
{
	assert_true(rollup_flush(f->rollup, &f->e));
}

/* Each level divides the next, or adding upwards would be wrong. */
static void levels_nest(void **state)
{
	(void)state;
	for (int i = 0; i + 1 < ROLLUP_LEVELS; i++) {
		assert_int_equal(rollup_levels[i + 1].slot_us % rollup_levels[i].slot_us, 0);
		assert_true(rollup_levels[i + 1].keep_us >= rollup_levels[i].keep_us);
	}
	assert_int_equal(rollup_slot(-1, 10), -1);
	assert_int_equal(rollup_slot(-10, 10), -1);
	assert_int_equal(rollup_slot(0, 10), 0);
}

static void a_row_is_in_every_kept_level(void **state)
{
	static const struct {
		int64_t age_us;
		int first_level;
	} cases[] = { { -HOUR_US, 0 }, { 0, 0 }, { 49 * HOUR_US, 0 }, { 51 * HOUR_US, 1 }, { 8 * DAY_US, 1 }, { 10 * DAY_US, 2 }, { 5000 * DAY_US, 2 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char sql[200];

		assert_int_equal(sqlite3_exec(f->db, "DELETE FROM rollup", NULL, NULL, NULL), SQLITE_OK);
		add(f, NOW_US - cases[i].age_us, "m", NOW_US);
		flush(f);
		for (int level = 0; level < ROLLUP_LEVELS; level++) {
			(void)sqlite3_snprintf(sizeof(sql), sql, "SELECT count(*) FROM rollup WHERE level=%d AND n=1 AND in_tok=3 AND slot=%lld", level,
			    (long long)rollup_slot(NOW_US - cases[i].age_us, rollup_levels[level].slot_us));
			assert_int_equal(single(f, sql), level >= cases[i].first_level ? 1 : 0);
		}
	}
}

static void flushes_add_up(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 7; round++) {
		for (int i = 0; i < 3000; i++) {
			add(f, NOW_US - i * 7 * US_PER_S, i % 3 == 0 ? "a" : "b", NOW_US);
		}
		flush(f);
	}
	flush(f);
	for (int level = 0; level < ROLLUP_LEVELS; level++) {
		char sql[100];

		(void)sqlite3_snprintf(sizeof(sql), sql, "SELECT sum(n) FROM rollup WHERE level=%d", level);
		assert_int_equal(single(f, sql), 21000);
		(void)sqlite3_snprintf(sizeof(sql), sql, "SELECT sum(latency_us) FROM rollup WHERE level=%d", level);
		assert_int_equal(single(f, sql), 21000000);
	}
}

static void cleared_rows_are_forgotten(void **state)
{
	struct fixture *f = *state;

	add(f, NOW_US, "m", NOW_US);
	add(f, NOW_US - 100 * DAY_US, "m", NOW_US);
	rollup_clear(f->rollup);
	flush(f);
	assert_int_equal(single(f, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(single(f, "SELECT count(*) FROM rollup_floor"), 0);

	/* A floor that was rolled back after the flush is written again. */
	assert_int_equal(sqlite3_exec(f->db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	add(f, NOW_US - 100 * DAY_US, "m", NOW_US);
	flush(f);
	assert_int_equal(sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	dims_rollback(f->dims);
	rollup_clear(f->rollup);
	add(f, NOW_US - 100 * DAY_US, "m", NOW_US);
	flush(f);
	assert_int_equal(single(f, "SELECT count(*) FROM rollup_floor"), 2);
}

static void old_slots_go_and_raise_the_floor(void **state)
{
	struct fixture *f = *state;
	int64_t later_us = NOW_US + 30 * DAY_US;

	for (int i = 0; i < 1000; i++) {
		add(f, NOW_US - i * 10 * US_PER_S, "m", NOW_US);
	}
	flush(f);
	assert_int_equal(single(f, "SELECT count(*) FROM rollup WHERE level=0"), 1000);
	assert_int_equal(single(f, "SELECT count(*) FROM rollup_floor"), 0);
	/* A few in each transaction. */
	add(f, later_us, "m", later_us);
	flush(f);
	int64_t left = single(f, "SELECT count(*) FROM rollup WHERE level=0 AND slot < 174240000");

	assert_true(left > 0 && left < 1000);
	/* Never a slot above the floor that is missing. */
	assert_true(single(f, "SELECT from_us FROM rollup_floor WHERE level=0") <= single(f, "SELECT min(slot) * 10000000 FROM rollup WHERE level=0"));
	for (int i = 0; i < 10; i++) {
		add(f, later_us, "m", later_us);
		flush(f);
	}
	assert_int_equal(single(f, "SELECT count(*) FROM rollup WHERE level=0"), 1);
	assert_int_equal(single(f, "SELECT sum(n) FROM rollup WHERE level=2"), 1011);
	assert_true(single(f, "SELECT from_us FROM rollup_floor WHERE level=0") > NOW_US);
}

static void damage_is_told(void **state)
{
	static const char *const damages[] = { "UPDATE rollup SET latency_hist=x'0001'", "UPDATE rollup SET errors='99:1', latency_hist=NULL",
		"UPDATE rollup SET errors='1'", "UPDATE rollup SET errors='x'" };
	struct fixture *f = *state;

	add(f, NOW_US, "m", NOW_US);
	flush(f);
	for (size_t i = 0; i < COUNT_OF(damages); i++) {
		assert_int_equal(sqlite3_exec(f->db, damages[i], NULL, NULL, NULL), SQLITE_OK);
		add(f, NOW_US, "m", NOW_US);
		assert_false(rollup_flush(f->rollup, &f->e));
		assert_string_equal(f->e.text, "a rollup in the store is damaged");
		rollup_clear(f->rollup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_nest),
		cmocka_unit_test_setup_teardown(a_row_is_in_every_kept_level, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flushes_add_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cleared_rows_are_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_slots_go_and_raise_the_floor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
