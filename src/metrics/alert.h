/* alert - whether a rule's limit holds now. With hysteresis: an alert begins when the limit holds for enough calls, and ends when the value is
 * a tenth of the bound beyond it, or when no call is left in the span. In between, and with too few calls, it stays what it is.
 * What is on stands in the store (store/alert.h), so several consoles and restarts agree; the one that turns it is told so. */
#ifndef SONDE_METRICS_ALERT_H
#define SONDE_METRICS_ALERT_H

#include "gateway/alert_rule.h"
#include "store/store.h"

struct alert_state {
	bool is_on;
	int64_t since_us;    /* when it began, or ended last; UNKNOWN: it never was on */
	bool is_judged;      /* there were enough calls */
	int64_t value;       /* now; UNKNOWN */
	uint64_t sample;     /* calls that it rests on */
	bool has_simulated;  /* the simulator answered some of the span's calls, of any provider */
	bool has_turned;     /* this evaluation turned it: of all consoles this one says so to the world */
	int64_t recheck_us;  /* while no call comes: when the moving span may change it; INT64_MAX: never */
	struct err err;      /* it could not be read, or what it turned to could not be stored: next time again */
};

/* Whether it should be on, from the figures of its span. Fills is_judged, value, sample, recheck_us of s; is_on is what it was. Pure. */
bool alert_judge(const struct alert_rule *rule, const struct figures *f, int64_t now_us, struct alert_state *s);
/* Reads figures and state and turns the state. For worker threads. False: s->err says why; s then is as before, or has new figures and the
 * state that could not be turned. */
bool alert_evaluate(const char *dir, struct reader *r, const struct alert_rule *rule, int64_t now_us, struct alert_state *s);

#endif
