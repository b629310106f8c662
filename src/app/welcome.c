#include "app/welcome.h"

#include <stdlib.h>
#include <string.h>

#include "app/demo.h"
#include "base/mem.h"
#include "text/clean.h"

struct welcome *welcome_new(struct app *app)
{
	struct welcome *w = x_calloc(1, sizeof(*w));

	w->app = app;
	w->is_settled = true;
	return w;
}

static void drop_rows(struct welcome *w)
{
	while (w->n_rows > 0) {
		ollama_ask_free(w->rows[--w->n_rows].ask);
	}
}

void welcome_free(struct welcome *w)
{
	if (w == NULL) {
		return;
	}
	demo_free(w->demo);
	drop_rows(w);
	free(w->rows);
	free(w);
}

/* -- looking -------------------------------------------------------------------------------------------------------------------------- */

/* The address is that of no server: a pattern, which the kind's variable replaces. */
static bool has_no_address(const struct provider_entry *p)
{
	return p->kind->needs_base_url && strncmp(p->base_url, p->kind->base_url, strlen(p->kind->base_url)) == 0;
}

static bool has_key(const struct provider_entry *p)
{
	return p->key != NULL || p->key_command != NULL || p->is_key_optional;
}

static enum welcome_kind kind_of(const struct provider_entry *p)
{
	if (!has_key(p) || has_no_address(p)) {
		return WELCOME_MISSING;
	}
	return p->kind->is_found_without_key ? WELCOME_LOCAL : WELCOME_PROVIDER;
}

bool welcome_is_due(const struct app *app)
{
	const struct config *c = app->config;

	for (size_t i = 0; i < c->n_providers; i++) {
		if (kind_of(c->providers[i]) == WELCOME_PROVIDER) {
			return false;
		}
	}
	return c->n_aliases == 0;
}

static bool is_asking(const struct welcome_row *r)
{
	return r->ask != NULL && !ollama_ask_answer(r->ask)->is_over;
}

static void settle(struct welcome *w)
{
	w->is_settled = true;
	for (size_t i = 0; i < w->n_rows; i++) {
		w->is_settled &= !is_asking(&w->rows[i]);
	}
}

static void on_answer(void *ctx)
{
	struct welcome *w = ctx;

	settle(w);
	app_changed(w->app);
}

static void add_row(struct welcome *w, enum welcome_kind kind, const struct provider_entry *entry)
{
	struct welcome_row *r = array_push(w->rows, w->n_rows, w->cap_rows);

	*r = (struct welcome_row){ .kind = kind, .entry = entry };
	if (kind == WELCOME_LOCAL && ollama_is_local(entry->base_url)) {
		r->ask = ollama_ask_new(w->app->loop, entry->base_url, on_answer, w);
	}
}

void welcome_look(struct welcome *w)
{
	const struct config *c = w->app->config;

	drop_rows(w);
	for (enum welcome_kind kind = 0; kind < WELCOME_KINDS; kind++) {
		if (kind == WELCOME_DEMO) {
			add_row(w, kind, NULL);
			continue;
		}
		for (size_t i = 0; i < c->n_providers + c->n_unlisted; i++) {
			const struct provider_entry *p = i < c->n_providers ? c->providers[i] : c->unlisted[i - c->n_providers];

			if (kind_of(p) == kind) {
				add_row(w, kind, p);
			}
		}
	}
	settle(w);
}

static bool is_ready(const struct welcome_row *r)
{
	return r->kind == WELCOME_PROVIDER || (r->kind == WELCOME_LOCAL && (r->ask == NULL || ollama_ask_answer(r->ask)->n_models > 0));
}

size_t welcome_best_row(const struct welcome *w)
{
	size_t i = 0;

	while (i < w->n_rows && w->rows[i].kind != WELCOME_DEMO && !is_ready(&w->rows[i])) {
		i++;
	}
	return i;
}

/* -- words ---------------------------------------------------------------------------------------------------------------------------- */

static void add_clean(struct buf *out, const char *text)
{
	char *line = clean_line(text, strlen(text), 0);

	(void)buf_add_str(out, line);
	free(line);
}

static const char *without_scheme(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? host + 3 : url;
}

/* As people know it: the kind's title, or the name the person gave it. */
static const char *title_of(const struct provider_entry *p)
{
	return strcmp(p->name, p->kind->kind) == 0 ? p->kind->title : p->name;
}

/* The variable to set, when one is missing. */
static const char *missing_variable(const struct provider_entry *p)
{
	if (!has_key(p)) {
		return p->key_env != NULL ? p->key_env : p->kind->key_env[0];
	}
	return p->kind->base_url_env;
}

