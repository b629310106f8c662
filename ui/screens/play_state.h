/* play_state - what the Play screen remembers besides its model: focus, scroll positions, the open overlay, where things are drawn.
 * Shared by the files play*.c of this folder only. */
#ifndef SONDE_UI_SCREENS_PLAY_STATE_H
#define SONDE_UI_SCREENS_PLAY_STATE_H

#include "app/play.h"
#include "app/raw_events.h"
#include "text/pretty.h"
#include "text/wrap.h"
#include "ui/format.h"
#include "ui/screen.h"
#include "ui/widgets/divider.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/list.h"

enum play_focus { FOCUS_COLUMNS, FOCUS_SYSTEM, FOCUS_USER };
/* What stands in the columns' place. */
enum play_view { VIEW_COLUMNS, VIEW_DIFF, VIEW_HISTORY, VIEW_INSPECTOR, VIEW_EVENTS, VIEW_REQUEST };

#define PLAY_ESTIMATE_SIZE 96
#define PLAY_LABEL_SIZE 160
#define PLAY_TALL 45  /* from here on and that wide the diff stands below the race */
#define RUN_NAME_CELLS 60
#define RUN_NAME_SIZE 320
#define PLAY_WIDE 160 /* from here on the inspector stands beside the columns */

/* Lines and scroll position of one column's answer. Belongs to the column by address; found again after a reorder. */
struct answer_view {
	const struct play_column *column;
	unsigned generation;
	struct buf text;        /* what is wrapped: reasoning, answer, error */
	size_t parts[2];        /* lengths of reasoning and answer that are in text */
	struct err err;         /* that stands behind them */
	size_t answer_start, answer_end; /* where the answer stands in text */
	struct pretty pretty;
	bool is_pretty;         /* the answer is laid out as JSON, or may still turn out to be */
	bool shows_raw;         /* it was asked not to be */
	size_t *hits;           /* where the query stands in text */
	size_t n_hits, cap_hits, hit; /* hit: the one gone to last */
	size_t searched;        /* bytes of text */
	struct wrap wrap;
	size_t top;
	int rows;
	bool is_held;           /* does not follow the end */
};

struct styled_text;

struct play_screen {
	struct app *app;
	struct play *play;
	struct editor *system, *user;
	unsigned seen_opened;
	unsigned long seen_text;  /* versions of both fields that the model has */
	enum play_focus focus;
	enum play_view view;
	size_t column, first;   /* focused; first one shown */
	size_t n_shown;
	bool is_zoomed;
	size_t race_sort;         /* 0: as the columns stand; else 1 + a column of the table */
	bool race_is_exact;       /* in ms, ms a token and $ a thousand */
	bool are_tied;            /* columns scroll together */
	bool shows_raw;           /* answers that are JSON, too, as they came */
	char *query;              /* looked for in all answers; NULL: none */
	const struct play_column *marked;
	struct answer_view *answers;
	size_t n_answers, cap_answers;
	struct list history;
	char run_name[RUN_NAME_SIZE]; /* the candidate given last */
	struct divider split;     /* between the columns and the race */
	struct comparison *comparison; /* being made; NULL: none is */
	struct styled_text *diff; /* VIEW_DIFF */
	char diff_title[80];
	struct list diff_scroll;
	bool hides_inspector;     /* where it would stand beside */
	struct styled_text *facts; /* of the inspector */
	struct list facts_scroll, events_list;
	struct raw_events events; /* of the focused column's answer ... */
	unsigned events_generation; /* ... of this generation */
	struct styled_text *request; /* VIEW_REQUEST: of these */
	const struct play_column *request_column;
	const struct play_prompt *request_prompt;
	unsigned long request_text;
	struct buf request_params;
	struct list request_scroll;
	struct styled_text *event_text; /* VIEW_EVENTS: the opened one */
	char **targets;           /* candidates for `:add`, collected when first asked */
	size_t n_targets, cap_targets;
	char **refs;              /* of prompts, collected anew with each list */
	size_t n_refs, cap_refs;
	/* the last layout */
	int width;                /* with the inspector */
	int head_rows;            /* of a column */
	struct rect area, prompt, system_area, turns_area, user_area, columns, race, diff_area, inspector, facts_area, events_area;
};

/* -- small things that all of them say */
static inline unsigned play_changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}
/* Says an error; returns the bits. */
unsigned play_said(struct console *c, const struct err *e);

struct answer_view *play_answer_view(const struct play_screen *s, const struct play_column *c);
/* Rectangle of the i-th shown column, heads included. */
struct rect play_column_rect(const struct play_screen *s, size_t i);

