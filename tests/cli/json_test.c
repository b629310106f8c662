/* What every command prints with --json is JSON, one value a line where lines are promised, and nothing else. Runs the program $SONDE. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/sim.h"

static char *dir, *sonde;
static pid_t simulator;

static void write_file(const char *name, const char *text)
{
	char *path = x_asprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	free(path);
}

/* A child that answers as all providers; its port comes through a pipe. Hostile: so that all that must be escaped is there. */
static int start_simulator(void)
{
	int fds[2], port = 0;

	if (pipe(fds) != 0) {
		return 0;
	}
	simulator = fork();
	if (simulator == 0) {
		struct sim_options o;
		struct err e;
		struct loop *l = loop_new();

		sim_options_init(&o);
		o.ttft_ms = 0;
		o.rate = 20000;
		o.fail[FAULT_HOSTILE] = 1;
		struct sim *s = sim_new(l, &o, &e);
		port = s != NULL ? sim_port(s) : 0;
		if (write(fds[1], &port, sizeof(port)) == (ssize_t)sizeof(port)) {
			loop_run(l); /* until it is killed */
		}
		_exit(1);
	}
	(void)close(fds[1]);
	if (read(fds[0], &port, sizeof(port)) != (ssize_t)sizeof(port)) {
		port = 0;
	}
	(void)close(fds[0]);
	return port;
}

static void set_url(const char *name, int port, const char *path)
{
	char *url = x_asprintf("http://127.0.0.1:%d%s", port, path);

	(void)setenv(name, url, 1);
	free(url);
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR"), *program = getenv("SONDE");

	(void)state;
	dir = x_asprintf("%s/sonde-json-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	if (program == NULL || mkdtemp(dir) == NULL) {
		return -1;
	}
	sonde = x_strdup(program);
	int port = start_simulator();
	if (port == 0) {
		return -1;
	}
	write_file("config.yaml", "");
	char *config = x_asprintf("%s/config.yaml", dir);
	(void)setenv("SONDE_CONFIG", config, 1);
	(void)setenv("SONDE_DATA", dir, 1);
	(void)setenv("OPENAI_API_KEY", "x", 1);
	(void)setenv("ANTHROPIC_API_KEY", "x", 1);
	(void)setenv("GEMINI_API_KEY", "x", 1);
	set_url("OPENAI_BASE_URL", port, "/v1");
	set_url("ANTHROPIC_BASE_URL", port, "");
	set_url("GEMINI_BASE_URL", port, "");
	set_url("OLLAMA_HOST", port, "");
	free(config);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	if (simulator > 0) {
		(void)kill(simulator, SIGKILL);
		(void)waitpid(simulator, NULL, 0);
	}
	(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(dir);
	free(sonde);
	return 0;
}

/* Runs `sonde WORDS...`, words ended by NULL. Returns the exit status; out is what it wrote. */
static int run(const char *const *words, struct buf *out)
{
	const char *argv[24] = { sonde };
	char bytes[4096];
	int fds[2], status;

	for (size_t i = 0; words[i] != NULL; i++) {
		assert_true(i + 2 < COUNT_OF(argv));
		argv[i + 1] = words[i];
	}
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(fds[1], 1);
		(void)dup2(null, 2);
		(void)close(fds[0]);
		execv(sonde, (char *const *)argv);
		_exit(127);
	}
	(void)close(fds[1]);
	buf_clear(out);
	for (ssize_t n; (n = read(fds[0], bytes, sizeof(bytes))) > 0;) {
		(void)buf_add(out, bytes, (size_t)n);
	}
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The one value that was printed, the caller's. */
static json_t *value(const struct buf *out)
{
	json_error_t why;
	json_t *v = json_loadb(buf_str(out), out->len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);

	if (v == NULL) {
		fail_msg("%s at line %d column %d of: %.400s", why.text, why.line, why.column, buf_str(out));
	}
	assert_int_equal(out->s[out->len - 1], '\n');
	return v;
}

static json_t *value_of(const char *const *words, int status)
{
	struct buf out = { 0 };

	assert_int_equal(run(words, &out), status);
	json_t *v = value(&out);
	buf_free(&out);
	return v;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void run_of_four(void **state)
{
	static const char *const keys[] = { "target", "provider", "model", "status", "answered_by", "fallback_from", "text", "tool_calls", "finish_reason", "ttft_ms",
		"latency_ms", "usage", "cost_usd", "cost_source", "http_version", "attempts", "error", "warning", "call_id", "cached", "saved_usd", "simulated" };
	json_t *v = value_of(WORDS("run", "-m", "openai/gpt-5.4-mini", "-m", "anthropic/y", "-m", "gemini/z", "-m", "ollama/w", "--json",
	    "\"quoted\"\n\\ \x01\x7f \xF0\x9F\x98\x80"), 0);
	json_t *results = json_object_get(v, "results"), *r;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(results), 4);
	json_array_foreach(results, i, r)
	{
		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			if (json_object_get(r, keys[k]) == NULL) {
				fail_msg("result %zu has no %s", i, keys[k]);
			}
		}
		assert_int_equal(json_object_size(r), COUNT_OF(keys));
		const json_t *text = json_object_get(r, "text");
		assert_non_null(memmem(json_string_value(text), json_string_length(text), "\x1b]52;c;", 7));
		assert_non_null(memmem(json_string_value(text), json_string_length(text), "nul:\0:", 6));
		assert_true(json_integer_value(json_object_get(json_object_get(r, "usage"), "output_tokens")) > 0);
		assert_true(json_is_true(json_object_get(r, "simulated")));
	}
	json_decref(v);
}

