#include "template/lex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "base/mem.h"
#include "text/utf8.h"

#define OPEN_OUTPUT OP2('{', '{')
#define OPEN_STATEMENT OP2('{', '%')
#define OPEN_COMMENT OP2('{', '#')
#define CLOSE_OUTPUT OP2('}', '}')
#define CLOSE_STATEMENT OP2('%', '}')
#define NUMBER_MOST 400 /* digits */

static char peek(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->source->text.len ? l->source->text.s[l->at + ahead] : '\0';
}

static unsigned peek_two(const struct lexer *l, size_t ahead)
{
	return OP2((unsigned char)peek(l, ahead), (unsigned char)peek(l, ahead + 1));
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool failed(struct lexer *l, size_t at, const char *what)
{
	return source_error(l->source, at, l->err, TEMPLATE_SYNTAX, "%s", what);
}

/* ---- outside ---- */

/* The next delimiter that opens, at or after `from`; the end of the text when there is none. */
static size_t find_open(const struct lexer *l, size_t from)
{
	const char *s = l->source->text.s;
	size_t len = l->source->text.len;

	while (from < len) {
		const char *brace = memchr(s + from, '{', len - from);

		if (brace == NULL) {
			return len;
		}
		from = (size_t)(brace - s);
		if (from + 1 < len && (s[from + 1] == '{' || s[from + 1] == '%' || s[from + 1] == '#')) {
			return from;
		}
		from++;
	}
	return len;
}

static struct span trimmed(struct span s, bool left, bool right)
{
	while (left && s.len > 0 && is_space(s.s[0])) {
		s.s++;
		s.len--;
	}
	while (right && s.len > 0 && is_space(s.s[s.len - 1])) {
		s.len--;
	}
	return s;
}

/* From `{#` to after `#}`. */
static bool pass_comment(struct lexer *l)
{
	size_t start = l->at, from = start + 2;
	const char *s = l->source->text.s, *end;

	while ((end = memchr(s + from, '#', l->source->text.len - from)) != NULL) {
		size_t at = (size_t)(end - s);

		if (at + 1 < l->source->text.len && s[at + 1] == '}') {
			l->trims = at > start + 2 && s[at - 1] == '-';
			l->at = at + 2;
			return true;
		}
		from = at + 1;
	}
	return failed(l, start, "the comment is not closed: #} is missing");
}

static void open_tag(struct lexer *l, struct token *out)
{
	*out = (struct token){ .kind = TOKEN_OPEN, .at = l->at, .op = peek_two(l, 0) };
	l->close = out->op == OPEN_OUTPUT ? CLOSE_OUTPUT : CLOSE_STATEMENT;
	l->opened_at = l->at;
	l->braces = 0;
	l->at += 2;
	if (peek(l, 0) == '-' || (peek(l, 0) == '+' && out->op == OPEN_STATEMENT)) {
		l->at++;
	}
}

static bool lex_outside(struct lexer *l, struct token *out)
{
	const struct span all = l->source->text;

	while (l->at < all.len) {
		size_t start = l->at, open = find_open(l, start);
		bool trims_before = open + 2 < all.len && all.s[open + 2] == '-';
		struct span text = trimmed((struct span){ all.s + start, open - start }, l->trims, trims_before);

		l->at = open;
		l->trims = false;
		if (text.len > 0) {
			*out = (struct token){ .kind = TOKEN_TEXT, .at = (size_t)(text.s - all.s), .text = text };
			return true;
		}
		if (open < all.len && peek_two(l, 0) != OPEN_COMMENT) {
			open_tag(l, out);
			return true;
		}
		if (open < all.len && !pass_comment(l)) {
			return false;
		}
	}
	*out = (struct token){ .kind = TOKEN_END, .at = l->at };
	return true;
}

bool lex_raw(struct lexer *l, struct span end, struct span *body)
{
	size_t start = l->at, opened = l->opened_at;
	bool trims = l->trims;

	for (size_t open = start; (open = find_open(l, open)) < l->source->text.len; open++) {
		l->at = open;
		if (peek_two(l, 0) != OPEN_STATEMENT) {
			continue;
		}
		l->at += 2;
		bool trims_before = peek(l, 0) == '-';
		l->at += trims_before || peek(l, 0) == '+';
		while (is_space(peek(l, 0))) {
			l->at++;
		}
		if (l->source->text.len - l->at < end.len || memcmp(l->source->text.s + l->at, end.s, end.len) != 0) {
			continue;
		}
		l->at += end.len;
		while (is_space(peek(l, 0))) {
			l->at++;
		}
		l->trims = peek(l, 0) == '-';
		l->at += l->trims || peek(l, 0) == '+';
		if (peek_two(l, 0) == CLOSE_STATEMENT) {
			l->at += 2;
			*body = trimmed((struct span){ l->source->text.s + start, open - start }, trims, trims_before);
			return true;
		}
	}
	return source_error(l->source, opened, l->err, TEMPLATE_SYNTAX, "the raw text is not closed: {%% %.*s %%} is missing", (int)end.len, end.s);
}

/* ---- inside ---- */

/* Bytes of the character at the place when a name may begin with it, or go on; else 0. */
static size_t name_char(const struct lexer *l, bool is_first)
{
	char c = peek(l, 0);
	uint32_t cp;

	if ((unsigned char)c < 0x80) {
		return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!is_first && is_digit(c));
	}
	size_t n = utf8_decode(l->source->text.s + l->at, l->source->text.len - l->at, &cp);
	uint32_t mask = is_first ? UC_CATEGORY_MASK_L : UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N;
	return uc_is_general_category_withtable(cp, mask) ? n : 0;
}

