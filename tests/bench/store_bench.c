/* store_bench import WHAT DIR JSONL REPEATS - how fast a log becomes stored, costed, rolled-up rows, and how fast figures come out again.
 * store_bench scale SMALL BIG               - figures and graphs of two stores of the same span, BIG of many more rows.
 * Peers, in the same process and run: a bare loop of a prepared INSERT into the same table, and plain SQL over the same rows.
 * The bare loop is given its rows, with names as numbers, outside of its time, binds only the columns they fill, and writes no rollups. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "metrics/ingest.h"
#include "metrics/summary.h"
#include "store/dim.h"
#include "store/expire.h"
#include "store/rollup.h"
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

/* ---- rollups alone ---- */

#define ROWS_A_FLUSH 24576 /* about what an import that is alone takes at a time */

/* Sums up the rows of one store for an empty one that gets no rows: what an import spends on it. */
static void roll_up(const char *from_dir, const char *dir, struct took *took)
{
	struct err e;
	double wall = 0, cpu = 0;
	int64_t now_us = 0;
	int rc = SQLITE_ROW;

	remove_store(dir);
	struct bulk *maker = bulk_open(dir, &e); /* makes the schema */
	must(maker != NULL, &e);
	bulk_close(maker);
	struct sql *from = sql_open(from_dir, SQL_READ, &e);
	must(from != NULL, &e);
	struct sql *to = sql_open(dir, SQL_WRITE, &e);
	must(to != NULL, &e);
	to->checkpoint_pages = CHECKPOINT_PAGES;
	struct dims *names = dims_new(from->db), *dims = dims_new(to->db);
	struct rollup *rollup = rollup_new(to->db, dims, &e);
	must(rollup != NULL && sql_int(from, "SELECT max(ts_us) FROM call", &now_us, &e), &e);
	sqlite3_stmt *select = sql_prepare(from, "SELECT " ROLLUP_ROW " FROM call ORDER BY ts_us, key", &e);
	must(select != NULL, &e);
	struct call_row *rows = x_malloc(ROWS_A_FLUSH * sizeof(*rows));
	while (rc == SQLITE_ROW) {
		size_t n = 0;

		while (n < ROWS_A_FLUSH && (rc = sqlite3_step(select)) == SQLITE_ROW) {
			rollup_read_row(select, &rows[n]);
			rows[n].provider = dims_name(names, sqlite3_column_int64(select, ROLLUP_ROW_DIMS));
			rows[n].model_req = dims_name(names, sqlite3_column_int64(select, ROLLUP_ROW_DIMS + 1));
			rows[n++].operation = dims_name(names, sqlite3_column_int64(select, ROLLUP_ROW_DIMS + 2));
		}
		double start = table_now(), cpu_start = table_cpu();

		must(sql_begin(to, &e), &e);
		for (size_t i = 0; i < n; i++) {
			must(rollup_add(rollup, &rows[i], now_us, &e), &e);
		}
		must(rollup_flush(rollup, &e) && sql_commit(to, &e), &e);
		sql_checkpoint(to);
		wall += table_now() - start;
		cpu += table_cpu() - cpu_start;
	}
	free(rows);
	rollup_free(rollup);
	dims_free(names);
	dims_free(dims);
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

/* All rows by provider, but for ragged ends. */
static struct ask ask_open(const char *dir)
{
	struct err e;
	int64_t first = 0, last = 0;
	struct ask a = { .reader = reader_open(dir, &e), .sql = sql_open(dir, SQL_READ, &e) };

	must(a.reader != NULL && a.sql != NULL, &e);
	must(sql_int(a.sql, "SELECT min(ts_us) FROM call", &first, &e) && sql_int(a.sql, "SELECT max(ts_us) FROM call", &last, &e), &e);
	a.query = (struct metrics_query){ .from_us = first + 1234567, .to_us = last - 1234567, .by = BY_PROVIDER };
	return a;
}

static void bench_queries(const char *dir, const char *covered_dir)
{
	struct err e;
	struct ask a = ask_open(dir);

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

/* argv: WHAT DIR JSONL REPEATS */
static int bench_import(char **argv)
{
	char *ours_dir = x_asprintf("%s/import", argv[1]), *bare_dir = x_asprintf("%s/bare", argv[1]);
	struct took ours = { INFINITY, INFINITY }, bare = ours, rollups = ours;
	char name[120], measured[80], peer[80];
	uint64_t rows = 0;
	int64_t slots = 0;

	for (int i = 0; i < atoi(argv[3]); i++) {
		import(ours_dir, argv[2], &rows, &ours);
		roll_up(ours_dir, bare_dir, &rollups);
		insert_bare(ours_dir, bare_dir, &bare);
	}
	(void)snprintf(name, sizeof(name), "import of JSONL, %s: parsed, costed, stored, rolled up", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%.2f s of CPU (%.2f s, %.0f rows/s)", ours.cpu, ours.wall, (double)rows / ours.wall);
	(void)snprintf(peer, sizeof(peer), "bare prepared INSERT loop %.2f s of CPU (%.2f s)", bare.cpu, bare.wall);
	table_row(name, measured, peer, bare.cpu / ours.cpu, ">= 0.6");
	struct err e;
	struct sql *sql = sql_open(ours_dir, SQL_READ, &e);

	must(sql != NULL && sql_int(sql, "SELECT count(*) FROM rollup WHERE level = (SELECT min(level) FROM rollup)", &slots, &e), &e);
	sql_close(sql);
	(void)snprintf(name, sizeof(name), "rollups alone, %.1f rows a slot", (double)rows / (double)slots);
	(void)snprintf(measured, sizeof(measured), "%.2f s of CPU", rollups.cpu);
	(void)snprintf(peer, sizeof(peer), "the whole import %.2f s", ours.cpu);
	table_row(name, measured, peer, rollups.cpu / ours.cpu, rows >= 10 * (uint64_t)slots ? "<= 0.1" : "");
	tell_size(ours_dir, rows);
	bench_queries(ours_dir, bare_dir);
	bench_removal(ours_dir, bare_dir);
	remove_store(bare_dir);
	(void)rmdir(bare_dir);
	free(ours_dir);
	free(bare_dir);
	return 0;
}

/* ---- two sizes ---- */

#define GRAPH_COLUMNS 200
#define HOUR_US (3600 * US_PER_S)

/* What the 200 columns of 30 days cost when read from the rows. */
static double scan_rows(struct ask *a, int64_t from_us, int64_t to_us)
{
	struct err e;
	double start = table_now();
	sqlite3_stmt *st = sql_prepare(a->sql, "SELECT ts_us / ?3, count(*), sum(error_class <> 0), sum(cost_nano), avg(latency_us) FROM call"
					       " WHERE ts_us >= ?1 AND ts_us < ?2 GROUP BY 1", &e);

	must(st != NULL, &e);
	(void)sqlite3_bind_int64(st, 1, from_us);
	(void)sqlite3_bind_int64(st, 2, to_us);
	(void)sqlite3_bind_int64(st, 3, (to_us - from_us) / GRAPH_COLUMNS);
	while (sqlite3_step(st) == SQLITE_ROW) {
		a->sum += (double)sqlite3_column_int64(st, 1);
	}
	(void)sqlite3_reset(st);
	return table_now() - start;
}

/* The graph of the last hour again after each of some new rows. */
static double redraw(struct ask *a, const char *dir)
{
	struct err e;
	double least = INFINITY;
	struct bulk *b = bulk_open(dir, &e);

	must(b != NULL, &e);
	for (int i = 0; i < 20; i++) {
		struct call_row row;
		uint64_t added = 0;

		call_row_init(&row);
		row.id = (struct call_id){ a->query.to_us - 1, (uint64_t)i };
		row.provider = "openai";
		row.model_req = "gpt-5.4";
		row.operation = "chat";
		row.latency_us = 1000 * (i + 1);
		must(bulk_add(b, &row, 1, &added, &e), &e);
		double start = table_now();

		ask_sonde(a);
		least = fmin(least, table_now() - start);
	}
	bulk_close(b);
	return least;
}

static double resident_mib(void)
{
	char line[200];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0) {
			kib = strtol(line + 6, NULL, 10);
		}
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return (double)kib / 1024;
}

/* argv: SMALL BIG */
static int bench_scale(char **argv)
{
	static const struct {
		const char *name;
		int64_t span_us;
	} graphs[] = { { "1 h", HOUR_US }, { "24 h", 24 * HOUR_US }, { "30 d", 30 * 24 * HOUR_US } };
	struct ask small = ask_open(argv[0]), big = ask_open(argv[1]);
	const struct metrics_query all = big.query;
	char name[120], measured[80], peer[80];
	double least[2], graph[COUNT_OF(graphs)][2];

	least[0] = table_least(1, ask_sonde, &small);
	least[1] = table_least(1, ask_sonde, &big);
	uint64_t calls = big.calls, small_calls = small.calls;
	for (size_t i = 0; i < COUNT_OF(graphs); i++) {
		struct ask *const both[] = { &small, &big };

		for (int j = 0; j < 2; j++) {
			both[j]->query = (struct metrics_query){ .from_us = all.to_us - graphs[i].span_us, .to_us = all.to_us, .columns = GRAPH_COLUMNS };
			graph[i][j] = table_least(1, ask_sonde, both[j]);
		}
	}
	(void)snprintf(measured, sizeof(measured), "%.1f MiB", resident_mib());
	(void)snprintf(name, sizeof(name), "resident memory, %llu calls asked", (unsigned long long)calls);
	table_row(name, measured, "budget 64 MiB", resident_mib() / 64, "<= 1");
	big.query.from_us = all.to_us - HOUR_US;
	double again = redraw(&big, argv[1]);

	big.query = all;
	double start = table_now();
	ask_sql(&big);
	double sql = table_now() - start;
	(void)snprintf(name, sizeof(name), "metrics by provider of %llu calls in 30 d", (unsigned long long)calls);
	(void)snprintf(measured, sizeof(measured), "%.2f ms", least[1] * 1e3);
	(void)snprintf(peer, sizeof(peer), "SQL, ORDER BY for percentiles %.1f s", sql);
	table_row(name, measured, peer, sql / least[1], calls >= 9000000 ? ">= 10000" : "");
	(void)snprintf(peer, sizeof(peer), "of %llu calls %.2f ms", (unsigned long long)small_calls, least[0] * 1e3);
	table_row(name, measured, peer, least[1] / least[0], "<= 2.5");
	double scan = scan_rows(&big, all.to_us - graphs[2].span_us, all.to_us);

	for (size_t i = 0; i < COUNT_OF(graphs); i++) {
		(void)snprintf(name, sizeof(name), "graph of %d columns, %s", GRAPH_COLUMNS, graphs[i].name);
		(void)snprintf(measured, sizeof(measured), "%.2f ms", graph[i][1] * 1e3);
		(void)snprintf(peer, sizeof(peer), "30 d of rows by SQL %.1f s", scan);
		table_row(name, measured, peer, scan / graph[i][1], ">= 200");
		table_row(name, measured, "budget 16 ms", graph[i][1] / 16e-3, "<= 1");
		(void)snprintf(peer, sizeof(peer), "of %llu calls %.2f ms", (unsigned long long)small_calls, graph[i][0] * 1e3);
		table_row(name, measured, peer, graph[i][1] / graph[i][0], "<= 2.5");
	}
	(void)snprintf(measured, sizeof(measured), "%.2f ms", again * 1e3);
	table_row("graph of 1 h after one more row", measured, "budget 0.1 ms", again / 1e-4, "<= 1");
	sql_close(small.sql);
	sql_close(big.sql);
	reader_close(small.reader);
	reader_close(big.reader);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "import") == 0) {
		return bench_import(argv + 2);
	}
	if (argc == 4 && strcmp(argv[1], "scale") == 0) {
		return bench_scale(argv + 2);
	}
	fprintf(stderr, "usage: store_bench import WHAT DIR JSONL REPEATS | scale SMALL BIG\n");
	return 2;
}
