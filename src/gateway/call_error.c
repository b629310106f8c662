#include "gateway/call_error.h"

#include <string.h>

#define PART_LEAST 8 /* fewer bytes of a key are no secret, and may be a word */

/* Stars in place of a key, and of the start of one at the end of a text that was cut. */
static void hide(char *s, size_t len, const char *key)
{
	size_t key_len = strlen(key);

	if (key_len < PART_LEAST) {
		return;
	}
	for (char *at = s; (at = memmem(at, len - (size_t)(at - s), key, key_len)) != NULL; at += key_len) {
		memset(at, '*', key_len);
	}
	for (size_t n = key_len - 1 < len ? key_len - 1 : len; n >= PART_LEAST; n--) {
		if (memcmp(s + len - n, key, n) == 0) {
			memset(s + len - n, '*', n);
		}
	}
}

/* A server may say in its error which key it was given, and what it says is shown and stored. */
static void hide_key(struct call *c)
{
	const char *key = c->target->provider->key;

	if (key != NULL && (c->answer.has_error || c->http.reply.status >= 400)) {
		hide(c->answer.error_text, strlen(c->answer.error_text), key);
		if (c->response_body.len > 0) {
			hide(c->response_body.s, c->response_body.len, key);
		}
	}
}

/* Advice for a person, by what went wrong. */
static void explain(struct call *c, enum error_class class)
{
	const struct provider_entry *p = c->target->provider;

	switch (class) {
	case CLASS_AUTH:
		err_hint(&c->err, "check the key of %s (from %s)", p->name, p->origin);
		break;
	case CLASS_RATE_LIMITED:
		if (c->answer.is_quota) {
			err_hint(&c->err, "the account's quota is used up: see the provider's billing page");
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
		err_hint(&c->err, c->http.reply.status == 404 ? "check the model's name and the base URL %.80s" : "check the parameters",
		    p->base_url);
		break;
	case CLASS_SERVER_ERROR:
		err_hint(&c->err, "a fault on the provider's side: try again later or another target");
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
	const struct answer *a = &c->answer;

	hide_key(c);
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
