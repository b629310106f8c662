#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "net/loop.h"

struct counts {
	struct loop *loop;
	int hooks, timers, works, dones;
	bool is_over;
	pthread_t worker;
	bool worker_blocks_signals;
};

static void on_hook(void *ctx)
{
	struct counts *c = ctx;

	c->hooks++;
}

static void on_timer(struct ev_loop *ev, ev_timer *w, int events)
{
	struct counts *c = w->data;

	(void)ev;
	(void)events;
	c->timers++;
	c->is_over = true;
}

static void on_timer_stop(struct ev_loop *ev, ev_timer *w, int events)
{
	struct counts *c = w->data;

	(void)ev;
	(void)events;
	c->timers++;
	loop_stop(c->loop);
}

static void start_timer(struct counts *c, ev_timer *w, void (*fn)(struct ev_loop *, ev_timer *, int), double s)
{
	ev_timer_init(w, fn, s, 0.);
	w->data = c;
	ev_timer_start(c->loop->ev, w);
}

static void test_runs_until_stopped(void **state)
{
	struct counts c = { .loop = loop_new() };
	ev_timer first, second;

	(void)state;
	start_timer(&c, &first, on_timer, 0.001);
	start_timer(&c, &second, on_timer_stop, 0.005);
	loop_run(c.loop);
	assert_int_equal(c.timers, 2);
	loop_free(c.loop);
}

static void test_runs_until_flag(void **state)
{
	struct counts c = { .loop = loop_new() };
	ev_timer first, second;

	(void)state;
	start_timer(&c, &first, on_timer, 0.001);
	loop_run_until(c.loop, &c.is_over);
	assert_int_equal(c.timers, 1);
	start_timer(&c, &second, on_timer_stop, 0.001);
	loop_run_until(c.loop, &c.is_over); /* true already: not a single round */
	assert_int_equal(c.timers, 1);
	c.is_over = false;
	loop_run_until(c.loop, &c.is_over); /* stopped, though the flag stays false */
	assert_int_equal(c.timers, 2);
	assert_false(c.is_over);
	loop_stop(c.loop);
	loop_run(c.loop); /* a stop before the run counts */
	loop_free(c.loop);
}

static void test_hook_runs_before_each_sleep(void **state)
{
	struct counts c = { .loop = loop_new() };
	ev_timer w;

	(void)state;
	loop_before_sleep(c.loop, on_hook, &c);
	start_timer(&c, &w, on_timer_stop, 0.005);
	loop_run(c.loop);
	assert_int_equal(c.hooks, 1);
	loop_before_sleep(c.loop, NULL, NULL);
	start_timer(&c, &w, on_timer_stop, 0.001);
	loop_run(c.loop);
	assert_int_equal(c.hooks, 1);
	loop_free(c.loop);
}

static void stop_at_second_hook(void *ctx)
{
	struct counts *c = ctx;

	if (++c->hooks == 2) {
		loop_stop(c->loop);
	}
}

static void *wake_later(void *arg)
{
	struct counts *c = arg;
	struct timespec pause = { .tv_nsec = 5000000 };

	(void)nanosleep(&pause, NULL);
	loop_wake(c->loop);
	return NULL;
}

static void test_wake_from_a_thread(void **state)
{
	struct counts c = { .loop = loop_new() };
	pthread_t t;

	(void)state;
	loop_before_sleep(c.loop, stop_at_second_hook, &c);
	assert_int_equal(pthread_create(&t, NULL, wake_later, &c), 0);
	loop_run(c.loop);
	assert_int_equal(c.hooks, 2);
	assert_int_equal(pthread_join(t, NULL), 0);
	loop_free(c.loop);
}

static void work(void *arg)
{
	struct counts *c = arg;
	sigset_t blocked;

	__atomic_add_fetch(&c->works, 1, __ATOMIC_SEQ_CST);
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	if (sigismember(&blocked, SIGINT) == 1 && sigismember(&blocked, SIGWINCH) == 1) {
		__atomic_store_n(&c->worker_blocks_signals, true, __ATOMIC_SEQ_CST);
	}
}

static void done(void *arg)
{
	struct counts *c = arg;

	c->dones++;
	c->is_over = c->dones == 100;
}

static void test_jobs_come_back_to_the_loop(void **state)
{
	struct counts c = { .loop = loop_new() };
	sigset_t blocked;

	(void)state;
	for (int i = 0; i < 100; i++) {
		job_submit(c.loop->jobs, work, done, &c);
	}
	assert_int_equal(c.dones, 0);
	loop_run_until(c.loop, &c.is_over);
	assert_int_equal(c.dones, 100);
	assert_int_equal(c.works, 100);
	assert_true(c.worker_blocks_signals);
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	assert_int_equal(sigismember(&blocked, SIGINT), 0); /* our own mask, and what children inherit, is as it was */
	loop_free(c.loop);
}

static void test_jobs_end_with_the_loop(void **state)
{
	struct counts c = { .loop = loop_new() };

	(void)state;
	for (int i = 0; i < 10; i++) {
		job_submit(c.loop->jobs, work, done, &c);
	}
	loop_free(c.loop);
	assert_int_equal(c.dones, 10);
}

static void test_sleeping_costs_nothing(void **state)
{
	struct counts c = { .loop = loop_new() };
	struct rusage before, after;
	ev_timer w;

	(void)state;
	loop_before_sleep(c.loop, on_hook, &c);
	(void)getrusage(RUSAGE_SELF, &before);
	start_timer(&c, &w, on_timer_stop, 0.3);
	loop_run(c.loop);
	(void)getrusage(RUSAGE_SELF, &after);
	assert_int_equal(c.hooks, 1);
	assert_true(after.ru_nvcsw - before.ru_nvcsw <= 5);
	loop_free(c.loop);
}

static void on_signal(struct ev_loop *ev, ev_signal *w, int events)
{
	struct counts *c = w->data;

	(void)ev;
	(void)events;
	c->is_over = true;
}

static void test_signals(void **state)
{
	struct counts c = { .loop = loop_new() };
	ev_signal w;

	(void)state;
	ev_signal_init(&w, on_signal, SIGUSR1);
	w.data = &c;
	ev_signal_start(c.loop->ev, &w);
	(void)raise(SIGUSR1);
	loop_run_until(c.loop, &c.is_over);
	assert_true(c.is_over);
	ev_signal_stop(c.loop->ev, &w);
	loop_free(c.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_until_stopped),
		cmocka_unit_test(test_runs_until_flag),
		cmocka_unit_test(test_hook_runs_before_each_sleep),
		cmocka_unit_test(test_wake_from_a_thread),
		cmocka_unit_test(test_jobs_come_back_to_the_loop),
		cmocka_unit_test(test_jobs_end_with_the_loop),
		cmocka_unit_test(test_sleeping_costs_nothing),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