static void run_as_lines(void **state)
{
	struct buf out = { 0 };
	size_t n = 0, n_delta = 0, n_done = 0;

	(void)state;
	assert_int_equal(run(WORDS("run", "-m", "openai/x", "-m", "ollama/y", "--jsonl", "hello"), &out), 0);
	for (const char *line = buf_str(&out), *end; *line != '\0'; line = end + 1, n++) {
		end = strchr(line, '\n');
		assert_non_null(end);
		json_t *v = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		if (v == NULL) {
			fail_msg("line %zu is no JSON: %.*s", n + 1, (int)(end - line), line);
		}
		const char *event = json_string_value(json_object_get(v, "event"));
		n_delta += strcmp(event, "delta") == 0;
		n_done += strcmp(event, "done") == 0 && json_is_object(json_object_get(v, "result"));
		json_decref(v);
	}
	assert_true(n_delta > 2);
	assert_int_equal(n_done, 2);
	buf_free(&out);
}

static void dry_run(void **state)
{
	json_t *v = value_of(WORDS("run", "-m", "openai/x", "-m", "anthropic/y", "-m", "gemini/z", "-m", "ollama/w", "--dry-run", "-s",
	    "sys \"q\"", "-o", "stop=\n", "a\nb"), 0);
	json_t *requests = json_object_get(v, "requests"), *r;
	size_t i;

	(void)state;
	assert_true(json_is_true(json_object_get(v, "dry_run")));
	assert_int_equal(json_array_size(requests), 4);
	json_array_foreach(requests, i, r)
	{
		assert_true(json_is_object(json_object_get(r, "body")));
		assert_int_equal(strncmp(json_string_value(json_object_get(r, "url")), "http://127.0.0.1:", 17), 0);
	}
	json_decref(v);
}

static void recorded_calls(void **state)
{
	json_t *run_v = value_of(WORDS("run", "-m", "openai/x", "--json", "hello"), 0);
	const char *id = json_string_value(json_object_get(json_array_get(json_object_get(run_v, "results"), 0), "call_id"));
	json_t *shown = value_of(WORDS("calls", "show", id, "--json"), 0), *list = value_of(WORDS("calls", "--json", "-n", "1"), 0);
	json_t *answer = json_object_get(shown, "answer");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(shown, "id")), id);
	assert_non_null(memmem(json_string_value(answer), json_string_length(answer), "\x1b]52;c;", 7));
	json_t *request = json_loads(json_string_value(json_object_get(shown, "request")), 0, NULL);
	assert_string_equal(json_string_value(json_object_get(request, "model")), "x");
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(list, "calls"), 0), "id")), id);
	json_decref(request);
	json_decref(list);
	json_decref(shown);
	json_decref(run_v);
}

static void import_and_metrics(void **state)
{
	char *path = x_asprintf("%s/log \"x\"\n.jsonl", dir);

	(void)state;
	write_file("log \"x\"\n.jsonl", "{\"timestamp\":\"2026-11-20T10:00:00Z\",\"provider\":\"p\\u001b[31m\\\"\",\"model\":\"m\\\\\\n\","
	    "\"prompt_tokens\":1,\"completion_tokens\":2,\"latency_ms\":3.5}\nno \x1b JSON\n");
	json_t *v = value_of(WORDS("import", "--json", path, "/no/such \"file\""), 1);
	json_t *file = json_array_get(json_object_get(v, "files"), 0);
	assert_string_equal(json_string_value(json_object_get(file, "file")), path);
	assert_int_equal(json_integer_value(json_object_get(file, "added")), 1);
	assert_int_equal(json_integer_value(json_object_get(file, "bad")), 1);
	json_decref(v);
	v = value_of(WORDS("metrics", "--json", "--since", "2026-11-20", "--until", "2026-11-21"), 0);
	json_t *group = json_array_get(json_object_get(v, "groups"), 0);
	assert_string_equal(json_string_value(json_object_get(group, "key")), "p\x1b[31m\"");
	assert_int_equal(json_integer_value(json_object_get(group, "total_tokens")), 3);
	json_decref(v);
	v = value_of(WORDS("metrics", "--json", "--by", "model", "--since", "2026-11-20", "--until", "2026-11-21"), 0);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(v, "groups"), 0), "key")), "m\\\n");
	json_decref(v);
	free(path);
}

static void nothing_to_tell(void **state)
{
	static const char *const keys[] = { "groups", "calls" };
	static const char *const commands[] = { "metrics", "calls" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		json_t *v = value_of(WORDS(commands[i], "--json", "--since", "2001-01-01", "--until", "2001-01-02"), 0);

		assert_true(json_is_array(json_object_get(v, keys[i])));
		assert_int_equal(json_array_size(json_object_get(v, keys[i])), 0);
		json_decref(v);
	}
	json_decref(value_of(WORDS("models", "--json", "no such model"), 0));
}

static void models_and_doctor(void **state)
{
	json_t *v = value_of(WORDS("models", "--json"), 0);

	(void)state;
	assert_true(json_array_size(json_object_get(v, "models")) > 20);
	json_decref(v);
	v = value_of(WORDS("doctor", "--json"), 0);
	assert_int_equal(json_array_size(json_object_get(v, "providers")), 8);
	json_decref(v);
	write_file("config.yaml", "colour: \"\x01\"\n");
	v = value_of(WORDS("doctor", "--json"), 4);
	assert_true(json_array_size(json_object_get(json_object_get(v, "config"), "problems")) > 0);
	json_decref(v);
	write_file("config.yaml", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_of_four),        cmocka_unit_test(run_as_lines),    cmocka_unit_test(dry_run),
		cmocka_unit_test(recorded_calls),     cmocka_unit_test(nothing_to_tell), cmocka_unit_test(import_and_metrics),
		cmocka_unit_test(models_and_doctor),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
