#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "store/store.h"

int store_watch_open(const char *dir)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	/* Every commit writes to sonde.db-wal; ours then change the time of sonde.db (sql_commit). The directory is watched, not those files:
	 * they come and go with the writers. */
	if (fd >= 0 && inotify_add_watch(fd, dir, IN_MODIFY | IN_ATTRIB | IN_ONLYDIR) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Other files of the directory (a kept session, a copy) are no news, nor are the owners that SQLite gives to -wal and -shm when it opens them. */
bool store_watch_drain(int fd)
{
	static const char store[] = "sonde.db"; /* and -wal, -shm */
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool is_written = false;
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) > 0) {
		const struct inotify_event *ev;

		for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*ev) + ev->len)) {
			ev = (const struct inotify_event *)(const void *)(events + at);
			/* Without a name it says that some were lost. */
			is_written = is_written || ev->len == 0 ||
			    (ev->mask & IN_ATTRIB ? strcmp(ev->name, store) : strncmp(ev->name, store, sizeof(store) - 1)) == 0;
		}
	}
	return is_written;
}
