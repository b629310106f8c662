/* A day's work on a prompt, by its keys, on a real terminal of three sizes: after each step what stands on the screen, and what the store has. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "tests/term/console.h"

#define LINE(text) text ENTER
#define TO_END "\x1b[1;5F"
#define BACK_TAB "\x1b[Z"
#define CTRL_S "\x13"
#define KILLED "killed" /* in place of keys: kill -9, and the program again */

static const char *const console[] = { NULL };

/* Keys in turn, each with what is to be seen before the next; then what a command of `sonde` prints, with blanks between its words. */
static const struct step {
	const char *what;
	struct {
		const char *keys, *seen;
	} keys[7];
	const char *command, *printed, *not_printed;
} steps[] = {
	{ "begin", { { "1", "No prompt is kept here yet" }, { "a", ":new" }, { LINE("support/triage"), "EDIT" } }, "prompt list --json", "[]", NULL },
	{ "write",
	    { { PASTED("SYSTEM\rBe kind to everybody.\rUSER\rHello {{name}}, bye"), "Hello {{name}}, bye" }, { UNDO, "" }, { "\x1b_", "Hello {{name}}, bye" },
	        { "", "draft kept" }, { ESC, "? help" } },
	    "prompt list --json", "[]", "triage" },
	{ "save", { { CTRL_S, ":save" }, { LINE("first words"), "saved as v1" }, { "", "first words" } }, "prompt show support/triage@v1 --json", "Be kind to everybody.",
	    NULL },
	{ "edit, with a name completed",
	    { { "e", "EDIT" }, { TO_END ENTER "Never lie to {{na", "\u25b8 name" }, { TAB ".", "Never lie to {{name}}." },
	        { "", "draft kept" }, { ESC, "? help" } },
	    "prompt show support/triage --json", "bye", "Never lie" },
	{ "a value", { { "v", ":var" }, { LINE("name=Ana"), "[1 Prompts]" } }, NULL, NULL, NULL },
	{ "rendered", { { BACK_TAB BACK_TAB BACK_TAB, "Never lie to Ana." }, { "e", "EDIT  " }, { ESC, "? help" } }, NULL, NULL, NULL },
	{ "see the diff", { { "d", "Diff v1 \u2192 v1*" }, { "", "{+Never lie to {{name}}.+}" } }, NULL, NULL, NULL },
	{ "save again", { { CTRL_S, ":save" }, { LINE("and honest"), "saved as v2" } }, "prompt diff support/triage@v1 support/triage@v2", "{+Never lie to {{name}}.+}", NULL },
	{ "render", { { "", "" } }, "prompt render support/triage@v2 -p name=Ana", "Never lie to Ana.", NULL },
	{ "label", { { "L", ":label" }, { "\x15" LINE("label production v1"), "production is protected" }, { "Y", "production \u2192 v1" } },
	    "prompt resolve support/triage@production --json", "\"version\":1", NULL },
	{ "canary", { { ":", ":" }, { LINE("label production v2:10,v1:90"), "production is protected" }, { "Y", "production \u2192 v2:10,v1:90" } },
	    "prompt label support/triage --json", "v2:10,v1:90", NULL }, /* not v1 first: that would seem to be rolled back already */
	{ "roll back", { { "R", "production \u2192 v1" } }, "prompt log support/triage --json", "\"rollback\":true", NULL },
	{ "open in Play", { { "o", "[2 Play]" }, { "", "Hello Ana, bye" }, { F5, "4 done" } }, "calls --json", "llama3.1:8b", NULL },
	{ "come back", { { "1", "[1 Prompts]" }, { "", "Never lie to {{name}}." } }, NULL, NULL, NULL },
	{ "killed in mid-edit",
	    { { "e", "EDIT" }, { TO_END "Half a sen", "Half a sen" }, { "", "draft kept" }, { KILLED, "READY" }, { "1", "triage *" },
	        { "G" ENTER, "your unsaved draft is back" }, { "", "Half a sen" } },
	    "prompt log support/triage --json", "\"version\":2", "\"version\":3" },
	{ "and goes on", { { CTRL_S, ":save" }, { LINE("whole"), "saved as v3" } }, "prompt show support/triage@v3 --json", "Half a sen", NULL },
	{ "all of it is sound", { { "", "" } }, "prompt verify --json", "\"faults\":[]", NULL },
};

/* What is asked for may be written a moment after it is on the screen. */
static void check_store(const struct step *s)
{
	char *line = x_strdup(s->command), *rest = line;
	const char *args[12] = { 0 };
	struct buf out = { 0 }, err = { 0 };
	double begin = now_ms();
	bool is_there = false;
	int status = 0;

	for (size_t n = 0; n + 1 < COUNT_OF(args) && rest != NULL;) {
		args[n++] = strsep(&rest, " ");
	}
	while (!is_there && now_ms() - begin < WAIT_MS) {
		buf_clear(&out);
		buf_clear(&err);
		status = place_run(&place, args, NULL, &out, &err);
		is_there = status == 0 && strstr(buf_str(&out), s->printed) != NULL;
	}
	if (!is_there || (s->not_printed != NULL && strstr(buf_str(&out), s->not_printed) != NULL)) {
		fail_msg("%s: sonde %s, status %d, printed\n%s%s\nnot \"%s\", without \"%s\"", s->what, s->command, status, buf_str(&out), buf_str(&err), s->printed,
		    s->not_printed != NULL ? s->not_printed : "");
	}
	buf_free(&out);
	buf_free(&err);
	free(line);
}

static void start(int w, int h)
{
	pty_start(&p, &place, console, w, h, false);
	pty_wait(&p, "READY");
}

static void run(int w, int h)
{
	static const char *const simulate[] = { "--ttft", "5", "--rate", "2000", NULL };

	place_configure(&place, "prompts: {protected: [production]}\n");
	console_simulate(simulate);
	start(w, h);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		const struct step *s = &steps[i];

		print_message("%dx%d: %s\n", w, h, s->what);
		for (size_t k = 0; k < COUNT_OF(s->keys) && s->keys[k].keys != NULL; k++) {
			if (strcmp(s->keys[k].keys, KILLED) == 0) {
				pty_kill(&p, SIGKILL);
				(void)pty_wait_end(&p);
				pty_free(&p);
				start(w, h);
			} else {
				pty_send(&p, s->keys[k].keys);
			}
			pty_wait(&p, s->keys[k].seen);
		}
		if (s->command != NULL) {
			check_store(s);
		}
	}
	console_quit();
}

static void test_small(void **state) { (void)state; run(80, 24); }
static void test_middle(void **state) { (void)state; run(120, 40); }
static void test_wide(void **state) { (void)state; run(200, 60); }

int main(void)
{
	static const struct CMUnitTest tests[] = { CONSOLE_TEST(test_small), CONSOLE_TEST(test_middle), CONSOLE_TEST(test_wide) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
