/* script - a bundle as people edit it: each message under a line that is its role in capitals. */
#include "prompt/bundle.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

/* The role a line is in capitals, or NULL. */
static const char *line_role(const char *line, size_t len)
{
	for (size_t i = 0; bundle_roles[i] != NULL; i++) {
		if (strlen(bundle_roles[i]) != len) {
			continue;
		}
		size_t k = 0;

		while (k < len && line[k] == toupper((unsigned char)bundle_roles[i][k])) {
			k++;
		}
		if (k == len) {
			return bundle_roles[i];
		}
	}
	return NULL;
}

static size_t line_len(const char *s, const char *end)
{
	const char *newline = memchr(s, '\n', (size_t)(end - s));

	return newline != NULL ? (size_t)(newline - s) : (size_t)(end - s);
}

/* A role behind any number of backslashes. */
static bool looks_like_role(const char *line, size_t len)
{
	while (len > 0 && *line == '\\') {
		line++;
		len--;
	}
	return line_role(line, len) != NULL;
}

/* Copies lines; those that look like a role get a backslash, or lose one. */
static void add_lines(struct buf *out, const char *s, const char *end, bool escapes)
{
	while (s < end) {
		size_t len = line_len(s, end), whole = len + (s + len < end);

		if (looks_like_role(s, len)) {
			if (escapes) {
				(void)buf_add_char(out, '\\');
			} else {
				s++;
				whole--;
			}
		}
		(void)buf_add(out, s, whole);
		s += whole;
	}
}

void bundle_script(const struct bundle *b, struct buf *out)
{
	for (size_t i = 0; i < bundle_n_parts(b); i++) {
		struct bundle_part p = bundle_part(b, i);

		for (const char *c = p.role; *c != '\0'; c++) {
			(void)buf_add_char(out, (char)toupper((unsigned char)*c));
		}
		(void)buf_add_str(out, p.role[0] != '\0' ? "\n" : "");
		add_lines(out, p.text, p.text + p.len, true);
		(void)buf_add_str(out, p.role[0] != '\0' ? "\n" : "");
	}
}

/* Lines that a text takes in the script beside its own newlines: that of its role, and the end of the last. */
static size_t lines_of(const struct bundle_part *p)
{
	size_t n = p->role[0] != '\0' ? 2 : 0;

	for (size_t i = 0; i < p->len; i++) {
		n += p->text[i] == '\n';
	}
	return n;
}

void bundle_script_place(const struct bundle *b, size_t i, size_t *line, size_t *column)
{
	struct bundle_part p = bundle_part(b, i);
	const char *s = p.text, *end = s + p.len;

	for (size_t k = 1; k < *line && s < end; k++) {
		s += line_len(s, end);
		s += s < end;
	}
	*column += looks_like_role(s, line_len(s, end)); /* it has a backslash before it */
	*line += p.role[0] != '\0';
	for (size_t k = 0; k < i; k++) {
		p = bundle_part(b, k);
		*line += lines_of(&p);
	}
}

static json_t *message_like(const struct bundle *base, size_t i, const char *role)
{
	json_t *old = base != NULL ? json_array_get(json_object_get(base->json, "messages"), i) : NULL;
	const char *old_role = json_string_value(json_object_get(old, "role"));
	json_t *m = old_role != NULL && strcmp(old_role, role) == 0 ? json_copy(old) : json_object();

	(void)json_object_set_new(m, "role", json_string(role));
	return m;
}

/* From behind a role's line to the next such line or the end; the newline before that belongs to the script. */
static const char *read_message(const char *s, const char *end, struct buf *text)
{
	const char *from = s;

	while (s < end && line_role(s, line_len(s, end)) == NULL) {
		size_t len = line_len(s, end);

		s += len + (s + len < end);
	}
	const char *stop = s > from && s[-1] == '\n' ? s - 1 : s;

	add_lines(text, from, stop, false);
	return s;
}

static json_t *read_messages(const struct bundle *base, const char *s, const char *end)
{
	json_t *messages = json_array();

	while (s < end) {
		size_t len = line_len(s, end);
		json_t *m = message_like(base, json_array_size(messages), line_role(s, len));
		struct buf text = { 0 };

		s = read_message(s + len + (s + len < end), end, &text);
		(void)json_object_set_new(m, "content", json_stringn(buf_str(&text), text.len));
		(void)json_array_append_new(messages, m);
		buf_free(&text);
	}
	return messages;
}

/* Where the first line is that is a role, or end; *number counts from 1. */
static const char *first_role(const char *s, const char *end, size_t *number)
{
	for (*number = 1; s < end; (*number)++) {
		size_t len = line_len(s, end);

		if (line_role(s, len) != NULL) {
			return s;
		}
		s += len + (s + len < end);
	}
	return end;
}

bool bundle_with_script(const struct bundle *base, const char *script, size_t len, struct bundle *out, struct err *e)
{
	const char *end = script + len;
	size_t number;

	*out = (struct bundle){ .json = NULL };
	if (!bundle_check_text("the prompt", script, len, e)) {
		return false;
	}
	const char *role = first_role(script, end, &number);

	if (role < end && strspn(script, " \t\r\n") < (size_t)(role - script)) {
		err_set(e, ERR_TEMPLATE, "line %zu of the prompt is a role, but there is text before it", number);
		return err_hint(e, "begin with a role (SYSTEM, USER), or write \\%.*s for the word itself", (int)line_len(role, end), role);
	}
	json_t *object = base != NULL ? json_copy(base->json) : json_object();

	(void)json_object_del(object, "text");
	(void)json_object_del(object, "messages");
	(void)json_object_del(object, "lock"); /* of the includes that stood there; saving locks anew */
	if (role < end) {
		(void)json_object_set_new(object, "messages", read_messages(base, role, end));
	} else {
		struct buf text = { 0 };

		add_lines(&text, script, end, false);
		(void)json_object_set_new(object, "text", json_stringn(buf_str(&text), text.len));
		buf_free(&text);
	}
	bool ok = bundle_from_json(object, out, e);

	json_decref(object);
	return ok;
}
