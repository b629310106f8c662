#include "prompt/author.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "text/clean.h"

#define CELLS_MOST 60

/* What the system knows, NULL for nothing: which is also what it says without memory. */
static void *found(void *p)
{
	if (p == NULL && errno == ENOMEM) {
		x_out_of_memory();
	}
	return p;
}

static char *from_git(void)
{
	FILE *f = found(popen("git config user.name 2>/dev/null", "re"));
	char line[256] = "";

	if (f == NULL) {
		return NULL;
	}
	size_t len = fread(line, 1, sizeof(line) - 1, f);

	(void)pclose(f);
	len = strcspn(line, "\n");
	return len > 0 ? clean_line(line, len, CELLS_MOST) : NULL;
}

char *prompt_author(void)
{
	char *name = from_git();

	errno = 0;
	const struct passwd *p = name == NULL ? found(getpwuid(getuid())) : NULL;

	return name != NULL ? name : x_strdup(p != NULL ? p->pw_name : "");
}
