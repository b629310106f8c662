#include "provider/provider.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"

static void expect_json(const struct chat_params *p, const char *expect)
{
	struct buf out = { 0 };

	chat_params_json(p, &out);
	assert_string_equal(buf_str(&out), expect);
	buf_free(&out);
}

static void test_set(void **state)
{
	static const struct {
		const char *name, *value, *json; /* NULL: refused */
	} cases[] = {
		{ "temperature", "0.7", "{\"temperature\":0.7}" },
		{ "temperature", "0", "{\"temperature\":0.0}" },
		{ "temperature", "2.0", "{\"temperature\":2.0}" },
		{ "temperature", ".5", "{\"temperature\":0.5}" },
		{ "temperature", "1.", "{\"temperature\":1.0}" },
		{ "temperature", "0.123456789", "{\"temperature\":0.123456789}" },
		{ "temperature", "2.01", NULL },
		{ "temperature", "-0.1", NULL },
		{ "temperature", "nan", NULL },
		{ "temperature", "inf", NULL },
		{ "temperature", "1e0", NULL },
		{ "temperature", "0x1", NULL },
		{ "temperature", "0,7", NULL },
		{ "temperature", "0.7 ", NULL },
		{ "temperature", ".", NULL },
		{ "temperature", "1.2.3", NULL },
		{ "temperature", "0000000000000000", NULL },
		{ "top_p", "1", "{\"top_p\":1.0}" },
		{ "top_p", "1.1", NULL },
		{ "max_tokens", "1", "{\"max_tokens\":1}" },
		{ "max_tokens", "0", NULL },
		{ "max_tokens", "-1", NULL },
		{ "max_tokens", "10.5", NULL },
		{ "max_tokens", " 5", NULL },
		{ "max_tokens", "+5", NULL },
		{ "max_tokens", "99999999999999999999", NULL },
		{ "seed", "-42", "{\"seed\":-42}" },
		{ "seed", "9223372036854775807", "{\"seed\":9223372036854775807}" },
		{ "seed", "-9223372036854775808", NULL }, /* stands for unknown */
		{ "seed", "x", NULL },
		{ "stop", "END", "{\"stop\":[\"END\"]}" },
		{ "stop", "\xff", NULL },
		{ "temp", "1", NULL },
		{ "", "1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chat_params p;
		struct err e = { 0 };

		chat_params_init(&p);
		bool ok = chat_params_set(&p, cases[i].name, cases[i].value, &e);
		if (ok != (cases[i].json != NULL)) {
			fail_msg("%s=%s: %s", cases[i].name, cases[i].value, ok ? "taken" : e.text);
		}
		if (!ok) {
			assert_int_equal(e.code, ERR_USAGE);
			assert_true(e.text[0] != '\0');
		}
		expect_json(&p, ok ? cases[i].json : "{}");
		chat_params_free(&p);
	}
}

static void test_unset_and_copy(void **state)
{
	struct chat_params p, copy;
	struct err e;

	(void)state;
	chat_params_init(&p);
	expect_json(&p, "{}");
	assert_true(chat_params_set(&p, "stop", "a", &e));
	assert_true(chat_params_set(&p, "stop", "b", &e));
	assert_true(chat_params_set(&p, "seed", "7", &e));
	assert_true(chat_params_set(&p, "max_tokens", "9", &e));
	assert_true(chat_params_set(&p, "top_p", "0.5", &e));
	assert_true(chat_params_set(&p, "temperature", "1", &e));
	expect_json(&p, "{\"temperature\":1.0,\"top_p\":0.5,\"max_tokens\":9,\"seed\":7,\"stop\":[\"a\",\"b\"]}");
	chat_params_copy(&copy, &p);
	assert_ptr_not_equal(copy.stop[0], p.stop[0]);
	static const char *const names[] = { "temperature", "top_p", "max_tokens", "seed", "stop" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_true(chat_params_set(&p, names[i], "", &e));
	}
	expect_json(&p, "{}");
	chat_params_free(&p);
	expect_json(&copy, "{\"temperature\":1.0,\"top_p\":0.5,\"max_tokens\":9,\"seed\":7,\"stop\":[\"a\",\"b\"]}");
	chat_params_free(&copy);
	assert_int_equal(copy.n_stop, 0);
}

static void test_many_stops(void **state)
{
	struct chat_params p;
	struct err e;

	(void)state;
	chat_params_init(&p);
	for (int i = 0; i < 16; i++) {
		assert_true(chat_params_set(&p, "stop", "x", &e));
	}
	assert_false(chat_params_set(&p, "stop", "x", &e));
	chat_params_free(&p);
}

/* A decimal comma of the user's language changes nothing, where such a language is installed. */
static void test_locale(void **state)
{
	static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8" };
	struct chat_params p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (setlocale(LC_NUMERIC, names[i]) == NULL) {
			continue;
		}
		chat_params_init(&p);
		assert_true(chat_params_set(&p, "temperature", "0.7", &e));
		expect_json(&p, "{\"temperature\":0.7}");
		chat_params_free(&p);
	}
	(void)setlocale(LC_NUMERIC, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set), cmocka_unit_test(test_unset_and_copy), cmocka_unit_test(test_many_stops),
		    cmocka_unit_test(test_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
