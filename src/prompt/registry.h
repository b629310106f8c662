/* registry - prompts, their immutable versions, labels that move, and the journal of the moves, in the store's file (data/migrations/007-prompt.sql).
 * A connection of its own, for one thread at a time; each change is one short IMMEDIATE transaction. Rows are the caller's, to be freed by the
 * function named like them. Not here: what a version is made of (bundle.h), which version a user gets of a split (split.h), drafts (draft.h). */
#ifndef SONDE_PROMPT_REGISTRY_H
#define SONDE_PROMPT_REGISTRY_H

#include <stdint.h>

#include "prompt/bundle.h"
#include "prompt/split.h"

struct registry;

/* is_writing false: DIR/sonde.db must exist (ERR_CHECK, with how to begin as hint), and nothing is changed. */
struct registry *registry_open(const char *dir, bool is_writing, struct err *e) SONDE_MUST_CHECK;
void registry_close(struct registry *r);

#define PROMPT_NAME_MOST 128
#define PROMPT_LATEST "latest"         /* always the newest version; no label that moves */
#define PROMPT_PRODUCTION "production" /* what a name alone means, where it stands */
/* Versions and moves are written as of that time from now on: for a past that is made up. 0: when they are written. */
void registry_set_time(struct registry *r, int64_t now_us);
/* "support/triage": 1 to 128 bytes of ASCII letters, digits, '.', '_', '-', and '/' between parts. ERR_USAGE. */
bool prompt_name_check(const char *name, struct err *e) SONDE_MUST_CHECK;
/* 1 to 64 such bytes without '/'; not "latest", and nothing that reads as a number of a version ("v3"). ERR_USAGE. */
bool prompt_label_check(const char *label, struct err *e) SONDE_MUST_CHECK;

struct prompt_row {
	char *name;
	int n_versions; /* the newest one's number */
	int64_t created_us, changed_us; /* the newest version */
	char *labels;   /* "production v3, staging v4:90,v5:10"; "" */
};
/* By name. */
bool prompts_list(struct registry *r, struct prompt_row **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;
void prompt_rows_free(struct prompt_row *rows, size_t n);

struct version_row {
	char *name;         /* of the prompt */
	int number, parent; /* from 1; parent 0: none */
	char hash[BUNDLE_HASH_SIZE];
	int64_t time_us;
	char *author, *message;
	struct bundle bundle; /* .json NULL in lists */
};
void version_free(struct version_row *v);
void version_rows_free(struct version_row *rows, size_t n);
/* All of a prompt, newest first, without bundles. */
bool versions_list(struct registry *r, const char *name, struct version_row **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;

/* NAME, NAME@LABEL, NAME@vN, NAME@HASH (at least 6 hex digits); NAME alone is NAME@production when that label stands, else NAME@latest.
 * `key` chooses within a split (NULL: its largest arm). ERR_CHECK for what there is not, with the nearest as hint. *label is the label that was
 * followed, the caller's: "" when it was asked by number or hash. */
bool version_resolve(struct registry *r, const char *ref, const char *key, struct version_row *out, char **label, struct err *e) SONDE_MUST_CHECK;

/* Saves; makes the prompt when it is new. The same content as one of the prompt's versions makes none: *number is that one's and *is_new false.
 * parent 0: the newest. Includes are locked and checked for cycles; a template that cannot be parsed is refused (ERR_TEMPLATE). */
struct version_save {
	const char *name;
	int parent;
	const char *author, *message;
};
bool version_save(struct registry *r, const struct version_save *s, const struct bundle *b, int *number, bool *is_new, struct err *e) SONDE_MUST_CHECK;

/* A label and where it points. */
struct label_row {
	char *label;
	struct split split;
	int64_t moved_us;
	char *who, *why;
	int64_t move; /* id of the journal's row that made it so */
};
/* By name; without those that were taken away. */
bool labels_list(struct registry *r, const char *name, struct label_row **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;
/* ERR_CHECK: the prompt has no such label; the hint has those that are near. Returns false. */
bool label_unknown(struct registry *r, const char *name, const char *label, struct err *e);
void label_free(struct label_row *row);
void label_rows_free(struct label_row *rows, size_t n);

#define LABEL_MOVE_ANY ((int64_t)-1)
/* One move. expected: the id of the move the caller saw (0: the label did not stand): another's move in between is ERR_CHECK and tells whose.
 * LABEL_MOVE_ANY: whatever. A split with no arm takes the label away. The ranges of `to` are made from where the label points now. */
struct label_move {
	const char *name, *label;
	struct split to;
	int64_t expected;
	const char *who, *why;
	bool is_rollback; /* told to the gate */
};
/* Asked before each move, inside its transaction: false, with e, refuses it. The way for protected labels. */
typedef bool label_gate(void *ctx, const struct label_move *m, struct err *e);
void registry_set_gate(struct registry *r, label_gate *gate, void *ctx);
/* now may be NULL; else the label as it is then, the caller's. ERR_CHECK for a version there is not. */
bool label_set(struct registry *r, const struct label_move *m, struct label_row *now, struct err *e) SONDE_MUST_CHECK;
/* Back to what the label pointed to before its last move, with the same ranges; after a rollback, to what was before the move that this one
 * went back to: several in a row walk back. m->to is not read. ERR_CHECK when nothing is before. */
bool label_rollback(struct registry *r, const struct label_move *m, struct label_row *now, struct err *e) SONDE_MUST_CHECK;
/* Swaps what two labels point to, blue and green, in one transaction: m->label and `other`. */
bool label_swap(struct registry *r, const struct label_move *m, const char *other, struct err *e) SONDE_MUST_CHECK;

struct move_row {
	int64_t id, time_us;
	char *label, *who, *why;
	struct split from, to;
	bool is_rollback;
};
/* Newest first. */
bool moves_list(struct registry *r, const char *name, struct move_row **rows, size_t *n, struct err *e) SONDE_MUST_CHECK;
void move_rows_free(struct move_row *rows, size_t n);

/* "Who includes me": names of prompts whose newest or labelled versions include it; the caller's, as is the array. */
bool includers_list(struct registry *r, const char *name, char ***names, size_t *n, struct err *e) SONDE_MUST_CHECK;

/* Proves every stored hash anew, numbers, parents, includes and the journal; tells each fault. *n_checked versions. False only when it could not
 * be read. */
typedef void verify_fault(void *ctx, const char *name, int number, const char *what);
bool registry_verify(struct registry *r, verify_fault *fault, void *ctx, uint64_t *n_checked, uint64_t *n_faults, struct err *e) SONDE_MUST_CHECK;

#endif
