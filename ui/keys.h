/* keys - bytes from a terminal to input events: UTF-8, control characters, CSI and SS3 keys with modifiers, Alt as a leading Esc,
 * bracketed paste, SGR mouse, focus. Knows the sequences that terminals agree on; key_decoder_define adds those of terminfo.
 * Cutting the bytes anywhere gives the same events, as long as key_decoder_timeout is not called in between.
 * Read here and not by curses: its getch waits inside for the rest of a sequence and takes one system call a byte, which a large paste
 * turns into seconds. */
#ifndef SONDE_UI_KEYS_H
#define SONDE_UI_KEYS_H

#include "base/buf.h"
#include "ui/input.h"

typedef void input_listener(void *ctx, const struct input *in);

#define KEY_SEQUENCE_SIZE 64
#define PASTE_LIMIT (64u << 20)

struct key_sequence {
	char bytes[16];
	uint32_t key;
};

struct key_decoder {
	input_listener *listener;
	void *ctx;
	char pending[KEY_SEQUENCE_SIZE]; /* the start of something */
	size_t n;
	struct buf paste;
	bool is_pasting;
	int skip;                        /* bytes of an old mouse report to drop */
	bool expects_string;             /* set by the owner while a terminal may answer with a string (OSC): else ESC ] is Alt-] */
	struct key_sequence *defined;
	size_t n_defined, cap_defined;
};

void key_decoder_init(struct key_decoder *d, input_listener *listener, void *ctx);
void key_decoder_free(struct key_decoder *d);
/* A sequence of this terminal. Ignored when it is NULL, not at least two bytes from ESC on, or too long. */
void key_decoder_define(struct key_decoder *d, const char *bytes, uint32_t key);
/* A paste is given with its line ends as \n: terminals send \r for them. */
void key_decoder_feed(struct key_decoder *d, const char *bytes, size_t len);
/* Milliseconds after which key_decoder_timeout is to be called when no byte came; 0: nothing is pending. */
int key_decoder_wait_ms(const struct key_decoder *d);
/* Nothing more comes: a lone ESC is the Esc key, an unfinished paste ends. */
void key_decoder_timeout(struct key_decoder *d);

#endif
