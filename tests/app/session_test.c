#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/session.h"
#include "base/mem.h"

static char dir[64];

static char *file(void)
{
	return x_asprintf("%s/session.json", dir);
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/sonde-session-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	char *path = file();

	(void)state;
	(void)unlink(path);
	(void)rmdir(path);
	free(path);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left */
	return 0;
}

static void write_text(const char *text)
{
	char *path = file();
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
	free(path);
}

static struct session *load(void)
{
	struct session *s = session_new();
	struct err e = { 0 };

	if (!session_load(s, dir, &e)) {
		fail_msg("%s", e.text);
	}
	return s;
}

static void save(struct session *s)
{
	struct err e = { 0 };

	if (!session_save(s, dir, &e)) {
		fail_msg("%s", e.text);
	}
}

static void comes_back(void **state)
{
	struct session *s = load();
	struct stat st;
	char *path = file();

	(void)state;
	assert_null(session_get(s, "play.user"));
	session_set(s, "play.user", "line 1\nline \"2\" \u4e8c\x01");
	session_set_number(s, "metrics.sort", 3);
	session_set(s, "gone", "x");
	session_set(s, "gone", NULL);
	for (size_t i = 0; i < 3; i++) {
		session_set_item(s, "play.target", i, i == 1 ? "b" : "a");
	}
	session_set(s, "not-utf-8", "\xff");
	save(s);
	session_free(s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	s = load();
	assert_string_equal(session_get(s, "play.user"), "line 1\nline \"2\" \u4e8c\x01");
	assert_int_equal(session_number(s, "metrics.sort", 0, 5, 9), 3);
	assert_int_equal(session_number(s, "metrics.sort", 0, 2, 9), 9);
	assert_int_equal(session_number(s, "play.user", 0, 2, 9), 9);
	assert_int_equal(session_number(s, "nothing", 0, 2, 9), 9);
	assert_string_equal(session_item(s, "play.target", 1), "b");
	assert_null(session_item(s, "play.target", 3));
	assert_null(session_get(s, "gone"));
	assert_null(session_get(s, "not-utf-8"));
	session_forget(s, "play.");
	assert_null(session_item(s, "play.target", 0));
	assert_non_null(session_get(s, "metrics.sort"));
	session_free(s);
	free(path);
}

/* What is the same is not written again: the other console's file stays. */
static void last_change_wins(void **state)
{
	struct session *a = load(), *b = load();

	(void)state;
	session_set(a, "x", "a");
	save(a);
	session_set(b, "x", "b");
	save(b);
	save(a);
	struct session *s = load();
	assert_string_equal(session_get(s, "x"), "b");
	session_free(s);
	session_set(a, "x", "c");
	save(a);
	s = load();
	assert_string_equal(session_get(s, "x"), "c");
	session_free(s);
	session_free(a);
	session_free(b);
}

static void broken_files_are_left_out(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "{", "session.json is no JSON" }, { "nonsense", "session.json is no JSON" }, { "[]", "session.json is of another version" },
		{ "{\"version\":2,\"values\":{}}", "another version" }, { "{\"version\":1,\"values\":[]}", "another version" },
		{ "{\"version\":1,\"values\":{\"a\":\"1\",\"a\":\"2\"}}", "is no JSON" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct session *s = session_new();
		struct err e = { 0 };

		write_text(cases[i].text);
		assert_false(session_load(s, dir, &e));
		assert_non_null(strstr(e.text, cases[i].why));
		assert_null(session_get(s, "a"));
		session_set(s, "a", "new");
		save(s);
		session_free(s);
		s = load();
		assert_string_equal(session_get(s, "a"), "new");
		session_free(s);
	}
	write_text("{\"version\":1,\"values\":{\"a\":1,\"b\":null,\"c\":[\"x\"],\"d\":\"kept\"}}");
	struct session *s = load();
	assert_null(session_get(s, "a"));
	assert_null(session_get(s, "c"));
	assert_string_equal(session_get(s, "d"), "kept");
	session_free(s);
}

static void cannot_be_written(void **state)
{
	struct session *s = session_new();
	struct err e = { 0 };
	char *path = file();

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0); /* what even root cannot replace by a file */
	session_set(s, "a", "b");
	assert_false(session_save(s, dir, &e));
	assert_non_null(strstr(e.text, "the session cannot be kept: "));
	session_free(s);
	free(path);
}

static void secrets_are_hidden(void **state)
{
	struct session *s = session_new();

	(void)state;
	session_set(s, "play.user", "my key is sk-0123456789abcdef, twice: sk-0123456789abcdef");
	session_set_item(s, "console.line", 0, "param stop=sk-0123456789abcdef");
	session_hide(s, "sk-0123456789abcdef");
	session_hide(s, NULL);
	assert_null(strstr(session_get(s, "play.user"), "0123456789"));
	assert_null(strstr(session_item(s, "console.line", 0), "0123456789"));
	session_free(s);
}

static void long_values_are_not_kept(void **state)
{
	struct session *s = session_new();
	char *text = x_malloc((2u << 20) + 1);

	(void)state;
	memset(text, 'x', 2u << 20);
	text[2u << 20] = '\0';
	session_set(s, "a", "short");
	session_set(s, "a", text);
	assert_null(session_get(s, "a"));
	session_free(s);
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(comes_back), TEST(last_change_wins), TEST(broken_files_are_left_out), TEST(cannot_be_written), TEST(secrets_are_hidden),
		TEST(long_values_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
