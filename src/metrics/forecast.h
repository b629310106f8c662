/* forecast - what the day and the month will have cost at their end, when the next hours cost what the same hours of the last days did.
 * Formula: what is spent, and for each hour left (of the one under way its rest) the average cost of that local hour in the last
 * FORECAST_DAYS whole days; fewer days when the store is younger. Before there is a whole day: on at the rate of today so far, from the
 * first call on, once that is FORECAST_LEAST_US ago. Days and months are local. Costs that are not known count as 0. */
#ifndef SONDE_METRICS_FORECAST_H
#define SONDE_METRICS_FORECAST_H

#include "store/store.h"

#define FORECAST_DAYS 7
#define FORECAST_LEAST_US INT64_C(1800000000)

struct forecast_span {
	int64_t from_us, to_us; /* local midnights */
	int64_t spent_nano;     /* exact, from from_us to now */
	int64_t end_nano;       /* at to_us; UNKNOWN: there is too little to go by */
};

struct forecast {
	struct forecast_span day, month;
	int n_days;         /* the whole days it goes by; 0: the rate of today */
	bool has_simulated; /* a call of this month was answered by the simulator */
};

/* What there is to say without a store: nothing spent. */
void forecast_nothing(int64_t now_us, struct forecast *out);
/* For worker threads. */
bool forecast_read(struct reader *r, int64_t now_us, struct forecast *out, struct err *e) SONDE_MUST_CHECK;

#endif
