/* print - a grid as text for stdout: plain, or with the colours of a theme as escape sequences. */
#ifndef SONDE_UI_PRINT_H
#define SONDE_UI_PRINT_H

#include "ui/cells.h"
#include "ui/theme.h"

/* THEME_MONO gives plain text: attributes would need escape sequences. Trailing blanks are cut. */
void cells_print(const struct cells *c, enum theme theme, struct buf *out);

#endif
