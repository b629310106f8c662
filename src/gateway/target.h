/* target - names of models to targets; the public part is in config.h. */
#ifndef SONDE_GATEWAY_TARGET_H
#define SONDE_GATEWAY_TARGET_H

#include "gateway/config.h"

/* "provider/model", "provider:model" or a model whose provider can be told from its name; no aliases, no look at keys.
 * NULL with ERR_CONFIG and the nearest names. */
struct target *target_of_model(const struct config *c, const char *text, struct err *e);

/* Without its fallbacks. */
struct target *target_copy_alone(const struct target *t);

#endif
