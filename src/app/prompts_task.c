#include "app/prompts_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"

void prompts_free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(names[i]);
	}
	free(names);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct prompt_row *)a)->name, ((const struct prompt_row *)b)->name);
}

/* What has a draft and no version is in the library, too, so that it is found again. */
static void add_drafts(struct prompts_task *t)
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

static bool read_all(struct prompts_task *t, struct registry *r, struct err *e)
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
	struct prompts_task *t = arg;
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

void prompts_task_free(struct prompts_task *t)
{
	prompt_rows_free(t->rows, t->n_rows);
	prompts_free_names(t->drafts, t->n_drafts);
	version_rows_free(t->versions, t->n_versions);
	label_rows_free(t->labels, t->n_labels);
	move_rows_free(t->moves, t->n_moves);
	version_free(&t->version);
	bundle_free(&t->bundle);
	draft_free(&t->draft);
	buf_free(&t->script);
	free(t->dir);
	free(t->name);
	free(t->label);
	free(t->text);
	free(t);
}

#define TAKE(to, from, field) do { (to)->field = (from)->field; (to)->n_##field = (from)->n_##field; (from)->field = NULL; (from)->n_##field = 0; } while (0)

/* What was read becomes what is shown. */
static void take_all(struct prompts *p, struct prompts_task *t)
{
	prompt_rows_free(p->rows, p->n_rows);
	prompts_free_names(p->drafts, p->n_drafts);
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

void prompts_say_err(struct app *app, const struct err *e)
{
	char *text = clean_line(e->text, strlen(e->text), 0), *hint = clean_line(e->hint, strlen(e->hint), 0);

	app_say(app, NEWS_BAD, "%s%s%s", text, hint[0] != '\0' ? ": " : "", hint);
	free(text);
	free(hint);
}

static void done(void *arg);

static void start_first(struct prompts *p)
{
	if (p->first_task != NULL) {
		job_submit(p->app->loop->jobs, work, done, p->first_task);
	}
}

static void done(void *arg)
{
	struct prompts_task *t = arg;
	struct prompts *p = t->p;

	p->n_tasks--;
	p->first_task = t->next;
	start_first(p);
	if (t->act == NULL || t->ok) {
		p->err = t->err;
	} else if (t->fail != NULL) {
		t->fail(t);
	} else {
		prompts_say_err(p->app, &t->err);
	}
	if (t->rows != NULL || t->ok) {
		take_all(p, t);
	}
	p->is_loaded = true;
	if (t->ok && t->end != NULL) {
		t->end(t);
	}
	prompts_task_free(t);
	app_changed(p->app);
}

struct prompts_task *prompts_task_new(struct prompts *p, const char *name)
{
	struct prompts_task *t = x_calloc(1, sizeof(*t));

	t->p = p;
	t->dir = x_strdup(p->app->data_dir);
	t->writes = p->app->store != NULL;
	t->name = name != NULL ? x_strdup(name) : NULL;
	return t;
}

void prompts_task_submit(struct prompts_task *t)
{
	struct prompts *p = t->p;

	p->n_tasks++;
	if (p->first_task != NULL) {
		p->last_task = p->last_task->next = t;
		return;
	}
	p->first_task = p->last_task = t;
	start_first(p);
}

void prompts_load(struct prompts *p)
{
	prompts_task_submit(prompts_task_new(p, p->name));
}

bool prompts_task_is_of_opened(const struct prompts_task *t)
{
	return t->p->name != NULL && strcmp(t->p->name, t->name) == 0;
}

/* A version by number, 0 the newest. A prompt that is not there has none. */
bool prompts_task_read_version(struct prompts_task *t, struct registry *r, struct err *e)
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
