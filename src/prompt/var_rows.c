#include "prompt/var_rows.h"

#include <string.h>

#include "base/buf.h"

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

	while ((at < len || column > 0) && e->code == ERR_NONE) { /* behind a comma stands one more field */
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

json_t *var_rows_read(const char *text, size_t len, struct err *e)
{
	size_t bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, blank = bom;

	while (blank < len && strchr(" \t\r\n", text[blank]) != NULL && text[blank] != '\0') {
		blank++;
	}
	char first = blank < len ? text[blank] : '\0';
	json_t *(*read)(const char *s, size_t len, struct err *e) = first == '[' ? read_array : first == '{' ? read_lines : read_csv;

	*e = (struct err){ 0 };
	json_t *rows = read(text + bom, len - bom, e);
	if (e->code == ERR_NONE && json_array_size(rows) == 0) {
		(void)err_set(e, ERR_TEMPLATE, "there is no row of values in it");
	}
	if (e->code != ERR_NONE) {
		json_decref(rows);
		return NULL;
	}
	return rows;
}
