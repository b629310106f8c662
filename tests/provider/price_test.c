#include "provider/price.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

#define U UNKNOWN
#define IN_OUT(in, out) { in, U, U, U, out, U, U, U, U, U, U, U }

/* in, cache read, cache write, of it 1 h, out, reasoning, audio in, audio out, image in, images, seconds, queries */
struct cost_case {
	const char *name, *provider, *model;
	struct usage usage;
	int64_t nano; /* UNKNOWN: not to be known */
	bool is_estimated;
};

static void check_costs(const struct price_table *t, const struct cost_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct cost_case *c = &cases[i];
		const struct price *p = price_find(t, c->provider, c->model);
		int64_t nano = UNKNOWN;
		bool is_estimated = false;

		if (p == NULL) {
			fail_msg("%s: %s has no price", c->name, c->model);
			return;
		}
		if (!price_cost(p, &c->usage, &nano, &is_estimated)) {
			nano = UNKNOWN;
		}
		if (nano != c->nano || is_estimated != c->is_estimated) {
			fail_msg("%s: %lld%s, expected %lld", c->name, (long long)nano, is_estimated ? " estimated" : "",
			    (long long)c->nano);
		}
	}
}

/* The worked checks of the cost rule. */
static void test_worked(void **state)
{
	static const struct cost_case cases[] = {
		{ "cached and reasoning", "openai", "gpt-5.4", { 1000, 400, U, U, 500, 200, U, U, U, U, U, U }, 9100000, false },
		{ "cache read and written", "anthropic", "claude-sonnet-4-5", { 12050, 10000, 2000, U, 300, U, U, U, U, U, U, U }, 15150000,
		    false },
		{ "just above the tier", "anthropic", "claude-sonnet-4-5", IN_OUT(200001, 1000), 1222506000, false },
		{ "at the tier", "anthropic", "claude-sonnet-4-5", IN_OUT(200000, 1000), 615000000, false },
		{ "at an inclusive tier", "xai", "grok-4.5", { 200000, U, U, U, 1500, 500, U, U, U, U, U, U }, 818000000, false },
		{ "audio and thoughts", "google", "gemini-2.5-flash", { 1000, U, 0, U, 150, 50, 600, U, U, U, U, U }, 1095000, false },
		{ "range tier", "qwen", "qwen3-coder-plus", IN_OUT(40000, 1000), 81000000, false },
		{ "embedding", "openai", "text-embedding-3-small", IN_OUT(8000, U), 160000, false },
		{ "rerank by query", "cohere", "rerank-v3.5", { U, U, U, U, U, U, U, U, U, U, U, 1 }, 2000000, false },
	};
	struct price_table *t = price_table_new();

	(void)state;
	check_costs(t, cases, COUNT_OF(cases));
	price_table_free(t);
}

