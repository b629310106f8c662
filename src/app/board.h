/* board - the model of the Metrics screen: what span, group and filter, the figures, the call log, one opened call.
 * Queries run on a worker thread with a reader of their own; a change of the store by any process starts a new one (inotify, at most
 * one in 100 ms); while nothing is written nothing wakes. Owns its results; they stay until the next ones have come. */
#ifndef SONDE_APP_BOARD_H
#define SONDE_APP_BOARD_H

#include "app/app.h"
#include "metrics/summary.h"

struct board_range {
	const char *name; /* "15m", "1h", "6h", "24h", "7d", "30d", "90d" */
	int64_t span_us;
};
extern const struct board_range board_ranges[];
extern const size_t n_board_ranges;

struct board {
	struct app *app;
	/* the question */
	size_t range;              /* into board_ranges */
	enum metrics_by by;        /* BY_PROVIDER, BY_MODEL, BY_OPERATION */
	char *key_filter;          /* a group's key that narrows graphs and log; NULL: all; owned, set by board_set_key */
	bool errors_only;          /* log */
	char *text_filter;         /* log; NULL: all; owned, set by board_set_text */
	int columns;               /* buckets wanted by the widest graph */
	size_t log_limit;
	bool is_paused;            /* what is written meanwhile is not shown; a changed question is answered all the same */
	/* the answer; NULL and 0 before the first one */
	struct metrics *metrics;   /* all groups, for the table */
	struct metrics *focus;     /* what the graphs show: the group of key_filter, or the same as metrics */
	struct call_row *log;
	size_t n_log;
	int64_t updated_us;        /* wall clock of the answer; 0: none yet */
	struct err err;            /* of the last query; ERR_NONE when fine */
	struct err detail_err;     /* of the last opening of a call */
	bool is_loading;
	bool today_has_simulated;
	int64_t today_nano;        /* cost since the local midnight; UNKNOWN before the first answer. Kept up to date while hidden, too */
	/* one call opened for reading */
	bool is_opening;           /* asked for by board_open_call and not there yet */
	bool has_detail;
	struct call_row detail;
	struct call_body detail_body;
	/* private */
	struct board_work *work;
};
/* Local time zone decides where a day begins. */
int64_t board_midnight_us(int64_t now_us);

struct board *board_new(struct app *app);
void board_free(struct board *b);
/* The screen is shown: all of the question is asked at each change of the store. Hidden, only today's cost is. */
void board_show(struct board *b);
void board_hide(struct board *b);
/* The question changed: ask again at once. */
void board_refresh(struct board *b);
void board_set_key(struct board *b, const char *key);
void board_set_text(struct board *b, const char *text);
/* Reads it off the loop; the one opened last stays. */
void board_open_call(struct board *b, struct call_id id);
/* One that is still being read does not appear any more. */
void board_close_call(struct board *b);
/* Runs the query on this thread and takes its answer at once: for `sonde screen` and tests. */
void board_refresh_now(struct board *b, int64_t now_us);

#endif
