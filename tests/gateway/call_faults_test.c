/* Every fault of the simulator against every wire format, streamed and plain: all at once on one loop. */
#include "tests/gateway/call_fixture.h"

/* What a fault comes to. Events as in call_fixture.h, without 'u': whether usage came before the end depends on the wire format. */
struct outcome {
	const char *events;
	enum error_class class;
	enum err_code code;
	int status, attempts;
};

static const struct expected {
	enum sim_fault fault;
	struct outcome streamed, plain;
} expected[] = {
	{ FAULT_BAD_REQUEST, { "qsF", CLASS_BAD_REQUEST, ERR_PROVIDER, 400, 1 }, { "qsF", CLASS_BAD_REQUEST, ERR_PROVIDER, 400, 1 } },
	{ FAULT_AUTH, { "qsF", CLASS_AUTH, ERR_AUTH, 401, 1 }, { "qsF", CLASS_AUTH, ERR_AUTH, 401, 1 } },
	{ FAULT_NOT_FOUND, { "qsF", CLASS_BAD_REQUEST, ERR_PROVIDER, 404, 1 }, { "qsF", CLASS_BAD_REQUEST, ERR_PROVIDER, 404, 1 } },
	{ FAULT_RATE_LIMIT, { "qsrsF", CLASS_RATE_LIMITED, ERR_RATE, 429, 2 }, { "qsrsF", CLASS_RATE_LIMITED, ERR_RATE, 429, 2 } },
	{ FAULT_SERVER_ERROR, { "qsrsF", CLASS_SERVER_ERROR, ERR_RATE, 500, 2 }, { "qsrsF", CLASS_SERVER_ERROR, ERR_RATE, 500, 2 } },
	{ FAULT_OVERLOADED, { "qsrsF", CLASS_SERVER_ERROR, ERR_RATE, 529, 2 }, { "qsrsF", CLASS_SERVER_ERROR, ERR_RATE, 529, 2 } },
	{ FAULT_RESET, { "qsrsF", CLASS_NETWORK, ERR_NETWORK, 0, 2 }, { "qsrsF", CLASS_NETWORK, ERR_NETWORK, 0, 2 } },
	{ FAULT_RESET_MID, { "qsfdF", CLASS_NETWORK, ERR_NETWORK, 200, 1 }, { "qsF", CLASS_NETWORK, ERR_NETWORK, 200, 1 } },
	{ FAULT_STALL, { "qsrsF", CLASS_TIMEOUT, ERR_NETWORK, 0, 2 }, { "qsrsF", CLASS_TIMEOUT, ERR_NETWORK, 0, 2 } },
	{ FAULT_STALL_MID, { "qsfdF", CLASS_TIMEOUT, ERR_NETWORK, 200, 1 }, { "qsF", CLASS_TIMEOUT, ERR_NETWORK, 200, 1 } },
	{ FAULT_TRUNCATED, { "qsfdF", CLASS_NETWORK, ERR_NETWORK, 200, 1 }, { "qsF", CLASS_NETWORK, ERR_NETWORK, 200, 1 } },
	/* A plain answer has no stream to break: the simulator answers 500. */
	{ FAULT_STREAM_ERROR, { "qsfdF", CLASS_SERVER_ERROR, ERR_PROVIDER, 200, 1 }, { "qsrsF", CLASS_SERVER_ERROR, ERR_RATE, 500, 2 } },
	{ FAULT_BAD_JSON, { "qsfdF", CLASS_SERVER_ERROR, ERR_PROVIDER, 200, 1 }, { "qsF", CLASS_SERVER_ERROR, ERR_PROVIDER, 200, 1 } },
	{ FAULT_SPLIT, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 }, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 } },
	{ FAULT_CRLF, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 }, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 } },
	{ FAULT_COMMENTS, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 }, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 } },
	{ FAULT_EMPTY_CHOICES, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 }, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 } },
	{ FAULT_HOSTILE, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 }, { "qsfdD", CLASS_NONE, ERR_NONE, 200, 1 } },
};

/* A cut line of JSON lines is told as the cut that it is. */
static const struct outcome cut_line = { "qsF", CLASS_NETWORK, ERR_NETWORK, 200, 1 };

static const struct outcome *due(size_t fault, size_t kind, bool is_plain)
{
	if (expected[fault].fault == FAULT_BAD_JSON && is_plain && strcmp(kinds[kind], "ollama") == 0) {
		return &cut_line;
	}
	return is_plain ? &expected[fault].plain : &expected[fault].streamed;
}

static const char prompt[] = "Explain in three sentences why the na\xC3\xAFve caf\xC3\xA9 \xE2\x80\x9Cqueue\xE2\x80\x9D grows.";

static void without_usage(const char *events, char out[64])
{
	size_t n = 0;

	for (; *events != '\0'; events++) {
		if (*events != 'u') {
			out[n++] = *events;
		}
	}
	out[n] = '\0';
}

