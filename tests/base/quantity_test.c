#include "base/quantity.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const struct quantity_unit units[] = { { "", 1000 }, { "k", 1000000 }, { "min", 60000 }, { "m", 1 }, { NULL, 0 } };

static void values(void **state)
{
	static const struct {
		const char *text;
		int64_t value; /* -1: none */
	} cases[] = {
		{ "1", 1000 }, { "0", 0 }, { "1.5", 1500 }, { ".5", 500 }, { "1.", 1000 }, { "0.001", 1 }, { "0.0010", 1 }, { "0.0019", -1 }, { "2k", 2000000 }, { "2min", 120000 },
		{ "2m", 2 }, { "999999999999999999", INT64_MAX }, { "000000000000000001", 1000 }, { "0000000000000000001", -1 }, { "", -1 }, { ".", -1 },
		{ "k", -1 }, { "-1", -1 }, { "+1", -1 }, { " 1", -1 }, { "1 ", -1 }, { "1 k", -1 }, { "1.2.3", -1 }, { "1e3", -1 }, { "1mi", -1 }, { "1mink", -1 },
		{ "0x1", -1 }, { "nan", -1 }, { "1,5", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = -1;
		bool ok = quantity_parse(cases[i].text, strlen(cases[i].text), units, &value);

		if (ok != (cases[i].value >= 0) || (ok && value != cases[i].value)) {
			fail_msg("\"%s\" is %lld", cases[i].text, (long long)value);
		}
	}
	/* Only what is asked for is looked at. */
	int64_t value;

	assert_true(quantity_parse("12k", 2, units, &value));
	assert_int_equal(value, 12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
