/* What a stream of bytes does to a terminal, without a terminal: which modes it leaves on, and whether anything in it is not of the
 * repertoire of curses. */
#include "tests/term/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"

#define ESC 0x1b
#define MOST_NUMBERS 8

struct csi {
	char private, final;
	int numbers[MOST_NUMBERS];
	size_t n;
};

enum kind { KIND_TEXT, KIND_CONTROL, KIND_CSI, KIND_ESC, KIND_OSC, KIND_STRING, KIND_BAD };

/* One item of the stream. */
struct item {
	enum kind kind;
	uint32_t cp;      /* text, control; the byte after ESC */
	struct csi csi;
	bool is_cut;      /* more bytes belong to it */
};

static const int modes_of_bytes[] = {
	1, 7, 9, 12, 25, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1048, 1049, 2004, 2026, 2031,
};
/* Of those, what a console may switch; autowrap and cursor shape come from terminfo. */
static const int modes_allowed[] = { 1, 7, 12, 25, 1000, 1002, 1004, 1006, 1049, 2004, 2026 };

static size_t read_csi(const unsigned char *s, size_t len, struct item *out)
{
	size_t i = 2;
	struct csi *c = &out->csi;

	*c = (struct csi){ 0 };
	out->kind = KIND_CSI;
	if (i < len && s[i] >= '<' && s[i] <= '?') {
		c->private = (char)s[i++];
	}
	for (; i < len && s[i] >= 0x20 && s[i] < 0x40; i++) {
		if (s[i] >= '0' && s[i] <= '9') {
			c->n = c->n > 0 ? c->n : 1;
			c->numbers[c->n - 1] = c->numbers[c->n - 1] * 10 + (s[i] - '0');
		} else if ((s[i] == ';' || s[i] == ':') && c->n < MOST_NUMBERS) {
			c->n = c->n > 0 ? c->n + 1 : 2;
		}
	}
	c->final = i < len ? (char)s[i] : '\0';
	out->is_cut = i == len;
	return i < len ? i + 1 : len;
}

/* "oc" of terminfo: curses sends it itself after a stop. */
static const char palette[] = "\x1b]104\x07";

static const char title[] = "\x1b]2;", copy[] = "\x1b]52;c;";

/* The start of one of them, without its end. */
static bool is_osc_cut(const char *bytes, size_t len)
{
	size_t title_len = len < sizeof(title) - 1 ? len : sizeof(title) - 1;
	size_t copy_len = len < sizeof(copy) - 1 ? len : sizeof(copy) - 1;

	return memchr(bytes, '\a', len) == NULL && (memcmp(bytes, title, title_len) == 0 || memcmp(bytes, copy, copy_len) == 0);
}

/* A whole string that the console may send: the title, in plain text, or base64 for the clipboard. 0: it is none. */
static size_t read_osc(const char *bytes, size_t len)
{
	const char *end = memchr(bytes, '\a', len);
	size_t n = end != NULL ? (size_t)(end - bytes) : 0;

	if (n > sizeof(copy) - 1 && memcmp(bytes, copy, sizeof(copy) - 1) == 0) {
		for (size_t i = sizeof(copy) - 1; i < n; i++) {
			char c = bytes[i];

			if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("+/=", c) != NULL)) {
				return 0;
			}
		}
		return n + 1;
	}
	if (n > sizeof(title) - 1 && memcmp(bytes, title, sizeof(title) - 1) == 0) {
		for (size_t i = sizeof(title) - 1; i < n; i++) {
			if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f) {
				return 0;
			}
		}
		return n + 1;
	}
	return 0;
}

