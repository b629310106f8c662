#include "cli/run_estimate.h"

#include <stdlib.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "store/spend.h"
#include "text/json_text.h"

static void read_store(struct run_estimate *x)
{
	struct err e = { 0 };
	char *dir = cli_data_dir(&e);
	struct reader *r = dir != NULL ? reader_open(dir, &e) : NULL;
	bool ok = r != NULL ? past_sizes_read(r, false, &x->past, &e) && learned_read(r, false, &x->learned, &e) : dir == NULL || e.code == ERR_CHECK;

	if (!ok) {
		(void)err_prefix(&e, "estimates do without past calls");
		(void)cli_fail(&e);
	}
	reader_close(r);
	free(dir);
}

void run_estimate_open(struct run_estimate *x, const struct config *config)
{
	*x = (struct run_estimate){ .config = config };
	read_store(x);
}

void run_estimate_close(struct run_estimate *x)
{
	for (size_t i = 0; i < ENCODING_COUNT; i++) {
		if (x->is_open[i]) {
			tokenizer_close(&x->vocabularies[i]);
		}
	}
	past_sizes_free(&x->past);
	learned_free(&x->learned);
}

static struct counter counter_for(struct run_estimate *x, const struct target *t)
{
	bool is_its_own;
	const struct encoding *encoding = encoding_of_model(t->model, &is_its_own);
	size_t i = (size_t)(encoding - encodings);
	struct err e = { 0 };

	if (is_its_own && !x->is_open[i]) {
		x->is_open[i] = true;
		if (!tokenizer_open(encoding, x->config->rank_files[i], &x->vocabularies[i], &e)) {
			(void)err_prefix(&e, "tokens are estimated");
			(void)cli_fail(&e);
		}
	}
	return counter_of(t->model, x->vocabularies, learned_find(&x->learned, t->provider->name, t->model));
}

void run_estimate_add(struct run_estimate *x, const struct gateway_request *r, struct estimate *out)
{
	struct counter counter = counter_for(x, r->target);

	estimate_request(r, &counter, x->config->prices, &x->past, out);
	estimate_add(&x->all, out, r->caches || r->target->caches ? 0 : 1); /* an answer that is kept costs nothing, and the gateway will see */
}

bool run_estimate_is_within(const struct run_estimate *x, struct err *e)
{
	struct budget_spent spent = { .read_us = 1 };
	struct err unread = { 0 };
	int64_t day_us, month_us;

	if (!budget_is_set(&x->config->budget)) {
		return true;
	}
	char *dir = cli_data_dir(&unread);

	budget_starts(clock_wall_us(), &day_us, &month_us);
	bool is_read = dir != NULL && (spend_read(dir, month_us, day_us, &spent.stored, &unread) || unread.code == ERR_CHECK); /* no store: nothing was */

	free(dir);
	return !is_read || budget_takes(&x->config->budget, &spent, x->all.low_nano, e);
}

void run_estimate_json(struct buf *out, const struct estimate *e)
{
	(void)buf_addf(out, "{\"input_tokens\":%lld,\"exact\":%s,\"output_tokens\":{\"low\":%lld,\"high\":", (long long)e->in.tok, e->in.is_exact ? "true" : "false",
	    (long long)e->out_low);
	json_text_int(out, e->out_high);
	(void)buf_addf(out, ",\"past_answers\":%zu},\"cost_usd\":{\"low\":", e->n_past);
	json_text_usd(out, e->low_nano);
	(void)buf_add_str(out, ",\"high\":");
	json_text_usd(out, e->high_nano);
	(void)buf_addf(out, "}%s}", e->has_pictures ? ",\"without\":\"images and PDFs\"" : "");
}
