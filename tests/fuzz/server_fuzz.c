/* Requests from arbitrary bytes: what is parsed must not depend on where the reads are cut. First byte: the length of a read. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/request_parser.h"

#define MAX_HEAD 512
#define MAX_BODY 256

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void write_down(struct buf *out, const struct request *r)
{
	if (strlen(r->body) > r->body_len || r->body_len > MAX_BODY || (r->path[0] != '/' && r->path[0] != '*')) {
		abort();
	}
	(void)buf_addf(out, "%s %s?%s %d", r->method, r->path, r->query, r->is_kept_alive);
	for (size_t i = 0; i < r->n_fields; i++) {
		(void)buf_addf(out, "%s=%s,", r->fields[i].name, r->fields[i].value);
		if (request_field(r, r->fields[i].name) == NULL) {
			abort();
		}
	}
	(void)buf_add(out, r->body, r->body_len);
}

/* False at the first refusal: the connection would be closed. */
static bool feed(struct request_parser *p, const char *bytes, size_t len, struct buf *out)
{
	size_t used = 0;

	while (used < len) {
		size_t n = request_parser_feed(p, bytes + used, len - used);

		used += n;
		if (used > len || (n == 0 && request_parser_state(p) == REQUEST_OPEN)) {
			abort();
		}
		if (request_parser_state(p) == REQUEST_BAD) {
			(void)buf_addf(out, "#%d %s", request_parser_request(p)->refusal, request_parser_request(p)->reason);
			return false;
		}
		if (request_parser_state(p) == REQUEST_WHOLE) {
			write_down(out, request_parser_request(p));
			request_parser_reset(p);
		}
	}
	return true;
}

static void parse(const char *bytes, size_t len, size_t step, struct buf *out)
{
	struct request_parser *p = request_parser_new(MAX_HEAD, MAX_BODY);
	bool ok = true;

	for (size_t at = 0; ok && at < len; at += step) {
		ok = feed(p, bytes + at, len - at < step ? len - at : step, out);
	}
	request_parser_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf whole = { 0 }, cut = { 0 };

	if (len < 2) {
		return 0;
	}
	parse((const char *)bytes + 1, len - 1, len - 1, &whole);
	parse((const char *)bytes + 1, len - 1, (size_t)bytes[0] + 1, &cut);
	if (strcmp(buf_str(&whole), buf_str(&cut)) != 0) {
		abort();
	}
	parse((const char *)bytes + 1, len - 1, 1, &cut); /* after the other: twice the same */
	if (cut.len != 2 * whole.len || (whole.len > 0 && memcmp(cut.s, cut.s + whole.len, whole.len) != 0)) {
		abort();
	}
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
