/* pty_bench - what a program on a terminal of 120x40 costs the person in front of it. Works with any program,
 * so that others can be measured too.
 *   pty_bench frame WHAT BUDGET_MS COMMAND...          start to the last byte of the first frame, median of 15 starts
 *   pty_bench idle WHAT PREPARE BUDGET_MIB COMMAND...  3 s at rest: wake-ups of all threads, bytes; resident memory
 *   pty_bench keys WHAT PREPARE KEYS BYTES COMMAND...  200 keys of KEYS in turn: key to last byte of paint, bytes a key against a budget
 *   pty_bench stream WHAT PREPARE BYTES COMMAND...     bytes a second over 4 s while something goes on
 *   pty_bench resize WHAT PREPARE BUDGET_MS COMMAND... 60 changes of the terminal's size: to the last byte of the paint
 * PREPARE and KEYS are keys separated by blanks; words in capitals have the meaning of the table below. A paint ends when no byte
 * follows for 4 ms. A row whose budget is 0 has no target. */
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/bench/table.h"

#define STARTS 15
#define KEYS 200
#define RESIZES 60
#define GAP_MS 4
#define ANSWER_MS 200     /* a key that paints nothing */
#define KEY_BUDGET_MS 0.6 /* half of them; 4 ms for 99 of 100 */
#define FRAME_BYTES 500   /* what comes before the first frame is shorter */

struct child {
	pid_t pid;
	int fd;
};

struct paint {
	double end;   /* when its last byte came */
	size_t bytes;
};

static struct child start(char *const *command)
{
	struct winsize size = { .ws_row = 40, .ws_col = 120 };
	struct child c;

	c.pid = forkpty(&c.fd, NULL, NULL, &size);
	if (c.pid == 0) {
		(void)setenv("TERM", "xterm-256color", 1);
		(void)execvp(command[0], command);
		_exit(127);
	}
	if (c.pid < 0) {
		perror("forkpty");
		exit(1);
	}
	return c;
}

static void end(struct child *c)
{
	int status;

	(void)kill(c->pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		char bytes[65536];

		if (waitpid(c->pid, &status, WNOHANG) == c->pid) {
			(void)close(c->fd);
			return;
		}
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		if (poll(&p, 1, 20) > 0 && read(c->fd, bytes, sizeof(bytes)) <= 0) {
			(void)usleep(20000);
		}
	}
	(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, &status, 0);
	(void)close(c->fd);
}

/* Reads until nothing comes for gap_ms, the first byte within first_ms; at most most_ms. */
static struct paint take_paint(const struct child *c, int first_ms, int gap_ms, int most_ms)
{
	struct paint paint = { .end = NAN };
	double until = table_now() + most_ms / 1e3;
	char bytes[65536];

	while (table_now() < until) {
		struct pollfd p = { .fd = c->fd, .events = POLLIN };

		if (poll(&p, 1, paint.bytes == 0 ? first_ms : gap_ms) <= 0) {
			break;
		}
		ssize_t n = read(c->fd, bytes, sizeof(bytes));
		if (n <= 0) {
			break;
		}
		paint.end = table_now();
		paint.bytes += (size_t)n;
	}
	return paint;
}

/* ---- keys ---- */

/* Something to answer at length: twelve sentences of 40 clauses, as a bracketed paste. */
static char *long_prompt(void)
{
	static const char *const words[] = { "bucket", "limiter", "request", "answer", "header", "retry", "budget", "window", "signal", "metric",
		"column", "stream", "token", "cache", "shard", "replica", "quorum", "ledger", "digest" };
	struct buf b = { 0 };

	(void)buf_add_str(&b, "\x1b[200~Context:\n\n");
	for (size_t s = 0; s < 12; s++) {
		for (size_t i = 0; i < 40; i++) {
			(void)buf_addf(&b, "%s %s of the %s waits for a %s", i == 0 ? "The" : ", and", words[(s * 7 + i) % COUNT_OF(words)],
			    words[(s * 5 + 3 * i) % COUNT_OF(words)], words[(s * 3 + 11 * i) % COUNT_OF(words)]);
		}
		(void)buf_add_str(&b, ".\n\n");
	}
	(void)buf_add_str(&b, "Question: Please summarise the context above with all that it says about the bucket and the limiter.\x1b[201~");
	return buf_take(&b);
}

static void press(const struct child *c, const char *name, size_t len)
{
	static const struct {
		const char *name, *bytes;
	} named[] = { { "TAB", "\t" }, { "DOWN", "\x1b[B" }, { "UP", "\x1b[A" }, { "ESC", "\x1b" }, { "F5", "\x1b[15~" } };
	char *owned = len == 5 && strncmp(name, "PASTE", len) == 0 ? long_prompt() : x_strndup(name, len);
	const char *bytes = owned;

	for (size_t i = 0; i < COUNT_OF(named); i++) {
		bytes = strcmp(owned, named[i].name) == 0 ? named[i].bytes : bytes;
	}
	for (size_t left = strlen(bytes); left > 0;) {
		ssize_t n = write(c->fd, bytes, left);

		if (n <= 0) {
			perror("write");
			exit(1);
		}
		bytes += n;
		left -= (size_t)n;
	}
	free(owned);
}

