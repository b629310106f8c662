#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "prompt/optimize.h"

#include "base/mem.h"

static void check(const char *from, const char *to, const char *reasons)
{
	struct bundle b;
	struct optimize o;
	struct err e = { 0 };
	struct buf said = { 0 };

	assert_true(bundle_from_text(from, strlen(from), &b, &e));
	assert_true(optimize_bundle(&b, &o, &e));
	for (size_t i = 0; i < o.n; i++) {
		(void)buf_addf(&said, "%s%d %s", i > 0 ? "|" : "", o.changes[i].line, o.changes[i].rule);
	}
	assert_string_equal(bundle_part(&o.bundle, 0).text, to);
	assert_string_equal(buf_str(&said), reasons);
	buf_free(&said);
	optimize_free(&o);
	bundle_free(&b);
}

static void shortens(void **state)
{
	static const struct {
		const char *from, *to, *reasons;
	} cases[] = {
		{ "Answer in French.\n", "Answer in French.\n", "" },
		{ "Answer  in   French.  \n", "Answer in French.\n", "1 blanks|1 blanks|1 blanks" },
		{ "a\n\n\n\nb\n", "a\n\nb\n", "3 lines" },
		{ "  - keep  indents\n    as they are\n", "  - keep indents\n    as they are\n", "1 blanks" },
		{ "| a  | b |\nx\ty  z\n", "| a  | b |\nx\ty  z\n", "" },
		{ "Please answer in JSON.\n", "Answer in JSON.\n", "1 filler" },
		{ "If unsure, please ask.\n", "If unsure, ask.\n", "1 filler" },
		{ "Never say please to a customer.\n", "Never say please to a customer.\n", "" },
		{ "In order to win, play.\n- please note that time is short\n", "To win, play.\n- time is short\n", "1 filler|2 filler" },
		{ "I want you to act as a judge. It is important to note that rules hold.\n", "Act as a judge. Rules hold.\n", "1 filler|1 filler" },
		{ "It is important that you are polite.\n", "It is important that you are polite.\n", "" },
		{ "Interpleased due to the fact that it rains.\n", "Interpleased because it rains.\n", "1 filler" },
		{ "Always answer in French. Be brief.\nAlways answer in French.\n", "Always answer in French. Be brief.\n", "2 repeat" },
		{ "Do not invent order numbers.\n1. Be brief.\n2. Please do not invent order numbers!\n3. Ask.\n", "Do not invent order numbers.\n1. Be brief.\n3. Ask.\n", "3 repeat" },
		{ "Be brief.\nBe brief.\n", "Be brief.\nBe brief.\n", "" },
		{ "Always answer in good French. Yes. Always answer in good French. No.", "Always answer in good French. Yes. No.", "1 repeat" },
		{ "<example>\nq: 1\n</example>\n<example>\nq: 1\n</example>\nend\n", "<example>\nq: 1\n</example>\nend\n", "4 example" },
		{ "<example> </example>\nend\n", "end\n", "1 example" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check(cases[i].from, cases[i].to, cases[i].reasons);
	}
}

static void leaves_alone(void **state)
{
	static const char *const cases[] = {
		"{{ a  +  b }} {%  if x  %}{#  c  #}\n",
		"{{ \"}}  please note that  it\" }} {% if x == '%}  a  b' %}{{ \"\\\"}}  c\" }}{% endif %}\n",
		"```\nplease  note that\n\n\n\nx  \n```\n",
		"~~~\n```\nplease  answer\n~~~\n",
		"Say \"please  note that it rains in order to win\" and `a  b`.\n",
		"Write ‘in order to’, “due to the fact that”, «prior to», „a  b“ and 'in order to'.\n",
		"> please  answer in order to win\n",
		"{% if a %}Answer the question in French.{% else %}Answer the question in French.{% endif %}\n",
		"Answer the question in French.\n{% if a %}Answer the question in French.{% endif %}\n",
		"Answer {{ x }} in good French.\nAnswer {{ x }} in good French.\n",
		"<example>{{ x }}</example>\n<example>{{ x }}</example>\n",
		"{{ never closed  and  so on\n\n\n\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check(cases[i], cases[i], "");
	}
}

static void messages(void **state)
{
	json_t *v = json_loads("{\"messages\":[{\"role\":\"system\",\"content\":\"Please answer in one word.\"},"
	    "{\"role\":\"user\",\"content\":\"2+2?\"},{\"role\":\"assistant\",\"content\":\"Please answer  in one word.\"},"
	    "{\"role\":\"user\",\"content\":\"2+2?\"},{\"role\":\"assistant\",\"content\":\"Please answer  in one word.\"},"
	    "{\"role\":\"user\",\"content\":\"{{q}}\"}],\"params\":{\"seed\":1},\"tests\":[{\"expect\":\"Please  note\"}]}", 0, NULL);
	struct bundle b;
	struct optimize o;
	struct err e = { 0 };
	struct buf out = { 0 };

	(void)state;
	assert_true(bundle_from_json(v, &b, &e));
	assert_true(optimize_bundle(&b, &o, &e));
	bundle_canonical(&o.bundle, &out);
	/* An answer keeps its words: it is an example. Its blanks go. */
	assert_string_equal(buf_str(&out), "{\"messages\":[{\"content\":\"Answer in one word.\",\"role\":\"system\"},{\"content\":\"2+2?\",\"role\":\"user\"},"
	    "{\"content\":\"Please answer in one word.\",\"role\":\"assistant\"},{\"content\":\"{{q}}\",\"role\":\"user\"}],\"params\":{\"seed\":1},"
	    "\"tests\":[{\"expect\":\"Please  note\"}]}");
	optimize_free(&o);
	bundle_free(&b);
	buf_free(&out);
	json_decref(v);
}

/* Whatever the text, what is protected is there afterwards, in its order, and nothing grows. */
static uint64_t seed;

static size_t below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static void keeps(const char *text, const char *from, const char *to)
{
	const char *p = text;

	for (const char *s = from; (s = strstr(s, "{{")) != NULL;) {
		const char *end = strstr(s, "}}");
		size_t n = end != NULL ? (size_t)(end + 2 - s) : strlen(s);
		const char *found = memmem(p, strlen(p), s, n);

		if (found == NULL) {
			fail_msg("a tag is gone:\n%s\n--\n%s", from, to);
		}
		p = found + n;
		s += n;
	}
}

static void any_text(void **state)
{
	static const char *const pieces[] = { "Please ", "please ", "In order to ", "kindly ", "answer ", "always in good French. ", "  ", "\n", "\n\n\n", "- ", "{{ x }}", "{% if x %}",
		"{% endif %}", "```\n", "\"", "'", "it's ", "é", "<example>", "</example>", "> ", "`", "{{", "due to the fact that ", ", ", "|", "Always answer the call. " };

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		struct buf text = { 0 };
		struct bundle b;
		struct optimize o;
		struct err e = { 0 };
		size_t saved = 0;

		seed = i;
		for (size_t k = below(25) + 1; k > 0; k--) {
			(void)buf_add_str(&text, pieces[below(COUNT_OF(pieces))]);
		}
		assert_true(bundle_from_text(buf_str(&text), text.len, &b, &e));
		assert_true(optimize_bundle(&b, &o, &e));
		for (size_t k = 0; k < o.n; k++) {
			saved += o.changes[k].bytes;
		}
		const struct bundle_part after = bundle_part(&o.bundle, 0);

		assert_int_equal(after.len + saved, text.len);
		assert_int_equal(o.n == 0, strcmp(o.bundle.hash, b.hash) == 0);
		keeps(after.text, buf_str(&text), after.text);
		optimize_free(&o);
		bundle_free(&b);
		buf_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shortens), cmocka_unit_test(leaves_alone), cmocka_unit_test(messages), cmocka_unit_test(any_text) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
