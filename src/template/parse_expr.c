/* Expressions, by the precedence of their operators (op.h): each level takes what binds tighter as its operands. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "template/call.h"
#include "template/op.h"
#include "template/parse.h"

static bool parse_level(struct parser *p, enum op_level least, struct node **out);
static bool parse_postfix(struct parser *p, struct node **out);

static void deepen(struct node *n, const struct node *operand)
{
	if (operand != NULL && operand->depth >= n->depth) {
		n->depth = operand->depth + 1;
	}
}

bool parse_over(struct parser *p, struct node *n)
{
	deepen(n, n->a);
	deepen(n, n->b);
	deepen(n, n->c);
	for (size_t i = 0; i < n->n_args; i++) {
		deepen(n, n->args[i]);
	}
	if (n->depth <= DEPTH_MOST) {
		return true;
	}
	return source_error(&p->t->source, n->at, p->err, TEMPLATE_LIMIT, "an expression of more than %d operators in a row", DEPTH_MOST);
}

/* ---- arguments ---- */

static bool unknown_name(struct parser *p, const struct call_table *table)
{
	char word[65], seen[PARSE_SEEN_SIZE];
	struct near_best best = { 0 };

	(void)snprintf(word, sizeof(word), "%.*s", (int)(p->token.text.len < 64 ? p->token.text.len : 64), p->token.text.s);
	source_error(&p->t->source, p->token.at, p->err, table->unknown, "there is no %s %s", table->noun, parse_seen(p, seen));
	for (const struct call_row *const *rows = table->rows; *rows != NULL; rows++) {
		for (const struct call_row *row = *rows; row->name != NULL; row++) {
			near_offer(&best, word, row->name);
		}
	}
	source_hint_near(p->err, &best);
	return false;
}

/* The place of a named argument, or the number of parameters. */
static size_t param_of(const struct call_row *row, struct span name)
{
	size_t i = 0;

	while (row->params[i] != NULL && !span_is(name, (struct span){ row->params[i], strlen(row->params[i]) })) {
		i++;
	}
	return i;
}

/* `name=` before an argument. The name has been taken when it turns out to be none; then it is the argument's beginning. */
static bool parse_argument(struct parser *p, struct node *n, size_t *place)
{
	struct token first = p->token;
	struct lexer before = p->lexer;
	size_t n_params = call_params(n->row), at = p->token.at;

	if (first.kind == TOKEN_NAME) {
		if (!parse_next(p)) {
			return false;
		}
		if (parse_is_op(p, OP1('='))) {
			*place = param_of(n->row, first.text);
			if (*place == n_params) {
				return parse_failed(p, at, "%s takes no argument '%.*s'", n->row->name, (int)text_bytes(first.text, 30), first.text.s);
			}
			if (!parse_next(p)) {
				return false;
			}
		} else {
			p->lexer = before;
			p->token = first;
		}
	}
	if (*place >= n_params) {
		return parse_failed(p, at, n_params == 0 ? "%s takes no arguments" : "%s takes no more than %zu argument%s", n->row->name, n_params,
		    n_params == 1 ? "" : "s");
	}
	if (n->args[*place] != NULL) {
		return parse_failed(p, at, "the argument '%s' is given twice", n->row->params[*place]);
	}
	return parse_expression(p, &n->args[*place]);
}

/* After the opening parenthesis. `namespace` takes any names, so its arguments are keys and values. */
static bool parse_members(struct parser *p, struct node *n)
{
	char seen[PARSE_SEEN_SIZE];

	while (!parse_is_op(p, OP1(')'))) {
		struct node *key = parse_node(p, NODE_LITERAL, p->token.at), *value;

		if (p->token.kind != TOKEN_NAME) {
			return parse_failed(p, p->token.at, "a name is expected before %s", parse_seen(p, seen));
		}
		key->value = value_span(p->token.text);
		if (!parse_next(p) || !parse_expect(p, OP1('='), "=") || !parse_expression(p, &value)) {
			return false;
		}
		parse_add(p, n, key);
		parse_add(p, n, value);
		if (!parse_is_op(p, OP1(')')) && !parse_expect(p, OP1(','), ", or )")) {
			return false;
		}
	}
	return true;
}

