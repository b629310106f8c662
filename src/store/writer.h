/* writer - the connection that writes: transactions of calls, bodies and runs with their rollups.
 * For one thread at a time; store.c has one on its own thread, bulk.c one on the importer's. For store/ only. */
#ifndef SONDE_STORE_WRITER_H
#define SONDE_STORE_WRITER_H

#include "store/record.h"
#include "store/sql.h"

/* Longest transaction aimed at, since other writers wait for it; and of a greedy writer while no other process has the store open for writing,
 * which saves merging the same sums again and again. */
#define WRITER_SLICE_US 20000
#define WRITER_GREEDY_US 250000

struct writer;
/* Opens DIR/sonde.db for writing and brings its schema up to date. NULL and e on failure. */
struct writer *writer_open(const char *dir, struct err *e) SONDE_MUST_CHECK;
void writer_close(struct writer *w);
struct sql *writer_sql(struct writer *w);
/* For importers of many rows. */
void writer_set_greedy(struct writer *w);
/* The last one that had the store open did not close it: reader_check, and then writer_set_checked, else it is said again the next time. */
bool writer_needs_check(const struct writer *w);
void writer_set_checked(struct writer *w);

/* A transaction: begin, any number of rows, then commit. After a failure of any of them: writer_rollback. Begin fails where the disk has no room
 * for rows (store/room.h). */
bool writer_begin(struct writer *w, struct err *e) SONDE_MUST_CHECK;
enum writer_result {
	WRITER_ADDED,
	WRITER_PRESENT, /* the same id was there: nothing changed */
	WRITER_EXPIRED, /* so old that it would have been removed by now (store/expire.h), and may have been counted: nothing changed */
	WRITER_REFUSED, /* this row can never be stored, others can */
	WRITER_FAILED,
};
/* body may be NULL; it is left out, and counted, where the disk has no room for it. */
enum writer_result writer_call(struct writer *w, const struct call_row *row, const struct call_body *body, struct err *e);
/* The first *taken (at least one) of n rows without bodies: several new ones at once are quicker. */
enum writer_result writer_calls(struct writer *w, const struct call_row *rows, size_t n, size_t *taken, struct err *e);
enum writer_result writer_run(struct writer *w, const struct run_row *run, struct err *e);
/* Rows that will never be stored, for whoever asks the store later (store/upkeep.h). */
void writer_count_lost(struct writer *w, uint64_t rows);
bool writer_commit(struct writer *w, struct err *e) SONDE_MUST_CHECK;
void writer_rollback(struct writer *w);
/* One that holds nobody up while it reads: others may write until it does so itself, which fails (SQLITE_BUSY) if anybody has. */
bool writer_begin_late(struct writer *w, struct err *e) SONDE_MUST_CHECK;
/* The rollups of an hour, and of its day, made anew from the rows that are there. */
bool writer_recount(struct writer *w, int64_t hour_us, struct err *e) SONDE_MUST_CHECK;
/* The transaction has taken about as long as it should. */
bool writer_is_slice_full(struct writer *w);

#endif
