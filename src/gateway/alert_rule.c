#include "gateway/alert_rule.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

void alert_rule_free(struct alert_rule *rule)
{
	if (rule == NULL) {
		return;
	}
	free(rule->name);
	free(rule->provider);
	free(rule->model);
	free(rule->operation);
	free(rule->command);
	free(rule);
}

static void add_span(struct buf *out, int64_t us)
{
	static const struct {
		char unit;
		int64_t us;
	} units[] = { { 'd', 86400 * US_PER_S }, { 'h', 3600 * US_PER_S }, { 'm', 60 * US_PER_S }, { 's', US_PER_S } };
	size_t i = 0;

	while (i + 1 < COUNT_OF(units) && us % units[i].us != 0) {
		i++;
	}
	(void)buf_addf(out, "%lld%c", (long long)(us / units[i].us), units[i].unit);
}

void alert_rule_text(const struct alert_rule *rule, struct buf *out)
{
	const struct {
		const char *name, *value;
	} only[] = { { "provider", rule->provider }, { "model", rule->model }, { "operation", rule->operation } };
	char limit[LIMIT_TEXT_SIZE];

	limit_text(&rule->limit, limit);
	(void)buf_addf(out, "%s over ", limit);
	add_span(out, rule->over_us);
	for (size_t i = 0; i < COUNT_OF(only); i++) {
		if (only[i].value != NULL) {
			(void)buf_addf(out, ", %s %s", only[i].name, only[i].value);
		}
	}
}

bool alert_rule_set_when(struct alert_rule *rule, const char *text, struct err *e)
{
	struct limit limits[LIMITS_MOST];
	size_t n, column;

	if (!limits_parse(text, limits, &n, &column, e)) {
		return false;
	}
	if (n != 1) {
		return err_set(e, ERR_CONFIG, "one limit is an alert, not %zu; write an alert for each", n);
	}
	rule->limit = limits[0];
	return true;
}

bool alert_rule_set_over(struct alert_rule *rule, const char *text, struct err *e)
{
	char shown[ERR_QUOTE_SIZE];
	int64_t us;

	if (!clock_parse_span(text, &us) || us < ALERT_OVER_LEAST_US || us > ALERT_OVER_MOST_US) {
		return err_set(e, ERR_CONFIG, "must be a span from 10s to 31d such as 10m, not \"%s\"", err_quote(text, shown));
	}
	rule->over_us = us;
	return true;
}
