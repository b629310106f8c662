/* What sending the prompt of Play would cost, and whether the day's budget takes it. */
#include <string.h>

#include "app/board.h"
#include "app/play.h"
#include "token/tokenizer.h"

#define MESSAGE_TOK 4      /* around each message: its role and its ends */
#define EXACT_LEN 262144   /* of a longer text only so much is looked at */

static int64_t text_tok(const char *text)
{
	size_t len = strlen(text), looked_at = len < EXACT_LEN ? len : EXACT_LEN;
	int64_t n = tokenizer_count(&tokenizer_estimating, text, looked_at);

	return looked_at == len ? n : (int64_t)((double)n * (double)len / (double)looked_at);
}

int64_t play_prompt_tok(const char *system, const char *user)
{
	return (system[0] != '\0' ? text_tok(system) + MESSAGE_TOK : 0) + (user[0] != '\0' ? text_tok(user) + MESSAGE_TOK : 0);
}

static void sizes_loaded(void *ctx, struct past_sizes *sizes)
{
	struct play *p = ctx;

	past_sizes_free(&p->sizes);
	p->sizes = *sizes;
	p->is_sizing = false;
	app_changed(p->app);
}

void play_load_sizes(struct play *p)
{
	if (!p->is_sizing) {
		p->is_sizing = true;
		past_sizes_load(p->app, sizes_loaded, p);
	}
}

void play_estimate_column(const struct play *p, const struct play_column *c, struct estimate *out)
{
	struct chat_params params;
	const char *own = c->target->system != NULL && p->system[0] == '\0' ? c->target->system : "";

	play_column_params(p, c, &params);
	estimate_call(c->target, p->app->config->prices, &p->sizes, p->prompt_tok + p->files_tok + play_prompt_tok(own, ""), params.max_tokens,
	    out);
	out->has_pictures = p->has_pictures;
	chat_params_free(&params);
}

void play_estimate(const struct play *p, struct estimate *out)
{
	*out = (struct estimate){ 0 };
	for (size_t i = 0; i < p->n_columns; i++) {
		struct estimate e;

		struct err refused;

		if (p->columns[i]->target != NULL && play_check_files(p, p->columns[i], &refused)) {
			play_estimate_column(p, p->columns[i], &e);
			estimate_add(out, &e, p->repeat);
		}
	}
}

bool play_check_budget(const struct play *p, struct err *e)
{
	int64_t day_nano = p->app->config->budget.day_nano, spent_nano = known_or(p->app->board->today_nano, 0);
	struct estimate all;
	char cost[32], left[32];

	play_estimate(p, &all);
	if (day_nano == 0 || spent_nano >= day_nano || spent_nano + all.low_nano <= day_nano) { /* what is spent the gateway says, in its words */
		return true;
	}
	price_format(all.low_nano, cost, sizeof(cost));
	price_format(day_nano - spent_nano, left, sizeof(left));
	err_set(e, ERR_BUDGET, "not sent: it would cost about %s, and %s of the day's budget is left", cost, left);
	return err_hint(e, "drop a target, shorten the prompt, or raise budget.day in the configuration");
}
