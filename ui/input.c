#include "ui/input.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "text/utf8.h"

/* The first name of a key is the one shown. */
static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{"Up", K_UP}, {"Down", K_DOWN}, {"Left", K_LEFT}, {"Right", K_RIGHT}, {"Home", K_HOME}, {"End", K_END},
	{"PgUp", K_PAGE_UP}, {"PageUp", K_PAGE_UP}, {"PgDn", K_PAGE_DOWN}, {"PageDown", K_PAGE_DOWN},
	{"Enter", K_ENTER}, {"Return", K_ENTER}, {"Esc", K_ESC}, {"Escape", K_ESC},
	{"Tab", K_TAB}, {"Shift-Tab", K_BACKTAB}, {"BackTab", K_BACKTAB},
	{"Backspace", K_BACKSPACE}, {"Delete", K_DELETE}, {"Del", K_DELETE}, {"Insert", K_INSERT}, {"Space", ' '},
	{"F1", K_F1}, {"F2", K_F2}, {"F3", K_F3}, {"F4", K_F4}, {"F5", K_F5}, {"F6", K_F6},
	{"F7", K_F7}, {"F8", K_F8}, {"F9", K_F9}, {"F10", K_F10}, {"F11", K_F11}, {"F12", K_F12},
};

static const struct {
	const char *prefix;
	uint32_t bit;
} modifiers[] = {
	{"Ctrl-", K_CTRL}, {"C-", K_CTRL}, {"^", K_CTRL}, {"Alt-", K_ALT}, {"M-", K_ALT}, {"Shift-", K_SHIFT}, {"S-", K_SHIFT},
};

/* Control characters that are keys of their own on every terminal. */
static const struct {
	char letter;
	uint32_t key;
} control_keys[] = {
	{'i', K_TAB}, {'m', K_ENTER}, {'h', K_BACKSPACE}, {'[', K_ESC},
};

static uint32_t named_key(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strlen(names[i].name) == len && strncasecmp(names[i].name, name, len) == 0) {
			return names[i].key;
		}
	}
	return 0;
}

static uint32_t single_key(const char *name, size_t len)
{
	uint32_t cp;

	if (len == 0 || utf8_decode(name, len, &cp) != len || cp <= ' ' || cp == 0x7f || (cp >= 0x80 && cp < 0xa0)) {
		return 0;
	}
	return cp == CODE_POINT_BAD ? 0 : cp;
}

static uint32_t with_modifiers(uint32_t key, uint32_t bits)
{
	if (bits & K_SHIFT) {
		if (key == K_TAB) {
			return K_BACKTAB | (bits & ~(uint32_t)K_SHIFT);
		}
		if (key < K_NAMED) {
			return 0; /* a shifted character is another character */
		}
	}
	if ((bits & K_CTRL) && key < K_NAMED) {
		if (key >= 'A' && key <= 'Z') {
			key += 'a' - 'A';
		}
		for (size_t i = 0; i < COUNT_OF(control_keys); i++) {
			if (key == (uint32_t)control_keys[i].letter) {
				return control_keys[i].key | (bits & ~(uint32_t)K_CTRL);
			}
		}
	}
	return key | bits;
}

uint32_t key_from_name(const char *name, size_t len)
{
	uint32_t bits = 0;
	uint32_t key = single_key(name, len);

	while (key == 0 && (key = named_key(name, len)) == 0) {
		size_t skip = 0;

		for (size_t i = 0; i < COUNT_OF(modifiers) && skip == 0; i++) {
			size_t n = strlen(modifiers[i].prefix);

			if (len > n && strncasecmp(name, modifiers[i].prefix, n) == 0 && !(bits & modifiers[i].bit)) {
				bits |= modifiers[i].bit;
				skip = n;
			}
		}
		if (skip == 0) {
			return 0;
		}
		name += skip;
		len -= skip;
		key = single_key(name, len);
	}
	return with_modifiers(key, bits);
}

void key_to_name(uint32_t key, char out[32])
{
	uint32_t base = key & ~(uint32_t)(K_CTRL | K_ALT | K_SHIFT);
	char bytes[5] = "";
	const char *name = bytes;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (names[i].key == base) {
			name = names[i].name;
			break;
		}
	}
	if (name == bytes) {
		bytes[utf8_encode(base, bytes)] = '\0';
	}
	int n = snprintf(out, 32, "%s%s%s%s", key & K_CTRL ? "Ctrl-" : "", key & K_ALT ? "Alt-" : "", key & K_SHIFT ? "Shift-" : "", name);
	assert(n > 0 && n < 32);
}
