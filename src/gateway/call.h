/* call - one call's life: resolved, sent, retried before the first byte, streamed, costed, recorded. A chat, or one of the calls of
 * provider/side.h, which bring no deltas: from EVENT_SENT they go to the end, and the whole reply is in call->reply.
 * A struct call belongs to its gateway until its last event; then it is freed, unless somebody holds a reference.
 * Everything happens on the loop; listeners run from the loop, never from inside call_start or call_cancel. */
#ifndef SONDE_GATEWAY_CALL_H
#define SONDE_GATEWAY_CALL_H

#include "gateway/arrivals.h"
#include "gateway/config.h"
#include "net/http.h"
#include "net/loop.h"
#include "provider/side.h"
#include "store/store.h"

enum call_state { CALL_QUEUED, CALL_SENT, CALL_STREAMING, CALL_RETRYING, CALL_DONE, CALL_FAILED, CALL_CANCELLED };
static inline bool call_state_is_final(enum call_state s)
{
	return s >= CALL_DONE;
}

enum call_event_type {
	EVENT_QUEUED,      /* accepted; waits for a free place (max_in_flight) */
	EVENT_SENT,        /* an attempt goes out */
	EVENT_FIRST_TOKEN,
	EVENT_DELTA,       /* kind, text, len */
	EVENT_TOOL_CALL,   /* a piece of a tool call arrived; see call->answer.tool_calls */
	EVENT_USAGE,       /* call->answer.usage is final; comes just before the end */
	EVENT_RETRYING,    /* call->retry_at_us, call->err says why */
	EVENT_FALLBACK,    /* call->target is the next one now; call->err says why the one before failed */
	EVENT_DONE,        /* the three last ones are final, one of them always comes */
	EVENT_FAILED,      /* call->err, call->row.error_class */
	EVENT_CANCELLED
};
/* "queued", "sent", "first_token", "delta", "tool_call", "usage", "retrying", "fallback", "done", "failed", "cancelled" */
const char *call_event_name(enum call_event_type t);

/* A target that failed before the call went on with another. */
struct call_failure {
	const char *target; /* name */
	enum error_class class;
};

struct call;
struct call_event {
	enum call_event_type type;
	const struct call *call;
	enum delta_kind kind;
	const char *text;
	size_t len;
};
typedef void call_listener(void *ctx, const struct call_event *ev);

/* Read-only to listeners. Times are monotonic microseconds, 0 when not reached. */
struct call {
	struct target *asked;       /* owned copy */
	const struct target *target; /* the one tried now, or that answered: asked, or one of its fallbacks */
	struct call_failure *failures; /* those before it, in their order */
	size_t n_failures, cap_failures;
	enum call_state state;
	bool is_streamed;
	int attempt, max_attempts;
	int64_t queued_us, sent_us, first_us, last_us, end_us, retry_at_us; /* sent_us: of the first attempt */
	struct http_result http;    /* of the last attempt, once it is over */
	struct answer answer;
	const struct side_request *side; /* NULL: a chat */
	struct side_reply reply;    /* of a side call that is done */
	struct call_row row;        /* whole at the end (usage, cost, class); strings belong to the call */
	struct err err;             /* why the last attempt failed */
	/* As sent and received; no headers, no key. Of what was attached the request has the name, size and hash in place of the bytes. */
	struct buf request_body, response_body;
	struct arrivals arrivals;   /* when the bytes of response_body came */
	char *prompt_name, *prompt_version, *tags; /* of the request; NULL */
	char warning[160];          /* what of the request the provider does not take; "" */
	bool is_simulated;          /* the server named itself the simulator */
	bool is_cached;             /* answered from the cache: nothing was sent, it cost nothing */
	int64_t saved_nano;         /* what a cached answer would have cost; UNKNOWN for others and without a price */
};

struct gateway;
struct gateway_request {
	const struct target *target;
	const struct message *messages;
	size_t n_messages;
	/* Embeddings, a reranking or a moderation instead of the chat: messages, parameters and form are then not looked at. Its model is that
	 * of the target. side_most() says how many texts one request may hold. */
	const struct side_request *side;
	struct chat_params params;  /* set ones win over the target's */
	bool is_streamed;
	int max_attempts;           /* 0: the default of 3 */
	const char *schema_json, *tools_json; /* see provider/form.h; NULL: none */
	struct attachments *attachments; /* files that go with the last message of the user (gateway/attach_file.h); a reference is taken. NULL */
	bool caches;                /* an answer to the same request may be given again; also when the target says so */
	int64_t run_us;             /* see struct call_row */
	int run_column;
	const char *prompt_name, *prompt_version, *tags; /* for the record, see struct call_row; NULL: unknown */
};

/* Copies the request. Never NULL; a request that cannot be sent fails through its event. */
struct call *call_start(struct gateway *g, const struct gateway_request *r, call_listener *listener, void *ctx);
/* Closes the connection, or its stream, at once; EVENT_CANCELLED follows from the loop. Nothing on a call that is over. */
void call_cancel(struct call *c);
/* Waits no longer for the retry. Nothing when it is not retrying. */
void call_retry_now(struct call *c);
struct call *call_ref(struct call *c);
void call_unref(struct call *c);
/* Builds the wire request without sending it (for --dry-run): url, and body in out. No key in either. */
bool call_preview(const struct gateway_request *r, char **url, struct buf *body, struct err *e) SONDE_MUST_CHECK;
/* What a finished call means for an exit status; ERR_NONE when done. Rate limits and used-up retries are ERR_RATE. */
enum err_code call_err_code(const struct call *c);

#endif
