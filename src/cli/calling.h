/* calling - what a command needs to call models: the loop, the store that records, the gateway, and signals that end what runs. */
#ifndef SONDE_CLI_CALLING_H
#define SONDE_CLI_CALLING_H

#include "gateway/gateway.h"

struct calling {
	struct loop *loop;
	struct store *store; /* NULL: nothing is recorded, which was told */
	struct gateway *gateway;
	bool is_interrupted; /* SIGINT, SIGTERM or SIGHUP came, and cancel was called */
	void (*cancel)(void *ctx);
	void *ctx;
	ev_signal on_int, on_term, on_hup;
};

void calling_begin(struct calling *c, struct config *config, void (*cancel)(void *ctx), void *ctx);
/* All has been recorded, which is waited for; from here a signal ends the process. References to calls stay valid until calling_free. */
void calling_end(struct calling *c, bool is_quiet);
void calling_free(struct calling *c);

/* One call from its start to its end. Takes it down on a signal (ERR_INTERRUPTED). The call, a reference of the caller's; NULL and e, whose code is
 * that of the failure. */
struct call *calling_once(struct config *config, const struct gateway_request *r, struct err *e) SONDE_MUST_CHECK;

#endif
