/* term - the terminal: starts and ends full-screen mode, paints a grid, reads input. Only it and its parts, term_*.c, know curses and write
 * escape sequences. Whatever it switches on it switches off in reverse order: at the end, on suspend, on exit() and on a fatal signal.
 * One terminal a process: the reset that a fatal signal needs is the one global thing of the program. */
#ifndef SONDE_UI_TERM_H
#define SONDE_UI_TERM_H

#include "base/err.h"
#include "ui/cells.h"
#include "ui/keys.h"
#include "ui/term_out.h"

struct terminal;
struct option_values; /* gateway/option.h */

/* NULL and e filled when standard input and output are no terminal or its type cannot be used. options are borrowed; term_apply after
 * they changed. */
struct terminal *term_start(const struct option_values *options, input_listener *listener, void *ctx, struct err *e);
void term_stop(struct terminal *t);

/* Which drawing characters the options name, or else the locale and the terminal have. */
enum glyphs term_glyphs(const struct terminal *t);
void term_size(const struct terminal *t, int *w, int *h);
/* Takes over the present size of the terminal; true when it changed. */
bool term_resize(struct terminal *t);
/* The next paint writes every cell. */
void term_repaint(struct terminal *t);

/* Sends what is left of the last paint, without waiting. SLOW: some is left; ask again when the terminal can be written. */
enum term_output term_output_state(struct terminal *t);
/* Writes what differs from the last paint. Only when the output is READY: frames are not queued. */
void term_paint(struct terminal *t, const struct cells *c);

/* The title of the window, where the terminal keeps the former one for the end. */
void term_set_title(struct terminal *t, const char *title);
/* Puts bytes on the clipboard (OSC 52). Whether the terminal understands that and does it, it does not tell. */
void term_copy(struct terminal *t, const char *bytes, size_t len);
/* It is of a kind that may: others would show the bytes. */
bool term_can_copy(const struct terminal *t);
/* Takes over the options: colours, mouse, whole frames. */
void term_apply(struct terminal *t);
/* The terminal has not said yet what its background is, and the theme depends on it: the first paint may wait a moment. */
bool term_is_asking(const struct terminal *t);
void term_bell(struct terminal *t);

/* Reads what is there and calls the listener. False when the terminal is gone. */
bool term_read(struct terminal *t);
/* As in ui/keys.h. */
int term_wait_ms(const struct terminal *t);
void term_timeout(struct terminal *t);

/* Leaves full-screen mode, stops the process group, and comes back when it is continued; comes back at once in an orphaned process group,
 * where nobody could continue it. */
void term_suspend(struct terminal *t);
/* Gives the terminal to another program, and takes it back. In between nothing else may be called. */
void term_leave(struct terminal *t);
void term_return(struct terminal *t);
/* Switches everything on again, after the process was stopped without being asked. The next paint writes every cell. */
void term_resume(struct terminal *t);

#endif
