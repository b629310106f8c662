/* One state machine over code points. Every decision needs only the character at hand and what went before it, never what follows: so a
 * character is judged once, at once, and cutting the input cannot change the result. CR is written as LF when it comes, and an LF right
 * after it vanishes; emoji tails vanish because of the joiner before them.
 * Bytes that stay as they are are copied in runs; plain ASCII is found eight bytes at a time. */
#include "text/clean.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unictype.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"

#define MARKS_MAX 4
/* Most bytes of a clean cluster: U+25CC or a base, and its marks, four bytes each. */
#define CLUSTER_BYTES_MAX 24
#define ESC 0x1Bu
#define STRING_TERMINATOR 0x9Cu

enum state {
	GROUND,
	ESCAPE,        /* after ESC */
	ESCAPE_PART,   /* after ESC and intermediate bytes */
	CSI,
	STRING,        /* OSC, DCS, APC, PM, SOS */
	STRING_ESCAPE, /* after ESC in a string: its terminator, or the next sequence */
};

/* Bits of cleaner.after. */
enum {
	AFTER_CR = 1,
	AFTER_BASE = 2,       /* a character that marks can join */
	AFTER_PICTOGRAPH = 4, /* an emoji cluster */
	AFTER_JOINER = 8,     /* and a zero-width joiner */
	AFTER_SELECTOR = 16,  /* and a variation selector */
	AFTER_MODIFIER = 32,  /* and a skin tone */
};

enum verdict {
	KEEP,    /* the character as it is */
	DROP,
	NEWLINE, /* LF instead */
	BAD,     /* U+FFFD instead */
	CIRCLED, /* U+25CC, then the character */
	SHOW,    /* its number in brackets instead */
};

/* Invisible characters: all of Default_Ignorable_Code_Point, the interlinear marks and the Egyptian format controls. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x00AD, 0x00AD },   /* soft hyphen */
	{ 0x034F, 0x034F },   /* combining grapheme joiner */
	{ 0x061C, 0x061C },   /* Arabic letter mark */
	{ 0x115F, 0x1160 },   /* Hangul fillers */
	{ 0x17B4, 0x17B5 },   /* Khmer inherent vowels */
	{ 0x180B, 0x180F },   /* Mongolian variation selectors and vowel separator */
	{ 0x200B, 0x200F },   /* zero-width space, joiners, LRM, RLM */
	{ 0x202A, 0x202E },   /* bidi embeddings and overrides */
	{ 0x2060, 0x206F },   /* word joiner, invisible operators, bidi isolates, deprecated formats */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xFE00, 0xFE0F },   /* variation selectors */
	{ 0xFEFF, 0xFEFF },   /* byte order mark */
	{ 0xFFA0, 0xFFA0 },   /* halfwidth Hangul filler */
	{ 0xFFF0, 0xFFFB },   /* reserved, interlinear marks */
	{ 0x13430, 0x13438 }, /* Egyptian format controls */
	{ 0x1BCA0, 0x1BCA3 }, /* shorthand format controls */
	{ 0x1D173, 0x1D17A }, /* musical format controls */
	{ 0xE0000, 0xE0FFF }, /* tags, variation selectors 17 to 256 */
};

static bool is_hidden(uint32_t cp)
{
	size_t low = 0, high = COUNT_OF(hidden);

	if (cp < hidden[0].first || (cp > 0x3164 && cp < 0xFE00)) {
		return false; /* most letters of the world */
	}
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (cp > hidden[mid].last) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return low < COUNT_OF(hidden) && cp >= hidden[low].first;
}

static bool is_pictograph(uint32_t cp)
{
	bool may_be = cp == 0xA9 || cp == 0xAE || (cp >= 0x203C && cp <= 0x3299) || (cp >= 0x1F000 && cp <= 0x1FFFD);

	return may_be && uc_is_property_extended_pictographic(cp);
}

static bool is_skin_tone(uint32_t cp)
{
	return cp >= 0x1F3FB && cp <= 0x1F3FF;
}

/* Which sequence a control starts, in its C1 form; GROUND: none. */
static enum state state_of_c1(uint32_t cp)
{
	switch (cp) {
	case 0x9B:
		return CSI;
	case 0x90: /* DCS */
	case 0x98: /* SOS */
	case 0x9D: /* OSC */
	case 0x9E: /* PM */
	case 0x9F: /* APC */
		return STRING;
	default:
		return GROUND;
	}
}

