#include "app/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "gateway/secret.h"
#include "store/redact.h"

#define FILE_MOST ((size_t)8 << 20)
#define VALUE_MOST ((size_t)1 << 20)
#define NAMES_MOST 2000
#define NAME_MOST 96
#define VERSION 1

struct entry {
	char *name, *value;
};

struct session {
	struct entry *entries;
	size_t n, cap;
	char *written; /* the text of the file as far as it is known; NULL: none */
};

struct session *session_new(void)
{
	return x_calloc(1, sizeof(struct session));
}

static void drop(struct session *s, size_t i)
{
	free(s->entries[i].name);
	free(s->entries[i].value);
	s->entries[i] = s->entries[--s->n];
}

void session_free(struct session *s)
{
	if (s == NULL) {
		return;
	}
	while (s->n > 0) {
		drop(s, s->n - 1);
	}
	free(s->entries);
	free(s->written);
	free(s);
}

static struct entry *find(const struct session *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->entries[i].name, name) == 0) {
			return &s->entries[i];
		}
	}
	return NULL;
}

const char *session_get(const struct session *s, const char *name)
{
	const struct entry *found = find(s, name);

	return found != NULL ? found->value : NULL;
}

long session_number(const struct session *s, const char *name, long lo, long hi, long otherwise)
{
	const char *text = session_get(s, name);
	char *end;

	if (text == NULL || text[0] == '\0') {
		return otherwise;
	}
	errno = 0;
	long n = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && n >= lo && n <= hi ? n : otherwise;
}

void session_set(struct session *s, const char *name, const char *value)
{
	struct entry *found = find(s, name);

	if (found != NULL) {
		drop(s, (size_t)(found - s->entries));
	}
	if (value != NULL && strlen(value) <= VALUE_MOST && s->n < NAMES_MOST) {
		*array_push(s->entries, s->n, s->cap) = (struct entry){ x_strdup(name), x_strdup(value) };
	}
}

void session_set_number(struct session *s, const char *name, long value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", value);
	session_set(s, name, text);
}

static const char *item_name(const char *name, size_t i, char out[NAME_MOST])
{
	(void)snprintf(out, NAME_MOST, "%s.%zu", name, i);
	return out;
}

const char *session_item(const struct session *s, const char *name, size_t i)
{
	char full[NAME_MOST];

	return session_get(s, item_name(name, i, full));
}

void session_set_item(struct session *s, const char *name, size_t i, const char *value)
{
	char full[NAME_MOST];

	session_set(s, item_name(name, i, full), value);
}

void session_forget(struct session *s, const char *start)
{
	for (size_t i = s->n; i-- > 0;) {
		if (strncmp(s->entries[i].name, start, strlen(start)) == 0) {
			drop(s, i);
		}
	}
}

void session_hide(struct session *s, const char *secret)
{
	for (size_t i = 0; i < s->n; i++) {
		secret_hide(s->entries[i].value, strlen(s->entries[i].value), secret);
	}
}

void session_redact(struct session *s, const struct redact *r)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t len;
		char *text = redact_text(r, s->entries[i].value, strlen(s->entries[i].value), &len);

		if (text != NULL) {
			free(s->entries[i].value);
			s->entries[i].value = text;
		}
	}
}

/* ---- the file ---- */

static char *path_of(const char *dir)
{
	return x_asprintf("%s/session.json", dir);
}

static bool broken(struct err *e)
{
	e->code = ERR_CONFIG;
	return err_prefix(e, "the last session cannot be taken up again");
}

static bool take(struct session *s, const char *text, struct err *e)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_t *values = json_get_object(root, "values"), *value;
	const char *name;

	if (values == NULL || json_get_int(root, "version") != VERSION) {
		(void)err_set(e, ERR_CONFIG, "session.json is %s", root == NULL ? "no JSON" : "of another version");
		json_decref(root);
		return false;
	}
	json_object_foreach(values, name, value) {
		if (json_is_string(value) && strlen(name) < NAME_MOST) {
			session_set(s, name, json_string_value(value));
		}
	}
	json_decref(root);
	return true;
}

bool session_load(struct session *s, const char *dir, struct err *e)
{
	char *path = path_of(dir);
	struct buf text;
	bool is_missing;

	buf_init(&text, FILE_MOST);
	bool ok = file_read(path, &text, &is_missing, e) ? text.len == 0 || take(s, buf_str(&text), e) : is_missing;

	ok = ok || broken(e);
	free(s->written);
	s->written = ok && text.len > 0 ? x_strdup(buf_str(&text)) : NULL;
	buf_free(&text);
	free(path);
	return ok;
}

/* Names in their order, so that the same session is the same text. */
static char *text_of(const struct session *s)
{
	json_t *values = json_object();

	for (size_t i = 0; i < s->n; i++) {
		/* What is no UTF-8 cannot be kept in JSON. */
		(void)json_object_set_new(values, s->entries[i].name, json_string(s->entries[i].value));
	}
	json_t *root = json_pack("{s:i, s:o}", "version", VERSION, "values", values);
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS);

	json_decref(root);
	return text;
}

static bool write_file(const char *path, const char *text, struct err *e)
{
	char *draft = x_asprintf("%s.%ld", path, (long)getpid());
	int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = f != NULL && fputs(text, f) != EOF && fflush(f) == 0;

	ok = (f == NULL || fclose(f) == 0) && ok && rename(draft, path) == 0;
	if (!ok) {
		(void)err_set(e, ERR_INTERNAL, "the session cannot be kept: %s: %s", path, strerror(errno));
		(void)unlink(draft);
	}
	free(draft);
	return ok;
}

bool session_save(struct session *s, const char *dir, struct err *e)
{
	char *text = text_of(s), *path = path_of(dir);
	bool ok = true;

	if (s->written == NULL || strcmp(text, s->written) != 0) {
		ok = write_file(path, text, e);
	}
	if (ok) {
		free(s->written);
		s->written = x_strdup(text);
	}
	free(text);
	free(path);
	return ok;
}
