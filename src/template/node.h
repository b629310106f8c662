/* node - the tree of a parsed template. Nodes live in the template's arena and point into its text. */
#ifndef SONDE_TEMPLATE_NODE_H
#define SONDE_TEMPLATE_NODE_H

#include "template/source.h"

enum node_kind {
	/* expressions */
	NODE_LITERAL, /* value */
	NODE_NAME,    /* name */
	NODE_LIST,    /* args */
	NODE_OBJECT,  /* args: key, value, key, value, ... */
	NODE_MEMBER,  /* a.name */
	NODE_INDEX,   /* a[b] */
	NODE_SLICE,   /* a[args], three of them, each may be NULL */
	NODE_CALL,    /* row of a function, args */
	NODE_METHOD,  /* a.row(args) */
	NODE_FILTER,  /* a | row(args) */
	NODE_TEST,    /* a is row(args) */
	NODE_NOT,     /* not a */
	NODE_MINUS,   /* -a */
	NODE_AND,     /* a and b */
	NODE_OR,      /* a or b */
	NODE_BINARY,  /* a op b */
	NODE_CHOICE,  /* a if b else c; c may be NULL */
	/* statements */
	NODE_TEXT,    /* name: the bytes; flag: of `raw` */
	NODE_OUTPUT,  /* a */
	NODE_IF,      /* a: the condition, body, otherwise; an `elif` is a NODE_IF alone in otherwise, flagged */
	NODE_FOR,     /* args: NODE_NAMEs, a: what is walked, b: the condition or NULL, body, otherwise */
	NODE_SET,     /* args: NODE_NAMEs, a */
	NODE_SET_MEMBER, /* a.name = b */
	NODE_SET_BLOCK,  /* name, body */
	NODE_INCLUDE, /* a, flag: ignore missing */
	NODE_KIND_COUNT
};

struct node {
	enum node_kind kind;
	bool flag;
	unsigned depth;    /* of the tree below it */
	size_t at;         /* byte in the source that an error points at */
	struct node *next; /* the next statement */
	struct span name;
	struct node *a, *b, *c;
	struct node **args; /* of a call: one for each parameter of its row, NULL for those not given */
	size_t n_args;
	struct node *body, *otherwise; /* lists of statements */
	const struct call_row *row;
	const struct op_row *op;
	struct value value;
};

struct template {
	struct source source;
	struct arena arena;
	struct node *body;
};

#endif
