/* format - figures as the screens write them, besides those of text/figure.h and price_format: running times, clock times, rates. */
#ifndef SONDE_UI_FORMAT_H
#define SONDE_UI_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "provider/price.h"
#include "text/figure.h"

#define FORMAT_SIZE FIGURE_SIZE

/* A running time: "0:01.2". */
void format_running(int64_t us, char out[FORMAT_SIZE]);
/* Local "14:02:11"; the date in front when it is not today: "11-23 14:02". */
void format_time(int64_t us, int64_t now_us, int64_t utc_offset_us, char out[FORMAT_SIZE]);
/* "71" or "–" for NAN. */
void format_rate(double per_s, char out[FORMAT_SIZE]);

/* How much more that is than before: "+12%", "-8%", from ten times on "×12"; "" when there was nothing before. */
void format_change(double now, double before, char out[FORMAT_SIZE]);
/* Adds an item to a row of so many cells, behind a gap, when it has room as a whole: else false. */
bool format_item(struct buf *line, int room, const char *gap, const char *item);
/* What stands in the frame of a list or text with rows out of sight: "▾ more", "▴ more" or "▴ ▾ more"; "" with none. */
const char *format_more(bool is_above, bool is_below);

#endif
