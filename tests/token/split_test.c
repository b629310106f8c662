/* Pieces as the patterns of the encodings cut them, and what is true of any text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/token/vocabulary.h"
#include "token/encoding.h"
#include "token/split.h"

/* Pieces parted by "|". */
static const struct {
	const char *text, *o200k, *cl100k;
} cases[] = {
	{ "Hello, world", "Hello|,| world", "Hello|,| world" },
	{ "we'll it's I'M x'Ve", "we'll| it's| I'M| x'Ve", "we|'ll| it|'s| I|'M| x|'Ve" },
	{ "a'\xc5\xbf b'x", "a'\xc5\xbf| b|'x", "a|'\xc5\xbf| b|'x" }, /* the long s folds to s */
	{ "HTTPServerName", "HTTPServer|Name", "HTTPServerName" },
	{ "XMLs ABC", "XMLs| ABC", "XMLs| ABC" },
	{ "\xe6\xbc\xa2" "AB", "\xe6\xbc\xa2|AB", "\xe6\xbc\xa2" "AB" }, /* a letter without case ends a word like a small one */
	{ "1234567", "123|456|7", "123|456|7" },
	{ "a  b", "a| | b", "a| | b" },
	{ "a   ", "a|   ", "a|   " },
	{ "a \n\n  b", "a| \n\n| | b", "a| \n\n| | b" },
	{ "};\n/x", "};\n/|x", "};\n|/x" },
	{ "\tint", "\tint", "\tint" },
	{ "e\xcc\x81" "a", "e\xcc\x81" "a", "e|\xcc\x81" "a" },
	{ "\xc2\x85x\xc2\x85\xc2\x85 y", "\xc2\x85x|\xc2\x85\xc2\x85| y", "\xc2\x85x|\xc2\x85\xc2\x85| y" }, /* U+0085 is a space */
	{ "\xef\xbb\xbf\xef\xbb\xbf 1", "\xef\xbb\xbf\xef\xbb\xbf| |1", "\xef\xbb\xbf\xef\xbb\xbf| |1" }, /* U+FEFF is none */
	{ "a\xff" "b\xe6\xbc", "a|\xff" "b|\xe6\xbc", "a|\xff" "b|\xe6\xbc" },
};

static void join(split_fn *split, const char *text, struct buf *out)
{
	size_t len = strlen(text);

	buf_clear(out);
	for (size_t at = 0; at < len;) {
		size_t n = split(text + at, len - at);

		(void)buf_add_str(out, at > 0 ? "|" : "");
		(void)buf_add(out, text + at, n);
		at += n;
	}
}

static void pieces_of_the_patterns(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		join(split_o200k, cases[i].text, &out);
		assert_string_equal(buf_str(&out), cases[i].o200k);
		join(split_cl100k, cases[i].text, &out);
		assert_string_equal(buf_str(&out), cases[i].cl100k);
	}
	buf_free(&out);
}

/* Whether a piece of the text ends before `at`. */
static bool ends_at(split_fn *split, const struct buf *text, size_t at)
{
	size_t end = 0;

	while (end < at) {
		end += split(text->s + end, text->len - end);
	}
	return end == at;
}

/* Pieces cover the text; at an edge one ends, and what is beyond it changes nothing before it. */
static void true_of_any_text(void **state)
{
	uint32_t seed = 3;
	size_t n_edges = 0;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct buf text = { 0 };

		vocabulary_text(&seed, 40, &text);
		for (size_t k = 0; k < ENCODING_COUNT; k++) {
			for (size_t at = 0, n; at < text.len; at += n) {
				n = encodings[k].split(text.s + at, text.len - at);
				assert_in_range(n, 1, text.len - at);
			}
			for (size_t at = 1; at < text.len; at++) {
				if (split_is_edge(text.s, text.len, at)) {
					struct buf before = { .s = text.s, .len = at };
					bool is_same = true;

					assert_true(ends_at(encodings[k].split, &text, at));
					for (size_t end = 0; end < at && is_same;) {
						size_t n = encodings[k].split(text.s + end, text.len - end);

						is_same = n == encodings[k].split(before.s + end, at - end);
						end += n;
					}
					assert_true(is_same);
					n_edges++;
				}
			}
		}
		buf_free(&text);
	}
	assert_true(n_edges > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_the_patterns),
		cmocka_unit_test(true_of_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
