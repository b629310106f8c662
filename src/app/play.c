#include "app/play.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/past.h"
#include "base/clock.h"
#include "base/mem.h"

#define TEXT_LIMIT ((size_t)64 << 20)

/* Column by column would not do: a new column may stand where an old one stood in memory. */
static void start_text(struct play *p, struct play_column *c)
{
	buf_clear(&c->text);
	buf_clear(&c->reasoning);
	cleaner_init(&c->cleaner);
	cleaner_init(&c->reasoning_cleaner);
	c->n_deltas = 0;
	c->generation = ++p->generations;
}

static void set_err(struct play_column *c, const struct err *e)
{
	c->err.code = e->code;
	clean_line_into(e->text, c->err.text, sizeof(c->err.text));
	clean_line_into(e->hint, c->err.hint, sizeof(c->err.hint));
}

static void let_go(struct play_column *c)
{
	if (c->call != NULL) {
		call_cancel(c->call);
		call_unref(c->call);
		c->call = NULL;
	}
	call_row_free(&c->row);
	call_row_init(&c->row);
}

static void column_free(struct play_column *c)
{
	let_go(c);
	free(c->name);
	target_free(c->target);
	buf_free(&c->text);
	buf_free(&c->reasoning);
	free(c);
}

static void drop_columns(struct play *p)
{
	while (p->n_columns > 0) {
		column_free(p->columns[--p->n_columns]);
	}
}

struct play *play_new(struct app *app)
{
	struct play *p = x_calloc(1, sizeof(*p));

	p->app = app;
	p->system = x_strdup("");
	p->user = x_strdup("");
	chat_params_init(&p->params);
	return p;
}

void play_free(struct play *p)
{
	if (p == NULL) {
		return;
	}
	drop_columns(p);
	free(p->columns);
	past_free_runs(p->runs, p->n_runs);
	chat_params_free(&p->params);
	free(p->system);
	free(p->user);
	free(p->question);
	free(p);
}

void play_set_prompt(struct play *p, const char *system, const char *user)
{
	char *s = x_strdup(system), *u = x_strdup(user);

	free(p->system);
	free(p->user);
	p->system = s;
	p->user = u;
}

static struct play_column *add_column(struct play *p, const char *name)
{
	struct play_column *c = x_calloc(1, sizeof(*c));
	struct err e = { 0 };

	c->name = x_strdup(name);
	c->run_column = -1;
	call_row_init(&c->row);
	buf_init(&c->text, TEXT_LIMIT);
	buf_init(&c->reasoning, TEXT_LIMIT);
	start_text(p, c);
	c->target = target_resolve(p->app->config, name, &e);
	if (c->target == NULL) {
		set_err(c, &e);
	}
	*array_push(p->columns, p->n_columns, p->cap_columns) = c;
	return c;
}

void play_add(struct play *p, const char *target)
{
	(void)add_column(p, target);
	app_changed(p->app);
}

void play_drop(struct play *p, size_t i)
{
	column_free(p->columns[i]);
	memmove(&p->columns[i], &p->columns[i + 1], (p->n_columns - i - 1) * sizeof(*p->columns));
	p->n_columns--;
	app_changed(p->app);
}

bool play_move(struct play *p, size_t i, int by)
{
	size_t j = i + (size_t)by; /* wraps below 0, which the test takes */

	if (j >= p->n_columns) {
		return false;
	}
	struct play_column *c = p->columns[i];

	p->columns[i] = p->columns[j];
	p->columns[j] = c;
	app_changed(p->app);
	return true;
}

/* -- sending ---------------------------------------------------------------------------------------------------------------------- */

static struct play_column *column_of(struct play *p, const struct call *call)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->call == call) {
			return p->columns[i];
		}
	}
	return NULL;
}

