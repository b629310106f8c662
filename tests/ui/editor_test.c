#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/screen.h"
#include "ui/widgets/editor.h"

/* Keys as words: names of ui/input.h, or 'text typed character by character'. */
static unsigned press(struct editor *e, const char *script)
{
	unsigned bits = 0;

	while (*script != '\0') {
		size_t n = strcspn(script, " ");
		struct input in = {.type = INPUT_KEY};

		if (script[0] == '\'') {
			n = strcspn(script + 1, "'") + 2;
			for (size_t i = 1; i + 1 < n; i++) {
				in.key = (unsigned char)script[i];
				bits = editor_input(e, &in);
			}
		} else {
			in.key = key_from_name(script, n);
			assert_int_not_equal(in.key, 0);
			bits = editor_input(e, &in);
		}
		script += n;
		script += strspn(script, " ");
	}
	return bits;
}

static unsigned paste(struct editor *e, const char *text, size_t len)
{
	struct input in = {.type = INPUT_PASTE, .text = text, .len = len};

	return editor_input(e, &in);
}

static const char *remark(const struct editor *e, enum style *st)
{
	const char *text = editor_remark(e, st);

	return text != NULL ? text : "";
}

/* Each script runs on an editor of 10x4; `|` marks the cursor in what is expected. */
static const struct {
	const char *name, *text, *keys, *expected;
	bool is_single;
} cases[] = {
	{"types", "", "'abc'", "abc|", false},
	{"inserts in the middle", "", "'ac' Left 'b'", "ab|c", false},
	{"newline", "", "'a' Enter 'b'", "a\nb|", false},
	{"backspace and delete", "abc", "Backspace Home Delete", "|b", false},
	{"backspace takes a cluster", "xe\u0301", "Backspace", "x|", false},
	{"left over a wide character", "a漢", "Left", "a|漢", false},
	{"left over a mark", "e\u0301", "Left", "|e\u0301", false},
	{"word moves", "one two  three", "Ctrl-Left Alt-b", "one |two  three", false},
	{"word forward", "one two", "Home Alt-f Ctrl-Right", "one two|", false},
	{"kill to end", "abc def", "Home Alt-f Ctrl-k", "abc|", false},
	{"kill the newline", "ab\ncd", "Ctrl-Home Ctrl-k Ctrl-k", "|cd", false},
	{"kill and yank", "abc def", "Ctrl-w Home Ctrl-y", "def|abc ", false},
	{"kills add up", "abc def ghi", "Ctrl-w Ctrl-w Ctrl-y Ctrl-y", "abc def ghidef ghi|", false},
	{"kill to start", "ab\ncd", "Ctrl-u", "ab\n|", false},
	{"alt-d", "one two", "Home Alt-d", "| two", false},
	{"undo takes a word", "", "'one two' Ctrl-_", "one |", false},
	{"undo all and redo", "", "'one two' Ctrl-_ Ctrl-_ Ctrl-_ Alt-_", "one |", false},
	{"typing after undo forgets redo", "", "'one two' Ctrl-_ 'x' Alt-_", "one x|", false},
	{"a run of erasing is one step", "abcdef", "Backspace Backspace Backspace Ctrl-_", "abcdef|", false},
	{"a move parts steps", "", "'ab' Left Right 'cd' Ctrl-_", "ab|", false},
	{"home and end of a soft line", "aaaa bbbb cccc", "Home", "aaaa bbbb |cccc", false},
	{"end of a soft line stays in it", "aaaa bbbb cccc", "Ctrl-Home End", "aaaa bbbb| cccc", false},
	{"ctrl-a goes to the paragraph", "aaaa bbbb cccc", "Ctrl-a", "|aaaa bbbb cccc", false},
	{"up keeps the column", "abcdef\nab\nabcdef", "Up Up", "abcdef|\nab\nabcdef", false},
	{"up in the first line", "abc", "Up", "|abc", false},
	{"down in the last line", "abc", "Home Down", "abc|", false},
	{"page down", "1\n2\n3\n4\n5\n6", "Ctrl-Home PgDn", "1\n2\n3\n|4\n5\n6", false},
	{"typing replaces what is selected", "one two", "Shift-Left Shift-Left Shift-Left 'x'", "one x|", false},
	{"and is one step", "one two", "Shift-Left Shift-Left 'x' Ctrl-_", "one t|wo", false},
	{"backspace takes it away", "one two", "Shift-Ctrl-Home Backspace", "|", false},
	{"a move ends it", "abc", "Shift-Left Left Backspace", "|bc", false},
	{"from the mark, cut and put elsewhere", "one two", "Ctrl-a Ctrl-Space Alt-f Ctrl-w End Ctrl-y", " twoone|", false},
	{"copied", "one two", "Ctrl-a Ctrl-Space Alt-f Alt-w End Ctrl-y", "one twoone|", false},
	{"nothing to kill leaves what was", "ab cd", "Ctrl-w Ctrl-k Left End Ctrl-y", "ab cd|", false},
	{"words of other scripts", "\u6f22\u5b57\u3001\u30c6\u30b9\u30c8\u2014na\u00efve", "Ctrl-Left Ctrl-Left", "\u6f22\u5b57\u3001|\u30c6\u30b9\u30c8\u2014na\u00efve", false},
	{"and forward", "\u201cd\u00e9j\u00e0\u201d vu", "Home Ctrl-Right", "\u201cd\u00e9j\u00e0|\u201d vu", false},
	{"single line", "abc", "Ctrl-a 'x'", "x|abc", true},
};

