/* Which version of a prompt all columns or one of them send: asked for by name, read and filled in off the loop, and again when a value changes. What was asked
 * for stays asked for, so what keeps it from being filled in (a variable without a value) can be mended. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/mem.h"

struct fill {
	struct play *p;
	unsigned ticket;
	bool is_again;            /* it was there already, with other values */
	char *dir, *ref;
	json_t *values;
	struct play_prompt *prompt;
	struct err err;
};

void play_slot_clear(struct play_slot *s)
{
	play_prompt_unref(s->prompt);
	free(s->ref);
	*s = (struct play_slot){ .ref = NULL };
}

static void work(void *arg)
{
	struct fill *f = arg;

	f->prompt = play_prompt_read(f->dir, f->ref, f->values, &f->err);
}

/* NULL: it is gone, or something else was asked for since. */
static struct play_column *column_of(const struct play *p, unsigned ticket)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->own.ticket == ticket) {
			return p->columns[i];
		}
	}
	return NULL;
}

static void begin(struct play *p, struct play_slot *s, const char *ref);

static void say(struct app *app, const struct err *e)
{
	app_say(app, NEWS_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
}

static void filled_own(struct fill *f, struct play_column *c)
{
	struct play *p = f->p;

	play_prompt_unref(c->own.prompt);
	c->own.prompt = play_prompt_ref(f->prompt);
	play_prompt_count(c->own.prompt, p->app);
	c->own.ticket = 0;
	play_clean_err(&f->err, &c->own.err);
	play_aim(p, c);
	if (f->err.code != ERR_NONE && c->answer->has_run) { /* an answer stands where it would be read */
		say(p->app, &c->own.err);
	}
}

/* One that was there and cannot be filled in any more is not sent with its old values; another one that cannot be had changes nothing. */
static void filled_all(struct fill *f)
{
	struct play *p = f->p;
	struct err e = { 0 };

	p->all.ticket = 0;
	play_clean_err(&f->err, &e);
	if (f->prompt == NULL) {
		p->sends_when_filled = false;
		say(p->app, &e);
		p->all.err = f->is_again ? e : p->all.err;
		if (!f->is_again && p->all.ref != NULL && !p->is_edited) { /* values may have changed meanwhile */
			begin(p, &p->all, p->all.ref);
		}
	} else if (!f->is_again || !p->is_edited) {
		play_take_prompt(p, play_prompt_ref(f->prompt), f->ref);
	}
}

static void done(void *arg)
{
	struct fill *f = arg;
	struct play *p = f->p;
	struct play_column *c = column_of(p, f->ticket);

	p->n_filling--;
	if (c != NULL) {
		filled_own(f, c);
	} else if (p->all.ticket == f->ticket) {
		filled_all(f);
	}
	play_prompt_unref(f->prompt);
	json_decref(f->values);
	free(f->dir);
	free(f->ref);
	free(f);
	if (p->n_filling == 0 && p->sends_when_filled) {
		struct err e = { 0 };

		p->sends_when_filled = false;
		p->history_err = play_send(p, &e) ? (struct err){ 0 } : e;
	}
	app_changed(p->app);
}

static void begin(struct play *p, struct play_slot *s, const char *ref)
{
	struct fill *f = x_calloc(1, sizeof(*f));

	f->p = p;
	f->ticket = s->ticket = ++p->tickets;
	f->dir = x_strdup(p->app->data_dir);
	f->is_again = ref == s->ref;
	f->ref = x_strdup(ref);
	f->values = prompts_values(p->app->prompts);
	p->n_filling++;
	job_submit(p->app->loop->jobs, work, done, f);
}

void play_ask_own(struct play *p, struct play_column *c, const char *ref)
{
	play_slot_clear(&c->own);
	if (ref != NULL) {
		c->own.ref = x_strdup(ref);
		begin(p, &c->own, c->own.ref);
	}
	play_aim(p, c);
	app_changed(p->app);
}

void play_take_own(struct play *p, struct play_column *c, struct play_prompt *prompt)
{
	char name[PLAY_PROMPT_NAME_SIZE];

	play_slot_clear(&c->own);
	if (prompt != NULL) {
		c->own.ref = x_strdup(play_prompt_name(prompt, name));
		c->own.prompt = prompt;
		play_prompt_count(prompt, p->app);
	}
	play_aim(p, c);
}

void play_twin_own(struct play *p, struct play_column *c, const struct play_column *of)
{
	play_slot_clear(&c->own);
	c->own.ref = of->own.ref != NULL ? x_strdup(of->own.ref) : NULL;
	c->own.prompt = play_prompt_ref(of->own.prompt);
	c->own.err = of->own.err;
	if (of->own.ticket != 0) {
		begin(p, &c->own, c->own.ref);
	}
	play_aim(p, c);
}

void play_refill(struct play *p)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->own.ref != NULL) {
			begin(p, &p->columns[i]->own, p->columns[i]->own.ref);
		}
	}
	if (p->all.ref != NULL && !p->is_edited) {
		begin(p, &p->all, p->all.ref);
	}
}

