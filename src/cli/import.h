/* import - what reading logs once and following them share. For import*.c only. */
#ifndef SONDE_CLI_IMPORT_H
#define SONDE_CLI_IMPORT_H

#include "base/buf.h"
#include "metrics/ingest.h"

struct import {
	struct bulk *bulk;
	const struct price_table *prices;
	int format;
	bool is_json, shows_progress;
	struct buf out;
	size_t n_unread;
	uint64_t good, bad; /* lines of all files */
	size_t n_files;
};

/* Says what became of one file, and adds it to the sums. */
void import_tell(struct import *im, const char *path, const struct ingest_result *r);
/* Says that a file was not read to its end. */
void import_fail(struct import *im, const char *path, struct err *e);
/* Until SIGINT or SIGTERM. False when none of the files can be followed. */
bool import_follow(struct import *im, int n, char **paths, struct err *e);

#endif
