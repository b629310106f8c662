#include "prompt/split.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define KEYS 1000000

static struct split parsed(const char *text)
{
	struct split s;
	struct err e = { 0 };

	if (!split_parse(text, &s, &e)) {
		fail_msg("%s: %s", text, e.text);
	}
	return s;
}

static void splits_are_read(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "v4", "v4" }, { "4", "v4" }, { "v3:90,v4:10", "v3:90,v4:10" }, { "v3=90% v4=10%", "v3:90,v4:10" }, { "3:90 4:10", "v3:90,v4:10" },
		{ "v1:99.99, v2:0.01", "v1:99.99,v2:0.01" }, { "v1:33.33 v2:33.33 v3:33.34", "v1:33.33,v2:33.33,v3:33.34" }, { " v7:100 % ", "v7" },
		{ "v2147483647", "v2147483647" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct split s = parsed(cases[i].text);
		char text[SPLIT_TEXT_SIZE];

		assert_string_equal(split_text(&s, text), cases[i].says);
	}
}

static void wrong_splits_are_told(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "names no version" }, { "v3:90,v4:20", "sum to 110 %, not to 100" }, { "v3:90", "sum to 90 %" }, { "v3,v4", "need shares" },
		{ "v3:90,v3:10", "twice" }, { "v0", "versions are v1" }, { "v3:0,v4:100", "a share is" }, { "v3:99.995,v4:0.005", "steps of 0.01" },
		{ "v3:-10,v4:110", "a share is" }, { "v3:nan,v4:10", "a share is" }, { "v3x", "followed by" }, { "production", "versions are v1" },
		{ "v99999999999999999999", "versions are v1" }, { "v1:10 v2:10 v3:10 v4:10 v5:10 v6:10 v7:10 v8:10 v9:20", "more than 8" },
		{ "v1:1e999", "a share is" }, { "\x1b[31mv1", "?[31mv1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct split s;
		struct err e = { 0 };

		assert_false(split_parse(cases[i].text, &s, &e));
		assert_int_equal(e.code, ERR_USAGE);
		if (strstr(e.text, cases[i].says) == NULL) {
			fail_msg("'%s': %s", cases[i].text, e.text);
		}
	}
}

static int *choices(const struct split *s)
{
	int *to = x_calloc(KEYS, sizeof(*to));

	for (int i = 0; i < KEYS; i++) {
		char key[32];

		(void)snprintf(key, sizeof(key), "user-%d", i);
		to[i] = split_choose(s, "support/triage", "production", key);
	}
	return to;
}

static void a_million_keys_land_as_the_shares_say(void **state)
{
	struct split from = parsed("v3:90,v4:10"), to = parsed("v3:75,v4:25");
	struct err e = { 0 };
	int n = 0, moved = 0, due = 0;

	(void)state;
	assert_true(split_move(&from, &to, &e));
	int *before = choices(&from), *after = choices(&to);

	for (int i = 0; i < KEYS; i++) {
		char key[32];

		(void)snprintf(key, sizeof(key), "user-%d", i);
		int slot = split_slot("support/triage", "production", key);

		n += before[i] == 4;
		moved += before[i] != after[i];
		due += slot >= 7500 && slot < 9000;
		assert_false(before[i] == 4 && after[i] != 4);
		assert_true((slot >= 7500 && slot < 9000) == (before[i] != after[i]));
	}
	print_message("# %d of %d keys to 10 %%; a ramp to 25 %% moves %d\n", n, KEYS, moved);
	assert_in_range(n, KEYS / 10 - 1500, KEYS / 10 + 1500);
	assert_in_range(moved, KEYS * 15 / 100 - 1500, KEYS * 15 / 100 + 1500);
	assert_int_equal(moved, due);
	free(before);
	free(after);
}

static int owner(const struct split *s, int slot)
{
	for (int i = 0; i < s->n_ranges; i++) {
		if (slot <= s->ranges[i].last) {
			return s->ranges[i].number;
		}
	}
	return 0;
}

