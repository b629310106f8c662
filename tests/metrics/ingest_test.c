#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/ingest.h"
#include "metrics/intake.h"
#include "metrics/records.h"
#include "metrics/spool.h"
#include "provider/price.h"

#define START "{\"timestamp\":\"2026-11-23T10:00:00Z\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"operation\":\"chat\""
#define T0 1795428000000000LL
#define U UNKNOWN

/* ---- one line ---- */

static void times(void **state)
{
	static const struct {
		const char *member;
		int64_t ts_us; /* 0: refused */
	} cases[] = {
		{ "\"timestamp\":\"2026-11-23T10:00:00Z\"", T0 }, { "\"timestamp\":\"2026-11-23T10:00:00\"", T0 }, { "\"ts\":\"2026-11-23 10:00:00.5\"", T0 + 500000 },
		{ "\"time\":\"2026-11-23T12:00:00+02:00\"", T0 }, { "\"@timestamp\":\"2026-11-23T10:00:00.123456789Z\"", T0 + 123456 },
		{ "\"created_at\":1795428000", T0 }, { "\"startTime\":1795428000.25", T0 + 250000 }, { "\"ts\":1795428000123", T0 + 123000 },
		{ "\"ts\":1795428000123456", T0 + 123456 }, { "\"ts\":1795428000123456499", T0 + 123456 }, { "\"ts\":\"1795428000\"", T0 },
		{ "\"ts\":1.795428e9", T0 }, { "\"created_at\":5,\"timestamp\":\"2026-11-23T10:00:00Z\"", T0 },
		{ "\"timestamp\":\"2026-11-23T10:00:00Z\",\"time\":5", T0 }, { "\"timestamp\":null,\"ts\":1795428000", T0 },
		{ "\"timestamp\":\"yesterday\"", 0 }, { "\"timestamp\":null", 0 }, { "\"timestamp\":true", 0 }, { "\"timestamp\":-5", 0 }, { "\"timestamp\":0", 0 },
		{ "\"timestamp\":\"9999-01-01\"", 0 }, { "\"timestamp\":\"1969-01-01\"", 0 }, { "\"timestamp\":1e40", 0 }, { "\"x\":1", 0 },
	};
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char line[300], why[INGEST_WHY_SIZE];
		struct call_row row;
		int n = snprintf(line, sizeof(line), "{\"provider\":\"p\",%s}", cases[i].member);
		bool ok = ingest_line(s, line, (size_t)n, &row, why) == LINE_CALL;

		if (ok != (cases[i].ts_us > 0) || (ok && row.id.ts_us != cases[i].ts_us)) {
			fail_msg("%s: %s %lld", line, ok ? "taken" : why, ok ? (long long)row.id.ts_us : 0);
		}
	}
	ingest_scanner_free(s);
}

