/* What is shown, into a file. */
#include <stdio.h>
#include <time.h>

#include "app/exporter.h"
#include "base/clock.h"
#include "ui/console.h"
#include "ui/screens/metrics_state.h"

/* The line to go on with, with a name that is not taken yet: of what has the focus. */
static unsigned ask(const struct metrics_screen *s, struct console *c, const char *command)
{
	const char *what = s->focus == FOCUS_GROUPS ? metrics_by_name(s->board->question.by) : "call";
	time_t now = (time_t)(clock_wall_us() / US_PER_S);
	struct tm tm;
	char when[32] = "", line[128];

	if (localtime_r(&now, &tm) != NULL) {
		(void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	}
	(void)snprintf(line, sizeof(line), "%s %ss-%s.csv", command, what, when);
	console_ask(c, line);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned export(struct metrics_screen *s, struct console *c, const char *command, const char *path, bool replaces)
{
	enum export_what what = s->focus == FOCUS_GROUPS ? EXPORT_THE_GROUPS : EXPORT_THE_CALLS;
	struct err e = { 0 };

	if (path[0] == '\0') {
		return ask(s, c, command);
	}
	if (exporter_start(s->app->exporter, what, path, replaces, &e)) {
		console_say(c, ST_DIM, "writing %s\u2026", path);
	} else {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? "; " : "", e.hint);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

unsigned metrics_export(void *self, struct console *c, const char *arg)
{
	return export(self, c, "export", arg, false);
}

unsigned metrics_export_over(void *self, struct console *c, const char *arg)
{
	return export(self, c, "export!", arg, true);
}
