/* colour - colours as numbers: what a terminal answers about its own, contrast, and the nearest one of a smaller set. Pure. */
#ifndef SONDE_UI_COLOUR_H
#define SONDE_UI_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0xRRGGBB. */
typedef uint32_t colour;

/* The answer to OSC 11 without its frame: "11;rgb:1e1e/1e1e/2e2e", one to four hexadecimal digits a part (XParseColor). */
bool colour_parse_background(const char *bytes, size_t len, colour *out);
/* Relative luminance, 0 to 1. Source: WCAG 2.1, "relative luminance". */
double colour_luminance(colour c);
/* 1 to 21. Source: WCAG 2.1, "contrast ratio". */
double colour_contrast(colour a, colour b);
/* White text is harder to read on it than black text. */
bool colour_is_light(colour c);
/* The nearest of the 240 fixed colours of xterm's 256: 16 to 231 a cube of six steps, 232 to 255 greys. */
int colour_nearest_256(colour c);

#endif
