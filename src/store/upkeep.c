#include "store/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "store/expire.h"
#include "store/reader.h"

#define COMPACT_WAIT_US 30000000

static int64_t size_of(const char *path, const char *suffix)
{
	char *name = x_asprintf("%s%s", path, suffix);
	struct stat st;
	int64_t size = stat(name, &st) == 0 ? (int64_t)st.st_size : 0;

	free(name);
	return size;
}

/* ---- stats ---- */

static const struct {
	const char *text;
	size_t field;
} counts[] = {
	{ "PRAGMA user_version", offsetof(struct upkeep_stats, schema) },
	{ "SELECT count(*) FROM call", offsetof(struct upkeep_stats, calls) },
	{ "SELECT count(*) FROM call WHERE is_simulated = 1", offsetof(struct upkeep_stats, simulated) },
	{ "SELECT min(ts_us) FROM call", offsetof(struct upkeep_stats, first_us) },
	{ "SELECT max(ts_us) FROM call", offsetof(struct upkeep_stats, last_us) },
	{ "SELECT count(*) FROM body", offsetof(struct upkeep_stats, bodies) },
	{ "SELECT coalesce(sum(coalesce(length(request), 0) + coalesce(length(response), 0) + coalesce(length(answer), 0)), 0) FROM body",
	    offsetof(struct upkeep_stats, body_bytes) },
	{ "SELECT count(*) FROM run", offsetof(struct upkeep_stats, runs) },
	{ "SELECT count(*) FROM cache", offsetof(struct upkeep_stats, answers) },
	{ "SELECT count(*) FROM dim", offsetof(struct upkeep_stats, names) },
	{ "SELECT coalesce((SELECT value FROM meta WHERE key = 'lost_rows'), 0)", offsetof(struct upkeep_stats, lost_rows) },
	{ "SELECT coalesce((SELECT value FROM meta WHERE key = 'lost_bodies'), 0)", offsetof(struct upkeep_stats, lost_bodies) },
	{ "SELECT count(*) FROM rollup WHERE level = 0", offsetof(struct upkeep_stats, rollups[0]) },
	{ "SELECT count(*) FROM rollup WHERE level = 1", offsetof(struct upkeep_stats, rollups[1]) },
	{ "SELECT count(*) FROM rollup WHERE level = 2", offsetof(struct upkeep_stats, rollups[2]) },
	{ "SELECT count(*) FROM rollup WHERE level = 3", offsetof(struct upkeep_stats, rollups[3]) },
	{ "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size", offsetof(struct upkeep_stats, free_bytes) },
};

bool upkeep_stats(const char *dir, struct upkeep_stats *out, struct err *e)
{
	struct reader *r = reader_open(dir, e);
	struct expired_until expired;

	*out = (struct upkeep_stats){ .expired_us = UNKNOWN };
	if (r == NULL) {
		return false;
	}
	bool ok = expired_until(r->sql, &expired, e);

	/* Each in a read transaction of its own: together they may take long, and a long one keeps the write-ahead log from shrinking. */
	for (size_t i = 0; ok && i < COUNT_OF(counts); i++) {
		ok = sql_int(r->sql, counts[i].text, (int64_t *)(void *)((char *)out + counts[i].field), e);
	}
	if (ok) {
		out->path = x_strdup(r->sql->path);
		out->file_bytes = size_of(out->path, "");
		out->wal_bytes = size_of(out->path, "-wal");
		out->expired_us = expired.ts_us != INT64_MIN ? expired.ts_us : UNKNOWN;
	}
	reader_close(r);
	return ok;
}

void upkeep_stats_free(struct upkeep_stats *s)
{
	free(s->path);
	s->path = NULL;
}

/* ---- integrity ---- */

static bool check_file(struct sql *sql, char **first, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql, "PRAGMA integrity_check(1)", e);

	*first = NULL;
	if (st == NULL) {
		return false;
	}
	int rc = sqlite3_step(st);
	const char *answer = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;

	if (answer != NULL && strcmp(answer, "ok") != 0) {
		*first = x_strdup(answer);
	}
	bool ok = answer != NULL || sql_failed(sql, e);

	sqlite3_reset(st);
	return ok;
}

