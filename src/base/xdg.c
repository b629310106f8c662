#include "base/xdg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static char *find(const char *override, const char *xdg, const char *under_home, const char *name)
{
	const char *v = getenv(override);

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

bool xdg_make_dir(const char *path, struct err *e)
{
	char *p = x_strdup(path);
	bool ok = true;

	for (char *slash = p + 1; ok; slash++) {
		slash = strchrnul(slash, '/');
		char c = *slash;

		*slash = '\0';
		if (mkdir(p, 0700) != 0 && errno != EEXIST) {
			err_set(e, ERR_INTERNAL, "cannot make the directory %s: %s", p, strerror(errno));
			ok = false;
		}
		*slash = c;
		if (c == '\0') {
			break;
		}
	}
	free(p);
	return ok;
}
