#include "tests/term/place.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"

#define OUTPUT_LIMIT (1u << 20)
#define MOST_ARGS 16

const char *place_program(void)
{
	const char *program = getenv("SONDE");

	return program != NULL ? program : "./sonde";
}

void place_set(struct place *p, const char *name, const char *value)
{
	size_t len = strlen(name);
	char *entry = value != NULL ? x_asprintf("%s=%s", name, value) : NULL;

	for (size_t i = 0; i < p->n; i++) {
		if (strncmp(p->env[i], name, len) == 0 && p->env[i][len] == '=') {
			free(p->env[i]);
			p->env[i] = p->env[--p->n];
			p->env[p->n] = NULL;
			break;
		}
	}
	if (entry != NULL) {
		*array_push(p->env, p->n, p->cap) = entry;
		*array_push(p->env, p->n, p->cap) = NULL;
		p->n--;
	}
}

const char *place_get(const struct place *p, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < p->n; i++) {
		if (strncmp(p->env[i], name, len) == 0 && p->env[i][len] == '=') {
			return p->env[i] + len + 1;
		}
	}
	return NULL;
}

void place_make(struct place *p)
{
	static const char *const subs[][2] = { { "HOME", "home" }, { "SONDE_DATA", "data" }, { "TMPDIR", "tmp" } };
	static const char *const kept[] = { "PATH", "TERMINFO", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" };

	*p = (struct place){ .dir = "/tmp/sonde-term-XXXXXX" };
	assert_non_null(mkdtemp(p->dir));
	for (size_t i = 0; i < COUNT_OF(subs); i++) {
		char *path = x_asprintf("%s/%s", p->dir, subs[i][1]);

		assert_int_equal(mkdir(path, 0700), 0);
		place_set(p, subs[i][0], path);
		free(path);
	}
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		place_set(p, kept[i], getenv(kept[i]));
	}
	place_set(p, "LC_ALL", "C.UTF-8");
	place_set(p, "TZ", "UTC");
	place_set(p, "TERM", "xterm-256color");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void place_clear(const struct place *p, const char *sub)
{
	char *path = x_asprintf("%s/%s", p->dir, sub);

	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

char *place_write(const struct place *p, const char *name, const char *text)
{
	char *path = x_asprintf("%s/%s", p->dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

void place_configure(struct place *p, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)buf_addv(&text, fmt, ap);
	va_end(ap);
	char *path = place_write(p, "home/config.yaml", buf_str(&text));
	place_set(p, "SONDE_CONFIG", path);
	buf_free(&text);
	free(path);
}

void place_remove(struct place *p)
{
	(void)nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < p->n; i++) {
		free(p->env[i]);
	}
	free(p->env);
	*p = (struct place){ 0 };
}

/* The first column of the first row. */
static void ask(sqlite3 *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *st = NULL;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	(void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
}

/* NULL: there is none. */
static sqlite3 *open_store(const struct place *p)
{
	char *path = x_asprintf("%s/data/sonde.db", p->dir);
	sqlite3 *db = NULL;

	if (access(path, F_OK) == 0) {
		assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	}
	free(path);
	return db;
}

/* How many slots of a level differ from the sums of their rows. */
static void check_rollups(sqlite3 *db, int level, int slot_s)
{
	static const char format[] =
	    "WITH floor AS (SELECT ifnull(max(from_us), 0) AS us FROM rollup_floor WHERE level = %d),"
	    " raw AS (SELECT ts_us / %d000000 AS slot, provider, count(*), total(in_tok), total(out_tok), total(cost_nano), total(latency_us)"
	    "  FROM call, floor WHERE ts_us >= us GROUP BY 1, 2),"
	    " sums AS (SELECT slot, provider, sum(n), total(in_tok), total(out_tok), total(cost_nano), total(latency_us)"
	    "  FROM rollup, floor WHERE level = %d AND slot * %d000000 >= us GROUP BY 1, 2)"
	    "SELECT (SELECT count(*) FROM (SELECT * FROM raw EXCEPT SELECT * FROM sums))"
	    " + (SELECT count(*) FROM (SELECT * FROM sums EXCEPT SELECT * FROM raw))";
	char *sql = x_asprintf(format, level, slot_s, level, slot_s), text[40];

	ask(db, sql, text, sizeof(text));
	if (strcmp(text, "0") != 0) {
		fail_msg("%s slots of level %d are not the sums of their rows", text, level);
	}
	free(sql);
}

int place_check_store(const struct place *p)
{
	static const int slots_s[] = { 10, 60, 3600, 86400 };
	sqlite3 *db = open_store(p);
	char text[200] = "0";

	if (db == NULL) {
		return 0;
	}
	ask(db, "PRAGMA integrity_check", text, sizeof(text));
	assert_string_equal(text, "ok");
	ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'rollup_floor'", text, sizeof(text));
	if (strcmp(text, "0") != 0) { /* else nobody has come further than making the file */
		for (int i = 0; i < (int)COUNT_OF(slots_s); i++) {
			check_rollups(db, i, slots_s[i]);
		}
		ask(db, "SELECT count(*) FROM call", text, sizeof(text));
	}
	sqlite3_close(db);
	return atoi(text);
}

void place_check_count(const struct place *p, const char *provider, int n)
{
	sqlite3 *db = open_store(p);
	char *sql = x_asprintf("SELECT count(*) FROM call JOIN dim ON dim.id = call.provider WHERE dim.name = '%s'", provider), text[40];

	assert_non_null(db);
	ask(db, sql, text, sizeof(text));
	assert_int_equal(atoi(text), n);
	sqlite3_close(db);
	free(sql);
}

static const char *searched; /* nftw takes no argument of ours */

static int search_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	FILE *f = kind == FTW_F && S_ISREG(st->st_mode) ? fopen(path, "rb") : NULL;
	struct buf all = { 0 };
	char bytes[65536];

	(void)at;
	for (size_t n; f != NULL && (n = fread(bytes, 1, sizeof(bytes), f)) > 0;) {
		(void)buf_add(&all, bytes, n);
	}
	if (f != NULL) {
		fclose(f);
	}
	bool holds = all.len > 0 && memmem(all.s, all.len, searched, strlen(searched)) != NULL;
	buf_free(&all);
	if (holds) {
		print_error("%s holds \"%s\"\n", path, searched);
	}
	return holds ? 1 : 0;
}

void place_holds_not(const struct place *p, const char *text)
{
	searched = text;
	assert_int_equal(nftw(p->dir, search_one, 16, FTW_PHYS), 0);
}

/* In the child: becomes `sonde ARGS`. */
static _Noreturn void become(const struct place *p, const char *const args[])
{
	char *argv[MOST_ARGS + 2] = { (char *)(uintptr_t)place_program() };

	for (size_t i = 0; i < MOST_ARGS && args[i] != NULL; i++) {
		argv[i + 1] = (char *)(uintptr_t)args[i];
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(argv[0], argv, p->env);
	_exit(127);
}

static void read_file(int fd, struct buf *out)
{
	char bytes[4096];
	ssize_t n;

	(void)lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		if (out != NULL) {
			(void)buf_add(out, bytes, (size_t)n);
		}
	}
	close(fd);
}

static int scratch(void)
{
	char path[] = "/tmp/sonde-term-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)unlink(path);
	return fd;
}

int place_run(const struct place *p, const char *const args[], const char *input, struct buf *out, struct buf *err)
{
	int fds[3] = { scratch(), scratch(), scratch() }; /* files, so that nothing can block */

	if (input != NULL) {
		assert_int_equal(write(fds[0], input, strlen(input)), (ssize_t)strlen(input));
		(void)lseek(fds[0], 0, SEEK_SET);
	}
	pid_t pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++) {
			dup2(fds[i], i);
		}
		(void)setsid(); /* no terminal at all */
		become(p, args);
	}
	int status = place_wait(pid);
	read_file(fds[0], NULL);
	read_file(fds[1], out);
	read_file(fds[2], err);
	return status;
}

