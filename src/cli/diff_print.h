/* diff_print - a diff as text: marks inside lines, a patch, or two columns. */
#ifndef SONDE_CLI_DIFF_PRINT_H
#define SONDE_CLI_DIFF_PRINT_H

#include "diff/diff.h"
#include "diff/json.h"

struct diff_print {
	const char *names[2]; /* clean */
	size_t context;       /* common lines around a change */
	size_t width;         /* cells of the two columns together */
	bool has_colours;     /* else [-removed-]{+added+}, as blanks have it always */
	bool skips_blanks;    /* nothing is said of hunks in which only blanks changed */
	bool cleans;          /* for a terminal: no escape sequence of the texts gets through */
};

enum diff_look { LOOK_PLAIN, LOOK_HEAD, LOOK_NOTE, LOOK_REMOVED, LOOK_ADDED, LOOK_MOVED, LOOK_COUNT };
/* Around text of a look: nothing without colours. */
void diff_look_begin(const struct diff_print *p, enum diff_look look, struct buf *out);
void diff_look_end(const struct diff_print *p, enum diff_look look, struct buf *out);

/* "A -> B  +120 -80 words, 3 moved" and hunks in which a changed line stands once, with marks. */
void diff_print_words(const struct diff_print *p, const struct diff *d, struct buf *out);
/* A unified patch; `patch` and `git apply` take it when nothing had to be cleaned. */
void diff_print_lines(const struct diff_print *p, const struct diff *d, struct buf *out);
/* Common and changed lines beside each other; as words where the two columns would be under DIFF_SIDE_MIN cells together. */
#define DIFF_SIDE_MIN 120
void diff_print_side(const struct diff_print *p, const struct diff *d, struct buf *out);
/* A change a line, "temperature 0.2 -> 0.7"; long texts with marks. diff_print_tree: below how many there are. */
void diff_print_changes(const struct diff_print *p, const struct json_diff *d, struct buf *out);
void diff_print_tree(const struct diff_print *p, const struct json_diff *d, struct buf *out);

/* For programs: {"kind":"text",...} with hunks, {"kind":"json",...} with changes by path, and a newline. */
void diff_json_text(const struct diff *d, struct buf *out);
/* {"op":"equal","text":...} of so many parts, with commas. */
void diff_json_parts(const struct diff *d, size_t first, size_t n, struct buf *out);
void diff_json_tree(const struct json_diff *d, struct buf *out);
/* Its changes alone, an array. */
void diff_json_changes(const struct json_diff *d, struct buf *out);

/* How common lines and changes of a form are shown, and its hunks: those of which the context meets together, each under its "@@". */
struct diff_form {
	void (*common)(const struct diff_print *p, const struct diff *d, size_t line_a, size_t line_b, struct buf *out);
	void (*change)(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out);
};
void diff_print_hunks(const struct diff_print *p, const struct diff *d, const struct diff_form *form, struct buf *out);
void diff_print_summary(const struct diff_print *p, const struct diff *d, struct buf *out);
/* Text for a terminal: tabs and newlines as they are, what cannot be seen by its name, since it may be all that differs: \r, \x1b, \u202e,
 * \xff for a byte that is no UTF-8. */
void diff_print_visible(const char *s, size_t len, struct buf *out);
/* What stands before and behind a change inside a line: signs where its colour would not be seen. */
struct diff_signs {
	const char *open, *close;
};
struct diff_signs diff_print_signs(const struct diff_print *p, bool is_removed, const char *s, size_t len);
/* "\ now ends in a newline", below the change that has the end of the text without one. */
void diff_print_end_note(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out);
/* A line of a side without its newline. */
const char *diff_print_line(const struct diff *d, int side, size_t line, size_t *len);
/* Whether nothing of a change is common: it stands as whole lines. */
bool diff_print_is_whole(const struct diff *d, const struct diff_change *c);
/* "^ moved from L12"; the caller's. */
char *diff_print_move(const struct diff *d, const struct diff_change *c);

#endif
