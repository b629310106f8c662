#include "sim/fault.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* U+F8FF, for private use: nothing of a real answer is lost by replacing it. */
#define RAW_MARK "\xEF\xA3\xBF"
#define RAW_BYTES "\xFF\xC3\x28\xED\xA0\x80\xF5"

static const char *const names[FAULT_COUNT] = {
	[FAULT_BAD_REQUEST] = "400",
	[FAULT_AUTH] = "401",
	[FAULT_NOT_FOUND] = "404",
	[FAULT_RATE_LIMIT] = "429",
	[FAULT_SERVER_ERROR] = "500",
	[FAULT_OVERLOADED] = "529",
	[FAULT_RESET] = "reset",
	[FAULT_RESET_MID] = "reset-mid",
	[FAULT_STALL] = "stall",
	[FAULT_STALL_MID] = "stall-mid",
	[FAULT_TRUNCATED] = "truncate",
	[FAULT_STREAM_ERROR] = "stream-error",
	[FAULT_BAD_JSON] = "bad-json",
	[FAULT_SPLIT] = "split",
	[FAULT_CRLF] = "crlf",
	[FAULT_COMMENTS] = "comments",
	[FAULT_EMPTY_CHOICES] = "empty-choices",
	[FAULT_HOSTILE] = "hostile",
};

static const struct {
	enum sim_fault fault;
	enum refusal refusal;
} refusals[] = {
	{ FAULT_BAD_REQUEST, REFUSE_BAD_REQUEST },
	{ FAULT_AUTH, REFUSE_AUTH },
	{ FAULT_NOT_FOUND, REFUSE_NO_MODEL },
	{ FAULT_RATE_LIMIT, REFUSE_RATE },
	{ FAULT_SERVER_ERROR, REFUSE_SERVER },
	{ FAULT_OVERLOADED, REFUSE_OVERLOADED },
};

const char *sim_fault_name(enum sim_fault f)
{
	return (unsigned)f < FAULT_COUNT ? names[f] : "";
}

bool sim_fault_from_name(const char *name, enum sim_fault *f)
{
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*f = (enum sim_fault)i;
			return true;
		}
	}
	return false;
}

bool fault_refusal(enum sim_fault f, enum refusal *out)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		if (refusals[i].fault == f) {
			*out = refusals[i].refusal;
			return true;
		}
	}
	return false;
}

double fault_chance(uint64_t hash)
{
	return (double)(hash_mix(hash) >> 11) * 0x1.0p-53;
}

enum sim_fault fault_draw(const double fail[FAULT_COUNT], uint64_t hash)
{
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		if (fail[i] > 0 && fault_chance(hash + i * 0x9e3779b97f4a7c15ULL) < fail[i]) {
			return (enum sim_fault)i;
		}
	}
	return FAULT_NONE;
}

const char *fault_hostile_text(size_t *len)
{
	/* Clear the screen, colours, window title, clipboard, a link, reset, C1 controls, bidi, zero width, NUL and BEL, a mark stack. */
	static const char text[] = "Hostile text begins. \x1b[2J\x1b[H\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]52;c;c29uZGU=\x07 "
				   "\x1b]8;;http://example.com/\x1b\\link\x1b]8;;\x1b\\ \x1b"
				   "c \x1bP+q544e\x1b\\ \xC2\x9B"
				   "2J \xC2\x9D"
				   "0;c1\xC2\x9C "
				   "\xE2\x80\xAE"
				   "abc\xE2\x80\xAC \xE2\x81\xA6xyz\xE2\x81\xA9 a\xE2\x80\x8B"
				   "b \xEF\xBB\xBF nul:\0: bel:\a bs:\b\b\b cr:\rover \x7f "
				   "z\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB "
				   "\xE2\x80\xA8line separator. Raw: " RAW_MARK " end.";

	*len = sizeof(text) - 1;
	return text;
}

void fault_raw_bytes(struct buf *bytes)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < bytes->len; i++) {
		if (bytes->len - i >= 3 && memcmp(bytes->s + i, RAW_MARK, 3) == 0) {
			(void)buf_add(&out, RAW_BYTES, sizeof(RAW_BYTES) - 1);
			i += 2;
		} else {
			(void)buf_add_char(&out, bytes->s[i]);
		}
	}
	buf_free(bytes);
	*bytes = out;
}

void fault_crlf(struct buf *bytes)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < bytes->len; i++) {
		if (bytes->s[i] == '\n') {
			(void)buf_add_char(&out, '\r');
		}
		(void)buf_add_char(&out, bytes->s[i]);
	}
	buf_free(bytes);
	*bytes = out;
}

size_t fault_cut(const char *s, size_t len, uint64_t salt)
{
	size_t most = 1 + (size_t)(hash_mix(salt) % 40);

	for (size_t i = 0; i + 1 < len && i < most; i++) {
		/* Behind a lead byte, behind a backslash, inside \uXXXX, between CR and LF, and between two line ends. */
		if ((unsigned char)s[i] >= 0xC2 || s[i] == '\\' || (i > 1 && s[i - 2] == '\\' && s[i - 1] == 'u') || s[i] == '\r' ||
		    s[i] == '\n') {
			return i + 1;
		}
	}
	return most < len ? most : len;
}
