/* breaker - when a provider is left alone for a while, and how many calls it takes at once. Pure: whoever asks brings the time.
 * Closed: all goes. Open after FAILURES failures in a row within WINDOW: nothing is sent for PAUSE. Then one probe goes out, and its end
 * decides. A 429 halves the number of calls in flight, and each ten successes give one back. */
#ifndef SONDE_GATEWAY_BREAKER_H
#define SONDE_GATEWAY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"

#define BREAKER_FAILURES 5
#define BREAKER_WINDOW_US (30 * INT64_C(1000000))
#define BREAKER_PAUSE_US (15 * INT64_C(1000000))
#define BREAKER_LIMIT_MOST 64 /* of calls in flight where the configuration has no limit */
#define BREAKER_SUCCESSES 10

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };

/* Zeroed: closed, and without a limit of its own. */
struct breaker {
	enum breaker_state state;
	int64_t failed_us[BREAKER_FAILURES]; /* of the last failures in a row, the oldest first; monotonic */
	int n_failed;
	int64_t open_until_us;
	int limit;                           /* 0: that of the configuration */
	int n_good;                          /* successes since the limit last changed */
};

/* Whether a request may go out now. True from an open one makes this request the probe: breaker_ended or breaker_gave_up is due. */
bool breaker_admits(struct breaker *b, int64_t now_us);
/* Microseconds until it may be worth asking again; 0 when it is closed, and while a probe is out. */
int64_t breaker_wait_us(const struct breaker *b, int64_t now_us);
/* How a request ended, each attempt of a call by itself. in_flight: how many were under way, this one included; configured: the most of
 * the configuration, 0 for none. */
void breaker_ended(struct breaker *b, enum error_class class, int in_flight, int configured, int64_t now_us);
/* A request that went out was cancelled: nobody knows how it would have ended. is_probe: breaker_admits made it one. */
void breaker_gave_up(struct breaker *b, bool is_probe);
/* The most calls in flight now; 0: no limit. */
int breaker_limit(const struct breaker *b, int configured);

#endif
