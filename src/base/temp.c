#include "base/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *path_of(const char *dir, const char *what, const char *ending)
{
	const char *tmp = getenv("TMPDIR");

	return x_asprintf("%s/sonde-%s-XXXXXX%s", tmp != NULL && tmp[0] != '\0' ? tmp : dir, what, ending);
}

static bool failed(const char *kind, const char *path, struct err *e)
{
	err_set(e, ERR_INTERNAL, "no temporary %s can be made (%.150s): %s", kind, path, strerror(errno));
	return err_hint(e, "set TMPDIR to a directory that can be written");
}

int temp_file(const char *dir, const char *what, const char *ending, char **path, struct err *e)
{
	*path = path_of(dir, what, ending);
	int fd = mkostemps(*path, (int)strlen(ending), O_CLOEXEC);

	if (fd < 0) {
		(void)failed("file", *path, e);
		free(*path);
		*path = NULL;
	}
	return fd;
}

char *temp_dir(const char *what, struct err *e)
{
	char *path = path_of(TEMP_DIR, what, "");

	if (mkdtemp(path) == NULL) {
		(void)failed("directory", path, e);
		free(path);
		return NULL;
	}
	return path;
}
