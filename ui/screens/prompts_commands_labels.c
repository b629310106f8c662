/* Commands of labels: moved, ramped, rolled back; a protected one once more. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"

/* "LABEL TO"; asked for with the selected label and version. */
unsigned prompts_cmd_label(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len = strcspn(arg, " ");
	const char *to = arg + len + strspn(arg + len, " ");
	struct err e = { 0 };

	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (to[0] == '\0') {
		char *line = len > 0 ? x_asprintf("label %s v%d", arg, prompts_meant_version(s)) :
		    x_asprintf("label %s v%d", prompts_selected_label(s), prompts_meant_version(s));

		console_ask(c, line);
		free(line);
		return prompts_changed();
	}
	char *name = x_strndup(arg, len);
	bool ok = prompts_move(s->p, name, to, &e);

	free(name);
	return ok ? prompts_changed() : prompts_said(c, &e);
}

/* "LABEL PERCENT": that much to the newest of its versions, or to the selected one when it has only one. */
unsigned prompts_cmd_ramp(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len = strcspn(arg, " ");
	char *name = x_strndup(arg, len), *end;
	double percent = strtod(arg + len, &end);
	const struct label_row *l = prompts_label(s->p, name);
	struct err e = { 0 };

	if (!prompts_wants_prompt(s, c)) {
		free(name);
		return prompts_changed();
	}
	if (end == arg + len) {
		char *line = x_asprintf("ramp %s ", len > 0 ? name : prompts_selected_label(s));

		console_ask(c, line);
		free(line);
		free(name);
		return prompts_changed();
	}
	int from = l != NULL && l->split.n_arms > 0 ? l->split.arms[0].number : 0;
	int to = l != NULL && l->split.n_arms > 1 ? l->split.arms[l->split.n_arms - 1].number : prompts_meant_version(s);

	if (from == 0 || from == to || percent < 0 || percent > 100) {
		console_say(c, ST_BAD, from == 0 ? "%s points nowhere yet: L moves it" : from == to ? "%s: select the other version in History first" :
		    "%s: from 0 to 100 percent", name);
		free(name);
		return prompts_changed();
	}
	char *text = percent >= 100 ? x_asprintf("v%d", to) : percent <= 0 ? x_asprintf("v%d", from) :
	    x_asprintf("v%d:%g,v%d:%g", from, 100 - percent, to, percent);
	bool ok = prompts_move(s->p, name, text, &e);

	free(text);
	free(name);
	return ok ? prompts_changed() : prompts_said(c, &e);
}

unsigned prompts_cmd_rollback(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	return prompts_move(s->p, arg[0] != '\0' ? arg : prompts_selected_label(s), NULL, &e) ? prompts_changed() : prompts_said(c, &e);
}

bool prompts_asks(const void *self)
{
	return prompts_is_asking(((const struct prompts_screen *)self)->p) || prompts_proposes(self);
}

unsigned prompts_cmd_confirm(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (prompts_proposes(s) && !prompts_is_asking(s->p)) {
		return prompts_accept(s, c);
	}
	if (!prompts_is_asking(s->p)) {
		console_say(c, ST_DIM, "nothing waits for a yes");
	}
	prompts_confirm(s->p, true);
	return prompts_changed();
}

const char *prompts_complete_label(void *self, size_t i)
{
	const struct prompts *p = ((struct prompts_screen *)self)->p;

	return i < p->n_labels ? p->labels[i].label : NULL;
}
