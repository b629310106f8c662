/* live_call - what the files that move a call share: the state that listeners need not see, and that of the gateway.
 * admission.h lets a call go, attempt.h sends it, replay.h answers it from the cache, fallback.h aims it at the next target; call.c begins
 * and ends it. For these alone: others have call.h and gateway.h. */
#ifndef SONDE_GATEWAY_LIVE_CALL_H
#define SONDE_GATEWAY_LIVE_CALL_H

#include "gateway/breaker.h"
#include "gateway/cache.h"
#include "gateway/gateway.h"

struct live_call {
	struct call pub; /* first: a struct call * of ours is a struct live_call * */
	struct gateway *gateway;
	struct live_call *next, *prev;
	int refs;
	call_listener *listener;
	void *ctx;
	struct message *messages; /* the first is for the target's system prompt; its text is NULL when there is none */
	size_t n_messages;
	char *schema_json, *tools_json;
	struct attachments *attachments;
	struct side_request *side; /* pub.side */
	struct chat_params wished, params; /* of the request; with the defaults of the target */
	int64_t wall_us;
	uint64_t key;
	ev_timer timer;
	struct http_call *http_call;
	struct answer_reader *reader;
	bool holds_place; /* counts in max_in_flight of its provider */
	bool is_probe;    /* the one request that an open breaker lets out */
	bool is_over;     /* the stream has said so */
	bool caches;
	bool is_looking;  /* in the cache; nothing else happens meanwhile */
	bool has_cache_key;
	unsigned char cache_key[SHA256_SIZE];
	struct cached_answer hit; /* response not NULL: is read instead of what a server would send */
	size_t hit_read;
};

/* What is known of a provider from its last answers. */
struct gate {
	const struct provider_entry *provider;
	struct breaker breaker;
};

struct gateway {
	struct loop *loop;
	struct http *http;
	struct config *config;
	struct store *store;
	struct live_call *calls; /* newest first */
	struct gate *gates;
	size_t n_gates, cap_gates;
	struct budget_spent spent;
	int64_t cost_nano;       /* of all calls so far */
	int n_keeping;           /* answers on their way to the cache */
	bool is_warm;            /* gateway_warm_up was called */
};

void live_emit(struct live_call *lc, enum call_event_type type);
/* The call goes on in so many seconds, from the loop; one that was armed before is put off. */
void live_arm(struct live_call *lc, double after_s);
/* What is under way is broken off, and the call recorded as it is. */
void live_record(struct live_call *lc, enum call_state state);
/* The end of every call: recorded, told, let go. */
void live_finish(struct live_call *lc, enum call_state state);
/* lc->pub.err says why. Goes on with the next target, where there is one and it may; else the call has failed. */
void live_fail(struct live_call *lc, enum error_class class);
/* Identities of calls must not meet; where the kernel has no random bytes yet, time and place will do. */
uint64_t live_random(void);

#endif