static size_t next_item(const char *bytes, size_t len, struct item *out)
{
	const unsigned char *s = (const unsigned char *)bytes;

	*out = (struct item){ .kind = KIND_CONTROL, .cp = s[0] };
	out->is_cut = s[0] == ESC && len == 1;
	if (s[0] == ESC && len > 1) {
		out->kind = KIND_ESC;
		out->cp = s[1];
		if (s[1] == '[') {
			return read_csi(s, len, out);
		}
		if (len >= sizeof(palette) - 1 && memcmp(s, palette, sizeof(palette) - 1) == 0) {
			return sizeof(palette) - 1;
		}
		if (s[1] == ']') {
			size_t used = read_osc(bytes, len);

			out->is_cut = used == 0 && is_osc_cut(bytes, len);
			out->kind = used > 0 ? KIND_OSC : KIND_STRING;
			return used > 0 ? used : out->is_cut ? len : 2;
		}
		if (strchr("P_^X", s[1]) != NULL) {
			out->kind = KIND_STRING;
		}
		out->is_cut = (s[1] == '(' || s[1] == ')') && len < 3;
		return s[1] == '(' || s[1] == ')' ? len < 3 ? len : 3 : 2;
	}
	if (s[0] < 0x20 || s[0] == 0x7f) {
		return 1;
	}
	size_t used = utf8_decode(bytes, len, &out->cp);

	out->is_cut = used == 0;
	out->kind = used == 0 || (out->cp == CODE_POINT_BAD && memcmp(bytes, "\xef\xbf\xbd", used < 3 ? used : 3) != 0) ? KIND_BAD :
	    out->cp >= 0x80 && out->cp < 0xa0 ? KIND_CONTROL : KIND_TEXT;
	return used > 0 ? used : 1;
}

/* -- modes ------------------------------------------------------------------------------------------------------------------------ */

struct modes {
	bool on[COUNT_OF(modes_of_bytes)];
	bool has_keypad, has_look;
	int titles; /* pushed and not popped */
	int bottom; /* of the scrolling margins; 0: of the screen */
};

static void follow_csi(struct modes *m, const struct csi *c)
{
	if (c->private == '?' && (c->final == 'h' || c->final == 'l')) {
		for (size_t i = 0; i < c->n; i++) {
			for (size_t k = 0; k < COUNT_OF(modes_of_bytes); k++) {
				if (modes_of_bytes[k] == c->numbers[i]) {
					m->on[k] = c->final == 'h';
				}
			}
		}
	} else if (c->private == '\0' && c->final == 'm') {
		m->has_look = c->n > 0 && m->has_look;
		for (size_t i = 0; i < c->n; i++) {
			int n = c->numbers[i];

			m->has_look = n == 0 || n == 10 ? false : n == 39 || n == 49 || (n >= 22 && n <= 29) ? m->has_look : true;
		}
	} else if (c->private == '\0' && c->final == 't' && (c->numbers[0] == 22 || c->numbers[0] == 23)) {
		m->titles += c->numbers[0] == 22 ? 1 : -1;
	} else if (c->private == '\0' && c->final == 'r') {
		m->bottom = c->numbers[1];
	}
}

void stream_modes(const char *bytes, size_t len, struct buf *out)
{
	struct modes m = { 0 };
	struct item item;

	for (size_t k = 0; k < COUNT_OF(modes_of_bytes); k++) {
		m.on[k] = modes_of_bytes[k] == 25 || modes_of_bytes[k] == 7;
	}
	for (size_t i = 0; i < len;) {
		i += next_item(bytes + i, len - i, &item);
		if (item.kind == KIND_CSI) {
			follow_csi(&m, &item.csi);
		} else if (item.kind == KIND_ESC && (item.cp == '=' || item.cp == '>')) {
			m.has_keypad = item.cp == '=';
		}
	}
	for (size_t k = 0; k < COUNT_OF(modes_of_bytes); k++) {
		bool is_usual = modes_of_bytes[k] == 25 || modes_of_bytes[k] == 7;

		if (m.on[k] != is_usual) {
			(void)buf_addf(out, "%s%d ", is_usual ? "no-" : "", modes_of_bytes[k]);
		}
	}
	(void)buf_addf(out, "%s%s%s%s", m.has_keypad ? "keypad " : "", m.has_look ? "colour " : "", m.titles != 0 ? "title " : "",
	    m.bottom != 0 ? "margins " : "");
}

