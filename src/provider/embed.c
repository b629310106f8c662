#include "provider/embed.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/failure.h"
#include "text/base64.h"
#include "text/repair.h"
#include "text/utf8.h"

#define DIM_MOST 65536
#define DOCUMENTS_MOST 10000
#define MODERATED_MOST 32

void embed_reply_free(struct embed_reply *r)
{
	free(r->values);
	*r = (struct embed_reply){ .usage = USAGE_UNKNOWN };
}

void rerank_reply_free(struct rerank_reply *r)
{
	free(r->hits);
	*r = (struct rerank_reply){ .usage = USAGE_UNKNOWN };
}

bool embed_is_known(const struct provider *p)
{
	return p->side != NULL && p->side->build_embed != NULL;
}

size_t embed_most(const struct provider *p)
{
	return embed_is_known(p) ? p->side->embed_most : 0;
}

bool rerank_is_known(const struct provider *p)
{
	return p->side != NULL && p->side->build_rerank != NULL;
}

bool moderate_is_known(const struct provider *p)
{
	return p->side != NULL && p->side->build_moderate != NULL;
}

static bool check(const char *model, const char *const *texts, size_t n, size_t most, const char *what, struct err *e)
{
	if (model == NULL || model[0] == '\0' || !utf8_valid(model, strlen(model))) {
		return err_set(e, ERR_CONFIG, "the target names no model");
	}
	if (n == 0 || n > most) {
		return err_set(e, ERR_USAGE, "1 to %zu %ss can be sent at once, not %zu", most, what, n);
	}
	for (size_t i = 0; i < n; i++) {
		if (texts[i][0] == '\0' || !utf8_valid(texts[i], strlen(texts[i]))) {
			return err_set(e, ERR_USAGE, "%s %zu is %s", what, i + 1, texts[i][0] == '\0' ? "empty" : "not valid UTF-8");
		}
	}
	return true;
}

bool embed_build(const struct provider *p, const struct endpoint *ep, const struct embed_request *r, struct wire_request *out,
    struct err *e)
{
	if (!embed_is_known(p)) {
		return err_set(e, ERR_CONFIG, "%s has no embeddings", p->title);
	}
	return check(r->model, r->texts, r->n, p->side->embed_most, "text", e) && p->side->build_embed(ep, r, out, e);
}

bool rerank_build(const struct provider *p, const struct endpoint *ep, const struct rerank_request *r, struct wire_request *out,
    struct err *e)
{
	if (!rerank_is_known(p)) {
		return err_set(e, ERR_CONFIG, "%s has no reranking", p->title);
	}
	return check(r->model, &r->query, 1, 1, "query", e) && check(r->model, r->documents, r->n, DOCUMENTS_MOST, "document", e) &&
	       p->side->build_rerank(ep, r, out, e);
}

/* The answer as JSON; NULL: it is an error, and told. */
static json_t *parse(const struct provider *p, int status, const char *body, size_t len, struct err *e)
{
	bool is_ok = status >= 200 && status <= 299;
	json_t *v = is_ok ? json_parse(body, len, NULL) : NULL;
	struct answer a;

	if (json_is_object(v) && !failure_is(v)) {
		return v;
	}
	answer_init(&a);
	failure_from_body(&a, status, body, len);
	(void)err_set(e, a.error_class == CLASS_AUTH ? ERR_AUTH : a.error_class == CLASS_RATE_LIMITED ? ERR_RATE : ERR_PROVIDER, "%s: %.200s",
	    p->title, a.error_text);
	answer_free(&a);
	json_decref(v);
	return NULL;
}

