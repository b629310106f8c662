#include "token/counter.h"

#include <string.h>

/* Of chat models, by OpenAI's cookbook "How to count tokens with tiktoken" (October 2026): three around each message and one of its role; three begin
 * the answer. */
#define MESSAGE_TOK 4
#define REPLY_TOK 3

struct counter counter_of(const char *model, const struct tokenizer vocabularies[ENCODING_COUNT], const struct calibration *learned)
{
	bool is_its_own = false;
	const struct encoding *encoding = model != NULL ? encoding_of_model(model, &is_its_own) : tokenizer_estimating.encoding;

	/* Another vendor's vocabulary is of no use for a model: it would only make the estimate slower. */
	struct ranks *ranks = is_its_own ? vocabularies[encoding - encodings].ranks : NULL;

	return (struct counter){ { encoding, ranks }, ranks != NULL, ranks == NULL && learned != NULL ? *learned : (struct calibration){ .n = 0 } };
}

bool counter_is_same(const struct counter *a, const struct counter *b)
{
	const struct calibration *x = &a->learned, *y = &b->learned;

	return a->by.encoding == b->by.encoding && a->by.ranks == b->by.ranks && x->n == y->n &&
	       (x->n == 0 || (memcmp(x->factor, y->factor, sizeof(x->factor)) == 0 && memcmp(&x->extra, &y->extra, sizeof(x->extra)) == 0));
}

int64_t counter_around(size_t n_messages)
{
	return n_messages > 0 ? (int64_t)n_messages * MESSAGE_TOK + REPLY_TOK : 0;
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
	bool is_learned = c->learned.n > 0 && r->n_messages > 0;
	int64_t tok = is_learned ? (int64_t)(calibration_apply(&c->learned, &r->weight) + 0.5) : tokenizer_rounded(weight_sum(&r->weight));

	return (struct input_size){ tok + counter_around(r->n_messages), c->is_exact && !r->is_guess };
}
