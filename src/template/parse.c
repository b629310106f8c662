#include "template/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"

#define OPEN_STATEMENT OP2('{', '%')

bool parse_next(struct parser *p)
{
	return lex_next(&p->lexer, &p->token);
}

bool parse_failed(struct parser *p, size_t at, const char *fmt, ...)
{
	char message[sizeof(p->err->message)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return source_error(&p->t->source, at, p->err, TEMPLATE_SYNTAX, "%s", message);
}

bool parse_nest(struct parser *p)
{
	if (++p->nest <= NEST_MOST) {
		return true;
	}
	return source_error(&p->t->source, p->token.at, p->err, TEMPLATE_LIMIT, "nested more than %d deep", NEST_MOST);
}

struct node *parse_node(struct parser *p, enum node_kind kind, size_t at)
{
	struct node *n = arena_alloc(&p->t->arena, sizeof(*n));

	n->kind = kind;
	n->at = at;
	return n;
}

bool parse_is_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_NAME && span_is(p->token.text, (struct span){ word, strlen(word) });
}

bool parse_is_op(const struct parser *p, unsigned op)
{
	return p->token.kind == TOKEN_OPERATOR && p->token.op == op;
}

const char *parse_seen(const struct parser *p, char out[PARSE_SEEN_SIZE])
{
	const struct token *t = &p->token;

	if (t->kind == TOKEN_END) {
		return "the end";
	}
	if (t->kind == TOKEN_STRING || t->kind == TOKEN_TEXT) {
		return t->kind == TOKEN_STRING ? "a string" : "text";
	}
	if (t->kind == TOKEN_NAME) {
		(void)snprintf(out, PARSE_SEEN_SIZE, "'%.*s'", (int)text_bytes(t->text, 10), t->text.s);
	} else if (t->kind == TOKEN_NUMBER) {
		return "a number";
	} else {
		(void)snprintf(out, PARSE_SEEN_SIZE, "'%c%.1s'", (int)(t->op & 0xFF), (char[]){ (char)(t->op >> 8), '\0' });
	}
	return out;
}

bool parse_expect(struct parser *p, unsigned op, const char *expected)
{
	char seen[PARSE_SEEN_SIZE];

	return parse_is_op(p, op) ? parse_next(p) : parse_failed(p, p->token.at, "%s is expected before %s", expected, parse_seen(p, seen));
}

/* Room for 1, 2, 4, 8, ... arguments. */
void parse_add(struct parser *p, struct node *n, struct node *arg)
{
	if ((n->n_args & (n->n_args - 1)) == 0) {
		struct node **args = arena_array(&p->t->arena, n->n_args == 0 ? 1 : n->n_args * 2, sizeof(*args));

		if (n->n_args > 0) {
			memcpy(args, n->args, n->n_args * sizeof(*args));
		}
		n->args = args;
	}
	n->args[n->n_args++] = arg;
}

/* ---- statements ---- */

static bool parse_block(struct parser *p, struct node **list, const char *const *ends, struct node *opener, struct span *end);

static bool parse_close(struct parser *p)
{
	char seen[PARSE_SEEN_SIZE];

	return p->token.kind == TOKEN_CLOSE ? parse_next(p) : parse_failed(p, p->token.at, "%%} is expected before %s", parse_seen(p, seen));
}

static bool parse_names(struct parser *p, struct node *n)
{
	char seen[PARSE_SEEN_SIZE];

	for (;;) {
		if (p->token.kind != TOKEN_NAME) {
			return parse_failed(p, p->token.at, "a name is expected before %s", parse_seen(p, seen));
		}
		struct node *name = parse_node(p, NODE_NAME, p->token.at);
		name->name = p->token.text;
		parse_add(p, n, name);
		if (!parse_next(p)) {
			return false;
		}
		if (!parse_is_op(p, OP1(','))) {
			return true;
		}
		if (!parse_next(p)) {
			return false;
		}
	}
}

static const char *const if_ends[] = { "elif", "else", "endif", NULL };

