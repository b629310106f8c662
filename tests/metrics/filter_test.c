/* The language over a store of rows: what each text means is said a second time, in C. Errors name their column. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/filter.h"
#include "tests/store/fixture.h"

#define ROWS 400
#define NOW_US (FIXTURE_T0 + ROWS * US_PER_S)

static char *dir;
static struct reader *reader;
static struct call_row rows[ROWS];

static const char *const models[] = { "gpt-5.4", "gpt-5.4-mini", "claude-haiku-4-5", "llama3.1:8b", "100%_a" };
static const char *const providers[] = { "openai", "anthropic", "a \"b\" \\c" };

static void make_row(struct call_row *r, int i)
{
	fixture_row(r, i);
	r->provider = providers[i % 3];
	r->model_req = models[i % 5];
	r->model_resp = i % 7 == 0 ? models[(i + 1) % 5] : NULL;
	r->operation = i % 4 == 0 ? "embeddings" : "chat";
	r->cost_nano = i % 6 == 0 ? UNKNOWN : i * 1000000LL;
	r->latency_us = i % 9 == 0 ? UNKNOWN : i * 10 * US_PER_MS;
	r->ttft_us = i % 2 == 0 ? UNKNOWN : i * US_PER_MS;
	r->usage.out_tok = i * 100;
	r->error_class = i % 10 == 3 ? CLASS_RATE_LIMITED : i % 10 == 4 ? CLASS_TIMEOUT : i % 10 == 5 ? CLASS_BUDGET : CLASS_NONE;
	r->http_status = i % 10 == 3 ? 429 : i % 10 == 4 ? 503 : 200;
	r->error_text = i % 10 == 3 ? "Slow down, please" : NULL;
	r->session = i % 11 == 0 ? "batch-7" : NULL;
	r->trace_id = i == 12 ? "5b8e0123456789abcdef0123456789ab" : NULL;
	r->is_streamed = i % 2 == 0;
}

static int setup(void **state)
{
	static const char answer[] = "The REFUND is on its way", request[] = "{\"content\":\"where is my money\"}",
		    escaped[] = "{\"content\":\"d\\u00e9bit\u00e9 \\\"deux\\\" fois \\uD83D\\uDE00\"}";
	struct err e = { 0 };

	(void)state;
	dir = fixture_dir();
	struct store *s = fixture_store(dir);
	for (int i = 0; i < ROWS; i++) {
		struct call_body body = { .request = request, .request_len = sizeof(request) - 1, .answer = answer, .answer_len = sizeof(answer) - 1 };

		make_row(&rows[i], i);
		if (i % 50 == 9) {
			body.request = escaped;
			body.request_len = sizeof(escaped) - 1;
		}
		store_put_call(s, &rows[i], i % 50 == 8 || i % 50 == 9 ? &body : NULL);
	}
	fixture_flush(s);
	store_close(s);
	reader = reader_open(dir, &e);
	assert_non_null(reader);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reader_close(reader);
	fixture_remove(dir);
	return 0;
}

static const char *model_of(const struct call_row *r)
{
	return r->model_resp != NULL ? r->model_resp : r->model_req;
}

#define MEANS(name, expression) static bool name(const struct call_row *r, int i) { (void)r; (void)i; return expression; }
MEANS(all, true)
MEANS(none, false)
MEANS(of_gpt, strncmp(model_of(r), "gpt-5", 5) == 0)
MEANS(of_mini, strcmp(model_of(r), "gpt-5.4-mini") == 0)
MEANS(asked_mini, strcmp(r->model_req, "gpt-5.4-mini") == 0)
MEANS(of_percent, strcmp(model_of(r), "100%_a") == 0)
MEANS(of_quoted, i % 3 == 2)
MEANS(failed, i % 10 == 3 || i % 10 == 4)
MEANS(unsent, i % 10 == 5)
MEANS(fine, r->error_class == CLASS_NONE)
MEANS(limited, r->http_status == 429)
MEANS(server, r->http_status == 503)
MEANS(not_limited, r->http_status != 429)
MEANS(dear, is_known(r->cost_nano) && r->cost_nano > 10000000)
MEANS(not_dear, !(is_known(r->cost_nano) && r->cost_nano > 10000000))
MEANS(of_unknown_cost, !is_known(r->cost_nano))
MEANS(slow, is_known(r->latency_us) && r->latency_us > 2 * US_PER_S)
MEANS(early, is_known(r->ttft_us) && r->ttft_us < 100 * US_PER_MS)
MEANS(at_most_25_cents, is_known(r->cost_nano) && r->cost_nano <= 250000000)
MEANS(gpt_failed, of_gpt(r, i) && failed(r, i))
MEANS(gpt_or_failed, of_gpt(r, i) || failed(r, i))
MEANS(or_binds_less, of_gpt(r, i) || (failed(r, i) && i % 4 == 0))
MEANS(in_parentheses, (of_gpt(r, i) || failed(r, i)) && i % 4 == 0)
MEANS(neither, !(of_gpt(r, i) || failed(r, i)))
MEANS(embeds, i % 4 == 0)
MEANS(in_session, r->session != NULL)
MEANS(without_session, r->session == NULL)
MEANS(of_text, i % 50 == 8)
MEANS(of_escaped, i % 50 == 9)
MEANS(of_answer, i % 50 == 8 || i % 50 == 9)
MEANS(last_minute, r->id.ts_us >= NOW_US - 60 * US_PER_S)
MEANS(first_ten, r->id.ts_us < FIXTURE_T0 + 10 * US_PER_S)
MEANS(traced, i == 12)
MEANS(ten_k, r->usage.out_tok >= 10000)
MEANS(streams, r->is_streamed)
MEANS(slows_down, r->error_text != NULL)
MEANS(slow_or_recent, last_minute(r, i) || of_gpt(r, i))

static const struct {
	const char *text;
	bool (*means)(const struct call_row *r, int i);
} cases[] = {
	{ "", all }, { "  ", all }, { "model=gpt-5*", of_gpt }, { "MODEL = gpt-5.4-mini", of_mini }, { "asked=gpt-5.4-mini", asked_mini },
	{ "model=GPT-5.4-mini", none }, { "model~MINI", of_mini }, { "model=100%_a", of_percent }, { "model=100*", of_percent },
	{ "model=\"100*\"", none }, { "model~%_", of_percent }, { "provider=\"a \\\"b\\\" \\\\c\"", of_quoted }, { "provider~\\c", of_quoted },
	{ "status=err", failed }, { "status=ok", fine }, { "status=budget", unsent }, { "status=429", limited }, { "status=rate_limited", limited }, { "status=5xx", server },
	{ "status!=429", not_limited }, { "not status=429", not_limited }, { "!status=429", not_limited }, { "not not status=429", limited },
	{ "cost>0.01", dear }, { "cost>$0.01", dear }, { "cost>1c", dear }, { "cost > 0.010000000", dear }, { "not cost>0.01", not_dear },
	{ "cost=unknown", of_unknown_cost }, { "cost<=0.25", at_most_25_cents }, { "latency>2s", slow }, { "latency>2000ms", slow },
	{ "ttft<100ms", early }, { "ttft<0.1s", early }, { "out>=10k", ten_k }, { "model=gpt-5* status=err", gpt_failed },
	{ "model=gpt-5* and status=err", gpt_failed }, { "model=gpt-5* AND status=err", gpt_failed }, { "model=gpt-5* or status=err", gpt_or_failed },
	{ "model=gpt-5* or status=err op=embeddings", or_binds_less }, { "(model=gpt-5* or status=err) and op=embeddings", in_parentheses },
	{ "not (model=gpt-5* or status=err)", neither }, { "op=emb*", embeds }, { "session=batch-7", in_session }, { "session=batch*", in_session },
	{ "session=unknown", without_session }, { "session=\"\"", without_session }, { "session!=batch-7", without_session },
	{ "text~refund", of_answer }, { "text~D\u00e9bit", of_escaped }, { "text~bit\u00e9", of_escaped },
	{ "text~\"\\\"DEUX\\\" fois\"", of_escaped }, { "text~\U0001F600", of_escaped }, { "text~d\u00e8bit", none }, { "text~\"my money\"", of_text }, { "text!~refund text~refund", none }, { "since=1m", last_minute },
	{ "until=2026-09-21T14:13:30", first_ten }, { "since=1m or model=gpt-5*", slow_or_recent }, { "not since=1m and since=1m", none },
	{ "trace=5b8e*", traced }, { "trace=5b8e0123456789abcdef0123456789ab", traced }, { "streamed=yes", streams }, { "streamed!=no", streams },
	{ "down", slows_down }, { "\"slow down\"", slows_down }, { "mini status=err mini", none }, { "nothing-like-this", none },
	{ "error~\"SLOW DOWN\"", slows_down }, { "embed", embeds }, { "'; DROP TABLE call; --", none },
};

struct seen {
	bool at[ROWS];
};

static bool see(void *ctx, const struct call_row *row)
{
	((struct seen *)ctx)->at[(row->id.ts_us - FIXTURE_T0) / US_PER_S] = true;
	return true;
}

static void texts_mean_what_they_say(void **state)
{
	(void)state;
	for (size_t c = 0; c < COUNT_OF(cases); c++) {
		struct condition where;
		struct call_filter f = { .to_us = INT64_MAX, .where = &where };
		struct seen seen = { 0 };
		struct err e = { 0 };

		if (!filter_compile(cases[c].text, NOW_US, &where, NULL, &e) || !calls_each(reader, &f, see, &seen, &e)) {
			fail_msg("%s: %s", cases[c].text, e.text);
		}
		for (int i = 0; i < ROWS; i++) {
			bool wanted = cases[c].means == none ? false : cases[c].means(&rows[i], i);

			if (strcmp(cases[c].text, "mini status=err mini") == 0) {
				wanted = failed(&rows[i], i) && (strstr(rows[i].model_req, "mini") != NULL ||
				    (rows[i].model_resp != NULL && strstr(rows[i].model_resp, "mini") != NULL));
			}
			if (seen.at[i] != wanted) {
				fail_msg("%s: row %d is %s", cases[c].text, i, wanted ? "missing" : "there");
			}
		}
		condition_free(&where);
	}
}

static const struct {
	const char *text;
	size_t column;
	const char *says, *hint;
} wrongs[] = {
	{ "modle=x", 1, "there is no field \"modle\"", "did you mean model?" },
	{ "status=err zzzzzz>3", 12, "there is no field", "fields are" },
	{ "latency>2", 9, "latency is a time with its unit", "" },
	{ "latency~2s", 1, "latency takes = != < <= > >=, not ~", "" },
	{ "cost>x", 6, "US dollars", "" },
	{ "cost>1.2.3", 6, "US dollars", "" },
	{ "cost>", 6, "needs a value", "" },
	{ "status=maybe", 8, "status is ok, err", "" },
	{ "simulated=perhaps", 11, "yes or no", "" },
	{ "since=yesterday", 7, "since is a span", "" },
	{ "model=\"gpt", 7, "the quote that begins here has no end", "" },
	{ "(model=x", 1, "the parenthesis that begins here has no end", "" },
	{ "model=x)", 8, "this parenthesis was not opened", "" },
	{ ")", 1, "this parenthesis was not opened", "" },
	{ "model=x or", 11, "something is missing at the end", "" },
	{ "or model=x", 1, "something is missing before this", "" },
	{ "not", 4, "something is missing at the end", "" },
	{ "=x", 1, "before this a field is missing", "" },
	{ "model=a*b*c*d*e*f*g*h", 7, "at most 6 stars", "" },
	{ "((((((((((((((((((((model=x))))))))))))))))))))", 17, "too deep", "" },
};

static void errors_name_their_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
		struct condition where;
		struct err e = { 0 };
		size_t column;

		assert_false(filter_compile(wrongs[i].text, NOW_US, &where, &column, &e));
		if (column != wrongs[i].column || strstr(e.text, wrongs[i].says) == NULL || strncmp(e.hint, wrongs[i].hint, strlen(wrongs[i].hint)) != 0) {
			fail_msg("%s: %s, hint %s", wrongs[i].text, e.text, e.hint);
		}
		assert_int_equal(e.code, ERR_USAGE);
		assert_int_equal(where.n, 0);
		char *named = x_asprintf("(column %zu)", column);
		assert_non_null(strstr(e.text, named));
		free(named);
	}
	struct buf many = { 0 };
	struct condition where;
	struct err e = { 0 };

	for (int i = 0; i < CONDITION_VALUES + 1; i++) {
		filter_add_name(&many, "model", "x");
	}
	assert_false(filter_compile(buf_str(&many), NOW_US, &where, NULL, &e));
	assert_non_null(strstr(e.text, "at most"));
	buf_free(&many);
}

/* Bounds of time at the top spare the look at other rows; elsewhere they say nothing of the whole. */
static void bounds_are_found(void **state)
{
	static const struct {
		const char *text;
		int64_t from_us, to_us;
	} bounds[] = {
		{ "since=1m", NOW_US - 60 * US_PER_S, 0 }, { "model=x since=1m since=1h", NOW_US - 60 * US_PER_S, 0 },
		{ "until=1m since=1h", NOW_US - 3600 * US_PER_S, NOW_US - 60 * US_PER_S }, { "since=1m or model=x", 0, 0 },
		{ "not since=1m", 0, 0 }, { "(since=1m or model=x)", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bounds); i++) {
		struct condition where;

		assert_true(filter_compile(bounds[i].text, NOW_US, &where, NULL, NULL));
		assert_int_equal(where.from_us, bounds[i].from_us);
		assert_int_equal(where.to_us, bounds[i].to_us);
		condition_free(&where);
	}
}