/* -- repertoire ------------------------------------------------------------------------------------------------------------------- */

static bool is_mode_allowed(const struct csi *c)
{
	for (size_t i = 0; i < c->n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < COUNT_OF(modes_allowed); k++) {
			is_known = is_known || modes_allowed[k] == c->numbers[i];
		}
		if (!is_known) {
			return false;
		}
	}
	return c->n > 0;
}

static bool is_csi_allowed(const struct csi *c)
{
	if (c->private == '?' && c->final == 'p') { /* whether synchronized output is known */
		return c->n == 1 && c->numbers[0] == 2026;
	}
	if (c->private == '?') {
		return (c->final == 'h' || c->final == 'l') && is_mode_allowed(c);
	}
	if (c->private != '\0' || c->final == '\0') {
		return false;
	}
	if (c->final == 't') {
		return c->numbers[0] == 22 || c->numbers[0] == 23;
	}
	return strchr("ABCDGHIJKLMPSTXZ@`abdfghlmr", c->final) != NULL;
}

/* Characters that show nothing themselves but move or hide others. */
static bool is_hidden(uint32_t cp)
{
	return cp == 0xad || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
	       (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe0fff);
}

bool stream_foreign(const char *bytes, size_t len, char *out, size_t size)
{
	struct item item;

	for (size_t i = 0; i < len;) {
		size_t used = next_item(bytes + i, len - i, &item);
		bool is_fine = false;

		switch (item.kind) {
		case KIND_TEXT:
			is_fine = !is_hidden(item.cp);
			break;
		case KIND_CONTROL:
			is_fine = item.cp != 0 && item.cp < 0x20 && strchr("\r\n\b\t\x0e\x0f", (int)item.cp) != NULL;
			break;
		case KIND_CSI:
			is_fine = is_csi_allowed(&item.csi);
			break;
		case KIND_ESC:
			is_fine = strchr("()=>78MDE]", (int)item.cp) != NULL;
			break;
		case KIND_OSC:
			is_fine = true;
			break;
		case KIND_STRING:
		case KIND_BAD:
			break;
		}
		if (!is_fine && !item.is_cut) {
			(void)snprintf(out, size, "at byte %zu: kind %d, U+%04X, CSI %c%d%c", i, (int)item.kind, item.cp,
			    item.csi.private ? item.csi.private : ' ', item.csi.numbers[0], item.csi.final ? item.csi.final : ' ');
			return true;
		}
		i += used;
	}
	return false;
}

bool stream_has_colour(const char *bytes, size_t len)
{
	struct item item;

	for (size_t i = 0; i < len;) {
		i += next_item(bytes + i, len - i, &item);
		for (size_t k = 0; item.kind == KIND_CSI && item.csi.private == '\0' && item.csi.final == 'm' && k < item.csi.n; k++) {
			int n = item.csi.numbers[k];

			if ((n >= 30 && n <= 49 && n != 39 && n != 49) || (n >= 90 && n <= 107)) {
				return true;
			}
		}
	}
	return false;
}

size_t stream_expand(const char *bytes, size_t len, char last[5], struct buf *out)
{
	struct item item;
	size_t i = 0;

	while (i < len) {
		size_t used = next_item(bytes + i, len - i, &item);

		if (item.is_cut) {
			break;
		}
		if (item.kind == KIND_CSI && item.csi.private == '\0' && item.csi.final == 'b') {
			for (int n = item.csi.numbers[0] > 0 ? item.csi.numbers[0] : 1; n > 0; n--) {
				(void)buf_add_str(out, last);
			}
		} else {
			(void)buf_add(out, bytes + i, used);
		}
		if (item.kind == KIND_TEXT && used < 5) {
			memcpy(last, bytes + i, used);
			last[used] = '\0';
		}
		i += used;
	}
	return i;
}
