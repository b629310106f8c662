#include "app/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "app/counting.h"
#include "app/prompts_task.h"
#include "base/mem.h"

/* -- life ----------------------------------------------------------------------------------------------------------------------------- */

struct prompts *prompts_new(struct app *app)
{
	struct prompts *p = x_calloc(1, sizeof(*p));

	p->app = app;
	p->typed = json_object();
	prompts_init_pause(p);
	p->results = prompts_results_new(app);
	return p;
}

static void forget_opened(struct prompts *p)
{
	ev_timer_stop(p->app->loop->ev, &p->pause);
	version_rows_free(p->versions, p->n_versions);
	label_rows_free(p->labels, p->n_labels);
	move_rows_free(p->moves, p->n_moves);
	p->versions = NULL;
	p->labels = NULL;
	p->moves = NULL;
	p->n_versions = p->n_labels = p->n_moves = 0;
	bundle_free(&p->base_bundle);
	p->base_bundle = (struct bundle){ 0 };
	p->base = p->against = p->after = 0;
	buf_clear(&p->base_text);
	buf_clear(&p->against_text);
	buf_clear(&p->after_text);
	buf_clear(&p->text);
	buf_clear(&p->kept);
	p->is_kept = p->was_found = p->is_elsewhere = p->has_other_parts = false;
	p->keep_err = (struct err){ 0 };
	prompts_confirm(p, false);
	free(p->name);
	free(p->saves_as);
	p->name = p->saves_as = NULL;
	p->opening = NULL;
	prompts_proposal_drop(p);
}

void prompts_free(struct prompts *p)
{
	for (int i = 0; i < 2; i++) { /* again, what was typed before the prompt was read */
		prompts_keep(p);
		job_pool_wait(p->app->loop->jobs);
	}
	forget_opened(p);
	prompts_results_free(p->results);
	prompt_rows_free(p->rows, p->n_rows);
	prompts_free_names(p->drafts, p->n_drafts);
	buf_free(&p->base_text);
	buf_free(&p->against_text);
	buf_free(&p->after_text);
	buf_free(&p->text);
	buf_free(&p->kept);
	json_decref(p->typed);
	json_decref(p->set);
	free(p->set_name);
	facts_free(p->facts);
	target_free(p->target);
	free(p);
}

/* -- facts ---------------------------------------------------------------------------------------------------------------------------- */

struct thought {
	struct prompts *p;
	unsigned opening;
	struct facts *facts;
};

/* Of a long text that takes long, too. */
static void free_facts(void *arg)
{
	facts_free(arg);
}

static void facts_freed(void *arg)
{
	(void)arg;
}

static void take_facts(struct prompts *p, struct facts *f)
{
	job_submit(p->app->loop->jobs, free_facts, facts_freed, p->facts);
	p->facts = f;
	p->n_facts++;
}

static void find_facts(void *arg)
{
	facts_find(((struct thought *)arg)->facts);
}

static void facts_found(void *arg)
{
	struct thought *t = arg;
	struct prompts *p = t->p;

	if (t->opening == p->n_openings) {
		take_facts(p, t->facts);
	} else {
		job_submit(p->app->loop->jobs, free_facts, facts_freed, t->facts);
	}
	p->is_thinking = false;
	free(t);
	if (p->thinks_again) {
		prompts_think(p);
	}
	app_changed(p->app);
}

/* What is compared with what. */
static void set_pair(const struct prompts *p, struct facts *f)
{
	bool is_proposal = p->proposal.text.len > 0;
	const struct buf *against = is_proposal ? &p->text : &p->against_text, *after = is_proposal ? &p->proposal.text : &p->after_text;

	f->proposal = is_proposal ? p->proposal.round : 0;
	/* what has no text is being read */
	f->against_number = is_proposal || against->len == 0 ? 0 : p->against;
	f->after_number = is_proposal || after->len == 0 ? 0 : p->after;
	(void)buf_add(&f->against, buf_str(against), against->len);
	(void)buf_add(&f->after, buf_str(after), after->len);
}

void prompts_think(struct prompts *p)
{
	p->thinks_again = p->is_thinking;
	if (p->is_thinking) {
		return;
	}
	struct thought *t = x_calloc(1, sizeof(*t));

	p->is_thinking = true;
	t->p = p;
	t->opening = p->n_openings;
	t->facts = x_calloc(1, sizeof(*t->facts));
	t->facts->is_saved = p->base > 0 && !prompts_is_changed(p);
	if (p->base_bundle.json != NULL) {
		bundle_copy(&p->base_bundle, &t->facts->base);
	}
	(void)buf_add(&t->facts->text, buf_str(&p->text), p->text.len);
	set_pair(p, t->facts);
	t->facts->values = prompts_values(p);
	t->facts->dir = x_strdup(p->app->data_dir);
	prompts_aim(p);
	t->facts->counter = counting_of(p->app->counting, p->target);
	job_submit(p->app->loop->jobs, find_facts, facts_found, t);
}

void prompts_recount(struct prompts *p)
{
	prompts_aim(p);

	struct counter now = counting_of(p->app->counting, p->target);

	if (p->facts != NULL && !p->is_thinking && !counter_is_same(&p->facts->counter, &now)) {
		prompts_think(p);
	}
}

/* -- opening -------------------------------------------------------------------------------------------------------------------------- */

/* Production, to see at once what an edit changes of what runs; where that is the draft's own base, the same. */
static int usual_against(const struct prompts *p)
{
	const struct label_row *l = prompts_label(p, PROMPT_PRODUCTION);
	int number = l != NULL && l->split.n_arms > 0 ? l->split.arms[0].number : p->base;

	return number;
}

