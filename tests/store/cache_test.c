#include "store/cache.h"

#include "tests/store/fixture.h"

static void must_put(const char *dir, const struct cached_answer *a)
{
	struct err e = { 0 };

	if (!cache_put(dir, a, &e)) {
		fail_msg("%s", e.text);
	}
}

static void must_get(const char *dir, unsigned char key, struct cached_answer *out, bool expected)
{
	unsigned char k[SHA256_SIZE] = { key };
	struct err e = { 0 };
	bool found;

	if (!cache_get(dir, k, out, &found, &e)) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(found, expected);
}

/* What is kept comes back byte for byte, NUL included, and only under its key; the last of a key counts. */
static void kept_and_found(void **state)
{
	static char first[] = "data: a\0b\n\n", second[] = "x";
	struct cached_answer a = { .key = { 1 }, .made_us = FIXTURE_T0, .is_simulated = true, .content_type = (char *)"text/event-stream",
		.model = (char *)"m-1", .finish = (char *)"stop", .in_tok = 3, .out_tok = UNKNOWN, .response = first,
		.response_len = sizeof(first) - 1 };
	struct cached_answer got;

	must_put(*state, &a);
	must_get(*state, 2, &got, false);
	must_get(*state, 1, &got, true);
	assert_int_equal(got.made_us, FIXTURE_T0);
	assert_true(got.is_simulated && got.in_tok == 3 && !is_known(got.out_tok));
	assert_string_equal(got.content_type, "text/event-stream");
	assert_string_equal(got.model, "m-1");
	assert_string_equal(got.finish, "stop");
	assert_int_equal(got.response_len, sizeof(first) - 1);
	assert_memory_equal(got.response, first, sizeof(first) - 1);
	cached_answer_free(&got);
	a.response = second;
	a.response_len = 1;
	a.content_type = NULL;
	must_put(*state, &a);
	must_get(*state, 1, &got, true);
	assert_string_equal(got.response, "x");
	assert_null(got.content_type);
	cached_answer_free(&got);
}

static void no_store(void **state)
{
	unsigned char key[SHA256_SIZE] = { 1 };
	struct cached_answer got, a = { .response = (char *)"x", .response_len = 1 };
	struct err e = { 0 };
	bool found;

	assert_false(cache_get(*state, key, &got, &found, &e));
	assert_false(found);
	assert_int_equal(e.code, ERR_CHECK);
	assert_false(cache_put("/proc/nowhere", &a, &e));
	assert_true(e.text[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kept_and_found, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(no_store, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
