#include "store/dim.h"

#include "store/migrate.h"
#include "tests/store/fixture.h"

static struct sql *writable(const char *dir)
{
	struct err e = { 0 };
	struct sql *s = sql_open(dir, SQL_WRITE, &e);

	if (s == NULL || !migrate_run(s, migrate_newest(), &e)) {
		fail_msg("%s", e.text);
	}
	return s;
}

static void names_become_ids_and_back(void **state)
{
	struct sql *s = writable(*state);
	struct dims *d = dims_new(s->db), *other;
	struct err e = { 0 };

	assert_true(sql_begin(s, &e));
	int64_t openai = dims_id(d, DIM_PROVIDER, "openai", &e);
	int64_t mistral = dims_id(d, DIM_PROVIDER, "mistral", &e);
	int64_t model = dims_id(d, DIM_MODEL, "openai", &e);
	assert_true(openai > 0 && mistral > 0 && model > 0);
	assert_true(openai != mistral && openai != model && mistral != model);
	assert_int_equal(dims_id(d, DIM_PROVIDER, "openai", &e), openai);
	assert_int_equal(dims_id(d, DIM_PROVIDER, "", &e), 0);
	assert_int_equal(dims_id(d, DIM_PROVIDER, NULL, &e), 0);
	assert_true(sql_commit(s, &e));
	dims_commit(d);

	other = dims_new(s->db);
	assert_int_equal(dims_find(other, DIM_PROVIDER, "mistral"), mistral);
	assert_int_equal(dims_find(other, DIM_PROVIDER, "nobody"), 0);
	assert_int_equal(dims_find(other, DIM_USER, "mistral"), 0);
	assert_int_equal(dims_find(other, DIM_PROVIDER, ""), 0);
	assert_string_equal(dims_name(other, model), "openai");
	assert_ptr_equal(dims_name(other, model), dims_name(other, model));
	assert_string_equal(dims_name(other, 0), "");
	assert_string_equal(dims_name(other, 999), "");
	char *copy = dims_dup(other, mistral);
	assert_string_equal(copy, "mistral");
	assert_null(dims_dup(other, 0));
	assert_null(dims_dup(other, 999));
	free(copy);
	dims_free(other);
	dims_free(d);
	sql_close(s);
}

static void a_rollback_takes_new_names_along(void **state)
{
	struct sql *s = writable(*state), *s2 = writable(*state);
	struct dims *d = dims_new(s->db), *d2 = dims_new(s2->db);
	struct err e = { 0 };

	assert_true(sql_begin(s, &e));
	int64_t lost = dims_id(d, DIM_SESSION, "lost", &e);
	assert_string_equal(dims_name(d, lost), "lost");
	sql_rollback(s);
	dims_rollback(d);

	/* The other connection takes the same id for another name. */
	assert_true(sql_begin(s2, &e));
	assert_int_equal(dims_id(d2, DIM_SESSION, "other", &e), lost);
	assert_true(sql_commit(s2, &e));
	dims_commit(d2);

	assert_string_equal(dims_name(d, lost), "other");
	assert_int_equal(dims_find(d, DIM_SESSION, "lost"), 0);
	assert_true(sql_begin(s, &e));
	assert_int_not_equal(dims_id(d, DIM_SESSION, "lost", &e), lost);
	assert_true(sql_commit(s, &e));
	dims_free(d);
	dims_free(d2);
	sql_close(s2);
	sql_close(s);
}

/* More names than are cached: slower, never wrong. */
static void any_number_of_names(void **state)
{
	struct sql *s = writable(*state);
	struct dims *d = dims_new(s->db);
	struct err e = { 0 };
	const int n = 70000;
	int64_t first;
	char name[32];

	assert_true(sql_begin(s, &e));
	first = dims_id(d, DIM_SESSION, "0", &e);
	for (int i = 1; i < n; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(dims_id(d, DIM_SESSION, name, &e), first + i);
	}
	assert_true(sql_commit(s, &e));
	dims_commit(d);
	for (int i = n - 1; i >= 0; i -= 997) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(dims_find(d, DIM_SESSION, name), first + i);
	}
	for (int i = 0; i < n; i++) {
		char *copy = dims_dup(d, first + i);

		assert_int_equal(atoi(copy), i);
		free(copy);
	}
	dims_free(d);
	sql_close(s);
}

/* Of what sums are kept by, the first names stand; all later ones are one, also for another connection and after a rollback. */
static void too_many_names_share_one(void **state)
{
	struct sql *s = writable(*state);
	struct dims *d = dims_new(s->db), *other = dims_new(s->db);
	const int64_t most = dims_most(DIM_MODEL);
	struct err e = { 0 };
	char name[32];
	int64_t id = 0, rest;

	assert_true(most > 1000 && dims_most(DIM_PROVIDER) > 0 && dims_most(DIM_OPERATION) > 0 && dims_most(DIM_SESSION) == 0);
	for (int round = 0; round < 2; round++) { /* the first is taken back */
		assert_true(sql_begin(s, &e));
		for (int i = 0; i < most + 10; i++) {
			(void)snprintf(name, sizeof(name), "m%d", i);
			int64_t before = id;

			id = dims_id(d, DIM_MODEL, name, &e);
			assert_int_equal(id == before, i > most);
			assert_string_equal(dims_name(d, id), i < most ? name : DIM_OTHER);
		}
		if (round == 0) {
			sql_rollback(s);
			dims_rollback(d);
		}
	}
	rest = id;
	assert_true(sql_commit(s, &e));
	dims_commit(d);
	assert_true(sql_begin(s, &e));
	assert_int_equal(dims_id(other, DIM_MODEL, "new", &e), rest);
	assert_string_equal(dims_name(other, dims_id(other, DIM_MODEL, "m7", &e)), "m7");
	assert_string_equal(dims_name(other, dims_id(other, DIM_PROVIDER, "new", &e)), "new");
	assert_int_equal(dims_find(other, DIM_MODEL, "new"), 0);
	assert_int_equal(dims_find(other, DIM_MODEL, DIM_OTHER), rest);
	assert_true(sql_commit(s, &e));
	dims_free(other);
	dims_free(d);
	sql_close(s);
}

static void a_failure_is_said(void **state)
{
	struct sql *s = writable(*state);
	struct err e = { 0 };

	sql_close(s);
	s = sql_open(*state, SQL_READ, &e);
	assert_non_null(s);
	struct dims *d = dims_new(s->db);

	assert_int_equal(dims_id(d, DIM_MODEL, "x", &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_non_null(strstr(e.text, "readonly"));
	dims_free(d);
	sql_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_become_ids_and_back, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_rollback_takes_new_names_along, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(any_number_of_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(too_many_names_share_one, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_failure_is_said, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
