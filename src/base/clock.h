/* clock - wall and monotonic time in microseconds, and ISO 8601.
 * Modules that decide by time take it as an argument; only edges call these. */
#ifndef SONDE_BASE_CLOCK_H
#define SONDE_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_MS 1000LL
#define US_PER_S 1000000LL

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_us(void);
/* Microseconds since some fixed point of this boot; never steps back. */
int64_t clock_mono_us(void);
/* Microseconds the processor has spent on this thread. */
int64_t clock_thread_us(void);

/* ISO 8601 date or date-time ("2026-11-23", "2026-11-23T10:00[:00[.fraction]][Z|+hh:mm]", blank instead of T;
 * no zone means UTC) in s[0..len) to microseconds since the epoch. False when it is not one. */
bool clock_parse_iso(const char *s, size_t len, int64_t *us);
/* "2026-11-23T10:00:00.123456Z" (27 characters and NUL). */
#define CLOCK_ISO_SIZE 32
void clock_format_iso(int64_t us, char out[CLOCK_ISO_SIZE]);
/* A span such as "90s", "15m", "24h", "7d", "2w" in microseconds. False when it is not one or not positive. */
bool clock_parse_span(const char *s, int64_t *us);

#endif
