#include "gateway/call_error.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/secret.h"

#define DAY_MS (86400LL * 1000)

static void explain_auth(struct err *e, const struct provider_entry *p)
{
	char *origin = provider_entry_key_origin(p);

	if (origin == NULL) {
		err_hint(e, "no key was sent: name its variable in providers.%s.api_key_env", p->name);
	} else if (p->kind->key_page != NULL && strcmp(p->base_url, p->kind->base_url) == 0) {
		err_hint(e, "check the key of %s (from %.60s); one is made at %s", p->name, origin, p->kind->key_page);
	} else {
		err_hint(e, "check the key of %s (from %s)", p->name, origin);
	}
	free(origin);
}

/* Advice for a person, by what went wrong. */
static void explain(struct call *c, enum error_class class)
{
	const struct provider_entry *p = c->target->provider;
	int status = c->http.reply.status;

	switch (class) {
	case CLASS_AUTH:
		explain_auth(&c->err, p);
		break;
	case CLASS_RATE_LIMITED:
		if (c->answer.is_quota) {
			err_hint(&c->err, "the account's quota is used up: see the provider's billing page");
		} else if (c->http.reply.retry_after_ms > DAY_MS) {
			err_hint(&c->err, "the provider asks to wait for more than a day");
		} else if (c->http.reply.retry_after_ms > 0) {
			err_hint(&c->err, "the provider asks to wait %lld s", (long long)((c->http.reply.retry_after_ms + 999) / 1000));
		} else {
			err_hint(&c->err, "wait a little, or lower max_in_flight of %s", p->name);
		}
		break;
	case CLASS_CONTEXT_LENGTH:
		err_hint(&c->err, "shorten the prompt or lower max_tokens");
		break;
	case CLASS_BAD_REQUEST:
		if (status == 404 && p->kind->pull != NULL) {
			err_hint(&c->err, "get the model with `%s %.60s`, or check its name and the base URL %.60s", p->kind->pull, c->target->model,
			    p->base_url);
		} else if (status < 400) {
			err_hint(&c->err, "check the base URL %.80s", p->base_url);
		} else {
			err_hint(&c->err, status == 404 ? "check the model's name and the base URL %.80s" : "check the parameters", p->base_url);
		}
		break;
	case CLASS_SERVER_ERROR:
		if (status >= 500) { /* what came inside a 200 says for itself what it is */
			err_hint(&c->err, "a fault on the provider's side: try again later or another target");
		}
		break;
	default:
		break;
	}
}

enum error_class call_error_read(struct call *c)
{
	static const enum err_code codes[CLASS_COUNT] = {
		[CLASS_RATE_LIMITED] = ERR_RATE, [CLASS_TIMEOUT] = ERR_NETWORK, [CLASS_SERVER_ERROR] = ERR_PROVIDER,
		[CLASS_CONTENT_FILTER] = ERR_REFUSED, [CLASS_CONTEXT_LENGTH] = ERR_PROVIDER, [CLASS_AUTH] = ERR_AUTH,
		[CLASS_BAD_REQUEST] = ERR_PROVIDER, [CLASS_CANCELLED] = ERR_INTERRUPTED, [CLASS_NETWORK] = ERR_NETWORK,
		[CLASS_OTHER] = ERR_PROVIDER,
	};
	struct answer *a = &c->answer;

	secret_hide(a->error_text, strlen(a->error_text), c->target->provider->key);
	if (a->has_error) {
		const char *text = a->error_text[0] != '\0' ? a->error_text : "no message";

		if (c->http.reply.status >= 400) {
			err_set(&c->err, codes[a->error_class], "%s answered %d: %s", c->target->provider->name, c->http.reply.status, text);
		} else {
			err_set(&c->err, codes[a->error_class], "%s: %s", c->target->provider->name, text);
		}
		explain(c, a->error_class);
		return a->error_class;
	}
	if (a->finish == FINISH_CONTENT_FILTER || (a->refusal.len > 0 && a->text.len == 0)) {
		err_set(&c->err, ERR_REFUSED, "%s refused to answer%s%.160s", c->target->provider->name, a->refusal.len > 0 ? ": " : "",
		    buf_str(&a->refusal));
		err_hint(&c->err, "the provider's content rules stopped it: change the prompt");
		return CLASS_CONTENT_FILTER;
	}
	if (a->finish == FINISH_ERROR) {
		err_set(&c->err, ERR_PROVIDER, "%s ended the answer with an error", c->target->provider->name);
		return CLASS_SERVER_ERROR;
	}
	return CLASS_NONE;
}
