#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "metrics/records.h"

/* The records of a stream that comes in pieces of `step` bytes, each in "<>", a too long one as "!". The caller's. */
static char *cut(const char *bytes, size_t len, size_t step)
{
	struct records *r = records_new();
	struct buf out = { 0 };
	size_t at = 0, n, room, text_len;
	const char *text;

	do {
		char *to = records_room(r, &room);

		n = len - at < step ? len - at : step;
		n = n < room ? n : room;
		if (n > 0) {
			memcpy(to, bytes + at, n);
		}
		records_filled(r, n);
		at += n;
		for (enum record_kind kind; (kind = records_next(r, n == 0, &text, &text_len)) != RECORD_NONE;) {
			(void)buf_add_char(&out, kind == RECORD_LONG ? '!' : '<');
			if (kind == RECORD_WHOLE) {
				(void)buf_add(&out, text, text_len);
				(void)buf_add_char(&out, '>');
			}
		}
	} while (n > 0);
	records_free(r);
	return buf_take(&out);
}

static void streams_cut_anywhere(void **state)
{
	static const struct {
		const char *bytes, *want;
	} cases[] = {
		{ "", "" },
		{ "\n", "<>" },
		{ "a\nb\n", "<a><b>" },
		{ "a\nb", "<a><b>" },
		{ "\xEF\xBB\xBF{}\r\n\n{}", "<{}\r><><{}>" },
		{ "\xEF\xBB", "<\xEF\xBB>" },
		{ "[]", "" },
		{ "[]\n", "" },
		{ "\xEF\xBB\xBF [\n {\"a\":1},\n {\"b\":[2,{\"c\":\"]}\\\"\"}]}\n]\n", "<{\"a\":1}><{\"b\":[2,{\"c\":\"]}\\\"\"}]}>" },
		{ "[{}{},,{}]", "<{}><{}><{}>" },
		{ "[{\"a\":\n1},{\"b\":", "<{\"a\":\n1}><{\"b\":>" },
		{ "[{}]\nx\ny", "<{}><x><y>" },
		{ "[{},x]\n{}\n", "<{}><x]><{}>" },
		{ "[{}", "<{}>" },
		{ "[2026-11-23] started\n{}\n", "<[2026-11-23] started><{}>" },
		{ "[1]\n{}\n", "<[1]><{}>" },
		{ "{}\n[{}]\n", "<{}><[{}]>" },
		{ "   \n \n", "<   >< >" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t step = 1; step <= strlen(cases[i].bytes) + 1; step++) {
			char *got = cut(cases[i].bytes, strlen(cases[i].bytes), step);

			if (strcmp(got, cases[i].want) != 0) {
				fail_msg("%s in steps of %zu: %s", cases[i].bytes, step, got);
			}
			free(got);
		}
	}
}

/* An element that is too long is passed over to its very end, whatever brackets are in it. */
static void long_elements(void **state)
{
	(void)state;
	for (int is_long = 0; is_long < 2; is_long++) {
		size_t fill = is_long ? 3 * INGEST_LINE_MAX : 500000;
		struct buf b = { 0 };
		char *xs = x_malloc(fill);

		memset(xs, ']', fill);
		(void)buf_add_str(&b, "[{\"a\":1},{\"x\":\"");
		(void)buf_add(&b, xs, fill);
		(void)buf_add_str(&b, "\"},{\"b\":2}]");
		char *got = cut(b.s, b.len, 100000);

		assert_int_equal(strncmp(got, "<{\"a\":1}>", 9), 0);
		assert_string_equal(got + strlen(got) - 9, "<{\"b\":2}>");
		assert_int_equal(strlen(got), is_long ? 19 : 18 + 8 + fill + 2);
		assert_true(!is_long || got[9] == '!');
		free(got);
		free(xs);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_cut_anywhere),
		cmocka_unit_test(long_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
