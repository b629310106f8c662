/* console - the shell around the screens: tab row, status and hint rows, command line, help, messages, dispatch of keys.
 * Owns the screens' instances (made when first shown) and the overlays. No terminal and no time of its own: tests drive it
 * with plain input.
 * Layout: row 0 the tabs, the screen's area, the status row, the hint row. Below CONSOLE_MIN_W x CONSOLE_MIN_H only a card is drawn. */
#ifndef SONDE_UI_CONSOLE_H
#define SONDE_UI_CONSOLE_H

#include "app/session.h"
#include "ui/cells.h"
#include "ui/screen.h"

struct editor; /* ui/widgets/editor.h */
struct option_values; /* gateway/option.h */

#define CONSOLE_MIN_W 60
#define CONSOLE_MIN_H 16

/* Bits that console_input adds to INPUT_*: what only the owner of the terminal can do. CONSOLE_OPTIONS: some option is another one now. */
enum { CONSOLE_SUSPEND = 8, CONSOLE_REPAINT = 16, CONSOLE_COPY = 32, CONSOLE_OPTIONS = 64, CONSOLE_EDIT = 128 };

/* Letters of base64 that terminals take at once. */
#define CONSOLE_COPY_LIMIT 74994
#define CONSOLE_STRIP_US 300000 /* from the first of two keys to the list of the second ones */

/* Figures of the whole program for the right end of the tab row, in at most `room` cells. */
typedef void console_summary(const struct app *app, const struct env *env, int room, struct buf *out);

/* The screens are borrowed, as is the app; the one that is_first, or the first of the array, is shown. summary may be NULL. */
struct console *console_new(struct app *app, const struct screen *const *screens, size_t n, console_summary *summary);
void console_free(struct console *c);
/* The rows that work everywhere: one for each screen, then the fixed ones. An array of the caller's, its strings are borrowed. */
struct command *console_commands(const struct screen *const *screens, size_t n, size_t *n_commands);
/* Shows a screen by its id; false when there is none. */
bool console_show(struct console *c, const char *id);
/* Shows another app from now on, with fresh screens, and takes its changes instead of the former one's. Both must live on the same loop and
 * outlive the console. */
void console_switch(struct console *c, struct app *app);
/* The instance of a screen, made when missing; NULL when there is no such screen. */
void *console_screen_state(struct console *c, const char *id);
/* One line in the status row until the next key. Hostile text must be cleaned before. */
void console_say(struct console *c, enum style st, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Puts bytes on the clipboard (CONSOLE_COPY), or into a file of the data directory when the terminal does not take so many or takes none;
 * says which. what names them: "answer". Returns input bits. */
unsigned console_copy(struct console *c, const char *what, const char *bytes, size_t len);
/* Gives a field what was typed, pasted or clicked, says what is to be said of it, and copies what it copied. Returns input bits. */
unsigned console_type(struct console *c, struct editor *field, const struct input *in);
/* The same of a field that got it already. */
unsigned console_typed(struct console *c, const struct editor *field);
/* What CONSOLE_COPY is about; valid until the next input. */
const struct buf *console_copied(const struct console *c);
/* Gives a text to the person's editor (CONSOLE_EDIT). When that has changed it, take(ctx, ...) gets the new text: ctx must live as long as the
 * console. Returns input bits. */
typedef void console_take(void *ctx, struct console *c, const char *text, size_t len);
unsigned console_edit(struct console *c, const char *text, size_t len, console_take *take, void *ctx);
/* What CONSOLE_EDIT is about; and its end: text NULL when the editor failed, and why. */
const struct buf *console_edited(const struct console *c);
void console_edit_end(struct console *c, const struct buf *text, const struct err *e);
/* What the terminal can do; at first it is taken for true. */
void console_set_terminal(struct console *c, bool can_copy);
/* Takes up a session, which is borrowed: the lines given after `:`, the screen shown, and each screen once it is made. Options are the
 * program's to take up, before it starts the terminal. */
void console_take_up(struct console *c, struct session *s);
void session_take_options(const struct session *s, struct option_values *o);
/* Puts into it what is to be kept, without the keys of providers. Nothing when there is no session. */
void console_keep(struct console *c);
/* Opens the command line with a text in it, for example "add ". */
void console_ask(struct console *c, const char *line);

/* Says what is new of the app that is shown, when something is. True: an alert has begun. */
bool console_take_news(struct console *c);

/* Has the screen that is shown do what waited for something that was being read. Returns bits as console_input. */
unsigned console_arrived(struct console *c);
/* Returns INPUT_* and CONSOLE_* bits. */
unsigned console_input(struct console *c, const struct input *in);
void console_resize(struct console *c, int w, int h);
/* Lays out and draws everything; the grid has the size of the last console_resize. */
void console_draw(struct console *c, struct cells *cells, const struct env *env);
/* Answers that are waited for. */
size_t console_running(const struct console *c);
/* After a frame: app_look_ahead of the app that is shown. */
void console_look_ahead(struct console *c);
/* "sonde – Play · 2 running", for the title of the window. */
void console_title(const struct console *c, struct buf *out);
/* Milliseconds until something shown changes by itself; 0: nothing does. */
int console_tick_ms(const struct console *c);

#endif
