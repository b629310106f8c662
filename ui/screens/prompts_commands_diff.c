/* Commands of the diff: what is compared, how it is shown. */
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
