#include "app/play_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/figures.h"

#define TEXT_LIMIT ((size_t)64 << 20)

/* A new generation each time: a new answer may stand where an old one stood in memory. */
static void start_text(struct play_answer *a, unsigned generation)
{
	buf_clear(&a->text);
	buf_clear(&a->reasoning);
	cleaner_init(&a->cleaner);
	cleaner_init(&a->reasoning_cleaner);
	a->cleaner.shows_invisible = a->reasoning_cleaner.shows_invisible = a->shows_invisible;
	a->n_deltas = 0;
	a->generation = generation;
	a->err = (struct err){ 0 };
}

void play_clean_err(const struct err *e, struct err *out)
{
	out->code = e->code;
	clean_line_into(e->text, out->text, sizeof(out->text));
	clean_line_into(e->hint, out->hint, sizeof(out->hint));
}

static void let_go(struct play_answer *a)
{
	if (a->call != NULL) {
		call_cancel(a->call);
		call_unref(a->call);
		a->call = NULL;
	}
	call_row_free(&a->row);
	call_row_init(&a->row);
	call_body_free(&a->body);
}

struct play_answer *play_answer_new(unsigned generation)
{
	struct play_answer *a = x_calloc(1, sizeof(*a));

	call_row_init(&a->row);
	chat_params_init(&a->params);
	buf_init(&a->text, TEXT_LIMIT);
	buf_init(&a->reasoning, TEXT_LIMIT);
	start_text(a, generation);
	return a;
}

void play_answer_free(struct play_answer *a)
{
	let_go(a);
	play_prompt_unref(a->own);
	chat_params_free(&a->params);
	buf_free(&a->text);
	buf_free(&a->reasoning);
	free(a);
}

void play_answer_begin(struct play_answer *a, unsigned generation)
{
	let_go(a);
	start_text(a, generation);
	a->has_run = true;
	a->state = CALL_QUEUED;
	a->is_simulated = a->is_cached = false;
	a->start_us = clock_mono_us();
}

void play_answer_asked(struct play_answer *a, struct play_prompt *own, const struct chat_params *params)
{
	struct play_prompt *former = a->own;

	a->own = play_prompt_ref(own);
	play_prompt_unref(former);
	chat_params_free(&a->params);
	chat_params_copy(&a->params, params);
}

bool play_answer_is_running(const struct play_answer *a)
{
	return a->has_run && a->call != NULL && !call_state_is_final(a->state);
}

/* -- as it streams ----------------------------------------------------------------------------------------------------------------- */

static void add_delta(struct play_answer *a, const struct call_event *ev)
{
	a->n_deltas++;
	if (ev->kind == DELTA_REASONING) {
		cleaner_feed(&a->reasoning_cleaner, ev->text, ev->len, &a->reasoning);
	} else {
		cleaner_feed(&a->cleaner, ev->text, ev->len, &a->text);
	}
}

/* A tool call is shown below the text, when it is whole. */
static void add_tool_calls(struct play_answer *a, const struct answer *answer)
{
	for (size_t i = 0; i < answer->n_tool_calls; i++) {
		const struct tool_call *t = &answer->tool_calls[i];
		char *name = clean_line(t->name, strlen(t->name), 0);
		char *arguments = clean_text(buf_str(&t->arguments), t->arguments.len);

		(void)buf_addf(&a->text, "%s\u2192 %s(%s)", a->text.len > 0 ? "\n" : "", name, arguments);
		free(name);
		free(arguments);
	}
}

/* What the cleaners held back because more might have come. */
static void end_text(struct play_answer *a)
{
	cleaner_end(&a->cleaner, &a->text);
	cleaner_end(&a->reasoning_cleaner, &a->reasoning);
}

void play_answer_event(struct play_answer *a, const struct call_event *ev)
{
	a->state = ev->call->state;
	a->is_simulated = ev->call->is_simulated;
	a->is_cached = ev->call->is_cached;
	switch (ev->type) {
	case EVENT_SENT:
		a->err = (struct err){ 0 };
		break;
	case EVENT_DELTA:
		add_delta(a, ev);
		break;
	case EVENT_RETRYING:
	case EVENT_FALLBACK:
		play_clean_err(&ev->call->err, &a->err);
		break;
	case EVENT_FAILED:
	case EVENT_CANCELLED:
		end_text(a);
		play_clean_err(&ev->call->err, &a->err);
		break;
	case EVENT_DONE:
		end_text(a);
		add_tool_calls(a, &ev->call->answer);
		break;
	default:
		break;
	}
}

/* -- out of the history ------------------------------------------------------------------------------------------------------------ */

