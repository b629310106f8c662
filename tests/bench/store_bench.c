/* store_bench DIR JSONL REPEATS - how fast a log becomes stored, costed, rolled-up rows, and how fast figures come out again.
 * Peers, in the same process and run: a bare loop of a prepared INSERT into the same table, and plain SQL over the same rows.
 * The bare loop is given its rows, with names as numbers, outside of its time, binds only the columns they fill, and writes no rollups. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "gateway/config.h"
#include "metrics/ingest.h"
#include "metrics/summary.h"
#include "store/expire.h"
#include "store/sql.h"
#include "store/upkeep.h"
#include "tests/bench/table.h"

#define ROWS_A_TRANSACTION 8192
#define CHECKPOINT_PAGES 4000 /* as the import */

static void must(bool ok, const struct err *e)
{
	if (!ok) {
		fprintf(stderr, "store_bench: %s\n", e->text);
		exit(1);
	}
}

static void remove_store(const char *dir)
{
	static const char *const names[] = { "sonde.db", "sonde.db-wal", "sonde.db-shm" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = x_asprintf("%s/%s", dir, names[i]);

		(void)unlink(path);
		free(path);
	}
}

/* The least of all runs. */
struct took {
	double wall, cpu;
};

static void note(struct took *t, double wall, double cpu)
{
	t->wall = fmin(t->wall, wall);
	t->cpu = fmin(t->cpu, cpu);
}

static void import(const char *dir, const char *file, uint64_t *rows, struct took *took)
{
	struct config *config = config_new();
	struct ingest_result result = { 0 };
	struct err e = { 0 };
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	remove_store(dir);
	double start = table_now(), cpu_start = table_cpu();
	struct bulk *b = bulk_open(dir, &e);
	must(b != NULL, &e);
	struct ingest_options options = { .prices = config->prices, .format = INGEST_AUTO };
	must(ingest_jsonl(fd, b, &options, &result, &e), &e);
	bulk_close(b);
	note(took, table_now() - start, table_cpu() - cpu_start);
	(void)close(fd);
	config_free(config);
	*rows = result.added;
}

/* ---- the bare loop ---- */

#define NUMBERS 10
#define TEXTS 2

struct bare_row {
	int64_t numbers[NUMBERS]; /* UNKNOWN: NULL */
	char *texts[TEXTS];
};

/* The columns that the lines fill. */
#define COLUMNS "ts_us, key, provider, model_req, operation, error_class, in_tok, out_tok, cost_nano, latency_us, request_id, error_text"

static void insert_rows(struct sql *to, sqlite3_stmt *insert, struct bare_row *rows, size_t n)
{
	struct err e;

	must(sql_begin(to, &e), &e);
	for (size_t i = 0; i < n; i++) {
		for (int j = 0; j < NUMBERS; j++) {
			int64_t value = rows[i].numbers[j];

			(void)(is_known(value) ? sqlite3_bind_int64(insert, j + 1, value) : sqlite3_bind_null(insert, j + 1));
		}
		for (int j = 0; j < TEXTS; j++) {
			(void)sqlite3_bind_text(insert, NUMBERS + j + 1, rows[i].texts[j], -1, SQLITE_STATIC);
		}
		must(sql_step_done(to, insert, &e), &e);
	}
	must(sql_commit(to, &e), &e);
	sql_checkpoint(to);
}

static size_t read_rows(sqlite3_stmt *select, struct bare_row *rows)
{
	size_t n = 0;

	while (n < ROWS_A_TRANSACTION && sqlite3_step(select) == SQLITE_ROW) {
		for (int j = 0; j < NUMBERS; j++) {
			bool is_null = sqlite3_column_type(select, j) == SQLITE_NULL;

			rows[n].numbers[j] = is_null ? UNKNOWN : sqlite3_column_int64(select, j);
		}
		for (int j = 0; j < TEXTS; j++) {
			rows[n].texts[j] = x_strdup((const char *)sqlite3_column_text(select, NUMBERS + j));
		}
		n++;
	}
	return n;
}

