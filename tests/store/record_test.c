#include "store/record.h"

#include "tests/store/fixture.h"

static void classes_have_names(void **state)
{
	(void)state;
	for (enum error_class c = CLASS_NONE; c < CLASS_COUNT; c++) {
		assert_int_equal(error_class_from_name(error_class_name(c)), c);
	}
	assert_string_equal(error_class_name(CLASS_NONE), "");
	assert_string_equal(error_class_name(CLASS_RATE_LIMITED), "rate_limited");
	assert_int_equal(error_class_from_name("on fire"), CLASS_OTHER);
	assert_string_equal(error_class_name((enum error_class)77), "other");
	assert_string_equal(cost_source_name(COST_UNKNOWN), "unknown");
	assert_string_equal(cost_source_name(COST_REPORTED), "reported");
	assert_string_equal(cost_source_name(COST_COMPUTED), "computed");
}

static void ids_have_a_text(void **state)
{
	static const struct {
		struct call_id id;
		const char *text;
	} cases[] = {
		{ { 0, 0 }, "000000000000000000000000" },
		{ { 0, 31 }, "00000000000000000000000Z" },
		{ { 0, 32 }, "000000000000000000000010" },
		{ { 0, UINT64_MAX }, "00000000000FZZZZZZZZZZZZ" },
		{ { 1, 0 }, "00000000000G000000000000" },
		{ { (1LL << 56) - 1, UINT64_MAX }, "ZZZZZZZZZZZZZZZZZZZZZZZZ" },
	};
	char text[CALL_ID_SIZE];
	struct call_id id;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		call_id_format(cases[i].id, text);
		assert_string_equal(text, cases[i].text);
		assert_true(call_id_parse(text, &id));
		assert_true(id.ts_us == cases[i].id.ts_us && id.key == cases[i].id.key);
	}
	call_id_format((struct call_id){ -5, 0 }, text);
	assert_string_equal(text, "000000000000000000000000");
	call_id_format((struct call_id){ INT64_MAX, 0 }, text);
	assert_string_equal(text, "ZZZZZZZZZZZG000000000000");
}

static void ids_are_ordered_as_time(void **state)
{
	char before[CALL_ID_SIZE], text[CALL_ID_SIZE], folded[CALL_ID_SIZE];
	struct call_id id = { FIXTURE_T0, UINT64_MAX }, back;

	(void)state;
	call_id_format(id, before);
	for (int i = 0; i < 1000; i++) {
		id.ts_us += 1 + i * 7919LL;
		id.key = id.key * 6364136223846793005ULL + 1442695040888963407ULL;
		call_id_format(id, text);
		assert_true(strcmp(before, text) < 0);
		for (int k = 0; k < CALL_ID_SIZE; k++) {
			folded[k] = text[k] >= 'A' ? (char)(text[k] + 32) : text[k];
		}
		assert_true(call_id_parse(folded, &back));
		assert_true(back.ts_us == id.ts_us && back.key == id.key);
		memcpy(before, text, sizeof(before));
	}
}

static void what_is_no_id_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"0",
		"00000000000000000000000",
		"0000000000000000000000000",
		"00000000000000000000000I",
		"00000000000000000000000L",
		"00000000000000000000000O",
		"00000000000000000000000U",
		"0000000000000000000000 0",
		"00000000000000000000000\xff",
		"-00000000000000000000000",
	};
	struct call_id id, to;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_false(call_id_parse(cases[i], &id));
	}
	assert_false(call_id_range("", &id, &to));
	assert_false(call_id_range("00U", &id, &to));
	assert_false(call_id_range("0000000000000000000000000", &id, &to));
}

static void a_start_stands_for_a_range(void **state)
{
	struct call_id from, to;

	(void)state;
	assert_true(call_id_range("00000000000g", &from, &to));
	assert_true(from.ts_us == 1 && from.key == 0);
	assert_true(to.ts_us == 1 && to.key == 0x0fffffffffffffffULL);
	assert_true(call_id_range("0", &from, &to));
	assert_true(from.ts_us == 0 && from.key == 0);
	assert_true(to.ts_us == (1LL << 51) - 1 && to.key == UINT64_MAX);
}

static void a_new_row_knows_nothing(void **state)
{
	struct call_row r;
	const struct usage unknown = USAGE_UNKNOWN;

	(void)state;
	memset(&r, 0x55, sizeof(r));
	call_row_init(&r);
	assert_memory_equal(&r.usage, &unknown, sizeof(unknown));
	assert_true(r.usage.n_queries == UNKNOWN && r.cost_nano == UNKNOWN && r.latency_us == UNKNOWN && r.ttft_us == UNKNOWN);
	assert_true(r.gen_us == UNKNOWN && r.attempts == 1 && r.http_status == 0 && r.tags == NULL && call_row_is_ok(&r));
}

static void copies_own_their_strings(void **state)
{
	struct call_row row, copy;
	struct call_body body = { "q\0q", 3, NULL, 0, "", 0 }, body_copy;
	struct run_row run = { 5, "sys", NULL, "{}", "[]", true }, run_copy;

	(void)state;
	fixture_full_row(&row);
	call_row_copy(&copy, &row);
	fixture_same_row(&copy, &row);
	assert_ptr_not_equal(copy.tags, row.tags);
	assert_int_equal(call_row_text_len(&copy), 185);
	call_row_free(&copy);
	call_row_free(&copy);
	call_row_init(&row);
	call_row_copy(&copy, &row);
	assert_null(copy.provider);
	assert_int_equal(call_row_text_len(&copy), 0);
	call_row_free(&copy);

	call_body_copy(&body_copy, &body);
	assert_memory_equal(body_copy.request, "q\0q", 4);
	assert_ptr_not_equal(body_copy.request, body.request);
	assert_null(body_copy.response);
	assert_non_null(body_copy.answer);
	call_body_free(&body_copy);
	call_body_free(&body_copy);

	run_row_copy(&run_copy, &run);
	assert_string_equal(run_copy.system, "sys");
	assert_null(run_copy.user);
	assert_true(run_copy.ts_us == 5 && run_copy.is_simulated);
	run_row_free(&run_copy);
	run_row_free(&run_copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_have_names),
		cmocka_unit_test(ids_have_a_text),
		cmocka_unit_test(ids_are_ordered_as_time),
		cmocka_unit_test(what_is_no_id_is_refused),
		cmocka_unit_test(a_start_stands_for_a_range),
		cmocka_unit_test(a_new_row_knows_nothing),
		cmocka_unit_test(copies_own_their_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
