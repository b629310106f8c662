/* bulk - what importers need beside store.h: whether a call is there, and how far a followed log was read, written with its rows. */
#ifndef SONDE_STORE_BULK_H
#define SONDE_STORE_BULK_H

#include "store/policy.h"
#include "store/store.h"

/* What is kept of the rows: how they are redacted, see intake.h. Borrowed; NULL (at first): all of it. */
void bulk_set_policy(struct bulk *b, const struct store_policy *policy);
const struct redact *bulk_redact(const struct bulk *b);
/* How many rows were left out since opening, being older than what was removed for its age. */
uint64_t bulk_expired(const struct bulk *b);
/* Removes what is older than it is kept, for at most about budget_us; *is_all: nothing more is. */
bool bulk_expire(struct bulk *b, int64_t budget_us, bool *is_all, struct err *e) SONDE_MUST_CHECK;

/* Whether a call of that id is there; false also when the store cannot say. */
bool bulk_has(struct bulk *b, struct call_id id);

/* How far a log was read: see data/migrations/004-ingest.sql. */
struct bulk_position {
	const char *path;
	uint64_t device, inode;
	int64_t offset, line;
	uint64_t hash;
	int64_t at_us; /* when the file was last written to, as far as it was read */
};
/* As bulk_add, but all rows and the position in one transaction: n is small. n may be 0. */
bool bulk_add_until(struct bulk *b, const struct call_row *rows, size_t n, const struct bulk_position *position, uint64_t *added,
    struct err *e) SONDE_MUST_CHECK;
/* The positions of a path, the latest at_us first, at most max. Their path is the argument. */
bool bulk_positions(struct bulk *b, const char *path, struct bulk_position *positions, size_t max, size_t *n, struct err *e) SONDE_MUST_CHECK;

#endif
