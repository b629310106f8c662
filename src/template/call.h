/* call - what can be called by name: filters, methods, tests and functions, each a row of a table with its parameters.
 * The parser binds arguments to the parameters of the row, so that a row's function finds each at its place. */
#ifndef SONDE_TEMPLATE_CALL_H
#define SONDE_TEMPLATE_CALL_H

#include "base/near.h"
#include "template/node.h"

#define PARAMS_MOST 6

struct render;

struct call {
	const struct node *node;
	const struct call_row *row;
	struct value self;  /* what is filtered, tested, or has the method */
	struct value args[PARAMS_MOST]; /* undefined: not given (or, leniently, undefined) */
};

struct call_row {
	const char *name;
	const char *params[PARAMS_MOST + 1]; /* the last is NULL */
	size_t n_required;
	bool takes_undefined;  /* also in strict mode */
	bool (*run)(struct render *r, const struct call *c, struct value *out);
	enum value_kind receiver; /* of a method: what it is a method of; VALUE_UNDEFINED: of any kind */
};

struct call_table {
	const char *noun; /* "filter" */
	enum template_error_kind unknown;
	const struct call_row *const *rows; /* several arrays, each ended by a row without a name; the last is NULL */
};

extern const struct call_table filters, methods, tests, functions;

extern const struct call_row text_filters[], list_filters[], value_filters[];

/* An argument, or what stands for it when it is not given. False: one of another kind, or the text could not be made. */
bool call_text(struct render *r, const struct call *c, size_t i, const char *otherwise, struct span *out) SONDE_MUST_CHECK;
bool call_int(struct render *r, const struct call *c, size_t i, int64_t otherwise, int64_t *out) SONDE_MUST_CHECK;
bool call_true(const struct call *c, size_t i);
/* What is filtered, as a text. */
bool call_self_text(struct render *r, const struct call *c, struct span *out) SONDE_MUST_CHECK;
/* Gives the scratch buffer as the result. */
bool call_give_scratch(struct render *r, const struct call *c, struct value *out) SONDE_MUST_CHECK;
/* "it is ..." of the wrong kind of value. Returns false. */
bool call_wrong_self(struct render *r, const struct call *c);

/* NULL: none of that name. */
const struct call_row *call_find(const struct call_table *table, struct span name);
size_t call_params(const struct call_row *row);

#endif
