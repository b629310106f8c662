/* exporter - what the Metrics screen shows, into a file: its calls or the table of its groups, of the present stretch of time, group and filter.
 * Written on a worker thread, one at a time; how it ended is news of the app (app_say). */
#ifndef SONDE_APP_EXPORTER_H
#define SONDE_APP_EXPORTER_H

#include "app/app.h"

enum export_what { EXPORT_THE_CALLS, EXPORT_THE_GROUPS };

struct exporter;
struct exporter *exporter_new(struct app *app);
/* Call exporter_stop, and wait for the jobs, before. */
void exporter_free(struct exporter *x);
/* Gives up what is being written; nothing is left of it. */
void exporter_stop(struct exporter *x);
/* The end of the path, .csv or .jsonl, says the form; JSONL is always of calls. False, with e: nothing was begun. */
bool exporter_start(struct exporter *x, enum export_what what, const char *path, bool replaces, struct err *e) SONDE_MUST_CHECK;

#endif
