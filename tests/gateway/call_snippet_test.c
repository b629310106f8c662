/* The commands that are copied do what the call did: run as they are, with the key in the environment, they bring the same answer. */
#include "gateway/snippet.h"
#include "tests/gateway/call_fixture.h"

struct command {
	const char *line;
	int status;
	bool is_over;
};

static void run_command(void *arg)
{
	struct command *c = arg;

	c->status = system(c->line); /* our own snippet, with our own words in it */
}

static void command_over(void *arg)
{
	struct command *c = arg;

	c->is_over = true;
}

/* Off the loop, on which the simulator answers. */
static void is_the_same(struct bench *b, const struct call *call, const char *language, const struct buf *snippet, const char *start)
{
	char *script = x_asprintf("%s/snippet", b->dir), *answer = x_asprintf("%s/answer", b->dir);
	char *line = x_asprintf("%s '%s' >'%s' 2>/dev/null", start, script, answer);
	struct command c = { .line = line };
	FILE *f = fopen(script, "w");
	struct buf got = { 0 };
	char bytes[4096];

	assert_non_null(f);
	assert_int_equal(fwrite(snippet->s, 1, snippet->len, f), snippet->len);
	assert_int_equal(fclose(f), 0);
	job_submit(b->loop->jobs, run_command, command_over, &c);
	bench_run(b, &c.is_over);
	f = fopen(answer, "r");
	assert_non_null(f);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;) {
		(void)buf_add(&got, bytes, n);
	}
	(void)fclose(f);
	if (c.status != 0 || got.len != call->response_body.len || memcmp(buf_str(&got), buf_str(&call->response_body), got.len) != 0) {
		fail_msg("%s, %s: status %d\n%s\n%s", call->target->name, language, c.status, snippet->s, buf_str(&got));
	}
	buf_free(&got);
	free(script);
	free(answer);
	free(line);
}

static bool has(const char *program)
{
	char *line = x_asprintf("command -v %s >/dev/null 2>&1", program);
	bool is_there = system(line) == 0;

	free(line);
	return is_there;
}

static void each_kind(void **state)
{
	struct bench *b = bench_new(NULL);
	bool has_curl = has("curl"), has_python = has("python3");

	(void)state;
	(void)setenv("no_proxy", "127.0.0.1", 1);
	for (size_t i = 0; i < 2 * n_providers; i++) {
		const struct provider *p = providers[i / 2];
		char *target = x_asprintf("%s/some-model", p->kind);
		struct watch w = { .max_attempts = 1 };
		struct buf curl = { 0 }, python = { 0 };
		struct err e = { 0 };

		(void)setenv(p->key_env[0], KEY, 1);
		(void)bench_provider(b, p->kind, p->kind, 0, NULL);
		bench_start(b, &w, target, i % 2 == 0, "It's a \"test\" \\ $(false) `false` \n\u00e9");
		bench_run(b, NULL);
		assert_int_equal(w.call->state, CALL_DONE);
		const struct sent_request sent = sent_by_call(w.call);
		assert_true(snippet_curl(&sent, &curl, &e) && snippet_python(&sent, &python, &e));
		assert_null(strstr(curl.s, KEY));
		assert_null(strstr(python.s, KEY));
		if (has_curl) {
			is_the_same(b, w.call, "curl", &curl, "sh");
		}
		if (has_python) {
			is_the_same(b, w.call, "Python", &python, "PYTHONIOENCODING=utf-8 python3");
		}
		buf_free(&curl);
		buf_free(&python);
		watch_end(&w);
		free(target);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_kind) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