void play_answer_recall(struct play_answer *a, unsigned generation, const struct past_call *past)
{
	let_go(a);
	call_row_copy(&a->row, &past->row);
	call_body_copy(&a->body, &past->body);
	a->has_run = true;
	a->state = past->row.error_class == CLASS_NONE ? CALL_DONE : past->row.error_class == CLASS_CANCELLED ? CALL_CANCELLED : CALL_FAILED;
	a->is_simulated = past->row.is_simulated;
	a->is_cached = past->row.is_cached;
	start_text(a, generation);
	if (past->body.answer != NULL) {
		cleaner_feed(&a->cleaner, past->body.answer, past->body.answer_len, &a->text);
		cleaner_end(&a->cleaner, &a->text);
	}
	if (a->state != CALL_DONE) {
		struct err e = { 0 };

		err_set(&e, ERR_PROVIDER, "%s", past->row.error_text != NULL ? past->row.error_text : error_class_name(past->row.error_class));
		play_clean_err(&e, &a->err);
	}
}

const struct call_row *play_answer_row(const struct play_answer *a)
{
	return a->call != NULL ? &a->call->row : &a->row;
}

struct sent_request play_answer_request(const struct play_answer *a, const struct target *target)
{
	if (a->call != NULL) {
		return sent_by_call(a->call);
	}
	return (struct sent_request){ target, a->row.is_streamed, a->body.request, a->body.request != NULL && target != NULL ? a->body.request_len : 0, NULL };
}

const char *play_answer_response(const struct play_answer *a, size_t *len)
{
	if (a->call != NULL) {
		*len = a->call->response_body.len;
		return buf_str(&a->call->response_body);
	}
	*len = a->body.response_len;
	return a->body.response != NULL ? a->body.response : "";
}

int64_t play_answer_arrival_us(const struct play_answer *a, size_t len)
{
	int64_t at_us = a->call != NULL ? arrivals_time(&a->call->arrivals, len) : 0;

	return at_us != 0 ? at_us - a->call->sent_us : UNKNOWN;
}

/* -- figures ----------------------------------------------------------------------------------------------------------------------- */

int64_t play_answer_cost(const struct play_answer *a)
{
	return a->is_free && play_answer_is_running(a) ? 0 : play_answer_row(a)->cost_nano;
}

static void live_figures(const struct play_answer *a, int64_t mono_us, struct play_figures *f)
{
	const struct call *call = a->call;
	int64_t first = call->first_us != 0 ? call->first_us : mono_us;

	f->is_running = true;
	f->wait_us = first - a->start_us;
	if (call->sent_us != 0) {
		f->total_us = mono_us - call->sent_us;
	}
	if (call->first_us != 0) {
		f->ttft_us = call->first_us - call->sent_us;
		f->gen_us = call->last_us - call->first_us;
		f->out_tok = a->n_deltas;
		f->tokens_are_estimated = true;
	}
	f->in_tok = call->answer.usage.in_tok;
	if (call->answer.has_usage && is_known(call->answer.usage.out_tok) && call->answer.usage.out_tok > (int64_t)a->n_deltas) {
		f->out_tok = call->answer.usage.out_tok;
	}
	if (call->answer.has_usage && a->reasoning.len == 0) { /* counted, but nothing of it was streamed */
		int64_t shown = f->out_tok - known_or(call->answer.usage.reason_tok, 0);

		f->streamed_tok = shown > (int64_t)a->n_deltas ? shown : (int64_t)a->n_deltas;
	}
}

static void final_figures(const struct play_answer *a, struct play_figures *f)
{
	const struct call_row *r = play_answer_row(a);

	f->ttft_us = r->ttft_us;
	f->total_us = r->latency_us;
	f->gen_us = r->gen_us;
	f->in_tok = r->usage.in_tok;
	f->out_tok = r->usage.out_tok;
	f->streamed_tok = a->reasoning.len > 0 ? r->usage.out_tok : call_row_streamed_tok(r);
	if (a->call != NULL && a->call->first_us != 0) {
		f->wait_us = a->call->first_us - a->start_us;
	} else {
		f->wait_us = is_known(r->ttft_us) ? r->ttft_us : r->latency_us;
	}
}

void play_answer_figures(const struct play_answer *a, int64_t mono_us, struct play_figures *f)
{
	*f = (struct play_figures){ .ttft_us = UNKNOWN, .total_us = UNKNOWN, .gen_us = UNKNOWN, .wait_us = UNKNOWN, .in_tok = UNKNOWN,
		.out_tok = UNKNOWN, .streamed_tok = UNKNOWN, .cost_nano = UNKNOWN, .tokens_per_s = NAN };
	if (!a->has_run) {
		return;
	}
	if (play_answer_is_running(a)) {
		live_figures(a, mono_us, f);
	} else {
		final_figures(a, f);
	}
	f->cost_nano = play_answer_cost(a);
	f->streamed_tok = is_known(f->streamed_tok) ? f->streamed_tok : f->out_tok;
	f->tokens_per_s = streaming_tok_per_s(f->streamed_tok, f->gen_us);
}
