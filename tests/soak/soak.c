/* soak - minutes of two consoles on one store under random keys, pastes, clicks, sizes, stops and a provider that fails, while a log is followed
 * at 1,000 lines a second. At the end: nothing crashed, hung or reported by the sanitizers, no terminal mode left on, memory level, no line
 * lost, the store whole and its rollups what the rows say, every version of a prompt what its hash says.
 * SOAK_MINUTES (20), SOAK_SEED (of the clock; printed). Not part of `make check`: `make soak`, best in a build with --enable-sanitizers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/term/console.h"

#define CONSOLES 2
#define LINES_PER_S 1000
#define LOOK_EVERY 200       /* steps between two looks whether a console answers */
#define SAMPLE_MS 5000       /* between two looks at memory */
#define MOST_SAMPLES 4096
#define KEPT 40              /* actions told when something goes wrong */
#define GROWTH_KB (48 * 1024) /* of resident memory between the second and the last quarter: noise of an allocator */

struct watched { /* memory of a process */
	const char *name;
	pid_t pid;
	long kb[MOST_SAMPLES];
	size_t n;
};

struct soak {
	uint64_t random;
	double start_ms, end_ms;
	struct pty consoles[CONSOLES];
	struct watched watched[CONSOLES + 1];
	char actions[KEPT][64];
	unsigned long long n_steps, n_lines, n_starts, n_stops;
	int log; /* descriptor */
	pid_t simulator, follower;
	double next_sample_ms;
	size_t n_reported;
};

static struct soak s;

/* -- chance -------------------------------------------------------------------------------------------------------------------------- */

static unsigned chance(unsigned n)
{
	s.random = s.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(s.random >> 33) % n;
}

/* Mostly what people do, and what nobody does. */
static const char *const likely[] = {
	F5, F5, "1", "2", "4", "1", "2", "4", "j", "k", "h", "l", TAB, ENTER, ESC, ESC, "x", "X", "R", "d", "z", "m", " ", "i", "J", "H", "?", "e", "t", "T", "g",
	"s", "p", "yy", "yj", "yc", "yr", "<", ">", DOWN, PAGE_DOWN, "\x1bOA", "\x1b[5~", CTRL_L, UNDO, "G", "/", "M",
	"a", "o", "O", "B", "V", "D", "L", "%", "Y", "v", "u", "n", "[", "]", "\x1b" "d", "\x13", "\x12",
};
static const char *const typed[] = {
	":range 7d\r", ":range 15m\r", ":group model\r", ":group operation\r", ":errors\r", ":pause\r", ":sort\r", ":add openai/gpt-5.4\r", ":drop\r",
	":param temperature=0.3\r", ":param temperature=banana\r", ":nonsense \x01\x02\r", ":history\r", ":diff\r", ":set\r", ":", "/status=429\r",
	"/cost>0.0001\r", "/((((\r", "/\r", "E", "^", "hello", "\xc3\xa9\xf0\x9f\x91\xa9", ":copy curl\r", ":inspector\r", ":raw events\r",
	":new soak/1\r", ":new two\r", ":go soak/2\r", ":save why\r", ":label production v1\r", ":label production v1:90,v2:10\r",
	":ramp production 25\r", ":rollback production\r", ":yes\r", ":var who=you\r", ":vars /nowhere.csv\r", ":find a\r", ":replace /e/\xc3\xa9/\r",
	":branch\r", ":optimize\r", ":optimize openai/gpt-5.4-mini\r", ":open in play\r", ":compare in play\r", ":compare versions v1 v2\r", ":discard\r",
	"{{", "{% if a %}", "\x1b[200~SYSTEM\n\x1b[201~",
};
static const char *const pastes[] = {
	PASTED("one line"), PASTED("two\nlines"), PASTED("\x1b]52;c;aGFjaw==\x07 \x1b[2J \xc2\x9b 31m"), PASTED(""), PASTED("q:quit\rqq"),
};
static const char *const noise[] = {
	"\x1b[", "\x1b[999;999R", "\x1b[I", "\x1b[O", "\x1b[?2026;2$y", "\x1b]11;rgb:0000/0000/0000\x07", "\xff\xfe", "\xc3", "\x1b[200~", "\x1b[201~",
	"\x1b[<64;10;10M", "\x1b[<65;10;10M", "\x1b[<35;5;5M", "\x1bP", "\x1b\\", "\x1b[1;5C",
};

