#include "ui/term_reset.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* What a fatal signal has to undo. */
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct {
	volatile sig_atomic_t is_on;
	char bytes[256];
	size_t len;
	struct termios modes;
	struct sigaction former[COUNT_OF(fatal_signals)];
	bool has_atexit;
} reset;

static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno != EINTR) {
			return;
		}
	}
}

/* Async-signal-safe. */
static void reset_now(void)
{
	if (reset.is_on) {
		reset.is_on = 0;
		write_all(reset.bytes, reset.len);
		tcsetattr(STDIN_FILENO, TCSANOW, &reset.modes);
	}
}

static void on_fatal(int sig)
{
	int saved = errno;

	reset_now();
	for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
		if (fatal_signals[i] == sig) {
			sigaction(sig, &reset.former[i], NULL);
		}
	}
	errno = saved;
	raise(sig); /* delivered on return from here, to whoever was in charge before */
}

void term_reset_save_line(void)
{
	tcgetattr(STDIN_FILENO, &reset.modes);
}

const struct termios *term_reset_line(void)
{
	return &reset.modes;
}

void term_reset_clear(void)
{
	reset.len = 0;
}

/* Delays ("$<5>") are for glass terminals; they are left out. */
void term_reset_add(const char *bytes)
{
	const char *s = bytes;

	while (*s != '\0' && reset.len < sizeof(reset.bytes)) {
		if (s[0] == '$' && s[1] == '<') {
			s += strcspn(s, ">");
			s += *s == '>' ? 1 : 0;
		} else {
			reset.bytes[reset.len++] = *s++;
		}
	}
}

void term_reset_arm(void)
{
	struct sigaction sa = {.sa_handler = on_fatal};

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
		sigaction(fatal_signals[i], &sa, &reset.former[i]);
	}
	if (!reset.has_atexit) {
		reset.has_atexit = true;
		atexit(reset_now);
	}
	reset.is_on = 1;
}

void term_reset_disarm(void)
{
	reset.is_on = 0;
	for (size_t i = 0; i < COUNT_OF(fatal_signals); i++) {
		sigaction(fatal_signals[i], &reset.former[i], NULL);
	}
}
