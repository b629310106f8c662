/* render - one rendering: what the interpreter (render.c statements, eval.c expressions) and the functions of filters, methods and tests share.
 * Each fallible function returns false after filling the error of the rendering. */
#ifndef SONDE_TEMPLATE_RENDER_H
#define SONDE_TEMPLATE_RENDER_H

#include "base/map.h"
#include "template/call.h"

struct binding {
	struct span name;
	struct value value;
};

struct scope {
	struct scope *up;
	struct binding *bindings;
	size_t n, cap;
};

struct render {
	const struct template *t; /* whose nodes are being run */
	const struct template_env *env;
	struct template_limits limits;
	const json_t *vars; /* an object */
	json_t *none;       /* what vars is when there are none */
	struct buf *out;    /* limited */
	struct buf scratch; /* for a moment, by whoever makes a text */
	struct arena arena;
	struct scope *scope, top; /* innermost, outermost */
	const struct loop *loop; /* innermost */
	struct map *includes; /* name -> struct template *, parsed in this rendering; NULL: none yet */
	const struct include *including;
	json_t *kept;       /* an array of what `fromjson` read; NULL: nothing yet */
	uint64_t steps, ticks, next_check;
	int64_t deadline_us;
	struct template_error *err;
};

/* `loop` inside a `for`; lives in the arena, because a value may outlive the `for`. */
struct loop {
	size_t i, n;
	const struct value *items;
	const struct loop *up;
};

/* One of the templates that are being included, innermost first. */
struct include {
	const struct include *up;
	struct span name;
	int depth;
};

/* Sets up a rendering that prints into text, which it empties; the env and the error outlive it. */
void render_begin(struct render *r, const struct template *t, const json_t *vars, const struct template_env *env, struct buf *text, struct template_error *err);
/* One statement, not those behind it. */
bool render_statement(struct render *r, const struct node *n) SONDE_MUST_CHECK;
void render_end(struct render *r);

bool render_failed(struct render *r, const struct node *n, enum template_error_kind kind, const char *fmt, ...) SONDE_PRINTF(4, 5);
bool render_no_memory(struct render *r, const struct node *n);
/* Counts work; false when the time is over. */
bool render_tick(struct render *r, const struct node *n, uint64_t work) SONDE_MUST_CHECK;
/* False for undefined in strict mode, with the path that is undefined. */
bool render_defined(struct render *r, const struct node *n, const struct value *v) SONDE_MUST_CHECK;

/* The expression, which may be undefined. */
bool eval(struct render *r, const struct node *n, struct value *out) SONDE_MUST_CHECK;
/* In strict mode it may not. */
bool eval_defined(struct render *r, const struct node *n, struct value *out) SONDE_MUST_CHECK;
/* Runs a row on what c holds. */
bool call_run(struct render *r, const struct call *c, struct value *out) SONDE_MUST_CHECK;
/* The value of a name, or undefined. */
struct value render_lookup(const struct render *r, struct span name);
/* value.name or value[key]. */
struct value render_member(const struct value *v, struct span name);
bool render_set(struct render *r, const struct node *n, struct span name, const struct value *v) SONDE_MUST_CHECK;

/* What is printed for a value: of a string itself, else into the arena. */
bool render_text(struct render *r, const struct node *n, const struct value *v, struct span *out) SONDE_MUST_CHECK;
/* The scratch buffer as a string in the arena; when the buffer is full, a limit. */
bool render_scratch(struct render *r, const struct node *n, struct value *out) SONDE_MUST_CHECK;
/* Keeps JSON until the end of the rendering; takes the reference. */
void render_keep(struct render *r, json_t *json);
/* A list of the arena, or NULL and the error. */
struct value_list *render_list(struct render *r, const struct node *n, size_t cap);
bool render_add(struct render *r, const struct node *n, struct value_list *list, const struct value *v) SONDE_MUST_CHECK;
/* What a `for` walks, as an array: elements of a list, keys of an object (or, as lists of two, its keys and values), characters of a string;
 * nothing of null and undefined. */
struct sequence {
	const struct value *items;
	size_t n;
};
bool render_sequence(struct render *r, const struct node *n, const struct value *v, bool wants_pairs, struct sequence *out) SONDE_MUST_CHECK;
/* value_equal and value_order with errors. */
bool render_equal(struct render *r, const struct node *n, const struct value *a, const struct value *b, bool *is_equal) SONDE_MUST_CHECK;
bool render_order(struct render *r, const struct node *n, const struct value *a, const struct value *b, int *order) SONDE_MUST_CHECK;

/* Appends what is printed for a value; false when it is nested too deep (not when out is full). */
bool print_value(struct buf *out, const struct value *v) SONDE_MUST_CHECK;
/* As JSON; indent 0: compact. */
bool print_json(struct buf *out, const struct value *v, int indent) SONDE_MUST_CHECK;
/* The shortest decimal digits that read back as the number (no sign, no zeros at the end), and the power of ten of the first. */
#define DIGITS_SIZE 20
int print_digits(double d, char out[DIGITS_SIZE], int *exponent);

#endif
