#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "prompt/file.h"

#include "base/mem.h"
#include "prompt/import.h"

static bool read_file(const char *text, size_t len, struct import *im, struct err *e)
{
	const struct import_source s = { .path = "p.yaml", .name = "p", .text = text, .len = len };

	return import_read(&s, NULL, im, e);
}

static void reads_well(void **state)
{
	static const char json[] =
	    "{\"messages\":[{\"role\":\"system\",\"content\":\"You triage tickets for {{product}}.\\nReply with ONE JSON object.\"},"
	    "{\"role\":\"user\",\"content\":\"{{ticket.body}}\"}],\"params\":{\"temperature\":0.2,\"stop\":[\"END\"]},"
	    "\"overrides\":{\"anthropic\":{\"max_tokens\":400}},\"note\":\"tighter\",\"vars\":{\"product\":{\"type\":\"string\",\"default\":\"Atlas\"}},"
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}],"
	    "\"response_schema\":{\"type\":\"object\",\"properties\":{\"team\":{\"type\":\"string\"}},\"required\":[\"team\"]},"
	    "\"tests\":[{\"name\":\"one\",\"vars\":{\"product\":\"B\"},\"expect\":\"You triage\"}]}";
	static const char file[] =
	    "name: support/triage\n"
	    "labels:\n"
	    "  - production\n"
	    "note: tighter\n"
	    "params:\n"
	    "  stop:\n"
	    "    - END\n"
	    "  temperature: 0.2\n"
	    "overrides:\n"
	    "  anthropic:\n"
	    "    max_tokens: 400\n"
	    "vars:\n"
	    "  product:\n"
	    "    type: string\n"
	    "    default: Atlas\n"
	    "tools:\n"
	    "  - type: function\n"
	    "    function:\n"
	    "      name: look_up\n"
	    "      parameters:\n"
	    "        type: object\n"
	    "        properties: {}\n"
	    "response_schema:\n"
	    "  type: object\n"
	    "  properties:\n"
	    "    team:\n"
	    "      type: string\n"
	    "  required:\n"
	    "    - team\n"
	    "messages:\n"
	    "  - role: system\n"
	    "    content: |-\n"
	    "      You triage tickets for {{product}}.\n"
	    "      Reply with ONE JSON object.\n"
	    "  - role: user\n"
	    "    content: |-\n"
	    "      {{ticket.body}}\n"
	    "tests:\n"
	    "  - name: one\n"
	    "    vars:\n"
	    "      product: B\n"
	    "    expect: |-\n"
	    "      You triage\n";
	json_t *v = json_loads(json, 0, NULL), *labels = json_pack("[s]", "production");
	struct bundle b;
	struct buf out = { 0 };
	struct import im;
	struct err e = { 0 };

	(void)state;
	assert_true(bundle_from_json(v, &b, &e));
	prompt_file(&out, "support/triage", labels, b.json);
	assert_string_equal(buf_str(&out), file);
	assert_true(read_file(buf_str(&out), out.len, &im, &e));
	assert_string_equal(im.format, "sonde");
	assert_int_equal(im.n, 1);
	assert_string_equal(im.prompts[0].name, "support/triage");
	assert_string_equal(im.prompts[0].bundle.hash, b.hash);
	assert_true(json_equal(im.prompts[0].labels, labels));
	import_free(&im);
	bundle_free(&b);
	buf_free(&out);
	json_decref(v);
	json_decref(labels);
}

/* ---- lossless: file -> bundle -> file and bundle -> file -> bundle ---- */

static uint64_t seed;

static size_t below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static json_t *odd_text(void)
{
	static const char *const pieces[] = { "trailing  ", "  leading", "\ttab\t", "\n", "\n\n\n", "\r\n", "\r", "---", "--- |", "...", "{{x}}", "{% if x %}", "{# c #}",
		"key: value", "# heading", "- item", "\"", "'", "\\", "%YAML 1.1", "\xe4\xb8\xad\xe6\x96\x87", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "\xc2\x85", "\xe2\x80\xa8",
		"\xef\xbb\xbf", "\x1b[2J", "\x7f", " ", "\xcc\x81", "word" };
	struct buf b = { 0 };
	size_t n = below(14);

	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(&b, pieces[below(COUNT_OF(pieces))]);
		(void)buf_add_str(&b, below(3) == 0 ? "\n" : "");
	}
	if (below(500) == 0) {
		for (size_t i = 0; i < 20000; i++) {
			(void)buf_add_str(&b, "a very long line ");
		}
	}
	json_t *v = json_stringn(buf_str(&b), b.len);

	buf_free(&b);
	return v;
}