/* A control goes; with it starts a sequence, or none. */
static void start_sequence(struct cleaner *c, enum state state)
{
	c->state = (unsigned char)state;
	c->in_sequence = 0;
	c->dropped++;
}

/* A printable character or beyond, in a sequence that is no string. Returns whether the sequence takes it. */
static bool sequence_goes_on(struct cleaner *c, uint32_t cp)
{
	bool is_intermediate = cp >= 0x20 && cp <= 0x2F;
	enum state next = GROUND;

	if (cp > 0x7E) {
		c->state = GROUND;
		return false;
	}
	if (c->state == CSI) {
		next = cp < 0x40 ? CSI : GROUND;
	} else if (is_intermediate) {
		next = ESCAPE_PART;
	} else if (c->state == ESCAPE && cp >= 0x40 && cp <= 0x5F) {
		next = state_of_c1(cp + 0x40);
	}
	c->state = (unsigned char)next;
	return true;
}

/* One character inside a sequence. Returns false when the sequence is over before it, and the character is text. */
static bool sequence_takes(struct cleaner *c, uint32_t cp, size_t len)
{
	bool is_string = c->state == STRING;

	c->in_sequence += (unsigned)len;
	if (c->in_sequence > CLEAN_SEQUENCE_MAX || cp == '\n' || cp == '\r') {
		c->state = GROUND;
		return false;
	}
	if (c->state == STRING_ESCAPE) {
		if (cp == '\\') {
			c->state = GROUND;
			return true;
		}
		start_sequence(c, ESCAPE);
	}
	if (cp == ESC) {
		if (is_string) {
			c->state = STRING_ESCAPE;
		} else {
			start_sequence(c, ESCAPE);
		}
		return true;
	}
	if (cp == 0x18 || cp == 0x1A || cp == '\a' || cp == STRING_TERMINATOR) {
		c->state = GROUND;
		return true;
	}
	if (cp >= 0x80 && cp <= 0x9F) {
		c->state = GROUND;
		return false;
	}
	if (is_string || cp < 0x20 || cp == 0x7F) {
		return true;
	}
	return sequence_goes_on(c, cp);
}

static void set_base(struct cleaner *c, int more)
{
	c->after = (unsigned char)(AFTER_BASE | more);
	c->marks = 0;
}

/* A character that nobody would see. Part of an ordinary cluster, it goes without being counted. */
static enum verdict judge_hidden(struct cleaner *c, bool is_usual)
{
	if (c->shows_invisible) {
		set_base(c, 0);
		return SHOW;
	}
	if (!is_usual) {
		c->dropped++;
	}
	return DROP;
}

static enum verdict judge_invisible(struct cleaner *c, uint32_t cp)
{
	if (cp == 0xFE0E || cp == 0xFE0F) {
		bool is_usual = (c->after & AFTER_BASE) != 0 && (c->after & AFTER_SELECTOR) == 0;

		c->after |= AFTER_SELECTOR;
		return judge_hidden(c, is_usual);
	}
	if (cp == 0x200D) {
		bool is_usual = (c->after & AFTER_PICTOGRAPH) != 0 && (c->after & AFTER_JOINER) == 0;

		c->after |= AFTER_JOINER;
		return judge_hidden(c, is_usual);
	}
	return judge_hidden(c, false);
}

static enum verdict judge_mark(struct cleaner *c)
{
	if ((c->after & AFTER_BASE) == 0) {
		set_base(c, 0);
		c->marks = 1;
		return CIRCLED;
	}
	if (c->marks == MARKS_MAX) {
		return judge_hidden(c, false);
	}
	c->marks++;
	return KEEP;
}

static enum verdict judge_control(struct cleaner *c, uint32_t cp)
{
	start_sequence(c, cp == ESC ? ESCAPE : state_of_c1(cp));
	return DROP;
}

/* One character of the text proper. */
static enum verdict judge_text(struct cleaner *c, uint32_t cp)
{
	unsigned before = c->after;

