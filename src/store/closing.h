/* closing - whether the last process that wrote to a store closed it, or ended some other way: then the file is worth a check. A mark in
 * DIR/sonde.open, which is locked (flock) as long as a process has the store open; the last one to close it removes it.
 * For store/ only. */
#ifndef SONDE_STORE_CLOSING_H
#define SONDE_STORE_CLOSING_H

#include <stdbool.h>

/* *was_clean false: nobody has it open, and whoever had it last did not close it. Returns what closing_end takes; -1: no mark can be set, which is
 * no reason not to go on. */
int closing_begin(const char *dir, bool *was_clean);
/* Nobody else has it open at this moment. */
bool closing_is_alone(int fd);
/* is_clean false: the mark stays. */
void closing_end(const char *dir, int fd, bool is_clean);

#endif
