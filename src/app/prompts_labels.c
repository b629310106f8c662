/* Moves of labels: asked for, confirmed when protected, made. */
#include <stdlib.h>
#include <string.h>

#include "app/prompts_task.h"
#include "base/mem.h"
#include "prompt/author.h"

static bool move(struct prompts_task *t, struct registry *r, struct err *e)
{
	char *who = prompt_author();
	struct label_move m = { .name = t->name, .label = t->label, .expected = t->expected, .who = who, .why = "", .is_rollback = t->text == NULL };
	struct label_row now = { 0 };
	bool ok = m.is_rollback ? label_rollback(r, &m, &now, e) : split_parse(t->text, &m.to, e) && label_set(r, &m, &now, e);

	if (ok) {
		free(t->text);
		t->text = x_malloc(SPLIT_TEXT_SIZE);
		(void)split_text(&now.split, t->text);
	}
	label_free(&now);
	free(who);
	return ok;
}

static void moved(struct prompts_task *t)
{
	app_say(t->p->app, NEWS_GOOD, "%s \u2192 %s", t->label, t->text[0] != '\0' ? t->text : "nowhere");
}

static void submit_move(struct prompts *p, const char *label, const char *to)
{
	const struct label_row *l = prompts_label(p, label);
	struct prompts_task *t = prompts_task_new(p, p->name);

	t->label = x_strdup(label);
	t->text = to != NULL ? x_strdup(to) : NULL;
	t->expected = l != NULL ? l->move : 0;
	t->act = move;
	t->end = moved;
	prompts_task_submit(t);
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
	if (to != NULL && config_protects(p->app->config, label)) {
		p->asked_label = x_strdup(label);
		p->asked_to = x_strdup(to);
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
