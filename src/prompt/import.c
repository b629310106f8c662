#include "prompt/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/import_part.h"
#include "text/utf8.h"
#include "text/yaml_text.h"

#define NOTES_MOST 50
#define NAME_MOST 128
#define HEAD_MOST ((size_t)1 << 20) /* bytes of a front matter */

bool import_has_ending(const struct import_source *s, const char *ending)
{
	size_t n = strlen(s->path), k = strlen(ending);

	return n >= k && strcmp(s->path + n - k, ending) == 0;
}

bool import_has_key(const struct import_source *s, const char *key)
{
	size_t n = strlen(key);
	const char *end = s->text + s->len;

	for (const char *p = s->text; p < end;) {
		if ((size_t)(end - p) > n && memcmp(p, key, n) == 0 && p[n] == ':') {
			return true;
		}
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		p = newline != NULL ? newline + 1 : end;
	}
	return false;
}

bool import_refuse(const struct import_source *s, int line, struct err *e, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return line > 0 ? err_set(e, ERR_CHECK, "%.120s:%d: %s", s->path, line, text) : err_set(e, ERR_CHECK, "%.120s: %s", s->path, text);
}

void import_note(struct import *im, int line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (im->n_notes == NOTES_MOST) {
		im->n_unshown++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*array_push(im->notes, im->n_notes, im->cap_notes) = (struct import_note){ line, x_strdup(text) };
}

char *import_name(const char *text)
{
	struct buf out = { 0 };
	bool is_inside = false; /* something that counts stands in this part already */

	for (const char *p = text; *p != '\0' && out.len < NAME_MOST; p++) {
		bool is_word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_';

		if (is_word) {
			(void)buf_add_char(&out, *p);
			is_inside = true;
		} else if (is_inside && strchr("/-.", out.s[out.len - 1]) == NULL) {
			(void)buf_add_char(&out, *p == '/' || *p == '.' ? *p : '-');
			is_inside = *p != '/';
		}
	}
	while (out.len > 0 && strchr("/-.", out.s[out.len - 1]) != NULL) {
		out.s[--out.len] = '\0';
	}
	return out.len > 0 ? buf_take(&out) : x_strdup("imported");
}

struct import_prompt *import_add(struct import *im, const char *name)
{
	struct import_prompt *p = array_push(im->prompts, im->n, im->cap);

	*p = (struct import_prompt){ .name = import_name(name), .object = json_object() };
	if (strcmp(p->name, name) != 0) {
		import_note(im, 0, "the name \"%.100s\" became %s", name, p->name);
	}
	return p;
}

static json_t *member(json_t *object, const char *name, json_t *(*make)(void))
{
	json_t *v = json_object_get(object, name);

	if (v == NULL) {
		v = make();
		(void)json_object_set_new(object, name, v);
	}
	return v;
}

static void add_note(void *ctx, int line, const char *text)
{
	import_note(ctx, line, "%s", text);
}

void import_message(struct import *im, struct import_prompt *p, const char *role, enum syntax syntax, const char *text, size_t len, int line)
{
	static const struct {
		const char *theirs, *ours;
	} roles[] = { { "human", "user" }, { "ai", "assistant" }, { "model", "assistant" }, { "bot", "assistant" }, { "function", "tool" } };
	struct buf out = { 0 };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		role = strcmp(role, roles[i].theirs) == 0 ? roles[i].ours : role;
	}
	syntax_convert(syntax, text, len, line, &out, add_note, im);
	json_t *message = json_object();

	(void)json_object_set_new(message, "role", json_string(role));
	(void)json_object_set_new(message, "content", json_stringn(buf_str(&out), out.len));
	(void)json_array_append_new(member(p->object, "messages", json_array), message);
	buf_free(&out);
}

void import_variable(struct import_prompt *p, const char *name, const char *key, json_t *value)
{
	json_t *vars = member(p->object, "vars", json_object);

	(void)json_object_set_new(member(vars, name, json_object), key, value);
}

