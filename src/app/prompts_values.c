/* Values that a prompt is rendered with: typed ones, and rows of a file. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts_task.h"
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

/* -- rows of a file: a long one takes long to be read, and to be let go ---------------------------------------------------------------- */

struct reading {
	struct prompts *p;
	unsigned ticket;
	char *path;
	json_t *rows;
	struct err err;
};

static void let_go(void *arg)
{
	struct reading *r = arg;

	json_decref(r->rows);
}

static void gone(void *arg)
{
	struct reading *r = arg;

	free(r->path);
	free(r);
}

static void read_rows(void *arg)
{
	struct reading *r = arg;
	struct buf text;
	bool is_missing;

	buf_init(&text, FILE_MOST);
	if (file_read(r->path, &text, &is_missing, &r->err)) {
		r->rows = var_rows_read(buf_str(&text), text.len, &r->err);
	}
	buf_free(&text);
	(void)(r->rows != NULL || err_prefix(&r->err, "%s", r->path));
}

/* What there was goes where what was read came from. */
static void take_rows(struct prompts *p, struct reading *r)
{
	json_t *former = p->set;
	const char *slash = strrchr(r->path, '/');

	p->set = r->rows;
	r->rows = former;
	free(p->set_name);
	p->set_name = p->set != NULL ? x_strdup(slash != NULL ? slash + 1 : r->path) : NULL;
	p->set_row = 0;
	app_say(p->app, NEWS_GOOD, "%zu rows of values", json_array_size(p->set));
	values_changed(p);
}

static void rows_read(void *arg)
{
	struct reading *r = arg;
	struct prompts *p = r->p;

	bool is_wanted = r->ticket == p->rows_ticket; /* else something else was asked for since */

	if (is_wanted && r->err.code != ERR_NONE) {
		prompts_say_err(p->app, &r->err);
	} else if (is_wanted) {
		take_rows(p, r);
	}
	job_submit(p->app->loop->jobs, let_go, gone, r);
}

void prompts_set_rows(struct prompts *p, const char *path)
{
	struct reading *r = x_calloc(1, sizeof(*r));

	*r = (struct reading){ .p = p, .ticket = ++p->rows_ticket, .path = x_strdup(path) };
	if (path[0] != '\0') {
		job_submit(p->app->loop->jobs, read_rows, rows_read, r);
	} else {
		rows_read(r);
	}
}

void prompts_next_row(struct prompts *p, int by)
{
	size_t n = json_array_size(p->set);

	if (n > 0) {
		p->set_row = by > 0 ? (p->set_row + 1) % n : (p->set_row + n - 1) % n;
		values_changed(p);
	}
}