static bool is_whole(const struct outcome *o)
{
	return o->class == CLASS_NONE;
}

static void check_row(struct bench *b, const struct watch *w, const struct outcome *o)
{
	const struct call *c = w->call;
	struct call_row row;
	struct call_body body;

	bench_recorded(b, c, &row, &body);
	assert_int_equal(row.error_class, o->class);
	assert_int_equal(row.http_status, o->status);
	assert_int_equal(row.attempts, o->attempts);
	assert_true(is_known(row.latency_us) && row.latency_us > 0);
	assert_int_equal(row.error_text != NULL && row.error_text[0] != '\0', !is_whole(o));
	assert_int_equal(body.response_len, c->response_body.len);
	assert_int_equal(body.response_len > 0, o->status != 0);
	assert_true(body.request_len > 0);
	assert_null(memmem(body.request, body.request_len, KEY, strlen(KEY)));
	/* What was refused costs nothing; of what broke off, nobody knows all. */
	if (o->status >= 400) {
		assert_int_equal(row.cost_nano, 0);
	} else if (!is_whole(o) && row.cost_source == COST_COMPUTED) {
		assert_true(row.cost_is_estimated);
	}
	call_row_free(&row);
	call_body_free(&body);
}

/* Tells what is not as due, so that one run shows all. */
static bool is_as_due(const struct watch *w, const struct outcome *o, const char *fault)
{
	const struct call *c = w->call;
	char events[64];

	without_usage(w->events, events);
	if (strcmp(events, o->events) == 0 && c->row.error_class == o->class && call_err_code(c) == o->code &&
	    c->row.http_status == o->status && c->attempt == o->attempts) {
		return true;
	}
	print_message("# %s of %s (%s): %s %s, err %d, status %d, attempts %d; due: %s %s, err %d, status %d, attempts %d (%s)\n", fault,
	    c->target->provider->kind->kind, c->is_streamed ? "streamed" : "plain", w->events, error_class_name(c->row.error_class),
	    (int)call_err_code(c), c->row.http_status, c->attempt, o->events, error_class_name(o->class), (int)o->code, o->status,
	    o->attempts, c->err.text);
	return false;
}

static void check(struct bench *b, const struct watch *w, const struct outcome *o)
{
	const struct call *c = w->call;

	assert_int_equal(c->state, is_whole(o) ? CALL_DONE : CALL_FAILED);
	assert_int_equal(strchr(w->events, 'u') != NULL, c->answer.has_usage);
	if (c->answer.has_usage) { /* just before the end */
		assert_ptr_equal(strchr(w->events, 'u'), w->events + strlen(w->events) - 2);
	}
	assert_int_equal(c->err.code == ERR_NONE, is_whole(o));
	assert_null(strpbrk(c->err.text, "\n\r\x1b"));
	assert_null(strstr(c->err.text, KEY));
	assert_int_equal(w->text.len, c->answer.text.len);
	assert_memory_equal(buf_str(&w->text), buf_str(&c->answer.text), w->text.len);
	check_row(b, w, o);
}

/* The text without fault, to compare with what the legal oddities bring. */
static void same_as_calm(const struct watch *w, const struct watch *calm, enum sim_fault fault)
{
	assert_string_equal(calm->events, "qsfduD");
	if (fault == FAULT_HOSTILE) {
		assert_non_null(memmem(w->text.s, w->text.len, "\x1b]52;c;", 7)); /* as it came: cleaning is the screen's */
		assert_non_null(memmem(w->text.s, w->text.len, "nul:\0:", 6));
		return;
	}
	assert_string_equal(w->events, "qsfduD");
	assert_int_equal(w->text.len, calm->text.len);
	assert_memory_equal(w->text.s, calm->text.s, calm->text.len);
	assert_int_equal(w->call->answer.usage.in_tok, calm->call->answer.usage.in_tok);
	assert_int_equal(w->call->answer.usage.out_tok, calm->call->answer.usage.out_tok);
}

#define N_FAULTS COUNT_OF(expected)
#define N_KINDS COUNT_OF(kinds)