static float float_of(const unsigned char *b)
{
	uint32_t bits = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

/* The floats of one vector, the caller's; NULL: it is none. */
static float *vector_of(const json_t *v, size_t *dim)
{
	struct buf bytes = { 0 };
	float *out = NULL;
	size_t i;
	const json_t *item;

	*dim = json_array_size(v);
	if (json_is_string(v) && base64_get(&bytes, json_string_value(v), json_string_length(v)) && bytes.len % 4 == 0) {
		*dim = bytes.len / 4;
	}
	if (*dim == 0 || *dim > DIM_MOST) {
		buf_free(&bytes);
		return NULL;
	}
	out = x_calloc(*dim, sizeof(*out));
	for (i = 0; i < bytes.len / 4; i++) {
		out[i] = float_of((const unsigned char *)bytes.s + 4 * i);
	}
	json_array_foreach (v, i, item) {
		out[i] = json_is_number(item) ? (float)json_number_value(item) : NAN;
	}
	buf_free(&bytes);
	for (i = 0; i < *dim; i++) {
		if (!isfinite(out[i])) {
			free(out);
			return NULL;
		}
	}
	return out;
}

static bool put(struct embed_reply *out, size_t row, const json_t *v, bool seen[], struct err *e)
{
	size_t dim;
	float *floats = vector_of(v, &dim);
	bool fits = floats != NULL && row < out->n && !seen[row] && (out->dim == 0 || out->dim == dim);

	if (fits) {
		out->dim = dim;
		out->values = out->values != NULL ? out->values : x_calloc(out->n * dim, sizeof(float));
		memcpy(out->values + row * dim, floats, dim * sizeof(float));
		seen[row] = true;
	}
	free(floats);
	return fits || err_set(e, ERR_PROVIDER, "the answer holds a vector that is none, of another length, or too many");
}

bool embed_read(const struct provider *p, const struct embed_request *r, int status, const char *body, size_t len, struct embed_reply *out,
    struct err *e)
{
	json_t *v = parse(p, status, body, len, e);
	const json_t *list = v != NULL ? json_get_path(v, p->side->vectors) : NULL, *item;
	bool *seen = x_calloc(r->n, sizeof(*seen)), ok = v != NULL;
	size_t i;

	*out = (struct embed_reply){ .n = r->n, .usage = USAGE_UNKNOWN };
	if (ok && json_array_size(list) != r->n) {
		ok = err_set(e, ERR_PROVIDER, "%zu vectors came for %zu texts", json_array_size(list), r->n);
	}
	json_array_foreach (list, i, item) {
		const json_t *vector = p->side->member != NULL ? json_object_get(item, p->side->member) : item;
		int64_t index = p->side->member != NULL ? known_or(json_get_int(item, "index"), (int64_t)i) : (int64_t)i;

		ok = ok && put(out, index >= 0 ? (size_t)index : r->n, vector, seen, e);
	}
	if (ok) {
		p->side->read_usage(v, &out->usage);
	} else {
		embed_reply_free(out);
	}
	free(seen);
	json_decref(v);
	return ok;
}

static int by_score(const void *a, const void *b)
{
	const struct rerank_hit *x = a, *y = b;

	return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : (x->index > y->index) - (x->index < y->index);
}

bool rerank_read(const struct provider *p, const struct rerank_request *r, int status, const char *body, size_t len,
    struct rerank_reply *out, struct err *e)
{
	json_t *v = parse(p, status, body, len, e);
	const json_t *list = json_get_array(v, "results"), *item;
	bool *seen = x_calloc(r->n, sizeof(*seen)), ok = v != NULL;
	size_t i, n = json_array_size(list);

	*out = (struct rerank_reply){ .usage = USAGE_UNKNOWN };
	if (ok && (list == NULL || n > r->n)) {
		ok = err_set(e, ERR_PROVIDER, "the answer holds no order of the documents");
	}
	out->hits = ok ? x_calloc(n + 1, sizeof(*out->hits)) : NULL;
	json_array_foreach (list, i, item) {
		const json_t *score = json_object_get(item, "relevance_score");
		int64_t index = json_get_int(item, "index");

		if (ok && (index < 0 || index >= (int64_t)r->n || seen[index] || !json_is_number(score))) {
			ok = err_set(e, ERR_PROVIDER, "place %zu of the answer names no document, or one twice", i + 1);
		}
		if (ok) {
			seen[index] = true;
			out->hits[out->n++] = (struct rerank_hit){ (size_t)index, json_number_value(score) };
		}
	}
	if (ok) {
		qsort(out->hits, out->n, sizeof(*out->hits), by_score);
		p->side->read_usage(v, &out->usage);
	} else {
		rerank_reply_free(out);
	}
	free(seen);
	json_decref(v);
	return ok;
}

bool moderate_build(const struct provider *p, const struct endpoint *ep, const char *model, const char *const *texts, size_t n,
    struct wire_request *out, struct err *e)
{
	if (!moderate_is_known(p)) {
		return err_set(e, ERR_CONFIG, "%s has no moderation", p->title);
	}
	return check(model != NULL ? model : "usual", texts, n, MODERATED_MOST, "text", e) &&
	       p->side->build_moderate(ep, model, texts, n, out, e);
}

static bool judge(const json_t *result, struct moderation *out)
{
	const json_t *flagged = json_object_get(result, "flagged"), *score;
	const char *name;

	*out = (struct moderation){ .is_flagged = json_is_true(flagged) };
	json_object_foreach ((json_t *)json_object_get(result, "category_scores"), name, score) {
		double v = json_is_number(score) ? json_number_value(score) : -1;

		if (v > out->score && v <= 1) {
			out->score = v;
			failure_text(out->category, sizeof(out->category), name, strlen(name));
		}
	}
	return json_is_boolean(flagged);
}

bool moderate_read(const struct provider *p, size_t n, int status, const char *body, size_t len, struct moderation *out, struct err *e)
{
	json_t *v = parse(p, status, body, len, e);
	const json_t *list = json_object_get(v, "results"), *item;
	bool ok = v != NULL;
	size_t i;

	if (ok && json_array_size(list) != n) {
		ok = err_set(e, ERR_PROVIDER, "%zu judgements came for %zu texts", json_array_size(list), n);
	}
	json_array_foreach (list, i, item) {
		if (ok && !judge(item, &out[i])) {
			ok = err_set(e, ERR_PROVIDER, "result %zu of the moderation does not say whether the text is flagged", i + 1);
		}
	}
	json_decref(v);
	return ok;
}
