#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "app/manual.h"

/* Every heading has a section that begins with it; none is there twice, so that a name is enough. */
static void headings_have_sections(void **state)
{
	char heading[MANUAL_HEADING_SIZE], other[MANUAL_HEADING_SIZE], first[MANUAL_HEADING_SIZE + 8];
	size_t n = 0;

	(void)state;
	for (; manual_heading(n, heading); n++) {
		size_t len;
		const char *section = manual_section(heading, &len);

		assert_non_null(section);
		(void)snprintf(first, sizeof(first), "# %s\n", heading);
		const char *at = strstr(section, first);
		assert_true(at != NULL && at - section < 3);
		assert_true(len > strlen(first));
		for (size_t k = 0; k < n; k++) {
			assert_true(manual_heading(k, other));
			assert_string_not_equal(heading, other);
		}
	}
	assert_true(n > 20);
}

static void sections_end(void **state)
{
	size_t len, whole;
	const char *play = manual_section("Play", &len), *console = manual_section("The console", &whole);

	(void)state;
	assert_true(play > console && play + len <= console + whole); /* a part of it */
	assert_null(memmem(play, len, "### Metrics", 11));
	assert_true(play[len - 1] == '\n' && play[len] == '#');
}

static void other_names_are_none(void **state)
{
	static const char *const names[] = { "", "play", "Play ", "# Play", "\n", "export OPENAI_API_KEY=..." };
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_null(manual_section(names[i], &len));
		assert_int_equal(len, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_have_sections), cmocka_unit_test(sections_end), cmocka_unit_test(other_names_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
