/* config - providers, targets, price overrides and options of the console: from the environment and from one YAML file that sonde never writes.
 * Owns everything it hands out. Errors of the file are all collected, each with file, line, column and what would be right. */
#ifndef SONDE_GATEWAY_CONFIG_H
#define SONDE_GATEWAY_CONFIG_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/alert_rule.h"
#include "gateway/budget.h"
#include "gateway/option.h"
#include "provider/price.h"
#include "provider/provider.h"
#include "store/policy.h"
#include "token/encoding.h"

struct provider_entry {
	char *name;                   /* "openai", or the user's */
	const struct provider *kind;
	char *base_url;               /* no trailing slash */
	char *origin;                 /* where it was found, for people: "OPENAI_API_KEY in the environment", "config.yaml:12" */
	char *_Atomic key;            /* NULL: none (yet). From key_env or, at first use, from key_command; once set it stays */
	char *key_env, *key_command;  /* key_env: as configured, or the variable of the kind; NULL */
	bool is_key_optional;         /* works without a key: a local server, an OpenAI-compatible one that was given no key */
	pthread_mutex_t key_lock;     /* held while key_command runs */
	char **headers;               /* "Name: value", NULL-terminated; NULL: none */
	int connect_ms, first_byte_ms, idle_ms; /* 10 s, timeout_s (default 120 s), 60 s */
	int max_in_flight;            /* 0: no limit */
};

struct target {
	char *name;                   /* as shown: the alias, or "provider/model" */
	const struct provider_entry *provider;
	char *model;
	struct chat_params params;    /* defaults of the alias */
	char *system;                 /* NULL */
	bool caches;                  /* the same request is not sent twice */
	struct target **fallback;     /* tried in this order when it fails before any text; owned, without fallbacks of their own */
	size_t n_fallback;
};

/* Of a request, for the target auto (route.h). */
enum route_level { ROUTE_SIMPLE, ROUTE_MEDIUM, ROUTE_COMPLEX, ROUTE_LEVELS };

struct config {
	char *file;                   /* path looked at, NULL when none could be formed */
	bool file_exists;
	struct provider_entry **providers; size_t n_providers, cap_providers; /* those found; pointers stay valid */
	struct provider_entry **unlisted; size_t n_unlisted, cap_unlisted;    /* kinds not found: can be named, are not offered */
	struct target **aliases; size_t n_aliases, cap_aliases;
	char *route[ROUTE_LEVELS];    /* targets that auto stands for, NULL where none is set */
	struct price_table *prices;
	char *price_file;             /* the kept table it comes from; NULL: the built-in one */
	struct err price_err;         /* why a kept one is not used: no problem of the configuration, since the built-in one serves */
	struct budget budget;
	struct store_policy store;    /* its patterns are owned */
	char **protected_labels; size_t n_protected, cap_protected; /* of prompts */
	struct alert_rule **alerts; size_t n_alerts, cap_alerts;
	char *rank_files[ENCODING_COUNT];   /* of each encoding; NULL: none was named */
	struct option_values options;       /* of the console */
	struct err *problems; size_t n_problems, cap_problems; /* of the file: text "config.yaml:3:5: ..."; and of the environment */
};

/* Prices and defaults only, no provider: what the demo starts from. */
struct config *config_new(void);
/* Reads environment and file. Never fails: problems are in the list, and what is right is used all the same.
 * file NULL: the default path. */
struct config *config_load(const char *file);
void config_free(struct config *c);
/* The problems as one error (the first, and how many more). True when there are none. */
bool config_check(const struct config *c, struct err *e) SONDE_MUST_CHECK;
/* Whether a label of a prompt is moved only when it is said twice: prompts.protected. Back is always open. */
bool config_protects(const struct config *c, const char *label);
/* An entry of the given name, listed or not; NULL. */
struct provider_entry *config_find_provider(const struct config *c, const char *name);
/* Adds a provider found by other means (the demo's simulator); key NULL: none is needed. An entry of that name becomes what is given.
 * kind must be one of the table. */
struct provider_entry *config_add_provider(struct config *c, const char *name, const char *kind, const char *base_url, const char *key,
    const char *origin);

/* "provider/model", "provider:model", an alias, or a model whose provider is known, to a target of its own (target_free). Fails with
 * ERR_CONFIG and the nearest names as hint; a provider without its key fails with ERR_AUTH and says which variable to set. */
struct target *target_resolve(const struct config *c, const char *text, struct err *e) SONDE_MUST_CHECK;
/* The same without asking for a key: for previews. */
struct target *target_find(const struct config *c, const char *text, struct err *e) SONDE_MUST_CHECK;
struct target *target_copy(const struct target *t);
void target_free(struct target *t);
/* Makes sure that p->key is there when one is needed; runs key_command until it has succeeded once (at most 10 s each time, so off
 * the loop). Thread-safe. False: ERR_AUTH with what to do. True with p->key NULL: none is needed. */
bool provider_entry_key(struct provider_entry *p, struct err *e) SONDE_MUST_CHECK;
/* Where the key that was sent comes from, for people: "OPENAI_API_KEY in the environment", "api_key_command of config.yaml:2". The caller's;
 * NULL: none was sent. */
char *provider_entry_key_origin(const struct provider_entry *p);

#endif
