/* The section `budget` of the configuration file. */
#include "gateway/file_reader.h"

#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"

static const struct quantity_unit usd[] = { { "", 1000000000 }, { NULL, 0 } }; /* nano-dollars */

static void read_usd(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = v->node->type == YAML_SCALAR && !v->node->is_quoted ? v->node->text : "";
	char shown[ERR_QUOTE_SIZE];
	int64_t nano;

	if (quantity_parse(text, strlen(text), usd, &nano) && nano > 0) {
		*(int64_t *)key_field(into, k) = nano;
		return;
	}
	bool is_text = v->node->type == YAML_SCALAR && !is_nothing(v->node);
	problem(r, v->node, "%s must be a number of US dollars above 0 such as 5.00, not %s%s%s", v->path, is_text ? "\"" : "",
	    is_text ? err_quote(v->node->text, shown) : kind_of(v->node), is_text ? "\"" : "");
}

static const struct key budget_keys[] = {
	{ .name = "day", .read = read_usd, .offset = offsetof(struct budget, day_nano),
	  .help = "US dollars a day, from local midnight; once spent, nothing more is sent" },
	{ .name = "month", .read = read_usd, .offset = offsetof(struct budget, month_nano), .help = "the same for a month" },
};
const struct key_table budget_key_table = { "budget", budget_keys, COUNT_OF(budget_keys) };

void read_budget(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "day: 5.00");

	(void)k;
	(void)into;
	if (map != NULL) {
		read_keys(r, map, v->path, budget_keys, COUNT_OF(budget_keys), &r->c->budget);
	}
}
