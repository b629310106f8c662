#include "metrics/forecast.h"

#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "gateway/budget.h"
#include "metrics/summary.h"
#include "store/reader.h"
#include "store/rollup.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
#define HOUR_LEVEL 2 /* of rollup_levels; kept for ever */

/* What an hour of the day cost on average, in nano-dollars. */
struct profile {
	double hours[24];
	double day; /* their sum */
};

static struct tm local(int64_t us)
{
	time_t t = (time_t)(us / US_PER_S);
	struct tm tm = { 0 };

	(void)localtime_r(&t, &tm);
	return tm;
}

/* The local midnight before us. */
static int64_t midnight(int64_t us)
{
	int64_t day_us, month_us;

	budget_starts(us, &day_us, &month_us);
	return day_us;
}

/* Local midnights are 23 to 25 hours apart. */
static int days_between(int64_t from_us, int64_t to_us)
{
	return (int)lround((double)(to_us - from_us) / (double)DAY_US);
}

static bool spent(struct reader *r, int64_t now_us, struct forecast_span *span, bool *has_simulated, struct err *e)
{
	const struct metrics_query q = { .from_us = span->from_us, .to_us = now_us + 1 };
	struct metrics *m = metrics_query(r, &q, e);

	if (m == NULL) {
		return false;
	}
	span->spent_nano = m->total.cost_nano;
	*has_simulated = m->has_simulated;
	metrics_free(m);
	return true;
}

static bool read_profile(struct reader *r, int64_t from_us, int64_t to_us, int n_days, struct profile *p, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql, "SELECT slot, sum(cost_nano) FROM rollup WHERE level = ?1 AND slot >= ?2 AND slot < ?3 GROUP BY slot", e);
	int rc = SQLITE_DONE;

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int(st, 1, HOUR_LEVEL);
	(void)sqlite3_bind_int64(st, 2, rollup_slot(from_us, HOUR_US));
	(void)sqlite3_bind_int64(st, 3, rollup_slot(to_us, HOUR_US));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		double cost = (double)sqlite3_column_int64(st, 1) / n_days;

		p->hours[local(sqlite3_column_int64(st, 0) * HOUR_US).tm_hour] += cost;
		p->day += cost;
	}
	bool ok = rc == SQLITE_DONE || sql_failed(r->sql, e);

	(void)sqlite3_reset(st);
	return ok;
}

static double rest_of_day(const struct profile *p, int64_t from_us, int64_t to_us)
{
	double rest = 0;

	while (from_us < to_us) {
		int64_t hour_us = rollup_slot(from_us, HOUR_US) * HOUR_US;
		int64_t until_us = hour_us + HOUR_US < to_us ? hour_us + HOUR_US : to_us;

		rest += p->hours[local(hour_us).tm_hour] * (double)(until_us - from_us) / (double)HOUR_US;
		from_us = until_us;
	}
	return rest;
}

static int64_t end_of(const struct forecast_span *span, double rest)
{
	double end = (double)span->spent_nano + rest;

	return end < (double)INT64_MAX / 2 ? (int64_t)llround(end) : INT64_MAX / 2;
}

static void go_on_linearly(struct forecast *f, int64_t first_us, int64_t now_us)
{
	int64_t since_us = first_us > f->day.from_us ? first_us : f->day.from_us;

	if (now_us - since_us < FORECAST_LEAST_US) {
		return;
	}
	double rate = (double)f->day.spent_nano / (double)(now_us - since_us);

	f->day.end_nano = end_of(&f->day, rate * (double)(f->day.to_us - now_us));
	f->month.end_nano = end_of(&f->month, rate * (double)(f->month.to_us - now_us));
}

void forecast_nothing(int64_t now_us, struct forecast *out)
{
	int64_t unused;

	*out = (struct forecast){ .day.end_nano = UNKNOWN, .month.end_nano = UNKNOWN };
	budget_starts(now_us, &out->day.from_us, &out->month.from_us);
	out->day.to_us = midnight(out->day.from_us + DAY_US + DAY_US / 2);
	budget_starts(out->month.from_us + 32 * DAY_US, &unused, &out->month.to_us);
}

bool forecast_read(struct reader *r, int64_t now_us, struct forecast *out, struct err *e)
{
	struct profile p = { .day = 0 };
	struct forecast f;
	int64_t first_us;

	forecast_nothing(now_us, &f);
	if (!sql_int(r->sql, "SELECT min(ts_us) FROM call", &first_us, e) || !spent(r, now_us, &f.day, &f.has_simulated, e) ||
	    !spent(r, now_us, &f.month, &f.has_simulated, e)) {
		return false;
	}
	if (!is_known(first_us)) {
		*out = f;
		return true;
	}
	int n_days = days_between(midnight(first_us - 1), f.day.from_us) - 1; /* the day of the first call is not whole */

	f.n_days = n_days < 0 ? 0 : n_days > FORECAST_DAYS ? FORECAST_DAYS : n_days;
	if (f.n_days == 0) {
		go_on_linearly(&f, first_us, now_us);
	} else if (!read_profile(r, midnight(f.day.from_us - f.n_days * DAY_US + DAY_US / 2), f.day.from_us, f.n_days, &p, e)) {
		return false;
	} else {
		double rest = rest_of_day(&p, now_us, f.day.to_us);

		f.day.end_nano = end_of(&f.day, rest);
		f.month.end_nano = end_of(&f.month, rest + p.day * days_between(f.day.to_us, f.month.to_us));
	}
	*out = f;
	return true;
}