static void keys_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct editor *e = editor_new(cases[i].is_single, NULL);
		struct buf got = {0};
		size_t len;

		print_message("%s\n", cases[i].name);
		editor_set(e, cases[i].text, strlen(cases[i].text));
		editor_layout(e, (struct rect){0, 0, 11, 4});
		press(e, cases[i].keys);
		const char *text = editor_text(e, &len);
		buf_add(&got, text, editor_cursor(e));
		buf_add_char(&got, '|');
		buf_add(&got, text + editor_cursor(e), len - editor_cursor(e));
		assert_string_equal(buf_str(&got), cases[i].expected);
		buf_free(&got);
		editor_free(e);
	}
}

static const struct {
	const char *name, *in;
	size_t len;
	const char *kept;
	size_t kept_len;
	const char *drawn, *remark;
} pastes[] = {
	{"crlf", "a\r\nb", 4, "a\nb", 3, "a\nb\n\n", NULL},
	{"escape", "a\x1b[2Jb", 6, "a\x1b[2Jb", 6, "a·[2Jb\n\n\n", "pasted: 1 character that cannot be seen is kept, shown as ·"},
	{"nul", "a\0b", 3, "a\xef\xbf\xbd" "b", 5, "a\uFFFDb\n\n\n", "pasted: 1 byte that is no text became \uFFFD"},
	{"c1 and bidi", "a\xc2\x9b\xe2\x80\xae" "b", 7, "a\xc2\x9b\xe2\x80\xae" "b", 7, "a··b\n\n\n",
	    "pasted: 2 characters that cannot be seen are kept, shown as ·"},
	{"tag", "a\xf3\xa0\x81\x81" "b", 6, "a\xf3\xa0\x81\x81" "b", 6, "a·b\n\n\n", "pasted: 1 character that cannot be seen is kept, shown as ·"},
	{"bad utf-8", "a\xff\xe2\x82", 4, "a\xef\xbf\xbd\xef\xbf\xbd", 7, "a\uFFFD\uFFFD\n\n\n", "pasted: 2 bytes that are no text became \uFFFD"},
	{"replacement character itself", "\xef\xbf\xbd", 3, "\xef\xbf\xbd", 3, "\uFFFD\n\n\n", NULL},
	{"tab", "a\tb", 3, "a\tb", 3, "a   b\n\n\n", NULL},
	{"a family", "\U0001f469\u200d\U0001f467", 11, "\U0001f469\u200d\U0001f467", 11, "\U0001f469·\U0001f467\n\n\n",
	    "pasted: 1 character that cannot be seen is kept, shown as ·"},
};

