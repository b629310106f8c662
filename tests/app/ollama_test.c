/* Asking a local Ollama: the simulator, a server that lies, one that says nothing, nobody. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "app/ollama.h"
#include "base/buf.h"
#include "base/mem.h"
#include "net/server.h"
#include "sim/sim.h"

struct fixture {
	struct loop *loop;
	struct server *server;
	struct ollama_ask *ask;
	const char *tags, *version; /* bodies; NULL: no answer ever */
	bool is_over;
	int n_changes;
};

/* Then the request ends of itself. */
static void on_gone(void *ctx)
{
	(void)ctx;
}

static void serve(void *ctx, struct exchange *x, const struct server_request *r)
{
	const struct fixture *f = ctx;
	const char *body = strcmp(r->path, "/api/tags") == 0 ? f->tags : f->version;

	assert_string_equal(r->method, "GET");
	assert_null(exchange_header(x, "authorization"));
	if (body != NULL) {
		exchange_reply(x, body[0] != '\0' ? 200 : 404, "application/json", NULL, body, strlen(body));
	} else {
		exchange_on_gone(x, on_gone, NULL);
	}
}

static void on_change(void *ctx)
{
	struct fixture *f = ctx;

	f->n_changes++;
	f->is_over = ollama_ask_answer(f->ask)->is_over;
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	struct err e = { 0 };

	f->loop = loop_new();
	f->server = server_new(f->loop, "127.0.0.1", 0, serve, f, &e);
	assert_non_null(f->server);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ollama_ask_free(f->ask);
	server_free(f->server);
	loop_free(f->loop);
	free(f);
	return 0;
}

static const struct ollama_answer *ask(struct fixture *f, int port)
{
	char *url = x_asprintf("http://127.0.0.1:%d", port);

	ollama_ask_free(f->ask);
	f->is_over = false;
	f->ask = ollama_ask_new(f->loop, url, on_change, f);
	free(url);
	assert_false(ollama_ask_answer(f->ask)->is_over);
	loop_run_until(f->loop, &f->is_over);
	return ollama_ask_answer(f->ask);
}

static void answers(void **state)
{
	struct fixture *f = *state;

	f->tags = "{\"models\":[{\"name\":\"qwen3:8b\",\"size\":1},{\"name\":\"llama3.1:8b\"}]}";
	f->version = "{\"version\":\"0.9.0\"}";
	const struct ollama_answer *a = ask(f, server_port(f->server));

	assert_true(a->is_there && !a->is_simulated);
	assert_string_equal(a->version, "0.9.0");
	assert_int_equal(a->n_models, 2);
	assert_string_equal(a->models[0], "qwen3:8b");
	assert_int_equal(a->err.code, ERR_NONE);
	assert_int_equal(f->n_changes, 1);
}

static void the_simulator_says_so(void **state)
{
	struct fixture *f = *state;
	struct sim_options o;
	struct err e = { 0 };

	sim_options_init(&o);
	struct sim *sim = sim_new(f->loop, &o, &e);

	assert_non_null(sim);
	const struct ollama_answer *a = ask(f, sim_port(sim));
	assert_true(a->is_there && a->is_simulated);
	assert_string_equal(a->version, "0.9.0");
	assert_string_equal(a->models[0], "llama3.1:8b");
	sim_free(sim);
}

/* Names are shown and sent back: one that is not what it looks like is no name. */
static void hostile_names_are_left_out(void **state)
{
	struct fixture *f = *state;

	f->tags = "{\"models\":[{\"name\":\"\\u001b[31mred\"},{\"name\":\"\\u202elive\"},{\"name\":\"two words\"},{\"name\":\"\"},{\"name\":7},"
		  "null,{\"name\":\"good\"},{\"name\":\"a\\nb\"}]}";
	f->version = "{\"version\":\"\\u001b]0;owned\\u0007 1.0 and so on and so on and so on\"}";
	const struct ollama_answer *a = ask(f, server_port(f->server));

	assert_int_equal(a->n_models, 1);
	assert_string_equal(a->models[0], "good");
	assert_null(strchr(a->version, '\x1b'));
	assert_null(strstr(a->version, "owned"));
}

