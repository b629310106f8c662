/* The commands of the Prompts screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"
#include "ui/screens/screens.h"

unsigned prompts_said(struct console *c, const struct err *e)
{
	console_say(c, ST_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
	return prompts_changed();
}

bool prompts_has_prompt(const void *self)
{
	return ((const struct prompts_screen *)self)->p->name != NULL;
}

bool prompts_wants_prompt(const struct prompts_screen *s, struct console *c)
{
	if (!prompts_has_prompt(s)) {
		console_say(c, ST_DIM, "no prompt is open: Enter opens the selected one, a begins one");
	}
	return prompts_has_prompt(s);
}

/* Whether nothing would be lost by going on from another version. */
static bool is_saved(const struct prompts_screen *s, struct console *c)
{
	if (prompts_is_changed(s->p)) {
		console_say(c, ST_WARN, "the draft is not saved: ^S saves it as a version, D drops it");
	}
	return !prompts_is_changed(s->p);
}

void prompts_go_to(struct prompts_screen *s, enum pane pane)
{
	s->focus = pane;
	s->is_editing = false;
}

/* -- opening -------------------------------------------------------------------------------------------------------------------------- */

static unsigned branch(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	prompts_keep_text(s);
	if (prompts_wants_prompt(s, c) && number > 0 && is_saved(s, c)) {
		prompts_branch(s->p, number);
		prompts_go_to(s, PANE_EDITOR);
		console_say(c, ST_TEXT, "from v%d: the next version that is saved branches off from it", number);
	}
	return prompts_changed();
}

static unsigned open_selected(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	prompts_library_layout(s);
	const struct library_row *row = prompts_library_row(s);

	if (s->focus == PANE_DIFF && prompts_proposes(s)) {
		return prompts_accept(s, c);
	}
	if (s->focus == PANE_LIBRARY && row != NULL && row->n > 0) {
		prompts_library_fold(s, row->path);
	} else if (s->focus == PANE_LIBRARY && row != NULL && !prompts_can_leave(s->p, &e)) {
		return prompts_said(c, &e);
	} else if (s->focus == PANE_LIBRARY && row != NULL) {
		prompts_keep_text(s);
		prompts_open(s->p, row->path, 0);
		s->pinned = 0;
		prompts_go_to(s, PANE_EDITOR);
	} else if (s->focus == PANE_HISTORY) {
		return branch(self, c, arg);
	} else if (s->focus == PANE_EDITOR) {
		s->is_editing = true;
	} else if (s->focus == PANE_VARS && s->p->facts != NULL && (size_t)s->vars.selected < s->p->facts->n_vars) {
		char *line = x_asprintf("var %s=", s->p->facts->vars[s->vars.selected].path);

		console_ask(c, line);
		free(line);
	} else if (s->focus == PANE_RUNS && prompts_selected_run(s) != NULL) {
		const struct prompt_call *call = prompts_selected_run(s);

		return screens_open_in_play(c, s->app, &call->row, &call->body);
	} else if (s->focus == PANE_LABELS) {
		console_ask(c, "label ");
	} else {
		return 0;
	}
	return prompts_changed();
}

static unsigned close_one(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	if (prompts_is_asking(s->p)) {
		prompts_confirm(s->p, false);
	} else if (prompts_seeks(s)) {
		return prompts_cmd_stop(self, c, arg);
	} else if (prompts_proposes(s)) {
		prompts_proposal_drop(s->p);
	} else if (s->is_zoomed) {
		s->is_zoomed = false;
	} else if (s->filter != NULL) {
		free(s->filter);
		s->filter = NULL;
	} else if (s->p->after > 0) {
		prompts_compare_after(s->p, 0);
	} else if (s->pinned > 0) {
		s->pinned = 0;
	} else {
		s->focus = s->focus == PANE_EDITOR || s->p->name == NULL ? PANE_LIBRARY : PANE_EDITOR;
	}
	return prompts_changed();
}

static unsigned begin_new(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	if (arg[0] == '\0') {
		console_ask(c, "new ");
		return prompts_changed();
	}
	if (!prompt_name_check(arg, &e) || !prompts_can_leave(s->p, &e)) {
		return prompts_said(c, &e);
	}
	prompts_keep_text(s);
	prompts_open(s->p, arg, 0);
	s->pinned = 0;
	s->focus = PANE_EDITOR;
	s->is_editing = true;
	return prompts_changed();
}

static const char *complete_prompt(void *self, size_t i)
{
	const struct prompts *p = ((struct prompts_screen *)self)->p;

	return i < p->n_rows ? p->rows[i].name : NULL;
}

static unsigned go_prompt(void *self, struct console *c, const char *arg)
{
	return arg[0] == '\0' ? (console_ask(c, "go "), prompts_changed()) : begin_new(self, c, arg);
}

/* -- values --------------------------------------------------------------------------------------------------------------------------- */