static void add_delta(struct play_column *c, const struct call_event *ev)
{
	c->n_deltas++;
	if (ev->kind == DELTA_REASONING) {
		cleaner_feed(&c->reasoning_cleaner, ev->text, ev->len, &c->reasoning);
	} else {
		cleaner_feed(&c->cleaner, ev->text, ev->len, &c->text);
	}
}

/* A tool call is shown below the text, when it is whole. */
static void add_tool_calls(struct play_column *c, const struct answer *a)
{
	for (size_t i = 0; i < a->n_tool_calls; i++) {
		const struct tool_call *t = &a->tool_calls[i];
		char *name = clean_line(t->name, strlen(t->name), 0);
		char *arguments = clean_text(buf_str(&t->arguments), t->arguments.len);

		(void)buf_addf(&c->text, "%s\u2192 %s(%s)", c->text.len > 0 ? "\n" : "", name, arguments);
		free(name);
		free(arguments);
	}
}

/* What the cleaners held back because more might have come. */
static void end_text(struct play_column *c)
{
	cleaner_end(&c->cleaner, &c->text);
	cleaner_end(&c->reasoning_cleaner, &c->reasoning);
}

static void on_event(void *ctx, const struct call_event *ev)
{
	struct play *p = ctx;
	struct play_column *c = column_of(p, ev->call);

	if (c == NULL) { /* a call of a column that is gone, or of an earlier run */
		return;
	}
	c->state = ev->call->state;
	c->is_simulated = ev->call->is_simulated;
	c->is_cached = ev->call->is_cached;
	switch (ev->type) {
	case EVENT_SENT:
		c->err = (struct err){ 0 };
		break;
	case EVENT_DELTA:
		add_delta(c, ev);
		break;
	case EVENT_RETRYING:
	case EVENT_FALLBACK:
		set_err(c, &ev->call->err);
		break;
	case EVENT_FAILED:
	case EVENT_CANCELLED:
		end_text(c);
		set_err(c, &ev->call->err);
		break;
	case EVENT_DONE:
		end_text(c);
		add_tool_calls(c, &ev->call->answer);
		break;
	default:
		break;
	}
	app_changed(p->app);
}

static void send_column(struct play *p, size_t i)
{
	struct play_column *c = p->columns[i];
	struct message messages[2];
	size_t n = 0;

	if (p->system[0] != '\0') {
		messages[n++] = (struct message){ ROLE_SYSTEM, p->system };
	}
	messages[n++] = (struct message){ ROLE_USER, p->user };
	struct gateway_request r = {
		.target = c->target, .messages = messages, .n_messages = n, .params = p->params, .is_streamed = true,
		.run_us = p->run_us, .run_column = c->run_column,
	};
	let_go(c);
	start_text(p, c);
	c->err = (struct err){ 0 };
	c->has_run = true;
	c->state = CALL_QUEUED;
	c->is_simulated = c->is_cached = false;
	c->start_us = clock_mono_us();
	c->call = call_ref(call_start(p->app->gateway, &r, on_event, p));
}

/* All that an answer depends on besides its target. */
static char *question_of(const struct play *p)
{
	struct buf b = { 0 };

	(void)buf_addf(&b, "%zu %s %s ", strlen(p->system), p->system, p->user);
	chat_params_json(&p->params, &b);
	char *text = x_strdup(buf_str(&b));

	buf_free(&b);
	return text;
}

