/* metrics_state - what the Metrics screen remembers besides its model (app/board.h): focus, order, scroll positions, places.
 * Shared by the files metrics*.c of this folder only. */
#ifndef SONDE_UI_SCREENS_METRICS_STATE_H
#define SONDE_UI_SCREENS_METRICS_STATE_H

#include "app/board.h"
#include "ui/screen.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

enum metrics_focus { FOCUS_GROUPS, FOCUS_LOG, FOCUS_DETAIL };
enum metrics_sort { SORT_COST, SORT_CALLS, SORT_P95, SORT_ERRORS, SORT_COUNT };

struct metrics_screen {
	struct app *app;
	struct board *board;
	enum metrics_focus focus;
	enum metrics_sort sort;
	struct list groups, log, detail;
	size_t *order;           /* groups in the order of the sort */
	size_t n_order;
	struct call_id selected_call; /* the log's selection stays on its call while new ones come */
	bool has_selected_call;
	/* the opened call as text; made anew when another one is opened or the width changes */
	struct styled_text *text;
	struct call_id text_id;
	int text_w;
	/* the last layout */
	struct rect area, graphs, groups_area, log_area, detail_area;
};

/* metrics_graphs.c: rows the graphs take in an area, and how many buckets they can show. */
int metrics_graphs_height(struct rect area);
int metrics_graphs_columns(struct rect area);
void metrics_graphs_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
/* metrics_groups.c: the table of providers, models or operations. */
const char *metrics_sort_name(enum metrics_sort sort);
void metrics_groups_layout(struct metrics_screen *s);
void metrics_groups_draw(const struct metrics_screen *s, struct cells *cells);
/* metrics_log.c: the call log. */
void metrics_log_layout(struct metrics_screen *s);
void metrics_log_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env);
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
void metrics_detail_draw(const struct metrics_screen *s, struct cells *cells);

#endif
