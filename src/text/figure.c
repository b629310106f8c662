#include "text/figure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "text/clean.h"
#include "text/width.h"

#define DASH "\xe2\x80\x93"

void figure_duration(int64_t us, char out[FIGURE_SIZE])
{
	double s = (double)us / (double)US_PER_S;

	if (!is_known(us)) {
		(void)snprintf(out, FIGURE_SIZE, DASH);
	} else if (us < 99500) {
		(void)snprintf(out, FIGURE_SIZE, us < 10000 ? "%.1fms" : "%.0fms", s * 1000);
	} else if (us < 99950 * US_PER_MS) {
		(void)snprintf(out, FIGURE_SIZE, us < 9995 * US_PER_MS ? "%.2fs" : "%.1fs", s);
	} else {
		long long total = (long long)(s + 0.5);

		(void)snprintf(out, FIGURE_SIZE, "%lldm%02llds", total / 60, total % 60);
	}
}

void figure_count(int64_t n, char out[FIGURE_SIZE])
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };

	if (!is_known(n)) {
		(void)snprintf(out, FIGURE_SIZE, DASH);
		return;
	}
	for (size_t i = 0; n >= 10000 && i < COUNT_OF(units); i++) {
		double v = (double)n / units[i].unit;

		/* 999,950 is 1.00M, not 1000.0k. */
		if (v >= 0.99995) {
			(void)snprintf(out, FIGURE_SIZE, v < 9.995 ? "%.2f%s" : v < 99.95 ? "%.1f%s" : "%.0f%s", v, units[i].name);
			return;
		}
	}
	(void)snprintf(out, FIGURE_SIZE, "%lld", (long long)n);
}

void figure_exact(int64_t n, char out[FIGURE_SIZE])
{
	char digits[FIGURE_SIZE];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);
	char *to = out;

	for (int i = 0; i < len; i++) {
		if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0) {
			*to++ = ' ';
		}
		*to++ = digits[i];
	}
	*to = '\0';
}

void figure_cell(struct buf *out, const char *text, size_t cells, bool is_right)
{
	char *line = clean_line(text, strlen(text), cells);
	size_t width = width_text(line, strlen(line));
	int fill = width < cells ? (int)(cells - width) : 0;

	if (is_right) {
		(void)buf_addf(out, "%*s%s", fill, "", line);
	} else {
		(void)buf_addf(out, "%s%*s", line, fill, "");
	}
	free(line);
}
