#include "ui/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"

#define ESC '\x1b'
#define ESC_MS 25
#define PASTE_MS 2000
#define STRING_MS 2000
#define BEL '\a'
#define PASTE_END "\x1b[201~"
#define PASTE_END_LEN 6
#define MOST_PARAMETERS 4

/* Final letters of CSI and SS3. */
static const struct {
	char final;
	uint32_t key;
} letters[] = {
	{'A', K_UP}, {'B', K_DOWN}, {'C', K_RIGHT}, {'D', K_LEFT}, {'H', K_HOME}, {'F', K_END},
	{'P', K_F1}, {'Q', K_F2}, {'R', K_F3}, {'S', K_F4}, {'Z', K_BACKTAB}, {'M', K_ENTER},
};

/* First parameters of CSI … ~ (vt220, xterm, rxvt). */
static const struct {
	int number;
	uint32_t key;
} numbers[] = {
	{1, K_HOME}, {2, K_INSERT}, {3, K_DELETE}, {4, K_END}, {5, K_PAGE_UP}, {6, K_PAGE_DOWN}, {7, K_HOME}, {8, K_END},
	{11, K_F1}, {12, K_F2}, {13, K_F3}, {14, K_F4}, {15, K_F5},
	{17, K_F6}, {18, K_F7}, {19, K_F8}, {20, K_F9}, {21, K_F10}, {23, K_F11}, {24, K_F12},
};

enum outcome {
	WAIT,
	DONE,
	AGAIN, /* done, but the last byte is the start of the next thing */
};

void key_decoder_init(struct key_decoder *d, input_listener *listener, void *ctx)
{
	*d = (struct key_decoder){.listener = listener, .ctx = ctx};
	buf_init(&d->paste, PASTE_LIMIT);
}

void key_decoder_free(struct key_decoder *d)
{
	buf_free(&d->paste);
	free(d->defined);
	d->defined = NULL;
}

void key_decoder_define(struct key_decoder *d, const char *bytes, uint32_t key)
{
	if (bytes == NULL || bytes[0] != ESC || bytes[1] == '\0' || strlen(bytes) >= sizeof(d->defined->bytes)) {
		return;
	}
	struct key_sequence *s = array_push(d->defined, d->n_defined, d->cap_defined);
	strcpy(s->bytes, bytes);
	s->key = key;
}

static void emit(const struct key_decoder *d, const struct input *in)
{
	d->listener(d->ctx, in);
}

static void emit_key(const struct key_decoder *d, uint32_t key)
{
	emit(d, &(struct input){.type = INPUT_KEY, .key = key});
}

/* CR LF and CR to LF, in place. */
static void emit_paste(struct key_decoder *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->paste.len; i++) {
		char c = d->paste.s[i];

		if (c == '\r') {
			i += i + 1 < d->paste.len && d->paste.s[i + 1] == '\n' ? 1 : 0;
			c = '\n';
		}
		d->paste.s[n++] = c;
	}
	emit(d, &(struct input){.type = INPUT_PASTE, .text = buf_str(&d->paste), .len = n});
	d->is_pasting = false;
	buf_free(&d->paste);
	buf_init(&d->paste, PASTE_LIMIT);
}

/* Takes bytes of a paste; returns how many. */
static size_t feed_paste(struct key_decoder *d, const char *bytes, size_t len)
{
	size_t before = d->paste.len;

	if (!buf_add(&d->paste, bytes, len)) {
		return len; /* more than anybody pastes: the rest is dropped until it times out */
	}
	size_t from = before > PASTE_END_LEN ? before - PASTE_END_LEN : 0;
	char *end = memmem(d->paste.s + from, d->paste.len - from, PASTE_END, PASTE_END_LEN);
	if (end == NULL) {
		return len;
	}
	size_t end_at = (size_t)(end - d->paste.s);
	d->paste.len = end_at;
	emit_paste(d);
	return end_at + PASTE_END_LEN - before;
}

static uint32_t modifiers(int parameter)
{
	unsigned bits = parameter > 1 && parameter <= 16 ? (unsigned)parameter - 1 : 0;

	return (bits & 1 ? (uint32_t)K_SHIFT : 0) | (bits & 2 ? (uint32_t)K_ALT : 0) | (bits & 4 ? (uint32_t)K_CTRL : 0);
}

