/* The section `alerts` of the configuration file. */
#include "gateway/file_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void read_when(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = as_text(r, v);
	struct err e = { 0 };

	(void)k;
	if (text != NULL && !alert_rule_set_when(into, text, &e)) {
		problem(r, v->node, "%s: %s%s%s", v->path, e.text, e.hint[0] != '\0' ? "; " : "", e.hint);
	}
}

static void read_over(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = as_text(r, v);
	struct err e = { 0 };

	(void)k;
	if (text != NULL && !alert_rule_set_over(into, text, &e)) {
		problem(r, v->node, "%s %s", v->path, e.text);
	}
}

static const struct key alert_keys[] = {
	{ .name = "when", .read = read_when, .help = "a limit, such as `err > 2%`: the alert is on while it holds; required" },
	{ .name = "over", .read = read_over, .help = "of the calls of so long a time, 10s to 31d; default 10m" },
	{ .name = "name", .read = read_text, .offset = offsetof(struct alert_rule, name), .help = "what it is called; default: the limit and the rest of it" },
	{ .name = "provider", .read = read_text, .offset = offsetof(struct alert_rule, provider), .help = "only calls of this provider" },
	{ .name = "model", .read = read_text, .offset = offsetof(struct alert_rule, model), .help = "only calls answered by this model" },
	{ .name = "operation", .read = read_text, .offset = offsetof(struct alert_rule, operation), .help = "only calls of this operation" },
	{ .name = "min_calls", .read = read_number, .offset = offsetof(struct alert_rule, min_calls), .lo = 1, .hi = 1000000,
	  .help = "of fewer calls rates and percentiles are not judged; default 20" },
	{ .name = "command", .read = read_text, .offset = offsetof(struct alert_rule, command),
	  .help = "a shell command, run once when it begins and once when it ends" },
};
const struct key_table alert_key_table = { "alerts[N]", alert_keys, COUNT_OF(alert_keys) };

/* The state in the store belongs to the text of the rule: two of the same text would take it from each other. */
static bool is_there(const struct config *c, const char *text)
{
	bool is = false;

	for (size_t i = 0; i < c->n_alerts && !is; i++) {
		struct buf other = { 0 };

		alert_rule_text(c->alerts[i], &other);
		is = strcmp(buf_str(&other), text) == 0;
		buf_free(&other);
	}
	return is;
}

static void add_rule(struct reader *r, const struct value *v, struct alert_rule *rule)
{
	struct buf text = { 0 };

	alert_rule_text(rule, &text);
	if (is_there(r->c, buf_str(&text))) {
		problem(r, v->node, "%s is the same alert as one above; take one of them out", v->path);
		alert_rule_free(rule);
	} else {
		rule->name = rule->name != NULL ? rule->name : x_strdup(buf_str(&text));
		*array_push(r->c->alerts, r->c->n_alerts, r->c->cap_alerts) = rule;
	}
	buf_free(&text);
}

static void read_alert(struct reader *r, const struct value *v)
{
	const struct yaml_node *map = as_map(r, v, "when: err > 2%");
	size_t n_found = r->n;

	if (map == NULL && !is_nothing(v->node)) {
		return;
	}
	struct alert_rule *rule = x_calloc(1, sizeof(*rule));

	rule->over_us = ALERT_OVER_US;
	rule->min_calls = LIMIT_CALLS;
	if (map != NULL) {
		read_keys(r, map, v->path, alert_keys, COUNT_OF(alert_keys), rule);
	}
	if (map == NULL || yaml_get(map, "when") == NULL) {
		problem(r, v->node, "%s has no limit; add when: err > 2%%", v->path);
	}
	if (r->n == n_found) {
		add_rule(r, v, rule);
	} else {
		alert_rule_free(rule);
	}
}

void read_alerts(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *list = v->node;

	(void)k;
	(void)into;
	if (list->type != YAML_LIST && !is_nothing(list)) {
		problem(r, list, "%s must be a list such as \"- when: err > 2%%\", not %s", v->path, kind_of(list));
		return;
	}
	for (size_t i = 0; i < list->n && list->type == YAML_LIST; i++) {
		char path[PATH_SIZE];
		struct value item = { .path = path, .key = list->items[i], .node = list->items[i] };

		(void)snprintf(path, sizeof(path), "alerts[%zu]", i + 1);
		if (i == ALERTS_MOST) {
			problem(r, list->items[i], "%s: at most %d alerts; take some out", v->path, ALERTS_MOST);
			return;
		}
		read_alert(r, &item);
	}
}
