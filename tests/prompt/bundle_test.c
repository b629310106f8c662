#include "prompt/bundle.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool make(const char *json, struct bundle *b, struct err *e)
{
	json_t *v = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(v);
	bool ok = bundle_from_json(v, b, e);

	json_decref(v);
	return ok;
}

static void the_canonical_form_is_one(void **state)
{
	static const struct {
		const char *json, *canonical;
	} cases[] = {
		{ "{\"text\":\"a\"}", "{\"text\":\"a\"}" },
		{ "{\"params\":{},\"tools\":[],\"note\":\"\",\"vars\":null,\"text\":\"a\"}", "{\"text\":\"a\"}" },
		{ "{\"text\":\"a\",\"params\":{\"top_p\":1.0,\"b\":-0.0,\"a\":0.70,\"c\":1e3,\"d\":0.1,\"e\":1e300}}",
		    "{\"params\":{\"a\":0.7,\"b\":0,\"c\":1000,\"d\":0.1,\"e\":1e+300,\"top_p\":1},\"text\":\"a\"}" },
		{ "{\"text\":\"\\u00e9\\n\\u0001/\"}", "{\"text\":\"\xc3\xa9\\n\\u0001/\"}" },
		{ "{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"b\":1,\"a\":[null,true]}]}",
		    "{\"messages\":[{\"a\":[null,true],\"b\":1,\"content\":\"x\",\"role\":\"user\"}]}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bundle b, again;
		struct err e = { 0 };
		struct buf out = { 0 };

		if (!make(cases[i].json, &b, &e)) {
			fail_msg("%s: %s", cases[i].json, e.text);
		}
		bundle_canonical(&b, &out);
		assert_string_equal(buf_str(&out), cases[i].canonical);
		assert_true(make(cases[i].canonical, &again, &e));
		assert_string_equal(again.hash, b.hash);
		bundle_free(&again);
		bundle_free(&b);
		buf_free(&out);
	}
	struct bundle b;

	/* printf %s '{"text":"a"}' | sha256sum */
	assert_true(bundle_from_text("a", 1, &b, NULL));
	assert_string_equal(b.hash, "6193c97585a0f731ce7b500bb69d2476816afb14c8d95ac8e6e865f680e9e438");
	bundle_free(&b);
}

static void what_is_no_prompt_is_told(void **state)
{
	static const struct {
		const char *json, *says;
	} cases[] = {
		{ "[]", "is an object" }, { "{}", "needs messages or a text" }, { "{\"text\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}", "not both" },
		{ "{\"messages\":[]}", "needs messages" }, { "{\"text\":1}", "text of the prompt is no text" }, { "{\"text\":\"a\",\"parms\":{}}", "'parms' is no part" },
		{ "{\"messages\":[{\"role\":\"wizard\",\"content\":\"\"}]}", "messages.0 of the prompt has no role" },
		{ "{\"messages\":[{\"role\":\"user\",\"content\":\"\"},{\"role\":\"user\"}]}", "messages.1 of the prompt has no text" },
		{ "{\"messages\":[7]}", "messages.0 of the prompt is no object" }, { "{\"text\":\"a\",\"tools\":[1]}", "tools.0 of the prompt is no object" },
		{ "{\"text\":\"a\",\"overrides\":{\"openai\":1}}", "overrides.openai of the prompt is no object" },
		{ "{\"text\":\"a\",\"vars\":{\"x\":{\"type\":\"strin\"}}}", "vars.x.type of the prompt is no type" },
		{ "{\"text\":\"a\",\"vars\":{\"x\":{\"type\":7}}}", "vars.x.type" }, { "{\"text\":\"a\",\"tests\":[{}]}", "tests.0 of the prompt has no text" },
		{ "{\"text\":\"a\",\"lock\":{\"b\":\"c\"}}", "lock of the prompt" }, { "{\"text\":\"a\\u0000b\"}", "NUL" }, { "{\"text\":\"a\",\"params\":[1]}", "params of the prompt is no object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bundle b;
		struct err e = { 0 };

		assert_false(make(cases[i].json, &b, &e));
		assert_int_equal(e.code, ERR_TEMPLATE);
		if (strstr(e.text, cases[i].says) == NULL) {
			fail_msg("%s: %s", cases[i].json, e.text);
		}
		assert_null(b.json);
	}
}

static void deep_json_is_refused(void **state)
{
	const int levels[] = { BUNDLE_DEPTH - 1, BUNDLE_DEPTH + 2, 2000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		json_t *v = json_object(), *object = json_object();
		struct bundle b;
		struct err e = { 0 };

		for (int k = 2; k < levels[i]; k++) {
			json_t *outer = json_object();

			(void)json_object_set_new(outer, "a", v);
			v = outer;
		}
		(void)json_object_set_new(v, "b", json_integer(1));
		(void)json_object_set_new(object, "params", v);
		(void)json_object_set_new(object, "text", json_string("a"));
		bool ok = bundle_from_json(object, &b, &e);
		if (ok != (levels[i] < BUNDLE_DEPTH)) {
			fail_msg("%d levels: %s", levels[i], e.text);
		}
		assert_true(ok || strstr(e.text, "levels deep") != NULL);
		bundle_free(&b);
		json_decref(object);
	}
}

static void texts_that_are_no_text_are_refused(void **state)
{
	struct bundle b;
	struct err e = { 0 };

	(void)state;
	assert_false(bundle_from_text("ab\xff", 3, &b, &e));
	assert_non_null(strstr(e.text, "not UTF-8 text (byte 3)"));
	assert_false(bundle_from_text("a\xe2\x82", 3, &b, &e));
	assert_non_null(strstr(e.text, "(byte 2)"));
	assert_false(bundle_from_text("a\0b", 3, &b, &e));
	assert_non_null(strstr(e.text, "NUL character (byte 2)"));

	size_t len = 50u << 20;
	char *paste = x_malloc(len);

	memset(paste, 'x', len);
	assert_false(bundle_from_text(paste, len, &b, &e));
	assert_non_null(strstr(e.text, "larger than 16 MiB"));
	/* Escapes make it longer than it is. */
	memset(paste, '\n', 10u << 20);
	assert_false(bundle_from_text(paste, 10u << 20, &b, &e));
	assert_non_null(strstr(e.text, "larger than 16 MiB"));
	memset(paste, 'x', 10u << 20);
	assert_true(bundle_from_text(paste, 10u << 20, &b, &e));
	bundle_free(&b);
	free(paste);
}

static void a_script_comes_back(void **state)
{
	static const struct {
		const char *json, *script;
	} cases[] = {
		{ "{\"text\":\"Hello {{ x }}\\n\"}", "Hello {{ x }}\n" },
		{ "{\"text\":\"no newline\"}", "no newline" },
		{ "{\"text\":\"SYSTEM\\n\\\\USER\\nSYSTEM \\nSystem\"}", "\\SYSTEM\n\\\\USER\nSYSTEM \nSystem" },
		{ "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"{{ q }}\\n\"}]}",
		    "SYSTEM\nBe brief.\nUSER\n{{ q }}\n\n" },
		{ "{\"messages\":[{\"role\":\"tool\",\"content\":\"\",\"tool_call_id\":\"c1\"},{\"role\":\"assistant\",\"content\":\"USER\"}]}",
		    "TOOL\n\nASSISTANT\n\\USER\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bundle b, back;
		struct err e = { 0 };
		struct buf script = { 0 };

		assert_true(make(cases[i].json, &b, &e));
		bundle_script(&b, &script);
		assert_string_equal(buf_str(&script), cases[i].script);
		if (!bundle_with_script(&b, script.s, script.len, &back, &e)) {
			fail_msg("%s: %s", cases[i].script, e.text);
		}
		assert_string_equal(back.hash, b.hash);
		bundle_free(&back);
		/* An editor's newline at the end of the last message, or none, is the same. */
		if (bundle_part(&b, 0).role[0] != '\0' && bundle_part(&b, bundle_n_parts(&b) - 1).len > 0) {
			size_t len = script.len - 1;

			if (script.s[len - 1] != '\n') {
				assert_true(bundle_with_script(&b, script.s, len, &back, &e));
				assert_string_equal(back.hash, b.hash);
				bundle_free(&back);
			}
		}
		bundle_free(&b);
		buf_free(&script);
	}
}

static void a_script_keeps_the_rest(void **state)
{
	const char *text = "SYSTEM\nnew\nTOOL\nthe answer\nUSER\nq\n", *misplaced = "Hello\nUSER\nq\n";
	struct bundle b, after;
	struct err e = { 0 };
	struct buf out = { 0 };

	(void)state;
	assert_true(make("{\"messages\":[{\"role\":\"system\",\"content\":\"old\",\"name\":\"s\"},{\"role\":\"tool\",\"content\":\"\",\"tool_call_id\":\"c1\"}],"
			 "\"params\":{\"temperature\":0.2},\"note\":\"n\",\"lock\":{\"p\":\"0000000000000000000000000000000000000000000000000000000000000000\"}}",
	    &b, &e));
	assert_true(bundle_with_script(&b, text, strlen(text), &after, &e));
	bundle_canonical(&after, &out);
	assert_string_equal(buf_str(&out),
	    "{\"messages\":[{\"content\":\"new\",\"name\":\"s\",\"role\":\"system\"},{\"content\":\"the answer\",\"role\":\"tool\",\"tool_call_id\":\"c1\"},"
	    "{\"content\":\"q\",\"role\":\"user\"}],\"note\":\"n\",\"params\":{\"temperature\":0.2}}");
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(b.json, "messages"), 0), "content")), "old");
	bundle_free(&after);
	assert_false(bundle_with_script(&b, misplaced, strlen(misplaced), &after, &e));
	assert_non_null(strstr(e.text, "line 2 of the prompt is a role"));
	assert_non_null(strstr(e.hint, "\\USER"));
	assert_true(bundle_with_script(NULL, text, strlen(text), &after, &e));
	assert_int_equal(bundle_n_parts(&after), 3);
	assert_string_equal(bundle_part(&after, 2).role, "user");
	bundle_free(&after);
	bundle_free(&b);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_canonical_form_is_one),
		cmocka_unit_test(what_is_no_prompt_is_told),
		cmocka_unit_test(deep_json_is_refused),
		cmocka_unit_test(texts_that_are_no_text_are_refused),
		cmocka_unit_test(a_script_comes_back),
		cmocka_unit_test(a_script_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
