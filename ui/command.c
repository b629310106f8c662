#include "ui/command.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool command_next_key(const struct command *cmd, const char **at, struct command_key *key)
{
	const char *p = *at != NULL ? *at : cmd->keys;

	if (p == NULL) {
		return false;
	}
	p += strspn(p, " ");
	size_t n = strcspn(p, " ");
	if (n == 0) {
		return false;
	}
	const char *plus = memchr(p + 1, '+', n - 1); /* not the key + itself */
	size_t first = plus != NULL && plus + 1 < p + n ? (size_t)(plus - p) : n;
	key->first = key_from_name(p, first);
	key->second = first < n ? key_from_name(p + first + 1, n - first - 1) : 0;
	*at = p + n;
	return true;
}

static bool works(const struct command *cmd, struct command_key key, bool is_editing)
{
	return !is_editing || (key.first >= K_NAMED && (cmd->flags & COMMAND_IN_TEXT));
}

const struct command *command_by_key(const struct command_set *set, struct command_key key, bool is_editing)
{
	for (size_t i = 0; i < set->n; i++) {
		const char *at = NULL;
		struct command_key k;

		while (command_next_key(&set->rows[i], &at, &k)) {
			if (k.first == key.first && k.second == key.second && works(&set->rows[i], key, is_editing)) {
				return &set->rows[i];
			}
		}
	}
	return NULL;
}

bool command_is_first(const struct command_set *set, uint32_t first, bool is_editing)
{
	for (size_t i = 0; i < set->n; i++) {
		const char *at = NULL;
		struct command_key k;

		while (command_next_key(&set->rows[i], &at, &k)) {
			if (k.first == first && k.second != 0 && works(&set->rows[i], k, is_editing)) {
				return true;
			}
		}
	}
	return false;
}

const struct command *command_by_name(const struct command_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++) {
		if (strcasecmp(set->rows[i].name, name) == 0) {
			return &set->rows[i];
		}
	}
	return NULL;
}

const struct command *command_parse(const struct command_set *sets, size_t n, const char *line, const char **arg, size_t *which)
{
	const struct command *best = NULL;
	size_t best_len = 0;

	line += strspn(line, " ");
	for (size_t s = 0; s < n; s++) {
		for (size_t i = 0; i < sets[s].n; i++) {
			size_t len = strlen(sets[s].rows[i].name);

			if (len > best_len && strncasecmp(line, sets[s].rows[i].name, len) == 0 && (line[len] == ' ' || line[len] == '\0')) {
				best = &sets[s].rows[i];
				best_len = len;
				*which = s;
			}
		}
	}
	*arg = line + best_len + strspn(line + best_len, " ");
	return best;
}

bool command_needs_arg(const struct command *cmd)
{
	return cmd->args != NULL && cmd->args[0] != '[';
}

void command_key_label(uint32_t key, char out[32])
{
	char name[32];

	key_to_name(key & ~(uint32_t)(K_CTRL | K_ALT), name);
	if ((key & K_CTRL) && name[0] >= 'a' && name[0] <= 'z' && name[1] == '\0') {
		name[0] = (char)(name[0] - 'a' + 'A');
	}
	snprintf(out, 32, "%s%s%.26s", key & K_ALT ? "M-" : "", key & K_CTRL ? "^" : "", name);
}

void command_keys_label(struct command_key key, char out[64])
{
	char second[32] = "";

	command_key_label(key.first, out);
	if (key.second != 0) {
		command_key_label(key.second, second);
	}
	strcat(out, second);
}

bool command_hint_key(const struct command *cmd, bool is_editing, struct command_key *key, char out[32])
{
	const char *at = NULL;

	while (command_next_key(cmd, &at, key)) {
		if (works(cmd, *key, is_editing)) {
			command_key_label(key->first, out);
			return true;
		}
	}
	return false;
}

void command_key_labels(const struct command *cmd, struct buf *out)
{
	const char *at = NULL;
	struct command_key key;

	while (command_next_key(cmd, &at, &key)) {
		char label[64];

		command_keys_label(key, label);
		buf_addf(out, "%s%s", out->len > 0 ? " " : "", label);
	}
}
