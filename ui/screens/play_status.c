/* What the Play screen says in a line: the status row, the card of a small terminal. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

#define ESTIMATE_W 100 /* cells from which on it says what a run is to cost */

/* "2 streaming · 1 done · 1 retrying" */
static void count_states(const struct play *p, struct buf *out)
{
	static const char *const words[] = { "queued", "waiting", "streaming", "retrying", "done", "failed", "stopped" };
	size_t n[COUNT_OF(words)] = { 0 };
	const char *separator = "";

	for (size_t i = 0; i < p->n_columns; i++) {
		for (size_t k = 0; k < p->columns[i]->n_answers; k++) {
			const struct play_answer *a = p->columns[i]->answers[k];

			n[a->state] += a->has_run && p->columns[i]->past_us == 0;
		}
	}
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (n[i] > 0) {
			(void)buf_addf(out, "%s%zu %s", separator, n[i], words[i]);
			separator = " \u00b7 ";
		}
	}
}

void play_estimate_text(const struct estimate *e, char out[PLAY_ESTIMATE_SIZE])
{
	char low[FORMAT_SIZE], high[FORMAT_SIZE];
	bool is_free = e->low_nano == 0 && e->high_nano == 0, is_open = !is_known(e->high_nano), is_priced = e->n_calls > e->n_unpriced;
	const char *mark = e->in.is_exact ? "" : "~"; /* where the answer is no guess */

	price_format(e->low_nano, low, sizeof(low));
	price_format(e->high_nano, high, sizeof(high));
	if (!is_priced) {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "\u2013");
	} else if (is_free) {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "$0");
	} else if (is_open) {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "%s%s + answer", mark, low);
	} else if (strcmp(low, high) == 0) {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "~%s", low);
	} else if (e->n_past == 0) {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "\u2264%s%s", mark, high);
	} else {
		(void)snprintf(out, PLAY_ESTIMATE_SIZE, "~%s\u2013%s", low, high);
	}
	if (e->has_pictures && !is_free && is_priced) {
		(void)snprintf(out + strlen(out), PLAY_ESTIMATE_SIZE - strlen(out), is_open ? ", files" : " + files");
	}
	if (is_priced && e->n_unpriced > 0) {
		(void)snprintf(out + strlen(out), PLAY_ESTIMATE_SIZE - strlen(out), " + unpriced");
	}
}

/* "est. ~$0.0021–$0.0064", and for repeats how many calls that are. */
static void add_estimate(const struct play *p, struct buf *out)
{
	struct estimate e;
	char text[PLAY_ESTIMATE_SIZE];

	play_estimate(p, &e);
	if (e.n_calls == 0) {
		return;
	}
	play_estimate_text(&e, text);
	(void)buf_addf(out, "est. %s", text);
	if (p->repeat > 1) {
		(void)buf_addf(out, " for %zu calls", e.n_calls);
	}
}

/* What the shown answers and those behind them cost so far. */
static void add_cost(const struct play *p, const struct env *env, struct buf *out)
{
	int64_t sum = 0;
	bool is_whole = true;
	char cost[FORMAT_SIZE];

	for (size_t i = 0; i < p->n_columns; i++) {
		const struct play_column *c = p->columns[i];

		for (size_t k = 0; k < c->n_answers; k++) {
			struct play_figures f;

			play_answer_figures(c->answers[k], env->mono_us, &f);
			if (c->answers[k]->has_run && c->past_us == 0) { /* what stands beside was paid then */
				is_whole &= is_known(f.cost_nano);
				sum += known_or(f.cost_nano, 0);
			}
		}
	}
	price_format(sum, cost, FORMAT_SIZE);
	(void)buf_addf(out, "%s%s", cost, is_whole ? "" : play_running(p) > 0 ? " so far" : " + unpriced");
}

enum style play_status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct play_screen *s = self;
	const struct play *p = s->play;

	if (play_is_editing(s)) {
		const struct play_prompt *prompt = p->all.prompt;

		(void)buf_addf(left, "%s prompt \u00b7 Esc leaves, F5 sends", s->focus == FOCUS_SYSTEM ? "system" : "user");
		if (prompt != NULL && prompt->number > 0) {
			(void)buf_addf(left, p->is_edited ? " \u00b7 no longer v%d: a draft of it" : " \u00b7 an edit makes it a draft of v%d", prompt->number);
		}
		if (prompt != NULL && prompt->n_between > 0) {
			(void)buf_add_str(left, " \u00b7 turns between stay");
		}
	} else if (s->query != NULL) {
		play_find_status(s, left);
	} else if (p->history_err.code != ERR_NONE && s->view == VIEW_COLUMNS) {
		(void)buf_addf(left, "%s: %s", p->history_err.text, p->history_err.hint);
	} else if (s->view == VIEW_COLUMNS && app_warning(p->app, left)) {
		return ST_WARN;
	} else if (p->n_columns == 0) {
		(void)buf_add_str(left, "READY  no target yet \u00b7 a adds one");
	} else if (p->run_us == 0) {
		(void)buf_addf(left, "READY  %zu target%s", p->n_columns, p->n_columns == 1 ? "" : "s");
		if (p->repeat > 1) {
			(void)buf_addf(left, " \u00d7%d", p->repeat);
		}
		(void)buf_addf(left, " \u00b7 nothing is sent before F5");
	} else {
		(void)buf_add_str(left, "RUN  ");
		count_states(p, left);
	}
	if (p->app->store == NULL || p->app->store_err.code != ERR_NONE) {
		(void)buf_add_str(right, "not recorded  ");
	}
	if (p->run_us == 0 || p->n_columns == 0) {
		add_estimate(p, right);
		return ST_TEXT;
	}
	add_cost(p, env, right);
	if (s->width >= ESTIMATE_W && play_running(p) > 0) {
		(void)buf_add_str(right, " \u00b7 ");
		add_estimate(p, right);
	}
	return ST_TEXT;
}

int play_tick_ms(const void *self)
{
	const struct play_screen *s = self;

	return play_running(s->play) > 0 && !app_is_plain(s->app) ? 100 : 0;
}

void play_card(const void *self, const struct env *env, struct buf *out)
{
	const struct play_screen *s = self;
	const struct play *p = s->play;

	for (size_t i = 0; i < p->n_columns && i < 3; i++) {
		const struct play_column *c = p->columns[i];
		struct play_figures f;
		enum style st;
		char label[PLAY_LABEL_SIZE];
		char time[FORMAT_SIZE], cost[FORMAT_SIZE];

		play_answer_figures(c->answer, env->mono_us, &f);
		figure_duration(f.total_us, time);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)buf_addf(out, "%s %s %s %s\n", play_label(s, c, label), play_state_glyph(c, &st), time,
		    f.is_running ? "" : cost);
	}
}

