#include "gateway/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"
#include "gateway/provider_entry.h"
#include "gateway/route.h"

#define MODEL_MOST 256

/* Models that are named so belong to a kind even when the price table does not list them. */
static const struct {
	const char *prefix, *kind;
} prefixes[] = {
	{ "gpt-", "openai" },       { "o1", "openai" },     { "o3", "openai" }, { "o4", "openai" },
	{ "claude-", "anthropic" }, { "gemini-", "gemini" },
};

static const struct provider *kind_of_model(const struct config *c, const char *model)
{
	const struct price *price = price_find(c->prices, NULL, model);

	for (size_t i = 0; price != NULL && i < n_providers; i++) {
		if (providers[i]->price_name != NULL && strcmp(providers[i]->price_name, price->provider) == 0) {
			return providers[i];
		}
	}
	for (size_t i = 0; price == NULL && i < COUNT_OF(prefixes); i++) {
		size_t n = strlen(prefixes[i].prefix);
		bool is_open = prefixes[i].prefix[n - 1] == '-'; /* else the name ends here, or goes on with "-" */

		if (strncmp(model, prefixes[i].prefix, n) == 0 && (is_open || model[n] == '\0' || model[n] == '-')) {
			return provider_find(prefixes[i].kind);
		}
	}
	return NULL;
}

/* The entry that a bare model goes to: the one named like its kind, or else the only listed one at the kind's own address. */
static struct provider_entry *entry_of_kind(const struct config *c, const struct provider *kind)
{
	struct provider_entry *own = config_find_provider(c, kind->kind), *other = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n_providers; i++) {
		struct provider_entry *p = c->providers[i];

		if (p == own) {
			return own;
		}
		if (p->kind == kind && strcmp(p->base_url, kind->base_url) == 0) {
			other = p;
			n++;
		}
	}
	return n == 1 ? other : own;
}

static bool is_model(const char *model)
{
	size_t len = strnlen(model, MODEL_MOST + 1);

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)model[i] <= ' ' || model[i] == 0x7f) {
			return false;
		}
	}
	return len > 0 && len <= MODEL_MOST;
}

static struct target *target_new(const char *name, const struct provider_entry *p, const char *model)
{
	struct target *t = x_calloc(1, sizeof(*t));

	t->name = name != NULL ? x_strdup(name) : x_asprintf("%s/%s", p->name, model);
	t->provider = p;
	t->model = x_strdup(model);
	chat_params_init(&t->params);
	return t;
}

static void offer_all(const struct config *c, struct near_best *best, const char *word, bool with_aliases)
{
	for (size_t i = 0; with_aliases && i < c->n_aliases; i++) {
		near_offer(best, word, c->aliases[i]->name);
	}
	for (size_t i = 0; i < c->n_providers; i++) {
		near_offer(best, word, c->providers[i]->name);
	}
	for (size_t i = 0; i < c->n_unlisted; i++) {
		near_offer(best, word, c->unlisted[i]->name);
	}
}

