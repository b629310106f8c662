#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/curl.h"
#include "tests/base/scarce.h"

static bool is_mapped(const char *library)
{
	char line[4096];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		found = found || strstr(line, library) != NULL;
	}
	if (maps != NULL) {
		(void)fclose(maps);
	}
	return found;
}

static void test_loads_late_and_twice(void **state)
{
	struct curl a, b;
	struct err e = { 0 };

	(void)state;
	assert_false(is_mapped("libcurl")); /* nothing links it */
	assert_true(curl_load(&a, "libcurl.so.4", &e));
	assert_true(is_mapped("libcurl"));
	assert_true(curl_load(&b, "libcurl.so.4", &e));
	curl_unload(&a);
	CURL *easy = b.easy_init();
	assert_non_null(easy);
	b.easy_cleanup(easy);
	curl_unload(&b);
}

static void test_missing_library(void **state)
{
	struct curl c;
	struct err e = { 0 };

	(void)state;
	assert_false(curl_load(&c, "libnone.so.4", &e));
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_string_equal(e.text, "libnone.so.4 is missing, and without it no request can be sent");
	assert_non_null(strstr(e.hint, "install libcurl"));
}

static void test_library_without_the_functions(void **state)
{
	struct curl c;
	struct err e = { 0 };

	(void)state;
	assert_false(curl_load(&c, "libm.so.6", &e));
	assert_string_equal(e.text, "libcurl is too old for sonde: curl_global_init_mem");
	assert_non_null(strstr(e.hint, "7.80"));
}

static void add_header(const char *large)
{
	struct curl c;

	if (curl_load(&c, "libcurl.so.4", NULL)) {
		(void)c.slist_append(NULL, large);
	}
}

/* Not a request without its headers. */
static void test_no_memory_ends_the_program(void **state)
{
	(void)state;
	curl_preload("libcurl.so.4"); /* needs memory of its own */
	expect_out_of_memory(add_header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loads_late_and_twice),
		cmocka_unit_test(test_missing_library),
		cmocka_unit_test(test_library_without_the_functions),
		cmocka_unit_test(test_no_memory_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
