/* ollama - asks a server on this machine whether it is an Ollama, and for its version and its models. Real HTTP, on loopback only, with
 * short limits; nothing but two GETs without a key, to somebody who listens. The answer is hostile text: what is kept of it is clean.
 * Source: github.com/ollama/ollama docs/api.md, "List Local Models" (/api/tags) and "Version" (/api/version). */
#ifndef SONDE_APP_OLLAMA_H
#define SONDE_APP_OLLAMA_H

#include "base/err.h"
#include "net/loop.h"

#define OLLAMA_MODELS_MOST 64

struct ollama_ask;

/* What is known so far; all empty while it is asked. */
struct ollama_answer {
	bool is_over;
	bool is_there;     /* it answered as an Ollama does */
	bool is_simulated; /* it says that it is sonde's simulator */
	char version[24];  /* "" when not told */
	char *models[OLLAMA_MODELS_MOST]; /* in its order; names that are not clean, have blanks or are too long are left out */
	size_t n_models;
	struct err err;    /* why it is not there */
};

/* Whether the host of a URL is this machine by its name or number. */
bool ollama_is_local(const char *base_url);
/* Never NULL. on_change(ctx) comes from the loop, last when is_over is set. base_url must be local. */
struct ollama_ask *ollama_ask_new(struct loop *l, const char *base_url, void (*on_change)(void *ctx), void *ctx);
/* Breaks off what runs. Not from inside on_change. */
void ollama_ask_free(struct ollama_ask *a);
const struct ollama_answer *ollama_ask_answer(const struct ollama_ask *a);

#endif
