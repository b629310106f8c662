#include "tests/sim/sim_fixture.h"

#include "text/utf8.h"

static const char *error_type(const struct format *f, const json_t *v)
{
	static const char *const paths[] = { "error.type", "error.type", "error.status", "error" };
	const char *text = json_string_value(at(v, paths[f - formats]));

	return text != NULL ? text : "";
}

/* Faults that are refusals, in the shape of each provider. */
static void test_refusals(void **state)
{
	struct rig *r = *state;
	static const struct {
		const char *fault;
		int status;
		const char *type[3];
	} cases[] = {
		{ "X-Sonde-Fault: 400", 400, { "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT" } },
		{ "X-Sonde-Fault: 401", 401, { "invalid_request_error", "authentication_error", "UNAUTHENTICATED" } },
		{ "X-Sonde-Fault: 404", 404, { "invalid_request_error", "not_found_error", "NOT_FOUND" } },
		{ "X-Sonde-Fault: 429", 429, { "requests", "rate_limit_error", "RESOURCE_EXHAUSTED" } },
		{ "X-Sonde-Fault: 500", 500, { "server_error", "api_error", "INTERNAL" } },
		{ "X-Sonde-Fault: 529", 529, { "server_error", "overloaded_error", "UNAVAILABLE" } },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t k = 0; k < COUNT_OF(formats); k++) {
			struct got g;

			ask(r, &formats[k], i % 2 == 0, cases[i].fault, "Hello", &g);
			assert_int_equal(g.outcome, HTTP_OK);
			assert_int_equal(g.reply.status, cases[i].status);
			json_t *v = json_loadb(buf_str(&g.body), g.body.len, 0, NULL);
			assert_non_null(v);
			if (k < 3) {
				assert_string_equal(error_type(&formats[k], v), cases[i].type[k]);
			} else {
				assert_true(strlen(error_type(&formats[k], v)) > 5);
			}
			assert_int_equal(g.reply.retry_after_ms, cases[i].status == 429 ? 1000 : -1);
			json_decref(v);
			buf_free(&g.body);
		}
	}
}

static void test_broken_connections(void **state)
{
	struct rig *r = *state;
	static const struct {
		const char *fault;
		enum http_outcome outcome;
		bool has_bytes;
	} cases[] = {
		{ "X-Sonde-Fault: reset", HTTP_NETWORK, false },
		{ "X-Sonde-Fault: reset-mid", HTTP_NETWORK, true },
		{ "X-Sonde-Fault: truncate", HTTP_NETWORK, true },
		{ "X-Sonde-Fault: stall", HTTP_TIMEOUT, false },
		{ "X-Sonde-Fault: stall-mid", HTTP_TIMEOUT, true },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* Time limits take a while: not each of them with each format. */
		for (size_t k = 0; k < (cases[i].outcome == HTTP_TIMEOUT ? 2 : 2 * COUNT_OF(formats)); k++) {
			struct got g;

			ask(r, &formats[(k / 2 + i) % COUNT_OF(formats)], k % 2 == 0, cases[i].fault, "Hello", &g);
			assert_int_equal(g.outcome, cases[i].outcome);
			assert_int_equal(g.body.len > 0, cases[i].has_bytes);
			assert_null(strstr(buf_str(&g.body), "[DONE]"));
			buf_free(&g.body);
		}
	}
}

static void test_error_inside(void **state)
{
	struct rig *r = *state;

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		struct got g;
		struct heard h;

		ask(r, &formats[k], true, "X-Sonde-Fault: stream-error", PROMPT, &g);
		hear(&h, &formats[k], true, &g);
		assert_int_equal(g.outcome, HTTP_OK);
		assert_int_equal(g.reply.status, 200);
		assert_true(h.has_error);
		assert_true(h.text.len > 0);
		assert_false(h.is_done);
		assert_string_equal(h.finish, "");
		free_heard(&h);
		buf_free(&g.body);
		ask(r, &formats[k], false, "X-Sonde-Fault: stream-error", PROMPT, &g);
		assert_int_equal(g.reply.status, 500);
		buf_free(&g.body);
		for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
			ask(r, &formats[k], is_streamed != 0, "X-Sonde-Fault: bad-json", PROMPT, &g);
			hear(&h, &formats[k], is_streamed != 0, &g);
			assert_int_equal(g.reply.status, 200);
			assert_int_equal(h.n_bad, 1);
			free_heard(&h);
			buf_free(&g.body);
		}
	}
}

