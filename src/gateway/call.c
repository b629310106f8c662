/* One ev_timer per call serves whatever the call waits for next: its start, a retry, the delivery of a cancel. So every event comes from
 * the loop, and the state alone says what the timer means. */
#include "gateway/call.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "gateway/admission.h"
#include "gateway/attempt.h"
#include "gateway/fallback.h"
#include "gateway/learn.h"
#include "gateway/live_call.h"
#include "gateway/record.h"
#include "gateway/replay.h"

#define MAX_ATTEMPTS_DEFAULT 3
#define BODY_LIMIT ((size_t)64 << 20)

static const char *const event_names[] = {
	[EVENT_QUEUED] = "queued", [EVENT_SENT] = "sent", [EVENT_FIRST_TOKEN] = "first_token", [EVENT_DELTA] = "delta",
	[EVENT_TOOL_CALL] = "tool_call", [EVENT_USAGE] = "usage", [EVENT_RETRYING] = "retrying", [EVENT_FALLBACK] = "fallback", [EVENT_DONE] = "done",
	[EVENT_FAILED] = "failed", [EVENT_CANCELLED] = "cancelled",
};

const char *call_event_name(enum call_event_type t)
{
	return event_names[t];
}

uint64_t live_random(void)
{
	uint64_t v;

	if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != (ssize_t)sizeof(v)) {
		v = hash_mix((uint64_t)clock_wall_us() ^ hash_mix((uint64_t)clock_mono_us() ^ (uintptr_t)&v));
	}
	return v;
}

void live_emit(struct live_call *lc, enum call_event_type type)
{
	struct call_event ev = { .type = type, .call = &lc->pub };

	if (lc->listener != NULL) {
		lc->listener(lc->ctx, &ev);
	}
}

void live_arm(struct live_call *lc, double after_s)
{
	ev_timer_stop(lc->gateway->loop->ev, &lc->timer);
	ev_timer_set(&lc->timer, after_s, 0.);
	ev_timer_start(lc->gateway->loop->ev, &lc->timer);
}

static void unlink_call(struct live_call *lc)
{
	struct gateway *g = lc->gateway;

	if (lc->next != NULL) {
		lc->next->prev = lc->prev;
	}
	if (lc->prev != NULL) {
		lc->prev->next = lc->next;
	} else {
		g->calls = lc->next;
	}
}

void live_record(struct live_call *lc, enum call_state state)
{
	struct gateway *g = lc->gateway;

	attempt_drop(lc);
	admission_gave_up(lc);
	lc->pub.state = state;
	lc->pub.end_us = clock_mono_us();
	record_fill(&lc->pub, g->config->prices, lc->wall_us, lc->key);
	learn_from(lc);
	record_put(&lc->pub, g->store);
	g->cost_nano += known_or(lc->pub.row.cost_nano, 0);
	g->spent.own_nano += known_or(lc->pub.row.cost_nano, 0);
}

void live_finish(struct live_call *lc, enum call_state state)
{
	static const enum call_event_type last_event[] = {
		[CALL_DONE] = EVENT_DONE, [CALL_FAILED] = EVENT_FAILED, [CALL_CANCELLED] = EVENT_CANCELLED,
	};
	struct gateway *g = lc->gateway;

	ev_timer_stop(g->loop->ev, &lc->timer);
	live_record(lc, state);
	if (lc->has_cache_key && cache_may_keep(&lc->pub)) {
		cache_keep(g->loop->jobs, store_dir(g->store), g->config->store.redact, lc->cache_key, &lc->pub, &g->n_keeping);
	}
	if (lc->pub.answer.has_usage) {
		live_emit(lc, EVENT_USAGE);
	}
	lc->holds_place = false;
	unlink_call(lc);
	admission_next(g, lc->pub.target->provider);
	live_emit(lc, last_event[state]);
	call_unref(&lc->pub);
}

void live_fail(struct live_call *lc, enum error_class class)
{
	lc->pub.row.error_class = class;
	if (!replay_is_mended(lc) && !fallback_try(lc)) {
		live_finish(lc, CALL_FAILED);
	}
}

static void on_timer(struct ev_loop *ev, ev_timer *w, int revents)
{
	struct live_call *lc = w->data;

	(void)ev;
	(void)revents;
	switch (lc->pub.state) {
	case CALL_QUEUED:
		if (lc->pub.queued_us == 0) {
			lc->pub.queued_us = clock_mono_us();
			live_emit(lc, EVENT_QUEUED);
		}
		if (lc->pub.state == CALL_QUEUED && !lc->is_looking && !replay_look_up(lc)) {
			admission_begin(lc);
		}
		break;
	case CALL_RETRYING:
		attempt_send(lc);
		break;
	case CALL_CANCELLED:
		err_set(&lc->pub.err, ERR_INTERRUPTED, "cancelled");
		live_finish(lc, CALL_CANCELLED);
		break;
	default:
		if (lc->pub.is_cached) {
			replay_go_on(lc);
			break;
		}
		attempt_end_grace(lc);
		break;
	}
}