/* What a line's further members make of tokens, cost and durations. */
static void numbers(void **state)
{
	static const struct {
		const char *members;
		int64_t in, out, cache_read, cache_write, reason, cost, latency_us;
	} cases[] = {
		{ "", U, U, U, U, U, U, U },
		{ ",\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"latency_ms\":812.5,\"cost_usd\":0.0123", 10, 5, U, U, U, 12300000, 812500 },
		{ ",\"input_tokens\":10,\"output_tokens\":5,\"latency\":3,\"cost\":1", 10, 5, U, U, U, 1000000000, 3000 },
		{ ",\"duration_ms\":0.0015,\"response_cost\":0.0000000005", U, U, U, U, U, 1, 2 },
		{ ",\"duration\":1.25,\"cost_usd\":\"0.5\"", U, U, U, U, U, 500000000, 1250000 },
		{ ",\"prompt_tokens\":null,\"completion_tokens\":null,\"latency_ms\":null,\"cost_usd\":null", U, U, U, U, U, U, U },
		{ ",\"total_tokens\":15", U, U, U, U, U, U, U },
		{ ",\"total_tokens\":15,\"prompt_tokens\":10", 10, 5, U, U, U, U, U },
		{ ",\"total_tokens\":15,\"completion_tokens\":10", 5, 10, U, U, U, U, U },
		{ ",\"total_tokens\":15,\"operation\":\"embeddings\"", 15, 0, U, U, U, U, U },
		{ ",\"cost\":7,\"cost_usd\":2,\"latency_ms\":1,\"latency\":9", U, U, U, U, U, 2000000000, 1000 },
		{ ",\"cost_usd\":2,\"cost\":{\"total\":7}", U, U, U, U, U, 2000000000, U },
		{ ",\"prompt_tokens\":100,\"cache_read_input_tokens\":40,\"completion_tokens\":1", 100, 1, 40, U, U, U, U },
		{ ",\"input_tokens\":100,\"cache_read_input_tokens\":40", 100, U, 40, U, U, U, U },
		{ ",\"provider\":\"anthropic\",\"input_tokens\":100,\"cache_read_input_tokens\":40,\"cache_creation_input_tokens\":2", 142, U, 40, 2, U, U, U },
		/* OpenAI chat, responses */
		{ ",\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":60},"
		  "\"completion_tokens_details\":{\"reasoning_tokens\":8}}", 100, 20, 60, U, 8, U, U },
		{ ",\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":60},\"output_tokens\":20}", 100, 20, 60, U, U, U, U },
		/* Anthropic, Bedrock: apart */
		{ ",\"usage\":{\"input_tokens\":50,\"cache_read_input_tokens\":10000,\"cache_creation_input_tokens\":2000,\"output_tokens\":300}",
		  12050, 300, 10000, 2000, U, U, U },
		{ ",\"usage\":{\"inputTokens\":5,\"cacheReadInputTokens\":10,\"outputTokens\":3}", 15, 3, 10, U, U, U, U },
		/* Gemini, xAI, DeepSeek, Cohere, Ollama */
		{ ",\"usageMetadata\":{\"promptTokenCount\":10,\"cachedContentTokenCount\":4,\"toolUsePromptTokenCount\":2,\"candidatesTokenCount\":7,"
		  "\"thoughtsTokenCount\":5}", 12, 12, 4, U, 5, U, U },
		{ ",\"provider\":\"xai\",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":7,\"completion_tokens_details\":{\"reasoning_tokens\":5}}",
		  10, 12, U, U, 5, U, U },
		{ ",\"usage\":{\"prompt_tokens\":10,\"prompt_cache_hit_tokens\":6,\"prompt_cache_miss_tokens\":4,\"completion_tokens\":1}", 10, 1, 6, U, U, U, U },
		{ ",\"usage\":{\"billed_units\":{\"input_tokens\":9,\"output_tokens\":2},\"tokens\":{\"input_tokens\":70}}", 9, 2, U, U, U, U, U },
		{ ",\"usage\":{\"prompt_eval_count\":9,\"eval_count\":2}", 9, 2, U, U, U, U, U },
		{ ",\"prompt_tokens\":1,\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}", 1, 2, U, U, U, U, U },
		{ ",\"prompt_tok\\u0065ns\":3", 3, U, U, U, U, U, U },
	};
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *line = x_asprintf(START "%s}", cases[i].members), why[INGEST_WHY_SIZE];
		struct call_row row;

		if (ingest_line(s, line, strlen(line), &row, why) != LINE_CALL) {
			fail_msg("%s: %s", line, why);
		}
		const int64_t got[] = { row.usage.in_tok, row.usage.out_tok, row.usage.cache_read_tok, row.usage.cache_write_tok, row.usage.reason_tok,
			row.cost_nano, row.latency_us };

		for (size_t k = 0; k < COUNT_OF(got); k++) {
			if (got[k] != (&cases[i].in)[k]) {
				fail_msg("%s: number %zu is %lld", line, k, (long long)got[k]);
			}
		}
		assert_int_equal(row.cost_source, is_known(row.cost_nano) ? COST_REPORTED : COST_UNKNOWN);
		free(line);
	}
	ingest_scanner_free(s);
}

