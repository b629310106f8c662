#include "diff/consensus.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static struct consensus_text text(const char *s)
{
	return (struct consensus_text){ s, strlen(s) };
}

static void test_shares(void **state)
{
	static const char baseline[] = "The sky is blue.  Water is\twet. Fire is cold.\n\nThe end.";
	const struct consensus_text others[] = {
		text("Water is wet. The sky is blue. Fire is hot."),
		text("The sky\nis blue."), /* a line end parts sentences */
		text("The  sky is blue. The end."),
		text(""),
	};
	static const size_t with[] = { 2, 1, 0, 1 };
	struct consensus c;

	(void)state;
	consensus_make(&c, text(baseline), others, 4);
	assert_int_equal(c.n, 4);
	for (size_t i = 0; i < c.n; i++) {
		assert_int_equal(c.sentences[i].n_with, with[i]);
	}
	assert_memory_equal(baseline + c.sentences[1].start, "Water is\twet.", c.sentences[1].len);
	assert_memory_equal(baseline + c.sentences[3].start, "The end.", c.sentences[3].len);
	consensus_free(&c);
}

/* A blank that carries a mark belongs to its sentence. */
static void test_marked_blank(void **state)
{
	struct consensus c;

	(void)state;
	consensus_make(&c, text("A is.\n  \u0301x is. "), NULL, 0);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.sentences[1].start, 7);
	assert_int_equal(c.sentences[1].len, sizeof(" \u0301x is.") - 1);
	consensus_free(&c);
}

static void test_nothing(void **state)
{
	struct consensus c;

	(void)state;
	consensus_make(&c, text(" \n\n"), NULL, 0);
	assert_int_equal(c.n, 0);
	consensus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_marked_blank),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