static unsigned set_var(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	if (arg[0] == '\0') {
		console_ask(c, "var ");
		return prompts_changed();
	}
	return prompts_set_value(s->p, arg, &e) ? prompts_changed() : prompts_said(c, &e);
}

static unsigned set_rows(void *self, struct console *c, const char *arg)
{
	(void)c;
	prompts_set_rows(((struct prompts_screen *)self)->p, arg);
	return prompts_changed();
}

static unsigned next_row(void *self, struct console *c, const char *arg) { (void)c; (void)arg; prompts_next_row(((struct prompts_screen *)self)->p, 1); return prompts_changed(); }
static unsigned previous_row(void *self, struct console *c, const char *arg) { (void)c; (void)arg; prompts_next_row(((struct prompts_screen *)self)->p, -1); return prompts_changed(); }

/* -- Play ----------------------------------------------------------------------------------------------------------------------------- */

static unsigned to_play(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	prompts_keep_text(s);
	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (!prompts_to_play(s->p, &e)) {
		return prompts_said(c, &e);
	}
	s->is_editing = false;
	(void)console_show(c, "play");
	return prompts_changed();
}

static unsigned version_to_play(const struct prompts_screen *s, struct console *c, int number)
{
	char *ref = x_asprintf("%s@v%d", s->p->name, number);

	play_ask_prompt(s->app->play, ref);
	(void)console_show(c, "play");
	free(ref);
	return prompts_changed();
}

/* The draft, or the version that is compared in its place, and beside it what that is compared with, both asked of the first target. */
static unsigned to_play_with(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct play *play = s->app->play;
	unsigned opened = play->opened;

	if (s->p->against == 0 || play->n_columns == 0) {
		console_say(c, ST_DIM, play->n_columns == 0 ? "Play has no target yet: a adds one there" : "nothing to compare with: m marks a version in History");
		return prompts_changed();
	}
	unsigned bits = s->p->after == 0 ? to_play(self, c, arg) : version_to_play(s, c, s->p->after);

	if (play->opened != opened || s->p->after != 0) {
		char *ref = x_asprintf("%s@v%d", s->p->name, s->p->against);

		play_ask_own(play, play_add(play, play->columns[0]->name), ref);
		for (size_t i = play->n_columns - 1; i > 1; i--) {
			(void)play_move(play, i, -1);
		}
		free(ref);
	}
	return bits;
}

static unsigned run(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };
	unsigned opened = s->app->play->opened;
	unsigned bits = to_play(self, c, arg);

	if (s->app->play->opened != opened && !play_send(s->app->play, &e)) {
		return prompts_said(c, &e);
	}
	return bits;
}

/* -- panes ---------------------------------------------------------------------------------------------------------------------------- */

static unsigned step(struct prompts_screen *s, int by)
{
	if (by > 0 && prompts_take_proposal(s)) {
		return prompts_changed();
	}
	prompts_go_to(s, (enum pane)(((int)s->focus + by + PANE_COUNT) % PANE_COUNT));
	return prompts_changed();
}

static unsigned next_pane(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return step(self, 1); }
static unsigned previous_pane(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return step(self, -1); }

static unsigned zoom(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	s->is_zoomed = !s->is_zoomed;
	return prompts_changed();
}

/* -- what the hint row tells ---------------------------------------------------------------------------------------------------------- */

static bool is_in_history(const void *self)
{
	return prompts_has_prompt(self) && ((const struct prompts_screen *)self)->focus == PANE_HISTORY;
}

/* Elsewhere Enter does what another key is named for. */
static bool opens(const void *self)
{
	const struct prompts_screen *s = self;

	return s->focus == PANE_LIBRARY ? s->n_rows > 0 : s->focus == PANE_RUNS && prompts_selected_run(s) != NULL;
}

static bool wants_labels(const void *self)
{
	const struct prompts_screen *s = self;

	return prompts_has_prompt(self) && (s->focus == PANE_HISTORY || s->focus == PANE_LABELS);
}

