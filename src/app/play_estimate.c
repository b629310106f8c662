/* What sending the prompt of Play would cost, and whether the day's budget takes it. */
#include <string.h>

#include "app/board.h"
#include "app/counting.h"
#include "app/play.h"

/* What a column sends to a target; c NULL: that sends the prompt of all. NULL as the target: none that is known. Its own system prompt stands in for
 * one that was not written. */
static void input_for(const struct play *p, const struct play_column *c, const struct target *t, struct input_size *out)
{
	struct counter counter = counting_of(p->app->counting, t);
	const struct play_prompt *own = c != NULL ? c->own.prompt : NULL;
	struct request_text r = { .is_guess = p->attachments != NULL };
	bool has_system = (own != NULL ? own->system : p->system)[0] != '\0';

	if (own != NULL) {
		play_prompt_weigh(own, true, &counter, &r);
	} else {
		r.n_messages = (size_t)has_system + (p->user[0] != '\0');
		r.is_guess |= !live_count_weigh(p->system_tok, &counter.by, &r.weight);
		r.is_guess |= !live_count_weigh(p->user_tok, &counter.by, &r.weight);
		if (p->all.prompt != NULL) {
			play_prompt_weigh(p->all.prompt, false, &counter, &r);
		}
	}
	if (t != NULL && t->system != NULL && !has_system) {
		request_text_message(&r, &counter, t->system, strlen(t->system));
	}
	r.weight.of[MIX_LATIN] += 1000 * p->files_tok;
	*out = counter_input(&counter, &r);
}

void play_input_size(const struct play *p, struct input_size *out)
{
	bool has_any = false;

	for (size_t i = 0; i < p->n_columns; i++) {
		struct input_size is;

		if (p->columns[i]->target != NULL) {
			input_for(p, NULL, p->columns[i]->target, &is);
			out->is_exact = has_any ? out->is_exact && is.is_exact && is.tok == out->tok : is.is_exact;
			out->tok = has_any ? out->tok : is.tok;
			has_any = true;
		}
	}
	if (!has_any) {
		input_for(p, NULL, NULL, out);
	}
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
	counting_learn(p->app->counting);
	if (!p->is_sizing) {
		p->is_sizing = true;
		past_sizes_load(p->app, sizes_loaded, p);
	}
}

void play_estimate_column(const struct play *p, const struct play_column *c, struct estimate *out)
{
	struct chat_params params;
	struct input_size in;

	play_column_params(p, c, &params);
	input_for(p, c, c->target, &in);
	estimate_call(c->target, p->app->config->prices, &p->sizes, &in, params.max_tokens, out);
	out->has_pictures = p->has_pictures;
	chat_params_free(&params);
}

void play_estimate(const struct play *p, struct estimate *out)
{
	*out = (struct estimate){ 0 };
	for (size_t i = 0; i < p->n_columns; i++) {
		struct estimate e;

		struct err refused;

		if (play_column_is_usable(p->columns[i]) && play_check_files(p, p->columns[i], &refused)) {
			play_estimate_column(p, p->columns[i], &e);
			estimate_add(out, &e, p->repeat);
		}
	}
}

bool play_check_budget(const struct play *p, struct err *e)
{
	struct budget_spent spent = *gateway_spent(p->app->gateway);
	struct estimate all;

	if (is_known(p->app->board->today_nano)) { /* of the store, as it was a moment ago */
		spent.stored.month_nano += spent.own_nano;
		spent.stored.day_nano = p->app->board->today_nano;
		spent.own_nano = 0;
	}
	play_estimate(p, &all);
	return budget_takes(&p->app->config->budget, &spent, all.low_nano, e); /* what is spent already the gateway refuses, in its words */
}
