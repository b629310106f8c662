#include "store/redact.h"

#include "store/bulk.h"
#include "tests/base/scarce.h"
#include "tests/store/fixture.h"

static struct redact *patterns(const char *a, const char *b)
{
	struct redact *r = redact_new();
	struct err e = { 0 };

	if (!redact_add(r, a, &e) || (b != NULL && !redact_add(r, b, &e))) {
		fail_msg("%s", e.text);
	}
	return r;
}

static void matches_are_replaced(void **state)
{
	static const struct {
		const char *a, *b, *text, *want; /* want NULL: as it is */
	} cases[] = {
		{ "sk-[a-z0-9]+", NULL, "key sk-abc1, sk-2.", "key [redacted], [redacted]." },
		{ "sk-[a-z0-9]+", NULL, "no key", NULL },
		{ "sk-[a-z0-9]+", NULL, "", NULL },
		{ "\\d{4}", "[\\w.]+@[\\w.]+", "call 1234 or a.b@c.de", "call [redacted] or [redacted]" },
		{ "a", "redacted", "a", "[[redacted]]" },
		{ "(?i)secret: *\\S+", NULL, "SECRET:  x\nsecret: y", "[redacted]\n[redacted]" },
		{ "x+", NULL, "xxx", "[redacted]" },
		{ "(?=b)a*", NULL, "aab", NULL },
		{ "k\xc3\xa4y", NULL, "\xff k\xc3\xa4y \xff", "\xff [redacted] \xff" },
		/* What cannot be matched in bounded time is hidden. */
		{ "(a|aa|b?a)+$", NULL, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "[redacted]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct redact *r = patterns(cases[i].a, cases[i].b);
		size_t len;
		char *got = redact_text(r, cases[i].text, strlen(cases[i].text), &len);

		if (cases[i].want == NULL) {
			assert_null(got);
		} else {
			assert_non_null(got);
			assert_string_equal(got, cases[i].want);
			assert_int_equal(len, strlen(cases[i].want));
		}
		free(got);
		redact_free(r);
	}
}

static void add_large(const char *large)
{
	(void)!redact_add(redact_new(), large, NULL);
}

/* Not a pattern that is called wrong. */
static void no_memory_ends_the_program(void **state)
{
	(void)state;
	expect_out_of_memory(add_large);
}

static void bad_patterns_are_refused(void **state)
{
	struct redact *r = redact_new();
	struct err e = { 0 };

	(void)state;
	assert_false(redact_add(r, "a(b", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "at character 4"));
	assert_false(redact_add(r, "a*", &e));
	assert_non_null(strstr(e.text, "matches an empty text"));
	redact_free(r);
	redact_free(NULL);
}

/* No byte of it in any file of the directory. */
static bool is_on_disk(const char *dir, const char *secret)
{
	char *command = x_asprintf("grep -rqF '%s' '%s'", secret, dir);
	int status = system(command);

	free(command);
	return status == 0;
}

static void nothing_of_it_reaches_the_disk(void **state)
{
	struct redact *r = patterns("sk-[a-z0-9]+", NULL);
	const struct store_policy policy = { .redact = r };
	struct store *s = fixture_store(*state);
	struct run_row run = { FIXTURE_T0, "use sk-a1", "I am sk-a2", "{\"stop\":\"sk-a3\"}", "[\"a\"]", false };
	struct call_body body = { "ask sk-a4", 9, "sk-a5", 5, "told sk-a6", 10 }, got;
	struct call_row row, got_row;
	struct err e = { 0 };

	store_set_policy(s, &policy);
	fixture_row(&row, 1);
	row.error_text = "bad key sk-a7";
	row.session = "sk-a8";
	row.tags = "{\"k\":\"sk-a9\"}";
	store_put_call(s, &row, &body);
	store_put_run(s, &run);
	fixture_row(&row, 2);
	row.is_streamed = true;
	body.response = "data: sk-\n\ndata: a5";
	body.response_len = strlen(body.response);
	store_put_call(s, &row, &body);
	fixture_flush(s);
	store_close(s);
	assert_false(is_on_disk(*state, "sk-"));

	struct reader *reader = reader_open(*state, &e);
	assert_true(calls_get(reader, row.id, &got_row, &got, &e));
	assert_memory_equal(got.request, "ask [redacted]", got.request_len);
	assert_memory_equal(got.answer, "told [redacted]", got.answer_len);
	assert_null(got.response);
	call_row_free(&got_row);
	call_body_free(&got);
	reader_close(reader);
	redact_free(r);
}

static void bodies_can_be_left_out(void **state)
{
	const struct store_policy policy = { .no_bodies = true };
	struct store *s = fixture_store(*state);
	struct run_row run = { FIXTURE_T0, "my system", "my words", "{}", "[\"a\"]", false };
	struct call_body body = { "my request", 10, "my response", 11, "my answer", 9 };
	struct call_row row;

	store_set_policy(s, &policy);
	fixture_row(&row, 1);
	store_put_call(s, &row, &body);
	store_put_run(s, &run);
	fixture_flush(s);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 1);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM run"), 1);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM body"), 0);
	assert_false(is_on_disk(*state, "my "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_are_replaced),
		cmocka_unit_test(bad_patterns_are_refused),
		cmocka_unit_test(no_memory_ends_the_program),
		cmocka_unit_test_setup_teardown(nothing_of_it_reaches_the_disk, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(bodies_can_be_left_out, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
