#include "net/request_parser.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

#define KEPT_BODY_CAP ((size_t)1 << 20) /* a larger buffer is not kept for the next request */
#define MAX_METHOD 32
#define MAX_FIELDS 256

enum stage {
	STAGE_REQUEST_LINE,
	STAGE_FIELDS,
	STAGE_BODY,
	STAGE_CHUNK_SIZE,
	STAGE_CHUNK,
	STAGE_CHUNK_END,
	STAGE_TRAILERS,
	STAGE_WHOLE,
	STAGE_BAD
};

struct field_at { /* offsets into head, which moves while it grows */
	size_t name, value;
};

struct request_parser {
	size_t max_head, max_body;
	enum stage stage;
	struct buf line; /* the line being read */
	size_t n_head;   /* bytes of lines so far */
	struct buf head; /* method, path, query, names and values, each NUL-terminated */
	struct field_at *at;
	size_t n_at, cap_at;
	struct request_field *fields;
	size_t n_fields, cap_fields;
	size_t path_at, query_at;
	struct buf body;
	uint64_t left; /* bytes of the body or chunk still to come */
	bool has_begun, has_length, has_encoding, has_host, is_chunked, wants_continue;
	bool has_close, has_keep_alive;
	struct request request;
};

static bool refuse(struct request_parser *p, int status, const char *reason)
{
	p->stage = STAGE_BAD;
	p->request.refusal = status;
	p->request.reason = reason;
	return false;
}

static bool is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_token_char((unsigned char)s[i])) {
			return false;
		}
	}
	return len > 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Keeps s and a NUL in head; returns where. */
static size_t keep(struct request_parser *p, const char *s, size_t len)
{
	size_t at = p->head.len;

	(void)buf_add(&p->head, s, len);
	(void)buf_add_char(&p->head, '\0');
	return at;
}

static bool keep_path(struct request_parser *p, const char *s, size_t len)
{
	p->path_at = p->head.len;
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_value(s[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(s[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0) {
				return refuse(p, 400, "the path has a broken percent escape");
			}
			c = (char)(high * 16 + low);
			i += 2;
		}
		(void)buf_add_char(&p->head, c);
	}
	(void)buf_add_char(&p->head, '\0');
	return true;
}

static bool read_target(struct request_parser *p, const char *s, size_t len)
{
	const char *end = s + len;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f) {
			return refuse(p, 400, "the request target has a control character or blank");
		}
	}
	if (len > 7 && (strncasecmp(s, "http://", 7) == 0 || strncasecmp(s, "https:/", 7) == 0)) { /* as sent to a proxy */
		s = memchr(s + 8, '/', len - 8);
		if (s == NULL) {
			s = "/";
			end = s + 1;
		}
	}
	if (*s != '/' && !(end - s == 1 && *s == '*')) {
		return refuse(p, 400, "the request target is not a path");
	}
	const char *mark = memchr(s, '?', (size_t)(end - s));
	const char *path_end = mark != NULL ? mark : end;

	if (!keep_path(p, s, (size_t)(path_end - s))) {
		return false;
	}
	p->query_at = mark != NULL ? keep(p, mark + 1, (size_t)(end - mark - 1)) : keep(p, "", 0);
	return true;
}