static void lex_name(struct lexer *l, struct token *out)
{
	size_t start = l->at, n;

	while ((n = name_char(l, l->at == start)) > 0) {
		l->at += n;
	}
	*out = (struct token){ .kind = TOKEN_NAME, .at = start, .text = { l->source->text.s + start, l->at - start } };
}

static void take_digits(struct lexer *l, char *digits, size_t *n)
{
	while (is_digit(peek(l, 0)) || (peek(l, 0) == '_' && is_digit(peek(l, 1)))) {
		if (peek(l, 0) != '_' && *n < NUMBER_MOST) {
			digits[(*n)++] = peek(l, 0);
		}
		l->at++;
	}
}

/* 12, 1_000, 3.5, 1e-3. A point or an exponent makes it a float. */
static bool lex_number(struct lexer *l, struct token *out)
{
	char digits[NUMBER_MOST + 8];
	size_t n = 0, start = l->at;
	bool is_real = false;

	take_digits(l, digits, &n);
	if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
		is_real = true;
		digits[n++] = '.';
		l->at++;
		take_digits(l, digits, &n);
	}
	char sign = peek(l, 1);
	if ((peek(l, 0) == 'e' || peek(l, 0) == 'E') && (is_digit(sign) || ((sign == '+' || sign == '-') && is_digit(peek(l, 2))))) {
		is_real = true;
		digits[n++] = 'e';
		l->at++;
		if (!is_digit(sign)) {
			digits[n++] = sign;
			l->at++;
		}
		take_digits(l, digits, &n);
	}
	digits[n] = '\0';
	*out = (struct token){ .kind = TOKEN_NUMBER, .at = start };
	errno = 0;
	out->value = is_real ? value_double(strtod(digits, NULL)) : value_int(strtoll(digits, NULL, 10));
	if (n >= NUMBER_MOST || (is_real ? out->value.real > 1.7976931348623157e308 : errno != 0)) {
		return failed(l, start, is_real ? "the number is too large" : "the number does not fit 64 bits");
	}
	if (name_char(l, true) > 0) {
		return failed(l, l->at, "a number goes on with a letter");
	}
	return true;
}

static int hex_digit(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code point of so many hex digits at s, or -1. */
static int64_t hex(const char *s, const char *end, size_t n)
{
	int64_t cp = 0;

	if ((size_t)(end - s) < n) {
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0) {
			return -1;
		}
		cp = cp << 4 | digit;
	}
	return cp;
}

/* The escapes of Python's strings. One that is none stays as it is written, as there. */
static size_t decode_escape(const char *s, const char *end, char **out)
{
	static const struct {
		char letter, is;
	} plain[] = { { 'n', '\n' }, { 't', '\t' }, { 'r', '\r' }, { '\\', '\\' }, { '"', '"' }, { '\'', '\'' }, { 'b', '\b' }, { 'f', '\f' },
		{ 'v', '\v' }, { 'a', '\a' } };
	static const struct {
		char letter;
		size_t n;
	} coded[] = { { 'x', 2 }, { 'u', 4 }, { 'U', 8 } };

	if (*s == '\n') {
		return 1; /* the line goes on */
	}
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		if (*s == plain[i].letter) {
			*(*out)++ = plain[i].is;
			return 1;
		}
	}
	for (size_t i = 0; i < COUNT_OF(coded); i++) {
		int64_t cp = *s == coded[i].letter ? hex(s + 1, end, coded[i].n) : -1;
		size_t taken = 1 + coded[i].n;
		int64_t low = cp >= 0xD800 && cp < 0xDC00 && end - s >= 11 && s[5] == '\\' && s[6] == 'u' ? hex(s + 7, end, 4) : -1;

		if (low >= 0xDC00 && low < 0xE000) { /* the two halves of a pair, as JSON writes them */
			cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
			taken = 11;
		}
		if (cp >= 0 && cp <= 0x10FFFF) {
			*out += utf8_encode((uint32_t)cp, *out);
			return taken;
		}
	}
	*(*out)++ = '\\';
	return 0;
}

