#include "store/closing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static char *path_of(const char *dir)
{
	return x_asprintf("%s/sonde.open", dir);
}

int closing_begin(const char *dir, bool *was_clean)
{
	char *path = path_of(dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;

	free(path);
	*was_clean = true;
	if (fd < 0) {
		return -1;
	}
	/* Alone: nobody else has it open, so a mark is one that was left. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*was_clean = fstat(fd, &st) != 0 || st.st_size == 0;
		if (*was_clean) {
			/* When the disk is full it cannot be told the next time. */
			(void)!write(fd, "open\n", 5);
		}
	}
	(void)flock(fd, LOCK_SH); /* whoever has it alone has it for a moment */
	return fd;
}

bool closing_is_alone(int fd)
{
	bool is_alone = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (fd >= 0) {
		(void)flock(fd, LOCK_SH); /* also after a refusal, which gives up what was held */
	}
	return is_alone;
}

void closing_end(const char *dir, int fd, bool is_clean)
{
	if (fd < 0) {
		return;
	}
	if (is_clean && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		char *path = path_of(dir);

		(void)unlink(path);
		free(path);
	}
	(void)close(fd);
}
