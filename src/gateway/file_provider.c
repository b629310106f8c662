/* The section `providers` of the configuration file. */
#include "gateway/file_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"
#include "gateway/base_url.h"
#include "gateway/config_file.h"
#include "gateway/provider_entry.h"

static bool is_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= NAME_MOST && text[n] == '\0';
}

/* What a file says of one provider, before it is put together. */
struct draft {
	const struct provider *kind;
	char *base_url, *key_env, *key_command, *api_version;
	char **headers;
	int timeout_s, max_in_flight;
	bool is_broken; /* without it the rest means nothing */
};

static void kinds_text(struct buf *out)
{
	for (size_t i = 0; i < n_providers; i++) {
		(void)buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == n_providers ? " or " : ", ", providers[i]->kind);
	}
}

static void read_kind(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct draft *d = into;
	char shown[ERR_QUOTE_SIZE];
	struct near_best best = { 0 };
	const char *text = as_text(r, v);

	(void)k;
	d->kind = text != NULL ? provider_find(text) : NULL;
	d->is_broken = d->kind == NULL;
	if (text == NULL || d->kind != NULL) {
		return;
	}
	struct buf kinds = { 0 };
	kinds_text(&kinds);
	for (size_t i = 0; i < n_providers; i++) {
		near_offer(&best, text, providers[i]->kind);
	}
	if (best.n > 0) {
		problem(r, v->node, "unknown kind \"%s\"; did you mean %s?", err_quote(text, shown), best.names[0]);
	} else {
		problem(r, v->node, "unknown kind \"%s\"; known kinds: %s", err_quote(text, shown), buf_str(&kinds));
	}
	buf_free(&kinds);
}

static void read_base_url(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct draft *d = into;
	const char *text = as_text(r, v), *why;

	(void)k;
	if (text == NULL) {
		d->is_broken = true;
		return;
	}
	d->base_url = base_url_clean(text, &why);
	if (d->base_url == NULL) {
		problem(r, v->node, "%s %s", v->path, why);
		d->is_broken = true; /* the default address would be a surprise */
	}
}

/* A pasted key often looks like a name of a variable; only upper case, as all such names are, or what is really set, is believed. */
static bool is_variable(const char *text)
{
	size_t upper = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (text[0] >= '0' && text[0] <= '9') {
		return false;
	}
	return (text[upper] == '\0' && upper <= NAME_MOST) || (strchr(text, '=') == NULL && getenv(text) != NULL);
}

static void read_key_env(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char **to = key_field(into, k);
	const char *text = as_text(r, v);

	if (text != NULL && !is_variable(text)) {
		problem(r, v->node, "%s must be the name of an environment variable, such as OPENAI_API_KEY, not the key itself", v->path);
	} else if (text != NULL) {
		free(*to);
		*to = x_strdup(text);
	}
}

static void read_api_version(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char **to = key_field(into, k);
	const char *text = as_text(r, v);

	if (text != NULL && !api_version_is(text)) {
		problem(r, v->node, "%s must be a version of the API, such as 2024-10-21", v->path);
	} else if (text != NULL) {
		free(*to);
		*to = x_strdup(text);
	}
}

/* Headers that sonde sets, and those that carry keys. */
static const struct {
	const char *name, *why;
} refused_headers[] = {
	{ "authorization", "keys belong in api_key_env" },
	{ "proxy-authorization", "put it in the address of the proxy in the environment" },
	{ "x-api-key", "keys belong in api_key_env" },
	{ "x-goog-api-key", "keys belong in api_key_env" },
	{ "api-key", "keys belong in api_key_env" },
	{ "content-type", "sonde sets it" },
	{ "content-length", "sonde sets it" },
	{ "transfer-encoding", "sonde sets it" },
	{ "connection", "sonde sets it" },
	{ "host", "it follows from base_url" },
};

