/* counter - how the texts of one model are counted, and what a request of them is as input: exactly where the vocabulary of the model's own encoding is
 * at hand, else an estimate. Plain values; the vocabulary is borrowed. */
#ifndef SONDE_TOKEN_COUNTER_H
#define SONDE_TOKEN_COUNTER_H

#include "token/calibration.h"

struct counter {
	struct tokenizer by;
	bool is_exact; /* for plain messages */
	struct calibration learned; /* for what is not exact */
};

/* What a request sends, as far as it was added; zeroed: nothing. */
struct request_text {
	struct weight weight;
	size_t n_messages;
	bool is_guess; /* there is more in it than whole messages */
};

/* Input tokens. */
struct input_size {
	int64_t tok;
	bool is_exact;
};

/* Of a model by its name; NULL: of none that is known. vocabularies: those that are open, by encoding; learned: of the model, NULL: nothing. */
struct counter counter_of(const char *model, const struct tokenizer vocabularies[ENCODING_COUNT], const struct calibration *learned);
/* Whether both count alike. */
bool counter_is_same(const struct counter *a, const struct counter *b);
/* Tokens around so many messages and before the answer, as OpenAI counts them; what others add is learned. */
int64_t counter_around(size_t n_messages);
void request_text_message(struct request_text *r, const struct counter *c, const char *text, size_t len);
/* What a provider puts into the prompt in a form of its own: tools, a schema. NULL: nothing. */
void request_text_other(struct request_text *r, const struct counter *c, const char *text);
/* Of all texts, with what stands around each message and before the answer; without a message 0. */
struct input_size counter_input(const struct counter *c, const struct request_text *r);

#endif
