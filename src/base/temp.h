/* temp - files and directories for a while: below TMPDIR, with a name of their own, for nobody else (0600, 0700). Who makes one removes it. */
#ifndef SONDE_BASE_TEMP_H
#define SONDE_BASE_TEMP_H

#include "base/err.h"

#define TEMP_DIR "/tmp"         /* without TMPDIR */
#define TEMP_DIR_LARGE "/var/tmp" /* of what may not fit into memory, which /tmp often is */

/* Opens DIR/sonde-WHAT-XXXXXX with that ending, closed on exec. -1 and ERR_INTERNAL with what to do. *path is the caller's. */
int temp_file(const char *dir, const char *what, const char *ending, char **path, struct err *e) SONDE_MUST_CHECK;
/* Makes such a directory; NULL as above. */
char *temp_dir(const char *what, struct err *e) SONDE_MUST_CHECK;

#endif