pid_t place_start(const struct place *p, const char *const args[], const char *file)
{
	char *path = x_asprintf("%s/%s", p->dir, file);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
		dup2(fd, 1);
		dup2(fd, 2);
		(void)setsid();
		become(p, args);
	}
	close(fd);
	free(path);
	return pid;
}

int place_wait(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "export NAME=value" */
static bool take_export(struct place *p, char *line)
{
	char *name = strncmp(line, "export ", 7) == 0 ? line + 7 : NULL;
	char *eq = name != NULL ? strchr(name, '=') : NULL;

	if (eq == NULL) {
		return false;
	}
	*eq = '\0';
	eq[1 + strcspn(eq + 1, "\n")] = '\0';
	place_set(p, name, eq + 1);
	return true;
}

pid_t place_simulate(struct place *p, const char *const args[])
{
	const char *all[MOST_ARGS + 1] = { "simulate", "--listen", "127.0.0.1:0" };
	char line[400];
	int fds[2];

	for (size_t i = 0; i + 4 < MOST_ARGS && args[i] != NULL; i++) {
		all[i + 3] = args[i];
	}
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		become(p, all);
	}
	close(fds[1]);
	FILE *f = fdopen(fds[0], "r");
	bool is_last = false; /* the line of the last of the four providers */
	while (!is_last && fgets(line, sizeof(line), f) != NULL) {
		is_last = strncmp(line, "export OLLAMA", 13) == 0;
		(void)take_export(p, line);
	}
	fclose(f);
	assert_true(is_last);
	return pid;
}

void place_end(pid_t pid)
{
	kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
}
