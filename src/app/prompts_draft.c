/* The draft: what is typed, kept at every pause, compared, taken from a version, saved as one. */
#include <stdlib.h>
#include <string.h>

#include "app/prompts_task.h"
#include "base/mem.h"
#include "prompt/author.h"

#define PAUSE_S 0.4 /* after a change the draft is kept, also while one goes on typing */
#define RETRY_S 3.0 /* after it could not be */

static void on_pause(struct ev_loop *ev, ev_timer *w, int revents)
{
	(void)ev;
	(void)revents;
	prompts_keep(w->data);
}

void prompts_init_pause(struct prompts *p)
{
	ev_timer_init(&p->pause, on_pause, PAUSE_S, 0);
	p->pause.data = p;
}

static void keep_after(struct prompts *p, double seconds)
{
	if (!ev_is_active(&p->pause)) {
		ev_timer_set(&p->pause, seconds, 0);
		ev_timer_start(p->app->loop->ev, &p->pause);
	}
}

void prompts_keep_soon(struct prompts *p)
{
	keep_after(p, PAUSE_S);
}

void prompts_set_base(struct prompts *p, const struct version_row *v)
{
	bundle_free(&p->base_bundle);
	p->base_bundle = (struct bundle){ 0 };
	p->has_other_parts = false;
	buf_clear(&p->base_text);
	p->base = v->number;
	if (v->bundle.json != NULL) {
		bundle_copy(&v->bundle, &p->base_bundle);
		bundle_script(&v->bundle, &p->base_text);
	}
}

void prompts_put_text(struct prompts *p, const char *text, size_t len)
{
	prompts_proposal_drop(p);
	buf_clear(&p->text);
	(void)buf_add(&p->text, text, len);
	p->n_ahead = 0;
	p->opened++;
}

bool prompts_is_role(const char *line, size_t len)
{
	static const char *const roles[] = { "SYSTEM", "USER", "ASSISTANT", "DEVELOPER", "TOOL" };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		if (len == strlen(roles[i]) && memcmp(line, roles[i], len) == 0) {
			return true;
		}
	}
	return false;
}

/* The last line of messages ends as the others do, as the script of a bundle has it: whether its end is typed changes nothing. */
static void set_text(struct prompts *p, const char *text, size_t len)
{
	buf_clear(&p->text);
	(void)buf_add(&p->text, text, len);
	if (len > 0 && text[len - 1] != '\n' && prompts_is_role(text, strcspn(buf_str(&p->text), "\n"))) {
		(void)buf_add_char(&p->text, '\n');
	}
}

void prompts_set_text(struct prompts *p, const char *text, size_t len)
{
	if (p->name == NULL) {
		return;
	}
	if (p->proposal.is_asked) {
		app_say(p->app, NEWS_BAD, "the draft has changed: it is no longer asked for a shorter one");
	}
	prompts_proposal_drop(p);
	set_text(p, text, len);
	p->was_found = false;
	prompts_compare_after(p, 0); /* what changes now is the draft */
	prompts_keep_soon(p);
	prompts_think(p);
}

bool prompts_is_changed(const struct prompts *p)
{
	return p->name != NULL && (p->has_other_parts || p->text.len != p->base_text.len || memcmp(buf_str(&p->text), buf_str(&p->base_text), p->text.len) != 0);
}

static bool keep(struct prompts_task *t, struct registry *r, struct err *e)
{
	return t->script.len > 0 ? draft_keep(r, t->name, t->number, buf_str(&t->script), t->script.len, e) : draft_drop(r, t->name, e);
}

static void kept(struct prompts_task *t)
{
	t->p->n_keeping--;
	if (prompts_task_is_of_opened(t)) {
		t->p->keep_err = (struct err){ 0 };
	}
}

