#include "gateway/provider_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/base_url.h"
#include "gateway/key_command.h"

#define CONNECT_MS 10000
#define FIRST_BYTE_MS 120000
#define IDLE_MS 60000
#define KEY_COMMAND_MS 10000

/* Some headers are as secret as a key. */
static void free_secret(char *text)
{
	if (text != NULL) {
		explicit_bzero(text, strlen(text));
		free(text);
	}
}

static void clear(struct provider_entry *p)
{
	for (size_t i = 0; p->headers != NULL && p->headers[i] != NULL; i++) {
		free_secret(p->headers[i]);
	}
	free(p->headers);
	p->headers = NULL;
	free_secret(atomic_exchange(&p->key, NULL));
	free(p->base_url);
	free(p->origin);
	free(p->key_env);
	free(p->key_command);
	p->base_url = p->origin = p->key_env = p->key_command = NULL;
}

void provider_entry_reset(struct provider_entry *p, const struct provider *kind)
{
	clear(p);
	p->kind = kind;
	p->base_url = x_strdup(kind->base_url);
	p->origin = x_strdup("built in");
	p->connect_ms = CONNECT_MS;
	p->first_byte_ms = FIRST_BYTE_MS;
	p->idle_ms = IDLE_MS;
	p->max_in_flight = 0;
	provider_entry_settle(p);
}

void provider_entry_block(struct provider_entry *p)
{
	provider_entry_reset(p, p->kind);
	p->is_key_optional = false;
}

struct provider_entry *provider_entry_new(const char *name, const struct provider *kind)
{
	struct provider_entry *p = x_calloc(1, sizeof(*p));

	p->name = x_strdup(name);
	(void)pthread_mutex_init(&p->key_lock, NULL);
	provider_entry_reset(p, kind);
	return p;
}

void provider_entry_free(struct provider_entry *p)
{
	if (p == NULL) {
		return;
	}
	clear(p);
	free(p->name);
	(void)pthread_mutex_destroy(&p->key_lock);
	free(p);
}

bool api_version_is(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	return n > 0 && n <= 40 && text[n] == '\0';
}

static const char *variable(const char *name)
{
	const char *v = name != NULL ? getenv(name) : NULL;

	return v != NULL && v[0] != '\0' ? v : NULL;
}

bool provider_entry_take_key(struct provider_entry *p, const char *name, struct err *e)
{
	const char *key = variable(name);
	char *old = p->key_env;

	p->key_env = x_strdup(name);
	free(old);
	free_secret(atomic_exchange(&p->key, NULL));
	if (key == NULL) {
		return true;
	}
	if (!key_is_clean(key)) {
		return err_set(e, ERR_CONFIG,
		    "%s in the environment holds a line break, control or non-ASCII character and can be no key; set it again", name);
	}
	atomic_store(&p->key, x_strdup(key));
	return true;
}

bool provider_entry_take_env_key(struct provider_entry *p, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(p->kind->key_env) && p->kind->key_env[i] != NULL; i++) {
		if (variable(p->kind->key_env[i]) != NULL) {
			return provider_entry_take_key(p, p->kind->key_env[i], e);
		}
	}
	return true;
}

bool provider_entry_take_env_url(struct provider_entry *p, struct err *e)
{
	const char *text = variable(p->kind->base_url_env), *why;

	if (text == NULL) {
		return true;
	}
	/* A local server's variable names a host as often as a URL. */
	char *url = p->kind->needs_key ? base_url_clean(text, &why) : base_url_of_host(text, p->kind->base_url, &why);
	if (url == NULL) {
		return err_set(e, ERR_CONFIG, "%s in the environment %s", p->kind->base_url_env, why);
	}
	free(p->base_url);
	p->base_url = url;
	return true;
}

/* In the address, since it belongs to the server and not to a request. */
bool provider_entry_take_version(struct provider_entry *p, const char *version, struct err *e)
{
	const char *set = version != NULL ? version : variable(p->kind->api_version_env);

	if (p->kind->api_version == NULL) {
		return true;
	}
	if (set != NULL && !api_version_is(set)) {
		return err_set(e, ERR_CONFIG, "%s in the environment must be a version of the API, such as %s", p->kind->api_version_env,
		    p->kind->api_version);
	}
	char *url = x_asprintf("%.*s?api-version=%s", (int)strcspn(p->base_url, "?"), p->base_url, set != NULL ? set : p->kind->api_version);
	free(p->base_url);
	p->base_url = url;
	return true;
}

void provider_entry_settle(struct provider_entry *p)
{
	bool is_elsewhere = p->kind->is_key_optional_elsewhere && strcmp(p->base_url, p->kind->base_url) != 0;

	p->is_key_optional = !p->kind->needs_key || (is_elsewhere && p->key_env == NULL);
}

bool provider_entry_no_key(const struct provider_entry *p, const char *config_file, struct err *e)
{
	const char *name = p->key_env != NULL ? p->key_env : p->kind->key_env[0];

	(void)err_set(e, ERR_AUTH, "no key for %s", p->name);
	if (config_file == NULL) {
		return err_hint(e, "set %s", name);
	}
	return err_hint(e, "set %s, or providers.%s.api_key_env in %s", name, p->name, config_file);
}

bool provider_entry_key(struct provider_entry *p, struct err *e)
{
	bool ok = true;

	if (p->key != NULL || (p->is_key_optional && p->key_command == NULL)) {
		return true;
	}
	if (p->key_command == NULL) {
		return provider_entry_no_key(p, NULL, e);
	}
	(void)pthread_mutex_lock(&p->key_lock);
	if (p->key == NULL) {
		char *key = key_command_run(p->key_command, KEY_COMMAND_MS, e);

		ok = key != NULL || err_prefix(e, "no key for %s", p->name);
		atomic_store(&p->key, key);
	}
	(void)pthread_mutex_unlock(&p->key_lock);
	return ok;
}

char *provider_entry_key_origin(const struct provider_entry *p)
{
	if (p->key == NULL) {
		return NULL;
	}
	if (p->key_command != NULL) {
		return x_asprintf("api_key_command of %s", p->origin);
	}
	return p->key_env != NULL ? x_asprintf("%s in the environment", p->key_env) : x_strdup(p->origin);
}
