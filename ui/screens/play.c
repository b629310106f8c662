#include <stdlib.h>

#include "base/mem.h"
#include "ui/screens/play_state.h"
#include "ui/screens/screens.h"
#include "ui/widgets/styled.h"

#define COLUMNS_LEAST 6 /* rows */

/* -- life ----------------------------------------------------------------------------------------------------------------------------- */

static void *init(struct app *app)
{
	struct play_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->play = app->play;
	s->system = editor_new(false, "no system prompt");
	s->user = editor_new(false, "write the prompt here");
	play_show_prompt(s);
	play_load_sizes(s->play);
	return s;
}

static void free_screen(void *self)
{
	struct play_screen *s = self;

	editor_free(s->system);
	editor_free(s->user);
	play_diff_close(s);
	play_find_set(s, "");
	for (size_t i = 0; i < s->n_answers; i++) {
		wrap_free(&s->answers[i].wrap);
		buf_free(&s->answers[i].text);
	}
	free(s->answers);
	styled_free(s->facts);
	styled_free(s->event_text);
	styled_free(s->request);
	buf_free(&s->request_params);
	raw_events_free(&s->events);
	for (size_t i = 0; i < s->n_targets; i++) {
		free(s->targets[i]);
	}
	free(s->targets);
	play_versions_forget(s);
	free(s->refs);
	free(s);
}

static void leave(void *self)
{
	play_keep_text(self);
}

static bool is_busy(const void *self)
{
	return play_running(((const struct play_screen *)self)->play) > 0;
}

static const char *loses(const void *self)
{
	return is_busy(self) ? "Something is still running; q again breaks it off and quits" : NULL;
}

/* What stands in the columns' place. */
static const struct {
	void (*layout)(struct play_screen *s); /* besides the columns'; NULL */
	void (*draw)(const struct play_screen *s, struct cells *cells, const struct env *env);
} views[] = {
	[VIEW_COLUMNS] = { NULL, play_columns_draw }, [VIEW_DIFF] = { NULL, play_diff_draw },
	[VIEW_HISTORY] = { play_history_layout, play_history_draw }, [VIEW_INSPECTOR] = { NULL, play_inspector_draw },
	[VIEW_EVENTS] = { play_events_view_layout, play_events_view_draw }, [VIEW_REQUEST] = { play_request_layout, play_request_draw },
};

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

/* Rows of the race: as they were dragged, when it is more than names in one row. */
static int split_race(struct play_screen *s, struct rect both, int race_h)
{
	int least = both.h - play_race_most(s);

	if (race_h <= 1) {
		s->split.area = (struct rect){ 0 };
		return race_h;
	}
	return both.h - divider_layout(&s->split, both, both.h - race_h, least > COLUMNS_LEAST ? least : COLUMNS_LEAST, both.h - 3);
}

static void layout(void *self, struct rect r)
{
	struct play_screen *s = self;

	if (s->seen_opened != s->play->opened) {
		s->seen_opened = s->play->opened;
		s->marked = NULL; /* its column is gone */
		play_show_prompt(s);
	}
	play_keep_text(s); /* for the estimate, while it is written, too */
	s->width = app_is_plain(s->app) && r.w >= PLAY_WIDE ? PLAY_WIDE - 1 : r.w; /* nothing beside the columns */
	int inspector_w = play_inspector_width(s, r);
	struct rect beside = { r.x + r.w - inspector_w, r.y, inspector_w, r.h };

	r.w -= inspector_w > 0 ? inspector_w + 1 : 0;
	s->area = r;
	play_prompt_layout(s, r);
	int y = s->prompt.y + s->prompt.h;
	int race_h = s->is_zoomed ? s->play->n_columns > 1 : play_race_height(s, r);

	if (r.y + r.h - y - race_h < COLUMNS_LEAST) { /* the answer first: the status row counts the others */
		race_h = 0;
	}
	bool is_below = s->diff != NULL && s->width >= PLAY_WIDE && r.h >= PLAY_TALL;
	if (s->diff != NULL && s->view <= VIEW_DIFF) { /* the terminal may have another size since */
		s->view = is_below ? VIEW_COLUMNS : VIEW_DIFF;
	}
	int diff_h = is_below ? play_diff_height(s) : 0;

	race_h = split_race(s, (struct rect){ r.x, y, r.w, r.y + r.h - diff_h - y }, race_h);
	s->race = (struct rect){ r.x, r.y + r.h - race_h - diff_h, r.w, race_h };
	s->columns = (struct rect){ r.x, y, r.w, s->race.y - y };
	s->diff_area = is_below ? (struct rect){ r.x, r.y + r.h - diff_h, r.w, diff_h } : s->columns;
	if (s->diff != NULL) {
		play_diff_layout(s);
	}
	play_columns_layout(s);
	play_events_layout(s);
	bool has_grown = s->view == VIEW_INSPECTOR && s->width >= PLAY_WIDE;
	bool has_nothing = s->play->n_columns == 0 && (s->view == VIEW_INSPECTOR || s->view == VIEW_EVENTS || s->view == VIEW_REQUEST);

	if (has_grown || has_nothing) {
		s->view = VIEW_COLUMNS;
	}
	play_inspector_layout(s, s->view == VIEW_INSPECTOR ? s->columns : beside);
	if (views[s->view].layout != NULL) {
		views[s->view].layout(s);
	}
}

