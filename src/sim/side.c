#include "sim/side.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "text/base64.h"

#define DIM_MOST 4096

static bool is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* Adds the direction of a word: numbers from -1 to 1 that follow from its hash. */
static void add_word(const char *word, size_t len, float *out, size_t dim)
{
	uint64_t h = HASH_START;

	for (size_t i = 0; i < len; i++) {
		char c = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] + 32) : word[i];

		h = hash_bytes(h, &c, 1);
	}
	for (size_t i = 0; i < dim; i++) {
		h = hash_mix(h + i + 1);
		out[i] += (float)((double)(h >> 11) / (double)(1ULL << 52) - 1);
	}
}

void side_vector(const char *text, float *out, size_t dim)
{
	double sum = 0;

	for (size_t i = 0; i < dim; i++) {
		out[i] = 0;
	}
	for (const char *s = text; *s != '\0';) {
		size_t n = 0;

		while (is_word((unsigned char)s[n])) {
			n++;
		}
		if (n > 0) {
			add_word(s, n, out, dim);
		}
		s += n > 0 ? n : 1;
	}
	for (size_t i = 0; i < dim; i++) {
		sum += (double)out[i] * (double)out[i];
	}
	for (size_t i = 0; sum > 0 && i < dim; i++) {
		out[i] = (float)((double)out[i] / sqrt(sum));
	}
}

static double nearness(const char *a, const char *b)
{
	float x[SIDE_DIM], y[SIDE_DIM];
	double sum = 0;

	side_vector(a, x, SIDE_DIM);
	side_vector(b, y, SIDE_DIM);
	for (size_t i = 0; i < SIDE_DIM; i++) {
		sum += (double)x[i] * (double)y[i];
	}
	return sum > 0 ? sum : 0;
}

static json_t *vector(const char *text, size_t dim, bool is_base64)
{
	float *floats = x_calloc(dim, sizeof(*floats));
	struct buf packed = { 0 };
	json_t *v = json_array();

	side_vector(text, floats, dim);
	if (is_base64) { /* little-endian, as this machine or not */
		struct buf bytes = { 0 };

		for (size_t i = 0; i < dim; i++) {
			uint32_t bits;

			memcpy(&bits, &floats[i], sizeof(bits));
			for (int k = 0; k < 4; k++) {
				(void)buf_add_char(&bytes, (char)(bits >> (8 * k) & 0xff));
			}
		}
		base64_add(&packed, bytes.s, bytes.len);
		buf_free(&bytes);
		json_decref(v);
		v = json_string(buf_str(&packed));
	}
	for (size_t i = 0; !is_base64 && i < dim; i++) {
		(void)json_array_append_new(v, json_real((double)floats[i]));
	}
	buf_free(&packed);
	free(floats);
	return v;
}

/* A list of texts, or one; NULL with a sentence. The caller's. */
static json_t *texts_of(const json_t *body, const char *key, struct err *e)
{
	json_t *v = json_object_get(body, key), *list = json_is_string(v) ? json_pack("[O]", v) : json_incref(v);
	size_t i;
	const json_t *item;
	bool ok = json_array_size(list) > 0;

	json_array_foreach (list, i, item) {
		ok = ok && json_string_length(item) > 0;
	}
	if (!ok) {
		(void)err_set(e, ERR_CHECK, "'%s' must be a text or a list of texts that are not empty", key);
		json_decref(list);
		return NULL;
	}
	return list;
}

static bool dim_of(const json_t *body, const char *key, size_t *dim, struct err *e)
{
	int64_t n = SIDE_DIM;

	if (!ask_get_integer(body, key, 1, &n, e)) {
		return false;
	}
	*dim = (size_t)n;
	return n <= DIM_MOST || err_set(e, ERR_CHECK, "'%s' must be at most %d", key, DIM_MOST);
}

/* Four bytes are a token, more or less. */
static json_int_t tokens(const json_t *texts)
{
	json_int_t n = 0;
	size_t i;
	const json_t *item;

	json_array_foreach (texts, i, item) {
		n += (json_int_t)(json_string_length(item) + 3) / 4;
	}
	return n;
}

