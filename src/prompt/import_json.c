/* JSON: prompts of Langfuse (https://langfuse.com/docs/prompt-management/data-model), one or a list of them, and bodies of chat requests as OpenAI
 * has them, or their messages alone. What is noted has its place as a path, since JSON values here have no lines. */
#include "prompt/import_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static json_t *load(const struct import_source *s, struct err *e)
{
	json_error_t at;
	json_t *v = json_loadb(s->text, s->len, JSON_REJECT_DUPLICATES, &at);

	if (v == NULL) {
		(void)import_refuse(s, at.line > 0 ? at.line : 1, e, "not valid JSON: %.150s", at.text);
	}
	return v;
}

/* The first object that may be a prompt: of itself, of a list, or of {"data": [...]}. */
static const json_t *first_of(const json_t *root)
{
	const json_t *list = json_is_array(root) ? root : json_get_array(root, "data");

	return list != NULL ? json_array_get(list, 0) : root;
}

static bool sniff(const struct import_source *s, const char *key)
{
	if (!import_has_ending(s, ".json")) {
		return false;
	}
	json_t *root = json_loadb(s->text, s->len, 0, NULL);
	const json_t *first = first_of(root);
	bool is_one = json_object_get(first, key) != NULL || json_object_get(root, key) != NULL;

	json_decref(root);
	return is_one;
}

/* The text of a content: a string, or the texts of a list of parts. */
static void add_content(struct import *im, const json_t *content, size_t i, struct buf *out)
{
	size_t k;
	const json_t *part;

	if (json_is_string(content)) {
		(void)buf_add(out, json_string_value(content), json_string_length(content));
		return;
	}
	json_array_foreach((json_t *)content, k, part) {
		size_t len;
		const char *text = json_get_string(part, "text", &len);

		if (text != NULL) {
			(void)buf_add_str(out, out->len > 0 ? "\n" : "");
			(void)buf_add(out, text, len);
		} else {
			import_note(im, 0, "messages.%zu.content.%zu is not kept: it is no text; attach it when you run the prompt", i, k);
		}
	}
}

static json_t *last_message(const struct import_prompt *p)
{
	json_t *messages = json_object_get(p->object, "messages");

	return json_array_get(messages, json_array_size(messages) - 1);
}

/* ---- OpenAI ---- */

/* Without JSON that can be read it is to be an error with its line. */
bool import_sniff_openai(const struct import_source *s)
{
	return import_has_ending(s, ".json");
}

static bool openai_message(const struct import_source *s, struct import *out, struct import_prompt *p, size_t i, const json_t *m, struct err *e)
{
	static const char *const kept[] = { "name", "tool_call_id", "tool_calls" };
	const char *role = json_get_string(m, "role", NULL), *key;
	struct buf text = { 0 };
	json_t *v;

	if (role == NULL) {
		return import_refuse(s, 0, e, "messages.%zu has no role", i);
	}
	add_content(out, json_object_get(m, "content"), i, &text);
	import_message(out, p, role, SYNTAX_LITERAL, buf_str(&text), text.len, 0);
	buf_free(&text);
	json_object_foreach((json_t *)m, key, v) {
		size_t k = 0;

		while (k < COUNT_OF(kept) && strcmp(kept[k], key) != 0) {
			k++;
		}
		if (k < COUNT_OF(kept)) {
			(void)json_object_set(last_message(p), key, v);
		} else if (strcmp(key, "role") != 0 && strcmp(key, "content") != 0 && !json_is_null(v)) {
			import_note(out, 0, "messages.%zu.%.60s is not kept: it has no counterpart", i, key);
		}
	}
	return true;
}

bool import_read_openai(const struct import_source *s, struct import *out, struct err *e)
{
	json_t *root = load(s, e), *v;
	const json_t *messages = json_is_array(root) ? root : json_get_array(root, "messages");
	const char *key;
	bool ok = root != NULL;

	if (ok && messages == NULL) {
		ok = import_refuse(s, 0, e, "no prompt: neither \"messages\" (OpenAI) nor \"prompt\" (Langfuse) is in it");
	}
	struct import_prompt *p = ok ? import_add(out, s->name) : NULL;

	for (size_t i = 0; ok && i < json_array_size(messages); i++) {
		ok = openai_message(s, out, p, i, json_array_get(messages, i), e);
	}
	if (ok && json_is_object(root)) {
		json_object_foreach(root, key, v) {
			if (strcmp(key, "messages") != 0 && strcmp(key, "stream") != 0) {
				import_setting(out, p, 0, key, json_incref(v));
			}
		}
	}
	json_decref(root);
	return ok;
}

/* ---- Langfuse ---- */

bool import_sniff_langfuse(const struct import_source *s)
{
	return sniff(s, "prompt");
}

#define REFERENCE "@@@langfusePrompt:"

