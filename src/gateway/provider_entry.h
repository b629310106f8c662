/* provider_entry - how an entry of config.h comes to be: from its kind, the environment, then the file. For the configuration only. */
#ifndef SONDE_GATEWAY_PROVIDER_ENTRY_H
#define SONDE_GATEWAY_PROVIDER_ENTRY_H

#include "gateway/config.h"

/* Defaults of the kind; no key, base URL of the kind. */
struct provider_entry *provider_entry_new(const char *name, const struct provider *kind);
/* Back to the defaults of a kind; the name stays. */
void provider_entry_reset(struct provider_entry *p, const struct provider *kind);
/* Its description is broken: it can be named but not used. */
void provider_entry_block(struct provider_entry *p);
void provider_entry_free(struct provider_entry *p);
/* Takes the key from a variable, which becomes key_env; an unset one is fine. False with ERR_CONFIG when it holds what can be no key. */
bool provider_entry_take_key(struct provider_entry *p, const char *variable, struct err *e);
/* The same from the variables of the kind: the first that is set, else key_env stays NULL. */
bool provider_entry_take_env_key(struct provider_entry *p, struct err *e);
/* Takes the base URL from the variable of the kind, when it is set. False with ERR_CONFIG when it is none. */
bool provider_entry_take_env_url(struct provider_entry *p, struct err *e);
/* Puts the version of the API into the address, for kinds that want one: the given one, or that of the environment, or the kind's own.
 * False with ERR_CONFIG when that of the environment can be none. */
bool provider_entry_take_version(struct provider_entry *p, const char *version, struct err *e);
/* Whether a text can be one: letters, digits, "." and "-". */
bool api_version_is(const char *text);
/* Once all is known: whether it does without a key. */
void provider_entry_settle(struct provider_entry *p);
/* Fills e with "no key for NAME" and what to set; config_file may be NULL. Returns false. */
bool provider_entry_no_key(const struct provider_entry *p, const char *config_file, struct err *e);

#endif
