/* commands - the commands that draw: the console, the demo and `sonde screen`. They stand here and not in src/cli because the engine
 * knows no screens. */
#ifndef SONDE_UI_COMMANDS_H
#define SONDE_UI_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command ui_console, ui_demo, ui_screen;

/* `sonde help --markdown`: the parts of doc/manual.md that follow from tables, each between its markers. */
int manual_print(const struct cli_command *const *commands, size_t n);

#endif