static bool parse_arguments(struct parser *p, struct node *n)
{
	for (size_t place = 0; !parse_is_op(p, OP1(')')); place++) {
		if (!parse_argument(p, n, &place)) {
			return false;
		}
		if (!parse_is_op(p, OP1(')')) && !parse_expect(p, OP1(','), ", or )")) {
			return false;
		}
	}
	return true;
}

static void bind(struct parser *p, struct node *n, const struct call_row *row)
{
	n->row = row;
	n->n_args = call_params(row);
	n->args = arena_array(&p->t->arena, n->n_args, sizeof(*n->args));
}

static bool has_required(struct parser *p, const struct node *n)
{
	for (size_t i = 0; i < n->row->n_required; i++) {
		if (n->args[i] == NULL) {
			return parse_failed(p, n->at, "%s lacks its argument '%s'", n->row->name, n->row->params[i]);
		}
	}
	return true;
}

/* The parenthesis, when there is one, and what stands in it. */
static bool parse_call(struct parser *p, struct node *n, const struct call_row *row)
{
	bool takes_members = strcmp(row->name, "namespace") == 0;

	n->row = row;
	if (!takes_members) {
		bind(p, n, row);
	}
	if (parse_is_op(p, OP1('('))) {
		bool ok = parse_nest(p) && parse_next(p) && (takes_members ? parse_members(p, n) : parse_arguments(p, n));

		if (!ok || !parse_next(p)) {
			return false;
		}
		p->nest--;
	}
	return (takes_members || has_required(p, n)) && parse_over(p, n);
}

/* ---- what stands alone ---- */

/* Elements until the closing operator, which it takes. */
static bool parse_elements(struct parser *p, struct node *n, unsigned close, bool has_keys)
{
	struct node *element;

	if (!parse_nest(p) || !parse_next(p)) {
		return false;
	}
	while (!parse_is_op(p, close)) {
		if (!parse_expression(p, &element)) {
			return false;
		}
		parse_add(p, n, element);
		if (has_keys) {
			if (!parse_expect(p, OP1(':'), ":") || !parse_expression(p, &element)) {
				return false;
			}
			parse_add(p, n, element);
		}
		if (!parse_is_op(p, close) && !parse_expect(p, OP1(','), close == OP1(']') ? ", or ]" : close == OP1(')') ? ", or )" : ", or }")) {
			return false;
		}
	}
	p->nest--;
	return parse_next(p) && parse_over(p, n);
}

/* (a) is a; (a, b) and (a,) and () are lists. */
static bool parse_parentheses(struct parser *p, struct node **out)
{
	if (!parse_nest(p) || !parse_next(p)) {
		return false;
	}
	if (parse_is_op(p, OP1(')'))) {
		*out = parse_node(p, NODE_LIST, p->token.at);
	} else if (!parse_tuple(p, out)) {
		return false;
	}
	p->nest--;
	return parse_expect(p, OP1(')'), ")");
}

static bool parse_literal(struct parser *p, struct node **out)
{
	*out = parse_node(p, NODE_LITERAL, p->token.at);
	(*out)->value = p->token.value;
	return parse_next(p);
}

static bool constant_of(struct span word, struct value *out)
{
	static const struct {
		const char *word;
		struct value value;
	} constants[] = {
		{ "true", { .kind = VALUE_BOOL, .boolean = true } },
		{ "True", { .kind = VALUE_BOOL, .boolean = true } },
		{ "false", { .kind = VALUE_BOOL } },
		{ "False", { .kind = VALUE_BOOL } },
		{ "none", { .kind = VALUE_NULL } },
		{ "None", { .kind = VALUE_NULL } },
		{ "null", { .kind = VALUE_NULL } },
	};

	for (size_t i = 0; i < COUNT_OF(constants); i++) {
		if (span_is(word, (struct span){ constants[i].word, strlen(constants[i].word) })) {
			*out = constants[i].value;
			return true;
		}
	}
	return false;
}

