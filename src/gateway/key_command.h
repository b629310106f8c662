/* key_command - runs the command of the configuration that prints a key. */
#ifndef SONDE_GATEWAY_KEY_COMMAND_H
#define SONDE_GATEWAY_KEY_COMMAND_H

#include "base/err.h"

/* Whether a key can go into a header: printable ASCII, not empty, at most 8 KiB. */
bool key_is_clean(const char *key);
/* Runs `command` by /bin/sh -c with no input and its error output dropped, waits at most timeout_ms (then kills its process group), and
 * hands out the first line it printed, which is the caller's and a clean key. NULL with ERR_AUTH, which never repeats what was printed. */
char *key_command_run(const char *command, int timeout_ms, struct err *e);

#endif
