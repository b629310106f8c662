/* lingerer - which processes hold an old state of a store: one that does not end its read transaction (stopped, in a debugger, a console of
 * another program) keeps the write-ahead log from being moved into the file, so that it grows. For store/ only. */
#ifndef SONDE_STORE_LINGERER_H
#define SONDE_STORE_LINGERER_H

#include <stdbool.h>
#include <sys/types.h>

struct lingerer {
	pid_t pid;
	char name[32]; /* of its program; "" when it is not to be known */
};
/* The first other process that is within a read transaction of the store at path now. False: none is known. */
bool lingerer_find(const char *path, struct lingerer *out);

#endif
