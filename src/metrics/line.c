#include "metrics/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/line_format.h"

/* One look-up tells what a member means in every format and which formats it is a sign of. So a line is walked once, keeping the members that
 * any format knows; then the signs that were seen say which format it is, and that format's fields are set. */

#define ERROR_MAX_BYTES 500
#define NAME_SLOTS 512 /* a power of two, at least twice the names */

static const struct line_format *const formats[INGEST_FORMATS] = { &line_simple, &line_litellm, &line_helicone, &line_langfuse };

struct line_name {
	const char *text; /* NULL: a free slot */
	size_t len;
	uint32_t signs;   /* bit FORMAT_SIGNS * i + j: in list j of format i */
	const struct field *fields[INGEST_FORMATS];
};
_Static_assert(INGEST_FORMATS * FORMAT_SIGNS <= 32, "signs are bits");

struct member {
	const struct line_name *name;
	struct scan_slice value;
};

const char *ingest_format_name(int format)
{
	return format >= 0 && format < INGEST_FORMATS ? formats[format]->name : NULL;
}

int ingest_format_find(const char *name)
{
	for (int i = 0; i < INGEST_FORMATS; i++) {
		if (strcmp(formats[i]->name, name) == 0) {
			return i;
		}
	}
	return strcmp(name, "auto") == 0 ? INGEST_AUTO : INGEST_NO_FORMAT;
}

/* The slot of a name, free when it is not there. */
static struct line_name *slot(struct line_name *names, const char *text, size_t len)
{
	size_t hash = len * 67 + (unsigned char)text[0] * 5 + (unsigned char)text[len - 1] * 31 + (unsigned char)text[len / 2] * 131;

	for (size_t i = hash;; i++) {
		struct line_name *name = &names[i & (NAME_SLOTS - 1)];

		if (name->text == NULL || (name->len == len && memcmp(name->text, text, len) == 0)) {
			return name;
		}
	}
}

static struct line_name *name_of(struct ingest_scanner *s, const char *text)
{
	struct line_name *name = slot(s->names, text, strlen(text));

	name->text = text;
	name->len = strlen(text);
	return name;
}

struct ingest_scanner *ingest_scanner_new(int format)
{
	struct ingest_scanner *s = x_calloc(1, sizeof(*s));

	s->names = x_calloc(NAME_SLOTS, sizeof(*s->names));
	s->forced = format;
	for (int i = 0; i < INGEST_FORMATS; i++) {
		for (size_t k = 0; k < formats[i]->n_fields; k++) {
			name_of(s, formats[i]->fields[k].name)->fields[i] = &formats[i]->fields[k];
		}
		for (int j = 0; j < FORMAT_SIGNS; j++) {
			for (int k = 0; k < FORMAT_NAMES && formats[i]->signs[j][k] != NULL; k++) {
				name_of(s, formats[i]->signs[j][k])->signs |= 1u << (FORMAT_SIGNS * i + j);
			}
		}
	}
	return s;
}

void ingest_scanner_free(struct ingest_scanner *s)
{
	if (s != NULL) {
		free(s->names);
		free(s->members);
		free(s->arena);
		free(s);
	}
}

/* The members that some format knows. Sets *signs. */
static bool read_members(struct ingest_scanner *s, const char *line, size_t len, uint32_t *signs)
{
	struct scan scan;
	struct scan_slice key, value;
	enum scan_step step;

	size_t n_before = s->n_members;

	*signs = 0;
	s->n_members = 0;
	scan_init(&scan, line, len);
	while ((step = scan_next(&scan, &key, &value)) == SCAN_MEMBER) {
		if (key.has_escapes) {
			key.s = line_keep(s, &key);
			key.len = strlen(key.s);
		}
		/* Lines of a log have the same members in the same order. */
		const struct line_name *name = s->n_members < n_before ? s->members[s->n_members].name : NULL;

		if (name == NULL || name->len != key.len || memcmp(name->text, key.s, key.len) != 0) {
			name = key.len > 0 ? slot(s->names, key.s, key.len) : NULL;
		}
		if (name != NULL && name->text != NULL) {
			struct member *m = array_push(s->members, s->n_members, s->cap_members);

			m->name = name;
			m->value = value;
			*signs |= name->signs;
		}
	}
	return step == SCAN_END ? true : line_bad(s, "%s", scan.why);
}

