#include "app/play.h"

#include <stdlib.h>
#include <string.h>

#include "app/past.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "gateway/record.h"
#include "gateway/route.h"

static void column_free(struct play_column *c)
{
	for (size_t i = 0; i < c->n_answers; i++) {
		play_answer_free(c->answers[i]);
	}
	free(c->answers);
	free(c->question);
	play_slot_clear(&c->own);
	chat_params_free(&c->params);
	free(c->name);
	free(c->route);
	target_free(c->target);
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
	p->system_tok = live_count_new(app);
	p->user_tok = live_count_new(app);
	p->repeat = 1;
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
	past_sizes_free(&p->sizes);
	attachments_unref(p->attachments);
	play_slot_clear(&p->all);
	free(p->lost_files);
	chat_params_free(&p->params);
	live_count_free(p->system_tok);
	live_count_free(p->user_tok);
	free(p->system);
	free(p->user);
	free(p);
}

/* What a column's prompt has besides its turns; empty without one. */
static const struct filled *filled_of(const struct play *p, const struct play_column *c)
{
	static const struct filled none;
	const struct play_prompt *prompt = play_prompt_of(p, c);

	return prompt != NULL ? &prompt->filled : &none;
}

static bool choose_target(const struct play *p, const struct play_column *c, struct route_choice *choice, struct err *e)
{
	size_t n;
	struct message *messages = play_messages(p, c, &n);
	const struct filled *f = filled_of(p, c);
	bool ok = route_choose(p->app->config, messages, n, f->tools_json, f->schema_json, choice, e);

	free(messages);
	return ok;
}

/* Whether the parameters of its prompt can be sent to its target. */
static bool check_params(const struct play *p, const struct play_column *c, struct err *e)
{
	struct chat_params params;
	struct buf unsent = { 0 };

	chat_params_init(&params);
	bool ok = filled_params(filled_of(p, c), c->target->provider, &params, &unsent, e);

	chat_params_free(&params);
	buf_free(&unsent);
	return ok;
}

void play_aim(struct play *p, struct play_column *c)
{
	const struct config *config = p->app->config;
	struct route_choice choice = { .target = c->name };
	struct err e = { 0 };
	bool is_auto = route_is_auto(config, c->name);
	bool ok = !is_auto || choose_target(p, c, &choice, &e);

	target_free(c->target);
	free(c->route);
	c->target = ok ? target_resolve(config, choice.target, &e) : NULL;
	c->route = ok && is_auto ? x_strdup(choice.reason) : NULL;
	c->err = (struct err){ 0 };
	if (c->target == NULL || !check_params(p, c, &e)) {
		play_clean_err(&e, &c->err);
	}
}

void play_set_prompt(struct play *p, const char *system, const char *user)
{
	char *s = x_strdup(system), *u = x_strdup(user);

	live_count_set(p->system_tok, s);
	live_count_set(p->user_tok, u);
	free(p->system);
	free(p->user);
	p->system = s;
	p->user = u;
	p->is_edited = p->all.prompt != NULL && (strcmp(s, p->all.prompt->system) != 0 || strcmp(u, p->all.prompt->user) != 0);
	if (p->is_edited) {
		p->all.err = (struct err){ 0 }; /* it is the person's own now */
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->route != NULL) {
			play_aim(p, p->columns[i]);
		}
	}
}

void play_column_params(const struct play *p, const struct play_column *c, struct chat_params *out)
{
	chat_params_copy(out, &c->params);
	chat_params_default(out, &p->params);
	if (c->target != NULL) {
		struct buf unsent = { 0 };
		struct err e;

		(void)!filled_params(filled_of(p, c), c->target->provider, out, &unsent, &e); /* play_aim has told what is wrong */
		buf_free(&unsent);
	}
	if (c->target != NULL) {
		chat_params_default(out, &c->target->params);
	}
}

void play_show_answer(struct play_column *c, size_t k)
{
	c->answer = c->answers[k];
}

size_t play_shown_answer(const struct play_column *c)
{
	size_t k = 0;

	while (c->answers[k] != c->answer) {
		k++;
	}
	return k;
}

void play_set_answers(struct play *p, struct play_column *c, size_t n)
{
	while (c->n_answers > n) {
		play_answer_free(c->answers[--c->n_answers]);
	}
	c->answers = x_reallocarray(c->answers, n, sizeof(*c->answers));
	while (c->n_answers < n) {
		c->answers[c->n_answers++] = play_answer_new(++p->generations);
	}
	c->answer = n > 0 ? c->answers[0] : NULL;
}

