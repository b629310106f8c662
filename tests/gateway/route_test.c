#include "tests/gateway/config_fixture.h"

#include "gateway/route.h"

static struct config *load(const char *text)
{
	write_file(text);
	return config_load(file);
}

static const char yaml[] = "providers:\n  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\n"
			   "targets:\n  fast: {model: groq/small}\n"
			   "route: {simple: fast, medium: groq/middle, complex: groq/large}\n";

static char *words(size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(&b, "word ");
	}
	return buf_take(&b);
}

static const char three_tools[] = "[{\"type\":\"function\"},{\"type\":\"function\"},{\"type\":\"function\"}]";
static const char four_tools[] = "[{},{},{},{}]";

static void chooses(void **state)
{
	static const struct {
		size_t n_words; /* of the system prompt */
		const char *user, *tools, *schema, *target, *reason; /* the reason behind the count of tokens */
	} cases[] = {
		{ 0, "What is the capital of France?", NULL, NULL, "fast", "simple: ~" },
		{ 0, "What is the capital of France?", NULL, "{}", "fast", "simple: ~" },
		{ 0, "Compare the two.", NULL, "{}", "groq/middle", ", a schema, \"compare\"" },
		{ 800, "Go.", "[{}]", NULL, "groq/middle", ", 1 tool" },
		{ 0, "Go.", four_tools, NULL, "groq/middle", ", 4 tools" },
		{ 5000, "Go.", four_tools, NULL, "groq/large", ", 4 tools" },
		{ 800, "Compare and debug; PROVE it.", three_tools, NULL, "groq/large", ", 3 tools, \"prove\" and 2 more words of reasoning" },
		{ 0, "The planet comparer", NULL, "{}", "fast", ", a schema" }, /* parts of words are none */
	};
	struct config *c = load(yaml);

	(void)state;
	assert_int_equal(c->n_problems, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *system = words(cases[i].n_words);
		const struct message messages[] = { { .role = ROLE_SYSTEM, .text = system }, { .role = ROLE_USER, .text = cases[i].user } };
		struct route_choice choice;
		struct err e = { 0 };

		assert_true(route_choose(c, messages, 2, cases[i].tools, cases[i].schema, &choice, &e));
		if (strcmp(choice.target, cases[i].target) != 0 || strstr(choice.reason, cases[i].reason) == NULL) {
			fail_msg("%zu: %s (%s)", i, choice.target, choice.reason);
		}
		free(system);
	}
	config_free(c);
}

static void stands_in(void **state)
{
	const struct message easy = { .role = ROLE_USER, .text = "Hi" };
	struct config *c = load("providers:\n  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\nroute: {medium: groq/m}\n");
	struct route_choice choice;
	struct err e = { 0 };

	(void)state;
	assert_true(route_choose(c, &easy, 1, NULL, NULL, &choice, &e));
	assert_string_equal(choice.target, "groq/m");
	assert_int_equal(choice.level, ROUTE_SIMPLE);
	assert_true(route_choose(c, &easy, 1, four_tools, "{}", &choice, &e));
	assert_string_equal(choice.target, "groq/m");
	config_free(c);

	c = load("");
	assert_false(route_choose(c, &easy, 1, NULL, NULL, &choice, &e));
	assert_string_equal(e.text, "the target auto is not set up");
	assert_int_equal(e.code, ERR_CONFIG);
	assert_true(route_is_auto(c, "auto"));
	assert_null(target_find(c, "auto", &e));
	assert_string_equal(e.text, "auto is not one target: it is chosen for each request");
	config_free(c);

	c = load("providers:\n  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\ntargets: {auto: {model: groq/x}}\n");
	assert_false(route_is_auto(c, "auto")); /* an alias of that name goes before */
	struct target *t = target_find(c, "auto", &e);
	assert_string_equal(t->model, "x");
	target_free(t);
	config_free(c);
}

static void refuses(void **state)
{
	static const struct {
		const char *yaml, *text;
	} cases[] = {
		{ "route: {simple: auto}\n", "config.yaml:1:17: route.simple cannot be auto itself; name a target" },
		{ "route: {simple: nowhere/x}\n", "config.yaml:1:17: route.simple: no provider is called \"nowhere\"" },
		{ "route: {hard: x}\n", "config.yaml:1:9: " },
		{ "route: [x]\n", "config.yaml:1:8: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config *c = load(cases[i].yaml);

		assert_int_equal(c->n_problems, 1);
		if (strncmp(c->problems[0].text, cases[i].text, strlen(cases[i].text)) != 0) {
			fail_msg("%s", c->problems[0].text);
		}
		config_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(chooses), cmocka_unit_test(stands_in), cmocka_unit_test(refuses) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