/* The last format whose signs are all there; the simple form has none. */
static int recognise(uint32_t signs)
{
	int format = 0;

	for (int i = 1; i < INGEST_FORMATS; i++) {
		uint32_t own = ((1u << FORMAT_SIGNS) - 1) << (FORMAT_SIGNS * i);

		format = (signs & own) == own ? i : format;
	}
	return format;
}

static bool set_fields(struct ingest_scanner *s)
{
	for (size_t i = 0; i < s->n_members; i++) {
		const struct field *f = s->members[i].name->fields[s->format];

		if (f != NULL && !f->set(s, f, &s->members[i].value)) {
			return false;
		}
	}
	return true;
}

static bool is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* Error codes are often the HTTP status; 0 when this is none. */
static int status_of_code(const char *code)
{
	int64_t status = 0;

	return code != NULL && scan_decimal(code, strlen(code), 0, &status) && status >= 400 && status <= 599 ? (int)status : 0;
}

/* An id that says another time than its record is somebody's mistake. */
bool ingest_line_is_own(const struct ingest_scanner *s)
{
	return s->row.id.ts_us == s->notes.sonde_id.ts_us;
}

uint64_t ingest_line_own_key(const struct ingest_scanner *s)
{
	return s->notes.sonde_id.key;
}

static bool settle(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;

	if (!is_known(row->id.ts_us)) {
		return line_bad(s, "timestamp is missing");
	}
	if (is_empty(row->provider)) {
		return line_bad(s, "provider is missing");
	}
	if (is_empty(row->operation)) {
		row->operation = "chat";
	}
	bool is_own = ingest_line_is_own(s);

	row->usage = is_own ? line_usage_own(&s->flat) : line_usage_resolve(&s->flat, row->provider, row->operation, true);
	if (s->has_nested && !is_own) {
		struct usage nested = line_usage_resolve(&s->nested, row->provider, row->operation, false);

		row->usage = line_usage_combine(&row->usage, &nested);
	}
	if (s->error.http_status == 0) {
		s->error.http_status = status_of_code(s->error.code);
	}
	row->http_status = s->error.http_status;
	row->error_class = line_error_class(&s->error);
	if (row->error_class != CLASS_NONE) {
		const char *text = s->error.text != NULL ? s->error.text : s->error.message != NULL ? s->error.message : s->error.code != NULL ? s->error.code : s->error.type;

		if (text != NULL) {
			/* Own memory: the arena. */
			line_error_tidy(s->arena + (text - s->arena), ERROR_MAX_BYTES);
			row->error_text = text;
		}
	}
	return true;
}

static void start(struct ingest_scanner *s, size_t len, char *why)
{
	call_row_init(&s->row);
	s->row.id = (struct call_id){ .ts_us = UNKNOWN };
	s->why = why;
	s->used = 0;
	s->has_nested = false;
	s->error = (struct line_error){ 0 };
	s->notes = (struct line_notes){ .end_us = UNKNOWN, .first_us = UNKNOWN, .whole_us = UNKNOWN, .cost_nano = UNKNOWN, .status = UNKNOWN,
		.sonde_id.ts_us = UNKNOWN };
	s->format = INGEST_NO_FORMAT;
	line_usage_init(&s->flat);
	line_usage_init(&s->nested);
	/* A member is at least two bytes longer than its text and NUL, so all texts fit; each may be kept once more as the text of an object in
	 * a string, and as a part of that. A name or two is written anew in lower case. */
	if (s->cap < 4 * len + 1024) {
		s->cap = 4 * len + 1024;
		s->arena = x_realloc(s->arena, s->cap);
	}
}

enum line_kind ingest_line(struct ingest_scanner *s, const char *line, size_t len, struct call_row *row, char why[INGEST_WHY_SIZE])
{
	uint32_t signs;

	start(s, len, why);
	if (!read_members(s, line, len, &signs)) {
		return LINE_BAD;
	}
	s->format = s->forced != INGEST_AUTO ? s->forced : recognise(signs);
	if (!set_fields(s)) {
		return LINE_BAD;
	}
	if (formats[s->format]->settle != NULL && !formats[s->format]->settle(s)) {
		return LINE_NO_CALL;
	}
	if (!settle(s)) {
		return LINE_BAD;
	}
	*row = s->row;
	return LINE_CALL;
}

int ingest_line_format(const struct ingest_scanner *s)
{
	return s->format;
}

const char *ingest_line_id(const struct ingest_scanner *s)
{
	return s->notes.id != NULL && s->notes.id[0] != '\0' ? s->notes.id : NULL;
}
