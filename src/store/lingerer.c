/* From /proc/locks, and not by asking for the lock (F_GETLK): that needs the file open, and closing it again would drop all locks that SQLite holds
 * on it in this process. */
#include "store/lingerer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"

/* Bytes of the -shm file that stand for readers: WAL_READ_LOCK(0..4) in SQLite's os_unix.c and wal.c (3.x). */
#define READ_FIRST 123
#define READ_LAST 127

static void read_name(struct lingerer *l)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)l->pid);
	FILE *f = fopen(path, "re");

	if (f != NULL) {
		if (fgets(l->name, sizeof(l->name), f) == NULL) {
			l->name[0] = '\0';
		}
		l->name[strcspn(l->name, "\n")] = '\0';
		(void)fclose(f);
	}
}

bool lingerer_find(const char *path, struct lingerer *out)
{
	char *shm = x_asprintf("%s-shm", path), line[256];
	FILE *f = fopen("/proc/locks", "re");
	struct stat st;
	bool is_found = false, is_there = stat(shm, &st) == 0;

	*out = (struct lingerer){ .pid = 0 };
	while (f != NULL && is_there && !is_found && fgets(line, sizeof(line), f) != NULL) {
		unsigned major, minor;
		unsigned long inode;
		long first, last;
		int pid;

		/* "5: POSIX  ADVISORY  READ 1234 fe:00:5678 123 123"; a waiting one has "->", the end may be "EOF". */
		if (sscanf(line, "%*d: POSIX ADVISORY READ %d %x:%x:%lu %ld %ld", &pid, &major, &minor, &inode, &first, &last) != 6) {
			continue;
		}
		is_found = inode == st.st_ino && makedev(major, minor) == st.st_dev && first <= READ_LAST && last >= READ_FIRST && pid != getpid();
		out->pid = is_found ? (pid_t)pid : 0;
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	free(shm);
	if (is_found) {
		read_name(out);
	}
	return is_found;
}