static bool lex_string(struct lexer *l, struct token *out)
{
	const char *s = l->source->text.s + l->at + 1, *end = l->source->text.s + l->source->text.len, *close = s;
	char quote = s[-1];
	bool has_escape = false;

	while (close < end && *close != quote) {
		has_escape |= *close == '\\';
		close += *close == '\\' && close + 1 < end ? 2 : 1;
	}
	if (close >= end) {
		return failed(l, l->at, "the string is not closed");
	}
	*out = (struct token){ .kind = TOKEN_STRING, .at = l->at, .value = value_string(s, (size_t)(close - s)) };
	l->at = (size_t)(close - l->source->text.s) + 1;
	if (has_escape) {
		char *decoded = arena_alloc(l->arena, (size_t)(close - s) + 4), *to = decoded; /* no escape is longer than what it stands for */

		while (s < close) {
			if (*s == '\\') {
				s++;
				s += decode_escape(s, close, &to);
			} else {
				*to++ = *s++;
			}
		}
		out->value = value_string(decoded, (size_t)(to - decoded));
	}
	return true;
}

/* `}}`, `-}}`, `%}`, `+%}`: the bytes of the delimiter that closes, or 0. */
static size_t close_len(const struct lexer *l)
{
	bool has_sign = peek(l, 0) == '-' || (peek(l, 0) == '+' && l->close == CLOSE_STATEMENT);

	if (l->close == CLOSE_OUTPUT && l->braces > 0) {
		return 0;
	}
	return peek_two(l, 0) == l->close ? 2 : has_sign && peek_two(l, 1) == l->close ? 3 : 0;
}

static bool lex_operator(struct lexer *l, struct token *out)
{
	static const char doubles[][3] = { "==", "!=", "<=", ">=", "//", "**" };
	char c = peek(l, 0);

	*out = (struct token){ .kind = TOKEN_OPERATOR, .at = l->at };
	for (size_t i = 0; i < COUNT_OF(doubles); i++) {
		if (peek_two(l, 0) == OP2(doubles[i][0], doubles[i][1])) {
			out->op = peek_two(l, 0);
			l->at += 2;
			return true;
		}
	}
	if (c == '\0' || strchr("+-*/%~<>=.,:|()[]{}", c) == NULL) {
		uint32_t cp;
		size_t n = utf8_decode(l->source->text.s + l->at, l->source->text.len - l->at, &cp);

		return source_error(l->source, l->at, l->err, TEMPLATE_SYNTAX, (unsigned char)c > 0x20 && cp != 0x7F ? "'%.*s' means nothing here" :
		    "a character that means nothing here", (int)n, l->source->text.s + l->at);
	}
	l->braces += c == '{';
	l->braces -= c == '}' && l->braces > 0;
	out->op = OP1(c);
	l->at++;
	return true;
}

static bool lex_inside(struct lexer *l, struct token *out)
{
	while (is_space(peek(l, 0))) {
		l->at++;
	}
	size_t close = close_len(l);
	if (close > 0) {
		*out = (struct token){ .kind = TOKEN_CLOSE, .at = l->at, .op = l->close };
		l->trims = close == 3 && peek(l, 0) == '-';
		l->at += close;
		l->close = 0;
		return true;
	}
	if (l->at >= l->source->text.len) {
		return source_error(l->source, l->opened_at, l->err, TEMPLATE_SYNTAX, "%s is not closed: %s is missing",
		    l->close == CLOSE_OUTPUT ? "{{" : "{%", l->close == CLOSE_OUTPUT ? "}}" : "%}");
	}
	char c = peek(l, 0);
	if (name_char(l, true) > 0) {
		lex_name(l, out);
		return true;
	}
	return is_digit(c) ? lex_number(l, out) : c == '"' || c == '\'' ? lex_string(l, out) : lex_operator(l, out);
}

bool lex_next(struct lexer *l, struct token *out)
{
	return l->close != 0 ? lex_inside(l, out) : lex_outside(l, out);
}
