/* Tables of prices from files: what is taken, and each mistake with its line. */
#include "provider/price_file.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

struct told {
	struct err errors[16];
	size_t n;
};

static void tell(void *ctx, const struct err *e)
{
	struct told *t = ctx;

	assert_true(t->n < COUNT_OF(t->errors));
	t->errors[t->n++] = *e;
}

static void good(void **state)
{
	static const char text[] = "{\"snapshot\": \"2026-10-01\", \"source\": \"x\", \"unit\": \"y\", \"models\": [\n"
				   "{\"provider\": \"openai\", \"model\": \"gpt-5.4\", \"in\": \"2\", \"out\": \"12.5\"},\n"
				   "{\"provider\": \"lab\", \"model\": \"new\", \"in\": \"0.1\", \"query\": \"0.002\", \"context\": 1000, \"max_out\": 10,\n"
				   "  \"tiers\": [{\"above\": 100, \"inclusive\": true, \"in\": \"1\"}, {\"above\": 200, \"in\": \"2\"}]}]}";
	struct price_table *t = price_table_new();
	struct told told = { 0 };
	size_t n = price_count(t);
	char snapshot[16];

	(void)state;
	assert_int_equal(price_file_read(t, "p.json", text, strlen(text), tell, &told), 1);
	assert_int_equal(told.n, 0);
	assert_int_equal(price_count(t), n + 1);
	assert_string_equal(price_table_version(t), "2026-10-01");
	const struct price *p = price_find(t, "openai", "gpt-5.4");
	assert_int_equal(p->in, 2000000);
	assert_int_equal(p->out, 12500000);
	assert_int_equal(p->cache_read, UNKNOWN);
	assert_int_equal(p->n_tiers, 0);
	p = price_find(t, "lab", "new");
	assert_int_equal(p->in, 100000);
	assert_int_equal(p->query_nano, 2000000);
	assert_int_equal(p->context_tok, 1000);
	assert_int_equal(p->n_tiers, 2);
	assert_true(p->tiers[0].is_inclusive && !p->tiers[1].is_inclusive);
	assert_int_equal(p->tiers[1].in, 2000000);
	assert_true(price_file_snapshot(text, strlen(text), snapshot));
	assert_string_equal(snapshot, "2026-10-01");
	price_table_free(t);
}

#define HEAD "{\"snapshot\": \"2026-10-01\", \"models\": [\n"
#define GOOD "{\"provider\": \"a\", \"model\": \"b\", \"in\": \"1\"},\n"

static void bad(void **state)
{
	static const struct {
		const char *text, *errors[4];
	} cases[] = {
		{ "", { "p.json:1: not valid JSON" } },
		{ "{\n\"snapshot\": }", { "p.json:2: not valid JSON" } },
		{ "[]", { "p.json:1: the table needs its date", "p.json:1: the table needs \"models\"" } },
		{ "{\"snapshot\": \"2026-13-01\", \"models\": [" GOOD "3]}",
		    { "p.json:1: the table needs its date", "p.json:1: a model must be an object" } },
		{ "{\"snapshot\": \"2026-10-01\", \"prices\": 1, \"models\": [{\"provider\": \"a\", \"model\": \"b\", \"in\": \"1\"}]}",
		    { "p.json:1: the table has a member \"prices\" that means nothing" } },
		{ HEAD GOOD "{\"provider\": \"a\", \"model\": \"c\", \"in\": 1},\n{\"provider\": \"a\", \"model\": \"d\", \"inn\": \"1\"}]}",
		    { "p.json:3: \"in\" of a/c must be US dollars as text", "p.json:4: a/d has a member \"inn\" that means nothing" } },
		{ HEAD GOOD GOOD "{\"provider\": \"\", \"in\": \"1\"}]}",
		    { "p.json:3: a/b stands in the list twice", "p.json:4: a model needs its \"provider\"", "p.json:4: a model needs its \"model\"" } },
		{ HEAD GOOD "{\"provider\": \"a\", \"model\": \"c\", \"context\": 5}]}", { "p.json:3: a/c has no price" } },
		{ HEAD GOOD "{\"provider\": \"a\", \"model\": \"c\", \"in\": \"0.1234567\", \"context\": -5}]}",
		    { "p.json:3: \"in\" of a/c must be", "p.json:3: \"context\" of a/c must be a whole number" } },
		{ HEAD "{\"provider\": \"a\", \"model\": \"c\", \"in\": \"1\",\n\"tiers\": [{\"above\": 5}, {\"above\": 5}, {}]},\n" GOOD "7]}",
		    { "p.json:2: the tiers of a/c must rise", "p.json:2: \"above\" of a/c must be", "p.json:2: the tiers of a/c must rise",
			"p.json:4: a model must be an object" } },
		{ HEAD GOOD "{\"provider\": \"a\", \"model\": \"c\", \"in\": \"1\", \"in\": \"2\"}]}", { "p.json:3: not valid JSON (duplicate" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct price_table *t = price_table_new();
		size_t n = price_count(t), k = 0;
		struct told told = { 0 };

		assert_int_equal(price_file_read(t, "p.json", cases[i].text, strlen(cases[i].text), tell, &told), -1);
		for (; k < COUNT_OF(cases[i].errors) && cases[i].errors[k] != NULL; k++) {
			if (k >= told.n || strncmp(told.errors[k].text, cases[i].errors[k], strlen(cases[i].errors[k])) != 0) {
				fail_msg("case %zu: \"%s\" is not \"%s\"", i, k < told.n ? told.errors[k].text : "", cases[i].errors[k]);
			}
			assert_int_equal(told.errors[k].code, ERR_CONFIG);
		}
		assert_int_equal(told.n, k);
		assert_int_equal(price_count(t), n);
		assert_string_not_equal(price_table_version(t), "2026-10-01");
		price_table_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(good), cmocka_unit_test(bad) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