/* -- drawing -------------------------------------------------------------------------------------------------------------------------- */

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct play_screen *s = self;

	play_params_draw(s, cells, env);
	play_prompt_draw(s, cells);
	views[s->view].draw(s, cells, env);
	play_race_draw(s, cells, env);
	if (s->diff != NULL && s->view != VIEW_DIFF) {
		play_diff_draw(s, cells, env);
	}
	if (s->view != VIEW_INSPECTOR && s->inspector.w > 0) {
		cells_vline(cells, s->inspector.x - 1, s->inspector.y, s->inspector.h);
		play_inspector_draw(s, cells, env);
	}
	if (s->focus == FOCUS_COLUMNS && s->view == VIEW_COLUMNS && s->n_shown > 0) {
		struct rect r = play_column_rect(s, s->column - s->first);

		cells_cursor(cells, r.x + 1, r.y, false);
	}
}

/* -- commands ------------------------------------------------------------------------------------------------------------------------- */

static const struct command commands[] = {
	{ "open", "Enter", "open", NULL, "open the selected past run", 0, play_cmd_open, NULL, play_shows_history },
	{ "close", "Esc", "close", NULL, "close what stands in the columns' place, the diff, the search", 0, play_cmd_close, NULL, play_shows_overlay },
	{ "run", "F5", "run", NULL, "send the prompt to all targets", COMMAND_IN_TEXT, play_cmd_run, NULL, NULL },
	{ "rerun", "r", NULL, NULL, "the same as run; among the past runs: send the selected one again", 0, play_cmd_run, NULL, NULL },
	{ "stop", "x", "stop", NULL, "stop this column", 0, play_cmd_stop, NULL, is_busy },
	{ "stop all", "X", "stop all", NULL, "stop all columns", 0, play_cmd_stop_all, NULL, is_busy },
	{ "edit", "e", "edit", NULL, "edit the prompt", 0, play_cmd_edit, NULL, NULL },
	{ "edit outside", "E Ctrl-x+Ctrl-e", NULL, NULL, "edit the prompt in $VISUAL or $EDITOR", COMMAND_IN_TEXT, play_edit_outside, NULL, NULL },
	{ "add", "a", "add", "TARGET", "add a target: provider/model or an alias; among the past runs: its answers beside these", 0, play_cmd_add, play_complete_target, NULL },
	{ "diff", "d", "diff", NULL, "compare with the marked answer, or with the next one", 0, play_cmd_diff, NULL, play_shows_columns },
	{ "diff all", "A", NULL, NULL, "compare all answers with this one, and what they have in common", 0, play_cmd_diff_all, NULL, play_shows_columns },
	{ "retry", "R", "retry", NULL, "send this column again, at once when it waits", 0, play_cmd_retry, NULL, play_shows_columns },
	{ "hold", "Space", "hold", NULL, "hold or follow the end of this column", 0, play_cmd_hold, NULL, play_shows_columns },
	{ "param", "p", "param", "NAME=VALUE", "set a parameter: temperature, top_p, max_tokens, seed, stop", 0, play_cmd_param, play_complete_param, NULL },
	{ "param here", "P", NULL, "NAME=VALUE", "set a parameter of this column alone", 0, play_cmd_own_param, play_complete_param, NULL },
	{ "prompt", NULL, NULL, "NAME[@REF]", "a version of a prompt for all columns: NAME@v13, NAME@production; none: only the text that stands there", 0, play_cmd_prompt, play_complete_prompt, NULL },
	{ "prompt here", NULL, NULL, "NAME[@REF]", "a version of a prompt for this column alone: NAME@v13, NAME@production; none takes it away", 0, play_cmd_own_prompt, play_complete_prompt, play_has_columns },
	{ "compare versions", NULL, NULL, "V1 V2\u2026", "versions of a prompt side by side, asked of this column's target", COMMAND_WORDS, play_cmd_versions, play_complete_version, play_has_columns },
	{ "var", NULL, NULL, "NAME=VALUE", "a value that prompts are filled in with, as in Prompts; without one it is taken away", 0, play_cmd_var, play_complete_var, NULL },
	{ "twin", "+", NULL, NULL, "the same target beside it, for other parameters or another version", 0, play_cmd_twin, NULL, play_has_columns },
	{ "repeat", NULL, NULL, "N", "ask each target N times at F5", 0, play_cmd_repeat, NULL, NULL },
	{ "attach", NULL, NULL, "FILE", "send a file with the prompt: image, PDF or text", 0, play_cmd_attach, NULL, NULL },
	{ "detach", NULL, NULL, "[NAME]", "without that file, or without any", 0, play_cmd_detach, play_complete_file, NULL },
	{ "next answer", ".", NULL, NULL, "the next answer of a column that was asked several times", 0, play_cmd_next_answer, NULL, NULL },
	{ "previous answer", ",", NULL, NULL, "the one before", 0, play_cmd_prev_answer, NULL, NULL },
	{ "history", "H", "history", "[RUN]", "past runs", 0, play_cmd_history, play_complete_run, NULL },
	{ "to prompt", NULL, NULL, "NAME", "take prompt and parameters into Prompts, as a draft of that name", 0, play_to_prompt, NULL, NULL },
	{ "copy answer", "y+y y+i", "copy", NULL, "copy the answer's text", 0, play_copy_answer, NULL, play_shows_columns },
	{ "copy response", "y+r", NULL, NULL, "copy the raw response, as it was received", 0, play_copy_response, NULL, NULL },
	{ "copy json", "y+j", NULL, NULL, "copy the result as JSON", 0, play_copy_json, NULL, NULL },
	{ "copy curl", "y+c", NULL, NULL, "copy a curl command; the key is a variable in it", 0, play_copy_curl, NULL, NULL },
	{ "copy python", "y+p", NULL, NULL, "copy Python code; the key is a variable in it", 0, play_copy_python, NULL, NULL },
	{ "inspector", "i", "inspector", NULL, "how this answer's request went: times, tokens, cost", 0, play_cmd_inspector, NULL, play_has_columns },
	{ "request", "w", NULL, NULL, "all that F5 sends to this column: turns, tools, parameters", 0, play_cmd_request, NULL, play_has_columns },
	{ "raw events", "J", "raw events", NULL, "what this column received, event by event", 0, play_cmd_events, NULL, play_has_columns },
	{ "zoom", "z", "zoom", NULL, "one column alone, or all", 0, play_cmd_zoom, NULL, play_has_columns },
	{ "mark", "m", "mark", NULL, "mark this answer for the diff", 0, play_cmd_mark, NULL, play_shows_columns },
	{ "drop", "D", "drop", NULL, "drop this column's target", 0, play_cmd_drop, NULL, play_has_columns },
	{ "find", "/", NULL, "TEXT", "look for a text in all answers", 0, play_cmd_find, NULL, NULL },
	{ "next hit", "n", NULL, NULL, "the next place where it stands", 0, play_cmd_next_hit, NULL, NULL },
	{ "previous hit", "N", NULL, NULL, "the one before", 0, play_cmd_prev_hit, NULL, NULL },
	{ "next item", "]", NULL, NULL, "the next change of the diff; heading, code or JSON member of the answer", 0, play_cmd_next_item, NULL, NULL },
	{ "previous item", "[", NULL, NULL, "the one before", 0, play_cmd_prev_item, NULL, NULL },
	{ "tie", "=", NULL, NULL, "scroll all columns together, or each for itself", 0, play_cmd_tie, NULL, NULL },
	{ "json", "v", NULL, NULL, "answers that are JSON a member a line, or as they came", 0, play_cmd_pretty, NULL, NULL },
	{ "sort", "s", "sort", NULL, "sort the race by another figure", 0, play_cmd_sort, NULL, play_has_columns },
	{ "units", "t", "units", NULL, "exact units in the race, or short ones", 0, play_cmd_units, NULL, play_has_columns },
	{ "move left", "<", NULL, NULL, "move this column to the left", 0, play_cmd_left, NULL, NULL },
	{ "move right", ">", NULL, NULL, "move this column to the right", 0, play_cmd_right, NULL, NULL },
};

const struct screen screen_play = {
	.id = "play", .title = "Play", .number = 2, .is_first = true, .commands = commands, .n_commands = COUNT_OF(commands),
	.init = init, .free = free_screen, .leave = leave, .input = play_input, .is_editing = play_is_editing, .layout = layout, .draw = draw, .status = play_status,
	.tick_ms = play_tick_ms, .card = play_card, .loses = loses,
	.save = play_save, .restore = play_restore,
};
