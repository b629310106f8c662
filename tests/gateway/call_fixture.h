/* call_fixture - what the tests of calls share: a loop with the simulator, a gateway and a store on it, and a log of what listeners saw. */
#ifndef SONDE_TESTS_GATEWAY_CALL_FIXTURE_H
#define SONDE_TESTS_GATEWAY_CALL_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/gateway.h"
#include "sim/sim.h"

#define KEY "sk-test-7f3a9c1e5b2d8046"
#define PATIENCE_S 120.
#define LONG_MS 60000 /* a limit that no busy machine meets */
#define NAP_ROUNDS 20

static const char *const kinds[] = { "openai", "anthropic", "gemini", "ollama" };

struct bench {
	char *dir;
	struct loop *loop;
	struct sim *sim;
	struct config *config;
	struct store *store;
	struct gateway *gateway;
	size_t n_running;
	bool is_idle;
	ev_timer patience;
};

/* What one listener saw: a letter an event, deltas in a row as one; and what it does when it sees `cancel_at`. */
struct watch {
	struct bench *bench;
	struct call *call;
	char events[64];
	struct buf text;
	char cancel_at;
	struct call *victim; /* NULL: its own */
	bool *flag;          /* set at `flag_at` */
	char flag_at;
	/* The last retry: when told, how long announced, from when it was told and from when it was sent before, when sent. */
	int64_t retry_seen_us, retry_wait_us, retry_since_sent_us, resent_us;
	int *order;          /* counts EVENT_SENT of several calls */
	int sent_as;
	int max_attempts;
};

static const char letters[] = { [EVENT_QUEUED] = 'q', [EVENT_SENT] = 's', [EVENT_FIRST_TOKEN] = 'f', [EVENT_DELTA] = 'd',
	[EVENT_TOOL_CALL] = 't', [EVENT_USAGE] = 'u', [EVENT_RETRYING] = 'r', [EVENT_FALLBACK] = 'b', [EVENT_DONE] = 'D', [EVENT_FAILED] = 'F',
	[EVENT_CANCELLED] = 'C' };

static inline void watch_event(void *ctx, const struct call_event *ev)
{
	struct watch *w = ctx;
	char letter = letters[ev->type];
	size_t n = strlen(w->events);

	assert_ptr_equal(ev->call, w->call);
	assert_true(n + 1 < sizeof(w->events));
	if (n == 0 || w->events[n - 1] != letter || letter != 'd') {
		w->events[n] = letter;
	}
	if (ev->type == EVENT_DELTA && ev->kind == DELTA_TEXT) {
		(void)buf_add(&w->text, ev->text, ev->len);
	} else if (ev->type == EVENT_RETRYING) {
		assert_int_equal(ev->call->state, CALL_RETRYING);
		assert_true(ev->call->err.text[0] != '\0');
		w->retry_seen_us = clock_mono_us();
		w->retry_wait_us = ev->call->retry_at_us - w->retry_seen_us;
		w->retry_since_sent_us = ev->call->retry_at_us - w->resent_us;
	} else if (ev->type == EVENT_SENT) {
		w->resent_us = clock_mono_us();
		w->sent_as = w->order != NULL ? ++*w->order : 0;
	} else if (ev->type == EVENT_USAGE) {
		assert_true(ev->call->answer.has_usage);
	}
	if (w->flag != NULL && letter == w->flag_at) {
		*w->flag = true;
	}
	if (letter == w->cancel_at) {
		call_cancel(w->victim != NULL ? w->victim : w->call);
	}
	if (ev->type >= EVENT_DONE) {
		assert_true(call_state_is_final(ev->call->state));
		w->bench->is_idle = --w->bench->n_running == 0;
	}
}

/* Fast, small and without faults, unless o says else. NULL: the defaults. */
static inline struct bench *bench_new(const struct sim_options *o)
{
	const char *tmp = getenv("TMPDIR");
	struct bench *b = x_calloc(1, sizeof(*b));
	struct sim_options options;
	struct err e = { 0 };

	b->dir = x_asprintf("%s/sonde-call-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(b->dir));
	b->loop = loop_new();
	if (o == NULL) {
		sim_options_init(&options);
		options.ttft_ms = 0;
		options.rate = 20000;
		o = &options;
	}
	b->sim = sim_new(b->loop, o, &e);
	b->config = config_new();
	b->store = store_open(b->dir, &e);
	if (b->sim == NULL || b->store == NULL) {
		fail_msg("%s", e.text);
	}
	b->gateway = gateway_new(b->loop, b->config, b->store);
	return b;
}

/* No file of the store holds the text. */
static inline void bench_holds_not(const struct bench *b, const char *text)
{
	DIR *d = opendir(b->dir);

	assert_non_null(d);
	for (struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
		char *path = x_asprintf("%s/%s", b->dir, f->d_name);
		FILE *in = f->d_name[0] != '.' ? fopen(path, "rb") : NULL;
		struct buf all = { 0 };
		char bytes[4096];

		for (size_t n; in != NULL && (n = fread(bytes, 1, sizeof(bytes), in)) > 0;) {
			(void)buf_add(&all, bytes, n);
		}
		if (all.len > 0 && memmem(all.s, all.len, text, strlen(text)) != NULL) {
			fail_msg("%s holds %s", path, text);
		}
		if (in != NULL) {
			(void)fclose(in);
		}
		buf_free(&all);
		free(path);
	}
	(void)closedir(d);
}

static inline void bench_free(struct bench *b)
{
	DIR *d;

	gateway_free(b->gateway);
	sim_free(b->sim);
	store_close(b->store);
	bench_holds_not(b, KEY);
	loop_free(b->loop);
	config_free(b->config);
	d = opendir(b->dir);
	assert_non_null(d);
	for (struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
		char *path = x_asprintf("%s/%s", b->dir, f->d_name);

		if (f->d_name[0] != '.') {
			(void)unlink(path);
		}
		free(path);
	}
	(void)closedir(d);
	assert_int_equal(rmdir(b->dir), 0);
	free(b->dir);
	free(b);
}

/* What comes after the host in the address of the simulator. */
static inline const char *path_of(const char *kind)
{
	static const struct {
		const char *kind, *path;
	} rows[] = { { "openai", "/v1" }, { "mistral", "/mistral/v1" }, { "openrouter", "/api/v1" }, { "azure", "?api-version=1" } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strcmp(rows[i].kind, kind) == 0) {
			return rows[i].path;
		}
	}
	return "";
}

