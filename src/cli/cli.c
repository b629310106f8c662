#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/xdg.h"
#include "gateway/config.h"
#include "store/memory.h"
#include "text/clean.h"

#define READ_LIMIT ((size_t)64 << 20)
#define STATUS_CLOSED_PIPE 141

void cli_begin(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	json_use_x_malloc();
	store_use_x_malloc();
}

int cli_fail(const struct err *e)
{
	char text[sizeof(e->text)], hint[sizeof(e->hint)];

	clean_line_into(e->text, text, sizeof(text));
	clean_line_into(e->hint, hint, sizeof(hint));
	(void)fflush(stdout);
	fprintf(stderr, "sonde: %s\n", text);
	if (hint[0] != '\0') {
		fprintf(stderr, "       %s\n", hint);
	}
	return err_exit_status(e->code != ERR_NONE ? e->code : ERR_INTERNAL);
}

int cli_usage(const struct cli_command *c, const char *fmt, ...)
{
	struct err e = { .code = ERR_USAGE };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e.text, sizeof(e.text), fmt, ap);
	va_end(ap);
	err_hint(&e, "usage: %s (sonde help %s)", c->usage, c->name);
	return cli_fail(&e);
}

int cli_option(int argc, char **argv, const char *shorts, const struct option *longs)
{
	opterr = 0; /* its words would come beside ours, with what was typed as it is */
	return getopt_long(argc, argv, shorts, longs, NULL);
}

int cli_bad_option(const struct cli_command *c, char **argv)
{
	char letter[] = { '-', (char)optopt, '\0' };
	/* A long option that is unknown leaves no letter; one that lacks its value is the last word; one that
	 * takes none has it behind "=". */
	const char *word = argv[optind - 1];
	bool is_long = optopt == 0 || (strncmp(word, "--", 2) == 0 && (argv[optind] == NULL || strchr(word, '=') != NULL));

	if (is_long && strchr(word, '=') != NULL && optopt != 0) {
		return cli_usage(c, "'%.*s' of sonde %s takes no value", (int)strcspn(word, "="), word, c->name);
	}
	if (is_long) {
		return cli_usage(c, optopt == 0 ? "'%.60s' is no option of sonde %s" : "'%.60s' of sonde %s lacks its value", word, c->name);
	}
	return cli_usage(c, "'%s' is no option of sonde %s, or lacks its value", letter, c->name);
}

/* Texts have been cleaned by now; JSON may have the controls U+0080 to U+009F as they are, and terminals obey some of them. */
static bool put_for_terminal(const char *bytes, size_t len)
{
	size_t from = 0;
	bool ok = true;

	for (size_t i = 0; ok && i + 1 < len; i++) {
		unsigned char next = (unsigned char)bytes[i + 1];

		if ((unsigned char)bytes[i] == 0xC2 && next >= 0x80 && next < 0xA0) {
			ok = fwrite(bytes + from, 1, i - from, stdout) == i - from && fprintf(stdout, "\\u%04x", next) > 0;
			from = i + 2;
			i++;
		}
	}
	return ok && fwrite(bytes + from, 1, len - from, stdout) == len - from;
}

bool cli_out(const char *bytes, size_t len)
{
	return isatty(STDOUT_FILENO) ? put_for_terminal(bytes, len) : fwrite(bytes, 1, len, stdout) == len;
}

void cli_add_text(struct buf *out, const char *text, size_t len)
{
	if (!isatty(STDOUT_FILENO)) {
		(void)buf_add(out, text, len);
		return;
	}
	char *clean = clean_text(text, len);

	(void)buf_add_str(out, clean);
	free(clean);
}

bool cli_out_flush(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

/* Why stdout takes no more. The stream forgets the reason of an earlier failure: one more byte meets it again. */
static int output_error(void)
{
	errno = 0;
	if (fputc('\n', stdout) == EOF || fflush(stdout) != 0) {
		return errno;
	}
	return EIO;
}

/* A pipe whose reader has gone polls as an error. */
static bool is_closed_pipe(int why)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return why == EPIPE || (poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0);
}

int cli_finish(int status)
{
	if (cli_out_flush()) {
		return status;
	}
	int why = output_error();

	if (is_closed_pipe(why)) {
		return STATUS_CLOSED_PIPE;
	}
	fprintf(stderr, "sonde: cannot write the output: %s\n", strerror(why));
	return status != 0 ? status : 1;
}

bool cli_read(const char *path, struct buf *out, struct err *e)
{
	out->limit = READ_LIMIT;
	if (strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, "standard input", out, e) : file_read(path, out, NULL, e)) {
		return true;
	}
	e->code = ERR_USAGE;
	return false;
}

bool cli_time(const char *text, int64_t now_us, int64_t *us, struct err *e)
{
	int64_t span;

	if (strcmp(text, "now") == 0) {
		*us = now_us;
		return true;
	}
	if (clock_parse_span(text, &span)) {
		*us = now_us - span;
		return true;
	}
	if (clock_parse_iso(text, strlen(text), us)) {
		return true;
	}
	err_set(e, ERR_USAGE, "'%.60s' is no time", text);
	return err_hint(e, "give a span back from now (15m, 24h, 7d) or a date (2026-11-23 or 2026-11-23T10:00:00Z)");
}

bool cli_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *e)
{
	char *end;

	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || v < lo || v > hi) {
		return err_set(e, ERR_USAGE, "'%.60s' is no whole number from %lld to %lld", text, (long long)lo, (long long)hi);
	}
	*out = v;
	return true;
}

int cli_check_config(const struct config *c)
{
	int status = 0;

	for (size_t i = 0; i < c->n_problems; i++) {
		struct err e = c->problems[i];

		e.code = ERR_CONFIG;
		status = cli_fail(&e);
	}
	return status;
}

char *cli_data_dir(struct err *e)
{
	char *dir = xdg_data_dir();

	if (dir == NULL) {
		err_set(e, ERR_CONFIG, "no data directory is known");
		err_hint(e, "set HOME, or SONDE_DATA to a directory");
	}
	return dir;
}
