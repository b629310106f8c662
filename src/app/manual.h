/* manual - doc/manual.md as it is embedded: its headings and the section below each. Nothing is kept. */
#ifndef SONDE_APP_MANUAL_H
#define SONDE_APP_MANUAL_H

#include <stdbool.h>
#include <stddef.h>

#define MANUAL_HEADING_SIZE 80

/* The i-th heading of level 2 or 3 in the order of the text: "Filters". False at the end. */
bool manual_heading(size_t i, char out[MANUAL_HEADING_SIZE]);
/* Its section, from the heading itself to the next one of the same level or a higher one. NULL when there is no such heading. The text is
 * the program's. */
const char *manual_section(const char *heading, size_t *len);

#endif
