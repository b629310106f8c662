/* demo - an app on four simulated providers, with a prompt to send and, once asked for, thirty days of simulated traffic: for `sonde demo`
 * and for the console that has nothing better to show. Requests are real HTTP to a simulator on loopback; every answer and every row is
 * labelled SIMULATED. It lives in a directory of its own that is removed at the end, so that nothing of it is ever mixed with real calls. */
#ifndef SONDE_APP_DEMO_H
#define SONDE_APP_DEMO_H

#include "app/app.h"

struct demo {
	struct app *app;
	/* private */
	char *dir; /* NULL: none was made */
	struct sim *sim;
	struct err past_err;
};

/* NULL with ERR_INTERNAL or ERR_NETWORK when there is no place for its directory or no port for its simulator. */
struct demo *demo_new(struct loop *l, struct err *e) SONDE_MUST_CHECK;
void demo_free(struct demo *d);
/* Writes the past: now, or on a worker while the console is shown already: the board waits for it, a failure is news. Once. */
bool demo_write_past(struct demo *d, struct err *e) SONDE_MUST_CHECK;
void demo_begin_past(struct demo *d);

#endif
