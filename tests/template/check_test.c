#include "template/check.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

/* "user.name! q? r" : certain with !, only asked with ? */
static void add_var(void *ctx, const struct template_var *v)
{
	struct buf *out = ctx;

	(void)buf_addf(out, "%s%s%s", out->len > 0 ? " " : "", v->path, v->is_certain ? "!" : v->is_asked ? "?" : "");
}

static void add_lint(void *ctx, const struct template_lint *lint)
{
	struct buf *out = ctx;

	(void)buf_addf(out, "%s%zu:%zu %s", out->len > 0 ? ", " : "", lint->line, lint->column, template_lint_name(lint->kind));
}

static struct template *parse(const char *text)
{
	struct template_error e;
	struct template *t = template_parse("main", text, strlen(text), &e);

	if (t == NULL) {
		fail_msg("%s: %s", text, e.message);
	}
	return t;
}

static void test_vars(void **state)
{
	static const struct {
		const char *template, *vars;
	} cases[] = {
		{ "{{ user.name }}{{ a[\"k\"] }}{{ a[0].b }}{{ user[\"x y\"] }}", "user.name! a.k! a[].b! user[\"x y\"]!" },
		{ "{{ vars[\"a b\"] }}{{ vars.c }}{{ vars[d] }}", "vars[\"a b\"]! c! d!" },
		{ "{% if a %}{{ b }}{% elif c %}{{ a }}{% else %}{{ d }}{% endif %}", "a! b c d" },
		{ "{% if true %}{{ b }}{% endif %}{{ a and c or d }}{{ e if f else g }}", "b! a! c d e f! g" },
		{ "{{ a | default(b) }}{{ c is defined }}{{ c }}{{ q.r | d(1) }}", "a? b! c! q.r?" },
		{ "{% for x in xs %}{{ x.title }}{{ loop.index }}{{ y }}{% endfor %}{{ x }}", "xs! xs[].title y x!" },
		{ "{% for k, v in o.items() %}{{ k }}{{ v.n }}{% endfor %}{% for u in us | sort(attribute=p) %}{{ u }}{% endfor %}", "o! o[].n us! p! us[]" },
		{ "{% for r in rows %}{% for c in r.cells %}{{ c }}{% endfor %}{% endfor %}", "rows! rows[].cells rows[].cells[]" },
		{ "{% set a = u.b %}{{ a.c }}{% set q = 1 %}{{ q }}{% set t %}{{ z }}{% endset %}{{ t }}", "u.b! u.b.c! z!" },
		{ "{% set ns = namespace(n=m) %}{% set ns.n = ns.n + k %}{% include p %}{{ [f, {\"g\": h}] }}{{ s[i:j] }}", "m! k! p! f! h! s! i! j!" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = { 0 };
		struct template *t = parse(cases[i].template);

		template_vars(t, add_var, &out);
		if (strcmp(buf_str(&out), cases[i].vars) != 0) {
			fail_msg("%s: %s", cases[i].template, buf_str(&out));
		}
		buf_free(&out);
		template_free(t);
	}
}

static void test_lints(void **state)
{
	static const struct {
		const char *template, *declared, *lints;
	} cases[] = {
		{ "a {name} {{ b }} {\"k\": 1} {user.x}\n${y}", NULL, "1:3 single_brace, 1:27 single_brace, 2:2 single_brace" },
		{ "{% raw %}{x}{% endraw %}{{ \"{x}\" }}{ {x }", NULL, "" },
		{ "\xc3\xa9{{ user-name }}{{ a - b }}{{ a -b }}", NULL, "1:5 hyphen" },
		{ "a \nb\t\r\nc ", NULL, "1:2 trailing_space, 2:2 trailing_space, 3:2 trailing_space" },
		{ "{% if false %}a{% elif x %}b{% endif %}", NULL, "1:15 unreachable" },
		{ "{% if not false %}a{% else %}b{% endif %}{{ 1 if true else 2 }}", NULL, "1:30 unreachable, 1:60 unreachable" },
		{ "{{ x.a }}{{ x + 1 }}", NULL, "1:13 type_clash" },
		{ "{% for i in n %}{% endfor %}{{ n > 3 }}", NULL, "1:13 type_clash" },
		{ "{% if s == \"a\" %}{{ s / 2 }}{% endif %}", NULL, "1:7 type_clash" },
		{ "{{ a.b }}{{ c | d }}{{ e }}{{ e }}", "{\"a\": 1, \"z\": 1}", "1:1 unused, 1:24 missing" },
		{ "{{ vars[k] }}", "{\"k\": 1, \"z\": 1}", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = { 0 };
		struct template *t = parse(cases[i].template);
		json_t *declared = cases[i].declared != NULL ? json_loads(cases[i].declared, 0, NULL) : NULL;

		template_lint(t, declared, add_lint, &out);
		if (strcmp(buf_str(&out), cases[i].lints) != 0) {
			fail_msg("%s: %s", cases[i].template, buf_str(&out));
		}
		json_decref(declared);
		buf_free(&out);
		template_free(t);
	}
}

static void count(void *ctx, const struct template_var *v)
{
	*(unsigned *)ctx |= strcmp(v->path, "x") == 0 ? v->uses : 0;
}

static void test_uses(void **state)
{
	struct template *t = parse("{% for i in x %}{% endfor %}{{ x[0] }}{{ x.y }}");
	unsigned uses = 0;

	(void)state;
	template_vars(t, count, &uses);
	assert_int_equal(uses, USE_LIST | USE_OBJECT);
	template_free(t);
}

struct counted {
	size_t n, last_line;
	char last[240];
};

static void count_lint(void *ctx, const struct template_lint *lint)
{
	struct counted *c = ctx;

	c->n++;
	c->last_line = lint->line;
	(void)strcpy(c->last, lint->message);
}

/* A text of mistakes is told in short, and in time. */
static void test_many_lints(void **state)
{
	struct buf text = { 0 };
	struct counted c = { .n = 0 };

	(void)state;
	for (int i = 0; i < 300000; i++) {
		(void)buf_add_str(&text, "a \n");
	}
	struct template *t = parse(buf_str(&text));

	template_lint(t, NULL, count_lint, &c);
	assert_int_equal(c.n, 200);
	assert_int_equal(c.last_line, 200);
	assert_string_equal(c.last, "blanks at the end of the line (and 299800 more like this)");
	template_free(t);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vars),
		cmocka_unit_test(test_lints),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_many_lints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
