#include "gateway/attempt.h"

#include <string.h>

#include "base/clock.h"
#include "gateway/admission.h"
#include "gateway/call_error.h"
#include "net/retry.h"
#include "provider/failure.h"

/* After a stream has said that it is over, the server has this long to end the answer, so that the connection can be used again. */
#define GRACE_S 0.5

void attempt_drop(struct live_call *lc)
{
	if (lc->http_call != NULL) {
		http_cancel(lc->http_call);
		lc->http_call = NULL;
	}
	answer_reader_free(lc->reader);
	lc->reader = NULL;
}

void attempt_reset(struct live_call *lc)
{
	answer_free(&lc->pub.answer);
	answer_init(&lc->pub.answer);
	side_reply_free(&lc->pub.reply);
	buf_clear(&lc->pub.response_body);
	arrivals_clear(&lc->pub.arrivals);
	lc->pub.http = (struct http_result){ .reply = { .retry_after_ms = -1, .should_retry = -1 } };
	lc->pub.row.error_class = CLASS_NONE;
	lc->is_over = false;
	lc->pub.is_cached = false;
}

static double random_unit(void)
{
	return (double)(live_random() >> 11) * 0x1p-53;
}

/* A side call has no reader: its body is read when it is whole. */
static void read_reply(struct call *c)
{
	if (c->response_body.is_full) {
		failure_set(&c->answer, CLASS_OTHER, "the answer is larger than can be taken");
	} else if (c->http.outcome == HTTP_OK || c->http.reply.status >= 400) {
		(void)side_read(c->target->provider->kind, c->side, c->http.reply.status, buf_str(&c->response_body), c->response_body.len,
		    &c->answer, &c->reply);
	}
}

void attempt_over(struct live_call *lc, const struct http_result *result)
{
	struct call *c = &lc->pub;
	enum error_class class = CLASS_NONE;

	lc->http_call = NULL;
	c->http = *result;
	if (lc->reader != NULL) {
		answer_reader_end(lc->reader);
	} else if (c->side != NULL) {
		read_reply(c);
	}
	/* An error status says more than how the connection ended. */
	if (result->outcome == HTTP_OK || result->reply.status >= 400) {
		class = call_error_read(c);
	}
	if (result->outcome != HTTP_OK && class == CLASS_NONE) {
		c->err = result->err;
		class = result->outcome == HTTP_TIMEOUT ? CLASS_TIMEOUT : CLASS_NETWORK;
	}
	answer_reader_free(lc->reader);
	lc->reader = NULL;
	if (!c->is_cached) {
		admission_attempt_over(lc, class);
	}
	if (call_state_is_final(c->state)) { /* cancelled by a listener of the last deltas: the timer tells */
		return;
	}
	if (class == CLASS_NONE) {
		c->err = (struct err){ 0 };
		live_finish(lc, CALL_DONE);
		return;
	}
	int64_t wait_ms = c->first_us != 0 || class == CLASS_CONTENT_FILTER ?
	    -1 : retry_wait_ms(result, c->attempt, c->max_attempts, c->answer.is_quota, random_unit());
	if (wait_ms < 0) {
		live_fail(lc, class);
		return;
	}
	c->state = CALL_RETRYING;
	c->row.error_class = class;
	c->retry_at_us = clock_mono_us() + wait_ms * US_PER_MS;
	live_arm(lc, (double)wait_ms / 1000.);
	live_emit(lc, EVENT_RETRYING);
}

static void on_delta(void *ctx, enum delta_kind kind, const char *text, size_t len)
{
	struct live_call *lc = ctx;
	struct call *c = &lc->pub;

	if (call_state_is_final(c->state)) { /* cancelled by a listener while these bytes were read */
		return;
	}
	c->last_us = clock_mono_us();
	if (c->first_us == 0) {
		c->first_us = c->last_us;
		c->state = CALL_STREAMING;
		live_emit(lc, EVENT_FIRST_TOKEN);
		if (call_state_is_final(c->state)) {
			return;
		}
	}
	struct call_event ev = { .type = kind == DELTA_TOOL_CALL ? EVENT_TOOL_CALL : EVENT_DELTA, .call = c, .kind = kind, .text = text, .len = len };
	if (lc->listener != NULL) {
		lc->listener(lc->ctx, &ev);
	}
}