/* A vector for each text, or an object around it. */
static json_t *vectors(const json_t *texts, size_t dim, bool is_base64, bool are_objects)
{
	json_t *list = json_array();
	size_t i;
	const json_t *item;

	json_array_foreach (texts, i, item) {
		json_t *v = vector(json_string_value(item), dim, is_base64);

		(void)json_array_append_new(list,
		    are_objects ? json_pack("{s:s, s:I, s:o}", "object", "embedding", "index", (json_int_t)i, "embedding", v) : v);
	}
	return list;
}

static json_t *embed_openai(const json_t *body, struct err *e)
{
	const char *format = json_string_value(json_object_get(body, "encoding_format"));
	const char *model = json_string_value(json_object_get(body, "model"));
	const char *key = json_object_get(body, "output_dimension") != NULL ? "output_dimension" : "dimensions"; /* the former at Mistral */
	json_t *texts = texts_of(body, "input", e), *reply = NULL;
	size_t dim;

	if (texts != NULL && dim_of(body, key, &dim, e)) {
		json_t *list = vectors(texts, dim, format != NULL && strcmp(format, "base64") == 0, true);

		reply = json_pack("{s:s, s:o, s:s?, s:{s:I, s:I}}", "object", "list", "data", list, "model", model, "usage", "prompt_tokens",
		    tokens(texts), "total_tokens", tokens(texts));
	}
	json_decref(texts);
	return reply;
}

#define USD_PER_TOK 0.00000002

static json_t *embed_openrouter(const json_t *body, struct err *e)
{
	json_t *reply = embed_openai(body, e), *usage = json_object_get(reply, "usage");

	(void)json_object_set_new(usage, "cost", json_real(json_number_value(json_object_get(usage, "prompt_tokens")) * USD_PER_TOK));
	return reply;
}

static json_t *embed_ollama(const json_t *body, struct err *e)
{
	json_t *texts = texts_of(body, "input", e), *reply = NULL;
	size_t dim;

	if (texts != NULL && dim_of(body, "dimensions", &dim, e)) {
		reply = json_pack("{s:s?, s:o, s:I}", "model", json_string_value(json_object_get(body, "model")), "embeddings",
		    vectors(texts, dim, false, false), "prompt_eval_count", tokens(texts));
	}
	json_decref(texts);
	return reply;
}

static json_t *embed_cohere(const json_t *body, struct err *e)
{
	json_t *texts = texts_of(body, "texts", e), *reply = NULL;
	size_t dim;

	if (json_object_get(body, "input_type") == NULL) {
		(void)err_set(e, ERR_CHECK, "invalid request: input_type is required");
	} else if (texts != NULL && dim_of(body, "output_dimension", &dim, e)) {
		reply = json_pack("{s:s, s:{s:o}, s:{s:{s:I}}}", "id", "simulated", "embeddings", "float", vectors(texts, dim, false, false), "meta",
		    "billed_units", "input_tokens", tokens(texts));
	}
	json_decref(texts);
	return reply;
}

static json_t *embed_gemini(const json_t *body, struct err *e)
{
	const json_t *requests = json_object_get(body, "requests"), *item;
	json_t *list = json_array();
	size_t i, dim;
	bool ok = json_array_size(requests) > 0 || err_set(e, ERR_CHECK, "requests must be a list that is not empty");

	json_array_foreach (requests, i, item) {
		const json_t *parts = json_object_get(json_object_get(item, "content"), "parts");
		const char *text = json_string_value(json_object_get(json_array_get(parts, 0), "text"));

		if (ok && (text == NULL || text[0] == '\0')) {
			ok = err_set(e, ERR_CHECK, "requests[%zu].content has no text", i);
		}
		ok = ok && dim_of(item, "outputDimensionality", &dim, e);
		if (ok) {
			(void)json_array_append_new(list, json_pack("{s:o}", "values", vector(text, dim, false)));
		}
	}
	if (!ok) {
		json_decref(list);
		return NULL;
	}
	return json_pack("{s:o}", "embeddings", list);
}

static int by_score(const void *a, const void *b)
{
	double x = json_real_value(json_object_get(*(json_t *const *)a, "relevance_score"));
	double y = json_real_value(json_object_get(*(json_t *const *)b, "relevance_score"));

	return (x < y) - (x > y);
}

