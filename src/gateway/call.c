/* How a call lives. A live_call holds what listeners need not see: its request, its timer, the HTTP request and the reader of the
 * present attempt. One ev_timer per call serves whatever the call waits for next: its start, a retry, the delivery of a cancel. So every
 * event comes from the loop, and the state alone says what the timer means. */
#include "gateway/call.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "gateway/breaker.h"
#include "gateway/cache.h"
#include "gateway/call_error.h"
#include "gateway/record.h"
#include "net/retry.h"

#define MAX_ATTEMPTS_DEFAULT 3
#define BODY_LIMIT ((size_t)64 << 20)
#define REPLAY_SLICE ((size_t)16 << 10) /* of a cached answer, between two looks at the rest of the loop */
/* After a stream has said that it is over, the server has this long to end the answer, so that the connection can be used again. */
#define GRACE_S 0.5

struct live_call {
	struct call pub; /* first: a struct call * of ours is a struct live_call * */
	struct gateway *gateway;
	struct live_call *next, *prev;
	int refs;
	call_listener *listener;
	void *ctx;
	struct message *messages; /* the first is for the target's system prompt; its text is NULL when there is none */
	size_t n_messages;
	char *schema_json, *tools_json;
	struct chat_params wished, params; /* of the request; with the defaults of the target */
	int64_t wall_us;
	uint64_t key;
	ev_timer timer;
	struct http_call *http_call;
	struct answer_reader *reader;
	bool holds_place; /* counts in max_in_flight of its provider */
	bool is_probe;    /* the one request that an open breaker lets out */
	bool is_over;     /* the stream has said so */
	bool caches;
	bool is_looking;  /* in the cache; nothing else happens meanwhile */
	bool has_cache_key;
	unsigned char cache_key[SHA256_SIZE];
	struct cached_answer hit; /* response not NULL: is read instead of what a server would send */
	size_t hit_read;
};

/* What is known of a provider from its last answers. */
struct gate {
	const struct provider_entry *provider;
	struct breaker breaker;
};

struct gateway {
	struct loop *loop;
	struct http *http;
	struct config *config;
	struct store *store;
	struct live_call *calls; /* newest first */
	struct gate *gates;
	size_t n_gates, cap_gates;
	struct budget_spent spent;
	int64_t cost_nano;       /* of all calls so far */
	int n_keeping;           /* answers on their way to the cache */
};

static const char *const state_names[] = {
	[CALL_QUEUED] = "queued", [CALL_SENT] = "sent", [CALL_STREAMING] = "streaming", [CALL_RETRYING] = "retrying",
	[CALL_DONE] = "done", [CALL_FAILED] = "failed", [CALL_CANCELLED] = "cancelled",
};

static const char *const event_names[] = {
	[EVENT_QUEUED] = "queued", [EVENT_SENT] = "sent", [EVENT_FIRST_TOKEN] = "first_token", [EVENT_DELTA] = "delta",
	[EVENT_TOOL_CALL] = "tool_call", [EVENT_USAGE] = "usage", [EVENT_RETRYING] = "retrying", [EVENT_FALLBACK] = "fallback", [EVENT_DONE] = "done",
	[EVENT_FAILED] = "failed", [EVENT_CANCELLED] = "cancelled",
};

const char *call_state_name(enum call_state s)
{
	return state_names[s];
}

const char *call_event_name(enum call_event_type t)
{
	return event_names[t];
}

/* Identities of calls must not meet; where the kernel has no random bytes yet, time and place will do. */
static uint64_t random_bits(void)
{
	uint64_t v;

	if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != (ssize_t)sizeof(v)) {
		v = hash_mix((uint64_t)clock_wall_us() ^ hash_mix((uint64_t)clock_mono_us() ^ (uintptr_t)&v));
	}
	return v;
}

static void emit(struct live_call *lc, enum call_event_type type)
{
	struct call_event ev = { .type = type, .call = &lc->pub };

	if (lc->listener != NULL) {
		lc->listener(lc->ctx, &ev);
	}
}

