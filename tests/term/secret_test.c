/* A whole session with known keys: console, commands, refusals that say a key back, copies, a crash, a store that cannot be written. No key
 * and no part of one is in any file, screen or output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "tests/term/console.h"
#include "text/base64.h"

#define PART 9 /* bytes of a key that are too many to show */

/* As their own tools write them; what comes before the secret half is the same for everybody. */
static const struct {
	const char *variable, *common, *secret;
} keys[] = {
	{ "OPENAI_API_KEY", "sk-proj-", "Zq81vKXmN4tR7wLsD0pYgB2u" },
	{ "ANTHROPIC_API_KEY", "sk-ant-api03-", "Hd53yTbW9cPfQe6uVn1kGxJo" },
	{ "GEMINI_API_KEY", "AIzaSy", "B6nVjG0kRxM1oUaEiTq4wLzPh" },
	{ "OLLAMA_API_KEY", "", "c7f0e61b92d84a35b8e4f2a90d1c6e73" },
	{ "LAB_SECRET", "lab-", "mW2rXk9QpTz5sVbN8dJy" }, /* printed by a command of the configuration */
};

static const char *const console_of[] = { NULL };

/* -- search --------------------------------------------------------------------------------------------------------------------------- */

static bool holds(const char *bytes, size_t len, const char *text, size_t text_len)
{
	return len > 0 && memmem(bytes, len, text, text_len) != NULL;
}

/* As letters of base64, wherever in the encoded text it begins: without the letters that hold bits of its neighbours. */
static bool holds_base64(const char *bytes, size_t len, const char *part)
{
	bool found = false;

	for (size_t before = 0; before < 3; before++) {
		struct buf plain = { 0 }, letters = { 0 };
		size_t skipped = before == 0 ? 0 : before + 1;

		(void)buf_add(&plain, "  ", before);
		(void)buf_add(&plain, part, PART);
		base64_add(&letters, plain.s, plain.len);
		found = found || holds(bytes, len, letters.s + skipped, (before + PART) * 8 / 6 - skipped);
		buf_free(&plain);
		buf_free(&letters);
	}
	return found;
}

static void check_bytes(const char *what, const char *bytes, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		for (const char *part = keys[i].secret; strlen(part) >= PART; part++) {
			if (holds(bytes, len, part, PART) || holds_base64(bytes, len, part)) {
				fail_msg("%s: holds \"%.*s\" of %s", what, PART, part, keys[i].variable);
			}
		}
	}
}

static void check_files(void)
{
	char part[PART + 1];

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		for (size_t at = 0; at + PART <= strlen(keys[i].secret); at += 3) {
			(void)snprintf(part, sizeof(part), "%s", keys[i].secret + at);
			place_holds_not(&place, part);
		}
	}
}

/* -- the place ------------------------------------------------------------------------------------------------------------------------ */

/* The usual providers; one that is refused, in the middle of which a key is said back; one whose key a command prints; one that is slow. */
static int setup(void **state)
{
	static const char *const simulate[] = { "--ttft", "5", "--rate", "400", NULL };

	(void)console_setup(state);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	console_simulate(simulate);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *key = x_asprintf("%s%s", keys[i].common, keys[i].secret);

		place_set(&place, keys[i].variable, key);
		free(key);
	}
	const char *base_url = place_get(&place, "OPENAI_BASE_URL");

	place_configure(&place, "providers:\n"
			 "  refused: {kind: openai, base_url: \"%s\", api_key_env: OPENAI_API_KEY, headers: {X-Sonde-Fault: \"401\"}}\n"
			 "  broken: {kind: openai, base_url: \"%s\", api_key_env: OPENAI_API_KEY, headers: {X-Sonde-Fault: \"stream-error\"}}\n"
			 "  lab: {kind: openai, base_url: \"%s\", api_key_command: printenv LAB_SECRET}\n"
			 "  labref: {kind: openai, base_url: \"%s\", api_key_command: printenv LAB_SECRET, headers: {X-Sonde-Fault: \"401\"}}\n",
	    base_url, base_url, base_url, base_url);
	return 0;
}

static void run(const char *const args[], const char *input)
{
	struct buf out = { 0 }, err = { 0 };

	(void)place_run(&place, args, input, &out, &err);
	assert_true(out.len + err.len > 0);
	check_bytes(args[0], buf_str(&out), out.len);
	check_bytes(args[0], buf_str(&err), err.len);
	buf_free(&out);
	buf_free(&err);
}

/* -- tests ---------------------------------------------------------------------------------------------------------------------------- */

/* Adds a target and makes it the selected column. */
static void add(const char *target)
{
	char *keys_of = x_asprintf(":add %s\r", target);

	pty_key(&p, keys_of, strchr(target, '/') + 1);
	free(keys_of);
}

