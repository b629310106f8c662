/* sync - the registry and a directory of plain files, one way or both.
 * What a file holds is replaced only when it is a version of its prompt: nothing that is in one place only is ever overwritten.
 * Each prompt is told by one event. The names and text of an event are borrowed, and may come from a file: to be cleaned before they are shown. */
#ifndef SONDE_PROMPT_SYNC_H
#define SONDE_PROMPT_SYNC_H

#include "prompt/import.h"
#include "prompt/registry.h"

enum sync_what {
	SYNC_SAME,     /* nothing to do */
	SYNC_WRITTEN,  /* registry to file */
	SYNC_SAVED,    /* file to registry, as a new version */
	SYNC_REMOVED,  /* the file was removed, or the prompt is left out from now on */
	SYNC_OTHER,    /* a file that is no prompt was passed over */
	SYNC_KEPT,     /* what is gone in one place was kept in the other */
	SYNC_CONFLICT, /* both changed; neither was touched */
	SYNC_FAILED
};
extern const char *const sync_words[]; /* "unchanged", "written", ... by the enum */

struct sync_event {
	enum sync_what what;
	const char *name, *path; /* "" when there is none */
	int number;              /* version it is about; 0: none */
	const char *text, *hint; /* why, what to do; "" */
	const struct import *import; /* of a file that was read: its format and notes; NULL */
	const struct bundle *file, *newest; /* of a conflict: what the file holds, and the newest version; else NULL */
};

struct sync {
	struct registry *registry;
	const char *author;
	const char *label;  /* export: the version of this label; NULL: the newest */
	const char *format; /* import: of importers; NULL: told apart */
	const char *name;   /* import of one prompt: what to call it; export: only this one. NULL */
	bool replaces;      /* export: also a file that holds what is no version */
	bool deletes;       /* sync: what is gone in one place goes in the other */
	void (*tell)(void *ctx, const struct sync_event *ev);
	void *ctx;
};

/* False with e when it could not be begun (ERR_USAGE: the file or directory cannot be read); what went wrong with one prompt is an event. */
bool sync_export(struct sync *s, const char *dir, struct err *e) SONDE_MUST_CHECK;
bool sync_import(struct sync *s, const char *path, struct err *e) SONDE_MUST_CHECK;
/* state: a file that remembers what both had when they were last equal. */
bool sync_both(struct sync *s, const char *dir, const char *state, struct err *e) SONDE_MUST_CHECK;

#endif
