/* console_state - what the console remembers. Shared by the files console*.c only. */
#ifndef SONDE_UI_CONSOLE_STATE_H
#define SONDE_UI_CONSOLE_STATE_H

#include "app/app.h"
#include "ui/command.h"
#include "ui/console.h"
#include "ui/console_manual.h"
#include "ui/palette.h"
#include "ui/widgets/list.h"

#define MOST_SCREENS 9

struct console {
	struct app *app;            /* that is shown */
	struct app *home;           /* the person's own; app may be the demo */
	const struct screen *screens[MOST_SCREENS];
	void *states[MOST_SCREENS]; /* NULL: not made yet */
	size_t n, shown;
	struct command *globals;    /* a row for each screen, then the fixed ones */
	size_t n_globals;
	console_summary *summary;
	struct palette *palette;    /* NULL: closed */
	unsigned lists;             /* of the app when its rows were made */
	struct manual_view *manual; /* NULL: closed. At most one of the two is open */
	struct recall recall;
	struct session *session;    /* NULL: nothing is kept. It is about the home app */
	bool is_restored[MOST_SCREENS];
	uint32_t prefix;            /* the first of two keys; 0: none waits for a second */
	int64_t prefix_us;          /* monotonic time of the first picture since then; 0: none was drawn */
	int64_t drawn_us;           /* monotonic time of the last picture */
	struct buf copied;          /* for the clipboard */
	bool can_copy;
	char candidate[200];        /* of a command's argument, until the next one is asked for */
	struct buf edited;          /* as given to the person's editor */
	console_take *take;
	void *take_ctx;
	bool shows_alerts;          /* the list of alerts is over the screen */
	struct list alerts;
	unsigned long n_news;       /* of the app, told so far */
	char message[400];
	enum style message_style;
	bool is_quit_asked;         /* q was pressed while something runs */
	int w, h;
};

static inline const struct screen *console_shown(const struct console *c)
{
	return c->screens[c->shown];
}

static inline void *console_shown_state(const struct console *c)
{
	return c->states[c->shown];
}

static inline bool console_is_editing(const struct console *c)
{
	return console_shown(c)->is_editing != NULL && console_shown(c)->is_editing(console_shown_state(c));
}

static inline struct command_set console_screen_set(const struct console *c)
{
	return (struct command_set){console_shown(c)->commands, console_shown(c)->n_commands, console_shown_state(c), console_shown(c)->title};
}

static inline struct command_set console_global_set(const struct console *c)
{
	return (struct command_set){c->globals, c->n_globals, (void *)(uintptr_t)c, "Everywhere"};
}

static inline bool console_is_too_small(const struct console *c)
{
	return c->w < CONSOLE_MIN_W || c->h < CONSOLE_MIN_H;
}

/* console.c: shows the i-th screen; opens the command line or help. */
void console_show_at(struct console *c, size_t i);
void console_open_palette(struct console *c, enum palette_kind kind, const char *line);
/* console_draw.c: the tab at a cell of the first row; c->n when there is none. */
size_t console_tab_at(const struct console *c, int x);
/* The command whose hint is at a cell of the last row and the key it is hinted with; NULL when there is none. */
const struct command *console_hint_at(const struct console *c, int x, void **state, struct command_key *key);

/* console_session.c: a screen that was made takes up what was kept of it, once. */
void console_restore_screen(struct console *c, size_t i);
/* console.c: the options are the person's own, in the demo, too. */
void console_take_options(struct console *c);

/* console_alerts.c. The mark ends before x_end; where the next thing may end is returned. */
int console_alerts_mark(const struct console *c, struct cells *cells, int x_end);
unsigned console_alerts_open(void *screen, struct console *c, const char *arg);
unsigned console_alerts_input(struct console *c, const struct input *in);
void console_alerts_draw(struct console *c, struct cells *cells, const struct env *env);

#endif
