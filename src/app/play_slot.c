/* Which version of a prompt a column sends: asked for by name, read and filled in off the loop, and again when a value changes. What was asked
 * for stays asked for, so what keeps it from being filled in (a variable without a value) can be mended. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/mem.h"

struct fill {
	struct play *p;
	unsigned ticket;
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

static void done(void *arg)
{
	struct fill *f = arg;
	struct play *p = f->p;
	struct play_column *c = column_of(p, f->ticket);

	p->n_filling--;
	if (c != NULL) {
		play_prompt_unref(c->own.prompt);
		c->own.prompt = play_prompt_ref(f->prompt);
		play_prompt_count(c->own.prompt, p->app);
		c->own.ticket = 0;
		play_clean_err(&f->err, &c->own.err);
		play_aim(p, c);
		if (f->err.code != ERR_NONE && c->answer->has_run) { /* an answer stands where it would be read */
			app_say(p->app, NEWS_BAD, "%s%s%s", c->own.err.text, c->own.err.hint[0] != '\0' ? ": " : "", c->own.err.hint);
		}
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

static void begin(struct play *p, struct play_slot *s)
{
	struct fill *f = x_calloc(1, sizeof(*f));

	f->p = p;
	f->ticket = s->ticket = ++p->tickets;
	f->dir = x_strdup(p->app->data_dir);
	f->ref = x_strdup(s->ref);
	f->values = prompts_values(p->app->prompts);
	p->n_filling++;
	job_submit(p->app->loop->jobs, work, done, f);
}

void play_ask_own(struct play *p, struct play_column *c, const char *ref)
{
	play_slot_clear(&c->own);
	if (ref != NULL) {
		c->own.ref = x_strdup(ref);
		begin(p, &c->own);
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
		begin(p, &c->own);
	}
	play_aim(p, c);
}

void play_refill(struct play *p)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->own.ref != NULL) {
			begin(p, &p->columns[i]->own);
		}
	}
}

/* -- what is sent ------------------------------------------------------------------------------------------------------------------ */

struct message *play_messages(const struct play *p, const struct play_column *c, size_t *n)
{
	const struct play_prompt *own = c->own.prompt;
	struct message *list = x_calloc((own != NULL ? own->filled.n_messages : 0) + 2, sizeof(*list));

	*n = 0;
	for (size_t i = 0; own != NULL && i < own->filled.n_messages; i++) {
		list[(*n)++] = own->filled.messages[i];
	}
	if (own == NULL && p->system[0] != '\0') {
		list[(*n)++] = (struct message){ .role = ROLE_SYSTEM, .text = p->system };
	}
	if (own == NULL) {
		list[(*n)++] = (struct message){ .role = ROLE_USER, .text = p->user };
	}
	return list;
}