/* ---- settings of the model ---- */

static void no_schema(struct import *im, int line, const char *key)
{
	import_note(im, line, "%s is not kept: only a JSON schema has a place in a prompt", key);
}

static void set_response(struct import *im, struct import_prompt *p, int line, const char *key, json_t *v)
{
	json_t *schema = json_object_get(json_object_get(v, "json_schema"), "schema");
	const char *type = json_string_value(json_object_get(v, "type"));

	if (json_is_object(schema)) {
		(void)json_object_set(p->object, "response_schema", schema);
	} else if (type != NULL && strcmp(type, "json_object") == 0) {
		(void)json_object_set_new(p->object, "response_schema", json_pack("{s:s}", "type", "object"));
	} else if (type == NULL || strcmp(type, "text") != 0) {
		no_schema(im, line, key);
	}
}

static void set_schema(struct import *im, struct import_prompt *p, int line, const char *key, json_t *v)
{
	if (json_is_object(v)) {
		(void)json_object_set(p->object, "response_schema", v);
	} else {
		no_schema(im, line, key);
	}
}

static void set_tools(struct import *im, struct import_prompt *p, int line, const char *key, json_t *v)
{
	size_t i;
	json_t *tool;

	json_array_foreach(v, i, tool) {
		if (!json_is_object(json_object_get(tool, "function"))) {
			import_note(im, line, "%s: tool %zu is not kept: it has no \"function\" with its description", key, i + 1);
			continue;
		}
		(void)json_array_append(member(p->object, "tools", json_array), tool);
	}
	if (!json_is_array(v)) {
		import_note(im, line, "%s is not kept: it is no list of tools", key);
	}
}

static void skip_model(struct import *im, struct import_prompt *p, int line, const char *key, json_t *v)
{
	(void)p;
	import_note(im, line, "%s %.80s is not kept: a prompt is for any model; say it when you run it (sonde run -m)", key,
	    json_is_string(v) ? json_string_value(v) : "");
}

static const struct {
	const char *theirs, *ours; /* ours: the parameter; NULL: set does it */
	void (*set)(struct import *im, struct import_prompt *p, int line, const char *key, json_t *v);
} settings[] = {
	{ "temperature", "temperature", NULL },
	{ "top_p", "top_p", NULL },
	{ "topP", "top_p", NULL },
	{ "max_tokens", "max_tokens", NULL },
	{ "max_completion_tokens", "max_tokens", NULL },
	{ "max_output_tokens", "max_tokens", NULL },
	{ "maxOutputTokens", "max_tokens", NULL },
	{ "seed", "seed", NULL },
	{ "stop", "stop", NULL },
	{ "stop_sequences", "stop", NULL },
	{ "stopSequences", "stop", NULL },
	{ "model", NULL, skip_model },
	{ "response_format", NULL, set_response },
	{ "responseFormat", NULL, set_response },
	{ "schema_object", NULL, set_schema },
	{ "json_schema", NULL, set_schema },
	{ "tools", NULL, set_tools },
};

void import_setting(struct import *im, struct import_prompt *p, int line, const char *key, json_t *value)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		if (strcmp(settings[i].theirs, key) != 0) {
			continue;
		}
		if (json_is_null(value)) {
			break; /* not set */
		}
		if (settings[i].set != NULL) {
			settings[i].set(im, p, line, key, value);
		} else {
			(void)json_object_set(member(p->object, "params", json_object), settings[i].ours, value);
		}
		json_decref(value);
		return;
	}
	if (!json_is_null(value)) {
		import_note(im, line, "%.100s is not kept: it has no counterpart", key);
	}
	json_decref(value);
}

/* ---- YAML ---- */

void import_settings(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	if (value->type != YAML_MAP) {
		import_note(im, value->line, "%s is not kept: it is no map", key);
		return;
	}
	for (size_t i = 0; i < value->n; i++) {
		import_setting(im, p, value->keys[i]->line, value->keys[i]->text, yaml_text_value(value->items[i]));
	}
}

