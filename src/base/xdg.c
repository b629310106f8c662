#include "base/xdg.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static char *find(const char *override, const char *xdg, const char *under_home, const char *name)
{
	const char *v = override != NULL ? getenv(override) : NULL;

	if (v != NULL && v[0] != '\0') {
		return x_strdup(v);
	}
	/* The base directory specification says that relative paths here are to be ignored. */
	v = getenv(xdg);
	if (v != NULL && v[0] == '/') {
		return x_asprintf("%s/sonde%s", v, name);
	}
	v = getenv("HOME");
	if (v != NULL && v[0] != '\0') {
		return x_asprintf("%s/%s/sonde%s", v, under_home, name);
	}
	return NULL;
}

char *xdg_config_file(void)
{
	return find("SONDE_CONFIG", "XDG_CONFIG_HOME", ".config", "/config.yaml");
}

char *xdg_data_dir(void)
{
	return find("SONDE_DATA", "XDG_DATA_HOME", ".local/share", "");
}

char *xdg_cache_dir(void)
{
	return find(NULL, "XDG_CACHE_HOME", ".cache", "");
}

char *xdg_expand(const char *path)
{
	const char *home = getenv("HOME");

	return strncmp(path, "~/", 2) == 0 && home != NULL ? x_asprintf("%s%s", home, path + 1) : x_strdup(path);
}

char *xdg_absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/') {
		return x_strdup(path);
	}
	return x_asprintf("%s/%s", getcwd(cwd, sizeof(cwd)) != NULL ? cwd : ".", path);
}

bool xdg_make_dir(const char *path, struct err *e)
{
	char *p = x_strdup(path);
	bool ok = path[0] != '\0' || err_set(e, ERR_INTERNAL, "cannot make a directory without a name");

	for (char *at = p; ok && *at != '\0';) {
		char *slash = strchrnul(at + 1, '/');
		char c = *slash;
		struct stat st;

		*slash = '\0';
		if (mkdir(p, 0700) != 0 && errno != EEXIST) {
			ok = err_set(e, ERR_INTERNAL, "cannot make the directory %s: %s", p, strerror(errno));
		} else if (stat(p, &st) != 0 || !S_ISDIR(st.st_mode)) {
			ok = err_set(e, ERR_INTERNAL, "cannot make the directory %s: something else has that name", p);
		}
		*slash = c;
		at = slash;
	}
	free(p);
	return ok;
}
