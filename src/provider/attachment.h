/* attachment - files that go with a prompt: images, PDFs and texts. They go with its last user message: a text in front of its words, an image or
 * a PDF as a part in the wire format of those that take it. Pure: whoever reads the files brings their bytes (gateway/attach_file.h).
 * A list is shared by the calls of a run, so it counts its references; nothing is added once it is shared.
 * Sources: the providers' API references as of August 2026. */
#ifndef SONDE_PROVIDER_ATTACHMENT_H
#define SONDE_PROVIDER_ATTACHMENT_H

#include <stddef.h>

#include "base/err.h"

enum attachment_kind { ATTACH_TEXT, ATTACH_IMAGE, ATTACH_PDF };

struct attachment {
	char *name;       /* of the file, without folders */
	const char *type; /* media type: "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain" */
	enum attachment_kind kind;
	char *bytes;
	size_t len;
};

struct attachments {
	struct attachment *list;
	size_t n, cap;
	int refs;
};
struct attachments *attachments_new(void);
/* NULL is fine for both. */
struct attachments *attachments_ref(struct attachments *as);
void attachments_unref(struct attachments *as);
/* Copies the name, takes the bytes (malloc) also when it fails. What it is shows in its first bytes. False: it is none of the kinds, empty, or a
 * text that is not UTF-8. */
bool attachments_add(struct attachments *as, const char *name, char *bytes, size_t len, struct err *e) SONDE_MUST_CHECK;

struct provider;
/* Whether a provider, and a model as far as its name tells, takes them; as may be NULL. The sentence names the file and what is taken. */
bool attachments_check(const struct attachments *as, const struct provider *p, const char *model, struct err *e) SONDE_MUST_CHECK;

/* ---- for the wire formats ---- */

struct json_t;
struct chat_request;

/* What stands for the bytes of a file in a request as recorded begins so. */
#define ATTACHMENT_STAND_IN "(base64 of "

/* A row points to what it takes here; NULL: texts only. */
struct attach_rules {
	size_t image_most, pdf_most; /* bytes of one; 0: none are taken */
	size_t all_most;             /* bytes of all together */
	const char *const *text_only; /* beginnings of the names of models that take texts alone; NULL-terminated, or NULL */
	const char *sees;             /* what the name of a model that takes images holds; NULL: all may */
};
/* The words of message i, with the attached texts before them when it is the one they go with. */
struct json_t *attachment_words(const struct chat_request *r, size_t i);
/* The images and PDFs that go with message i: how many, and the k-th. */
size_t attachment_count(const struct chat_request *r, size_t i);
const struct attachment *attachment_at(const struct chat_request *r, size_t k);
/* Its bytes as base64 behind a prefix; in a request for the record, what they are instead. */
struct json_t *attachment_base64(const struct chat_request *r, const struct attachment *a, const char *prefix);
/* The same behind "data:TYPE;base64,". */
struct json_t *attachment_url(const struct chat_request *r, const struct attachment *a);

#endif
