/* loop - the one event loop (libev) of a process: timers, signals, work for threads, and one hook before each sleep.
 * Owns the ev_loop and a job pool of two threads. Other modules get `ev` from it and register their own watchers. */
#ifndef SONDE_NET_LOOP_H
#define SONDE_NET_LOOP_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/job.h"

struct loop {
	struct ev_loop *ev;
	struct job_pool *jobs; /* results are drained on the loop */
};

struct loop *loop_new(void);
void loop_free(struct loop *l);
/* Runs until loop_stop. */
void loop_run(struct loop *l);
/* Runs until *flag is true or loop_stop was called. */
void loop_run_until(struct loop *l, const bool *flag);
void loop_stop(struct loop *l);
/* fn(ctx) runs each time just before the loop sleeps. One hook; NULL removes it. */
void loop_before_sleep(struct loop *l, void (*fn)(void *ctx), void *ctx);
/* Wakes the loop from any thread; the before-sleep hook then runs. */
void loop_wake(struct loop *l);

#endif
