/* Timers that are due at once fire in no order, so a call that finds no free place, or an older call before it, returns and waits to be
 * woken: by whoever gives a place back, or by the one before once it has taken its own. */
#include "gateway/admission.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/attempt.h"

/* Borrowed until the next one is asked for. */
static struct breaker *breaker_of(struct gateway *g, const struct provider_entry *p)
{
	for (size_t i = 0; i < g->n_gates; i++) {
		if (g->gates[i].provider == p) {
			return &g->gates[i].breaker;
		}
	}
	struct gate *gate = array_push(g->gates, g->n_gates, g->cap_gates);

	*gate = (struct gate){ .provider = p };
	return &gate->breaker;
}

static int in_flight(const struct gateway *g, const struct provider_entry *p)
{
	int n = 0;

	for (const struct live_call *lc = g->calls; lc != NULL; lc = lc->next) {
		n += lc->holds_place && lc->pub.target->provider == p;
	}
	return n;
}

/* The call that is the next to get a place at this provider; NULL. */
static struct live_call *oldest_waiting(const struct gateway *g, const struct provider_entry *p)
{
	struct live_call *oldest = NULL;

	for (struct live_call *lc = g->calls; lc != NULL; lc = lc->next) {
		if (lc->pub.state == CALL_QUEUED && lc->pub.target->provider == p && !lc->holds_place) {
			oldest = lc;
		}
	}
	return oldest;
}

void admission_next(struct gateway *g, const struct provider_entry *p)
{
	struct live_call *next = oldest_waiting(g, p);

	if (next != NULL) {
		live_arm(next, 0.);
	}
}

bool admission_of_attempt(struct live_call *lc)
{
	const struct provider_entry *p = lc->pub.target->provider;
	struct breaker *b = breaker_of(lc->gateway, p);
	int64_t now_us = clock_mono_us();

	if (breaker_admits(b, now_us)) {
		lc->is_probe = b->state == BREAKER_PROBING;
		return true;
	}
	int64_t wait_us = breaker_wait_us(b, now_us);
	err_set(&lc->pub.err, ERR_PROVIDER, "%s failed %d times in a row: nothing is sent to it for a while", p->name, BREAKER_FAILURES);
	if (wait_us > 0) {
		err_hint(&lc->pub.err, "try again in %lld s, or another target", (long long)((wait_us + US_PER_S - 1) / US_PER_S));
	} else {
		err_hint(&lc->pub.err, "one request is on its way to see whether it is back: try again then");
	}
	live_fail(lc, CLASS_SERVER_ERROR);
	return false;
}

void admission_attempt_over(struct live_call *lc, enum error_class class)
{
	const struct provider_entry *p = lc->pub.target->provider;

	breaker_ended(breaker_of(lc->gateway, p), class, in_flight(lc->gateway, p), p->max_in_flight, clock_mono_us());
	lc->is_probe = false;
}

void admission_gave_up(struct live_call *lc)
{
	breaker_gave_up(breaker_of(lc->gateway, lc->pub.target->provider), lc->is_probe);
	lc->is_probe = false;
}

/* A key that a command gives is fetched on a worker: the command may take seconds. */
struct key_fetch {
	struct live_call *lc;
	struct provider_entry *entry;
	struct err err;
	bool ok;
};

static void fetch_key(void *arg)
{
	struct key_fetch *k = arg;

	k->ok = provider_entry_key(k->entry, &k->err);
}

static void key_fetched(void *arg)
{
	struct key_fetch *k = arg;
	struct live_call *lc = k->lc;

	if (lc->pub.state == CALL_QUEUED) {
		if (k->ok) {
			attempt_send(lc);
		} else {
			lc->pub.err = k->err;
			live_fail(lc, CLASS_AUTH);
		}
	}
	call_unref(&lc->pub);
	free(k);
}

static void begin(struct live_call *lc)
{
	struct provider_entry *p = (struct provider_entry *)lc->pub.target->provider;

	int limit = breaker_limit(breaker_of(lc->gateway, p), p->max_in_flight);
	if (limit > 0 && (in_flight(lc->gateway, p) >= limit || oldest_waiting(lc->gateway, p) != lc)) {
		return;
	}
	lc->holds_place = true;
	admission_next(lc->gateway, p);
	if (p->key == NULL && p->key_command == NULL && !provider_entry_key(p, &lc->pub.err)) {
		live_fail(lc, CLASS_AUTH);
		return;
	}
	if (p->key == NULL && p->key_command != NULL) {
		struct key_fetch *k = x_calloc(1, sizeof(*k));

		*k = (struct key_fetch){ .lc = lc, .entry = p };
		(void)call_ref(&lc->pub);
		job_submit(lc->gateway->loop->jobs, fetch_key, key_fetched, k);
		return;
	}
	attempt_send(lc);
}

/* The question of what was spent, which goes to a worker and comes back. */
struct spend_look {
	struct live_call *lc;
	char *dir;
	int64_t day_us, month_us, cost_before_nano;
	struct spend spend;
	struct err err;
	bool ok;
};

static void look_at_spend(void *arg)
{
	struct spend_look *s = arg;

	s->ok = spend_read(s->dir, s->month_us, s->day_us, &s->spend, &s->err);
}

static void begin_within_budget(struct live_call *lc)
{
	struct gateway *g = lc->gateway;

	if (budget_check(&g->config->budget, &g->spent, &lc->pub.err)) {
		begin(lc);
	} else {
		live_fail(lc, CLASS_BUDGET);
	}
}

static void spend_looked(void *arg)
{
	struct spend_look *s = arg;
	struct live_call *lc = s->lc;

	lc->is_looking = false;
	if (lc->pub.state == CALL_QUEUED && s->ok) {
		struct gateway *g = lc->gateway;

		/* What ended meanwhile may be in both: rather too much than too little. */
		g->spent = (struct budget_spent){ s->spend, g->cost_nano - s->cost_before_nano, clock_mono_us() };
		begin_within_budget(lc);
	} else if (lc->pub.state == CALL_QUEUED) {
		lc->pub.err = s->err;
		lc->pub.err.code = ERR_BUDGET;
		(void)err_prefix(&lc->pub.err, "not sent: the budget cannot be checked");
		live_fail(lc, CLASS_BUDGET);
	}
	call_unref(&lc->pub);
	free(s->dir);
	free(s);
}

void admission_begin(struct live_call *lc)
{
	struct gateway *g = lc->gateway;

	if (!budget_is_set(&g->config->budget)) {
		begin(lc);
	} else if (g->store == NULL) {
		err_set(&lc->pub.err, ERR_BUDGET, "not sent: the budget cannot be checked without the store");
		err_hint(&lc->pub.err, "make the store writable, or take budget out of the configuration");
		live_fail(lc, CLASS_BUDGET);
	} else if (budget_is_fresh(&g->spent, clock_mono_us())) {
		begin_within_budget(lc);
	} else {
		struct spend_look *s = x_calloc(1, sizeof(*s));

		s->lc = lc;
		s->dir = x_strdup(store_dir(g->store));
		s->cost_before_nano = g->cost_nano;
		budget_starts(clock_wall_us(), &s->day_us, &s->month_us);
		lc->is_looking = true;
		(void)call_ref(&lc->pub);
		job_submit(g->loop->jobs, look_at_spend, spend_looked, s);
	}
}
