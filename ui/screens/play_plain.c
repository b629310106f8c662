/* What Play says in plain, where nothing stands beside anything: the head of the one answer shown in words, and a line for each target.
 * No figure runs: a reader would read it again and again. */
#include <math.h>
#include <string.h>

#include "ui/format.h"
#include "ui/screens/play_state.h"

#define MAX_ROWS 8

static const char *state_word(const struct play_column *c)
{
	static const char *const words[] = {
		[CALL_QUEUED] = "queued", [CALL_SENT] = "waiting", [CALL_STREAMING] = "streaming", [CALL_RETRYING] = "retrying",
		[CALL_DONE] = "done", [CALL_FAILED] = "failed", [CALL_CANCELLED] = "stopped",
	};

	return c->answer->has_run ? words[c->answer->state] : !play_column_is_usable(c) ? "unusable" : "ready";
}

/* "first token 0.52s, 88 tok/s, total 1.08s, 430 tokens in, 49 out, $0.0002"; only what is known. */
static void add_figures(const struct play_figures *f, struct buf *out)
{
	char t[FORMAT_SIZE];

	if (is_known(f->ttft_us)) {
		figure_duration(f->ttft_us, t);
		(void)buf_addf(out, "first token %s, ", t);
	}
	if (!isnan(f->tokens_per_s)) {
		format_rate(f->tokens_per_s, t);
		(void)buf_addf(out, "%s tok/s, ", t);
	}
	if (is_known(f->total_us)) {
		figure_duration(f->total_us, t);
		(void)buf_addf(out, "total %s, ", t);
	}
	if (is_known(f->in_tok)) {
		figure_count(f->in_tok, t);
		(void)buf_addf(out, "%s tokens in, ", t);
	}
	if (is_known(f->out_tok)) {
		figure_count(f->out_tok, t);
		(void)buf_addf(out, "%s out, ", t);
	}
	price_format(f->cost_nano, t, FORMAT_SIZE);
	(void)buf_addf(out, "%s%s", is_known(f->cost_nano) ? "" : "cost unknown", is_known(f->cost_nano) ? t : "");
}

void play_head_say(const struct play_screen *s, const struct play_column *c, struct cells *cells, struct rect r, const struct env *env)
{
	struct buf line = { 0 };
	char label[PLAY_LABEL_SIZE], name[PLAY_LABEL_SIZE], next[PLAY_LABEL_SIZE];
	struct play_figures f;

	(void)buf_addf(&line, "%s %s", state_word(c), play_label(s, c, label));
	if (c->target != NULL) {
		(void)buf_addf(&line, ", %s", c->target->provider->name);
	}
	if (play_own_name(c, name)[0] != '\0') {
		(void)buf_addf(&line, ", prompt %s", name);
	}
	if (play_next(s, c, true, next)) {
		(void)buf_addf(&line, ", %s", next);
	}
	if (c->n_answers > 1) {
		(void)buf_addf(&line, ", answer %zu of %zu", play_shown_answer(c) + 1, c->n_answers);
	}
	(void)buf_addf(&line, "%s%s", c->answer->is_cached ? ", cached" : "", c == s->marked ? ", marked" : "");
	int x = r.x + 1 + cells_fit(cells, r.x + 1, r.y, r.w - 14, ST_BOLD, buf_str(&line));
	if (c->answer->is_simulated) {
		(void)cells_put(cells, x + 1, r.y, ST_SIMULATED, "SIMULATED");
	}
	buf_clear(&line);
	play_answer_figures(c->answer, env->mono_us, &f);
	if (!c->answer->has_run) {
		(void)buf_add_str(&line, play_column_is_usable(c) ? "not sent yet" : "cannot be used");
	} else if (!f.is_running) {
		add_figures(&f, &line);
	}
	(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_TEXT, buf_str(&line));
	buf_free(&line);
}

int play_race_say_height(const struct play_screen *s)
{
	int n = (int)s->play->n_columns;

	return n < 2 ? 0 : 1 + (n < MAX_ROWS ? n : MAX_ROWS);
}

void play_race_say(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	cells_rule(cells, s->race.x, s->race.y, s->race.w, false, "All targets", "");
	for (size_t i = 0; i < s->play->n_columns && (int)i < s->race.h - 1; i++) {
		const struct play_column *c = s->play->columns[i];
		const struct err *e = play_column_err(c);
		struct buf line = { 0 };
		char label[PLAY_LABEL_SIZE], total[FORMAT_SIZE], cost[FORMAT_SIZE];
		struct play_figures f;

		play_answer_figures(c->answer, env->mono_us, &f);
		figure_duration(f.total_us, total);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)buf_addf(&line, "%zu %s, %s", i + 1, play_label(s, c, label), state_word(c));
		if (e->code != ERR_NONE) {
			(void)buf_addf(&line, ": %s", e->text);
		} else if (c->answer->has_run && !f.is_running) {
			(void)buf_addf(&line, ", total %s, cost %s", total, cost);
		}
		if (play_next(s, c, false, label)) {
			(void)buf_addf(&line, ", %s", label);
		}
		(void)cells_fit(cells, s->race.x + 1, s->race.y + 1 + (int)i, s->race.w - 2, i == s->column ? ST_BOLD : ST_TEXT, buf_str(&line));
		buf_free(&line);
	}
}
