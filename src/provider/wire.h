/* wire - the parts all requests have in common: address, headers, body, and the checks on texts that go out. For provider/ only. */
#ifndef SONDE_PROVIDER_WIRE_H
#define SONDE_PROVIDER_WIRE_H

#include <jansson.h>

#include "provider/side.h"

/* base + path, where path comes before the query of a base that has one. */
void wire_url(struct wire_request *w, const char *base, const char *path);
/* Percent-encodes a path segment. */
void wire_encode(struct buf *out, const char *segment);
/* Content-Type, then the header of the key (`key_header` is "Authorization: Bearer " or alike; nothing without a key), then those of the
 * endpoint, which replace earlier ones of the same name. False when a header or the key could not be sent as one line. */
bool wire_headers(struct wire_request *w, const struct endpoint *ep, const char *key_header, struct err *e);
/* One more header; false when it holds a control character. */
bool wire_header(struct wire_request *w, const char *name, const char *value, struct err *e);
/* Writes the body and releases `body`. */
void wire_body(struct wire_request *w, json_t *body);
/* Whether model and messages can be sent: UTF-8, a model name, and at least one message that is not of the system when `needs_turn`. */
bool wire_check(const struct chat_request *r, bool needs_turn, struct err *e);

/* A list of texts. */
json_t *wire_texts(const char *const *texts, size_t n);
/* The body of a reranking. */
json_t *wire_ranking(const struct side_request *r);
/* All messages as a list of {"role", "content"}, with "tool_calls" and "tool_call_id" as OpenAI has them; where there are calls and no words the content
 * is null. Content is a text, or where images and PDFs go with it a list of parts, made by `part`. part NULL:
 * the text alone. */
typedef json_t *wire_part_fn(const struct chat_request *r, const struct attachment *a);
json_t *wire_messages(const struct chat_request *r, wire_part_fn *part);
/* {"type": "image_url", "image_url": {"url": "data:..."}}, which several formats have. */
json_t *wire_image_url(const struct chat_request *r, const struct attachment *a);
/* The calls of tools a message made: a list, empty for most; the caller's. Of one of them: its arguments as an object, the caller's; its name. */
json_t *wire_calls(const struct message *m);
json_t *wire_call_arguments(const json_t *call);
const char *wire_call_name(const json_t *call);
/* Sets members of a JSON object where the parameter is set. */
void wire_real(json_t *object, const char *key, double v);
void wire_int(json_t *object, const char *key, int64_t v);
void wire_stop(json_t *object, const char *key, const struct chat_params *p);

#endif
