/* manual - the tables of doc/manual.md that the engine knows, as Markdown: commands, providers, fields of filters, figures of limits, keys of the configuration file.
 * Those of the screens are printed by ui/cmd_manual.c. */
#ifndef SONDE_CLI_MANUAL_H
#define SONDE_CLI_MANUAL_H

#include "cli/cli.h"

void manual_commands(struct buf *out, const struct cli_command *const *commands, size_t n);
void manual_providers(struct buf *out);
void manual_filter(struct buf *out);
void manual_limits(struct buf *out);
void manual_config(struct buf *out);
/* Text as a cell of a table. */
void manual_cell(struct buf *out, const char *text);

#endif