static json_t *odd_prompt(void)
{
	static const char *const roles[] = { "system", "user", "assistant", "developer", "tool" };
	json_t *v = json_object(), *messages = json_array();
	size_t n = 1 + below(4);

	for (size_t i = 0; i < n; i++) {
		(void)json_array_append_new(messages, json_pack("{s:s, s:o}", "role", roles[below(COUNT_OF(roles))], "content", odd_text()));
	}
	if (below(3) == 0) {
		(void)json_object_set_new(v, "text", odd_text());
		json_decref(messages);
	} else {
		(void)json_object_set_new(v, "messages", messages);
	}
	if (below(2) == 0) {
		(void)json_object_set_new(v, "note", odd_text());
		(void)json_object_set_new(v, "params", json_pack("{s:f, s:i, s:[o,o]}", "temperature", (double)below(200) / 100, "seed", (int)below(1000), "stop",
		    odd_text(), odd_text()));
	}
	if (below(2) == 0) {
		json_t *vars = json_object(), *name = odd_text();

		(void)json_object_set_new(vars, json_string_value(name), json_pack("{s:s, s:o, s:o}", "type", "string", "default", odd_text(), "description", odd_text()));
		(void)json_object_set_new(v, "vars", vars);
		(void)json_object_set_new(v, "tests", json_pack("[{s:{s:o}, s:o}]", "vars", "x", odd_text(), "expect", odd_text()));
		json_decref(name);
	}
	return v;
}

static void lossless(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		struct bundle b;
		struct buf file = { 0 }, again = { 0 };
		struct import im;
		struct err e = { 0 };

		seed = i;
		json_t *v = odd_prompt();

		assert_true(bundle_from_json(v, &b, &e));
		prompt_file(&file, "a/b", NULL, b.json);
		if (!read_file(buf_str(&file), file.len, &im, &e)) {
			fail_msg("%d: %s\n%s", (int)i, e.text, buf_str(&file));
		}
		if (strcmp(im.prompts[0].bundle.hash, b.hash) != 0) {
			fail_msg("%d: another bundle:\n%s", (int)i, buf_str(&file));
		}
		prompt_file(&again, im.prompts[0].name, NULL, im.prompts[0].bundle.json);
		assert_string_equal(buf_str(&again), buf_str(&file));
		import_free(&im);
		bundle_free(&b);
		buf_free(&file);
		buf_free(&again);
		json_decref(v);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *file, *text;
	} cases[] = {
		{ "messages:\n  - role: user\n    content: \"a\\0b\"\n", "p.yaml:3:14: a NUL character cannot be part of a value" },
		{ "messages:\n  - role: boss\n    content: x\n", "p.yaml:2: messages.0 of the prompt has no role that there is" },
		{ "text: x\nparams: [1]\n", "p.yaml:2: params of the prompt is no object" },
		{ "text: x\nvars:\n  a:\n    type: strin\n", "p.yaml:4: vars.a.type of the prompt is no type" },
		{ "text: x\nmesages: []\n", "p.yaml: 'mesages' is no part of a prompt" },
		{ "text: x\nname: [a]\n", "p.yaml:2: name must be a text" },
		{ "text: x\nlabels:\n  - [a]\n", "p.yaml:3: labels must be a list of names" },
		{ "text: x\nlabels: production\n", "p.yaml:2: labels must be a list of names" },
		{ "text: [1\n", "p.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence" },
		{ "text: x\n---\ntext: y\n", "p.yaml:2:1: a second document starts here; keep one" },
		{ "", "p.yaml: the file is empty" },
		{ " \n\n", "p.yaml: the file is empty" },
		{ "text: x\n\xff\n", "p.yaml:2: not UTF-8 text; convert it first, for example with iconv" },
		{ "name: x\n", "p.yaml:1: no prompt: a file of sonde has messages or text, a template of llm has prompt or system" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct import im;
		struct err e = { 0 };

		assert_false(read_file(cases[i].file, strlen(cases[i].file), &im, &e));
		assert_string_equal(e.text, cases[i].text);
		assert_int_equal(e.code, ERR_CHECK);
	}
	struct import im;
	struct err e = { 0 };

	assert_false(read_file("text: a\n\0b", 10, &im, &e));
	assert_string_equal(e.text, "p.yaml:2: a NUL character; a prompt is text");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_well), cmocka_unit_test(lossless), cmocka_unit_test(refuses) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
