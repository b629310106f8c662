/* What of Play is kept for the next start: targets, prompt, parameters, and how it is shown. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session.h"
#include "base/mem.h"
#include "ui/screens/play_state.h"

static void keep_real(struct session *out, const char *name, double value)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.15g", value);
	session_set(out, name, !isnan(value) ? text : NULL);
}

static void keep_int(struct session *out, const char *name, int64_t value)
{
	if (is_known(value)) {
		session_set_number(out, name, (long)value);
	}
}

/* The parameters of one column: "temperature=0.7", a line each. */
static void keep_own(struct session *out, size_t i, const struct chat_params *p)
{
	struct buf text = { 0 };

	if (!isnan(p->temperature)) {
		(void)buf_addf(&text, "temperature=%.15g\n", p->temperature);
	}
	if (!isnan(p->top_p)) {
		(void)buf_addf(&text, "top_p=%.15g\n", p->top_p);
	}
	if (is_known(p->max_tokens)) {
		(void)buf_addf(&text, "max_tokens=%lld\n", (long long)p->max_tokens);
	}
	if (is_known(p->seed)) {
		(void)buf_addf(&text, "seed=%lld\n", (long long)p->seed);
	}
	for (size_t k = 0; k < p->n_stop; k++) {
		if (strchr(p->stop[k], '\n') == NULL) {
			(void)buf_addf(&text, "stop=%s\n", p->stop[k]);
		}
	}
	if (text.len > 0) {
		session_set_item(out, "play.own", i, text.s);
	}
	buf_free(&text);
}

/* Its own prompt, as it was filled in; where no texts are kept, or there is none yet, by what it was asked. */
static void keep_prompt(struct session *out, size_t i, const struct play_slot *own, bool has_texts)
{
	char *text = has_texts && own->prompt != NULL ? play_prompt_text(own->prompt) : NULL;

	if (own->ref != NULL) {
		session_set_item(out, "play.prompt", i, text != NULL ? text : own->ref);
	}
	free(text);
}

static void take_prompt(const struct session *in, size_t i, struct play *p, struct play_column *c)
{
	const char *kept = session_item(in, "play.prompt", i);

	if (kept != NULL && kept[0] == '{') {
		play_take_own(p, c, play_prompt_from_text(kept));
	} else if (kept != NULL && kept[0] != '\0') {
		play_ask_own(p, c, kept);
	}
}

static void take_own(const struct session *in, size_t i, struct chat_params *p)
{
	const char *at = session_item(in, "play.own", i);
	struct err e;

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, "\n");
		char *line = x_strndup(at, len), *eq = strchr(line, '=');

		if (eq != NULL) {
			*eq = '\0';
			(void)chat_params_set(p, line, eq + 1, &e);
		}
		free(line);
		at += len + (at[len] == '\n');
	}
}

void play_save(const void *self, struct session *out)
{
	const struct play_screen *s = self;
	const struct chat_params *params = &s->play->params;

	session_forget(out, "play.");
	bool has_prompt = !s->app->config->store.no_bodies; /* else none on the disk, here as in the store */

	session_set(out, "play.system", has_prompt ? editor_text(s->system, NULL) : NULL);
	session_set(out, "play.user", has_prompt ? editor_text(s->user, NULL) : NULL);
	char *all = has_prompt && s->play->all.prompt != NULL ? play_prompt_text(s->play->all.prompt) : NULL;

	session_set(out, "play.all", all);
	session_set(out, "play.ref", s->play->all.ref);
	free(all);
	session_set_number(out, "play.split", s->split.share);
	session_set_number(out, "play.targets", (long)s->play->n_columns);
	for (size_t i = 0; i < s->play->n_columns; i++) {
		session_set_item(out, "play.target", i, s->play->columns[i]->name);
		keep_own(out, i, &s->play->columns[i]->params);
		keep_prompt(out, i, &s->play->columns[i]->own, has_prompt);
	}
	session_set_number(out, "play.repeat", s->play->repeat);
	session_set_number(out, "play.inspector", !s->hides_inspector);
	session_set_number(out, "play.raw", s->shows_raw);
	keep_real(out, "play.temperature", params->temperature);
	keep_real(out, "play.top_p", params->top_p);
	keep_int(out, "play.max_tokens", params->max_tokens);
	keep_int(out, "play.seed", params->seed);
	for (size_t i = 0; i < params->n_stop; i++) {
		session_set_item(out, "play.stop", i, params->stop[i]);
	}
}

/* Values that are none any more are left out. */
void play_restore(void *self, const struct session *in)
{
	static const char *const names[] = { "temperature", "top_p", "max_tokens", "seed" };
	struct play_screen *s = self;
	const char *system = session_get(in, "play.system"), *user = session_get(in, "play.user"), *value;
	struct err e;

	s->split.share = (int)session_number(in, "play.split", 0, 1000, 0);
	const char *all = session_get(in, "play.all"), *ref = session_get(in, "play.ref");

	if (all != NULL) {
		play_take_prompt(s->play, play_prompt_from_text(all), ref);
	} else if (ref != NULL) {
		play_ask_prompt(s->play, ref);
	}
	if (system != NULL && user != NULL) {
		play_set_prompt(s->play, system, user);
		play_show_prompt(s);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "play.%s", names[i]);
		value = session_get(in, name);
		(void)(value == NULL || chat_params_set(&s->play->params, names[i], value, &e));
	}
	for (size_t i = 0; (value = session_item(in, "play.stop", i)) != NULL; i++) {
		(void)chat_params_set(&s->play->params, "stop", value, &e);
	}
	s->play->repeat = (int)session_number(in, "play.repeat", 1, RUN_REPEAT_MAX, 1);
	s->hides_inspector = session_number(in, "play.inspector", 0, 1, 1) == 0;
	s->shows_raw = session_number(in, "play.raw", 0, 1, 0) == 1;
	/* Without any, those of a start: at the last one there may have been no key yet. */
	if (session_number(in, "play.targets", 0, LONG_MAX, 0) > 0) {
		while (s->play->n_columns > 0) {
			play_drop(s->play, 0);
		}
	}
	for (size_t i = 0; (value = session_item(in, "play.target", i)) != NULL; i++) {
		struct play_column *c = play_add(s->play, value);

		take_own(in, i, &c->params);
		take_prompt(in, i, s->play, c);
	}
}
