/* metrics_state - what the Metrics screen remembers besides its model (app/board.h): focus, order, scroll positions, places.
 * Shared by the files metrics*.c of this folder only. */
#ifndef SONDE_UI_SCREENS_METRICS_STATE_H
#define SONDE_UI_SCREENS_METRICS_STATE_H

#include "app/board.h"
#include "ui/screen.h"
#include "ui/widgets/divider.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

#define METRICS_WIDE 160 /* from here on one request stands beside the rest */

enum metrics_focus { FOCUS_GROUPS, FOCUS_LOG, FOCUS_DETAIL };
enum metrics_sort { SORT_COST, SORT_CALLS, SORT_P95, SORT_ERRORS, SORT_COUNT };

/* Choosing a stretch of the graphs, in buckets; before Enter takes it. */
struct brushing {
	bool is_on, has_anchor, is_dragged;
	size_t anchor, cursor;
};

/* The field of the filter while it is edited. */
struct filter_entry {
	struct editor *field;   /* NULL: it is not */
	char *before;           /* what Esc brings back; NULL: none */
	unsigned long version;  /* of the field, when it was last looked at */
	struct err err;         /* why it is no filter (yet) */
	struct filter_proposal proposals[8];
	size_t n_proposals, from; /* they replace text[from, cursor) */
	bool is_begun;          /* the figures wait for the rest of the word */
	struct list list;
	bool has_chosen;        /* the selection is the person's */
};

typedef unsigned metrics_command(void *self, struct console *c, const char *arg);

/* A command about an opened request that was still being read. */
struct metrics_waiting {
	metrics_command *run;   /* NULL: none */
	char *arg;
	struct call_id id;
};

struct metrics_screen {
	struct app *app;
	struct board *board;
	enum metrics_focus focus;
	enum metrics_sort sort;
	size_t measure;          /* what the second graph shows: metrics_measures */
	struct list groups, log, detail;
	struct divider split;    /* between the table and the log */
	size_t *order;           /* groups in the order of the sort */
	size_t n_order;
	/* What was under the cursor when that was drawn, or moved, last: commands are about it, wherever it is in an answer that has come since. Away
	 * from the first row the cursor stays on it. */
	char *selected_group;    /* its key; NULL: none */
	struct call_id selected_call;
	bool has_selected_group, has_selected_call;
	struct brushing brush;
	struct filter_entry filter;
	bool hides_inspector;    /* where it would stand beside */
	bool shows_raw;          /* of the opened call its JSON */
	struct call_id wanted;   /* the call that was opened last, here or by the inspector */
	struct metrics_waiting waiting;
	/* the opened call as text; made anew when another one is opened, or what it is compared with is another */
	struct styled_text *text;
	struct call_id text_id;
	struct model_latency text_model;
	bool text_is_raw;
	int text_w;
	/* the last layout */
	struct rect area, graphs, groups_area, log_area, detail_area;
};

static inline unsigned metrics_changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}
static inline bool metrics_is_beside(const struct metrics_screen *s)
{
	return s->detail_area.x > s->area.x;
}
/* Why there are no figures yet. */
static inline const char *metrics_reading(const struct metrics_screen *s)
{
	return s->board->waits_for != NULL ? s->board->waits_for : "reading\u2026";
}
/* Rows of a table above its first: the rule and the names of the columns. In plain each value has the name before it, which takes more: a
 * row that does not fit is said as in a table so many cells narrower, and again, until it does. */
