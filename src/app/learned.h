/* learned - what providers count against what was estimated, by model, out of the store. */
#ifndef SONDE_APP_LEARNED_H
#define SONDE_APP_LEARNED_H

#include "store/store.h"
#include "token/calibration.h"

struct learned_model {
	char *provider, *model;
	bool is_family; /* model is how the names of several begin */
	struct calibration_sample samples[CALIBRATION_MOST];
	size_t n;
	struct calibration calibration;
};

/* Zeroed: nothing. */
struct learned {
	struct learned_model *at;
	size_t n, cap;
};

/* On this thread; simulated calls or the others. False with e: it could not be read. */
bool learned_read(struct reader *r, bool is_simulated, struct learned *out, struct err *e) SONDE_MUST_CHECK;
/* Of the model, else of those of its family at the provider ("claude"). NULL: nothing is learned yet. */
const struct calibration *learned_find(const struct learned *l, const char *provider, const char *model);
void learned_free(struct learned *l);

#endif