static const char *two_models(void *ctx, enum dim_kind kind, size_t i)
{
	static const char *const names[] = { "gpt-5.4", "two words", "quo\"ted", "gpt-5.4-mini" };

	(void)ctx;
	return kind == DIM_MODEL && i < COUNT_OF(names) ? names[i] : NULL;
}

static const struct {
	const char *text; /* the cursor is at | */
	size_t from, n;
	const char *first;
	bool is_begun;
} proposals[] = {
	{ "mo|", 0, 1, "model=", true }, { "status=err la|", 11, 1, "latency>", true }, { "not mo|", 4, 1, "model=", true },
	{ "!mo|", 1, 1, "model=", true }, { "model=|", 6, 3, "gpt-5.4 ", false }, { "model=gpt|", 6, 2, "gpt-5.4 ", true },
	{ "model!=two|", 7, 1, "\"two words\" ", true }, { "(model~g|", 7, 2, "gpt-5.4 ", false }, { "status=5|", 7, 1, "5xx ", true },
	{ "simulated=|", 10, 2, "yes ", false }, { "cost>|", 5, 0, NULL, false }, { "nofield=|", 8, 0, NULL, false },
	{ "text~|", 5, 0, NULL, false }, { "mo| status=ok", 0, 1, "model=", true }, { "mo|del=x", 0, 1, "model=", false },
	{ "model=gpt-5.4|", 6, 1, "gpt-5.4-mini ", false }, { "mod |", 4, 28, "provider=", false }, { "a or (model|", 6, 1, "model=", true },
	{ "refund|", 0, 0, NULL, false }, { "slow an|", 5, 0, NULL, true }, { "\"mo|", 0, 0, NULL, false },
};