/* Words of the language, which are no names. */
static bool is_reserved(const struct parser *p)
{
	static const char *const words[] = { "if", "else", "elif", "in", "not", "and", "or", "is" };

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (parse_is_word(p, words[i])) {
			return true;
		}
	}
	return false;
}

static bool parse_name(struct parser *p, struct node **out)
{
	char seen[PARSE_SEEN_SIZE];
	struct token word = p->token;
	struct lexer after = p->lexer;

	if (is_reserved(p)) {
		return parse_failed(p, p->token.at, "a value is expected before %s", parse_seen(p, seen));
	}
	*out = parse_node(p, NODE_NAME, word.at);
	if (constant_of(word.text, &(*out)->value)) {
		(*out)->kind = NODE_LITERAL;
		return parse_next(p);
	}
	(*out)->name = word.text;
	if (!parse_next(p)) {
		return false;
	}
	if (!parse_is_op(p, OP1('('))) {
		return true;
	}
	const struct call_row *row = call_find(&functions, word.text);
	if (row == NULL) {
		p->token = word;
		p->lexer = after;
		return unknown_name(p, &functions);
	}
	(*out)->kind = NODE_CALL;
	return parse_call(p, *out, row);
}

static bool parse_primary(struct parser *p, struct node **out)
{
	char seen[PARSE_SEEN_SIZE];

	if (p->token.kind == TOKEN_NUMBER || p->token.kind == TOKEN_STRING) {
		return parse_literal(p, out);
	}
	if (p->token.kind == TOKEN_NAME) {
		return parse_name(p, out);
	}
	if (parse_is_op(p, OP1('('))) {
		return parse_parentheses(p, out);
	}
	if (parse_is_op(p, OP1('[')) || parse_is_op(p, OP1('{'))) {
		bool is_list = parse_is_op(p, OP1('['));

		*out = parse_node(p, is_list ? NODE_LIST : NODE_OBJECT, p->token.at);
		return parse_elements(p, *out, is_list ? OP1(']') : OP1('}'), !is_list);
	}
	return parse_failed(p, p->token.at, "a value is expected before %s", parse_seen(p, seen));
}

/* ---- behind a value ---- */

static bool parse_member(struct parser *p, struct node **out)
{
	char seen[PARSE_SEEN_SIZE];
	struct token word;
	struct lexer after;

	if (!parse_next(p)) {
		return false;
	}
	if (p->token.kind != TOKEN_NAME) {
		return parse_failed(p, p->token.at, "a name is expected before %s", parse_seen(p, seen));
	}
	word = p->token;
	after = p->lexer;
	struct node *n = parse_node(p, NODE_MEMBER, (*out)->at);
	n->name = word.text;
	n->a = *out;
	*out = n;
	if (!parse_next(p)) {
		return false;
	}
	if (!parse_is_op(p, OP1('('))) {
		return parse_over(p, n);
	}
	const struct call_row *row = call_find(&methods, word.text);
	if (row == NULL) {
		p->token = word;
		p->lexer = after;
		return unknown_name(p, &methods);
	}
	n->kind = NODE_METHOD;
	n->at = word.at;
	return parse_call(p, n, row);
}

/* After the bracket: one index, or up to three of a slice with colons between. */
static bool parse_index(struct parser *p, struct node **out)
{
	struct node *n = parse_node(p, NODE_INDEX, (*out)->at), *parts[3] = { NULL };
	size_t i = 0;

	n->a = *out;
	*out = n;
	if (!parse_nest(p) || !parse_next(p)) {
		return false;
	}
	for (;; i++) {
		if (!parse_is_op(p, OP1(':')) && !parse_is_op(p, OP1(']')) && !parse_expression(p, &parts[i])) {
			return false;
		}
		if (i == 2 || !parse_is_op(p, OP1(':'))) {
			break;
		}
		if (!parse_next(p)) {
			return false;
		}
	}
	p->nest--;
	if (i == 0 && parts[0] == NULL) {
		return parse_failed(p, p->token.at, "an index is expected before ]");
	}
	if (i == 0) {
		n->b = parts[0];
	} else {
		n->kind = NODE_SLICE;
		for (i = 0; i < 3; i++) {
			parse_add(p, n, parts[i]);
		}
	}
	return parse_expect(p, OP1(']'), "]") && parse_over(p, n);
}