static void more_models_than_there_is_room_for(void **state)
{
	struct fixture *f = *state;
	struct buf b = { 0 };

	(void)buf_add_str(&b, "{\"models\":[");
	for (int i = 0; i < 500; i++) {
		(void)buf_addf(&b, "%s{\"name\":\"m%d\"}", i > 0 ? "," : "", i);
	}
	(void)buf_add_str(&b, "]}");
	f->tags = buf_str(&b);
	f->version = "";
	assert_int_equal(ask(f, server_port(f->server))->n_models, OLLAMA_MODELS_MOST);
	buf_free(&b);
}

static void something_else(void **state)
{
	static const char *const bodies[] = { "", "[]", "{}", "hello", "{\"models\":7}", "{\"models\":[" };
	struct fixture *f = *state;

	f->version = "{}";
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		f->tags = bodies[i];
		const struct ollama_answer *a = ask(f, server_port(f->server));

		assert_false(a->is_there);
		assert_string_equal(a->err.text, "something else answers there");
	}
}

/* It has models and does not tell its version: it is there all the same. */
static void no_version(void **state)
{
	struct fixture *f = *state;

	f->tags = "{\"models\":[]}";
	f->version = "";
	const struct ollama_answer *a = ask(f, server_port(f->server));

	assert_true(a->is_there);
	assert_string_equal(a->version, "");
	assert_int_equal(a->n_models, 0);
}

static void silence_ends(void **state)
{
	struct fixture *f = *state;
	const struct ollama_answer *a = ask(f, server_port(f->server));

	assert_false(a->is_there);
	assert_int_equal(a->err.code, ERR_NETWORK);
}

static void nobody(void **state)
{
	struct fixture *f = *state;
	int port = server_port(f->server);

	server_free(f->server);
	f->server = NULL;
	const struct ollama_answer *a = ask(f, port);

	assert_false(a->is_there);
	assert_int_equal(a->err.code, ERR_NETWORK);
	assert_non_null(strstr(a->err.text, "refused"));
}

/* The first test: later ones have it in memory. */
static void nobody_costs_no_libcurl(void **state)
{
	nobody(state);
	assert_null(dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD));
}

/* Given up at once, and in the middle. */
static void given_up(void **state)
{
	struct fixture *f = *state;
	char *url = x_asprintf("http://127.0.0.1:%d", server_port(f->server));

	ollama_ask_free(ollama_ask_new(f->loop, url, on_change, f));
	f->ask = ollama_ask_new(f->loop, url, on_change, f);
	job_pool_wait(f->loop->jobs);
	ollama_ask_free(f->ask);
	f->ask = NULL;
	assert_int_equal(f->n_changes, 0);
	free(url);
}

static void which_hosts_are_local(void **state)
{
	static const struct {
		const char *url;
		bool is_local;
	} cases[] = {
		{ "http://localhost:11434", true }, { "http://127.0.0.1", true }, { "http://127.9.9.9:1/x", true }, { "http://[::1]:11434", true },
		{ "http://gpu-box:11434", false }, { "http://10.0.0.7:11434", false }, { "http://127.0.0.1.evil.example", false },
		{ "http://[::2]:11434", false }, { "http://localhost.example/", false }, { "https://ollama.example/localhost", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(ollama_is_local(cases[i].url), cases[i].is_local);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_costs_no_libcurl),
		TEST(answers),
		TEST(the_simulator_says_so),
		TEST(hostile_names_are_left_out),
		TEST(more_models_than_there_is_room_for),
		TEST(something_else),
		TEST(no_version),
		TEST(silence_ends),
		TEST(given_up),
		cmocka_unit_test(which_hosts_are_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