const char *import_name_in(const struct yaml_node *map, const struct import_source *s)
{
	const struct yaml_node *name = map != NULL && map->type == YAML_MAP ? yaml_get(map, "name") : NULL;

	return name != NULL && name->type == YAML_SCALAR && name->text[0] != '\0' ? name->text : s->name;
}

void import_setting_of(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	import_setting(im, p, value->line, key, yaml_text_value(value));
}

void import_description(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	(void)im;
	(void)key;
	if (value->type == YAML_SCALAR) {
		(void)json_object_set_new(p->object, "note", json_string(value->text));
	}
}

void import_fields(struct import *im, struct import_prompt *p, const struct yaml_node *map, const struct import_field *fields, size_t n)
{
	for (size_t i = 0; map != NULL && i < map->n; i++) {
		const char *key = map->keys[i]->text;
		size_t k = 0;

		while (k < n && strcmp(fields[k].key, key) != 0) {
			k++;
		}
		if (k < n && fields[k].read != NULL) {
			fields[k].read(im, p, key, map->items[i]);
		} else if (k == n) {
			import_note(im, map->keys[i]->line, "%.100s is not kept: it has no counterpart", key);
		}
	}
}

int import_text_line(const struct import_source *s, const struct yaml_node *value)
{
	const char *p = s->text, *end = s->text + s->len;

	for (int line = 1; line < value->line && p < end; line++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline != NULL ? newline + 1 : end;
	}
	for (int column = 1; column < value->column && p < end; column++) {
		p++;
	}
	return value->line + (value->is_quoted && p < end && (*p == '|' || *p == '>'));
}

/* Whether a line is "---", perhaps with blanks behind it. */
static bool is_fence(const char *line, const char *end)
{
	if (end - line < 3 || memcmp(line, "---", 3) != 0) {
		return false;
	}
	line += 3;
	while (line < end && (*line == ' ' || *line == '\t' || *line == '\r')) {
		line++;
	}
	return line == end || *line == '\n';
}

bool import_matter(const struct import_source *s, struct import_matter *out, struct err *e)
{
	const char *end = s->text + s->len, *p = s->text;
	bool is_marked = s->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0;

	p += is_marked ? 3 : 0;
	*out = (struct import_matter){ .body = p, .len = (size_t)(end - p), .line = 1 };
	if (!is_fence(p, end)) {
		return true;
	}
	int line = 1;
	const char *head = p;

	do {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline != NULL ? newline + 1 : end;
		line++;
	} while (p < end && !is_fence(p, end));
	if (p == end || (size_t)(p - head) > HEAD_MOST) {
		return import_refuse(s, 1, e, "the settings that begin here do not end; close them with a line ---");
	}
	out->head = yaml_parse_large(s->path, head, (size_t)(p - head), e);
	if (out->head == NULL) {
		e->code = ERR_CHECK;
		return false;
	}
	if (out->head->type != YAML_MAP) {
		yaml_tree_free(out->head);
		return import_refuse(s, 2, e, "the settings between the lines --- are no map (name: value)");
	}
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	out->body = newline != NULL ? newline + 1 : end;
	out->len = (size_t)(end - out->body);
	out->line = line + 1;
	return true;
}

bool import_wrong(const struct import_source *s, const struct yaml_node *root, struct err *e)
{
	int line = 0;

	/* The text begins with a path such as messages.1.content */
	for (const char *p = e->text; root != NULL;) {
		size_t n = strcspn(p, ". ");
		char *key = x_strndup(p, n);
		const struct yaml_node *next = root->type == YAML_MAP ? yaml_get(root, key) : NULL;

		if (root->type == YAML_LIST && n > 0 && strspn(key, "0123456789") == n && strtoull(key, NULL, 10) < root->n) {
			next = root->items[strtoull(key, NULL, 10)];
		}
		free(key);
		line = next != NULL ? next->line : line;
		root = p[n] == '.' ? next : NULL;
		p += n + 1;
	}
	e->code = ERR_CHECK;
	return line > 0 ? err_prefix(e, "%.120s:%d", s->path, line) : err_prefix(e, "%.120s", s->path);
}