static void arm(struct live_call *lc, double after_s)
{
	ev_timer_stop(lc->gateway->loop->ev, &lc->timer);
	ev_timer_set(&lc->timer, after_s, 0.);
	ev_timer_start(lc->gateway->loop->ev, &lc->timer);
}

/* Borrowed until the next one is asked for. */
static struct breaker *breaker_of(struct gateway *g, const struct provider_entry *p)
{
	for (size_t i = 0; i < g->n_gates; i++) {
		if (g->gates[i].provider == p) {
			return &g->gates[i].breaker;
		}
	}
	struct gate *gate = array_push(g->gates, g->n_gates, g->cap_gates);

	*gate = (struct gate){ .provider = p };
	return &gate->breaker;
}

static int in_flight(const struct gateway *g, const struct provider_entry *p)
{
	int n = 0;

	for (const struct live_call *lc = g->calls; lc != NULL; lc = lc->next) {
		n += lc->holds_place && lc->pub.target->provider == p;
	}
	return n;
}

/* The call that is the next to get a place at this provider; NULL. */
static struct live_call *oldest_waiting(const struct gateway *g, const struct provider_entry *p)
{
	struct live_call *oldest = NULL;

	for (struct live_call *lc = g->calls; lc != NULL; lc = lc->next) {
		if (lc->pub.state == CALL_QUEUED && lc->pub.target->provider == p && !lc->holds_place) {
			oldest = lc;
		}
	}
	return oldest;
}

/* Has the next one look for a place: one became free, or the one before has taken its own. */
static void start_next(struct gateway *g, const struct provider_entry *p)
{
	struct live_call *next = oldest_waiting(g, p);

	if (next != NULL) {
		arm(next, 0.);
	}
}

