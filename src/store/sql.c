#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/outfile.h"
#include "base/xdg.h"

/* WAL of 64 MB: past it even readers are waited for, a little. */
#define WAL_PAGES_MOST 16384
#define RESTART_WAIT_US 20000
#define CHECKPOINT_PAGES 1000 /* 4 MB */
#define PAGE_BYTES 4096
#define HELD_UP_PAGES 2048
#define HELD_UP_US 3000000
#define HELD_UP_RETRY_US 1000000
#define MOST_ROLLBACKS 100

struct sql_statement {
	const char *text;
	sqlite3_stmt *stmt;
};

static const struct {
	int rc;
	const char *what, *hint;
} explanations[] = {
	{ SQLITE_NOTADB, "is not a sonde store", "move it away, or set SONDE_DATA to another directory; sonde then makes a new one" },
	{ SQLITE_CORRUPT, "is damaged",
	    "recover it with sqlite3 OLD .recover | sqlite3 NEW, or move it away with its -wal; sonde then makes a new one" },
	{ SQLITE_CANTOPEN, "cannot be opened", "check the rights of the file and its directory, or set SONDE_DATA to another directory" },
	{ SQLITE_PERM, "cannot be opened", "check the rights of the file and its directory, or set SONDE_DATA to another directory" },
	{ SQLITE_READONLY, "cannot be written", "make the file and its directory writable, or set SONDE_DATA to another directory" },
	{ SQLITE_FULL, "cannot grow", "free some space on its disk, or raise the quota or file size limit" },
	{ SQLITE_IOERR, "cannot be read or written", "check the disk it is on" },
	{ SQLITE_BUSY, "is locked by another process", "wait for it or end it; fuser -v on the file shows who it is" },
	{ SQLITE_LOCKED, "is locked by another process", "wait for it or end it; fuser -v on the file shows who it is" },
	{ SQLITE_PROTOCOL, "is locked by another process", "wait for it or end it; fuser -v on the file shows who it is" },
};

/* WAL needs memory shared by all who have the file open, which only one kernel can give. Much of FUSE is local, but none can tell. */
#define ANY_FILE_SYSTEM "SONDE_ANY_FILE_SYSTEM"
static const struct {
	unsigned long magic;
	const char *name;
} shared_systems[] = {
	{ 0x6969, "NFS" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB" },
	{ 0x517b, "SMB" },
	{ 0x01021997, "9p" },
	{ 0x00c36400, "Ceph" },
	{ 0x5346414f, "AFS" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x47504653, "GPFS" },
	{ 0x65735546, "FUSE" },
};

bool sql_explain(const char *path, int rc, int sys_errno, const char *detail, struct err *e)
{
	int primary = rc & 0xff;
	const char *what = "could not be used", *hint = "";
	bool is_of_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
	bool has_errno = sys_errno != 0 && is_of_system;

	if (has_errno && (sys_errno == ENOSPC || sys_errno == EDQUOT || sys_errno == EFBIG)) {
		primary = SQLITE_FULL;
	} else if (has_errno && sys_errno == EROFS) {
		primary = SQLITE_READONLY;
	}
	for (size_t i = 0; i < COUNT_OF(explanations); i++) {
		if (explanations[i].rc == primary) {
			what = explanations[i].what;
			hint = explanations[i].hint;
			break;
		}
	}
	if (has_errno) {
		detail = strerror(sys_errno);
	} else if (detail == NULL) {
		detail = sqlite3_errstr(rc);
	}
	err_set(e, ERR_INTERNAL, "%s %s: %s", path, what, detail);
	if (hint[0] != '\0') {
		err_hint(e, "%s", hint);
	}
	return false;
}

bool sql_failed(struct sql *s, struct err *e)
{
	return sql_explain(s->path, sqlite3_extended_errcode(s->db), sqlite3_system_errno(s->db), sqlite3_errmsg(s->db), e);
}

/* SQLite's own busy handler sleeps up to 100 ms at a time, which starves writers; short sleeps of random length are fair. */
static int wait_for_lock(void *ctx, int n)
{
	struct sql *s = ctx;
	int64_t now = clock_mono_us();

	if (n == 0) {
		s->waiting_since_us = now;
	}
	if (now - s->waiting_since_us >= s->wait_us) {
		return 0;
	}
	uint64_t jitter = hash_mix((uint64_t)now ^ (uintptr_t)s) % 400000;
	struct timespec t = { .tv_nsec = (long)(100000 + jitter) };

	(void)nanosleep(&t, NULL);
	return 1;
}

static int count_wal_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct sql *s = ctx;

	(void)db;
	(void)name;
	if (pages < s->wal_pages) { /* it was begun anew */
		s->checkpoint_at = s->checkpoint_pages;
	}
	s->wal_pages = pages;
	return SQLITE_OK;
}

