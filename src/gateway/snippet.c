#include "gateway/snippet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Stands for the key while the request is built, to be found again in it. No key looks like that. */
#define PLACE "sonde-key-place"

/* "X-Team-Key" to "X_TEAM_KEY": what a shell takes for a name. */
static char *variable_name(const char *text, size_t len)
{
	struct buf out = { 0 };

	if (len == 0 || (text[0] >= '0' && text[0] <= '9')) {
		(void)buf_add_char(&out, '_');
	}
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		(void)buf_add_char(&out, (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_');
	}
	return buf_take(&out);
}

static char *key_variable(const struct provider_entry *p)
{
	const char *set = p->key_env;

	if (set == NULL && strcmp(p->name, p->kind->kind) == 0) {
		set = p->kind->key_env[0];
	}
	if (set != NULL) {
		return variable_name(set, strlen(set));
	}
	char *name = variable_name(p->name, strlen(p->name));
	char *variable = x_asprintf("%s_API_KEY", name);

	free(name);
	return variable;
}

/* Address and headers as sent, but for the secrets. */
static bool build(const struct sent_request *sent, struct wire_request *w, struct err *e)
{
	const struct provider_entry *p = sent->target->provider;
	const struct message one = { .role = ROLE_USER, .text = "x" };
	struct chat_request r = { .model = sent->target->model, .messages = &one, .n_messages = 1, .is_streamed = sent->is_streamed };
	struct endpoint ep = { .base_url = p->base_url, .key = !p->is_key_optional || p->key != NULL ? PLACE : NULL };

	if (sent->body_len == 0) {
		err_set(e, ERR_USAGE, "this column has sent nothing yet");
		return err_hint(e, "F5 sends it");
	}
	if (sent->side != NULL) {
		return side_build(p->kind, &ep, sent->side, w, e);
	}
	chat_params_init(&r.params);
	return p->kind->build(&ep, &r, w, e);
}

char *snippet_url(const struct sent_request *r)
{
	struct wire_request w = { 0 };
	struct err e;
	char *url = build(r, &w, &e) ? x_strdup(w.url) : NULL;

	wire_request_free(&w);
	return url;
}

/* Both languages begin a comment alike. */
static void add_note(const struct sent_request *r, struct buf *out)
{
	if (memmem(r->body, r->body_len, ATTACHMENT_STAND_IN, strlen(ATTACHMENT_STAND_IN)) != NULL) {
		(void)buf_add_str(out, "# The base64 of each attached file belongs where its name stands: (base64 of NAME, ...)\n");
	}
}

/* A configured header replaces a built one of the same name. */
static bool is_replaced(const struct provider_entry *p, const char *line)
{
	size_t name_len = strcspn(line, ":") + 1;

	for (char **h = p->headers; h != NULL && *h != NULL; h++) {
		if (strncasecmp(*h, line, name_len) == 0) {
			return true;
		}
	}
	return false;
}

/* How a language writes: a text, and a text with the value of a variable in it. */
struct language {
	void (*text)(struct buf *out, const char *s, size_t len);
	void (*header)(struct buf *out, const char *name, size_t name_len, const char *before, size_t before_len, const char *variable);
};

static void write_headers(const struct sent_request *r, const struct wire_request *w, const struct language *l, struct buf *out)
{
	const struct provider_entry *p = r->target->provider;
	char *key = key_variable(p);

	for (char **h = w->headers; h != NULL && *h != NULL; h++) {
		size_t name_len = strcspn(*h, ":");
		const char *value = *h + name_len + strspn(*h + name_len, ": ");
		const char *place = strstr(value, PLACE);
		size_t before = place != NULL ? (size_t)(place - value) : strlen(value);

		if (!is_replaced(p, *h)) {
			l->header(out, *h, name_len, value, before, place != NULL ? key : NULL);
		}
	}
	for (char **h = p->headers; h != NULL && *h != NULL; h++) {
		size_t name_len = strcspn(*h, ":");
		char *variable = variable_name(*h, name_len);

		l->header(out, *h, name_len, "", 0, variable);
		free(variable);
	}
	free(key);
}

/* -- the shell ------------------------------------------------------------------------------------------------------------------------ */

/* In single quotes everything is itself but the single quote. */
static void shell_text(struct buf *out, const char *s, size_t len)
{
	(void)buf_add_char(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'') {
			(void)buf_add_str(out, "'\\''");
		} else {
			(void)buf_add_char(out, s[i]);
		}
	}
	(void)buf_add_char(out, '\'');
}

static void shell_header(struct buf *out, const char *name, size_t name_len, const char *before, size_t before_len, const char *variable)
{
	struct buf line = { 0 };

	(void)buf_add(&line, name, name_len);
	(void)buf_add_str(&line, ": ");
	(void)buf_add(&line, before, before_len);
	(void)buf_add_str(out, " \\\n  -H ");
	shell_text(out, buf_str(&line), line.len);
	if (variable != NULL) {
		(void)buf_addf(out, "\"$%s\"", variable);
	}
	buf_free(&line);
}

bool snippet_curl(const struct sent_request *r, struct buf *out, struct err *e)
{
	static const struct language shell = { shell_text, shell_header };
	struct wire_request w = { 0 };
	bool ok = build(r, &w, e);

	if (ok) {
		add_note(r, out);
		(void)buf_addf(out, "curl %s", r->is_streamed ? "-N " : "");
		shell.text(out, w.url, strlen(w.url));
		write_headers(r, &w, &shell, out);
		(void)buf_add_str(out, " \\\n  --data-binary ");
		shell.text(out, r->body, r->body_len);
		(void)buf_add_char(out, '\n');
	}
	wire_request_free(&w);
	return ok;
}

/* -- Python --------------------------------------------------------------------------------------------------------------------------- */

static void python_text(struct buf *out, const char *s, size_t len)
{
	(void)buf_add_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			(void)buf_addf(out, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f) {
			(void)buf_addf(out, "\\x%02x", c);
		} else {
			(void)buf_add_char(out, (char)c);
		}
	}
	(void)buf_add_char(out, '"');
}

static void python_header(struct buf *out, const char *name, size_t name_len, const char *before, size_t before_len, const char *variable)
{
	(void)buf_add_str(out, "        ");
	python_text(out, name, name_len);
	(void)buf_add_str(out, ": ");
	if (before_len > 0 || variable == NULL) {
		python_text(out, before, before_len);
	}
	if (variable != NULL) {
		(void)buf_addf(out, "%sos.environ[\"%s\"]", before_len > 0 ? " + " : "", variable);
	}
	(void)buf_add_str(out, ",\n");
}

bool snippet_python(const struct sent_request *r, struct buf *out, struct err *e)
{
	static const struct language python = { python_text, python_header };
	struct wire_request w = { 0 };
	bool ok = build(r, &w, e);

	if (ok) {
		add_note(r, out);
		(void)buf_add_str(out, "import os\nimport urllib.request\n\nrequest = urllib.request.Request(\n    ");
		python.text(out, w.url, strlen(w.url));
		(void)buf_add_str(out, ",\n    data=");
		python.text(out, r->body, r->body_len);
		(void)buf_add_str(out, ".encode(),\n    headers={\n");
		write_headers(r, &w, &python, out);
		(void)buf_add_str(out, "    },\n)\nwith urllib.request.urlopen(request) as answer:\n    for line in answer:\n"
		    "        print(line.decode(), end=\"\")\n");
	}
	wire_request_free(&w);
	return ok;
}