/* play_prompt.c: both parts of the prompt and the parameters. */
bool play_is_editing(const void *self);
/* The texts of the fields into the model, and back. */
void play_keep_text(struct play_screen *s);
void play_show_prompt(struct play_screen *s);
void play_prompt_layout(struct play_screen *s, struct rect r);
void play_prompt_draw(const struct play_screen *s, struct cells *cells);
/* "temp 0.2  max 512", only what is set, into out; between them `gap`. */
void play_params_text(const struct chat_params *p, const char *gap, struct buf *out);
void play_params_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* To the part that has the focus. */
unsigned play_prompt_input(struct play_screen *s, struct console *c, const struct input *in);
/* play_turns.c: what a prompt has besides the two parts that are edited: the turns between them, tools, the form of its answer. */
int play_turns_height(const struct play_screen *s, struct rect area);
void play_turns_draw(const struct play_screen *s, struct cells *cells);
/* "2 tools: look, refund · answer by a JSON schema"; "" when there is nothing. */
void play_with_text(const struct play_prompt *prompt, struct buf *out);
void play_request_layout(struct play_screen *s);
void play_request_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_session.c */
void play_save(const void *self, struct session *out);
void play_restore(void *self, const struct session *in);
/* play_input.c */
unsigned play_input(void *self, struct console *c, const struct input *in);
/* The answer in the focused column; NULL when there is none. */
struct answer_view *play_focused_answer(const struct play_screen *s);
/* play_columns.c: heads and answers. */
void play_columns_layout(struct play_screen *s);
void play_columns_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* Tokens of the answer: "58", and "~58" while they are estimated. */
void play_out_text(const struct play_figures *f, char out[FORMAT_SIZE]);
/* "▶", "✓", "✗", "↻", "◌", "·" and its style. */
const char *play_state_glyph(const struct play_column *c, enum style *st);
/* play_label.c: the names of columns. The target that answers: a fallback, where the target itself failed. */
const struct target *play_shown_target(const struct play_column *c);
/* The model, and what only this column had for the answer shown, or will have for the first: "gpt-5.4-mini @v13 temp 0.7"; the prompt's name
 * stands before its version where there are several. Returns out. */
const char *play_label(const struct play_screen *s, const struct play_column *c, char out[PLAY_LABEL_SIZE]);
/* The same of the request that would be sent now. */
const char *play_next_label(const struct play_screen *s, const struct play_column *c, char out[PLAY_LABEL_SIZE]);
/* "next: support/triage@v14 temp 0.9": what only this column has now and the answer shown was made without; not is_long: the version as in a label.
 * False, and "": nothing is different, or there is no answer. */
