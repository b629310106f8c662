#include "provider/attachment.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "provider/provider.h"
#include "text/base64.h"
#include "text/utf8.h"

#define COUNT_MOST 20

struct attachments *attachments_new(void)
{
	struct attachments *as = x_calloc(1, sizeof(*as));

	as->refs = 1;
	return as;
}

struct attachments *attachments_ref(struct attachments *as)
{
	if (as != NULL) {
		as->refs++;
	}
	return as;
}

void attachments_unref(struct attachments *as)
{
	if (as == NULL || --as->refs > 0) {
		return;
	}
	for (size_t i = 0; i < as->n; i++) {
		free(as->list[i].name);
		free(as->list[i].bytes);
	}
	free(as->list);
	free(as);
}

/* UTF-8 with no control characters but those of logs and terminals. */
static bool is_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)bytes[i] < 0x20 && (bytes[i] == '\0' || strchr("\t\n\r\f\b\x1b", bytes[i]) == NULL)) {
			return false;
		}
	}
	return utf8_valid(bytes, len);
}

/* By the first bytes, as file(1) does; "?" is any byte. Anything else is a text when it is UTF-8. */
static bool find_type(struct attachment *a)
{
	static const struct {
		const char *start, *type;
		size_t len;
		enum attachment_kind kind;
	} types[] = {
		{ "\x89PNG\r\n\x1a\n", "image/png", 8, ATTACH_IMAGE },
		{ "\xff\xd8\xff", "image/jpeg", 3, ATTACH_IMAGE },
		{ "GIF87a", "image/gif", 6, ATTACH_IMAGE },
		{ "GIF89a", "image/gif", 6, ATTACH_IMAGE },
		{ "RIFF????WEBP", "image/webp", 12, ATTACH_IMAGE },
		{ "%PDF-", "application/pdf", 5, ATTACH_PDF },
	};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		size_t k = 0;

		while (k < types[i].len && k < a->len && (types[i].start[k] == '?' || types[i].start[k] == a->bytes[k])) {
			k++;
		}
		if (k == types[i].len) {
			a->type = types[i].type;
			a->kind = types[i].kind;
			return true;
		}
	}
	a->type = "text/plain";
	a->kind = ATTACH_TEXT;
	return is_text(a->bytes, a->len);
}

/* A name that can stand in JSON and in a line of text. */
static char *clean_name(const char *name)
{
	char *s = x_strdup(name);
	bool is_utf8 = utf8_valid(s, strlen(s));

	for (char *c = s; *c != '\0'; c++) {
		unsigned char u = (unsigned char)*c;

		if (u < 0x20 || u == 0x7f || (u >= 0x80 && !is_utf8)) {
			*c = '_';
		}
	}
	return s;
}

bool attachments_add(struct attachments *as, const char *name, char *bytes, size_t len, struct err *e)
{
	struct attachment a = { .bytes = bytes, .len = len };
	char shown[ERR_QUOTE_SIZE];

	if (as->n == COUNT_MOST) {
		free(bytes);
		return err_set(e, ERR_USAGE, "at most %d files go with a prompt", COUNT_MOST);
	}
	if (len == 0 || !find_type(&a)) {
		free(bytes);
		(void)err_set(e, ERR_USAGE, "%s %s", err_quote(name, shown),
		    len == 0 ? "is empty" : "is no image (PNG, JPEG, GIF, WebP), no PDF and no UTF-8 text");
		return err_hint(e, len == 0 ? "attach another one" : "convert it first");
	}
	a.name = clean_name(name);
	*array_push(as->list, as->n, as->cap) = a;
	return true;
}

/* ---- what is taken ---- */

static bool is_text_only(const struct attach_rules *rules, const char *model)
{
	for (const char *const *start = rules->text_only; start != NULL && *start != NULL; start++) {
		if (strncmp(model, *start, strlen(*start)) == 0) {
			return true;
		}
	}
	return rules->sees != NULL && strstr(model, rules->sees) == NULL;
}