static void begin_run(struct play *p)
{
	const char **names = x_calloc(p->n_columns + 1, sizeof(*names));

	p->run_us = clock_wall_us();
	p->start_us = clock_mono_us();
	free(p->question);
	p->question = question_of(p);
	for (size_t i = 0; i < p->n_columns; i++) {
		names[i] = p->columns[i]->name;
		p->columns[i]->run_column = (int)i;
	}
	if (p->app->store != NULL) {
		past_record_run(p->app->store, p->run_us, p->system, p->user, &p->params, names, p->n_columns, p->app->is_demo);
	}
	free(names);
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

static bool check_prompt(const struct play *p, struct err *e)
{
	if (is_blank(p->user)) {
		err_set(e, ERR_USAGE, "the prompt is empty");
		return err_hint(e, "press e and write one");
	}
	return true;
}

bool play_send(struct play *p, struct err *e)
{
	size_t n = 0;

	if (!check_prompt(p, e)) {
		return false;
	}
	if (p->n_columns == 0) {
		err_set(e, ERR_CONFIG, "no target yet");
		return err_hint(e, "press a and name one: provider/model");
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		n += p->columns[i]->target != NULL;
	}
	if (n == 0) {
		*e = p->columns[0]->err;
		return false;
	}
	begin_run(p);
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->target != NULL) {
			send_column(p, i);
		}
	}
	app_changed(p->app);
	return true;
}

/* Whether an answer of this column now is one more answer of the run as it was recorded. */
static bool is_same_run(const struct play *p, const struct play_column *c)
{
	char *question = question_of(p);
	bool is_same = p->question != NULL && strcmp(p->question, question) == 0 && c->run_column >= 0;

	free(question);
	return is_same;
}

bool play_retry(struct play *p, size_t i, struct err *e)
{
	struct play_column *c = p->columns[i];

	if (c->target == NULL) {
		*e = c->err;
		return false;
	}
	if (!check_prompt(p, e)) {
		return false;
	}
	if (c->call != NULL && c->state == CALL_RETRYING) {
		call_retry_now(c->call);
		return true;
	}
	if (!is_same_run(p, c)) {
		begin_run(p);
	}
	send_column(p, i);
	app_changed(p->app);
	return true;
}

void play_stop(struct play *p, size_t i)
{
	if (p->columns[i]->call != NULL) {
		call_cancel(p->columns[i]->call);
	}
}

void play_stop_all(struct play *p)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		play_stop(p, i);
	}
}

bool play_column_is_running(const struct play_column *c)
{
	return c->has_run && c->call != NULL && !call_state_is_final(c->state);
}

size_t play_running(const struct play *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_columns; i++) {
		n += play_column_is_running(p->columns[i]);
	}
	return n;
}

/* -- figures ---------------------------------------------------------------------------------------------------------------------- */

static void live_figures(const struct play_column *c, int64_t mono_us, struct play_figures *f)
{
	const struct call *call = c->call;
	int64_t first = call->first_us != 0 ? call->first_us : mono_us;

	f->is_running = true;
	f->wait_us = first - c->start_us;
	if (call->sent_us != 0) {
		f->total_us = mono_us - call->sent_us;
	}
	if (call->first_us != 0) {
		f->ttft_us = call->first_us - call->sent_us;
		f->gen_us = call->last_us - call->first_us;
		f->out_tok = c->n_deltas;
		f->tokens_are_estimated = true;
	}
	f->in_tok = call->answer.usage.in_tok;
	if (call->answer.has_usage && is_known(call->answer.usage.out_tok) && call->answer.usage.out_tok > (int64_t)c->n_deltas) {
		f->out_tok = call->answer.usage.out_tok;
	}
}

static void final_figures(const struct play_column *c, struct play_figures *f)
{
	const struct call_row *r = c->call != NULL ? &c->call->row : &c->row;

	f->ttft_us = r->ttft_us;
	f->total_us = r->latency_us;
	f->gen_us = r->gen_us;
	f->in_tok = r->usage.in_tok;
	f->out_tok = r->usage.out_tok;
	f->cost_nano = r->cost_nano;
	f->streamed_tok = c->reasoning.len > 0 ? r->usage.out_tok : call_row_streamed_tok(r);
	if (c->call != NULL && c->call->first_us != 0) {
		f->wait_us = c->call->first_us - c->start_us;
	} else {
		f->wait_us = is_known(r->ttft_us) ? r->ttft_us : r->latency_us;
	}
}

