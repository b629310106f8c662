/* Lists of models: what each provider is asked, and what is made of its answer. */
#include "provider/listing.h"

#include "tests/provider/streams.h"

#include "provider/rows.h"

static const struct {
	const struct provider *provider;
	const char *url, *body;
	const char *names;   /* "name:context,", -1 for unknown */
	bool is_cut;
} cases[] = {
	{ &provider_openai, "https://api.openai.com/v1/models", "{\"data\":[{\"id\":\"gpt-5.4\"},{\"id\":\"own\",\"max_model_len\":8192}]}",
	    "gpt-5.4:-1,own:8192,", false },
	{ &provider_anthropic, "https://api.anthropic.com/v1/models?limit=1000",
	    "{\"data\":[{\"type\":\"model\",\"id\":\"claude\",\"display_name\":\"C\"}],\"has_more\":true}", "claude:-1,", true },
	{ &provider_gemini, "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000",
	    "{\"models\":[{\"name\":\"models/gemini\",\"inputTokenLimit\":1000}],\"nextPageToken\":\"\"}", "gemini:1000,", false },
	{ &provider_ollama, "http://localhost:11434/api/tags", "{\"models\":[{\"name\":\"a:8b\",\"model\":\"a:8b\"}]}", "a:8b:-1,", false },
	{ &provider_mistral, "https://api.mistral.ai/v1/models", "{\"data\":[{\"id\":\"m\",\"max_context_length\":5}]}", "m:5,", false },
	{ &provider_openrouter, "https://openrouter.ai/api/v1/models", "{\"data\":[{\"id\":\"v/m\",\"context_length\":7}]}", "v/m:7,", false },
	{ &provider_cohere, "https://api.cohere.com/v1/models?page_size=1000",
	    "{\"models\":[{\"name\":\"command\",\"context_length\":128000},{\"name\":\"\"},{\"name\":3},7],\"next_page_token\":\"x\"}",
	    "command:128000,", true },
};

static void each_provider(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider *p = cases[i].provider;
		struct endpoint ep = { .base_url = p->base_url, .key = "k" };
		struct wire_request w = { 0 };
		struct listing l = { 0 };
		struct buf names = { 0 };
		struct err e = { 0 };

		assert_true(listing_build(p, &ep, &w, &e));
		same(p->kind, "url", cases[i].url, w.url);
		assert_int_equal(w.body.len, 0);
		assert_true(listing_read(p, 200, cases[i].body, strlen(cases[i].body), &l, &e));
		for (size_t k = 0; k < l.n; k++) {
			(void)buf_addf(&names, "%s:%lld,", l.models[k].name, (long long)known_or(l.models[k].context_tok, -1));
		}
		same(p->kind, "models", cases[i].names, buf_str(&names));
		assert_int_equal(l.is_cut, cases[i].is_cut);
		listing_free(&l);
		wire_request_free(&w);
		buf_free(&names);
	}
}

static void none(void **state)
{
	struct endpoint ep = { .base_url = "http://h", .key = "k" };
	struct wire_request w = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_false(listing_build(&provider_azure, &ep, &w, &e));
	assert_string_equal(e.text, "Azure OpenAI lists no models that a target could name");
}

static void bad_answers(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_code code;
	} bad[] = {
		{ 200, "", ERR_PROVIDER },
		{ 200, "[]", ERR_PROVIDER },
		{ 200, "{\"data\":7}", ERR_PROVIDER },
		{ 200, "<html><title>Hello</title>", ERR_PROVIDER },
		{ 401, "{\"error\":{\"message\":\"bad key\"}}", ERR_AUTH },
		{ 429, "{\"error\":{\"message\":\"slow down\"}}", ERR_RATE },
		{ 500, "{\"data\":[{\"id\":\"x\"}]}", ERR_PROVIDER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct listing l = { 0 };
		struct err e = { 0 };

		assert_false(listing_read(&provider_openai, bad[i].status, bad[i].body, strlen(bad[i].body), &l, &e));
		assert_int_equal(e.code, bad[i].code);
		assert_true(e.text[0] != '\0');
		assert_int_equal(l.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_provider), cmocka_unit_test(none), cmocka_unit_test(bad_answers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
