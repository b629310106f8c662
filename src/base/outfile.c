#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/xdg.h"

struct outfile {
	char *path, *draft;
	int fd;
	bool replaces;
};

static bool fail(const char *path, int why, struct err *e)
{
	char shown[ERR_QUOTE_SIZE];

	return err_set(e, ERR_INTERNAL, "cannot write %s: %s", err_quote(path, shown), strerror(why));
}

static bool refuse(const char *path, struct err *e)
{
	char shown[ERR_QUOTE_SIZE];

	return err_set(e, ERR_USAGE, "%s is there already", err_quote(path, shown));
}

static void release(struct outfile *f)
{
	if (f->fd >= 0) {
		(void)close(f->fd);
	}
	free(f->path);
	free(f->draft);
	free(f);
}

struct outfile *outfile_new(const char *path, bool replaces, struct err *e)
{
	struct outfile *f = x_calloc(1, sizeof(*f));
	struct stat st;

	f->path = xdg_expand(path);
	f->draft = x_asprintf("%s.XXXXXX", f->path);
	f->replaces = replaces;
	f->fd = -1;
	/* Told before the work; what appears meanwhile is seen at the end. */
	bool is_there = lstat(f->path, &st) == 0;
	bool ok = !is_there || replaces || refuse(f->path, e);

	if (ok && f->path[0] == '\0') {
		ok = fail("\"\"", ENOENT, e);
	}
	if (ok && is_there && !S_ISREG(st.st_mode)) {
		ok = fail(f->path, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, e);
	}
	if (ok) {
		f->fd = mkostemp(f->draft, O_CLOEXEC); /* 0600 */
		ok = f->fd >= 0 || fail(f->path, errno, e);
	}
	if (!ok) {
		release(f);
		return NULL;
	}
	return f;
}

bool outfile_write(struct outfile *f, const char *bytes, size_t len, struct err *e)
{
	return file_write_fd(f->fd, bytes, len) || fail(f->path, errno, e);
}

/* link fails where a file is, and so does a rename that is told not to replace it. A file system may know neither; it is asked once more. */
static bool put(struct outfile *f, struct err *e)
{
	struct stat st;

	if (!f->replaces && link(f->draft, f->path) == 0) {
		(void)unlink(f->draft);
		return true;
	}
	if (!f->replaces && errno != EEXIST && renameat2(AT_FDCWD, f->draft, AT_FDCWD, f->path, RENAME_NOREPLACE) == 0) {
		return true;
	}
	if (!f->replaces && (errno == EEXIST || lstat(f->path, &st) == 0)) {
		return refuse(f->path, e);
	}
	return rename(f->draft, f->path) == 0 || fail(f->path, errno, e);
}

bool outfile_keep(struct outfile *f, struct err *e)
{
	/* Some file systems find out late that they are full. */
	bool ok = fsync(f->fd) == 0 || errno == EINVAL || fail(f->path, errno, e);

	ok = ok && put(f, e);
	if (!ok) {
		(void)unlink(f->draft);
	}
	release(f);
	return ok;
}

void outfile_discard(struct outfile *f)
{
	if (f != NULL) {
		(void)unlink(f->draft);
		release(f);
	}
}
