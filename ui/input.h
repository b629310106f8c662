/* input - what a person does: keys, pastes, mouse, resizes, as plain values; and key names ("F5", "Ctrl-r", "Alt-1", "Enter", "j").
 * The reading from a terminal is in ui/term.h; this part is pure and also feeds key scripts. */
#ifndef SONDE_UI_INPUT_H
#define SONDE_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a code point or one of these, or'ed with modifiers. Ctrl-letter is the lower-case letter with K_CTRL. */
enum {
	K_CTRL = 1 << 24, K_ALT = 1 << 25, K_SHIFT = 1 << 26,
	K_NAMED = 1 << 22,
	K_UP = K_NAMED, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN,
	K_ENTER, K_ESC, K_TAB, K_BACKTAB, K_BACKSPACE, K_DELETE, K_INSERT,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12
};

enum input_type { INPUT_KEY, INPUT_PASTE, INPUT_MOUSE, INPUT_FOCUS, INPUT_REPORT };
/* What a terminal says about itself when asked: a mode of its own (DECRPM), its background (OSC 11), its kind (DA1, which every one answers). */
enum report { REPORT_MODE, REPORT_BACKGROUND, REPORT_KIND };
enum mouse_action { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct input {
	enum input_type type;
	uint32_t key;           /* INPUT_KEY */
	const char *text;       /* INPUT_PASTE, REPORT_BACKGROUND: raw bytes, borrowed */
	size_t len;
	enum mouse_action mouse;
	int x, y;
	bool has_focus;         /* INPUT_FOCUS */
	enum report report;     /* INPUT_REPORT */
	int mode, state;        /* REPORT_MODE */
};

/* One name ("Ctrl-r", "F5", "Space", "x", "é") to a key; 0 when it is none. Names are matched in any case, single characters exactly. */
uint32_t key_from_name(const char *name, size_t len);
/* The name of a key, for hints and help. */
void key_to_name(uint32_t key, char out[32]);

#endif
