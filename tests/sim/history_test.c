#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sim/history.h"

/* 2026-11-23T10:00:00Z, a Monday. */
#define NOW_US (1795428000LL * US_PER_S)
#define HOUR_US (3600 * US_PER_S)

static void make_dir(char dir[64])
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(dir, 64, "%.30s/sonde-history-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
}

static void remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	(void)closedir(d);
	assert_int_equal(rmdir(dir), 0);
}

static void write_into(const char *dir, int days, int calls, uint64_t seed)
{
	struct price_table *prices = price_table_new();
	struct err e = { 0 };

	if (!history_write(dir, prices, NOW_US, days, calls, seed, NULL, 0, &e)) {
		fail_msg("%s", e.text);
	}
	price_table_free(prices);
}

static size_t list(const char *dir, const struct call_filter *f, struct call_row **rows)
{
	struct err e = { 0 };
	struct reader *r = reader_open(dir, &e);
	size_t n;

	assert_non_null(r);
	assert_true(calls_list(r, f, 100000, rows, &n, &e));
	reader_close(r);
	return n;
}

static void free_rows(struct call_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
}

static size_t count(const struct call_row *rows, size_t n, int64_t from_us, int64_t to_us)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += rows[i].id.ts_us >= from_us && rows[i].id.ts_us < to_us;
	}
	return sum;
}

static void test_rhythm(void **state)
{
	char dir[64];
	struct call_row *rows;

	(void)state;
	make_dir(dir);
	int64_t before = clock_mono_us();
	write_into(dir, 30, 60000, 7);
	print_message("60000 rows in %lld ms\n", (long long)((clock_mono_us() - before) / 1000));
	size_t n = list(dir, &(struct call_filter){ .to_us = INT64_MAX }, &rows);
	assert_in_range(n, 59900, 60100);
	assert_in_range(count(rows, n, NOW_US - HOUR_US, NOW_US), 300, 1200);
	assert_in_range(count(rows, n, NOW_US - HOUR_US / 4, NOW_US), 60, 400);
	assert_in_range(count(rows, n, NOW_US - 60 * US_PER_S, NOW_US), 2, 60);
	/* Wednesday noon beats Wednesday night and Sunday noon: NOW is Monday 10:00. */
	int64_t wednesday = NOW_US - 5 * 24 * HOUR_US, sunday = NOW_US - 24 * HOUR_US;
	size_t noon = count(rows, n, wednesday, wednesday + HOUR_US),
	       night = count(rows, n, wednesday - 8 * HOUR_US, wednesday - 7 * HOUR_US);
	assert_true(noon > 4 * night);
	assert_true(noon > 2 * count(rows, n, sunday, sunday + HOUR_US));
	free_rows(rows, n);
	remove_dir(dir);
}

static void check_row(const struct call_row *r)
{
	assert_true(r->is_simulated);
	assert_true(r->id.ts_us + r->latency_us <= NOW_US);
	assert_true(r->latency_us > 0);
	if (!call_row_is_ok(r)) {
		assert_true(r->error_text != NULL && r->error_text[0] != '\0');
		return;
	}
	assert_int_equal(r->http_status, 200);
	assert_true(r->usage.in_tok > 0);
	assert_true(r->usage.cache_read_tok + r->usage.cache_write_tok <= r->usage.in_tok);
	assert_true(r->usage.reason_tok <= r->usage.out_tok);
	assert_true(is_known(r->cost_nano));
	assert_int_equal(r->cost_source, COST_COMPUTED);
	assert_true(strcmp(r->provider, "ollama") == 0 ? r->cost_nano == 0 : r->cost_nano > 0);
	assert_int_equal(r->is_streamed, strcmp(r->operation, "chat") == 0);
	assert_int_equal(is_known(r->ttft_us), r->is_streamed);
}

static void test_rows(void **state)
{
	char dir[64];
	struct call_row *rows;
	size_t errors = 0, embeddings = 0;

	(void)state;
	make_dir(dir);
	write_into(dir, 30, 20000, 1);
	size_t n = list(dir, &(struct call_filter){ .to_us = INT64_MAX }, &rows);
	for (size_t i = 0; i < n; i++) {
		check_row(&rows[i]);
		errors += !call_row_is_ok(&rows[i]);
		embeddings += strcmp(rows[i].operation, "embeddings") == 0;
	}
	assert_in_range(errors, n / 200, n / 20);
	assert_true(embeddings > 2000);
	free_rows(rows, n);
	remove_dir(dir);
}

static double error_rate(const struct call_row *rows, size_t n, const char *provider, int64_t from_us, int64_t to_us)
{
	size_t all = 0, bad = 0;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].provider, provider) == 0 && rows[i].id.ts_us >= from_us && rows[i].id.ts_us < to_us) {
			all++;
			bad += !call_row_is_ok(&rows[i]);
		}
	}
	return all > 0 ? (double)bad / (double)all : 0;
}

