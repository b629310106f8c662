#include "tests/store/fixture.h"

#include <fcntl.h>

#include "base/clock.h"
#include "metrics/call_text.h"
#include "metrics/export.h"
#include "metrics/filter.h"
#include "metrics/ingest.h"
#include "provider/price.h"

#define N 3000

static uint64_t seed = 11;

static int64_t below(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

static int64_t sometimes(int64_t n)
{
	return below(3) == 0 ? UNKNOWN : below(n);
}

/* Anything that a row can hold; many at one moment, and texts as hostile as they come. */
static void make_row(struct call_row *r, int i)
{
	static const char *const texts[] = { NULL, "plain", "=1+1", "a \"quoted\", one", "line\nbreak\ttab", "\x1b[31mred", "\u6ce8\u6587 na\u00efve", "\\u0041" };
	static const char *const models[] = { "gpt-5.4", "claude-haiku-4-5", "grok-4" };
	const char **fields[] = { &r->request_id, &r->session, &r->user, &r->prompt_name, &r->prompt_version, &r->tags };
	int64_t *numbers[] = { &r->usage.in_tok, &r->usage.cache_read_tok, &r->usage.cache_write_tok, &r->usage.cache_write_1h_tok, &r->usage.out_tok,
		&r->usage.reason_tok, &r->usage.audio_in, &r->usage.audio_out, &r->usage.image_in, &r->usage.n_images, &r->usage.seconds,
		&r->usage.n_queries, &r->cost_nano, &r->latency_us, &r->ttft_us, &r->gen_us };

	call_row_init(r);
	r->id = (struct call_id){ FIXTURE_T0 + below(50) * below(1000000), (uint64_t)below(INT64_MAX) * 2 + (uint64_t)i };
	r->provider = below(2) == 0 ? "openai" : "xai";
	r->model_req = models[below(3)];
	r->model_resp = below(2) == 0 ? models[below(3)] : NULL;
	r->operation = below(4) == 0 ? "embeddings" : "chat";
	for (size_t k = 0; k < COUNT_OF(numbers); k++) {
		*numbers[k] = sometimes(100000);
	}
	for (size_t k = 0; k < COUNT_OF(fields); k++) {
		*fields[k] = texts[below(COUNT_OF(texts))];
	}
	r->cost_source = is_known(r->cost_nano) ? (enum cost_source)(1 + below(2)) : COST_UNKNOWN;
	r->cost_is_estimated = below(5) == 0;
	r->price_version = r->cost_source == COST_COMPUTED ? "2026-07-24" : NULL;
	r->error_class = below(4) == 0 ? (enum error_class)(1 + below(CLASS_COUNT - 1)) : CLASS_NONE;
	r->error_text = r->error_class != CLASS_NONE ? "it did not work: timeout" : NULL;
	r->http_status = r->error_class != CLASS_NONE ? (int)(400 + below(200)) : 200;
	r->finish_reason = below(2) == 0 ? "stop" : NULL;
	r->attempts = 1 + (int)below(3);
	r->is_streamed = below(2) == 0;
	r->is_simulated = below(2) == 0;
	r->is_cached = below(5) == 0;
	r->trace_id = below(2) == 0 ? "0af7651916cd43dd8448eb211c80319c" : NULL;
}

static void fill(const char *dir)
{
	struct call_row *rows = x_calloc(N, sizeof(*rows));
	struct err e;
	struct bulk *b = bulk_open(dir, &e);
	uint64_t added;

	assert_non_null(b);
	for (int i = 0; i < N; i++) {
		make_row(&rows[i], i);
	}
	assert_true(bulk_add(b, rows, N, &added, &e));
	assert_int_equal(added, N);
	bulk_close(b);
	free(rows);
}

static bool take(void *ctx, const char *bytes, size_t len, struct err *e)
{
	(void)e;
	return buf_add(ctx, bytes, len);
}

static struct buf export(const char *dir, enum export_format format, const char *filter, uint64_t limit, uint64_t *n)
{
	struct condition where;
	struct call_filter f = { .to_us = INT64_MAX, .where = &where };
	struct err e;
	struct reader *r = reader_open(dir, &e);
	struct buf out = { 0 };

	assert_non_null(r);
	assert_true(filter_compile(filter, 0, &where, NULL, &e));
	assert_true(export_calls(r, &f, limit, format, take, &out, n, &e));
	condition_free(&where);
	reader_close(r);
	return out;
}

static void import(const char *dir, const struct buf *text, uint64_t added, uint64_t present)
{
	char *path = x_asprintf("%s/export", dir);
	struct price_table *prices = price_table_new();
	const struct ingest_options options = { .prices = prices, .format = INGEST_AUTO };
	struct ingest_result result;
	struct err e;

	fixture_write_file(path, buf_str(text), text->len);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bulk *b = bulk_open(dir, &e);

	assert_non_null(b);
	assert_true(ingest_jsonl(fd, b, &options, &result, &e));
	assert_int_equal(result.bad, 0);
	assert_int_equal(result.added, added);
	assert_int_equal(result.present, present);
	bulk_close(b);
	(void)close(fd);
	price_table_free(prices);
	free(path);
}

static void metrics_text(const char *dir, struct buf *out)
{
	const struct metrics_query q = { .from_us = FIXTURE_T0 - 1, .to_us = FIXTURE_T0 + 86400 * US_PER_S, .by = BY_MODEL };
	struct err e;
	struct reader *r = reader_open(dir, &e);
	struct metrics *m = metrics_query(r, &q, &e);

	assert_non_null(m);
	export_groups_csv(m, q.by, out);
	metrics_free(m);
	reader_close(r);
}

/* Into a new store, and into the one it comes from. */
static void nothing_is_lost(void **state)
{
	char *other = fixture_dir();
	uint64_t n;
	struct buf figures = { 0 }, same_figures = { 0 };

	fill(*state);
	struct buf first = export(*state, EXPORT_JSONL, "", UINT64_MAX, &n);

	assert_int_equal(n, N);
	import(other, &first, N, 0);
	struct buf second = export(other, EXPORT_JSONL, "", UINT64_MAX, &n);

	assert_int_equal(n, N);
	assert_int_equal(second.len, first.len);
	assert_memory_equal(second.s, first.s, first.len);
	import(*state, &first, 0, N);
	metrics_text(*state, &figures);
	metrics_text(other, &same_figures);
	assert_string_equal(buf_str(&figures), buf_str(&same_figures));
	buf_free(&figures);
	buf_free(&same_figures);
	buf_free(&first);
	buf_free(&second);
	fixture_remove(other);
}

static size_t lines(const struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++) {
		n += text->s[i] == '\n';
	}
	return n;
}

