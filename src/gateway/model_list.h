/* model_list - the models that the configured providers list themselves, kept as DIR/models.json with the time they were asked.
 * Asking costs nothing and is not recorded. A list belongs to an entry and its address: where one of them changes, it is asked anew. */
#ifndef SONDE_GATEWAY_MODEL_LIST_H
#define SONDE_GATEWAY_MODEL_LIST_H

#include "gateway/config.h"
#include "net/loop.h"
#include "provider/listing.h"

struct model_list {
	const struct provider_entry *provider;
	struct listing listing;
	int64_t asked_us;  /* microseconds since the epoch; 0: there is no list, for it could not be asked or its kind has none */
	bool is_simulated;
	struct err err;    /* why it could not be asked now: the list, if any, is an older one */
};

struct model_lists {
	struct model_list *lists; /* of the listed providers, in their order */
	size_t n;
};
/* What is kept of the providers of the configuration, without asking anybody. A file that cannot be read is as good as none. */
void model_lists_load(struct model_lists *ls, const struct config *c, const char *dir);
/* Asks those whose list is older than max_age_us, all at once, and keeps what came. Runs the loop until all have answered.
 * False: it could not be kept; the lists are right all the same. */
bool model_lists_ask(struct model_lists *ls, struct loop *l, const char *dir, int64_t max_age_us, struct err *e) SONDE_MUST_CHECK;
void model_lists_free(struct model_lists *ls);

#endif
