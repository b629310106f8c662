/* editor_state - what an editor remembers. Shared by the files editor*.c of this folder only. */
#ifndef SONDE_UI_WIDGETS_EDITOR_STATE_H
#define SONDE_UI_WIDGETS_EDITOR_STATE_H

#include "base/buf.h"
#include "text/wrap.h"
#include "ui/widgets/editor.h"
#include "ui/widgets/undo.h"

/* `shown` is `text` with each character that must not be drawn replaced by a dot of the same length in bytes. So an offset means the
 * same place in both, wrapping and widths work on clean text, and a place where they differ is drawn as a dim dot. The price is a second
 * copy of the text; the alternative, a map of offsets, would have to be kept up with every change. */
enum last_op { OP_OTHER, OP_VERTICAL, OP_KILL };

struct editor {
	struct buf text, shown;
	size_t n_newlines; /* in the text */
	size_t cursor;
	bool is_single;
	bool has_numbers;
	const char *placeholder;
	struct undo undo;
	struct buf killed;
	unsigned long version;
	struct rect area;
	int gutter;       /* cells of the numbers, with one before and one behind them */
	struct wrap wrap;
	bool is_wrapped;  /* wrap fits text and area */
	size_t top;       /* first line shown; of one line: first byte shown */
	int goal;         /* column that Up and Down keep */
	enum last_op last, now;
	size_t anchor;    /* the other end of what is selected */
	bool has_anchor;
	bool is_marked;   /* by Ctrl-Space: moves without Shift select, too */
	char remark[160];
	enum style remark_style;
	bool has_copied;  /* the last input put what was selected into killed */
	editor_styler *styler;
	void *styler_ctx;
};

#define TAB_STOP 4

static inline int editor_advance(int column, char first, int cells)
{
	return first == '\t' ? (column / TAB_STOP + 1) * TAB_STOP : column + cells;
}

/* editor.c. All return INPUT_* bits. Replaces bytes, as a part of an undo step of that kind; or what is selected, else at the cursor. */
unsigned editor_change(struct editor *e, enum change_kind kind, size_t at, size_t removed, const char *s, size_t len);
unsigned editor_put(struct editor *e, enum change_kind kind, const char *s, size_t len);
/* Bytes from outside. */
unsigned editor_paste(struct editor *e, const char *text, size_t len);

/* editor_lines.c. Brings the lines up to date with the text and the area. */
void editor_wrap(struct editor *e);
/* Number of the line of the text that a line as drawn is part of, from 1. */
size_t editor_number(const struct editor *e, size_t line);
/* The cell of an offset of the line that starts there. */
int editor_column(const struct editor *e, size_t start, size_t at);
/* The offset in start..end whose cell is at the column or just before it. */
size_t editor_offset_at(const struct editor *e, size_t start, size_t end, int column);
/* Where the cursor may go in a line: a soft line ends before its last cluster, since the place behind it starts the next line. */
size_t editor_line_end(const struct editor *e, size_t line);

#endif
