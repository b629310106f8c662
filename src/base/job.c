#include "base/job.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

struct job {
	void (*work)(void *);
	void (*done)(void *);
	void *arg;
	struct job *next;
};

struct queue {
	struct job *first, **last;
};

struct job_pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct queue waiting, finished;
	int n_running;
	bool is_closing;
	void (*wake)(void *);
	void *ctx;
	int n_threads;
	pthread_t threads[];
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_add(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->last = j;
	q->last = &j->next;
}

static struct job *queue_take(struct queue *q)
{
	struct job *j = q->first;

	if (j != NULL) {
		q->first = j->next;
		if (q->first == NULL) {
			q->last = &q->first;
		}
	}
	return j;
}

static void *worker(void *arg)
{
	struct job_pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct job *j;

		while (!p->is_closing && p->waiting.first == NULL) {
			pthread_cond_wait(&p->changed, &p->lock);
		}
		if (p->is_closing) {
			break;
		}
		j = queue_take(&p->waiting);
		p->n_running++;
		pthread_mutex_unlock(&p->lock);
		j->work(j->arg);
		pthread_mutex_lock(&p->lock);
		p->n_running--;
		queue_add(&p->finished, j);
		pthread_cond_broadcast(&p->changed);
		if (!p->is_closing) {
			p->wake(p->ctx);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct job_pool *job_pool_new(int threads, void (*wake)(void *ctx), void *ctx)
{
	struct job_pool *p = x_calloc(1, sizeof(*p) + (size_t)threads * sizeof(p->threads[0]));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	queue_init(&p->waiting);
	queue_init(&p->finished);
	p->wake = wake;
	p->ctx = ctx;
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&p->threads[p->n_threads], NULL, worker, p) == 0) {
			p->n_threads++;
		}
	}
	return p;
}

void job_submit(struct job_pool *p, void (*work)(void *), void (*done)(void *), void *arg)
{
	struct job *j = x_malloc(sizeof(*j));

	*j = (struct job){ .work = work, .done = done, .arg = arg };
	if (p->n_threads == 0) { /* no thread could be had: slower, not broken */
		work(arg);
	}
	pthread_mutex_lock(&p->lock);
	queue_add(p->n_threads == 0 ? &p->finished : &p->waiting, j);
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (p->n_threads == 0) {
		p->wake(p->ctx);
	}
}

static void finish_all(struct job_pool *p, struct queue *q)
{
	for (;;) {
		pthread_mutex_lock(&p->lock);
		struct job *j = queue_take(q);
		pthread_mutex_unlock(&p->lock);
		if (j == NULL) {
			return;
		}
		j->done(j->arg);
		free(j);
	}
}

void job_pool_drain(struct job_pool *p)
{
	finish_all(p, &p->finished);
}

void job_pool_wait(struct job_pool *p)
{
	bool is_busy = true;

	while (is_busy) {
		job_pool_drain(p); /* a `done` may submit more */
		pthread_mutex_lock(&p->lock);
		while (p->finished.first == NULL && (p->waiting.first != NULL || p->n_running > 0)) {
			pthread_cond_wait(&p->changed, &p->lock);
		}
		is_busy = p->finished.first != NULL;
		pthread_mutex_unlock(&p->lock);
	}
}

void job_pool_free(struct job_pool *p)
{
	if (p == NULL) {
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->is_closing = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->n_threads; i++) {
		pthread_join(p->threads[i], NULL);
	}
	finish_all(p, &p->finished);
	finish_all(p, &p->waiting);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
