#include "metrics/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define READ_BYTES ((size_t)256 << 10)
#define LONGEST (INGEST_LINE_MAX + 4) /* a mark in front and CR are not part of the line */
#define LOOK_AHEAD 4096

enum mode {
	MODE_START,
	MODE_LINES,
	MODE_ARRAY,   /* between elements */
	MODE_ELEMENT, /* inside one */
	MODE_AFTER,   /* the end of the array; lines may follow */
};

struct records {
	char *bytes; /* READ_BYTES more than the longest record */
	size_t at, filled;
	enum mode mode;
	bool is_skipping; /* in a record that is too long */
	/* of an element: how far it was looked at, and what of it is open there */
	size_t looked;
	size_t depth;
	bool is_in_string, is_escaped;
};

struct records *records_new(void)
{
	struct records *r = x_calloc(1, sizeof(*r));

	r->bytes = x_malloc(LONGEST + READ_BYTES);
	return r;
}

void records_free(struct records *r)
{
	if (r != NULL) {
		free(r->bytes);
		free(r);
	}
}

char *records_room(struct records *r, size_t *room)
{
	memmove(r->bytes, r->bytes + r->at, r->filled - r->at);
	r->filled -= r->at;
	r->looked -= r->mode == MODE_ELEMENT ? r->at : 0;
	r->at = 0;
	*room = LONGEST + READ_BYTES - r->filled;
	return r->bytes + r->filled;
}

void records_filled(struct records *r, size_t n)
{
	r->filled += n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The first byte from `from` on that is not blank; '\0' when there is none yet. */
static char peek(const struct records *r, size_t from, size_t *at)
{
	while (from < r->filled && is_blank(r->bytes[from])) {
		from++;
	}
	*at = from;
	return from < r->filled ? r->bytes[from] : '\0';
}

/* An array of objects begins "[{"; a line of a log may well begin "[2026-". False: more bytes are needed to tell. */
static bool choose_mode(struct records *r, bool is_end)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t len = r->filled - r->at, first, second;
	bool is_enough = is_end || len >= LOOK_AHEAD;

	if (!is_enough && (len == 0 || (len < 3 && memcmp(r->bytes + r->at, mark, len) == 0))) {
		return false;
	}
	size_t start = len >= 3 && memcmp(r->bytes + r->at, mark, 3) == 0 ? r->at + 3 : r->at;
	char c = peek(r, start, &first);
	char next = c == '[' ? peek(r, first + 1, &second) : '\0';

	if (!is_enough && (c == '\0' || (c == '[' && next == '\0'))) {
		return false;
	}
	r->at = start;
	r->mode = MODE_LINES;
	if (c == '[' && (next == '{' || next == ']')) {
		r->at = first + 1;
		r->mode = MODE_ARRAY;
	}
	return true;
}

/* Hands out [at, end) and goes on after `next`. */
static enum record_kind give(struct records *r, size_t end, size_t next, const char **text, size_t *len)
{
	bool is_long = r->is_skipping;

	*text = r->bytes + r->at;
	*len = end - r->at;
	r->at = next;
	r->is_skipping = false;
	return is_long ? RECORD_LONG : RECORD_WHOLE;
}

/* The record so far is too long already: its bytes are not needed. */
static void drop_long(struct records *r)
{
	if (r->is_skipping || r->filled - r->at > LONGEST) {
		r->is_skipping = true;
		r->at = r->filled;
		r->looked = r->filled;
	}
}

static enum record_kind next_line(struct records *r, bool is_end, const char **text, size_t *len)
{
	char *lf = memchr(r->bytes + r->at, '\n', r->filled - r->at);

	if (lf != NULL) {
		size_t end = (size_t)(lf - r->bytes);

		return give(r, end, end + 1, text, len);
	}
	if (is_end && (r->at < r->filled || r->is_skipping)) {
		return give(r, r->filled, r->filled, text, len);
	}
	drop_long(r);
	return RECORD_NONE;
}

/* To the end of the element that begins at r->at. */
static bool look_through(struct records *r)
{
	for (; r->looked < r->filled; r->looked++) {
		char c = r->bytes[r->looked];

		if (r->is_in_string) {
			bool was_escaped = r->is_escaped;

			r->is_escaped = c == '\\' && !was_escaped;
			r->is_in_string = c != '"' || was_escaped;
		} else if (c == '"') {
			r->is_in_string = true;
		} else if (c == '{' || c == '[') {
			r->depth++;
		} else if ((c == '}' || c == ']') && --r->depth == 0) {
			r->looked++;
			return true;
		}
	}
	return false;
}

static enum record_kind next_element(struct records *r, bool is_end, const char **text, size_t *len)
{
	if (look_through(r) || (is_end && (r->at < r->filled || r->is_skipping))) {
		r->mode = MODE_ARRAY;
		return give(r, r->looked, r->looked, text, len);
	}
	drop_long(r);
	return RECORD_NONE;
}

/* To the next element. What is neither one nor the end of the array is read as lines, which tells where it stands. */
static bool enter_element(struct records *r)
{
	char c;

	do {
		c = peek(r, r->at, &r->at);
		r->at += c == ',' ? 1 : 0;
	} while (c == ',');
	if (c == '\0' && r->at == r->filled) {
		return false;
	}
	if (c == '{') {
		r->mode = MODE_ELEMENT;
		r->looked = r->at;
		r->depth = 0;
		r->is_in_string = r->is_escaped = false;
		return true;
	}
	r->at += c == ']' ? 1 : 0;
	r->mode = c == ']' ? MODE_AFTER : MODE_LINES;
	return true;
}

enum record_kind records_next(struct records *r, bool is_end, const char **text, size_t *len)
{
	if (r->mode == MODE_START && !choose_mode(r, is_end)) {
		return RECORD_NONE;
	}
	if (r->mode == MODE_ARRAY && !enter_element(r)) {
		return RECORD_NONE;
	}
	if (r->mode == MODE_AFTER) {
		if (peek(r, r->at, &r->at) == '\0' && r->at == r->filled) {
			return RECORD_NONE;
		}
		r->mode = MODE_LINES;
	}
	return r->mode == MODE_ELEMENT ? next_element(r, is_end, text, len) : next_line(r, is_end, text, len);
}
