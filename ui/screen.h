/* screen - what a screen of the console is: a row of functions and a table of commands. The console (ui/console.h) calls them.
 * Handlers change state and return bits; layout fixes sizes and scrolls; draw is pure. Nobody paints but the console. */
#ifndef SONDE_UI_SCREEN_H
#define SONDE_UI_SCREEN_H

#include "base/buf.h"
#include "ui/cells.h"
#include "ui/input.h"

struct app;
struct console;
struct session; /* app/session.h */

/* What drawing may know besides the model. Tests fix it. */
struct env {
	int64_t now_us;       /* wall clock */
	int64_t mono_us;      /* monotonic, of the same instant: for running times */
	int64_t utc_offset_us; /* local time = now_us + utc_offset_us */
	bool has_focus;       /* of the terminal window */
};

enum { INPUT_HANDLED = 1, INPUT_REDRAW = 2, INPUT_QUIT = 4 };

enum command_flags {
	COMMAND_IN_TEXT = 1, /* its keys work while a text field has the focus */
	COMMAND_HIDDEN = 2,  /* not in `?` and `:` (movement aliases) */
	COMMAND_WORDS = 4,   /* its candidates are completed word by word */
	COMMAND_IN_HELP = 8, /* `?` lists its candidates, too */
};

/* One action of the console: the same row feeds key dispatch, the hint row, `:` with completion, `?` and the manual. */
struct command {
	const char *name;  /* as typed after `:`, words with blanks: "run", "add" */
	const char *keys;  /* default keys, separated by blanks: "F5 r", two in a row as "y+r"; NULL: only by `:` */
	const char *hint;  /* short label for the hint row; NULL: not there. Rows are shown in table order while they fit */
	const char *args;  /* "TARGET", "[NAME=VALUE]"; NULL: takes none */
	const char *help;  /* one line */
	unsigned flags;
	unsigned (*run)(void *screen, struct console *c, const char *arg); /* arg "" when none. Returns input bits */
	const char *(*complete)(void *screen, size_t i); /* i-th candidate for the argument, and after a tab what is said of it; borrowed until the next call; NULL at the end. May be NULL */
	bool (*is_shown)(const void *screen); /* whether the hint row shows it now; NULL: always */
};

struct screen {
	const char *id;      /* "play" */
	const char *title;   /* "Play" */
	int number;          /* its key and place in the tab row, 1 to 5; 0: neither, only its command shows it */
	bool is_first;       /* it is the one shown at the start, when nothing else is asked for */
	const struct command *commands;
	size_t n_commands;
	void *(*init)(struct app *app);
	void (*free)(void *self);
	void (*enter)(void *self);  /* it becomes the shown screen; may be NULL */
	void (*leave)(void *self);  /* may be NULL */
	/* What no command row took: text, movement, mouse. */
	unsigned (*input)(void *self, struct console *c, const struct input *in);
	bool (*is_editing)(const void *self); /* a text field has the focus: letters are text */
	/* Before each draw: sizes of panes, scroll positions. r is the content area, between tab row and status row. */
	void (*layout)(void *self, struct rect r);
	void (*draw)(const void *self, struct cells *cells, const struct env *env);
	/* The status row: a sentence at the left, figures at the right. Returns the style of the sentence. */
	enum style (*status)(const void *self, const struct env *env, struct buf *left, struct buf *right);
	/* Milliseconds until something on it changes by itself (a running clock), 0 when nothing does. */
	int (*tick_ms)(const void *self);
	/* Two or three lines for the card of a terminal that is too small. */
	void (*card)(const void *self, const struct env *env, struct buf *out);
	/* What quitting would lose, as a sentence that asks for a second q. NULL: nothing. The function may be NULL. */
	const char *(*loses)(const void *self);
	/* Something changed that no key was pressed for, maybe came that was being read: does what waited for it. Returns input bits. May be NULL. */
	unsigned (*arrived)(void *self, struct console *c);
	/* What is kept for the next start, under names that begin with the id and a point, and taking it up again right after init. NULL: nothing. */
	void (*save)(const void *self, struct session *out);
	void (*restore)(void *self, const struct session *in);
};

#endif