bool play_next(const struct play_screen *s, const struct play_column *c, bool is_long, char out[PLAY_LABEL_SIZE]);
/* "support/triage@v13", of the column alone, by the same rule as its label; "" without. Returns out. */
const char *play_own_name(const struct play_column *c, char out[PLAY_LABEL_SIZE]);
/* play_text.c: the texts of the columns. Views of columns that are gone are dropped, new columns get one. */
void play_text_match(struct play_screen *s);
void play_text_layout(const struct play_screen *s, struct answer_view *v, int w, int rows);
void play_text_draw(const struct play_screen *s, const struct answer_view *v, struct cells *cells, struct rect r, const struct env *env);
void play_text_scroll(struct answer_view *v, long by);
/* Scrolls so that the line stands at the top, or below `above` others. */
void play_text_show(struct answer_view *v, size_t line, size_t above);
/* To the next heading, code or outermost member of JSON, down or up. False: there is none. */
bool play_text_next(struct answer_view *v, int by);
/* It is shown laid out. */
bool play_text_is_json(const struct answer_view *v);
/* play_find.c: the query in the texts. */
void play_find_set(struct play_screen *s, const char *query);
void play_find_reset(struct answer_view *v);
void play_find_update(const struct play_screen *s, struct answer_view *v);
void play_find_draw(const struct play_screen *s, const struct answer_view *v, struct cells *cells, struct rect r, size_t start, size_t len);
/* "“refund” 2 of 7 in this column, 12 in all" */
void play_find_status(const struct play_screen *s, struct buf *out);
/* play_plain.c: a head of two rows, and the rows for all targets, in words. */
void play_head_say(const struct play_screen *s, const struct play_column *c, struct cells *cells, struct rect r, const struct env *env);
int play_race_say_height(const struct play_screen *s);
void play_race_say(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_race.c: all targets, in a table or, on a small screen, in a row or two. */
bool play_race_is_table(struct rect area);
int play_race_height(const struct play_screen *s, struct rect area);
/* Rows that it can fill, with its rule. */
int play_race_most(const struct play_screen *s);
/* The first of the targets shown, in the order of the table. */
size_t play_race_first(const struct play_screen *s, const struct env *env);
void play_race_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_race_table.c */
/* Of the shown answer; but all answers of a repeated prompt were paid. */
void play_race_figures(const struct play_column *c, const struct env *env, struct play_figures *f);
void play_race_table_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* Sorts by the next column of the table, or as the columns stand; and what that is called. */
void play_race_next_sort(struct play_screen *s);
const char *play_race_sort_name(const struct play_screen *s);
/* A click on row y of the screen: its column gets the focus. False: there is none. */
bool play_race_click(struct play_screen *s, int y);
/* play_inspector.c: 0 where it does not stand beside the columns. */
int play_inspector_width(const struct play_screen *s, struct rect area);
void play_inspector_layout(struct play_screen *s, struct rect r);
/* The rule above a view that scrolls by its top: whether there is more of it, and its keys where there is room. */
void play_view_rule(struct cells *cells, struct rect r, const char *title, const struct list *scroll, const char *keys);
void play_inspector_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_events.c: of the focused column. */
void play_events_layout(struct play_screen *s);
void play_events_draw_glance(const struct play_screen *s, struct cells *cells, struct rect r);
void play_events_view_layout(struct play_screen *s);
void play_events_view_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_diff.c: the answers of two columns; false when there is nothing to compare. */
bool play_diff_open(struct play_screen *s, size_t a, size_t b, struct err *e);
/* That of one with each other finished answer, below how many of them have each of its sentences. */
bool play_diff_open_all(struct play_screen *s, size_t baseline, struct err *e);
void play_diff_close(struct play_screen *s);
/* Rows it wants where it stands below the race. */
int play_diff_height(const struct play_screen *s);
void play_diff_layout(struct play_screen *s);
/* To the next change, down or up. */
void play_diff_next(struct play_screen *s, int by);
void play_diff_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_history.c */
void play_history_layout(struct play_screen *s);
/* Past runs as candidates, and the run of such a name. */
const char *play_complete_run(void *self, size_t i);
bool play_find_run(const struct play_screen *s, const char *name, size_t *at);
void play_history_draw(const struct play_screen *s, struct cells *cells, const struct env *env);
/* play_status.c */
/* "~$0.0006–$0.0011", "≤$0.0024" where only a limit is known, "~$0.0003 + answers" where none is, "–" without any price. */
void play_estimate_text(const struct estimate *e, char out[PLAY_ESTIMATE_SIZE]);
enum style play_status(const void *self, const struct env *env, struct buf *left, struct buf *right);
int play_tick_ms(const void *self);
void play_card(const void *self, const struct env *env, struct buf *out);

typedef unsigned play_command(void *self, struct console *c, const char *arg);
/* play_commands.c; when a command is offered, and what it does. */
bool play_has_columns(const void *self);
/* False: there is none, and said so. */
bool play_wants_column(const struct play_screen *s, struct console *c);
bool play_shows_columns(const void *self);
bool play_shows_history(const void *self);
bool play_shows_overlay(const void *self);
play_command play_cmd_run, play_cmd_stop, play_cmd_stop_all, play_cmd_retry, play_cmd_edit, play_cmd_mark, play_cmd_diff, play_cmd_diff_all, play_cmd_hold, play_cmd_zoom,
    play_cmd_inspector, play_cmd_events, play_cmd_request,
    play_cmd_sort, play_cmd_units, play_cmd_next_answer, play_cmd_prev_answer, play_cmd_tie, play_cmd_pretty,
    play_cmd_next_item, play_cmd_prev_item,
    play_cmd_history, play_cmd_open, play_cmd_close;
/* play_find.c */
play_command play_cmd_find, play_cmd_next_hit, play_cmd_prev_hit;
/* play_versions.c: which version of a prompt a column sends, and its values. */
void play_versions_forget(struct play_screen *s);
/* Another column like the focused one, beside it; it gets the focus. */
struct play_column *play_twin(struct play_screen *s);
play_command play_cmd_prompt, play_cmd_own_prompt, play_cmd_versions, play_cmd_var;
const char *play_complete_prompt(void *self, size_t i);
const char *play_complete_version(void *self, size_t i);
const char *play_complete_var(void *self, size_t i);
/* play_targets.c */
play_command play_cmd_add, play_cmd_drop, play_cmd_left, play_cmd_right, play_cmd_param, play_cmd_own_param,
    play_cmd_twin, play_cmd_repeat, play_cmd_attach, play_cmd_detach;
const char *play_complete_file(void *self, size_t i);
const char *play_complete_target(void *self, size_t i);
const char *play_complete_param(void *self, size_t i);
/* play_prompt.c: gives the part of the prompt to the person's editor. */
play_command play_edit_outside;
/* Takes the prompt into the library of prompts, as a draft. */
play_command play_to_prompt;
/* play_copy.c */
play_command play_copy_answer, play_copy_response, play_copy_json, play_copy_curl, play_copy_python;

#endif
