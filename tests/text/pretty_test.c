/* JSON laid out as it streams, and text that only looks like it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "text/pretty.h"

static const struct {
	const char *in;
	enum pretty_state state;
	const char *out; /* NULL: not to be used */
} cases[] = {
	{ "", PRETTY_START, "" },
	{ " \n", PRETTY_START, "" },
	{ "{}", PRETTY_DONE, "{}" },
	{ "[ ]", PRETTY_DONE, "[]" },
	{ "{\"a\":1,\"b\":[true,null,-1.5e+3],\"c\":{}}", PRETTY_DONE,
	    "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    -1.5e+3\n  ],\n  \"c\": {}\n}" },
	{ " {\n \"a\" : \"x, {y}: \\\" [\" } \n", PRETTY_DONE, "{\n  \"a\": \"x, {y}: \\\" [\"\n}" },
	{ "{\"team\":\"bil", PRETTY_INSIDE, "{\n  \"team\": \"bil" },
	{ "{\"a\":1,", PRETTY_INSIDE, "{\n  \"a\": 1," },
	{ "{\"a\":[{\"b\":1},{\"b\":2}]}", PRETTY_DONE,
	    "{\n  \"a\": [\n    {\n      \"b\": 1\n    },\n    {\n      \"b\": 2\n    }\n  ]\n}" },
	{ "```json\n{\"a\":1}\n```\n", PRETTY_DONE, "{\n  \"a\": 1\n}" },
	{ "```\n[1]\n```", PRETTY_DONE, "[\n  1\n]" },
	{ "```js", PRETTY_START, "" },
	{ "Hello", PRETTY_NOT, NULL },
	{ "[1] see the notes", PRETTY_NOT, NULL },
	{ "[link](http://x)", PRETTY_NOT, NULL },
	{ "{\"a\":1} and more", PRETTY_NOT, NULL },
	{ "{\"a\":1}{\"b\":2}", PRETTY_NOT, NULL },
	{ "{a:1}", PRETTY_NOT, NULL },
	{ "{\"a\":truth}", PRETTY_NOT, NULL },
	{ "`code`", PRETTY_NOT, NULL },
	{ "{}`", PRETTY_NOT, NULL },
	{ "42", PRETTY_NOT, NULL },
};

static void check(size_t i, const struct pretty *p, const struct buf *out)
{
	assert_int_equal(p->state, cases[i].state);
	if (cases[i].out != NULL) {
		assert_string_equal(out->len > 0 ? out->s : "", cases[i].out);
	}
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = strlen(cases[i].in);

		for (size_t cut = 0; cut <= len; cut++) {
			struct pretty p = { 0 };
			struct buf out = { 0 };

			pretty_feed(&p, cases[i].in, cut, &out);
			pretty_feed(&p, cases[i].in + cut, len - cut, &out);
			(void)buf_str(&out);
			check(i, &p, &out);
			buf_free(&out);
		}
	}
}

/* Whatever comes, the layout has the bytes of the text but for blanks and fences, and nesting is no danger. */
static void any_bytes(void **state)
{
	struct pretty p = { 0 };
	struct buf out = { 0 };
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char c = "{}[]:,\"\\ 1tnx`"[((seed = seed * 1103515245u + 12345u) >> 16 & 0x7fff) % 14];

		pretty_feed(&p, &c, 1, &out);
		if (p.state == PRETTY_NOT) {
			p = (struct pretty){ 0 };
			buf_clear(&out);
		}
	}
	p = (struct pretty){ 0 };
	buf_clear(&out);
	for (int i = 0; i < 5000; i++) {
		pretty_feed(&p, "[", 1, &out);
	}
	assert_true(out.len < 5000 * 100);
	buf_free(&out);
}

static void names_of_members(void **state)
{
	static const struct {
		const char *line;
		size_t start, len;
	} lines[] = {
		{ "  \"a\": 1", 2, 3 }, { "\"a b\": \"c\"", 0, 5 }, { "    \"a\\\"b\": 1", 4, 6 }, { "  \"only text\",", 0, 0 }, { "  1", 0, 0 }, { "", 0, 0 },
		{ "  \"cut", 0, 0 }, { "\"\\", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		size_t start = 0;

		assert_int_equal(pretty_key(lines[i].line, strlen(lines[i].line), &start), lines[i].len);
		assert_int_equal(start, lines[i].start);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(names_of_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
