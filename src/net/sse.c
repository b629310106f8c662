/* Bytes become lines, lines become events. A line that lies whole in the bytes fed is worked on in place; only a line cut by the end of a
 * read is copied. Line ends are found with memchr, so that a byte is looked at twice (LF, CR) by code that reads 16 or more at a time.
 *
 * Deviations from the WHATWG text, as the official clients of the providers read it (openai-node, anthropic-sdk-typescript, 2026-08):
 * - an event with a name and no data is handed over; `id` and `retry` are ignored, there is no reconnection;
 * - a last event without its empty line is handed over when its data is whole: a closed JSON value or "[DONE]". The text drops it, and with
 * it the usage figures of servers that forget the last line end;
 * - a bare JSON value in place of an event is handed over as "!bare" (Gemini reports errors so). */
#include "net/sse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LIMIT ((size_t)16 << 20)

/* How far the brackets of a JSON text are closed. Enough to tell a cut text from a whole one; whether it is valid is the reader's question.
 */
struct brackets {
	size_t depth;
	bool in_string, is_escaped, has_closed;
};

struct frames {
	enum framing framing;
	frame_fn *on_frame;
	void *ctx;
	struct buf line; /* the line cut by the end of a read */
	struct buf data, name;
	struct brackets bare;
	bool has_data, has_name, is_bare;
	bool skip_lf; /* the last read ended with CR */
	bool is_past_first_line, is_stopped, is_failed;
};

struct frames *frames_new(enum framing framing, frame_fn *on_frame, void *ctx)
{
	struct frames *f = x_calloc(1, sizeof(*f));

	f->framing = framing;
	f->on_frame = on_frame;
	f->ctx = ctx;
	buf_init(&f->line, LIMIT);
	buf_init(&f->data, LIMIT);
	buf_init(&f->name, LIMIT);
	return f;
}

void frames_free(struct frames *f)
{
	if (f == NULL) {
		return;
	}
	buf_free(&f->line);
	buf_free(&f->data);
	buf_free(&f->name);
	free(f);
}

static bool too_long(struct frames *f, const char *what, struct err *e)
{
	f->is_failed = true;
	(void)err_set(e, ERR_PROVIDER, "the stream has %s of more than 16 MiB", what);
	return err_hint(e, "this is no answer of a model; check the base URL of the provider");
}

static void brackets_scan(struct brackets *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (b->is_escaped) {
			b->is_escaped = false;
		} else if (b->in_string) {
			b->is_escaped = c == '\\';
			b->in_string = c != '"';
		} else if (c == '"') {
			b->in_string = true;
		} else if (c == '{' || c == '[') {
			b->depth++;
		} else if ((c == '}' || c == ']') && b->depth > 0 && --b->depth == 0) {
			b->has_closed = true;
		}
	}
}

static bool brackets_are_closed(const struct brackets *b)
{
	return b->has_closed && b->depth == 0 && !b->in_string;
}

static void hand_over(struct frames *f, const char *name)
{
	f->is_stopped = !f->on_frame(f->ctx, name, buf_str(&f->data), f->data.len);
	buf_clear(&f->data);
}

static void end_event(struct frames *f)
{
	if (f->has_data || f->has_name) {
		hand_over(f, f->has_name ? buf_str(&f->name) : "");
		f->has_data = f->has_name = false;
	}
}

static bool bare_line(struct frames *f, const char *s, size_t len, struct err *e)
{
	if ((f->data.len > 0 && !buf_add_char(&f->data, '\n')) || !buf_add(&f->data, s, len)) {
		return too_long(f, "a JSON value", e);
	}
	brackets_scan(&f->bare, s, len);
	if (brackets_are_closed(&f->bare)) {
		hand_over(f, "!bare");
		f->is_bare = false;
	}
	return true;
}

static bool add_data(struct frames *f, const char *s, size_t len, struct err *e)
{
	if ((f->has_data && !buf_add_char(&f->data, '\n')) || !buf_add(&f->data, s, len)) {
		return too_long(f, "an event", e);
	}
	f->has_data = true;
	return true;
}

static bool is_field(const char *s, size_t name_len, const char *name)
{
	return name_len == strlen(name) && memcmp(s, name, name_len) == 0;
}

