#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "prompt/rewrite.h"

#define BEFORE "SYSTEM\nPlease be kind to {{ user.name }}.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ not }}{% endraw %}\n"

static void answers(void **state)
{
	static const struct {
		const char *answer, *script; /* "!": refused, with these words */
	} cases[] = {
		{ "<prompt>\nSYSTEM\nBe kind to {{ user.name }}.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ not }}{% endraw %}\n</prompt>\n",
		    "SYSTEM\nBe kind to {{ user.name }}.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ not }}{% endraw %}\n" },
		{ "Here it is:\n\n<prompt>SYSTEM\n{{user.name}}: kind.{%- for x in xs -%}{{x}} {% endfor %}\nUSER\n{{q}} {% raw %}{{ not }}{% endraw %}</prompt>\nBye",
		    "SYSTEM\n{{user.name}}: kind.{%- for x in xs -%}{{x}} {% endfor %}\nUSER\n{{q}} {% raw %}{{ not }}{% endraw %}\n" },
		{ "<prompt>\nSYSTEM\nBe kind.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ not }}{% endraw %}\n</prompt>", "!lost {{ user.name }}" },
		{ "<prompt>\nSYSTEM\nBe kind to {{ user.name }}.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {{ q }} {% raw %}{{ not }}{% endraw %}\n</prompt>",
		    "!the rewrite has {{ q }}" },
		{ "<prompt>\nSYSTEM\nBe kind to {{ user.name }}.\n{{ x }}{% for x in xs %}-\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ not }}{% endraw %}\n</prompt>",
		    "!the rewrite has x" },
		{ "<prompt>\nSYSTEM\nKind.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {{ user.name }}{% raw %}{{ not }}{% endraw %}\n</prompt>",
		    "!lost {{ user.name }}" },
		{ "<prompt>\nSYSTEM\nBe kind to {{ user.name }}.\n{% for x in xs %}- {{ x }}\n{% endfor %}\nUSER\n{{ q }} {% raw %}{{ }}{% endraw %}\n</prompt>",
		    "!{{ not }}" },
		{ "<prompt>\nBe kind to {{ user.name }}. {{ q }}\n</prompt>", "!other messages" },
		{ "<prompt>\nUSER\n{{ q }}\nSYSTEM\nx\n</prompt>", "!other messages" },
		{ "<prompt>\nSYSTEM\nBe {{ user.name\nUSER\n{{ q }}\n</prompt>", "!cannot be parsed" },
		{ "<prompt>\nSYSTEM\nBe kind to {{ us", "!cut off" },
		{ "<prompt>\n \n</prompt>", "!empty" },
		{ "", "!empty" },
		{ "I cannot do that.", "!other messages" },
		{ "Sure\nSYSTEM\nx\n", "!text before it" },
		{ "<prompt>\nSYSTEM\nx\377\nUSER\ny\n</prompt>", "!UTF-8" },
	};
	struct bundle b;
	struct err e = { 0 };

	(void)state;
	assert_true(bundle_with_script(NULL, BEFORE, strlen(BEFORE), &b, &e));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct optimize o;
		struct buf script = { 0 };
		bool ok = rewrite_take(&b, cases[i].answer, strlen(cases[i].answer), "a model", &o, &e);

		if (ok != (cases[i].script[0] != '!') || (!ok && strstr(e.text, cases[i].script + 1) == NULL)) {
			fail_msg("%s: %s", cases[i].answer, ok ? "taken" : e.text);
		}
		assert_true(ok || e.code == ERR_CHECK);
		if (ok) {
			bundle_script(&o.bundle, &script);
			assert_string_equal(buf_str(&script), cases[i].script);
			assert_int_equal(o.n, 1);
			assert_string_equal(o.changes[0].text, "rewritten by a model");
			optimize_free(&o);
		}
		buf_free(&script);
	}
	bundle_free(&b);
}

/* Its own text as the answer changes nothing; a text keeps its end, whatever the model made of it. */
static void ends(void **state)
{
	static const char *const texts[] = { "a", "a\n", "a\n\n", "</prompt>\n<prompt>\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct bundle b;
		struct optimize o;
		struct buf ask = { 0 };
		struct err e = { 0 };

		assert_true(bundle_from_text(texts[i], strlen(texts[i]), &b, &e));
		assert_true(rewrite_ask(&b, &ask, &e));
		assert_true(rewrite_take(&b, buf_str(&ask), ask.len, "a model", &o, &e));
		assert_string_equal(bundle_part(&o.bundle, 0).text, texts[i]);
		assert_int_equal(o.n, 0);
		optimize_free(&o);
		buf_free(&ask);
		bundle_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