#define METRICS_SAY_STEP 10
static inline int metrics_head_h(const struct metrics_screen *s)
{
	return app_is_plain(s->app) ? 1 : 2;
}
/* ", cost $0.0007"; nothing for an empty value. */
static inline void metrics_say(struct buf *out, const char *title, const char *text)
{
	if (text[0] != '\0') {
		(void)buf_addf(out, ", %s %s", title, text);
	}
}
/* metrics_graphs.c: rows the graphs take in an area, and how many buckets they can show. */
int metrics_graphs_height(const struct metrics_screen *s, struct rect area);
int metrics_graphs_columns(const struct metrics_screen *s, struct rect area);
void metrics_graphs_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
/* The bucket at a cell of the grid; false when there is no graph. */
bool metrics_bucket_at(const struct metrics_screen *s, int x, int y, size_t *bucket);
/* The name of the i-th measure of the second graph, NULL at the end: "Latency p95". */
const char *metrics_measure(size_t i);
/* metrics_groups.c: the table of providers, models or operations. */
const char *metrics_sort_name(enum metrics_sort sort);
/* What calls cost together; UNKNOWN when none of them has a cost: all failed, or no price is known. */
int64_t metrics_cost(const struct figures *f);
/* Whether there are calls enough in the span before for a change to say something. */
bool metrics_is_comparable(const struct figures *now, const struct figures *before);
void metrics_groups_layout(struct metrics_screen *s);
/* The selected row of the present answer, borrowed from it; NULL when it has none, or is still about other groups. */
const struct metrics_group *metrics_selected_group(struct metrics_screen *s);
/* After the selection was moved by a person. */
void metrics_groups_moved(struct metrics_screen *s);
void metrics_groups_draw(const struct metrics_screen *s, struct cells *cells);
/* At most nine cells: "filter". */
const char *metrics_class_word(enum error_class c);
/* "429 11 · 5xx 2": the errors by class, the most frequent first, in at most `room` cells. */
void metrics_classes_text(const struct figures *f, size_t room, char *out, size_t size);
/* metrics_log.c: the call log. */
void metrics_log_layout(struct metrics_screen *s);
void metrics_log_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
/* The selected row of the present answer, borrowed from it; NULL when it has none. */
const struct call_row *metrics_selected_call(const struct metrics_screen *s);
/* After the selection was moved by a person: the log is held while it is not at the top. */
void metrics_log_moved(struct metrics_screen *s);
/* The row as text, fields separated by tabs, the time in UTC. */
void metrics_log_text(const struct call_row *r, struct buf *out);
/* metrics_copy.c: commands. */
unsigned metrics_copy_row(void *self, struct console *c, const char *arg);
unsigned metrics_copy_json(void *self, struct console *c, const char *arg);
unsigned metrics_copy_response(void *self, struct console *c, const char *arg);
/* metrics_session.c */
void metrics_save(const void *self, struct session *out);
void metrics_restore(void *self, const struct session *in);
/* metrics_detail.c: one opened call. */
void metrics_detail_layout(struct metrics_screen *s);
void metrics_detail_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
/* metrics_filter.c: the field of the filter. */
void metrics_filter_open(struct metrics_screen *s);
void metrics_filter_free(struct metrics_screen *s);
unsigned metrics_filter_input(struct metrics_screen *s, struct console *c, const struct input *in);
void metrics_filter_layout(struct metrics_screen *s);
void metrics_filter_draw(const struct metrics_screen *s, struct cells *cells);
/* metrics_brush.c */
void metrics_brush_start(struct metrics_screen *s);
void metrics_brush_mark(struct metrics_screen *s);
void metrics_brush_end(struct metrics_screen *s, bool is_taken);
unsigned metrics_brush_input(struct metrics_screen *s, const struct input *in);
/* The chosen buckets, as far as they are shown; false when there are none. */
bool metrics_brush_buckets(const struct metrics_screen *s, size_t *from, size_t *to);
/* metrics_status.c: the row of the question, the status row and the card. */
void metrics_question_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
/* "09:12–09:40", with dates where they are not today's. */
void metrics_add_times(struct buf *out, int64_t from_us, int64_t to_us, const struct env *env);
enum style metrics_status(const void *self, const struct env *env, struct buf *left, struct buf *right);
void metrics_card(const void *self, const struct env *env, struct buf *out);

/* metrics_commands.c */
#define METRICS_COMMANDS 28
extern const struct command metrics_commands[METRICS_COMMANDS];
/* metrics_export.c */
metrics_command metrics_export, metrics_export_over;
/* metrics_copy.c */
metrics_command metrics_copy_row, metrics_copy_json, metrics_copy_response, metrics_copy_curl;
/* metrics_open.c: an opened call elsewhere: in Play, in the editor. Whether one is opened, for `run` with its arg: while it is being read that
 * waits for it; where there is none it is told what is missing for `what`. */
bool metrics_has_opened(struct metrics_screen *s, struct console *c, const char *what, metrics_command *run, const char *arg);
/* Runs what waited for a request that has come. */
unsigned metrics_arrived(void *self, struct console *c);
void metrics_stop_waiting(struct metrics_screen *s);
metrics_command metrics_replay, metrics_edit_outside, metrics_to_prompt;

#endif
