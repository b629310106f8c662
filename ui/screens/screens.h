/* screens - the rows of all screens. Each stands at the end of the file of its name. */
#ifndef SONDE_UI_SCREENS_SCREENS_H
#define SONDE_UI_SCREENS_SCREENS_H

#include "ui/screen.h"

struct app;
struct call_row;
struct call_body;
struct console;

extern const struct screen screen_prompts, screen_play, screen_metrics, screen_welcome;

/* A recorded request into Play, not sent, and the way there: metrics_open.c. Returns input bits. */
unsigned screens_open_in_play(struct console *c, struct app *app, const struct call_row *row, const struct call_body *body);

#endif
