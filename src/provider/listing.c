#include "provider/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/failure.h"
#include "provider/wire.h"
#include "text/repair.h"

#define MODELS_MOST 10000
#define NAME_MOST 256

void listing_add(struct listing *l, const char *name, int64_t context_tok)
{
	*array_push(l->models, l->n, l->cap) = (struct listed_model){ x_strdup(name), context_tok };
}

void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->models[i].name);
	}
	free(l->models);
	*l = (struct listing){ 0 };
}

bool listing_build(const struct provider *p, const struct endpoint *ep, struct wire_request *out, struct err *e)
{
	const struct list_call *c = p->list;

	if (c == NULL) {
		return err_set(e, ERR_CONFIG, "%s lists no models that a target could name", p->title);
	}
	if ((c->header[0] != NULL && !wire_header(out, c->header[0], c->header[1], e)) || !wire_headers(out, ep, c->key_header, e)) {
		return false;
	}
	wire_url(out, ep->base_url, c->path);
	return true;
}

static void add_model(const struct list_call *c, const json_t *v, struct listing *out)
{
	const char *name = json_get_string(v, c->name, NULL);
	int64_t context = c->context != NULL ? json_get_int(v, c->context) : UNKNOWN;

	if (name != NULL && c->prefix != NULL && strncmp(name, c->prefix, strlen(c->prefix)) == 0) {
		name += strlen(c->prefix);
	}
	if (name != NULL && name[0] != '\0' && strlen(name) <= NAME_MOST) {
		listing_add(out, name, context > 0 ? context : UNKNOWN);
	}
}

bool listing_read(const struct provider *p, int status, const char *body, size_t len, struct listing *out, struct err *e)
{
	json_t *v = status >= 200 && status <= 299 ? json_parse(body, len, NULL) : NULL;
	const json_t *list = json_get_array(v, p->list->list), *item;
	const json_t *more = p->list->more != NULL ? json_object_get(v, p->list->more) : NULL;
	struct answer a;
	size_t i;

	if (list != NULL) {
		json_array_foreach (list, i, item) {
			if (out->n < MODELS_MOST) {
				add_model(p->list, item, out);
			}
		}
		out->is_cut = json_array_size(list) > MODELS_MOST || json_is_true(more) || json_string_length(more) > 0;
	} else {
		answer_init(&a);
		failure_from_body(&a, status, body, len);
		(void)err_set(e, a.error_class == CLASS_AUTH ? ERR_AUTH : a.error_class == CLASS_RATE_LIMITED ? ERR_RATE : ERR_PROVIDER,
		    "%.200s", a.error_text);
		answer_free(&a);
	}
	json_decref(v);
	return list != NULL;
}
