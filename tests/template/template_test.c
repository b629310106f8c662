#include "template/template.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/template/template_check.h"

static json_t *vars;

static int setup(void **state)
{
	(void)state;
	vars = json_loads("{\"x\": \"a\\u00e9\\ud83d\\ude00b\", \"n\": 7, \"r\": 2.0, \"big\": 9007199254740993, \"z\": null, \"code\": \"{{ n }}\","
			  " \"xs\": [3, 1, 2], \"o\": {\"b\": 1, \"a\": 2}, \"a b\": \"odd\", \"lines\": \"a\\r\\n\\r\\nb\","
			  " \"us\": [{\"n\": \"b\", \"k\": {\"v\": 2}}, {\"n\": \"A\", \"k\": {\"v\": 1}}, {\"n\": \"b\", \"k\": {\"v\": 3}}]}", 0, NULL);
	return vars == NULL;
}

static int teardown(void **state)
{
	(void)state;
	json_decref(vars);
	return 0;
}

static bool include(void *ctx, const char *name, struct buf *text)
{
	(void)ctx;
	if (strcmp(name, "broken") == 0) {
		return buf_add_str(text, "line\n{{ n | nope }}");
	}
	if (strncmp(name, "deep", 4) == 0) { /* deep1 includes deep2, and so on */
		return buf_addf(text, "{%% include \"deep%d\" %%}", atoi(name + 4) + 1);
	}
	return strcmp(name, "part") == 0 && buf_add_str(text, "{% set n = 0 %}<{{ n }}{{ xs[0] }}>");
}

static bool render(const char *text, size_t len, bool is_lenient, struct buf *out, struct template_error *e)
{
	struct template_env env = { .is_lenient = is_lenient, .include = include };
	struct template *t = template_parse("main", text, len, e);
	bool ok = t != NULL && template_render(t, vars, &env, out, e);

	template_free(t);
	return ok;
}

