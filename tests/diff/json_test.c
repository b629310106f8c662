#include "diff/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "tests/diff/json_check.h"

static char *picture(const struct json_diff *d)
{
	static const char signs[] = { [JSON_OP_CHANGE] = '!', [JSON_OP_ADD] = '+', [JSON_OP_REMOVE] = '-', [JSON_OP_REORDER] = '~' };
	struct buf out = { 0 };

	for (size_t i = 0; i < d->n; i++) {
		const struct json_change *c = &d->changes[i];
		char *a = c->a != NULL ? json_diff_text(c->a) : x_strdup(""), *b = c->b != NULL ? json_diff_text(c->b) : x_strdup("");

		(void)buf_addf(&out, "%s%c%s %s>%s", i > 0 ? "; " : "", signs[c->op], c->path, a, b);
		free(a);
		free(b);
	}
	return buf_take(&out);
}

static void test_table(void **state)
{
	static const struct {
		const char *name, *a, *b, *diff;
	} cases[] = {
		{ "equal", "{\"a\":[1,2]}", "{\"a\": [1, 2]}", "" },
		{ "members in another order are equal", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "" },
		{ "a member", "{\"temperature\":0.2}", "{\"temperature\":0.7}", "!temperature 0.2>0.7" },
		{ "added and removed", "{\"a\":1}", "{\"b\":1}", "-a 1>; +b >1" },
		{ "deep", "{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":{\"b\":{\"c\":2}}}", "!a.b.c 1>2" },
		{ "of another type", "{\"a\":{\"b\":1}}", "{\"a\":[1]}", "!a {\"b\":1}>[1]" },
		{ "integer and real are two types", "{\"a\":1}", "{\"a\":1.0}", "!a 1>1.0" },
		{ "null is a value", "{\"a\":null}", "{}", "-a null>" },
		{ "the whole", "[1]", "{}", "! [1]>{}" },
		{ "a name that is no word", "{\"a b\":1,\"\":2}", "{\"a b\":2,\"\":3}", "![\"a b\"] 1>2; ![\"\"] 2>3" },
		{ "an item gone", "[1,2,3]", "[1,3]", "-[1] 2>" },
		{ "an item new", "[1,3]", "[1,2,3]", "+[1] >2" },
		{ "an item changed", "[1,{\"x\":1},3]", "[1,{\"x\":2},3]", "![1].x 1>2" },
		{ "items by name", "[{\"name\":\"p\",\"v\":1},{\"name\":\"q\",\"v\":1}]", "[{\"name\":\"q\",\"v\":2}]",
			"-[name=p] {\"name\":\"p\",\"v\":1}>; ![name=q].v 1>2" },
		{ "tools by the name of their function", "{\"tools\":[{\"function\":{\"name\":\"f\",\"p\":1}}]}", "{\"tools\":[{\"function\":{\"name\":\"f\",\"p\":2}}]}",
			"!tools[function.name=f].function.p 1>2" },
		{ "an identity that is no word", "[{\"id\":\"a].b\",\"v\":1}]", "[{\"id\":\"a].b\",\"v\":2}]", "![id=\"a].b\"].v 1>2" },
		{ "in another order", "[{\"id\":\"p\"},{\"id\":\"q\"}]", "[{\"id\":\"q\"},{\"id\":\"p\"}]",
			"~ [{\"id\":\"p\"},{\"id\":\"q\"}]>[{\"id\":\"q\"},{\"id\":\"p\"}]" },
		{ "one more in front is no other order", "[{\"id\":\"p\"}]", "[{\"id\":\"q\"},{\"id\":\"p\"}]", "+[id=q] >{\"id\":\"q\"}" },
		{ "a name twice tells nothing apart", "[{\"role\":\"u\",\"c\":1},{\"role\":\"u\",\"c\":2}]", "[{\"role\":\"u\",\"c\":2}]",
			"-[0] {\"role\":\"u\",\"c\":1}>" },
		{ "empty arrays", "{\"a\":[]}", "{\"a\":[{\"id\":\"p\"}]}", "+a[0] >{\"id\":\"p\"}" },
		{ "a NUL in a text", "{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\\u0000z\"}", "!a \"x\\u0000y\">\"x\\u0000z\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *a = json_loads(cases[i].a, JSON_ALLOW_NUL, NULL), *b = json_loads(cases[i].b, JSON_ALLOW_NUL, NULL);
		struct json_diff d;

		assert_true(a != NULL && b != NULL);
		json_diff_make(&d, a, b);
		char *shown = picture(&d);
		if (strcmp(shown, cases[i].diff) != 0) {
			fail_msg("%s: %s", cases[i].name, shown);
		}
		free(shown);
		json_diff_free(&d);
		json_decref(a);
		json_decref(b);
	}
}

static void test_random(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[96];

		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (uint8_t)hash_mix(seed++);
		}
		struct json_source in = { bytes, sizeof(bytes) };
		json_t *a = json_made(&in, NULL, 4), *b = json_made(&in, a, 4);
		struct json_diff d;

		json_diff_make(&d, a, b);
		const char *wrong = json_diff_check(a, b, &d);
		if (wrong != NULL) {
			fail_msg("round %d: %s: %s", round, wrong, picture(&d));
		}
		json_diff_free(&d);
		json_decref(a);
		json_decref(b);
	}
}

/* Levels of hostile JSON: arrays in arrays, as deep as can be read. The path ends where it would be too long to be shown. */
static void test_deep(void **state)
{
	enum { DEPTH = 2000 };
	json_t *side[2];
	struct json_diff d;

	(void)state;
	for (int i = 0; i < 2; i++) {
		side[i] = json_integer(i);
		for (int k = 0; k < DEPTH; k++) {
			json_t *outer = json_array();

			json_array_append_new(outer, side[i]);
			json_array_append_new(outer, json_string("beside"));
			side[i] = outer;
		}
	}
	json_diff_make(&d, side[0], side[1]);
	assert_int_equal(d.n, 1);
	assert_in_range(strlen(d.changes[0].path), 512, 520);
	assert_null(json_diff_check(side[0], side[1], &d));
	json_diff_free(&d);
	json_decref(side[0]);
	json_decref(side[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