void welcome_row_name(const struct welcome_row *r, struct buf *out)
{
	const struct provider_entry *p = r->entry;

	switch (r->kind) {
	case WELCOME_PROVIDER:
		add_clean(out, p->key != NULL && p->key_env != NULL ? p->key_env : p->name);
		break;
	case WELCOME_LOCAL:
		add_clean(out, title_of(p));
		if (r->ask != NULL && ollama_ask_answer(r->ask)->version[0] != '\0') {
			(void)buf_addf(out, " %s", ollama_ask_answer(r->ask)->version);
		}
		break;
	case WELCOME_DEMO:
		(void)buf_add_str(out, "Demo provider");
		break;
	default:
		add_clean(out, missing_variable(p));
	}
}

static void local_found(const struct welcome_row *r, struct buf *out)
{
	const struct ollama_answer *a = r->ask != NULL ? ollama_ask_answer(r->ask) : NULL;
	char *place = clean_line(without_scheme(r->entry->base_url), strlen(without_scheme(r->entry->base_url)), 0);

	if (a == NULL) {
		(void)buf_addf(out, "on %s, not asked", place);
	} else if (!a->is_over) {
		(void)buf_addf(out, "asking %s\u2026", place);
	} else if (!a->is_there) {
		(void)buf_addf(out, "not on %s", place);
	} else {
		(void)buf_addf(out, "%s%zu model%s on %s", a->is_simulated ? "SIMULATED, " : "", a->n_models, a->n_models == 1 ? "" : "s", place);
	}
	free(place);
}

void welcome_row_found(const struct welcome_row *r, struct buf *out)
{
	switch (r->kind) {
	case WELCOME_PROVIDER:
		if (r->entry->key != NULL && r->entry->key_env != NULL) {
			add_clean(out, title_of(r->entry));
			(void)buf_add_str(out, ", in the environment");
		} else {
			add_clean(out, r->entry->origin);
		}
		break;
	case WELCOME_LOCAL:
		local_found(r, out);
		break;
	case WELCOME_DEMO:
		(void)buf_add_str(out, "SIMULATED, offline");
		break;
	default:
		add_clean(out, title_of(r->entry));
		(void)buf_add_str(out, ", not set");
	}
}

const char *welcome_row_action(const struct welcome_row *r)
{
	return r->kind == WELCOME_DEMO ? "try it" : is_ready(r) ? "use it" : is_asking(r) ? "" : "how to set";
}

static void local_how(const struct welcome_row *r, struct buf *out)
{
	const struct ollama_answer *a = ollama_ask_answer(r->ask);

	if (a->is_there) {
		(void)buf_addf(out, "It runs and has no model yet. In a shell:\n  %s %s\nthen r looks again.\n", r->entry->kind->pull,
		    r->entry->kind->usual_model);
		return;
	}
	add_clean(out, a->err.text);
	(void)buf_addf(out, ".\nGet it from https://ollama.com, then in a shell:\n  ollama serve\n  %s %s\n"
	    "and r looks again. Elsewhere: export %s=HOST:PORT\n", r->entry->kind->pull, r->entry->kind->usual_model, r->entry->kind->base_url_env);
}

void welcome_row_how(const struct welcome *w, const struct welcome_row *r, struct buf *out)
{
	const struct provider_entry *p = r->entry;

	if (r->kind == WELCOME_LOCAL && !is_ready(r) && !is_asking(r)) {
		local_how(r, out);
	}
	if (r->kind != WELCOME_MISSING) {
		return;
	}
	const char *variable = missing_variable(p);
	bool is_key = !has_key(p);

	if (is_key && p->kind->key_page != NULL && strcmp(p->base_url, p->kind->base_url) == 0) {
		(void)buf_addf(out, "A key of %s: %s\n", p->kind->title, p->kind->key_page);
	}
	(void)buf_add_str(out, "In the shell, then start sonde again:\n  export ");
	add_clean(out, variable);
	(void)buf_addf(out, "=%s\n", is_key ? "YOUR-KEY" : p->kind->base_url);
	if (is_key && w->app->config->file != NULL) {
		(void)buf_addf(out, "Or by a password manager, in ");
		add_clean(out, w->app->config->file);
		(void)buf_addf(out, ":\n  providers: {%s: {api_key_command: pass %s}}\n", p->name, p->name);
	}
}

char *welcome_row_target(const struct welcome_row *r)
{
	const struct ollama_answer *a = r->ask != NULL ? ollama_ask_answer(r->ask) : NULL;

	if (!is_ready(r)) {
		return NULL;
	}
	return x_asprintf("%s/%s", r->entry->name, a != NULL ? a->models[0] : r->entry->kind->usual_model);
}

/* -- the demo ------------------------------------------------------------------------------------------------------------------------- */

struct app *welcome_demo(struct welcome *w, struct err *e)
{
	if (w->demo == NULL) {
		w->demo = demo_new(w->app->loop, e);
		if (w->demo == NULL) {
			return NULL;
		}
		demo_begin_past(w->demo);
	}
	return w->demo->app;
}
