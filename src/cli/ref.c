#include "cli/ref.h"

#include <stdlib.h>

#include "cli/cli.h"

bool ref_fill(struct ref *f, struct registry *r, const char *ref, const char *key, const struct cli_vars *vars, bool is_lenient,
    struct template_error *why, struct err *e)
{
	*f = (struct ref){ .label = NULL };
	*why = (struct template_error){ .kind = TEMPLATE_OK };
	json_t *values = version_resolve(r, ref, key, &f->version, &f->label, e) ? cli_vars_read(vars, &f->version.bundle, why, e) : NULL;
	bool ok = values != NULL && (version_render(r, &f->version, values, is_lenient, &f->rendered, why) || template_error_err(why, e));

	json_decref(values);
	if (!ok) {
		ref_free(f);
	}
	return ok;
}

void ref_free(struct ref *f)
{
	version_free(&f->version);
	rendered_free(&f->rendered);
	free(f->label);
	*f = (struct ref){ .label = NULL };
}

struct registry *ref_registry(struct err *e)
{
	char *dir = cli_data_dir(e);
	struct registry *r = dir != NULL ? registry_open(dir, false, e) : NULL;

	free(dir);
	return r;
}
