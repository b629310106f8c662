/* What of Play is kept for the next start: targets, prompt, parameters. */
#include <math.h>
#include <stdio.h>

#include "app/session.h"
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

void play_save(const void *self, struct session *out)
{
	const struct play_screen *s = self;
	const struct chat_params *params = &s->play->params;

	session_forget(out, "play.");
	bool has_prompt = !s->app->config->store.no_bodies; /* else none on the disk, here as in the store */

	session_set(out, "play.system", has_prompt ? editor_text(s->system, NULL) : NULL);
	session_set(out, "play.user", has_prompt ? editor_text(s->user, NULL) : NULL);
	session_set_number(out, "play.targets", (long)s->play->n_columns);
	for (size_t i = 0; i < s->play->n_columns; i++) {
		session_set_item(out, "play.target", i, s->play->columns[i]->name);
	}
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

	if (system != NULL && user != NULL) {
		play_set_prompt(s->play, system, user);
		play_take_prompt(s);
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
	if (session_get(in, "play.targets") != NULL) {
		while (s->play->n_columns > 0) {
			play_drop(s->play, 0);
		}
	}
	for (size_t i = 0; (value = session_item(in, "play.target", i)) != NULL; i++) {
		(void)play_add(s->play, value);
	}
}
