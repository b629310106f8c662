#include "sim/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "sim/piece.h"

#define TICK_PIECES 200 /* most pieces sent before the loop gets its turn */
#define TICK_LEAST_S 0.001
#define JITTER 0.5 /* an interval is between 1 - JITTER/2 and 1 + JITTER/2 of the usual one */
#define COMMENT_EVERY 5

struct talk {
	struct loop *loop;
	struct exchange *x;
	const struct dialect *dialect;
	struct ask ask;
	struct said said;
	struct flow flow;
	enum sim_fault fault;
	char *headers;
	ev_timer timer;
	double interval_s, due_s; /* of the pieces */
	bool has_begun;
	bool is_spoilt;               /* the fault in the middle has happened */
	size_t at_reasoning, at_text; /* bytes sent */
	int64_t n_sent, n_pieces;
	uint64_t n_cuts;
	void (*over)(void *ctx);
	void *ctx;
};

static void talk_end(struct talk *t)
{
	ev_timer_stop(t->loop->ev, &t->timer);
	t->over(t->ctx);
	said_free(&t->said);
	ask_free(&t->ask);
	free(t->headers);
	free(t);
}

static void on_gone(void *ctx)
{
	talk_end(ctx);
}

/* Hands bytes to the connection, after what the fault does to them. */
static void send_bytes(struct talk *t, struct buf *bytes)
{
	if (t->fault == FAULT_HOSTILE) {
		fault_raw_bytes(bytes);
	}
	if (t->fault == FAULT_CRLF) {
		fault_crlf(bytes);
	}
	for (size_t at = 0; at < bytes->len;) {
		size_t n =
		    t->fault == FAULT_SPLIT ? fault_cut(bytes->s + at, bytes->len - at, t->said.hash + t->n_cuts++) : bytes->len - at;

		exchange_chunk(t->x, bytes->s + at, n);
		at += n;
	}
	buf_clear(bytes);
}

static bool is_mid(enum sim_fault f)
{
	return f == FAULT_RESET_MID || f == FAULT_STALL_MID || f == FAULT_TRUNCATED || f == FAULT_STREAM_ERROR || f == FAULT_BAD_JSON;
}

static bool next_piece(struct talk *t, struct buf *out)
{
	const char *reasoning = t->said.reasoning + t->at_reasoning, *text = t->said.text + t->at_text;
	size_t n;

	/* Every other event with escapes, so that a cut can fall inside one. */
	t->flow.is_escaped = t->fault == FAULT_SPLIT && t->n_sent % 2 == 1;
	if (*reasoning != '\0') {
		n = piece_next(reasoning, strlen(reasoning));
		t->dialect->piece(&t->flow, true, reasoning, n, out);
		t->at_reasoning += n;
	} else if (t->at_text < t->said.len) {
		n = piece_next(text, t->said.len - t->at_text);
		t->dialect->piece(&t->flow, false, text, n, out);
		t->at_text += n;
	} else {
		return false;
	}
	t->n_sent++;
	return true;
}

/* What goes wrong in the middle of a stream. `event` holds the event that would come now. True: the talk is over. */
static bool spoil(struct talk *t, struct buf *event)
{
	struct exchange *x = t->x;

	t->is_spoilt = true;
	switch (t->fault) {
	case FAULT_RESET_MID:
	case FAULT_TRUNCATED: {
		bool is_reset = t->fault == FAULT_RESET_MID;

		exchange_chunk(x, event->s, event->len / 2);
		talk_end(t);
		exchange_break(x, is_reset);
		return true;
	}
	case FAULT_STALL_MID:
		send_bytes(t, event);
		ev_timer_stop(t->loop->ev, &t->timer);
		return true;
	case FAULT_STREAM_ERROR:
		buf_clear(event);
		t->dialect->fail(&t->flow, event);
		exchange_chunk(x, event->s, event->len);
		talk_end(t);
		exchange_end(x);
		return true;
	default: {
		/* bad-json: the last characters of the object are missing, the line ends are there. */
		size_t end = event->len;

		while (end > 0 && event->s[end - 1] == '\n') {
			end--;
		}
		memmove(event->s + end - 4, event->s + end, event->len - end + 1);
		event->len -= 4;
		return false;
	}
	}
}

