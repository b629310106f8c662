#include "app/estimate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/record.h"

#define ROWS_MAX 4000
#define ANSWERS_MAX 50
#define FLUSH_MS 500

/* -- what there was before ---------------------------------------------------------------------------------------------------------- */

struct gathered {
	char *provider, *model;
	int64_t out_tok[ANSWERS_MAX];
	size_t n;
};

struct gathering {
	struct gathered *at;
	size_t n, cap;
	bool is_simulated;
	int rows;
};

static struct gathered *gathered_of(struct gathering *g, const char *provider, const char *model)
{
	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(g->at[i].provider, provider) == 0 && strcmp(g->at[i].model, model) == 0) {
			return &g->at[i];
		}
	}
	struct gathered *added = array_push(g->at, g->n, g->cap);

	*added = (struct gathered){ .provider = x_strdup(provider), .model = x_strdup(model) };
	return added;
}

static bool gather(void *ctx, const struct call_row *row)
{
	struct gathering *g = ctx;

	if (row->is_simulated == g->is_simulated && !row->is_cached && call_row_is_ok(row) && is_known(row->usage.out_tok) &&
	    row->model_req != NULL && strcmp(row->operation, "chat") == 0) {
		struct gathered *at = gathered_of(g, row->provider, row->model_req);

		if (at->n < ANSWERS_MAX) {
			at->out_tok[at->n++] = row->usage.out_tok;
		}
	}
	return ++g->rows < ROWS_MAX;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

bool past_sizes_read(struct reader *r, bool is_simulated, struct past_sizes *out, struct err *e)
{
	struct call_filter f = { .to_us = INT64_MAX };
	struct gathering g = { .is_simulated = is_simulated };
	bool ok = calls_each(r, &f, gather, &g, e);

	*out = (struct past_sizes){ 0 };
	for (size_t i = 0; i < g.n; i++) {
		struct gathered *from = &g.at[i];

		qsort(from->out_tok, from->n, sizeof(from->out_tok[0]), by_size);
		*array_push(out->at, out->n, out->cap) = (struct past_size){ from->provider, from->model, from->out_tok[from->n / 10],
			from->out_tok[from->n - 1 - from->n / 10], from->n };
	}
	free(g.at);
	return ok;
}

void past_sizes_free(struct past_sizes *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->at[i].provider);
		free(s->at[i].model);
	}
	free(s->at);
	*s = (struct past_sizes){ 0 };
}

const struct past_size *past_sizes_find(const struct past_sizes *s, const char *provider, const char *model)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->at[i].provider, provider) == 0 && strcmp(s->at[i].model, model) == 0) {
			return &s->at[i];
		}
	}
	return NULL;
}

struct sizes_job {
	char *dir;
	struct store *store; /* NULL: nothing is recorded */
	bool is_simulated;
	past_sizes_fn *fn;
	void *ctx;
	struct past_sizes sizes;
};

static void work(void *arg)
{
	struct sizes_job *j = arg;
	struct err e = { 0 }; /* an estimate does without */
	struct reader *r;

	/* What has just ended may still wait for the writer. */
	if (j->store != NULL && !store_flush(j->store, FLUSH_MS, &e)) {
		e = (struct err){ 0 };
	}
	r = reader_open(j->dir, &e);

	if (r != NULL && !past_sizes_read(r, j->is_simulated, &j->sizes, &e)) {
		past_sizes_free(&j->sizes);
	}
	reader_close(r);
}

static void done(void *arg)
{
	struct sizes_job *j = arg;

	j->fn(j->ctx, &j->sizes);
	free(j->dir);
	free(j);
}

void past_sizes_load(struct app *app, past_sizes_fn *fn, void *ctx)
{
	struct sizes_job *j = x_calloc(1, sizeof(*j));

	*j = (struct sizes_job){ .dir = x_strdup(app->data_dir), .store = app->store, .is_simulated = app->is_demo, .fn = fn, .ctx = ctx };
	job_submit(app->loop->jobs, work, done, j);
}

/* -- what it would be --------------------------------------------------------------------------------------------------------------- */

