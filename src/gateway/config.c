#include "gateway/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/xdg.h"
#include "gateway/config_file.h"
#include "gateway/kept_prices.h"
#include "gateway/provider_entry.h"

#define FILE_MOST ((size_t)4 << 20)

static void collect(struct config *c, const struct err *e)
{
	*array_push(c->problems, c->n_problems, c->cap_problems) = *e;
}

static const char *first_set(const struct provider *kind)
{
	for (size_t i = 0; i < COUNT_OF(kind->key_env) && kind->key_env[i] != NULL; i++) {
		const char *v = getenv(kind->key_env[i]);

		if (v != NULL && v[0] != '\0') {
			return kind->key_env[i];
		}
	}
	const char *v = kind->base_url_env != NULL ? getenv(kind->base_url_env) : NULL;
	return v != NULL && v[0] != '\0' ? kind->base_url_env : NULL;
}

static void read_environment(struct config *c)
{
	for (size_t i = 0; i < n_providers; i++) {
		struct provider_entry *p = provider_entry_new(providers[i]->kind, providers[i]);
		const char *found = first_set(providers[i]);
		struct err e;

		if (!provider_entry_take_env_key(p, &e)) {
			collect(c, &e);
		}
		/* A version is told only to those who use the kind: others may have the variable for another program. */
		if (!provider_entry_take_env_url(p, &e) || (!provider_entry_take_version(p, NULL, &e) && found != NULL)) {
			collect(c, &e);
			provider_entry_block(p); /* the default address would be a surprise */
		} else {
			provider_entry_settle(p);
		}
		if (found != NULL) {
			free(p->origin);
			p->origin = x_asprintf("%s in the environment", found);
			*array_push(c->providers, c->n_providers, c->cap_providers) = p;
		} else {
			*array_push(c->unlisted, c->n_unlisted, c->cap_unlisted) = p;
		}
	}
}

/* must_exist: it was named, so that its absence is a mistake. */
static void read_config(struct config *c, bool must_exist)
{
	const char *slash = strrchr(c->file, '/');
	bool is_missing;
	struct buf text;
	struct err e;

	buf_init(&text, FILE_MOST);
	if (file_read(c->file, &text, &is_missing, &e)) {
		config_file_read(c, slash != NULL ? slash + 1 : c->file, buf_str(&text), text.len);
	} else if (!is_missing || must_exist) {
		e.code = ERR_CONFIG;
		(void)err_prefix(&e, "configuration");
		(void)err_hint(&e, "%s, or %s to do without", is_missing ? "write that file" : "make it a readable file",
		    must_exist ? "unset SONDE_CONFIG" : "move it away");
		collect(c, &e);
	}
	c->file_exists = !is_missing;
	buf_free(&text);
}

static void read_kept_prices(struct config *c)
{
	char *dir = xdg_data_dir();
	bool is_used = false;

	if (dir != NULL && kept_prices_load(c->prices, dir, &is_used, &c->price_err)) {
		c->price_err = (struct err){ 0 };
	}
	c->price_file = is_used ? x_asprintf("%s/prices.json", dir) : NULL;
	free(dir);
}

struct config *config_new(void)
{
	struct config *c = x_calloc(1, sizeof(*c));

	c->prices = price_table_new();
	options_init(&c->options);
	return c;
}

struct config *config_load(const char *file)
{
	struct config *c = config_new();
	const char *named = getenv("SONDE_CONFIG");

	c->file = file != NULL ? x_strdup(file) : xdg_config_file();
	read_environment(c);
	read_kept_prices(c);
	options_take_environment(&c->options);
	if (c->file != NULL) {
		read_config(c, file != NULL || (named != NULL && named[0] != '\0'));
	}
	return c;
}

void config_free(struct config *c)
{
	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < c->n_aliases; i++) {
		target_free(c->aliases[i]);
	}
	for (size_t i = 0; i < c->n_providers; i++) {
		provider_entry_free(c->providers[i]);
	}
	for (size_t i = 0; i < c->n_unlisted; i++) {
		provider_entry_free(c->unlisted[i]);
	}
	for (size_t i = 0; i < c->n_alerts; i++) {
		alert_rule_free(c->alerts[i]);
	}
	for (size_t i = 0; i < ENCODING_COUNT; i++) {
		free(c->rank_files[i]);
	}
	for (size_t i = 0; i < ROUTE_LEVELS; i++) {
		free(c->route[i]);
	}
	price_table_free(c->prices);
	free(c->price_file);
	redact_free(c->store.redact);
	free(c->alerts);
	for (size_t i = 0; i < c->n_protected; i++) {
		free(c->protected_labels[i]);
	}
	free(c->protected_labels);
	free(c->aliases);
	free(c->providers);
	free(c->unlisted);
	free(c->problems);
	free(c->file);
	free(c);
}

bool config_check(const struct config *c, struct err *e)
{
	if (c->n_problems == 0) {
		return true;
	}
	if (e != NULL) {
		*e = c->problems[0];
		e->code = ERR_CONFIG;
	}
	if (c->n_problems == 1) {
		return e != NULL && e->hint[0] == '\0' ? err_hint(e, "`sonde doctor` shows what is set up") : false;
	}
	return err_hint(e, "and %zu more; `sonde doctor` lists them all", c->n_problems - 1);
}

static struct provider_entry *find(struct provider_entry *const *entries, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(entries[i]->name, name) == 0) {
			return entries[i];
		}
	}
	return NULL;
}

bool config_protects(const struct config *c, const char *label)
{
	for (size_t i = 0; i < c->n_protected; i++) {
		if (strcmp(c->protected_labels[i], label) == 0) {
			return true;
		}
	}
	return false;
}

struct provider_entry *config_find_provider(const struct config *c, const char *name)
{
	struct provider_entry *p = find(c->providers, c->n_providers, name);

	return p != NULL ? p : find(c->unlisted, c->n_unlisted, name);
}

void config_list_provider(struct config *c, struct provider_entry *p)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_unlisted; i++) {
		if (c->unlisted[i] != p) {
			c->unlisted[n++] = c->unlisted[i];
		}
	}
	c->n_unlisted = n;
	if (find(c->providers, c->n_providers, p->name) == NULL) {
		*array_push(c->providers, c->n_providers, c->cap_providers) = p;
	}
}

struct provider_entry *config_add_provider(struct config *c, const char *name, const char *kind, const char *base_url, const char *key,
    const char *origin)
{
	struct provider_entry *p = config_find_provider(c, name);

	if (p == NULL) {
		p = provider_entry_new(name, provider_find(kind));
	} else {
		provider_entry_reset(p, provider_find(kind)); /* in place: aliases point at it */
	}
	free(p->base_url);
	p->base_url = x_strdup(base_url);
	free(p->origin);
	p->origin = x_strdup(origin);
	p->key = x_strdup(key);
	p->is_key_optional = true;
	config_list_provider(c, p);
	return p;
}
