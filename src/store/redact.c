#include "store/redact.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Steps of one match: some tenths of a second at most. */
#define MATCH_STEPS 1000000

struct redact {
	pcre2_code **codes;
	size_t n, cap;
	pcre2_general_context *memory;
	pcre2_compile_context *compiling;
	pcre2_match_context *limits;
};

/* Memory as of x_malloc: without any, a pattern would be refused as a wrong one. */
static void *take(PCRE2_SIZE len, void *ctx)
{
	(void)ctx;
	return x_malloc(len);
}

static void give_back(void *p, void *ctx)
{
	(void)ctx;
	free(p);
}

struct redact *redact_new(void)
{
	struct redact *r = x_calloc(1, sizeof(*r));

	r->memory = pcre2_general_context_create(take, give_back, NULL);
	r->compiling = pcre2_compile_context_create(r->memory);
	r->limits = pcre2_match_context_create(r->memory);
	(void)pcre2_set_match_limit(r->limits, MATCH_STEPS);
	(void)pcre2_set_depth_limit(r->limits, MATCH_STEPS);
	return r;
}

void redact_free(struct redact *r)
{
	if (r == NULL) {
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		pcre2_code_free(r->codes[i]);
	}
	pcre2_match_context_free(r->limits);
	pcre2_compile_context_free(r->compiling);
	pcre2_general_context_free(r->memory);
	free(r->codes);
	free(r);
}

static int match(const struct redact *r, const pcre2_code *code, const char *s, size_t len, size_t from, pcre2_match_data *found)
{
	return pcre2_match(code, (PCRE2_SPTR)s, len, from, PCRE2_NOTEMPTY, found, r->limits);
}

bool redact_add(struct redact *r, const char *pattern, struct err *e)
{
	int code_of_error;
	PCRE2_SIZE at;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code_of_error, &at, r->compiling);

	if (code == NULL) {
		PCRE2_UCHAR why[160];

		(void)pcre2_get_error_message(code_of_error, why, sizeof(why));
		return err_set(e, ERR_CONFIG, "is no regular expression: %s at character %zu", (const char *)why, (size_t)at + 1);
	}
	pcre2_match_data *found = pcre2_match_data_create_from_pattern(code, r->memory);
	bool is_empty = pcre2_match(code, (PCRE2_SPTR) "", 0, 0, 0, found, r->limits) >= 0;

	pcre2_match_data_free(found);
	if (is_empty) {
		pcre2_code_free(code);
		return err_set(e, ERR_CONFIG, "matches an empty text; use + for *");
	}
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* only faster */
	*array_push(r->codes, r->n, r->cap) = code;
	return true;
}

/* One pattern; NULL: no match. */
static char *replace(const struct redact *r, const pcre2_code *code, const char *s, size_t len, size_t *out_len)
{
	pcre2_match_data *found = pcre2_match_data_create_from_pattern(code, r->memory);
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(found);
	struct buf out = { 0 };
	size_t from = 0;
	int rc;

	while (from < len && (rc = match(r, code, s, len, from, found)) != PCRE2_ERROR_NOMATCH) {
		size_t start = rc >= 0 ? ends[0] : 0, end = rc >= 0 ? ends[1] : len;

		if (rc < 0 || end <= start || start < from) { /* too long, or \K in a look-ahead: who knows what it would have found */
			buf_clear(&out);
			from = start = 0;
			end = len;
		}
		(void)buf_add(&out, s + from, start - from);
		(void)buf_add_str(&out, REDACTED);
		from = end;
	}
	pcre2_match_data_free(found);
	if (out.len == 0) {
		return NULL;
	}
	(void)buf_add(&out, s + from, len - from);
	*out_len = out.len;
	return buf_take(&out);
}

char *redact_text(const struct redact *r, const char *s, size_t len, size_t *out_len)
{
	char *text = NULL;

	for (size_t i = 0; r != NULL && s != NULL && i < r->n; i++) {
		char *next = replace(r, r->codes[i], text != NULL ? text : s, len, &len);

		if (next != NULL) {
			free(text);
			text = next;
		}
	}
	*out_len = len;
	return text;
}

/* True when something was replaced. */
static bool redact_owned(const struct redact *r, const char **s, size_t *len)
{
	size_t n = len != NULL ? *len : *s != NULL ? strlen(*s) : 0;
	char *text = redact_text(r, *s, n, &n);

	if (text == NULL) {
		return false;
	}
	free((void *)(uintptr_t)*s);
	*s = text;
	if (len != NULL) {
		*len = n;
	}
	return true;
}

void redact_row(const struct redact *r, struct call_row *row)
{
	const char **const texts[] = { &row->error_text, &row->request_id, &row->session, &row->user, &row->tags };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		(void)redact_owned(r, texts[i], NULL);
	}
}

void redact_run(const struct redact *r, struct run_row *run)
{
	const char **const texts[] = { &run->system, &run->user, &run->params, &run->targets };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		(void)redact_owned(r, texts[i], NULL);
	}
}

void redact_body(const struct redact *r, struct call_body *body, bool is_streamed)
{
	if (r == NULL || r->n == 0) {
		return;
	}
	(void)redact_owned(r, &body->request, &body->request_len);
	bool is_in_answer = redact_owned(r, &body->answer, &body->answer_len);
	bool is_in_response = !is_streamed && redact_owned(r, &body->response, &body->response_len);

	if (is_streamed || (is_in_answer && !is_in_response)) {
		free((void *)(uintptr_t)body->response);
		body->response = NULL;
		body->response_len = 0;
	}
}
