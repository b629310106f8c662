/* Markdown: patterns of Fabric (https://github.com/danielmiessler/fabric), which are a system message each, and roles of aichat
 * (https://github.com/sigoden/aichat/wiki/Role-Guide) with settings in front, __INPUT__ for the question and examples under "### INPUT:" and
 * "### OUTPUT:". */
#include "prompt/import_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/yaml_text.h"

bool import_sniff_fabric(const struct import_source *s)
{
	const char *slash = strrchr(s->path, '/');

	return strcmp(slash != NULL ? slash + 1 : s->path, "system.md") == 0;
}

bool import_read_fabric(const struct import_source *s, struct import *out, struct err *e)
{
	(void)e;
	const char *slash = strrchr(s->name, '/');
	bool is_system = slash != NULL && strcmp(slash, "/system") == 0;
	char *name = x_strndup(s->name, is_system ? (size_t)(slash - s->name) : strlen(s->name));

	import_message(out, import_add(out, name), "system", SYNTAX_HANDLEBARS, s->text, s->len, 1); /* {{name}} only */
	free(name);
	return true;
}

bool import_sniff_aichat(const struct import_source *s)
{
	return import_has_ending(s, ".md");
}

static void use_tools(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	(void)p;
	import_note(im, value->line, "%s is not kept: the file names tools without describing them", key);
}

/* Text without the blank lines around it. */
static void add_trimmed(struct import *im, struct import_prompt *p, const char *role, const char *text, const char *end, int line)
{
	while (text < end && (*text == '\n' || *text == '\r')) {
		line += *text++ == '\n';
	}
	while (end > text && (end[-1] == '\n' || end[-1] == '\r')) {
		end--;
	}
	if (text == end) {
		return;
	}
	struct buf out = { 0 };
	const char *at;

	for (const char *mark = "__INPUT__"; (at = memmem(text, (size_t)(end - text), mark, strlen(mark))) != NULL; text = at + strlen(mark)) {
		(void)buf_add(&out, text, (size_t)(at - text));
		(void)buf_add_str(&out, "{{ input }}");
		role = "user";
	}
	(void)buf_add(&out, text, (size_t)(end - text));
	import_message(im, p, role, SYNTAX_HANDLEBARS, buf_str(&out), out.len, line);
	buf_free(&out);
}

/* The next line that is the heading, or NULL; *line counts up to it. */
static const char *find_heading(const char *p, const char *end, const char *heading, int *line)
{
	size_t n = strlen(heading);

	for (;;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if ((size_t)(end - p) >= n && memcmp(p, heading, n) == 0 && (p + n == end || p[n] == '\n' || p[n] == '\r')) {
			return p;
		}
		if (newline == NULL) {
			return NULL;
		}
		p = newline + 1;
		++*line;
	}
}

static void body(struct import *im, struct import_prompt *p, const char *text, const char *end, int line)
{
	static const char *const headings[] = { "### INPUT:", "### OUTPUT:" };
	static const char *const heads[] = { "user", "assistant" };
	const char *role = "system";

	for (size_t i = 0;; i = !i) {
		int next_line = line;
		const char *next = find_heading(text, end, headings[i], &next_line);

		add_trimmed(im, p, role, text, next != NULL ? next : end, line);
		if (next == NULL) {
			return;
		}
		role = heads[i];
		text = next + strlen(headings[i]);
		line = next_line;
	}
}

bool import_read_aichat(const struct import_source *s, struct import *out, struct err *e)
{
	static const struct import_field fields[] = {
		{ "name", NULL }, { "prompt", NULL }, { "model", import_setting_of }, { "temperature", import_setting_of }, { "top_p", import_setting_of }, { "use_tools", use_tools },
	};
	struct import_matter m;

	if (!import_matter(s, &m, e)) {
		return false;
	}
	struct import_prompt *p = import_add(out, s->name);

	import_fields(out, p, m.head, fields, COUNT_OF(fields));
	yaml_tree_free(m.head);
	body(out, p, m.body, m.body + m.len, m.line);
	return json_object_get(p->object, "messages") != NULL || import_refuse(s, m.line, e, "the file has settings but no text");
}
