#include "template/prefix.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

static bool include(void *ctx, const char *name, struct buf *text)
{
	(void)ctx;
	return strcmp(name, "tone") == 0 ? buf_add_str(text, "Be {{ how | default(\"kind\") }}.") : strcmp(name, "rule") == 0 && buf_add_str(text, "No lies.");
}

/* The text, then "!" when that is all, else "@" and the place of what ended it. */
static void test_prefix(void **state)
{
	static const struct {
		const char *template, *prefix;
	} cases[] = {
		{ "", "!" },
		{ "all of it\n", "all of it\n!" },
		{ "Hello {{ name }}, you", "Hello @1:10" },
		{ "{# said of {{ name }} #}\nHello\n{{ name }}", "\nHello\n@3:4" },
		{ "a{% set x = \"b\" %}{{ x }}{{ 1 + 2 }}{{ y }}", "ab3@1:40" },
		{ "a {{ x | default(\"b\") }}", "a @1:6" },
		{ "a {% if x is defined %}b{% endif %}", "a @1:6" },
		{ "a {{ vars.x }}", "a @1:6" },
		{ "{% for i in [1, 2] %}{{ i }},{% endfor %}{% for i in xs %}", NULL },
		{ "{% for i in [1, 2] %}{{ i }},{% endfor %}{% for i in xs %}{{ i }}{% endfor %}", "1,2,@1:45" },
		{ "{% raw %}{{ x }}{% endraw %} - {{- x }}", "{{ x }} -@1:36" },
		{ "{% include \"rule\" %} {% include \"tone\" %} End.", "No lies. Be @1:25" },
		{ "{% include \"none\" %}", "@1:4" },
		{ "{{ 1 / 0 }}", "@1:4" },
	};
	const struct template_env env = { .include = include };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct template_error why;
		struct template_prefix p;
		struct template *t = template_parse("", cases[i].template, strlen(cases[i].template), &why);
		size_t line, column;

		assert_true((t == NULL) == (cases[i].prefix == NULL));
		if (t == NULL) {
			continue;
		}
		template_prefix(t, &env, &p);
		template_prefix_place(t, &p, p.text.len, &line, &column);
		if (p.is_whole) {
			(void)buf_add_str(&p.text, "!");
		} else {
			(void)buf_addf(&p.text, "@%zu:%zu", line, column);
		}
		if (strcmp(buf_str(&p.text), cases[i].prefix) != 0) {
			fail_msg("%s: %s", cases[i].template, buf_str(&p.text));
		}
		template_prefix_free(&p);
		template_free(t);
	}
}

/* Each byte of the text leads back to the character of the template that it is. */
static void test_places(void **state)
{
	static const char source[] = "{# x #}one\n{% raw %}tw\xc3\xb6{% endraw %}\n{{- \"<\" }}\nthree {{ x }}";
	struct template_error why;
	struct template_prefix p;
	struct template *t = template_parse("", source, sizeof(source) - 1, &why);

	(void)state;
	template_prefix(t, &(struct template_env){ .is_lenient = false }, &p);
	assert_string_equal(buf_str(&p.text), "one\ntw\xc3\xb6<\nthree ");
	static const struct {
		size_t at, line, column;
	} places[] = { { 0, 1, 8 }, { 2, 1, 10 }, { 4, 2, 10 }, { 6, 2, 12 }, { 8, 3, 5 }, { 10, 4, 1 }, { 12, 4, 3 }, { 16, 4, 10 } };

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		size_t line, column;

		template_prefix_place(t, &p, places[i].at, &line, &column);
		assert_int_equal(line * 100 + column, places[i].line * 100 + places[i].column);
	}
	template_prefix_free(&p);
	template_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
