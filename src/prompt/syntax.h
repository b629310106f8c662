/* syntax - templates of other languages put into that of sonde. What has no counterpart stays as literal text and is noted with its line. */
#ifndef SONDE_PROMPT_SYNTAX_H
#define SONDE_PROMPT_SYNTAX_H

#include "base/buf.h"

enum syntax {
	SYNTAX_SONDE,      /* Jinja: as it is */
	SYNTAX_LITERAL,    /* no template: {{, {% and {# mean themselves */
	SYNTAX_DOLLAR,     /* $name, ${name}, $$ */
	SYNTAX_HANDLEBARS  /* {{name}}, {{{name}}}, if, unless, each; mustache is the part without blocks */
};

typedef void syntax_note(void *ctx, int line, const char *text);
/* Appends the template. line: of the first character. Also noted: what looks like a variable of a language that the text is not in. */
void syntax_convert(enum syntax syntax, const char *text, size_t len, int line, struct buf *out, syntax_note *note, void *ctx);

#endif
