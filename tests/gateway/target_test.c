#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/config.h"

#include "base/mem.h"
#include "tests/gateway/config_fixture.h"

static struct config *load(const char *text)
{
	write_file(text);
	struct config *c = config_load(file);
	assert_int_equal(c->n_problems, 0);
	return c;
}

static const char yaml[] = "providers:\n"
			   "  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\n"
			   "targets:\n"
			   "  fast: {model: groq/llama-3, temperature: 0.5, stop: [x], system: Brief.}\n"
			   "  team/best: {model: openai/gpt-5}\n"
			   "  openai: {model: openai/gpt-5-mini}\n"
			   "  keyless: {model: anthropic/claude-opus-5}\n";

static void resolves(void **state)
{
	static const struct {
		const char *text, *name, *provider, *model;
	} cases[] = {
		{ "openai/gpt-5", "openai/gpt-5", "openai", "gpt-5" },
		{ "openai:gpt-5", "openai/gpt-5", "openai", "gpt-5" },
		{ "groq/meta-llama/Llama-3:free", "groq/meta-llama/Llama-3:free", "groq", "meta-llama/Llama-3:free" },
		{ "groq:meta-llama/Llama-3", "groq/meta-llama/Llama-3", "groq", "meta-llama/Llama-3" },
		{ "ollama/llama3:8b", "ollama/llama3:8b", "ollama", "llama3:8b" },
		{ "ollama:llama3:8b", "ollama/llama3:8b", "ollama", "llama3:8b" },
		{ "fast", "fast", "groq", "llama-3" },
		{ "team/best", "team/best", "openai", "gpt-5" },
		{ "openai", "openai", "openai", "gpt-5-mini" }, /* an alias of that name */
		{ "gpt-5-mini", "openai/gpt-5-mini", "openai", "gpt-5-mini" },
		{ "gpt-99-future", "openai/gpt-99-future", "openai", "gpt-99-future" },
		{ "o1", "openai/o1", "openai", "o1" },
		{ "o3-ultra", "openai/o3-ultra", "openai", "o3-ultra" },
		{ "o4-mini", "openai/o4-mini", "openai", "o4-mini" },
		{ "gemini-99", "gemini/gemini-99", "gemini", "gemini-99" },
	};

	(void)state;
	(void)setenv("OPENAI_API_KEY", "k", 1);
	(void)setenv("GEMINI_API_KEY", "k", 1);
	struct config *c = load(yaml);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct target *t = target_resolve(c, cases[i].text, &e);

		if (t == NULL || strcmp(t->name, cases[i].name) != 0 || strcmp(t->provider->name, cases[i].provider) != 0 ||
		    strcmp(t->model, cases[i].model) != 0) {
			fail_msg("%s gave %s, %s", cases[i].text, t != NULL ? t->name : "nothing", e.text);
		}
		target_free(t);
	}
	config_free(c);
	(void)unsetenv("OPENAI_API_KEY");
	(void)unsetenv("GEMINI_API_KEY");
}

static void fails(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *error, *hint; /* hint: how it starts */
	} cases[] = {
		{ "anthropic/x", ERR_AUTH, "no key for anthropic", "set ANTHROPIC_API_KEY, or providers.anthropic.api_key_env in /" },
		{ "claude-x", ERR_AUTH, "no key for anthropic", "set ANTHROPIC_API_KEY" },
		{ "keyless", ERR_AUTH, "no key for anthropic", "set ANTHROPIC_API_KEY" },
		{ "gemini/x", ERR_AUTH, "no key for gemini", "set GEMINI_API_KEY" },
		{ "opnai/gpt-5", ERR_CONFIG, "no provider is called \"opnai\"", "did you mean openai/gpt-5?" },
		{ "gorq:llama", ERR_CONFIG, "no provider is called \"gorq\"", "did you mean groq/llama?" },
		{ "fsat", ERR_CONFIG, "no alias or model is called \"fsat\"", "did you mean fast?" },
		{ "zzzzzz", ERR_CONFIG, "no alias or model is called \"zzzzzz\"",
		    "write PROVIDER/MODEL; `sonde models` lists them; set up: fast, team/best, openai, keyless, openai/MODEL, groq/MODEL" },
		{ "o1x", ERR_CONFIG, "no alias or model is called \"o1x\"", "" },
		{ "", ERR_CONFIG, "no alias or model is called \"\"", "write PROVIDER/MODEL" },
		{ "/", ERR_CONFIG, "no provider is called \"\"", "write PROVIDER/MODEL" },
		{ "openai/", ERR_CONFIG, "\"openai\" names no model", "write openai/MODEL, without blanks" },
		{ "openai/a b", ERR_CONFIG, "\"openai\" names no model", "write openai/MODEL, without blanks" },
		{ "openai/a\nb", ERR_CONFIG, "\"openai\" names no model", "write openai/MODEL, without blanks" },
		{ "a\033[31mb/x", ERR_CONFIG, "no provider is called \"a?[31mb\"", "" },
	};

	(void)state;
	(void)setenv("OPENAI_API_KEY", "sEcReT", 1);
	struct config *c = load(yaml);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct target *t = target_resolve(c, cases[i].text, &e);

		if (t != NULL || e.code != cases[i].code || strcmp(e.text, cases[i].error) != 0 ||
		    strncmp(e.hint, cases[i].hint, strlen(cases[i].hint)) != 0 || strstr(e.hint, "sEcReT") != NULL) {
			fail_msg("%s gave %d \"%s\" | \"%s\"", cases[i].text, (int)e.code, e.text, e.hint);
		}
	}
	config_free(c);
	(void)unsetenv("OPENAI_API_KEY");
}

static void previews_need_no_key(void **state)
{
	struct config *c = load(yaml);
	struct err e;
	struct target *t = target_find(c, "keyless", &e);

	(void)state;
	assert_non_null(t);
	assert_string_equal(t->provider->name, "anthropic");
	assert_null(t->provider->key);
	target_free(t);
	config_free(c);
}

static void a_target_is_its_own(void **state)
{
	struct config *c = load(yaml);
	struct err e;
	struct target *t = target_resolve(c, "fast", &e), *copy = target_copy(t);

	(void)state;
	assert_non_null(t);
	t->params.temperature = 1;
	target_free(t);
	assert_true(copy->params.temperature == 0.5);
	assert_string_equal(copy->params.stop[0], "x");
	assert_string_equal(copy->system, "Brief.");
	assert_string_equal(copy->name, "fast");
	assert_true(c->aliases[0]->params.temperature == 0.5);
	target_free(copy);
	target_free(NULL);
	config_free(c);
}

/* A bare model goes to the provider at its maker's own address, never to somebody else's server. */
static void bare_models_go_home(void **state)
{
	struct err e;
	struct config *c = load("providers:\n"
				"  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\n"
				"  work: {kind: openai, api_key_command: echo k}\n");
	struct target *t = target_resolve(c, "gpt-5", &e);

	(void)state;
	assert_non_null(t);
	assert_string_equal(t->name, "work/gpt-5");
	target_free(t);
	config_free(c);
	c = load("providers: {groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}}\n");
	assert_null(target_resolve(c, "gpt-5", &e));
	assert_string_equal(e.text, "no key for openai");
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves),            cmocka_unit_test(fails),              cmocka_unit_test(previews_need_no_key),
		cmocka_unit_test(a_target_is_its_own), cmocka_unit_test(bare_models_go_home),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