static bool check_file_system(const char *dir, struct err *e)
{
	const char *any = getenv(ANY_FILE_SYSTEM);
	struct statfs fs;

	if ((any != NULL && strcmp(any, "1") == 0) || statfs(dir, &fs) != 0) {
		return true; /* whether it is there, opening the file will tell */
	}
	for (size_t i = 0; i < COUNT_OF(shared_systems); i++) {
		if (((unsigned long)fs.f_type & 0xffffffffUL) == shared_systems[i].magic) {
			err_set(e, ERR_INTERNAL, "%s is on %s, which machines may share: there a store would be damaged", dir,
			    shared_systems[i].name);
			return err_hint(e, "set SONDE_DATA to a directory on a local disk, or " ANY_FILE_SYSTEM "=1 if only this machine opens it");
		}
	}
	return true;
}

static bool has_log(const char *path)
{
	static const char *const ends[] = { "-wal", "-journal" };
	bool is_there = false;

	for (size_t i = 0; i < COUNT_OF(ends) && !is_there; i++) {
		char *log = x_asprintf("%s%s", path, ends[i]);
		struct stat st;

		is_there = lstat(log, &st) == 0;
		free(log);
	}
	return is_there;
}

/* Puts an empty store in its place that is in WAL mode from the first: whoever turns WAL on in a file that others see keeps them out for the
 * time of five syncs, and on a slow disk they give up. Bytes 18 and 19 say the mode: https://sqlite.org/fileformat.html, 1.3.3. Not beside a
 * log that a store left here: it would be taken for the new one's, where SQLite removes it from beside an empty file. */
static bool put_empty(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_int64 len = 0;
	unsigned char *image = NULL;

	if (has_log(path)) {
		return false;
	}
	if (sqlite3_open(":memory:", &db) == SQLITE_OK && sqlite3_exec(db, "PRAGMA user_version=0", NULL, NULL, NULL) == SQLITE_OK) {
		image = sqlite3_serialize(db, "main", &len, 0);
	}
	(void)sqlite3_close(db);
	if (image == NULL) {
		return false;
	}
	image[18] = image[19] = 2;
	struct outfile *f = outfile_new(path, false, NULL);
	bool ok = f != NULL && outfile_write(f, (const char *)image, (size_t)len, NULL);

	if (ok) {
		ok = outfile_keep(f, NULL);
	} else {
		outfile_discard(f);
	}
	sqlite3_free(image);
	return ok;
}

/* Makes the file with its rights, which SQLite then gives to -wal and -shm as well. An existing file is not opened here: closing the
 * descriptor would drop the locks that other connections of this process hold on it. */
static bool make_file(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) == 0 || put_empty(path)) {
		return true;
	}
	/* Another process was faster, or it cannot be; this tells which. An empty file is as good, only slower to begin with. */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		return errno == EEXIST || sql_explain(path, SQLITE_CANTOPEN, errno, NULL, e);
	}
	(void)close(fd);
	return true;
}

