/* fake_ollama - the functions of app/ollama.h without a network: the answer of every ask is fake_ollama, from the first look on.
 * The program links these and not src/app/ollama.c: include it once in a program. */
#ifndef SONDE_TESTS_APP_FAKE_OLLAMA_H
#define SONDE_TESTS_APP_FAKE_OLLAMA_H

#include <stdlib.h>
#include <string.h>

#include "app/ollama.h"
#include "base/mem.h"

struct ollama_ask {
	int nothing;
};

/* Nobody answers, unless a test says otherwise. Its strings are the test's. */
#define FAKE_NO_OLLAMA { .is_over = true, .err = { ERR_NETWORK, "no connection to localhost:11434: connection refused", "" } }
static const struct ollama_answer fake_no_ollama = FAKE_NO_OLLAMA;
static struct ollama_answer fake_ollama = FAKE_NO_OLLAMA;

bool ollama_is_local(const char *base_url)
{
	return strstr(base_url, "//localhost") != NULL || strstr(base_url, "//127.0.0.1") != NULL;
}

struct ollama_ask *ollama_ask_new(struct loop *l, const char *base_url, void (*on_change)(void *ctx), void *ctx)
{
	(void)l;
	(void)base_url;
	(void)on_change;
	(void)ctx;
	return x_calloc(1, sizeof(struct ollama_ask));
}

void ollama_ask_free(struct ollama_ask *a)
{
	free(a);
}

const struct ollama_answer *ollama_ask_answer(const struct ollama_ask *a)
{
	(void)a;
	return &fake_ollama;
}

#endif
