/* Each piece of work on the registry opens it, does one thing, and reads what is shown anew: a few small queries, so what is on the screen is
 * always what stands in the store, whoever changed it. Work of one prompt that was left meanwhile changes nothing of the next. */
#include "app/prompts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/draft.h"
#include "text/clean.h"

#define PAUSE_S 0.4 /* after a change the draft is kept, also while one goes on typing */

struct task {
	struct prompts *p;
	char *dir;
	bool writes;
	bool (*act)(struct task *t, struct registry *r, struct err *e); /* NULL: only reads */
	void (*end)(struct task *t); /* on the loop, when it went well; NULL */
	char *name;              /* of the prompt; NULL: the library alone */
	int number;              /* of a version */
	char *label, *text;      /* text: a message, or where the label is to point */
	int64_t expected;
	unsigned long text_version;
	struct bundle bundle;
	/* what came of it */
	bool ok, is_new, is_found;
	struct draft draft;
	size_t n_others;         /* consoles that write on the same prompt */
	struct err err;
	struct version_row version;
	struct prompt_row *rows;
	size_t n_rows;
	char **drafts;
	size_t n_drafts;
	struct version_row *versions;
	size_t n_versions;
	struct label_row *labels;
	size_t n_labels;
	struct move_row *moves;
	size_t n_moves;
};

/* -- life ----------------------------------------------------------------------------------------------------------------------------- */

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(names[i]);
	}
	free(names);
}

static void on_pause(struct ev_loop *ev, ev_timer *w, int revents)
{
	(void)ev;
	(void)revents;
	prompts_keep(w->data);
}

struct prompts *prompts_new(struct app *app)
{
	struct prompts *p = x_calloc(1, sizeof(*p));

	p->app = app;
	p->typed = json_object();
	ev_timer_init(&p->pause, on_pause, PAUSE_S, 0);
	p->pause.data = p;
	return p;
}

static void wait_for_pause(struct prompts *p)
{
	if (!ev_is_active(&p->pause)) {
		ev_timer_set(&p->pause, PAUSE_S, 0);
		ev_timer_start(p->app->loop->ev, &p->pause);
	}
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
	p->base = p->against = 0;
	buf_clear(&p->base_text);
	buf_clear(&p->against_text);
	buf_clear(&p->text);
	buf_clear(&p->kept);
	p->is_kept = p->was_found = p->is_elsewhere = p->has_other_parts = false;
	prompts_confirm(p, false);
	free(p->name);
	p->name = NULL;
}

void prompts_free(struct prompts *p)
{
	prompts_keep(p);
	job_pool_wait(p->app->loop->jobs);
	forget_opened(p);
	prompt_rows_free(p->rows, p->n_rows);
	free_names(p->drafts, p->n_drafts);
	buf_free(&p->base_text);
	buf_free(&p->against_text);
	buf_free(&p->text);
	buf_free(&p->kept);
	json_decref(p->typed);
	json_decref(p->set);
	free(p->set_name);
	facts_free(p->facts);
	free(p);
}

/* -- facts ---------------------------------------------------------------------------------------------------------------------------- */

struct thought {
	struct prompts *p;
	struct facts *facts;
};

static void find_facts(void *arg)
{
	facts_find(((struct thought *)arg)->facts);
}



static void facts_found(void *arg)
{
	struct thought *t = arg;
	struct prompts *p = t->p;

	facts_free(p->facts);
	p->facts = t->facts;
	p->n_facts++;
	p->is_thinking = false;
	free(t);
	if (p->thinks_again) {
		prompts_think(p);
	}
	app_changed(p->app);
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
	t->facts = x_calloc(1, sizeof(*t->facts));
	t->facts->version = p->text_version;
	t->facts->against_number = p->against;
	(void)buf_add(&t->facts->text, buf_str(&p->text), p->text.len);
	(void)buf_add(&t->facts->against, buf_str(&p->against_text), p->against_text.len);
	t->facts->values = prompts_values(p);
	t->facts->dir = x_strdup(p->app->data_dir);
	job_submit(p->app->loop->jobs, find_facts, facts_found, t);
}

