/* screens - the rows of all screens. Each stands at the end of the file of its name. */
#ifndef SONDE_UI_SCREENS_SCREENS_H
#define SONDE_UI_SCREENS_SCREENS_H

#include "ui/screen.h"

extern const struct screen screen_prompts, screen_play, screen_metrics, screen_welcome;

#endif
