/* board - the model of the Metrics screen: what stretch of time, group and filter, the figures, the call log, one opened call.
 * Queries run on a worker thread with a reader of their own; a change of the store by any process starts a new one (inotify, at most
 * one in 60 ms, fewer when they take long); while nothing is written nothing wakes. Owns its results; they stay until the next have come. */
#ifndef SONDE_APP_BOARD_H
#define SONDE_APP_BOARD_H

#include "app/app.h"
#include "app/timeframe.h"
#include "metrics/filter.h"
#include "metrics/forecast.h"
#include "metrics/summary.h"
#include "store/dim.h"

#define BOARD_LOG_ROWS 200
#define BOARD_LOG_MOST 20000
#define BOARD_NEAR_US (10 * INT64_C(1000000)) /* neighbours of a call: that began so long before it or after its end */

/* Which calls. Owned by the board; set by the functions below. */
struct board_question {
	struct timeframe frame;
	enum compare compare;
	enum metrics_by by;  /* not BY_NONE */
	char *key;           /* a group's key that narrows graphs and log; NULL: all */
	char *filter;        /* a filter (metrics/filter.h) that compiles; NULL: all. Narrows everything */
	bool errors_only;    /* log */
	int columns;         /* buckets wanted by the widest graph; see board_set_columns */
	size_t log_limit;
};

/* What was found, and of when. */
struct board_answer {
	struct metrics *table; /* all groups, of the brush where there is one */
	enum metrics_by by;    /* what its groups are; the question may be about others meanwhile */
	struct metrics *graphs; /* the group of the key, of the whole stretch; may be the same as table */
	struct call_row *log;
	size_t n_log;
	int64_t log_total;   /* calls that the log is about, exact, of which it has the newest; UNKNOWN while they are counted */
	struct forecast forecast;
	int64_t at_us;       /* wall clock of the question; 0: none was answered yet */
};

/* Latency of all calls of a model in a stretch of time; UNKNOWN where none is known. */
struct model_latency {
	int64_t p95_us;
	uint64_t calls;
};

/* One call opened for reading, with what ran at the same time. */
struct board_call {
	struct call_row row;
	struct call_body body;
	struct call_row *near; /* newest first, without the call itself */
	size_t n_near;
	bool near_is_cut;      /* more began before it */
	struct model_latency model; /* of its model in the stretch of time shown: asked for with the figures while it is open */
};

struct board_name {
	enum dim_kind kind;
	char *name;
};

struct board {
	struct app *app;
	struct board_question question;
	bool is_paused;            /* what is written meanwhile is not shown; a changed question is answered all the same */
	bool is_held;              /* only the log is: it was scrolled back */
	struct board_answer answer;
	int64_t newer;             /* calls that came while paused or held */
	struct err err;            /* of the last query; ERR_NONE when fine */
	bool is_loading;
	const char *waits_for;     /* what is not whole yet, so that nothing is asked before; NULL: nothing */
	bool is_stale;             /* the answer is not of the present question */
	bool today_has_simulated;
	int64_t today_nano;        /* cost since the local midnight; UNKNOWN before the first answer. Kept up to date while hidden, too */
	struct board_name *names;  /* for completion; asked for by board_ask_names */
	size_t n_names;
	/* one call opened for reading */
	bool is_opening;           /* asked for by board_open_call and not there yet */
	bool has_call;
	struct board_call call;
	struct err call_err;       /* of the last opening */
	/* private */
	struct board_work *work;
};

struct board *board_new(struct app *app);
void board_free(struct board *b);
/* The screen is shown: all of the question is asked at each change of the store. Hidden, only today's cost is. Shown again, the answer that
 * there is stays; after a change, or some seconds, it is asked for anew, after the frame that is to come. */
void board_show(struct board *b);
void board_hide(struct board *b);
/* Asks nothing from now on; NULL: again, and at once. for_what is a sentence for people, and a literal. */
void board_wait(struct board *b, const char *for_what);
/* The question was changed: ask again at once, and break off what is asked. */
void board_refresh(struct board *b);
/* The widest graph has room for so many buckets: asked for when the size of the window has settled. */
void board_set_columns(struct board *b, int columns);
void board_set_key(struct board *b, const char *key);
/* False with e when the filter is none; then the one before stays. */
bool board_set_filter(struct board *b, const char *filter, struct err *e) SONDE_MUST_CHECK;
void board_set_paused(struct board *b, bool is_paused);
/* The log stays as it is while new calls come, which are counted; false: it follows again. */
void board_hold_log(struct board *b, bool is_held);
/* More rows of the same log, as one comes near its end. */
void board_more_log(struct board *b);
/* Reads names of providers, models and so on, for completion. */
void board_ask_names(struct board *b);
/* Reads it off the loop; the one opened last stays. */
void board_open_call(struct board *b, struct call_id id);
/* One that is still being read does not appear any more. */
void board_close_call(struct board *b);
/* Runs the query on this thread and takes its answer at once: for `sonde screen` and tests. */
void board_refresh_now(struct board *b, int64_t now_us);

#endif
