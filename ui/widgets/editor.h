/* editor - a text field: one line or many, soft wrap, undo, selection, search and replace, readline keys, pastes of any size.
 * Owns its text, byte-exact as it came (CR LF becomes LF, NUL and bytes that are no UTF-8 become U+FFFD; in one line, line ends and tabs
 * become blanks); what is drawn of it is clean: controls and invisible characters are shown as ·. Keys it does not know (Esc, Tab, F5;
 * Enter, Up, Down of one line) are left to the caller, who says editor_remark and copies editor_copied: console_type does.
 * Order of a frame: editor_input*, editor_layout, editor_draw. */
#ifndef SONDE_UI_WIDGETS_EDITOR_H
#define SONDE_UI_WIDGETS_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/cells.h"
#include "ui/input.h"

struct editor;

/* A longer text is refused, whole; and so is a longer paste. The second is for one line. */
#define EDITOR_LIMIT (16u << 20)
#define EDITOR_LINE_LIMIT (64u << 10)

/* placeholder is shown dim while the text is empty; borrowed, may be NULL. */
struct editor *editor_new(bool is_single_line, const char *placeholder);
void editor_free(struct editor *e);
/* The text and its bytes (len may be NULL); borrowed until the next change. */
const char *editor_text(const struct editor *e, size_t *len);
bool editor_is_empty(const struct editor *e);
/* Replaces everything and forgets the undo steps; the cursor goes to the end. */
void editor_set(struct editor *e, const char *text, size_t len);
/* Byte offset of the cursor; setting goes to the start of the cluster there. */
size_t editor_cursor(const struct editor *e);
void editor_set_cursor(struct editor *e, size_t offset);
/* Grows with each change of the text. */
unsigned long editor_version(const struct editor *e);
/* Number of the line of the text and cell in it where the cursor stands, from 1. */
void editor_place(const struct editor *e, size_t *line, int *column);

/* What is selected, by Shift and a move, from the mark of Ctrl-Space, or with the mouse. False: nothing is. */
bool editor_selection(const struct editor *e, size_t *start, size_t *end);
/* The cursor goes to the end. */
void editor_select(struct editor *e, size_t start, size_t end);
/* Replaces bytes as one undo step; the cursor goes behind them. False: the text would be too long, and editor_remark says so. */
bool editor_replace(struct editor *e, size_t start, size_t end, const char *text, size_t len);
/* Takes a text from outside instead of all there is, as one undo step; the cursor goes to its start. What became of it is for editor_remark. */
void editor_take(struct editor *e, const char *text, size_t len);
/* Selects the next place (by > 0) or the one before where the bytes stand, around the ends of the text. False: they are nowhere. */
bool editor_find(struct editor *e, const char *needle, int by);
/* Replaces them everywhere as one undo step; how often. 0: they are nowhere, or it would be too long, and editor_remark says so. */
size_t editor_replace_all(struct editor *e, const char *needle, const char *with);

/* Keys, pastes, clicks and the wheel inside the last layout. Returns INPUT_* bits of ui/screen.h; 0: not for it. */
unsigned editor_input(struct editor *e, const struct input *in);
/* One step back, and forth again. INPUT_* bits. */
unsigned editor_undo(struct editor *e);
unsigned editor_redo(struct editor *e);
/* What is to be said of the last input: why it was not taken (ST_BAD), or what became of it (ST_WARN). NULL: nothing. */
const char *editor_remark(const struct editor *e, enum style *st);
/* What the last input copied or cut that was selected: also for the clipboard. NULL: nothing. Borrowed until the next input. */
const char *editor_copied(const struct editor *e, size_t *len);

/* The number of each line of the text at the left. */
void editor_show_numbers(struct editor *e, bool is_on);
/* A stretch that is drawn in a style of its own. */
struct editor_span {
	size_t start, len;
	enum style st;
};
/* Fills in the stretches of bytes from..to of the text, in order, at most `most`; returns how many. Called for each line that is drawn. */
typedef size_t editor_styler(void *ctx, const char *text, size_t len, size_t from, size_t to, struct editor_span *spans, size_t most);
void editor_set_styler(struct editor *e, editor_styler *fn, void *ctx);

/* Wraps to the rectangle and scrolls so that the cursor is inside. */
void editor_layout(struct editor *e, struct rect r);
/* After it: the text from its start, wherever the cursor is. */
void editor_show_start(struct editor *e);
/* Lines of the text in the last layout, soft ones counted. */
size_t editor_lines(const struct editor *e);
/* The cell of the cursor in the last layout. */
void editor_cursor_cell(const struct editor *e, int *x, int *y);
void editor_draw(const struct editor *e, struct cells *c, struct rect r, bool is_focused);

#endif