/* The rows of one store into an empty one; only the inserting is timed. */
static void insert_bare(const char *from_dir, const char *dir, struct took *took)
{
	struct err e;
	double wall = 0, cpu = 0;

	remove_store(dir);
	struct bulk *maker = bulk_open(dir, &e); /* makes the schema */
	must(maker != NULL, &e);
	bulk_close(maker);
	struct sql *from = sql_open(from_dir, SQL_READ, &e);
	must(from != NULL, &e);
	struct sql *to = sql_open(dir, SQL_WRITE, &e);
	must(to != NULL, &e);
	to->checkpoint_pages = CHECKPOINT_PAGES;
	sqlite3_stmt *select = sql_prepare(from, "SELECT " COLUMNS " FROM call ORDER BY ts_us, key", &e);
	must(select != NULL, &e);
	sqlite3_stmt *insert = sql_prepare(to,
	    "INSERT INTO call (" COLUMNS ", http_status, cost_source, cost_is_estimated, attempts, is_streamed, is_simulated, run_column) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, 0, 1, 0, 0, 0)", &e);
	must(insert != NULL, &e);
	struct bare_row *rows = x_malloc(ROWS_A_TRANSACTION * sizeof(*rows));
	for (size_t n = ROWS_A_TRANSACTION; n == ROWS_A_TRANSACTION;) {
		n = read_rows(select, rows);
		double start = table_now(), cpu_start = table_cpu();

		insert_rows(to, insert, rows, n);
		wall += table_now() - start;
		cpu += table_cpu() - cpu_start;
		for (size_t i = 0; i < n; i++) {
			for (int j = 0; j < TEXTS; j++) {
				free(rows[i].texts[j]);
			}
		}
	}
	free(rows);
	sql_close(from);
	sql_close(to);
	note(took, wall, cpu);
}

/* ---- figures ---- */

struct ask {
	struct reader *reader;
	struct sql *sql;
	struct metrics_query query;
	uint64_t calls;
	double sum;
	bool is_covered; /* there is an index for SQL to use */
};

static void ask_sonde(void *ctx)
{
	struct ask *a = ctx;
	struct err e;
	struct metrics *m = metrics_query(a->reader, &a->query, &e);

	must(m != NULL, &e);
	a->calls = m->total.calls;
	metrics_free(m);
}

/* The sums of each provider, then its latencies in order, from which percentiles are picked. */
#define SUMS(from) \
	"SELECT provider, count(*), sum(error_class <> 0), sum(in_tok), sum(out_tok), sum(cost_nano), avg(latency_us) FROM " from \
	" WHERE ts_us >= ? AND ts_us < ? GROUP BY provider"
#define ORDER(from) "SELECT provider, latency_us FROM " from " WHERE ts_us >= ? AND ts_us < ? ORDER BY provider, latency_us"

static void ask_sql(void *ctx)
{
	static const char *const texts[][2] = {
		{ SUMS("call"), ORDER("call") },
		{ SUMS("call INDEXED BY covering"), ORDER("call INDEXED BY covering") },
	};
	struct ask *a = ctx;
	struct err e;

	a->calls = 0;
	for (size_t i = 0; i < COUNT_OF(texts[0]); i++) {
		sqlite3_stmt *st = sql_prepare(a->sql, texts[a->is_covered][i], &e);

		must(st != NULL, &e);
		(void)sqlite3_bind_int64(st, 1, a->query.from_us);
		(void)sqlite3_bind_int64(st, 2, a->query.to_us);
		while (sqlite3_step(st) == SQLITE_ROW) {
			a->calls += i == 0 ? (uint64_t)sqlite3_column_int64(st, 1) : 0;
			a->sum += (double)sqlite3_column_int64(st, 1);
		}
		(void)sqlite3_reset(st);
	}
}

static void compare_queries(struct ask *a, const char *peer, const char *target)
{
	char measured[80], beside[80];
	double ours = table_least(1, ask_sonde, a);
	uint64_t calls = a->calls;
	double theirs = table_least(1, ask_sql, a);

	if (calls != a->calls) {
		fprintf(stderr, "store_bench: %llu calls against %llu by SQL\n", (unsigned long long)calls, (unsigned long long)a->calls);
		exit(1);
	}
	(void)snprintf(measured, sizeof(measured), "%.2f ms", ours * 1e3);
	(void)snprintf(beside, sizeof(beside), "%s %.0f ms", peer, theirs * 1e3);
	table_row("metrics by provider, all rows, ragged ends", measured, beside, theirs / ours, target);
}

static void bench_queries(const char *dir, const char *covered_dir)
{
	struct err e;
	int64_t first = 0, last = 0;
	struct ask a = { .reader = reader_open(dir, &e), .sql = sql_open(dir, SQL_READ, &e) };

	must(a.reader != NULL && a.sql != NULL, &e);
	must(sql_int(a.sql, "SELECT min(ts_us) FROM call", &first, &e) && sql_int(a.sql, "SELECT max(ts_us) FROM call", &last, &e), &e);
	a.query = (struct metrics_query){ .from_us = first + 1234567, .to_us = last - 1234567, .by = BY_PROVIDER };
	compare_queries(&a, "SQL, ORDER BY for percentiles", ">= 100");
	sql_close(a.sql);

	struct sql *indexer = sql_open(covered_dir, SQL_WRITE, &e);
	must(indexer != NULL, &e);
	must(sql_exec(indexer, "CREATE INDEX covering ON call (provider, latency_us, ts_us, error_class, in_tok, out_tok, cost_nano)", &e), &e);
	sql_close(indexer);
	a.sql = sql_open(covered_dir, SQL_READ, &e);
	a.is_covered = true;
	must(a.sql != NULL, &e);
	compare_queries(&a, "the same SQL with a covering index", ">= 40");
	sql_close(a.sql);
	reader_close(a.reader);
}