/* A provider of that kind at a port of this machine; 0: the simulator's. fault NULL: none is forced. */
static inline struct provider_entry *bench_provider(struct bench *b, const char *name, const char *kind, int port, const char *fault)
{
	char *url = x_asprintf("http://127.0.0.1:%d%s", port != 0 ? port : sim_port(b->sim), path_of(kind));
	struct provider_entry *p = config_add_provider(b->config, name, kind, url, KEY, "a test");

	/* Nothing but a stalled answer may take long enough to meet its limit, however busy the machine is. */
	p->first_byte_ms = fault != NULL && (strcmp(fault, "stall") == 0 || strcmp(fault, "stall once") == 0) ? 400 : LONG_MS;
	p->idle_ms = fault != NULL && strcmp(fault, "stall-mid") == 0 ? 400 : LONG_MS;
	if (fault != NULL) {
		p->headers = x_calloc(2, sizeof(char *));
		p->headers[0] = x_asprintf("X-Sonde-Fault: %s", fault);
	}
	free(url);
	return p;
}

/* Begins a call; w->bench, w->cancel_at and so on may be set before. It holds a reference. */
static inline void bench_start(struct bench *b, struct watch *w, const char *target, bool is_streamed, const char *text)
{
	struct message messages[] = { { .role = ROLE_SYSTEM, .text = "Be brief." }, { .role = ROLE_USER, .text = text } };
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, target, &e);

	if (t == NULL) {
		fail_msg("%s: %s", target, e.text);
	}
	struct gateway_request r = { .target = t, .messages = messages, .n_messages = 2, .is_streamed = is_streamed,
		.max_attempts = w->max_attempts, .run_us = 1790000000000000, .run_column = 3 };
	chat_params_init(&r.params);
	r.params.max_tokens = 40;
	w->bench = b;
	w->call = call_ref(call_start(b->gateway, &r, watch_event, w));
	b->n_running++;
	b->is_idle = false;
	target_free(t);
}

static inline void bench_out_of_patience(struct ev_loop *ev, ev_timer *t, int events)
{
	(void)ev;
	(void)t;
	(void)events;
	fail_msg("the loop still waits after %g s", PATIENCE_S);
}

/* Runs the loop until *flag; NULL: until no call runs. */
static inline void bench_run(struct bench *b, const bool *flag)
{
	ev_now_update(b->loop->ev);
	ev_timer_init(&b->patience, bench_out_of_patience, PATIENCE_S, 0.);
	ev_timer_start(b->loop->ev, &b->patience);
	loop_run_until(b->loop, flag != NULL ? flag : &b->is_idle);
	ev_timer_stop(b->loop->ev, &b->patience);
}

static inline void bench_on_nap(struct ev_loop *ev, ev_timer *t, int events)
{
	(void)ev;
	(void)events;
	*(bool *)t->data = true;
}

/* Lets the loop run for a while, and then for some rounds more: a process that got no time meanwhile has its input still before it. */
static inline void bench_nap(struct bench *b, double seconds)
{
	for (int i = 0; i < NAP_ROUNDS; i++) {
		bool is_over = false;
		ev_timer t;

		ev_now_update(b->loop->ev);
		ev_timer_init(&t, bench_on_nap, i == 0 ? seconds : 0., 0.);
		t.data = &is_over;
		ev_timer_start(b->loop->ev, &t);
		loop_run_until(b->loop, &is_over);
	}
}

static inline void watch_end(struct watch *w)
{
	call_unref(w->call);
	buf_free(&w->text);
}

/* The recorded row and bodies of a call, the caller's. */
static inline void bench_recorded(struct bench *b, const struct call *c, struct call_row *row, struct call_body *body)
{
	struct err e = { 0 };

	if (!store_flush(b->store, LONG_MS, &e)) {
		fail_msg("%s", e.text);
	}
	struct reader *r = reader_open(b->dir, &e);
	if (r == NULL || !calls_get(r, c->row.id, row, body, &e)) {
		fail_msg("%s: %s", c->target->name, e.text);
	}
	reader_close(r);
}

#endif
