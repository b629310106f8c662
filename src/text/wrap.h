/* wrap - clean text to lines of a width: breaks after blanks and at hyphens and between wide characters, else where it must.
 * Incremental: text that grows at its end costs only the work of its last line. Owns the lines, not the text. A zeroed struct is ready. */
#ifndef SONDE_TEXT_WRAP_H
#define SONDE_TEXT_WRAP_H

#include <stdbool.h>
#include <stddef.h>

struct wrap_line {
	size_t start, len; /* bytes of the text, without the newline and without blanks hanging over the edge (at most a width of them) */
	bool is_soft;      /* goes on in the next line */
};

struct wrap {
	struct wrap_line *lines;
	size_t n, cap;
	size_t width;      /* cells the lines were made for; 0: not made yet */
	size_t done;       /* bytes of the text that the lines cover */
};

void wrap_free(struct wrap *w);
/* Brings the lines up to date with the text, which may only have grown since the last call with the same width; a new width starts again.
 * width >= 1. Tabs count to the next multiple of 4. An empty text has one empty line; so has the end of a text after a last newline. */
void wrap_update(struct wrap *w, const char *text, size_t len, size_t width);
/* The text, which the lines were made of, has `added` bytes at `at` now where it had `removed`: makes again what that changed, and moves the
 * rest. Nothing when no line was made yet. */
void wrap_splice(struct wrap *w, const char *text, size_t len, size_t at, size_t removed, size_t added);
/* Starts again: the text was changed elsewhere than at its end. */
void wrap_reset(struct wrap *w);
/* The line that holds a byte offset; newlines and hanging blanks belong to the line before them. Call wrap_update first. */
size_t wrap_line_at(const struct wrap *w, size_t offset);

#endif
