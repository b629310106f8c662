#include "metrics/alert.h"

#include "base/clock.h"
#include "base/num.h"
#include "metrics/summary.h"
#include "store/alert.h"

/* A span is looked at so often while it moves over calls that are there. */
#define RECHECKS 60
#define RETRY_US (10 * US_PER_S) /* while the store cannot be written */

/* Whether the calls that leave the span, one after the other, can turn it. */
static bool can_move(const struct alert_rule *rule, const struct figures *f, const struct alert_state *s, bool is_on)
{
	if (f->calls == 0) {
		return false;
	}
	if (limit_only_falls(&rule->limit)) {
		return limit_is_upper(&rule->limit) == is_on;
	}
	return s->is_judged || is_on;
}

static bool should_be_on(const struct alert_rule *rule, const struct figures *f, const struct alert_state *s)
{
	if (s->is_judged && limit_holds(&rule->limit, s->value)) {
		return true;
	}
	if (!s->is_on) {
		return false;
	}
	bool is_over = s->is_judged ? limit_is_clear(&rule->limit, s->value) : f->calls == 0;

	return !is_over;
}

bool alert_judge(const struct alert_rule *rule, const struct figures *f, int64_t now_us, struct alert_state *s)
{
	int64_t step_us = rule->over_us / RECHECKS > US_PER_S ? rule->over_us / RECHECKS : US_PER_S;

	s->value = limit_value(&rule->limit, f, rule->over_us);
	s->sample = limit_sample(&rule->limit, f);
	s->is_judged = is_known(s->value) && s->sample >= limit_least(&rule->limit, (uint64_t)rule->min_calls);
	bool is_on = should_be_on(rule, f, s);

	s->recheck_us = can_move(rule, f, s, is_on) ? now_us + step_us : INT64_MAX;
	return is_on;
}

static bool read_and_turn(const char *dir, struct reader *r, const struct alert_rule *rule, const char *key, int64_t now_us, struct alert_state *s)
{
	const struct metrics_query q = {
		.from_us = now_us - rule->over_us, .to_us = now_us + 1, .provider = rule->provider, .model = rule->model, .operation = rule->operation,
	};
	struct alert_row row;

	if (!alert_row_read(r, key, &row, &s->err)) {
		return false;
	}
	struct metrics *m = metrics_query(r, &q, &s->err);

	if (m == NULL) {
		return false;
	}
	s->is_on = row.is_on;
	s->since_us = row.since_us;
	s->has_simulated = m->has_simulated;
	bool is_on = alert_judge(rule, &m->total, now_us, s);

	metrics_free(m);
	if (is_on == row.is_on) {
		return true;
	}
	if (!alert_row_turn(dir, key, is_on, now_us, &s->has_turned, &s->err)) {
		s->recheck_us = now_us + RETRY_US;
		return false;
	}
	s->is_on = is_on;
	s->since_us = now_us;
	return true;
}

bool alert_evaluate(const char *dir, struct reader *r, const struct alert_rule *rule, int64_t now_us, struct alert_state *s)
{
	struct buf key = { 0 };

	s->err = (struct err){ 0 };
	s->has_turned = false;
	alert_rule_text(rule, &key);
	bool ok = read_and_turn(dir, r, rule, buf_str(&key), now_us, s);

	buf_free(&key);
	return ok;
}
