/* figure - numbers as people read them in tables: short, with their unit; "–" where unknown. Into fixed buffers of FIGURE_SIZE. */
#ifndef SONDE_TEXT_FIGURE_H
#define SONDE_TEXT_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define FIGURE_SIZE 32

/* "4.1ms", "92ms", "0.34s", "12.4s", "2m05s". */
void figure_duration(int64_t us, char out[FIGURE_SIZE]);
/* "950", "2033", "12.3k", "4.56M". */
void figure_count(int64_t n, char out[FIGURE_SIZE]);
/* Every digit of a count: "50 000". */
void figure_exact(int64_t n, char out[FIGURE_SIZE]);
/* A clean text in exactly `cells` cells, cut or filled with blanks; to the right when is_right. */
void figure_cell(struct buf *out, const char *text, size_t cells, bool is_right);

#endif
