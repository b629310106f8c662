#include "tests/term/pty.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/term/stream.h"

#define MOST_ARGS 16
#define SHELL_FD 100 /* its pipes are here and above */
#define PIECE 512    /* bytes put on the screen between two looks at it */

/* What the shell says. */
struct report {
	enum { REPORT_STARTED, REPORT_STOPPED, REPORT_OVER } what;
	int value;
};

/* -- the shell ---------------------------------------------------------------------------------------------------------------------- */

static void tell(int fd, struct report r)
{
	if (write(fd, &r, sizeof(r)) != (ssize_t)sizeof(r)) {
		_exit(1);
	}
}

static pid_t start_program(const struct place *place, const char *const args[], bool is_orphan)
{
	char *argv[MOST_ARGS + 2] = { (char *)(uintptr_t)place_program() };

	for (size_t i = 0; i < MOST_ARGS && args[i] != NULL; i++) {
		argv[i + 1] = (char *)(uintptr_t)args[i];
	}
	pid_t pid = fork();
	if (pid == 0) {
		if (!is_orphan) {
			setpgid(0, 0);
			tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is still ignored */
		}
		for (int sig = 1; sig < NSIG; sig++) {
			signal(sig, SIG_DFL);
		}
		execve(argv[0], argv, place->env);
		_exit(127);
	}
	return pid;
}

/* Starts, continues and reaps; the order 'c' continues, the end of the orders ends it. */
static _Noreturn void be_shell(const struct place *place, const char *const args[], bool is_orphan, int orders, int reports)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM, SIGPIPE };
	int status;
	char order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < COUNT_OF(ignored); i++) {
		signal(ignored[i], SIG_IGN);
	}
	pid_t pid = start_program(place, args, is_orphan);
	tell(reports, (struct report){ REPORT_STARTED, pid });
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		tcsetpgrp(STDIN_FILENO, getpgrp());
		tell(reports, (struct report){ REPORT_STOPPED, 0 });
		if (read(orders, &order, 1) != 1) {
			_exit(0);
		}
		tcsetpgrp(STDIN_FILENO, getpgid(pid));
		kill(-getpgid(pid), SIGCONT);
	}
	tell(reports, (struct report){ REPORT_OVER, status });
	(void)!read(orders, &order, 1);
	_exit(0);
}

static void take_report(struct pty *p, int ms)
{
	struct pollfd f = { .fd = p->reports, .events = POLLIN };
	struct report r;

	if (poll(&f, 1, ms) <= 0 || read(p->reports, &r, sizeof(r)) != (ssize_t)sizeof(r)) {
		return;
	}
	if (r.what == REPORT_STARTED) {
		p->pid = r.value;
	} else if (r.what == REPORT_STOPPED) {
		p->is_stopped = true;
	} else {
		p->is_over = true;
		p->status = r.value;
	}
}

/* -- life --------------------------------------------------------------------------------------------------------------------------- */

