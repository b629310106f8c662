/* A tally after any edits is that of the whole text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/token/vocabulary.h"
#include "token/tally.h"

static size_t below(uint32_t *seed, size_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

static void edit_at_random(const struct tokenizer *by, uint32_t seed)
{
	struct buf text = { 0 };
	struct tally t = { 0 };

	vocabulary_text(&seed, 1500, &text);
	tally_set(&t, by, text.s, text.len);
	for (int round = 0; round < 400; round++) {
		struct buf added = { 0 }, next = { 0 };
		size_t at = below(&seed, text.len + 1), most = text.len - at;
		size_t removed = below(&seed, (round % 16 == 0 ? most : most < 8 ? most : 8) + 1);

		vocabulary_text(&seed, below(&seed, round % 8 == 0 ? 600 : 3), &added);
		(void)buf_add(&next, buf_str(&text), at);
		(void)buf_add(&next, buf_str(&added), added.len);
		(void)buf_add(&next, buf_str(&text) + at + removed, text.len - at - removed);
		size_t again = tally_touched(&t, at, removed, added.len);

		assert_in_range(again, added.len, next.len);
		tally_edit(&t, by, buf_str(&next), next.len, at, removed, added.len);
		assert_int_equal(tally_count(&t), tokenizer_count(by, buf_str(&next), next.len));
		struct weight whole = { { 0 } };

		tokenizer_weigh(by, buf_str(&next), next.len, &whole);
		assert_memory_equal(&t.weight, &whole, sizeof(whole));
		buf_free(&text);
		buf_free(&added);
		text = next;
	}
	tally_free(&t);
	buf_free(&text);
}

static void equals_the_whole(void **state)
{
	struct ranks *r = vocabulary_ranks();

	(void)state;
	for (size_t k = 0; k < ENCODING_COUNT; k++) {
		for (uint32_t seed = 1; seed <= 4; seed++) {
			edit_at_random(&(struct tokenizer){ &encodings[k], r }, seed);
			edit_at_random(&(struct tokenizer){ &encodings[k], NULL }, seed + 10);
		}
	}
	ranks_free(r);
}

static void from_nothing_and_back(void **state)
{
	struct tally t = { 0 };

	(void)state;
	assert_int_equal(tally_count(&t), 0);
	tally_edit(&t, &tokenizer_estimating, "Hello", 5, 0, 0, 5);
	assert_int_equal(tally_count(&t), 1);
	tally_edit(&t, &tokenizer_estimating, "", 0, 0, 5, 0);
	assert_int_equal(tally_count(&t), 0);
	tally_free(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_whole),
		cmocka_unit_test(from_nothing_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