/* Why the header cannot be sent, or NULL. */
static const char *wrong_with_header(const char *name, const struct yaml_node *value)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	if (name[0] == '\0' || name[strspn(name, token)] != '\0') {
		return "is no header name; letters, digits and - only";
	}
	for (size_t i = 0; i < COUNT_OF(refused_headers); i++) {
		if (strcasecmp(refused_headers[i].name, name) == 0) {
			return refused_headers[i].why;
		}
	}
	if (value->type != YAML_SCALAR || value->text[0] == '\0') {
		return "must be a text";
	}
	for (const char *s = value->text; *s != '\0'; s++) {
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f) {
			return "must not hold a line break or control character";
		}
	}
	return strlen(value->text) > VALUE_MOST ? "is longer than 8192 bytes" : NULL;
}

static void read_headers(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char ***to = key_field(into, k);
	const struct yaml_node *map = as_map(r, v, "X-Team: search");
	size_t n = 0;

	if (map == NULL) {
		return;
	}
	*to = x_calloc(map->n + 1, sizeof(**to));
	for (size_t i = 0; i < map->n; i++) {
		const char *name = map->keys[i]->text;
		const char *why = wrong_with_header(name, map->items[i]);
		char shown[ERR_QUOTE_SIZE];

		if (why != NULL) {
			problem(r, map->keys[i], "%s: the header \"%s\" is refused: %s", v->path, err_quote(name, shown), why);
		} else {
			(*to)[n++] = x_asprintf("%s: %s", name, map->items[i]->text);
		}
	}
}

#define NO_LITERAL_KEY "is refused: put the key in the environment and its variable's name in api_key_env"

static const struct key provider_keys[] = {
	{ .name = "kind", .read = read_kind, .help = "the wire format: a kind of the table of providers; may be left out when NAME is one" },
	{ .name = "base_url", .read = read_base_url, .help = "where requests go; default: the address of the kind" },
	{ .name = "api_key_env", .read = read_key_env, .offset = offsetof(struct draft, key_env),
	  .help = "the name of the variable that holds the key; default: the variables of the kind" },
	{ .name = "api_key_command", .read = read_text, .offset = offsetof(struct draft, key_command),
	  .help = "a shell command that prints the key; run at the first use" },
	{ .name = "api_version", .read = read_api_version, .offset = offsetof(struct draft, api_version),
	  .help = "of kinds that want one (azure); default: OPENAI_API_VERSION, else 2024-10-21" },
	{ .name = "headers", .read = read_headers, .offset = offsetof(struct draft, headers),
	  .help = "a map of further request headers; those that carry keys are refused" },
	{ .name = "timeout_s", .read = read_number, .offset = offsetof(struct draft, timeout_s), .lo = 1, .hi = 3600,
	  .help = "seconds until the first byte of an answer; default 120" },
	{ .name = "max_in_flight", .read = read_number, .offset = offsetof(struct draft, max_in_flight), .lo = 1, .hi = 1000,
	  .help = "calls at once, further ones wait; default: no limit" },
	{ .name = "api_key", .refusal = NO_LITERAL_KEY },
	{ .name = "apikey", .refusal = NO_LITERAL_KEY },
	{ .name = "key", .refusal = NO_LITERAL_KEY },
	{ .name = "token", .refusal = NO_LITERAL_KEY },
};
const struct key_table provider_key_table = { "providers.NAME", provider_keys, COUNT_OF(provider_keys) };

static const struct yaml_node *key_node(const struct yaml_node *map, const char *key)
{
	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->keys[i]->text, key) == 0) {
			return map->keys[i];
		}
	}
	return NULL;
}

static void check_one_key(struct reader *r, const struct yaml_node *map, const char *path, struct draft *d)
{
	const struct yaml_node *env = key_node(map, "api_key_env"), *command = key_node(map, "api_key_command");

	if (env == NULL || command == NULL) {
		return;
	}
	bool is_command_first = command->line < env->line || (command->line == env->line && command->column < env->column);
	problem(r, is_command_first ? env : command, "%s has both api_key_env and api_key_command; keep one of them", path);
	free(d->key_command);
	d->key_command = NULL;
}

/* Settles which kind it is; false: told, or known to be broken. */
static bool check_kind(struct reader *r, const struct yaml_node *key, const char *path, struct draft *d)
{
	const struct provider *own = provider_find(key->text);
	struct buf kinds = { 0 };

	if (d->kind == NULL && !d->is_broken && own == NULL) {
		kinds_text(&kinds);
		problem(r, key, "%s has no kind; add kind: %s", path, buf_str(&kinds));
		buf_free(&kinds);
		return false;
	}
	if (d->kind != NULL && own != NULL && d->kind != own) {
		problem(r, key, "%s must be of kind %s, whose name it has; give it another name", path, own->kind);
		return false;
	}
	d->kind = d->kind != NULL ? d->kind : own;
	return !d->is_broken;
}

