/* Prompts on a terminal: what was written is there after the worst end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/fault/preload.h"
#include "tests/term/console.h"

static const char *const console[] = { NULL };

static void start(void)
{
	place_set(&place, "OPENAI_API_KEY", "sk-0123456789abcdef0123");
	place_set(&place, "OPENAI_BASE_URL", "http://127.0.0.1:9");
	pty_start(&p, &place, console, 100, 30, false);
	pty_wait(&p, "READY");
	pty_key(&p, "1", "[1 Prompts]");
}

static void begin(void)
{
	start();
	pty_wait(&p, "No prompt is kept here yet");
	pty_key(&p, "a", ":new");
	pty_key(&p, "support/triage" ENTER, "EDIT");
	pty_key(&p, PASTED("SYSTEM\nBe kind.\nUSER\nHello {{name}}"), "Hello {{name}}");
}

/* At the end of the text, wherever the cursor was. */
static void write_more(struct pty *t, const char *text)
{
	pty_key(t, "e", "EDIT  ");
	pty_send(t, "\x1b[1;5F");
	pty_key(t, text, text);
}

static void leave_edit(struct pty *t)
{
	pty_send(t, ESC);
	pty_wait_gone(t, "EDIT  "); /* not $EDITOR */
}

static void kill_now(void)
{
	pty_kill(&p, SIGKILL);
	(void)pty_wait_end(&p);
	pty_free(&p);
}

/* Of a prompt that was never saved, and of one that was. */
static void test_killed_in_mid_edit(void **state)
{
	(void)state;
	begin();
	pty_wait(&p, "draft kept");
	kill_now();

	start();
	pty_wait(&p, "triage *");
	pty_key(&p, "G" ENTER, "your unsaved draft is back");
	pty_wait(&p, "Be kind.");
	pty_key(&p, "\x13", ":save");
	pty_key(&p, "first" ENTER, "saved as v1");
	pty_wait_gone(&p, "v1*");
	write_more(&p, "Never lie.");
	pty_wait(&p, "draft kept");
	kill_now();

	start();
	pty_wait(&p, "triage *");
	pty_key(&p, "G" ENTER, "your unsaved draft is back");
	pty_wait(&p, "Never lie.");
	pty_key(&p, "D", "the draft is dropped");
	pty_wait_gone(&p, "Never lie.");
	console_quit();
}

/* The prompt may be shown already: the next start goes on where the last one ended, when that was written in time. */
static void start_again(void)
{
	pty_start(&p, &place, console, 100, 30, false);
	pty_wait(&p, "? help");
	pty_key(&p, "1", "triage *");
	pty_key(&p, ":go support/triage" ENTER, "EDIT  ");
	pty_wait(&p, "your unsaved draft is back");
}

static void hang_up(void) { pty_hang_up(&p); }
static void terminate(void) { pty_kill(&p, SIGTERM); }

static void quit(void)
{
	leave_edit(&p);
	pty_send(&p, "q");
}

/* However it ends, what was typed last is kept, though no pause came since. */
static void test_ended_in_mid_word(void **state)
{
	static const struct {
		void (*end)(void);
		const char *word;
	} ends[] = { { hang_up, "Uno" }, { terminate, "Duo" }, { quit, "Trio" } };

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		pty_key(&p, ends[i].word, ends[i].word);
		ends[i].end();
		(void)pty_wait_end(&p);
		pty_free(&p);
		start_again();
		pty_wait(&p, ends[i].word);
		pty_send(&p, "\x1b[1;5F"); /* it is edited again */
	}
	leave_edit(&p);
	console_quit();
}

