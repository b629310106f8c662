/* The commands of the Prompts screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"
#include "ui/screens/screens.h"

static unsigned said(struct console *c, const struct err *e)
{
	console_say(c, ST_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
	return prompts_changed();
}

static bool has_prompt(const void *self)
{
	return ((const struct prompts_screen *)self)->p->name != NULL;
}

static bool wants_prompt(const struct prompts_screen *s, struct console *c)
{
	if (!has_prompt(s)) {
		console_say(c, ST_DIM, "no prompt is open: Enter opens the selected one, a begins one");
	}
	return has_prompt(s);
}

/* Whether nothing would be lost by going on from another version. */
static bool is_saved(const struct prompts_screen *s, struct console *c)
{
	if (prompts_is_changed(s->p)) {
		console_say(c, ST_WARN, "the draft is not saved: ^S saves it as a version, D drops it");
	}
	return !prompts_is_changed(s->p);
}

static void go_to(struct prompts_screen *s, enum pane pane)
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
	if (wants_prompt(s, c) && number > 0 && is_saved(s, c)) {
		prompts_branch(s->p, number);
		go_to(s, PANE_EDITOR);
		console_say(c, ST_TEXT, "from v%d: the next version that is saved branches off from it", number);
	}
	return prompts_changed();
}

static unsigned open_selected(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	prompts_library_layout(s);
	const struct library_row *row = prompts_library_row(s);

	if (s->focus == PANE_LIBRARY && row != NULL && row->n > 0) {
		prompts_library_fold(s, row->path);
	} else if (s->focus == PANE_LIBRARY && row != NULL) {
		prompts_keep_text(s);
		prompts_open(s->p, row->path, 0);
		s->pinned = 0;
		go_to(s, PANE_EDITOR);
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
	if (!prompt_name_check(arg, &e)) {
		return said(c, &e);
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

/* -- the draft ------------------------------------------------------------------------------------------------------------------------ */

static unsigned edit(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (wants_prompt(s, c)) {
		s->focus = PANE_EDITOR;
		s->is_editing = true;
	}
	return prompts_changed();
}

static void take_edited(void *self, struct console *c, const char *text, size_t len)
{
	struct prompts_screen *s = self;

	editor_take(s->text, text, len); /* undo brings back what was */
	(void)console_typed(c, s->text);
	prompts_keep_text(s);
	prompts_keep(s->p);
}

static unsigned edit_outside(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len;
	const char *text = editor_text(s->text, &len);

	(void)arg;
	if (!wants_prompt(s, c)) {
		return prompts_changed();
	}
	prompts_keep_text(s);
	prompts_keep(s->p);
	return console_edit(c, text, len, take_edited, s);
}

static unsigned save(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	prompts_keep_text(s);
	if (!wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "save ");
		return prompts_changed();
	}
	return prompts_save(s->p, arg, &e) ? prompts_changed() : said(c, &e);
}

static unsigned discard(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (wants_prompt(s, c) && prompts_is_changed(s->p)) {
		prompts_discard(s->p);
		console_say(c, ST_TEXT, "the draft is dropped; u takes that back");
	}
	return prompts_changed();
}

static unsigned undo(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	return editor_undo(s->text);
}

static unsigned redo(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	return editor_redo(s->text);
}

static unsigned revert(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (wants_prompt(s, c) && number > 0) {
		prompts_keep_text(s);
		prompts_revert(s->p, number);
		console_say(c, ST_TEXT, "the text of v%d; u takes that back, R rolls a label back instead", number);
	}
	return prompts_changed();
}

static unsigned find_step(struct prompts_screen *s, struct console *c, int by)
{
	if (s->query == NULL || !editor_find(s->text, s->query, by)) {
		console_say(c, ST_DIM, s->query == NULL ? "nothing is looked for: / does" : "it stands nowhere in the draft");
	}
	return prompts_changed();
}

/* In the library a filter, else a search in the draft. */
static unsigned find(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	bool is_filter = s->focus == PANE_LIBRARY;
	char **to = is_filter ? &s->filter : &s->query;

	if (arg[0] == '\0' ) {
		console_ask(c, "find ");
		return prompts_changed();
	}
	free(*to);
	*to = x_strdup(arg);
	if (!is_filter) {
		return find_step(s, c, 1);
	}
	return prompts_changed();
}

static unsigned find_next(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return find_step(self, c, 1);
}

static unsigned find_previous(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return find_step(self, c, -1);
}

/* "/OLD/NEW/" with any sign in the slashes' place. */
static unsigned replace(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	char *copy = x_strdup(arg), *old = copy, *with = NULL;

	if (arg[0] != '\0' && (with = strchr(copy + 1, arg[0])) != NULL) {
		*with++ = '\0';
		with[strcspn(with, (char[]){ arg[0], '\0' })] = '\0';
		old++;
	}
	if (with == NULL || old[0] == '\0') {
		console_say(c, ST_BAD, "replace is given as /OLD/NEW/, with any other sign in place of the slashes");
	} else {
		size_t n = editor_replace_all(s->text, old, with);

		console_say(c, n > 0 ? ST_TEXT : ST_DIM, n == 0 ? "it stands nowhere in the draft" : "replaced %zu time%s; u takes that back", n,
		    n == 1 ? "" : "s");
	}
	free(copy);
	return prompts_changed();
}

static unsigned copy(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len, start = 0, end;
	const char *text = editor_text(s->text, &len);

	(void)arg;
	end = len;
	(void)editor_selection(s->text, &start, &end);
	(void)editor_input(s->text, &(struct input){ .type = INPUT_KEY, .key = 'w' | K_ALT });
	return wants_prompt(s, c) ? console_copy(c, "draft", text + start, end - start) : prompts_changed();
}

/* -- diff ----------------------------------------------------------------------------------------------------------------------------- */

static unsigned next_mode(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	s->mode = (s->mode + 1) % MODE_COUNT;
	s->diff_scroll = (struct list){ 0 };
	s->beside = s->beside != PANE_DIFF && !s->is_editing ? PANE_DIFF : s->beside;
	return prompts_changed();
}

static unsigned mark(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (!wants_prompt(s, c) || number == 0) {
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
static unsigned show_diff(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (wants_prompt(s, c)) {
		prompts_compare_after(s->p, s->pinned > 0 && s->pinned != number ? number : 0);
		go_to(s, PANE_DIFF);
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

static unsigned next_change(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return hunk(self, 1); }
static unsigned previous_change(void *self, struct console *c, const char *arg) { (void)c; (void)arg; return hunk(self, -1); }

/* -- labels --------------------------------------------------------------------------------------------------------------------------- */

/* "LABEL TO"; asked for with the selected label and version. */
static unsigned label(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len = strcspn(arg, " ");
	const char *to = arg + len + strspn(arg + len, " ");
	struct err e = { 0 };

	if (!wants_prompt(s, c)) {
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
	return ok ? prompts_changed() : said(c, &e);
}

/* "LABEL PERCENT": that much to the newest of its versions, or to the selected one when it has only one. */
static unsigned ramp(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len = strcspn(arg, " ");
	char *name = x_strndup(arg, len), *end;
	double percent = strtod(arg + len, &end);
	const struct label_row *l = prompts_label(s->p, name);
	struct err e = { 0 };

	if (!wants_prompt(s, c)) {
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
	return ok ? prompts_changed() : said(c, &e);
}

static unsigned rollback(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	if (!wants_prompt(s, c)) {
		return prompts_changed();
	}
	return prompts_move(s->p, arg[0] != '\0' ? arg : prompts_selected_label(s), NULL, &e) ? prompts_changed() : said(c, &e);
}

static bool is_asking(const void *self)
{
	return prompts_is_asking(((const struct prompts_screen *)self)->p);
}

static unsigned confirm(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (!prompts_is_asking(s->p)) {
		console_say(c, ST_DIM, "nothing waits for a yes");
	}
	prompts_confirm(s->p, true);
	return prompts_changed();
}

static const char *complete_label(void *self, size_t i)
{
	const struct prompts *p = ((struct prompts_screen *)self)->p;

	return i < p->n_labels ? p->labels[i].label : NULL;
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
	return prompts_set_value(s->p, arg, &e) ? prompts_changed() : said(c, &e);
}

static unsigned set_rows(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	if (!prompts_set_rows(s->p, arg, &e)) {
		return said(c, &e);
	}
	console_say(c, ST_TEXT, "%zu rows of values", json_array_size(s->p->set));
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
	if (!wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (!prompts_to_play(s->p, &e)) {
		return said(c, &e);
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
		return said(c, &e);
	}
	return bits;
}

/* -- panes ---------------------------------------------------------------------------------------------------------------------------- */

static unsigned step(struct prompts_screen *s, int by)
{
	if (by > 0 && prompts_take_proposal(s)) {
		return prompts_changed();
	}
	go_to(s, (enum pane)(((int)s->focus + by + PANE_COUNT) % PANE_COUNT));
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
	return has_prompt(self) && ((const struct prompts_screen *)self)->focus == PANE_HISTORY;
}

static bool wants_labels(const void *self)
{
	const struct prompts_screen *s = self;

	return has_prompt(self) && (s->focus == PANE_HISTORY || s->focus == PANE_LABELS);
}

const struct command prompts_commands[PROMPTS_COMMANDS] = {
	{ "yes", "Y", "yes, move it", NULL, "confirm the move of a protected label", 0, confirm, NULL, is_asking },
	{ "open", "Enter", "open", NULL, "open the selected prompt or folder; in History: go on from the selected version; in Vars: set the value; in Last runs: open it in Play", 0, open_selected, NULL, NULL },
	{ "mark", "m", "mark", NULL, "compare with this version whatever is selected, or follow the selection again", 0, mark, NULL, is_in_history },
	{ "diff", "d", "diff", NULL, "go to the diff: of the marked version and the selected one, else of the draft", 0, show_diff, NULL, is_in_history },
	{ "label", "L", "move label", "LABEL VERSION", "point a label to a version, or split it: production v3:90,v4:10", 0, label, complete_label, wants_labels },
	{ "ramp", "%", "ramp", "LABEL PERCENT", "give that much of a label to its newer version, else to the selected or opened one", 0, ramp, complete_label, wants_labels },
	{ "rollback", "R", "roll back", "[LABEL]", "point a label to where it was before its last move", 0, rollback, complete_label, wants_labels },
	{ "branch", "B", "branch", NULL, "go on from the selected version", 0, branch, NULL, is_in_history },
	{ "revert", "V", "take text", NULL, "take the text of the selected version into the draft", 0, revert, NULL, is_in_history },
	{ "save", "Ctrl-s", "save version", "MESSAGE", "save the draft as a new version, with a line about it", COMMAND_IN_TEXT, save, NULL, has_prompt },
	{ "run", "F5", "run", NULL, "render the draft with its values, open it in Play and send it", COMMAND_IN_TEXT, run, NULL, has_prompt },
	{ "edit", "e i", "edit", NULL, "edit the draft", 0, edit, NULL, has_prompt },
	{ "edit outside", "Ctrl-e E Ctrl-x+Ctrl-e", "$EDITOR", NULL, "edit the draft in $VISUAL or $EDITOR", COMMAND_IN_TEXT, edit_outside, NULL, has_prompt },
	{ "next pane", "Tab", "next pane", NULL, "the next pane; behind {{ the proposed name", COMMAND_IN_TEXT, next_pane, NULL, has_prompt },
	{ "previous pane", "Shift-Tab", NULL, NULL, "the pane before", COMMAND_IN_TEXT, previous_pane, NULL, NULL },
	{ "new", "a", "new", "NAME", "begin a prompt, or open the one of that name", 0, begin_new, complete_prompt, NULL },
	{ "go", NULL, NULL, "NAME", "open a prompt by its name", 0, go_prompt, complete_prompt, NULL },
	{ "diff mode", "Alt-d", "word/line/side", NULL, "show the diff by word, by line or side by side", COMMAND_IN_TEXT, next_mode, NULL, has_prompt },
	{ "discard", "D", NULL, NULL, "drop the draft: the version as it was saved", 0, discard, NULL, NULL },
	{ "undo", "u", NULL, NULL, "take the last change of the text back", 0, undo, NULL, NULL },
	{ "redo", "Ctrl-r", NULL, NULL, "make it again", 0, redo, NULL, NULL },
	{ "next item", "]", NULL, NULL, "the next change of the diff", 0, next_change, NULL, NULL },
	{ "previous item", "[", NULL, NULL, "the one before", 0, previous_change, NULL, NULL },
	{ "var", "v", NULL, "NAME=VALUE", "a value to render with; without one it is taken away", 0, set_var, NULL, NULL },
	{ "vars", NULL, NULL, "[FILE]", "rows of values from JSON lines, a JSON array or CSV; without a file none", 0, set_rows, NULL, NULL },
	{ "next row", ">", NULL, NULL, "render with the next row", 0, next_row, NULL, NULL },
	{ "previous row", "<", NULL, NULL, "the row before", 0, previous_row, NULL, NULL },
	{ "open in play", "o", NULL, NULL, "put the rendered draft into Play without sending it", 0, to_play, NULL, NULL },
	{ "compare in play", NULL, NULL, NULL, "the same, and the version it is compared with beside it", 0, to_play_with, NULL, has_prompt },
	{ "find", "/", NULL, "TEXT", "look for a text in the draft; in the library: only names with it", 0, find, NULL, NULL },
	{ "next hit", "n", NULL, NULL, "the next place where it stands", 0, find_next, NULL, NULL },
	{ "previous hit", "N", NULL, NULL, "the one before", 0, find_previous, NULL, NULL },
	{ "replace", NULL, NULL, "/OLD/NEW/", "replace a text in the whole draft", 0, replace, NULL, NULL },
	{ "copy", "y+y Alt-w", NULL, NULL, "copy what is selected of the draft, or all of it", COMMAND_IN_TEXT, copy, NULL, NULL },
	{ "zoom", "z", "zoom", NULL, "this pane alone, or all", 0, zoom, NULL, NULL },
	{ "close", "Esc", NULL, NULL, "leave the zoom, the filter, the pane", 0, close_one, NULL, NULL },
};
