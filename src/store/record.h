/* record - what sonde keeps of one call to a model: one row, its token usage, its bodies.
 * Source of the fields: OpenTelemetry GenAI conventions (October 2026), folded to one record.
 * Units: microseconds since the epoch, microseconds, nano-dollars (1 USD = 10^9), tokens. UNKNOWN where not known, never 0. */
#ifndef SONDE_STORE_RECORD_H
#define SONDE_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"

/* Stored as numbers: new ones come last. */
enum error_class {
	CLASS_NONE,
	CLASS_RATE_LIMITED,
	CLASS_TIMEOUT,
	CLASS_SERVER_ERROR,
	CLASS_CONTENT_FILTER,
	CLASS_CONTEXT_LENGTH,
	CLASS_AUTH,
	CLASS_BAD_REQUEST,
	CLASS_CANCELLED,
	CLASS_NETWORK,
	CLASS_OTHER,
	CLASS_BUDGET, /* not sent, for a budget forbids it */
	CLASS_COUNT
};
/* "" for CLASS_NONE, else "rate_limited", "timeout", ... */
const char *error_class_name(enum error_class c);
/* Whether it is a failure: neither a good answer nor a call that sonde itself did not send. */
static inline bool error_class_is_failure(enum error_class c)
{
	return c != CLASS_NONE && c != CLASS_BUDGET;
}
/* CLASS_OTHER for a name that is not known, CLASS_NONE for "". */
enum error_class error_class_from_name(const char *name);

enum cost_source { COST_UNKNOWN, COST_REPORTED, COST_COMPUTED };
const char *cost_source_name(enum cost_source s); /* "unknown", "reported", "computed" */

struct usage {
	int64_t in_tok;             /* all input tokens, cached and cache-written ones included */
	int64_t cache_read_tok;     /* of in_tok */
	int64_t cache_write_tok;    /* of in_tok; all lifetimes */
	int64_t cache_write_1h_tok; /* of cache_write_tok */
	int64_t out_tok;            /* all output tokens, reasoning included */
	int64_t reason_tok;         /* of out_tok */
	int64_t audio_in, audio_out, image_in; /* tokens, of in_tok and out_tok */
	int64_t n_images, seconds, n_queries;
};
#define USAGE_UNKNOWN \
	((struct usage){ UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN })

/* Identity of a call: its start, and 64 bits that are random for own calls and a hash of the source line for imported ones.
 * Text form: 24 characters of Crockford base 32, ordered as time, for ts_us from 0 to 2^56 - 1 (the year 4253);
 * a start outside is written as the nearer end and so does not come back from its text. */
struct call_id {
	int64_t ts_us;
	uint64_t key;
};
static inline bool call_id_is_same(struct call_id a, struct call_id b)
{
	return a.ts_us == b.ts_us && a.key == b.key;
}
#define CALL_ID_SIZE 25
void call_id_format(struct call_id id, char out[CALL_ID_SIZE]);
/* Takes the whole text, either case. False when it is not an id. */
bool call_id_parse(const char *text, struct call_id *id);
/* The first and last id whose text starts with this one, either case. False when no id starts so. */
bool call_id_range(const char *text, struct call_id *from, struct call_id *to);

/* What the texts of a call were estimated at before they were sent, in thousandths of a token by script (enum mix of token/estimate.h), and what the provider then
 * counted for them. tok 0: nothing is to be learned from the call. */
#define INPUT_SCRIPTS 4
struct input_sample {
	int64_t estimate[INPUT_SCRIPTS];
	int64_t tok;
};

/* Strings are borrowed unless the row came from a query (then call_row_free). NULL and "" both mean unknown. */
struct call_row {
	struct call_id id;
	const char *provider;   /* name as configured; required */
	const char *model_req, *model_resp;
	const char *operation;  /* "chat", "embeddings", ...; required */
	struct usage usage;
	int64_t cost_nano;
	enum cost_source cost_source;
	bool cost_is_estimated;
	const char *price_version; /* date of the price table used */
	int64_t latency_us, ttft_us, gen_us;
	int http_status;        /* 0: none seen */
	enum error_class error_class;
	const char *error_text;
	const char *finish_reason; /* normalised: stop, length, tool_calls, content_filter, error */
	int attempts;           /* 1 for a call that needed no retry */
	bool is_streamed;
	bool is_simulated;      /* answered by sonde's own simulator */
	bool is_cached;         /* answered from sonde's own cache: the tokens were paid by an earlier call */
	int64_t run_us;         /* the run it belongs to (its start), 0 for none */
	int run_column;         /* place in the run, from 0 */
	const char *request_id; /* the provider's */
	const char *trace_id, *span_id, *parent_id; /* hex */
	const char *session, *user, *prompt_name, *prompt_version, *tags;
	struct input_sample input; /* kept apart, see store/sample.h: a row that is read has none */
};
/* All numbers UNKNOWN, no strings, http_status 0, attempts 1. */
void call_row_init(struct call_row *r);
/* A deep copy that owns its strings; and its release (frees strings, not the struct). */
void call_row_copy(struct call_row *to, const struct call_row *from);
void call_row_free(struct call_row *r);
/* Bytes of all its strings. */
size_t call_row_text_len(const struct call_row *r);
/* Output tokens that came in the time of streaming: reasoning is mostly hidden and made before the first token that comes. */
int64_t call_row_streamed_tok(const struct call_row *r);
static inline bool call_row_is_ok(const struct call_row *r)
{
	return r->error_class == CLASS_NONE;
}

/* Byte-exact bodies; NULL where there is none. */
struct call_body {
	const char *request;
	size_t request_len;
	const char *response; /* as received, stream framing included */
	size_t response_len;
	const char *answer; /* the assembled text */
	size_t answer_len;
};
void call_body_copy(struct call_body *to, const struct call_body *from);
void call_body_free(struct call_body *b);

/* One send to several targets. params and targets are JSON texts. */
struct run_row {
	int64_t ts_us; /* identity */
	const char *system, *user;
	const char *params;  /* JSON object */
	const char *targets; /* JSON list of target names */
	bool is_simulated;
};
void run_row_copy(struct run_row *to, const struct run_row *from);
void run_row_free(struct run_row *r);

#endif