static bool read_request_line(struct request_parser *p, const char *s, size_t len)
{
	const char *end = s + len;
	const char *target = memchr(s, ' ', len);
	const char *version = target != NULL ? memrchr(s, ' ', len) : NULL;

	if (len == 0) { /* empty lines before a request are passed over: RFC 9112, 2.2 */
		return true;
	}
	if (target == NULL || version <= target + 1 || !is_token(s, (size_t)(target - s)) || target - s > MAX_METHOD) {
		return refuse(p, 400, "the request line is not \"METHOD target HTTP/1.1\"");
	}
	version++;
	if (end - version != 8 || strncmp(version, "HTTP/", 5) != 0) {
		return refuse(p, 400, "the request line does not end with an HTTP version");
	}
	if (strncmp(version, "HTTP/1.1", 8) != 0 && strncmp(version, "HTTP/1.0", 8) != 0) {
		return refuse(p, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
	}
	p->request.is_http10 = version[7] == '0';
	(void)keep(p, s, (size_t)(target - s));
	p->stage = STAGE_FIELDS;
	return read_target(p, target + 1, (size_t)(version - 1 - (target + 1)));
}

static bool read_length(struct request_parser *p, const char *value)
{
	uint64_t n = 0;

	if (p->has_length) {
		return refuse(p, 400, "Content-Length is given twice");
	}
	p->has_length = true;
	if (*value == '\0') {
		return refuse(p, 400, "Content-Length is empty");
	}
	for (const char *c = value; *c != '\0'; c++) {
		if (*c < '0' || *c > '9') {
			return refuse(p, 400, "Content-Length is not a number");
		}
		if (n > UINT64_MAX / 10 - 1) {
			return refuse(p, 413, "the body is too long");
		}
		n = n * 10 + (uint64_t)(*c - '0');
	}
	p->left = n;
	return n <= p->max_body || refuse(p, 413, "the body is too long");
}

static bool read_encoding(struct request_parser *p, const char *value)
{
	if (p->has_encoding || p->request.is_http10) {
		return refuse(p, 400, "Transfer-Encoding is not allowed here");
	}
	p->has_encoding = p->is_chunked = true;
	return strcasecmp(value, "chunked") == 0 || refuse(p, 501, "the only transfer encoding known here is chunked");
}

static bool read_connection(struct request_parser *p, const char *value)
{
	while (*value != '\0') {
		size_t len = strcspn(value, ", \t");

		p->has_close = p->has_close || (len == 5 && strncasecmp(value, "close", 5) == 0);
		p->has_keep_alive = p->has_keep_alive || (len == 10 && strncasecmp(value, "keep-alive", 10) == 0);
		value += len;
		value += strspn(value, ", \t");
	}
	return true;
}

static bool read_expect(struct request_parser *p, const char *value)
{
	if (strcasecmp(value, "100-continue") != 0) {
		return refuse(p, 417, "the only expectation known here is 100-continue");
	}
	p->wants_continue = !p->request.is_http10;
	return true;
}

static bool read_host(struct request_parser *p, const char *value)
{
	(void)value;
	if (p->has_host) {
		return refuse(p, 400, "Host is given twice");
	}
	p->has_host = true;
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct request_parser *p, const char *value);
} known_fields[] = {
	{ "Content-Length", read_length },
	{ "Transfer-Encoding", read_encoding },
	{ "Connection", read_connection },
	{ "Expect", read_expect },
	{ "Host", read_host },
};

static bool is_value(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

static bool read_field(struct request_parser *p, const char *s, size_t len)
{
	const char *colon = memchr(s, ':', len), *end = s + len;

	if (colon == NULL || !is_token(s, (size_t)(colon - s))) { /* also a folded line, and a blank before the colon */
		return refuse(p, 400, "a header line is not \"Name: value\"");
	}
	const char *value = colon + 1;
	while (value < end && (*value == ' ' || *value == '\t')) {
		value++;
	}
	while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	if (!is_value(value, (size_t)(end - value))) {
		return refuse(p, 400, "a header has a control character");
	}
	if (p->n_at == MAX_FIELDS) {
		return refuse(p, 431, "there are too many headers");
	}
	struct field_at *at = array_push(p->at, p->n_at, p->cap_at);
	at->name = keep(p, s, (size_t)(colon - s));
	at->value = keep(p, value, (size_t)(end - value));
	for (size_t i = 0; i < COUNT_OF(known_fields); i++) {
		if (strcasecmp(p->head.s + at->name, known_fields[i].name) == 0) {
			return known_fields[i].read(p, p->head.s + at->value);
		}
	}
	return true;
}

static void finish(struct request_parser *p)
{
	p->stage = STAGE_WHOLE;
	p->request.body = buf_str(&p->body);
	p->request.body_len = p->body.len;
}

static bool end_head(struct request_parser *p)
{
	struct request *r = &p->request;

	r->method = p->head.s; /* head no longer moves */
	r->path = p->head.s + p->path_at;
	r->query = p->head.s + p->query_at;
	for (size_t i = 0; i < p->n_at; i++) {
		struct request_field *f = array_push(p->fields, p->n_fields, p->cap_fields);

		*f = (struct request_field){ p->head.s + p->at[i].name, p->head.s + p->at[i].value };
	}
	r->fields = p->fields;
	r->n_fields = p->n_fields;
	r->is_kept_alive = !p->has_close && (!r->is_http10 || p->has_keep_alive);
	if (p->has_length && p->has_encoding) { /* the classic of request smuggling: RFC 9112, 6.1 */
		return refuse(p, 400, "Content-Length and Transfer-Encoding exclude each other");
	}
	if (!r->is_http10 && !p->has_host) {
		return refuse(p, 400, "the Host header is missing");
	}
	if (p->is_chunked) {
		p->stage = STAGE_CHUNK_SIZE;
	} else if (p->left > 0) {
		p->stage = STAGE_BODY;
	} else {
		finish(p);
	}
	return true;
}

static bool read_chunk_size(struct request_parser *p, const char *s, size_t len)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < len && hex_value(s[i]) >= 0; i++) {
		n = n * 16 + (uint64_t)hex_value(s[i]);
		if (n > p->max_body - p->body.len) {
			return refuse(p, 413, "the body is too long");
		}
	}
	if (i == 0 || (i < len && strchr("; \t", s[i]) == NULL)) { /* after ';' come extensions, which nobody uses */
		return refuse(p, 400, "a chunk does not start with its size");
	}
	p->left = n;
	p->stage = n > 0 ? STAGE_CHUNK : STAGE_TRAILERS;
	return true;
}

