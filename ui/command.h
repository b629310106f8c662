/* command - looking up rows of command tables (struct command, ui/screen.h): by key, by the line typed after `:`, and their key labels. */
#ifndef SONDE_UI_COMMAND_H
#define SONDE_UI_COMMAND_H

#include "base/buf.h"
#include "ui/screen.h"

/* A table with what its functions work on. Borrowed. */
struct command_set {
	const struct command *rows;
	size_t n;
	void *state;
	const char *title; /* heading in help */
};

/* What a row is reached by: one key, or two after each other ("y+r": y, then r). */
struct command_key {
	uint32_t first, second; /* second 0: there is none */
};

/* While a text field has the focus a plain character is text, and other keys act only for rows with COMMAND_IN_TEXT: of two keys the
 * first decides. */
const struct command *command_by_key(const struct command_set *set, struct command_key key, bool is_editing);
/* Whether some row is reached by this key and a second one. */
bool command_is_first(const struct command_set *set, uint32_t first, bool is_editing);
/* The row with that name, in any case; NULL when there is none. */
const struct command *command_by_name(const struct command_set *set, const char *name);
/* The row whose name is the longest start of the line in whole words; *arg is the rest without blanks around it in front (borrowed),
 * *which the index of its set. NULL when there is none. */
const struct command *command_parse(const struct command_set *sets, size_t n, const char *line, const char **arg, size_t *which);
/* Whether it cannot run without an argument: args are given and not in brackets. */
bool command_needs_arg(const struct command *cmd);
/* The keys of a row one after the other: *at starts as NULL. False at the end. */
bool command_next_key(const struct command *cmd, const char **at, struct command_key *key);
/* "^R" for Ctrl-r, "M-1" for Alt-1, else the name. */
void command_key_label(uint32_t key, char out[32]);
/* Both keys: "yr". */
void command_keys_label(struct command_key key, char out[64]);
/* The first key that works now and its label, of two keys that of the first; false when none does. */
bool command_hint_key(const struct command *cmd, bool is_editing, struct command_key *key, char out[32]);
/* All key labels, separated by blanks. */
void command_key_labels(const struct command *cmd, struct buf *out);

#endif
