/* Which version of a prompt a column sends, the values it is filled in with, and several versions side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompts.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/play_state.h"

#define NONE "none"
#define VERSIONS_MOST 50 /* offered of one prompt, the newest */

/* -- candidates ----------------------------------------------------------------------------------------------------------------------- */

static void offer(struct play_screen *s, const char *name, size_t len, const char *ref)
{
	*array_push(s->refs, s->n_refs, s->cap_refs) = x_asprintf("%.*s%s%s", (int)len, name, len > 0 && ref[0] != '\0' ? "@" : "", ref);
}

void play_versions_forget(struct play_screen *s)
{
	while (s->n_refs > 0) {
		free(s->refs[--s->n_refs]);
	}
}

/* Labels, "production v3, staging v4:90,v5:10", then versions from the newest; behind a name or alone. */
static void offer_refs(struct play_screen *s, const struct prompt_row *row, const char *name)
{
	char number[16];

	for (const char *at = row->labels; *at != '\0'; at = strstr(at, ", ") != NULL ? strstr(at, ", ") + 2 : "") {
		char *label = x_strndup(at, strcspn(at, " "));

		offer(s, name, strlen(name), label);
		free(label);
	}
	for (int i = row->n_versions; i > 0 && i > row->n_versions - VERSIONS_MOST; i--) {
		(void)snprintf(number, sizeof(number), "v%d", i);
		offer(s, name, strlen(name), number);
	}
}

static const struct prompts *library(const struct play_screen *s)
{
	struct prompts *p = s->app->prompts;

	if (!p->is_loaded && p->n_tasks == 0) {
		prompts_load(p);
	}
	return p;
}

const char *play_complete_prompt(void *self, size_t i)
{
	struct play_screen *s = self;
	const struct prompts *p = library(s);

	if (i == 0) {
		play_versions_forget(s);
		for (size_t k = 0; k < p->n_rows; k++) {
			if (p->rows[k].n_versions > 0) {
				offer(s, p->rows[k].name, strlen(p->rows[k].name), "");
				offer_refs(s, &p->rows[k], p->rows[k].name);
			}
		}
		offer(s, "", 0, NONE);
	}
	return i < s->n_refs ? s->refs[i] : NULL;
}

/* The prompt whose versions are meant: the column's, that of all, or the one opened in Prompts. NULL: none of them. The caller's. */
static char *prompt_meant(const struct play_screen *s)
{
	const char *ref = play_has_columns(s) ? s->play->columns[s->column]->own.ref : NULL;

	ref = ref == NULL && s->play->all.prompt != NULL ? s->play->all.prompt->name : ref;
	ref = ref != NULL ? ref : s->app->prompts->name;
	return ref != NULL ? x_strndup(ref, strcspn(ref, "@")) : NULL;
}

const char *play_complete_version(void *self, size_t i)
{
	struct play_screen *s = self;
	const struct prompts *p = library(s);

	if (i == 0) {
		char *name = prompt_meant(s);

		play_versions_forget(s);
		for (size_t k = 0; k < p->n_rows; k++) {
			bool is_it = name != NULL && strcmp(p->rows[k].name, name) == 0;

			if (is_it || name == NULL) {
				offer_refs(s, &p->rows[k], is_it ? "" : p->rows[k].name);
			}
		}
		free(name);
	}
	return i < s->n_refs ? s->refs[i] : NULL;
}

const char *play_complete_var(void *self, size_t i)
{
	struct play_screen *s = self;
	const struct facts *f = s->app->prompts->facts;

	if (f == NULL || i >= f->n_vars) {
		return NULL;
	}
	(void)snprintf(s->run_name, sizeof(s->run_name), "%.200s=", f->vars[i].path);
	return s->run_name;
}

/* -- commands ------------------------------------------------------------------------------------------------------------------------- */

unsigned play_cmd_prompt(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	play_keep_text(s);
	if (arg[0] == '\0') {
		console_ask(c, "prompt ");
	} else if (strcmp(arg, NONE) == 0) {
		play_take_prompt(s->play, NULL, NULL);
	} else {
		play_ask_prompt(s->play, arg);
	}
	return play_changed();
}

unsigned play_cmd_own_prompt(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "prompt here ");
	} else {
		play_ask_own(s->play, s->play->columns[s->column], strcmp(arg, NONE) != 0 ? arg : NULL);
	}
	return play_changed();
}

/* The column beside the focused one that is like it; it gets the focus. */
struct play_column *play_twin(struct play_screen *s)
{
	const struct play_column *here = s->play->columns[s->column];
	struct play_column *twin = play_add(s->play, here->name);

	chat_params_copy(&twin->params, &here->params);
	play_twin_own(s->play, twin, here);
	for (size_t i = s->play->n_columns - 1; i > s->column + 1; i--) {
		(void)play_move(s->play, i, -1);
	}
	s->column++;
	return twin;
}

/* "v13" of the prompt that is meant, "support-triage@v13" as it is. NULL: of no prompt. The caller's. */
static char *ref_of(const char *name, const char *word, size_t len)
{
	if (memchr(word, '@', len) != NULL) {
		return x_strndup(word, len);
	}
	return name != NULL ? x_asprintf("%s@%.*s", name, (int)len, word) : NULL;
}

/* The focused column gets the first version, twins beside it the others. */
unsigned play_cmd_versions(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "compare versions ");
		return play_changed();
	}
	char *name = prompt_meant(s);
	struct play_column *column = NULL;
	size_t n = 0;

	for (const char *at = arg + strspn(arg, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		char *ref = ref_of(name, at, len);

		if (ref == NULL) {
			console_say(c, ST_BAD, "versions of which prompt? Name it once: %.*s as NAME@%.*s", (int)len, at, (int)len, at);
			break;
		}
		column = column == NULL ? s->play->columns[s->column] : play_twin(s);
		play_ask_own(s->play, column, ref);
		if (name == NULL) {
			name = x_strndup(ref, strcspn(ref, "@"));
		}
		free(ref);
		at += len;
		n++;
	}
	free(name);
	if (n > 0) {
		s->column -= n - 1; /* the first of them */
	}
	return play_changed();
}

unsigned play_cmd_var(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	if (arg[0] == '\0') {
		console_ask(c, "var ");
	} else if (!prompts_set_value(s->app->prompts, arg, &e)) {
		return play_said(c, &e);
	}
	return play_changed();
}
