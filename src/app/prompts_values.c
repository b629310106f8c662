/* Values that a prompt is rendered with: typed ones, and rows of a file. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/file.h"
#include "base/mem.h"
#include "prompt/var_rows.h"

#define FILE_MOST ((size_t)64 << 20)

json_t *prompts_values(const struct prompts *p)
{
	const json_t *row = json_array_get(p->set, p->set_row);
	json_t *all = row != NULL ? json_copy((json_t *)row) : json_object();

	json_object_update(all, p->typed);
	return all;
}

static void values_changed(struct prompts *p)
{
	prompts_think(p);
	play_refill(p->app->play);
}

bool prompts_set_value(struct prompts *p, const char *assignment, struct err *e)
{
	const char *eq = strchr(assignment, '=');
	size_t len = eq != NULL ? (size_t)(eq - assignment) : strlen(assignment);
	char *name = x_strndup(assignment, len);
	json_t *value = eq != NULL && eq[1] != '\0' ? json_loads(eq + 1, JSON_DECODE_ANY, NULL) : NULL;
	bool ok = true;

	value = value == NULL && eq != NULL && eq[1] != '\0' ? json_string(eq + 1) : value;
	if (name[0] == '\0' || (eq != NULL && eq[1] != '\0' && value == NULL)) {
		ok = err_set(e, ERR_USAGE, "a value is given as NAME=VALUE, in UTF-8");
	} else if (value != NULL) {
		(void)json_object_set(p->typed, name, value);
	} else {
		(void)json_object_del(p->typed, name);
	}
	json_decref(value);
	free(name);
	values_changed(p);
	return ok;
}

bool prompts_set_rows(struct prompts *p, const char *path, struct err *e)
{
	struct buf text;
	bool is_missing;
	json_t *rows = NULL;

	*e = (struct err){ 0 };
	buf_init(&text, FILE_MOST);
	if (path[0] != '\0' && file_read(path, &text, &is_missing, e)) {
		rows = var_rows_read(buf_str(&text), text.len, e);
	}
	buf_free(&text);
	if (e->code != ERR_NONE) {
		return err_prefix(e, "%s", path);
	}
	json_decref(p->set);
	free(p->set_name);
	const char *slash = strrchr(path, '/');

	p->set = rows;
	p->set_name = rows != NULL ? x_strdup(slash != NULL ? slash + 1 : path) : NULL;
	p->set_row = 0;
	values_changed(p);
	return true;
}

void prompts_next_row(struct prompts *p, int by)
{
	size_t n = json_array_size(p->set);

	if (n > 0) {
		p->set_row = by > 0 ? (p->set_row + 1) % n : (p->set_row + n - 1) % n;
		values_changed(p);
	}
}
