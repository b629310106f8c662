#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/secret.h"

#define KEY "sk-0123456789"

static const struct {
	const char *name, *key, *text, *want;
} cases[] = {
	{ "no key", NULL, "a " KEY, "a " KEY },
	{ "nothing", KEY, "", "" },
	{ "absent", KEY, "a word", "a word" },
	{ "the whole text", KEY, KEY, "*************" },
	{ "twice", KEY, KEY " and " KEY ".", "************* and *************." },
	{ "side by side", KEY, KEY KEY, "**************************" },
	{ "cut", KEY, "key sk-01234567", "key ***********" },
	{ "cut by one", KEY, "key sk-012345678", "key ************" },
	{ "a start too short to tell", KEY, "key sk-0123", "key sk-0123" },
	{ "a start that is not at the end", KEY, "sk-01234567 is a word", "sk-01234567 is a word" },
	{ "text shorter than the key", KEY, "sk-01234", "********" },
	{ "a key that is a word", "simulated", "a simulated answer", "a simulated answer" },
};

static void hides(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *text = x_strdup(cases[i].text);

		secret_hide(text, strlen(text), cases[i].key);
		if (strcmp(text, cases[i].want) != 0) {
			fail_msg("%s: \"%s\"", cases[i].name, text);
		}
		free(text);
	}
	secret_hide(NULL, 0, KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