/* -- tasks ---------------------------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct prompt_row *)a)->name, ((const struct prompt_row *)b)->name);
}

/* What has a draft and no version is in the library, too, so that it is found again. */
static void add_drafts(struct task *t)
{
	size_t n = t->n_rows;

	t->rows = x_reallocarray(t->rows, n + t->n_drafts + 1, sizeof(*t->rows));
	for (size_t i = 0; i < t->n_drafts; i++) {
		struct prompt_row row = { .name = t->drafts[i] };

		if (n == 0 || bsearch(&row, t->rows, n, sizeof(row), by_name) == NULL) {
			t->rows[t->n_rows++] = (struct prompt_row){ .name = x_strdup(t->drafts[i]), .labels = x_strdup("") };
		}
	}
	if (t->n_rows > 0) {
		qsort(t->rows, t->n_rows, sizeof(*t->rows), by_name);
	}
}

static bool read_all(struct task *t, struct registry *r, struct err *e)
{
	bool ok = prompts_list(r, &t->rows, &t->n_rows, e), is_there = false;

	ok = ok && drafts_list(r, &t->drafts, &t->n_drafts, e);
	for (size_t i = 0; ok && t->name != NULL && i < t->n_rows; i++) {
		is_there |= strcmp(t->rows[i].name, t->name) == 0;
	}
	ok = ok && (t->name == NULL || draft_others(r, t->name, &t->n_others, e));
	if (ok) {
		add_drafts(t);
	}
	return ok && (!is_there || (versions_list(r, t->name, &t->versions, &t->n_versions, e) &&
	    labels_list(r, t->name, &t->labels, &t->n_labels, e) && moves_list(r, t->name, &t->moves, &t->n_moves, e)));
}

static void work(void *arg)
{
	struct task *t = arg;
	struct registry *r = registry_open(t->dir, t->writes, &t->err);
	struct err read_err = { 0 };

	if (r == NULL) {
		return;
	}
	t->ok = t->act == NULL || t->act(t, r, &t->err);
	if (!read_all(t, r, &read_err) && t->ok) {
		t->ok = false;
		t->err = read_err;
	}
	registry_close(r);
}

static void free_task(struct task *t)
{
	prompt_rows_free(t->rows, t->n_rows);
	free_names(t->drafts, t->n_drafts);
	version_rows_free(t->versions, t->n_versions);
	label_rows_free(t->labels, t->n_labels);
	move_rows_free(t->moves, t->n_moves);
	version_free(&t->version);
	bundle_free(&t->bundle);
	draft_free(&t->draft);
	free(t->dir);
	free(t->name);
	free(t->label);
	free(t->text);
	free(t);
}

#define TAKE(to, from, field) do { (to)->field = (from)->field; (to)->n_##field = (from)->n_##field; (from)->field = NULL; (from)->n_##field = 0; } while (0)

/* What was read becomes what is shown. */
static void take_all(struct prompts *p, struct task *t)
{
	prompt_rows_free(p->rows, p->n_rows);
	free_names(p->drafts, p->n_drafts);
	TAKE(p, t, rows);
	TAKE(p, t, drafts);
	p->app->lists++;
	if (t->name == NULL || p->name == NULL || strcmp(t->name, p->name) != 0) {
		return;
	}
	version_rows_free(p->versions, p->n_versions);
	label_rows_free(p->labels, p->n_labels);
	move_rows_free(p->moves, p->n_moves);
	TAKE(p, t, versions);
	TAKE(p, t, labels);
	TAKE(p, t, moves);
	p->is_elsewhere = t->n_others > 0;
}

static void say_err(struct app *app, const struct err *e)
{
	char *text = clean_line(e->text, strlen(e->text), 0), *hint = clean_line(e->hint, strlen(e->hint), 0);

	app_say(app, NEWS_BAD, "%s%s%s", text, hint[0] != '\0' ? ": " : "", hint);
	free(text);
	free(hint);
}

static void done(void *arg)
{
	struct task *t = arg;
	struct prompts *p = t->p;

	p->n_tasks--;
	if (t->act == NULL || t->ok) {
		p->err = t->err;
	} else {
		say_err(p->app, &t->err);
	}
	if (t->rows != NULL || t->ok) {
		take_all(p, t);
	}
	p->is_loaded = true;
	if (t->ok && t->end != NULL) {
		t->end(t);
	}
	free_task(t);
	app_changed(p->app);
}

