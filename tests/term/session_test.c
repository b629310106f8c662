/* Where the user was comes back at the next start. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "tests/term/console.h"

#define KEY "sk-0123456789abcdef0123"

static const char *const console[] = { NULL };

static char *file(void)
{
	return x_asprintf("%s/data/session.json", place.dir);
}

/* The whole file; "" when there is none. The caller frees it. */
static char *kept(void)
{
	char *path = file(), *text = x_calloc(1, 65536);
	FILE *f = fopen(path, "r");

	if (f != NULL) {
		(void)!fread(text, 1, 65535, f);
		(void)fclose(f);
	}
	free(path);
	return text;
}

static void start(void)
{
	place_set(&place, "OPENAI_API_KEY", KEY);
	place_set(&place, "OPENAI_BASE_URL", "http://127.0.0.1:9");
	pty_start(&p, &place, console, 100, 30, false);
}

static void again(void)
{
	pty_free(&p);
	start();
}

static void test_comes_back(void **state)
{
	struct stat st;
	char *path = file();

	(void)state;
	start();
	pty_wait(&p, "READY");
	pty_key(&p, "e" PASTED("Three rivers. " KEY), "Three rivers.");
	pty_key(&p, ESC, "READY");
	pty_key(&p, ":add openai/gpt-5.4" ENTER, "2 targets");
	pty_key(&p, ":param temperature=0.3" ENTER, "temp 0.3");
	pty_key(&p, ":param here max_tokens=77" ENTER, "max 77");
	pty_key(&p, ":repeat 3" ENTER, "each target \u00d73");
	pty_key(&p, ":set fps 20" ENTER, "fps = 20");
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, ":range 7d" ENTER, "last 7d");
	pty_key(&p, ":group operation" ENTER, "by operation");
	console_quit();
	char *text = kept();
	assert_null(strstr(text, "0123456789")); /* no key reaches the disk */
	assert_non_null(strstr(text, "Three rivers."));
	free(text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	again();
	pty_wait(&p, "[4 Metrics]");
	pty_wait(&p, "last 7d");
	pty_wait(&p, "by operation");
	pty_key(&p, "2", "temp 0.3");
	pty_wait(&p, "Three rivers.");
	pty_wait(&p, "2 targets \u00d73");
	pty_wait(&p, "max 77");
	pty_key(&p, ":set fps", "[20] set in the console");
	pty_key(&p, "\x15\x1bOA", ":group operation"); /* Ctrl-u, Up: the line before */
	pty_send(&p, "\x07"); /* Ctrl-g closes it */
	pty_wait_gone(&p, ":group operation");
	console_quit();
	free(path);
}

/* The prompt of all and that of a column come back as they were filled in, whatever became of the values. */
static void test_prompts_come_back(void **state)
{
	(void)state;
	start();
	pty_wait(&p, "READY");
	pty_key(&p, "1", "[1 Prompts]");
	pty_key(&p, ":new greet" ENTER, "EDIT");
	pty_key(&p, PASTED("Hello {{who}}"), "Hello {{who}}");
	pty_key(&p, "\x13", ":save"); /* Ctrl-s */
	pty_key(&p, " first" ENTER, "v1");
	pty_key(&p, ESC, "e edit");
	pty_key(&p, ESC, "Enter open"); /* the library */
	pty_key(&p, "2", "[2 Play]");
	pty_key(&p, ":prompt here greet@v1" ENTER, "greet@v1: who is");
	pty_key(&p, ":var who=Ada" ENTER, "not sent yet");
	pty_key(&p, ":prompt greet" ENTER, "Hello Ada");
	console_quit();
	again();
	pty_wait(&p, "Hello Ada");
	pty_wait(&p, " greet@v1"); /* of all */
	pty_wait(&p, " @v1"); /* of the column */
	pty_key(&p, "w", "PARAMETERS");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "PARAMETERS");
	pty_key(&p, ":prompt none" ENTER, "parameters: the providers");
	pty_key(&p, "1", "greet \u203a v1");
	pty_wait(&p, "Enter open");
	console_quit();
}

/* A draft outlives even a kill, a moment after it was typed. */
static void test_killed(void **state)
{
	double begin = now_ms();
	bool is_there = false;

	(void)state;
	start();
	pty_wait(&p, "READY");
	pty_key(&p, "e" PASTED("A long thought"), "A long thought");
	while (!is_there) {
		char *text = kept();

		is_there = strstr(text, "A long thought") != NULL;
		free(text);
		assert_true(now_ms() - begin < WAIT_MS);
		(void)pty_pump(&p, 20);
	}
	pty_kill(&p, SIGKILL);
	(void)pty_wait_end(&p);
	again();
	pty_wait(&p, "A long thought");
	console_quit();
}

static void test_broken(void **state)
{
	(void)state;
	start();
	pty_wait(&p, "READY");
	console_quit();
	free(place_write(&place, "data/session.json", "{\"version\":1,"));
	again();
	pty_wait(&p, "the last session cannot be taken up again: session.json is no JSON");
	pty_key(&p, "4", "[4 Metrics]");
	console_quit();
	again();
	pty_wait(&p, "[4 Metrics]");
	console_quit();
}

/* The first start had no key and so no target; the next one has. */
static void test_key_comes_later(void **state)
{
	(void)state;
	place_configure(&place, "ui: {mouse: off}\n");
	pty_start(&p, &place, console, 100, 30, false);
	pty_wait(&p, "No provider yet");
	pty_send(&p, ESC);
	pty_wait(&p, "READY  no target yet");
	assert_false(pty_has(&p, "s sort"));
	console_quit();
	again();
	pty_wait(&p, "READY  1 target");
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_comes_back), CONSOLE_TEST(test_prompts_come_back), CONSOLE_TEST(test_killed), CONSOLE_TEST(test_broken), CONSOLE_TEST(test_key_comes_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
