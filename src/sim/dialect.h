/* dialect - the wire formats the simulator speaks: one file and one const row each. Pure: JSON in, bytes out.
 * The simulator's own writers of the formats, on purpose apart from the readers in provider/: one mistake cannot hide in both. */
#ifndef SONDE_SIM_DIALECT_H
#define SONDE_SIM_DIALECT_H

#include <jansson.h>

#include "base/buf.h"
#include "sim/ask.h"
#include "sim/compose.h"
#include "sim/models.h"

enum refusal {
	REFUSE_BAD_REQUEST,
	REFUSE_AUTH,
	REFUSE_NO_MODEL,
	REFUSE_NO_PATH,
	REFUSE_METHOD,
	REFUSE_RATE,
	REFUSE_SERVER,
	REFUSE_OVERLOADED
};
#define REFUSALS 8
/* HTTP status of a refusal. */
int refusal_status(enum refusal r);

/* One answer on its way out. */
struct flow {
	const struct ask *ask;
	const struct said *said;
	int64_t t_us;            /* the simulated time of the answer: follows from the request, not from the clock */
	int64_t ttft_us, gen_us; /* simulated durations */
	bool is_array;           /* Gemini without alt=sse: one JSON array in place of events */
	bool is_escaped;         /* write all that is not ASCII as \u escapes */
	bool is_reasoning;       /* state of the stream: the last piece was reasoning */
	bool has_text;           /* state: text has begun */
	size_t n_events;         /* state */
	int64_t sent_tok;        /* state: pieces sent */
};

struct dialect {
	const char *name; /* as in provider.h */
	enum model_api api;
	const char *key_headers[2]; /* where the key may stand; NULL-terminated unless full */
	bool needs_key;
	const char *stream_type; /* Content-Type of a stream */
	bool is_ndjson;
	const char *id_header; /* the header that carries the request id */
	/* Body to ask. False: e->text is the message of the refusal, e->hint the field. The model may be set already (Gemini). */
	bool (*read)(const json_t *body, struct ask *a, struct err *e);
	/* param and request_id may be NULL. */
	json_t *(*refuse)(enum refusal r, const char *text, const char *param, const char *request_id);
	json_t *(*whole)(const struct flow *f);
	/* The parts of a stream, appended to out: its start, a piece of text, its end, an event that says nothing (legal, and to be
	 * ignored), and an error in the middle. */
	void (*start)(struct flow *f, struct buf *out);
	void (*piece)(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out);
	void (*end)(struct flow *f, struct buf *out);
	void (*oddity)(struct flow *f, struct buf *out);
	void (*fail)(struct flow *f, struct buf *out);
	json_t *(*models)(void);
	json_t *(*version)(void); /* of the server; NULL where none is told */
};

extern const struct dialect dialect_openai, dialect_anthropic, dialect_gemini, dialect_ollama, dialect_mistral, dialect_openrouter,
    dialect_cohere;

/* For the rows: writes v as a server-sent event (name may be NULL) or as a line, and releases it. */
void dialect_event(struct flow *f, const char *name, json_t *v, struct buf *out);
void dialect_line(struct flow *f, json_t *v, struct buf *out);
json_t *dialect_text(const char *s, size_t len);
/* A name of the answer, "chatcmpl-5f3a…"; the caller's. */
json_t *dialect_id(const char *prefix, uint64_t hash);

#endif