static void test_texts(void **state)
{
	static const struct {
		const char *template, *text;
	} cases[] = {
		{ "{ {x} $x {{ n }}}} }}", "{ {x} $x 7}} }}" },
		{ "{{ \"}}\" }}{{ '%}' }}", "}}%}" },
		{ "{{ {\"a\": {\"b\": 1}} }}", "{\"a\":{\"b\":1}}" },
		{ "{{ code }}", "{{ n }}" },                      /* never rendered again */
		{ "{{ vars[\"a b\"] }}", "odd" },
		{ "{{ big }} {{ r }} {{ 1e16 }} {{ 0.1 + 0.2 }} {{ 1e-5 }}", "9007199254740993 2.0 1e+16 0.30000000000000004 1e-05" },
		{ "{{ 6 / 2 }} {{ 6.0 / 2 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 2 ** -1 }} {{ 7.5 // 2 }}", "3 3.0 -4 2 0.5 3.0" },
		{ "{{ 1 == 1.0 }} {{ \"1\" == 1 }} {{ true == 1 }} {{ big == 9007199254740992.0 }}", "true false false false" },
		{ "{{ [1, {\"a\": 2}] == [1.0, {\"a\": 2}] }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }}", "true true false" },
		{ "{{ 0 or \"d\" }}{{ 1 and \"e\" }}{{ \"\" and 1 }}", "de" },
		{ "{{ x[-1] }}{{ x[1] }}{{ x[::-1] }}{{ x[1:3] }}", "b\xc3\xa9" "b\xf0\x9f\x98\x80\xc3\xa9" "a\xc3\xa9\xf0\x9f\x98\x80" },
		{ "{{ xs[::2] }}{{ xs[5:] }}{{ xs[-2:] }}{{ xs[::-1] }}", "[3,2][][1,2][2,1,3]" },
		{ "{% for k in o %}{{ k }}{% endfor %}{% for k, v in o %}{{ k }}{{ v }}{% endfor %}", "bab1a2" },
		{ "{% for c in x %}{{ c }}.{% endfor %}", "a.\xc3\xa9.\xf0\x9f\x98\x80.b." },
		{ "{% for i in xs if i > 5 %}{% else %}none{% endfor %}", "none" },
		{ "{% for i in xs if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% endfor %}", "1/2:3 2/2:2 " },
		{ "{% for i in xs %}{{ loop.previtem | d(0) }}<{{ loop.nextitem if not loop.last }};{% endfor %}", "0<1;3<2;1<;" },
		{ "{% for i in xs %}{% for j in xs %}{{ loop.depth }}{% endfor %}{{ loop.revindex0 }}{% endfor %}", "222222212220" },
		{ "{% set ns = namespace(n=0) %}{% for i in xs %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6" },
		{ "{% set a, b = [1, 2] %}{{ b }}{{ a }}{% set t %}<{{ a }}>{% endset %}{{ t | length }}", "213" },
		{ "{% include \"part\" %}{{ n }}{% include \"none\" ignore missing %}", "<03>7" },
		{ "a {%- raw -%} {{ }} {%- endraw -%} b{% verbatim %}{%{% endverbatim %}", "a{{ }}b{%" },
		{ "{{ n is divisibleby 7 }}{{ n is not even }}{{ n is in [7] }}{{ n is in ((1, 2)) }}", "truetruetruefalse" },
		{ "{{ us | map(attribute=\"k.v\") | sum }}{{ us | sort(attribute=\"n\") | map(attribute=\"n\") | join }}", "6Abb" },
		/* However many digits: no list has such an index. */
		{ "{{ [us] | map(attribute=\"99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999\") | map(\"default\", \"no\") | join }}{{ [[7]] | map(attribute=\"0\") | join }}", "no7" },
		{ "{{ us | unique(attribute=\"n\") | length }}{{ [1, 1.0, \"1\", \"A\", \"a\"] | unique }}", "2[1,\"1\",\"A\"]" },
		{ "{{ us | selectattr(\"n\", \"eq\", \"b\") | map(attribute=\"k.v\") | list }}", "[2,3]" },
		{ "{{ xs | sort }}{{ xs | sort(reverse=true) }}{{ xs | max }}{{ o | dictsort }}", "[1,2,3][3,2,1]3[[\"a\",2],[\"b\",1]]" },
		{ "{{ xs | batch(2, 0) }}{{ xs | reverse }}{{ \"ab\" | reverse }}{{ xs | map(\"string\") | join(\"+\") }}", "[[3,1],[2,0]][2,1,3]ba3+1+2" },
		{ "{{ 2.345 | round(2) }} {{ 2.5 | round }} {{ 7 | round }} {{ 1.1 | round(0, \"ceil\") }} {{ -1.1 | round(0, \"floor\") }}",
		    "2.35 3.0 7 2.0 -2.0" },
		{ "{{ \"12\" | int }} {{ \"3.9\" | int }} {{ \"x\" | int(5) }} {{ \"1e3\" | float }} {{ \"0x1\" | int }}", "12 3 5 1000.0 0" },
		{ "{{ \"hello big world again\" | truncate(10) }}|{{ x | truncate(3, true, \"\") }}", "hello...|a\xc3\xa9\xf0\x9f\x98\x80" },
		{ "{{ lines | indent(2, true) }}", "  a\r\n\r\n  b" },
		{ "{{ o | tojson(indent=1) }}", "{\n \"b\": 1,\n \"a\": 2\n}" },
		{ "{{ \"<a & 'b'>\" | e }}{{ \"a b/\\u00e9\" | urlencode }}", "&lt;a &amp; &#39;b&#39;&gt;a%20b/%C3%A9" },
		{ "{{ \"x </Doc> < / doc\" | quote_block(\"doc\") }}", "<doc>\nx &lt;/Doc> &lt; / doc\n</doc>" },
		{ "{{ \"a,b,,c\".split(\",\") }}{{ \" a  b \".split() }}{{ \"a b c\".split(\" \", 1) }}", "[\"a\",\"b\",\"\",\"c\"][\"a\",\"b\"][\"a\",\"b c\"]" },
		{ "{{ \"banana\".count(\"an\") }}{{ \"banana\".index(\"n\") }}{{ xs.index(2) }}{{ o.get(\"q\") }}{{ o.get(\"a\") }}", "2222" },
		{ "{{ \"{\\\"a\\\": [1, null]}\" | fromjson }}{{ \"-\" * 3 }}{{ [1] + [2] }}", "{\"a\":[1,null]}---[1,2]" },
		{ "{{ z }}{{ z | default(\"d\") }}{{ z or \"e\" }}{{ q | default(\"f\") }}{{ q.a.b | d }}{{ q is defined }}", "effalse" },
		{ "{{ \"a-b c\" | title }}{{ \"\\u00e9A\" | capitalize }}{{ \"stra\\u00dfe\" | upper }}{{ \"it's\" | wordcount }}", "A-B C\xc3\x89" "aSTRASSE2" },
		{ "{{ range(5, 0, -2) }}{{ range(9223372036854775806, 9223372036854775807) }}", "[5,3,1][9223372036854775806]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct template_error e;
		struct buf out = { 0 };
		bool ok = render(cases[i].template, strlen(cases[i].template), false, &out, &e);

		if (!ok || strcmp(buf_str(&out), cases[i].text) != 0) {
			fail_msg("%s: %s %s", cases[i].template, buf_str(&out), e.message);
		}
		buf_free(&out);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *template;
		enum template_error_kind kind;
		size_t line, column;
		const char *hint; /* part of it; NULL: none is asked for */
	} cases[] = {
		{ "a\n\xc3\xa9 {{ q }}", TEMPLATE_UNDEFINED, 2, 6, NULL },
		{ "{{ o.b.c }}", TEMPLATE_UNDEFINED, 1, 4, NULL },
		{ "{{ z.a }}", TEMPLATE_UNDEFINED, 1, 4, NULL },
		{ "{{ nn }}{{ us }}", TEMPLATE_UNDEFINED, 1, 4, "did you mean n?" },
		{ "{% if q %}{% endif %}", TEMPLATE_UNDEFINED, 1, 7, NULL },
		{ "{% for i in q %}{% endfor %}", TEMPLATE_UNDEFINED, 1, 13, NULL },
		{ "{{ q ~ 1 }}", TEMPLATE_UNDEFINED, 1, 4, NULL },
		{ "{{ n | uper }}", TEMPLATE_UNKNOWN_FILTER, 1, 8, "did you mean upper?" },
		{ "{{ n is evn }}", TEMPLATE_UNKNOWN_TEST, 1, 9, "did you mean even?" },
		{ "{% fro i in xs %}", TEMPLATE_SYNTAX, 1, 4, "did you mean for?" },
		{ "{{ xs.lenght() }}", TEMPLATE_SYNTAX, 1, 7, NULL },
		{ "{{ rnge(3) }}", TEMPLATE_SYNTAX, 1, 4, "did you mean range?" },
		{ "x\n\n  {{ a ", TEMPLATE_SYNTAX, 3, 3, NULL },
		{ "x {# a", TEMPLATE_SYNTAX, 1, 3, NULL },
		{ "x {% raw %}{{", TEMPLATE_SYNTAX, 1, 3, NULL },
		{ "{{ \"abc }}", TEMPLATE_SYNTAX, 1, 4, NULL },
		{ "{% if n %}{% for i in xs %}{% endif %}", TEMPLATE_SYNTAX, 1, 31, NULL },
		{ "a{% for i in xs %}", TEMPLATE_SYNTAX, 1, 5, NULL },
		{ "{% else %}", TEMPLATE_SYNTAX, 1, 4, NULL },
		{ "{{ 1 + }}", TEMPLATE_SYNTAX, 1, 8, NULL },
		{ "{{ 9223372036854775808 }}", TEMPLATE_SYNTAX, 1, 4, NULL },
		{ "{{ n | join(d=1, d=2) }}", TEMPLATE_SYNTAX, 1, 18, NULL },
		{ "{{ n | upper(1) }}", TEMPLATE_SYNTAX, 1, 14, NULL },
		{ "{{ n | replace(\"a\") }}", TEMPLATE_SYNTAX, 1, 8, NULL },
		{ "{{ a b }}", TEMPLATE_SYNTAX, 1, 6, NULL },
		{ "\xc3\xa9{{ n ? }}", TEMPLATE_SYNTAX, 1, 7, NULL },
		{ "a\xff", TEMPLATE_SYNTAX, 1, 2, NULL },
		{ "{{ \"a\" + 1 }}", TEMPLATE_TYPE, 1, 8, NULL },
		{ "{{ 9223372036854775807 + 1 }}", TEMPLATE_TYPE, 1, 24, NULL },
		{ "{{ 1 < \"a\" }}", TEMPLATE_TYPE, 1, 6, NULL },
		{ "{% for a, b in xs %}{% endfor %}", TEMPLATE_TYPE, 1, 8, NULL },
		{ "{{ xs | sort | map(\"upper\") | sum }}", TEMPLATE_TYPE, 1, 31, NULL },
		{ "{{ n.upper() }}", TEMPLATE_TYPE, 1, 6, NULL },
		{ "{% set o.b = 1 %}", TEMPLATE_TYPE, 1, 4, NULL },
		{ "{{ 1 // 0 }}", TEMPLATE_DIVISION_BY_ZERO, 1, 6, NULL },
		{ "{{ xs | select(\"nope\") }}", TEMPLATE_UNKNOWN_TEST, 1, 9, NULL },
		{ "{% include \"none\" %}", TEMPLATE_MISSING_INCLUDE, 1, 12, NULL },
		{ "{% include \"deep1\" %}", TEMPLATE_INCLUDE_DEPTH, 1, 12, NULL },
		{ "{{ range(10 ** 12) }}", TEMPLATE_LIMIT, 1, 4, NULL },
		{ "{{ \"a\" * 10 ** 15 }}", TEMPLATE_LIMIT, 1, 8, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct template_error e;
		struct buf out = { 0 };

		if (render(cases[i].template, strlen(cases[i].template), false, &out, &e)) {
			fail_msg("%s is rendered", cases[i].template);
		}
		if (e.kind != cases[i].kind || e.line != cases[i].line || e.column != cases[i].column ||
		    (cases[i].hint != NULL && strcmp(e.hint, cases[i].hint) != 0)) {
			fail_msg("%s: %s %zu:%zu %s (%s)", cases[i].template, template_error_name(e.kind), e.line, e.column, e.message, e.hint);
		}
		buf_free(&out);
	}
}

static void test_error_of_include(void **state)
{
	static const char text[] = "{% include \"broken\" %}";
	struct template_error e;
	struct buf out = { 0 }, caret = { 0 };
	struct err err;

	(void)state;
	assert_false(render(text, strlen(text), false, &out, &e));
	assert_string_equal(e.template, "broken");
	assert_int_equal(e.line, 2);
	assert_int_equal(e.column, 8);
	template_error_caret(&e, 2, &caret);
	assert_string_equal(caret.s, "  {{ n | nope }}\n         ^\n");
	assert_false(template_error_err(&e, &err));
	assert_int_equal(err.code, ERR_TEMPLATE);
	assert_string_equal(err.text, "broken:2:8: there is no filter 'nope'");
	buf_free(&caret);
	buf_free(&out);
}

/* What the line holds cannot move the caret or reach the terminal. */
static void test_caret(void **state)
{
	static const char text[] = "\xe4\xbd\xa0\x1b[31m\t{{ q }}";
	struct template_error e;
	struct buf out = { 0 }, caret = { 0 };

	(void)state;
	assert_false(render(text, strlen(text), false, &out, &e));
	template_error_caret(&e, 0, &caret);
	assert_string_equal(caret.s, "\xe4\xbd\xa0 {{ q }}\n      ^\n");
	buf_free(&caret);
	buf_free(&out);
}

static void test_lenient(void **state)
{
	static const char text[] = "[{{ q }}{{ q.a[0].b }}{{ z.a }}{% for i in q %}x{% endfor %}{{ q | upper }}{{ q | length }}{{ q ~ 1 }}{{ [q] }}"
				   "{% if q %}y{% endif %}{{ q == q }}{{ 1 in q }}{{ xs[9] }}{{ q | first }}{{ q.items() }}]";
	struct template_error e;
	struct buf out = { 0 };

	(void)state;
	assert_true(render(text, strlen(text), true, &out, &e));
	assert_string_equal(buf_str(&out), "[01[null]truefalse[]]");
	buf_free(&out);
}

/* Parsed once, rendered many times, with the same bytes; appended to what is there. */
static void test_many_renders(void **state)
{
	static const char text[] = "{% set a = n %}{% for i in xs %}{{ i + a }} {% endfor %}";
	struct template_env env = { 0 };
	struct template_error e;
	struct buf out = { 0 };
	struct template *t = template_parse("main", text, strlen(text), &e);

	(void)state;
	assert_non_null(t);
	assert_true(template_render(t, vars, &env, &out, &e));
	assert_true(template_render(t, vars, &env, &out, &e));
	assert_string_equal(out.s, "10 8 9 10 8 9 ");
	assert_false(template_render(t, NULL, &env, &out, &e)); /* nothing stays of an earlier rendering */
	assert_int_equal(e.kind, TEMPLATE_UNDEFINED);
	buf_free(&out);
	template_free(t);
}

static void test_limits(void **state)
{
	static const struct {
		const char *template;
		struct template_limits limits;
		size_t len_most;
	} cases[] = {
		{ "{% for i in range(100) %}0123456789{% endfor %}", { .output = 50 }, 50 },
		{ "{% set s %}{% for i in range(100) %}0123456789{% endfor %}{% endset %}", { .output = 50 }, 0 },
		{ "{% for i in range(11) %}x{% endfor %}", { .steps = 10 }, 10 },
		{ "{% for i in range(6) %}{% for j in [1] %}x{% endfor %}{% endfor %}", { .steps = 10 }, 5 },
		{ "{% set ns = namespace(s=\"ab\") %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", { .memory = 1 << 20 }, 0 },
		{ "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}", { .output = 9999 }, 9999 },
		{ "{% set ns = namespace(l=1) %}{% set ns.l = ns %}{{ ns }}", { .output = 99999 }, 99999 },
		{ "{% for i in range(900000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}", { .time_us = 1 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct template_env env = { .limits = cases[i].limits };
		struct template_error e;
		struct buf out = { 0 };
		struct template *t = template_parse("main", cases[i].template, strlen(cases[i].template), &e);

		assert_non_null(t);
		if (template_render(t, vars, &env, &out, &e) || e.kind != TEMPLATE_LIMIT || out.len > cases[i].len_most) {
			fail_msg("%s: %s, %zu bytes", cases[i].template, template_error_name(e.kind), out.len);
		}
		buf_free(&out);
		template_free(t);
	}
}

/* So many times the piece, after a beginning. */
static void test_hostile(void **state)
{
	static const struct {
		const char *start, *piece;
	} cases[] = {
		{ "", "{{" }, { "", "{%" }, { "", "{#" }, { "", "{##}" }, { "{{ ", "(" }, { "{{ ", "[" }, { "{{ ", "{" }, { "{{ ", "-" }, { "{{ ", "not " },
		{ "{{ 1", "+1" }, { "{{ a", ".a" }, { "{{ a", "[0]" }, { "{{ a", "|upper" }, { "{{ 1", " if 1 else 1" }, { "", "{% if 1 %}" },
		{ "{% if 0 %}", "{% elif 0 %}" }, { "", "{% for a in [1] %}" }, { "", "{% set a %}" }, { "{{ \"", "\\" }, { "{{ 1", "1" }, { "{{ 1", " < 1" },
		{ "{% raw %}", "{% endraw" }, { "", "\xff" }, { "{{ ", "\xc3" }, { "{{ a is", " not" }, { "{{ f(", "f(" }, { "{{ a", "_" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf text = { 0 };

		(void)buf_add_str(&text, cases[i].start);
		while (text.len < (size_t)1 << 20) {
			(void)buf_add_str(&text, cases[i].piece);
		}
		if (!template_check(text.s, text.len, vars)) {
			fail_msg("%s%s...", cases[i].start, cases[i].piece);
		}
		buf_free(&text);
	}
}

/* A template that has everything, cut at each byte. */
static void test_cut_anywhere(void **state)
{
	static const char text[] = "\xc3\xa9 {{- x | default(\"a\\u00e9\", true) | join(d=', ') -}} {# c #}{% raw %}{{{% endraw %}{% set ns = namespace(n=0) %}"
				   "{% for k, v in o.items() if v is not none and k != \"q\" %}{% set ns.n = ns.n + v ** 2 // 1 %}{{ loop.index }}"
				   "{% elif %}{% else %}-{% endfor %}{% set t %}{{ [1, (2, 3), {\"a\": -1.5e3}][0:2:1] }}{% endset %}"
				   "{% if not a in xs or 1 < 2 <= 3 %}{% include \"self\" ~ n ignore missing %}{% elif x is divisibleby 3 %}{% endif %}"
				   "{{ \"a\" if t else x.split(\",\")[0] ~ 1_000 }}";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *own = x_malloc(len + 1);

		memcpy(own, text, len);
		if (!template_check(own, len, vars)) {
			fail_msg("the first %zu bytes", len);
		}
		free(own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_error_of_include),
		cmocka_unit_test(test_caret),
		cmocka_unit_test(test_lenient),
		cmocka_unit_test(test_many_renders),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
