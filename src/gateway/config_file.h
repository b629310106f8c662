/* config_file - the YAML side of the configuration: tables of keys, and every mistake of the file with its place.
 * Fills a struct config that has the providers of the environment already. */
#ifndef SONDE_GATEWAY_CONFIG_FILE_H
#define SONDE_GATEWAY_CONFIG_FILE_H

#include "gateway/config.h"

/* name starts the text of each problem: "config.yaml". Adds the problems in the order of the file. */
void config_file_read(struct config *c, const char *name, const char *text, size_t len);
/* Puts an entry into the list of those offered, takes it off the unlisted ones. */
void config_list_provider(struct config *c, struct provider_entry *p);
/* The keys of the file, for the manual. path: the thing a key belongs to ("providers.NAME"); values: what it may be, "" when help says so. */
typedef void config_key_fn(void *ctx, const char *path, const char *name, const char *values, const char *help);
void config_file_keys(config_key_fn *fn, void *ctx);

#endif
