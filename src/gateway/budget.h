/* budget - whether a request may be sent, by what was spent today and this month. Pure: the figures and the time are brought along.
 * A figure of the store counts for BUDGET_FRESH_US; what this process spends meanwhile is added. Calls under way are not counted: they
 * may go over the limit by what they cost. */
#ifndef SONDE_GATEWAY_BUDGET_H
#define SONDE_GATEWAY_BUDGET_H

#include "base/err.h"
#include "store/spend.h"

#define BUDGET_FRESH_US INT64_C(5000000)
#define BUDGET_WARN_PERCENT 80

/* Nano-dollars; 0: no limit. */
struct budget {
	int64_t day_nano, month_nano;
};

struct budget_spent {
	struct spend stored;
	int64_t own_nano;     /* by this process since then */
	int64_t read_us;      /* monotonic; 0: never */
};

static inline bool budget_is_set(const struct budget *b)
{
	return b->day_nano > 0 || b->month_nano > 0;
}
bool budget_is_fresh(const struct budget_spent *s, int64_t now_us);
/* False with ERR_BUDGET, both figures and what to do, when a limit is reached. */
bool budget_check(const struct budget *b, const struct budget_spent *s, struct err *e) SONDE_MUST_CHECK;
/* The same when a limit that is not reached yet has less than more_nano left. */
bool budget_takes(const struct budget *b, const struct budget_spent *s, int64_t more_nano, struct err *e) SONDE_MUST_CHECK;
/* "$4.10 of the day's budget of $5.00 is spent (82 %)", where there is no room "budget 82 %", from BUDGET_WARN_PERCENT of a limit;
 * both "" below, and when nothing was read yet. */
struct budget_note {
	char text[160], brief[40];
};
void budget_note(const struct budget *b, const struct budget_spent *s, struct budget_note *out);
/* The local midnight before a time, and that of the first of its month; microseconds since the epoch. */
void budget_starts(int64_t wall_us, int64_t *day_us, int64_t *month_us);

#endif