	c->after = (unsigned char)(before & ~(unsigned)AFTER_CR);
	if (cp == '\n' || cp == '\t') {
		c->after = 0;
		return cp == '\n' && (before & AFTER_CR) != 0 ? DROP : KEEP;
	}
	if (cp == '\r' || cp == 0x2028 || cp == 0x2029) {
		c->after = cp == '\r' ? AFTER_CR : 0;
		return NEWLINE;
	}
	if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F)) {
		return judge_control(c, cp);
	}
	if (is_hidden(cp)) {
		return judge_invisible(c, cp);
	}
	int width = width_code_point(cp);
	if (width == 0) {
		return judge_mark(c);
	}
	if (is_skin_tone(cp) && (before & AFTER_PICTOGRAPH) != 0) {
		c->after |= AFTER_MODIFIER;
		return judge_hidden(c, (before & AFTER_MODIFIER) == 0);
	}
	if (!is_pictograph(cp)) {
		set_base(c, 0);
		return width < 0 ? BAD : KEEP;
	}
	if ((before & AFTER_PICTOGRAPH) != 0 && (before & AFTER_JOINER) != 0) {
		c->after = AFTER_BASE | AFTER_PICTOGRAPH;
		return DROP;
	}
	set_base(c, AFTER_PICTOGRAPH);
	return width < 0 ? BAD : KEEP;
}

static enum verdict judge(struct cleaner *c, uint32_t cp, size_t len)
{
	if (c->state != GROUND && sequence_takes(c, cp, len)) {
		return DROP;
	}
	return judge_text(c, cp);
}

/* Writes what stands for a character that is not kept. */
static void replace(struct buf *out, enum verdict verdict, uint32_t cp)
{
	char bytes[4];

	switch (verdict) {
	case NEWLINE:
		(void)buf_add_char(out, '\n');
		break;
	case BAD:
		(void)buf_add(out, bytes, utf8_encode(CODE_POINT_BAD, bytes));
		break;
	case CIRCLED:
		(void)buf_add(out, bytes, utf8_encode(0x25CC, bytes));
		(void)buf_add(out, bytes, utf8_encode(cp, bytes));
		break;
	case SHOW:
		(void)buf_addf(out, "\u27E8%04X\u27E9", (unsigned)cp);
		break;
	case KEEP:
	case DROP:
		break;
	}
}

#define EVERY(byte) (0x0101010101010101u * (byte))

/* Bytes at the start of s that are printable ASCII, \n or \t. */
static size_t plain_run(const char *s, size_t len)
{
	size_t i = 0;

	for (; len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, s + i, sizeof(word));
		/* In each byte of `low` the top bit is free, so that no sum carries into the next byte; the top bits then tell:
		 * is DEL; is 20 or more; differs from LF; differs from TAB. */
		uint64_t low = word & EVERY(0x7F);
		uint64_t is_del = low + EVERY(0x01);
		uint64_t is_printable = low + EVERY(0x60);
		uint64_t is_not_lf = (low ^ EVERY(0x0A)) + EVERY(0x7F);
		uint64_t is_not_tab = (low ^ EVERY(0x09)) + EVERY(0x7F);

		if (((word | is_del | (~is_printable & is_not_lf & is_not_tab)) & EVERY(0x80)) != 0) {
			break;
		}
	}
	while (i < len && ((s[i] >= 0x20 && s[i] < 0x7F) || s[i] == '\n' || s[i] == '\t')) {
		i++;
	}
	return i;
}

/* Finishes the character that the bytes before began. Returns the bytes used; all of them when it still goes on. */
static size_t feed_pending(struct cleaner *c, const char *bytes, size_t len, struct buf *out)
{
	char s[sizeof(c->pending)];
	size_t used = 0;

	memcpy(s, c->pending, sizeof(s));
	while (c->n_pending > 0 && used < len) {
		uint32_t cp;

		s[c->n_pending] = bytes[used];
		size_t n = utf8_decode(s, c->n_pending + 1u, &cp);
		if (n == 0) {
			c->pending[c->n_pending++] = (unsigned char)bytes[used++];
			continue;
		}
		if (n > c->n_pending) {
			used++; /* else the new byte belongs to the next character */
		}
		enum verdict verdict = judge(c, cp, n);
		if (verdict == KEEP) {
			(void)buf_add(out, s, utf8_encode(cp, s));
		}
		replace(out, verdict, cp);
		c->n_pending = 0;
	}
	return used;
}

