/* Commands of the draft: edited, saved, searched, taken from a version. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"

unsigned prompts_cmd_edit(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (prompts_wants_prompt(s, c)) {
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

unsigned prompts_cmd_edit_outside(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len;
	const char *text = editor_text(s->text, &len);

	(void)arg;
	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	prompts_keep_text(s);
	prompts_keep(s->p);
	return console_edit(c, text, len, take_edited, s);
}

unsigned prompts_cmd_save(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	struct err e = { 0 };

	prompts_keep_text(s);
	if (!prompts_wants_prompt(s, c)) {
		return prompts_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "save ");
		return prompts_changed();
	}
	return prompts_save(s->p, arg, &e) ? prompts_changed() : prompts_said(c, &e);
}

unsigned prompts_cmd_discard(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)arg;
	if (prompts_wants_prompt(s, c) && prompts_is_changed(s->p)) {
		prompts_discard(s->p);
		console_say(c, ST_TEXT, "the draft is dropped; u brings its text back");
	}
	return prompts_changed();
}

unsigned prompts_cmd_undo(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	return editor_undo(s->text);
}

unsigned prompts_cmd_redo(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;

	(void)c;
	(void)arg;
	return editor_redo(s->text);
}

unsigned prompts_cmd_revert(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	int number = prompts_selected_version(s);

	(void)arg;
	if (prompts_wants_prompt(s, c) && number > 0) {
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
unsigned prompts_cmd_find(void *self, struct console *c, const char *arg)
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

unsigned prompts_cmd_find_next(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return find_step(self, c, 1);
}

unsigned prompts_cmd_find_previous(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return find_step(self, c, -1);
}

/* "/OLD/NEW/" with any sign in the slashes' place. */
unsigned prompts_cmd_replace(void *self, struct console *c, const char *arg)
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
		enum style st;
		const char *remark = editor_remark(s->text, &st); /* it would be too long */

		if (remark != NULL) {
			console_say(c, st, "%s", remark);
		} else {
			console_say(c, n > 0 ? ST_TEXT : ST_DIM, n == 0 ? "it stands nowhere in the draft" : "replaced %zu time%s; u takes that back", n,
			    n == 1 ? "" : "s");
		}
	}
	free(copy);
	return prompts_changed();
}

unsigned prompts_cmd_copy(void *self, struct console *c, const char *arg)
{
	struct prompts_screen *s = self;
	size_t len, start = 0, end;
	const char *text = editor_text(s->text, &len);

	(void)arg;
	end = len;
	(void)editor_selection(s->text, &start, &end);
	(void)editor_input(s->text, &(struct input){ .type = INPUT_KEY, .key = 'w' | K_ALT });
	return prompts_wants_prompt(s, c) ? console_copy(c, "draft", text + start, end - start) : prompts_changed();
}
