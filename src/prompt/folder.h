/* folder - the files below a directory that prompts are kept in: which ones there are, and where one of a name belongs.
 * Symbolic links are not followed below the directory itself: a checkout from elsewhere must not reach out of it. */
#ifndef SONDE_PROMPT_FOLDER_H
#define SONDE_PROMPT_FOLDER_H

#include <stddef.h>

#include "base/err.h"

struct folder_file {
	char *path;
	char *name; /* below the directory, without its ending: "support/triage" */
};
struct folder {
	struct folder_file *files; /* sorted by name; none that begins with a dot */
	size_t n, cap;
};

/* All regular files. ERR_CHECK when the directory cannot be read, or is nested deeper than 32. */
bool folder_read(const char *dir, struct folder *out, struct err *e) SONDE_MUST_CHECK;
void folder_free(struct folder *f);
/* A single file, as if it lay in a directory of its own. */
void folder_one(const char *path, struct folder *out);
/* DIR/NAME.yaml, the caller's. ERR_CHECK and NULL for a name that would be hidden there. */
char *folder_path(const char *dir, const char *name, struct err *e);
/* Makes what directories are missing for such a path, and refuses to go through links. */
bool folder_make(const char *dir, const char *path, struct err *e) SONDE_MUST_CHECK;

#endif
