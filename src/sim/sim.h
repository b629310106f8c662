/* sim - simulated provider: a real HTTP server on loopback that speaks the wire formats of OpenAI, Anthropic, Gemini, Ollama and Cohere,
 * streamed and plain, with faults on demand. Answers follow from (model, request, seed) alone and are shaped by what is asked.
 * Every answer carries "Server: sonde-simulator"; whoever shows it labels it SIMULATED.
 * Paths: /v1/chat/completions (as Mistral below /mistral, as OpenRouter below /api), /v1/messages, /v2/chat (Cohere),
 * /v1beta/models/M:generateContent and :streamGenerateContent, /api/chat, embeddings and reranking of each, and the lists of
 * models, also below a prefix. Keys: any but "bad-key". A model with "missing" in its name is not found, one with "flaky" fails at times.
 * A request header "X-Sonde-Fault: NAME" forces one fault, "NAME once" at the first try of that request only. */
#ifndef SONDE_SIM_SIM_H
#define SONDE_SIM_SIM_H

#include "base/err.h"
#include "net/loop.h"

struct sim;

enum sim_fault {
	/* 400 401 404 429 500 529 */
	FAULT_BAD_REQUEST, FAULT_AUTH, FAULT_NOT_FOUND, FAULT_RATE_LIMIT, FAULT_SERVER_ERROR, FAULT_OVERLOADED,
	FAULT_RESET, FAULT_RESET_MID, FAULT_STALL, FAULT_STALL_MID, FAULT_TRUNCATED, FAULT_STREAM_ERROR, FAULT_BAD_JSON,
	FAULT_SPLIT, FAULT_CRLF, FAULT_COMMENTS, FAULT_EMPTY_CHOICES, /* legal oddities: the answer is whole */
	FAULT_HOSTILE, /* escape sequences, bidi, NUL, invalid UTF-8 in the text */
	FAULT_COUNT
};
/* Name as used by --fail: "400", "401", "404", "429", "500", "529", "reset", "reset-mid", "stall", "stall-mid", "truncate", "stream-error",
 * "bad-json", "split", "crlf", "comments", "empty-choices", "hostile". */
const char *sim_fault_name(enum sim_fault f);
bool sim_fault_from_name(const char *name, enum sim_fault *f);

struct sim_options {
	const char *host; /* NULL: 127.0.0.1 */
	int port;         /* 0: a free one */
	double ttft_ms;   /* < 0: by the model's temper */
	double rate;      /* tokens per second; <= 0: by the model's temper */
	double fail[FAULT_COUNT]; /* probability 0..1 each, drawn in this order from (request, seed, count of requests) */
	uint64_t seed;
	int retry_after_s; /* of the 429s; 0: 1 */
};
void sim_options_init(struct sim_options *o);

struct sim *sim_new(struct loop *l, const struct sim_options *o, struct err *e) SONDE_MUST_CHECK;
void sim_free(struct sim *s);
int sim_port(const struct sim *s);
/* Requests answered or broken off so far. */
uint64_t sim_requests(const struct sim *s);

#endif