static void drop_attempt(struct live_call *lc)
{
	if (lc->http_call != NULL) {
		http_cancel(lc->http_call);
		lc->http_call = NULL;
	}
	answer_reader_free(lc->reader);
	lc->reader = NULL;
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

static void add_cost(struct gateway *g, const struct call_row *row)
{
	g->cost_nano += known_or(row->cost_nano, 0);
	g->spent.own_nano += known_or(row->cost_nano, 0);
}

/* The end of every call: recorded, told, let go. */
static void finish(struct live_call *lc, enum call_state state)
{
	static const enum call_event_type last_event[] = {
		[CALL_DONE] = EVENT_DONE, [CALL_FAILED] = EVENT_FAILED, [CALL_CANCELLED] = EVENT_CANCELLED,
	};
	struct gateway *g = lc->gateway;

	drop_attempt(lc);
	breaker_gave_up(breaker_of(g, lc->pub.target->provider), lc->is_probe);
	ev_timer_stop(g->loop->ev, &lc->timer);
	lc->pub.state = state;
	lc->pub.end_us = clock_mono_us();
	record_fill(&lc->pub, g->config->prices, lc->wall_us, lc->key);
	record_put(&lc->pub, g->store);
	add_cost(g, &lc->pub.row);
	if (lc->has_cache_key && cache_may_keep(&lc->pub)) {
		cache_keep(g->loop->jobs, store_dir(g->store), lc->cache_key, &lc->pub, &g->n_keeping);
	}
	if (lc->pub.answer.has_usage) {
		emit(lc, EVENT_USAGE);
	}
	lc->holds_place = false;
	unlink_call(lc);
	start_next(g, lc->pub.target->provider);
	emit(lc, last_event[state]);
	call_unref(&lc->pub);
}

static void reset_attempt(struct live_call *lc)
{
	answer_free(&lc->pub.answer);
	answer_init(&lc->pub.answer);
	buf_clear(&lc->pub.response_body);
	lc->pub.http = (struct http_result){ .reply = { .retry_after_ms = -1, .should_retry = -1 } };
	lc->pub.row.error_class = CLASS_NONE;
	lc->is_over = false;
	lc->pub.is_cached = false;
}

/* Unset parameters of `to` are taken from `from`. */
static void params_default(struct chat_params *to, const struct chat_params *from)
{
	to->temperature = isnan(to->temperature) ? from->temperature : to->temperature;
	to->top_p = isnan(to->top_p) ? from->top_p : to->top_p;
	to->max_tokens = known_or(to->max_tokens, from->max_tokens);
	to->seed = known_or(to->seed, from->seed);
	if (to->n_stop == 0 && from->n_stop > 0) {
		struct chat_params copy;

		chat_params_copy(&copy, from);
		to->stop = copy.stop;
		to->n_stop = copy.n_stop;
	}
}

/* What is sent to a target: the wishes of the request, then its own defaults, then those of the target that was asked. */
static void aim(struct live_call *lc, const struct target *t)
{
	const struct target *asked = lc->pub.asked;
	const char *system = t->system != NULL ? t->system : asked->system;

	lc->pub.target = t;
	chat_params_free(&lc->params);
	chat_params_copy(&lc->params, &lc->wished);
	params_default(&lc->params, &t->params);
	params_default(&lc->params, &asked->params);
	free((char *)lc->messages[0].text);
	bool has_own = lc->n_messages > 1 && lc->messages[1].role == ROLE_SYSTEM;
	lc->messages[0] = (struct message){ ROLE_SYSTEM, has_own ? NULL : x_strdup(system) };
}

static bool has_fallback(const struct live_call *lc)
{
	static const bool falls[CLASS_COUNT] = {
		[CLASS_RATE_LIMITED] = true, [CLASS_SERVER_ERROR] = true, [CLASS_TIMEOUT] = true, [CLASS_NETWORK] = true, [CLASS_AUTH] = true,
	};
	const struct call *c = &lc->pub;

	return c->first_us == 0 && falls[c->row.error_class] && c->n_failures < c->asked->n_fallback;
}

/* The failure is recorded as a call of its own; what comes next begins like a new one. */
static void fall_back(struct live_call *lc)
{
	struct call *c = &lc->pub;
	const struct provider_entry *before = c->target->provider;
	int64_t run_us = c->row.run_us;
	int run_column = c->row.run_column;

	drop_attempt(lc);
	c->state = CALL_FAILED;
	c->end_us = clock_mono_us();
	record_fill(c, lc->gateway->config->prices, lc->wall_us, lc->key);
	record_put(c, lc->gateway->store);
	add_cost(lc->gateway, &c->row);
	*array_push(c->failures, c->n_failures, c->cap_failures) = (struct call_failure){ c->target->name, c->row.error_class };
	call_row_init(&c->row);
	c->row.run_us = run_us;
	c->row.run_column = run_column;
	reset_attempt(lc);
	buf_clear(&c->request_body);
	c->warning[0] = '\0';
	c->attempt = 0;
	c->sent_us = c->end_us = 0;
	c->is_simulated = false;
	c->state = CALL_QUEUED;
	lc->wall_us = clock_wall_us();
	lc->key = random_bits();
	lc->has_cache_key = false;
	lc->holds_place = false;
	aim(lc, c->asked->fallback[c->n_failures - 1]);
	start_next(lc->gateway, before);
	arm(lc, 0.);
	emit(lc, EVENT_FALLBACK);
}

static void fail(struct live_call *lc, enum error_class class)
{
	lc->pub.row.error_class = class;
	if (has_fallback(lc)) {
		fall_back(lc);
	} else {
		finish(lc, CALL_FAILED);
	}
}

static double random_unit(void)
{
	return (double)(random_bits() >> 11) * 0x1p-53;
}

static void attempt_over(struct live_call *lc, const struct http_result *result)
{
	struct call *c = &lc->pub;
	enum error_class class = CLASS_NONE;

	lc->http_call = NULL;
	c->http = *result;
	if (lc->reader != NULL) {
		answer_reader_end(lc->reader);
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
		const struct provider_entry *p = c->target->provider;

		breaker_ended(breaker_of(lc->gateway, p), class, in_flight(lc->gateway, p), p->max_in_flight, clock_mono_us());
		lc->is_probe = false;
	}
	if (call_state_is_final(c->state)) { /* cancelled by a listener of the last deltas: the timer tells */
		return;
	}
	if (class == CLASS_NONE) {
		c->err = (struct err){ 0 };
		finish(lc, CALL_DONE);
		return;
	}
	int64_t wait_ms = c->first_us != 0 || class == CLASS_CONTENT_FILTER ?
	    -1 : retry_wait_ms(result, c->attempt, c->max_attempts, c->answer.is_quota, random_unit());
	if (wait_ms < 0) {
		fail(lc, class);
		return;
	}
	c->state = CALL_RETRYING;
	c->row.error_class = class;
	c->retry_at_us = clock_mono_us() + wait_ms * US_PER_MS;
	arm(lc, (double)wait_ms / 1000.);
	emit(lc, EVENT_RETRYING);
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
		emit(lc, EVENT_FIRST_TOKEN);
		if (call_state_is_final(c->state)) {
			return;
		}
	}
	struct call_event ev = { .type = kind == DELTA_TOOL_CALL ? EVENT_TOOL_CALL : EVENT_DELTA, .call = c, .kind = kind, .text = text, .len = len };
	if (lc->listener != NULL) {
		lc->listener(lc->ctx, &ev);
	}
}

