/* libev is made without EVFLAG_SIGNALFD: a signalfd needs the signals blocked, and the mask would be inherited by every program started
 * from here (an editor, a pager). The plain way costs one self-pipe. Workers have all signals blocked instead, so that handlers run on the
 * thread of the loop. EVFLAG_NOENV: LIBEV_FLAGS in the environment is not ours. */
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define JOB_THREADS 2

struct inner {
	struct loop loop; /* first: what others see */
	ev_prepare before_sleep;
	ev_async wake;
	void (*hook)(void *);
	void *hook_ctx;
	bool is_stopped;
};

static void on_prepare(struct ev_loop *ev, ev_prepare *w, int events)
{
	struct inner *in = w->data;

	(void)ev;
	(void)events;
	if (in->hook != NULL) {
		in->hook(in->hook_ctx);
	}
}

static void on_wake(struct ev_loop *ev, ev_async *w, int events)
{
	struct inner *in = w->data;

	(void)ev;
	(void)events;
	job_pool_drain(in->loop.jobs);
}

static void wake_from_worker(void *ctx)
{
	loop_wake(ctx);
}

static struct job_pool *pool_without_signals(struct inner *in)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	struct job_pool *p = job_pool_new(JOB_THREADS, wake_from_worker, in);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return p;
}

/* libev's memory: as of x_malloc, freed by a size of 0. */
static void *ev_memory(void *p, long size)
{
	if (size == 0) {
		free(p);
		return NULL;
	}
	return x_realloc(p, (size_t)size);
}

struct loop *loop_new(void)
{
	struct inner *in = x_calloc(1, sizeof(*in));

	ev_set_allocator(ev_memory);
	in->loop.ev = ev_loop_new(EVFLAG_NOENV);
	if (in->loop.ev == NULL) {
		(void)fputs("sonde: no event loop could be made (out of file descriptors?)\n", stderr);
		abort();
	}
	ev_async_init(&in->wake, on_wake);
	in->wake.data = in;
	ev_async_start(in->loop.ev, &in->wake);
	ev_prepare_init(&in->before_sleep, on_prepare);
	ev_set_priority(&in->before_sleep, EV_MINPRI); /* after whatever else prepares */
	in->before_sleep.data = in;
	in->loop.jobs = pool_without_signals(in);
	return &in->loop;
}

void loop_free(struct loop *l)
{
	struct inner *in = (struct inner *)l;

	if (l == NULL) {
		return;
	}
	job_pool_free(l->jobs);
	ev_async_stop(l->ev, &in->wake);
	ev_prepare_stop(l->ev, &in->before_sleep);
	ev_loop_destroy(l->ev);
	free(in);
}

void loop_run(struct loop *l)
{
	static const bool never;

	loop_run_until(l, &never);
}

void loop_run_until(struct loop *l, const bool *flag)
{
	struct inner *in = (struct inner *)l;

	/* The wake watcher keeps the loop referenced: a round without anything to do sleeps, it does not spin. */
	while (!*flag && !in->is_stopped) {
		ev_run(l->ev, EVRUN_ONCE);
	}
	in->is_stopped = false;
}

void loop_stop(struct loop *l)
{
	struct inner *in = (struct inner *)l;

	in->is_stopped = true;
	ev_break(l->ev, EVBREAK_ONE);
}

void loop_before_sleep(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	struct inner *in = (struct inner *)l;

	in->hook = fn;
	in->hook_ctx = ctx;
	if (fn != NULL) {
		ev_prepare_start(l->ev, &in->before_sleep);
	} else {
		ev_prepare_stop(l->ev, &in->before_sleep);
	}
}

void loop_wake(struct loop *l)
{
	struct inner *in = (struct inner *)l;

	ev_async_send(l->ev, &in->wake);
}