static void test_rules(void **state)
{
	static const struct cost_case cases[] = {
		{ "nothing used", "openai", "gpt-4o", IN_OUT(0, 0), 0, false },
		{ "no usage", "openai", "gpt-4o", IN_OUT(U, U), U, false },
		{ "no output figure", "openai", "gpt-4o", IN_OUT(10, U), U, false },
		{ "no input figure", "openai", "gpt-4o", IN_OUT(U, 10), U, false },
		{ "negative figures", "openai", "gpt-4o", IN_OUT(-5, 10), U, false },
		{ "negative parts count as none", "openai", "gpt-4o", { 1000, -7, -7, -7, 1000, -7, -7, -7, -7, U, U, U }, 12500000,
		    false },
		{ "parts above the whole", "openai", "gpt-4o", { 100, 300, U, U, 10, U, U, U, U, U, U, U }, 375000 + 100000, true },
		{ "reasoning above the output", "openai", "gpt-4o", { 0, U, U, U, 10, 30, U, U, U, U, U, U }, 300000, true },
		{ "cached without a rate", "openai", "gpt-3.5-turbo", { 1000, 400, U, U, 0, U, U, U, U, U, U, U }, 500000, true },
		{ "written without a rate", "openai", "gpt-4o", { 1000, U, 400, U, 0, U, U, U, U, U, U, U }, 2500000, true },
		{ "written for an hour", "anthropic", "claude-haiku-4-5", { 1000, U, 1000, 600, 0, U, U, U, U, U, U, U },
		    400 * 1250 + 600 * 2000, false },
		{ "written for an hour, all lifetimes unknown", "anthropic", "claude-haiku-4-5", { 1000, U, U, 600, 0, U, U, U, U, U, U,
		    U },
		    400 * 1000 + 600 * 2000, false },
		{ "more written for an hour than in all", "anthropic", "claude-haiku-4-5", { 1000, U, 100, 600, 0, U, U, U, U, U, U, U },
		    400 * 1000 + 600 * 2000, true },
		{ "written for an hour without that rate", "openai", "gpt-5.6", { 1000, U, 1000, 1000, 0, U, U, U, U, U, U, U }, 6250000,
		    true },
		{ "a rate of 0 is a rate", "deepseek", "deepseek-chat", { 1000, U, 1000, U, 0, U, U, U, U, U, U, U }, 0, false },
		{ "reasoning rate", "google", "gemini-2.5-flash-lite", { 0, U, U, U, 1000, 600, U, U, U, U, U, U }, 400000, false },
		{ "audio without a rate", "openai", "gpt-4o", { 1000, U, U, U, 100, U, 600, 50, U, U, U, U }, 2500000 + 1000000, true },
		{ "image tokens", "openai", "gpt-4o", { 1000, U, U, U, 0, U, U, U, 300, U, U, U }, 2500000, true },
		{ "tier takes its own input for what it does not list", "anthropic", "claude-sonnet-4-5",
		    { 300000, U, 100000, U, 0, U, U, U, U, U, U, U }, 300000LL * 6000, true },
		{ "tier of cached tokens", "openai", "gpt-5.4", { 300000, 300000, U, U, 0, U, U, U, U, U, U, U }, 300000LL * 500, false },
		{ "below an inclusive tier", "xai", "grok-4.5", IN_OUT(199999, 0), 199999LL * 2000, false },
		{ "at 272k", "openai", "gpt-5.4", IN_OUT(272000, 0), 272000LL * 2500, false },
		{ "above 272k", "openai", "gpt-5.4", IN_OUT(272001, 0), 272001LL * 5000, false },
		{ "range: end belongs to the lower one", "qwen", "qwen3-coder-plus", IN_OUT(32000, 0), 32000LL * 1000, false },
		{ "range: above", "qwen", "qwen3-coder-plus", IN_OUT(32001, 0), 32001LL * 1800, false },
		{ "range: last", "qwen", "qwen3-coder-plus", IN_OUT(2000000, 1), 2000000LL * 6000 + 60000, false },
		{ "output without a rate", "mistral", "mistral-embed", IN_OUT(10, 10), U, false },
		{ "no output, no rate", "mistral", "mistral-embed", IN_OUT(10, U), 1000, false },
		{ "queries without a rate", "openai", "gpt-4o", { 10, U, U, U, 10, U, U, U, U, U, U, 2 }, U, false },
		{ "images without a rate", "openai", "gpt-4o", { 10, U, U, U, 10, U, U, U, U, 1, U, U }, U, false },
		{ "no images", "openai", "gpt-4o", { 10, U, U, U, 10, U, U, U, U, 0, 0, 0 }, 125000, false },
		{ "half a nano-dollar goes up", "deepseek", "deepseek-v4-pro", { 100, 100, U, U, 0, U, U, U, U, U, U, U }, 363, false },
		    /* 362.5 */
		{ "less goes down", "deepseek", "deepseek-v4-pro", { 1, 1, U, U, 0, U, U, U, U, U, U, U }, 4, false }, /* 3.625 */
		{ "less than half goes down", "openai", "gpt-5-nano", { 1, 1, U, U, 0, U, U, U, U, U, U, U }, 5, false },
		{ "sum past 64 bits of pico-dollars", "openai", "o1", IN_OUT(1000000000000, 1000000000000), 75000LL * 1000000000000,
		    false },
		{ "cost past 64 bits", "openai", "o1", IN_OUT(INT64_MAX, INT64_MAX), U, false },
		{ "queries past 64 bits", "cohere", "rerank-v3.5", { U, U, U, U, U, U, U, U, U, U, U, INT64_MAX }, U, false },
	};
	struct price_table *t = price_table_new();

	(void)state;
	check_costs(t, cases, COUNT_OF(cases));
	price_table_free(t);
}

