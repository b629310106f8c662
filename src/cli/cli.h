/* cli - the headless commands: one file a command, each ends in a const row of the command table.
 * stdout carries the answer only; progress and errors go to stderr. A command returns its exit status. */
#ifndef SONDE_CLI_CLI_H
#define SONDE_CLI_CLI_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct cli_command {
	const char *name;     /* "run" */
	const char *summary;  /* one line */
	const char *usage;    /* "sonde run [-m TARGET]... [TEXT|-]" */
	const char *help;     /* the options, one a line, and an example; printed by `sonde help NAME` */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* Before any command: a closed pipe is an error of write and an exit status of its own; without memory JSON ends the program. */
void cli_begin(void);
/* Prints "sonde: TEXT" and the hint to stderr (cleaned for a terminal) and returns the exit status of its code. */
int cli_fail(const struct err *e);
/* Same for wrong usage: also names `sonde help COMMAND`. Returns 2. */
int cli_usage(const struct cli_command *c, const char *fmt, ...) SONDE_PRINTF(2, 3);
/* getopt_long without words of its own. */
struct option;
int cli_option(int argc, char **argv, const char *shorts, const struct option *longs);
/* What its '?' comes to: names the option that is unknown or lacks its value. Returns 2. */
int cli_bad_option(const struct cli_command *c, char **argv);
/* Writes to stdout. False when nobody takes it any more: whoever makes more of it may stop; cli_finish says how it ends. */
bool cli_out(const char *bytes, size_t len);
/* Appends a text as standard output is to have it: byte for byte, and for a terminal without what that would obey. */
void cli_add_text(struct buf *out, const char *text, size_t len);
/* Flushes stdout; false as above. */
bool cli_out_flush(void);
/* The end of every command, called once by main: flushes stdout and gives the status to exit with: `status`, 141 without a word when the
 * reader of a pipe has gone, or 1 with a sentence when stdout cannot take it for another reason. */
int cli_finish(int status);
/* Reads a whole file or stdin ("-"). Limit 64 MiB. */
bool cli_read(const char *path, struct buf *out, struct err *e) SONDE_MUST_CHECK;
/* "24h" or ISO 8601 to microseconds since the epoch, a span counting back from now. */
bool cli_time(const char *text, int64_t now_us, int64_t *us, struct err *e) SONDE_MUST_CHECK;
/* A whole number within lo..hi. */
bool cli_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *e) SONDE_MUST_CHECK;
struct config;
/* Prints all problems of the configuration to stderr. 0, or the status of ERR_CONFIG when there are any. */
int cli_check_config(const struct config *c);
/* The data directory (the caller's), or ERR_CONFIG when none is known. */
char *cli_data_dir(struct err *e);
#endif
