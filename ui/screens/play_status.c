/* What the Play screen says in a line: the status row, the card of a small terminal. */
#include <stdio.h>

#include "base/mem.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

/* "2 streaming · 1 done · 1 retrying" */
static void count_states(const struct play *p, struct buf *out)
{
	static const char *const words[] = { "queued", "waiting", "streaming", "retrying", "done", "failed", "stopped" };
	size_t n[COUNT_OF(words)] = { 0 };
	const char *separator = "";

	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->answer->has_run) {
			n[p->columns[i]->answer->state]++;
		}
	}
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (n[i] > 0) {
			(void)buf_addf(out, "%s%zu %s", separator, n[i], words[i]);
			separator = " \u00b7 ";
		}
	}
}

void play_status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct play_screen *s = self;
	const struct play *p = s->play;
	int64_t sum = 0;
	bool is_whole = true;
	char cost[FORMAT_SIZE];

	if (play_is_editing(s)) {
		(void)buf_addf(left, "%s prompt \u00b7 Esc leaves, F5 sends", s->focus == FOCUS_SYSTEM ? "system" : "user");
	} else if (p->run_us == 0) {
		(void)buf_addf(left, "READY  %zu target%s \u00b7 nothing is sent before F5", p->n_columns, p->n_columns == 1 ? "" : "s");
	} else {
		(void)buf_add_str(left, "RUN  ");
		count_states(p, left);
	}
	if (p->app->store == NULL || p->app->store_err.code != ERR_NONE) {
		(void)buf_add_str(right, "not recorded  ");
	}
	if (p->run_us == 0) {
		return;
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		struct play_figures f;

		play_answer_figures(p->columns[i]->answer, env->mono_us, &f);
		if (p->columns[i]->answer->has_run) {
			is_whole &= is_known(f.cost_nano);
			sum += known_or(f.cost_nano, 0);
		}
	}
	price_format(sum, cost, FORMAT_SIZE);
	(void)buf_addf(right, "%s%s", cost, is_whole ? "" : play_running(p) > 0 ? " so far" : " + unpriced");
}

int play_tick_ms(const void *self)
{
	return play_running(((const struct play_screen *)self)->play) > 0 ? 100 : 0;
}

void play_card(const void *self, const struct env *env, struct buf *out)
{
	const struct play *p = ((const struct play_screen *)self)->play;

	for (size_t i = 0; i < p->n_columns && i < 3; i++) {
		const struct play_column *c = p->columns[i];
		struct play_figures f;
		enum style st;
		char time[FORMAT_SIZE], cost[FORMAT_SIZE];

		play_answer_figures(c->answer, env->mono_us, &f);
		figure_duration(f.total_us, time);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)buf_addf(out, "%s %s %s %s\n", play_model_name(c), play_state_glyph(c, &st), time,
		    f.is_running ? "" : cost);
	}
}

