#include "tests/term/console.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

struct place place;
struct pty p;
static pid_t simulator;

int console_setup(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

int console_teardown(void **state)
{
	(void)state;
	pty_free(&p);
	if (simulator > 0) {
		place_end(simulator);
		simulator = 0;
	}
	place_remove(&place);
	return 0;
}

void console_demo(int w, int h)
{
	static const char *const demo[] = { "demo", NULL };

	pty_start(&p, &place, demo, w, h, false);
	pty_wait(&p, "READY");
	pty_wait(&p, "? help");
}

void console_simulate(const char *const args[])
{
	simulator = place_simulate(&place, args);
}

void console_simulated(const char *rate, int w, int h)
{
	static const char *const console[] = { NULL };
	const char *const simulate[] = { "--ttft", "5", "--rate", rate, NULL };

	console_simulate(simulate);
	pty_start(&p, &place, console, w, h, false);
	pty_wait(&p, "READY  4 targets");
	pty_key(&p, PASTED("Explain in ten sentences why queues grow."), "EDIT");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
}

void console_quit(void)
{
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	pty_check_clean(&p);
}

bool console_sent(const char *bytes)
{
	return memmem(p.raw.s, p.raw.len, bytes, strlen(bytes)) != NULL;
}