static void words_are_proposed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(proposals); i++) {
		struct filter_proposal out[40];
		const char *bar = strchr(proposals[i].text, '|');
		char *text = x_asprintf("%.*s%s", (int)(bar - proposals[i].text), proposals[i].text, bar + 1);
		bool is_begun;
		size_t from, n = filter_propose(text, (size_t)(bar - proposals[i].text), two_models, NULL, out, COUNT_OF(out), &from, &is_begun);

		if (n != proposals[i].n || from != proposals[i].from || is_begun != proposals[i].is_begun || (n > 0 && strcmp(out[0].text, proposals[i].first) != 0)) {
			fail_msg("%s: %zu from %zu, first %s, begun %d", proposals[i].text, n, from, n > 0 ? out[0].text : "", is_begun);
		}
		free(text);
	}
	struct filter_proposal all_fields[40];
	bool is_begun;
	size_t from, n = filter_propose("", 0, NULL, NULL, all_fields, COUNT_OF(all_fields), &from, &is_begun);
	const char *help, *example;

	for (size_t i = 0; filter_field(i, &help, &example) != NULL; i++) {
		struct condition where;

		assert_true(i < n);
		assert_true(filter_compile(example, NOW_US, &where, NULL, NULL)); /* what help shows is right */
		condition_free(&where);
	}
}

/* Names from outside are values, whatever is in them. */
static void names_are_quoted(void **state)
{
	struct buf text = { 0 };
	struct condition where;

	(void)state;
	filter_add(&text, "a or b");
	filter_add(&text, " ");
	filter_add_name(&text, "model", "x\" or \\ model=\"*");
	assert_string_equal(buf_str(&text), "(a or b) and model=\"x\\\" or \\\\ model=\\\"*\"");
	assert_true(filter_compile(buf_str(&text), NOW_US, &where, NULL, NULL));
	assert_string_equal(where.values[where.n - 1].text, "x\" or \\ model=\"*");
	condition_free(&where);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_mean_what_they_say), cmocka_unit_test(errors_name_their_column), cmocka_unit_test(bounds_are_found),
		cmocka_unit_test(words_are_proposed), cmocka_unit_test(names_are_quoted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
