#include "gateway/record.h"

#include "base/mem.h"
#include "gateway/secret.h"

#define VECTORS_KEPT 16384 /* bytes */

const struct price *record_price_of(const struct price_table *prices, const char *provider, const struct provider *kind, const char *model)
{
	const struct price *p = model != NULL ? price_find(prices, provider, model) : NULL;

	if (p == NULL && model != NULL && kind != NULL && kind->price_name != NULL) {
		p = price_find(prices, kind->price_name, model);
	}
	return p;
}

const struct price *record_price(const struct price_table *prices, const struct target *t, const char *model)
{
	return record_price_of(prices, t->provider->name, t->provider->kind, model);
}

bool record_is_free(const struct price_table *prices, const struct target *t)
{
	return t->provider->kind->price_name == NULL && record_price(prices, t, t->model) == NULL;
}

/* The rule for calls that brought no answer: what was refused with a status costs nothing; of what broke off, nobody knows. */
static void cost(struct call *c, const struct price_table *prices)
{
	struct call_row *r = &c->row;
	const struct price *p = record_price(prices, c->target, c->target->model);

	r->cost_nano = UNKNOWN;
	r->cost_source = COST_UNKNOWN;
	r->cost_is_estimated = false;
	if (c->attempt == 0 && !c->is_cached) { /* nothing was sent */
		r->cost_nano = 0;
		r->cost_source = COST_COMPUTED;
		return;
	}
	if (is_known(c->answer.cost_nano)) { /* who sends the bill knows best */
		r->cost_nano = c->answer.cost_nano;
		r->cost_source = COST_REPORTED;
		return;
	}
	if (p == NULL && c->answer.model != NULL) {
		p = record_price(prices, c->target, c->answer.model);
	}
	bool is_refused = c->state == CALL_FAILED && r->http_status >= 400 && !c->answer.has_usage;
	if (p == NULL && c->target->provider->kind->price_name == NULL) {
		if (c->state == CALL_DONE || is_refused) { /* a model of this machine */
			r->cost_nano = 0;
			r->cost_source = COST_COMPUTED;
		}
		return;
	}
	if (c->answer.has_usage && p != NULL && price_cost(p, &c->answer.usage, &r->cost_nano, &r->cost_is_estimated)) {
		r->cost_source = COST_COMPUTED;
		/* A stream that broke off may have made tokens after the last usage it told. */
		r->cost_is_estimated |= c->state != CALL_DONE;
	} else if (is_refused) {
		r->cost_nano = 0;
		r->cost_source = COST_COMPUTED;
	}
	if (r->cost_source == COST_COMPUTED) {
		r->price_version = price_table_version(prices);
	}
}

/* A provider may echo the key it was sent. */
static void hide_keys(struct call *c)
{
	struct buf *const kept[] = { &c->request_body, &c->response_body, &c->answer.text };

	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		secret_hide(kept[i]->s, kept[i]->len, c->target->provider->key);
	}
}

void record_fill(struct call *c, const struct price_table *prices, int64_t wall_us, uint64_t key)
{
	struct call_row *r = &c->row;
	enum error_class class = r->error_class;
	int64_t run_us = r->run_us;
	int run_column = r->run_column;

	hide_keys(c);
	call_row_init(r);
	r->id = (struct call_id){ .ts_us = wall_us, .key = key };
	r->provider = c->target->provider->name;
	r->model_req = c->target->model;
	r->model_resp = c->answer.model;
	r->operation = c->side != NULL ? side_name(c->side->kind) : "chat";
	r->usage = c->answer.usage;
	r->error_class = c->state == CALL_CANCELLED ? CLASS_CANCELLED : class;
	r->error_text = c->err.code != ERR_NONE ? c->err.text : NULL;
	r->finish_reason = finish_name(c->answer.finish);
	r->http_status = c->is_cached ? 0 : c->http.reply.status;
	r->attempts = c->attempt > 0 ? c->attempt : 1;
	r->is_streamed = c->is_streamed;
	r->is_simulated = c->is_simulated;
	r->is_cached = c->is_cached;
	r->run_us = run_us;
	r->run_column = run_column;
	r->prompt_name = c->prompt_name;
	r->prompt_version = c->prompt_version;
	r->tags = c->tags;
	r->request_id = c->http.reply.request_id[0] != '\0' ? c->http.reply.request_id : c->answer.response_id;
	if (c->sent_us != 0) {
		r->latency_us = c->end_us - c->sent_us;
	}
	if (c->is_streamed && c->first_us != 0 && !c->is_cached) { /* reading a file says nothing of the model */
		r->ttft_us = c->first_us - c->sent_us;
		r->gen_us = c->last_us - c->first_us;
	}
	cost(c, prices);
	c->saved_nano = UNKNOWN;
	if (c->is_cached) {
		c->saved_nano = r->cost_nano;
		r->cost_nano = 0;
		r->cost_source = COST_COMPUTED;
		r->cost_is_estimated = false;
	}
}

void record_put(const struct call *c, struct store *store)
{
	if (store == NULL) {
		return;
	}
	/* A long list of vectors helps nobody who looks at the call, and an index brings thousands. */
	bool is_kept = c->side == NULL || c->side->kind != SIDE_EMBED || c->response_body.len <= VECTORS_KEPT;
	struct call_body body = {
		.request = c->request_body.s, .request_len = c->request_body.len,
		.response = is_kept ? c->response_body.s : NULL, .response_len = is_kept ? c->response_body.len : 0,
		.answer = c->answer.text.s, .answer_len = c->answer.text.len,
	};
	store_put_call(store, &c->row, &body);
}