static void take_key(struct reader *r, const struct yaml_node *map, struct provider_entry *p, struct draft *d, bool is_own_kind)
{
	struct err e;

	if (d->key_env != NULL) {
		if (!provider_entry_take_key(p, d->key_env, &e)) {
			problem(r, yaml_get(map, "api_key_env"), "%s", e.text);
		}
	} else if (d->key_command != NULL) {
		p->key_command = d->key_command;
		d->key_command = NULL;
	} else if (is_own_kind || d->base_url == NULL) {
		(void)provider_entry_take_env_key(p, NULL); /* told when the environment was read */
	}
}

/* The variables of a kind count for the entry of its name and for others that go to the same address; a key is never sent elsewhere. */
static void add_entry(struct reader *r, const struct yaml_node *key, const struct yaml_node *map, struct draft *d)
{
	bool is_own_kind = provider_find(key->text) == d->kind;
	struct provider_entry *p = config_find_provider(r->c, key->text);

	if (p == NULL) {
		p = provider_entry_new(key->text, d->kind);
	} else {
		provider_entry_reset(p, d->kind);
	}
	take_key(r, map, p, d, is_own_kind);
	if (d->base_url != NULL) {
		free(p->base_url);
		p->base_url = d->base_url;
		d->base_url = NULL;
	} else {
		(void)provider_entry_take_env_url(p, NULL);
	}
	free(p->origin);
	p->origin = x_asprintf("%s:%d", r->name, key->line);
	p->headers = d->headers;
	d->headers = NULL;
	p->first_byte_ms = d->timeout_s > 0 ? d->timeout_s * 1000 : p->first_byte_ms;
	p->max_in_flight = d->max_in_flight;
	if (d->api_version != NULL && d->kind->api_version == NULL) {
		problem(r, key_node(map, "api_version"), "providers.%s.api_version: the kind %s has none; leave it out", key->text, d->kind->kind);
	}
	(void)provider_entry_take_version(p, d->api_version, NULL); /* told when the environment was read */
	provider_entry_settle(p);
	config_list_provider(r->c, p);
}

/* What the environment made of a broken entry is not used either: the file meant another address, or another key. */
static void block_entry(struct reader *r, const struct yaml_node *key)
{
	struct provider_entry *p = config_find_provider(r->c, key->text);

	if (p != NULL) {
		provider_entry_block(p);
		free(p->origin);
		p->origin = x_asprintf("%s:%d", r->name, key->line);
	}
}

static void draft_free(struct draft *d)
{
	for (size_t i = 0; d->headers != NULL && d->headers[i] != NULL; i++) {
		free(d->headers[i]);
	}
	free(d->headers);
	free(d->base_url);
	free(d->key_env);
	free(d->key_command);
	free(d->api_version);
}

static void read_provider(struct reader *r, const struct value *v)
{
	static const struct yaml_node nothing = { .type = YAML_MAP };
	const struct yaml_node *key = v->key;
	struct draft d = { 0 };

	if (!is_name(key->text)) {
		problem(r, key, "%s: a provider's name is up to %d letters, digits, \".\", \"_\" and \"-\"", v->path, NAME_MOST);
		return;
	}
	const struct yaml_node *map = as_map(r, v, "kind: openai");
	if (map == NULL && !is_nothing(v->node)) {
		return;
	}
	map = map != NULL ? map : &nothing;
	read_keys(r, map, v->path, provider_keys, COUNT_OF(provider_keys), &d);
	check_one_key(r, map, v->path, &d);
	if (check_kind(r, key, v->path, &d)) {
		add_entry(r, key, map, &d);
	} else {
		block_entry(r, key);
	}
	draft_free(&d);
}

void read_providers(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	(void)k;
	(void)into;
	read_names(r, v, "openai: {api_key_env: OPENAI_API_KEY}", read_provider);
}
