/* Commands of the diff: what is compared, how it is shown; a shorter text that is proposed. */
#include "app/play.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"

unsigned prompts_cmd_diff_mode(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	s->mode = (s->mode + 1) % MODE_COUNT;
	s->diff_scroll = (struct list){ 0 };
	s->beside = s->beside != PANE_DIFF && !s->is_editing ? PANE_DIFF : s->beside;
	return prompts_changed();
}

unsigned prompts_cmd_mark(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (!prompts_wants_prompt(s, c) || number == 0) {
		return prompts_changed();
	}
	s->pinned = s->pinned != number ? number : 0;
	prompts_compare_after(s->p, 0);
	prompts_compare(s->p, number);
	s->seen_against = number;
	console_say(c, ST_TEXT, s->pinned > 0 ? "v%d is marked: the draft is compared with it, d compares another version; m again takes the mark away" :
	    "the selected version is compared with", number);
	return prompts_changed();
}

/* The marked version with the selected one, else the draft with either. */
unsigned prompts_cmd_diff(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (prompts_wants_prompt(s, c)) {
		prompts_compare_after(s->p, s->pinned > 0 && s->pinned != number ? number : 0);
		prompts_go_to(s, PANE_DIFF);
	}
	return prompts_changed();
}

static unsigned hunk(struct prompts_screen *s, int by)
{
	if (s->diff != NULL) {
		list_select(&s->diff_scroll, (int)styled_next_mark(s->diff, (size_t)s->diff_scroll.selected, by));
	}
	return prompts_changed();
}

unsigned prompts_cmd_next_change(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return hunk(self, 1); }
unsigned prompts_cmd_previous_change(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return hunk(self, -1); }

/* -- a proposal ----------------------------------------------------------------------------------------------------------------------- */

/* By rules, or by a model. */
unsigned prompts_cmd_optimize(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	prompts_keep_text(s);
	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (!prompts_proposal_begin(s->p, arg, &e)) {
		return prompts_said(c, &e);
	}
	s->diff_scroll = (struct list){ 0 };
	prompts_go_to(s, PANE_DIFF);
	return prompts_changed();
}

const char *prompts_complete_target(void *self, size_t i)
{
	const struct play *play = ((struct prompts_screen *)self)->app->play;

	return i < play->n_columns ? play->columns[i]->name : NULL;
}

bool prompts_seeks(const void *self)
{
	return ((const struct prompts_screen *)self)->p->proposal.is_asked;
}

bool prompts_proposes(const void *self)
{
	return prompts_proposal_stands(((const struct prompts_screen *)self)->p);
}

unsigned prompts_accept(struct prompts_screen *s, struct console *c)
{
	prompts_keep_text(s); /* what was typed a moment ago drops it */
	if (prompts_proposes(s)) {
		prompts_proposal_take(s->p);
		prompts_keep_text(s); /* into the field, so that u has it to take back */
		prompts_go_to(s, PANE_EDITOR);
		console_say(c, ST_TEXT, "the shorter text is the draft now; u takes that back");
	}
	return prompts_changed();
}

unsigned prompts_cmd_stop(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (prompts_seeks(s)) {
		prompts_proposal_drop(s->p);
		console_say(c, ST_TEXT, "no shorter prompt is asked for any more");
	} else {
		console_say(c, ST_DIM, "nothing runs here");
	}
	return prompts_changed();
}