static void on_reply(void *ctx, const struct http_reply *reply)
{
	struct live_call *lc = ctx;

	lc->pub.http.reply = *reply;
	lc->pub.is_simulated = strcmp(reply->server, "sonde-simulator") == 0;
	lc->reader = answer_reader_new(lc->pub.target->provider->kind, &lc->pub.answer, reply->status, reply->content_type, lc->pub.is_streamed,
	    on_delta, lc);
}

static void on_data(void *ctx, const char *bytes, size_t len)
{
	struct live_call *lc = ctx;

	(void)buf_add(&lc->pub.response_body, bytes, len);
	if (!lc->is_over && lc->reader != NULL && !answer_reader_feed(lc->reader, bytes, len) && !call_state_is_final(lc->pub.state)) {
		lc->is_over = true;
		arm(lc, GRACE_S);
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

static bool build(const struct live_call *lc, const char *key, struct wire_request *w, struct err *e)
{
	const struct target *t = lc->pub.target;
	struct endpoint ep = { .base_url = t->provider->base_url, .key = key, .headers = (const char *const *)t->provider->headers };
	size_t first = lc->messages[0].text == NULL;
	struct chat_request r = {
		.model = t->model, .messages = lc->messages + first, .n_messages = lc->n_messages - first, .params = lc->params, .is_streamed = lc->pub.is_streamed,
		.schema_json = lc->schema_json, .tools_json = lc->tools_json,
	};

	return t->provider->kind->build(&ep, &r, w, e);
}

/* False: its provider is left alone, and the call has failed. */
static bool is_admitted(struct live_call *lc)
{
	const struct provider_entry *p = lc->pub.target->provider;
	struct breaker *b = breaker_of(lc->gateway, p);
	int64_t now_us = clock_mono_us();

	if (breaker_admits(b, now_us)) {
		lc->is_probe = b->state == BREAKER_PROBING;
		return true;
	}
	int64_t wait_us = breaker_wait_us(b, now_us);
	err_set(&lc->pub.err, ERR_PROVIDER, "%s failed %d times in a row: nothing is sent to it for a while", p->name, BREAKER_FAILURES);
	if (wait_us > 0) {
		err_hint(&lc->pub.err, "try again in %lld s, or another target", (long long)((wait_us + US_PER_S - 1) / US_PER_S));
	} else {
		err_hint(&lc->pub.err, "one request is on its way to see whether it is back: try again then");
	}
	fail(lc, CLASS_SERVER_ERROR);
	return false;
}

static void send_attempt(struct live_call *lc)
{
	static const struct http_handler handler = { .on_reply = on_reply, .on_data = on_data, .on_done = on_done };
	struct call *c = &lc->pub;
	const struct provider_entry *p = c->target->provider;
	struct wire_request w = { 0 };

	reset_attempt(lc);
	if (!is_admitted(lc)) {
		return;
	}
	c->attempt++;
	if (!build(lc, p->key, &w, &c->err)) {
		wire_request_free(&w);
		fail(lc, CLASS_BAD_REQUEST);
		return;
	}
	buf_clear(&c->request_body);
	(void)buf_add(&c->request_body, buf_str(&w.body), w.body.len);
	memcpy(c->warning, w.warning, sizeof(c->warning));
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
	emit(lc, EVENT_SENT);
}

/* A key that a command gives is fetched on a worker: the command may take seconds. */
struct key_fetch {
	struct live_call *lc;
	struct provider_entry *entry;
	struct err err;
	bool ok;
};

static void fetch_key(void *arg)
{
	struct key_fetch *k = arg;

	k->ok = provider_entry_key(k->entry, &k->err);
}

static void key_fetched(void *arg)
{
	struct key_fetch *k = arg;
	struct live_call *lc = k->lc;

	if (lc->pub.state == CALL_QUEUED) {
		if (k->ok) {
			send_attempt(lc);
		} else {
			lc->pub.err = k->err;
			fail(lc, CLASS_AUTH);
		}
	}
	call_unref(&lc->pub);
	free(k);
}

static void begin(struct live_call *lc)
{
	struct provider_entry *p = (struct provider_entry *)lc->pub.target->provider;

	/* Timers that are due at once fire in no order. Whoever is passed over here is woken by start_next. */
	int limit = breaker_limit(breaker_of(lc->gateway, p), p->max_in_flight);
	if (limit > 0 && (in_flight(lc->gateway, p) >= limit || oldest_waiting(lc->gateway, p) != lc)) {
		return;
	}
	lc->holds_place = true;
	start_next(lc->gateway, p);
	if (p->key == NULL && p->key_command == NULL && !provider_entry_key(p, &lc->pub.err)) {
		fail(lc, CLASS_AUTH);
		return;
	}
	if (p->key == NULL && p->key_command != NULL) {
		struct key_fetch *k = x_calloc(1, sizeof(*k));

		*k = (struct key_fetch){ .lc = lc, .entry = p };
		(void)call_ref(&lc->pub);
		job_submit(lc->gateway->loop->jobs, fetch_key, key_fetched, k);
		return;
	}
	send_attempt(lc);
}

/* A piece of a cached answer, as if it came from the server; the timer brings the next one. */
static void replay(struct live_call *lc)
{
	size_t left = lc->hit.response_len - lc->hit_read, n = left < REPLAY_SLICE ? left : REPLAY_SLICE;
	size_t from = lc->hit_read;

	lc->hit_read += n;
	on_data(lc, lc->hit.response + from, n);
	if (call_state_is_final(lc->pub.state)) { /* cancelled by a listener: the timer tells */
		return;
	}
	if (!lc->is_over && lc->hit_read < lc->hit.response_len) {
		arm(lc, 0.);
		return;
	}
	struct http_result result = { .outcome = HTTP_OK, .reply = lc->pub.http.reply, .body_started = true };
	cached_answer_free(&lc->hit);
	attempt_over(lc, &result);
}

static void begin_replay(struct live_call *lc)
{
	struct call *c = &lc->pub;
	struct http_reply reply = { .status = 200, .retry_after_ms = -1, .should_retry = -1 };

	reset_attempt(lc);
	if (lc->hit.content_type != NULL) {
		(void)snprintf(reply.content_type, sizeof(reply.content_type), "%s", lc->hit.content_type);
	}
	on_reply(lc, &reply);
	c->is_simulated = lc->hit.is_simulated;
	c->is_cached = true;
	c->state = CALL_SENT;
	arm(lc, 0.);
	emit(lc, EVENT_SENT);
}

/* The question of what was spent, which goes to a worker and comes back. */
struct spend_look {
	struct live_call *lc;
	char *dir;
	int64_t day_us, month_us, cost_before_nano;
	struct spend spend;
	struct err err;
	bool ok;
};

static void look_at_spend(void *arg)
{
	struct spend_look *s = arg;

	s->ok = spend_read(s->dir, s->month_us, s->day_us, &s->spend, &s->err);
}

static void begin_within_budget(struct live_call *lc)
{
	struct gateway *g = lc->gateway;

	if (budget_check(&g->config->budget, &g->spent, &lc->pub.err)) {
		begin(lc);
	} else {
		fail(lc, CLASS_OTHER);
	}
}

static void spend_looked(void *arg)
{
	struct spend_look *s = arg;
	struct live_call *lc = s->lc;

	lc->is_looking = false;
	if (lc->pub.state == CALL_QUEUED && s->ok) {
		struct gateway *g = lc->gateway;

		/* What ended meanwhile may be in both: rather too much than too little. */
		g->spent = (struct budget_spent){ s->spend, g->cost_nano - s->cost_before_nano, clock_mono_us() };
		begin_within_budget(lc);
	} else if (lc->pub.state == CALL_QUEUED) {
		lc->pub.err = s->err;
		lc->pub.err.code = ERR_BUDGET;
		(void)err_prefix(&lc->pub.err, "not sent: the budget cannot be checked");
		fail(lc, CLASS_OTHER);
	}
	call_unref(&lc->pub);
	free(s->dir);
	free(s);
}

/* Begins, or refuses, once it is known what was spent. */
static void begin_if_paid(struct live_call *lc)
{
	struct gateway *g = lc->gateway;

	if (!budget_is_set(&g->config->budget)) {
		begin(lc);
	} else if (g->store == NULL) {
		err_set(&lc->pub.err, ERR_BUDGET, "not sent: the budget cannot be checked without the store");
		err_hint(&lc->pub.err, "make the store writable, or take budget out of the configuration");
		fail(lc, CLASS_OTHER);
	} else if (budget_is_fresh(&g->spent, clock_mono_us())) {
		begin_within_budget(lc);
	} else {
		struct spend_look *s = x_calloc(1, sizeof(*s));

		s->lc = lc;
		s->dir = x_strdup(store_dir(g->store));
		s->cost_before_nano = g->cost_nano;
		budget_starts(clock_wall_us(), &s->day_us, &s->month_us);
		lc->is_looking = true;
		(void)call_ref(&lc->pub);
		job_submit(g->loop->jobs, look_at_spend, spend_looked, s);
	}
}

static void cache_found(void *ctx, struct cached_answer *hit, const unsigned char key[SHA256_SIZE])
{
	struct live_call *lc = ctx;

	lc->is_looking = false;
	if (lc->pub.state == CALL_QUEUED) {
		lc->has_cache_key = true;
		memcpy(lc->cache_key, key, SHA256_SIZE);
		if (hit != NULL) {
			lc->hit = *hit;
			begin_replay(lc);
		} else {
			lc->pub.sent_us = 0;
			begin_if_paid(lc);
		}
	} else if (hit != NULL) {
		cached_answer_free(hit);
	}
	call_unref(&lc->pub);
}

/* False: there is nothing to look for, or nowhere. */
static bool look_up(struct live_call *lc)
{
	struct wire_request w = { 0 };
	struct err e;

	if (!lc->caches || lc->gateway->store == NULL || lc->has_cache_key) {
		return false;
	}
	bool ok = build(lc, NULL, &w, &e);
	if (ok) {
		(void)buf_add(&lc->pub.request_body, buf_str(&w.body), w.body.len);
		memcpy(lc->pub.warning, w.warning, sizeof(lc->pub.warning));
		lc->is_looking = true;
		lc->pub.sent_us = clock_mono_us();
		(void)call_ref(&lc->pub);
		cache_look_up(lc->gateway->loop->jobs, store_dir(lc->gateway->store), lc->pub.target->provider, &w, cache_found, lc);
	}
	wire_request_free(&w);
	return ok;
}

static void end_grace(struct live_call *lc)
{
	struct http_result result = { .outcome = HTTP_OK, .reply = lc->pub.http.reply, .body_started = true };

	http_cancel(lc->http_call);
	attempt_over(lc, &result);
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
			emit(lc, EVENT_QUEUED);
		}
		if (lc->pub.state == CALL_QUEUED && !lc->is_looking && !look_up(lc)) {
			begin_if_paid(lc);
		}
		break;
	case CALL_RETRYING:
		send_attempt(lc);
		break;
	case CALL_CANCELLED:
		err_set(&lc->pub.err, ERR_INTERRUPTED, "cancelled");
		finish(lc, CALL_CANCELLED);
		break;
	default:
		if (lc->pub.is_cached) {
			replay(lc);
			break;
		}
		end_grace(lc);
		break;
	}
}