static void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s.actions[s.n_steps % KEPT], sizeof(s.actions[0]), fmt, ap);
	va_end(ap);
}

static void tell_actions(void)
{
	print_error("seed and the last %d actions before step %llu:\n", KEPT, s.n_steps);
	for (unsigned long long i = s.n_steps >= KEPT ? s.n_steps - KEPT + 1 : 0; i <= s.n_steps; i++) {
		print_error("  %s\n", s.actions[i % KEPT]);
	}
}

/* -- consoles ------------------------------------------------------------------------------------------------------------------------ */

static void start_console(int i)
{
	static const char *const console[] = { NULL };
	struct pty *c = &s.consoles[i];

	pty_start(c, &place, console, i == 0 ? 120 : 80, i == 0 ? 40 : 24, false);
	pty_wait(c, "4 Metrics"); /* it begins on the screen where the one before ended */
	s.watched[i].pid = c->pid;
	s.watched[i].n = 0;
	s.n_starts++;
}

/* Ends it as a person would, who may have to say so more than once. */
static void end_console(int i)
{
	struct pty *c = &s.consoles[i];

	for (int tries = 0; tries < 50 && !c->is_over; tries++) {
		pty_send(c, "\x1b[201~" ESC ESC);
		for (int k = 0; k < 5; k++) {
			(void)pty_pump(c, 20); /* each Esc by itself */
		}
		pty_send(c, "qq");
		for (int k = 0; k < 20 && !pty_take_end(c); k++) {
			(void)pty_pump(c, 20);
		}
	}
	int status = pty_wait_end(c);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		tell_actions();
		fail_msg("console %d ended with status %x; the screen was:%s", i, (unsigned)status, pty_text(c));
	}
	pty_check_clean(c);
	pty_free(c);
}

/* It paints after a change of size, however it stands. */
static void look(int i)
{
	struct pty *c = &s.consoles[i];
	size_t before = c->raw.len;

	pty_resize(c, c->w == 100 ? 101 : 100, 30);
	for (double start = now_ms(); c->raw.len == before;) {
		if (now_ms() - start > WAIT_MS || pty_take_end(c)) {
			tell_actions();
			fail_msg("console %d does not answer; the screen is:%s", i, pty_text(c));
		}
		(void)pty_pump(c, 50);
	}
}

static void send_one(struct pty *c, const char *what, const char *const *from, size_t n)
{
	const char *bytes = from[chance((unsigned)n)];

	note("console %d %s %s", (int)(c - s.consoles), what, bytes);
	pty_send(c, bytes);
}

static void act_size(struct pty *c)
{
	int w = (int)chance(249) + 2, h = (int)chance(80) + 1; /* libvterm 0.1.4 writes past a row that is one column wide */

	note("console %d size %dx%d", (int)(c - s.consoles), w, h);
	pty_resize(c, w, h);
}

static void act_click(struct pty *c)
{
	char bytes[64];
	unsigned x = chance((unsigned)c->w) + 1, y = chance((unsigned)c->h) + 1;

	(void)snprintf(bytes, sizeof(bytes), "\x1b[<0;%u;%uM\x1b[<0;%u;%um", x, y, x, y);
	note("console %d click %u,%u", (int)(c - s.consoles), x, y);
	pty_send(c, bytes);
}

static void act_stop(struct pty *c)
{
	note("console %d stop and go on", (int)(c - s.consoles));
	pty_kill(c, SIGTSTP);
	pty_wait_stopped(c);
	pty_continue(c);
	s.n_stops++;
}

/* From wherever it stands to a prompt that is sent: chance alone seldom gets there. */
static void act_run(struct pty *c)
{
	static const char *const keys[] = { "\x1b[201~", ESC, ESC, "2", PASTED("Say what there is to say."), F5 };

	note("console %d runs", (int)(c - s.consoles));
	pty_resize(c, 120, 40);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		pty_send(c, keys[i]);
		(void)pty_pump(c, 50);
	}
}

/* A version more of one of some prompts, as both consoles may do at once; of so many that none becomes long. */
static void act_write(struct pty *c)
{
	char name[32];
	const char *const keys[] = { "\x1b[201~", ESC, ESC, "1", name, "e", "\x1b[1~",
		PASTED("SYSTEM\nSay {{who}} what {% if a %}{{ a }}{% endif %} is.\nUSER\n"), chance(2) == 0 ? "k" : "{\"a\": 1}", "\x13", "why\r", ESC };

	(void)snprintf(name, sizeof(name), ":new soak/%u\r", chance(24));
	note("console %d writes", (int)(c - s.consoles));
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		pty_send(c, keys[i]);
		(void)pty_pump(c, 50);
	}
}

