/* cmd_manual - `sonde help --markdown`: keys of the screens and, by cli/manual.h, the tables of the engine. tests/e2e/manual_test.sh
 * compares them with doc/manual.md; `make manual-update` puts them there. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/manual.h"
#include "ui/command.h"
#include "ui/commands.h"
#include "ui/console.h"
#include "ui/shot.h"

static void open_part(struct buf *out, const char *name)
{
	(void)buf_addf(out, "<!-- generated: %s -->\n", name);
}

static void close_part(struct buf *out)
{
	(void)buf_add_str(out, "<!-- end -->\n");
}

static void add_keys(struct buf *out, const struct command *cmd)
{
	const char *at = NULL, *gap = "";
	struct command_key key;

	while (command_next_key(cmd, &at, &key)) {
		char label[64];

		command_keys_label(key, label);
		(void)buf_addf(out, "%s`", gap);
		manual_cell(out, label);
		(void)buf_add_char(out, '`');
		gap = " ";
	}
}

static void add_commands(struct buf *out, const char *name, const struct command *rows, size_t n)
{
	open_part(out, name);
	(void)buf_add_str(out, "| key | command | does |\n|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		const struct command *cmd = &rows[i];

		if (cmd->flags & COMMAND_HIDDEN) {
			continue;
		}
		(void)buf_add_str(out, "| ");
		add_keys(out, cmd);
		(void)buf_addf(out, " | `:%s", cmd->name);
		if (cmd->args != NULL) {
			(void)buf_add_char(out, ' ');
			manual_cell(out, cmd->args);
		}
		(void)buf_add_str(out, "` | ");
		manual_cell(out, cmd->help);
		(void)buf_add_str(out, " |\n");
	}
	close_part(out);
}

int manual_print(const struct cli_command *const *commands, size_t n)
{
	struct buf out = { 0 };
	size_t n_everywhere;
	struct command *everywhere = console_commands(all_screens, n_all_screens, &n_everywhere);

	open_part(&out, "commands");
	manual_commands(&out, commands, n);
	close_part(&out);
	add_commands(&out, "keys everywhere", everywhere, n_everywhere);
	for (size_t i = 0; i < n_all_screens; i++) {
		char *name = x_asprintf("keys %s", all_screens[i]->id);

		add_commands(&out, name, all_screens[i]->commands, all_screens[i]->n_commands);
		free(name);
	}
	open_part(&out, "limits");
	manual_limits(&out);
	close_part(&out);
	open_part(&out, "providers");
	manual_providers(&out);
	close_part(&out);
	open_part(&out, "filter");
	manual_filter(&out);
	close_part(&out);
	open_part(&out, "configuration");
	manual_config(&out);
	close_part(&out);
	free(everywhere);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return 0;
}
