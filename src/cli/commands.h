/* commands - the rows of all headless commands. Each is defined at the end of the file of its name. */
#ifndef SONDE_CLI_COMMANDS_H
#define SONDE_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command cli_calls, cli_diff, cli_doctor, cli_import, cli_metrics, cli_models, cli_prompt, cli_render, cli_run, cli_simulate, cli_store, cli_tokens;

#endif
