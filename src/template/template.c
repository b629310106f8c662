#include "template/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "template/parse.h"
#include "text/utf8.h"

/* Where the first byte stands that is no UTF-8. */
static size_t bad_byte(struct span s)
{
	size_t at = 0;

	while (at < s.len) {
		uint32_t cp;
		size_t n = utf8_decode(s.s + at, s.len - at, &cp);

		if (n == 0 || !utf8_valid(s.s + at, n)) {
			break;
		}
		at += n;
	}
	return at;
}

/* The template owns itself, its text and its tree. */
struct template *template_parse(const char *name, const char *text, size_t len, struct template_error *err)
{
	struct template *t = x_calloc(1, sizeof(*t));

	*err = (struct template_error){ 0 };
	t->source.name = x_strdup(name);
	t->source.text = (struct span){ x_strndup(text, len), len };
	if (!utf8_valid(t->source.text.s, len)) {
		source_error(&t->source, bad_byte(t->source.text), err, TEMPLATE_SYNTAX, "the text is not UTF-8: byte 0x%02X",
		    (unsigned char)t->source.text.s[bad_byte(t->source.text)]);
	} else if (parse_template(t, err)) {
		return t;
	}
	template_free(t);
	return NULL;
}

void template_free(struct template *t)
{
	if (t != NULL) {
		arena_free(&t->arena);
		free((char *)t->source.text.s);
		free((char *)t->source.name);
		free(t);
	}
}

const char *template_name(const struct template *t)
{
	return t->source.name;
}