static void pastes_are_kept_and_drawn_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pastes); i++) {
		struct editor *e = editor_new(false, NULL);
		struct cells *c = cells_new(11, 3);
		struct buf b = {0};
		enum style st;
		size_t len;

		print_message("%s\n", pastes[i].name);
		assert_int_equal(paste(e, pastes[i].in, pastes[i].len), INPUT_HANDLED | INPUT_REDRAW);
		assert_string_equal(remark(e, &st), pastes[i].remark != NULL ? pastes[i].remark : "");
		assert_true(pastes[i].remark == NULL || st == ST_WARN);
		const char *text = editor_text(e, &len);
		assert_int_equal(len, pastes[i].kept_len);
		assert_memory_equal(text, pastes[i].kept, len);
		editor_layout(e, (struct rect){0, 0, 11, 3});
		editor_draw(e, c, (struct rect){0, 0, 11, 3}, true);
		cells_dump(c, &b);
		assert_string_equal(buf_str(&b), pastes[i].drawn);
		press(e, "Ctrl-_");
		assert_true(editor_is_empty(e));
		buf_free(&b);
		cells_free(c);
		editor_free(e);
	}
}

static void draws_lines_and_cursor(void **state)
{
	struct editor *e = editor_new(false, "Type a prompt");
	struct cells *c = cells_new(12, 4);
	struct rect r = {1, 1, 10, 2};
	struct buf b = {0};

	(void)state;
	editor_layout(e, r);
	editor_draw(e, c, r, true);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "\n Type a pr…\n\n\n");
	assert_int_equal(c->cursor_x, 1);
	press(e, "'one two three' Enter 'four'");
	editor_layout(e, r);
	assert_int_equal(editor_lines(e), 3);
	cells_clear(c);
	buf_clear(&b);
	editor_draw(e, c, r, true);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "\n three\n four\n\n");
	assert_int_equal(c->cursor_x, 5);
	assert_int_equal(c->cursor_y, 2);
	struct input click = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .x = 3, .y = 1};
	editor_input(e, &click);
	assert_int_equal(editor_cursor(e), strlen("one two th"));
	click.y = 0;
	assert_int_equal(editor_input(e, &click), 0);
	buf_free(&b);
	cells_free(c);
	editor_free(e);
}

static void one_line_scrolls_sideways(void **state)
{
	struct editor *e = editor_new(true, NULL);
	struct cells *c = cells_new(6, 1);
	struct rect r = {0, 0, 6, 1};
	struct buf b = {0};

	(void)state;
	paste(e, "ab\ncdefgh", 9);
	assert_string_equal(editor_text(e, NULL), "ab cdefgh");
	editor_layout(e, r);
	editor_draw(e, c, r, true);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "defgh\n");
	assert_int_equal(c->cursor_x, 5);
	assert_int_equal(press(e, "Enter"), 0);
	assert_int_equal(press(e, "Up"), 0);
	assert_int_equal(press(e, "Esc"), 0);
	press(e, "Ctrl-u 'xy'");
	editor_layout(e, r);
	cells_clear(c);
	buf_clear(&b);
	editor_draw(e, c, r, true);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "xy\n");
	buf_free(&b);
	cells_free(c);
	editor_free(e);
}

static void takes_a_huge_paste(void **state)
{
	size_t len = 1 << 20;
	char *text = x_malloc(len);
	struct editor *e = editor_new(false, NULL);
	size_t kept;

	(void)state;
	for (size_t i = 0; i < len; i++) {
		text[i] = i % 61 == 60 ? '\n' : (char)('a' + i % 26);
	}
	paste(e, text, len);
	editor_layout(e, (struct rect){0, 0, 40, 10});
	press(e, "'x' Ctrl-Home 'y' Down 'z' Ctrl-_ Ctrl-_ Ctrl-_");
	editor_layout(e, (struct rect){0, 0, 40, 10});
	assert_memory_equal(editor_text(e, &kept), text, len);
	assert_int_equal(kept, len);
	free(text);
	editor_free(e);
}

