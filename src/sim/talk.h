/* talk - one answer being delivered: waits for its first token, sends its pieces at the pace of the model, and goes wrong where told to.
 * Owns the ask, the answer and its timer; ends when the answer is whole, broken off, or the client is gone. */
#ifndef SONDE_SIM_TALK_H
#define SONDE_SIM_TALK_H

#include "net/loop.h"
#include "net/server.h"
#include "sim/dialect.h"
#include "sim/fault.h"

struct talk;

struct talk_plan {
	const struct dialect *dialect;
	struct ask *ask; /* taken over: emptied */
	uint64_t seed;
	enum sim_fault fault; /* FAULT_NONE, or one that is no refusal */
	double ttft_ms, rate; /* as in struct sim_options */
	bool is_array;        /* as in struct flow */
	const char *headers;  /* of the answer; copied */
};

/* over(ctx) is called once at the end, whichever it is. */
void talk_begin(struct loop *l, struct exchange *x, const struct talk_plan *plan, void (*over)(void *ctx), void *ctx);

#endif
