#include "provider/side.h"

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

void side_request_init(struct side_request *r, enum side_kind k)
{
	*r = (struct side_request){ .kind = k, .dimensions = UNKNOWN, .top = UNKNOWN };
}

struct side_request *side_request_copy(const struct side_request *r)
{
	struct side_request *copy = x_malloc(sizeof(*copy));
	const char **texts = x_calloc(r->n + 1, sizeof(*texts));

	for (size_t i = 0; i < r->n; i++) {
		texts[i] = x_strdup(r->texts[i]);
	}
	*copy = *r;
	copy->texts = texts;
	copy->model = x_strdup(r->model);
	copy->query = x_strdup(r->query);
	return copy;
}

void side_request_free(struct side_request *r)
{
	if (r == NULL) {
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		free((char *)r->texts[i]);
	}
	free((char **)r->texts);
	free((char *)r->model);
	free((char *)r->query);
	free(r);
}

void side_reply_free(struct side_reply *r)
{
	free(r->vectors);
	free(r->ranking);
	free(r->judgements);
	*r = (struct side_reply){ 0 };
}

size_t side_most(const struct provider *p, enum side_kind k)
{
	return p->side != NULL ? p->side->of[k].most : 0;
}

/* ---- reading ---- */

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

static bool bad(struct answer *a, const char *what)
{
	failure_set(a, CLASS_SERVER_ERROR, "%s", what);
	return false;
}

static bool put_vector(struct side_reply *out, size_t row, const json_t *v, bool seen[], struct answer *a)
{
	size_t dim;
	float *floats = vector_of(v, &dim);
	bool fits = floats != NULL && row < out->n && !seen[row] && (out->dim == 0 || out->dim == dim);

	if (fits) {
		out->dim = dim;
		out->vectors = out->vectors != NULL ? out->vectors : x_calloc(out->n * dim, sizeof(float));
		memcpy(out->vectors + row * dim, floats, dim * sizeof(float));
		seen[row] = true;
	}
	free(floats);
	return fits || bad(a, "the answer holds a vector that is none, of another length, or too many");
}

/* One vector for each text, all of one length. */
static bool read_vectors(const struct side_calls *side, const json_t *v, bool seen[], struct answer *a, struct side_reply *out)
{
	const json_t *list = json_get_path(v, side->vectors), *item;
	bool ok = json_array_size(list) == out->n || bad(a, "not as many vectors came as texts were sent");
	size_t i;

	json_array_foreach (list, i, item) {
		const json_t *vector = side->member != NULL ? json_object_get(item, side->member) : item;
		int64_t index = side->member != NULL ? known_or(json_get_int(item, "index"), (int64_t)i) : (int64_t)i;

		ok = ok && put_vector(out, index >= 0 ? (size_t)index : out->n, vector, seen, a);
	}
	return ok;
}

static int by_score(const void *a, const void *b)
{
	const struct side_rank *x = a, *y = b;

	return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : (x->index > y->index) - (x->index < y->index);
}

static bool read_ranking(const struct side_calls *side, const json_t *v, bool seen[], struct answer *a, struct side_reply *out)
{
	const json_t *list = json_get_array(v, "results"), *item;
	size_t i, n_texts = out->n, n = json_array_size(list);
	bool ok = (list != NULL && n <= n_texts) || bad(a, "the answer holds no order of the documents");

	(void)side;
	out->n = 0;
	out->ranking = x_calloc(n + 1, sizeof(*out->ranking));
	json_array_foreach (list, i, item) {
		const json_t *score = json_object_get(item, "relevance_score");
		int64_t index = json_get_int(item, "index");

		if (ok && (index < 0 || index >= (int64_t)n_texts || seen[index] || !json_is_number(score))) {
			ok = bad(a, "a place of the order names no document, or one twice");
		}
		if (ok) {
			seen[index] = true;
			out->ranking[out->n++] = (struct side_rank){ (size_t)index, json_number_value(score) };
		}
	}
	qsort(out->ranking, out->n, sizeof(*out->ranking), by_score);
	return ok;
}