const struct command prompts_commands[PROMPTS_COMMANDS] = {
	{ "yes", "Y", "yes", NULL, "confirm the move of a protected label, or take the shorter text that is proposed", 0, prompts_cmd_confirm, NULL, prompts_asks },
	{ "open", "Enter", "open", NULL, "open the selected prompt or folder; in History: go on from the selected version; in Vars: set the value; in Last runs: open it in Play; in Diff: take the proposal", 0, open_selected, NULL, opens },
	{ "stop", "x", "stop", NULL, "ask no longer for a shorter text", 0, prompts_cmd_stop, NULL, prompts_seeks },
	{ "mark", "m", "mark", NULL, "compare with this version whatever is selected, or follow the selection again", 0, prompts_cmd_mark, NULL, is_in_history },
	{ "diff", "d", "diff", NULL, "go to the diff: of the marked version and the selected one, else of the draft", 0, prompts_cmd_diff, NULL, is_in_history },
	{ "label", "L", "move label", "LABEL VERSION", "point a label to a version, or split it: production v3:90,v4:10", 0, prompts_cmd_label, prompts_complete_label, wants_labels },
	{ "ramp", "%", "ramp", "LABEL PERCENT", "give that much of a label to its newer version, else to the selected or opened one", 0, prompts_cmd_ramp, prompts_complete_label, wants_labels },
	{ "rollback", "R", "roll back", "[LABEL]", "point a label to where it was before its last move", 0, prompts_cmd_rollback, prompts_complete_label, wants_labels },
	{ "branch", "B", "branch", NULL, "go on from the selected version", 0, branch, NULL, is_in_history },
	{ "revert", "V", "take text", NULL, "take the text of the selected version into the draft", 0, prompts_cmd_revert, NULL, is_in_history },
	{ "save", "Ctrl-s", "save", "MESSAGE", "save the draft as a new version, with a line about it", COMMAND_IN_TEXT, prompts_cmd_save, NULL, prompts_has_prompt },
	{ "run", "F5", "run", NULL, "render the draft with its values, open it in Play and send it", COMMAND_IN_TEXT, run, NULL, prompts_has_prompt },
	{ "edit", "e i", "edit", NULL, "edit the draft", 0, prompts_cmd_edit, NULL, prompts_has_prompt },
	{ "edit outside", "Ctrl-e E Ctrl-x+Ctrl-e", "$EDITOR", NULL, "edit the draft in $VISUAL or $EDITOR", COMMAND_IN_TEXT, prompts_cmd_edit_outside, NULL, prompts_has_prompt },
	{ "new", "a", "new", "NAME", "begin a prompt, or open the one of that name", 0, begin_new, complete_prompt, NULL },
	{ "next pane", "Tab", "next pane", NULL, "the next pane; behind {{ the proposed name", COMMAND_IN_TEXT, next_pane, NULL, prompts_has_prompt },
	{ "optimize", "O", "shorter", "[TARGET]", "propose a shorter text of the draft in Diff: by rules, or by the model that is named", 0, prompts_cmd_optimize, prompts_complete_target, prompts_has_prompt },
	{ "diff mode", "Alt-d", "word/line/side", NULL, "show the diff by word, by line or side by side", COMMAND_IN_TEXT, prompts_cmd_diff_mode, NULL, prompts_has_prompt },
	{ "zoom", "z", "zoom", NULL, "this pane alone, or all", 0, zoom, NULL, NULL },
	{ "previous pane", "Shift-Tab", NULL, NULL, "the pane before", COMMAND_IN_TEXT, previous_pane, NULL, NULL },
	{ "go", NULL, NULL, "NAME", "open a prompt by its name", 0, go_prompt, complete_prompt, NULL },
	{ "discard", "D", NULL, NULL, "drop the draft: the version as it was saved", 0, prompts_cmd_discard, NULL, NULL },
	{ "undo", "u", NULL, NULL, "take the last change of the text back", 0, prompts_cmd_undo, NULL, NULL },
	{ "redo", "Ctrl-r", NULL, NULL, "make it again", 0, prompts_cmd_redo, NULL, NULL },
	{ "next item", "]", NULL, NULL, "the next change of the diff", 0, prompts_cmd_next_change, NULL, NULL },
	{ "previous item", "[", NULL, NULL, "the one before", 0, prompts_cmd_previous_change, NULL, NULL },
	{ "var", "v", NULL, "NAME=VALUE", "a value to render with; without one it is taken away", 0, set_var, NULL, NULL },
	{ "vars", NULL, NULL, "[FILE]", "rows of values from JSON lines, a JSON array or CSV; without a file none", 0, set_rows, NULL, NULL },
	{ "next row", ">", NULL, NULL, "render with the next row", 0, next_row, NULL, NULL },
	{ "previous row", "<", NULL, NULL, "the row before", 0, previous_row, NULL, NULL },
	{ "open in play", "o", NULL, NULL, "put the rendered draft into Play without sending it", 0, to_play, NULL, NULL },
	{ "compare in play", NULL, NULL, NULL, "the same, and the version it is compared with beside it", 0, to_play_with, NULL, prompts_has_prompt },
	{ "find", "/", NULL, "TEXT", "look for a text in the draft; in the library: only names with it", 0, prompts_cmd_find, NULL, NULL },
	{ "next hit", "n", NULL, NULL, "the next place where it stands", 0, prompts_cmd_find_next, NULL, NULL },
	{ "previous hit", "N", NULL, NULL, "the one before", 0, prompts_cmd_find_previous, NULL, NULL },
	{ "replace", NULL, NULL, "/OLD/NEW/", "replace a text in the whole draft", 0, prompts_cmd_replace, NULL, NULL },
	{ "copy", "y+y Alt-w", NULL, NULL, "copy what is selected of the draft, or all of it", COMMAND_IN_TEXT, prompts_cmd_copy, NULL, NULL },
	{ "close", "Esc", NULL, NULL, "leave the zoom, the filter, the pane", 0, close_one, NULL, NULL },
};
