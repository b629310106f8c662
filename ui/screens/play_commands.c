/* Commands on runs and on what is shown of them. */
#include "ui/console.h"
#include "ui/screens/play_state.h"

unsigned play_said(struct console *c, const struct err *e)
{
	console_say(c, ST_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
	return play_changed();
}

/* Another view in the columns' place; what the one before kept is let go. */
static void show(struct play_screen *s, enum play_view view)
{
	play_diff_close(s);
	s->facts_scroll = (struct list){ 0 };
	s->view = view;
}

unsigned play_cmd_run(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	play_keep_text(s);
	if (s->view == VIEW_HISTORY) { /* the selected run, not what stands in the prompt */
		if (s->play->n_runs > 0) {
			play_open_run(s->play, (size_t)s->history.selected, OPEN_SEND);
			show(s, VIEW_COLUMNS);
		}
		return play_changed();
	}
	show(s, VIEW_COLUMNS);
	if (!play_send(s->play, &e)) {
		return play_said(c, &e);
	}
	s->focus = FOCUS_COLUMNS;
	return play_changed();
}

/* The next layout puts a column that is gone in order, but keys may come before it. */
bool play_has_columns(const void *self)
{
	const struct play_screen *s = self;

	return s->column < s->play->n_columns;
}

bool play_wants_column(const struct play_screen *s, struct console *c)
{
	if (!play_has_columns(s)) {
		console_say(c, ST_DIM, "no column: a adds a target");
	}
	return play_has_columns(s);
}

bool play_shows_columns(const void *self)
{
	return play_has_columns(self) && ((const struct play_screen *)self)->view == VIEW_COLUMNS;
}

unsigned play_cmd_stop(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (!play_answer_is_running(s->play->columns[s->column]->answer)) {
		console_say(c, ST_DIM, "this column is not running");
	} else {
		play_stop(s->play, s->column);
	}
	return play_changed();
}

unsigned play_cmd_stop_all(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	play_stop_all(s->play);
	return play_changed();
}

unsigned play_cmd_retry(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	play_keep_text(s);
	if (play_wants_column(s, c) && !play_retry(s->play, s->column, &e)) {
		return play_said(c, &e);
	}
	return play_changed();
}

unsigned play_cmd_edit(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	s->focus = FOCUS_USER;
	return play_changed();
}

unsigned play_cmd_mark(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (play_wants_column(s, c)) {
		const struct play_column *here = s->play->columns[s->column];

		s->marked = s->marked == here ? NULL : here;
	}
	return play_changed();
}

unsigned play_cmd_diff(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	size_t other = s->play->n_columns;
	struct err e = { 0 };

	(void)arg;
	if (s->diff != NULL) {
		show(s, VIEW_COLUMNS);
		return play_changed();
	}
	for (size_t i = 0; i < s->play->n_columns; i++) {
		if (s->play->columns[i] == s->marked && i != s->column) {
			other = i;
		}
	}
	if (other == s->play->n_columns) { /* nothing marked: this one and its neighbour */
		other = s->column + 1 < s->play->n_columns ? s->column + 1 : s->column - 1;
	}
	bool ok = play_diff_open(s, other < s->column ? other : s->column, other < s->column ? s->column : other, &e);

	return ok ? play_changed() : play_said(c, &e);
}

unsigned play_cmd_diff_all(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	(void)arg;
	if (play_wants_column(s, c)) {
		return play_diff_open_all(s, s->column, &e) ? play_changed() : play_said(c, &e);
	}
	return play_changed();
}

unsigned play_cmd_hold(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct answer_view *v = play_wants_column(s, c) ? play_focused_answer(s) : NULL;

	(void)arg;
	if (v != NULL) {
		v->is_held = !v->is_held;
		console_say(c, ST_DIM, v->is_held ? "held: this column stays where you read" : "following the end of this column");
	}
	return play_changed();
}

unsigned play_cmd_zoom(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	s->is_zoomed = play_wants_column(s, c) && !s->is_zoomed;
	return play_changed();
}

unsigned play_cmd_inspector(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (s->width >= PLAY_WIDE) {
		s->hides_inspector = !s->hides_inspector;
	} else {
		show(s, s->view == VIEW_INSPECTOR ? VIEW_COLUMNS : VIEW_INSPECTOR);
	}
	return play_changed();
}

unsigned play_cmd_events(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (play_wants_column(s, c)) {
		show(s, s->view == VIEW_EVENTS ? VIEW_COLUMNS : VIEW_EVENTS);
	}
	return play_changed();
}

unsigned play_cmd_request(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (play_wants_column(s, c)) {
		show(s, s->view == VIEW_REQUEST ? VIEW_COLUMNS : VIEW_REQUEST);
	}
	return play_changed();
}

unsigned play_cmd_tie(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	s->are_tied = !s->are_tied;
	console_say(c, ST_DIM, s->are_tied ? "columns scroll together" : "each column scrolls for itself");
	return play_changed();
}

unsigned play_cmd_pretty(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	s->shows_raw = !s->shows_raw;
	console_say(c, ST_DIM, s->shows_raw ? "answers as they came" : "answers that are JSON: a member a line");
	return play_changed();
}

static unsigned next_item(struct play_screen *s, struct console *c, int by)
{
	struct answer_view *v = play_wants_column(s, c) ? play_focused_answer(s) : NULL;

	if (s->diff != NULL) {
		play_diff_next(s, by);
	} else if (v != NULL && !play_text_next(v, by)) {
		console_say(c, ST_DIM, by > 0 ? "no heading, code or JSON member below" : "no heading, code or JSON member above");
	}
	return play_changed();
}

unsigned play_cmd_next_item(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return next_item(self, c, 1);
}

unsigned play_cmd_prev_item(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return next_item(self, c, -1);
}

/* What is to be said of a change that cannot be seen now. */
static const char *race_room(const struct play_screen *s)
{
	return play_race_is_table(s->area) || app_is_plain(s->app) ? "" : " (seen from 100x31 on)";
}

unsigned play_cmd_sort(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	play_race_next_sort(s);
	console_say(c, ST_DIM, "the race is sorted by: %s%s", play_race_sort_name(s), race_room(s));
	return play_changed();
}

unsigned play_cmd_units(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	s->race_is_exact = !s->race_is_exact;
	console_say(c, ST_DIM, "%s%s", s->race_is_exact ? "ms, ms a token, cost of a thousand such calls" : "seconds, tokens a second, cost of the call",
	    race_room(s));
	return play_changed();
}

/* Another answer of a column that was asked several times. */
static unsigned step_answer(struct play_screen *s, struct console *c, long by)
{
	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (s->play->columns[s->column]->n_answers < 2) {
		console_say(c, ST_DIM, "one answer here: :repeat 5 asks each target five times");
		return play_changed();
	}
	struct play_column *column = s->play->columns[s->column];
	long n = (long)column->n_answers;

	play_show_answer(column, (size_t)(((long)play_shown_answer(column) + by + n) % n));
	return play_changed();
}

unsigned play_cmd_next_answer(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return step_answer(self, c, 1);
}

unsigned play_cmd_prev_answer(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return step_answer(self, c, -1);
}

unsigned play_cmd_history(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	size_t at;

	if (arg[0] != '\0' && !play_find_run(s, arg, &at)) {
		console_say(c, ST_BAD, "There is no past run \"%s\"; H lists them", arg);
		return play_changed();
	}
	if (arg[0] != '\0') {
		play_open_run(s->play, at, false);
		s->view = VIEW_COLUMNS;
		return play_changed();
	}
	show(s, VIEW_HISTORY);
	s->history.selected = 0;
	play_load_history(s->play);
	return play_changed();
}

bool play_shows_history(const void *self)
{
	return ((const struct play_screen *)self)->view == VIEW_HISTORY;
}

bool play_shows_overlay(const void *self)
{
	const struct play_screen *s = self;

	return s->view != VIEW_COLUMNS || s->diff != NULL || s->query != NULL;
}

unsigned play_cmd_open(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	if (!play_shows_history(s) || s->play->n_runs == 0) {
		return 0;
	}
	play_open_run(s->play, (size_t)s->history.selected, OPEN_SHOW);
	s->view = VIEW_COLUMNS;
	return play_changed();
}

unsigned play_cmd_close(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)c;
	(void)arg;
	if (!play_shows_overlay(s)) {
		return 0;
	}
	if (s->view == VIEW_COLUMNS && s->diff == NULL) {
		play_find_set(s, "");
	}
	show(s, VIEW_COLUMNS);
	return play_changed();
}