static bool parse_postfix(struct parser *p, struct node **out)
{
	if (!parse_primary(p, out)) {
		return false;
	}
	for (;;) {
		if (parse_is_op(p, OP1('.'))) {
			if (!parse_member(p, out)) {
				return false;
			}
		} else if (parse_is_op(p, OP1('['))) {
			if (!parse_index(p, out)) {
				return false;
			}
		} else {
			return true;
		}
	}
}

static bool parse_minus(struct parser *p, struct node **out)
{
	if (!parse_is_op(p, OP1('-'))) {
		return parse_postfix(p, out);
	}
	struct node *n = parse_node(p, NODE_MINUS, p->token.at);
	bool ok = parse_nest(p) && parse_next(p) && parse_minus(p, &n->a);
	p->nest--;
	*out = n;
	return ok && parse_over(p, n);
}

static bool parse_filter(struct parser *p, struct node **out)
{
	char seen[PARSE_SEEN_SIZE];
	struct node *n;

	if (!parse_next(p)) {
		return false;
	}
	if (p->token.kind != TOKEN_NAME) {
		return parse_failed(p, p->token.at, "the name of a filter is expected before %s", parse_seen(p, seen));
	}
	const struct call_row *row = call_find(&filters, p->token.text);
	if (row == NULL) {
		return unknown_name(p, &filters);
	}
	n = parse_node(p, NODE_FILTER, p->token.at);
	n->a = *out;
	*out = n;
	return parse_next(p) && parse_call(p, n, row);
}

/* Whether a test's argument follows without parentheses, as in `is divisibleby 3`. */
static bool is_bare_argument(const struct parser *p, const struct call_row *row)
{
	bool is_value = p->token.kind == TOKEN_NUMBER || p->token.kind == TOKEN_STRING || parse_is_op(p, OP1('[')) || parse_is_op(p, OP1('{')) ||
	    (p->token.kind == TOKEN_NAME && !is_reserved(p));

	return call_params(row) > 0 && is_value;
}

static bool parse_test(struct parser *p, struct node **out)
{
	char seen[PARSE_SEEN_SIZE];
	bool is_not;

	if (!parse_next(p)) {
		return false;
	}
	is_not = parse_is_word(p, "not");
	if (is_not && !parse_next(p)) {
		return false;
	}
	if (p->token.kind != TOKEN_NAME) {
		return parse_failed(p, p->token.at, "the name of a test is expected before %s", parse_seen(p, seen));
	}
	const struct call_row *row = call_find(&tests, p->token.text);
	if (row == NULL) {
		return unknown_name(p, &tests);
	}
	struct node *n = parse_node(p, NODE_TEST, p->token.at);
	n->a = *out;
	n->flag = is_not;
	*out = n;
	if (!parse_next(p)) {
		return false;
	}
	if (!is_bare_argument(p, row)) {
		return parse_call(p, n, row);
	}
	bind(p, n, row);
	return parse_postfix(p, &n->args[0]) && parse_over(p, n);
}

static bool parse_filtered(struct parser *p, struct node **out)
{
	if (!parse_minus(p, out)) {
		return false;
	}
	for (;;) {
		if (parse_is_op(p, OP1('|'))) {
			if (!parse_filter(p, out)) {
				return false;
			}
		} else if (parse_is_word(p, "is")) {
			if (!parse_test(p, out)) {
				return false;
			}
		} else {
			return true;
		}
	}
}

/* ---- operators ---- */

/* The row of the operator that is next; NULL when there is none. */
static const struct op_row *next_op(const struct parser *p)
{
	for (const struct op_row *row = op_rows; row->text != NULL; row++) {
		if (row->op != 0 ? parse_is_op(p, row->op) : parse_is_word(p, row->text)) {
			return row;
		}
	}
	return NULL;
}

