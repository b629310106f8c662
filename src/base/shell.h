/* shell - starts a command of the person's by /bin/sh -c, apart from this process: a process group of its own, so that all of it can be
 * ended, no input, no error output, default signals. Whoever starts it waits for its end (waitpid). */
#ifndef SONDE_BASE_SHELL_H
#define SONDE_BASE_SHELL_H

#include <sys/types.h>

/* out: where its standard output goes, -1: nowhere. environment: NULL-terminated "NAME=VALUE"; NULL: that of this process.
 * The process, which leads its group, or -1 with errno. */
pid_t shell_start(const char *command, int out, char *const *environment);
/* Ends it and its group at once. Its status must still be taken. */
void shell_kill(pid_t pid);

#endif