static size_t word_len(const char *s)
{
	return strcspn(s, " ");
}

static void prepare(const struct child *c, const char *keys)
{
	(void)take_paint(c, 2000, 300, 3000);
	for (const char *key = keys; *key != '\0'; key += word_len(key), key += *key == ' ') {
		press(c, key, word_len(key));
		(void)take_paint(c, 300, 150, 500);
	}
}

static int bench_keys(char **argv)
{
	const char *what = argv[0], *keys = argv[2], *key = keys;
	double budget = atof(argv[3]), took[KEYS];
	struct child c = start(argv + 4);
	size_t n = 0, bytes = 0, silent = 0;
	char name[120], measured[120], peer[40];

	prepare(&c, argv[1]);
	for (size_t i = 0; i < KEYS; i++) {
		(void)take_paint(&c, 12, GAP_MS, 200); /* between two frames, whoever paints them */
		double pressed = table_now();
		press(&c, key, word_len(key));
		struct paint paint = take_paint(&c, ANSWER_MS, GAP_MS, ANSWER_MS);
		if (paint.bytes == 0) {
			silent++;
		} else {
			took[n++] = (paint.end - pressed) * 1e3;
			bytes += paint.bytes;
		}
		key += word_len(key);
		key = *key == ' ' ? key + 1 : keys;
	}
	end(&c);
	if (n == 0) {
		fprintf(stderr, "pty_bench: %s: no key painted anything\n", what);
		return 1;
	}
	double p50 = table_quantile(took, n, 0.5), p99 = table_quantile(took, n, 0.99), each = (double)bytes / (double)n;
	(void)snprintf(name, sizeof(name), "%s: key to paint, half of %zu keys", what, n);
	(void)snprintf(measured, sizeof(measured), "%.2f ms, least %.2f ms%s", p50, took[0], silent > 0 ? ", some painted nothing" : "");
	table_row(name, measured, "budget 0.6 ms", p50 / KEY_BUDGET_MS, budget > 0 ? "<= 1" : "");
	(void)snprintf(name, sizeof(name), "%s: key to paint, 99 %%", what);
	(void)snprintf(measured, sizeof(measured), "%.2f ms", p99);
	table_row(name, measured, "budget 4 ms", p99 / 4, budget > 0 ? "<= 1" : "");
	(void)snprintf(name, sizeof(name), "%s: bytes a key%s", what, silent > 0 ? " that painted" : "");
	(void)snprintf(measured, sizeof(measured), "%.0f B", each);
	(void)snprintf(peer, sizeof(peer), budget > 0 ? "budget %.0f B" : "none", budget);
	table_row(name, measured, peer, budget > 0 ? each / budget : 1, budget > 0 ? "<= 1" : "");
	return 0;
}

/* ---- start, rest, streams ---- */

static int bench_frame(char **argv)
{
	double budget = atof(argv[1]), took[STARTS];
	char name[120], measured[80], peer[40];

	for (size_t i = 0; i < STARTS; i++) {
		double begin = table_now();
		struct child c = start(argv + 2);
		struct paint paint = { .end = NAN };

		for (size_t bytes = 0; bytes < FRAME_BYTES; bytes += paint.bytes) {
			paint = take_paint(&c, 3000, GAP_MS, 3000);
			if (paint.bytes == 0) {
				fprintf(stderr, "pty_bench: %s: no frame within 3 s\n", argv[0]);
				end(&c);
				return 1;
			}
		}
		took[i] = (paint.end - begin) * 1e3;
		end(&c);
	}
	double median = table_quantile(took, STARTS, 0.5);
	(void)snprintf(name, sizeof(name), "%s: start to first frame", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%.1f ms, least %.1f ms", median, took[0]);
	(void)snprintf(peer, sizeof(peer), budget > 0 ? "budget %.0f ms" : "none", budget);
	table_row(name, measured, peer, budget > 0 ? median / budget : 1, budget > 0 ? "<= 1" : "");
	return 0;
}

/* The number after a name in a file of /proc. */
static long proc_number(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	char line[200];
	long value = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, name, strlen(name)) == 0) {
			value = strtol(line + strlen(name), NULL, 10);
		}
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return value;
}

static long wakeups(pid_t pid)
{
	char *path = x_asprintf("/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	long sum = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.') {
			char *status = x_asprintf("%s/%s/status", path, entry->d_name);

			sum += proc_number(status, "voluntary_ctxt_switches:");
			free(status);
		}
	}
	if (dir != NULL) {
		(void)closedir(dir);
	}
	free(path);
	return sum;
}