struct play_column *play_add(struct play *p, const char *target)
{
	struct play_column *c = x_calloc(1, sizeof(*c));

	c->name = x_strdup(target);
	c->run_column = -1;
	chat_params_init(&c->params);
	play_set_answers(p, c, 1);
	play_aim(p, c);
	*array_push(p->columns, p->n_columns, p->cap_columns) = c;
	app_changed(p->app);
	return c;
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

static struct play_answer *answer_of(struct play *p, const struct call *call)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		for (size_t k = 0; k < p->columns[i]->n_answers; k++) {
			if (p->columns[i]->answers[k]->call == call) {
				return p->columns[i]->answers[k];
			}
		}
	}
	return NULL;
}

static void on_event(void *ctx, const struct call_event *ev)
{
	struct play *p = ctx;
	struct play_answer *a = answer_of(p, ev->call);

	if (a != NULL) { /* else a call of a column that is gone, or of an earlier run */
		play_answer_event(a, ev);
		if (ev->type == EVENT_SENT) { /* to a fallback, maybe */
			a->is_free = record_is_free(p->app->config->prices, ev->call->target);
		}
		if (call_state_is_final(a->state) && play_running(p) == 0) {
			play_load_sizes(p);
		}
		app_changed(p->app);
	}
}

static void send_answer(struct play *p, struct play_column *c, struct play_answer *a)
{
	const struct play_prompt *prompt = play_prompt_of(p, c);
	const struct filled *f = filled_of(p, c);
	size_t n;
	struct message *messages = play_messages(p, c, &n);
	struct chat_params params;

	play_column_params(p, c, &params);
	struct gateway_request r = {
		.target = c->target, .messages = messages, .n_messages = n, .params = params, .is_streamed = true,
		.run_us = p->run_us, .run_column = c->run_column, .attachments = p->attachments,
		.tools_json = f->tools_json, .schema_json = f->schema_json,
	};
	if (prompt != NULL) {
		bool is_version = prompt->hash[0] != '\0' && (prompt == c->own.prompt || !p->is_edited);

		r.prompt_name = prompt->name;
		r.prompt_version = is_version ? prompt->hash : NULL;
		r.tags = is_version ? prompt->tags : NULL;
	}
	c->past_us = 0;
	a->shows_invisible = option_is_on(&p->app->config->options, OPTION_SHOW_INVISIBLE);
	play_answer_begin(a, ++p->generations);
	play_answer_asked(a, c->own.prompt, &c->params);
	a->is_free = record_is_free(p->app->config->prices, c->target);
	a->call = call_ref(call_start(p->app->gateway, &r, on_event, p));
	chat_params_free(&params);
	free(messages);
}

/* All that an answer of a column depends on besides its target. */
static char *question_of(const struct play *p, const struct play_column *c)
{
	struct buf b = { 0 };

	const struct play_prompt *from = play_prompt_of(p, c);

	if (from != NULL) {
		char *prompt = play_prompt_text(from);

		(void)buf_add_str(&b, prompt);
		free(prompt);
	}
	if (c->own.prompt == NULL) {
		(void)buf_addf(&b, "%zu %s %s ", strlen(p->system), p->system, p->user);
	}
	chat_params_json(&p->params, &b);
	chat_params_json(&c->params, &b);
	for (size_t i = 0; p->attachments != NULL && i < p->attachments->n; i++) {
		const struct attachment *a = &p->attachments->list[i];

		(void)buf_addf(&b, "%s %zu %llx ", a->name, a->len, (unsigned long long)hash_bytes(HASH_START, a->bytes, a->len));
	}
	char *text = x_strdup(buf_str(&b));

	buf_free(&b);
	return text;
}

