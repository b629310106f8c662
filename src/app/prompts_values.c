/* Values that a prompt is rendered with: typed ones, and rows of a file. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/file.h"
#include "base/mem.h"

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

/* -- rows of a file ------------------------------------------------------------------------------------------------------------------- */

/* One field of CSV at *at, which goes behind it and its comma; *is_last: the row ends with it. RFC 4180: quotes are doubled inside quotes. */
static void read_field(const char *s, size_t len, size_t *at, struct buf *out, bool *is_last)
{
	bool is_quoted = *at < len && s[*at] == '"';

	buf_clear(out);
	*at += is_quoted;
	for (; *at < len; ++*at) {
		char c = s[*at];

		if (is_quoted && c == '"') {
			if (*at + 1 < len && s[*at + 1] == '"') {
				++*at;
			} else {
				is_quoted = false;
				continue;
			}
		} else if (!is_quoted && (c == ',' || c == '\n')) {
			break;
		} else if (!is_quoted && c == '\r') {
			continue;
		}
		(void)buf_add_char(out, c);
	}
	*is_last = *at >= len || s[*at] == '\n';
	*at += *at < len;
}

static json_t *read_csv(const char *s, size_t len, struct err *e)
{
	json_t *rows = json_array(), *head = json_array(), *row = NULL;
	struct buf field = { 0 };
	size_t at = 0, line = 1, column = 0;

	while (at < len && e->code == ERR_NONE) {
		bool is_last;

		read_field(s, len, &at, &field, &is_last);
		json_t *value = json_stringn(buf_str(&field), field.len);
		const char *name = json_string_value(json_array_get(head, column++));

		if (value == NULL) {
			(void)err_set(e, ERR_TEMPLATE, "row %zu is no UTF-8", line);
		} else if (line == 1) {
			(void)json_array_append(head, value);
		} else if (name != NULL) {
			row = row != NULL ? row : json_object();
			(void)json_object_set(row, name, value);
		} else {
			(void)err_set(e, ERR_TEMPLATE, "row %zu has more fields than the head", line);
		}
		json_decref(value);
		if (is_last) {
			if (row != NULL && !(column == 1 && field.len == 0)) { /* not for an empty line */
				(void)json_array_append(rows, row);
			}
			json_decref(row);
			row = NULL;
			column = 0;
			line++;
		}
	}
	json_decref(row);
	json_decref(head);
	buf_free(&field);
	return rows;
}

static json_t *read_lines(const char *s, size_t len, struct err *e)
{
	json_t *rows = json_array();
	size_t line = 1;

	for (size_t at = 0; at < len && e->code == ERR_NONE; line++) {
		const char *nl = memchr(s + at, '\n', len - at);
		size_t n = nl != NULL ? (size_t)(nl - s) - at : len - at;
		json_error_t why;
		json_t *row = n > 0 && s[at] != '\r' ? json_loadb(s + at, n, 0, &why) : NULL;

		if (row != NULL && !json_is_object(row)) {
			(void)err_set(e, ERR_TEMPLATE, "line %zu is no JSON object", line);
		} else if (row != NULL) {
			(void)json_array_append(rows, row);
		} else if (n > 0 && s[at] != '\r') {
			(void)err_set(e, ERR_TEMPLATE, "line %zu is no JSON: %.120s", line, why.text);
		}
		json_decref(row);
		at += n + 1;
	}
	return rows;
}

static json_t *read_array(const char *s, size_t len, struct err *e)
{
	json_error_t why;
	json_t *rows = json_loadb(s, len, 0, &why);

	if (rows == NULL) {
		(void)err_set(e, ERR_TEMPLATE, "no JSON in line %d: %.120s", why.line, why.text);
	}
	for (size_t i = 0; i < json_array_size(rows) && e->code == ERR_NONE; i++) {
		if (!json_is_object(json_array_get(rows, i))) {
			(void)err_set(e, ERR_TEMPLATE, "item %zu is no JSON object", i + 1);
		}
	}
	return rows;
}

bool prompts_set_rows(struct prompts *p, const char *path, struct err *e)
{
	struct buf text;
	bool is_missing;
	json_t *rows = NULL;

	*e = (struct err){ 0 };
	buf_init(&text, FILE_MOST);
	if (path[0] != '\0' && file_read(path, &text, &is_missing, e)) {
		const char *s = buf_str(&text);
		size_t blank = strspn(s, " \t\r\n");

		rows = s[blank] == '[' ? read_array(s, text.len, e) : s[blank] == '{' ? read_lines(s, text.len, e) : read_csv(s, text.len, e);
		if (e->code == ERR_NONE && json_array_size(rows) == 0) {
			(void)err_set(e, ERR_TEMPLATE, "there is no row of values in it");
		}
	}
	buf_free(&text);
	if (e->code != ERR_NONE) {
		json_decref(rows);
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
