#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "text/yaml_text.h"

#include "base/mem.h"

static const char *const first[] = { "name", "role", NULL };
static const char *const blocks[] = { "content", NULL };
static const struct yaml_style style = { first, blocks };

static void writes(void **state)
{
	static const struct {
		const char *json, *yaml;
	} cases[] = {
		{ "{\"b\": 1, \"a\": 0.7, \"name\": \"x\"}", "name: x\na: 0.7\nb: 1\n" },
		{ "{\"a\": true, \"b\": false, \"c\": null, \"d\": {}, \"e\": []}", "a: true\nb: false\nc: null\nd: {}\ne: []\n" },
		{ "{\"a\": \"true\", \"b\": \"No\", \"c\": \"\", \"d\": \"1\", \"e\": \" x\", \"f\": \"x \"}",
		    "a: \"true\"\nb: \"No\"\nc: \"\"\nd: \"1\"\ne: \" x\"\nf: \"x \"\n" },
		{ "{\"a\": \"---\", \"b\": \"x: y\", \"c\": \"x # y\", \"d\": \"{{x}}\"}", "a: \"---\"\nb: \"x: y\"\nc: \"x # y\"\nd: \"{{x}}\"\n" },
		{ "{\"a\": \"one\\ntwo\\n\", \"b\": \"one\\ntwo\", \"c\": \"one\\n\\n\"}", "a: |\n  one\n  two\nb: |-\n  one\n  two\nc: |+\n  one\n\n" },
		{ "{\"a\": \"  one\\ntwo\", \"b\": \"\\none\"}", "a: |2-\n    one\n  two\nb: |2-\n\n  one\n" },
		{ "{\"a\": \"one \\n \\n\\ttwo\\t\"}", "a: |-\n  one \n   \n  \ttwo\t\n" },
		{ "{\"a\": \"one\\r\\n two\\r\\n\"}", "a: \"one\\r\\n\\\n  \\ two\\r\\n\"\n" },
		{ "{\"a\": \"\\n\", \"b\": \"\\u0001\\u2028\\ufeff\\u007f\"}", "a: \"\\n\"\nb: \"\\x01\\u2028\\uFEFF\\x7F\"\n" },
		{ "{\"messages\": [{\"content\": \"Hi\", \"role\": \"user\"}, {\"a\": 1}]}", "messages:\n  - role: user\n    content: |-\n      Hi\n  - a: 1\n" },
		{ "{\"a\": [1, [2, [3]], {}, {\"x\": {\"z\": 1}}]}", "a:\n  - 1\n  - - 2\n    - - 3\n  - {}\n  - x:\n      z: 1\n" },
		{ "{\"a b\": 1, \"\": 2, \"<<\": 3, \"9\": 4}", "\"\": 2\n\"9\": 4\n\"<<\": 3\na b: 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *v = json_loads(cases[i].json, 0, NULL);
		struct buf out = { 0 };

		assert_non_null(v);
		yaml_text(&out, v, &style);
		assert_string_equal(buf_str(&out), cases[i].yaml);
		json_decref(v);
		buf_free(&out);
	}
}

/* ---- any value comes back ---- */

static uint64_t seed;

static size_t below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/* Pieces that YAML takes to heart. */
static const char *const pieces[] = { " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "---", "...", "a", "word", "# ", ": ", "- ", "? ", "\"", "'", "\\", "|", ">", "{{x}}",
	"{%", "&a", "*a", "!", "%", "@", "`", "[", "]", "{", "}", ",", "null", "~", "1", "1.0", "0x1", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\xc2\x85", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xef\xbb\xbf", "\x01", "\x1b[31m", "\x7f", "\xc2\xa0", "\xef\xbf\xbe", "\xf3\xa0\x81\x81", "<<", "=", "y", "..." };

static json_t *odd_text(void)
{
	struct buf b = { 0 };
	size_t n = below(12);

	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(&b, pieces[below(COUNT_OF(pieces))]);
	}
	if (below(200) == 0) {
		for (size_t i = 0; i < 5000; i++) {
			(void)buf_add_str(&b, "long ");
		}
	}
	json_t *v = json_stringn(buf_str(&b), b.len);

	buf_free(&b);
	return v;
}