/* Of itself a console never ends but by q. */
static void act(int i)
{
	struct pty *c = &s.consoles[i];
	unsigned r = chance(1000);

	if (r < 3) {
		act_stop(c);
	} else if (r < 25) {
		act_size(c);
	} else if (r < 50) {
		act_click(c);
	} else if (r < 70) {
		send_one(c, "paste", pastes, COUNT_OF(pastes));
	} else if (r < 100) {
		send_one(c, "noise", noise, COUNT_OF(noise));
	} else if (r < 180) {
		send_one(c, "typed", typed, COUNT_OF(typed));
	} else if (r < 190) {
		act_run(c);
	} else if (r < 196) {
		act_write(c);
	} else if (r < 198 && i > 0) {
		note("console %d ends", i);
		end_console(i);
		start_console(i);
		return;
	} else {
		send_one(c, "key", likely, COUNT_OF(likely));
	}
	(void)pty_pump(c, (int)chance(20));
	if (pty_take_end(c)) {
		tell_actions();
		fail_msg("console %d has ended by itself (status %x); the screen was:%s", i, (unsigned)c->status, pty_text(c));
	}
}

/* -- log and memory ------------------------------------------------------------------------------------------------------------------ */

/* As many lines as are due by now, all of the present. */
static void write_lines(void)
{
	unsigned long long due = (unsigned long long)((now_ms() - s.start_ms) * LINES_PER_S / 1000);
	struct buf b = { 0 };
	char when[40];
	time_t now = time(NULL);

	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", gmtime(&now));
	for (; s.n_lines < due; s.n_lines++) {
		(void)buf_addf(&b, "{\"timestamp\":\"%s.%03lluZ\",\"provider\":\"soak\",\"model\":\"m%llu\",\"prompt_tokens\":%llu,\"completion_tokens\":%llu,"
				   "\"latency_ms\":%llu,\"cost_usd\":0.0001,\"error\":%s}\n",
		    when, s.n_lines % 1000, s.n_lines % 5, s.n_lines, s.n_lines % 300, s.n_lines % 2000, s.n_lines % 50 == 0 ? "\"timeout\"" : "null");
	}
	assert_int_equal(write(s.log, buf_str(&b), b.len), (ssize_t)b.len);
	buf_free(&b);
}

static long resident_kb(pid_t pid)
{
	char path[64], line[200];
	long kb = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		(void)sscanf(line, "VmRSS: %ld", &kb);
	}
	if (f != NULL) {
		fclose(f);
	}
	return kb;
}

static void sample(void)
{
	if (now_ms() < s.next_sample_ms) {
		return;
	}
	s.next_sample_ms = now_ms() + SAMPLE_MS;
	for (size_t i = 0; i < COUNT_OF(s.watched); i++) {
		struct watched *w = &s.watched[i];

		if (w->n < MOST_SAMPLES) {
			w->kb[w->n++] = resident_kb(w->pid);
		}
	}
}

static int compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static long median(const long *kb, size_t n)
{
	long sorted[MOST_SAMPLES];

	memcpy(sorted, kb, n * sizeof(*kb));
	qsort(sorted, n, sizeof(*sorted), compare);
	return sorted[n / 2];
}

static void check_memory(void)
{
	for (size_t i = 0; i < COUNT_OF(s.watched); i++) {
		const struct watched *w = &s.watched[i];
		size_t quarter = w->n / 4;

		if (quarter < 3) {
			continue; /* too short a life */
		}
		long before = median(w->kb + quarter, quarter), after = median(w->kb + w->n - quarter, quarter);

		print_message("%s: %ld KB resident in the second quarter, %ld KB in the last\n", w->name, before, after);
		if (after > before + GROWTH_KB) {
			fail_msg("%s grows", w->name);
		}
	}
}

/* -- the whole ----------------------------------------------------------------------------------------------------------------------- */

/* What the sanitizers wrote goes to stderr. Returns its length. */
static size_t show_reports(void)
{
	char *command = x_asprintf("cat %s/report.* 2>/dev/null", place.dir), bytes[4096];
	FILE *f = popen(command, "r");
	size_t sum = 0;

	for (size_t n; f != NULL && (n = fread(bytes, 1, sizeof(bytes), f)) > 0; sum += n) {
		(void)fwrite(bytes, 1, n, stderr);
	}
	if (f != NULL) {
		(void)pclose(f);
	}
	free(command);
	return sum;
}

