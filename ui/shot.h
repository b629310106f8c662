/* shot - one screen of an app drawn once into text: for `sonde screen`, the headless demo and tests.
 * Keys are names separated by blanks ("j j Enter F5"); text goes in quotes ("\"hello\""). */
#ifndef SONDE_UI_SHOT_H
#define SONDE_UI_SHOT_H

#include "ui/cells.h"
#include "ui/screen.h"
#include "ui/theme.h"

struct shot {
	const char *screen; /* "play", "metrics" */
	int w, h;
	enum theme theme;   /* mono: plain text; ansi: with colour sequences */
	enum glyphs glyphs;
	const char *keys;   /* NULL: none */
	struct env env;
};

/* Every screen there is. */
extern const struct screen *const all_screens[];
extern const size_t n_all_screens;
/* What stands at the right end of the tab row (a console_summary). */
void summary_of_app(const struct app *app, const struct env *env, int room, struct buf *out);

/* Appends the picture. The app's queries are run to their end, nothing is sent. */
bool shot_draw(struct app *app, const struct shot *shot, struct buf *out, struct err *e) SONDE_MUST_CHECK;
/* Now, in local time. */
struct env shot_env_now(void);
/* "120x40" to a size within 20x4 and 400x150. */
bool shot_parse_size(const char *text, int *w, int *h);

#endif
