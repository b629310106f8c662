/* ask - one chat request as the simulator understands it, whichever wire format it came in. Owns everything in it. */
#ifndef SONDE_SIM_ASK_H
#define SONDE_SIM_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/num.h"

enum ask_role { ASK_SYSTEM, ASK_USER, ASK_ASSISTANT };

struct ask_message {
	enum ask_role role;
	char *text;
};

struct ask {
	char *model; /* NULL until known */
	struct ask_message *messages;
	size_t n_messages, cap_messages;
	double temperature, top_p; /* NAN when not given */
	int64_t max_tokens, seed;  /* UNKNOWN when not given */
	char **stop;
	size_t n_stop, cap_stop;
	json_t *schema;       /* JSON schema of the answer, NULL for none */
	bool wants_json;      /* any JSON object */
	bool wants_usage;     /* OpenAI: include_usage */
	bool wants_reasoning; /* show the reasoning */
	bool is_streamed;
};

void ask_init(struct ask *a);
void ask_free(struct ask *a);
/* Everything that may change the wording: model, messages, sampling, schema, and the simulator's own seed. */
uint64_t ask_hash(const struct ask *a, uint64_t sim_seed);

/* Text of a message's content: a string, or a list of parts of which the text ones are joined. Other parts are passed over. */
void ask_add_message(struct ask *a, enum ask_role role, const json_t *content);
void ask_add_stop(struct ask *a, const char *text, size_t len);

/* Typed getters of request fields for the wire formats. Absent and null leave *out alone; a wrong type or a value out of range is a
 * sentence that names the field, which also stands in e->hint. */
bool ask_get_number(const json_t *o, const char *key, double min, double max, double *out, struct err *e) SONDE_MUST_CHECK;
bool ask_get_integer(const json_t *o, const char *key, int64_t min, int64_t *out, struct err *e) SONDE_MUST_CHECK;
bool ask_get_bool(const json_t *o, const char *key, bool *out, struct err *e) SONDE_MUST_CHECK;
/* A string or a list of strings. */
bool ask_get_stop(const json_t *o, const char *key, struct ask *a, struct err *e) SONDE_MUST_CHECK;
/* The required, non-empty string "model". */
bool ask_get_model(const json_t *o, struct ask *a, struct err *e) SONDE_MUST_CHECK;
/* "messages": a non-empty list of objects with one of the roles of the table (NULL name ends it) and a content. */
struct ask_role_name {
	const char *name;
	enum ask_role role;
};
bool ask_get_messages(const json_t *o, const struct ask_role_name *roles, struct ask *a, struct err *e) SONDE_MUST_CHECK;

#endif
