/* run - the console on a terminal and the event loop: reads input, paints frames, follows resizes and signals.
 * Input paints at once, other changes within a thirtieth of a second, and nothing wakes up when nothing moves. */
#ifndef SONDE_UI_RUN_H
#define SONDE_UI_RUN_H

#include "app/app.h"
#include "ui/console.h"

/* Runs until the person quits; returns the exit status of the process. `first` is the id of the screen shown first, NULL: the first one.
 * Takes over app->on_change while it runs. */
int console_run(struct app *app, const struct screen *const *screens, size_t n, const char *first);

#endif