static void test_incidents(void **state)
{
	char dir[64];
	struct call_row *rows;

	(void)state;
	make_dir(dir);
	write_into(dir, 30, 60000, 7);
	size_t n = list(dir, &(struct call_filter){ .to_us = INT64_MAX }, &rows);
	int64_t fresh = NOW_US - (6 * 60 + 20) * 60 * US_PER_S, old = NOW_US - (9 * 1440 + 400) * 60 * US_PER_S;
	assert_true(error_rate(rows, n, "anthropic", fresh, fresh + 44 * 60 * US_PER_S) > 0.35);
	assert_true(error_rate(rows, n, "anthropic", fresh + 50 * 60 * US_PER_S, NOW_US) < 0.05);
	assert_true(error_rate(rows, n, "openai", old, old + 129 * 60 * US_PER_S) > 0.3);
	assert_true(error_rate(rows, n, "gemini", old, old + 129 * 60 * US_PER_S) < 0.2);
	free_rows(rows, n);
	remove_dir(dir);
}

static void test_same_again(void **state)
{
	char dir[2][64];
	struct call_row *rows[2];
	size_t n[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		make_dir(dir[i]);
		write_into(dir[i], 2, 500, 3);
		n[i] = list(dir[i], &(struct call_filter){ .to_us = INT64_MAX }, &rows[i]);
		remove_dir(dir[i]);
	}
	assert_int_equal(n[0], n[1]);
	assert_in_range(n[0], 490, 510);
	for (size_t i = 0; i < n[0]; i++) {
		assert_int_equal(rows[0][i].id.ts_us, rows[1][i].id.ts_us);
		assert_int_equal(rows[0][i].id.key, rows[1][i].id.key);
		assert_int_equal(rows[0][i].latency_us, rows[1][i].latency_us);
		assert_int_equal(rows[0][i].cost_nano, rows[1][i].cost_nano);
	}
	free_rows(rows[0], n[0]);
	free_rows(rows[1], n[1]);
}

/* The newest version there is at a time gets its share, the one before the rest; other prompts keep their own. */
static void test_versions(void **state)
{
	const int64_t day_us = 24 * HOUR_US;
	const struct history_version versions[] = {
		{ "support/triage", "one", NOW_US - 20 * day_us, 1, 1 }, { "support/triage", "two", NOW_US - 10 * day_us, 1, 4 },
		{ "support/triage", "three", NOW_US - 5 * day_us, 0.25, 1 },
	};
	struct price_table *prices = price_table_new();
	struct err e = { 0 };
	char dir[64];
	struct call_row *rows;
	size_t old = 0, two = 0, three = 0, other = 0;
	int64_t out[2] = { 0 }, n_out[2] = { 0 };

	(void)state;
	make_dir(dir);
	assert_true(history_write(dir, prices, NOW_US, 30, 20000, 5, versions, COUNT_OF(versions), &e));
	size_t n = list(dir, &(struct call_filter){ .to_us = INT64_MAX }, &rows);

	for (size_t i = 0; i < n; i++) {
		const struct call_row *r = &rows[i];
		int64_t ago_us = NOW_US - r->id.ts_us;

		if (r->prompt_name == NULL || strcmp(r->prompt_name, "support/triage") != 0) {
			other += r->prompt_name != NULL;
			assert_true(r->prompt_version == NULL || strlen(r->prompt_version) == 1);
			continue;
		}
		bool is_two = strcmp(r->prompt_version, "two") == 0;

		old += ago_us > 20 * day_us;
		assert_true(ago_us <= 20 * day_us ? strcmp(r->prompt_version, "7") != 0 : strcmp(r->prompt_version, "7") == 0);
		assert_int_equal(ago_us <= 20 * day_us && ago_us > 10 * day_us, strcmp(r->prompt_version, "one") == 0);
		two += ago_us <= 5 * day_us && is_two;
		three += strcmp(r->prompt_version, "three") == 0;
		if (is_known(r->usage.out_tok)) {
			out[is_two] += r->usage.out_tok;
			n_out[is_two]++;
		}
	}
	assert_true(old > 0 && other > 0);
	assert_in_range(100 * three / (two + three), 20, 30);
	assert_true(out[1] / n_out[1] > 3 * (out[0] / n_out[0]));
	free_rows(rows, n);
	price_table_free(prices);
	remove_dir(dir);
}

static void test_refusals(void **state)
{
	struct price_table *prices = price_table_new();
	struct err e = { 0 };

	(void)state;
	assert_false(history_write("/tmp", prices, NOW_US, 0, 10, 1, NULL, 0, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(history_write("/dev/null/none", prices, NOW_US, 1, 10, 1, NULL, 0, &e));
	assert_true(e.text[0] != '\0');
	price_table_free(prices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rhythm),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_incidents),
		cmocka_unit_test(test_same_again),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
