/* How several answers of one column differ. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "app/play_spread.h"
#include "base/mem.h"

/* Of each answer: its text and its time in ms; NULL: it failed; "": it runs. */
struct given {
	const char *text;
	int64_t ms;
};

static const struct {
	const char *name;
	struct given answers[6];
	size_t n, n_done, n_failed, n_distinct;
	int64_t min_ms, median_ms, max_ms;
	const char *groups;
} cases[] = {
	{ "all the same", { { "a", 10 }, { "a", 30 }, { "a", 20 } }, 3, 3, 0, 1, 10, 20, 30, "1=2=3" },
	{ "two and one", { { "a", 10 }, { "b", 30 }, { "a", 20 } }, 3, 3, 0, 2, 10, 20, 30, "1=3 \u00b7 2" },
	{ "all differ", { { "a", 5 }, { "ab", 5 }, { "b", 5 } }, 3, 3, 0, 3, 5, 5, 5, "1 \u00b7 2 \u00b7 3" },
	{ "one failed, one runs", { { NULL, 99 }, { "a", 7 }, { "", 0 }, { "a", 9 } }, 4, 2, 1, 1, 7, 9, 9, "2=4" },
	{ "one", { { "a", 7 } }, 1, 1, 0, 1, 7, 7, 7, "" },
	{ "none is done", { { "", 0 }, { NULL, 5 } }, 2, 0, 1, 0, UNKNOWN, UNKNOWN, UNKNOWN, "" },
};

static int64_t us(int64_t ms)
{
	return is_known(ms) ? ms * 1000 : UNKNOWN;
}

static void as_they_stand(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct play_answer *answers[6];
		struct play_column c = { .answers = answers, .n_answers = cases[i].n };
		struct play_spread s;
		struct buf groups = { 0 };

		print_message("%s\n", cases[i].name);
		for (size_t k = 0; k < cases[i].n; k++) {
			const struct given *g = &cases[i].answers[k];

			answers[k] = play_answer_new((unsigned)k + 1);
			answers[k]->has_run = true;
			answers[k]->state = g->text == NULL ? CALL_FAILED : g->text[0] == '\0' ? CALL_STREAMING : CALL_DONE;
			answers[k]->row.latency_us = us(g->ms);
			answers[k]->row.cost_nano = g->text != NULL && g->text[0] != '\0' ? 100 : UNKNOWN;
			(void)buf_add_str(&answers[k]->text, g->text != NULL ? g->text : "");
		}
		play_spread(&c, &s);
		play_spread_groups(&c, &s, &groups);
		assert_int_equal(s.n_asked, cases[i].n);
		assert_int_equal(s.n_done, cases[i].n_done);
		assert_int_equal(s.n_failed, cases[i].n_failed);
		assert_int_equal(s.n_distinct, cases[i].n_distinct);
		assert_true(s.min_us == us(cases[i].min_ms) && s.median_us == us(cases[i].median_ms) && s.max_us == us(cases[i].max_ms));
		assert_true(s.cost_nano == (s.n_done > 0 ? 100 * (int64_t)s.n_done : UNKNOWN));
		assert_string_equal(buf_str(&groups), cases[i].groups);
		buf_free(&groups);
		for (size_t k = 0; k < cases[i].n; k++) {
			play_answer_free(answers[k]);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
