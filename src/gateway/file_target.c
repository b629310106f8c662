/* The section `targets` of the configuration file. */
#include "gateway/file_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/target.h"

/* What the file says of one alias. */
struct draft {
	char *model, *system;
	struct chat_params params;
	bool caches;
	const struct yaml_node *model_node;
};

static void set_param(struct reader *r, const struct key *k, const struct value *v, const struct yaml_node *item, struct draft *d)
{
	struct err e;

	if (item->type != YAML_SCALAR || item->text[0] == '\0') {
		problem(r, item, "%s must be a %s, not %s", v->path, k->choices, item->type == YAML_SCALAR ? "nothing" : kind_of(item));
	} else if (!chat_params_set(&d->params, k->name, item->text, &e)) {
		problem(r, item, "%.*s: %s", (int)(strlen(v->path) - strlen(k->name) - 1), v->path, e.text); /* e names the parameter */
	}
}

/* The parameters know their own ranges; `choices` of the row is the word for the type. */
static void read_param(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	if (v->node->type == YAML_SCALAR && v->node->is_quoted) {
		problem(r, v->node, "%s must be a %s, not a text; leave out the quotes", v->path, k->choices);
	} else {
		set_param(r, k, v, v->node, into);
	}
}

static void read_stop(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	if (v->node->type != YAML_LIST) {
		set_param(r, k, v, v->node, into);
		return;
	}
	for (size_t i = 0; i < v->node->n; i++) {
		set_param(r, k, v, v->node->items[i], into);
	}
}

static void read_model(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct draft *d = into;

	d->model_node = v->node;
	read_text(r, k, v, into);
}

/* What the names mean is read when all targets are known. */
static void read_fallback(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	(void)k;
	(void)into;
	if (v->node->type != YAML_LIST) {
		problem(r, v->node, "%s must be a list such as \"[openai/gpt-5, fast]\", not %s", v->path, kind_of(v->node));
	}
}

static const struct key target_keys[] = {
	{ .name = "model", .read = read_model, .offset = offsetof(struct draft, model), .help = "PROVIDER/MODEL; required" },
	{ .name = "temperature", .read = read_param, .choices = "number", .help = "sent as it is; not set: the provider's default" },
	{ .name = "top_p", .read = read_param, .choices = "number", .help = "the same" },
	{ .name = "max_tokens", .read = read_param, .choices = "whole number", .help = "most output tokens" },
	{ .name = "seed", .read = read_param, .choices = "whole number", .help = "for providers that take one" },
	{ .name = "stop", .read = read_stop, .choices = "text or a list of texts", .help = "the answer ends before any of these" },
	{ .name = "system", .read = read_text, .offset = offsetof(struct draft, system), .help = "system prompt" },
	{ .name = "cache", .read = read_switch, .offset = offsetof(struct draft, caches), .choices = "on|off",
	  .help = "on: a request that was answered before is answered from the store, at no cost; default off" },
	{ .name = "fallback", .read = read_fallback,
	  .help = "targets tried in this order when it fails before any text: `[PROVIDER/MODEL, ALIAS]`" },
};
const struct key_table target_key_table = { "targets.NAME", target_keys, COUNT_OF(target_keys) };

/* Whether the file has a provider of that name, if only a broken one: then that has been told and is the cause. */
static bool is_told_provider(const struct reader *r, const char *model)
{
	char *name = x_strndup(model, strcspn(model, "/:"));
	bool is_told = yaml_get(yaml_get(r->root, "providers"), name) != NULL;

	free(name);
	return is_told;
}

static bool check_name(struct reader *r, const struct value *v)
{
	const char *name = v->key->text;
	size_t len = strlen(name), prefix = strcspn(name, "/:");

	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~') {
			len = 0; /* as bad as none */
		}
	}
	if (len == 0 || len > NAME_MOST) {
		problem(r, v->key, "%s: an alias is up to %d printable ASCII characters without blanks", v->path, NAME_MOST);
		return false;
	}
	if (name[prefix] != '\0') {
		char *provider = x_strndup(name, prefix);
		bool is_hidden = config_find_provider(r->c, provider) != NULL;

		free(provider);
		if (is_hidden) {
			problem(r, v->key, "%s: this alias can never be used, it reads as a model of a provider; rename it", v->path);
			return false;
		}
	}
	return true;
}

static void add_alias(struct reader *r, const struct value *v, struct draft *d)
{
	struct err e;
	struct target *t = target_of_model(r->c, d->model, &e);

	if (t == NULL) {
		if (!is_told_provider(r, d->model) || strchr(d->model, '/') == NULL) {
			problem(r, d->model_node, "%s: %s; %s", v->path, e.text, e.hint);
		}
		return;
	}
	free(t->name);
	t->name = x_strdup(v->key->text);
	chat_params_free(&t->params);
	t->params = d->params;
	chat_params_init(&d->params);
	t->system = d->system;
	d->system = NULL;
	t->caches = d->caches;
	*array_push(r->c->aliases, r->c->n_aliases, r->c->cap_aliases) = t;
}

static void read_target(struct reader *r, const struct value *v)
{
	struct draft d = { 0 };
	const struct yaml_node *map = as_map(r, v, "model: openai/gpt-5");

	chat_params_init(&d.params);
	if (map != NULL) {
		read_keys(r, map, v->path, target_keys, COUNT_OF(target_keys), &d);
	}
	bool is_name_good = check_name(r, v);
	if (d.model_node == NULL && (map != NULL || is_nothing(v->node))) {
		problem(r, v->key, "%s has no model; add model: PROVIDER/MODEL", v->path);
	}
	if (is_name_good && d.model != NULL) {
		add_alias(r, v, &d);
	}
	chat_params_free(&d.params);
	free(d.model);
	free(d.system);
}

void read_targets(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	(void)k;
	(void)into;
	read_names(r, v, "fast: {model: openai/gpt-5-mini}", read_target);
	if (v->node->type == YAML_MAP) {
		read_fallbacks(r, v->node);
	}
}
