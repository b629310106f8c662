#include "ui/widgets/field.h"

#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"

static bool is_drawable(uint32_t cp)
{
	static const struct { uint32_t first, last; } hidden[] = {
		{0x00, 0x08}, {0x0b, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < COUNT_OF(hidden); i++) {
		if (cp >= hidden[i].first && cp <= hidden[i].last) {
			return false;
		}
	}
	return cp < 0x7f || width_code_point(cp) >= 0;
}

struct field_told field_import(bool is_single, const char *s, size_t len, struct buf *out)
{
	struct field_told told = {0};

	for (size_t i = 0; i < len;) {
		size_t plain = i;
		uint32_t cp;

		while (plain < len && s[plain] >= ' ' && s[plain] < 0x7f) {
			plain++;
		}
		buf_add(out, s + i, plain - i);
		i = plain;
		size_t n = i < len ? utf8_decode(s + i, len - i, &cp) : 0;
		if (i == len) {
			break;
		}
		if (n == 0 || cp == '\0' || (cp == CODE_POINT_BAD && !(n == 3 && memcmp(s + i, "\xef\xbf\xbd", 3) == 0))) {
			buf_add_str(out, "\xef\xbf\xbd");
			told.replaced++;
			i += n > 0 ? n : len - i;
			continue;
		}
		if (cp == '\r' && i + 1 < len && s[i + 1] == '\n') {
			i++;
			continue;
		}
		if (is_single && (cp == '\n' || cp == '\r' || cp == '\t')) {
			buf_add_char(out, ' ');
			told.blanked++;
		} else {
			buf_add(out, s + i, n);
			told.hidden += !is_drawable(cp);
		}
		i += n;
	}
	return told;
}

void field_add_shown(struct buf *out, const char *s, size_t len)
{
	static const char *const dots[] = {"", ".", "\u00b7", "\u2022", "\U0001d7ce"};
	size_t kept = 0;

	if (len == 0) {
		return;
	}
	for (size_t i = 0; i < len;) {
		unsigned char byte = (unsigned char)s[i];

		if (byte >= ' ' && byte < 0x7f) {
			i++;
			continue;
		}
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);
		if (!is_drawable(cp)) {
			buf_add(out, s + kept, i - kept);
			buf_add(out, dots[n], n);
			kept = i + n;
		}
		i += n;
	}
	buf_add(out, s + kept, len - kept);
}

size_t field_newlines(const char *s, size_t len)
{
	size_t n = 0;

	for (const char *end = s + len; len > 0 && (s = memchr(s, '\n', (size_t)(end - s))) != NULL; s++) {
		n++;
	}
	return n;
}

void field_splice(struct buf *b, size_t at, size_t removed, const char *s, size_t len)
{
	size_t tail = b->len - at - removed;

	if (len == 0 && removed == 0) {
		return;
	}
	if (len > removed) {
		buf_add(b, s, len - removed); /* for the room */
		memmove(b->s + at + len, b->s + at + removed, tail);
	} else if (removed > len) {
		memmove(b->s + at + len, b->s + at + removed, tail);
		b->len -= removed - len;
		b->s[b->len] = '\0';
	}
	if (len > 0) {
		memcpy(b->s + at, s, len);
	}
}

size_t field_next_cluster(const struct buf *shown, size_t at)
{
	int cells;

	if (at >= shown->len) {
		return shown->len;
	}
	if (shown->s[at] == '\n') {
		return at + 1;
	}
	return at + width_cluster(shown->s + at, shown->len - at, &cells);
}

size_t field_prev_cluster(const struct buf *shown, size_t at)
{
	while (at > 0) {
		uint32_t cp;

		do {
			at--;
		} while (at > 0 && ((unsigned char)shown->s[at] & 0xc0) == 0x80);
		utf8_decode(shown->s + at, shown->len - at, &cp);
		if (cp < 0x80 || width_code_point(cp) != 0 || (at > 0 && shown->s[at - 1] == '\n')) {
			break;
		}
	}
	return at;
}

/* Letters and digits of any script, with the marks on them, and the sign that joins them in names. */
static bool is_word_at(const struct buf *text, size_t at)
{
	uint32_t cp;

	(void)utf8_decode(text->s + at, text->len - at, &cp);
	return cp == '_' || utf8_is_word(cp);
}

static size_t next_character(const struct buf *text, size_t at)
{
	do {
		at++;
	} while (at < text->len && ((unsigned char)text->s[at] & 0xc0) == 0x80);
	return at;
}

static size_t prev_character(const struct buf *text, size_t at)
{
	do {
		at--;
	} while (at > 0 && ((unsigned char)text->s[at] & 0xc0) == 0x80);
	return at;
}

size_t field_next_word(const struct buf *text, size_t at)
{
	while (at < text->len && !is_word_at(text, at)) {
		at = next_character(text, at);
	}
	while (at < text->len && is_word_at(text, at)) {
		at = next_character(text, at);
	}
	return at;
}

size_t field_prev_word(const struct buf *text, size_t at)
{
	while (at > 0 && !is_word_at(text, prev_character(text, at))) {
		at = prev_character(text, at);
	}
	while (at > 0 && is_word_at(text, prev_character(text, at))) {
		at = prev_character(text, at);
	}
	return at;
}

size_t field_paragraph_start(const struct buf *text, size_t at)
{
	const char *nl = at > 0 ? memrchr(text->s, '\n', at) : NULL;

	return nl != NULL ? (size_t)(nl - text->s) + 1 : 0;
}

size_t field_paragraph_end(const struct buf *text, size_t at)
{
	const char *nl = at < text->len ? memchr(text->s + at, '\n', text->len - at) : NULL;

	return nl != NULL ? (size_t)(nl - text->s) : text->len;
}
