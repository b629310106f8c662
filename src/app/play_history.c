/* Past runs in Play: their list, and one of them put on the screen. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "base/mem.h"

static void history_loaded(void *ctx, struct run_row *runs, size_t n, const struct err *e)
{
	struct play *p = ctx;

	p->app->lists += n != p->n_runs || (n > 0 && runs[0].ts_us != p->runs[0].ts_us);
	past_free_runs(p->runs, p->n_runs);
	p->runs = runs;
	p->n_runs = n;
	p->history_err = *e;
	p->is_loading = false;
	app_changed(p->app);
}

void play_load_history(struct play *p)
{
	if (!p->is_loading) {
		p->is_loading = true;
		past_list(p->app, history_loaded, p);
	}
}

/* As many as were asked for, the newest: a column that was retried shows its last answer. The first asked comes first. */
static void recall_answers(struct play *p, struct play_column *c, const struct past_run *run, int column)
{
	const struct past_call *found[RUN_REPEAT_MAX];
	size_t n = 0;

	for (size_t j = 0; j < run->n_calls && n < (size_t)run->repeat; j++) {
		if (run->calls[j].row.run_column == column) {
			found[n++] = &run->calls[j];
		}
	}
	play_set_answers(p, c, n > 0 ? n : 1);
	for (size_t k = 0; k < n; k++) {
		c->answers[k]->shows_invisible = option_is_on(&p->app->config->options, OPTION_SHOW_INVISIBLE);
		play_answer_recall(c->answers[k], ++p->generations, found[n - 1 - k]);
		play_answer_asked(c->answers[k], c->own.prompt, &c->params);
	}
}

static void add_past(struct play *p, const struct past_run *run, size_t i, bool is_beside)
{
	struct play_column *c = play_add(p, run->names[i]);

	chat_params_copy(&c->params, &run->own[i]);
	if (is_beside) { /* all its parameters are its own: those of the others may be different */
		chat_params_default(&c->params, &run->params);
		c->past_us = run->row.ts_us;
	}
	play_take_own(p, c, play_prompt_ref(run->prompts[i]));
	recall_answers(p, c, run, (int)i);
}

static void replace(struct play *p, const struct past_run *run)
{
	while (p->n_columns > 0) {
		play_drop(p, p->n_columns - 1);
	}
	play_take_prompt(p, play_prompt_ref(run->prompt), NULL);
	play_set_prompt(p, run->row.system != NULL ? run->row.system : "", run->row.user != NULL ? run->row.user : "");
	p->run_us = run->row.ts_us;
	p->start_us = 0;
	for (size_t i = 0; i < run->n_names; i++) {
		add_past(p, run, i, false);
	}
	chat_params_free(&p->params);
	chat_params_copy(&p->params, &run->params);
	p->repeat = run->repeat;
	attachments_unref(p->attachments);
	p->attachments = NULL;
	p->files_tok = 0;
	p->has_pictures = false;
	free(p->lost_files);
	p->lost_files = run->files != NULL ? clean_line(run->files, strlen(run->files), 0) : NULL;
}

static void run_loaded(void *ctx, const struct past_run *run, const struct err *e)
{
	struct play *p = ctx;
	struct err send_err = { 0 };

	p->is_loading = false;
	p->history_err = *e;
	if (run != NULL && p->opens == OPEN_BESIDE) {
		for (size_t i = 0; i < run->n_names; i++) {
			add_past(p, run, i, true);
		}
	} else if (run != NULL && p->run_us == p->asked_at_run_us) { /* else something was sent meanwhile: that goes before */
		replace(p, run);
		if (p->opens == OPEN_SEND && !play_send(p, &send_err)) {
			p->history_err = send_err;
		}
	}
	app_changed(p->app);
}

void play_open_run(struct play *p, size_t run, enum open_how how)
{
	if (run < p->n_runs && !p->is_loading) {
		if (how != OPEN_BESIDE) {
			play_stop_all(p);
		}
		p->is_loading = true;
		p->opens = how;
		p->asked_at_run_us = p->run_us;
		past_open(p->app, p->runs[run].ts_us, run_loaded, p);
	}
}