/* It is told, the text stays, nothing else is opened over it, and it is kept as soon as there is room. */
static void test_full_disk(void **state)
{
	char *preload = shim_preload(), *full = x_asprintf("%s/full", place.dir);

	(void)state;
	place_set(&place, "LD_PRELOAD", preload);
	place_set(&place, "SONDE_FAULT", "full:1+");
	place_set(&place, "SONDE_FAULT_WHILE", full);
	begin();
	pty_wait(&p, "draft kept");
	free(place_write(&place, "full", ""));
	pty_key(&p, " and more", "and more");
	pty_wait(&p, "full"); /* the sentence */
	pty_key(&p, " and on", "NOT kept, tried again");
	leave_edit(&p);
	pty_key(&p, "q", "q again loses it and quits");
	pty_key(&p, "a", ":new");
	pty_key(&p, "other" ENTER, "not left");
	pty_wait(&p, "and more and on");
	assert_int_equal(unlink(full), 0);
	pty_key(&p, "j", "draft kept");
	kill_now();
	start_again();
	pty_wait(&p, "and more and on");
	leave_edit(&p);
	console_quit();
	free(preload);
	free(full);
}

/* Two consoles on one prompt: each is told of the other, neither loses its text. */
static void test_two_consoles(void **state)
{
	struct pty other = { 0 };

	(void)state;
	begin();
	leave_edit(&p);
	pty_key(&p, "\x13", ":save");
	pty_key(&p, "first" ENTER, "saved as v1");
	write_more(&p, "Mine.");
	pty_wait(&p, "draft kept");
	pty_start(&other, &place, console, 100, 30, false);
	pty_wait(&other, "READY");
	pty_key(&other, "1", "triage");
	pty_key(&other, "G" ENTER, "another console has a draft");
	assert_false(pty_has(&other, "Mine."));
	pty_wait(&other, "Be kind.");
	write_more(&other, "Theirs.");
	leave_edit(&other);
	pty_key(&other, "\x13", ":save");
	pty_key(&other, "theirs" ENTER, "saved as v2");
	pty_send(&other, "q");
	assert_int_equal(pty_wait_end(&other), 0);
	pty_free(&other);
	assert_true(pty_has(&p, "Mine."));
	leave_edit(&p);
	pty_key(&p, "\x13", ":save");
	pty_key(&p, "mine" ENTER, "saved as v3");
	console_quit();
}

/* `editor` is a line of shell; the file is its "$1". */
static void begin_with_editor(const char *editor)
{
	char *path = place_write(&place, "ed", editor), *command = x_asprintf("sh %s", path);

	place_set(&place, "PATH", "/usr/bin:/bin");
	place_set(&place, "EDITOR", command);
	free(command);
	free(path);
	begin();
	leave_edit(&p);
}

static void test_editor(void **state)
{
	(void)state;
	begin_with_editor("grep -q 'Hello {{name}}' \"$1\" && printf 'SYSTEM\\nFrom outside.\\n' > \"$1\"");
	pty_key(&p, "E", "Taken from the editor");
	pty_wait(&p, "From outside.");
	pty_key(&p, "u", "Hello {{name}}"); /* one step */
	console_quit();
}

/* However the editor fails: the text is as it was, can be written on, and its draft is kept. */
static void test_failing_editors(void **state)
{
	static const struct {
		const char *editor, *told;
	} cases[] = {
		{ "exit 1", "the editor ended with status 1" }, { "kill -9 $$", "the editor was ended by signal 9" },
		{ "rm \"$1\"", "The text is as it was" }, { "rm \"$1\"; mkdir \"$1\"", "The text is as it was" },
		{ "printf 'half of it' > \"$1\"; exit 1", "what it saved is in" }, { "exec no-such-editor", "the editor was not found" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (i > 0) {
			(void)console_teardown(state);
			(void)console_setup(state);
		}
		begin_with_editor(cases[i].editor);
		pty_key(&p, "E", cases[i].told);
		pty_wait(&p, "Be kind.");
		pty_wait(&p, "Hello {{name}}");
		write_more(&p, "More.");
		pty_wait(&p, "draft kept");
		kill_now();
		start();
		pty_wait(&p, "triage *");
		pty_key(&p, "G" ENTER, "Hello {{name}}");
		pty_wait(&p, "More.");
		console_quit();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_killed_in_mid_edit), CONSOLE_TEST(test_ended_in_mid_word), CONSOLE_TEST(test_full_disk), CONSOLE_TEST(test_two_consoles),
		CONSOLE_TEST(test_editor), CONSOLE_TEST(test_failing_editors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