static bool parse_if(struct parser *p, struct node *n)
{
	static const char *const else_ends[] = { "endif", NULL };
	struct node *branch = n;
	struct span end;

	n->kind = NODE_IF;
	for (;;) {
		if (!parse_expression(p, &branch->a) || !parse_close(p) || !parse_block(p, &branch->body, if_ends, n, &end)) {
			return false;
		}
		if (span_is(end, SPAN("elif"))) {
			branch->otherwise = parse_node(p, NODE_IF, p->token.at);
			branch->otherwise->flag = true;
			branch = branch->otherwise;
			continue;
		}
		if (!parse_close(p)) {
			return false;
		}
		return span_is(end, SPAN("endif")) || (parse_block(p, &branch->otherwise, else_ends, n, &end) && parse_close(p));
	}
}

static bool parse_for(struct parser *p, struct node *n)
{
	static const char *const body_ends[] = { "else", "endfor", NULL }, *const else_ends[] = { "endfor", NULL };
	char seen[PARSE_SEEN_SIZE];
	struct span end;

	n->kind = NODE_FOR;
	if (!parse_names(p, n)) {
		return false;
	}
	if (!parse_is_word(p, "in")) {
		return parse_failed(p, p->token.at, "`in` is expected before %s", parse_seen(p, seen));
	}
	if (!parse_next(p) || !parse_simple(p, &n->a)) {
		return false;
	}
	if (parse_is_word(p, "if") && (!parse_next(p) || !parse_expression(p, &n->b))) {
		return false;
	}
	if (!parse_close(p) || !parse_block(p, &n->body, body_ends, n, &end) || !parse_close(p)) {
		return false;
	}
	return span_is(end, SPAN("endfor")) || (parse_block(p, &n->otherwise, else_ends, n, &end) && parse_close(p));
}

/* `set ns.n = ...`: the name has been taken, the point is next. */
static bool parse_set_member(struct parser *p, struct node *n)
{
	char seen[PARSE_SEEN_SIZE];

	n->kind = NODE_SET_MEMBER;
	n->a = n->args[0];
	if (!parse_next(p)) {
		return false;
	}
	if (p->token.kind != TOKEN_NAME) {
		return parse_failed(p, p->token.at, "a name is expected before %s", parse_seen(p, seen));
	}
	n->name = p->token.text;
	return parse_next(p) && parse_expect(p, OP1('='), "=") && parse_tuple(p, &n->b) && parse_close(p);
}

static bool parse_set(struct parser *p, struct node *n)
{
	static const char *const ends[] = { "endset", NULL };
	struct span end;

	n->kind = NODE_SET;
	if (!parse_names(p, n)) {
		return false;
	}
	if (n->n_args == 1 && parse_is_op(p, OP1('.'))) {
		return parse_set_member(p, n);
	}
	if (n->n_args == 1 && p->token.kind == TOKEN_CLOSE) {
		n->kind = NODE_SET_BLOCK;
		n->name = n->args[0]->name;
		return parse_close(p) && parse_block(p, &n->body, ends, n, &end) && parse_close(p);
	}
	return parse_expect(p, OP1('='), "=") && parse_tuple(p, &n->a) && parse_close(p);
}

static bool parse_include(struct parser *p, struct node *n)
{
	n->kind = NODE_INCLUDE;
	if (!parse_expression(p, &n->a)) {
		return false;
	}
	if (parse_is_word(p, "ignore")) {
		if (!parse_next(p)) {
			return false;
		}
		if (!parse_is_word(p, "missing")) {
			return parse_failed(p, p->token.at, "`missing` is expected after `ignore`");
		}
		n->flag = true;
		if (!parse_next(p)) {
			return false;
		}
	}
	return parse_close(p);
}

/* The closing delimiter is the token, and nothing after it has been read: the lexer takes the body from there. */
static bool parse_raw_until(struct parser *p, struct node *n, struct span end)
{
	n->kind = NODE_TEXT;
	n->flag = true;
	if (p->token.kind != TOKEN_CLOSE) {
		return parse_close(p);
	}
	return lex_raw(&p->lexer, end, &n->name) && parse_next(p);
}

static bool parse_raw(struct parser *p, struct node *n)
{
	return parse_raw_until(p, n, SPAN("endraw"));
}

static bool parse_verbatim(struct parser *p, struct node *n)
{
	return parse_raw_until(p, n, SPAN("endverbatim"));
}

