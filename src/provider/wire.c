#include "provider/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/num.h"
#include "text/utf8.h"

/* 15 digits bring every parameter a person writes back as it was written: 0.7, not 0.69999999999999996. */
#define BODY_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

static const char *const roles[] = { [ROLE_SYSTEM] = "system", [ROLE_USER] = "user", [ROLE_ASSISTANT] = "assistant", [ROLE_TOOL] = "tool" };

void wire_request_free(struct wire_request *w)
{
	free(w->url);
	for (char **h = w->headers; h != NULL && *h != NULL; h++) {
		free(*h);
	}
	free(w->headers);
	buf_free(&w->body);
	*w = (struct wire_request){ 0 };
}

void wire_url(struct wire_request *w, const char *base, const char *path)
{
	const char *query = strchrnul(base, '?');
	bool has_slash = query > base && query[-1] == '/';

	free(w->url);
	w->url = x_asprintf("%.*s%s%s", (int)(query - base - has_slash), base, path, query);
}

void wire_encode(struct buf *out, const char *segment)
{
	for (const unsigned char *p = (const unsigned char *)segment; *p != '\0'; p++) {
		bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    strchr("-._~", *p) != NULL;

		if (is_plain) {
			(void)buf_add_char(out, (char)*p);
		} else {
			(void)buf_addf(out, "%%%02X", *p);
		}
	}
}

/* Header values are single lines (RFC 9110, section 5.5); anything else could smuggle in a second header. */
static bool is_one_line(const char *s)
{
	for (; *s != '\0'; s++) {
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f) {
			return false;
		}
	}
	return true;
}

/* Takes the line over; replaces a header of the same name. */
static void put_header(struct wire_request *w, char *line)
{
	size_t n = 0, name_len = strcspn(line, ":") + 1;

	for (; w->headers != NULL && w->headers[n] != NULL; n++) {
		if (strncasecmp(w->headers[n], line, name_len) == 0) {
			free(w->headers[n]);
			w->headers[n] = line;
			return;
		}
	}
	w->headers = x_reallocarray(w->headers, n + 2, sizeof(*w->headers));
	w->headers[n] = line;
	w->headers[n + 1] = NULL;
}

bool wire_header(struct wire_request *w, const char *name, const char *value, struct err *e)
{
	if (!is_one_line(value)) {
		err_set(e, ERR_AUTH, "the value of the header %s holds a line break or control character", name);
		return err_hint(e, "check the key: it must be one line without blanks around it");
	}
	put_header(w, x_asprintf("%s: %s", name, value));
	return true;
}

bool wire_headers(struct wire_request *w, const struct endpoint *ep, const char *key_header, struct err *e)
{
	put_header(w, x_strdup("Content-Type: application/json"));
	if (ep->key != NULL && ep->key[0] != '\0') {
		const char *colon = strchr(key_header, ':');
		char *name = x_strndup(key_header, (size_t)(colon - key_header));
		char *value = x_asprintf("%s%s", colon + 2, ep->key);
		bool ok = wire_header(w, name, value, e);

		free(name);
		free(value);
		if (!ok) {
			return false;
		}
	}
	for (const char *const *h = ep->headers; h != NULL && *h != NULL; h++) {
		if (!is_one_line(*h) || strchr(*h, ':') == NULL || **h == ':') {
			err_set(e, ERR_CONFIG, "a configured header is not of the form \"Name: value\"");
			return err_hint(e, "check `headers` of the provider in the configuration");
		}
		put_header(w, x_strdup(*h));
	}
	return true;
}

void wire_body(struct wire_request *w, json_t *body)
{
	char *s = json_dumps(body, BODY_FLAGS);

	buf_clear(&w->body);
	(void)buf_add_str(&w->body, s != NULL ? s : "");
	free(s);
	json_decref(body);
}

