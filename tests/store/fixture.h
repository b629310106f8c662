/* fixture - what the tests of the store share: a directory of their own, rows, and a look into the file behind the store's back. */
#ifndef SONDE_TESTS_STORE_FIXTURE_H
#define SONDE_TESTS_STORE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store.h"

#define FIXTURE_T0 1790000000000000LL

/* How often: a sample in make check, all in make check-faults. */
static inline int fixture_rounds(int sample, int all)
{
	return getenv("SONDE_FAULT_MOST") != NULL ? all : sample;
}

/* A new empty directory. The caller's. */
static inline char *fixture_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = x_asprintf("%s/sonde-store-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline int fixture_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_remove(char *dir)
{
	assert_int_equal(nftw(dir, fixture_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(dir);
}

/* setup and teardown of cmocka: *state is the directory */
static inline int fixture_setup(void **state)
{
	*state = fixture_dir();
	return 0;
}

static inline int fixture_teardown(void **state)
{
	fixture_remove(*state);
	return 0;
}

/* A small row, one a second, ascending. */
static inline void fixture_row(struct call_row *r, int i)
{
	call_row_init(r);
	r->id = (struct call_id){ FIXTURE_T0 + i * 1000000LL, UINT64_C(0x8000000000000000) + (uint64_t)i };
	r->provider = "openai";
	r->model_req = "gpt-5.4-mini";
	r->operation = "chat";
	r->usage.in_tok = i;
	r->http_status = 200;
	r->finish_reason = "stop";
}

/* A row with another value in every field. */
static inline void fixture_full_row(struct call_row *r)
{
	call_row_init(r);
	r->id = (struct call_id){ FIXTURE_T0 + 1, 0xfedcba9876543210ULL };
	r->provider = "anthropic";
	r->model_req = "claude-opus-4-5";
	r->model_resp = "claude-opus-4-5-20251101";
	r->operation = "chat";
	r->usage = (struct usage){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	r->cost_nano = 123456789;
	r->cost_source = COST_REPORTED;
	r->cost_is_estimated = true;
	r->price_version = "2026-10-01";
	r->latency_us = 1300000;
	r->ttft_us = 420000;
	r->gen_us = 800000;
	r->http_status = 429;
	r->error_class = CLASS_RATE_LIMITED;
	r->error_text = "slow down, \"please\"\xff";
	r->finish_reason = "error";
	r->attempts = 3;
	r->is_streamed = true;
	r->is_simulated = true;
	r->is_cached = true;
	r->run_us = FIXTURE_T0;
	r->run_column = 2;
	r->request_id = "req_011";
	r->trace_id = "5b8e0123456789abcdef0123456789ab";
	r->span_id = "eee19b7ec3c1b174";
	r->parent_id = "EEE19B7EC3C1B173";
	r->session = "s-1";
	r->user = "u-1";
	r->prompt_name = "greeting";
	r->prompt_version = "7";
	r->tags = "{\"team\":\"x\"}";
}

static inline void fixture_same_text(const char *a, const char *b)
{
	assert_string_equal(a != NULL ? a : "", b != NULL ? b : "");
}

static inline void fixture_same_row(const struct call_row *a, const struct call_row *b)
{
	assert_true(a->id.ts_us == b->id.ts_us && a->id.key == b->id.key);
	fixture_same_text(a->provider, b->provider);
	fixture_same_text(a->model_req, b->model_req);
	fixture_same_text(a->model_resp, b->model_resp);
	fixture_same_text(a->operation, b->operation);
	assert_memory_equal(&a->usage, &b->usage, sizeof(a->usage));
	assert_true(a->cost_nano == b->cost_nano && a->cost_source == b->cost_source && a->cost_is_estimated == b->cost_is_estimated);
	fixture_same_text(a->price_version, b->price_version);
	assert_true(a->latency_us == b->latency_us && a->ttft_us == b->ttft_us && a->gen_us == b->gen_us);
	assert_int_equal(a->http_status, b->http_status);
	assert_int_equal(a->error_class, b->error_class);
	fixture_same_text(a->error_text, b->error_text);
	fixture_same_text(a->finish_reason, b->finish_reason);
	assert_int_equal(a->attempts, b->attempts);
	assert_true(a->is_streamed == b->is_streamed && a->is_simulated == b->is_simulated && a->is_cached == b->is_cached);
	assert_true(a->run_us == b->run_us && a->run_column == b->run_column);
	fixture_same_text(a->request_id, b->request_id);
	fixture_same_text(a->trace_id, b->trace_id);
	fixture_same_text(a->span_id, b->span_id);
	fixture_same_text(a->parent_id, b->parent_id);
	fixture_same_text(a->session, b->session);
	fixture_same_text(a->user, b->user);
	fixture_same_text(a->prompt_name, b->prompt_name);
	fixture_same_text(a->prompt_version, b->prompt_version);
	fixture_same_text(a->tags, b->tags);
}

static inline struct store *fixture_store(const char *dir)
{
	struct err e = { 0 };
	struct store *s = store_open(dir, &e);

	if (s == NULL) {
		fail_msg("%s", e.text);
	}
	return s;
}

static inline void fixture_flush(struct store *s)
{
	struct err e = { 0 };

	if (!store_flush(s, 60000, &e)) {
		fail_msg("%s", e.text);
	}
}

/* A connection of another program to DIR/sonde.db. Close it with sqlite3_close. */
static inline sqlite3 *fixture_db(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	free(path);
	return db;
}

static inline void fixture_exec(const char *dir, const char *text)
{
	sqlite3 *db = fixture_db(dir);
	char *message = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK) {
		fail_msg("%s: %s", text, message);
	}
	sqlite3_close(db);
}

/* The first value of a query as text. The caller's. */
static inline char *fixture_text(const char *dir, const char *query)
{
	sqlite3 *db = fixture_db(dir);
	sqlite3_stmt *stmt = NULL;
	char *text = NULL;

	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		text = x_strdup((const char *)sqlite3_column_text(stmt, 0));
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text;
}

static inline int64_t fixture_int(const char *dir, const char *query)
{
	char *text = fixture_text(dir, query);
	int64_t v = text != NULL ? strtoll(text, NULL, 10) : -1;

	free(text);
	return v;
}

static inline void fixture_is_whole(const char *dir)
{
	char *text = fixture_text(dir, "PRAGMA integrity_check");

	assert_string_equal(text, "ok");
	free(text);
}

static inline void fixture_write_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

#endif
