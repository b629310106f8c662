/* import - what reading logs once, following them and looking at them (`sonde metrics FILE`) share. */
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

/* On standard error: the first lines that were left out, and how many more. For whoever reads logs. */
void import_tell_bad(const char *name, const struct ingest_result *r);
/* Opens a file of lines, "-" is standard input; close it unless it is that. -1: e says why. *name: for a person, borrowed. */
int import_open(const char *path, const char **name, struct err *e);
/* Says what became of one file, and adds it to the sums. */
void import_tell(struct import *im, const char *path, const struct ingest_result *r);
/* Says that a file was not read to its end. */
void import_fail(struct import *im, const char *path, struct err *e);
/* Until SIGINT or SIGTERM. False when none of the files can be followed. */
bool import_follow(struct import *im, int n, char **paths, struct err *e);

#endif
