/* width - how many cells a code point and a text take on a terminal, and where clusters end.
 * From the project's own table (text/width_table.h names its Unicode version), so that it does not depend on the locale.
 * Works on clean text (text/clean.h): one base and at most 4 combining marks make a cluster. */
#ifndef SONDE_TEXT_WIDTH_H
#define SONDE_TEXT_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* 0 combining, 1, 2 wide; -1: unassigned or not drawable (shown as U+FFFD). */
int width_code_point(uint32_t cp);
/* Cells of a clean UTF-8 text without newlines; a tab counts 1. */
size_t width_text(const char *s, size_t len);
/* Bytes of the cluster at s (len > 0) and its cells: 1 or 2; 0 only for marks without a base, which clean text has not.
 * A flag is two clusters. */
size_t width_cluster(const char *s, size_t len, int *cells);
/* Most bytes of whole clusters that fit in `cells`; *used tells how many cells they take (may be NULL). */
size_t width_fit(const char *s, size_t len, size_t cells, size_t *used);

#endif