static json_t *odd_value(int depth)
{
	static const double reals[] = { 0.1, 1.0, 1e20, -2.5e-300, 0.30000000000000004, 1e300 };
	size_t n = below(4);
	json_t *v;

	switch (depth > 0 ? below(8) : 2 + below(6)) {
	case 0:
		v = json_object();
		for (size_t i = 0; i < n; i++) {
			json_t *key = odd_text();

			(void)json_object_set_new(v, json_string_value(key), odd_value(depth - 1));
			json_decref(key);
		}
		return v;
	case 1:
		v = json_array();
		for (size_t i = 0; i < n; i++) {
			(void)json_array_append_new(v, odd_value(depth - 1));
		}
		return v;
	case 2:
		return json_integer((json_int_t)(seed >> below(60)) * (below(2) ? 1 : -1));
	case 3:
		return json_real(reals[below(COUNT_OF(reals))]);
	case 4:
		return below(3) == 0 ? json_null() : json_boolean(below(2));
	default:
		return odd_text();
	}
}

static void comes_back(const json_t *v)
{
	struct err e = { 0 };
	struct buf out = { 0 }, again = { 0 };

	yaml_text(&out, v, &style);
	struct yaml_node *node = yaml_parse_large("f", buf_str(&out), out.len, &e);
	if (node == NULL) {
		fail_msg("%s\n%s", e.text, buf_str(&out));
	}
	json_t *back = yaml_text_value(node);
	if (!json_equal(back, v)) {
		fail_msg("not the same:\n%s", buf_str(&out));
	}
	yaml_text(&again, back, &style);
	assert_string_equal(buf_str(&out), buf_str(&again));
	json_decref(back);
	yaml_tree_free(node);
	buf_free(&out);
	buf_free(&again);
}

static void any_value_comes_back(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		seed = i;
		json_t *v = json_pack("{s:o, s:o}", "a", odd_value(4), "b", odd_value(4));

		comes_back(v);
		json_decref(v);
	}
}

static void long_texts_come_back(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		(void)buf_add_str(&b, "\"\t\xc3\xa9 ");
	}
	json_t *v = json_pack("{s:s, s:{s:i}}", "text", buf_str(&b), "key", buf_str(&b), 1);
	comes_back(v); /* a key longer than YAML's simple keys, too */
	json_decref(v);
	buf_free(&b);
	b = (struct buf){ 0 };
	for (size_t i = 0; i < 1000000; i++) {
		(void)buf_add_str(&b, "word ");
	}
	v = json_pack("{s:s}", "text", buf_str(&b));
	comes_back(v); /* over 4 MiB in one line */
	json_decref(v);
	buf_free(&b);
}

static void reads_types(void **state)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{ "1", "1" }, { "1.5", "1.5" }, { "-2", "-2" }, { "1e3", "1000.0" }, { "true", "true" }, { "False", "false" }, { "null", "null" },
		{ "~", "null" }, { "", "null" }, { "yes", "\"yes\"" }, { "0x1f", "\"0x1f\"" }, { "007", "\"007\"" }, { "1_000", "\"1_000\"" },
		{ "99999999999999999999", "\"99999999999999999999\"" }, { "'1'", "\"1\"" }, { "2026-01-01", "\"2026-01-01\"" },
		{ "'true'", "\"true\"" }, { "-x", "\"-x\"" }, { "[1, {b: c}]", "[1,{\"b\":\"c\"}]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *yaml = x_asprintf("a: %s\n", cases[i].yaml);
		struct err e = { 0 };
		struct yaml_node *node = yaml_parse("f", yaml, strlen(yaml), &e);

		assert_string_equal(e.text, "");
		json_t *v = yaml_text_value(node);
		char *dump = json_dumps(json_object_get(v, "a"), JSON_COMPACT | JSON_ENCODE_ANY);

		assert_string_equal(dump, cases[i].json);
		free(dump);
		json_decref(v);
		yaml_tree_free(node);
		free(yaml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(writes), cmocka_unit_test(any_value_comes_back), cmocka_unit_test(long_texts_come_back),
		cmocka_unit_test(reads_types) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