/* Legal oddities leave the answer as it is. */
static void test_oddities(void **state)
{
	struct rig *r = *state;
	static const char *const faults[] = { "X-Sonde-Fault: split", "X-Sonde-Fault: crlf", "X-Sonde-Fault: comments",
		"X-Sonde-Fault: empty-choices" };

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
			struct got usual, odd;
			struct heard a, b;

			ask(r, &formats[k], is_streamed != 0, NULL, PROMPT, &usual);
			hear(&a, &formats[k], is_streamed != 0, &usual);
			for (size_t i = 0; i < COUNT_OF(faults); i++) {
				ask(r, &formats[k], is_streamed != 0, faults[i], PROMPT, &odd);
				hear(&b, &formats[k], is_streamed != 0, &odd);
				assert_int_equal(odd.outcome, HTTP_OK);
				assert_int_equal(b.n_bad, 0);
				assert_string_equal(buf_str(&a.text), buf_str(&b.text));
				assert_string_equal(a.finish, b.finish);
				assert_int_equal(a.out_tok, b.out_tok);
				/* Each of them really does something to a stream. */
				if (is_streamed != 0 && (k < 3 || i != 2)) {
					assert_true(odd.body.len != usual.body.len || odd.n_reads > usual.n_reads);
				}
				if (i == 0) {
					assert_true(odd.n_reads > 10);
				}
				free_heard(&b);
				buf_free(&odd.body);
			}
			free_heard(&a);
			buf_free(&usual.body);
		}
	}
}

static void test_hostile(void **state)
{
	struct rig *r = *state;

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		struct got g;
		struct heard h;

		ask(r, &formats[k], true, "X-Sonde-Fault: hostile", "Hello", &g);
		hear(&h, &formats[k], true, &g);
		assert_false(utf8_valid(buf_str(&g.body), g.body.len));
		assert_int_equal(h.n_bad, 1); /* the event with the raw bytes */
		assert_non_null(memmem(h.text.s, h.text.len, "\x1b]52;c;", 7));
		assert_non_null(memmem(h.text.s, h.text.len, "\xC2\x9B", 2));
		assert_non_null(memmem(h.text.s, h.text.len, "\xE2\x80\xAE", 3));
		assert_non_null(memchr(h.text.s, '\0', h.text.len));
		free_heard(&h);
		buf_free(&g.body);
	}
}

static void test_once(void **state)
{
	struct rig *r = *state;
	struct got g;

	for (int i = 0; i < 4; i++) {
		ask(r, &formats[0], true, "X-Sonde-Fault: 429 once", "Try me twice", &g);
		assert_int_equal(g.reply.status, i % 2 == 0 ? 429 : 200);
		buf_free(&g.body);
	}
	ask(r, &formats[0], true, "X-Sonde-Fault: nonsense", "Hello", &g);
	assert_int_equal(g.reply.status, 400);
	buf_free(&g.body);
}

static void test_probabilities(void **state)
{
	struct sim_options o = fast();
	struct rig r;
	int refused = 0, limited = 0;

	(void)state;
	o.fail[FAULT_RATE_LIMIT] = 0.3;
	o.fail[FAULT_SERVER_ERROR] = 0.3;
	o.retry_after_s = 2;
	start_rig(&r, &o);
	for (int i = 0; i < 100; i++) {
		struct got g;

		ask(&r, &formats[i % 4], false, NULL, "Hello", &g);
		refused += g.reply.status != 200;
		limited += g.reply.status == 429;
		assert_int_equal(g.reply.retry_after_ms, g.reply.status == 429 ? 2000 : -1);
		buf_free(&g.body);
	}
	assert_in_range(refused, 35, 65);
	assert_in_range(limited, 15, 45);
	stop_rig(&r);
}

/* A flaky model fails at the first try of some requests, and never at the second. */
static void test_flaky(void **state)
{
	struct rig *r = *state;
	const char *headers[] = { "Authorization: Bearer k", NULL };
	int failed = 0;

	for (int i = 0; i < 30; i++) {
		char body[160];
		struct got g;

		(void)snprintf(
		    body, sizeof(body), "{\"model\":\"flaky-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Question %d\"}]}", i);
		request(r, "POST", "/v1/chat/completions", headers, body, &g);
		buf_free(&g.body);
		if (g.reply.status != 200) {
			failed++;
			assert_true(g.reply.status == 429 || g.reply.status == 529);
			request(r, "POST", "/v1/chat/completions", headers, body, &g);
			assert_int_equal(g.reply.status, 200);
			buf_free(&g.body);
		}
	}
	assert_in_range(failed, 4, 22);
}

static void test_fault_names(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		enum sim_fault f;

		assert_true(sim_fault_from_name(sim_fault_name((enum sim_fault)i), &f));
		assert_int_equal(f, i);
	}
	enum sim_fault f;
	assert_false(sim_fault_from_name("", &f));
	assert_false(sim_fault_from_name("rest", &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_broken_connections),
		cmocka_unit_test(test_error_inside),
		cmocka_unit_test(test_oddities),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_probabilities),
		cmocka_unit_test(test_flaky),
		cmocka_unit_test(test_fault_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
