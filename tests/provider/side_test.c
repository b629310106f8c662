#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"
#include "provider/side.h"

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
	const struct side_request r = { .kind = SIDE_EMBED, .model = "m", .texts = two, .n = 2, .dimensions = 8 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider *p = cases[i].provider;
		struct endpoint ep = { .base_url = cases[i].base_url != NULL ? cases[i].base_url : p->base_url, .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		assert_true(side_build(p, &ep, &r, &w, &e));
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
		const char *model;
		const char *const *texts;
		size_t n;
		const char *why;
	} cases[] = {
		{ &provider_anthropic, "m", two, 2, "Anthropic has no embeddings" },
		{ &provider_openai, "", two, 2, "the target names no model" },
		{ &provider_openai, "m", two, 0, "1 to 2048 texts can be sent at once, not 0" },
		{ &provider_cohere, "m", two, 97, "1 to 96 texts can be sent at once, not 97" },
		{ &provider_openai, "m", empty, 2, "text 2 is empty" },
		{ &provider_openai, "m", bad, 1, "text 1 is not valid UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct endpoint ep = { .base_url = "http://h", .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		struct side_request r = { .kind = SIDE_EMBED, .model = cases[i].model, .texts = cases[i].texts, .n = cases[i].n, .dimensions = UNKNOWN };
		assert_false(side_build(cases[i].provider, &ep, &r, &w, &e));
		assert_string_equal(e.text, cases[i].why);
		wire_request_free(&w);
	}
	assert_int_equal(side_most(&provider_anthropic, SIDE_EMBED), 0);
	assert_int_equal(side_most(&provider_gemini, SIDE_RERANK), 0);
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
	const struct side_request r = { .kind = SIDE_EMBED, .model = "m", .texts = two, .n = 2, .dimensions = UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		static const float expect[] = { 1, -2, 0.5F, 0 };
		struct side_reply reply;
		struct answer a;

		answer_init(&a);
		if (!side_read(good[i].provider, &r, 200, good[i].body, strlen(good[i].body), &a, &reply)) {
			fail_msg("%s: %s", good[i].body, a.error_text);
		}
		assert_int_equal(reply.n, 2);
		assert_int_equal(reply.dim, 2);
		assert_memory_equal(reply.vectors, expect, sizeof(expect));
		assert_int_equal(a.usage.in_tok, good[i].in_tok);
		assert_int_equal(a.has_usage, good[i].in_tok != UNKNOWN);
		assert_int_equal(a.finish, FINISH_STOP);
		answer_free(&a);
		side_reply_free(&reply);
	}
}

static void test_bad_answers(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum error_class class;
	} cases[] = {
		{ 200, DATA("[1,2]", "[1]"), CLASS_SERVER_ERROR },
		{ 200, DATA("[1,2]", "[1,null]"), CLASS_SERVER_ERROR },
		{ 200, DATA("[1,2]", "[1,1e300]"), CLASS_SERVER_ERROR },
		{ 200, DATA("[]", "[]"), CLASS_SERVER_ERROR },
		{ 200, DATA("[1]", "{}"), CLASS_SERVER_ERROR },
		{ 200, DATA("\"AAC?\"", "[1]"), CLASS_SERVER_ERROR },
		{ 200, DATA("\"AAAAAA==\"", "\"AADAfw==\""), CLASS_SERVER_ERROR }, /* the latter is not a number */
		{ 200, "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}", CLASS_SERVER_ERROR },
		{ 200, "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":9,\"embedding\":[1]}]}", CLASS_SERVER_ERROR },
		{ 200, "{\"data\":[{\"index\":-1,\"embedding\":[1]},{\"index\":1,\"embedding\":[1]}]}", CLASS_SERVER_ERROR },
		{ 200, "{\"data\":[{\"embedding\":[1]}]}", CLASS_SERVER_ERROR },
		{ 200, "{\"data\":7}", CLASS_SERVER_ERROR },
		{ 200, "[]", CLASS_SERVER_ERROR },
		{ 200, "<html>", CLASS_SERVER_ERROR },
		{ 200, "", CLASS_SERVER_ERROR },
		{ 401, "{\"error\":{\"message\":\"bad key\"}}", CLASS_AUTH },
		{ 429, "{\"error\":{\"message\":\"slow down\"}}", CLASS_RATE_LIMITED },
		{ 500, "", CLASS_SERVER_ERROR },
	};
	const struct side_request r = { .kind = SIDE_EMBED, .model = "m", .texts = two, .n = 2, .dimensions = UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct side_reply reply;
		struct answer a;

		answer_init(&a);
		assert_false(side_read(&provider_openai, &r, cases[i].status, cases[i].body, strlen(cases[i].body), &a, &reply));
		assert_int_equal(a.error_class, cases[i].class);
		assert_true(a.error_text[0] != '\0');
		assert_null(reply.vectors);
		answer_free(&a);
	}
}

