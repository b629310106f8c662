/* store - the SQLite file: opening, migrations, one writer thread that batches, readers.
 * store_put_* only queue (they never wait for the disk); the writer thread commits batches within 50 ms. While the file cannot be
 * written (locked, full, read-only) rows wait in memory up to a limit, are retried each second, and what is dropped is counted.
 * A struct reader is for one thread at a time; its read transactions are short. */
#ifndef SONDE_STORE_STORE_H
#define SONDE_STORE_STORE_H

#include "base/err.h"
#include "store/policy.h"
#include "store/record.h"

struct store;
struct reader;
struct condition;

/* Opens or makes DIR/sonde.db (directory 0700, files 0600), applies migrations and starts the writer thread.
 * Fails with a sentence for: no permission, not a database, corrupt, written by a newer sonde. */
struct store *store_open(const char *dir, struct err *e) SONDE_MUST_CHECK;
/* Commits what waits (as far as the file allows, at most 5 s), stops the thread. */
void store_close(struct store *s);

/* What is kept from now on: call it before anything is put. Patterns are borrowed, and hidden before anything is written; what is older than
 * it is kept is removed by the writer thread while it has nothing else to do. At first all is kept. */
void store_set_policy(struct store *s, const struct store_policy *policy);
/* The directory, absolute; for what opens a connection of its own. */
const char *store_dir(const struct store *s);

/* Copies and queues. body may be NULL. Thread-safe. */
void store_put_call(struct store *s, const struct call_row *row, const struct call_body *body);
void store_put_run(struct store *s, const struct run_row *run);
/* Waits until all that was queued before is committed; has a failing store try again at once. False after timeout_ms, or when rows were
 * dropped since the last flush, with the reason. */
bool store_flush(struct store *s, int timeout_ms, struct err *e) SONDE_MUST_CHECK;

struct store_state {
	uint64_t committed, pending, dropped; /* rows since opening */
	bool is_failing;                      /* the last commit failed; `why` says how */
	struct err why;
	struct err warning;                   /* rows are stored, but somebody should know; code ERR_NONE: nothing */
};
void store_state(struct store *s, struct store_state *out);
/* fn(ctx) is called on the writer thread after each commit and each change of is_failing. fn NULL: no more; it does not run after that. */
void store_on_change(struct store *s, void (*fn)(void *ctx), void *ctx);

/* Adds rows (ordered by time for speed) with their rollups in transactions of at most about 20 ms, or 250 ms while
 * no other process has the store open for writing. Rows that are there already (same id)
 * are passed over. *added is the number of new ones, also when it fails half way. For importers: runs on the caller's thread with a
 * connection of its own. */
struct bulk;
struct bulk *bulk_open(const char *dir, struct err *e) SONDE_MUST_CHECK;
bool bulk_add(struct bulk *b, const struct call_row *rows, size_t n, uint64_t *added, struct err *e) SONDE_MUST_CHECK;
void bulk_close(struct bulk *b);

/* Read-only connection; DIR/sonde.db must exist (a missing file is an error of its own: ERR_CHECK, "nothing recorded yet"). */
struct reader *reader_open(const char *dir, struct err *e) SONDE_MUST_CHECK;
void reader_close(struct reader *r);
/* Breaks off what the reader does on another thread, with ERR_INTERRUPTED, and each list and sum it is asked for from then on until
 * reader_resume: the answer is not wanted any more. */
void reader_interrupt(struct reader *r);
void reader_resume(struct reader *r);

struct call_filter {
	int64_t from_us, to_us; /* [from, to); 0 and INT64_MAX for all */
	int64_t run_us;         /* 0: any */
	const struct call_id *before; /* only those behind this one in the order of lists; NULL: all */
	const struct condition *where; /* NULL: any; store/condition.h */
};
/* Shows each call, newest first, until visit returns false; the row is borrowed. Holds no read transaction for long, however many there
 * are and however few of them are shown: a call written meanwhile is shown or not, none is missed or shown twice. */
typedef bool call_visit(void *ctx, const struct call_row *row);
bool calls_each(struct reader *r, const struct call_filter *f, call_visit *visit, void *ctx, struct err *e) SONDE_MUST_CHECK;
/* Newest first, at most limit rows. The array and rows are the caller's (call_row_free each, then free). */
bool calls_list(struct reader *r, const struct call_filter *f, size_t limit, struct call_row **rows, size_t *n,
    struct err *e) SONDE_MUST_CHECK;
/* One row with its bodies (all owned by the caller). False with ERR_CHECK when there is none. */
bool calls_get(struct reader *r, struct call_id id, struct call_row *row, struct call_body *body, struct err *e) SONDE_MUST_CHECK;
/* Finds the id that starts with the text, when exactly one does; where none does, the one of the newest million calls that ends with it
 * (at least 4 characters). Either case. ERR_CHECK when there is none, ERR_USAGE when there are several. */
bool calls_find(struct reader *r, const char *text, struct call_id *id, struct err *e) SONDE_MUST_CHECK;
/* Newest first. */
bool runs_list(struct reader *r, size_t limit, struct run_row **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;

/* A file descriptor (inotify) that becomes readable when any process has written to the store; -1 when there is none.
 * Does not wake anybody while nothing is written. The directory must exist. Drain with store_watch_drain, close with close(2). */
int store_watch_open(const char *dir);
/* True when it was the store that was written to: other files of the directory make it readable, too. */
bool store_watch_drain(int fd);

#endif
