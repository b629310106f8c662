/* Counts of a text while it is written: those of the whole text at last, whatever was typed meanwhile, and never long on the loop. And the vocabulary that the
 * app counts by. */
#include "tests/store/fixture.h"

#include <unistd.h>

#include "app/counting.h"
#include "app/live_count.h"
#include "app/play.h"
#include "base/clock.h"
#include "tests/token/vocabulary.h"

static struct app *app_of(void *dir, struct config *config)
{
	return app_new(loop_new(), config, dir, false);
}

static void end(struct app *a)
{
	struct loop *l = a->loop;

	app_free(a);
	loop_free(l);
}

static void on_change(void *ctx)
{
	*(bool *)ctx = true;
}

static void wait_for_change(struct app *a)
{
	bool is_changed = false;

	a->on_change = on_change;
	a->on_change_ctx = &is_changed;
	loop_run_until(a->loop, &is_changed);
	a->on_change = NULL;
}

/* Weighed as often as it takes; *n_waits counts. */
static int64_t count_of(struct app *a, struct live_count *c, const struct tokenizer *by, int *n_waits)
{
	struct weight w = { { 0 } };

	while (!live_count_weigh(c, by, &w)) {
		wait_for_change(a);
		w = (struct weight){ { 0 } };
		(*n_waits)++;
	}
	return weight_sum(&w);
}

static int64_t plain_count(const struct tokenizer *by, const char *text)
{
	struct weight w = { { 0 } };

	tokenizer_weigh(by, text, strlen(text), &w);
	return weight_sum(&w);
}

static char *text_of(uint32_t *seed, size_t pieces)
{
	struct buf b = { 0 };

	vocabulary_text(seed, pieces, &b);
	return buf_take(&b);
}

static size_t below(uint32_t *seed, size_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

/* Keys, pastes, cuts and other texts; asked at some of them only, and by two tokenizers. */
static void equals_the_whole(void **state)
{
	struct app *a = app_of(*state, config_new());
	struct live_count *c = live_count_new(a);
	struct ranks *r = vocabulary_ranks();
	const struct tokenizer ways[] = { { &encodings[ENCODING_O200K], r }, { &encodings[ENCODING_CL100K], NULL } };
	char *text = x_strdup("");
	uint32_t seed = 3;
	int n_waits = 0;

	for (int round = 0; round < 300; round++) {
		size_t len = strlen(text), at = below(&seed, len + 1), most = len - at, removed = below(&seed, (round % 16 == 0 ? most : most < 4 ? most : 4) + 1);
		char *added = text_of(&seed, below(&seed, round % 30 == 7 ? 12000 : 3)), *next;

		next = x_asprintf("%.*s%s%s", (int)at, text, added, text + at + removed);
		live_count_set(c, next);
		free(text);
		free(added);
		text = next;
		if (round % 3 != 0) {
			const struct tokenizer *by = &ways[round % 2];

			if (round % 9 == 4) { /* typed on while it is counted */
				struct weight ignored = { { 0 } };

				(void)live_count_weigh(c, by, &ignored);
			} else {
				assert_int_equal(count_of(a, c, by, &n_waits), plain_count(by, text));
			}
		}
	}
	assert_true(n_waits > 3);
	live_count_free(c);
	ranks_free(r);
	free(text);
	end(a);
}

/* A key in a megabyte: the thread of the loop does little of it. */
static void a_key_in_a_long_text(void **state)
{
	struct app *a = app_of(*state, config_new());
	struct live_count *c = live_count_new(a);
	uint32_t seed = 5;
	char *text = text_of(&seed, 500000), *other;
	int n_waits = 0;
	int64_t least = INT64_MAX;

	live_count_set(c, text);
	(void)count_of(a, c, &tokenizer_estimating, &n_waits);
	assert_true(n_waits > 0);
	n_waits = 0;
	for (size_t i = 0; i < 20; i++) {
		size_t at = below(&seed, strlen(text));

		other = x_asprintf("%.*s%s%s", (int)at, text, i % 2 == 0 ? "x" : "\n\n", text + at);
		int64_t start = clock_mono_us();
		live_count_set(c, other);
		int64_t n = count_of(a, c, &tokenizer_estimating, &n_waits), took = clock_mono_us() - start;

		assert_int_equal(n, plain_count(&tokenizer_estimating, other));
		least = took < least ? took : least;
		free(text);
		text = other;
	}
	print_message("a key in %zu bytes: %lld us at least\n", strlen(text), (long long)least);
	assert_int_equal(n_waits, 0); /* each was counted where it was typed */
	live_count_free(c);
	free(text);
	end(a);
}

/* Until it is told to go on: a thread that does something else. */
static void hold(void *arg)
{
	char c;

	assert_int_equal(read(*(int *)arg, &c, 1), 1);
}

static void held(void *arg)
{
	(void)arg;
}

static void freed_while_it_counts(void **state)
{
	struct app *a = app_of(*state, config_new());
	struct live_count *c = live_count_new(a);
	struct weight ignored = { { 0 } };
	uint32_t seed = 5;
	char *text = text_of(&seed, 50000);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < 8; i++) { /* no thread is free */
		job_submit(a->loop->jobs, hold, held, &ends[0]);
	}
	live_count_set(c, text);
	assert_false(live_count_weigh(c, &tokenizer_estimating, &ignored));
	alarm(20); /* it would wait for ever */
	live_count_free(c);
	free(text);
	assert_int_equal(write(ends[1], "12345678", 8), 8);
	job_pool_wait(a->loop->jobs);
	alarm(0);
	(void)close(ends[0]);
	(void)close(ends[1]);
	end(a);
}