/* ---- the formats ---- */

static const struct importer *find_importer(const struct import_source *s, const char *format)
{
	for (size_t i = 0; i < n_importers; i++) {
		if (format != NULL ? strcmp(importers[i].name, format) == 0 : importers[i].sniff(s)) {
			return &importers[i];
		}
	}
	return NULL;
}

static bool is_text(const struct import_source *s, struct err *e)
{
	size_t bad = utf8_first_bad(s->text, s->len);
	const char *nul = memchr(s->text, '\0', s->len);
	size_t at = nul != NULL && (size_t)(nul - s->text) < bad ? (size_t)(nul - s->text) : bad;
	int line = 1;

	if (at == s->len) {
		return true;
	}
	for (size_t i = 0; i < at; i++) {
		line += s->text[i] == '\n';
	}
	return import_refuse(s, line, e, at == bad ? "not UTF-8 text; convert it first, for example with iconv" : "a NUL character; a prompt is text");
}

static bool is_blank(const struct import_source *s)
{
	size_t i = 0;

	while (i < s->len && memchr(" \t\r\n", s->text[i], 4) != NULL) {
		i++;
	}
	return i == s->len;
}

bool import_read(const struct import_source *s, const char *format, struct import *out, struct err *e)
{
	const struct importer *row;

	*out = (struct import){ .format = NULL };
	if (!is_text(s, e)) {
		return false;
	}
	if (is_blank(s)) {
		return import_refuse(s, 0, e, "the file is empty");
	}
	row = find_importer(s, format);
	if (row == NULL) {
		(void)import_refuse(s, 0, e, "no format that can be imported");
		return err_hint(e, "name one: --format sonde, llm, aichat, fabric, prompty, dotprompt, langfuse or openai");
	}
	out->format = row->name;
	bool ok = row->read(s, out, e);

	if (ok && out->n == 0) {
		ok = import_refuse(s, 0, e, "there is no prompt in it");
	}
	for (size_t i = 0; ok && i < out->n; i++) {
		struct import_prompt *p = &out->prompts[i];

		ok = p->bundle.json != NULL || bundle_from_json(p->object, &p->bundle, e) || import_wrong(s, NULL, e);
	}
	if (!ok) {
		import_free(out);
	}
	return ok;
}

void import_free(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		free(im->prompts[i].name);
		json_decref(im->prompts[i].object);
		json_decref(im->prompts[i].labels);
		bundle_free(&im->prompts[i].bundle);
	}
	for (size_t i = 0; i < im->n_notes; i++) {
		free(im->notes[i].text);
	}
	free(im->prompts);
	free(im->notes);
	*im = (struct import){ .format = NULL };
}

/* The first that takes a file reads it: llm takes all other YAML, aichat all other Markdown. */
const struct importer importers[] = {
	{ "sonde", "plain files of sonde (YAML)", import_sniff_own, import_read_own },
	{ "prompty", "Prompty (.prompty)", import_sniff_prompty, import_read_prompty },
	{ "dotprompt", "Dotprompt of Genkit (.prompt)", import_sniff_dotprompt, import_read_dotprompt },
	{ "fabric", "patterns of Fabric (NAME/system.md)", import_sniff_fabric, import_read_fabric },
	{ "aichat", "roles of aichat (Markdown)", import_sniff_aichat, import_read_aichat },
	{ "langfuse", "prompts of Langfuse (JSON)", import_sniff_langfuse, import_read_langfuse },
	{ "openai", "chat requests of OpenAI (JSON)", import_sniff_openai, import_read_openai },
	{ "llm", "templates of llm (YAML)", import_sniff_llm, import_read_llm },
};
const size_t n_importers = COUNT_OF(importers);