static bool is_alias(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_aliases; i++) {
		if (strcmp(c->aliases[i]->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static void list_known(const struct config *c, struct buf *out)
{
	const char *before = "; set up: ";

	for (size_t i = 0; i < c->n_aliases; i++, before = ", ") {
		(void)buf_addf(out, "%s%s", before, c->aliases[i]->name);
	}
	for (size_t i = 0; i < c->n_providers; i++, before = ", ") {
		(void)buf_addf(out, "%s%s/MODEL", before, c->providers[i]->name);
	}
}

/* The hint names what is near, in the form it would be written. */
static bool unknown(const struct config *c, const char *text, size_t prefix, struct err *e)
{
	struct near_best best = { 0 };
	struct buf hint = { 0 };
	char shown[ERR_QUOTE_SIZE], shown_model[ERR_QUOTE_SIZE];
	char *word = x_strndup(text, prefix);
	const char *model = text[prefix] != '\0' && text[prefix + 1] != '\0' ? text + prefix + 1 : "MODEL";

	if (text[prefix] != '\0') {
		(void)err_set(e, ERR_CONFIG, "no provider is called \"%s\"", err_quote(word, shown));
	} else {
		(void)err_set(e, ERR_CONFIG, "no alias or model is called \"%s\"", err_quote(word, shown));
	}
	offer_all(c, &best, word, text[prefix] == '\0');
	for (size_t i = 0; i < best.n; i++) {
		(void)buf_add_str(&hint, i == 0 ? "did you mean " : " or ");
		(void)buf_add_str(&hint, best.names[i]);
		if (!is_alias(c, best.names[i]) || text[prefix] != '\0') {
			(void)buf_addf(&hint, "/%s", err_quote(model, shown_model));
		}
	}
	if (best.n == 0) {
		(void)buf_add_str(&hint, "write PROVIDER/MODEL; `sonde models` lists them");
		list_known(c, &hint);
	}
	(void)err_hint(e, "%s%s", buf_str(&hint), best.n > 0 ? "?" : "");
	buf_free(&hint);
	free(word);
	return false;
}

struct target *target_of_model(const struct config *c, const char *text, struct err *e)
{
	size_t prefix = strcspn(text, "/:");
	char *name = x_strndup(text, prefix);
	struct provider_entry *p = config_find_provider(c, name);
	const char *model = text[prefix] != '\0' ? text + prefix + 1 : "";
	struct target *t = NULL;

	if (p != NULL && !is_model(model)) {
		(void)err_set(e, ERR_CONFIG, "\"%s\" names no model", name);
		(void)err_hint(e, "write %s/MODEL, without blanks; `sonde models` lists some", name);
		goto out;
	}
	if (p == NULL && is_model(text)) {
		const struct provider *kind = kind_of_model(c, text);

		p = kind != NULL ? entry_of_kind(c, kind) : NULL;
		model = text;
	}
	if (p == NULL) {
		(void)unknown(c, text, prefix, e);
		goto out;
	}
	t = target_new(NULL, p, model);
out:
	free(name);
	return t;
}

struct target *target_copy_alone(const struct target *t)
{
	struct target *copy = target_new(t->name, t->provider, t->model);

	chat_params_free(&copy->params);
	chat_params_copy(&copy->params, &t->params);
	copy->system = x_strdup(t->system);
	copy->caches = t->caches;
	return copy;
}

struct target *target_copy(const struct target *t)
{
	struct target *copy = target_copy_alone(t);

	copy->fallback = x_calloc(t->n_fallback + 1, sizeof(*copy->fallback));
	for (size_t i = 0; i < t->n_fallback; i++) {
		copy->fallback[copy->n_fallback++] = target_copy_alone(t->fallback[i]);
	}
	return copy;
}

void target_free(struct target *t)
{
	if (t == NULL) {
		return;
	}
	for (size_t i = 0; i < t->n_fallback; i++) {
		target_free(t->fallback[i]);
	}
	free(t->fallback);
	chat_params_free(&t->params);
	free(t->name);
	free(t->model);
	free(t->system);
	free(t);
}

static const struct target *find_alias(const struct config *c, const char *text)
{
	size_t prefix = strcspn(text, "/:");
	char *name = x_strndup(text, prefix);
	bool is_provider = text[prefix] != '\0' && config_find_provider(c, name) != NULL;

	free(name);
	for (size_t i = 0; !is_provider && i < c->n_aliases; i++) {
		if (strcmp(c->aliases[i]->name, text) == 0) {
			return c->aliases[i];
		}
	}
	return NULL;
}

struct target *target_find(const struct config *c, const char *text, struct err *e)
{
	const struct target *alias = find_alias(c, text);

	if (route_is_auto(c, text)) {
		(void)err_set(e, ERR_CONFIG, "auto is not one target: it is chosen for each request");
		(void)err_hint(e, "use it in Play or sonde run -m auto");
		return NULL;
	}
	return alias != NULL ? target_copy(alias) : target_of_model(c, text, e);
}

struct target *target_resolve(const struct config *c, const char *text, struct err *e)
{
	struct target *t = target_find(c, text, e);

	if (t == NULL) {
		return NULL;
	}
	const struct provider_entry *p = t->provider;
	/* With fallbacks it is a failure of the call, which goes on with them. */
	if (p->key == NULL && p->key_command == NULL && !p->is_key_optional && t->n_fallback == 0) {
		(void)provider_entry_no_key(p, c->file, e);
		target_free(t);
		return NULL;
	}
	return t;
}
