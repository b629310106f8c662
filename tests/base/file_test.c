#include "base/file.h"

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

#include "base/mem.h"

static void there_and_back(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = x_asprintf("%s/sonde-file-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp"), *path;
	struct buf b = { 0 };
	struct err e = { 0 };
	struct stat st;
	bool is_missing;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = x_asprintf("%s/f", dir);
	assert_false(file_read(path, &b, &is_missing, &e));
	assert_true(is_missing);
	assert_true(file_replace(path, "one\0two", 7, &e));
	assert_true(file_read(path, &b, &is_missing, &e));
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.s, "one\0two", 7);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(file_replace(path, "", 0, &e));
	buf_clear(&b);
	assert_true(file_read(path, &b, NULL, &e));
	assert_int_equal(b.len, 0);
	/* Larger than the reader takes; and a directory. */
	assert_true(file_replace(path, "0123456789", 10, &e));
	buf_free(&b);
	buf_init(&b, 9);
	assert_false(file_read(path, &b, &is_missing, &e));
	assert_false(is_missing);
	assert_non_null(strstr(e.text, "cannot read"));
	assert_non_null(strstr(e.text, "it is over 0 MiB"));
	assert_false(file_read(dir, &b, &is_missing, &e));
	assert_false(is_missing);
	/* What cannot be put in place leaves nothing behind. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(file_replace(path, "x", 1, &e));
	assert_non_null(strstr(e.text, "cannot write"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
	buf_free(&b);
	free(path);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(there_and_back) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
