/* migrate - brings the schema of a store up to date with data/migrations/NNN-name.sql.
 * user_version is the number of the last one applied; each runs in one IMMEDIATE transaction together with its number, so a store
 * is always at a whole version, whoever is killed when. */
#ifndef SONDE_STORE_MIGRATE_H
#define SONDE_STORE_MIGRATE_H

#include "store/sql.h"

/* The number of the newest migration. */
int migrate_newest(void);
/* Applies what is missing up to and including number `to` (migrate_newest() unless a test wants an old store).
 * Fails for a database of another program and for a store that a newer sonde has changed. */
bool migrate_run(struct sql *s, int to, struct err *e) SONDE_MUST_CHECK;
/* Refuses what migrate_run would refuse and changes nothing; *is_current says whether nothing is missing. */
bool migrate_check(struct sql *s, bool *is_current, struct err *e) SONDE_MUST_CHECK;
/* sql_open of a store that is at the newest version, or made so: also for reading, for one of an older sonde would lack the newer tables. */
struct sql *migrate_open(const char *dir, enum sql_mode mode, struct err *e) SONDE_MUST_CHECK;

#endif