static struct task *new_task(struct prompts *p, const char *name)
{
	struct task *t = x_calloc(1, sizeof(*t));

	t->p = p;
	t->dir = x_strdup(p->app->data_dir);
	t->writes = p->app->store != NULL;
	t->name = name != NULL ? x_strdup(name) : NULL;
	return t;
}

static void submit(struct task *t)
{
	t->p->n_tasks++;
	job_submit(t->p->app->loop->jobs, work, done, t);
}

void prompts_load(struct prompts *p)
{
	submit(new_task(p, p->name));
}

/* -- opening -------------------------------------------------------------------------------------------------------------------------- */

static bool is_of_opened(const struct task *t)
{
	return t->p->name != NULL && strcmp(t->p->name, t->name) == 0;
}

/* A version by number, 0 the newest. A prompt that is not there has none. */
static bool read_version(struct task *t, struct registry *r, struct err *e)
{
	char *label = NULL, number[16] = PROMPT_LATEST;
	struct version_row *rows = NULL;
	size_t n = 0;

	if (!versions_list(r, t->name, &rows, &n, e)) {
		bool is_new = e->code == ERR_CHECK;

		*e = is_new ? (struct err){ 0 } : *e;
		return is_new;
	}
	version_rows_free(rows, n);
	if (n == 0) {
		return true;
	}
	if (t->number > 0) {
		(void)snprintf(number, sizeof(number), "v%d", t->number);
	}
	char *ref = x_asprintf("%s@%s", t->name, number);
	bool ok = version_resolve(r, ref, NULL, &t->version, &label, e);

	free(label);
	free(ref);
	return ok;
}

static void set_base(struct prompts *p, const struct version_row *v)
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

static void put_text(struct prompts *p, const char *text, size_t len)
{
	buf_clear(&p->text);
	(void)buf_add(&p->text, text, len);
	p->text_version++;
	p->opened++;
}

/* Production, to see at once what an edit changes of what runs; where that is the draft's own base, the same. */
static int usual_against(const struct prompts *p)
{
	const struct label_row *l = prompts_label(p, PROMPT_PRODUCTION);
	int number = l != NULL && l->split.n_arms > 0 ? l->split.arms[0].number : p->base;

	return number;
}

/* The version, or the draft that was kept of the prompt with the version it began from. */
static bool read_draft(struct task *t, struct registry *r, struct err *e)
{
	if (t->writes && !draft_take(r, t->name, &t->draft, &t->is_found, e)) {
		return false;
	}
	t->number = t->is_found ? t->draft.base : t->number;
	return read_version(t, r, e);
}

static void opened(struct task *t)
{
	struct prompts *p = t->p;

	if (!is_of_opened(t)) {
		return;
	}
	set_base(p, &t->version);
	if (t->is_found) {
		put_text(p, buf_str(&t->draft.script), t->draft.script.len);
		(void)buf_add(&p->kept, buf_str(&p->text), p->text.len);
		p->is_kept = p->was_found = true;
	} else if (p->base > 0 || p->text.len == 0) { /* a new one may be written already */
		put_text(p, buf_str(&p->base_text), p->base_text.len);
	}
	prompts_compare(p, usual_against(p));
	prompts_think(p);
}

/* On top of the newest version, but with all that the bundle has: parameters and tools, too. */
static void opened_bundle(struct task *t)
{
	struct prompts *p = t->p;
	struct buf text = { 0 };

	if (is_of_opened(t)) {
		set_base(p, &t->version);
		bundle_free(&p->base_bundle);
		bundle_copy(&t->bundle, &p->base_bundle);
		bundle_script(&t->bundle, &text);
		put_text(p, buf_str(&text), text.len);
		p->has_other_parts = p->n_versions > 0;
		prompts_compare(p, usual_against(p));
		wait_for_pause(p);
		prompts_think(p);
	}
	buf_free(&text);
}

void prompts_open(struct prompts *p, const char *name, int number)
{
	prompts_keep(p);
	char *copy = x_strdup(name);

	forget_opened(p);
	p->name = copy;
	put_text(p, "", 0); /* what is typed from now on is of this one */
	struct task *t = new_task(p, name);

	t->number = number;
	t->act = read_draft;
	t->end = opened;
	submit(t);
}