/* ---- the vocabulary ---- */

static struct config *config_with_targets(void)
{
	struct config *c = config_new();

	(void)config_add_provider(c, "openai", "openai", "http://127.0.0.1:9", "none", "a test");
	(void)config_add_provider(c, "anthropic", "anthropic", "http://127.0.0.1:9", "none", "a test");
	return c;
}

static void comes_when_it_is_asked_for(void **state)
{
	struct err e = { 0 };

	setenv("XDG_CACHE_HOME", *state, 1);
	setenv("TIKTOKEN_CACHE_DIR", "", 1);
	vocabulary_keep(*state, &encodings[ENCODING_O200K]);
	struct app *a = app_of(*state, config_with_targets());
	struct play *p = a->play;
	struct input_size is;

	play_set_prompt(p, "the thing", "abab the");
	play_input_size(p, &is);
	assert_false(is.is_exact); /* no model */
	(void)play_add(p, "openai/gpt-4o");
	play_input_size(p, &is);
	assert_false(is.is_exact); /* not yet */
	while (!is.is_exact) {
		wait_for_change(a);
		play_input_size(p, &is);
	}
	/* "the" " " "thing", "abab" " the" by the vocabulary of the tests; four around each message and three for the answer */
	assert_int_equal(is.tok, 3 + 2 + 2 * 4 + 3);

	struct estimate one;
	play_estimate_column(p, p->columns[0], &one);
	assert_true(one.in.is_exact && one.in.tok == is.tok);
	(void)play_add(p, "openai/gpt-4o-mini");
	play_input_size(p, &is);
	assert_true(is.is_exact);
	(void)play_add(p, "anthropic/claude-sonnet-4-5");
	play_input_size(p, &is);
	assert_false(is.is_exact); /* one of three is a guess */
	play_drop(p, 2);
	(void)play_add(p, "openai/gpt-4");
	play_input_size(p, &is);
	assert_false(is.is_exact); /* of its encoding there is no vocabulary */
	play_drop(p, 2);
	(void)!play_attach(p, "/etc/hostname", &e);
	play_input_size(p, &is);
	assert_false(is.is_exact); /* nobody knows how it is wrapped */
	end(a);
}

static void what_is_no_vocabulary_is_told(void **state)
{
	struct config *config = config_with_targets();

	setenv("XDG_CACHE_HOME", *state, 1);
	config->rank_files[ENCODING_O200K] = x_strdup("/nowhere/o200k_base.tiktoken");
	struct app *a = app_of(*state, config);

	(void)play_add(a->play, "openai/gpt-4o");
	struct input_size is;
	play_input_size(a->play, &is);
	while (a->news.n == 0) {
		wait_for_change(a);
	}
	play_input_size(a->play, &is);
	assert_false(is.is_exact);
	assert_non_null(strstr(a->news.text, "tokens are estimated: cannot read /nowhere/o200k_base.tiktoken"));
	end(a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equals_the_whole, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_key_in_a_long_text, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(freed_while_it_counts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(comes_when_it_is_asked_for, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_vocabulary_is_told, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
