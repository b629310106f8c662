/* lex - a template as tokens, one at a time: literal text, and inside the delimiters names, numbers, strings and operators.
 * Whitespace control (`{{-`, `-%}`) and comments are dealt with here. Strings with escapes are decoded into the template's arena. */
#ifndef SONDE_TEMPLATE_LEX_H
#define SONDE_TEMPLATE_LEX_H

#include "template/source.h"

enum token_kind {
	TOKEN_END,
	TOKEN_TEXT,   /* text: literal, after whitespace control, never empty */
	TOKEN_OPEN,   /* {{ or {%: operator says which */
	TOKEN_CLOSE,  /* }} or %} likewise */
	TOKEN_NAME,   /* text */
	TOKEN_NUMBER, /* value */
	TOKEN_STRING, /* value */
	TOKEN_OPERATOR
};

/* Operators are told by their one or two characters. */
#define OP1(c) ((unsigned)(c))
#define OP2(c, d) ((unsigned)(c) | (unsigned)(d) << 8)

struct token {
	enum token_kind kind;
	size_t at; /* byte in the source */
	struct span text;
	unsigned op;
	struct value value;
};

struct lexer {
	const struct source *source;
	struct arena *arena;
	struct template_error *err;
	size_t at;
	unsigned close;     /* inside delimiters: the operator that closes; 0 outside */
	size_t opened_at;   /* of the delimiter inside which it is */
	size_t braces;      /* { open in it, whose } is not the delimiter's */
	bool trims;         /* the last delimiter takes the whitespace after it */
};

/* False: err says why. */
bool lex_next(struct lexer *l, struct token *out) SONDE_MUST_CHECK;
/* After the closing delimiter of `{% raw %}`: the text before `{% END %}`, and passes over that. */
bool lex_raw(struct lexer *l, struct span end, struct span *body) SONDE_MUST_CHECK;

#endif