static void begin_stream(struct talk *t, struct buf *out)
{
	const char *type = t->flow.is_array ? "application/json; charset=utf-8" : t->dialect->stream_type;

	t->has_begun = true;
	exchange_start(t->x, 200, type, t->headers);
	if (t->fault == FAULT_COMMENTS && !t->dialect->is_ndjson && !t->flow.is_array) {
		(void)buf_add_str(out, ":\n: SIMULATED PROCESSING\n\n");
	}
	if (t->fault == FAULT_EMPTY_CHOICES) {
		t->dialect->oddity(&t->flow, out);
	}
	t->dialect->start(&t->flow, out);
}

static void end_stream(struct talk *t, struct buf *out)
{
	struct exchange *x = t->x;

	t->flow.is_escaped = false;
	if (t->fault == FAULT_EMPTY_CHOICES) {
		t->dialect->oddity(&t->flow, out);
	}
	t->dialect->end(&t->flow, out);
	send_bytes(t, out);
	talk_end(t);
	exchange_end(x);
}

static void rearm(struct talk *t, double after_s)
{
	ev_timer_stop(t->loop->ev, &t->timer);
	ev_timer_set(&t->timer, after_s > TICK_LEAST_S ? after_s : TICK_LEAST_S, 0.);
	ev_timer_start(t->loop->ev, &t->timer);
}

/* Sends the pieces that are due; several at once where the rate is beyond what timers can do. */
static void step_stream(struct talk *t)
{
	double now = ev_now(t->loop->ev);
	struct buf out = { 0 }, event = { 0 };
	int n = 0;

	if (!t->has_begun) {
		t->due_s = now;
		begin_stream(t, &out);
	}
	while (t->due_s <= now && n++ < TICK_PIECES) {
		if (!next_piece(t, &event)) {
			end_stream(t, &out);
			goto done;
		}
		if (is_mid(t->fault) && !t->is_spoilt && t->n_sent > t->n_pieces / 2) {
			send_bytes(t, &out);
			if (spoil(t, &event)) {
				goto done;
			}
		}
		(void)buf_add(&out, event.s, event.len);
		buf_clear(&event);
		if (t->fault == FAULT_COMMENTS && t->n_sent % COMMENT_EVERY == 0 && !t->dialect->is_ndjson && !t->flow.is_array) {
			(void)buf_add_str(&out, ": keep-alive\n\n");
		}
		t->due_s += t->interval_s * (1 - JITTER / 2 + JITTER * fault_chance(t->said.hash + (uint64_t)t->n_sent));
	}
	send_bytes(t, &out);
	rearm(t, t->due_s - now);
done:
	buf_free(&out);
	buf_free(&event);
}

static char *whole_body(const struct talk *t, size_t *len)
{
	json_t *v = t->dialect->whole(&t->flow);
	char *text = json_dumps(v, JSON_COMPACT | (t->fault == FAULT_SPLIT ? JSON_ENSURE_ASCII : 0));
	struct buf body = { 0 };

	json_decref(v);
	/* White space before the object keeps connections alive at some services. */
	(void)buf_add_str(&body, t->fault == FAULT_COMMENTS ? "\n\n   \n" : "");
	(void)buf_add_str(&body, text != NULL ? text : "{}");
	free(text);
	if (t->fault == FAULT_HOSTILE) {
		fault_raw_bytes(&body);
	}
	*len = t->fault == FAULT_BAD_JSON ? body.len * 2 / 3 : body.len;
	return buf_take(&body);
}

