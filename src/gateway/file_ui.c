/* The section `ui` of the configuration: the table of options is the table of its keys. */
#include <stdio.h>

#include "base/mem.h"
#include "gateway/file_reader.h"

static void read_option(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	struct option_values *o = into;
	enum option_id id = option_find(k->name);
	struct err e = { 0 };
	char place[64];

	(void)snprintf(place, sizeof(place), "%.40s:%d", r->name, v->key->line);
	if (v->node->type != YAML_SCALAR) {
		problem(r, v->node, "%s must be %s%s, not %s", v->path, k->choices != NULL ? "one of " : "", k->choices != NULL ? k->choices : "a number",
		    kind_of(v->node));
	} else if (!option_set(o, id, v->node->text, ORIGIN_FILE, place, &e)) {
		problem(r, v->node, "%s %s", v->path, e.text);
	}
}

static void ui_keys(struct key out[OPTION_COUNT])
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		out[i] = (struct key){ .name = option_rows[i].name, .read = read_option, .help = option_rows[i].help,
			.choices = option_rows[i].type == OPTION_CHOICE ? option_rows[i].words : NULL, };
	}
}

void read_ui(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "theme: auto");
	struct key keys[OPTION_COUNT];

	(void)k;
	(void)into;
	ui_keys(keys);
	if (map != NULL) {
		read_keys(r, map, v->path, keys, COUNT_OF(keys), &r->c->options);
	}
}
