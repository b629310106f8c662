#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/config.h"

#include "base/mem.h"
#include "tests/gateway/config_fixture.h"

/* Every secret of these tests holds this word, so that one look finds any of them. */
#define SECRET "sEcReT"

static int each(void **state)
{
	(void)state;
	clear_environment();
	(void)unlink(file);
	return 0;
}

static struct config *load(const char *text)
{
	write_file(text);
	return config_load(file);
}

static struct config *load_well(const char *text)
{
	struct config *c = load(text);

	for (size_t i = 0; i < c->n_problems; i++) {
		print_error("%s\n", c->problems[i].text);
	}
	assert_int_equal(c->n_problems, 0);
	return c;
}

static const struct provider_entry *listed(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_providers; i++) {
		if (strcmp(c->providers[i]->name, name) == 0) {
			return c->providers[i];
		}
	}
	return NULL;
}

static void no_secret_in(const struct config *c)
{
	for (size_t i = 0; i < c->n_problems; i++) {
		if (strstr(c->problems[i].text, SECRET) != NULL || strstr(c->problems[i].hint, SECRET) != NULL ||
		    strchr(c->problems[i].text, '\n') != NULL) {
			fail_msg("%s | %s", c->problems[i].text, c->problems[i].hint);
		}
	}
}

static void ten_mistakes_are_ten_problems(void **state)
{
	static const char *const starts[] = {
		"config.yaml:3:5: unknown key providers.openai.timeout; did you mean timeout_s?",
		"config.yaml:5:11: unknown kind \"openia\"; did you mean openai?",
		"config.yaml:8:15: providers.local.base_url must start with http",
		"config.yaml:11:5: providers.work.api_key is refused",
		"config.yaml:13:7: providers.work.headers: the header \"Authorization\" is refused",
		"config.yaml:14:16: providers.work.timeout_s must be a whole number from 1 to 3600, not \"soon\"",
		"config.yaml:18:12: targets.slow: no provider is called \"opnai\"; did you mean openai/gpt-5?",
		"config.yaml:19:18: targets.slow: temperature",
		"config.yaml:20:5: the key \"model\" is here twice (first in line 18)",
		"config.yaml:22:10: ui.theme must be one of auto|ansi|mono|rgb|dark|light, not \"pink\"",
	};
	struct config *c = load("providers:\n"
				"  openai:\n"
				"    timeout: 5\n"
				"  groq:\n"
				"    kind: openia\n"
				"  local:\n"
				"    kind: openai\n"
				"    base_url: ftp://" SECRET "@host\n"
				"  work:\n"
				"    kind: anthropic\n"
				"    api_key: " SECRET "\n"
				"    headers:\n"
				"      Authorization: Bearer " SECRET "\n"
				"    timeout_s: soon\n"
				"targets:\n"
				"  fast: {model: groq/llama}\n" /* its provider is the mistake, told above */
				"  slow:\n"
				"    model: opnai/gpt-5\n"
				"    temperature: 9\n"
				"    model: x\n"
				"ui:\n"
				"  theme: pink\n"
				"  glyphs: ascii\n");
	struct err e;

	(void)state;
	for (size_t i = 0; i < c->n_problems && i < COUNT_OF(starts); i++) {
		if (strncmp(c->problems[i].text, starts[i], strlen(starts[i])) != 0) {
			fail_msg("%s\ninstead of\n%s", c->problems[i].text, starts[i]);
		}
		assert_int_equal(c->problems[i].code, ERR_CONFIG);
	}
	assert_int_equal(c->n_problems, COUNT_OF(starts));
	no_secret_in(c);
	/* What is right is used all the same. */
	assert_non_null(listed(c, "openai"));
	assert_non_null(listed(c, "work"));
	assert_null(config_find_provider(c, "local"));
	assert_string_equal(option_text(&c->options, OPTION_GLYPHS), "ascii");
	assert_string_equal(option_text(&c->options, OPTION_THEME), "auto");
	assert_false(config_check(c, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, c->problems[0].text);
	assert_string_equal(e.hint, "and 9 more; `sonde doctor` lists them all");
	config_free(c);
}

/* One mistake each; `%s` of the file is the secret. */
static void single_mistakes(void **state)
{
	static const struct {
		const char *yaml, *problem;
	} cases[] = {
		{ "a: [1", "config.yaml:2:1: not valid YAML: " },
		{ "providers: &x {}", "config.yaml:1:12: anchors (&name) are not supported" },
		{ "- 1\n", "config.yaml:1:1: the file must be a map such as" },
		{ "provider: {}", "config.yaml:1:1: unknown key provider; did you mean providers?" },
		{ "simulated: true", "config.yaml:1:1: unknown key simulated; known here: providers, prices, targets, route, budget, store, prompts, alerts, tokenizers, ui" },
		{ "providers: [a]", "config.yaml:1:12: providers must be a map such as" },
		{ "providers: {openai: " SECRET "}",
		    "config.yaml:1:21: providers.openai must be a map such as \"kind: openai\", not a text" },
		{ "providers: {groq: {base_url: 'https://x.example'}}",
		    "config.yaml:1:13: providers.groq has no kind; add kind: openai, anthropic, gemini, ollama, mistral, cohere, openrouter or azure" },
		{ "providers: {groq: }", "config.yaml:1:13: providers.groq has no kind" },
		{ "providers: {openai: {kind: ollama}}", "config.yaml:1:13: providers.openai must be of kind openai, whose name it has" },
		{ "providers: {w: {kind: gpt}}",
		    "config.yaml:1:23: unknown kind \"gpt\"; known kinds: openai, anthropic, gemini, ollama, mistral, cohere, openrouter or azure" },
		{ "providers: {w: {kind: [openai]}}", "config.yaml:1:23: providers.w.kind must be a text, not a list" },
		{ "providers: {'a/b': {kind: openai}}", "config.yaml:1:13: providers.a/b: a provider's name is" },
		{ "providers: {openai: {api_key_env: sk-" SECRET "}}",
		    "config.yaml:1:35: providers.openai.api_key_env must be the name of an environment variable" },
		{ "providers: {openai: {api_key_env: AIza" SECRET "}}",
		    "config.yaml:1:35: providers.openai.api_key_env must be the name of an environment variable" },
		{ "providers: {openai: {api_key: " SECRET "}}",
		    "config.yaml:1:22: providers.openai.api_key is refused: put the key in the environment" },
		{ "providers: {openai: {token: " SECRET "}}", "config.yaml:1:22: providers.openai.token is refused" },
		{ "providers: {openai: {api_key_command: 'echo " SECRET "', api_key_env: A}}",
		    "config.yaml:1:54: providers.openai has both api_key_env and api_key_command" },
		{ "providers: {openai: {api_key_env: A, api_key_command: 'echo " SECRET "'}}",
		    "config.yaml:1:38: providers.openai has both" },
		{ "providers: {openai: {base_url: 'https://u:" SECRET "@h'}}",
		    "config.yaml:1:32: providers.openai.base_url must not hold a user name or password" },
		{ "providers: {azure: {api_version: '1&k=" SECRET "'}}",
		    "config.yaml:1:34: providers.azure.api_version must be a version of the API, such as 2024-10-21" },
		{ "providers: {openai: {api_version: v1}}", "config.yaml:1:22: providers.openai.api_version: the kind openai has none; leave it out" },
		{ "providers: {openai: {base_url: 'https://h/?k=" SECRET "'}}",
		    "config.yaml:1:32: providers.openai.base_url must end before any ? or #" },
		{ "providers: {openai: {base_url: 'https://h:0'}}",
		    "config.yaml:1:32: providers.openai.base_url has no valid host and port" },
		{ "providers: {openai: {base_url: 'https://'}}", "config.yaml:1:32: providers.openai.base_url has no valid host" },
		{ "providers: {openai: {base_url: \"https://h\\r\\nX: " SECRET "\"}}",
		    "config.yaml:1:32: providers.openai.base_url holds blanks, control" },
		{ "providers: {openai: {headers: {X-A: \"a\\r\\nB: " SECRET "\"}}}",
		    "config.yaml:1:32: providers.openai.headers: the header \"X-A\" is refused: must not hold a line break" },
		{ "providers: {openai: {headers: {\"X\\r\\nA\": b}}}",
		    "config.yaml:1:32: providers.openai.headers: the header \"X??A\" is refused: is no header name" },
		{ "providers: {openai: {headers: {X-API-Key: " SECRET "}}}",
		    "config.yaml:1:32: providers.openai.headers: the header \"X-API-Key\" is refused: keys belong" },
		{ "providers: {openai: {headers: {Host: x}}}",
		    "config.yaml:1:32: providers.openai.headers: the header \"Host\" is refused" },
		{ "providers: {openai: {headers: {X-A: [" SECRET "]}}}",
		    "config.yaml:1:32: providers.openai.headers: the header \"X-A\" is refused: must be a text" },
		{ "providers: {openai: {timeout_s: 0}}",
		    "config.yaml:1:33: providers.openai.timeout_s must be a whole number from 1 to 3600, not \"0\"" },
		{ "providers: {openai: {timeout_s: 1.5}}", "config.yaml:1:33: providers.openai.timeout_s must be a whole number" },
		{ "providers: {openai: {timeout_s: '5'}}", "config.yaml:1:33: providers.openai.timeout_s must be a whole number" },
		{ "providers: {openai: {timeout_s: [5]}}",
		    "config.yaml:1:33: providers.openai.timeout_s must be a whole number from 1 to 3600, not a list" },
		{ "providers: {openai: {max_in_flight: -1}}",
		    "config.yaml:1:37: providers.openai.max_in_flight must be a whole number from 1 to 1000, not \"-1\"" },
		{ "providers: {openai: {max_in_flight: 99999999999999999999}}",
		    "config.yaml:1:37: providers.openai.max_in_flight must be" },
		{ "targets: {fast: {temperature: 1}}", "config.yaml:1:11: targets.fast has no model; add model: PROVIDER/MODEL" },
		{ "targets: {fast: }", "config.yaml:1:11: targets.fast has no model" },
		{ "targets: {fast: openai/gpt-5}", "config.yaml:1:17: targets.fast must be a map such as \"model: openai/gpt-5\"" },
		{ "targets: {fast: {model: 'openai/'}}", "config.yaml:1:25: targets.fast: \"openai\" names no model" },
		{ "targets: {fast: {model: openai/x, temperature: '1'}}",
		    "config.yaml:1:48: targets.fast.temperature must be a number, not a text; leave out the quotes" },
		{ "targets: {fast: {model: openai/x, max_tokens: 0}}", "config.yaml:1:47: targets.fast: max_tokens must be" },
		{ "targets: {fast: {model: openai/x, top_p: 1.1}}", "config.yaml:1:42: targets.fast: top_p must be" },
		{ "targets: {fast: {model: openai/x, seed: [1]}}",
		    "config.yaml:1:41: targets.fast.seed must be a whole number, not a list" },
		{ "targets: {fast: {model: openai/x, stop: ['a', '']}}",
		    "config.yaml:1:47: targets.fast.stop must be a text or a list of texts, not nothing" },
		{ "targets: {fast: {model: openai/x, temprature: 1}}",
		    "config.yaml:1:35: unknown key targets.fast.temprature; did you mean temperature?" },
		{ "targets: {a: {model: openai/x, cache: yes}}", "config.yaml:1:39: targets.a.cache must be one of on|off, not \"yes\"" },
		{ "targets: {a: {model: openai/x, fallback: b}}",
		    "config.yaml:1:42: targets.a.fallback must be a list such as \"[openai/gpt-5, fast]\", not a text" },
		{ "targets: {a: {model: openai/x, fallback: [[b]]}}",
		    "config.yaml:1:43: targets.a.fallback must hold names of targets, not a list" },
		{ "targets: {a: {model: openai/x, fallback: [opnai/y]}}",
		    "config.yaml:1:43: targets.a.fallback: no provider is called \"opnai\"; did you mean openai/y?" },
		{ "targets: {a: {model: openai/x, fallback: [openai/y, a]}}",
		    "config.yaml:1:53: targets.a.fallback: a cannot be its own fallback; take one of them out" },
		{ "targets: {a: {model: openai/x, fallback: [openai/1, openai/2, openai/3, openai/4, openai/5, openai/6, openai/7, openai/8,"
		  " openai/9]}}", "config.yaml:1:123: targets.a.fallback: more than 8 targets, those of aliases included; take some out" },
		{ "targets: {openai/x: {model: openai/x}}", "config.yaml:1:11: targets.openai/x: this alias can never be used" },
		{ "targets: {'a b': {model: openai/x}}", "config.yaml:1:11: targets.a b: an alias is" },
		{ "prices: {gpt-5: {input: 1}}", "config.yaml:1:10: prices.gpt-5: write the model as PROVIDER/MODEL" },
		{ "prices: {openai/gpt-5: {}}", "config.yaml:1:10: prices.openai/gpt-5 has no price" },
		{ "prices: {openai/gpt-5: {input: cheap}}", "config.yaml:1:32: prices.openai/gpt-5.input must be a number" },
		{ "prices: {openai/gpt-5: {input: -1}}", "config.yaml:1:32: prices.openai/gpt-5.input must be a number" },
		{ "prices: {openai/gpt-5: {input: 1, out: 2}}", "config.yaml:1:35: unknown key prices.openai/gpt-5.out" },
		{ "store: off", "config.yaml:1:8: store must be a map such as \"keep_calls: 90d\", not a text" },
		{ "store: {bodies: maybe}", "config.yaml:1:17: store.bodies must be one of on|off, not \"maybe\"" },
		{ "store: {redact: 'sk-'}", "config.yaml:1:17: store.redact must be a list of regular expressions such as" },
		{ "store: {redact: [ok, 'a(']}", "config.yaml:1:22: store.redact is no regular expression: missing closing parenthesis at character 3" },
		{ "store: {redact: ['x*']}", "config.yaml:1:18: store.redact matches an empty text; use + for *" },
		{ "store: {redact: [[a]]}", "config.yaml:1:18: store.redact must be a text, not a list" },
		{ "store: {keep_calls: 90}", "config.yaml:1:21: store.keep_calls must be an age such as 90d, not \"90\"" },
		{ "store: {keep_calls: 7d}", "config.yaml:1:21: store.keep_calls must be at least 32d" },
		{ "store: {keep_bodies: 5m}", "config.yaml:1:22: store.keep_bodies must be at least 1h" },
		{ "store: {keep: 1d}", "config.yaml:1:9: unknown key store.keep; known here: bodies, redact, keep_calls, keep_bodies" },
		{ "budget: 5", "config.yaml:1:9: budget must be a map such as \"day: 5.00\", not a text" },
		{ "budget: {day: 0}", "config.yaml:1:15: budget.day must be a number of US dollars above 0 such as 5.00, not \"0\"" },
		{ "budget: {day: -1}", "config.yaml:1:15: budget.day must be a number of US dollars above 0" },
		{ "budget: {day: '5'}", "config.yaml:1:15: budget.day must be a number of US dollars above 0" },
		{ "budget: {month: 5 USD}", "config.yaml:1:17: budget.month must be a number of US dollars above 0" },
		{ "budget: {month: 1.0000000001}", "config.yaml:1:17: budget.month must be a number" },
		{ "budget: {month: }", "config.yaml:1:17: budget.month must be a number of US dollars above 0 such as 5.00, not nothing" },
		{ "budget: {weak: 1}", "config.yaml:1:10: unknown key budget.weak; known here: day, month" },
		{ "prompts: {protected: production}", "config.yaml:1:22: prompts.protected must be a list of labels such as [production], not a text" },
		{ "prompts: {protected: [[a]]}", "config.yaml:1:23: prompts.protected must be a text" },
		{ "prompts: {protect: [a]}", "config.yaml:1:11: unknown key prompts.protect; did you mean protected?" },
		{ "ui: {mouse: maybe}", "config.yaml:1:13: ui.mouse must be one of on|off, not \"maybe\"" },
		{ "ui: {glyphs: [ascii]}", "config.yaml:1:14: ui.glyphs must be one of auto|braille|block|ascii, not a list" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config *c = load(cases[i].yaml);

		if (c->n_problems != 1 || strncmp(c->problems[0].text, cases[i].problem, strlen(cases[i].problem)) != 0) {
			fail_msg("%s\ngave %zu problems: %s\ninstead of: %s", cases[i].yaml, c->n_problems,
			    c->n_problems > 0 ? c->problems[0].text : "",
			    cases[i].problem);
		}
		no_secret_in(c);
		config_free(c);
	}
}

/* A circle is told where each of its targets enters it; whoever only leads to one is fine, and no target stands in a list twice. */
static void fallbacks(void **state)
{
	struct config *c = load("targets:\n"
				"  lead: {model: openai/w, fallback: [a, openai/y, openai/last]}\n"
				"  a: {model: openai/x, system: S, fallback: [openai/y, b]}\n"
				"  b: {model: openai/z, temperature: 0.5, cache: on, fallback: [a]}\n");
	static const char *const chain[] = { "a", "openai/y", "b", "openai/last" };

	(void)state;
	assert_int_equal(c->n_problems, 2);
	assert_string_equal(c->problems[0].text,
	    "config.yaml:3:56: targets.a.fallback: b falls back to this target again; take one of them out");
	assert_string_equal(c->problems[1].text,
	    "config.yaml:4:64: targets.b.fallback: a falls back to this target again; take one of them out");
	struct target *lead = target_copy(c->aliases[0]);
	assert_int_equal(lead->n_fallback, COUNT_OF(chain));
	for (size_t i = 0; i < COUNT_OF(chain); i++) {
		assert_string_equal(lead->fallback[i]->name, chain[i]);
		assert_int_equal(lead->fallback[i]->n_fallback, 0);
	}
	assert_string_equal(lead->fallback[0]->system, "S");
	assert_string_equal(lead->fallback[2]->model, "z");
	assert_true(lead->fallback[2]->params.temperature == 0.5 && lead->fallback[2]->caches && !lead->caches);
	target_free(lead);
	config_free(c);
}

static void a_whole_file_is_read(void **state)
{
	(void)setenv("WORK_KEY", "wk", 1);
	struct config *c = load_well("# all there is\n"
				     "providers:\n"
				     "  openai: {timeout_s: 5}\n"
				     "  work:\n"
				     "    kind: openai\n"
				     "    base_url: https://gw.example:8443/v1//\n"
				     "    api_key_env: WORK_KEY\n"
				     "    headers: {X-Team: search, X-Trace: \"a:b\"}\n"
				     "    timeout_s: 30\n"
				     "    max_in_flight: 4\n"
				     "  vault: {kind: anthropic, api_key_command: echo k}\n"
				     "targets:\n"
				     "  fast: {model: work/gpt-5-mini, temperature: 0.2, top_p: 0.9, max_tokens: 100,\n"
				     "    seed: -7, stop: [a, \"b\"], system: Be brief.}\n"
				     "  one: {model: 'openai:gpt-5', stop: END}\n"
				     "prices:\n"
				     "  work/gpt-5-mini: {input: 0.15, output: 0.6, cache_read: 0.075}\n"
				     "ui: {theme: mono, glyphs: block, mouse: off}\n");
	const struct provider_entry *work = listed(c, "work"), *openai = listed(c, "openai"), *vault = listed(c, "vault");

	(void)state;
	assert_string_equal(work->base_url, "https://gw.example:8443/v1");
	assert_string_equal(work->key, "wk");
	assert_string_equal(work->key_env, "WORK_KEY");
	assert_string_equal(work->origin, "config.yaml:4");
	assert_string_equal(work->headers[0], "X-Team: search");
	assert_string_equal(work->headers[1], "X-Trace: a:b");
	assert_null(work->headers[2]);
	assert_int_equal(work->first_byte_ms, 30000);
	assert_int_equal(work->max_in_flight, 4);
	assert_int_equal(openai->first_byte_ms, 5000);
	assert_int_equal(openai->connect_ms, 10000);
	assert_int_equal(openai->idle_ms, 60000);
	assert_int_equal(openai->max_in_flight, 0);
	assert_int_equal(vault->first_byte_ms, 120000);
	assert_null(vault->key);
	assert_string_equal(vault->key_command, "echo k");
	assert_int_equal(c->n_aliases, 2);
	const struct target *fast = c->aliases[0];
	assert_string_equal(fast->name, "fast");
	assert_string_equal(fast->model, "gpt-5-mini");
	assert_ptr_equal(fast->provider, work);
	assert_true(fast->params.temperature == 0.2 && fast->params.top_p == 0.9);
	assert_int_equal(fast->params.max_tokens, 100);
	assert_int_equal(fast->params.seed, -7);
	assert_int_equal(fast->params.n_stop, 2);
	assert_string_equal(fast->params.stop[1], "b");
	assert_string_equal(fast->system, "Be brief.");
	assert_int_equal(c->aliases[1]->params.n_stop, 1);
	assert_true(price_find(c->prices, "work", "gpt-5-mini")->in == 150000);
	assert_string_equal(option_text(&c->options, OPTION_THEME), "mono");
	assert_string_equal(option_text(&c->options, OPTION_GLYPHS), "block");
	assert_false(option_is_on(&c->options, OPTION_MOUSE));
	assert_true(config_check(c, NULL));
	config_free(c);
}

static void little_files_are_fine(void **state)
{
	static const char *const cases[] = {
		"", "# nothing\n", "providers:\ntargets:\nprices:\nui:\n", "providers: {}\n", "providers: {openai: }\n",
		"providers: {ollama: {headers: }}\n",
		"---\nui: {mouse: on}\n...\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config *c = load_well(cases[i]);

		assert_true(c->file_exists);
		assert_true(option_is_on(&c->options, OPTION_MOUSE));
		config_free(c);
	}
}

static void environment(void **state)
{
	static const struct {
		const char *name1, *value1, *name2, *value2; /* variables */
		const char *provider, *url, *key, *origin;   /* url NULL: the provider is not listed */
		bool is_key_optional;
	} cases[] = {
		{ NULL, NULL, NULL, NULL, "openai", NULL, NULL, NULL, false },
		{ NULL, NULL, NULL, NULL, "ollama", NULL, NULL, NULL, false },
		{ "OPENAI_API_KEY", "k1", NULL, NULL, "openai", "https://api.openai.com/v1", "k1", "OPENAI_API_KEY in the environment",
		    false },
		{ "CO_API_KEY", "k5", "COHERE_API_KEY", "k6", "cohere", "https://api.cohere.com", "k5", "CO_API_KEY in the environment", false },
		{ "COHERE_API_KEY", "k6", NULL, NULL, "cohere", "https://api.cohere.com", "k6", "COHERE_API_KEY in the environment", false },
		{ "AZURE_OPENAI_ENDPOINT", "https://x.example/", "AZURE_OPENAI_API_KEY", "k7", "azure",
		    "https://x.example?api-version=2024-10-21", "k7", "AZURE_OPENAI_API_KEY in the environment", false },
		{ "OPENAI_API_KEY", "", NULL, NULL, "openai", NULL, NULL, NULL, false },
		{ "OPENAI_API_KEY", "k1", NULL, NULL, "anthropic", NULL, NULL, NULL, false },
		{ "OPENAI_BASE_URL", "http://localhost:8080/v1/", NULL, NULL, "openai", "http://localhost:8080/v1", NULL,
		    "OPENAI_BASE_URL in the environment", true },
		{ "OPENAI_BASE_URL", "https://api.openai.com/v1/", NULL, NULL, "openai", "https://api.openai.com/v1", NULL,
		    "OPENAI_BASE_URL in the environment", false },
		{ "OPENAI_BASE_URL", "http://h/v1", "OPENAI_API_KEY", "k1", "openai", "http://h/v1", "k1",
		    "OPENAI_API_KEY in the environment", false },
		{ "ANTHROPIC_API_KEY", "k2", NULL, NULL, "anthropic", "https://api.anthropic.com", "k2",
		    "ANTHROPIC_API_KEY in the environment", false },
		{ "ANTHROPIC_BASE_URL", "https://h", NULL, NULL, "anthropic", "https://h", NULL, "ANTHROPIC_BASE_URL in the environment",
		    false },
		{ "GEMINI_API_KEY", "k3", "GOOGLE_API_KEY", "k4", "gemini", "https://generativelanguage.googleapis.com", "k3",
		    "GEMINI_API_KEY in the environment", false },
		{ "GOOGLE_API_KEY", "k4", NULL, NULL, "gemini", "https://generativelanguage.googleapis.com", "k4",
		    "GOOGLE_API_KEY in the environment", false },
		{ "OLLAMA_HOST", "0.0.0.0", NULL, NULL, "ollama", "http://127.0.0.1:11434", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "0.0.0.0:99", NULL, NULL, "ollama", "http://127.0.0.1:99", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "box", NULL, NULL, "ollama", "http://box:11434", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "box:8000", NULL, NULL, "ollama", "http://box:8000", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", ":8000", NULL, NULL, "ollama", "http://127.0.0.1:8000", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "https://box.example/ollama/", NULL, NULL, "ollama", "https://box.example/ollama", NULL,
		    "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "http://0.0.0.0:11434", NULL, NULL, "ollama", "http://127.0.0.1:11434", NULL,
		    "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "[::]:7", NULL, NULL, "ollama", "http://[::1]:7", NULL, "OLLAMA_HOST in the environment", true },
		{ "OLLAMA_HOST", "::1", NULL, NULL, "ollama", "http://[::1]:11434", NULL, "OLLAMA_HOST in the environment", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		clear_environment();
		if (cases[i].name1 != NULL) {
			(void)setenv(cases[i].name1, cases[i].value1, 1);
		}
		if (cases[i].name2 != NULL) {
			(void)setenv(cases[i].name2, cases[i].value2, 1);
		}
		struct config *c = config_load(NULL);
		const struct provider_entry *p = listed(c, cases[i].provider);

		assert_int_equal(c->n_problems, 0);
		assert_false(c->file_exists);
		assert_int_equal(c->n_providers + c->n_unlisted, n_providers);
		if (cases[i].url == NULL) {
			assert_null(p);
			assert_non_null(config_find_provider(c, cases[i].provider));
		} else {
			assert_non_null(p);
			assert_string_equal(p->base_url, cases[i].url);
			assert_string_equal(p->origin, cases[i].origin);
			assert_int_equal(p->is_key_optional, cases[i].is_key_optional);
			assert_true(p->key == NULL ? cases[i].key == NULL : cases[i].key != NULL && strcmp(p->key, cases[i].key) == 0);
		}
		config_free(c);
	}
}

static void base_url_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		clear_environment();
		(void)setenv(providers[i]->base_url_env, "https://gw.example/x/", 1);
		struct config *c = config_load(NULL);
		const struct provider_entry *p = listed(c, providers[i]->kind);

		assert_non_null(p);
		assert_memory_equal(p->base_url, "https://gw.example/x", 20);
		assert_string_equal(p->base_url + 20, p->kind->api_version != NULL ? "?api-version=2024-10-21" : "");
		assert_int_equal(c->n_providers, 1);
		config_free(c);
	}
}

/* The file's, else the environment's, else the kind's own. */
static void version_of_the_api(void **state)
{
	static const struct {
		const char *variable, *file, *url;
	} cases[] = {
		{ NULL, "providers: {azure: {}}\n", "https://x.example?api-version=2024-10-21" },
		{ "2025-01-01-preview", "providers: {azure: {}}\n", "https://x.example?api-version=2025-01-01-preview" },
		{ "2025-01-01", "providers: {azure: {api_version: preview}}\n", "https://x.example?api-version=preview" },
		{ NULL, "providers: {azure: {base_url: 'https://y.example/', api_version: v2}}\n", "https://y.example?api-version=v2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		clear_environment();
		(void)setenv("AZURE_OPENAI_ENDPOINT", "https://x.example/", 1);
		if (cases[i].variable != NULL) {
			(void)setenv("OPENAI_API_VERSION", cases[i].variable, 1);
		}
		struct config *c = load_well(cases[i].file);

		assert_string_equal(listed(c, "azure")->base_url, cases[i].url);
		config_free(c);
	}
	/* A bad one is a problem of those who use the kind. */
	for (int is_used = 0; is_used < 2; is_used++) {
		clear_environment();
		(void)setenv("OPENAI_API_VERSION", "1&key=" SECRET, 1);
		if (is_used) {
			(void)setenv("AZURE_OPENAI_ENDPOINT", "https://x.example/", 1);
		}
		struct config *c = config_load(NULL);

		assert_int_equal(c->n_problems, is_used);
		no_secret_in(c);
		config_free(c);
	}
	clear_environment();
}

static void bad_environment_is_told(void **state)
{
	static const struct {
		const char *name, *value, *problem;
	} cases[] = {
		{ "OPENAI_API_KEY", SECRET "\n", "OPENAI_API_KEY in the environment holds a line break" },
		{ "OPENAI_API_KEY", SECRET "\r\nX: y", "OPENAI_API_KEY in the environment holds a line break" },
		{ "OPENAI_API_KEY", "\xe2\x80\x9c" SECRET, "OPENAI_API_KEY in the environment holds a line break" },
		{ "OPENAI_BASE_URL", "localhost:8080", "OPENAI_BASE_URL in the environment must start with http:// or https://" },
		{ "OPENAI_BASE_URL", "http://u:" SECRET "@h", "OPENAI_BASE_URL in the environment must not hold a user name" },
		{ "OLLAMA_HOST", "ftp://h", "OLLAMA_HOST in the environment must start with http" },
		{ "OLLAMA_HOST", "h:99999", "OLLAMA_HOST in the environment has no valid host and port" },
		{ "OLLAMA_HOST", "u:" SECRET "@h", "OLLAMA_HOST in the environment must not hold" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		clear_environment();
		(void)setenv(cases[i].name, cases[i].value, 1);
		struct config *c = config_load(NULL);

		if (c->n_problems != 1 || strncmp(c->problems[0].text, cases[i].problem, strlen(cases[i].problem)) != 0) {
			fail_msg("%s gave %s", cases[i].value, c->n_problems > 0 ? c->problems[0].text : "nothing");
		}
		no_secret_in(c);
		assert_int_equal(c->n_providers, 1);
		assert_null(c->providers[0]->key);
		config_free(c);
	}
}

/* A key goes only where its owner sends it. */
static void keys_stay_at_home(void **state)
{
	(void)setenv("OPENAI_API_KEY", "ok", 1);
	(void)setenv("OPENAI_BASE_URL", "https://gw.example", 1);
	struct config *c = load_well("providers:\n"
				     "  openai: {timeout_s: 9}\n"
				     "  same: {kind: openai}\n"
				     "  groq: {kind: openai, base_url: 'https://api.groq.com/openai/v1'}\n"
				     "  other: {kind: openai, base_url: 'https://o.example', api_key_env: A_KEY}\n");

	(void)state;
	assert_string_equal(listed(c, "openai")->key, "ok");
	assert_string_equal(listed(c, "openai")->base_url, "https://gw.example");
	assert_string_equal(listed(c, "openai")->origin, "config.yaml:2");
	assert_string_equal(listed(c, "same")->key, "ok");
	assert_string_equal(listed(c, "same")->base_url, "https://gw.example");
	assert_null(listed(c, "groq")->key);
	assert_true(listed(c, "groq")->is_key_optional);
	assert_null(listed(c, "other")->key);
	assert_false(listed(c, "other")->is_key_optional);
	config_free(c);
	/* A broken address does not send the key to the default one. */
	c = load("providers: {openai: {base_url: nonsense}}\n");
	assert_int_equal(c->n_problems, 1);
	assert_null(config_find_provider(c, "openai")->key);
	assert_false(config_find_provider(c, "openai")->is_key_optional);
	config_free(c);
	/* A variable of lower case is believed when it is set. */
	(void)setenv("work_key", "wk", 1);
	c = load_well("providers: {w: {kind: anthropic, api_key_env: work_key}}\n");
	assert_string_equal(listed(c, "w")->key, "wk");
	config_free(c);
	(void)setenv("work_key", SECRET "\n", 1);
	c = load("providers:\n  w: {kind: anthropic, api_key_env: work_key}\n");
	assert_int_equal(c->n_problems, 1);
	assert_int_equal(strncmp(c->problems[0].text, "config.yaml:2:37: work_key in the environment holds", 50), 0);
	no_secret_in(c);
	config_free(c);
}

static void missing_and_unreadable_files(void **state)
{
	struct config *c = config_load(NULL);
	char *missing = x_asprintf("%s/missing.yaml", dir);

	(void)state;
	assert_int_equal(c->n_problems, 0);
	assert_false(c->file_exists);
	config_free(c);
	(void)setenv("SONDE_CONFIG", missing, 1);
	c = config_load(NULL);
	assert_int_equal(c->n_problems, 1);
	assert_non_null(strstr(c->problems[0].text, "missing.yaml: No such file"));
	assert_false(c->file_exists);
	config_free(c);
	(void)setenv("SONDE_CONFIG", dir, 1);
	c = config_load(NULL);
	assert_int_equal(c->n_problems, 1);
	assert_non_null(strstr(c->problems[0].text, "Is a directory"));
	config_free(c);
	/* There, but not to be opened. */
	assert_int_equal(symlink(missing, missing), 0);
	(void)setenv("SONDE_CONFIG", missing, 1);
	c = config_load(NULL);
	assert_int_equal(c->n_problems, 1);
	assert_true(c->file_exists);
	assert_non_null(strstr(c->problems[0].hint, "unset SONDE_CONFIG"));
	config_free(c);
	(void)unlink(missing);
	write_file("ui: {theme: mono}");
	(void)setenv("SONDE_CONFIG", file, 1);
	c = config_load(NULL);
	assert_int_equal(c->n_problems, 0);
	assert_string_equal(option_text(&c->options, OPTION_THEME), "mono");
	config_free(c);
	free(missing);
}

static void providers_can_be_added(void **state)
{
	struct config *c = load_well("targets: {fast: {model: openai/x}}\n");
	struct provider_entry *sim = config_add_provider(c, "sim", "anthropic", "http://127.0.0.1:1", NULL, "the simulator");
	struct provider_entry *openai = config_add_provider(c, "openai", "openai", "http://127.0.0.1:2", "k", "the simulator");
	struct err e;

	(void)state;
	assert_int_equal(c->n_providers, 2);
	assert_ptr_equal(listed(c, "sim"), sim);
	assert_true(sim->is_key_optional);
	assert_true(provider_entry_key(sim, &e));
	/* In place: what points at the old one sees the new one. */
	assert_ptr_equal(c->aliases[0]->provider, openai);
	assert_string_equal(c->aliases[0]->provider->base_url, "http://127.0.0.1:2");
	assert_string_equal(openai->key, "k");
	assert_int_equal(c->n_providers + c->n_unlisted, n_providers + 1);
	config_free(c);
}

static void commands_give_keys(void **state)
{
	static const struct {
		const char *command, *key, *text; /* key NULL: text is the error */
	} cases[] = {
		{ "echo key-1", "key-1", NULL },
		{ "printf key-2", "key-2", NULL },
		{ "printf 'key-3\\r\\nsecond\\n'", "key-3", NULL },
		{ "cat; echo key-4", "key-4", NULL }, /* input is empty, not the terminal */
		{ "head -c 60000 /dev/zero | tr '\\0' x >&2; echo key-5", "key-5", NULL },
		{ "echo " SECRET "; exit 3", NULL, "no key for w: the api_key_command ended with status 3" },
		{ "echo " SECRET " >&2", NULL, "no key for w: the api_key_command printed no key" },
		{ "kill -9 $$", NULL, "no key for w: the api_key_command was ended by signal 9" },
		{ "echo; echo " SECRET, NULL, "no key for w: the api_key_command printed no key" },
		{ "printf '" SECRET "\\tx\\n'", NULL, "no key for w: the first line the api_key_command printed is no key" },
		{ "printf '" SECRET "\\000x\\n'", NULL, "no key for w: the first line the api_key_command printed is no key" },
		{ "/nonexistent/" SECRET, NULL, "no key for w: the api_key_command ended with status 127" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct config *c = load_well("providers: {w: {kind: openai, api_key_command: to be replaced}}\n");
		struct provider_entry *p = config_find_provider(c, "w");
		struct err e = { 0 };

		free(p->key_command);
		p->key_command = x_strdup(cases[i].command);
		bool ok = provider_entry_key(p, &e);
		if (ok != (cases[i].key != NULL) || (ok && strcmp(p->key, cases[i].key) != 0) ||
		    (!ok && strncmp(e.text, cases[i].text, strlen(cases[i].text)) != 0)) {
			fail_msg("%s gave %d %s", cases[i].command, ok, e.text);
		}
		if (!ok) {
			assert_int_equal(e.code, ERR_AUTH);
			assert_null(p->key);
			assert_null(strstr(e.text, SECRET));
			assert_null(strstr(e.hint, SECRET));
			assert_string_not_equal(e.hint, "");
		}
		config_free(c);
	}
}

static void a_command_runs_once(void **state)
{
	char *yaml = x_asprintf("providers: {w: {kind: openai, api_key_command: 'echo x >>%s.count; echo k'}}\n", file);
	char *counter = x_asprintf("%s.count", file);
	struct config *c = load_well(yaml);
	struct provider_entry *p = config_find_provider(c, "w");
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(stat(counter, &st), -1); /* not before it is needed */
	assert_true(provider_entry_key(p, &e));
	assert_true(provider_entry_key(p, &e));
	assert_int_equal(stat(counter, &st), 0);
	assert_int_equal(st.st_size, 2);
	assert_string_equal(p->key, "k");
	assert_int_equal(unlink(counter), 0);
	config_free(c);
	free(counter);
	free(yaml);
}

static void alerts_are_read(void **state)
{
	struct config *c = load_well("alerts:\n"
	    "  - when: err > 2%\n"
	    "  - {when: \"cost/h>=$5\", over: 36h, name: too much, provider: openai, model: gpt-5.4, operation: chat, min_calls: 7,\n"
	    "     command: \"notify-send $SONDE_ALERT_TEXT\"}\n");
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(c->n_alerts, 2);
	assert_string_equal(c->alerts[0]->name, "err > 2% over 10m");
	assert_int_equal(c->alerts[0]->min_calls, LIMIT_CALLS);
	assert_null(c->alerts[0]->command);
	alert_rule_text(c->alerts[1], &text);
	assert_string_equal(c->alerts[1]->name, "too much");
	assert_string_equal(buf_str(&text), "cost/h >= $5.00 over 36h, provider openai, model gpt-5.4, operation chat");
	assert_int_equal(c->alerts[1]->min_calls, 7);
	assert_string_equal(c->alerts[1]->command, "notify-send $SONDE_ALERT_TEXT");
	buf_free(&text);
	config_free(c);
	c = load_well("alerts:\n");
	assert_int_equal(c->n_alerts, 0);
	config_free(c);
}

static void mistakes_in_alerts(void **state)
{
	static const char *const problems[] = {
		"config.yaml:3:5: alerts[2] is the same alert as one above; take one of them out",
		"config.yaml:4:12: alerts[3].when: there is no figure \"errr\"; did you mean err?",
		"config.yaml:5:12: alerts[4].over must be a span from 10s to 31d such as 10m, not \"5x\"",
		"config.yaml:5:22: alerts[4].when: one limit is an alert, not 2; write an alert for each",
		"config.yaml:6:5: alerts[5] has no limit; add when: err > 2%",
		"config.yaml:7:4: alerts[6] has no limit",
		"config.yaml:8:5: alerts[7] must be a map such as \"when: err > 2%\", not a text",
		"config.yaml:9:25: unknown key alerts[8].nme; did you mean name?",
		"config.yaml:9:44: alerts[8].min_calls must be a whole number from 1 to 1000000, not \"0\"",
		"config.yaml:9:56: alerts[8].command must be a text, not a list",
	};
	struct config *c = load("alerts:\n"
	    "  - when: p95>3s\n"
	    "  - {when: p95 > 3s, command: " SECRET "}\n"
	    "  - {when: \"errr > 2%\"}\n"
	    "  - {over: 5x, when: \"cost > 3 err > 2%\"}\n"
	    "  - {}\n"
	    "  -\n"
	    "  - 7\n"
	    "  - {when: cost/h > $5, nme: x, min_calls: 0, command: [" SECRET "]}\n");

	(void)state;
	assert_int_equal(c->n_problems, COUNT_OF(problems));
	for (size_t i = 0; i < COUNT_OF(problems); i++) {
		if (strncmp(c->problems[i].text, problems[i], strlen(problems[i])) != 0) {
			fail_msg("%s\ninstead of\n%s", c->problems[i].text, problems[i]);
		}
	}
	assert_int_equal(c->n_alerts, 1); /* what is right is used */
	no_secret_in(c);
	config_free(c);
	c = load("alerts: {when: err > 2%}\n");
	assert_int_equal(c->n_problems, 1);
	assert_string_equal(c->problems[0].text, "config.yaml:1:9: alerts must be a list such as \"- when: err > 2%\", not a map");
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ten_mistakes_are_ten_problems, each), cmocka_unit_test_setup(single_mistakes, each),
		cmocka_unit_test_setup(fallbacks, each), cmocka_unit_test_setup(alerts_are_read, each), cmocka_unit_test_setup(mistakes_in_alerts, each),
		cmocka_unit_test_setup(a_whole_file_is_read, each),          cmocka_unit_test_setup(little_files_are_fine, each),
		cmocka_unit_test_setup(environment, each),                   cmocka_unit_test_setup(base_url_variables, each), cmocka_unit_test_setup(version_of_the_api, each),
		cmocka_unit_test_setup(bad_environment_is_told, each),       cmocka_unit_test_setup(keys_stay_at_home, each),
		cmocka_unit_test_setup(missing_and_unreadable_files, each),  cmocka_unit_test_setup(providers_can_be_added, each),
		cmocka_unit_test_setup(commands_give_keys, each),            cmocka_unit_test_setup(a_command_runs_once, each),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
