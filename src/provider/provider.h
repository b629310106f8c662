/* provider - the wire formats of model providers: one file and one const row each. Pure: bytes in, bytes out, no I/O, no time.
 * A row builds the request of a chat and reads answers (streamed or whole) into one struct answer.
 * Source of the formats: the providers' API references and official clients as of August 2026. */
#ifndef SONDE_PROVIDER_PROVIDER_H
#define SONDE_PROVIDER_PROVIDER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/sse.h"
#include "provider/attachment.h"
#include "store/record.h"

enum role { ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL };

struct message {
	enum role role;
	const char *text;
	/* Of the assistant: the calls of tools it made, as OpenAI writes them, [{"id", "type": "function", "function": {"name", "arguments": TEXT}}]. Of
	 * a tool: which of those its text answers, and the tool's name. NULL: none. */
	const char *calls_json, *call_id, *tool;
};

/* Unset: UNKNOWN for integers, NAN for floats, NULL and 0 for lists. Unset parameters are not sent. */
struct chat_params {
	double temperature, top_p;
	int64_t max_tokens, seed;
	const char **stop;
	size_t n_stop;
};
void chat_params_init(struct chat_params *p);
/* Deep copy, owning stop; and its release. */
void chat_params_copy(struct chat_params *to, const struct chat_params *from);
void chat_params_free(struct chat_params *p);
/* Unset parameters of `to` are taken from `from`. */
void chat_params_default(struct chat_params *to, const struct chat_params *from);
/* Sets one parameter from text, by its name (temperature, top_p, max_tokens, seed, stop; stop may be given several times).
 * False with a sentence for an unknown name or a value out of range. "" unsets. */
bool chat_params_set(struct chat_params *p, const char *name, const char *value, struct err *e);
/* As a JSON object, only what is set. */
void chat_params_json(const struct chat_params *p, struct buf *out);

struct chat_request {
	const char *model;
	const struct message *messages; /* system messages first */
	size_t n_messages;
	struct chat_params params;
	bool is_streamed;
	const char *schema_json, *tools_json; /* see provider/form.h; NULL: none */
	const struct attachments *attachments; /* go with the last message of the user; NULL: none */
	bool is_for_record; /* what is attached is named in the body, not written */
};

/* A destination: one entry of the configuration with its key resolved. The key stays in here and in request headers, nowhere else. */
struct endpoint {
	const char *base_url; /* no trailing slash */
	const char *key;      /* NULL when none is needed */
	const char *const *headers; /* further "Name: value", NULL-terminated, or NULL */
};

struct wire_request {
	char *url;
	char **headers; /* "Name: value", NULL-terminated */
	struct buf body;
	char warning[160]; /* what was asked for and could not be sent; "" when all was */
};
void wire_request_free(struct wire_request *w);

struct tool_call {
	char *id, *name; /* never NULL */
	struct buf arguments; /* JSON text as far as received */
	int64_t index;
};

enum finish { FINISH_NONE, FINISH_STOP, FINISH_LENGTH, FINISH_TOOL_CALLS, FINISH_CONTENT_FILTER, FINISH_ERROR };
/* "", "stop", "length", "tool_calls", "content_filter", "error" */
const char *finish_name(enum finish f);

enum delta_kind { DELTA_TEXT, DELTA_REASONING, DELTA_REFUSAL, DELTA_TOOL_CALL };

struct answer {
	struct buf text, reasoning, refusal; /* limit 64 MiB each */
	struct tool_call *tool_calls;
	size_t n_tool_calls, cap_tool_calls;
	enum finish finish;
	struct usage usage;
	int64_t cost_nano; /* as the provider itself reports it; UNKNOWN when it does not */
	char *model;       /* that answered; NULL when not said */
	char *response_id; /* NULL when not said */
	bool has_usage;
	/* An error that came inside a 200 answer or as an error body. An answer that the provider's filter ended (finish is then
	 * FINISH_CONTENT_FILTER) has no error, but the class CLASS_CONTENT_FILTER and a text that says why. */
	bool has_error;
	enum error_class error_class;
	bool is_quota;     /* a quota or billing error that retrying cannot cure */
	char error_text[400]; /* the provider's own message without keys; UTF-8; cleaned of control characters by whoever shows it */
};
void answer_init(struct answer *a);
void answer_free(struct answer *a);

