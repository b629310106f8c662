#include "base/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* False: there is none of that number. */
static bool read_stat(long pid, char *state, unsigned long long *began)
{
	char path[40], line[1024];

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		return false;
	}
	size_t len = fread(line, 1, sizeof(line) - 1, f);

	(void)fclose(f);
	line[len] = '\0';
	const char *rest = strrchr(line, ')'); /* the name before it may hold anything */

	return rest != NULL &&
	    sscanf(rest, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", state, began) == 2;
}

void process_mark(char out[PROCESS_MARK_SIZE])
{
	unsigned long long began = 0;
	char state;

	(void)read_stat((long)getpid(), &state, &began);
	(void)snprintf(out, PROCESS_MARK_SIZE, "%ld.%llu", (long)getpid(), began);
}

bool process_runs(const char *mark)
{
	unsigned long long began;
	char *point, state;
	long pid = strtol(mark, &point, 10);

	if (pid <= 0 || !read_stat(pid, &state, &began) || state == 'Z' || state == 'X') {
		return false;
	}
	return *point != '.' || strtoull(point + 1, NULL, 10) == began;
}
