/* Any bytes as a filter: refused with a column inside the text, or SQL that SQLite takes and that is 0 or 1 for a row, never NULL. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static sqlite3 *db;

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* One row in which nothing is known, one in which much is. */
static void open_db(void)
{
	static const char sql[] =
	    "CREATE TABLE dim(id INTEGER PRIMARY KEY, kind, name); INSERT INTO dim VALUES (1, 0, 'openai'), (2, 1, 'gpt-5.4'), (3, 2, 'chat');"
	    "CREATE TABLE body(ts_us, key, request BLOB, answer BLOB); INSERT INTO body VALUES (1, 2, x'6100ff', 'refund');"
	    "CREATE TABLE call(ts_us, key, provider, model_req, model_resp, operation, error_class, finish_reason, error_text, http_status, in_tok,"
	    " cache_read_tok, out_tok, reason_tok, cost_nano, latency_us, ttft_us, attempts, is_streamed, is_simulated, is_cached, request_id,"
	    " trace_id, session, user, prompt_name, prompt_version, tags);"
	    "INSERT INTO call(ts_us, key, error_class, http_status, attempts, is_streamed, is_simulated, is_cached) VALUES (0, 1, 0, 0, 1, 0, 0, 0);"
	    "INSERT INTO call VALUES (1, 2, 1, 2, 2, 3, 1, NULL, 'slow down', 429, 1, 2, 3, 4, 5, 6, 7, 3, 1, 1, 1, 'r', x'ab', 9, 9, 9, 9, 't');";

	must(sqlite3_open(":memory:", &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void check_condition(const struct condition *c)
{
	char *text = sqlite3_mprintf("SELECT %s FROM call", condition_sql(c));
	sqlite3_stmt *st;
	int n = 0;

	must(sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK);
	must(sqlite3_bind_parameter_count(st) == (c->n > 0 ? CONDITION_FIRST - 1 + (int)c->n : 0));
	condition_bind(c, st);
	for (; sqlite3_step(st) == SQLITE_ROW; n++) {
		must(sqlite3_column_type(st, 0) == SQLITE_INTEGER && (sqlite3_column_int(st, 0) & ~1) == 0);
	}
	must(n == 2);
	sqlite3_finalize(st);
	sqlite3_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct filter_proposal proposals[8];
	struct condition c;
	struct err e = { 0 };
	size_t column, from;
	char *text = malloc(size + 1);

	must(text != NULL);
	memcpy(text, bytes, size);
	text[size] = '\0';
	size_t len = strlen(text);

	if (db == NULL) {
		open_db();
	}
	if (filter_compile(text, INT64_C(1790000000000000), &c, &column, &e)) {
		check_condition(&c);
		condition_free(&c);
	} else {
		must(column >= 1 && column <= len + 1 && e.text[0] != '\0');
	}
	for (size_t cursor = 0; cursor <= len && cursor < 64; cursor++) {
		bool is_begun;

		must(filter_propose(text, cursor, NULL, NULL, proposals, 8, &from, &is_begun) <= 8 && from <= cursor);
	}
	free(text);
	return 0;
}
