/* run - the console on a terminal and the event loop: reads input, paints frames, follows resizes and signals.
 * Input paints at once, other changes within a frame (option fps), and nothing wakes up when nothing moves. */
#ifndef SONDE_UI_RUN_H
#define SONDE_UI_RUN_H

#include "app/app.h"
#include "ui/console.h"

/* Runs until the person quits; returns the exit status of the process. Takes over app->on_change while it runs. first: the id of the screen
 * shown first, NULL: that of the session, or the first one. session: taken up at first, and kept in the app's data directory a moment after each
 * input and at the end; NULL: nothing is kept. notice: said at first; NULL: nothing. */
int console_run(struct app *app, const struct screen *const *screens, size_t n, const char *first, struct session *session,
    const char *notice);

#endif