static void begin_run(struct play *p)
{
	const char **names = x_calloc(p->n_columns + 1, sizeof(*names));
	const struct chat_params **own = x_calloc(p->n_columns + 1, sizeof(*own));
	const struct play_prompt **prompts = x_calloc(p->n_columns + 1, sizeof(*prompts));

	p->history_err = (struct err){ 0 };
	p->run_us = clock_wall_us();
	p->start_us = clock_mono_us();
	for (size_t i = 0; i < p->n_columns; i++) {
		struct play_column *c = p->columns[i];

		names[i] = c->name;
		own[i] = &c->params;
		prompts[i] = c->own.prompt;
		c->run_column = (int)i;
		free(c->question);
		c->question = question_of(p, c);
	}
	if (p->app->store != NULL) {
		past_record_run(p->app->store, p->run_us, &(struct past_question){ .system = p->system, .user = p->user, .prompt = p->all.prompt, .params = &p->params,
		    .names = names, .own = own, .prompts = prompts, .n = p->n_columns, .repeat = p->repeat, .attachments = p->attachments, .is_simulated = p->app->is_demo,
		    .no_texts = p->app->config->store.no_bodies });
	}
	free(names);
	free(own);
	free(prompts);
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

/* Whether a column sends what stands in the prompt of all. */
static bool sends_prompt(const struct play_column *c)
{
	return c->own.ref == NULL && play_column_is_usable(c);
}

static bool check_prompt(const struct play *p, bool is_sent, struct err *e)
{
	if (is_sent && p->all.err.code != ERR_NONE) {
		*e = p->all.err;
		return false;
	}
	if (is_sent && is_blank(p->user) && (p->all.prompt == NULL || p->all.prompt->n_between == 0)) {
		err_set(e, ERR_USAGE, "the prompt is empty");
		return err_hint(e, "press e and write one");
	}
	if (p->lost_files != NULL) {
		err_set(e, ERR_USAGE, "not sent: %s went with this prompt, and sonde keeps no files", p->lost_files);
		return err_hint(e, ":attach it again, or :detach to send without");
	}
	return true;
}

bool play_send(struct play *p, struct err *e)
{
	size_t n = 0;
	bool is_sent = p->n_columns == 0;

	if (p->n_filling > 0) {
		p->sends_when_filled = true;
		return true;
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		is_sent |= sends_prompt(p->columns[i]);
	}
	if (!check_prompt(p, is_sent, e)) {
		return false;
	}
	if (p->n_columns == 0) {
		err_set(e, ERR_CONFIG, "no target yet");
		return err_hint(e, "press a and name one: provider/model");
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		n += play_column_is_usable(p->columns[i]);
	}
	if (n == 0) {
		*e = p->columns[0]->err.code != ERR_NONE ? p->columns[0]->err : p->columns[0]->own.err;
		return false;
	}
	if (!play_check_budget(p, e)) {
		return false;
	}
	begin_run(p);
	for (size_t i = 0; i < p->n_columns; i++) {
		struct play_column *c = p->columns[i];

		play_set_answers(p, c, 0);
		play_set_answers(p, c, (size_t)p->repeat);
		for (size_t k = 0; play_column_is_usable(c) && k < c->n_answers; k++) {
			send_answer(p, c, c->answers[k]);
		}
	}
	app_changed(p->app);
	return true;
}

/* Whether an answer of this column now is one more answer of the run as it was recorded. */
static bool is_same_run(const struct play *p, const struct play_column *c)
{
	char *question = question_of(p, c);
	bool is_same = c->question != NULL && strcmp(c->question, question) == 0 && c->run_column >= 0;

	free(question);
	return is_same;
}

bool play_retry(struct play *p, size_t i, struct err *e)
{
	struct play_column *c = p->columns[i];

	if (!play_column_is_usable(c)) {
		*e = c->err.code != ERR_NONE ? c->err : c->own.err;
		return false;
	}
	if (c->own.ticket != 0) {
		err_set(e, ERR_USAGE, "the prompt of this column is being filled in");
		return err_hint(e, "once more in a moment");
	}
	if (!check_prompt(p, sends_prompt(c), e)) {
		return false;
	}
	if (c->answer->call != NULL && c->answer->state == CALL_RETRYING) {
		call_retry_now(c->answer->call);
		return true;
	}
	if (!is_same_run(p, c)) {
		begin_run(p);
	}
	send_answer(p, c, c->answer);
	app_changed(p->app);
	return true;
}

void play_stop(struct play *p, size_t i)
{
	const struct play_column *c = p->columns[i];

	for (size_t k = 0; k < c->n_answers; k++) {
		if (c->answers[k]->call != NULL) {
			call_cancel(c->answers[k]->call);
		}
	}
}

void play_stop_all(struct play *p)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		play_stop(p, i);
	}
}

size_t play_column_running(const struct play_column *c)
{
	size_t n = 0;

	for (size_t k = 0; k < c->n_answers; k++) {
		n += play_answer_is_running(c->answers[k]);
	}
	return n;
}

size_t play_running(const struct play *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_columns; i++) {
		n += play_column_running(p->columns[i]);
	}
	return n;
}
