/* template_check - any bytes as a template: parsed and rendered in both modes, it is a text or an error with a place inside the template. */
#ifndef SONDE_TESTS_TEMPLATE_TEMPLATE_CHECK_H
#define SONDE_TESTS_TEMPLATE_TEMPLATE_CHECK_H

#include <string.h>

#include "template/check.h"
#include "text/utf8.h"

/* Includes whose names begin with "self" are the template itself. */
struct template_check {
	const char *text;
	size_t len;
};

static inline bool template_check_include(void *ctx, const char *name, struct buf *text)
{
	const struct template_check *c = ctx;

	return strncmp(name, "self", 4) == 0 ? buf_add(text, c->text, c->len) : strcmp(name, "part") == 0 && buf_add_str(text, "<{{ x }}>");
}

static inline bool template_check_error(const struct template_check *c, const struct template_error *e)
{
	size_t n_lines = 1;

	for (size_t i = 0; i < c->len; i++) {
		n_lines += c->text[i] == '\n';
	}
	bool is_here = strcmp(e->template, "main") == 0;
	return e->kind > TEMPLATE_OK && e->kind <= TEMPLATE_LIMIT && e->line >= 1 && e->column >= 1 && (!is_here || (e->line <= n_lines && e->column <= c->len + 1)) &&
	    e->message[0] != '\0' && utf8_valid(e->excerpt, strlen(e->excerpt)) && memchr(e->excerpt, '\n', sizeof(e->excerpt)) == NULL;
}

static inline void template_check_var(void *ctx, const struct template_var *v)
{
	*(bool *)ctx &= v->line >= 1 && v->column >= 1 && v->path[0] != '\0' && !(v->is_certain && v->is_asked);
}

static inline void template_check_lint(void *ctx, const struct template_lint *lint)
{
	*(bool *)ctx &= lint->line >= 1 && lint->column >= 1 && lint->message[0] != '\0';
}

/* False: something is wrong. */
static inline bool template_check(const char *text, size_t len, const json_t *vars)
{
	struct template_check c = { text, len };
	struct template_error e;
	struct template *t = template_parse("main", text, len, &e);
	bool ok = t != NULL || template_check_error(&c, &e);

	if (t != NULL) {
		template_vars(t, template_check_var, &ok);
		template_lint(t, vars, template_check_lint, &ok);
	}
	for (int lenient = 0; lenient < 2 && t != NULL; lenient++) {
		struct template_env env = { .is_lenient = lenient, .include = template_check_include, .ctx = &c,
			.limits = { .output = 1 << 20, .memory = 16 << 20, .steps = 10000, .time_us = 50000 } };
		struct buf out = { 0 };

		bool is_rendered = template_render(t, vars, &env, &out, &e);
		ok = ok && (is_rendered ? utf8_valid(buf_str(&out), out.len) : template_check_error(&c, &e)) && out.len <= env.limits.output;
		buf_free(&out);
	}
	template_free(t);
	return ok;
}

#endif