/* By `flagged`; where that is not told (Mistral), by whether any category is true. */
static bool read_judgement(const json_t *result, struct side_judgement *out)
{
	const json_t *flagged = json_object_get(result, "flagged"), *categories = json_get_object(result, "categories"), *item;
	const char *name;

	*out = (struct side_judgement){ .is_flagged = json_is_true(flagged) };
	json_object_foreach ((json_t *)(flagged == NULL ? categories : NULL), name, item) {
		out->is_flagged |= json_is_true(item);
	}
	json_object_foreach ((json_t *)json_object_get(result, "category_scores"), name, item) {
		double v = json_is_number(item) ? json_number_value(item) : -1;

		if (v > out->score && v <= 1) {
			out->score = v;
			failure_text(out->category, sizeof(out->category), name, strlen(name));
		}
	}
	return flagged != NULL ? json_is_boolean(flagged) : categories != NULL;
}

static bool read_judgements(const struct side_calls *side, const json_t *v, bool seen[], struct answer *a, struct side_reply *out)
{
	const json_t *list = json_object_get(v, "results"), *item;
	bool ok = json_array_size(list) == out->n || bad(a, "not as many judgements came as texts were sent");
	size_t i;

	(void)side;
	(void)seen;
	out->judgements = x_calloc(out->n, sizeof(*out->judgements));
	json_array_foreach (list, i, item) {
		ok = ok && (read_judgement(item, &out->judgements[i]) || bad(a, "a judgement does not say whether its text is flagged"));
	}
	return ok;
}

static const struct {
	const char *name, *title; /* as recorded; for people */
	const char *text;         /* what is sent */
	/* out->n is the number of texts, seen that many false ones to use. */
	bool (*read)(const struct side_calls *side, const json_t *v, bool seen[], struct answer *a, struct side_reply *out);
} kinds[SIDE_KINDS] = {
	[SIDE_EMBED] = { "embeddings", "embeddings", "text", read_vectors },
	[SIDE_RERANK] = { "rerank", "reranking", "document", read_ranking },
	[SIDE_MODERATE] = { "moderation", "moderation", "text", read_judgements },
};

const char *side_name(enum side_kind k)
{
	return kinds[k].name;
}

bool side_read(const struct provider *p, const struct side_request *r, int status, const char *body, size_t len, struct answer *a,
    struct side_reply *out)
{
	json_t *v = status >= 200 && status <= 299 ? json_parse(body, len, NULL) : NULL;

	*out = (struct side_reply){ .n = r->n };
	if (!json_is_object(v) || failure_is(v)) {
		failure_from_body(a, status, body, len);
	} else {
		bool *seen = x_calloc(r->n, sizeof(*seen));
		const char *model = json_get_string(v, "model", NULL);

		p->side->read_usage(v, a);
		a->has_usage = is_known(a->usage.in_tok) || is_known(a->usage.n_queries);
		a->model = x_strdup(model);
		a->finish = kinds[r->kind].read(p->side, v, seen, a, out) ? FINISH_STOP : FINISH_ERROR;
		free(seen);
	}
	json_decref(v);
	if (a->has_error) {
		side_reply_free(out);
	}
	return !a->has_error;
}

/* ---- building ---- */

static bool check_text(const char *text, const char *what, size_t place, struct err *e)
{
	if (text != NULL && text[0] != '\0' && utf8_valid(text, strlen(text))) {
		return true;
	}
	return err_set(e, ERR_USAGE, "%s %zu is %s", what, place, text == NULL || text[0] == '\0' ? "empty" : "not valid UTF-8");
}

bool side_build(const struct provider *p, const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	size_t most = side_most(p, r->kind);

	if (most == 0) {
		return err_set(e, ERR_CONFIG, "%s has no %s", p->title, kinds[r->kind].title);
	}
	if (r->model == NULL || r->model[0] == '\0' || !utf8_valid(r->model, strlen(r->model))) {
		return err_set(e, ERR_CONFIG, "the target names no model");
	}
	if (r->kind == SIDE_RERANK && !check_text(r->query, "query", 1, e)) {
		return false;
	}
	if (r->n == 0 || r->n > most) {
		return err_set(e, ERR_USAGE, "1 to %zu %ss can be sent at once, not %zu", most, kinds[r->kind].text, r->n);
	}
	for (size_t i = 0; i < r->n; i++) {
		if (!check_text(r->texts[i], kinds[r->kind].text, i + 1, e)) {
			return false;
		}
	}
	return p->side->of[r->kind].build(ep, r, out, e);
}
