/* template - the language of prompts: a subset of Jinja2 (doc/manual.md, "Templates"). A text is parsed once and rendered many times; what is
 * rendered is text and never rendered again. Rendering is pure: the same template, variables and partials give the same bytes.
 * A parsed template is constant: several threads may render it. Values of variables are borrowed while rendering.
 * Not here: where partials come from (the caller's function), what a prompt is made of (prompt/bundle.h). */
#ifndef SONDE_TEMPLATE_TEMPLATE_H
#define SONDE_TEMPLATE_TEMPLATE_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "token/tokenizer.h"

struct template;

enum template_error_kind {
	TEMPLATE_OK,
	TEMPLATE_SYNTAX,
	TEMPLATE_UNDEFINED,
	TEMPLATE_TYPE,
	TEMPLATE_UNKNOWN_FILTER,
	TEMPLATE_UNKNOWN_TEST,
	TEMPLATE_DIVISION_BY_ZERO,
	TEMPLATE_MISSING_INCLUDE,
	TEMPLATE_INCLUDE_DEPTH,
	TEMPLATE_LIMIT
};

struct template_error {
	enum template_error_kind kind;
	char template[128];   /* its name as it was given; cut when longer */
	size_t line, column;  /* from 1; the column in code points */
	char message[240];    /* one sentence, as clean as what it quotes: clean it before it is shown */
	char hint[160];       /* what to do; may be empty */
	char excerpt[160];    /* the line, or the part of it around the place; clean, UTF-8 */
	size_t caret;         /* cells of the excerpt before the place */
};

/* "syntax", "undefined", ... */
const char *template_error_name(enum template_error_kind kind);
/* The excerpt and, under it, a caret, each line indented by so many blanks and ended by a newline. */
void template_error_caret(const struct template_error *e, size_t indent, struct buf *out);
/* Fills e: "NAME:LINE:COLUMN: MESSAGE" with ERR_TEMPLATE. Returns false. */
bool template_error_err(const struct template_error *from, struct err *e);

/* The name is for errors. NULL: err says why. */
struct template *template_parse(const char *name, const char *text, size_t len, struct template_error *err) SONDE_MUST_CHECK;
void template_free(struct template *t);
const char *template_name(const struct template *t);

struct template_limits { /* 0: the default */
	size_t output;  /* bytes, 16 MiB */
	size_t memory;  /* bytes of values made while rendering, 256 MiB */
	uint64_t steps; /* turns of all loops, 1,000,000 */
	int64_t time_us; /* processor time of the thread, 200 ms */
	int depth;      /* of includes, 16 */
};

struct template_env { /* zeroed: strict, no partials, the default limits */
	bool is_lenient; /* what is undefined prints as nothing */
	bool is_fixed;   /* whatever asks for a variable is an error, even `default` and `is defined`: see prefix.h */
	struct template_limits limits;
	/* Finds a partial: appends its text, or returns false when there is none. NULL: there are none. Each is asked for once a rendering. */
	bool (*include)(void *ctx, const char *name, struct buf *text);
	void *ctx;
	const struct tokenizer *tokenizer; /* for `tokens` and `truncate_tokens`; NULL: the estimate */
};

/* Appends to out; vars is an object or NULL. False: err says why, and out holds what had been rendered. */
bool template_render(const struct template *t, const json_t *vars, const struct template_env *env, struct buf *out, struct template_error *err)
    SONDE_MUST_CHECK;

/* Each include whose name is written out, in the order of the text; a name may come twice. Not NUL-terminated. */
typedef void template_include(void *ctx, const char *name, size_t len);
void template_includes(const struct template *t, template_include *visit, void *ctx);

#endif
