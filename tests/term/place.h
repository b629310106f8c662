/* place - where the programs of a test live: temporary HOME, SONDE_DATA and TMPDIR, an environment made from nothing (no keys, TZ=UTC),
 * and programs without a terminal in it. The program under test is $SONDE. */
#ifndef SONDE_TESTS_TERM_PLACE_H
#define SONDE_TESTS_TERM_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct place {
	char dir[64];
	char **env; /* NULL-terminated */
	size_t n, cap;
	bool has_no_echo; /* the terminal of pty_start shows nothing by itself, in no mode: all that comes is of the program */
};

void place_make(struct place *p);
void place_remove(struct place *p);
/* Replaces an earlier value; NULL unsets. */
void place_set(struct place *p, const char *name, const char *value);
/* Borrowed until the next place_set; NULL when it is not set. */
const char *place_get(const struct place *p, const char *name);
/* The program under test. */
const char *place_program(void);
/* Empties one of its directories: "home", "data" or "tmp". */
void place_clear(const struct place *p, const char *sub);
/* Writes a file of that name in the place, and returns its path, the caller's. */
char *place_write(const struct place *p, const char *name, const char *text);
/* Writes the configuration its programs read. */
void place_configure(struct place *p, const char *fmt, ...) SONDE_PRINTF(2, 3);
/* Fails the test unless the store of the place passes SQLite's own check and its rollups say what its rows say. Returns the number of calls in it; without a store 0. */
int place_check_store(const struct place *p);
/* Fails the test unless that many calls in it are of the provider. */
void place_check_count(const struct place *p, const char *provider, int n);
/* Fails the test when any file below the place holds the text. */
void place_holds_not(const struct place *p, const char *text);

/* Runs `sonde ARGS` to its end without a terminal. input, out and err may be NULL. Returns its exit status. */
int place_run(const struct place *p, const char *const args[], const char *input, struct buf *out, struct buf *err);
/* Starts `sonde ARGS` without a terminal; what it says goes to the file of that name in the place. Returns its process. */
pid_t place_start(const struct place *p, const char *const args[], const char *file);
/* Waits for its end; returns as place_run. */
int place_wait(pid_t pid);
/* Starts `sonde simulate ARGS` and puts the addresses it prints into the environment. Returns its process. */
pid_t place_simulate(struct place *p, const char *const args[]);
void place_end(pid_t pid);

#endif
