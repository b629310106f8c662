/* board_ask - one question of the board to the store and its answer: a value that travels to a worker thread and back.
 * For app/board*.c and app/exporter.c. */
#ifndef SONDE_APP_BOARD_ASK_H
#define SONDE_APP_BOARD_ASK_H

#include "app/board.h"

enum { ASK_TODAY = 1, ASK_FIGURES = 2, ASK_LOG = 4, ASK_NEWER = 8, ASK_NAMES = 16, ASK_WHOLE = ASK_TODAY | ASK_FIGURES | ASK_LOG };

struct asking {
	unsigned what;
	char *dir;
	int64_t now_us;
	struct board_question q; /* with copies of its strings */
	int64_t log_to_us;       /* calls of the log began earlier; INT64_MAX */
	bool completes_log;      /* the figures of a log that was shown before them */
	/* ASK_NEWER: how many more there are now than `count` of the calls from this time on */
	int64_t count_from_us, count;
	/* the answer; what was not asked for is empty */
	struct board_answer a;
	struct call_id opened;   /* the one that is open ... */
	char *model;             /* ... and its model; NULL: none is */
	struct model_latency latency;
	int64_t newer, today_nano;
	bool today_has_simulated;
	struct board_name *names;
	size_t n_names;
	struct err err;
	bool ok;
	int64_t took_us;
};

/* Copies what it needs of the board. */
void asking_init(struct asking *q, const struct board *b, unsigned what, int64_t now_us);
/* The question that is answered on the screen, at the time of that answer: of the figures or of the log. Now, when it has none yet. */
void asking_init_shown(struct asking *q, const struct board *b, bool is_of_log);
/* Of the model that answered, or was asked. */
bool ask_model_latency(struct reader *r, const char *model, int64_t from_us, int64_t to_us, struct model_latency *out, struct err *e) SONDE_MUST_CHECK;
const char *board_call_model(const struct call_row *row);
/* Opens *reader when there is none. On any thread. */
void asking_run(struct asking *q, struct reader **reader);
/* The calls that the log is of; where is to be freed after success, and lives as long as f. */
bool asking_log_filter(const struct asking *q, struct reader *r, struct call_filter *f, struct condition *where, struct err *e) SONDE_MUST_CHECK;
/* What the board has taken of the answer is to be zeroed before. */
void asking_free(struct asking *q);
void board_answer_free(struct board_answer *a);
void call_rows_free(struct call_row *rows, size_t n);
void names_free(struct board_name *names, size_t n);
/* Calls that the log is about: of the table's span and group, or of the graphs'. */
int64_t board_answer_log_total(const struct board_answer *a, const struct board_question *q);

#endif