static void copy_messages(struct live_call *lc, const struct gateway_request *r)
{
	lc->messages = x_calloc(r->n_messages + 1, sizeof(*lc->messages));
	lc->n_messages = 1;
	for (size_t i = 0; i < r->n_messages; i++) {
		lc->messages[lc->n_messages++] = (struct message){ r->messages[i].role, x_strdup(r->messages[i].text) };
	}
}

static struct live_call *live_new(const struct gateway_request *r)
{
	struct live_call *lc = x_calloc(1, sizeof(*lc));

	lc->refs = 1;
	lc->pub.asked = target_copy(r->target);
	lc->pub.is_streamed = r->is_streamed;
	lc->caches = r->caches || r->target->caches;
	lc->pub.saved_nano = UNKNOWN;
	lc->pub.max_attempts = r->max_attempts > 0 ? r->max_attempts : MAX_ATTEMPTS_DEFAULT;
	call_row_init(&lc->pub.row);
	lc->pub.row.run_us = r->run_us;
	lc->pub.row.run_column = r->run_column;
	answer_init(&lc->pub.answer);
	buf_init(&lc->pub.response_body, BODY_LIMIT);
	lc->schema_json = x_strdup(r->schema_json);
	lc->tools_json = x_strdup(r->tools_json);
	chat_params_copy(&lc->wished, &r->params);
	chat_params_init(&lc->params);
	copy_messages(lc, r);
	aim(lc, lc->pub.asked);
	return lc;
}