static bool sse_line(struct frames *f, const char *s, size_t len, struct err *e)
{
	if (f->is_bare) {
		return bare_line(f, s, len, e);
	}
	if (len == 0) {
		end_event(f);
		return true;
	}
	if ((s[0] == '{' || s[0] == '[') && !f->has_data && !f->has_name) {
		f->is_bare = true;
		f->bare = (struct brackets){ 0 };
		return bare_line(f, s, len, e);
	}
	/* `data` at the start is what nearly every line is; its colon is then known without a search. */
	const char *colon = len > 4 && s[4] == ':' ? s + 4 : memchr(s, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - s) : len;
	const char *value = colon != NULL ? colon + 1 : s + len, *end = s + len;

	if (value < end && *value == ' ') {
		value++;
	}
	if (is_field(s, name_len, "data")) {
		return add_data(f, value, (size_t)(end - value), e);
	}
	if (is_field(s, name_len, "event")) {
		buf_clear(&f->name);
		(void)buf_add(&f->name, value, (size_t)(end - value)); /* no longer than a line, so it fits */
		f->has_name = f->name.len > 0;
	}
	return true;
}

static bool is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t') {
			return false;
		}
	}
	return true;
}

static bool whole_line(struct frames *f, const char *s, size_t len, struct err *e)
{
	if (len > LIMIT) {
		return too_long(f, "a line", e);
	}
	if (!f->is_past_first_line) {
		f->is_past_first_line = true;
		if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
			s += 3;
			len -= 3;
		}
	}
	if (f->framing == FRAMING_SSE) {
		return sse_line(f, s, len, e);
	}
	len -= len > 0 && s[len - 1] == '\r' ? 1 : 0;
	if (!is_blank(s, len)) {
		buf_clear(&f->data);
		(void)buf_add(&f->data, s, len);
		hand_over(f, "");
	}
	return true;
}

/* A line that ends at s + len: joined with what earlier reads left of it. */
static bool end_line(struct frames *f, const char *s, size_t len, struct err *e)
{
	if (f->line.len == 0) {
		return whole_line(f, s, len, e);
	}
	if (!buf_add(&f->line, s, len)) {
		return too_long(f, "a line", e);
	}
	bool ok = whole_line(f, f->line.s, f->line.len, e);
	buf_clear(&f->line);
	return ok;
}

/* The lines of s[0..len) that end with a lone CR, or with a CR whose LF is at s[len]; *s moves to the rest. */
static bool cr_lines(struct frames *f, const char **s, const char *end, struct err *e)
{
	const char *cr;

	while (*s < end && !f->is_stopped && (cr = memchr(*s, '\r', (size_t)(end - *s))) != NULL) {
		if (!end_line(f, *s, (size_t)(cr - *s), e)) {
			return false;
		}
		*s = cr + 1;
		f->skip_lf = *s == end;
	}
	return true;
}

bool frames_feed(struct frames *f, const char *bytes, size_t len, struct err *e)
{
	const char *s = bytes, *end = bytes + len;

	if (f->is_failed) {
		return too_long(f, "a line or an event", e);
	}
	while (s < end && !f->is_stopped) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		const char *stop = lf != NULL ? lf : end;

		if (s < stop) {
			f->skip_lf = false;
		}
		if (f->framing == FRAMING_SSE && !cr_lines(f, &s, stop, e)) {
			return false;
		}
		if (f->is_stopped) {
			break;
		}
		if (lf == NULL) {
			return s == end || buf_add(&f->line, s, (size_t)(end - s)) || too_long(f, "a line", e);
		}
		if (!f->skip_lf && !end_line(f, s, (size_t)(lf - s), e)) {
			return false;
		}
		f->skip_lf = false;
		s = lf + 1;
	}
	return true;
}

static bool data_is_whole(const struct frames *f)
{
	struct brackets b = { 0 };

	if (f->data.len == 6 && memcmp(f->data.s, "[DONE]", 6) == 0) {
		return true;
	}
	brackets_scan(&b, buf_str(&f->data), f->data.len);
	return brackets_are_closed(&b);
}

bool frames_end(struct frames *f, struct err *e)
{
	if (f->is_failed) {
		return too_long(f, "a line or an event", e);
	}
	if (f->line.len > 0 && !f->is_stopped && !end_line(f, "", 0, e)) {
		return false;
	}
	if (f->is_stopped) {
		return true;
	}
	if (f->is_bare) {
		hand_over(f, "!bare");
		f->is_bare = false;
	} else if (f->has_data && data_is_whole(f)) {
		end_event(f);
	}
	return true;
}