static void answer_whole(struct talk *t)
{
	static const char type[] = "application/json";
	struct exchange *x = t->x;
	enum sim_fault fault = t->fault;
	size_t len;
	char *body = whole_body(t, &len);
	char *headers = x_strdup(t->headers);

	if (fault == FAULT_SPLIT) {
		struct buf bytes = { 0 };

		exchange_start(x, 200, type, headers);
		(void)buf_add(&bytes, body, len);
		send_bytes(t, &bytes);
		buf_free(&bytes);
		talk_end(t);
		exchange_end(x);
	} else if (fault == FAULT_STALL_MID) {
		exchange_start(x, 200, type, headers);
		exchange_chunk(x, body, len / 2);
	} else if (fault == FAULT_RESET_MID || fault == FAULT_TRUNCATED) {
		exchange_start(x, 200, type, headers);
		exchange_chunk(x, body, len / 2);
		talk_end(t);
		exchange_break(x, fault == FAULT_RESET_MID);
	} else {
		talk_end(t);
		exchange_reply(x, 200, type, headers, body, len);
	}
	free(headers);
	free(body);
}

static void on_timer(struct ev_loop *ev, ev_timer *w, int events)
{
	struct talk *t = w->data;

	(void)ev;
	(void)events;
	if (t->ask.is_streamed) {
		step_stream(t);
	} else {
		answer_whole(t);
	}
}

/* Pieces and time of the answer: the first token after ttft (and hidden reasoning), the others at the rate. */
static double schedule(struct talk *t, const struct talk_plan *plan)
{
	struct temper temper;
	double ttft_ms, rate;

	temper_find(t->ask.model, &temper);
	rate = plan->rate > 0 ? plan->rate : temper.rate;
	ttft_ms = plan->ttft_ms >= 0 ? plan->ttft_ms : temper.ttft_ms * (0.85 + 0.3 * fault_chance(t->said.hash));
	if (plan->ttft_ms < 0 && t->said.reasoning[0] == '\0') {
		ttft_ms += 500 * (double)t->said.reason_tok / rate; /* hidden reasoning goes twice as fast */
	}
	t->interval_s = 1 / rate;
	t->n_pieces = piece_count(t->said.text, t->said.len) + piece_count(t->said.reasoning, strlen(t->said.reasoning));
	double gen_s = (double)t->n_pieces * t->interval_s;
	t->flow.ttft_us = (int64_t)(ttft_ms * US_PER_MS);
	t->flow.gen_us = (int64_t)(gen_s * US_PER_S);
	return ttft_ms / 1000 + (t->ask.is_streamed ? 0 : gen_s);
}

void talk_begin(struct loop *l, struct exchange *x, const struct talk_plan *plan, void (*over)(void *ctx), void *ctx)
{
	struct talk *t = x_calloc(1, sizeof(*t));

	t->loop = l;
	t->x = x;
	t->dialect = plan->dialect;
	t->ask = *plan->ask;
	ask_init(plan->ask);
	t->fault = plan->fault;
	t->headers = x_strdup(plan->headers);
	t->over = over;
	t->ctx = ctx;
	compose(&t->ask, plan->seed, &t->said);
	if (t->fault == FAULT_HOSTILE) {
		size_t len;
		const char *text = fault_hostile_text(&len);

		said_replace(&t->said, text, len);
	}
	t->flow = (struct flow){ .ask = &t->ask, .said = &t->said, .is_array = plan->is_array };
	/* Some moment of the first half of 2026. */
	t->flow.t_us = (1767225600LL + (int64_t)(t->said.hash % 15552000)) * US_PER_S;
	double wait_s = schedule(t, plan);

	ev_timer_init(&t->timer, on_timer, 0., 0.);
	t->timer.data = t;
	exchange_on_gone(x, on_gone, t);
	if (t->fault != FAULT_STALL) {
		ev_timer_set(&t->timer, wait_s > 0 ? wait_s : 0., 0.);
		ev_timer_start(l->ev, &t->timer);
	}
}
