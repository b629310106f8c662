/* What of Prompts is kept for the next start. Its texts are drafts, and kept as such. */
#include <string.h>

#include "app/session.h"
#include "base/mem.h"
#include "ui/screens/prompts_state.h"

void prompts_save_session(const void *self, struct session *out)
{
	const struct prompts_screen *s = self;

	session_forget(out, "prompts.");
	session_set(out, "prompts.name", s->p->name);
	session_set_number(out, "prompts.mode", s->mode);
	session_set_number(out, "prompts.pane", s->focus);
	for (size_t i = 0; i < s->n_folded; i++) {
		session_set_item(out, "prompts.folded", i, s->folded[i]);
	}
}

void prompts_restore_session(void *self, const struct session *in)
{
	struct prompts_screen *s = self;
	const char *name = session_get(in, "prompts.name"), *path;
	struct err e;

	s->mode = (enum diff_mode)session_number(in, "prompts.mode", 0, MODE_COUNT - 1, MODE_WORD);
	for (size_t i = 0; (path = session_item(in, "prompts.folded", i)) != NULL; i++) {
		prompts_library_fold(s, path);
	}
	if (name != NULL && prompt_name_check(name, &e)) {
		prompts_open(s->p, name, 0);
		prompts_keep_text(s);
		s->focus = (enum pane)session_number(in, "prompts.pane", 0, PANE_COUNT - 1, PANE_EDITOR);
	}
}