static void emit_mouse(const struct key_decoder *d, const int *p, bool is_release)
{
	struct input in = {.type = INPUT_MOUSE, .x = p[1] - 1, .y = p[2] - 1};
	int button = p[0] & ~0x3c; /* without Shift, Alt, Ctrl and whether it moved */
	bool has_moved = p[0] & 0x20;

	if (button == 64 || button == 65) {
		in.mouse = button == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	} else if (button <= 2) {
		in.mouse = has_moved ? MOUSE_DRAG : is_release ? MOUSE_RELEASE : MOUSE_PRESS;
	} else {
		return;
	}
	if (in.x >= 0 && in.y >= 0) {
		emit(d, &in);
	}
}

static void emit_number(struct key_decoder *d, const int *p)
{
	if (p[0] == 200) {
		d->is_pasting = true;
	}
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (numbers[i].number == p[0]) {
			emit_key(d, numbers[i].key | modifiers(p[1]));
		}
	}
}

static void emit_letter(const struct key_decoder *d, char final, int modifier)
{
	for (size_t i = 0; i < COUNT_OF(letters); i++) {
		if (letters[i].final == final) {
			emit_key(d, letters[i].key | (final == 'Z' ? 0 : modifiers(modifier)));
		}
	}
}

/* A whole CSI: ESC [ private? numbers final. */
static void emit_csi(struct key_decoder *d)
{
	int p[MOST_PARAMETERS] = {0};
	size_t k = 0;
	char final = d->pending[d->n - 1];
	char private = d->pending[2] >= '<' && d->pending[2] <= '?' ? d->pending[2] : '\0';

	for (size_t i = private ? 3 : 2; i + 1 < d->n; i++) {
		char c = d->pending[i];

		if (c == ';') {
			k++;
		} else if (c >= '0' && c <= '9' && k < MOST_PARAMETERS && p[k] < 100000) {
			p[k] = p[k] * 10 + (c - '0');
		}
	}
	if (private == '<' && (final == 'M' || final == 'm')) {
		emit_mouse(d, p, final == 'm');
	} else if (private == '?' && final == 'y' && d->pending[d->n - 2] == '$') {
		emit(d, &(struct input){.type = INPUT_REPORT, .mode = p[0], .state = p[1]});
	} else if (private == '?' && final == 'c') {
		emit(d, &(struct input){.type = INPUT_REPORT, .report = REPORT_KIND});
	} else if (private) {
		return; /* an answer to a question nobody asked */
	} else if (final == '~') {
		emit_number(d, p);
	} else if ((final == 'I' || final == 'O') && d->n == 3) {
		emit(d, &(struct input){.type = INPUT_FOCUS, .has_focus = final == 'I'});
	} else if (final == 'M' && d->n == 3) {
		d->skip = 3;
	} else {
		emit_letter(d, final, p[1]);
	}
}

static enum outcome decode_csi(struct key_decoder *d)
{
	unsigned char last = (unsigned char)d->pending[d->n - 1];

	if (d->n < 3 || (last >= 0x20 && last < 0x40)) {
		if (d->n == KEY_SEQUENCE_SIZE) {
			d->n--; /* longer than any key: swallowed up to its end */
		}
		return WAIT;
	}
	if (last >= 0x40 && last < 0x7f) {
		emit_csi(d);
		return DONE;
	}
	return AGAIN; /* any other byte breaks the sequence off */
}

static void emit_control(const struct key_decoder *d, unsigned char byte, uint32_t bits)
{
	uint32_t key = (uint32_t)(byte + '`') | K_CTRL;

	switch (byte) {
	case 0:
		key = ' ' | K_CTRL;
		break;
	case '\t':
		key = K_TAB;
		break;
	case '\r':
		key = K_ENTER;
		break;
	case '\b':
	case 0x7f:
		key = K_BACKSPACE;
		break;
	default:
		if (byte > 26) {
			key = (uint32_t)(byte + '@') | K_CTRL; /* ^\ ^] ^^ ^_ */
		}
	}
	emit_key(d, key | bits);
}

/* A character at pending[from]. */
static enum outcome decode_character(struct key_decoder *d, size_t from, uint32_t bits)
{
	unsigned char byte = (unsigned char)d->pending[from];
	uint32_t cp;

