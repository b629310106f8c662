/* Calls to the kinds whose manners differ from the four of the other tests, against the simulator. */
#include "tests/gateway/call_fixture.h"

#include <jansson.h>

static const struct {
	const char *kind, *model;
	enum cost_source source;
} rows[] = {
	{ "mistral", "mistral-small-latest", COST_COMPUTED },
	{ "openrouter", "openai/gpt-5.4-mini", COST_REPORTED },
	{ "azure", "gpt-4o-mini", COST_COMPUTED },
	{ "cohere", "command-a-03-2025", COST_COMPUTED },
};

static void good_answer(struct bench *b, size_t i, bool is_streamed)
{
	char *target = x_asprintf("%s/%s", rows[i].kind, rows[i].model);
	struct watch w = { 0 };
	struct call_row row;
	struct call_body body;

	bench_start(b, &w, target, is_streamed, "Say hello to Zo\xC3\xAB.");
	bench_run(b, NULL);
	if (w.call->state != CALL_DONE) {
		fail_msg("%s: %s", target, w.call->err.text);
	}
	assert_string_equal(w.events, "qsfduD");
	assert_true(w.call->answer.text.len > 0);
	assert_int_equal(w.text.len, w.call->answer.text.len);
	assert_true(w.call->answer.usage.in_tok > 0 && w.call->answer.usage.out_tok > 0);
	bench_recorded(b, w.call, &row, &body);
	assert_true(row.cost_nano > 0);
	assert_int_equal(row.cost_source, rows[i].source);
	if (rows[i].source == COST_REPORTED) {
		assert_int_equal(row.cost_nano, w.call->answer.cost_nano);
		assert_null(row.price_version);
	}
	assert_string_equal(row.finish_reason, finish_name(w.call->answer.finish));
	call_row_free(&row);
	call_body_free(&body);
	watch_end(&w);
	free(target);
}

static void good_answers(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bench_provider(b, rows[i].kind, rows[i].kind, 0, NULL);
		good_answer(b, i, true);
		good_answer(b, i, false);
	}
	bench_free(b);
}

/* The error each format puts into its stream, and the body each one refuses with, are understood. */
static void failures(void **state)
{
	static const struct {
		const char *fault;
		enum error_class class;
	} faults[] = { { "stream-error", CLASS_SERVER_ERROR }, { "400", CLASS_BAD_REQUEST }, { "401", CLASS_AUTH },
		{ "truncate", CLASS_NETWORK } };
	struct bench *b = bench_new(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t k = 0; k < COUNT_OF(faults); k++) {
			char *name = x_asprintf("%s-%s", rows[i].kind, faults[k].fault);
			char *target = x_asprintf("%s/%s", name, rows[i].model);
			struct watch w = { 0 };

			bench_provider(b, name, rows[i].kind, 0, faults[k].fault);
			bench_start(b, &w, target, true, "hi");
			bench_run(b, NULL);
			if (w.call->state != CALL_FAILED || w.call->row.error_class != faults[k].class) {
				fail_msg("%s: %s, %s", target, error_class_name(w.call->row.error_class), w.call->err.text);
			}
			assert_true(w.call->err.text[0] != '\0');
			watch_end(&w);
			free(target);
			free(name);
		}
	}
	bench_free(b);
}

/* Mistral refuses names it does not know, so that its own are the ones that are sent. */
static void parameters(void **state)
{
	static const char *const targets[] = { "mistral/mistral-small-latest", "cohere/command-a-03-2025" };
	struct bench *b = bench_new(NULL);
	const struct message hi = { .role = ROLE_USER, .text = "hi" };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		bench_provider(b, i == 0 ? "mistral" : "cohere", i == 0 ? "mistral" : "cohere", 0, NULL);
		struct target *t = target_resolve(b->config, targets[i], &e);
		struct gateway_request r = { .target = t, .messages = &hi, .n_messages = 1, .is_streamed = true };
		struct watch w = { .bench = b };

		assert_non_null(t);
		chat_params_init(&r.params);
		r.params.seed = 7;
		r.params.max_tokens = 5;
		r.params.top_p = 0.5;
		b->n_running++;
		b->is_idle = false;
		w.call = call_ref(call_start(b->gateway, &r, watch_event, &w));
		target_free(t);
		bench_run(b, NULL);
		assert_int_equal(w.call->state, CALL_DONE);
		assert_true(w.call->answer.usage.out_tok <= 5);
		watch_end(&w);
	}
	bench_free(b);
}

/* A schema reaches the server, which then answers with JSON that fits it. */
static void schema(void **state)
{
	static const char *const targets[] = { "mistral/mistral-small-latest", "cohere/command-a-03-2025", "gemini/gemini-2.5-flash",
		"ollama/llama3.1:8b" };
	static const struct message hi = { .role = ROLE_USER, .text = "How many rivers?" };
	struct bench *b = bench_new(NULL);
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		char *kind = x_strndup(targets[i], strcspn(targets[i], "/"));

		bench_provider(b, kind, kind, 0, NULL);
		free(kind);
		struct target *t = target_resolve(b->config, targets[i], &e);
		struct gateway_request r = { .target = t, .messages = &hi, .n_messages = 1, .is_streamed = true,
			.schema_json = "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"}}}" };
		struct watch w = { .bench = b };

		assert_non_null(t);
		chat_params_init(&r.params);
		b->n_running++;
		b->is_idle = false;
		w.call = call_ref(call_start(b->gateway, &r, watch_event, &w));
		target_free(t);
		bench_run(b, NULL);
		assert_int_equal(w.call->state, CALL_DONE);
		json_t *v = json_loads(buf_str(&w.call->answer.text), 0, NULL);
		assert_true(json_is_integer(json_object_get(v, "n")));
		json_decref(v);
		watch_end(&w);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_answers),
		cmocka_unit_test(failures),
		cmocka_unit_test(parameters),
		cmocka_unit_test(schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
