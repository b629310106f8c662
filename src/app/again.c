#include "app/again.h"

#include <stdlib.h>
#include <string.h>

#include "app/request_read.h"
#include "base/mem.h"
#include "gateway/snippet.h"

static char *target_name(const struct call_row *row)
{
	return x_asprintf("%s/%s", row->provider != NULL ? row->provider : "", row->model_req != NULL ? row->model_req : "");
}

bool again_read(const struct call_row *row, const struct call_body *body, struct again *out, struct err *e)
{
	struct request_parts parts;
	struct filled filled;

	*out = (struct again){ 0 };
	chat_params_init(&out->params);
	if (body->request == NULL) {
		err_set(e, ERR_USAGE, "no request was kept of this call");
		return err_hint(e, "imported logs have figures only; calls of sonde have their bodies");
	}
	json_t *request = json_loadb(body->request, body->request_len, 0, NULL);
	bool ok = request_read(request, &parts);

	json_decref(request);
	if (!ok) {
		return err_set(e, ERR_USAGE, "this is not the request of a chat");
	}
	ok = filled_from_body(json_incref(parts.body), "the request", &filled, e);
	if (ok) {
		const char *version = row->prompt_version != NULL ? row->prompt_version : "";

		out->prompt = play_prompt_new(row->prompt_name, 0, version, row->tags != NULL ? x_strdup(row->tags) : NULL, &filled);
		chat_params_copy(&out->params, &parts.params);
		out->target = target_name(row);
		out->n_left_out = parts.n_left_out;
	}
	request_parts_free(&parts);
	return ok;
}

void again_free(struct again *a)
{
	chat_params_free(&a->params);
	play_prompt_unref(a->prompt);
	free(a->target);
	*a = (struct again){ 0 };
}

void again_open(struct play *p, const struct again *a)
{
	play_stop_all(p);
	while (p->n_columns > 0) {
		play_drop(p, p->n_columns - 1);
	}
	play_take_prompt(p, play_prompt_ref(a->prompt), NULL);
	p->run_us = p->start_us = 0;
	p->repeat = 1;
	chat_params_free(&p->params);
	chat_params_copy(&p->params, &a->params);
	(void)play_add(p, a->target);
}

static struct target *target_of(const struct config *c, const struct call_row *row, struct err *e)
{
	char *name = target_name(row);
	struct target *target = target_find(c, name, e);

	free(name);
	return target;
}

/* What would be sent now in its place. NULL: its provider is not configured, or it cannot be sent. */
static json_t *rebuilt(const struct config *c, const struct call_row *row, const struct again *a)
{
	struct err e;
	struct target *target = target_of(c, row, &e);
	const struct filled *f = &a->prompt->filled;
	struct buf body = { 0 };
	char *url = NULL;
	json_t *v = NULL;

	if (target == NULL) {
		return NULL;
	}
	const struct gateway_request r = { .target = target, .messages = f->messages, .n_messages = f->n_messages, .params = a->params,
		.is_streamed = row->is_streamed, .tools_json = f->tools_json, .schema_json = f->schema_json };

	if (call_preview(&r, &url, &body, &e)) {
		v = json_loadb(buf_str(&body), body.len, 0, NULL);
	}
	free(url);
	buf_free(&body);
	target_free(target);
	return v;
}

void again_left_out(const struct config *c, const struct call_row *row, const struct call_body *body, const struct again *a, struct buf *out)
{
	json_t *was = json_loadb(body->request, body->request_len, 0, NULL), *is = rebuilt(c, row, a), *v;
	const char *name;

	json_object_foreach (was, name, v) {
		if (is != NULL && !json_equal(v, json_object_get(is, name))) {
			(void)buf_addf(out, "%s%s", out->len > 0 ? ", " : "", name);
		}
	}
	json_decref(was);
	json_decref(is);
}

bool again_curl(const struct config *c, const struct call_row *row, const struct call_body *body, struct buf *out, struct err *e)
{
	if (body->request == NULL) {
		return err_set(e, ERR_USAGE, "no request was kept of this call");
	}
	if (row->operation != NULL && strcmp(row->operation, "chat") != 0) {
		return err_set(e, ERR_USAGE, "a curl command is made of chats only");
	}
	struct target *target = target_of(c, row, e);

	if (target == NULL) {
		return false;
	}
	const struct sent_request sent = { .target = target, .is_streamed = row->is_streamed, .body = body->request, .body_len = body->request_len };
	bool ok = snippet_curl(&sent, out, e);

	target_free(target);
	return ok;
}