void attempt_reply(void *ctx, const struct http_reply *reply)
{
	struct live_call *lc = ctx;

	lc->pub.http.reply = *reply;
	lc->pub.is_simulated = strcmp(reply->server, "sonde-simulator") == 0;
	if (lc->pub.side == NULL) {
		lc->reader = answer_reader_new(lc->pub.target->provider->kind, &lc->pub.answer, reply->status, reply->content_type,
		    lc->pub.is_streamed, on_delta, lc);
	}
}

void attempt_data(void *ctx, const char *bytes, size_t len)
{
	struct live_call *lc = ctx;

	(void)buf_add(&lc->pub.response_body, bytes, len);
	arrivals_note(&lc->pub.arrivals, lc->pub.response_body.len, clock_mono_us());
	if (!lc->is_over && lc->reader != NULL && !answer_reader_feed(lc->reader, bytes, len) && !call_state_is_final(lc->pub.state)) {
		lc->is_over = true;
		live_arm(lc, GRACE_S);
	}
}

static void on_done(void *ctx, const struct http_result *result)
{
	struct live_call *lc = ctx;

	if (lc->is_over && result->outcome != HTTP_OK) { /* the answer was whole; how the connection ended does not matter */
		struct http_result whole = *result;

		whole.outcome = HTTP_OK;
		attempt_over(lc, &whole);
		return;
	}
	attempt_over(lc, result);
}

void attempt_end_grace(struct live_call *lc)
{
	struct http_result result = { .outcome = HTTP_OK, .reply = lc->pub.http.reply, .body_started = true };

	http_cancel(lc->http_call);
	attempt_over(lc, &result);
}

bool attempt_build(const struct live_call *lc, const char *key, bool is_for_record, struct wire_request *w, struct err *e)
{
	const struct target *t = lc->pub.target;
	struct endpoint ep = { .base_url = t->provider->base_url, .key = key, .headers = (const char *const *)t->provider->headers };

	if (lc->side != NULL) {
		return side_build(t->provider->kind, &ep, lc->side, w, e);
	}
	size_t first = lc->messages[0].text == NULL;
	struct chat_request r = {
		.model = t->model, .messages = lc->messages + first, .n_messages = lc->n_messages - first, .params = lc->params, .is_streamed = lc->pub.is_streamed,
		.schema_json = lc->schema_json, .tools_json = lc->tools_json, .attachments = lc->attachments, .is_for_record = is_for_record,
	};

	return provider_build(t->provider->kind, &ep, &r, w, e);
}

void attempt_keep_request(struct live_call *lc, const struct wire_request *w)
{
	struct call *c = &lc->pub;
	struct wire_request recorded = { 0 };
	const struct wire_request *kept = lc->attachments != NULL && lc->attachments->n > 0 && attempt_build(lc, NULL, true, &recorded, NULL) ? &recorded : w;

	buf_clear(&c->request_body);
	(void)buf_add(&c->request_body, buf_str(&kept->body), kept->body.len);
	memcpy(c->warning, w->warning, sizeof(c->warning));
	wire_request_free(&recorded);
}

void attempt_send(struct live_call *lc)
{
	static const struct http_handler handler = { .on_reply = attempt_reply, .on_data = attempt_data, .on_done = on_done };
	struct call *c = &lc->pub;
	const struct provider_entry *p = c->target->provider;
	struct wire_request w = { 0 };

	attempt_reset(lc);
	if (!admission_of_attempt(lc)) {
		return;
	}
	if (!attempt_build(lc, p->key, false, &w, &c->err)) {
		wire_request_free(&w);
		live_fail(lc, CLASS_BAD_REQUEST);
		return;
	}
	c->attempt++;
	attempt_keep_request(lc, &w);
	struct http_request r = {
		.method = "POST", .url = w.url, .headers = (const char *const *)w.headers, .body = buf_str(&w.body), .body_len = w.body.len,
		.connect_ms = p->connect_ms, .first_byte_ms = p->first_byte_ms, .idle_ms = p->idle_ms,
	};
	c->state = CALL_SENT;
	if (c->sent_us == 0) {
		c->sent_us = clock_mono_us();
	}
	lc->http_call = http_send(lc->gateway->http, &r, &handler, lc);
	wire_request_free(&w);
	live_emit(lc, EVENT_SENT);
}