static bool check_one(const struct attachment *a, const struct provider *p, const char *model, struct err *e)
{
	static const char *const names[] = { [ATTACH_TEXT] = "texts", [ATTACH_IMAGE] = "images", [ATTACH_PDF] = "PDFs" };
	size_t most = p->takes == NULL ? 0 : a->kind == ATTACH_IMAGE ? p->takes->image_most : p->takes->pdf_most;
	char shown[ERR_QUOTE_SIZE], shown_model[ERR_QUOTE_SIZE];

	(void)err_quote(a->name, shown);
	if (a->kind == ATTACH_TEXT) {
		return true;
	}
	if (most == 0) {
		return err_set(e, ERR_USAGE, "%s takes no %s (%s)", p->title, names[a->kind], shown);
	}
	if (is_text_only(p->takes, model)) {
		return err_set(e, ERR_USAGE, "%s of %s takes no %s (%s)", err_quote(model, shown_model), p->title, names[a->kind], shown);
	}
	if (a->len > most) {
		return err_set(e, ERR_USAGE, "%s is of %.1f MiB; %s takes %s of up to %zu MiB", shown, (double)a->len / (1 << 20), p->title,
		    names[a->kind], most >> 20);
	}
	return true;
}

bool attachments_check(const struct attachments *as, const struct provider *p, const char *model, struct err *e)
{
	size_t all = 0;

	for (size_t i = 0; as != NULL && i < as->n; i++) {
		if (!check_one(&as->list[i], p, model, e)) {
			return false;
		}
		all += as->list[i].kind != ATTACH_TEXT ? as->list[i].len : 0;
	}
	if (p->takes != NULL && all > p->takes->all_most) {
		return err_set(e, ERR_USAGE, "the files are of %.1f MiB together; %s takes up to %zu MiB", (double)all / (1 << 20), p->title,
		    p->takes->all_most >> 20);
	}
	return true;
}

/* ---- for the wire formats ---- */

/* The last message of the user. */
static bool has_attachments(const struct chat_request *r, size_t i)
{
	if (r->attachments == NULL || r->messages[i].role != ROLE_USER) {
		return false;
	}
	for (size_t k = i + 1; k < r->n_messages; k++) {
		if (r->messages[k].role == ROLE_USER) {
			return false;
		}
	}
	return true;
}

json_t *attachment_words(const struct chat_request *r, size_t i)
{
	struct buf words = { 0 };

	for (size_t k = 0; has_attachments(r, i) && k < r->attachments->n; k++) {
		const struct attachment *a = &r->attachments->list[k];

		if (a->kind == ATTACH_TEXT) {
			(void)buf_addf(&words, "--- %s ---\n", a->name);
			(void)buf_add(&words, a->bytes, a->len);
			(void)buf_addf(&words, "%s--- end of %s ---\n\n", a->bytes[a->len - 1] == '\n' ? "" : "\n", a->name);
		}
	}
	(void)buf_add_str(&words, r->messages[i].text);
	json_t *v = json_string(buf_str(&words));
	buf_free(&words);
	return v;
}

size_t attachment_count(const struct chat_request *r, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; has_attachments(r, i) && k < r->attachments->n; k++) {
		n += r->attachments->list[k].kind != ATTACH_TEXT;
	}
	return n;
}

const struct attachment *attachment_at(const struct chat_request *r, size_t k)
{
	for (size_t i = 0; i < r->attachments->n; i++) {
		if (r->attachments->list[i].kind != ATTACH_TEXT && k-- == 0) {
			return &r->attachments->list[i];
		}
	}
	return NULL;
}

/* "(base64 of cat.png, 182044 bytes, sha256 3f2a...)": enough to see whether it was the same file. */
static void add_stand_in(struct buf *out, const struct attachment *a)
{
	unsigned char hash[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, a->bytes, a->len);
	sha256_end(&h, hash);
	(void)buf_addf(out, ATTACHMENT_STAND_IN "%s, %zu bytes, sha256 ", a->name, a->len);
	for (size_t i = 0; i < sizeof(hash); i++) {
		(void)buf_addf(out, "%02x", hash[i]);
	}
	(void)buf_add_char(out, ')');
}

json_t *attachment_base64(const struct chat_request *r, const struct attachment *a, const char *prefix)
{
	struct buf out = { 0 };

	(void)buf_add_str(&out, prefix);
	if (r->is_for_record) {
		add_stand_in(&out, a);
	} else {
		base64_add(&out, a->bytes, a->len);
	}
	json_t *v = json_string_nocheck(buf_str(&out));
	buf_free(&out);
	return v;
}

json_t *attachment_url(const struct chat_request *r, const struct attachment *a)
{
	char *prefix = x_asprintf("data:%s;base64,", a->type);
	json_t *v = attachment_base64(r, a, prefix);

	free(prefix);
	return v;
}
