#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

void play_history_layout(struct play_screen *s)
{
	list_set_n(&s->history, (int)s->play->n_runs);
	list_layout(&s->history, s->columns.h - 1);
}

static void draw_run(const struct play_screen *s, struct cells *cells, int y, int i, const struct env *env)
{
	const struct run_row *run = &s->play->runs[i];
	const char *user = run->user != NULL ? run->user : "";
	bool is_selected = i == s->history.selected;
	char when[FORMAT_SIZE];
	char *line = clean_line(user, strlen(user), (size_t)(s->columns.w > 20 ? s->columns.w - 20 : 1));

	format_time(run->ts_us, env->now_us, env->utc_offset_us, when);
	(void)cells_put(cells, s->columns.x + 1, y, ST_DIM, when);
	(void)cells_put(cells, s->columns.x + 14, y, run->ts_us == s->play->run_us ? ST_HIT : ST_DIM, run->ts_us == s->play->run_us ? "\u2022" : " ");
	(void)cells_fit(cells, s->columns.x + 16, y, s->columns.w - 17, is_selected ? ST_BOLD : ST_TEXT, line);
	free(line);
	if (is_selected) {
		cells_selected(cells, s->columns.x, y);
		cells_cursor(cells, s->columns.x, y, false);
	}
}

void play_history_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	const struct play *p = s->play;
	int y = s->columns.y + 1;

	cells_rule(cells, s->columns.x, s->columns.y, s->columns.w, true, "Runs", "Enter opens \u00b7 r sends again \u00b7 a beside these \u00b7 Esc closes");
	if (p->n_runs == 0) {
		const char *text = p->is_loading ? "reading\u2026" : p->history_err.code != ERR_NONE ? p->history_err.text :
		    "No run yet: press Esc, then F5 to send the prompt.";

		(void)cells_fit(cells, s->columns.x + 2, y, s->columns.w - 4, ST_DIM, text);
		return;
	}
	for (int i = s->history.top; i < s->history.n && y < s->columns.y + s->columns.h; i++, y++) {
		draw_run(s, cells, y, i, env);
	}
}

/* "05-12 14:02:11 Three rivers": the time alone would be enough, the words are what one looks for. */
static void name_run(const struct run_row *run, char out[RUN_NAME_SIZE])
{
	time_t t = (time_t)(run->ts_us / US_PER_S);
	const char *user = run->user != NULL ? run->user : "";
	char *line = clean_line(user, strlen(user), RUN_NAME_CELLS);
	char when[32] = "";
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL) {
		(void)strftime(when, sizeof(when), "%m-%d %H:%M:%S", &tm);
	}
	(void)snprintf(out, RUN_NAME_SIZE, "%s %s", when, line);
	free(line);
}

const char *play_complete_run(void *self, size_t i)
{
	struct play_screen *s = self;

	if (i == 0 && (s->play->n_runs == 0 || s->play->run_us > s->play->runs[0].ts_us)) {
		play_load_history(s->play);
	}
	if (i >= s->play->n_runs) {
		return NULL;
	}
	name_run(&s->play->runs[i], s->run_name);
	return s->run_name;
}

bool play_find_run(const struct play_screen *s, const char *name, size_t *at)
{
	char here[RUN_NAME_SIZE];

	for (*at = 0; *at < s->play->n_runs; (*at)++) {
		name_run(&s->play->runs[*at], here);
		if (strcmp(here, name) == 0) {
			return true;
		}
	}
	return false;
}