/* A full disk: said once, and tried again until there is room. */
static void not_kept(struct prompts_task *t)
{
	struct prompts *p = t->p;

	p->n_keeping--;
	if (p->keep_err.code == ERR_NONE) {
		prompts_say_err(p->app, &t->err);
	}
	if (prompts_task_is_of_opened(t)) {
		p->keep_err = t->err;
		p->is_kept = true; /* what is in the store is not what is wanted there */
		buf_clear(&p->kept);
		keep_after(p, RETRY_S);
	}
}

bool prompts_has_draft(const struct prompts *p, const char *name)
{
	for (size_t i = 0; i < p->n_drafts; i++) {
		if (strcmp(p->drafts[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The text is what was given to be kept last. */
static bool is_given(const struct prompts *p)
{
	return p->is_kept && p->kept.len == p->text.len && memcmp(buf_str(&p->kept), buf_str(&p->text), p->text.len) == 0;
}

bool prompts_is_kept(const struct prompts *p)
{
	return p->n_keeping == 0 && p->keep_err.code == ERR_NONE && is_given(p);
}

void prompts_keep(struct prompts *p)
{
	bool is_wanted = prompts_is_changed(p) && p->text.len > 0;

	ev_timer_stop(p->app->loop->ev, &p->pause);
	if (p->name == NULL || p->app->store == NULL || !prompts_is_read(p, NULL) || (is_wanted ? is_given(p) : !p->is_kept)) {
		return;
	}
	struct prompts_task *t = prompts_task_new(p, p->name);

	p->is_kept = is_wanted;
	buf_clear(&p->kept);
	(void)buf_add(&p->kept, buf_str(&p->text), p->text.len);
	t->number = p->base;
	if (is_wanted) {
		(void)buf_add(&t->script, buf_str(&p->text), p->text.len);
	}
	p->n_keeping++;
	t->act = keep;
	t->end = kept;
	t->fail = not_kept;
	prompts_task_submit(t);
}

/* Why nothing can be written at all. */
static struct err store_err(const struct prompts *p)
{
	return p->app->store_err.code != ERR_NONE ? p->app->store_err : (struct err){ .code = ERR_USAGE, .text = "the store is only read here" };
}

bool prompts_can_leave(const struct prompts *p, struct err *e)
{
	if ((p->keep_err.code == ERR_NONE && p->app->store != NULL) || !prompts_is_changed(p)) {
		return true;
	}
	*e = p->keep_err.code != ERR_NONE ? p->keep_err : store_err(p);
	err_hint(e, "this draft would be lost; :copy keeps it elsewhere, D drops it");
	return err_prefix(e, "not left");
}

static void compared(struct prompts_task *t)
{
	struct prompts *p = t->p;

	if (prompts_task_is_of_opened(t) && p->against == t->number) {
		bundle_script(&t->version.bundle, &p->against_text);
		prompts_think(p);
	}
}

static void compared_after(struct prompts_task *t)
{
	struct prompts *p = t->p;

	if (prompts_task_is_of_opened(t) && p->after == t->number) {
		bundle_script(&t->version.bundle, &p->after_text);
		prompts_think(p);
	}
}

static void read_for(struct prompts *p, int number, void (*end)(struct prompts_task *t))
{
	if (p->name != NULL) {
		struct prompts_task *t = prompts_task_new(p, p->name);

		t->number = number;
		t->act = prompts_task_read_version;
		t->end = end;
		prompts_task_submit(t);
	}
}

/* A proposal that stands gives way; one that is asked for is of the same draft still. */
static void make_room(struct prompts *p)
{
	if (p->proposal.text.len > 0) {
		prompts_proposal_drop(p);
	}
}

void prompts_compare(struct prompts *p, int number)
{
	if (p->name == NULL || number == p->against) {
		return;
	}
	make_room(p);
	p->against = number;
	buf_clear(&p->against_text);
	if (number == p->base) {
		(void)buf_add(&p->against_text, buf_str(&p->base_text), p->base_text.len);
		prompts_think(p);
	} else {
		read_for(p, number, compared);
	}
}

void prompts_compare_after(struct prompts *p, int number)
{
	make_room(p);
	if (number == p->after) {
		return;
	}
	p->after = number;
	buf_clear(&p->after_text);
	if (number > 0) {
		read_for(p, number, compared_after);
	} else {
		prompts_think(p);
	}
}

static void branched(struct prompts_task *t)
{
	struct prompts *p = t->p;

	if (prompts_task_is_of_opened(t)) {
		prompts_set_base(p, &t->version);
		prompts_put_text(p, buf_str(&p->base_text), p->base_text.len);
		prompts_keep(p); /* what was kept is forgotten */
		prompts_think(p);
	}
}

static void reverted(struct prompts_task *t)
{
	struct prompts *p = t->p;
	struct buf text = { 0 };

	if (prompts_task_is_of_opened(t)) {
		bundle_script(&t->version.bundle, &text);
		prompts_put_text(p, buf_str(&text), text.len);
		prompts_keep_soon(p);
		prompts_think(p);
	}
	buf_free(&text);
}

void prompts_branch(struct prompts *p, int number)
{
	read_for(p, number, branched);
}

void prompts_revert(struct prompts *p, int number)
{
	read_for(p, number, reverted);
}

void prompts_discard(struct prompts *p)
{
	if (p->has_other_parts) {
		prompts_branch(p, p->base);
		return;
	}
	prompts_put_text(p, buf_str(&p->base_text), p->base_text.len);
	prompts_keep(p);
	prompts_think(p);
}

bool prompts_bundle(const struct prompts *p, struct bundle *out, struct err *e)
{
	return bundle_with_script(p->base_bundle.json != NULL ? &p->base_bundle : NULL, buf_str(&p->text), p->text.len, out, e);
}

/* -- saving --------------------------------------------------------------------------------------------------------------------------- */

static bool save(struct prompts_task *t, struct registry *r, struct err *e)
{
	char *author = prompt_author();
	const struct version_save s = { .name = t->name, .parent = t->number, .author = author, .message = t->text };
	bool ok = version_save(r, &s, &t->bundle, &t->number, &t->is_new, e) && prompts_task_read_version(t, r, e);

	free(author);
	return ok;
}

static bool drop_saved(struct prompts_task *t, struct registry *r, struct err *e)
{
	return draft_drop_saved(r, t->name, buf_str(&t->script), t->script.len, e);
}

static void saved(struct prompts_task *t)
{
	struct prompts *p = t->p;

	app_say(p->app, NEWS_GOOD, t->is_new ? "saved as v%d" : "that is v%d already: nothing was saved; L moves a label to it", t->number);
	if (!prompts_task_is_of_opened(t)) { /* it was kept when it was left */
		struct prompts_task *drop = prompts_task_new(p, t->name);

		drop->script = t->script;
		t->script = (struct buf){ 0 };
		drop->act = drop_saved;
		prompts_task_submit(drop);
		return;
	}
	prompts_set_base(p, &t->version); /* what was typed since then is a draft on top of it */
	prompts_keep(p);
	prompts_think(p);
}

bool prompts_save(struct prompts *p, const char *message, struct err *e)
{
	if (p->name == NULL) {
		err_set(e, ERR_USAGE, "no prompt is open");
		return err_hint(e, "Enter opens one, N begins one");
	}
	if (p->app->store == NULL) {
		*e = store_err(p);
		return false;
	}
	if (!prompts_is_read(p, NULL)) {
		free(p->saves_as);
		p->saves_as = x_strdup(message);
		return true;
	}
	if (p->n_versions > 0 && !prompts_is_changed(p)) {
		return err_set(e, ERR_USAGE, "nothing was changed since v%d", p->base);
	}
	struct prompts_task *t = prompts_task_new(p, p->name);

	if (!prompts_bundle(p, &t->bundle, e)) {
		prompts_task_free(t);
		return false;
	}
	t->number = p->base;
	t->text = x_strdup(message);
	(void)buf_add(&t->script, buf_str(&p->text), p->text.len);
	t->act = save;
	t->end = saved;
	prompts_task_submit(t);
	return true;
}
