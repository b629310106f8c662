#include "app/play_prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "text/clean.h"

#define N_FORMS 2 /* tools and the form of the answer, which are counted behind the messages */

/* Which messages one sees and edits as the two parts of a prompt, and which stand between. */
static void find_parts(struct play_prompt *p)
{
	const struct filled *f = &p->filled;
	size_t end = f->n_messages;

	p->system = p->user = "";
	if (end > 0 && f->messages[0].role == ROLE_SYSTEM) {
		p->system = f->messages[0].text;
		p->between = 1;
	}
	if (end > p->between && f->messages[end - 1].role == ROLE_USER) {
		p->user = f->messages[--end].text;
	}
	p->n_between = end - p->between;
}

static void find_tools(struct play_prompt *p)
{
	const json_t *list = json_object_get(p->filled.body, "tools");
	struct buf names = { 0 };

	p->n_tools = json_array_size(list);
	for (size_t i = 0; i < p->n_tools; i++) {
		const char *name = json_get_string(json_object_get(json_array_get(list, i), "function"), "name", NULL);

		(void)buf_addf(&names, "%s%s", i > 0 ? ", " : "", name != NULL ? name : "?");
	}
	p->tools = names.len > 0 ? clean_line(names.s, names.len, 0) : NULL;
	buf_free(&names);
}

struct play_prompt *play_prompt_new(const char *name, int number, const char *hash, char *tags, const struct filled *filled)
{
	struct play_prompt *p = x_calloc(1, sizeof(*p));
	struct buf unsent = { 0 };
	struct err e;

	p->refs = 1;
	p->name = x_strdup(name);
	p->number = number;
	(void)snprintf(p->hash, sizeof(p->hash), "%s", hash);
	p->tags = tags;
	p->filled = *filled;
	find_parts(p);
	find_tools(p);
	chat_params_init(&p->params);
	(void)!filled_params(&p->filled, NULL, &p->params, &unsent, &e); /* each column tells what is wrong */
	buf_free(&unsent);
	return p;
}

struct play_prompt *play_prompt_ref(struct play_prompt *p)
{
	if (p != NULL) {
		p->refs++;
	}
	return p;
}

void play_prompt_unref(struct play_prompt *p)
{
	if (p != NULL && --p->refs == 0) {
		for (size_t i = 0; p->counts != NULL && i < p->filled.n_messages + N_FORMS; i++) {
			live_count_free(p->counts[i]);
		}
		free(p->counts);
		filled_free(&p->filled);
		free(p->name);
		free(p->tags);
		free(p->tools);
		chat_params_free(&p->params);
		free(p);
	}
}

void play_prompt_count(struct play_prompt *p, struct app *app)
{
	if (p == NULL || p->counts != NULL) {
		return;
	}
	const char *forms[N_FORMS] = { p->filled.tools_json, p->filled.schema_json };
	size_t n = p->filled.n_messages;

	p->counts = x_calloc(n + N_FORMS, sizeof(*p->counts));
	for (size_t i = 0; i < n + N_FORMS; i++) {
		const struct message *m = &p->filled.messages[i < n ? i : 0];
		const char *text = i >= n ? forms[i - n] : m->text[0] == '\0' ? m->calls_json : m->text;

		p->counts[i] = live_count_new(app);
		live_count_set(p->counts[i], text != NULL ? text : "");
	}
}

void play_prompt_weigh(const struct play_prompt *p, bool has_parts, const struct counter *c, struct request_text *r)
{
	size_t n = p->filled.n_messages, first = has_parts ? 0 : p->between, end = has_parts ? n : p->between + p->n_between;

	for (size_t i = 0; p->counts != NULL && i < n + N_FORMS; i++) {
		if (i >= n || (i >= first && i < end)) {
			r->is_guess |= !live_count_weigh(p->counts[i], &c->by, &r->weight);
			r->is_guess |= i < n && (p->filled.messages[i].calls_json != NULL || p->filled.messages[i].role == ROLE_TOOL);
		}
	}
	r->n_messages += end - first;
	r->is_guess |= p->filled.tools_json != NULL || p->filled.schema_json != NULL; /* each provider has a way of its own to put them in */
}

const char *play_prompt_name(const struct play_prompt *p, char out[PLAY_PROMPT_NAME_SIZE])
{
	if (p->number > 0) {
		(void)snprintf(out, PLAY_PROMPT_NAME_SIZE, "%s@v%d", p->name, p->number);
	} else {
		(void)snprintf(out, PLAY_PROMPT_NAME_SIZE, "%s", p->name != NULL ? p->name : "");
	}
	return out;
}

/* ---- from the registry ---- */

struct play_prompt *play_prompt_fill(struct registry *r, const struct version_row *v, const char *label, const json_t *values, struct err *e)
{
	struct template_error why;
	struct rendered rendered;
	struct filled filled;

	if (!version_render(r, v, values, false, &rendered, &why)) {
		if (why.kind == TEMPLATE_UNDEFINED) { /* its place is nothing that one mends here */
			(void)err_set(e, ERR_TEMPLATE, "%.*s: %s", (int)strcspn(why.template, " "), why.template, why.message);
			(void)err_hint(e, ":var NAME=VALUE gives it a value");
		} else {
			(void)template_error_err(&why, e);
		}
		return NULL;
	}
	bool ok = filled_from_version(v, &rendered, &filled, e);

	rendered_free(&rendered);
	return ok ? play_prompt_new(v->name, v->number, v->hash, filled_tags(label, v->number), &filled) : NULL;
}

struct play_prompt *play_prompt_read(const char *dir, const char *ref, const json_t *values, struct err *e)
{
	struct registry *r = registry_open(dir, false, e);
	struct version_row v = { 0 };
	struct play_prompt *p = NULL;
	char *label = NULL;

	if (r != NULL && version_resolve(r, ref, NULL, &v, &label, e)) {
		p = play_prompt_fill(r, &v, label, values, e);
		version_free(&v);
	}
	free(label);
	registry_close(r);
	return p;
}

/* ---- kept ---- */

json_t *play_prompt_json(const struct play_prompt *p)
{
	json_t *o = json_pack("{s:i, s:s, s:O}", "version", p->number, "hash", p->hash, "body", p->filled.body);

	if (p->name != NULL) {
		(void)json_object_set_new(o, "name", json_string(p->name));
	}
	if (p->tags != NULL) {
		(void)json_object_set_new(o, "tags", json_string(p->tags));
	}
	return o;
}

char *play_prompt_text(const struct play_prompt *p)
{
	json_t *kept = play_prompt_json(p);
	char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(kept);
	return text;
}

struct play_prompt *play_prompt_from_json(const json_t *object)
{
	const char *name = json_get_string(object, "name", NULL), *hash = json_get_string(object, "hash", NULL), *tags = json_get_string(object, "tags", NULL);
	json_t *body = json_object_get(object, "body");
	struct filled filled;
	struct err e;

	if (!json_is_object(body) || !filled_from_body(json_incref(body), "the prompt", &filled, &e)) {
		return NULL;
	}
	return play_prompt_new(name, (int)known_or(json_get_int(object, "version"), 0), hash != NULL ? hash : "", tags != NULL ? x_strdup(tags) : NULL, &filled);
}

struct play_prompt *play_prompt_from_text(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	struct play_prompt *p = play_prompt_from_json(object);

	json_decref(object);
	return p;
}
