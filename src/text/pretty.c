#include "text/pretty.h"

#include <string.h>

#include "base/mem.h"

#define INDENT 2
#define INDENT_MOST 40 /* levels that are indented; deeper ones stand below these */

enum fence { FENCE_NONE, FENCE_TICKS, FENCE_NAME, FENCE_OPEN, FENCE_CLOSING };

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void new_line(const struct pretty *p, struct buf *out)
{
	unsigned levels = p->depth < INDENT_MOST ? p->depth : INDENT_MOST;

	(void)buf_addf(out, "\n%*s", (int)(levels * INDENT), "");
}

/* A line is begun when it is known that something stands on it: so {} stays {}. */
static void before_token(struct pretty *p, struct buf *out)
{
	if (p->is_opened || p->wants_line) {
		new_line(p, out);
	}
	p->is_opened = p->wants_line = false;
}

static void open_value(struct pretty *p, char c, struct buf *out)
{
	before_token(p, out);
	(void)buf_add_char(out, c);
	p->depth++;
	p->is_opened = true;
	p->state = PRETTY_INSIDE;
}

static void close_value(struct pretty *p, char c, struct buf *out)
{
	p->depth--;
	if (!p->is_opened) {
		new_line(p, out);
	}
	p->is_opened = p->wants_line = false;
	(void)buf_add_char(out, c);
	if (p->depth == 0) {
		p->state = PRETTY_DONE;
	}
}

/* Outside of strings only numbers and three words may stand. */
static bool is_word_char(struct pretty *p, char c)
{
	static const char *const words[] = { "true", "false", "null" };

	if (strchr("+-.0123456789", c) != NULL) {
		return p->n_word == 0 || (p->n_word == 1 && (p->word[0] == 'e' || p->word[0] == 'E'));
	}
	if (p->n_word + 1u >= sizeof(p->word)) {
		return false;
	}
	if ((c == 'e' || c == 'E') && p->n_word == 0 && p->is_word) { /* of a number */
		p->word[p->n_word++] = c;
		return true;
	}
	p->word[p->n_word++] = c;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strncmp(words[i], p->word, p->n_word) == 0) {
			return true;
		}
	}
	return false;
}

static void string_char(struct pretty *p, char c, struct buf *out)
{
	(void)buf_add_char(out, c);
	if (p->is_escape) {
		p->is_escape = false;
	} else if (c == '\\') {
		p->is_escape = true;
	} else if (c == '"') {
		p->is_string = false;
	}
}

static void inside(struct pretty *p, char c, struct buf *out)
{
	if (is_blank(c) || strchr("{}[],:\"", c) != NULL) {
		p->is_word = false;
		p->n_word = 0;
	}
	switch (c) {
	case ' ':
	case '\n':
	case '\t':
	case '\r':
		break;
	case '{':
	case '[':
		open_value(p, c, out);
		break;
	case '}':
	case ']':
		close_value(p, c, out);
		break;
	case ',':
		(void)buf_add_char(out, c);
		p->wants_line = true;
		p->is_opened = false;
		break;
	case ':':
		(void)buf_add_str(out, ": ");
		break;
	case '"':
		before_token(p, out);
		(void)buf_add_char(out, c);
		p->is_string = true;
		break;
	default:
		if (!is_word_char(p, c)) {
			p->state = PRETTY_NOT;
			return;
		}
		before_token(p, out);
		p->is_word = true;
		(void)buf_add_char(out, c);
	}
}

/* Blanks, a fence "```json" and a line end, then the value. */
static void start(struct pretty *p, char c, struct buf *out)
{
	if (p->fence == FENCE_NAME) {
		p->fence = c == '\n' ? FENCE_OPEN : FENCE_NAME;
	} else if (c == '`' && (p->fence == FENCE_NONE || p->fence == FENCE_TICKS) && p->n_ticks < 3) {
		p->fence = ++p->n_ticks == 3 ? FENCE_NAME : FENCE_TICKS;
	} else if ((c == '{' || c == '[') && p->fence != FENCE_TICKS) {
		open_value(p, c, out);
	} else if (!is_blank(c) || p->fence == FENCE_TICKS) {
		p->state = PRETTY_NOT;
	}
}

/* Nothing more may come but the end of the fence. */
static void done(struct pretty *p, char c)
{
	if (c == '`' && (p->fence == FENCE_OPEN || (p->fence == FENCE_CLOSING && p->n_ticks > 0))) {
		p->n_ticks = p->fence == FENCE_OPEN ? 2 : (unsigned char)(p->n_ticks - 1);
		p->fence = FENCE_CLOSING;
	} else if (!is_blank(c)) {
		p->state = PRETTY_NOT;
	}
}

void pretty_feed(struct pretty *p, const char *bytes, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len && p->state != PRETTY_NOT; i++) {
		if (p->is_string) {
			string_char(p, bytes[i], out);
		} else if (p->state == PRETTY_INSIDE) {
			inside(p, bytes[i], out);
		} else if (p->state == PRETTY_START) {
			start(p, bytes[i], out);
		} else {
			done(p, bytes[i]);
		}
	}
}

size_t pretty_key(const char *line, size_t len, size_t *start_at)
{
	size_t at = 0, end;

	while (at < len && line[at] == ' ') {
		at++;
	}
	if (at == len || line[at] != '"') {
		return 0;
	}
	for (end = at + 1; end < len && line[end] != '"'; end++) {
		end += line[end] == '\\';
	}
	if (end + 1 >= len || line[end + 1] != ':') {
		return 0;
	}
	*start_at = at;
	return end + 1 - at;
}
