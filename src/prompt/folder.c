#include "prompt/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

#define DEPTH_MOST 32

static bool failed(const char *what, const char *path, struct err *e)
{
	return err_set(e, ERR_CHECK, "cannot %s %.150s: %s", what, path, strerror(errno));
}

static char *without_ending(const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name, *dot = strrchr(base, '.');

	return dot != NULL && dot != base ? x_strndup(name, (size_t)(dot - name)) : x_strdup(name);
}

/* prefix: of names, "" or "support/". */
static bool walk(const char *dir, const char *prefix, int depth, struct folder *out, struct err *e)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, NULL, alphasort);
	bool ok = n >= 0 || failed("read", dir, e);

	if (ok && depth > DEPTH_MOST) {
		ok = err_set(e, ERR_CHECK, "%.150s: directories nested deeper than %d", dir, DEPTH_MOST);
	}
	for (int i = 0; i < n; i++) {
		const char *base = entries[i]->d_name;
		char *path = x_asprintf("%s/%s", dir, base), *name = x_asprintf("%s%s", prefix, base);
		struct stat st;

		if (!ok || base[0] == '.' || lstat(path, &st) != 0) {
			/* hidden, or gone since */
		} else if (S_ISDIR(st.st_mode)) {
			char *deeper = x_asprintf("%s/", name);

			ok = walk(path, deeper, depth + 1, out, e);
			free(deeper);
		} else if (S_ISREG(st.st_mode)) {
			*array_push(out->files, out->n, out->cap) = (struct folder_file){ x_strdup(path), without_ending(name) };
		}
		free(path);
		free(name);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

bool folder_read(const char *dir, struct folder *out, struct err *e)
{
	*out = (struct folder){ .n = 0 };
	if (walk(dir, "", 1, out, e)) {
		return true;
	}
	folder_free(out);
	return false;
}

void folder_one(const char *path, struct folder *out)
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;

	*out = (struct folder){ .n = 0 };
	/* A pattern of Fabric is called like its directory. */
	if (strcmp(base, "system.md") == 0) {
		while (slash != NULL && slash > path && slash[-1] != '/') {
			slash--;
		}
		base = slash != NULL ? slash : base;
	}
	*array_push(out->files, out->n, out->cap) = (struct folder_file){ x_strdup(path), without_ending(base) };
}

void folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->files[i].path);
		free(f->files[i].name);
	}
	free(f->files);
	*f = (struct folder){ .n = 0 };
}

char *folder_path(const char *dir, const char *name, struct err *e)
{
	for (const char *p = name; p != NULL; p = strchr(p, '/') != NULL ? strchr(p, '/') + 1 : NULL) {
		if (*p == '.') {
			(void)err_set(e, ERR_CHECK, "%.128s cannot be a file: a part of its name begins with a dot", name);
			return NULL;
		}
	}
	return x_asprintf("%s/%s.yaml", dir, name);
}

static bool make_one(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0777) == 0) {
		return true;
	}
	if (errno != EEXIST || lstat(path, &st) != 0) {
		return failed("make", path, e);
	}
	if (S_ISDIR(st.st_mode)) {
		return true;
	}
	return err_set(e, ERR_CHECK, "%.150s is %s, not a directory", path, S_ISLNK(st.st_mode) ? "a link" : "a file");
}

bool folder_make(const char *dir, const char *path, struct err *e)
{
	struct stat st;
	bool ok = mkdir(dir, 0777) == 0 || errno == EEXIST || failed("make", dir, e);

	if (ok && (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))) {
		ok = err_set(e, ERR_CHECK, "%.150s is no directory", dir);
	}
	for (const char *p = strchr(path + strlen(dir) + 1, '/'); ok && p != NULL; p = strchr(p + 1, '/')) {
		char *part = x_strndup(path, (size_t)(p - path));

		ok = make_one(part, e);
		free(part);
	}
	return ok;
}
