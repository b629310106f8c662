#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "prompt/lint.h"

static void bundle_of(const char *json, struct bundle *b)
{
	struct err e = { 0 };
	json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

	if (object != NULL) {
		assert_true(bundle_from_json(object, b, &e));
	} else {
		assert_true(bundle_with_script(NULL, json, strlen(json), b, &e));
	}
	json_decref(object);
}

/* "line:column kind", of notes with a question mark, of errors with an exclamation mark; places are those of the script. */
static void add_lint(void *ctx, const struct lint *l)
{
	struct buf *out = ((void **)ctx)[0];
	size_t line = l->line, column = l->column;

	bundle_script_place(((void **)ctx)[1], l->part, &line, &column);
	(void)buf_addf(out, "%s%zu:%zu %s%s", out->len > 0 ? ", " : "", line, column, l->kind, l->level == LINT_NOTE ? "?" : l->level == LINT_ERROR ? "!" : "");
}

static void test_lints(void **state)
{
	static const struct {
		const char *bundle, *given, *lints;
	} cases[] = {
		{ "Hello {name}, {{ x }}\n", NULL, "1:7 single_brace" },
		{ "SYSTEM\nBe kind. \nUSER\n{{ user-name }} {x}\n\\USER {x}\n", NULL, "2:9 trailing_space, 4:4 hyphen, 4:17 single_brace, 5:7 single_brace" },
		{ "SYSTEM\na\nUSER\n\\USER \nb\n\\SYSTEM\n\\\\USER\nx {y}\n", NULL, "4:6 trailing_space, 8:3 single_brace" },
		{ "SYSTEM\nFor {{ shop }}.\nUSER\n{{ ticket }} {{ tickt }}\n", "{\"ticket\": 1, \"old\": 1}", "2:1 unused, 2:8 missing, 4:17 missing" },
		{ "{\"vars\": {\"a\": {}, \"b\": {}}, \"messages\": [{\"role\": \"system\", \"content\": \"{{ a }}\"}, {\"role\": \"user\", \"content\": \"{{ b }}\"}]}", NULL, "" },
		{ "{\"vars\": {\"a\": {}}, \"messages\": [{\"role\": \"system\", \"content\": \"{{ c }}\"}, {\"role\": \"user\", \"content\": \"{{ a }}{{ c }}\"}]}", NULL,
		    "2:4 missing" },
		{ "{\"vars\": {\"a\": {}, \"b\": {}}, \"text\": \"{% include \\\"p\\\" %}{{ a }}\"}", NULL, "" }, /* who knows what p uses */
		{ "SYSTEM\nx {{\nUSER\n{x}\n", NULL, "2:3 syntax!, 4:1 single_brace" },
		{ "{% if a %}b{% endfi %}", NULL, "1:15 syntax!" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bundle b;
		struct buf out = { 0 };
		json_t *given = cases[i].given != NULL ? json_loads(cases[i].given, 0, NULL) : NULL;

		bundle_of(cases[i].bundle, &b);
		lint_bundle(&(struct lint_task){ .bundle = &b, .given = given }, add_lint, (void *[]){ &out, &b });
		if (strcmp(buf_str(&out), cases[i].lints) != 0) {
			fail_msg("%s: %s", cases[i].bundle, buf_str(&out));
		}
		json_decref(given);
		buf_free(&out);
		bundle_free(&b);
	}
}

#define SYSTEM_A "SYSTEM\nYou triage tickets of a shop that sells maps.\n"

static void test_prefix(void **state)
{
	static const struct {
		const char *from, *to, *by;
	} cases[] = {
		{ SYSTEM_A "USER\n{{ ticket }}\n", SYSTEM_A "USER\n{{ ticket }}\nBe brief.\n", "kept" },
		{ SYSTEM_A "USER\n{{ ticket }}\n", SYSTEM_A "USER\n{{ mail }}\n", "kept" },
		{ SYSTEM_A "USER\n{{ ticket }}\n", SYSTEM_A "USER\nThe ticket: {{ ticket }}\n", "kept" },
		{ SYSTEM_A "USER\nThe ticket: {{ ticket }}\n", SYSTEM_A "USER\n{{ ticket }}\n", "variable 4:4" },
		{ SYSTEM_A "USER\n{{ ticket }}\n", "SYSTEM\n{# new #}You triage tickets of a shop that sells maps.\nUSER\n{{ ticket }}\n", "kept" },
		{ SYSTEM_A "USER\n{{ ticket }}\n", "SYSTEM\n{# new #}You triage mails of a shop that sells maps.\nUSER\n{{ ticket }}\n", "text 2:21" },
		{ SYSTEM_A "USER\n{{ ticket }}\n", "SYSTEM\nYou triage {{ what }} of a shop that sells maps.\nUSER\n{{ ticket }}\n", "variable 2:15" },
		{ SYSTEM_A "USER\nfixed\n", SYSTEM_A "USER\nfixed\nASSISTANT\nyes\n", "kept" },
		{ SYSTEM_A "USER\nfixed words\nASSISTANT\nyes\n", SYSTEM_A "USER\nfixed words\n", "text 4:12" },
		{ SYSTEM_A "USER\nfixed\n", "DEVELOPER\nYou triage tickets of a shop that sells maps.\nUSER\nfixed\n", "text 2:1" },
		{ SYSTEM_A "USER\nfixed\n", "SYSTEM\nYou triage tickets\nUSER\nfixed\n", "text 2:19" },
		{ "{{ x }} and more", "{{ y }} and less", "kept" },
		{ "{\"text\": \"Be brief.\"}", "{\"text\": \"Be brief.\", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\"}}]}", "tools 1:1" },
		{ "{\"text\": \"Be brief.\"}", "{\"text\": \"Be brief.\", \"response_schema\": {\"type\": \"object\"}}", "schema 1:1" },
		{ "{\"text\": \"Be brief.\"}", "{\"text\": \"Be brief.\", \"params\": {\"temperature\": 0.5}}", "kept" },
		{ "a \xc3\xa9t\xc3\xa9", "a \xc3\xa8", "text 1:3" },
	};
	static const char *const by[] = { "kept", "text", "variable", "tools", "schema" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bundle a, b;
		struct prefix p;
		struct buf out = { 0 };

		bundle_of(cases[i].from, &a);
		bundle_of(cases[i].to, &b);
		prefix_compare(NULL, &a, &b, &p);
		(void)buf_add_str(&out, by[p.by]);
		if (p.by != PREFIX_KEPT) {
			bundle_script_place(&b, p.part, &p.line, &p.column);
			(void)buf_addf(&out, " %zu:%zu", p.line, p.column);
			assert_true(p.kept < p.tokens);
		}
		if (strcmp(buf_str(&out), cases[i].by) != 0) {
			fail_msg("%s -> %s: %s", cases[i].from, cases[i].to, buf_str(&out));
		}
		buf_free(&out);
		bundle_free(&a);
		bundle_free(&b);
	}
}

/* Below what any provider caches it is a note, from there on a warning. */
static void test_prefix_level(void **state)
{
	struct buf from = { 0 }, out = { 0 };
	struct bundle a, b, c;
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++) {
		(void)buf_add_str(&from, "Never invent an order number. ");
	}
	assert_true(bundle_from_text(buf_str(&from), from.len, &a, &e));
	from.s[0] = 'n';
	assert_true(bundle_from_text(buf_str(&from), from.len, &b, &e));
	assert_true(bundle_from_text("Be kind", 7, &c, &e));
	lint_bundle(&(struct lint_task){ .bundle = &b, .against = &a, .against_name = "v1" }, add_lint, (void *[]){ &out, &b });
	lint_bundle(&(struct lint_task){ .bundle = &b, .against = &c, .against_name = "v1" }, add_lint, (void *[]){ &out, &b });
	assert_string_equal(buf_str(&out), "1:1 cached_prefix, 1:9000 trailing_space, 1:1 cached_prefix?, 1:9000 trailing_space");
	buf_free(&from);
	buf_free(&out);
	bundle_free(&a);
	bundle_free(&b);
	bundle_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lints),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_prefix_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