static void copy_messages(struct live_call *lc, const struct gateway_request *r)
{
	lc->messages = x_calloc(r->n_messages + 1, sizeof(*lc->messages));
	lc->n_messages = 1;
	for (size_t i = 0; i < r->n_messages; i++) {
		const struct message *m = &r->messages[i];

		lc->messages[lc->n_messages++] = (struct message){ m->role, x_strdup(m->text), x_strdup(m->calls_json), x_strdup(m->call_id), x_strdup(m->tool) };
	}
}

static struct live_call *live_new(const struct gateway_request *r)
{
	struct live_call *lc = x_calloc(1, sizeof(*lc));

	lc->refs = 1;
	lc->pub.asked = target_copy(r->target);
	lc->pub.is_streamed = r->is_streamed && r->side == NULL;
	lc->caches = r->caches || r->target->caches;
	lc->pub.saved_nano = UNKNOWN;
	lc->pub.max_attempts = r->max_attempts > 0 ? r->max_attempts : MAX_ATTEMPTS_DEFAULT;
	call_row_init(&lc->pub.row);
	lc->pub.row.run_us = r->run_us;
	lc->pub.row.run_column = r->run_column;
	lc->pub.prompt_name = x_strdup(r->prompt_name);
	lc->pub.prompt_version = x_strdup(r->prompt_version);
	lc->pub.tags = x_strdup(r->tags);
	answer_init(&lc->pub.answer);
	buf_init(&lc->pub.response_body, BODY_LIMIT);
	lc->pub.side = lc->side = r->side != NULL ? side_request_copy(r->side) : NULL;
	lc->schema_json = x_strdup(r->schema_json);
	lc->attachments = attachments_ref(r->attachments);
	lc->tools_json = x_strdup(r->tools_json);
	chat_params_copy(&lc->wished, &r->params);
	chat_params_init(&lc->params);
	copy_messages(lc, r);
	fallback_aim(lc, lc->pub.asked);
	return lc;
}

struct call *call_start(struct gateway *g, const struct gateway_request *r, call_listener *listener, void *ctx)
{
	struct live_call *lc = live_new(r);

	lc->gateway = g;
	lc->listener = listener;
	lc->ctx = ctx;
	lc->wall_us = clock_wall_us();
	lc->key = live_random();
	lc->next = g->calls;
	if (g->calls != NULL) {
		g->calls->prev = lc;
	}
	g->calls = lc;
	ev_timer_init(&lc->timer, on_timer, 0., 0.);
	lc->timer.data = lc;
	live_arm(lc, 0.);
	return &lc->pub;
}

void call_cancel(struct call *c)
{
	struct live_call *lc = (struct live_call *)c;

	if (call_state_is_final(c->state)) {
		return;
	}
	if (lc->http_call != NULL) { /* the reader stays: this may be a callback of its own */
		http_cancel(lc->http_call);
		lc->http_call = NULL;
	}
	c->state = CALL_CANCELLED;
	live_arm(lc, 0.);
}

void call_retry_now(struct call *c)
{
	if (c->state == CALL_RETRYING) {
		live_arm((struct live_call *)c, 0.);
	}
}

struct call *call_ref(struct call *c)
{
	((struct live_call *)c)->refs++;
	return c;
}

void call_unref(struct call *c)
{
	struct live_call *lc = (struct live_call *)c;

	if (c == NULL || --lc->refs > 0) {
		return;
	}
	for (size_t i = 0; i < lc->n_messages; i++) {
		free((char *)lc->messages[i].text);
		free((char *)lc->messages[i].calls_json);
		free((char *)lc->messages[i].call_id);
		free((char *)lc->messages[i].tool);
	}
	free(lc->messages);
	free(lc->schema_json);
	attachments_unref(lc->attachments);
	free(lc->tools_json);
	chat_params_free(&lc->wished);
	chat_params_free(&lc->params);
	side_request_free(lc->side);
	side_reply_free(&c->reply);
	answer_free(&c->answer);
	buf_free(&c->request_body);
	buf_free(&c->response_body);
	arrivals_free(&c->arrivals);
	cached_answer_free(&lc->hit);
	free(c->failures);
	free(c->prompt_name);
	free(c->prompt_version);
	free(c->tags);
	target_free(c->asked);
	free(lc);
}

bool call_preview(const struct gateway_request *r, char **url, struct buf *body, struct err *e)
{
	struct live_call *lc = live_new(r);
	struct wire_request w = { 0 };
	bool ok = attempt_build(lc, NULL, true, &w, e);

	if (ok) {
		*url = x_strdup(w.url);
		(void)buf_add(body, buf_str(&w.body), w.body.len);
	}
	wire_request_free(&w);
	call_unref(&lc->pub);
	return ok;
}

enum err_code call_err_code(const struct call *c)
{
	if (c->state == CALL_DONE) {
		return ERR_NONE;
	}
	if (c->row.error_class == CLASS_SERVER_ERROR && c->attempt > 1 && c->attempt >= c->max_attempts) {
		return ERR_RATE;
	}
	return c->err.code != ERR_NONE ? c->err.code : ERR_INTERNAL;
}
