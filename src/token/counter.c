#include "token/counter.h"

#include <string.h>

/* Of chat models, by OpenAI's cookbook "How to count tokens with tiktoken" (October 2026): three around each message and one of its role; three begin
 * the answer. */
#define MESSAGE_TOK 4
#define REPLY_TOK 3

struct counter counter_of(const char *model, const struct tokenizer vocabularies[ENCODING_COUNT])
{
	bool is_its_own = false;
	const struct encoding *encoding = model != NULL ? encoding_of_model(model, &is_its_own) : tokenizer_estimating.encoding;

	/* Another vendor's vocabulary is of no use for a model: it would only make the estimate slower. */
	struct ranks *ranks = is_its_own ? vocabularies[encoding - encodings].ranks : NULL;

	return (struct counter){ { encoding, ranks }, ranks != NULL };
}

void request_text_message(struct request_text *r, const struct counter *c, const char *text, size_t len)
{
	tokenizer_weigh(&c->by, text, len, &r->weight);
	r->n_messages++;
}

void request_text_other(struct request_text *r, const struct counter *c, const char *text)
{
	if (text != NULL) {
		tokenizer_weigh(&c->by, text, strlen(text), &r->weight);
		r->is_guess = true;
	}
}

struct input_size counter_input(const struct counter *c, const struct request_text *r)
{
	int64_t around = r->n_messages > 0 ? (int64_t)r->n_messages * MESSAGE_TOK + REPLY_TOK : 0;

	return (struct input_size){ tokenizer_rounded(weight_sum(&r->weight)) + around, c->is_exact && !r->is_guess };
}
