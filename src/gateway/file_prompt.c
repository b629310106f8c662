/* The section `prompts` of the configuration file. */
#include "gateway/file_reader.h"

#include "base/mem.h"

static void read_protected(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct config *c = into;

	(void)k;
	if (v->node->type != YAML_LIST) {
		problem(r, v->node, "%s must be a list of labels such as [production], not %s", v->path, kind_of(v->node));
		return;
	}
	for (size_t i = 0; i < v->node->n; i++) {
		const char *label = as_text(r, &(struct value){ .path = v->path, .key = v->node->items[i], .node = v->node->items[i] });

		if (label != NULL) {
			*array_push(c->protected_labels, c->n_protected, c->cap_protected) = x_strdup(label);
		}
	}
}

static const struct key prompt_keys[] = {
	{ .name = "protected", .read = read_protected, .choices = "list of labels",
	  .help = "labels of prompts that are moved only when it is said twice (`--yes`, `Y` in Prompts); a rollback needs no second word" },
};
const struct key_table prompt_key_table = { "prompts", prompt_keys, COUNT_OF(prompt_keys) };

void read_prompts(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "protected: [production]");

	(void)k;
	(void)into;
	if (map != NULL) {
		read_keys(r, map, v->path, prompt_keys, COUNT_OF(prompt_keys), r->c);
	}
}
