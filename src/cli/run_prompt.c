#include "cli/run_prompt.h"

#include <stdlib.h>

#include "cli/cli.h"

static bool fill(struct run_prompt *p, struct registry *r, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place)
{
	struct template_error why;
	struct rendered rendered;
	char *label;

	if (!version_resolve(r, ref, key, &p->version, &label, e)) {
		return false;
	}
	p->tags = filled_tags(label, p->version.number);
	free(label);
	json_t *values = cli_vars_read(vars, &p->version.bundle, e);

	if (values == NULL) {
		return false;
	}
	bool ok = version_render(r, &p->version, values, false, &rendered, &why);

	json_decref(values);
	if (!ok) {
		(void)template_error_err(&why, e);
		if (why.excerpt[0] != '\0') {
			template_error_caret(&why, 7, place);
		}
		return false;
	}
	ok = filled_from_version(&p->version, &rendered, &p->filled, e);
	rendered_free(&rendered);
	return ok;
}

bool run_prompt_load(struct run_prompt *p, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place)
{
	char *dir = cli_data_dir(e);
	struct registry *r = dir != NULL ? registry_open(dir, false, e) : NULL;

	*p = (struct run_prompt){ .tags = NULL };
	if (r == NULL && e->code == ERR_CHECK) {
		err_hint(e, "sonde prompt save NAME FILE makes the first prompt");
	}
	bool ok = r != NULL && fill(p, r, ref, key, vars, e, place);

	registry_close(r);
	free(dir);
	return ok;
}

void run_prompt_free(struct run_prompt *p)
{
	version_free(&p->version);
	filled_free(&p->filled);
	free(p->tags);
	*p = (struct run_prompt){ .tags = NULL };
}