static int64_t cost_of(const struct price *p, int64_t in_tok, int64_t out_tok)
{
	struct usage u = USAGE_UNKNOWN;
	int64_t nano;
	bool is_estimated;

	u.in_tok = in_tok;
	u.out_tok = out_tok;
	return is_known(out_tok) && p != NULL && price_cost(p, &u, &nano, &is_estimated) ? nano : UNKNOWN;
}

void estimate_call(const struct target *t, const struct price_table *prices, const struct past_sizes *past, const struct input_size *in, int64_t limit,
    struct estimate *out)
{
	const struct past_size *size = past_sizes_find(past, t->provider->name, t->model);
	const struct price *p = record_price(prices, t, t->model);

	if (!is_known(limit) && t->provider->kind->usual_max_tok > 0) {
		limit = t->provider->kind->usual_max_tok;
	}
	*out = (struct estimate){ .in = *in, .out_high = limit, .n_calls = 1 };
	if (!is_known(limit) && p != NULL) {
		out->out_high = p->max_out_tok;
		out->is_model_limit = size == NULL;
	}
	if (size != NULL) {
		out->n_past = size->n;
		out->out_low = !is_known(limit) || size->low < limit ? size->low : limit;
		out->out_high = !is_known(limit) || size->high < limit ? size->high : limit;
	}
	if (record_is_free(prices, t)) {
		return;
	}
	out->low_nano = cost_of(p, in->tok, out->out_low);
	out->high_nano = cost_of(p, in->tok, out->out_high);
	out->n_unpriced = !is_known(out->low_nano);
}

static void add_files(const struct attachments *files, const struct counter *c, struct request_text *text, bool *has_pictures)
{
	for (size_t i = 0; files != NULL && i < files->n; i++) {
		const struct attachment *a = &files->list[i];

		text->is_guess = true;
		if (a->kind == ATTACH_TEXT) {
			tokenizer_weigh(&c->by, a->bytes, a->len, &text->weight);
		} else {
			*has_pictures = true;
		}
	}
}

void estimate_request(const struct gateway_request *r, const struct counter *c, const struct price_table *prices, const struct past_sizes *past,
    struct estimate *out)
{
	struct request_text text = { .n_messages = 0 };
	bool has_pictures = false, has_system = r->n_messages > 0 && r->messages[0].role == ROLE_SYSTEM;

	if (!has_system && r->target->system != NULL) {
		request_text_message(&text, c, r->target->system, strlen(r->target->system));
	}
	for (size_t i = 0; i < r->n_messages; i++) {
		request_text_message(&text, c, r->messages[i].text, strlen(r->messages[i].text));
		request_text_other(&text, c, r->messages[i].calls_json);
		text.is_guess |= r->messages[i].role == ROLE_TOOL; /* each provider has a way of its own to put results in */
	}
	request_text_other(&text, c, r->tools_json);
	request_text_other(&text, c, r->schema_json);
	add_files(r->attachments, c, &text, &has_pictures);

	struct input_size in = counter_input(c, &text);

	estimate_call(r->target, prices, past, &in, is_known(r->params.max_tokens) ? r->params.max_tokens : r->target->params.max_tokens, out);
	out->has_pictures = has_pictures;
}

void estimate_add(struct estimate *total, const struct estimate *e, int64_t times)
{
	bool has_cost = is_known(e->low_nano) && e->high_nano != 0, is_first = total->low_nano == 0 && total->high_nano == 0;

	if (has_cost) { /* what adds nothing makes the sum no better or worse known */
		total->n_past = is_first || e->n_past < total->n_past ? e->n_past : total->n_past;
		total->in.is_exact = e->in.is_exact && (is_first || total->in.is_exact);
	}
	total->n_calls += (size_t)times * e->n_calls;
	total->has_pictures |= e->has_pictures;
	total->n_unpriced += (size_t)times * e->n_unpriced;
	if (is_known(e->low_nano)) {
		total->low_nano += times * e->low_nano;
		total->high_nano = is_known(total->high_nano) && is_known(e->high_nano) ? total->high_nano + times * e->high_nano : UNKNOWN;
	}
}
