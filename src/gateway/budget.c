#include "gateway/budget.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "provider/price.h"

struct limit {
	const char *name, *until;
	int64_t limit_nano, spent_nano;
};

static void limits_of(const struct budget *b, const struct budget_spent *s, struct limit out[2])
{
	out[0] = (struct limit){ "day", "tomorrow", b->day_nano, s->stored.day_nano + s->own_nano };
	out[1] = (struct limit){ "month", "next month", b->month_nano, s->stored.month_nano + s->own_nano };
}

bool budget_is_fresh(const struct budget_spent *s, int64_t now_us)
{
	return s->read_us != 0 && now_us - s->read_us < BUDGET_FRESH_US;
}

bool budget_check(const struct budget *b, const struct budget_spent *s, struct err *e)
{
	struct limit limits[2];

	limits_of(b, s, limits);
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct limit *l = &limits[i];
		char spent[32], limit[32];

		if (l->limit_nano > 0 && l->spent_nano >= l->limit_nano) {
			price_format(l->spent_nano, spent, sizeof(spent));
			price_format(l->limit_nano, limit, sizeof(limit));
			(void)err_set(e, ERR_BUDGET, "not sent: %s of the %s's budget of %s is spent", spent, l->name, limit);
			return err_hint(e, "wait until %s, or raise budget.%s in the configuration", l->until, l->name);
		}
	}
	return true;
}

bool budget_takes(const struct budget *b, const struct budget_spent *s, int64_t more_nano, struct err *e)
{
	struct limit limits[2];

	limits_of(b, s, limits);
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct limit *l = &limits[i];
		int64_t left_nano = l->limit_nano - l->spent_nano;
		char cost[32], left[32];

		if (l->limit_nano > 0 && left_nano > 0 && more_nano > left_nano) {
			price_format(more_nano, cost, sizeof(cost));
			price_format(left_nano, left, sizeof(left));
			(void)err_set(e, ERR_BUDGET, "not sent: it costs at least %s, and %s of the %s's budget is left", cost, left, l->name);
			return err_hint(e, "drop a target, shorten the prompt, or raise budget.%s in the configuration", l->name);
		}
	}
	return true;
}

void budget_note(const struct budget *b, const struct budget_spent *s, struct budget_note *out)
{
	struct limit limits[2];

	*out = (struct budget_note){ 0 };
	limits_of(b, s, limits);
	for (size_t i = 0; i < COUNT_OF(limits) && s->read_us != 0; i++) {
		const struct limit *l = &limits[i];
		double percent = l->limit_nano > 0 ? 100. * (double)l->spent_nano / (double)l->limit_nano : 0.;
		char spent[32], limit[32];

		if (percent >= BUDGET_WARN_PERCENT) {
			price_format(l->spent_nano, spent, sizeof(spent));
			price_format(l->limit_nano, limit, sizeof(limit));
			(void)snprintf(out->brief, sizeof(out->brief), "budget %.0f %%", percent);
			(void)snprintf(out->text, sizeof(out->text), "%s of the %s's budget of %s is spent (%.0f %%)", spent, l->name, limit, percent);
			return;
		}
	}
}

void budget_starts(int64_t wall_us, int64_t *day_us, int64_t *month_us)
{
	time_t t = (time_t)(wall_us / US_PER_S);
	struct tm tm;

	(void)localtime_r(&t, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	*day_us = (int64_t)mktime(&tm) * US_PER_S;
	tm.tm_mday = 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	*month_us = (int64_t)mktime(&tm) * US_PER_S;
}