/* "@@@langfusePrompt:name=x|label=y@@@" is an include; with a version it cannot be known which one of ours it would be. */
static void add_references(struct import *im, const char *text, size_t len, struct buf *out)
{
	const char *end = text + len, *at;

	while ((at = memmem(text, (size_t)(end - text), REFERENCE, strlen(REFERENCE))) != NULL) {
		const char *inside = at + strlen(REFERENCE), *close = memmem(inside, (size_t)(end - inside), "@@@", 3);
		char *what = close != NULL ? x_strndup(inside, (size_t)(close - inside)) : NULL;
		char *bar = what != NULL ? strchr(what, '|') : NULL;
		bool is_known = bar != NULL && strncmp(what, "name=", 5) == 0 && strncmp(bar, "|label=", 7) == 0;

		(void)buf_add(out, text, (size_t)(at - text));
		if (is_known) {
			char *name;

			*bar = '\0';
			name = import_name(what + 5);
			(void)buf_addf(out, "{%% include \"%s@%s\" %%}", name, bar + 7);
			free(name);
			text = close + 3;
		} else {
			import_note(im, 0, "%s%.60s stays as text: only a reference by name and label can be an include", REFERENCE, what != NULL ? what : "");
			(void)buf_add_str(out, REFERENCE);
			text = inside;
		}
		free(what);
	}
	(void)buf_add(out, text, (size_t)(end - text));
}

/* The references become includes in what has been converted already, so that the braces of the include stay. */
static void langfuse_text(struct import *im, struct import_prompt *p, const char *role, const char *text, size_t len)
{
	struct buf out = { 0 };

	import_message(im, p, role, SYNTAX_HANDLEBARS, text, len, 0);
	json_t *m = last_message(p), *content = json_object_get(m, "content");

	add_references(im, json_string_value(content), json_string_length(content), &out);
	(void)json_object_set_new(m, "content", json_stringn(buf_str(&out), out.len));
	buf_free(&out);
}

static void langfuse_messages(struct import *im, struct import_prompt *p, const json_t *messages)
{
	size_t i;
	const json_t *m;

	json_array_foreach((json_t *)messages, i, m) {
		const char *role = json_get_string(m, "role", NULL);
		struct buf text = { 0 };

		if (role == NULL) {
			const char *name = json_get_string(m, "name", NULL);

			import_note(im, 0, "prompt.%zu is not kept: the place of messages \"%.60s\" has no counterpart", i, name != NULL ? name : "");
			continue;
		}
		add_content(im, json_object_get(m, "content"), i, &text);
		langfuse_text(im, p, role, buf_str(&text), text.len);
		buf_free(&text);
	}
}

static void keep_labels(struct import_prompt *p, const json_t *labels)
{
	size_t i;
	json_t *label;

	p->labels = json_array();
	json_array_foreach((json_t *)labels, i, label) {
		if (json_is_string(label) && strcmp(json_string_value(label), "latest") != 0) {
			(void)json_array_append(p->labels, label);
		}
	}
}

static void langfuse_prompt(const struct import_source *s, struct import *im, const json_t *v)
{
	static const char *const own[] = { "prompt", "name", "type", "labels", "config", "version", "commitMessage", "id", "createdAt", "updatedAt", "projectId",
		"createdBy", "isActive", "resolutionGraph" };
	const char *name = json_get_string(v, "name", NULL), *message = json_get_string(v, "commitMessage", NULL), *key;
	struct import_prompt *p = import_add(im, name != NULL ? name : s->name);
	const json_t *prompt = json_object_get(v, "prompt");
	json_t *one;

	if (json_is_array(prompt)) {
		langfuse_messages(im, p, prompt);
	} else {
		langfuse_text(im, p, "user", json_string_value(prompt) != NULL ? json_string_value(prompt) : "", json_string_length(prompt));
	}
	json_object_foreach(json_get_object(v, "config"), key, one) {
		import_setting(im, p, 0, key, json_incref(one));
	}
	if (message != NULL && message[0] != '\0') {
		(void)json_object_set_new(p->object, "note", json_string(message));
	}
	keep_labels(p, json_get_array(v, "labels"));
	json_object_foreach((json_t *)v, key, one) {
		size_t k = 0;

		while (k < COUNT_OF(own) && strcmp(own[k], key) != 0) {
			k++;
		}
		if (k == COUNT_OF(own) && !json_is_null(one) && json_array_size(one) + json_object_size(one) > 0) {
			import_note(im, 0, "%.60s of %s is not kept: it has no counterpart", key, p->name);
		}
	}
}

bool import_read_langfuse(const struct import_source *s, struct import *out, struct err *e)
{
	json_t *root = load(s, e);
	const json_t *list = json_is_array(root) ? root : json_get_array(root, "data");
	size_t n = list != NULL ? json_array_size(list) : 1;
	bool ok = root != NULL;

	for (size_t i = 0; ok && i < n; i++) {
		const json_t *one = list != NULL ? json_array_get(list, i) : root, *prompt = json_object_get(one, "prompt");

		if (json_is_string(prompt) || json_is_array(prompt)) {
			langfuse_prompt(s, out, one);
		} else if (list == NULL) {
			ok = import_refuse(s, 0, e, "no prompt of Langfuse: it has no \"prompt\" that is a text or a list");
		} else {
			import_note(out, 0, "entry %zu is left out: it has no \"prompt\" that is a text or a list", i + 1);
		}
	}
	json_decref(root);
	return ok;
}