static void check_prompts(void)
{
	static const char *const verify[] = { "prompt", "verify", NULL };
	struct buf out = { 0 }, err = { 0 };

	assert_int_equal(place_run(&place, verify, NULL, &out, &err), 0);
	print_message("prompt verify: %s", buf_str(&out));
	buf_free(&out);
	buf_free(&err);
}

static int setup(void **state)
{
	static const char *const simulate[] = { "--rate", "300", "--fail", "429=0.05", "--fail", "reset-mid=0.05", "--fail", "stall-mid=0.02", "--fail",
		"hostile=0.2", "--fail", "split=0.2", "--fail", "bad-json=0.05", NULL };
	static const char *const follow[] = { "import", "--follow", NULL, NULL };
	const char *args[4];
	char *options = NULL;

	(void)console_setup(state);
	options = x_asprintf("log_path=%s/report:quarantine_size_mb=8:detect_leaks=1:suppressions=%s/tests/soak/lsan.supp", place.dir, SONDE_SRCDIR);
	place_set(&place, "ASAN_OPTIONS", options);
	place_set(&place, "LSAN_OPTIONS", options);
	free(options);
	options = x_asprintf("log_path=%s/report:print_stacktrace=1", place.dir);
	place_set(&place, "UBSAN_OPTIONS", options);
	free(options);
	char *log = x_asprintf("%s/log", place.dir);
	place_configure(&place, "providers:\n  openai: {timeout_s: 5, max_in_flight: 3}\n  anthropic: {timeout_s: 5}\n"
				"targets:\n  safe: {model: openai/gpt-5.4-mini, fallback: [anthropic/claude-haiku-4-5]}\n");
	place_set(&place, "EDITOR", "true");
	place.has_no_echo = true; /* noise is sent at any time, also while an editor has the terminal */
	s.simulator = place_simulate(&place, simulate);
	s.log = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(s.log >= 0);
	memcpy(args, follow, sizeof(args));
	args[2] = log;
	s.follower = place_start(&place, args, "follower");
	s.watched[CONSOLES] = (struct watched){ .name = "import --follow", .pid = s.follower };
	s.watched[0].name = "first console";
	s.watched[1].name = "second console";
	free(log);
	return 0;
}

static int teardown(void **state)
{
	for (int i = 0; i < CONSOLES; i++) {
		pty_free(&s.consoles[i]);
	}
	if (s.follower > 0) {
		place_end(s.follower);
	}
	place_end(s.simulator);
	if (s.n_reported == 0) {
		(void)show_reports(); /* of a soak that failed before */
	}
	return console_teardown(state);
}

static void test_soak(void **state)
{
	const char *minutes = getenv("SOAK_MINUTES");

	(void)state;
	s.start_ms = now_ms();
	s.end_ms = s.start_ms + (minutes != NULL ? atof(minutes) : 20) * 60000;
	for (int i = 0; i < CONSOLES; i++) {
		start_console(i);
	}
	for (; now_ms() < s.end_ms; s.n_steps++) {
		int i = (int)chance(CONSOLES);

		act(i);
		(void)pty_pump(&s.consoles[1 - i], 0);
		write_lines();
		sample();
		if (s.n_steps % LOOK_EVERY == 0) {
			look(i);
		}
	}
	for (int i = 0; i < CONSOLES; i++) {
		end_console(i);
	}
	check_memory();
	kill(s.follower, SIGTERM);
	int status = place_wait(s.follower);
	s.follower = 0;
	assert_int_equal(status, 0);
	s.n_reported = show_reports();
	assert_int_equal(s.n_reported, 0);
	int n = place_check_store(&place);
	check_prompts();
	print_message("%llu steps, %llu starts, %llu stops, %llu lines followed, %d calls stored\n", s.n_steps, s.n_starts, s.n_stops, s.n_lines, n);
	place_check_count(&place, "soak", (int)s.n_lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_soak, setup, teardown) };
	const char *seed = getenv("SOAK_SEED");

#ifndef __SANITIZE_ADDRESS__
	print_message("without AddressSanitizer: errors of memory and leaks are not looked for\n");
#endif
	s.random = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
	print_message("SOAK_SEED=%llu\n", (unsigned long long)s.random);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
