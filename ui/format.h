/* format - figures as people read them: times, counts, money, clock times. Everything into a caller's buffer; UNKNOWN is "–". */
#ifndef SONDE_UI_FORMAT_H
#define SONDE_UI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define FORMAT_SIZE 32

/* "0.34s", "12.3s", "4m12s". */
void format_duration(int64_t us, char out[FORMAT_SIZE]);
/* A running time: "0:01.2". */
void format_running(int64_t us, char out[FORMAT_SIZE]);
/* "2 033" with thin grouping by blanks; "1.2M" from a million on. */
void format_count(int64_t n, char out[FORMAT_SIZE]);
/* As price_format. */
void format_cost(int64_t nano, char out[FORMAT_SIZE]);
/* Local "14:02:11"; the date in front when it is not today: "11-23 14:02". */
void format_time(int64_t us, int64_t now_us, int64_t utc_offset_us, char out[FORMAT_SIZE]);
/* "71" or "–" for NAN. */
void format_rate(double per_s, char out[FORMAT_SIZE]);

#endif