static void errors(void **state)
{
	static const struct {
		const char *members;
		enum error_class class;
		const char *text;
	} cases[] = {
		{ ",\"error\":null", CLASS_NONE, NULL },
		{ ",\"error\":\"\"", CLASS_NONE, NULL },
		{ ",\"error\":false", CLASS_NONE, NULL },
		{ ",\"error\":\"None\"", CLASS_NONE, NULL },
		{ ",\"status\":\"success\"", CLASS_NONE, NULL },
		{ ",\"status\":200", CLASS_NONE, NULL },
		{ ",\"error_code\":0", CLASS_NONE, NULL },
		{ ",\"error\":true", CLASS_OTHER, NULL },
		{ ",\"error\":\"strange\"", CLASS_OTHER, "strange" },
		{ ",\"error\":\"rate_limited\"", CLASS_RATE_LIMITED, "rate_limited" },
		{ ",\"error\":\"other\"", CLASS_OTHER, "other" },
		{ ",\"error\":\"Request timed out.\"", CLASS_TIMEOUT, "Request timed out." },
		{ ",\"status\":\"failure\"", CLASS_OTHER, NULL },
		{ ",\"status\":\"timeout\"", CLASS_TIMEOUT, "timeout" },
		{ ",\"status_code\":429", CLASS_RATE_LIMITED, NULL },
		{ ",\"status_code\":\"503\"", CLASS_SERVER_ERROR, NULL },
		{ ",\"status\":404,\"error\":null", CLASS_BAD_REQUEST, NULL },
		{ ",\"error\":{\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\",\"message\":\"m\"}", CLASS_CONTEXT_LENGTH, "m" },
		{ ",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"maximum context length is 5\"}", CLASS_CONTEXT_LENGTH, "maximum context length is 5" },
		{ ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}", CLASS_SERVER_ERROR, "Overloaded" },
		{ ",\"error\":{\"code\":401}", CLASS_AUTH, "401" },
		{ ",\"error\":{\"code\":429,\"message\":\"slow down\"}", CLASS_RATE_LIMITED, "slow down" },
		{ ",\"error\":{\"message\":\"Connection reset by peer\"}", CLASS_NETWORK, "Connection reset by peer" },
		{ ",\"error\":{}", CLASS_OTHER, NULL },
		{ ",\"error\":\"bad key sk-abcdefghijklmnop1234 given\"", CLASS_OTHER, "bad key sk-*** given" },
	};
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *line = x_asprintf(START "%s}", cases[i].members), why[INGEST_WHY_SIZE];
		struct call_row row;

		if (ingest_line(s, line, strlen(line), &row, why) != LINE_CALL) {
			fail_msg("%s: %s", line, why);
		}
		if (row.error_class != cases[i].class || (row.error_text == NULL) != (cases[i].text == NULL) ||
		    (row.error_text != NULL && strcmp(row.error_text, cases[i].text) != 0)) {
			fail_msg("%s: %s, %s", line, error_class_name(row.error_class), row.error_text != NULL ? row.error_text : "no text");
		}
		free(line);
	}
	ingest_scanner_free(s);
}

static void refused_lines(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "{\"timestamp\":\"2026-11-23T10:00:00Z\"}", "provider is missing" },
		{ "{\"timestamp\":\"2026-11-23T10:00:00Z\",\"provider\":\"\"}", "provider is missing" },
		{ "{\"timestamp\":\"2026-11-23T10:00:00Z\",\"provider\":7}", "provider is not a string" },
		{ START ",\"prompt_tokens\":-1}", "prompt_tokens is negative" },
		{ START ",\"prompt_tokens\":\"many\"}", "prompt_tokens is not a number" },
		{ START ",\"prompt_tokens\":1e18}", "prompt_tokens is too large to be true" },
		{ START ",\"cost_usd\":1e300}", "cost_usd is too large to be true" },
		{ START ",\"latency_ms\":NaN}", "a value is not JSON" },
		{ START, "it ends too early" },
		{ "hello", "it is not a JSON object" },
		{ "[1]", "it is not a JSON object" },
	};
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char why[INGEST_WHY_SIZE];
		struct call_row row;

		assert_int_equal(ingest_line(s, cases[i].line, strlen(cases[i].line), &row, why), LINE_BAD);
		assert_string_equal(why, cases[i].why);
	}
	ingest_scanner_free(s);
}

/* ---- whole files ---- */

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/sonde-ingest-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static struct ingest_result import(const char *bytes, size_t len, const struct price_table *prices)
{
	struct ingest_result result;
	struct err e = { 0 };
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/log", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	struct bulk *b = bulk_open(dir, &e);

	assert_non_null(b);
	if (!ingest_jsonl(fd, b, &(struct ingest_options){ .prices = prices, .format = INGEST_AUTO }, &result, &e)) {
		fail_msg("%s", e.text);
	}
	bulk_close(b);
	(void)close(fd);
	return result;
}

static void check(struct ingest_result r, uint64_t lines, uint64_t added, uint64_t present, uint64_t bad)
{
	assert_int_equal(r.lines, lines);
	assert_int_equal(r.added, added);
	assert_int_equal(r.present, present);
	assert_int_equal(r.bad, bad);
}

#define LINE(n) "{\"ts\":179542800" #n ",\"provider\":\"p\",\"model\":\"m\"}"

