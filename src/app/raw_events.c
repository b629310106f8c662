#include "app/raw_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void raw_events_free(struct raw_events *e)
{
	free(e->at);
	*e = (struct raw_events){ 0 };
}

void raw_events_clear(struct raw_events *e)
{
	e->n = e->n_forgotten = e->read = 0;
	e->is_begun = false;
}

static void add(struct raw_events *e, size_t start, size_t end)
{
	if (e->n == RAW_EVENTS_MAX) { /* half at once, so that it is rarely done */
		memmove(e->at, e->at + RAW_EVENTS_MAX / 2, (RAW_EVENTS_MAX - RAW_EVENTS_MAX / 2) * sizeof(*e->at));
		e->n -= RAW_EVENTS_MAX / 2;
		e->n_forgotten += RAW_EVENTS_MAX / 2;
	}
	*array_push(e->at, e->n, e->cap) = (struct raw_event){ start, end - start };
}

static size_t without_line_end(const char *body, size_t start, size_t end)
{
	while (end > start && (body[end - 1] == '\n' || body[end - 1] == '\r')) {
		end--;
	}
	return end;
}

/* An SSE event ends at an empty line; of NDJSON each line is one. */
static void take_line(struct raw_events *e, const char *body, size_t start, size_t end, enum framing framing)
{
	size_t text_end = without_line_end(body, start, end);

	if (framing == FRAMING_NDJSON) {
		if (text_end > start) {
			add(e, start, text_end);
		}
		return;
	}
	if (text_end > start && !e->is_begun) {
		e->start = start;
		e->is_begun = true;
	} else if (text_end == start && e->is_begun) {
		add(e, e->start, without_line_end(body, e->start, start));
		e->is_begun = false;
	}
}

void raw_events_update(struct raw_events *e, const char *body, size_t len, enum framing framing, bool is_over)
{
	if (len < e->read) { /* a new attempt */
		raw_events_clear(e);
	}
	while (e->read < len) {
		const char *newline = memchr(body + e->read, '\n', len - e->read);
		size_t end = newline != NULL ? (size_t)(newline - body) + 1 : len;

		if (newline == NULL && !is_over) {
			break;
		}
		take_line(e, body, e->read, end, framing);
		e->read = end;
	}
	if (is_over && e->is_begun) {
		add(e, e->start, without_line_end(body, e->start, len));
		e->is_begun = false;
	}
}

/* The value of a field of SSE: one blank after the colon is not part of it. NULL when the line is another. */
static const char *field_value(const char *line, size_t len, const char *field, size_t *value_len)
{
	size_t n = strlen(field);

	if (len <= n || memcmp(line, field, n) != 0 || line[n] != ':') {
		return NULL;
	}
	n += n + 1 < len && line[n + 1] == ' ' ? 2 : 1;
	*value_len = len - n;
	return line + n;
}

void raw_event_parts(const char *event, size_t len, struct buf *name, struct buf *data)
{
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(event + at, '\n', len - at);
		size_t end = newline != NULL ? (size_t)(newline - event) : len;
		size_t text_end = without_line_end(event, at, end), n;
		const char *value = field_value(event + at, text_end - at, "event", &n);

		if (value != NULL) {
			(void)buf_add(name, value, n);
		} else {
			value = field_value(event + at, text_end - at, "data", &n);
			if (data->len > 0) {
				(void)buf_add_char(data, '\n');
			}
			(void)buf_add(data, value != NULL ? value : event + at, value != NULL ? n : text_end - at);
		}
		at = end + 1;
	}
}

const char *raw_event_piece(const char *data, size_t len, size_t *piece_len)
{
	static const char *const members[] = { "\"text\":", "\"content\":", "\"thinking\":", "\"reasoning\":", "\"partial_json\":", "\"arguments\":" };

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const char *at = memmem(data, len, members[i], strlen(members[i]));
		size_t k = at != NULL ? (size_t)(at - data) + strlen(members[i]) : len;

		k += k < len && data[k] == ' ';
		if (k >= len || data[k] != '"') {
			continue;
		}
		size_t start = ++k;
		while (k < len && data[k] != '"') {
			k += data[k] == '\\' ? 2 : 1;
		}
		if (k > start && k <= len) {
			*piece_len = k - start;
			return data + start;
		}
	}
	return NULL;
}