struct call *call_start(struct gateway *g, const struct gateway_request *r, call_listener *listener, void *ctx)
{
	struct live_call *lc = live_new(r);

	lc->gateway = g;
	lc->listener = listener;
	lc->ctx = ctx;
	lc->wall_us = clock_wall_us();
	lc->key = random_bits();
	lc->next = g->calls;
	if (g->calls != NULL) {
		g->calls->prev = lc;
	}
	g->calls = lc;
	ev_timer_init(&lc->timer, on_timer, 0., 0.);
	lc->timer.data = lc;
	arm(lc, 0.);
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
	arm(lc, 0.);
}

void call_retry_now(struct call *c)
{
	if (c->state == CALL_RETRYING) {
		arm((struct live_call *)c, 0.);
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
	}
	free(lc->messages);
	free(lc->schema_json);
	free(lc->tools_json);
	chat_params_free(&lc->wished);
	chat_params_free(&lc->params);
	answer_free(&c->answer);
	buf_free(&c->request_body);
	buf_free(&c->response_body);
	cached_answer_free(&lc->hit);
	free(c->failures);
	target_free(c->asked);
	free(lc);
}

bool call_preview(const struct gateway_request *r, char **url, struct buf *body, struct err *e)
{
	struct live_call *lc = live_new(r);
	struct wire_request w = { 0 };
	bool ok = build(lc, NULL, &w, e);

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

struct gateway *gateway_new(struct loop *l, struct config *config, struct store *store)
{
	struct gateway *g = x_calloc(1, sizeof(*g));

	g->loop = l;
	g->config = config;
	g->store = store;
	g->http = http_new(l);
	return g;
}

void gateway_budget_note(const struct gateway *g, char *out, size_t size)
{
	budget_note(&g->config->budget, &g->spent, out, size);
}

void gateway_warm_up(struct gateway *g)
{
	http_warm_up(g->http);
}

void gateway_free(struct gateway *g)
{
	if (g == NULL) {
		return;
	}
	while (g->calls != NULL) {
		struct live_call *lc = g->calls;

		lc->listener = NULL;
		err_set(&lc->pub.err, ERR_INTERRUPTED, "cancelled: the program ended");
		finish(lc, CALL_CANCELLED);
	}
	if (g->n_keeping > 0) {
		job_pool_wait(g->loop->jobs);
	}
	http_free(g->http);
	free(g->gates);
	free(g);
}
