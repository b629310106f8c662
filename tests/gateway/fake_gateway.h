/* fake_gateway - the functions of gateway/call.h without a network: a test says what each call brings, and when.
 * The program links these and not src/gateway/call.c: include it once in a program, after base/fake_clock.h.
 * As with the real one, listeners run from fake_settle ("the loop") and from the fake_* functions, never from inside call_start or
 * call_cancel. */
#ifndef SONDE_TESTS_GATEWAY_FAKE_GATEWAY_H
#define SONDE_TESTS_GATEWAY_FAKE_GATEWAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/gateway.h"
#include "gateway/record.h"

#define FAKE_MAX_ATTEMPTS 4

struct fake_call {
	struct call pub; /* first */
	struct gateway *gateway;
	struct fake_call *next; /* younger */
	int refs;
	call_listener *listener;
	void *ctx;
	int64_t wall_us;
	uint64_t key;
	struct buf prompt;      /* what was sent: the messages' texts, a line each */
	struct chat_params params;
	bool is_told, is_cancelled, is_due;
};

struct gateway {
	struct config *config;
	struct store *store;
	struct fake_call *calls; /* oldest first */
	uint64_t n_started;
	bool is_full;            /* nothing leaves the queue */
	struct budget_spent spent;
};

static inline void fake_emit(struct fake_call *fc, const struct call_event *ev)
{
	if (fc->listener != NULL) {
		fc->listener(fc->ctx, ev);
	}
}

static inline void fake_tell(struct fake_call *fc, enum call_event_type type)
{
	fake_emit(fc, &(struct call_event){ .type = type, .call = &fc->pub });
}

static inline void fake_finish(struct fake_call *fc, enum call_state state)
{
	static const enum call_event_type last_event[] = {
		[CALL_DONE] = EVENT_DONE, [CALL_FAILED] = EVENT_FAILED, [CALL_CANCELLED] = EVENT_CANCELLED,
	};
	struct fake_call **at = &fc->gateway->calls;

	while (*at != fc) {
		at = &(*at)->next;
	}
	*at = fc->next;
	fc->pub.state = state;
	fc->pub.end_us = clock_mono_us();
	record_fill(&fc->pub, fc->gateway->config->prices, fc->wall_us, fc->key);
	record_put(&fc->pub, fc->gateway->store);
	if (fc->pub.answer.has_usage) {
		fake_tell(fc, EVENT_USAGE);
	}
	fake_tell(fc, last_event[state]);
	call_unref(&fc->pub);
}

static inline void fake_send(struct fake_call *fc)
{
	struct call *c = &fc->pub;

	fc->is_due = false;
	c->attempt++;
	c->sent_us = c->sent_us != 0 ? c->sent_us : clock_mono_us();
	c->state = CALL_SENT;
	buf_clear(&c->request_body);
	(void)buf_addf(&c->request_body, "{\"model\":\"%s\"}", c->target->model);
	fake_tell(fc, EVENT_SENT);
}

static inline bool fake_settle_one(struct fake_call *fc)
{
	if (fc->is_cancelled) {
		err_set(&fc->pub.err, ERR_INTERRUPTED, "cancelled");
		fake_finish(fc, CALL_CANCELLED);
		return true;
	}
	if (!fc->is_told) {
		fc->is_told = true;
		fc->pub.queued_us = clock_mono_us();
		fake_tell(fc, EVENT_QUEUED);
		return true;
	}
	if ((fc->pub.state == CALL_QUEUED && !fc->gateway->is_full) ||
	    (fc->pub.state == CALL_RETRYING && (fc->is_due || clock_mono_us() >= fc->pub.retry_at_us))) {
		fake_send(fc);
		return true;
	}
	return false;
}

/* All that the loop would do now. */
static inline void fake_settle(struct gateway *g)
{
	struct fake_call *fc = g->calls;

	while (fc != NULL) {
		fc = fake_settle_one(fc) ? g->calls : fc->next; /* a listener may have changed the list */
	}
}

/* Bytes of the answer as a server would send them. */
static inline void fake_receive(struct fake_call *fc, const char *bytes)
{
	(void)buf_add_str(&fc->pub.response_body, bytes);
	arrivals_note(&fc->pub.arrivals, fc->pub.response_body.len, clock_mono_us());
}

