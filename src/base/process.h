/* process - tells whether a process still runs by a mark that is kept in a file: its number alone would not do, for it is given again. */
#ifndef SONDE_BASE_PROCESS_H
#define SONDE_BASE_PROCESS_H

#include <stdbool.h>

#define PROCESS_MARK_SIZE 48

/* Of this process: its number, a point, and when it began in clock ticks since the machine's start (proc_pid_stat(5), field 22). */
void process_mark(char out[PROCESS_MARK_SIZE]);
/* False when it has ended, also when nobody has waited for it yet. Of a mark that is a number alone: whether any process has it. */
bool process_runs(const char *mark);

#endif