void play_ask_prompt(struct play *p, const char *ref)
{
	begin(p, &p->all, ref);
	app_changed(p->app);
}

void play_take_prompt(struct play *p, struct play_prompt *prompt, const char *ref)
{
	char *copy = ref != NULL ? x_strdup(ref) : NULL; /* it may be the slot's */

	play_slot_clear(&p->all);
	p->all.prompt = prompt;
	p->all.ref = copy;
	play_prompt_count(prompt, p->app);
	play_set_prompt(p, prompt != NULL ? prompt->system : p->system, prompt != NULL ? prompt->user : p->user);
	p->opened++;
	for (size_t i = 0; i < p->n_columns; i++) {
		play_aim(p, p->columns[i]);
	}
	app_changed(p->app);
}

/* -- what is sent ------------------------------------------------------------------------------------------------------------------ */

const struct play_prompt *play_prompt_of(const struct play *p, const struct play_column *c)
{
	return c != NULL && c->own.prompt != NULL ? c->own.prompt : p->all.prompt;
}

/* Those of a prompt of its own as they are; else both parts as they stand, and between them what the prompt has there. */
struct message *play_messages(const struct play *p, const struct play_column *c, size_t *n)
{
	const struct play_prompt *from = play_prompt_of(p, c);
	bool is_own = from != NULL && from != p->all.prompt;
	struct message *list = x_calloc((from != NULL ? from->filled.n_messages : 0) + 2, sizeof(*list));
	size_t first = is_own ? 0 : from != NULL ? from->between : 0;
	size_t end = is_own ? from->filled.n_messages : from != NULL ? first + from->n_between : 0;

	*n = 0;
	if (!is_own && p->system[0] != '\0') {
		list[(*n)++] = (struct message){ .role = ROLE_SYSTEM, .text = p->system };
	}
	for (size_t i = first; i < end; i++) {
		list[(*n)++] = from->filled.messages[i];
	}
	if (!is_own && (p->user[0] != '\0' || end == first)) {
		list[(*n)++] = (struct message){ .role = ROLE_USER, .text = p->user };
	}
	return list;
}

void play_unsent(const struct play *p, const struct play_column *c, struct buf *out)
{
	const struct play_prompt *prompt = play_prompt_of(p, c);
	struct chat_params params;
	struct err e;

	chat_params_init(&params);
	if (prompt != NULL) {
		(void)!filled_params(&prompt->filled, c->target != NULL ? c->target->provider : NULL, &params, out, &e);
	}
	chat_params_free(&params);
}

static void add_message(json_t *list, const char *role, const char *text)
{
	if (text[0] != '\0') {
		(void)json_array_append_new(list, json_pack("{s:s, s:s}", "role", role, "content", text));
	}
}

json_t *play_body(const struct play *p)
{
	const struct play_prompt *from = p->all.prompt;
	json_t *body = from != NULL ? json_copy(from->filled.body) : json_object(), *messages = json_array();
	struct buf text = { 0 };

	add_message(messages, "system", p->system);
	for (size_t i = 0; from != NULL && i < from->n_between; i++) {
		(void)json_array_append(messages, json_array_get(json_object_get(from->filled.body, "messages"), from->between + i));
	}
	add_message(messages, "user", p->user);
	(void)json_object_set_new(body, "messages", messages);
	chat_params_json(&p->params, &text);
	json_t *params = json_loads(buf_str(&text), 0, NULL);

	if (params != NULL) {
		(void)json_object_update_missing(params, json_object_get(body, "params"));
		(void)json_object_set_new(body, "params", params);
	}
	buf_free(&text);
	return body;
}
