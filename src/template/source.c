#include "template/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"

/* Code points of the line shown before the place and after it. */
#define BEFORE_MOST 30
#define AFTER_MOST 40

const char *template_error_name(enum template_error_kind kind)
{
	static const char *const names[] = { "", "syntax", "undefined", "type", "unknown_filter", "unknown_test", "division_by_zero",
		"missing_include", "include_depth", "limit" };

	return names[kind];
}

void source_place(const struct source *s, size_t at, size_t *line, size_t *column)
{
	const char *start = s->text.s, *end = start + at, *newline;

	*line = 1;
	while (start < end && (newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
		start = newline + 1;
		++*line;
	}
	*column = 1 + text_count((struct span){ start, (size_t)(end - start) });
}

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* The excerpt is cleaned in two parts, so that the caret stands under the place whatever is dropped before it. */
static void take_excerpt(const struct source *s, size_t at, struct template_error *e)
{
	const char *text = s->text.s;
	size_t from = at, to = at;

	for (size_t n = 0; from > 0 && text[from - 1] != '\n' && n < BEFORE_MOST; n++) {
		do {
			from--;
		} while (from > 0 && is_inside(text[from]));
	}
	for (size_t n = 0; to < s->text.len && text[to] != '\n' && n < AFTER_MOST; n++) {
		do {
			to++;
		} while (to < s->text.len && is_inside(text[to]));
	}
	char *before = clean_line(text + from, at - from, 0), *after = clean_line(text + at, to - at, 0);
	char *line = x_asprintf("%s%s", before, after);

	clean_line_into(line, e->excerpt, sizeof(e->excerpt));
	e->caret = width_text(before, strlen(before));
	free(before);
	free(after);
	free(line);
}

bool source_error(const struct source *s, size_t at, struct template_error *e, enum template_error_kind kind, const char *fmt, ...)
{
	va_list ap;

	*e = (struct template_error){ .kind = kind };
	(void)snprintf(e->template, sizeof(e->template), "%s", s->name);
	source_place(s, at, &e->line, &e->column);
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	take_excerpt(s, at, e);
	return false;
}

void source_hint_near(struct template_error *e, const struct near_best *best)
{
	if (best->n > 0) {
		(void)snprintf(e->hint, sizeof(e->hint), "did you mean %s?", best->names[0]);
	}
}

void template_error_caret(const struct template_error *e, size_t indent, struct buf *out)
{
	(void)buf_addf(out, "%*s%s\n%*s^\n", (int)indent, "", e->excerpt, (int)(indent + e->caret), "");
}

bool template_error_err(const struct template_error *from, struct err *e)
{
	err_set(e, ERR_TEMPLATE, "%s:%zu:%zu: %s", from->template, from->line, from->column, from->message);
	return from->hint[0] != '\0' ? err_hint(e, "%s", from->hint) : false;
}