bool upkeep_integrity(const char *dir, char **first, struct err *e)
{
	struct reader *r = reader_open(dir, e);
	bool ok = r != NULL && check_file(r->sql, first, e);

	reader_close(r);
	return ok;
}

/* ---- backup ---- */

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0) {
		(void)close(fd);
	}
	return ok;
}

static bool copy_into(struct sql *sql, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	/* The connection reads only; what is written is the other file. */
	bool ok = sql_exec(sql, "PRAGMA query_only = OFF", e);

	ok = ok && (sqlite3_prepare_v2(sql->db, "VACUUM INTO ?", -1, &st, NULL) == SQLITE_OK || sql_failed(sql, e));
	if (ok) {
		sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
		ok = sqlite3_step(st) == SQLITE_DONE || sql_explain(path, sqlite3_extended_errcode(sql->db), sqlite3_system_errno(sql->db),
						    sqlite3_errmsg(sql->db), e);
	}
	sqlite3_finalize(st);
	return ok;
}

static bool check_copy(const char *path, struct err *e)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;

	sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return ok || err_set(e, ERR_INTERNAL, "the copy is damaged, and was removed");
}

/* A copy under another name, then its own: link(2) does not replace a file that came meanwhile. */
static bool make_copy(struct sql *sql, const char *path, const char *part, int64_t *bytes, struct err *e)
{
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		return err_set(e, ERR_INTERNAL, "%s cannot be made: %s", path, strerror(errno));
	}
	(void)close(fd);
	if (!copy_into(sql, part, e) || !check_copy(part, e)) {
		return false;
	}
	char *copy = x_strdup(path);

	*bytes = size_of(part, "");
	bool ok = (sync_path(part, O_RDONLY) && link(part, path) == 0) || err_set(e, ERR_INTERNAL, "%s cannot be made: %s", path, strerror(errno));
	(void)sync_path(dirname(copy), O_RDONLY | O_DIRECTORY);
	free(copy);
	return ok;
}

bool upkeep_backup(const char *dir, const char *path, int64_t *bytes, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) == 0) {
		(void)err_set(e, ERR_USAGE, "%s is there already", path);
		return err_hint(e, "give another name, or remove it");
	}
	struct reader *r = reader_open(dir, e);

	if (r == NULL) {
		return false;
	}
	char *part = x_asprintf("%s.part%d", path, (int)getpid());
	bool ok = make_copy(r->sql, path, part, bytes, e);

	(void)unlink(part);
	free(part);
	reader_close(r);
	return ok;
}

/* ---- compacting ---- */

static bool has_room(const struct sql *sql, int64_t bytes, struct err *e)
{
	struct statvfs fs;

	if (statvfs(sql->dir, &fs) != 0 || (int64_t)fs.f_bavail >= 2 * bytes / (int64_t)fs.f_frsize) {
		return true;
	}
	(void)err_set(e, ERR_INTERNAL, "%s has too little room: compacting needs %lld MiB for a moment", sql->dir, (long long)(2 * bytes / (1 << 20) + 1));
	return err_hint(e, "make room, or back up to another disk: a backup is compact");
}

bool upkeep_compact(const char *dir, int64_t *before_bytes, int64_t *after_bytes, struct err *e)
{
	struct reader *r = reader_open(dir, e); /* is there one at all, and of what version */
	struct sql *sql = r != NULL ? sql_open(dir, SQL_WRITE, e) : NULL;

	reader_close(r);
	if (sql == NULL) {
		return false;
	}
	sql->wait_us = COMPACT_WAIT_US;
	*before_bytes = size_of(sql->path, "") + size_of(sql->path, "-wal");
	bool ok = has_room(sql, size_of(sql->path, ""), e) && sql_exec(sql, "VACUUM", e) && sql_exec(sql, "PRAGMA wal_checkpoint(TRUNCATE)", e);

	*after_bytes = size_of(sql->path, "") + size_of(sql->path, "-wal");
	sql_close(sql);
	return ok;
}
