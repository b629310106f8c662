#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void arrays_grow(void **state)
{
	struct item {
		int a, b;
	} *items = NULL;
	size_t n = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct item *it = array_push(items, n, cap);

		assert_ptr_equal(it, &items[n - 1]);
		assert_int_equal(it->a, 0);
		assert_int_equal(it->b, 0);
		it->a = i;
		it->b = -i;
	}
	assert_int_equal(n, 1000);
	assert_true(cap >= n);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(items[i].a, i);
		assert_int_equal(items[i].b, -i);
	}
	/* A place that was used before is zeroed again. */
	n = 0;
	assert_int_equal((array_push(items, n, cap))->a, 0);
	free(items);
}

static void strings(void **state)
{
	(void)state;
	assert_null(x_strdup(NULL));
	char *a = x_strdup("abc"), *b = x_strndup("abc", 2), *c = x_strndup(NULL, 0), *d = x_asprintf("%d-%s", 7, "x");
	assert_string_equal(a, "abc");
	assert_string_equal(b, "ab");
	assert_string_equal(c, "");
	assert_string_equal(d, "7-x");
	free(a);
	free(b);
	free(c);
	free(d);
}

static void nothing_is_something(void **state)
{
	void *volatile a = x_malloc(0), *volatile b = x_calloc(0, 8), *volatile c = x_realloc(NULL, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

/* A product that overflows ends the program; it must not give a short block. */
static void overflow_aborts(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)signal(SIGABRT, SIG_DFL);
		free(x_reallocarray(NULL, SIZE_MAX / 2, 4));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_grow), cmocka_unit_test(strings), cmocka_unit_test(nothing_is_something),
		cmocka_unit_test(overflow_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