static void faults(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch (*watches)[N_KINDS][2] = x_calloc(N_FAULTS + 1, sizeof(*watches)); /* the last: without fault */
	int n_other = 0;

	(void)state;
	assert_int_equal(N_FAULTS, FAULT_COUNT);
	for (size_t f = 0; f <= N_FAULTS; f++) {
		const char *fault = f < N_FAULTS ? sim_fault_name(expected[f].fault) : NULL;

		for (size_t k = 0; k < N_KINDS; k++) {
			char name[40], target[80];

			(void)snprintf(name, sizeof(name), "%s-%s", kinds[k], fault != NULL ? fault : "calm");
			(void)snprintf(target, sizeof(target), "%s/plain-model", name);
			bench_provider(b, name, kinds[k], 0, fault);
			for (int plain = 0; plain < 2; plain++) {
				watches[f][k][plain].max_attempts = 2;
				bench_start(b, &watches[f][k][plain], target, plain == 0, prompt);
			}
		}
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < N_FAULTS * N_KINDS * 2; i++) {
		size_t f = i / (N_KINDS * 2), k = i / 2 % N_KINDS;

		n_other += !is_as_due(&watches[f][k][i % 2], due(f, k, i % 2 == 1), sim_fault_name(expected[f].fault));
	}
	assert_int_equal(n_other, 0);
	for (size_t i = 0; i < N_FAULTS * N_KINDS * 2; i++) {
		size_t f = i / (N_KINDS * 2), k = i / 2 % N_KINDS;
		const struct outcome *o = due(f, k, i % 2 == 1);

		check(b, &watches[f][k][i % 2], o);
		if (is_whole(o)) {
			same_as_calm(&watches[f][k][i % 2], &watches[N_FAULTS][k][i % 2], expected[f].fault);
		}
	}
	for (size_t i = 0; i < (N_FAULTS + 1) * N_KINDS * 2; i++) {
		watch_end(&watches[0][0][0] + i);
	}
	free(watches);
	bench_free(b);
}

/* The first attempt fails, the second gets through: the call is a success and nothing of the failure stays in its row. */
static void second_try_gets_through(void **state)
{
	static const char *const once[] = { "429 once", "500 once", "529 once", "reset once", "stall once" };
	struct bench *b = bench_new(NULL);
	struct watch watches[COUNT_OF(once)] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(once); i++) {
		char name[16], target[24], text[40];

		(void)snprintf(name, sizeof(name), "p%zu", i);
		(void)snprintf(target, sizeof(target), "p%zu/plain-model", i);
		(void)snprintf(text, sizeof(text), "hello for the %zu. time", i); /* the simulator knows a request by its words */
		bench_provider(b, name, kinds[i % N_KINDS], 0, once[i]);
		bench_start(b, &watches[i], target, i % 2 == 0, text);
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < COUNT_OF(once); i++) {
		struct watch *w = &watches[i];
		struct call_row row;
		struct call_body body;

		assert_string_equal(w->events, "qsrsfduD");
		bench_recorded(b, w->call, &row, &body);
		assert_int_equal(row.error_class, CLASS_NONE);
		assert_true(row.error_text == NULL || row.error_text[0] == '\0');
		assert_int_equal(row.http_status, 200);
		assert_int_equal(row.attempts, 2);
		assert_int_equal(call_err_code(w->call), ERR_NONE);
		assert_int_equal(w->call->err.code, ERR_NONE);
		/* Waited for as announced. At a 429 the server asks for a second, which is more than the first wait of 0.5 s. */
		assert_true(w->retry_since_sent_us >= (i == 0 ? 1000000 : 375000) && w->retry_wait_us <= (i == 0 ? 1000000 : 500000));
		assert_true(w->resent_us - w->retry_seen_us >= w->retry_wait_us - 20000);
		call_row_free(&row);
		call_body_free(&body);
		watch_end(w);
	}
	bench_free(b);
}

/* retry_after_s of the server, and a person who does not want to wait so long. */
static void retry_now(void **state)
{
	struct sim_options o;
	struct watch w = { .flag_at = 'r', .max_attempts = 2 };
	bool is_retrying = false;

	(void)state;
	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 20000;
	o.retry_after_s = 30;
	o.fail[FAULT_RATE_LIMIT] = 1;
	struct bench *b = bench_new(&o);
	bench_provider(b, "openai", "openai", 0, NULL);
	w.flag = &is_retrying;
	bench_start(b, &w, "openai/plain-model", true, "hello");
	bench_run(b, &is_retrying);
	assert_true(w.retry_wait_us > 29000000);
	assert_non_null(strstr(w.call->err.hint, "30 s"));
	call_retry_now(w.call);
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsrsF");
	call_retry_now(w.call); /* nothing on a call that is over */
	watch_end(&w);
	bench_free(b);
}

/* A fault of the server's own choice: half of the requests fail, and each ends in one of two ways. */
static void faults_by_chance(void **state)
{
	struct sim_options o;
	struct watch watches[24] = { 0 };
	size_t n_done = 0;

	(void)state;
	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 20000;
	o.fail[FAULT_BAD_REQUEST] = 0.5;
	struct bench *b = bench_new(&o);
	bench_provider(b, "gemini", "gemini", 0, NULL);
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		bench_start(b, &watches[i], "gemini/plain-model", true, "hello");
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		bool is_done = watches[i].call->state == CALL_DONE;

		assert_string_equal(watches[i].events, is_done ? "qsfduD" : "qsF");
		n_done += is_done;
		watch_end(&watches[i]);
	}
	assert_true(n_done > 3 && n_done < COUNT_OF(watches) - 3);
	assert_int_equal(sim_requests(b->sim), COUNT_OF(watches));
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),
		cmocka_unit_test(second_try_gets_through),
		cmocka_unit_test(retry_now),
		cmocka_unit_test(faults_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