static const struct statement {
	const char *word;
	bool (*parse)(struct parser *p, struct node *n); /* after the word, to after the last delimiter */
} statements[] = {
	{ "if", parse_if },
	{ "for", parse_for },
	{ "set", parse_set },
	{ "include", parse_include },
	{ "raw", parse_raw },
	{ "verbatim", parse_verbatim },
};

/* Words that only stand inside or at the end of another statement. */
static const char *const inner_words[] = { "elif", "else", "endif", "endfor", "endset", "endraw", "endverbatim" };

static bool unknown_statement(struct parser *p)
{
	char word[PARSE_SEEN_SIZE];
	struct near_best best = { 0 };

	if (p->token.kind != TOKEN_NAME) {
		return parse_failed(p, p->token.at, "a statement is expected before %s", parse_seen(p, word));
	}
	for (size_t i = 0; i < COUNT_OF(inner_words); i++) {
		if (parse_is_word(p, inner_words[i])) {
			return parse_failed(p, p->token.at, "`%s` has nothing open before it that it belongs to", inner_words[i]);
		}
	}
	(void)snprintf(word, sizeof(word), "%.*s", (int)text_bytes(p->token.text, 10), p->token.text.s);
	(void)parse_failed(p, p->token.at, "there is no statement `%s`", word);
	for (size_t i = 0; i < COUNT_OF(statements); i++) {
		near_offer(&best, word, statements[i].word);
	}
	for (size_t i = 0; i < COUNT_OF(inner_words); i++) {
		near_offer(&best, word, inner_words[i]);
	}
	source_hint_near(p->err, &best);
	return false;
}

static bool parse_statement(struct parser *p, struct node *n)
{
	for (size_t i = 0; i < COUNT_OF(statements); i++) {
		if (parse_is_word(p, statements[i].word)) {
			return parse_next(p) && statements[i].parse(p, n);
		}
	}
	return unknown_statement(p);
}

static bool parse_output(struct parser *p, struct node *n)
{
	char seen[PARSE_SEEN_SIZE];

	n->kind = NODE_OUTPUT;
	if (!parse_next(p) || !parse_tuple(p, &n->a)) {
		return false;
	}
	n->at = n->a->at;
	return p->token.kind == TOKEN_CLOSE ? parse_next(p) : parse_failed(p, p->token.at, "}} is expected before %s", parse_seen(p, seen));
}

static bool is_end(const struct parser *p, const char *const *ends)
{
	for (; *ends != NULL; ends++) {
		if (parse_is_word(p, *ends)) {
			return true;
		}
	}
	return false;
}

static bool unclosed(struct parser *p, const char *const *ends, const struct node *opener)
{
	while (ends[1] != NULL) {
		ends++;
	}
	return parse_failed(p, opener->at, "`%s` is not closed: {%% %s %%} is missing", *ends + 3, *ends);
}

/* Statements until one of the words, which it takes; ends NULL: until the end of the text. */
static bool parse_block(struct parser *p, struct node **list, const char *const *ends, struct node *opener, struct span *end)
{
	if (!parse_nest(p)) {
		return false;
	}
	while (p->token.kind != TOKEN_END) {
		struct node *n = parse_node(p, NODE_TEXT, p->token.at);
		bool is_output = p->token.kind == TOKEN_OPEN && p->token.op != OPEN_STATEMENT;

		if (p->token.kind == TOKEN_TEXT) {
			n->name = p->token.text;
			if (!parse_next(p)) {
				return false;
			}
		} else if (is_output) {
			if (!parse_output(p, n)) {
				return false;
			}
		} else {
			if (!parse_next(p)) {
				return false;
			}
			if (ends != NULL && is_end(p, ends)) {
				*end = p->token.text;
				p->nest--;
				return parse_next(p);
			}
			n->at = p->token.at;
			if (!parse_statement(p, n)) {
				return false;
			}
		}
		*list = n;
		list = &n->next;
	}
	p->nest--;
	return ends == NULL || unclosed(p, ends, opener);
}

bool parse_template(struct template *t, struct template_error *err)
{
	struct parser p = { .t = t, .lexer = { .source = &t->source, .arena = &t->arena, .err = err }, .err = err };

	return parse_next(&p) && parse_block(&p, &t->body, NULL, NULL, NULL);
}