static bool check_place(const char *dir, const char *path, enum sql_mode mode, struct err *e)
{
	struct stat st;

	if (mode == SQL_WRITE && !xdg_make_dir(dir, e)) {
		return err_hint(e, "set SONDE_DATA to a directory that can be made");
	}
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode)) {
		err_set(e, ERR_INTERNAL, "%s is not a directory", dir);
		return err_hint(e, "move it away, or set SONDE_DATA to another directory");
	}
	/* Readers share the memory, too. */
	if (!check_file_system(dir, e) || (mode == SQL_WRITE && !make_file(path, e))) {
		return false;
	}
	if (stat(path, &st) != 0) {
		if (errno == ENOENT) {
			err_set(e, ERR_CHECK, "nothing recorded yet: there is no %s", path);
			return err_hint(e, "send a prompt with `sonde run`, or read a log with `sonde import`");
		}
		return sql_explain(path, SQLITE_CANTOPEN, errno, NULL, e);
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, ERR_INTERNAL, "%s is not a file", path);
		return err_hint(e, "move it away, or set SONDE_DATA to another directory");
	}
	if (access(path, R_OK) != 0) {
		return sql_explain(path, SQLITE_CANTOPEN, errno, NULL, e);
	}
	/* SQLite would quietly open it for reading only. */
	if (mode == SQL_WRITE && access(path, W_OK) != 0) {
		return sql_explain(path, SQLITE_READONLY, errno, strerror(errno), e);
	}
	return true;
}

static bool is_locked(int rc)
{
	int primary = rc & 0xff;

	return primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL;
}

/* SQLITE_ROW and whether the mode is WAL now, or what failed. */
static int set_journal_mode(struct sql *s, bool *is_wal, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		rc = sqlite3_step(stmt);
	}
	if (rc == SQLITE_ROW) {
		*is_wal = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	} else {
		sql_failed(s, e);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* The change takes locks without asking the busy handler. */
static bool turn_wal_on(struct sql *s, struct err *e)
{
	bool is_wal = false;
	int rc;

	s->waiting_since_us = clock_mono_us();
	do {
		rc = set_journal_mode(s, &is_wal, e);
	} while (is_locked(rc) && wait_for_lock(s, 1));
	if (rc == SQLITE_ROW && !is_wal) {
		return sql_explain(s->path, SQLITE_IOERR, 0, "its file system cannot share memory for a write-ahead log", e);
	}
	return rc == SQLITE_ROW;
}

static bool set_up(struct sql *s, enum sql_mode mode, struct err *e)
{
	int64_t version;

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_handler(s->db, wait_for_lock, s);
	/* The file may come from anybody: nothing in its schema may run functions with effects. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* The first read finds out whether it is a database at all. */
	if (!sql_int(s, "PRAGMA user_version", &version, e)) {
		return false;
	}
	if (mode == SQL_READ) {
		return sql_exec(s, "PRAGMA query_only=ON; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY", e);
	}
	sqlite3_wal_hook(s->db, count_wal_pages, s);
	return turn_wal_on(s, e) && sql_exec(s,
					"PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384;"
					"PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864",
					e);
}

struct sql *sql_open(const char *dir, enum sql_mode mode, struct err *e)
{
	struct sql *s = x_calloc(1, sizeof(*s));

	s->dir = xdg_absolute(dir); /* so that a later chdir does no harm and no name is taken for a URI */
	s->path = x_asprintf("%s/sonde.db", s->dir);
	s->wait_us = SQL_WAIT_US;
	s->checkpoint_pages = s->checkpoint_at = CHECKPOINT_PAGES;
	bool ok = check_place(s->dir, s->path, mode, e);
	if (ok) {
		int flags = SQLITE_OPEN_NOMUTEX | (mode == SQL_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);

		ok = sqlite3_open_v2(s->path, &s->db, flags, NULL) == SQLITE_OK ? set_up(s, mode, e) : sql_failed(s, e);
	}
	if (!ok) {
		sql_close(s);
		return NULL;
	}
	return s;
}

void sql_close(struct sql *s)
{
	if (s == NULL) {
		return;
	}
	for (size_t i = 0; i < s->n_statements; i++) {
		sqlite3_finalize(s->statements[i].stmt);
	}
	free(s->statements);
	/* v2: a statement that dims or rollups still hold is no leak, whatever the order of freeing. */
	(void)sqlite3_close_v2(s->db);
	free(s->path);
	free(s->dir);
	free(s);
}

sqlite3_stmt *sql_prepare(struct sql *s, const char *text, struct err *e)
{
	sqlite3_stmt *stmt = NULL;

	for (size_t i = 0; i < s->n_statements; i++) {
		if (s->statements[i].text == text || strcmp(s->statements[i].text, text) == 0) {
			sqlite3_reset(s->statements[i].stmt);
			return s->statements[i].stmt;
		}
	}
	if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK) {
		sql_failed(s, e);
		return NULL;
	}
	*array_push(s->statements, s->n_statements, s->cap_statements) = (struct sql_statement){ text, stmt };
	return stmt;
}