/* Whole characters straight from the input, copied in runs. Returns the bytes used: all but the start of an unfinished character. */
static size_t feed_whole(struct cleaner *c, const char *s, size_t len, struct buf *out)
{
	size_t i = 0, kept = 0; /* [kept, i) is to be copied */

	while (i < len) {
		if (c->state == GROUND && (c->after & AFTER_CR) == 0) {
			size_t n = plain_run(s + i, len - i);

			if (n > 0) {
				i += n;
				set_base(c, 0);
				if (s[i - 1] == '\n' || s[i - 1] == '\t') {
					c->after = 0;
				}
				continue;
			}
		}
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			break;
		}
		enum verdict verdict = judge(c, cp, n);
		if (verdict == KEEP && cp == CODE_POINT_BAD) {
			verdict = BAD; /* ill-formed bytes */
		}
		if (verdict != KEEP) {
			(void)buf_add(out, s + kept, i - kept);
			replace(out, verdict, cp);
			kept = i + n;
		}
		i += n;
	}
	(void)buf_add(out, s + kept, i - kept);
	return i;
}

void cleaner_init(struct cleaner *c)
{
	*c = (struct cleaner){ .state = GROUND };
}

void cleaner_feed(struct cleaner *c, const char *bytes, size_t len, struct buf *out)
{
	size_t used = feed_pending(c, bytes, len, out);

	used += feed_whole(c, bytes + used, len - used, out);
	/* At most three bytes are left; nothing is pending when there are any. */
	if (used < len) {
		c->n_pending = (unsigned char)(len - used);
		memcpy(c->pending, bytes + used, len - used);
	}
}

void cleaner_end(struct cleaner *c, struct buf *out)
{
	if (c->n_pending > 0 && judge(c, CODE_POINT_BAD, c->n_pending) == KEEP) {
		replace(out, BAD, CODE_POINT_BAD);
	}
	*c = (struct cleaner){ .shows_invisible = c->shows_invisible, .dropped = c->dropped };
}

char *clean_text(const char *bytes, size_t len)
{
	struct cleaner c;
	struct buf out = { 0 };

	cleaner_init(&c);
	cleaner_feed(&c, bytes, len, &out);
	cleaner_end(&c, &out);
	return buf_take(&out);
}

/* Clean text on one line, at least `enough` bytes of it when there are so many: a long body is not cleaned for a short label. */
static void clean_start(const char *bytes, size_t len, size_t enough, struct buf *out)
{
	struct cleaner c;

	cleaner_init(&c);
	for (size_t at = 0; at < len && out->len < enough;) {
		size_t n = len - at < 4096 ? len - at : 4096;

		cleaner_feed(&c, bytes + at, n, out);
		at += n;
	}
	cleaner_end(&c, out);
	for (size_t i = 0; i < out->len; i++) {
		if (out->s[i] == '\n' || out->s[i] == '\t') {
			out->s[i] = ' ';
		}
	}
}

char *clean_line(const char *bytes, size_t len, size_t cells)
{
	struct buf out = { 0 };
	bool is_limited = cells > 0 && cells < SIZE_MAX / CLUSTER_BYTES_MAX - 1;

	clean_start(bytes, len, is_limited ? (cells + 1) * CLUSTER_BYTES_MAX : SIZE_MAX, &out);
	if (is_limited && width_text(buf_str(&out), out.len) > cells) {
		out.len = width_fit(out.s, out.len, cells - 1, NULL);
		(void)buf_add_str(&out, "\u2026");
	}
	return buf_take(&out);
}

void clean_line_into(const char *text, char *out, size_t size)
{
	struct buf clean = { 0 };
	size_t len = 0;

	clean_start(text, strlen(text), size + CLUSTER_BYTES_MAX, &clean);
	while (len < clean.len) {
		int cells;
		size_t n = width_cluster(clean.s + len, clean.len - len, &cells);

		if (len + n >= size) {
			break;
		}
		len += n;
	}
	if (len > 0) {
		memcpy(out, clean.s, len);
	}
	out[len] = '\0';
	buf_free(&clean);
}