static void test_find(void **state)
{
	static const struct {
		const char *provider, *model, *found_provider, *found_model; /* NULL: none */
	} cases[] = {
		{ "openai", "gpt-4o", "openai", "gpt-4o" },
		{ "openai", "gpt-4o-2024-08-06", "openai", "gpt-4o" },
		{ "anthropic", "claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5" },
		{ "anthropic", "claude-haiku-4-5-latest", "anthropic", "claude-haiku-4-5" },
		{ "anthropic", "claude-3-haiku-20240307", "anthropic", "claude-3-haiku-20240307" },
		{ "mistral", "mistral-small-latest", "mistral", "mistral-small-latest" },
		{ "openai", "gpt-4o-2024-8-6", NULL, NULL },
		{ "openai", "gpt-4", NULL, NULL },
		{ "openai", "-latest", NULL, NULL },
		{ "openai", "", NULL, NULL },
		{ "openai", "GPT-4o", NULL, NULL },
		{ "anthropic", "gpt-4o", NULL, NULL },
		{ NULL, "gpt-4o", "openai", "gpt-4o" },
		{ NULL, "gpt-4o-2024-08-06", "openai", "gpt-4o" },
		{ NULL, "openai/gpt-oss-120b", "groq", "openai/gpt-oss-120b" },
		{ NULL, "anthropic/claude-opus-4-5", "anthropic", "claude-opus-4-5" },
		{ "openai", "anthropic/claude-opus-4-5-20251101", "anthropic", "claude-opus-4-5" },
		{ "openai", "nobody/claude-opus-4-5", NULL, NULL },
		/* A provider without rows, such as a server of one's own, has no prices, whatever the model is called. */
		{ "ollama", "gpt-oss-120b", NULL, NULL },
		{ "ollama", "openai/gpt-4o", NULL, NULL },
	};
	struct price_table *t = price_table_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct price *p = price_find(t, cases[i].provider, cases[i].model);

		if ((p != NULL) != (cases[i].found_model != NULL)) {
			fail_msg("%s: %s", cases[i].model, p != NULL ? p->model : "not found");
		}
		if (p != NULL) {
			assert_string_equal(p->provider, cases[i].found_provider);
			assert_string_equal(p->model, cases[i].found_model);
		}
	}
	price_table_free(t);
}

/* Every row of the built-in table makes sense. */
static void test_table(void **state)
{
	struct price_table *t = price_table_new();

	(void)state;
	assert_string_equal(price_table_version(t), "2026-07-24");
	assert_int_equal(price_count(t), 91);
	for (size_t i = 0; i < price_count(t); i++) {
		const struct price *p = price_at(t, i);

		assert_ptr_equal(price_find(t, p->provider, p->model), p); /* also: no row twice */
		assert_true(p->in != UNKNOWN && p->in >= 0);
		assert_true(p->in != 0 || p->query_nano > 0);
		assert_true(p->context_tok == UNKNOWN || p->context_tok > 0);
		for (size_t j = 0; j < p->n_tiers; j++) {
			assert_true(p->tiers[j].above_tok >= 1000 && p->tiers[j].in > 0 && p->tiers[j].out > 0);
			assert_true(j == 0 || p->tiers[j].above_tok > p->tiers[j - 1].above_tok);
		}
	}
	const struct price *p = price_find(t, "deepseek", "deepseek-v4-pro");
	assert_int_equal(p->in, 435000);
	assert_int_equal(p->cache_read, 3625);
	assert_int_equal(p->context_tok, 1000000);
	assert_int_equal(p->max_out_tok, 8192);
	price_table_free(t);
	price_table_free(NULL);
}

