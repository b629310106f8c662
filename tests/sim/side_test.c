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
#include "provider/side.h"
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

/* The provider asks as it does, the simulator answers, the provider reads. */
static void ask(const struct provider *p, const struct side_request *r, struct side_reply *reply)
{
	struct endpoint ep = { .base_url = strcmp(p->kind, "mistral") == 0 ? "http://127.0.0.1:9/mistral/v1" : "http://127.0.0.1:9", .key = "k" };
	struct wire_request w = { 0 };
	struct answer a;
	struct err e = { 0 };

	if (!side_build(p, &ep, r, &w, &e)) {
		fail_msg("%s: %s", p->kind, e.text);
	}
	char *text = answer_to(&w);
	answer_init(&a);
	if (!side_read(p, r, 200, text, strlen(text), &a, reply)) {
		fail_msg("%s: %s", p->kind, a.error_text);
	}
	answer_free(&a);
	free(text);
	wire_request_free(&w);
}

static void embeddings(void **state)
{
	const struct side_request r = { .kind = SIDE_EMBED, .model = "m", .texts = texts, .n = COUNT_OF(texts), .dimensions = 64 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		struct side_reply reply;

		if (side_most(providers[i], SIDE_EMBED) == 0) {
			continue;
		}
		n++;
		ask(providers[i], &r, &reply);
		assert_int_equal(reply.dim, 64);
		assert_true(fabs(dot(reply.vectors, reply.vectors, 64) - 1) < 1e-5);
		assert_true(dot(reply.vectors, reply.vectors + 64, 64) > 0.7);
		assert_true(fabs(dot(reply.vectors, reply.vectors + 128, 64)) < 0.5);
		side_reply_free(&reply);
	}
	assert_int_equal(n, 7);
}

static void reranking(void **state)
{
	const struct side_request r = { .kind = SIDE_RERANK, .model = "m", .query = "revenue percent", .texts = texts, .n = COUNT_OF(texts), .top = 2 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		struct side_reply reply;

		if (side_most(providers[i], SIDE_RERANK) == 0) {
			continue;
		}
		n++;
		ask(providers[i], &r, &reply);
		assert_int_equal(reply.n, 2);
		assert_int_equal(reply.ranking[0].index, 2);
		assert_true(reply.ranking[0].score > reply.ranking[1].score);
		side_reply_free(&reply);
	}
	assert_int_equal(n, 2);
}

static void moderation(void **state)
{
	static const char *const said[] = { "Good morning.", "I will kill you." };
	const struct side_request r = { .kind = SIDE_MODERATE, .model = "m", .texts = said, .n = COUNT_OF(said) };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		struct side_reply reply;

		if (side_most(providers[i], SIDE_MODERATE) == 0) {
			continue;
		}
		n++;
		ask(providers[i], &r, &reply);
		assert_false(reply.judgements[0].is_flagged);
		assert_true(reply.judgements[1].is_flagged);
		assert_string_equal(reply.judgements[1].category, "violence");
		side_reply_free(&reply);
	}
	assert_int_equal(n, 2);
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
