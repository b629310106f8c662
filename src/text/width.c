#include "text/width.h"

#include "text/utf8.h"
#include "text/width_table.h"

#define MARKS_MAX 4

int width_code_point(uint32_t cp)
{
	if (cp > 0x10FFFF) {
		return -1;
	}
	unsigned char four = width_cells[width_block[cp >> 8]][(cp & 0xFF) >> 2];
	int cells = four >> 2 * (cp & 3) & 3;

	return cells < 3 ? cells : -1;
}

/* Bytes of the combining mark at s; 0 when there is none. */
static inline size_t mark_at(const char *s, size_t len)
{
	uint32_t cp;

	if (len == 0 || (unsigned char)s[0] < 0x80) {
		return 0;
	}
	size_t n = utf8_decode(s, len, &cp);
	return n > 0 && width_code_point(cp) == 0 ? n : 0;
}

static inline size_t cluster(const char *s, size_t len, int *cells)
{
	unsigned char b = (unsigned char)s[0];
	size_t n = 1;

	*cells = 1;
	if (b < 0x80) {
		/* The common case ends here: no mark is ASCII. */
		if (len == 1 || (unsigned char)s[1] < 0x80) {
			return 1;
		}
	} else {
		uint32_t cp;

		n = utf8_decode(s, len, &cp);
		if (n == 0) {
			return len; /* cut inside a character, which clean text never is */
		}
		int w = width_code_point(cp);
		*cells = w >= 0 ? w : 1;
	}
	for (int marks = 0; marks < MARKS_MAX; marks++) {
		size_t m = mark_at(s + n, len - n);

		if (m == 0) {
			break;
		}
		n += m;
	}
	return n;
}

size_t width_cluster(const char *s, size_t len, int *cells)
{
	return cluster(s, len, cells);
}

size_t width_text(const char *s, size_t len)
{
	size_t total = 0;

	for (size_t i = 0; i < len;) {
		int cells;

		i += cluster(s + i, len - i, &cells);
		total += (size_t)cells;
	}
	return total;
}

size_t width_fit(const char *s, size_t len, size_t cells, size_t *used)
{
	size_t total = 0, i = 0;

	while (i < len) {
		int w;
		size_t n = cluster(s + i, len - i, &w);

		if (total + (size_t)w > cells) {
			break;
		}
		total += (size_t)w;
		i += n;
	}
	if (used != NULL) {
		*used = total;
	}
	return i;
}