static void same_file_twice(void **state)
{
	static const char log[] = LINE(1) "\n" LINE(2) "\n" LINE(1) "\n\n" LINE(1) "\n";
	static const char grown[] = LINE(1) "\n" LINE(2) "\n" LINE(1) "\n\n" LINE(1) "\n" LINE(1) "\n" LINE(3) "\n";
	static const char crlf[] = "\xEF\xBB\xBF" LINE(3) "\r\n" LINE(2) "\r\n   \r\n" LINE(1);

	(void)state;
	check(import(log, sizeof(log) - 1, NULL), 5, 4, 0, 0);
	check(import(log, sizeof(log) - 1, NULL), 5, 0, 4, 0);
	check(import(grown, sizeof(grown) - 1, NULL), 7, 2, 4, 0);
	/* Other line ends, a mark in front and a missing last line end make no other calls. */
	check(import(crlf, sizeof(crlf) - 1, NULL), 4, 0, 3, 0);
	check(import("", 0, NULL), 0, 0, 0, 0);
}

static void bad_lines_are_counted(void **state)
{
	static const char log[] = "nonsense\n" LINE(1) "\n{\"a\":\"\0\"}\n" LINE(2) "\n\xff\xfe\n{\"ts\":\n" LINE(3) "\nx\nx\nx";
	(void)state;
	struct ingest_result r = import(log, sizeof(log) - 1, NULL);

	check(r, 10, 3, 0, 7);
	assert_int_equal(r.n_first_bad, 5);
	assert_int_equal(r.first_bad[0].line, 1);
	assert_int_equal(r.first_bad[1].line, 3);
	assert_int_equal(r.first_bad[4].line, 8);
	assert_string_equal(r.first_bad[1].why, "a control character inside a string");
}

/* A line of the most bytes is taken, one byte more is not; what follows is read all the same. */
static void long_lines(void **state)
{
	(void)state;
	for (int over = 0; over < 4; over++) {
		static const size_t extra[] = { 0, 1, 300000, 5000000 };
		static const char head[] = "{\"ts\":1795428005,\"provider\":\"p\",\"x\":\"", tail[] = "\"}";
		size_t fill = INGEST_LINE_MAX - (sizeof(head) - 1) - (sizeof(tail) - 1) + extra[over];
		struct buf b = { 0 };
		char *xs = x_malloc(fill);

		memset(xs, 'x', fill);
		(void)buf_add_str(&b, LINE(1) "\n");
		(void)buf_add_str(&b, head);
		(void)buf_add(&b, xs, fill);
		(void)buf_add_str(&b, tail);
		(void)buf_add_str(&b, "\r\n" LINE(2) "\n");
		struct ingest_result r = import(b.s, b.len, NULL);

		assert_int_equal(r.lines, 3);
		assert_int_equal(r.added + r.present, over == 0 ? 3 : 2);
		assert_int_equal(r.bad, over == 0 ? 0 : 1);
		if (over > 0) {
			assert_int_equal(r.first_bad[0].line, 2);
			assert_string_equal(r.first_bad[0].why, "it is longer than 1 MiB");
		}
		free(xs);
		buf_free(&b);
	}
}

static void costs(void **state)
{
	static const char log[] = START ",\"prompt_tokens\":1000,\"completion_tokens\":100}\n" START ",\"prompt_tokens\":1000,\"error\":\"timeout\"}\n" START
					",\"prompt_tokens\":1000,\"cost_usd\":0.5}\n";
	struct price_table *prices = price_table_new();
	struct call_filter all = { .to_us = INT64_MAX };
	struct err e = { 0 };
	struct call_row *rows;
	size_t n, seen = 0;

	(void)state;
	check(import(log, sizeof(log) - 1, prices), 3, 3, 0, 0);
	struct reader *r = reader_open(dir, &e);

	assert_non_null(r);
	assert_true(calls_list(r, &all, 10, &rows, &n, &e));
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].error_class != CLASS_NONE) {
			assert_int_equal(rows[i].cost_source, COST_UNKNOWN);
			seen |= 1;
		} else if (rows[i].cost_source == COST_REPORTED) {
			assert_int_equal(rows[i].cost_nano, 500000000);
			seen |= 2;
		} else {
			/* 1000 x 0.75e-6 + 100 x 4.5e-6 */
			assert_int_equal(rows[i].cost_nano, 1200000);
			assert_string_equal(rows[i].price_version, price_table_version(prices));
			seen |= 4;
		}
		call_row_free(&rows[i]);
	}
	assert_int_equal(seen, 7);
	free(rows);
	reader_close(r);
	price_table_free(prices);
}

