/* pty - the real program on a pseudo terminal, seen through libvterm: what stands on the screen, which bytes came, which modes are on.
 * The program runs as a job of a small shell of ours (a session leader that only starts, continues and reaps it), so that it can be stopped
 * and continued, and the terminal outlives it.
 * All waits end with what is waited for; one that runs into its limit fails the test and prints the screen. */
#ifndef SONDE_TESTS_TERM_PTY_H
#define SONDE_TESTS_TERM_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#include "base/buf.h"
#include "tests/term/place.h"

#define WAIT_MS 60000 /* generous: a busy machine is no fault of the program */

struct pty {
	int master;
	int orders, reports;    /* pipes to and from the shell */
	pid_t shell, pid;       /* pid: the program */
	bool is_stopped, is_over;
	int status;             /* as of waitpid, once is_over */
	VTerm *vt;
	VTermScreen *screen;
	int w, h;
	struct buf raw;         /* everything it wrote */
	size_t n_shown;         /* bytes of it that are on the screen */
	char last[5];
	struct buf text;        /* what the functions below return */
	struct termios before;
};

/* is_orphan: in a process group that no shell controls, where the kernel ignores Ctrl-Z. */
void pty_start(struct pty *p, const struct place *place, const char *const args[], int w, int h, bool is_orphan);
/* Kills what is left. */
void pty_free(struct pty *p);

void pty_send(struct pty *p, const char *keys);
void pty_send_bytes(struct pty *p, const char *bytes, size_t len);
void pty_resize(struct pty *p, int w, int h);
/* Closes the terminal as a closed window does. */
void pty_hang_up(struct pty *p);
void pty_kill(struct pty *p, int sig);
/* As the shell's `fg`. */
void pty_continue(struct pty *p);

/* Takes what has come, waiting at most ms for a first byte. Returns the bytes taken. */
size_t pty_pump(struct pty *p, int ms);
/* Rows separated by \n, blanks at their ends cut. Valid until the next call. */
const char *pty_text(struct pty *p);
/* One row; the result is valid until the next call. */
const char *pty_row(struct pty *p, int y);
bool pty_has(struct pty *p, const char *text);

/* The text is, or was for a moment, on the screen since the last look; pty_wait_gone: it is not there any more. Returns the milliseconds it
 * took. */
double pty_wait_(struct pty *p, const char *text, bool there, const char *file, int line);
#define pty_wait(p, text) pty_wait_(p, text, true, __FILE__, __LINE__)
#define pty_wait_gone(p, text) pty_wait_(p, text, false, __FILE__, __LINE__)
/* The bytes were sent to the terminal, now or before. */
void pty_wait_bytes_(struct pty *p, const char *bytes, const char *file, int line);
#define pty_wait_bytes(p, bytes) pty_wait_bytes_(p, bytes, __FILE__, __LINE__)
/* Sends keys, then waits for the text. */
#define pty_key(p, keys, text) (pty_send(p, keys), pty_wait(p, text))
void pty_wait_stopped_(struct pty *p, const char *file, int line);
#define pty_wait_stopped(p) pty_wait_stopped_(p, __FILE__, __LINE__)
/* Returns the status of waitpid. */
int pty_wait_end_(struct pty *p, const char *file, int line);
#define pty_wait_end(p) pty_wait_end_(p, __FILE__, __LINE__)

/* Whether it has ended by now; looks without waiting. */
bool pty_take_end(struct pty *p);

/* Names of what the bytes so far left on: "1049 2004 cursor-hidden keypad title colour …"; "" when all is as at the start. */
const char *pty_modes_on(struct pty *p);
/* The first thing in the bytes since `from` that is not of curses' own repertoire, in words; NULL when there is none. */
const char *pty_foreign(struct pty *p, size_t from);
/* The line settings are what they were before the program started. */
bool pty_is_line_same(struct pty *p);
/* All three: nothing foreign was sent, no mode is on, the line is the same. */
void pty_check_clean_(struct pty *p, const char *file, int line);
#define pty_check_clean(p) pty_check_clean_(p, __FILE__, __LINE__)
/* Voluntary context switches of all threads. */
long pty_wakeups(const struct pty *p);

double now_ms(void);

#endif