sqlite3_stmt *sql_prepare_once(struct sql *s, const char *text, struct err *e)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(s->db, text, -1, &stmt, NULL) != SQLITE_OK) {
		sql_failed(s, e);
		return NULL;
	}
	return stmt;
}

bool sql_exec(struct sql *s, const char *text, struct err *e)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK || sql_failed(s, e);
}

bool sql_int(struct sql *s, const char *text, int64_t *value, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(s->db, text, -1, &stmt, NULL);

	*value = UNKNOWN;
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(stmt);
	}
	if (rc == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
		*value = sqlite3_column_int64(stmt, 0);
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_failed(s, e);

	sqlite3_finalize(stmt);
	return ok;
}

bool sql_step_done(struct sql *s, sqlite3_stmt *stmt, struct err *e)
{
	int rc = sqlite3_step(stmt);
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || sql_failed(s, e);

	sqlite3_reset(stmt);
	return ok;
}

static bool run(struct sql *s, const char *text, struct err *e)
{
	sqlite3_stmt *stmt = sql_prepare(s, text, e);

	return stmt != NULL && sql_step_done(s, stmt, e);
}

bool sql_begin(struct sql *s, struct err *e)
{
	return run(s, "BEGIN IMMEDIATE", e);
}

bool sql_begin_late(struct sql *s, struct err *e)
{
	return run(s, "BEGIN", e);
}

/* What a commit writes comes before it can be seen, and on a busy machine any time may pass in between: whoever looked then would not look
 * again. So the last event of a commit that changed a row, for store_watch_open, is a changed time of the file. */
bool sql_commit(struct sql *s, struct err *e)
{
	if (!run(s, "COMMIT", e)) {
		return false;
	}
	int64_t changes = sqlite3_total_changes64(s->db);

	if (changes != s->changes) {
		s->changes = changes;
		(void)utimensat(AT_FDCWD, s->path, NULL, 0);
	}
	return true;
}

void sql_rollback(struct sql *s)
{
	/* Some failures roll back by themselves. An interrupt, of what has just ended, may meet the rollback instead. */
	for (int tries = 0; !sqlite3_get_autocommit(s->db) && tries < MOST_ROLLBACKS; tries++) {
		(void)run(s, "ROLLBACK", NULL);
	}
}

static void checkpoint(struct sql *s, int mode)
{
	int log_pages = 0, moved_pages = 0;
	int64_t wait_us = s->wait_us;

	s->wait_us = RESTART_WAIT_US;
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &log_pages, &moved_pages);
	s->wait_us = wait_us;
	s->tried_us = clock_mono_us();
	/* When a reader or another writer was in the way, not again at each commit. */
	bool is_whole = rc == SQLITE_OK && moved_pages >= log_pages;
	s->checkpoint_at = is_whole ? s->checkpoint_pages : s->wal_pages + s->checkpoint_pages;
	if (is_whole) {
		s->held_up_since_us = 0;
	} else if (s->held_up_since_us == 0) {
		s->held_up_since_us = s->tried_us;
	}
}

void sql_checkpoint(struct sql *s)
{
	bool is_again = s->held_up_since_us != 0 && clock_mono_us() - s->tried_us >= HELD_UP_RETRY_US;

	if (s->wal_pages >= s->checkpoint_at || is_again) {
		checkpoint(s, s->wal_pages < WAL_PAGES_MOST ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART);
	}
}

void sql_checkpoint_idle(struct sql *s)
{
	if (s->held_up_since_us != 0) {
		checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
	}
}
bool sql_is_held_up(const struct sql *s, int64_t *bytes)
{
	*bytes = (int64_t)s->wal_pages * PAGE_BYTES;
	return s->wal_pages >= HELD_UP_PAGES && s->held_up_since_us != 0 && clock_mono_us() - s->held_up_since_us >= HELD_UP_US;
}

bool sql_is_moved(struct sql *s)
{
	int moved = 0;

	return sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}
