#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>

#include "base/job.h"

struct task {
	int number;
	int worked, done;
	pthread_t worker, finisher;
	sem_t *gate; /* work waits for it; NULL: does not */
	int *order, *n_order;
};

static void wake(void *ctx)
{
	(void)sem_post(ctx);
}

static void work(void *arg)
{
	struct task *t = arg;

	if (t->gate != NULL) {
		(void)sem_wait(t->gate);
	}
	t->worker = pthread_self();
	t->worked++;
}

static void done(void *arg)
{
	struct task *t = arg;

	t->finisher = pthread_self();
	t->done++;
	if (t->order != NULL) {
		t->order[(*t->n_order)++] = t->number;
	}
}

static void work_is_elsewhere_done_is_here(void **state)
{
	sem_t woken;
	struct task t = { 0 };

	(void)state;
	(void)sem_init(&woken, 0, 0);
	struct job_pool *p = job_pool_new(2, wake, &woken);
	job_pool_drain(p); /* nothing there yet */
	job_submit(p, work, done, &t);
	(void)sem_wait(&woken);
	assert_int_equal(t.done, 0);
	job_pool_drain(p);
	assert_int_equal(t.worked, 1);
	assert_int_equal(t.done, 1);
	assert_false(pthread_equal(t.worker, pthread_self()));
	assert_true(pthread_equal(t.finisher, pthread_self()));
	job_pool_free(p);
	assert_int_equal(t.done, 1);
	(void)sem_destroy(&woken);
}

static void one_thread_keeps_the_order(void **state)
{
	enum { N = 100 };
	sem_t woken;
	struct task tasks[N] = { 0 };
	int order[N], n = 0;

	(void)state;
	(void)sem_init(&woken, 0, 0);
	struct job_pool *p = job_pool_new(1, wake, &woken);
	for (int i = 0; i < N; i++) {
		tasks[i] = (struct task){ .number = i, .order = order, .n_order = &n };
		job_submit(p, work, done, &tasks[i]);
	}
	while (n < N) {
		(void)sem_wait(&woken);
		job_pool_drain(p);
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(order[i], i);
	}
	job_pool_free(p);
	(void)sem_destroy(&woken);
}

/* Closing waits for what runs, and finishes what never ran, each exactly once. */
static void closing_finishes_all(void **state)
{
	enum { N = 20 };
	sem_t woken, gate;
	struct task tasks[N] = { 0 };
	int n_worked = 0;

	(void)state;
	(void)sem_init(&woken, 0, 0);
	(void)sem_init(&gate, 0, 0);
	struct job_pool *p = job_pool_new(2, wake, &woken);
	for (int i = 0; i < N; i++) {
		tasks[i].gate = &gate;
		job_submit(p, work, done, &tasks[i]);
	}
	for (int i = 0; i < N; i++) {
		(void)sem_post(&gate);
	}
	job_pool_free(p);
	for (int i = 0; i < N; i++) {
		assert_int_equal(tasks[i].done, 1);
		assert_true(tasks[i].worked <= 1);
		n_worked += tasks[i].worked;
	}
	assert_in_range(n_worked, 0, N);
	(void)sem_destroy(&woken);
	(void)sem_destroy(&gate);
}

static void works_without_threads(void **state)
{
	sem_t woken;
	struct task t = { 0 };

	(void)state;
	(void)sem_init(&woken, 0, 0);
	struct job_pool *p = job_pool_new(0, wake, &woken);
	job_submit(p, work, done, &t);
	assert_int_equal(t.worked, 1);
	assert_int_equal(t.done, 0);
	assert_int_equal(sem_trywait(&woken), 0);
	job_pool_drain(p);
	assert_int_equal(t.done, 1);
	job_pool_free(p);
	job_pool_free(NULL);
	(void)sem_destroy(&woken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_elsewhere_done_is_here), cmocka_unit_test(one_thread_keeps_the_order),
		cmocka_unit_test(closing_finishes_all),           cmocka_unit_test(works_without_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