static void finds_and_replaces(void **state)
{
	struct editor *e = editor_new(false, NULL);
	size_t start, end, line;
	int column;

	(void)state;
	editor_set(e, "a cat, a cat\nand a cat", 22);
	assert_true(editor_find(e, "cat", 1)); /* around the end */
	assert_true(editor_selection(e, &start, &end));
	assert_int_equal(start, 2);
	assert_int_equal(end, 5);
	assert_true(editor_find(e, "cat", 1));
	assert_int_equal(editor_cursor(e), 12);
	assert_true(editor_find(e, "cat", -1));
	assert_int_equal(editor_cursor(e), 5);
	assert_true(editor_find(e, "cat", -1));
	assert_int_equal(editor_cursor(e), 22);
	editor_place(e, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 10);
	assert_false(editor_find(e, "dog", 1));
	assert_false(editor_find(e, "", 1));
	assert_int_equal(editor_replace_all(e, "cat", "dog\n"), 3);
	assert_string_equal(editor_text(e, NULL), "a dog\n, a dog\n\nand a dog\n");
	press(e, "Ctrl-_"); /* one step */
	assert_string_equal(editor_text(e, NULL), "a cat, a cat\nand a cat");
	assert_int_equal(editor_replace_all(e, "", "x"), 0);
	editor_set_cursor(e, 13);
	assert_int_equal(editor_replace_all(e, "cat", "$1\\0&"), 3); /* signs of their own */
	assert_string_equal(editor_text(e, NULL), "a $1\\0&, a $1\\0&\nand a $1\\0&");
	assert_int_equal(editor_cursor(e), 17); /* where it stood */
	editor_free(e);
}

static void replaced_with_too_much(void **state)
{
	struct editor *e = editor_new(false, NULL);
	char *text = x_malloc(EDITOR_LIMIT / 2 + 1);
	enum style st;
	size_t len;

	(void)state;
	memset(text, 'a', EDITOR_LIMIT / 2 + 1);
	editor_set(e, text, EDITOR_LIMIT / 2 + 1);
	editor_set_cursor(e, 7);
	assert_int_equal(editor_replace_all(e, "a", "aa"), 0);
	assert_non_null(editor_remark(e, &st));
	(void)editor_text(e, &len);
	assert_int_equal(len, EDITOR_LIMIT / 2 + 1);
	assert_int_equal(editor_cursor(e), 7);
	assert_int_equal(editor_replace_all(e, "b", "aa"), 0); /* they are nowhere: nothing is to be said */
	assert_null(editor_remark(e, &st));
	free(text);
	editor_free(e);
}

static size_t style_of(void *ctx, const char *text, size_t len, size_t from, size_t to, struct editor_span *spans, size_t most)
{
	const char *found = memchr(text + from, '{', to - from);

	(void)ctx;
	(void)len;
	(void)most;
	spans[0] = (struct editor_span){found != NULL ? (size_t)(found - text) : 0, 3, ST_LIVE};
	return found != NULL;
}

static void draws_numbers_styles_and_brackets(void **state)
{
	struct editor *e = editor_new(false, NULL);
	struct rect r = {0, 0, 12, 3};
	struct cells *c = cells_new(12, 3);
	struct buf b = {0};

	(void)state;
	editor_show_numbers(e, true);
	editor_set_styler(e, style_of, NULL);
	editor_set(e, "aaaa bbbb {x}", 13);
	editor_layout(e, r);
	editor_draw(e, c, r, true);
	cells_dump_styles(c, &b);
	assert_string_equal(buf_str(&b), " 1 aaaa\n   bbbb {x}\n\n-- styles\n"
	    "0: 0+2 dim 2+10 field\n1: 0+8 field 8+1 hit 9+1 live 10+1 hit 11+1 field\n2: 0+12 field\ncursor 11,1 text\n");
	int x, y;

	editor_cursor_cell(e, &x, &y);
	assert_int_equal(x, 11);
	assert_int_equal(y, 1);
	buf_free(&b);
	cells_free(c);
	editor_free(e);
}