static inline void fake_receive_piece(struct fake_call *fc, enum delta_kind kind, const char *text)
{
	struct buf event = { 0 };

	(void)buf_addf(&event, "data: {\"%s\":\"", kind == DELTA_REASONING ? "thinking" : "text");
	for (; *text != '\0'; text++) {
		(void)(*text == '"' || *text == '\\' ? buf_addf(&event, "\\%c", *text) : *text == '\n' ? buf_add_str(&event, "\\n") :
		    buf_add_char(&event, *text));
	}
	(void)buf_add_str(&event, "\"}\n\n");
	fake_receive(fc, event.s);
	buf_free(&event);
}

/* A piece of the answer of a call that was sent. */
static inline void fake_delta(const struct call *call, enum delta_kind kind, const char *text)
{
	struct fake_call *fc = (struct fake_call *)call;
	struct call *c = &fc->pub;
	size_t len = strlen(text);

	fake_receive_piece(fc, kind, text);
	c->last_us = clock_mono_us();
	if (c->first_us == 0) {
		c->first_us = c->last_us;
		c->state = CALL_STREAMING;
		fake_tell(fc, EVENT_FIRST_TOKEN);
	}
	(void)buf_add(kind == DELTA_REASONING ? &c->answer.reasoning : &c->answer.text, text, len);
	fake_emit(fc, &(struct call_event){ .type = EVENT_DELTA, .call = c, .kind = kind, .text = text, .len = len });
}

/* The phases of a new connection, and the rest of the time on the way to the first piece. */
static inline void fake_time(struct call *c)
{
	struct http_result *h = &c->http;

	*h = (struct http_result){ .dns_us = 2 * US_PER_MS, .connect_us = 13 * US_PER_MS, .tls_us = 37 * US_PER_MS };
	h->total_us = clock_mono_us() - c->sent_us;
	h->first_byte_us = c->first_us != 0 ? c->first_us - c->sent_us : h->total_us;
	h->reply.http_version = 20;
	(void)snprintf(h->reply.request_id, sizeof(h->reply.request_id), "req_%llu", (unsigned long long)((struct fake_call *)c)->key);
}

/* Figures that are UNKNOWN are not told. */
static inline void fake_done(const struct call *call, int64_t in, int64_t out, int64_t reason)
{
	struct fake_call *fc = (struct fake_call *)call;

	fake_receive(fc, "data: [DONE]\n\n");
	fake_time(&fc->pub);
	fc->pub.http.reply.status = 200;
	fc->pub.answer.finish = FINISH_STOP;
	fc->pub.answer.has_usage = is_known(in) || is_known(out);
	fc->pub.answer.usage.in_tok = in;
	fc->pub.answer.usage.out_tok = out;
	fc->pub.answer.usage.reason_tok = reason;
	fake_finish(fc, CALL_DONE);
}

static inline int fake_status(enum error_class class)
{
	static const int statuses[CLASS_COUNT] = {
		[CLASS_RATE_LIMITED] = 429, [CLASS_SERVER_ERROR] = 503, [CLASS_CONTEXT_LENGTH] = 400,
		[CLASS_AUTH] = 401, [CLASS_BAD_REQUEST] = 400,
	};

	return statuses[class];
}

static inline void fake_set_err(struct call *c, enum error_class class, const char *text, const char *hint)
{
	err_set(&c->err, class == CLASS_RATE_LIMITED ? ERR_RATE : ERR_PROVIDER, "%s", text);
	err_hint(&c->err, "%s", hint);
	c->row.error_class = class;
	c->http.reply.status = fake_status(class);
}

static inline void fake_fail(const struct call *call, enum error_class class, const char *text, const char *hint)
{
	struct fake_call *fc = (struct fake_call *)call;

	fake_set_err(&fc->pub, class, text, hint);
	fake_finish(fc, CALL_FAILED);
}

