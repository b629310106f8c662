/* op - the operators of two operands, a row each; and, or and not decide which operand is evaluated and are not here. */
#ifndef SONDE_TEMPLATE_OP_H
#define SONDE_TEMPLATE_OP_H

#include "template/node.h"

struct render;

/* How tightly operators bind, from the loosest. */
enum op_level { LEVEL_OR = 1, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_ADD, LEVEL_JOIN, LEVEL_MULTIPLY, LEVEL_POWER };

struct op_row {
	const char *text;
	enum op_level level;
	unsigned op; /* 0: a word */
	enum node_kind kind;
	bool (*apply)(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out);
};

/* The rows; the last has no text. */
extern const struct op_row op_rows[];
bool op_minus(struct render *r, const struct node *n, const struct value *a, struct value *out);

#endif
