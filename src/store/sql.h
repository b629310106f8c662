/* sql - one SQLite connection to DIR/sonde.db: opening, rights of its files, waiting for locks, statements, checkpoints, and
 * errors as sentences. Owns its statements. For one thread at a time. For store/, prompt/ and metrics/ only. */
#ifndef SONDE_STORE_SQL_H
#define SONDE_STORE_SQL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SQL_WAIT_US 5000000 /* how long to wait for a lock */

struct sql_statement;

struct sql {
	sqlite3 *db;
	char *dir, *path;       /* absolute */
	int64_t wait_us;        /* longest wait for a lock; SQL_WAIT_US unless changed */
	int checkpoint_pages;   /* pages in the WAL that make sql_checkpoint work */
	/* private */
	int64_t changes;            /* rows, as of the last commit */
	int64_t waiting_since_us;
	int wal_pages, checkpoint_at;
	int64_t tried_us;           /* the last checkpoint */
	int64_t held_up_since_us;   /* monotonic: since when no checkpoint could move the whole WAL; 0: the last one did */
	struct sql_statement *statements;
	size_t n_statements, cap_statements;
};

/* SQL_WRITE makes the directory (0700) and the file (0600) where missing and turns on WAL; it does not migrate.
 * SQL_READ: a missing file is ERR_CHECK "nothing recorded yet". NULL and e on failure. */
enum sql_mode { SQL_READ, SQL_WRITE };
struct sql *sql_open(const char *dir, enum sql_mode mode, struct err *e) SONDE_MUST_CHECK;
void sql_close(struct sql *s);

/* A prepared statement, kept until sql_close; the same text gives the same statement, reset but with its bindings. The text must
 * live as long as s. NULL and e on failure. */
sqlite3_stmt *sql_prepare(struct sql *s, const char *text, struct err *e) SONDE_MUST_CHECK;
/* One that is not kept: for texts that differ each time. The caller's, sqlite3_finalize. */
sqlite3_stmt *sql_prepare_once(struct sql *s, const char *text, struct err *e) SONDE_MUST_CHECK;
/* Runs a text of one or more statements and ignores rows. */
bool sql_exec(struct sql *s, const char *text, struct err *e);
/* One integer; UNKNOWN for NULL and no row. */
bool sql_int(struct sql *s, const char *text, int64_t *value, struct err *e);
/* Steps a statement that gives no rows, and resets it. */
bool sql_step_done(struct sql *s, sqlite3_stmt *stmt, struct err *e);

bool sql_begin(struct sql *s, struct err *e); /* IMMEDIATE */
/* DEFERRED: takes the lock with its first write, which fails at once, with SQLITE_BUSY, when anybody wrote since its first read. Begin again then. */
bool sql_begin_late(struct sql *s, struct err *e);
bool sql_commit(struct sql *s, struct err *e);
void sql_rollback(struct sql *s);
/* Moves the WAL into the file when it has grown enough; call it between transactions. Never waits long. */
void sql_checkpoint(struct sql *s);
/* When one was held up: tries again, also to make the WAL's file small. For who has nothing else to do. */
void sql_checkpoint_idle(struct sql *s);
/* The WAL is large, and has not got smaller for some seconds: somebody reads an old state of the store. *bytes: how large it is. */
bool sql_is_held_up(const struct sql *s, int64_t *bytes);
/* The file was deleted, moved or replaced since it was opened. */
bool sql_is_moved(struct sql *s);

/* Fills e from the connection's last failure. Returns false. */
bool sql_failed(struct sql *s, struct err *e);
/* The sentence for an SQLite result code; sys_errno 0 when none, detail may be NULL. Returns false. */
bool sql_explain(const char *path, int rc, int sys_errno, const char *detail, struct err *e);

#endif