static void test_override(void **state)
{
	static const char *const bad[] = { "", ".", "-1", "1e3", "0,15", "0.0000001", "1234567890", " 1", "abc", "1.2.3" };
	struct price_table *t = price_table_new();
	size_t n = price_count(t);
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(price_table_override(t, "openai", "gpt-5.4", bad[i], "1", NULL, NULL, &e));
		assert_int_equal(e.code, ERR_CONFIG);
	}
	assert_false(price_table_override(t, "openai", "gpt-5.4", NULL, NULL, NULL, NULL, &e));
	assert_string_equal(price_table_version(t), "2026-07-24");

	assert_true(price_table_override(t, "openai", "gpt-5.4", "1", "2.5", NULL, "0.000001", &e));
	assert_string_equal(price_table_version(t), "2026-07-24+config");
	assert_int_equal(price_count(t), n);
	const struct price *p = price_find(t, "openai", "gpt-5.4");
	assert_int_equal(p->in, 1000000);
	assert_int_equal(p->out, 2500000);
	assert_int_equal(p->cache_read, UNKNOWN);
	assert_int_equal(p->cache_write, 1);
	assert_int_equal(p->n_tiers, 0);
	assert_int_equal(p->context_tok, 1050000);

	assert_true(price_table_override(t, "local", "my-model", "0.1", NULL, NULL, NULL, &e));
	assert_string_equal(price_table_version(t), "2026-07-24+config");
	assert_int_equal(price_count(t), n + 1);
	assert_non_null(price_find(t, "local", "my-model"));
	assert_true(price_table_override(t, "local", "gpt-4o", "1", "1", NULL, NULL, &e));
	assert_null(price_find(t, NULL, "gpt-4o")); /* two providers list it now */
	price_table_free(t);
}

static void test_format(void **state)
{
	static const struct {
		int64_t nano;
		const char *text;
	} cases[] = {
		{ UNKNOWN, "\u2013" },
		{ 0, "$0" },
		{ 1, "$0.000000001" },
		{ 10, "$0.00000001" },
		{ 160, "$0.00000016" },
		{ 1234, "$0.0000012" },
		{ 1250, "$0.0000013" },
		{ 9999, "$0.00001" },
		{ 30000, "$0.00003" },
		{ 49999, "$0.00005" },
		{ 50000, "$0.0001" },
		{ 1200000, "$0.0012" },
		{ 9100000, "$0.0091" },
		{ 500000000, "$0.5000" },
		{ 999949999, "$0.9999" },
		{ 999950000, "$1.00" },
		{ 1000000000, "$1.00" },
		{ 1222506000, "$1.22" },
		{ 1225000000, "$1.23" },
		{ 123456789000000, "$123456.79" },
		{ -9100000, "-$0.0091" },
		{ -1, "-$0.000000001" },
		{ INT64_MAX, "$9223372036.85" },
		{ -INT64_MAX, "-$9223372036.85" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[40];

		price_format(cases[i].nano, out, sizeof(out));
		assert_string_equal(out, cases[i].text);
	}
	char tight[4];
	price_format(1222506000, tight, sizeof(tight));
	assert_string_equal(tight, "$1.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked), cmocka_unit_test(test_rules),    cmocka_unit_test(test_find),
		cmocka_unit_test(test_table),  cmocka_unit_test(test_override), cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