static void filters_and_limits(void **state)
{
	uint64_t n, errors, unsent;

	fill(*state);
	struct buf out = export(*state, EXPORT_CSV, "status=budget", UINT64_MAX, &unsent);

	assert_in_range(unsent, 1, N / 8);
	buf_free(&out);
	out = export(*state, EXPORT_CSV, "status=err", UINT64_MAX, &errors);

	assert_in_range(errors, N / 8, N / 2);
	assert_int_equal(lines(&out), errors + 1);
	buf_free(&out);
	out = export(*state, EXPORT_JSONL, "status=ok", UINT64_MAX, &n);
	assert_int_equal(n + errors + unsent, N);
	assert_int_equal(lines(&out), n);
	buf_free(&out);
	out = export(*state, EXPORT_CSV, "", 700, &n);
	assert_int_equal(n, 700);
	assert_int_equal(lines(&out), 701);
	buf_free(&out);
	out = export(*state, EXPORT_CSV, "model=nobody", UINT64_MAX, &n);
	assert_int_equal(n, 0);
	assert_int_equal(lines(&out), 1); /* the head all the same */
	buf_free(&out);
}

static bool stop(void *ctx, const char *bytes, size_t len, struct err *e)
{
	(void)bytes;
	(void)len;
	++*(int *)ctx;
	return err_set(e, ERR_INTERNAL, "enough");
}

static void a_sink_that_has_enough_ends_it(void **state)
{
	const struct call_filter f = { .to_us = INT64_MAX };
	struct err e = { 0 };
	uint64_t n;
	int calls = 0;

	fill(*state);
	struct reader *r = reader_open(*state, &e);

	assert_false(export_calls(r, &f, UINT64_MAX, EXPORT_JSONL, stop, &calls, &n, &e));
	assert_int_equal(calls, 1);
	assert_int_equal(n, 0);
	assert_string_equal(e.text, "enough");
	reader_close(r);
}

static void fields_of_csv(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{ NULL, "" }, { "", "" }, { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"hi\"", "\"say \"\"hi\"\"\"" }, { "=1+1", "'=1+1" },
		{ "+1", "'+1" }, { "-1", "'-1" }, { "@SUM(A1)", "'@SUM(A1)" }, { "=A1,B1", "\"'=A1,B1\"" }, { " x", "\" x\"" }, { "a-b", "a-b" },
		{ "\u6ce8\u6587", "\u6ce8\u6587" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = { 0 };

		csv_text(&out, cases[i].text);
		assert_string_equal(buf_str(&out), cases[i].field);
		buf_free(&out);
	}
	/* Whatever comes, one line, no control, no formula. */
	static const char *const hostile[] = { "\t=1", "\r\n=cmd", "\x1b[31m=1", "\u202e=1", "a\nb", "\u200b=1" };

	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		struct buf out = { 0 };

		csv_text(&out, hostile[i]);
		assert_null(strpbrk(buf_str(&out), "\n\r\t\x1b"));
		assert_null(strchr("=+-@", buf_str(&out)[0]));
		buf_free(&out);
	}
}

static void formats_by_name(void **state)
{
	(void)state;
	assert_int_equal(export_format_of("a.csv"), EXPORT_CSV);
	assert_int_equal(export_format_of("/x/a.b.jsonl"), EXPORT_JSONL);
	assert_int_equal(export_format_of(".csv"), EXPORT_FORMATS);
	assert_int_equal(export_format_of("csv"), EXPORT_FORMATS);
	assert_int_equal(export_format_of(""), EXPORT_FORMATS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_lost, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(filters_and_limits, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_sink_that_has_enough_ends_it, fixture_setup, fixture_teardown),
		cmocka_unit_test(fields_of_csv),
		cmocka_unit_test(formats_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
