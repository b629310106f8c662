/* check - what a template says about itself before there are any values: its variables, and what is likely to be a mistake.
 * Partials are not looked into: what they use is theirs. */
#ifndef SONDE_TEMPLATE_CHECK_H
#define SONDE_TEMPLATE_CHECK_H

#include "template/template.h"

/* How a variable is used, which is what it must be. */
enum template_use { USE_OBJECT = 1, USE_LIST = 2, USE_NUMBER = 4, USE_TEXT = 8 };

struct template_var {
	const char *path;  /* "user.name", "items[].title" for each of its elements, "vars[\"a name\"]" for one that is no identifier */
	const char *root;  /* "user", "items", "a name": the key among the variables */
	bool is_certain;   /* every rendering needs it; else some branch, loop, `default` or `is defined` asks for it */
	bool is_asked;     /* nothing but `default` and `is defined` asks: it may be missing */
	unsigned uses;     /* of enum template_use, as far as they are plain */
	size_t line, column; /* of the first place */
};

typedef void template_var_visit(void *ctx, const struct template_var *v);
/* Each path once, in the order of the text. What `set` and `for` make is no variable. */
void template_vars(const struct template *t, template_var_visit *visit, void *ctx);

enum template_lint_kind { LINT_SINGLE_BRACE, LINT_HYPHEN, LINT_TRAILING_SPACE, LINT_UNREACHABLE, LINT_TYPE_CLASH, LINT_UNUSED, LINT_MISSING };

struct template_lint {
	enum template_lint_kind kind;
	size_t line, column; /* 1, 1 of what has no place: an unused variable */
	const char *name;    /* the variable, of LINT_UNUSED and LINT_MISSING; else NULL */
	char message[240];   /* one sentence, as clean as what it quotes */
};

/* "single_brace", "hyphen", ... */
const char *template_lint_name(enum template_lint_kind kind);
typedef void template_lint_visit(void *ctx, const struct template_lint *lint);
/* declared: an object with the names of the variables there will be; NULL: not known, and none is unused or missing. In the order of the text;
 * after 200 of a kind their number is told. */
void template_lint(const struct template *t, const json_t *declared, template_lint_visit *visit, void *ctx);

#endif
