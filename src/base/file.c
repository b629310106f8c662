#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static bool failed(const char *what, const char *path, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "cannot %s %s: %s", what, path, strerror(errno));
}

bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e)
{
	char bytes[16384];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno != EINTR) {
			return failed("read", name, e);
		}
		if (n > 0 && !buf_add(out, bytes, (size_t)n)) {
			return err_set(e, ERR_INTERNAL, "cannot read %s: it is over %zu MiB", name, out->limit >> 20);
		}
	}
	return true;
}

bool file_read(const char *path, struct buf *out, bool *is_missing, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (is_missing != NULL) {
		*is_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
	}
	if (fd < 0) {
		return failed("read", path, e);
	}
	bool ok = file_read_fd(fd, path, out, e);
	(void)close(fd);
	return ok;
}

bool file_write_fd(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR) {
			return false;
		}
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool file_replace(const char *path, const char *bytes, size_t len, struct err *e)
{
	char *beside = x_asprintf("%s.XXXXXX", path);
	int fd = mkostemp(beside, O_CLOEXEC);
	bool ok = fd >= 0 && file_write_fd(fd, bytes, len) && fsync(fd) == 0;

	if (fd >= 0) {
		ok = close(fd) == 0 && ok;
	}
	ok = (ok && rename(beside, path) == 0) || failed("write", path, e);
	if (!ok && fd >= 0) {
		(void)unlink(beside);
	}
	free(beside);
	return ok;
}