static inline void fake_retry(const struct call *call, int64_t wait_ms, const char *text)
{
	struct fake_call *fc = (struct fake_call *)call;

	fake_set_err(&fc->pub, CLASS_RATE_LIMITED, text, "");
	fc->pub.state = CALL_RETRYING;
	fc->pub.retry_at_us = clock_mono_us() + wait_ms * US_PER_MS;
	fake_tell(fc, EVENT_RETRYING);
}

/* -- what stands in gateway/call.h ---------------------------------------------------------------------------------------------------- */

struct gateway *gateway_new(struct loop *l, struct config *config, struct store *store)
{
	struct gateway *g = x_calloc(1, sizeof(*g));

	(void)l;
	g->config = config;
	g->store = store;
	return g;
}

void gateway_free(struct gateway *g)
{
	if (g == NULL) {
		return;
	}
	while (g->calls != NULL) {
		g->calls->listener = NULL;
		fake_finish(g->calls, CALL_CANCELLED);
	}
	free(g);
}

void gateway_budget_note(const struct gateway *g, struct budget_note *out)
{
	budget_note(&g->config->budget, &g->spent, out);
}

const struct budget_spent *gateway_spent(const struct gateway *g)
{
	return &g->spent;
}

void gateway_warm_up(struct gateway *g)
{
	(void)g;
}

struct call *call_start(struct gateway *g, const struct gateway_request *r, call_listener *listener, void *ctx)
{
	struct fake_call *fc = x_calloc(1, sizeof(*fc)), **at = &g->calls;

	fc->gateway = g;
	fc->refs = 1;
	fc->listener = listener;
	fc->ctx = ctx;
	fc->wall_us = clock_wall_us();
	fc->key = ++g->n_started;
	for (size_t i = 0; i < r->n_messages; i++) {
		(void)buf_addf(&fc->prompt, "%s%s\n", r->messages[i].text, r->messages[i].calls_json != NULL ? r->messages[i].calls_json : "");
	}
	for (size_t i = 0; r->attachments != NULL && i < r->attachments->n; i++) {
		(void)buf_addf(&fc->prompt, "[%s]\n", r->attachments->list[i].name);
	}
	chat_params_copy(&fc->params, &r->params);
	fc->pub.target = fc->pub.asked = target_copy(r->target);
	fc->pub.is_streamed = r->is_streamed;
	fc->pub.max_attempts = FAKE_MAX_ATTEMPTS;
	fc->pub.prompt_name = x_strdup(r->prompt_name);
	fc->pub.prompt_version = x_strdup(r->prompt_version);
	fc->pub.tags = x_strdup(r->tags);
	call_row_init(&fc->pub.row);
	fc->pub.row.run_us = r->run_us;
	fc->pub.row.run_column = r->run_column;
	answer_init(&fc->pub.answer);
	while (*at != NULL) {
		at = &(*at)->next;
	}
	*at = fc;
	return &fc->pub;
}

void call_cancel(struct call *c)
{
	if (!call_state_is_final(c->state)) {
		c->state = CALL_CANCELLED;
		((struct fake_call *)c)->is_cancelled = true;
	}
}

void call_retry_now(struct call *c)
{
	((struct fake_call *)c)->is_due = c->state == CALL_RETRYING;
}

struct call *call_ref(struct call *c)
{
	((struct fake_call *)c)->refs++;
	return c;
}

void call_unref(struct call *c)
{
	struct fake_call *fc = (struct fake_call *)c;

	if (c == NULL || --fc->refs > 0) {
		return;
	}
	answer_free(&c->answer);
	chat_params_free(&fc->params);
	buf_free(&fc->prompt);
	buf_free(&c->request_body);
	buf_free(&c->response_body);
	arrivals_free(&c->arrivals);
	target_free(c->asked);
	free(c->prompt_name);
	free(c->prompt_version);
	free(c->tags);
	free(fc);
}

bool call_preview(const struct gateway_request *r, char **url, struct buf *body, struct err *e)
{
	(void)r;
	(void)url;
	(void)body;
	return err_set(e, ERR_INTERNAL, "no previews here");
}

enum err_code call_err_code(const struct call *c)
{
	return c->err.code;
}

const char *call_event_name(enum call_event_type t)
{
	return t == EVENT_DONE ? "done" : "other";
}

#endif
