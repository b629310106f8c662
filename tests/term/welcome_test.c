/* The first minute of somebody without a key: from the card to an answer, by the demo and by an Ollama on this machine. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/term/console.h"

static const char *const console[] = { NULL };

static int entries(const char *sub)
{
	char *path = x_asprintf("%s/%s", place.dir, sub);
	DIR *dir = opendir(path);
	int n = -2; /* "." and ".." */

	assert_non_null(dir);
	while (readdir(dir) != NULL) {
		n++;
	}
	closedir(dir);
	free(path);
	return n;
}

static void test_demo(void **state)
{
	(void)state;
	place_set(&place, "OLLAMA_HOST", "127.0.0.1:1"); /* nobody, whatever runs on this machine */
	pty_start(&p, &place, console, 80, 24, false);
	pty_wait(&p, "No provider yet. sonde found:");
	pty_wait(&p, "not on 127.0.0.1:1");
	pty_wait(&p, "Enter try it");
	assert_false(pty_has(&p, " SIMULATED \n"));
	pty_key(&p, ENTER, "F5 sends, 4 shows Metrics");
	pty_wait(&p, "[2 Play]");
	assert_true(pty_has(&p, "SIMULATED"));
	pty_key(&p, F5, "RUN  4 done");
	assert_int_equal(entries("tmp"), 1);
	pty_key(&p, "4", "live \u00b7 as of");
	pty_wait(&p, "claude-haiku-4-5 "); /* its past, too */
	assert_non_null(strstr(pty_row(&p, 0), "SIMULATED"));
	/* back: the demo stays apart */
	pty_key(&p, ":welcome" ENTER, "No provider yet");
	assert_null(strstr(pty_row(&p, 0), "SIMULATED"));
	pty_key(&p, ESC, "No target yet");
	console_quit();
	assert_int_equal(entries("tmp"), 0);
	assert_int_equal(place_check_store(&place), 0); /* nothing of it is in the person's own store */
}

static void test_ollama(void **state)
{
	static const char *const simulator[] = { "--ttft", "5", "--rate", "2000", NULL };
	static const char *const others[] = { "OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL", "CO", "COHERE", "OPENROUTER", "AZURE_OPENAI" };

	(void)state;
	pid_t sim = place_simulate(&place, simulator);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		char *key = x_asprintf("%s_API_KEY", others[i]), *url = x_asprintf("%s_BASE_URL", others[i]);

		place_set(&place, key, NULL);
		place_set(&place, url, NULL);
		free(key);
		free(url);
	}
	pty_start(&p, &place, console, 80, 24, false);
	pty_wait(&p, "Ollama 0.9.0");
	pty_wait(&p, "3 models on ");
	pty_wait(&p, "\u258c Ollama");
	pty_key(&p, ENTER, "ollama/llama3.1:8b is a target now");
	pty_key(&p, PASTED("Say what there is to say.") F5, "RUN  1 done");
	assert_true(pty_has(&p, "llama3.1:8b"));
	console_quit();
	place_end(sim);
	assert_int_equal(place_check_store(&place), 1);
}

/* What is not there is said with what to do about it, and the terminal is left as it was. */
static void test_how_to_set(void **state)
{
	(void)state;
	place_set(&place, "OLLAMA_HOST", "127.0.0.1:1");
	pty_start(&p, &place, console, 60, 16, false);
	pty_wait(&p, "\u258c Demo provider");
	pty_key(&p, DOWN ENTER, "export OPENAI_API_KEY=YOUR-KEY");
	pty_resize(&p, 38, 8);
	pty_wait(&p, "no provider yet");
	pty_resize(&p, 80, 24);
	pty_wait(&p, "look again"); /* before that the keys are the small card's */
	pty_key(&p, "a", ":add");
	pty_send(&p, ESC);
	pty_wait(&p, "No target yet");
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_demo),
		CONSOLE_TEST(test_ollama),
		CONSOLE_TEST(test_how_to_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
