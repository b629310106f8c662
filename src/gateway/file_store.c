/* The section `store` of the configuration file. */
#include "gateway/file_reader.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define HOUR_S 3600L
#define DAY_S (24 * HOUR_S)

/* "90d" into microseconds; lo is the least, in seconds. */
static void read_age(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	bool is_text = v->node->type == YAML_SCALAR && !is_nothing(v->node);
	const char *text = is_text ? v->node->text : "";
	char shown[ERR_QUOTE_SIZE];
	int64_t us;

	if (!clock_parse_span(text, &us)) {
		problem(r, v->node, "%s must be an age such as 90d, not %s%s%s", v->path, is_text ? "\"" : "",
		    is_text ? err_quote(text, shown) : kind_of(v->node), is_text ? "\"" : "");
	} else if (us < k->lo * US_PER_S) {
		problem(r, v->node, "%s must be at least %ld%s", v->path, k->lo / (k->lo >= DAY_S ? DAY_S : HOUR_S), k->lo >= DAY_S ? "d" : "h");
	} else {
		*(int64_t *)key_field(into, k) = us;
	}
}

static void read_bodies(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	bool is_on = true;

	read_switch(r, &(struct key){ .name = k->name, .choices = k->choices }, v, &is_on);
	((struct store_policy *)into)->no_bodies = !is_on;
}

static void read_pattern(struct reader *r, const struct value *v)
{
	const char *text = as_text(r, v);
	struct err e;

	if (text != NULL && !redact_add(r->c->store.redact, text, &e)) {
		problem(r, v->node, "%s %s", v->path, e.text);
	}
}

static void read_redact(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct store_policy *policy = into;

	(void)k;
	if (v->node->type != YAML_LIST) {
		problem(r, v->node, "%s must be a list of regular expressions such as \"['sk-[A-Za-z0-9]+']\", not %s", v->path, kind_of(v->node));
		return;
	}
	if (policy->redact == NULL) {
		policy->redact = redact_new();
	}
	for (size_t i = 0; i < v->node->n; i++) {
		read_pattern(r, &(struct value){ .path = v->path, .key = v->node->items[i], .node = v->node->items[i] });
	}
}

static const struct key store_keys[] = {
	{ .name = "bodies", .read = read_bodies, .choices = "on|off",
	  .help = "off: prompts, requests and answers are not written to the disk, and nothing is kept for `cache`; default on" },
	{ .name = "redact", .read = read_redact, .choices = "list of regular expressions",
	  .help = "what matches is replaced by `[redacted]` before anything is written; the pieces of a streamed answer are then not kept" },
	{ .name = "keep_calls", .read = read_age, .offset = offsetof(struct store_policy, calls_us), .lo = 32 * DAY_S, .choices = "age, from 32d",
	  .help = "older calls are removed with their bodies; their sums per hour stay; default: never" },
	{ .name = "keep_bodies", .read = read_age, .offset = offsetof(struct store_policy, bodies_us), .lo = HOUR_S, .choices = "age, from 1h",
	  .help = "older prompts, requests, answers and cached answers are removed; default: as keep_calls" },
};
const struct key_table store_key_table = { "store", store_keys, COUNT_OF(store_keys) };

void read_store(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "keep_calls: 90d");

	(void)k;
	(void)into;
	if (map != NULL) {
		read_keys(r, map, v->path, store_keys, COUNT_OF(store_keys), &r->c->store);
	}
}
