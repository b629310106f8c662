/* parse - text to tree: parse.c has statements, parse_expr.c expressions. */
#ifndef SONDE_TEMPLATE_PARSE_H
#define SONDE_TEMPLATE_PARSE_H

#include "template/lex.h"
#include "template/node.h"

/* Deeper nesting is refused, so that no text takes the stack. */
#define NEST_MOST 100  /* parentheses, blocks */
#define DEPTH_MOST 500 /* operators of one expression, one under the other */

struct parser {
	struct template *t;
	struct lexer lexer;
	struct token token; /* not yet taken */
	struct template_error *err;
	int nest;
};

bool parse_next(struct parser *p) SONDE_MUST_CHECK;
bool parse_failed(struct parser *p, size_t at, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* One level deeper; false when that is too deep. Each is followed by p->nest--. */
bool parse_nest(struct parser *p) SONDE_MUST_CHECK;
struct node *parse_node(struct parser *p, enum node_kind kind, size_t at);
bool parse_is_word(const struct parser *p, const char *word);
bool parse_is_op(const struct parser *p, unsigned op);
/* Takes the operator, or fails saying what was expected. */
bool parse_expect(struct parser *p, unsigned op, const char *expected) SONDE_MUST_CHECK;
/* What stands at the place, for a message. */
#define PARSE_SEEN_SIZE 48
const char *parse_seen(const struct parser *p, char out[PARSE_SEEN_SIZE]);
/* A growing list of argument nodes. */
void parse_add(struct parser *p, struct node *n, struct node *arg);

bool parse_expression(struct parser *p, struct node **out) SONDE_MUST_CHECK;
/* One that ends before `if`: what a `for` walks. */
bool parse_simple(struct parser *p, struct node **out) SONDE_MUST_CHECK;
/* One, or several with commas between, which are a list. */
bool parse_tuple(struct parser *p, struct node **out) SONDE_MUST_CHECK;
/* An expression node over its operands; false when the tree gets too deep. */
bool parse_over(struct parser *p, struct node *n) SONDE_MUST_CHECK;

/* The whole template. */
bool parse_template(struct template *t, struct template_error *err) SONDE_MUST_CHECK;

#endif