void pty_start(struct pty *p, const struct place *place, const char *const args[], int w, int h, bool is_orphan)
{
	struct winsize ws = { .ws_col = (unsigned short)w, .ws_row = (unsigned short)h };
	int orders[2], reports[2];

	*p = (struct pty){ .w = w, .h = h };
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(p->master >= 0 && grantpt(p->master) == 0 && unlockpt(p->master) == 0);
	assert_true(pipe2(orders, O_CLOEXEC) == 0 && pipe2(reports, O_CLOEXEC) == 0);
	assert_int_equal(ioctl(p->master, TIOCSWINSZ, &ws), 0);
	assert_int_equal(tcgetattr(p->master, &p->before), 0);
	if (place->has_no_echo) {
		p->before.c_lflag &= (tcflag_t)~ECHO;
		assert_int_equal(tcsetattr(p->master, TCSANOW, &p->before), 0);
	}
	char *name = x_strdup(ptsname(p->master));
	p->shell = fork();
	if (p->shell == 0) {
		(void)setsid();
		int fd = open(name, O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
		for (int i = 0; i < 3; i++) {
			dup2(fd, i);
		}
		orders[0] = fcntl(orders[0], F_DUPFD_CLOEXEC, SHELL_FD);
		reports[1] = fcntl(reports[1], F_DUPFD_CLOEXEC, SHELL_FD);
		(void)close_range(3, SHELL_FD - 1, 0); /* masters too: closing one in the test must be its last close */
		be_shell(place, args, is_orphan, orders[0], reports[1]);
	}
	free(name);
	close(orders[0]);
	close(reports[1]);
	p->orders = orders[1];
	p->reports = reports[0];
	p->vt = vterm_new(h, w);
	vterm_set_utf8(p->vt, 1);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	take_report(p, WAIT_MS);
	assert_true(p->pid > 0);
}

void pty_free(struct pty *p)
{
	if (p->shell <= 0) {
		return;
	}
	if (!p->is_over) {
		kill(p->pid, SIGKILL);
	}
	close(p->orders);
	kill(p->shell, SIGKILL);
	(void)waitpid(p->shell, NULL, 0);
	close(p->reports);
	pty_hang_up(p);
	vterm_free(p->vt);
	buf_free(&p->raw);
	buf_free(&p->text);
	*p = (struct pty){ 0 };
}

void pty_hang_up(struct pty *p)
{
	if (p->master >= 0) {
		close(p->master);
		p->master = -1;
	}
}

/* -- to the program ----------------------------------------------------------------------------------------------------------------- */

void pty_send_bytes(struct pty *p, const char *bytes, size_t len)
{
	for (int tries = 0; len > 0 && tries < WAIT_MS; tries++) {
		ssize_t n = write(p->master, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else {
			(void)pty_pump(p, 1);
		}
	}
	assert_int_equal(len, 0);
}

void pty_send(struct pty *p, const char *keys)
{
	pty_send_bytes(p, keys, strlen(keys));
}

void pty_resize(struct pty *p, int w, int h)
{
	struct winsize ws = { .ws_col = (unsigned short)w, .ws_row = (unsigned short)h };

	(void)pty_pump(p, 0);
	p->w = w;
	p->h = h;
	vterm_set_size(p->vt, h, w);
	assert_int_equal(ioctl(p->master, TIOCSWINSZ, &ws), 0);
}

void pty_kill(struct pty *p, int sig)
{
	assert_int_equal(kill(p->pid, sig), 0);
}

void pty_continue(struct pty *p)
{
	p->is_stopped = false;
	assert_int_equal(write(p->orders, "c", 1), 1);
}

/* -- from the program --------------------------------------------------------------------------------------------------------------- */

/* Takes what has come, waiting at most ms for a first byte. */
static size_t take(struct pty *p, int ms)
{
	struct pollfd f = { .fd = p->master, .events = POLLIN };
	char bytes[16384];
	size_t taken = 0;
	ssize_t n;

	if (p->master < 0 || poll(&f, 1, ms) <= 0) {
		return 0;
	}
	if (f.revents & POLLHUP && !(f.revents & POLLIN)) {
		(void)usleep(1000); /* nobody has the terminal open */
		return 0;
	}
	/* Not until it is empty: a program that never stops must not keep the test here. */
	for (int i = 0; i < 8 && (n = read(p->master, bytes, sizeof(bytes))) > 0; i++) {
		(void)buf_add(&p->raw, bytes, (size_t)n);
		taken += (size_t)n;
	}
	return taken;
}

/* Puts the next bytes taken on the screen, about PIECE of them. Returns false when all that are whole are there. */
static bool show_piece(struct pty *p)
{
	size_t left = p->raw.len - p->n_shown, used = 0;
	struct buf shown = { 0 };

	for (size_t most = PIECE; used == 0 && left > 0; most *= 2) { /* a sequence may be longer */
		used = stream_expand(p->raw.s + p->n_shown, left < most ? left : most, p->last, &shown);
		if (most >= left) {
			break;
		}
	}
	p->n_shown += used;
	(void)vterm_input_write(p->vt, buf_str(&shown), shown.len);
	buf_free(&shown);
	return used > 0;
}

static void show_all(struct pty *p)
{
	while (show_piece(p)) {
	}
}

size_t pty_pump(struct pty *p, int ms)
{
	size_t taken = take(p, ms);

	show_all(p);
	return taken;
}

static void add_utf8(struct buf *out, uint32_t cp)
{
	char bytes[4];
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1;) {
		bytes[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	bytes[0] = (char)(heads[n] | cp);
	(void)buf_add(out, bytes, n);
}

/* Without the blanks at its end. */
static void add_row(const struct pty *p, int y, struct buf *out)
{
	int blanks = 0;

	for (int x = 0; x < p->w;) {
		VTermScreenCell cell;

		if (!vterm_screen_get_cell(p->screen, (VTermPos){ .row = y, .col = x }, &cell)) {
			return;
		}
		x += cell.width > 0 ? cell.width : 1;
		if (cell.chars[0] == 0 || cell.chars[0] == ' ' || cell.chars[0] == (uint32_t)-1) {
			blanks++;
			continue;
		}
		for (; blanks > 0; blanks--) {
			(void)buf_add_char(out, ' ');
		}
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++) {
			add_utf8(out, cell.chars[i]);
		}
	}
}

const char *pty_row(struct pty *p, int y)
{
	buf_clear(&p->text);
	add_row(p, y, &p->text);
	return buf_str(&p->text);
}

const char *pty_text(struct pty *p)
{
	buf_clear(&p->text);
	(void)buf_add_str(&p->text, "\n");
	for (int y = 0; y < p->h; y++) {
		add_row(p, y, &p->text);
		(void)buf_add_str(&p->text, "\n");
	}
	return buf_str(&p->text);
}

bool pty_has(struct pty *p, const char *text)
{
	return strstr(pty_text(p), text) != NULL;
}

double now_ms(void)
{
	return (double)clock_mono_us() / 1000.;
}

static _Noreturn void give_up(struct pty *p, const char *what, const char *text, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: %s \"%s\"%s; the screen is:%s", file, line, what, text, p->is_over ? " and has ended" : "", pty_text(p));
	_fail(file, line);
	abort();
}

/* Looks after every piece, so that what stood there for a moment is seen however late this process comes to it; what is to be gone must be
 * so at the end of what has come. */
double pty_wait_(struct pty *p, const char *text, bool there, const char *file, int line)
{
	double start = now_ms();

	while (pty_has(p, text) != there) {
		if (there ? show_piece(p) : pty_pump(p, 0) > 0) {
			continue;
		}
		if (now_ms() - start > WAIT_MS || p->is_over) {
			give_up(p, there ? "does not show" : "still shows", text, file, line);
		}
		if (take(p, 20) == 0) {
			take_report(p, 0);
		}
	}
	show_all(p);
	return now_ms() - start;
}

void pty_wait_bytes_(struct pty *p, const char *bytes, const char *file, int line)
{
	double start = now_ms();

	while (p->raw.len == 0 || memmem(p->raw.s, p->raw.len, bytes, strlen(bytes)) == NULL) {
		if (now_ms() - start > WAIT_MS || p->is_over) {
			give_up(p, "has not sent", bytes, file, line);
		}
		if (pty_pump(p, 20) == 0) {
			take_report(p, 0);
		}
	}
}

/* Output goes on being taken meanwhile: a full terminal would hold the program up. */
static void wait_report(struct pty *p, const bool *fact, const char *what, const char *file, int line)
{
	double start = now_ms();

	while (!*fact) {
		if (now_ms() - start > WAIT_MS) {
			give_up(p, "has not", what, file, line);
		}
		take_report(p, p->master < 0 ? 50 : 0);
		(void)pty_pump(p, *fact ? 0 : 5);
	}
	while (pty_pump(p, 0) > 0) {
	}
}

void pty_wait_stopped_(struct pty *p, const char *file, int line)
{
	wait_report(p, &p->is_stopped, "stopped", file, line);
}

bool pty_take_end(struct pty *p)
{
	take_report(p, 0);
	return p->is_over;
}

int pty_wait_end_(struct pty *p, const char *file, int line)
{
	wait_report(p, &p->is_over, "ended", file, line);
	return p->status;
}

/* -- judgement ---------------------------------------------------------------------------------------------------------------------- */

const char *pty_modes_on(struct pty *p)
{
	buf_clear(&p->text);
	stream_modes(buf_str(&p->raw), p->raw.len, &p->text);
	return buf_str(&p->text);
}

const char *pty_foreign(struct pty *p, size_t from)
{
	char what[200];

	buf_clear(&p->text);
	if (from >= p->raw.len || !stream_foreign(p->raw.s + from, p->raw.len - from, what, sizeof(what))) {
		return NULL;
	}
	(void)buf_add_str(&p->text, what);
	return buf_str(&p->text);
}

bool pty_is_line_same(struct pty *p)
{
	struct termios now;

	assert_int_equal(tcgetattr(p->master, &now), 0);
	return now.c_iflag == p->before.c_iflag && now.c_oflag == p->before.c_oflag && now.c_cflag == p->before.c_cflag &&
	       now.c_lflag == p->before.c_lflag && memcmp(now.c_cc, p->before.c_cc, sizeof(now.c_cc)) == 0;
}

void pty_check_clean_(struct pty *p, const char *file, int line)
{
	const char *foreign = pty_foreign(p, 0);

	_assert_string_equal(foreign != NULL ? foreign : "", "", file, line);
	_assert_string_equal(pty_modes_on(p), "", file, line);
	_assert_true(pty_is_line_same(p), "the line settings are as before", file, line);
}

long pty_wakeups(const struct pty *p)
{
	char path[300], line[200];
	long sum = 0, n;
	const struct dirent *entry;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	DIR *dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/status", p->pid, entry->d_name);
		FILE *f = entry->d_name[0] != '.' ? fopen(path, "r") : NULL;
		while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
			sum += sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1 ? n : 0;
		}
		if (f != NULL) {
			fclose(f);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
	return sum;
}