static struct node *over(struct parser *p, enum node_kind kind, size_t at, struct node *a, struct node *b)
{
	struct node *n = parse_node(p, kind, at);

	n->a = a;
	n->b = b;
	return n;
}

/* The operator and its right operand over *out. `is_negated`: `not in`, whose `not` has been taken. 1 < x < 5 is 1 < x and x < 5. */
static bool parse_right(struct parser *p, const struct op_row *row, bool is_negated, struct node **last, struct node **out)
{
	struct node *right, *n;
	size_t at = p->token.at;

	if (row->level != LEVEL_COMPARE) {
		*last = NULL;
	}
	if (!parse_next(p) || !parse_level(p, row->level + 1, &right)) {
		return false;
	}
	n = over(p, row->kind, at, *last != NULL ? *last : *out, right);
	n->op = row;
	if (!parse_over(p, n)) {
		return false;
	}
	if (is_negated) {
		n = over(p, NODE_NOT, at, n, NULL);
		if (!parse_over(p, n)) {
			return false;
		}
	}
	*out = *last != NULL ? over(p, NODE_AND, at, *out, n) : n;
	*last = row->level == LEVEL_COMPARE ? right : NULL;
	return parse_over(p, *out);
}

static bool parse_not(struct parser *p, struct node **out)
{
	struct node *n = parse_node(p, NODE_NOT, p->token.at);
	bool ok = parse_nest(p) && parse_next(p) && parse_level(p, LEVEL_NOT, &n->a);

	p->nest--;
	*out = n;
	return ok && parse_over(p, n);
}

static bool parse_level(struct parser *p, enum op_level least, struct node **out)
{
	struct node *last = NULL; /* right operand of a comparison, which may go on */

	if (!(least <= LEVEL_NOT && parse_is_word(p, "not") ? parse_not(p, out) : parse_filtered(p, out))) {
		return false;
	}
	for (;;) {
		bool is_negated = least <= LEVEL_COMPARE && parse_is_word(p, "not");

		if (is_negated) {
			char seen[PARSE_SEEN_SIZE];

			if (!parse_next(p)) {
				return false;
			}
			if (!parse_is_word(p, "in")) {
				return parse_failed(p, p->token.at, "`in` is expected after `not`, before %s", parse_seen(p, seen));
			}
		}
		const struct op_row *row = next_op(p);
		if (row == NULL || row->level < least) {
			return true;
		}
		if (!parse_right(p, row, is_negated, &last, out)) {
			return false;
		}
	}
}

bool parse_simple(struct parser *p, struct node **out)
{
	return parse_level(p, LEVEL_OR, out);
}

bool parse_expression(struct parser *p, struct node **out)
{
	if (!parse_simple(p, out)) {
		return false;
	}
	while (parse_is_word(p, "if")) {
		struct node *n = over(p, NODE_CHOICE, p->token.at, *out, NULL);

		if (!parse_next(p) || !parse_simple(p, &n->b)) {
			return false;
		}
		if (parse_is_word(p, "else")) {
			bool ok = parse_nest(p) && parse_next(p) && parse_expression(p, &n->c);

			p->nest--;
			if (!ok) {
				return false;
			}
		}
		*out = n;
		if (!parse_over(p, n)) {
			return false;
		}
	}
	return true;
}

bool parse_tuple(struct parser *p, struct node **out)
{
	struct node *element;

	if (!parse_expression(p, &element)) {
		return false;
	}
	*out = element;
	if (!parse_is_op(p, OP1(','))) {
		return true;
	}
	*out = parse_node(p, NODE_LIST, element->at);
	parse_add(p, *out, element);
	while (parse_is_op(p, OP1(','))) {
		if (!parse_next(p)) {
			return false;
		}
		if (p->token.kind == TOKEN_CLOSE || parse_is_op(p, OP1(')'))) {
			break;
		}
		if (!parse_expression(p, &element)) {
			return false;
		}
		parse_add(p, *out, element);
	}
	return parse_over(p, *out);
}
