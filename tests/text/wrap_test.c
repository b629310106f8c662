#include "text/wrap.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/text/clean_check.h"

/* The lines as text: "~" where a line goes on, "|" where a newline stood. */
static char *picture(const struct wrap *w, const char *text)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < w->n; i++) {
		(void)buf_add(&out, text + w->lines[i].start, w->lines[i].len);
		if (i + 1 < w->n) {
			(void)buf_add_char(&out, w->lines[i].is_soft ? '~' : '|');
		}
	}
	return buf_take(&out);
}

static void test_table(void **state)
{
	static const struct {
		const char *name;
		size_t width;
		const char *text, *lines;
	} cases[] = {
		{ "empty", 5, "", "" },
		{ "newline", 5, "\n", "|" },
		{ "fits", 5, "hello", "hello" },
		{ "newline at the end", 5, "hello\n", "hello|" },
		{ "two lines", 5, "a\n\nb", "a||b" },
		{ "after a blank", 5, "hello world", "hello~world" },
		{ "a blank that fits stays", 6, "hello world", "hello ~world" },
		{ "blanks hang over the edge", 5, "hello    world", "hello~world" },
		{ "some fit, some hang", 7, "hello    world", "hello  ~world" },
		{ "hanging at the end of the text", 5, "hello  ", "hello" },
		{ "hanging before a newline", 5, "hello  \nx", "hello|x" },
		{ "a second width of blanks", 3, "abc        d", "abc~   ~d" },
		{ "and no place before them", 5, "ab cd       x", "ab cd~  x" },
		{ "indentation is kept", 8, "  indented text", "  ~indented~text" },
		{ "long word", 4, "abcdefghij", "abcd~efgh~ij" },
		{ "long word after a short one", 6, "ab cdefghijkl", "ab ~cdefgh~ijkl" },
		{ "hyphen between letters", 6, "well-known", "well-~known" },
		{ "hyphen that does not fit", 4, "well-known", "well~-kno~wn" },
		{ "no break at minus or options", 6, "ab -12 --all", "ab -12~--all" },
		{ "no break before a digit", 6, "a gpt-4o", "a ~gpt-4o" },
		{ "no break after a leading hyphen", 7, "abcd -xyz", "abcd ~-xyz" },
		{ "dash between words", 6, "word\u2014word", "word\u2014~word" },
		{ "no break in numbers", 7, "on 2024-06-30", "on ~2024-06~-30" },
		{ "wide", 5, "\u6F22\u5B57\u6F22\u5B57", "\u6F22\u5B57~\u6F22\u5B57" },
		{ "wide after narrow", 4, "abc\u6F22\u5B57", "abc~\u6F22\u5B57" },
		{ "no full stop at the start", 4, "\u6F22\u5B57\u3002\u6F22", "\u6F22~\u5B57\u3002~\u6F22" },
		{ "no bracket at the end", 6, "\u6F22\u5B57\u300C\u6F22\u300D", "\u6F22\u5B57~\u300C\u6F22\u300D" },
		{ "nowhere allowed", 4, "\u6F22\u300C\u5B57\u300D", "\u6F22~\u300C\u5B57~\u300D" },
		{ "wide in one cell", 1, "\u6F22\u5B57", "\u6F22~\u5B57" },
		{ "marks stay with their base", 2, "e\u0301e\u0301e\u0301", "e\u0301e\u0301~e\u0301" },
		{ "tab to the next multiple of 4", 8, "a\tbcd\te", "a\tbcd\t~e" },
		{ "tab fits", 9, "a\tbcd\te", "a\tbcd\te" },
		{ "tab hangs", 6, "abcde\tf", "abcde~f" },
		{ "tab wider than the line", 2, "\tab", "~ab" },
		{ "width of one", 1, "ab c", "a~b~c" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct wrap w = { 0 };

		wrap_update(&w, cases[i].text, strlen(cases[i].text), cases[i].width);
		char *lines = picture(&w, cases[i].text);
		if (strcmp(lines, cases[i].lines) != 0) {
			fail_msg("%s: \"%s\"", cases[i].name, lines);
		}
		free(lines);
		wrap_free(&w);
	}
}

static size_t line_cells(const char *s, size_t len)
{
	size_t cells = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\t') {
			cells += 4 - cells % 4;
		} else {
			int more;

			i += width_cluster(s + i, len - i, &more) - 1;
			cells += (size_t)more;
		}
	}
	return cells;
}

/* Lines follow each other, leave out nothing but newlines and blanks, and fit. */
static void check_lines(const struct wrap *w, const char *text, size_t len, size_t width)
{
	assert_true(w->n > 0 && w->lines[0].start == 0 && w->done == len && !w->lines[w->n - 1].is_soft);
	for (size_t i = 0; i < w->n; i++) {
		const struct wrap_line *line = &w->lines[i];
		size_t next = i + 1 < w->n ? w->lines[i + 1].start : len;
		int cells;

		assert_true(line->start + line->len <= next && (next > line->start || i + 1 == w->n));
		for (size_t at = line->start + line->len; at < next; at++) {
			bool is_last = at + 1 == next && i + 1 < w->n && !line->is_soft;

			assert_true(is_last ? text[at] == '\n' : text[at] == ' ' || text[at] == '\t');
		}
		if (line_cells(text + line->start, line->len) > width) {
			assert_int_equal(width_cluster(text + line->start, line->len, &cells), line->len);
		}
		for (size_t at = line->start; at < next; at++) {
			assert_int_equal(wrap_line_at(w, at), i);
		}
	}
	assert_int_equal(wrap_line_at(w, len), w->n - 1);
}

