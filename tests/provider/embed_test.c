#include "tests/provider/streams.h"

#include <math.h>

#include "provider/embed.h"
#include "provider/rows.h"

static const char *const two[] = { "a", "b\xc3\xa9" };

/* 1.0 and -2.0, little-endian */
#define BASE64 "\"AACAPwAAAMA=\""
#define DATA(v0, v1) "{\"data\":[{\"index\":0,\"embedding\":" v0 "},{\"index\":1,\"embedding\":" v1 "}],\"usage\":{\"prompt_tokens\":3}}"

static void test_build(void **state)
{
	static const struct {
		const struct provider *provider;
		const char *base_url, *url, *body;
	} cases[] = {
		{ &provider_openai, NULL, "https://api.openai.com/v1/embeddings",
		    "{\"model\":\"m\",\"input\":[\"a\",\"bé\"],\"dimensions\":8,\"encoding_format\":\"base64\"}" },
		{ &provider_mistral, NULL, "https://api.mistral.ai/v1/embeddings",
		    "{\"model\":\"m\",\"input\":[\"a\",\"bé\"],\"output_dimension\":8}" },
		{ &provider_openrouter, NULL, "https://openrouter.ai/api/v1/embeddings",
		    "{\"model\":\"m\",\"input\":[\"a\",\"bé\"],\"dimensions\":8}" },
		{ &provider_azure, "https://x.example?api-version=1", "https://x.example/openai/deployments/m/embeddings?api-version=1",
		    "{\"model\":\"m\",\"input\":[\"a\",\"bé\"],\"dimensions\":8,\"encoding_format\":\"base64\"}" },
		{ &provider_gemini, NULL, "https://generativelanguage.googleapis.com/v1beta/models/m:batchEmbedContents",
		    "{\"requests\":[{\"model\":\"models/m\",\"content\":{\"parts\":[{\"text\":\"a\"}]},\"taskType\":\"RETRIEVAL_DOCUMENT\","
		    "\"outputDimensionality\":8},{\"model\":\"models/m\",\"content\":{\"parts\":[{\"text\":\"bé\"}]},\"taskType\":"
		    "\"RETRIEVAL_DOCUMENT\",\"outputDimensionality\":8}]}" },
		{ &provider_ollama, NULL, "http://localhost:11434/api/embed", "{\"model\":\"m\",\"input\":[\"a\",\"bé\"],\"dimensions\":8}" },
		{ &provider_cohere, NULL, "https://api.cohere.com/v2/embed",
		    "{\"model\":\"m\",\"input_type\":\"search_document\",\"texts\":[\"a\",\"bé\"],\"embedding_types\":[\"float\"],"
		    "\"output_dimension\":8}" },
	};
	const struct embed_request r = { .model = "m", .texts = two, .n = 2, .dimensions = 8 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider *p = cases[i].provider;
		struct endpoint ep = { .base_url = cases[i].base_url != NULL ? cases[i].base_url : p->base_url, .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		assert_true(embed_build(p, &ep, &r, &w, &e));
		same(p->kind, "url", cases[i].url, w.url);
		same(p->kind, "body", cases[i].body, buf_str(&w.body));
		wire_request_free(&w);
	}
}

static void test_refused(void **state)
{
	static const char *const empty[] = { "a", "" }, *const bad[] = { "\xff" };
	static const struct {
		const struct provider *provider;
		struct embed_request r;
		const char *why;
	} cases[] = {
		{ &provider_anthropic, { "m", two, 2, UNKNOWN, false }, "Anthropic has no embeddings" },
		{ &provider_openai, { "", two, 2, UNKNOWN, false }, "the target names no model" },
		{ &provider_openai, { "m", two, 0, UNKNOWN, false }, "1 to 2048 texts can be sent at once, not 0" },
		{ &provider_cohere, { "m", two, 97, UNKNOWN, false }, "1 to 96 texts can be sent at once, not 97" },
		{ &provider_openai, { "m", empty, 2, UNKNOWN, false }, "text 2 is empty" },
		{ &provider_openai, { "m", bad, 1, UNKNOWN, false }, "text 1 is not valid UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct endpoint ep = { .base_url = "http://h", .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		assert_false(embed_build(cases[i].provider, &ep, &cases[i].r, &w, &e));
		assert_string_equal(e.text, cases[i].why);
		wire_request_free(&w);
	}
	assert_int_equal(embed_most(&provider_anthropic), 0);
	assert_false(rerank_is_known(&provider_gemini));
}

static void test_read(void **state)
{
	static const struct {
		const struct provider *provider;
		const char *body;
		int64_t in_tok;
	} good[] = {
		{ &provider_openai, DATA("[1,-2]", "[0.5,0]"), 3 },
		{ &provider_openai, DATA(BASE64, "\"AAAAPwAAAAA\""), 3 },
		{ &provider_openai, "{\"data\":[{\"index\":1,\"embedding\":[0.5,0]},{\"index\":0,\"embedding\":[1,-2.0]}]}", UNKNOWN },
		{ &provider_mistral, DATA("[1,-2]", "[0.5,0]"), 3 },
		{ &provider_gemini, "{\"embeddings\":[{\"values\":[1,-2]},{\"values\":[0.5,0]}]}", UNKNOWN },
		{ &provider_ollama, "{\"embeddings\":[[1,-2],[0.5,0]],\"prompt_eval_count\":4}", 4 },
		{ &provider_cohere, "{\"embeddings\":{\"float\":[[1,-2],[0.5,0]]},\"meta\":{\"billed_units\":{\"input_tokens\":5}}}", 5 },
	};
	const struct embed_request r = { .model = "m", .texts = two, .n = 2, .dimensions = UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		static const float expect[] = { 1, -2, 0.5F, 0 };
		struct embed_reply reply;
		struct err e = { 0 };

		if (!embed_read(good[i].provider, &r, 200, good[i].body, strlen(good[i].body), &reply, &e)) {
			fail_msg("%s: %s", good[i].body, e.text);
		}
		assert_int_equal(reply.n, 2);
		assert_int_equal(reply.dim, 2);
		assert_memory_equal(reply.values, expect, sizeof(expect));
		assert_int_equal(reply.usage.in_tok, good[i].in_tok);
		embed_reply_free(&reply);
	}
}

static void test_bad_answers(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_code code;
	} cases[] = {
		{ 200, DATA("[1,2]", "[1]"), ERR_PROVIDER },
		{ 200, DATA("[1,2]", "[1,null]"), ERR_PROVIDER },
		{ 200, DATA("[1,2]", "[1,1e300]"), ERR_PROVIDER },
		{ 200, DATA("[]", "[]"), ERR_PROVIDER },
		{ 200, DATA("[1]", "{}"), ERR_PROVIDER },
		{ 200, DATA("\"AAC?\"", "[1]"), ERR_PROVIDER },
		{ 200, DATA("\"AAAAAA==\"", "\"AADAfw==\""), ERR_PROVIDER }, /* the latter is not a number */
		{ 200, "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}", ERR_PROVIDER },
		{ 200, "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":9,\"embedding\":[1]}]}", ERR_PROVIDER },
		{ 200, "{\"data\":[{\"index\":-1,\"embedding\":[1]},{\"index\":1,\"embedding\":[1]}]}", ERR_PROVIDER },
		{ 200, "{\"data\":[{\"embedding\":[1]}]}", ERR_PROVIDER },
		{ 200, "{\"data\":7}", ERR_PROVIDER },
		{ 200, "[]", ERR_PROVIDER },
		{ 200, "<html>", ERR_PROVIDER },
		{ 200, "", ERR_PROVIDER },
		{ 401, "{\"error\":{\"message\":\"bad key\"}}", ERR_AUTH },
		{ 429, "{\"error\":{\"message\":\"slow down\"}}", ERR_RATE },
		{ 500, "", ERR_PROVIDER },
	};
	const struct embed_request r = { .model = "m", .texts = two, .n = 2, .dimensions = UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct embed_reply reply;
		struct err e = { 0 };

		assert_false(embed_read(&provider_openai, &r, cases[i].status, cases[i].body, strlen(cases[i].body), &reply, &e));
		assert_int_equal(e.code, cases[i].code);
		assert_true(e.text[0] != '\0');
		assert_null(reply.values);
	}
}

static void test_rerank(void **state)
{
	static const char body[] = "{\"results\":[{\"index\":1,\"relevance_score\":0.2},{\"index\":0,\"relevance_score\":0.9}],"
				   "\"meta\":{\"billed_units\":{\"search_units\":1}}}";
	static const char *const bad[] = { "{}", "{\"results\":[{\"index\":2,\"relevance_score\":1}]}", "{\"results\":[{\"index\":0}]}",
		"{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":0,\"relevance_score\":1}]}" };
	const struct rerank_request r = { .model = "m", .query = "q", .documents = two, .n = 2, .top = 2 };
	struct endpoint ep = { .base_url = "http://h/v1" };
	struct rerank_reply reply;
	struct wire_request w = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(rerank_build(&provider_openai, &ep, &r, &w, &e));
	assert_string_equal(w.url, "http://h/v1/rerank");
	assert_string_equal(buf_str(&w.body), "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"bé\"],\"top_n\":2}");
	wire_request_free(&w);
	assert_true(rerank_build(&provider_cohere, &ep, &r, &w, &e));
	assert_string_equal(w.url, "http://h/v1/v2/rerank");
	wire_request_free(&w);
	assert_false(rerank_build(&provider_ollama, &ep, &r, &w, &e));
	assert_string_equal(e.text, "Ollama has no reranking");
	wire_request_free(&w);
	assert_true(rerank_read(&provider_cohere, &r, 200, body, strlen(body), &reply, &e));
	assert_int_equal(reply.n, 2);
	assert_int_equal(reply.hits[0].index, 0);
	assert_int_equal(reply.usage.n_queries, 1);
	rerank_reply_free(&reply);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(rerank_read(&provider_openai, &r, 200, bad[i], strlen(bad[i]), &reply, &e));
		assert_null(reply.hits);
	}
}

