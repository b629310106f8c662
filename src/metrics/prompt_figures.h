/* prompt_figures - what the calls of a prompt come to, version by version, which reads every call of that prompt; and the newest calls of one
 * version. Both by an index of theirs. */
#ifndef SONDE_METRICS_PROMPT_FIGURES_H
#define SONDE_METRICS_PROMPT_FIGURES_H

#include "store/figures.h"
#include "store/store.h"

#define PROMPT_HOURS 720

struct prompt_figures {
	char *version;   /* as recorded: the hash for calls of sonde's own */
	int64_t last_us; /* the newest call */
	bool has_simulated;
	uint32_t by_hour[PROMPT_HOURS]; /* calls begun in each hour up to now_us, oldest first; what is older is in none */
	struct figures figures; /* calls, errors, cost, hist_quantile(&figures.latency, 0.95) ... */
};
/* The version called last comes first. The caller's, prompt_figures_free. A prompt without calls gives none. */
bool prompt_figures_list(struct reader *r, const char *name, int64_t now_us, struct prompt_figures **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;
void prompt_figures_free(struct prompt_figures *rows, size_t n);

/* A call with its request and answer, as far as they are kept. */
struct prompt_call {
	struct call_row row;
	struct call_body body; /* without the response */
};
/* The newest of a version, newest first, at most so many. The caller's, prompt_calls_free. */
bool prompt_calls_list(struct reader *r, const char *name, const char *version, size_t most, struct prompt_call **rows, size_t *n,
    struct err *e) SONDE_MUST_CHECK;
void prompt_calls_free(struct prompt_call *rows, size_t n);

#endif