static void test_rerank(void **state)
{
	static const char body[] = "{\"results\":[{\"index\":1,\"relevance_score\":0.2},{\"index\":0,\"relevance_score\":0.9}],"
				   "\"meta\":{\"billed_units\":{\"search_units\":1}}}";
	static const char *const bad[] = { "{}", "{\"results\":[{\"index\":2,\"relevance_score\":1}]}", "{\"results\":[{\"index\":0}]}",
		"{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":0,\"relevance_score\":1}]}" };
	const struct side_request r = { .kind = SIDE_RERANK, .model = "m", .query = "q", .texts = two, .n = 2, .top = 2 };
	struct endpoint ep = { .base_url = "http://h/v1" };
	struct side_reply reply;
	struct wire_request w = { 0 };
	struct answer a;
	struct err e = { 0 };

	(void)state;
	assert_true(side_build(&provider_openai, &ep, &r, &w, &e));
	assert_string_equal(w.url, "http://h/v1/rerank");
	assert_string_equal(buf_str(&w.body), "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"bé\"],\"top_n\":2}");
	wire_request_free(&w);
	assert_true(side_build(&provider_cohere, &ep, &r, &w, &e));
	assert_string_equal(w.url, "http://h/v1/v2/rerank");
	wire_request_free(&w);
	assert_false(side_build(&provider_ollama, &ep, &r, &w, &e));
	assert_string_equal(e.text, "Ollama has no reranking");
	wire_request_free(&w);
	answer_init(&a);
	assert_true(side_read(&provider_cohere, &r, 200, body, strlen(body), &a, &reply));
	assert_int_equal(reply.n, 2);
	assert_int_equal(reply.ranking[0].index, 0);
	assert_int_equal(a.usage.n_queries, 1);
	side_reply_free(&reply);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(side_read(&provider_openai, &r, 200, bad[i], strlen(bad[i]), &a, &reply));
		assert_null(reply.ranking);
	}
	answer_free(&a);
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
		{ "{\"results\":[{\"categories\":{\"hate\":false,\"violence\":true},\"category_scores\":{\"violence\":0.7}}]}", "violence", true },
		{ "{\"results\":[{\"categories\":{\"hate\":false}}]}", "", false },
		{ "{\"results\":[{\"flagged\":1}]}", NULL, false },
		{ "{\"results\":[{\"flagged\":null,\"categories\":{}}]}", NULL, false },
		{ "{\"results\":[3]}", NULL, false },
		{ "{\"results\":[]}", NULL, false },
		{ "{\"error\":{\"message\":\"no\"}}", NULL, false },
	};
	struct side_request r = { .kind = SIDE_MODERATE, .model = "omni", .texts = two, .n = 2 };
	struct endpoint ep = { .base_url = "http://h/v1" };
	struct wire_request w = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(side_build(&provider_mistral, &ep, &r, &w, &e));
	assert_string_equal(w.url, "http://h/v1/moderations");
	assert_string_equal(buf_str(&w.body), "{\"model\":\"omni\",\"input\":[\"a\",\"bé\"]}");
	wire_request_free(&w);
	assert_false(side_build(&provider_gemini, &ep, &r, &w, &e));
	assert_string_equal(e.text, "Google Gemini has no moderation");
	r.n = 1;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct side_reply out;
		struct answer a;

		answer_init(&a);
		bool ok = side_read(&provider_openai, &r, 200, cases[i].body, strlen(cases[i].body), &a, &out);
		assert_int_equal(ok, cases[i].category != NULL);
		if (ok) {
			assert_string_equal(out.judgements[0].category, cases[i].category);
			assert_int_equal(out.judgements[0].is_flagged, cases[i].is_flagged);
		}
		answer_free(&a);
		side_reply_free(&out);
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
