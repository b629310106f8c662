/* job - work for threads: functions that run off the loop, and whose results come back to it.
 * A pool has a few threads and one queue, in order. `work` runs on a thread, `done` on the thread that calls job_pool_drain.
 * The pool owns nothing of `arg`: what `work` fills, `done` takes. */
#ifndef SONDE_BASE_JOB_H
#define SONDE_BASE_JOB_H

struct job_pool;

/* wake(ctx) is called from a worker when a result waits; it must be thread-safe (ev_async_send is). */
struct job_pool *job_pool_new(int threads, void (*wake)(void *ctx), void *ctx);
/* Waits for running work; calls `done` of every job, run or not, so that each can free its argument. */
void job_pool_free(struct job_pool *p);
void job_submit(struct job_pool *p, void (*work)(void *arg), void (*done)(void *arg), void *arg);
/* Calls `done` of each finished job on this thread. */
void job_pool_drain(struct job_pool *p);
/* Waits until nothing waits or runs any more, calling each `done` on this thread: before what they use is freed. */
void job_pool_wait(struct job_pool *p);

#endif
