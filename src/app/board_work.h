/* board_work - what is behind a board: its jobs, its watch of the store, what is held back. For app/board*.c only. */
#ifndef SONDE_APP_BOARD_WORK_H
#define SONDE_APP_BOARD_WORK_H

#include "app/board_ask.h"
#include "net/loop.h"

/* An opened call being read. */
struct call_reading {
	struct call_id id;
	uint64_t opening;
	char *dir;
	struct timeframe frame; /* shown, for the percentile: from_us to to_us */
	int64_t from_us, to_us;
	struct board_call call;
	struct err err;
	bool ok;
};

struct board_work {
	struct board *board;
	struct reader *reader;
	bool can_interrupt;      /* the reader was there when the job began, so it does not change under us */
	int watch_fd;
	ev_io watch;
	ev_timer settle;
	bool is_shown, is_running, asks_again;
	bool is_behind;          /* something was written since the last whole question */
	bool is_new_question;    /* else the same one at a later time, which a pause holds back */
	bool owes_figures;       /* of the question whose log is asked for or was taken; they are asked for next */
	unsigned extra;          /* ASK_* bits wanted besides */
	int64_t took_us;         /* the last answer */
	struct asking asking;
	/* of the log shown */
	int64_t count_from_us, count, log_to_us, log_at_us;
	/* opened calls */
	struct reader *call_reader;
	struct call_reading reading;
	bool is_reading;
	struct call_id wanted;
	uint64_t openings;       /* counts board_open_call and board_close_call: an answer of an earlier one is late */
};

#endif