/* Any move changes as few slots as the shares allow, and every slot has an owner. */
static void moves_change_the_fewest_slots(void **state)
{
	struct split now = split_of(1);
	uint64_t random = 1;
	int n_refused = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct split to = { .n_arms = 0 };
		struct err e = { 0 };
		int left = SPLIT_SLOTS, grows = 0, changed = 0;

		random = hash_mix(random);
		int n = 1 + (int)(random % SPLIT_MOST_ARMS), first = 1 + (int)((random >> 8) % 5);
		for (int i = 0; i < n; i++) {
			random = hash_mix(random);
			int share = i == n - 1 ? left : 1 + (int)(random % (uint64_t)(left - (n - i) + 1));

			to.arms[to.n_arms++] = (struct split_arm){ first + i, share };
			left -= share;
		}
		if (!split_move(&now, &to, &e)) {
			assert_int_equal(e.code, ERR_CHECK);
			now = split_of(1);
			n_refused++;
			continue;
		}
		for (int i = 0; i < to.n_arms; i++) {
			int had = 0, has = 0;

			for (int slot = 0; slot < SPLIT_SLOTS; slot++) {
				had += owner(&now, slot) == to.arms[i].number;
				has += owner(&to, slot) == to.arms[i].number;
			}
			assert_int_equal(has, to.arms[i].share);
			grows += has > had ? has - had : 0;
		}
		for (int slot = 0; slot < SPLIT_SLOTS; slot++) {
			changed += owner(&now, slot) != owner(&to, slot);
		}
		assert_int_equal(changed, grows);

		char ranges[SPLIT_RANGES_SIZE], arms[SPLIT_TEXT_SIZE];
		struct split back = parsed(split_text(&to, arms));
		assert_true(split_ranges_parse(split_ranges_text(&to, ranges), &back));
		assert_int_equal(back.n_ranges, to.n_ranges);
		assert_memory_equal(back.ranges, to.ranges, sizeof(to.ranges[0]) * (size_t)to.n_ranges);
		now = to;
	}
	print_message("# %d of 3000 moves refused\n", n_refused);
	assert_true(n_refused < 300);
}

/* 0.01 % at a time, up and back down: the border between the two moves, and nothing else does. */
static void a_ramp_keeps_two_ranges(void **state)
{
	struct split now = parsed("v1:99.99,v2:0.01");
	struct err e = { 0 };

	(void)state;
	for (int share = 2; share < 2 * SPLIT_SLOTS - 2; share++) {
		int b = share < SPLIT_SLOTS ? share : 2 * SPLIT_SLOTS - share - 1;
		struct split to = { .arms = { { 1, SPLIT_SLOTS - b }, { 2, b } }, .n_arms = 2 };

		assert_true(split_move(&now, &to, &e));
		assert_int_equal(to.n_ranges, 2);
		assert_int_equal(to.ranges[0].number, 1);
		assert_int_equal(to.ranges[0].last, SPLIT_SLOTS - b - 1);
		now = to;
	}
}

static void ranges_that_are_not_those_of_the_arms_are_refused(void **state)
{
	static const char *const wrong[] = { "", "3:8999", "3:8998 4:9999", "3:8999 5:9999", "3:8999 4:10000", "4:9999 3:9000", "3:8999 4:9999 x", "x" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct split s = parsed("v3:90,v4:10");

		assert_false(split_ranges_parse(wrong[i], &s));
	}
}

static void who_has_no_key_gets_the_largest_arm(void **state)
{
	struct split s = parsed("v3:10,v4:90"), none = { .n_arms = 0 };

	(void)state;
	assert_int_equal(split_choose(&s, "p", "l", NULL), 4);
	assert_int_equal(split_choose(&none, "p", "l", NULL), 0);
	/* For ever: other machines and later versions choose the same. */
	assert_int_equal(split_slot("support/triage", "production", "user-1"), 5656);
	assert_true(split_slot("a", "bc", "d") != split_slot("ab", "c", "d"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_are_read),
		cmocka_unit_test(wrong_splits_are_told),
		cmocka_unit_test(a_million_keys_land_as_the_shares_say),
		cmocka_unit_test(moves_change_the_fewest_slots),
		cmocka_unit_test(a_ramp_keeps_two_ranges),
		cmocka_unit_test(ranges_that_are_not_those_of_the_arms_are_refused),
		cmocka_unit_test(who_has_no_key_gets_the_largest_arm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
