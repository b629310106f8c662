/* draft - unsaved texts of prompts, kept at every pause, so that they are found again after a crash or a lost line. One a prompt and console:
 * two consoles that edit one prompt see of each other, and neither loses its text.
 * A console is a process of this machine: the store is on none that machines share. */
#ifndef SONDE_PROMPT_DRAFT_H
#define SONDE_PROMPT_DRAFT_H

#include "prompt/registry.h"

struct draft {
	int base;        /* the version it began from; 0: none */
	int64_t time_us;
	struct buf script;
};
void draft_free(struct draft *d);

/* This process's draft of a prompt, instead of the one before. */
bool draft_keep(struct registry *r, const char *name, int base, const char *script, size_t len, struct err *e) SONDE_MUST_CHECK;
/* It is not wanted any more; or it is saved, as this script: then only that one is dropped. None is fine. */
bool draft_drop(struct registry *r, const char *name, struct err *e) SONDE_MUST_CHECK;
bool draft_drop_saved(struct registry *r, const char *name, const char *script, size_t len, struct err *e) SONDE_MUST_CHECK;
/* This process's own, else the newest one of a console that has ended, which becomes its own: of two that ask at once one gets it. *is_found
 * false: there is none. */
bool draft_take(struct registry *r, const char *name, struct draft *out, bool *is_found, struct err *e) SONDE_MUST_CHECK;
/* How many other consoles that run have one of it. */
bool draft_others(struct registry *r, const char *name, size_t *n, struct err *e) SONDE_MUST_CHECK;

/* The names of the prompts that a draft can be taken of, each once, in order: also of those that have no version yet. The caller's, as is the
 * array. */
bool drafts_list(struct registry *r, char ***names, size_t *n, struct err *e) SONDE_MUST_CHECK;

#endif
