#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"

#include "base/buf.h"
#include "base/mem.h"

/* The tree as one line: maps {k@line:col=value}, lists [..], quoted scalars 'x'. */
static void dump(const struct yaml_node *n, struct buf *out)
{
	if (n->type == YAML_SCALAR) {
		(void)buf_addf(out, n->is_quoted ? "'%s'@%d:%d" : "%s@%d:%d", n->text, n->line, n->column);
		return;
	}
	(void)buf_add_char(out, n->type == YAML_MAP ? '{' : '[');
	for (size_t i = 0; i < n->n; i++) {
		(void)buf_add_str(out, i > 0 ? " " : "");
		if (n->type == YAML_MAP) {
			(void)buf_addf(out, "%s=", n->keys[i]->text);
		}
		dump(n->items[i], out);
	}
	(void)buf_add_char(out, n->type == YAML_MAP ? '}' : ']');
}

static void parses(void **state)
{
	static const struct {
		const char *yaml, *tree;
	} cases[] = {
		{ "", "{}" },
		{ "# only a comment\n", "{}" },
		{ "---\n", "{}" },
		{ "---\n...\n", "{}" },
		{ "a: 1\nb:\n  - x\n  - \"y\"\n", "{a=1@1:4 b=[x@3:5 'y'@4:5]}" },
		{ "a: {b: {c: d}}", "{a={b={c=d@1:12}}}" },
		{ "a: |\n  one\n  two\n", "{a='one\ntwo\n'@1:4}" },
		{ "a:\nb: ~\n", "{a=@1:3 b=~@2:4}" },
		{ "\"\\u00e9\": \"x\\ty\"", "{\xc3\xa9='x\ty'@1:11}" },
		{ "\xef\xbb\xbf" "a: b\n", "{a=b@1:4}" },
		{ "\xc3\xa9: \xc3\xa9\n", "{\xc3\xa9=\xc3\xa9@1:4}" },
		{ "a: b\r\nc: d\r\n", "{a=b@1:4 c=d@2:4}" },
		{ "- 1\n- 2\n", "[1@1:3 2@2:3]" },
		{ "just text", "just text@1:1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct buf out = { 0 };
		struct yaml_node *n = yaml_parse("f.yaml", cases[i].yaml, strlen(cases[i].yaml), &e);

		assert_string_equal(e.text, "");
		assert_non_null(n);
		dump(n, &out);
		assert_string_equal(buf_str(&out), cases[i].tree);
		yaml_tree_free(n);
		buf_free(&out);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *yaml, *text;
	} cases[] = {
		{ "a: [1", "f.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence" },
		{ "a:\n\tb: 2\n", "f.yaml:2:1: not valid YAML: the line begins with a tab; indent with blanks" },
		{ "a: 1\n b: 2\n", "f.yaml:2:3: not valid YAML: mapping values are not allowed in this context" },
		{ "a: &x 1\n", "f.yaml:1:4: anchors (&name) are not supported; leave it out, or put the value in quotes" },
		{ "a: *x\n", "f.yaml:1:4: aliases (*name) are not supported; write the value out, or put it in quotes" },
		{ "a: !!str 1\n", "f.yaml:1:4: tags (!name) are not supported; leave it out, or put the value in quotes" },
		{ "a: ! x\n", "f.yaml:1:4: tags (!name) are not supported; leave it out, or put the value in quotes" },
		{ "&k a: 1\n", "f.yaml:1:1: anchors (&name) are not supported; leave it out, or put the value in quotes" },
		{ "a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key \"a\" is here twice (first in line 1); keep one of them" },
		{ "? [a, b]\n: 1\n", "f.yaml:1:3: a key must be a plain word or text" },
		{ "a: \"x\\0y\"\n", "f.yaml:1:4: a NUL character cannot be part of a value" },
		{ "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document starts here; keep one" },
		{ "a: 1\nb: x\xff\n", "f.yaml:2:5: invalid leading UTF-8 octet; the file must be UTF-8 text" },
		{ "a: \x01\n", "f.yaml:1:4: control characters are not allowed; the file must be UTF-8 text" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };

		assert_null(yaml_parse("f.yaml", cases[i].yaml, strlen(cases[i].yaml), &e));
		assert_string_equal(e.text, cases[i].text);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(yaml_parse("f.yaml", cases[i].yaml, strlen(cases[i].yaml), NULL));
	}
}

static void has_limits(void **state)
{
	struct err e = { 0 };
	struct buf b = { 0 };

	(void)state;
	for (int depth = 32; depth <= 33; depth++) {
		buf_clear(&b);
		for (int i = 0; i < depth; i++) {
			(void)buf_add_char(&b, '[');
		}
		for (int i = 0; i < depth; i++) {
			(void)buf_add_char(&b, ']');
		}
		struct yaml_node *n = yaml_parse("f.yaml", b.s, b.len, &e);
		assert_int_equal(n != NULL, depth == 32);
		yaml_tree_free(n);
	}
	assert_string_equal(e.text, "f.yaml:1:33: nested deeper than 32 levels");
	buf_clear(&b);
	while (b.len <= (4 << 20)) {
		(void)buf_add_str(&b, "# a comment of no use to anybody at all, but it does take up a lot of place here\n");
	}
	assert_null(yaml_parse("f.yaml", b.s, b.len, &e));
	assert_string_equal(e.text, "f.yaml:1:1: larger than 4 MiB");
	/* Many keys: finding repeats must not take quadratic time. */
	buf_clear(&b);
	for (int i = 0; i < 100000; i++) {
		(void)buf_addf(&b, "key%d: 1\n", i);
	}
	struct yaml_node *n = yaml_parse("f.yaml", b.s, b.len, &e);
	assert_non_null(n);
	assert_int_equal(n->n, 100000);
	yaml_tree_free(n);
	buf_free(&b);
}

static void on_repeat(void *ctx, int line, int column, const struct err *e)
{
	(void)buf_addf(ctx, "%d:%d %s\n", line, column, e->text);
}

static void repeats_are_told(void **state)
{
	static const char yaml[] = "a: 1\nb: {c: 1, c: [2, {x: 1, x: 2}]}\na: 3\nd: 4\n";
	struct err e = { 0 };
	struct buf told = { 0 }, out = { 0 };
	struct yaml_node *n = yaml_parse_lenient("f", yaml, strlen(yaml), on_repeat, &told, &e);

	(void)state;
	assert_non_null(n);
	dump(n, &out);
	assert_string_equal(buf_str(&out), "{a=1@1:4 b={c=1@2:8} d=4@4:4}");
	assert_string_equal(buf_str(&told),
	    "2:11 f:2:11: the key \"c\" is here twice (first in line 2); keep one of them\n"
	    "2:25 f:2:25: the key \"x\" is here twice (first in line 2); keep one of them\n"
	    "3:1 f:3:1: the key \"a\" is here twice (first in line 1); keep one of them\n");
	yaml_tree_free(n);
	buf_free(&told);
	buf_free(&out);
}

static void gets(void **state)
{
	struct yaml_node *n = yaml_parse("f", "a: 1\nb: [x]\n", 12, NULL);

	(void)state;
	assert_string_equal(yaml_get(n, "a")->text, "1");
	assert_null(yaml_get(n, "c"));
	assert_null(yaml_get(yaml_get(n, "a"), "a"));
	assert_null(yaml_get(yaml_get(n, "b"), "x"));
	assert_null(yaml_get(NULL, "x"));
	yaml_tree_free(n);
	yaml_tree_free(NULL);
}

/* Every prefix of a text that uses all of the grammar: no crash, no leak, a place in each error. */
static void cut_anywhere(void **state)
{
	static const char yaml[] = "%YAML 1.1\n---\na: 'x'\nb:\n  - \"y\\n\"\n  - {c: d, e: [f]}\ng: >-\n  fold\n  ed\nh: &a *b\n...\n";

	(void)state;
	for (size_t len = 0; len < sizeof(yaml); len++) {
		struct err e = { 0 };
		char *copy = x_strndup(yaml, len);
		struct yaml_node *n = yaml_parse("f", copy, len, &e);

		assert_true(n != NULL || strncmp(e.text, "f:", 2) == 0);
		yaml_tree_free(n);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),    cmocka_unit_test(refuses), cmocka_unit_test(has_limits), cmocka_unit_test(repeats_are_told),
		cmocka_unit_test(gets),      cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