static void test_moderation(void **state)
{
	static const struct {
		const char *body, *category; /* NULL: refused */
		bool is_flagged;
	} cases[] = {
		{ "{\"results\":[{\"flagged\":true,\"category_scores\":{\"hate\":0.1,\"violence\":0.9}}]}", "violence", true },
		{ "{\"results\":[{\"flagged\":false,\"category_scores\":{\"a\":\"x\",\"b\":7,\"c\":-1}}]}", "", false },
		{ "{\"results\":[{\"flagged\":false}]}", "", false },
		{ "{\"results\":[{\"flagged\":1}]}", NULL, false },
		{ "{\"results\":[3]}", NULL, false },
		{ "{\"results\":[]}", NULL, false },
		{ "{\"error\":{\"message\":\"no\"}}", NULL, false },
	};
	struct endpoint ep = { .base_url = "http://h/v1" };
	struct wire_request w = { 0 };
	struct moderation out;
	struct err e = { 0 };

	(void)state;
	assert_true(moderate_build(&provider_openai, &ep, "omni", two, 2, &w, &e));
	assert_string_equal(w.url, "http://h/v1/moderations");
	assert_string_equal(buf_str(&w.body), "{\"input\":[\"a\",\"bé\"],\"model\":\"omni\"}");
	wire_request_free(&w);
	assert_false(moderate_build(&provider_gemini, &ep, NULL, two, 2, &w, &e));
	assert_string_equal(e.text, "Google Gemini has no moderation");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool ok = moderate_read(&provider_openai, 1, 200, cases[i].body, strlen(cases[i].body), &out, &e);

		assert_int_equal(ok, cases[i].category != NULL);
		if (ok) {
			assert_string_equal(out.category, cases[i].category);
			assert_int_equal(out.is_flagged, cases[i].is_flagged);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build), cmocka_unit_test(test_refused), cmocka_unit_test(test_read),
		cmocka_unit_test(test_bad_answers), cmocka_unit_test(test_rerank),
		cmocka_unit_test(test_moderation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
