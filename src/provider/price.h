/* price - the price table and the cost of a call, in integers only.
 * Rates are pico-dollars per token (USD per token x 10^12); a cost is summed in 128 bits and rounded half up to nano-dollars once.
 * Source of the table: data/prices.json, made from the LiteLLM table of its snapshot date; the configuration overrides rows. */
#ifndef SONDE_PROVIDER_PRICE_H
#define SONDE_PROVIDER_PRICE_H

#include "base/err.h"
#include "store/record.h"

struct price_table;

struct price_tier {
	int64_t above_tok;  /* applies to the whole call when in_tok passes this */
	bool is_inclusive;  /* in_tok >= above_tok counts as passing (xAI) */
	int64_t in, out, cache_read, cache_write, cache_write_1h; /* pico-dollars per token; UNKNOWN: see price_cost */
};

struct price {
	const char *provider, *model;
	/* pico-dollars per token, UNKNOWN when not listed */
	int64_t in, out, cache_read, cache_write, cache_write_1h, reason, audio_in, audio_out;
	int64_t query_nano; /* nano-dollars per query, UNKNOWN */
	int64_t context_tok, max_out_tok; /* UNKNOWN when not listed */
	const struct price_tier *tiers; /* ascending */
	size_t n_tiers;
};

/* The built-in table; never fails (it is checked by a test). */
struct price_table *price_table_new(void);
void price_table_free(struct price_table *t);
/* The snapshot date, "2026-07-24"; with "+config" appended once a row was overridden. */
const char *price_table_version(const struct price_table *t);
/* All rates unknown. The names are borrowed. */
void price_init(struct price *p, const char *provider, const char *model);
struct price_table *price_table_empty(void);
/* Adds a copy of a row of which none has the name. */
void price_table_add(struct price_table *t, const struct price *p);
/* Adds a copy of a row, or replaces the one of its name; true when it is new. */
bool price_table_put(struct price_table *t, const struct price *p);
void price_table_set_version(struct price_table *t, const char *version);
/* Adds or replaces one row by user's figures: USD per million tokens as decimal text ("0.15", at most 6 decimals), NULL where not given but
 * at least one is. A replaced row keeps its token limits and none of its other rates and tiers. */
bool price_table_override(struct price_table *t, const char *provider, const char *model, const char *in, const char *out,
    const char *cache_read, const char *cache_write, struct err *e) SONDE_MUST_CHECK;
/* Exact provider and model, then the model without a date suffix or "-latest", then "vendor/model" as that vendor's model (routers name
 * models so). NULL: unknown. provider NULL: any provider, if the model is listed once. A provider that has no rows has no prices, since
 * what serves a known model under an unknown name may be a machine of one's own. The result is valid until the table changes. */
const struct price *price_find(const struct price_table *t, const char *provider, const char *model);
size_t price_count(const struct price_table *t);
const struct price *price_at(const struct price_table *t, size_t i);

/* Cost of a call in nano-dollars; false when it cannot be known (no usage, or a rate that has no fallback is missing). Fallbacks: cached,
 * written, audio and image input cost as input, what is written for an hour as what is written, audio output as output.
 * *is_estimated: a fallback rate was used, or the figures contradict each other (parts above their whole). Never negative. */
bool price_cost(const struct price *p, const struct usage *u, int64_t *nano, bool *is_estimated);

/* "$0.0012" style text of nano-dollars for people: 4 decimals under $1, 2 above, two digits that count when 4 decimals would show 0;
 * "$0" for 0; "–" for UNKNOWN. */
void price_format(int64_t nano, char *out, size_t size);

#endif
