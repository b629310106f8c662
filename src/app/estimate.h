/* estimate - what the prompt would cost before it is sent: its tokens by token/counter.h, and as many output tokens as that model gave before, or as
 * it may give. What is a guess is marked ~ where it is shown. */
#ifndef SONDE_APP_ESTIMATE_H
#define SONDE_APP_ESTIMATE_H

#include "app/app.h"
#include "token/counter.h"

/* Output tokens of the newest answers of one model at one provider. */
struct past_size {
	char *provider, *model;
	int64_t low, high; /* one in ten had less, one in ten more */
	size_t n;          /* answers that were looked at, at least 1 */
};

struct past_sizes {
	struct past_size *at;
	size_t n, cap;
};

void past_sizes_free(struct past_sizes *s);
/* NULL: nothing is known. */
const struct past_size *past_sizes_find(const struct past_sizes *s, const char *provider, const char *model);
/* On this thread: of the newest 4000 calls, at most 50 a model, simulated ones or the others. False with e: nothing could be read. */
bool past_sizes_read(struct reader *r, bool is_simulated, struct past_sizes *out, struct err *e) SONDE_MUST_CHECK;
/* The same off the loop. The callback owns the sizes; it gets none where nothing could be read. */
typedef void past_sizes_fn(void *ctx, struct past_sizes *sizes);
void past_sizes_load(struct app *app, past_sizes_fn *fn, void *ctx);

struct estimate {
	struct input_size in;
	int64_t out_low, out_high; /* out_low 0 where only the limit is known; out_high UNKNOWN where neither limit nor past is */
	size_t n_past;             /* answers that the range of the output is from; 0: from the limit */
	bool is_model_limit;       /* nothing but the most that the model gives is known */
	int64_t low_nano, high_nano; /* UNKNOWN without a price, high_nano also without out_high */
	bool has_pictures;         /* what images and PDFs take is not in it */
	size_t n_calls, n_unpriced; /* calls this is the sum of, and those among them without a price: they are not in it */
};

/* One call. limit: max_tokens, or UNKNOWN: what the provider is sent then. */
void estimate_call(const struct target *t, const struct price_table *prices, const struct past_sizes *past, const struct input_size *in, int64_t limit,
    struct estimate *out);
/* A request as it would be sent, counted here and now; the parameters of its target fill in what it leaves open. */
void estimate_request(const struct gateway_request *r, const struct counter *c, const struct price_table *prices, const struct past_sizes *past,
    struct estimate *out);
/* Adds the calls of another target, each `times`. Of the sum only costs, counts, and of those calls
 * that cost something n_past (the least) and in.is_exact mean something; it begins zeroed. */
void estimate_add(struct estimate *total, const struct estimate *e, int64_t times);

#endif