	if (byte < 0x20 || byte == 0x7f) {
		emit_control(d, byte, bits);
		return DONE;
	}
	size_t used = utf8_decode(d->pending + from, d->n - from, &cp);
	if (used == 0) {
		return WAIT;
	}
	if (cp != CODE_POINT_BAD && !(cp >= 0x80 && cp < 0xa0)) {
		emit_key(d, cp | bits);
	}
	return from + used < d->n ? AGAIN : DONE;
}

/* Looks for the pending bytes among the defined sequences; *is_start: more bytes could make one. */
static uint32_t defined_key(const struct key_decoder *d, bool *is_start)
{
	for (size_t i = 0; i < d->n_defined; i++) {
		size_t len = strlen(d->defined[i].bytes);

		if (len >= d->n && memcmp(d->defined[i].bytes, d->pending, d->n) == 0) {
			if (len == d->n) {
				return d->defined[i].key;
			}
			*is_start = true;
		}
	}
	return 0;
}

static enum outcome decode_escape(struct key_decoder *d);

/* ESC ] … BEL or ESC \, the answer to a question. It must end as such, or else nothing of it is input. */
static enum outcome decode_string(struct key_decoder *d)
{
	char last = d->pending[d->n - 1], before = d->pending[d->n - 2];
	bool is_end = last == BEL || (d->n > 3 && before == ESC && last == '\\');

	if (is_end) {
		emit(d, &(struct input){.type = INPUT_REPORT, .report = REPORT_BACKGROUND, .text = d->pending + 2,
			.len = d->n - 2 - (last == BEL ? 1 : 2)});
		return DONE;
	}
	if (d->n > 3 && before == ESC) { /* broken off by another sequence */
		d->pending[1] = last;
		d->n = 2;
		return decode_escape(d);
	}
	if (last != ESC && (unsigned char)last < 0x20) {
		return AGAIN;
	}
	if (d->n == KEY_SEQUENCE_SIZE) {
		d->pending[2] = ' '; /* longer than any answer: swallowed up to its end, and no answer */
		d->pending[d->n - 2] = last;
		d->n--;
	}
	return WAIT;
}

static enum outcome decode_escape(struct key_decoder *d)
{
	bool is_start = false;
	uint32_t key = defined_key(d, &is_start);

	if (key != 0) {
		emit_key(d, key);
		return DONE;
	}
	if (is_start || d->n == 1) {
		return WAIT;
	}
	if (d->pending[1] == ']' && d->expects_string) {
		return decode_string(d);
	}
	switch (d->pending[1]) {
	case '[':
		return decode_csi(d);
	case 'O':
		if (d->n < 3) {
			return WAIT;
		}
		emit_letter(d, d->pending[2], 0);
		return d->pending[2] == ESC ? AGAIN : DONE;
	case ESC:
		/* Two in a row: the first was the key, the second may start something. */
		emit_key(d, K_ESC);
		d->n = 1;
		return WAIT;
	default:
		return decode_character(d, 1, K_ALT);
	}
}

static void feed_byte(struct key_decoder *d, char c)
{
	if (d->skip > 0) {
		d->skip--;
		return;
	}
	d->pending[d->n++] = c;
	enum outcome o = d->pending[0] == ESC ? decode_escape(d) : decode_character(d, 0, 0);
	if (o != WAIT) {
		d->n = 0;
	}
	if (o == AGAIN) {
		feed_byte(d, c);
	}
}

void key_decoder_feed(struct key_decoder *d, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (d->is_pasting) {
			i += feed_paste(d, bytes + i, len - i);
		} else {
			feed_byte(d, bytes[i++]);
		}
	}
}

int key_decoder_wait_ms(const struct key_decoder *d)
{
	bool is_string = d->expects_string && d->n >= 2 && d->pending[0] == ESC && d->pending[1] == ']';

	return d->is_pasting ? PASTE_MS : is_string ? STRING_MS : d->n > 0 ? ESC_MS : 0;
}

void key_decoder_timeout(struct key_decoder *d)
{
	if (d->is_pasting) {
		emit_paste(d);
		return;
	}
	if (d->n == 1 && d->pending[0] == ESC) {
		emit_key(d, K_ESC);
	} else if (d->n == 2 && d->pending[0] == ESC) {
		emit_key(d, (uint32_t)(unsigned char)d->pending[1] | K_ALT); /* Alt-[ and Alt-O */
	}
	d->n = 0;
	d->skip = 0;
}
