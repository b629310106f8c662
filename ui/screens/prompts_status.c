/* The status row: what the draft means for what runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/prompts_state.h"

void prompts_change_text(const struct facts *f, struct buf *out)
{
	(void)buf_addf(out, "+%zu \u2212%zu words, %s%+lld tok", f->diff.words_added, f->diff.words_removed, f->after_tokens.is_exact ? "" : "~",
	    (long long)(f->after_tokens.tok - f->against_tokens.tok));
}

/* "v3 90 %, v4 10 %" of what is run now. */
static void production_text(const struct prompts *p, struct buf *out)
{
	const struct label_row *l = prompts_label(p, PROMPT_PRODUCTION);

	if (l == NULL || l->split.n_arms == 0) {
		(void)buf_add_str(out, "production points nowhere: L moves it");
		return;
	}
	(void)buf_add_str(out, "production runs ");
	for (int i = 0; i < l->split.n_arms; i++) {
		(void)buf_addf(out, l->split.n_arms > 1 ? "%sv%d for %g%%" : "%sv%d", i > 0 ? ", " : "", l->split.arms[i].number, l->split.arms[i].share / 100.0);
	}
}

/* "v4* against v2 (production): +12 −4 words, +12 tok"; nothing when there is no other. */
static void against_text(const struct prompts *p, bool names_production, struct buf *out)
{
	const struct facts *f = p->facts;
	const struct label_row *l = prompts_label(p, PROMPT_PRODUCTION);
	char name[PROMPTS_VERSION_SIZE];

	if (f != NULL && f->against_number > 0) {
		(void)buf_addf(out, "%s against v%d%s: ", prompts_after_name(p, name), f->against_number,
		    names_production && l != NULL && split_has(&l->split, f->against_number) ? " (production)" : "");
		prompts_change_text(f, out);
	}
}

static const char *draft_state(const struct prompts *p)
{
	return p->text.len == 0 ? "" : p->keep_err.code != ERR_NONE ? "NOT kept, tried again; " : p->was_found ? "your unsaved draft is back, D drops it; " :
	    prompts_is_kept(p) ? "draft kept; " : "not saved; ";
}

/* What is asked for, or what a proposal saves and how it is taken. */
static void proposal_text(const struct prompts_screen *s, struct buf *out)
{
	const struct prompts *p = s->p;
	const struct facts *f = p->facts;
	const char *target = p->proposal.target != NULL ? p->proposal.target : "";
	int64_t before_nano, after_nano;

	if (prompts_seeks(s)) {
		char *clean = clean_line(target, strlen(target), 40);

		(void)buf_addf(out, clean[0] != '\0' ? "asking %s for a shorter prompt; Esc stops it" : "%slooking for a shorter prompt; Esc stops it", clean);
		free(clean);
		return;
	}
	const char *mark = f->after_tokens.is_exact ? "" : "~";

	(void)buf_addf(out, "%sshorter: %s%+lld tok", p->proposal.is_simulated ? "SIMULATED " : "", mark, (long long)(f->after_tokens.tok - f->against_tokens.tok));
	if (prompts_input_cost(p, f->against_tokens.tok, f->after_tokens.tok, &before_nano, &after_nano) != NULL) {
		char cost[32];

		price_format(before_nano > after_nano ? before_nano - after_nano : 0, cost, sizeof(cost));
		(void)buf_addf(out, ", %s-%s a call", mark, cost);
	}
	(void)buf_addf(out, ". %s takes it, Esc drops it", s->focus == PANE_DIFF ? "Enter" : "Y");
}

/* What becomes of the text first: the rest may have no room. */
static void draft_text(const struct prompts *p, struct buf *out)
{
	if (p->n_versions == 0) {
		(void)buf_addf(out, "%sa new prompt: ^S saves its first version", draft_state(p));
	} else if (!prompts_is_changed(p)) {
		production_text(p, out);
		if (p->against != p->base || p->after > 0) {
			(void)buf_add_str(out, "; ");
			against_text(p, false, out);
		}
	} else {
		(void)buf_add_str(out, p->after > 0 ? "" : draft_state(p));
		against_text(p, true, out);
	}
}

enum style prompts_status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct prompts_screen *s = self;
	const struct prompts *p = s->p;
	size_t line;
	int column;

	(void)env;
	if (prompts_is_asking(p)) {
		(void)buf_addf(left, "%s is protected: all who ask get %s. Y does it, Esc leaves it", p->asked_label,
		    p->asked_to);
		return ST_TEXT;
	}
	if (prompts_seeks(s) || prompts_proposes(s)) {
		proposal_text(s, left);
		return ST_TEXT;
	}
	if (!s->is_editing && p->keep_err.code == ERR_NONE && app_warning(s->app, left)) {
		return ST_WARN;
	}
	if (p->name == NULL) {
		(void)buf_add_str(left, p->n_rows > 0 ? "Enter opens the selected prompt; a begins one" : "a begins a prompt");
		return ST_TEXT;
	}
	if (p->is_elsewhere) {
		(void)buf_add_str(left, "another console has a draft of this too: neither loses its text; ");
	}
	draft_text(p, left);
	if (s->is_editing) {
		editor_place(s->text, &line, &column);
		(void)buf_addf(right, "line %zu col %d", line, column);
	} else if (p->facts != NULL && p->facts->n_missing > 0) {
		(void)buf_addf(right, "%zu of %zu vars have no value", p->facts->n_missing, p->facts->n_vars);
	} else if (p->facts != NULL && p->facts->n_warnings > 0) {
		(void)buf_addf(right, "%zu lint%s in Rendered", p->facts->n_warnings, p->facts->n_warnings == 1 ? "" : "s");
	}
	return ST_TEXT;
}

void prompts_card(const void *self, const struct env *env, struct buf *out)
{
	const struct prompts_screen *s = self;
	struct buf left = { 0 }, right = { 0 };

	(void)prompts_status(self, env, &left, &right);
	(void)buf_addf(out, "Prompts %s\n%s", s->p->name != NULL ? s->p->name : "", buf_str(&left));
	buf_free(&left);
	buf_free(&right);
}
