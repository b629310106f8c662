#include "cli/run_prompt.h"

#include <stdlib.h>

#include "base/mem.h"

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

struct play_prompt *run_prompt_kept(const struct run_prompt *p, const char *more)
{
	struct filled filled;
	struct err e;

	if (p->filled.body == NULL) {
		return NULL;
	}
	json_t *body = json_copy(p->filled.body), *messages = json_copy(json_object_get(body, "messages"));

	if (more[0] != '\0') {
		(void)json_array_append_new(messages, json_pack("{s:s, s:s}", "role", "user", "content", more));
	}
	(void)json_object_set_new(body, "messages", messages);
	return filled_from_body(body, p->ref.version.name, &filled, &e)
	    ? play_prompt_new(p->ref.version.name, p->ref.version.number, p->ref.version.hash, p->tags != NULL ? x_strdup(p->tags) : NULL, &filled) : NULL;
}
