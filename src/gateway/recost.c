#include "gateway/recost.h"

#include "gateway/record.h"

static bool cost_of(void *ctx, const struct call_row *row, struct recost_cost *cost)
{
	const struct config *c = ctx;
	const struct provider_entry *entry = config_find_provider(c, row->provider);
	const struct provider *kind = entry != NULL ? entry->kind : NULL;
	const struct price *p = record_price_of(c->prices, row->provider, kind, row->model_req);

	if (p == NULL) {
		p = record_price_of(c->prices, row->provider, kind, row->model_resp);
	}
	if (p == NULL || !price_cost(p, &row->usage, &cost->nano, &cost->is_estimated)) {
		return false;
	}
	cost->is_estimated |= !call_row_is_ok(row);
	return true;
}

bool recost_calls(const struct config *c, const char *dir, struct recost_sum *sum, struct err *e)
{
	return recost_all(dir, price_table_version(c->prices), cost_of, (void *)c, sum, e);
}