static bool read_line(struct request_parser *p, const char *s, size_t len)
{
	switch (p->stage) {
	case STAGE_REQUEST_LINE:
		return read_request_line(p, s, len);
	case STAGE_FIELDS:
		return len > 0 ? read_field(p, s, len) : end_head(p);
	case STAGE_CHUNK_SIZE:
		return read_chunk_size(p, s, len);
	case STAGE_CHUNK_END:
		p->stage = STAGE_CHUNK_SIZE;
		return len == 0 || refuse(p, 400, "a chunk is longer than its size says");
	default: /* trailers are read and dropped */
		if (len == 0) {
			finish(p);
		}
		return true;
	}
}

/* Takes bytes up to a line end (LF; a CR before it belongs to it). Returns how many. */
static size_t take_line_bytes(struct request_parser *p, const char *bytes, size_t len)
{
	const char *lf = memchr(bytes, '\n', len);
	size_t n = lf != NULL ? (size_t)(lf - bytes) + 1 : len;

	if (n > p->max_head - p->n_head) {
		(void)refuse(p, 431, "the headers are too long");
		return 0;
	}
	p->n_head += n;
	(void)buf_add(&p->line, bytes, lf != NULL ? n - 1 : n);
	if (lf != NULL) {
		size_t line_len = p->line.len;

		if (line_len > 0 && p->line.s[line_len - 1] == '\r') {
			p->line.s[--line_len] = '\0';
		}
		(void)read_line(p, buf_str(&p->line), line_len);
		buf_clear(&p->line);
		if (p->stage == STAGE_CHUNK_SIZE || p->stage == STAGE_CHUNK) {
			p->n_head = 0; /* the limit is for one chunk line, not for all of them */
		}
	}
	return n;
}

static size_t take_body_bytes(struct request_parser *p, const char *bytes, size_t len)
{
	size_t n = p->left < len ? (size_t)p->left : len;

	(void)buf_add(&p->body, bytes, n);
	p->left -= n;
	if (p->left == 0) {
		if (p->stage == STAGE_BODY) {
			finish(p);
		} else {
			p->stage = STAGE_CHUNK_END;
		}
	}
	return n;
}

struct request_parser *request_parser_new(size_t max_head, size_t max_body)
{
	struct request_parser *p = x_calloc(1, sizeof(*p));

	p->max_head = max_head;
	p->max_body = max_body;
	return p;
}

void request_parser_free(struct request_parser *p)
{
	if (p == NULL) {
		return;
	}
	buf_free(&p->line);
	buf_free(&p->head);
	buf_free(&p->body);
	free(p->at);
	free(p->fields);
	free(p);
}

void request_parser_reset(struct request_parser *p)
{
	struct request_parser old = *p;

	buf_clear(&old.line);
	buf_clear(&old.head);
	buf_clear(&old.body);
	if (old.body.cap > KEPT_BODY_CAP) {
		buf_free(&old.body);
	}
	*p = (struct request_parser){
		.max_head = old.max_head,
		.max_body = old.max_body,
		.line = old.line,
		.head = old.head,
		.body = old.body,
		.at = old.at,
		.cap_at = old.cap_at,
		.fields = old.fields,
		.cap_fields = old.cap_fields,
	};
}

size_t request_parser_feed(struct request_parser *p, const char *bytes, size_t len)
{
	size_t used = 0;

	while (used < len && p->stage != STAGE_WHOLE && p->stage != STAGE_BAD) {
		p->has_begun = true;
		if (p->stage == STAGE_BODY || p->stage == STAGE_CHUNK) {
			used += take_body_bytes(p, bytes + used, len - used);
		} else {
			used += take_line_bytes(p, bytes + used, len - used);
		}
	}
	return used;
}

enum request_state request_parser_state(const struct request_parser *p)
{
	return p->stage == STAGE_WHOLE ? REQUEST_WHOLE : p->stage == STAGE_BAD ? REQUEST_BAD : REQUEST_OPEN;
}

bool request_parser_has_begun(const struct request_parser *p)
{
	return p->has_begun;
}

bool request_parser_is_in_body(const struct request_parser *p)
{
	return p->stage >= STAGE_BODY && p->stage < STAGE_WHOLE;
}

bool request_parser_take_continue(struct request_parser *p)
{
	bool is_due = p->wants_continue && request_parser_is_in_body(p) && p->body.len == 0;

	if (is_due) {
		p->wants_continue = false;
	}
	return is_due;
}

const struct request *request_parser_request(const struct request_parser *p)
{
	return &p->request;
}

const char *request_field(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		if (strcasecmp(r->fields[i].name, name) == 0) {
			return r->fields[i].value;
		}
	}
	return NULL;
}