void play_column_figures(const struct play_column *c, int64_t mono_us, struct play_figures *f)
{
	*f = (struct play_figures){ .ttft_us = UNKNOWN, .total_us = UNKNOWN, .gen_us = UNKNOWN, .wait_us = UNKNOWN, .in_tok = UNKNOWN,
		.out_tok = UNKNOWN, .streamed_tok = UNKNOWN, .cost_nano = UNKNOWN, .tokens_per_s = NAN };
	if (!c->has_run) {
		return;
	}
	if (play_column_is_running(c)) {
		live_figures(c, mono_us, f);
	} else {
		final_figures(c, f);
	}
	f->streamed_tok = is_known(f->streamed_tok) ? f->streamed_tok : f->out_tok;
	if (is_known(f->gen_us) && f->gen_us > 0 && is_known(f->streamed_tok)) {
		f->tokens_per_s = (double)f->streamed_tok * (double)US_PER_S / (double)f->gen_us;
	}
}

/* -- history ---------------------------------------------------------------------------------------------------------------------- */

static void history_loaded(void *ctx, struct run_row *runs, size_t n, const struct err *e)
{
	struct play *p = ctx;

	past_free_runs(p->runs, p->n_runs);
	p->runs = runs;
	p->n_runs = n;
	p->history_err = *e;
	p->is_loading = false;
	app_changed(p->app);
}

void play_load_history(struct play *p)
{
	if (!p->is_loading) {
		p->is_loading = true;
		past_list(p->app, history_loaded, p);
	}
}

static void show_past_call(struct play *p, struct play_column *c, const struct past_call *past)
{
	call_row_free(&c->row);
	call_row_copy(&c->row, &past->row);
	c->has_run = true;
	c->state = past->row.error_class == CLASS_NONE ? CALL_DONE : past->row.error_class == CLASS_CANCELLED ? CALL_CANCELLED : CALL_FAILED;
	c->is_simulated = past->row.is_simulated;
	c->is_cached = past->row.is_cached;
	start_text(p, c);
	if (past->body.answer != NULL) {
		cleaner_feed(&c->cleaner, past->body.answer, past->body.answer_len, &c->text);
		cleaner_end(&c->cleaner, &c->text);
	}
	c->err = (struct err){ 0 };
	if (c->state != CALL_DONE) {
		struct err e = { 0 };

		err_set(&e, ERR_PROVIDER, "%s", past->row.error_text != NULL ? past->row.error_text : error_class_name(past->row.error_class));
		set_err(c, &e);
	}
}

static void run_loaded(void *ctx, const struct past_run *run, const struct err *e)
{
	struct play *p = ctx;

	p->is_loading = false;
	p->history_err = *e;
	if (run == NULL || p->run_us != p->asked_at_run_us) { /* not there, or something was sent meanwhile: that goes before */
		app_changed(p->app);
		return;
	}
	drop_columns(p);
	play_set_prompt(p, run->row.system != NULL ? run->row.system : "", run->row.user != NULL ? run->row.user : "");
	p->opened++;
	p->run_us = run->row.ts_us;
	p->start_us = 0;
	free(p->question);
	p->question = NULL;
	for (size_t i = 0; i < run->n_names; i++) {
		struct play_column *c = add_column(p, run->names[i]);

		for (size_t j = 0; j < run->n_calls; j++) {
			if (run->calls[j].row.run_column == (int)i) {
				show_past_call(p, c, &run->calls[j]);
				break; /* newest first: a retried column shows its last answer */
			}
		}
	}
	chat_params_free(&p->params);
	chat_params_copy(&p->params, &run->params);
	app_changed(p->app);
}

void play_open_run(struct play *p, size_t run)
{
	if (run < p->n_runs && !p->is_loading) {
		play_stop_all(p);
		p->is_loading = true;
		p->asked_at_run_us = p->run_us;
		past_open(p->app, p->runs[run].ts_us, run_loaded, p);
	}
}
