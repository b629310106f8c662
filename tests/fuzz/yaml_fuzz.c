/* Fuzz target of base/yaml.c: any bytes give a tree or an error with its place. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"

static size_t count(const struct yaml_node *node)
{
	size_t n = 1;

	if (node->type == YAML_SCALAR) {
		return n + (node->text[0] != '\0');
	}
	for (size_t i = 0; i < node->n; i++) {
		n += count(node->items[i]);
		if (node->type == YAML_MAP && yaml_get(node, node->keys[i]->text) != node->items[i]) {
			abort(); /* keys are unique */
		}
		if (node->items[i]->line < 1 || node->items[i]->column < 1) {
			abort();
		}
	}
	return n;
}

static void on_repeat(void *ctx, int line, int column, const struct err *e)
{
	(void)line;
	(void)column;
	*(int *)ctx += e->text[0] != '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct err e = { 0 };
	int repeats = 0;
	struct yaml_node *strict = yaml_parse("f", (const char *)bytes, len, &e);

	if ((strict == NULL) != (e.text[0] != '\0') || (strict == NULL && strncmp(e.text, "f:", 2) != 0)) {
		abort();
	}
	struct yaml_node *lenient = yaml_parse_lenient("f", (const char *)bytes, len, on_repeat, &repeats, &e);
	if (strict != NULL && (lenient == NULL || repeats != 0 || count(strict) != count(lenient))) {
		abort();
	}
	yaml_tree_free(strict);
	yaml_tree_free(lenient);
	return 0;
}
