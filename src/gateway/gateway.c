#include "gateway/gateway.h"

#include <stdlib.h>

#include "base/mem.h"
#include "gateway/live_call.h"

struct gateway *gateway_new(struct loop *l, struct config *config, struct store *store)
{
	struct gateway *g = x_calloc(1, sizeof(*g));

	g->loop = l;
	g->config = config;
	g->store = store;
	g->http = http_new(l);
	return g;
}

const struct budget_spent *gateway_spent(const struct gateway *g)
{
	return &g->spent;
}

void gateway_budget_note(const struct gateway *g, struct budget_note *out)
{
	budget_note(&g->config->budget, &g->spent, out);
}

void gateway_warm_up(struct gateway *g)
{
	if (!g->is_warm) {
		g->is_warm = true;
		http_warm_up(g->loop);
	}
}

void gateway_free(struct gateway *g)
{
	if (g == NULL) {
		return;
	}
	while (g->calls != NULL) {
		struct live_call *lc = g->calls;

		lc->listener = NULL;
		err_set(&lc->pub.err, ERR_INTERRUPTED, "cancelled: the program ended");
		live_finish(lc, CALL_CANCELLED);
	}
	if (g->n_keeping > 0) {
		job_pool_wait(g->loop->jobs);
	}
	http_free(g->http);
	free(g->gates);
	free(g);
}
