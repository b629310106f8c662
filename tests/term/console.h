/* console - what most tests of a terminal share: one place and one program on one terminal, made and cleared for each test, the keys by
 * name, the start and the end. A test of several consoles has ptys of its own. */
#ifndef SONDE_TESTS_TERM_CONSOLE_H
#define SONDE_TESTS_TERM_CONSOLE_H

#include "tests/term/pty.h"

#define CTRL_C "\x03"
#define CTRL_L "\x0c" /* paints everything again */
#define CTRL_Z "\x1a"
#define DOWN "\x1bOB"
#define ENTER "\r"
#define ESC "\x1b"
#define F5 "\x1b[15~"
#define PAGE_DOWN "\x1b[6~"
#define TAB "\t"
#define UNDO "\x1f"

#define PASTED(text) "\x1b[200~" text "\x1b[201~"
/* In the hint row as soon as something runs; "streaming" may be over before a busy machine paints it. */
#define IS_RUNNING "x stop"

extern struct place place;
extern struct pty p;

int console_setup(void **state);
int console_teardown(void **state);
#define CONSOLE_TEST(f) cmocka_unit_test_setup_teardown(f, console_setup, console_teardown)

/* `sonde demo` with the last rows of its first frame there, so that the others are too. */
void console_demo(int w, int h);
/* A simulator with these options, until the end of the test; the place has its addresses. */
void console_simulate(const char *const args[]);
/* `sonde` on a simulator of `rate` tokens a second (as text), four targets and a prompt: at "2" its answers outlast every test. */
void console_simulated(const char *rate, int w, int h);
/* q ends it, with status 0 and the terminal as it was. */
void console_quit(void);
/* The bytes were sent to the terminal, by now. */
bool console_sent(const char *bytes);

#endif
