/* prompt_figures - what the calls of a prompt come to, version by version. Reads every call of that prompt, by an index of theirs. */
#ifndef SONDE_METRICS_PROMPT_FIGURES_H
#define SONDE_METRICS_PROMPT_FIGURES_H

#include "store/figures.h"
#include "store/store.h"

struct prompt_figures {
	char *version;   /* as recorded: the hash for calls of sonde's own */
	int64_t last_us; /* the newest call */
	struct figures figures; /* calls, errors, cost, hist_quantile(&figures.latency, 0.95) ... */
};
/* The version called last comes first. The caller's, prompt_figures_free. A prompt without calls gives none. */
bool prompt_figures_list(struct reader *r, const char *name, struct prompt_figures **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;
void prompt_figures_free(struct prompt_figures *rows, size_t n);

#endif