struct answer_reader;
struct json_t;
struct side_calls;
struct list_call;
struct attach_rules;

struct provider {
	const char *kind;        /* "openai" */
	const char *title;       /* "OpenAI" */
	const char *base_url;    /* default, no trailing slash; with needs_base_url only a pattern, to which nothing is sent */
	const char *key_env[3];  /* names of environment variables, first set one wins; NULL-terminated */
	const char *base_url_env; /* "OPENAI_BASE_URL" */
	const char *key_page;    /* where a person gets a key; NULL: none is needed, or there is no one page */
	const char *pull;        /* the command that brings a model to a local server, its name left out: "ollama pull"; NULL: not ours to bring */
	const char *price_name;  /* provider column of the price table; NULL: calls cost nothing (local) */
	const char *usual_model; /* a model that most accounts have: the first column of a console that was told no target */
	int64_t usual_max_tok;   /* the limit that is sent where none is set; 0: none is */
	const char *api_version; /* the address carries it as its query api-version; NULL: none */
	const char *api_version_env; /* a variable that sets another one; NULL */
	bool needs_key;
	bool needs_base_url;     /* every account has an address of its own (azure) */
	bool is_key_optional_elsewhere; /* other servers of this format may want no key */
	bool is_found_without_key; /* offered only when base_url_env is set (ollama) */
	enum framing framing;
	/* Fills out, which was zeroed; wire_request_free is due even when it fails. */
	bool (*build)(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e);
	/* One event of a stream, or a whole answer: the formats share most of their members. Appends to the answer through
	 * provider/reader.h; errors, [DONE] and broken JSON are the reader's matter. False: the stream has said that it is over. */
	bool (*event)(struct answer_reader *rd, const struct json_t *event);
	const struct side_calls *side; /* embeddings, reranking, moderation: see provider/side.h; NULL: none */
	const struct attach_rules *takes; /* what may be attached, see provider/attachment.h; NULL: texts only */
	const struct list_call *list;  /* its list of models, see provider/listing.h; NULL: none */
};

/* All rows, and lookup by kind. */
extern const struct provider *const providers[];
extern const size_t n_providers;
const struct provider *provider_find(const char *kind);
/* The request of a chat by a row's `build`, once it is known that the row takes what is attached. */
bool provider_build(const struct provider *p, const struct endpoint *ep, const struct chat_request *r, struct wire_request *out,
    struct err *e) SONDE_MUST_CHECK;

/* Reads one answer of one provider, fed with body bytes cut anywhere. The text of a delta is what it adds to the answer; of
 * DELTA_TOOL_CALL it is the piece of arguments, empty when a call begins without one. */
typedef void delta_fn(void *ctx, enum delta_kind kind, const char *text, size_t len);
/* `is_streamed`: what was asked; a plain JSON answer to a streamed request is handled, and a stream that nobody asked for.
 * content_type: lower case, without parameters; NULL or "" when not said. delta may be NULL. `a` was initialised. */
struct answer_reader *answer_reader_new(const struct provider *p, struct answer *a, int status, const char *content_type, bool is_streamed,
    delta_fn *delta, void *ctx);
void answer_reader_free(struct answer_reader *rd);
/* False: malformed beyond use, or the stream has said it is over. */
bool answer_reader_feed(struct answer_reader *rd, const char *bytes, size_t len);
/* End of the body. Fills a->has_error when the status is an error, the body is empty or not an answer, the stream was cut short (no finish
 * reason: CLASS_NETWORK) or the JSON was not valid. */
void answer_reader_end(struct answer_reader *rd);

#endif