static void copy_all(void)
{
	static const char *const copies[] = { "yr", "yj", "yc", "yp" };

	for (size_t i = 0; i < COUNT_OF(copies); i++) {
		pty_key(&p, copies[i], "copied: ");
		pty_key(&p, CTRL_L, "? help");
	}
}

static void test_console(void **state)
{
	(void)state;
	pty_start(&p, &place, console_of, 200, 60, false);
	pty_wait(&p, "READY");
	pty_key(&p, PASTED("Say what there is to say."), "EDIT");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	add("refused/model-r");
	add("broken/model-b");
	add("lab/model-l");
	add("labref/model-lr");
	pty_key(&p, F5, "3 failed");
	pty_wait_gone(&p, IS_RUNNING);
	for (int i = 0; i < 9; i++) { /* each column, with its error, copied in every way */
		copy_all();
		pty_key(&p, "J", "Raw events");
		pty_send(&p, ESC "h");
		pty_key(&p, CTRL_L, "? help");
	}
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, "e", "errors only");
	pty_wait(&p, "401");
	pty_key(&p, TAB, "\u2501 Requests");
	for (int i = 0; i < 3; i++) {
		pty_key(&p, ENTER, "\u2501 Request ");
		pty_key(&p, "yr", "copied: ");
		pty_key(&p, "yj", "copied: JSON");
		pty_send(&p, ESC);
		pty_wait_gone(&p, "\u2501 Request ");
		pty_key(&p, "j", "errors only");
	}
	console_quit();
	check_bytes("the terminal", p.raw.s, p.raw.len);
	check_files();
}

/* Killed after a refusal; what it leaves behind is searched. */
static void test_crash(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGTERM, SIGKILL };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		place_clear(&place, "data"); /* else it begins where the one before ended */
		pty_start(&p, &place, console_of, 120, 40, false);
		pty_wait(&p, "READY");
		add("refused/model-r");
		pty_key(&p, PASTED("Say what there is to say.") F5, "1 failed");
		pty_kill(&p, signals[i]);
		(void)pty_wait_end(&p);
		check_bytes("the terminal", p.raw.s, p.raw.len);
		pty_free(&p);
		check_files();
	}
}

static const char *const commands[][8] = {
	{ "run", "-m", "openai/gpt-5.4-mini", "-m", "refused/m", "--json", "hello" },
	{ "run", "-m", "anthropic/claude-haiku-4-5", "-m", "broken/m", "--jsonl", "hello" },
	{ "run", "-m", "gemini/gemini-2.5-flash", "-m", "labref/m", "hello" },
	{ "run", "-m", "lab/m", "-m", "refused/m", "--dry-run", "hello" },
	{ "doctor" },
	{ "doctor", "--json" },
	{ "models", "--json", "gpt" },
	{ "calls" },
	{ "calls", "--json" },
	{ "metrics", "--json" },
	{ "screen", "metrics", "--size", "200x60", "--keys", "e Tab Enter" },
	{ "screen", "play", "--size", "200x60", "--keys", "H Enter" },
};

static void test_commands(void **state)
{
	static const char *const list[] = { "calls", "--json", NULL };
	struct buf out = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		run(commands[i], "");
	}
	assert_int_equal(place_run(&place, list, "", &out, NULL), 0);
	for (const char *at = buf_str(&out); (at = strstr(at, "\"id\":\"")) != NULL; at++) {
		char *id = x_strndup(at + 6, strcspn(at + 6, "\""));
		const char *const show[] = { "calls", "show", id, "--json", NULL }, *const text[] = { "calls", "show", id, NULL };

		run(show, "");
		run(text, "");
		free(id);
		n++;
	}
	assert_true(n >= 6);
	buf_free(&out);
	check_files();
}

/* Something else has the name of the directory of the store. */
static void test_no_store(void **state)
{
	char *path = x_asprintf("%s/home/config.yaml", place.dir);

	(void)state;
	place_set(&place, "SONDE_DATA", path);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		run(commands[i], "");
	}
	free(path);
	check_files();
}

/* The search itself finds what it should. */
static void test_search(void **state)
{
	struct buf text = { 0 }, letters = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		buf_clear(&text);
		buf_clear(&letters);
		(void)buf_addf(&text, "%.*sx %s%s and more", i, "ab", keys[0].common, keys[0].secret);
		assert_true(holds(text.s, text.len, keys[0].secret + 3, PART));
		base64_add(&letters, text.s, text.len);
		assert_true(holds_base64(letters.s, letters.len, keys[0].secret + 3));
		assert_false(holds_base64(letters.s, letters.len, keys[1].secret));
	}
	buf_free(&text);
	buf_free(&letters);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, console_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_search), TEST(test_commands), TEST(test_console), TEST(test_crash), TEST(test_no_store) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
