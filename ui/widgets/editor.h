/* editor - a text field: one line or many, soft wrap, undo, readline keys, pastes of any size.
 * Owns its text, byte-exact as it came (CR LF becomes LF, bytes that are no UTF-8 become U+FFFD); what is drawn of it is clean:
 * controls and invisible characters are shown as ·. Keys it does not know (Esc, Tab, F5; Enter, Up, Down of one line) are left to the
 * caller.
 * Order of a frame: editor_input*, editor_layout, editor_draw. */
#ifndef SONDE_UI_WIDGETS_EDITOR_H
#define SONDE_UI_WIDGETS_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/cells.h"
#include "ui/input.h"

struct editor;

/* A text longer than this is refused, whole. */
#define EDITOR_LIMIT (64u << 20)

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

/* Keys, pastes, clicks and the wheel inside the last layout. Returns INPUT_* bits of ui/screen.h; 0: not for it. */
unsigned editor_input(struct editor *e, const struct input *in);
/* Wraps to the rectangle and scrolls so that the cursor is inside. */
void editor_layout(struct editor *e, struct rect r);
/* After it: the text from its start, wherever the cursor is. */
void editor_show_start(struct editor *e);
/* Lines of the text in the last layout, soft ones counted. */
size_t editor_lines(const struct editor *e);
void editor_draw(const struct editor *e, struct cells *c, struct rect r, bool is_focused);

#endif