/* Text that grows piece by piece has the lines of the whole text. */
static void test_growth(void **state)
{
	static const char *const pieces[] = {
		"a", "word", " ", "  ", "\t", "\n", "-", "--", "well-known ", "\u6F22", "\u3002", "\u300C", "e\u0301", "\U0001F44D",
		"\u2014", "0", "supercalifragilistic",
	};
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct wrap grown = { 0 };
		struct buf text = { 0 };
		size_t width = 1 + hash_mix(seed++) % 14;

		wrap_update(&grown, "", 0, width);
		while (text.len < 200) {
			const char *piece = pieces[hash_mix(seed++) % COUNT_OF(pieces)];
			struct wrap whole = { 0 };

			(void)buf_add_str(&text, piece);
			wrap_update(&grown, text.s, text.len, width);
			wrap_update(&whole, text.s, text.len, width);
			assert_int_equal(grown.n, whole.n);
			assert_memory_equal(grown.lines, whole.lines, whole.n * sizeof(*whole.lines));
			wrap_free(&whole);
		}
		check_lines(&grown, text.s, text.len, width);
		wrap_free(&grown);
		buf_free(&text);
	}
}

/* Also a mark that comes later than its base, which the cleaner writes at once. */
static void test_growth_byte_by_byte_of_hostile_text(void **state)
{
	uint64_t seed = 99;
	char s[300];

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct cleaner c;
		struct buf text = { 0 };
		struct wrap grown = { 0 }, whole = { 0 };
		size_t len = clean_hostile(&seed, s, sizeof(s)), width = 1 + (size_t)round % 20;

		cleaner_init(&c);
		for (size_t i = 0; i < len; i++) {
			cleaner_feed(&c, s + i, 1, &text);
			wrap_update(&grown, buf_str(&text), text.len, width);
		}
		wrap_update(&whole, buf_str(&text), text.len, width);
		assert_int_equal(grown.n, whole.n);
		assert_memory_equal(grown.lines, whole.lines, whole.n * sizeof(*whole.lines));
		check_lines(&whole, buf_str(&text), text.len, width);
		wrap_free(&grown);
		wrap_free(&whole);
		buf_free(&text);
	}
}

static void test_starts_again(void **state)
{
	struct wrap w = { 0 };

	(void)state;
	wrap_update(&w, "hello world", 11, 5);
	assert_int_equal(w.n, 2);
	wrap_update(&w, "hello world", 11, 20);
	assert_int_equal(w.n, 1);
	wrap_update(&w, "hello", 5, 20); /* shorter: it cannot have grown */
	assert_int_equal(w.lines[0].len, 5);
	wrap_reset(&w);
	wrap_update(&w, "other", 5, 20);
	assert_int_equal(w.n, 1);
	wrap_free(&w);
	assert_null(w.lines);
}

/* 300,000 updates over 1.5 MB: a wrap that looked back further than the last line would need minutes. A single word and nothing but blanks
 * must be no exception. */
static void test_growth_is_cheap(void **state)
{
	static const char *const tokens[] = { "word ", "     ", "xxxxx" };

	(void)state;
	for (size_t t = 0; t < COUNT_OF(tokens); t++) {
		struct wrap w = { 0 };
		struct buf text = { 0 };
		clock_t start = clock();

		for (int i = 0; i < 300000; i++) {
			(void)buf_add_str(&text, tokens[t]);
			wrap_update(&w, text.s, text.len, 80);
		}
		if (clock() - start > 10 * CLOCKS_PER_SEC) {
			fail_msg("\"%s\": %ld s", tokens[t], (long)((clock() - start) / CLOCKS_PER_SEC));
		}
		wrap_free(&w);
		buf_free(&text);
	}
}

/* After any change the lines are what they would have been made from nothing. */
static void test_splice(void **state)
{
	static const char *const pieces[] = { "a", " ", "\n", "word ", "\u6F22", "e\u0301", "-", "\t", "longerword", "   ", "\u3002" };
	uint64_t random = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct buf text = { 0 };
		struct wrap w = { 0 };

		(void)buf_add_str(&text, "");
		for (int step = 0; step < 40; step++) {
			struct buf next = { 0 }, added = { 0 };
			size_t at, removed;

			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			at = text.len > 0 ? (size_t)(random >> 33) % (text.len + 1) : 0;
			removed = (random >> 20) % 4 == 0 ? (size_t)(random >> 40) % (text.len - at + 1) : 0;
			while (at > 0 && at < text.len && ((unsigned char)text.s[at] & 0xc0) == 0x80) {
				at--;
			}
			while (at + removed < text.len && ((unsigned char)text.s[at + removed] & 0xc0) == 0x80) {
				removed++;
			}
			for (int k = (int)((random >> 50) % 5); k > 0; k--) {
				(void)buf_add_str(&added, pieces[(random >> (10 + k * 3)) % (sizeof(pieces) / sizeof(pieces[0]))]);
			}
			(void)buf_add(&next, buf_str(&text), at);
			(void)buf_add(&next, buf_str(&added), added.len);
			(void)buf_add(&next, buf_str(&text) + at + removed, text.len - at - removed);
			struct wrap fresh = { 0 };

			wrap_update(&fresh, buf_str(&next), next.len, 1 + (size_t)round % 9);
			wrap_splice(&w, buf_str(&next), next.len, at, removed, added.len);
			wrap_update(&w, buf_str(&next), next.len, 1 + (size_t)round % 9);
			assert_int_equal(w.n, fresh.n);
			assert_memory_equal(w.lines, fresh.lines, w.n * sizeof(*w.lines));
			wrap_free(&fresh);
			buf_free(&added);
			buf_free(&text);
			text = next;
		}
		buf_free(&text);
		wrap_free(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_growth_byte_by_byte_of_hostile_text),
		cmocka_unit_test(test_starts_again),
		cmocka_unit_test(test_growth_is_cheap), cmocka_unit_test(test_splice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