void prompts_open_bundle(struct prompts *p, const char *name, struct bundle *b)
{
	struct task *t = new_task(p, name);

	prompts_keep(p);
	forget_opened(p);
	p->name = x_strdup(name);
	t->bundle = *b;
	*b = (struct bundle){ 0 };
	t->act = read_version;
	t->end = opened_bundle;
	submit(t);
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

/* -- the draft ------------------------------------------------------------------------------------------------------------------------ */

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
	set_text(p, text, len);
	p->text_version++;
	p->was_found = false;
	wait_for_pause(p);
	prompts_think(p);
}

bool prompts_is_changed(const struct prompts *p)
{
	return p->name != NULL && (p->has_other_parts || p->text.len != p->base_text.len || memcmp(buf_str(&p->text), buf_str(&p->base_text), p->text.len) != 0);
}

static bool keep(struct task *t, struct registry *r, struct err *e)
{
	return t->text != NULL ? draft_keep(r, t->name, t->number, t->text, strlen(t->text), e) : draft_drop(r, t->name, e);
}

static void kept(struct task *t)
{
	if (is_of_opened(t)) {
		t->p->kept_version = t->text_version;
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

void prompts_keep(struct prompts *p)
{
	bool is_wanted = prompts_is_changed(p) && p->text.len > 0;
	bool is_same = p->kept.len == p->text.len && memcmp(buf_str(&p->kept), buf_str(&p->text), p->text.len) == 0;

	ev_timer_stop(p->app->loop->ev, &p->pause);
	if (p->name == NULL || p->app->store == NULL || (is_wanted ? p->is_kept && is_same : !p->is_kept)) {
		return;
	}
	struct task *t = new_task(p, p->name);

	p->is_kept = is_wanted;
	buf_clear(&p->kept);
	(void)buf_add(&p->kept, buf_str(&p->text), p->text.len);
	t->number = p->base;
	t->text = is_wanted ? x_strndup(buf_str(&p->text), p->text.len) : NULL;
	t->text_version = p->text_version;
	t->act = keep;
	t->end = kept;
	submit(t);
}

static void compared(struct task *t)
{
	struct prompts *p = t->p;

	if (is_of_opened(t) && p->against == t->number) {
		buf_clear(&p->against_text);
		bundle_script(&t->version.bundle, &p->against_text);
		prompts_think(p);
	}
}

void prompts_compare(struct prompts *p, int number)
{
	if (p->name == NULL || number == p->against) {
		return;
	}
	p->against = number;
	if (number == p->base) {
		buf_clear(&p->against_text);
		(void)buf_add(&p->against_text, buf_str(&p->base_text), p->base_text.len);
		prompts_think(p);
		return;
	}
	struct task *t = new_task(p, p->name);

	t->number = number;
	t->act = read_version;
	t->end = compared;
	submit(t);
}

static void branched(struct task *t)
{
	struct prompts *p = t->p;

	if (is_of_opened(t)) {
		set_base(p, &t->version);
		put_text(p, buf_str(&p->base_text), p->base_text.len);
		prompts_think(p);
	}
}

static void reverted(struct task *t)
{
	struct prompts *p = t->p;
	struct buf text = { 0 };

	if (is_of_opened(t)) {
		bundle_script(&t->version.bundle, &text);
		put_text(p, buf_str(&text), text.len);
		wait_for_pause(p);
		prompts_think(p);
	}
	buf_free(&text);
}

static void read_for(struct prompts *p, int number, void (*end)(struct task *t))
{
	if (p->name != NULL) {
		struct task *t = new_task(p, p->name);

		t->number = number;
		t->act = read_version;
		t->end = end;
		submit(t);
	}
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
	put_text(p, buf_str(&p->base_text), p->base_text.len);
	prompts_keep(p);
	prompts_think(p);
}

bool prompts_bundle(const struct prompts *p, struct bundle *out, struct err *e)
{
	return bundle_with_script(p->base_bundle.json != NULL ? &p->base_bundle : NULL, buf_str(&p->text), p->text.len, out, e);
}

/* -- saving --------------------------------------------------------------------------------------------------------------------------- */

static bool save(struct task *t, struct registry *r, struct err *e)
{
	const struct version_save s = { .name = t->name, .parent = t->number, .author = "", .message = t->text };

	if (!version_save(r, &s, &t->bundle, &t->number, &t->is_new, e)) {
		return false;
	}
	return read_version(t, r, e);
}

static void saved(struct task *t)
{
	struct prompts *p = t->p;

	app_say(p->app, NEWS_GOOD, t->is_new ? "saved as v%d" : "that is v%d already: nothing was saved; L moves a label to it", t->number);
	if (!is_of_opened(t)) {
		return;
	}
	set_base(p, &t->version); /* what was typed since then is a draft on top of it */
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
		*e = p->app->store_err.code != ERR_NONE ? p->app->store_err : (struct err){ .code = ERR_USAGE, .text = "the store is only read here" };
		return false;
	}
	if (p->n_versions > 0 && !prompts_is_changed(p)) {
		return err_set(e, ERR_USAGE, "nothing was changed since v%d", p->base);
	}
	struct task *t = new_task(p, p->name);

	if (!prompts_bundle(p, &t->bundle, e)) {
		free_task(t);
		return false;
	}
	t->number = p->base;
	t->text = x_strdup(message);
	t->act = save;
	t->end = saved;
	submit(t);
	return true;
}

/* -- labels --------------------------------------------------------------------------------------------------------------------------- */

/* A move of it reaches everybody who uses the prompt. */
static bool is_protected(const char *label)
{
	return strcmp(label, PROMPT_PRODUCTION) == 0;
}

static bool move(struct task *t, struct registry *r, struct err *e)
{
	struct label_move m = { .name = t->name, .label = t->label, .expected = t->expected, .who = "", .why = "" };
	struct label_row now = { 0 };

	if (t->text == NULL) {
		m.is_rollback = true;
		if (!label_rollback(r, &m, &now, e)) {
			return false;
		}
	} else if (!split_parse(t->text, &m.to, e) || !label_set(r, &m, &now, e)) {
		return false;
	}
	free(t->text);
	t->text = x_malloc(SPLIT_TEXT_SIZE);
	(void)split_text(&now.split, t->text);
	label_free(&now);
	return true;
}

static void moved(struct task *t)
{
	app_say(t->p->app, NEWS_GOOD, "%s \u2192 %s", t->label, t->text[0] != '\0' ? t->text : "nowhere");
}

static void submit_move(struct prompts *p, const char *label, const char *to)
{
	const struct label_row *l = prompts_label(p, label);
	struct task *t = new_task(p, p->name);

	t->label = x_strdup(label);
	t->text = to != NULL ? x_strdup(to) : NULL;
	t->expected = l != NULL ? l->move : 0;
	t->act = move;
	t->end = moved;
	submit(t);
}

static bool has_version(const struct prompts *p, int number)
{
	for (size_t i = 0; i < p->n_versions; i++) {
		if (p->versions[i].number == number) {
			return true;
		}
	}
	return false;
}

bool prompts_move(struct prompts *p, const char *label, const char *to, struct err *e)
{
	struct split split = { 0 };

	prompts_confirm(p, false);
	if (p->name == NULL || p->n_versions == 0) {
		err_set(e, ERR_USAGE, "a label points to a version, and nothing is saved yet");
		return err_hint(e, "Ctrl-s saves the draft as one");
	}
	if (!prompt_label_check(label, e) || (to != NULL && !split_parse(to, &split, e))) {
		return false;
	}
	for (int i = 0; i < split.n_arms; i++) {
		if (!has_version(p, split.arms[i].number)) {
			return err_set(e, ERR_CHECK, "%s has no v%d; the newest is v%d", p->name, split.arms[i].number, p->versions[0].number);
		}
	}
	if (to == NULL && prompts_label(p, label) == NULL) {
		return err_set(e, ERR_CHECK, "%s has no label %s", p->name, label);
	}
	if (is_protected(label)) {
		p->asked_label = x_strdup(label);
		p->asked_to = to != NULL ? x_strdup(to) : NULL;
		return true;
	}
	submit_move(p, label, to);
	return true;
}

bool prompts_is_asking(const struct prompts *p)
{
	return p->asked_label != NULL;
}

void prompts_confirm(struct prompts *p, bool does)
{
	if (p->asked_label != NULL && does) {
		submit_move(p, p->asked_label, p->asked_to);
	}
	free(p->asked_label);
	free(p->asked_to);
	p->asked_label = p->asked_to = NULL;
}
