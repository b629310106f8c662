/* alert_rule - what a person wants to be told of: a limit that holds over a span of time, for all calls or some of them. Comes from the
 * section `alerts` of the configuration or from options of the console. Pure. */
#ifndef SONDE_GATEWAY_ALERT_RULE_H
#define SONDE_GATEWAY_ALERT_RULE_H

#include "base/buf.h"
#include "gateway/limit.h"

#define ALERT_OVER_US INT64_C(600000000)             /* 10 min, unless said otherwise */
#define ALERT_OVER_LEAST_US INT64_C(10000000)        /* 10 s */
#define ALERT_OVER_MOST_US (INT64_C(31) * 86400000000) /* 31 days */
#define ALERTS_MOST 50

struct alert_rule {
	char *name;           /* as shown; never NULL */
	struct limit limit;   /* the alert is on while this holds */
	int64_t over_us;      /* of the calls that began so long ago at most */
	char *provider, *model, *operation; /* NULL: any */
	int min_calls;        /* of fewer calls rates and percentiles are not judged */
	char *command;        /* run by the shell at the beginning and at the end; NULL */
};

void alert_rule_free(struct alert_rule *rule); /* NULL is fine */
/* "err > 2% over 10m", with provider, model and operation where they are given: what the rule is, whatever its name; the key of its state. */
void alert_rule_text(const struct alert_rule *rule, struct buf *out);
/* Both for reading: one limit, which is the condition; and a span within the range above. False: e says what it must be. */
bool alert_rule_set_when(struct alert_rule *rule, const char *text, struct err *e) SONDE_MUST_CHECK;
bool alert_rule_set_over(struct alert_rule *rule, const char *text, struct err *e) SONDE_MUST_CHECK;

#endif
