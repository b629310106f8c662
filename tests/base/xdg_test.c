#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xdg.h"

#include "base/mem.h"

static void set(const char *name, const char *value)
{
	if (value != NULL) {
		(void)setenv(name, value, 1);
	} else {
		(void)unsetenv(name);
	}
}

static void expect(char *got, const char *want)
{
	if (want == NULL) {
		assert_null(got);
	} else {
		assert_non_null(got);
		assert_string_equal(got, want);
	}
	free(got);
}

static void finds_places(void **state)
{
	static const struct {
		const char *override, *xdg, *home, *config, *data;
	} cases[] = {
		{ NULL, NULL, "/home/u", "/home/u/.config/sonde/config.yaml", "/home/u/.local/share/sonde" },
		{ NULL, "/x", "/home/u", "/x/sonde/config.yaml", "/x/sonde" },
		{ NULL, "relative", "/home/u", "/home/u/.config/sonde/config.yaml", "/home/u/.local/share/sonde" },
		{ NULL, "", "/home/u", "/home/u/.config/sonde/config.yaml", "/home/u/.local/share/sonde" },
		{ "my/own", "/x", "/home/u", "my/own", "my/own" },
		{ "", "/x", "/home/u", "/x/sonde/config.yaml", "/x/sonde" },
		{ NULL, "/x", NULL, "/x/sonde/config.yaml", "/x/sonde" },
		{ NULL, NULL, NULL, NULL, NULL },
		{ NULL, NULL, "", NULL, NULL },
		{ "/o", NULL, NULL, "/o", "/o" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		set("SONDE_CONFIG", cases[i].override);
		set("SONDE_DATA", cases[i].override);
		set("XDG_CONFIG_HOME", cases[i].xdg);
		set("XDG_DATA_HOME", cases[i].xdg);
		set("HOME", cases[i].home);
		expect(xdg_config_file(), cases[i].config);
		expect(xdg_data_dir(), cases[i].data);
	}
}

static void makes_directories(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = x_asprintf("%s/sonde-xdg-XXXXXX", tmp != NULL ? tmp : "/tmp");
	struct err e = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	char *deep = x_asprintf("%s/a//b/c/", dir), *b = x_asprintf("%s/a/b", dir), *c = x_asprintf("%s/a/b/c", dir);
	char *file = x_asprintf("%s/file", dir), *below = x_asprintf("%s/file/d", dir), *a = x_asprintf("%s/a", dir);
	(void)umask(0);
	assert_true(xdg_make_dir(deep, &e));
	assert_true(xdg_make_dir(deep, &e));
	assert_int_equal(stat(c, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	(void)fclose(f);
	assert_false(xdg_make_dir(file, &e));
	assert_non_null(strstr(e.text, "/file: something else has that name"));
	assert_false(xdg_make_dir(below, &e));
	assert_false(xdg_make_dir("", &e));
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_true(xdg_make_dir("/", &e));
	assert_int_equal(rmdir(c) | rmdir(b) | rmdir(a) | unlink(file) | rmdir(dir), 0);
	free(deep);
	free(c);
	free(b);
	free(a);
	free(file);
	free(below);
	free(dir);
}

static void completes_paths(void **state)
{
	char *cwd = getcwd(NULL, 0), *want = x_asprintf("%s/a/b", cwd);

	(void)state;
	expect(xdg_absolute("a/b"), want);
	expect(xdg_absolute("/a/b"), "/a/b");
	free(want);
	free(cwd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds_places), cmocka_unit_test(makes_directories), cmocka_unit_test(completes_paths) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
