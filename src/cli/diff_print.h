/* diff_print - a diff as text: marks inside lines, a patch, or two columns. */
#ifndef SONDE_CLI_DIFF_PRINT_H
#define SONDE_CLI_DIFF_PRINT_H

#include "diff/diff.h"

struct diff_print {
	const char *names[2]; /* clean */
	size_t context;       /* common lines around a change */
	size_t width;         /* cells of the two columns together */
	bool has_colours;     /* else [-removed-]{+added+} */
	bool cleans;          /* for a terminal: no escape sequence of the texts gets through */
};

/* "A -> B  +120 -80 words, 3 moved" and hunks in which a changed line stands once, with marks. */
void diff_print_words(const struct diff_print *p, const struct diff *d, struct buf *out);
/* A unified patch; `patch` and `git apply` take it when nothing had to be cleaned. */
void diff_print_lines(const struct diff_print *p, const struct diff *d, struct buf *out);

#endif
