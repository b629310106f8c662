/* nap - the loop of a test runs for a while, without waiting for anything in particular. */
#ifndef SONDE_TESTS_NET_NAP_H
#define SONDE_TESTS_NET_NAP_H

#include "net/loop.h"

static inline void on_pause_over(struct ev_loop *ev, ev_timer *w, int events)
{
	(void)ev;
	(void)events;
	*(bool *)w->data = true;
}

/* For so many seconds, */
static inline void nap(struct loop *l, double s)
{
	bool is_over = false;
	ev_timer w;

	ev_now_update(l->ev);
	ev_timer_init(&w, on_pause_over, s, 0.);
	w.data = &is_over;
	ev_timer_start(l->ev, &w);
	loop_run_until(l, &is_over);
}

/* and then for some rounds more: a process that got no time meanwhile has its input still before it. */
static inline void run_for(struct loop *l, double s)
{
	nap(l, s);
	for (int i = 0; i < 20; i++) {
		nap(l, 0.);
	}
}

#endif