/* The documents by how many words they share with the query. */
static json_t *results(const json_t *body, struct err *e)
{
	const char *query = json_string_value(json_object_get(body, "query"));
	json_t *texts = texts_of(body, "documents", e), *list = NULL;
	size_t n = json_array_size(texts);
	int64_t top = (int64_t)n;

	if (query == NULL) {
		(void)err_set(e, ERR_CHECK, "'query' is required");
	} else if (texts != NULL && ask_get_integer(body, "top_n", 1, &top, e)) {
		json_t **hits = x_calloc(n, sizeof(json_t *));

		for (size_t i = 0; i < n; i++) {
			hits[i] = json_pack("{s:I, s:f}", "index", (json_int_t)i, "relevance_score",
			    nearness(query, json_string_value(json_array_get(texts, i))));
		}
		qsort(hits, n, sizeof(json_t *), by_score);
		list = json_array();
		for (size_t i = 0; i < n; i++) {
			if (i < (size_t)top) {
				(void)json_array_append(list, hits[i]);
			}
			json_decref(hits[i]);
		}
		free(hits);
	}
	json_decref(texts);
	return list;
}

static json_t *rerank_openai(const json_t *body, struct err *e)
{
	json_t *list = results(body, e);

	return list != NULL ? json_pack("{s:o, s:{s:i}}", "results", list, "usage", "total_tokens", 12) : NULL;
}

static json_t *rerank_cohere(const json_t *body, struct err *e)
{
	json_t *list = results(body, e);

	return list != NULL ? json_pack("{s:s, s:o, s:{s:{s:i}}}", "id", "simulated", "results", list, "meta", "billed_units", "search_units", 1)
			    : NULL;
}

/* A text is flagged when it names violence. */
static json_t *moderate(const json_t *body, bool says_flagged, struct err *e)
{
	json_t *texts = texts_of(body, "input", e), *list = json_array();
	const char *model = json_string_value(json_object_get(body, "model"));
	size_t i;
	const json_t *item;

	if (texts == NULL) {
		json_decref(list);
		return NULL;
	}
	json_array_foreach (texts, i, item) {
		bool is_flagged = strcasestr(json_string_value(item), "kill") != NULL;
		json_t *result = json_pack("{s:{s:b, s:b}, s:{s:f, s:f}}", "categories", "hate", 0, "violence", is_flagged, "category_scores", "hate",
		    0.01, "violence", is_flagged ? 0.97 : 0.02);

		if (says_flagged) {
			(void)json_object_set_new(result, "flagged", json_boolean(is_flagged));
		}
		(void)json_array_append_new(list, result);
	}
	json_decref(texts);
	return json_pack("{s:s, s:s, s:o}", "id", "modr-simulated", "model", model != NULL ? model : "omni-moderation-latest", "results", list);
}

static json_t *moderate_openai(const json_t *body, struct err *e)
{
	return moderate(body, true, e);
}

/* It gives the categories alone. */
static json_t *moderate_mistral(const json_t *body, struct err *e)
{
	return moderate(body, false, e);
}

const struct side_path *side_find(const char *path)
{
	static const struct side_path rows[] = {
		{ "/mistral/v1/embeddings", &dialect_mistral, embed_openai },
		{ "/api/v1/embeddings", &dialect_openrouter, embed_openrouter },
		{ "/embeddings", &dialect_openai, embed_openai },
		{ "/api/embed", &dialect_ollama, embed_ollama },
		{ "/v2/embed", &dialect_cohere, embed_cohere },
		{ ":batchEmbedContents", &dialect_gemini, embed_gemini },
		{ "/v2/rerank", &dialect_cohere, rerank_cohere },
		{ "/rerank", &dialect_openai, rerank_openai },
		{ "/mistral/v1/moderations", &dialect_mistral, moderate_mistral },
		{ "/moderations", &dialect_openai, moderate_openai },
	};
	size_t len = strlen(path);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t n = strlen(rows[i].end);

		if (len >= n && strcmp(path + len - n, rows[i].end) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}
