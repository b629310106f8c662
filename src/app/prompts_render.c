/* What of the facts is about the template: its variables, how it renders. */
#include "app/prompts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const json_t *facts_value(const json_t *values, const char *var)
{
	const json_t *at = values;

	while (at != NULL && *var != '\0') {
		size_t len = strcspn(var, ".");
		char *part = x_strndup(var, len);

		at = json_object_get(at, part);
		free(part);
		var += len + (var[len] == '.');
	}
	return at;
}

static void add_var(struct facts *f, const char *s, size_t len)
{
	for (size_t i = 0; i < f->n_vars; i++) {
		if (strlen(f->vars[i]) == len && memcmp(f->vars[i], s, len) == 0) {
			return;
		}
	}
	f->vars = x_reallocarray(f->vars, f->n_vars + 1, sizeof(*f->vars));
	f->vars[f->n_vars++] = x_strndup(s, len);
}

void facts_render(struct facts *f)
{
	const char *s = buf_str(&f->text), *end = s + f->text.len;

	while (f->n_vars < 1000 && (s = memmem(s, (size_t)(end - s), "{{", 2)) != NULL) {
		for (s += 2; *s == ' ' || *s == '-'; s++) {
		}
		size_t len = 0;

		while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == '.') {
			len++;
		}
		if (len > 0) {
			add_var(f, s, len);
		}
	}
	for (size_t i = 0; i < f->n_vars; i++) {
		f->n_missing += facts_value(f->values, f->vars[i]) == NULL;
	}
}

bool prompts_render_part(const struct prompts *p, const struct bundle_part *part, const json_t *values, struct buf *out, struct err *e)
{
	(void)p;
	(void)values;
	(void)e;
	return buf_add(out, part->text, part->len);
}
