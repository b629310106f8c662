#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"

#include "base/mem.h"

static void sets_and_hints(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_false(err_set(&e, ERR_AUTH, "no key for %s", "openai"));
	assert_int_equal(e.code, ERR_AUTH);
	assert_string_equal(e.text, "no key for openai");
	assert_string_equal(e.hint, "");
	assert_false(err_hint(&e, "set %s", "A_KEY"));
	assert_string_equal(e.hint, "set A_KEY");
	assert_false(err_prefix(&e, "%s", "fast"));
	assert_string_equal(e.text, "fast: no key for openai");
	assert_string_equal(e.hint, "set A_KEY");
	(void)err_set(&e, ERR_CHECK, "other");
	assert_string_equal(e.hint, "");
	assert_false(err_set(NULL, ERR_AUTH, "x"));
	assert_false(err_hint(NULL, "x"));
	assert_false(err_prefix(NULL, "x"));
}

static void long_texts_are_cut(void **state)
{
	char many[1000];
	struct err e = { 0 };

	(void)state;
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	(void)err_set(&e, ERR_INTERNAL, "%s", many);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	(void)err_hint(&e, "%s", many);
	assert_int_equal(strlen(e.hint), sizeof(e.hint) - 1);
	(void)err_prefix(&e, "front");
	assert_int_equal(strncmp(e.text, "front: xxx", 10), 0);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	(void)err_prefix(&e, "%s", many);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void statuses(void **state)
{
	static const struct {
		enum err_code code;
		int status;
	} cases[] = {
		{ ERR_NONE, 0 },   { ERR_INTERNAL, 1 }, { ERR_USAGE, 2 },    { ERR_TEMPLATE, 3 }, { ERR_CONFIG, 4 },
		{ ERR_AUTH, 4 },   { ERR_CHECK, 5 },    { ERR_BUDGET, 6 },   { ERR_RATE, 7 },     { ERR_PROVIDER, 8 },
		{ ERR_NETWORK, 8 }, { ERR_REFUSED, 9 }, { ERR_PARTIAL, 10 }, { ERR_INTERRUPTED, 130 },
	};

	(void)state;
	assert_int_equal(COUNT_OF(cases), ERR_CODE_COUNT);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(err_exit_status(cases[i].code), cases[i].status);
	}
	assert_int_equal(err_exit_status(ERR_CODE_COUNT), 1);
}

static void quotes(void **state)
{
	static const struct {
		const char *value, *shown;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a\nb\033c\177", "a?b?c?" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890" },
		{ "12345678901234567890123456789012345678901", "1234567890123456789012345678901234567890..." },
		{ "123456789012345678901234567890123456789\xc3\xa9", "123456789012345678901234567890123456789..." },
		{ "12345678901234567890123456789012345678\xe2\x82\xac", "12345678901234567890123456789012345678..." },
	};
	char out[ERR_QUOTE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_string_equal(err_quote(cases[i].value, out), cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_and_hints), cmocka_unit_test(long_texts_are_cut), cmocka_unit_test(statuses),
		cmocka_unit_test(quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
