#include "ui/colour.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

static int part(colour c, int i)
{
	return (int)(c >> (16 - 8 * i) & 0xff);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool colour_parse_background(const char *bytes, size_t len, colour *out)
{
	static const char start[] = "11;rgb:";
	size_t at = sizeof(start) - 1;
	colour c = 0;

	if (len < at || memcmp(bytes, start, at) != 0) {
		return false;
	}
	for (int i = 0; i < 3; i++) {
		unsigned value = 0;
		size_t digits = 0;

		for (; at < len && hex_digit(bytes[at]) >= 0 && digits < 4; digits++, at++) {
			value = value * 16 + (unsigned)hex_digit(bytes[at]);
		}
		if (digits == 0) {
			return false;
		}
		/* "f", "ff", "fff" and "ffff" are all the brightest. */
		c = c << 8 | value * 255 / ((1u << 4 * digits) - 1);
		if (i < 2 && (at == len || bytes[at++] != '/')) {
			return false;
		}
	}
	*out = c;
	return at == len;
}

double colour_luminance(colour c)
{
	static const double weights[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double v = part(c, i) / 255.0;

		sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

double colour_contrast(colour a, colour b)
{
	double x = colour_luminance(a), y = colour_luminance(b);

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

bool colour_is_light(colour c)
{
	return colour_contrast(c, 0x000000) > colour_contrast(c, 0xffffff);
}

static int distance(colour a, colour b)
{
	int sum = 0;

	for (int i = 0; i < 3; i++) {
		int d = part(a, i) - part(b, i);

		sum += d * d;
	}
	return sum;
}

int colour_nearest_256(colour c)
{
	static const int steps[] = {0, 95, 135, 175, 215, 255}; /* xterm's */
	int cube = 0, best[3];

	for (int i = 0; i < 3; i++) {
		int nearest = 0;

		for (int k = 1; k < (int)COUNT_OF(steps); k++) {
			int d = part(c, i) - steps[k], e = part(c, i) - steps[nearest];

			nearest = d * d < e * e ? k : nearest;
		}
		best[i] = steps[nearest];
		cube = cube * 6 + nearest;
	}
	int mean = (part(c, 0) + part(c, 1) + part(c, 2)) / 3;
	int grey = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
	colour level = (colour)(8 + 10 * grey);
	colour of_cube = (colour)best[0] << 16 | (colour)best[1] << 8 | (colour)best[2];

	return distance(c, level << 16 | level << 8 | level) < distance(c, of_cube) ? 232 + grey : 16 + cube;
}