/* The version, or the draft that was kept of the prompt with the version it began from. */
static bool read_draft(struct prompts_task *t, struct registry *r, struct err *e)
{
	if (t->writes && !draft_take(r, t->name, &t->draft, &t->is_found, e)) {
		return false;
	}
	t->number = t->is_found ? t->draft.base : t->number;
	return prompts_task_read_version(t, r, e);
}

bool prompts_is_read(const struct prompts *p, struct err *e)
{
	bool is_there = !p->is_loaded; /* or may be */

	for (size_t i = 0; p->name != NULL && i < p->n_rows && !is_there; i++) {
		is_there = strcmp(p->rows[i].name, p->name) == 0;
	}
	return p->opening == NULL || !is_there || err_set(e, ERR_USAGE, "%s is still being read", p->name);
}

/* What was typed ahead stays, at the start. */
static void put_read(struct prompts *p, const struct buf *text)
{
	struct buf whole = { 0 };
	size_t n_ahead = p->text.len;

	(void)buf_add(&whole, buf_str(&p->text), p->text.len);
	(void)buf_add(&whole, buf_str(text), text->len);
	prompts_put_text(p, buf_str(&whole), whole.len);
	p->n_ahead = n_ahead;
	buf_free(&whole);
}

/* Whether it is what is waited for; it is waited for no more. */
static bool end_opening(const struct prompts_task *t)
{
	struct prompts *p = t->p;
	bool is_wanted = t == p->opening;

	p->opening = is_wanted ? NULL : p->opening;
	return is_wanted;
}

static void not_opened(struct prompts_task *t)
{
	(void)end_opening(t);
	prompts_say_err(t->p->app, &t->err);
}

static void put_opened(struct prompts_task *t)
{
	struct prompts *p = t->p;
	bool is_typed = p->text.len > 0;

	prompts_set_base(p, &t->version);
	if (t->is_found) {
		put_read(p, &t->draft.script);
		buf_clear(&p->kept);
		(void)buf_add(&p->kept, buf_str(&t->draft.script), t->draft.script.len);
		p->is_kept = p->was_found = true;
	} else if (p->base > 0 || !is_typed) { /* a new one is written as it is */
		put_read(p, &p->base_text);
	}
	if (is_typed) {
		prompts_keep_soon(p);
	}
	prompts_compare(p, usual_against(p));
	prompts_think(p);
}

/* What was to be saved before it was read. */
static void save_read(struct prompts *p)
{
	char *message = p->saves_as;
	struct err e = { 0 };

	p->saves_as = NULL;
	if (message != NULL && !prompts_save(p, message, &e)) {
		prompts_say_err(p->app, &e);
	}
	free(message);
}

static void opened(struct prompts_task *t)
{
	if (end_opening(t)) {
		put_opened(t);
		save_read(t->p);
	}
}

/* On top of the newest version, but with all that the bundle has: parameters and tools, too. */
static void opened_bundle(struct prompts_task *t)
{
	struct prompts *p = t->p;
	struct buf text = { 0 };
	bool is_wanted = end_opening(t);

	if (t->is_found) {
		app_say(p->app, NEWS_BAD, "%s has a draft that is not saved, which is opened: ^S or D, then take this over once more", t->name);
	}
	if (is_wanted && t->is_found) {
		put_opened(t);
	} else if (is_wanted) {
		prompts_set_base(p, &t->version);
		bundle_free(&p->base_bundle);
		bundle_copy(&t->bundle, &p->base_bundle);
		bundle_script(&t->bundle, &text);
		put_read(p, &text);
		p->has_other_parts = true;
		prompts_compare(p, usual_against(p));
		prompts_keep_soon(p);
		prompts_think(p);
	}
	if (is_wanted) {
		save_read(p);
	}
	buf_free(&text);
}

static void begin(struct prompts *p, char *name)
{
	forget_opened(p);
	p->name = name;
	p->n_openings++;
	take_facts(p, NULL);
	prompts_put_text(p, "", 0); /* what is typed from now on is of this one */
}

const struct prompt_row *prompts_newest(const struct prompts *p)
{
	const struct prompt_row *newest = p->n_rows > 0 ? &p->rows[0] : NULL;

	for (size_t i = 1; i < p->n_rows; i++) {
		newest = p->rows[i].changed_us > newest->changed_us ? &p->rows[i] : newest;
	}
	return newest;
}

void prompts_open(struct prompts *p, const char *name, int number)
{
	prompts_keep(p);
	begin(p, x_strdup(name));
	struct prompts_task *t = prompts_task_new(p, p->name);

	t->number = number;
	t->act = read_draft;
	t->end = opened;
	t->fail = not_opened;
	p->opening = t;
	prompts_task_submit(t);
}

void prompts_open_bundle(struct prompts *p, const char *name, struct bundle *b)
{
	prompts_keep(p);
	begin(p, x_strdup(name));
	struct prompts_task *t = prompts_task_new(p, p->name);

	t->bundle = *b;
	*b = (struct bundle){ 0 };
	t->act = read_draft;
	t->end = opened_bundle;
	t->fail = not_opened;
	p->opening = t;
	prompts_task_submit(t);
}

const struct label_row *prompts_label(const struct prompts *p, const char *label)
{
	for (size_t i = 0; i < p->n_labels; i++) {
		if (strcmp(p->labels[i].label, label) == 0) {
			return &p->labels[i];
		}
	}
	return NULL;
}