static int bench_idle(char **argv)
{
	double budget = atof(argv[2]);
	struct child c = start(argv + 3);
	char name[120], measured[80], peer[40];
	size_t bytes = 0;

	prepare(&c, argv[1]);
	for (double until = table_now() + 2; table_now() < until;) {
		(void)take_paint(&c, 100, 100, 500);
	}
	long before = wakeups(c.pid);
	for (double until = table_now() + 3; table_now() < until;) {
		bytes += take_paint(&c, 100, 100, 500).bytes;
	}
	long woken = wakeups(c.pid) - before;
	char *path = x_asprintf("/proc/%d/status", (int)c.pid);
	double rss = (double)proc_number(path, "VmRSS:") / 1024;
	free(path);
	end(&c);
	(void)snprintf(name, sizeof(name), "%s: at rest for 3 s", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%ld wake-ups, %zu bytes", woken, bytes);
	table_row(name, measured, budget > 0 ? "budget 0 and 0" : "none", (double)woken + (double)bytes, budget > 0 ? "<= 0" : "");
	(void)snprintf(name, sizeof(name), "%s: resident memory", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%.1f MiB", rss);
	(void)snprintf(peer, sizeof(peer), budget > 0 ? "budget %.0f MiB" : "none", budget);
	table_row(name, measured, peer, budget > 0 ? rss / budget : 1, budget > 0 ? "<= 1" : "");
	return 0;
}

static int bench_stream(char **argv)
{
	double budget = atof(argv[2]);
	struct child c = start(argv + 3);
	char name[120], measured[80], peer[40];
	size_t bytes = 0;

	prepare(&c, argv[1]);
	(void)take_paint(&c, 1000, 1000, 1000);
	double begin = table_now();
	while (table_now() < begin + 4) {
		bytes += take_paint(&c, 100, 100, 200).bytes;
	}
	double each = (double)bytes / (table_now() - begin);
	end(&c);
	(void)snprintf(name, sizeof(name), "%s: bytes a second", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%.0f B/s", each);
	(void)snprintf(peer, sizeof(peer), budget > 0 ? "budget %.0f B/s" : "none", budget);
	table_row(name, measured, peer, budget > 0 ? each / budget : 1, budget > 0 ? "<= 1" : "");
	return 0;
}

static int bench_resize(char **argv)
{
	static const struct winsize sizes[] = {
		{ .ws_row = 60, .ws_col = 200 }, { .ws_row = 24, .ws_col = 80 }, { .ws_row = 40, .ws_col = 120 },
	};
	double budget = atof(argv[2]), took[RESIZES];
	struct child c = start(argv + 3);
	char name[120], measured[120], peer[40];
	size_t n = 0, bytes = 0;

	prepare(&c, argv[1]);
	for (size_t i = 0; i < RESIZES; i++) {
		(void)take_paint(&c, 12, GAP_MS, 200);
		double began = table_now();
		(void)ioctl(c.fd, TIOCSWINSZ, &sizes[i % COUNT_OF(sizes)]);
		struct paint paint = take_paint(&c, ANSWER_MS, GAP_MS, ANSWER_MS);
		if (paint.bytes > 0) {
			took[n++] = (paint.end - began) * 1e3;
			bytes += paint.bytes;
		}
	}
	end(&c);
	if (n < RESIZES) {
		fprintf(stderr, "pty_bench: %s: %zu of %d resizes painted nothing\n", argv[0], RESIZES - n, RESIZES);
		return 1;
	}
	double p50 = table_quantile(took, n, 0.5), p99 = table_quantile(took, n, 0.99);
	(void)snprintf(name, sizeof(name), "%s: resize to paint, 99 %%", argv[0]);
	(void)snprintf(measured, sizeof(measured), "%.1f ms, half %.1f ms, least %.1f ms, %.1f kB", p99, p50, took[0], (double)bytes / (double)n / 1e3);
	(void)snprintf(peer, sizeof(peer), budget > 0 ? "budget %.0f ms" : "none", budget);
	table_row(name, measured, peer, budget > 0 ? p99 / budget : 1, budget > 0 ? "<= 1" : "");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int arguments;
		int (*run)(char **argv);
	} modes[] = { { "frame", 3, bench_frame }, { "idle", 4, bench_idle }, { "keys", 5, bench_keys }, { "stream", 4, bench_stream },
		{ "resize", 4, bench_resize } };

	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		if (argc > modes[i].arguments + 1 && strcmp(argv[1], modes[i].name) == 0) {
			return modes[i].run(argv + 2);
		}
	}
	fprintf(stderr, "usage: pty_bench frame|idle|keys|stream|resize WHAT ... COMMAND...\n");
	return 2;
}
