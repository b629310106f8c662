/* prompt_read - a prompt out of a file or standard input, for the subcommands that take one. */
#include "cli/prompt.h"

#include <string.h>

#include "prompt/file.h"
#include "prompt/import.h"

/* The object when the text is a bundle as JSON, alone or as `show --json` prints it; NULL when it is a text. */
static json_t *read_json(const struct buf *text)
{
	json_t *v = json_loadb(buf_str(text), text->len, JSON_REJECT_DUPLICATES, NULL), *inner = json_object_get(v, "bundle");

	if (json_is_object(inner)) {
		(void)json_incref(inner);
		json_decref(v);
		return inner;
	}
	if (json_is_object(v) && (json_object_get(v, "messages") != NULL || json_object_get(v, "text") != NULL)) {
		return v;
	}
	json_decref(v);
	return NULL;
}

static bool is_json_file(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && strcmp(path + len - 5, ".json") == 0;
}

static bool read_plain_file(const char *path, const struct buf *text, struct bundle *out, struct err *e)
{
	const struct import_source source = { .path = path, .name = "", .text = buf_str(text), .len = text->len };
	struct import im;

	if (!import_read(&source, "sonde", &im, e)) {
		e->code = ERR_TEMPLATE;
		return false;
	}
	bundle_copy(&im.prompts[0].bundle, out);
	import_free(&im);
	return true;
}

bool prompt_read(const char *path, const struct bundle *base, struct bundle *out, struct buf *from, struct err *e)
{
	struct buf text = { 0 };
	json_error_t why;

	*out = (struct bundle){ .json = NULL };
	if (!cli_read(path, &text, e)) {
		buf_free(&text);
		return false;
	}
	const char *what = strcmp(path, "-") == 0 ? "standard input" : path;
	json_t *json = read_json(&text), *any = NULL;
	bool ok;

	if (json != NULL) {
		ok = bundle_from_json(json, out, e);
	} else if (prompt_file_is(path, buf_str(&text), text.len)) {
		ok = read_plain_file(path, &text, out, e);
	} else if (is_json_file(path) && (any = json_loadb(buf_str(&text), text.len, 0, &why)) == NULL) {
		ok = err_set(e, ERR_TEMPLATE, "%.80s is not JSON: line %d: %.100s", path, why.line, why.text);
	} else if (is_json_file(path)) {
		ok = err_set(e, ERR_TEMPLATE, "%.80s is JSON without messages or text", path);
	} else {
		ok = bundle_check_text(what, buf_str(&text), text.len, e) && bundle_with_script(base, buf_str(&text), text.len, out, e);
	}
	json_decref(any);
	json_decref(json);
	if (ok && bundle_n_parts(out) == 1 && bundle_part(out, 0).len == 0) {
		bundle_free(out);
		ok = err_set(e, ERR_TEMPLATE, "%.80s: the prompt is empty", what);
	}
	if (ok && from != NULL) {
		*from = text;
	} else {
		buf_free(&text);
	}
	return ok;
}
