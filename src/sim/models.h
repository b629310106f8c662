/* models - the tempers of the simulated models: how fast, how wordy, how thoughtful and how reliable each one plays.
 * Looked up by exact name, then by prefix, then by a part of the name; any other name gets a temper of its own from its hash. */
#ifndef SONDE_SIM_MODELS_H
#define SONDE_SIM_MODELS_H

#include <stdbool.h>
#include <stddef.h>

enum model_api { API_OPENAI, API_ANTHROPIC, API_GEMINI, API_OLLAMA, API_MISTRAL, API_OPENROUTER, API_COHERE, API_COUNT };

struct temper {
	double ttft_ms;    /* from the request to the first token, without the time of hidden reasoning */
	double rate;       /* tokens per second */
	int verbosity;     /* 1 terse to 4 wordy */
	int reasoning;     /* typical hidden reasoning tokens; 0: does not reason */
	bool thinks_aloud; /* shows its reasoning without being asked to */
	double flaky;      /* probability of a 429 or 529 at the first try of a request */
};

void temper_find(const char *model, struct temper *out);
/* Names that GET .../models lists for an API; NULL past the end. */
const char *model_listed(enum model_api api, size_t i);

#endif
