/* What a call makes of errors that a server of our own sends. */
#include "tests/gateway/call_fixture.h"

#include "net/server.h"

enum manner { REPEATS_KEY, REPEATS_KEY_LATE, BREAKS_OFF };

struct peer {
	enum manner manner;
	struct server *server;
};

static void answer(void *ctx, struct exchange *x, const struct server_request *r)
{
	static const char head[] = "{\"error\":{\"message\":\"no access with ";
	const struct peer *peer = ctx;
	const char *key = exchange_header(x, "Authorization");
	struct buf b = { 0 };

	(void)r;
	assert_string_equal(key, "Bearer " KEY);
	if (peer->manner == BREAKS_OFF) {
		exchange_start(x, 401, "application/json", NULL);
		exchange_chunk(x, head, sizeof(head) - 1);
		exchange_break(x, true);
		return;
	}
	(void)buf_add_str(&b, head);
	for (int i = 0; peer->manner == REPEATS_KEY_LATE && i < 80; i++) {
		(void)buf_add_str(&b, "words ");
	}
	(void)buf_addf(&b, "%s\"}}", key + strlen("Bearer "));
	exchange_reply(x, 401, "application/json", NULL, b.s, b.len);
	buf_free(&b);
}

static struct bench *begin(struct peer *peer, enum manner manner)
{
	struct bench *b = bench_new(NULL);
	struct err e = { 0 };

	peer->manner = manner;
	peer->server = server_new(b->loop, "127.0.0.1", 0, answer, peer, &e);
	assert_non_null(peer->server);
	(void)bench_provider(b, "openai", "openai", server_port(peer->server), NULL);
	return b;
}

/* The bench itself looks for the key in the files of the store. */
static void key_is_hidden(void **state)
{
	static const enum manner manners[] = { REPEATS_KEY, REPEATS_KEY_LATE };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(manners); i++) {
		struct watch w = { 0 };
		struct peer peer;
		struct bench *b = begin(&peer, manners[i / 2]);
		struct call_row row;
		struct call_body body;

		bench_start(b, &w, "openai/plain-model", i % 2 == 0, "hello");
		bench_run(b, NULL);
		assert_string_equal(w.events, "qsF");
		bench_recorded(b, w.call, &row, &body);
		assert_int_equal(row.error_class, CLASS_AUTH);
		assert_non_null(strstr(row.error_text, "no access with"));
		assert_null(strstr(w.call->err.text, "sk-test"));
		assert_null(strstr(w.call->answer.error_text, "sk-test"));
		assert_null(memmem(body.response, body.response_len, KEY, strlen(KEY)));
		assert_non_null(memmem(body.response, body.response_len, "****\"}}", 7));
		call_row_free(&row);
		call_body_free(&body);
		watch_end(&w);
		server_free(peer.server);
		bench_free(b);
	}
}

/* A status is worth more than the reset after it. */
static void status_goes_before_the_cut(void **state)
{
	struct watch w = { 0 };
	struct peer peer;
	struct bench *b = begin(&peer, BREAKS_OFF);

	(void)state;
	bench_start(b, &w, "openai/plain-model", true, "hello");
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsF");
	assert_int_equal(w.call->row.error_class, CLASS_AUTH);
	assert_int_equal(call_err_code(w.call), ERR_AUTH);
	assert_int_equal(w.call->row.http_status, 401);
	watch_end(&w);
	server_free(peer.server);
	bench_free(b);
}

/* What is wrong is the key: the advice names the place it is kept at, not that of the provider. */
static void advice_names_the_place_of_the_key(void **state)
{
	static const struct {
		const char *env, *command, *key, *hint;
	} cases[] = {
		{ "WORK_KEY", NULL, KEY, "check the key of openai (from WORK_KEY in the environment)" },
		{ NULL, "printf " KEY, NULL, "check the key of openai (from api_key_command of a test)" },
		{ NULL, NULL, KEY, "check the key of openai (from a test)" },
		{ NULL, NULL, NULL, "no key was sent: name its variable in providers.openai.api_key_env" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct watch w = { 0 };
		struct bench *b = bench_new(NULL);
		struct provider_entry *p = bench_provider(b, "openai", "openai", 0, "401");

		free(p->key);
		p->key = x_strdup(cases[i].key);
		p->key_env = x_strdup(cases[i].env);
		p->key_command = x_strdup(cases[i].command);
		p->is_key_optional = cases[i].key == NULL;
		bench_start(b, &w, "openai/plain-model", true, "hello");
		bench_run(b, NULL);
		assert_string_equal(w.call->err.hint, cases[i].hint);
		watch_end(&w);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_is_hidden),
		cmocka_unit_test(status_goes_before_the_cut),
		cmocka_unit_test(advice_names_the_place_of_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
