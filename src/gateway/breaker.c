#include "gateway/breaker.h"

#include <string.h>

static void close_it(struct breaker *b)
{
	b->state = BREAKER_CLOSED;
	b->n_failed = 0;
}

static void open_it(struct breaker *b, int64_t now_us)
{
	b->state = BREAKER_OPEN;
	b->n_failed = 0;
	b->open_until_us = now_us + BREAKER_PAUSE_US;
}

bool breaker_admits(struct breaker *b, int64_t now_us)
{
	if (b->state == BREAKER_OPEN && now_us >= b->open_until_us) {
		b->state = BREAKER_PROBING;
		return true;
	}
	return b->state == BREAKER_CLOSED;
}

int64_t breaker_wait_us(const struct breaker *b, int64_t now_us)
{
	return b->state == BREAKER_OPEN && b->open_until_us > now_us ? b->open_until_us - now_us : 0;
}

static void add_failure(struct breaker *b, int64_t now_us)
{
	if (b->n_failed == BREAKER_FAILURES) {
		memmove(b->failed_us, b->failed_us + 1, sizeof(b->failed_us) - sizeof(b->failed_us[0]));
		b->n_failed--;
	}
	b->failed_us[b->n_failed++] = now_us;
	if (b->n_failed == BREAKER_FAILURES && now_us - b->failed_us[0] <= BREAKER_WINDOW_US) {
		open_it(b, now_us);
	}
}

static void lower_limit(struct breaker *b, int in_flight, int configured)
{
	int most = configured > 0 ? configured : BREAKER_LIMIT_MOST;
	int limit = b->limit > 0 ? b->limit : in_flight < most ? in_flight : most;

	b->limit = limit > 1 ? limit / 2 : 1;
	b->n_good = 0;
}

static void raise_limit(struct breaker *b, int configured)
{
	if (b->limit == 0 || ++b->n_good < BREAKER_SUCCESSES) {
		return;
	}
	b->n_good = 0;
	if (++b->limit >= (configured > 0 ? configured : BREAKER_LIMIT_MOST)) {
		b->limit = 0;
	}
}

void breaker_ended(struct breaker *b, enum error_class class, int in_flight, int configured, int64_t now_us)
{
	bool is_failure = class == CLASS_SERVER_ERROR || class == CLASS_TIMEOUT || class == CLASS_NETWORK;

	if (class == CLASS_RATE_LIMITED) {
		lower_limit(b, in_flight, configured);
	} else if (class == CLASS_NONE) {
		raise_limit(b, configured);
	}
	if (!is_failure) { /* whatever it said, it answered; one that was sent before the opening counts as well */
		close_it(b);
	} else if (b->state == BREAKER_PROBING) {
		open_it(b, now_us);
	} else if (b->state == BREAKER_CLOSED) {
		add_failure(b, now_us);
	}
}

void breaker_gave_up(struct breaker *b, bool is_probe)
{
	if (is_probe && b->state == BREAKER_PROBING) {
		b->state = BREAKER_OPEN; /* its time has passed: the next request is the probe */
	}
}

int breaker_limit(const struct breaker *b, int configured)
{
	return b->limit > 0 && (configured == 0 || b->limit < configured) ? b->limit : configured;
}
