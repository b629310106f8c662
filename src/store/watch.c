#include <sys/inotify.h>
#include <unistd.h>

#include "store/store.h"

int store_watch_open(const char *dir)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	/* Every commit writes to sonde.db-wal. The directory is watched, not that file: it comes and goes with the writers. */
	if (fd >= 0 && inotify_add_watch(fd, dir, IN_MODIFY | IN_ONLYDIR) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

void store_watch_drain(int fd)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(fd, events, sizeof(events)) > 0) {
	}
}
