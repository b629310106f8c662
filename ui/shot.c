#include "ui/shot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app.h"
#include "app/board.h"
#include "app/welcome.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/print.h"
#include "ui/screens/screens.h"

const struct screen *const all_screens[] = { &screen_prompts, &screen_play, &screen_metrics, &screen_welcome };
const size_t n_all_screens = COUNT_OF(all_screens);

void summary_of_app(const struct app *app, const struct env *env, int room, struct buf *out)
{
	(void)env;
	app_summary(app, room, out);
}

struct env shot_env_now(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return (struct env){
		.now_us = clock_wall_us(), .mono_us = clock_mono_us(), .has_focus = true,
		.utc_offset_us = localtime_r(&now, &tm) != NULL ? tm.tm_gmtoff * US_PER_S : 0,
	};
}

bool shot_parse_size(const char *text, int *w, int *h)
{
	char end;

	return sscanf(text, "%dx%d%c", w, h, &end) == 2 && *w >= 20 && *w <= 400 && *h >= 4 && *h <= 150;
}

static bool known_screen(const char *id, struct err *e)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < n_all_screens; i++) {
		if (strcmp(all_screens[i]->id, id) == 0) {
			buf_free(&names);
			return true;
		}
		(void)buf_addf(&names, "%s%s", i > 0 ? ", " : "", all_screens[i]->id);
	}
	err_set(e, ERR_USAGE, "there is no screen '%.40s'", id);
	err_hint(e, "screens: %.100s", buf_str(&names));
	buf_free(&names);
	return false;
}

/* One word of keys: a quoted text is typed letter by letter by way of a paste, anything else is a key's name. */
static bool feed(struct console *c, struct app *app, const char *word, size_t len, struct err *e)
{
	struct input in = { .type = INPUT_KEY };

	if (len >= 2 && word[0] == '"' && word[len - 1] == '"') {
		in = (struct input){ .type = INPUT_PASTE, .text = word + 1, .len = len - 2 };
	} else {
		in.key = key_from_name(word, len);
		if (in.key == 0) {
			err_set(e, ERR_USAGE, "'%.*s' is no key", (int)(len > 40 ? 40 : len), word);
			return err_hint(e, "keys are named like j, Enter, Ctrl-r, F5, \"text\"");
		}
	}
	(void)console_input(c, &in);
	job_pool_wait(app->loop->jobs);
	return true;
}

static bool feed_all(struct console *c, struct app *app, const struct shot *shot, struct cells *cells, struct err *e)
{
	const char *p = shot->keys != NULL ? shot->keys : "";

	for (;;) {
		p += strspn(p, " ");
		if (*p == '\0') {
			return true;
		}
		const char *closing = *p == '"' ? strchr(p + 1, '"') : NULL;
		size_t len = closing != NULL ? (size_t)(closing - p) + 1 : strcspn(p, " ");

		if (!feed(c, app, p, len, e)) {
			return false;
		}
		console_draw(c, cells, &shot->env); /* a key may depend on what the one before laid out */
		p += len;
	}
}

bool shot_draw(struct app *app, const struct shot *shot, struct buf *out, struct err *e)
{
	if (!known_screen(shot->screen, e)) {
		return false;
	}
	struct console *c = console_new(app, all_screens, n_all_screens, summary_of_app);
	struct cells *cells = cells_new(shot->w, shot->h);

	cells->glyphs = app_is_plain(app) ? GLYPHS_PLAIN : shot->glyphs;
	console_resize(c, shot->w, shot->h);
	(void)console_show(c, shot->screen);
	console_draw(c, cells, &shot->env);
	job_pool_wait(app->loop->jobs);
	loop_run_until(app->loop, &app->welcome->is_settled);
	board_refresh_now(app->board, shot->env.now_us);
	console_draw(c, cells, &shot->env);
	bool ok = feed_all(c, app, shot, cells, e);

	if (ok) {
		console_draw(c, cells, &shot->env);
		cells_print(cells, shot->theme, out);
	}
	cells_free(cells);
	console_free(c);
	return ok;
}