bool wire_check(const struct chat_request *r, bool needs_turn, struct err *e)
{
	size_t turns = 0;

	if (r->model == NULL || r->model[0] == '\0' || !utf8_valid(r->model, strlen(r->model))) {
		return err_set(e, ERR_CONFIG, "the target names no model");
	}
	for (size_t i = 0; i < r->n_messages; i++) {
		const struct message *m = &r->messages[i];

		if (!utf8_valid(m->text, strlen(m->text))) {
			err_set(e, ERR_TEMPLATE, "the %s message is not valid UTF-8", roles[m->role]);
			return err_hint(e, "save its text and its variables as UTF-8");
		}
		turns += m->role != ROLE_SYSTEM;
	}
	if (r->n_messages == 0 || (needs_turn && turns == 0)) {
		err_set(e, ERR_TEMPLATE, "there is no user message to send");
		return err_hint(e, "give a user message besides the system message");
	}
	return true;
}

json_t *wire_texts(const char *const *texts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		(void)json_array_append_new(list, json_string(texts[i]));
	}
	return list;
}

json_t *wire_ranking(const struct side_request *r)
{
	json_t *body = json_pack("{s:s, s:s, s:o}", "model", r->model, "query", r->query, "documents", wire_texts(r->texts, r->n));

	wire_int(body, "top_n", r->top);
	return body;
}

json_t *wire_image_url(const struct chat_request *r, const struct attachment *a)
{
	return json_pack("{s:s, s:{s:o}}", "type", "image_url", "image_url", "url", attachment_url(r, a));
}

static json_t *content_of(const struct chat_request *r, size_t i, wire_part_fn *part)
{
	size_t n = part != NULL ? attachment_count(r, i) : 0;

	if (n == 0) {
		return attachment_words(r, i);
	}
	json_t *parts = json_array();
	for (size_t k = 0; k < n; k++) {
		(void)json_array_append_new(parts, part(r, attachment_at(r, k)));
	}
	(void)json_array_append_new(parts, json_pack("{s:s, s:o}", "type", "text", "text", attachment_words(r, i)));
	return parts;
}

json_t *wire_messages(const struct chat_request *r, wire_part_fn *part)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_messages; i++) {
		const struct message *m = &r->messages[i];

		json_t *turn = json_pack("{s:s, s:o}", "role", roles[m->role], "content", content_of(r, i, part)), *calls = wire_calls(m);

		if (json_array_size(calls) > 0) {
			(void)json_object_set(turn, "tool_calls", calls);
		}
		if (json_array_size(calls) > 0 && m->text[0] == '\0') {
			(void)json_object_set_new(turn, "content", json_null());
		}
		if (m->call_id != NULL) {
			(void)json_object_set_new(turn, "tool_call_id", json_string(m->call_id));
		}
		json_decref(calls);
		(void)json_array_append_new(list, turn);
	}
	return list;
}

json_t *wire_calls(const struct message *m)
{
	json_t *calls = m->calls_json != NULL ? json_loads(m->calls_json, 0, NULL) : NULL;

	if (!json_is_array(calls)) {
		json_decref(calls);
		calls = json_array();
	}
	return calls;
}

json_t *wire_call_arguments(const json_t *call)
{
	const char *text = json_get_string(json_object_get(call, "function"), "arguments", NULL);
	json_t *arguments = text != NULL ? json_loads(text, 0, NULL) : NULL;

	if (!json_is_object(arguments)) {
		json_decref(arguments);
		arguments = json_object();
	}
	return arguments;
}

const char *wire_call_name(const json_t *call)
{
	const char *name = json_get_string(json_object_get(call, "function"), "name", NULL);

	return name != NULL ? name : "";
}

void wire_real(json_t *object, const char *key, double v)
{
	if (!isnan(v)) {
		(void)json_object_set_new(object, key, json_real(v));
	}
}

void wire_int(json_t *object, const char *key, int64_t v)
{
	if (is_known(v)) {
		(void)json_object_set_new(object, key, json_integer(v));
	}
}

void wire_stop(json_t *object, const char *key, const struct chat_params *p)
{
	if (p->n_stop == 0) {
		return;
	}
	(void)json_object_set_new(object, key, wire_texts(p->stop, p->n_stop));
}
