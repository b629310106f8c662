/* What the formats send, the simulator answers, and what it answers they read: texts that share words are near. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "provider/embed.h"
#include "sim/side.h"

static const char *const texts[] = { "The cat sat on the mat.", "the CAT sat on a mat", "Quarterly revenue grew by nine percent" };

static double dot(const float *a, const float *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += (double)a[i] * (double)b[i];
	}
	return sum;
}

/* The body that the simulator answers to a request; the caller's. */
static char *answer_to(const struct wire_request *w)
{
	char *path = x_strndup(w->url, strcspn(w->url, "?"));
	const struct side_path *side = side_find(path);
	struct err e = { 0 };
	json_t *body = json_loads(buf_str(&w->body), 0, NULL);

	assert_non_null(side);
	assert_non_null(body);
	json_t *reply = side->answer(body, &e);
	if (reply == NULL) {
		fail_msg("%s: %s", path, e.text);
	}
	char *text = json_dumps(reply, JSON_COMPACT);
	json_decref(reply);
	json_decref(body);
	free(path);
	return text;
}

static void embeddings(void **state)
{
	const struct embed_request r = { .model = "m", .texts = texts, .n = COUNT_OF(texts), .dimensions = 64 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		struct endpoint ep = { .base_url = "http://127.0.0.1:9", .key = "k" };
		struct wire_request w = { 0 };
		struct embed_reply reply;
		struct err e = { 0 };

		if (!embed_is_known(providers[i])) {
			continue;
		}
		n++;
		assert_true(embed_build(providers[i], &ep, &r, &w, &e));
		char *text = answer_to(&w);
		if (!embed_read(providers[i], &r, 200, text, strlen(text), &reply, &e)) {
			fail_msg("%s: %s", providers[i]->kind, e.text);
		}
		assert_int_equal(reply.dim, 64);
		assert_true(fabs(dot(reply.values, reply.values, 64) - 1) < 1e-5);
		assert_true(dot(reply.values, reply.values + 64, 64) > 0.7);
		assert_true(fabs(dot(reply.values, reply.values + 128, 64)) < 0.5);
		free(text);
		embed_reply_free(&reply);
		wire_request_free(&w);
	}
	assert_int_equal(n, 7);
}

static void reranking(void **state)
{
	const struct rerank_request r = { .model = "m", .query = "revenue percent", .documents = texts, .n = COUNT_OF(texts), .top = 2 };

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		struct endpoint ep = { .base_url = "http://127.0.0.1:9", .key = "k" };
		struct wire_request w = { 0 };
		struct rerank_reply reply;
		struct err e = { 0 };

		if (!rerank_is_known(providers[i])) {
			continue;
		}
		assert_true(rerank_build(providers[i], &ep, &r, &w, &e));
		char *text = answer_to(&w);
		assert_true(rerank_read(providers[i], &r, 200, text, strlen(text), &reply, &e));
		assert_int_equal(reply.n, 2);
		assert_int_equal(reply.hits[0].index, 2);
		assert_true(reply.hits[0].score > reply.hits[1].score);
		free(text);
		rerank_reply_free(&reply);
		wire_request_free(&w);
	}
}

static void moderation(void **state)
{
	static const char *const said[] = { "Good morning.", "I will kill you." };
	const struct provider *p = provider_find("openai");
	struct endpoint ep = { .base_url = "http://127.0.0.1:9", .key = "k" };
	struct wire_request w = { 0 };
	struct moderation out[2];
	struct err e = { 0 };

	(void)state;
	assert_true(moderate_build(p, &ep, NULL, said, 2, &w, &e));
	char *text = answer_to(&w);
	assert_true(moderate_read(p, 2, 200, text, strlen(text), out, &e));
	assert_false(out[0].is_flagged);
	assert_true(out[1].is_flagged);
	assert_string_equal(out[1].category, "violence");
	free(text);
	wire_request_free(&w);
}

static void vectors(void **state)
{
	float a[16], b[16];

	(void)state;
	side_vector("", a, 16);
	assert_true(dot(a, a, 16) == 0);
	side_vector("one two", a, 16);
	side_vector("TWO, one!", b, 16);
	assert_true(dot(a, b, 16) > 0.9999);
}

static void refusals(void **state)
{
	static const struct {
		const char *path, *body;
	} cases[] = {
		{ "/v1/embeddings", "{}" },
		{ "/v1/embeddings", "{\"input\":\"\"}" },
		{ "/v1/embeddings", "{\"input\":[\"a\",3]}" },
		{ "/v1/embeddings", "{\"input\":\"a\",\"dimensions\":0}" },
		{ "/v1/embeddings", "{\"input\":\"a\",\"dimensions\":1000000}" },
		{ "/api/embed", "{\"input\":[]}" },
		{ "/v2/embed", "{\"texts\":[\"a\"]}" },
		{ "/v1beta/models/m:batchEmbedContents", "{\"requests\":[]}" },
		{ "/v1beta/models/m:batchEmbedContents", "{\"requests\":[{\"content\":{}}]}" },
		{ "/v2/rerank", "{\"query\":\"a\"}" },
		{ "/v1/rerank", "{\"documents\":[\"a\"]}" },
		{ "/v1/moderations", "{\"input\":[]}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *body = json_loads(cases[i].body, 0, NULL);
		struct err e = { 0 };

		assert_null(side_find(cases[i].path)->answer(body, &e));
		assert_true(e.text[0] != '\0');
		json_decref(body);
	}
	assert_null(side_find("/v1/chat/completions"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(embeddings),
		cmocka_unit_test(reranking),
		cmocka_unit_test(moderation),
		cmocka_unit_test(vectors),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
