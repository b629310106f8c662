#include "cli/run_prompt.h"

#include <stdlib.h>

bool run_prompt_load(struct run_prompt *p, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place)
{
	struct registry *r = ref_registry(e);
	struct template_error why = { .kind = TEMPLATE_OK };

	*p = (struct run_prompt){ .tags = NULL };
	bool ok = r != NULL && ref_fill(&p->ref, r, ref, key, vars, false, &why, e);

	registry_close(r);
	if (!ok && why.excerpt[0] != '\0') {
		template_error_caret(&why, 7, place);
	}
	if (!ok) {
		return false;
	}
	p->tags = filled_tags(p->ref.label, p->ref.version.number);
	return filled_from_version(&p->ref.version, &p->ref.rendered, &p->filled, e);
}

void run_prompt_free(struct run_prompt *p)
{
	ref_free(&p->ref);
	filled_free(&p->filled);
	free(p->tags);
	*p = (struct run_prompt){ .tags = NULL };
}