static void tell_size(const char *dir, uint64_t rows)
{
	char measured[80];
	char *path = x_asprintf("%s/sonde.db", dir);
	struct stat st;

	if (stat(path, &st) == 0) {
		double each = (double)st.st_size / (double)rows;

		(void)snprintf(measured, sizeof(measured), "%.0f B", each);
		table_row("store, bytes a row, rollups included", measured, "budget 150 B", each / 150, "<= 1");
	}
	free(path);
}

/* How long the lock was held, from the statement that took it to the end of the one that gave it back. */
struct held {
	double begun, cpu_begun, cpu_most, *took;
	size_t n, cap;
};

static int hold(unsigned mask, void *ctx, void *statement, void *ns)
{
	struct held *h = ctx;
	const char *text = sqlite3_sql(statement);

	(void)mask;
	(void)ns;
	if (strcmp(text, "BEGIN IMMEDIATE") == 0) {
		h->begun = table_now();
		h->cpu_begun = table_cpu();
	} else if (strcmp(text, "COMMIT") == 0) {
		*array_push(h->took, h->n, h->cap) = table_now() - h->begun;
		h->cpu_most = fmax(h->cpu_most, table_cpu() - h->cpu_begun);
	}
	return 0;
}

/* All rows are too old, in a copy of the store. */
static void bench_removal(const char *from_dir, const char *dir)
{
	static const struct store_policy policy = { .calls_us = 1 };
	char *path = x_asprintf("%s/sonde.db", dir), measured[80], peer[80];
	struct expired done = { 0 };
	struct held held = { 0 };
	struct err e = { 0 };
	int64_t bytes;
	bool is_all = false;

	remove_store(dir);
	must(upkeep_backup(from_dir, path, &bytes, &e), &e);
	struct sql *sql = sql_open(dir, SQL_WRITE, &e);
	must(sql != NULL, &e);
	(void)sqlite3_trace_v2(sql->db, SQLITE_TRACE_PROFILE, hold, &held);
	while (!is_all) {
		must(expire_slice(sql, &policy, INT64_MAX, &done, &is_all, &e), &e);
	}
	sql_close(sql);
	double half = table_quantile(held.took, held.n, 0.5), most = held.took[held.n - 1];
	(void)snprintf(measured, sizeof(measured), "longest %.1f ms (%.1f ms of CPU), median %.1f ms", most * 1e3, held.cpu_most * 1e3, half * 1e3);
	(void)snprintf(peer, sizeof(peer), "budget 20 ms; %llu rows in %zu transactions", (unsigned long long)done.calls, held.n);
	table_row("removal of all rows for their age: the lock held", measured, peer, most / 0.020, "<= 1");
	free(held.took);
	free(path);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: store_bench DIR JSONL REPEATS\n");
		return 2;
	}
	char *ours_dir = x_asprintf("%s/import", argv[1]), *bare_dir = x_asprintf("%s/bare", argv[1]);
	struct took ours = { INFINITY, INFINITY }, bare = ours;
	char measured[80], peer[80];
	uint64_t rows = 0;

	for (int i = 0; i < atoi(argv[3]); i++) {
		import(ours_dir, argv[2], &rows, &ours);
		insert_bare(ours_dir, bare_dir, &bare);
	}
	(void)snprintf(measured, sizeof(measured), "%.2f s of CPU (%.2f s, %.0f rows/s)", ours.cpu, ours.wall, (double)rows / ours.wall);
	(void)snprintf(peer, sizeof(peer), "bare prepared INSERT loop %.2f s of CPU (%.2f s)", bare.cpu, bare.wall);
	table_row("import of JSONL: parsed, costed, stored, rolled up", measured, peer, bare.cpu / ours.cpu, ">= 0.6");
	tell_size(ours_dir, rows);
	bench_queries(ours_dir, bare_dir);
	bench_removal(ours_dir, bare_dir);
	remove_store(bare_dir);
	(void)rmdir(bare_dir);
	free(ours_dir);
	free(bare_dir);
	return 0;
}