/* A megabyte stays quick, which a test of instructions shows better; here that it stays right. Fifty are refused by a sentence. */
static void refuses_what_is_too_long(void **state)
{
	size_t len = 50u << 20;
	char *text = x_malloc(len);
	struct editor *e = editor_new(false, NULL);
	enum style st;

	(void)state;
	memset(text, 'x', len);
	editor_set(e, "kept", 4);
	paste(e, text, len);
	assert_string_equal(remark(e, &st), "50 MB more are too much: a text has at most 16 MB; nothing was changed");
	assert_int_equal(st, ST_BAD);
	assert_string_equal(editor_text(e, NULL), "kept");
	press(e, "'!'");
	assert_null(editor_remark(e, &st));
	assert_string_equal(editor_text(e, NULL), "kept!");
	editor_take(e, text, len); /* of the person's own editor */
	assert_string_equal(remark(e, &st), "50 MB more are too much: a text has at most 16 MB; nothing was changed");
	assert_string_equal(editor_text(e, NULL), "kept!");
	editor_free(e);
	e = editor_new(true, NULL);
	paste(e, text, 70000);
	assert_string_equal(remark(e, &st), "68 kB more are too much: a line has at most 64 kB; nothing was changed");
	assert_true(editor_is_empty(e));
	paste(e, "a\tb\nc", 5);
	assert_string_equal(remark(e, &st), "pasted: 2 line ends or tabs became blanks");
	free(text);
	editor_free(e);
}

static void takes_a_text_from_elsewhere(void **state)
{
	struct editor *e = editor_new(false, NULL);
	enum style st;

	(void)state;
	editor_set(e, "before", 6);
	editor_take(e, "af\0ter\r\n", 8);
	assert_string_equal(editor_text(e, NULL), "af\uFFFDter\n");
	assert_string_equal(remark(e, &st), "pasted: 1 byte that is no text became \uFFFD");
	assert_int_equal(editor_cursor(e), 0);
	press(e, "Ctrl-_");
	assert_string_equal(editor_text(e, NULL), "before");
	editor_free(e);
}

/* For the clipboard: what was selected, and no word that was only erased. */
static void copies(void **state)
{
	static const struct {
		const char *keys, *copied;
	} rows[] = {
		{"Shift-Home Alt-w", "one two"}, {"Shift-Left Shift-Left Ctrl-w", "wo"}, {"Ctrl-w", NULL}, {"Alt-w", NULL}, {"Ctrl-u", NULL},
		{"Shift-Left Alt-w Left", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct editor *e = editor_new(true, NULL);
		size_t len;

		editor_set(e, "one two", 7);
		press(e, rows[i].keys);
		const char *copied = editor_copied(e, &len);
		assert_int_equal(copied != NULL, rows[i].copied != NULL);
		assert_true(copied == NULL || (len == strlen(rows[i].copied) && memcmp(copied, rows[i].copied, len) == 0));
		editor_free(e);
	}
}

/* The mouse selects, also beyond the edge of what is shown. */
static void drags(void **state)
{
	struct editor *e = editor_new(false, NULL);
	struct rect r = {2, 1, 10, 2};
	struct input in = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .x = 4, .y = 1};
	size_t start, end;

	(void)state;
	editor_set(e, "first\nsecond\nthird\nfourth", 26);
	editor_set_cursor(e, 0);
	editor_layout(e, r);
	editor_input(e, &in);
	assert_false(editor_selection(e, &start, &end));
	in.mouse = MOUSE_DRAG;
	in.y = 2;
	editor_input(e, &in);
	assert_true(editor_selection(e, &start, &end));
	assert_int_equal(start, 2);
	assert_int_equal(end, 8);
	in.y = 3;
	for (int i = 0; i < 2; i++) {
		editor_input(e, &in);
		editor_layout(e, r);
	}
	assert_true(editor_selection(e, &start, &end));
	assert_int_equal(start, 2);
	assert_int_equal(end, 21);
	editor_free(e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_do), cmocka_unit_test(pastes_are_kept_and_drawn_clean), cmocka_unit_test(draws_lines_and_cursor),
		cmocka_unit_test(one_line_scrolls_sideways), cmocka_unit_test(takes_a_huge_paste),
		cmocka_unit_test(finds_and_replaces), cmocka_unit_test(replaced_with_too_much), cmocka_unit_test(draws_numbers_styles_and_brackets), cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(takes_a_text_from_elsewhere), cmocka_unit_test(copies), cmocka_unit_test(drags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
