#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/models.h"
#include "gateway/kept_prices.h"
#include "gateway/recost.h"

static void tell(void *ctx, const struct err *e)
{
	int *status = ctx;

	*status = cli_fail(e);
}

int models_take_prices(const char *path)
{
	struct buf text = { 0 };
	struct err e = { 0 };
	char *dir = cli_data_dir(&e), snapshot[16] = "";
	int status = 0, n_new;

	if (dir == NULL || !cli_read(path, &text, &e)) {
		status = cli_fail(&e);
	} else if (kept_prices_put(dir, path, buf_str(&text), text.len, &n_new, tell, &status)) {
		(void)price_file_snapshot(buf_str(&text), text.len, snapshot);
		printf("prices of %s are in use; models that had no price before: %d\n", snapshot, n_new);
	}
	buf_free(&text);
	free(dir);
	return status;
}

int models_recost(const struct config *c)
{
	struct err e = { 0 };
	struct recost_sum sum;
	char cost[32], *dir = cli_data_dir(&e);
	bool ok = dir != NULL && recost_calls(c, dir, &sum, &e);

	if (ok) {
		price_format(sum.nano, cost, sizeof(cost));
		printf("recorded calls that had no cost and have one now: %" PRIu64 " (%s)\n", sum.calls, cost);
	}
	free(dir);
	return ok ? 0 : cli_fail(&e);
}