/* A record with an id of its own is one call, in whatever order its members are written. */
static void own_ids(void **state)
{
#define RECORD(id) "{\"id\":\"" id "\",\"call_type\":\"completion\",\"startTime\":1795428000.5,\"endTime\":1795428001,\"custom_llm_provider\":\"p\"}"
#define OTHER_ORDER(id) "{\"custom_llm_provider\":\"p\", \"endTime\":1795428001.0, \"startTime\":1795428000.5, \"call_type\":\"completion\", \"id\":\"" id "\"}"
	static const char log[] = RECORD("a") "\n" RECORD("b") "\n" RECORD("a") "\n";
	static const char again[] = "[" OTHER_ORDER("b") ",\n" OTHER_ORDER("a") ",\n" OTHER_ORDER("c") "]";
	struct ingest_result r;

	(void)state;
	r = import(log, sizeof(log) - 1, NULL);
	check(r, 3, 2, 1, 0);
	assert_int_equal(r.formats[ingest_format_find("litellm")], 3);
	check(import(log, sizeof(log) - 1, NULL), 3, 0, 3, 0);
	check(import(again, sizeof(again) - 1, NULL), 3, 1, 2, 0);
}

/* As records were stored before formats had ids: by their line. Such a file adds nothing either. */
static void stored_by_line_before(void **state)
{
	static const char log[] = RECORD("a") "\n" RECORD("b") "\n", grown[] = RECORD("a") "\n" RECORD("b") "\n" RECORD("c") "\n";
	struct err e = { 0 };
	struct bulk *b = bulk_open(dir, &e);
	uint64_t added;

	(void)state;
	for (const char *line = log, *lf; (lf = strchr(line, '\n')) != NULL; line = lf + 1) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ T0 + 500000, intake_line_key(line, (size_t)(lf - line)) };
		row.provider = "p";
		row.operation = "completion";
		assert_true(bulk_add(b, &row, 1, &added, &e));
	}
	bulk_close(b);
	check(import(log, sizeof(log) - 1, NULL), 2, 0, 2, 0);
	check(import(grown, sizeof(grown) - 1, NULL), 3, 1, 2, 0);
	check(import(grown, sizeof(grown) - 1, NULL), 3, 0, 3, 0);
}

/* ---- the sorting ---- */

static void spool_sorts(void **state)
{
	static const size_t run_bytes[] = { 1, 2000, 100000, 0 };

	(void)state;
	for (size_t k = 0; k < COUNT_OF(run_bytes); k++) {
		struct spool *s = spool_new(run_bytes[k]);
		struct call_row rows[50], row;
		bool own[50];
		struct call_id before = { 0 };
		struct err e = { 0 };
		size_t n, total = 0, wanted = run_bytes[k] == 1 ? 40 : 5000;
		uint64_t sum = 0, got = 0;

		for (uint64_t i = 0; i < wanted; i++) {
			char name[32];

			call_row_init(&row);
			row.id = (struct call_id){ T0 + (int64_t)(hash_mix(i) % 1000), hash_mix(i + 7) };
			(void)snprintf(name, sizeof(name), "user %u", (unsigned)i);
			row.provider = "p";
			row.user = name;
			row.usage.in_tok = (int64_t)i;
			row.cost_nano = i % 2 == 0 ? UNKNOWN : (int64_t)i * 1000000007;
			row.error_class = (enum error_class)(i % CLASS_COUNT);
			row.is_streamed = i % 3 == 0;
			sum += hash_mix(i ^ row.id.key);
			assert_true(spool_add(s, &row, i % 5 == 0, &e));
		}
		do {
			assert_true(spool_take(s, rows, own, COUNT_OF(rows), &n, &e));
			for (size_t i = 0; i < n; i++) {
				uint64_t at = (uint64_t)rows[i].usage.in_tok;
				char name[32];

				(void)snprintf(name, sizeof(name), "user %u", (unsigned)at);
				assert_true(rows[i].id.ts_us > before.ts_us || (rows[i].id.ts_us == before.ts_us && rows[i].id.key > before.key));
				assert_string_equal(rows[i].user, name);
				assert_string_equal(rows[i].provider, "p");
				assert_null(rows[i].model_req);
				assert_true(rows[i].cost_nano == (at % 2 == 0 ? UNKNOWN : (int64_t)at * 1000000007));
				assert_int_equal(rows[i].error_class, at % CLASS_COUNT);
				assert_true(own[i] == (at % 5 == 0));
				assert_int_equal(rows[i].is_streamed, at % 3 == 0);
				got += hash_mix(at ^ rows[i].id.key);
				before = rows[i].id;
			}
			total += n;
		} while (n > 0);
		assert_int_equal(total, wanted);
		assert_true(sum == got);
		spool_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(numbers),
		cmocka_unit_test(errors),
		cmocka_unit_test(refused_lines),
		cmocka_unit_test_setup_teardown(same_file_twice, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(bad_lines_are_counted, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(long_lines, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(costs, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(own_ids, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(stored_by_line_before, make_dir, remove_dir),
		cmocka_unit_test(spool_sorts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
