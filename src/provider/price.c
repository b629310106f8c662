#include "provider/price.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/embedded.h"
#include "provider/price_file.h"

#define PICO_PER_NANO 1000

struct row {
	struct price price;
	char *provider, *model;
	struct price_tier *tiers;
};

/* Rows are allocated one by one, so that a price found stays where it is when rows are added. */
struct price_table {
	struct row **rows;
	size_t n, cap;
	char version[32];
};

static struct row *row_new(const struct price *p)
{
	struct row *r = x_calloc(1, sizeof(*r));

	r->provider = x_strdup(p->provider);
	r->model = x_strdup(p->model);
	r->tiers = x_calloc(p->n_tiers + 1, sizeof(*r->tiers));
	for (size_t i = 0; i < p->n_tiers; i++) {
		r->tiers[i] = p->tiers[i];
	}
	r->price = *p;
	r->price.provider = r->provider;
	r->price.model = r->model;
	r->price.tiers = r->tiers;
	return r;
}

static void row_free(struct row *r)
{
	free(r->provider);
	free(r->model);
	free(r->tiers);
	free(r);
}

void price_init(struct price *p, const char *provider, const char *model)
{
	*p = (struct price){
		.provider = provider, .model = model, .in = UNKNOWN, .out = UNKNOWN, .cache_read = UNKNOWN, .cache_write = UNKNOWN,
		.cache_write_1h = UNKNOWN, .reason = UNKNOWN, .audio_in = UNKNOWN, .audio_out = UNKNOWN, .query_nano = UNKNOWN,
		.context_tok = UNKNOWN, .max_out_tok = UNKNOWN,
	};
}

bool price_table_put(struct price_table *t, const struct price *p)
{
	struct row *r = row_new(p);

	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->rows[i]->provider, p->provider) == 0 && strcmp(t->rows[i]->model, p->model) == 0) {
			row_free(t->rows[i]);
			t->rows[i] = r;
			return false;
		}
	}
	*array_push(t->rows, t->n, t->cap) = r;
	return true;
}

void price_table_add(struct price_table *t, const struct price *p)
{
	*array_push(t->rows, t->n, t->cap) = row_new(p);
}

void price_table_set_version(struct price_table *t, const char *version)
{
	(void)snprintf(t->version, sizeof(t->version), "%s", version);
}

static void never(void *ctx, const struct err *e)
{
	(void)ctx;
	(void)e;
	assert(!"the built-in prices are right");
}

struct price_table *price_table_empty(void)
{
	return x_calloc(1, sizeof(struct price_table));
}

struct price_table *price_table_new(void)
{
	struct price_table *t = price_table_empty();
	size_t len = 0;
	const char *text = embedded_find("prices.json", &len);

	assert(text != NULL);
	(void)price_file_read(t, "prices.json", text, len, never, NULL);
	return t;
}

void price_table_free(struct price_table *t)
{
	if (t == NULL) {
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		row_free(t->rows[i]);
	}
	free(t->rows);
	free(t);
}

const char *price_table_version(const struct price_table *t)
{
	return t->version;
}

static const struct price *find_exact(const struct price_table *t, const char *provider, const char *model, size_t len)
{
	const struct price *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct row *r = t->rows[i];

		if (provider != NULL && strcmp(r->provider, provider) != 0) {
			continue;
		}
		if (strncmp(r->model, model, len) != 0 || r->model[len] != '\0') {
			continue;
		}
		if (found != NULL) { /* several providers list it */
			return NULL;
		}
		found = &r->price;
	}
	return found;
}

bool price_table_override(struct price_table *t, const char *provider, const char *model, const char *in, const char *out,
    const char *cache_read, const char *cache_write, struct err *e)
{
	const char *const texts[] = { in, out, cache_read, cache_write };
	int64_t rates[COUNT_OF(texts)];
	size_t i, given = 0;

	for (i = 0; i < COUNT_OF(texts); i++) {
		rates[i] = UNKNOWN;
		if (texts[i] == NULL) {
			continue;
		}
		given++;
		if (!price_file_number(texts[i], PRICE_RATE_DIGITS, &rates[i])) {
			err_set(e, ERR_CONFIG, "\"%.40s\" is not a price of %s/%s", texts[i], provider, model);
			return err_hint(e, "write US dollars per million tokens with at most 6 decimals, such as 0.15");
		}
	}
	if (given == 0) {
		err_set(e, ERR_CONFIG, "the price of %s/%s has no figures", provider, model);
		return err_hint(e, "give at least one of in, out, cache_read, cache_write");
	}
	const struct price *old = find_exact(t, provider, model, strlen(model));
	struct price p;

	price_init(&p, provider, model);
	p.in = rates[0];
	p.out = rates[1];
	p.cache_read = rates[2];
	p.cache_write = rates[3];
	if (old != NULL) {
		p.context_tok = old->context_tok;
		p.max_out_tok = old->max_out_tok;
	}
	(void)price_table_put(t, &p);
	if (strchr(t->version, '+') == NULL) {
		size_t n = strlen(t->version);

		(void)snprintf(t->version + n, sizeof(t->version) - n, "+config");
	}
	return true;
}

/* Whether s ends with a pattern, in which # is a digit. */
static bool ends_with(const char *s, size_t len, const char *pattern)
{
	size_t n = strlen(pattern);

	if (len <= n) {
		return false;
	}
	s += len - n;
	for (size_t i = 0; i < n; i++) {
		if (pattern[i] == '#' ? s[i] < '0' || s[i] > '9' : s[i] != pattern[i]) {
			return false;
		}
	}
	return true;
}

static const struct price *find_model(const struct price_table *t, const char *provider, const char *model)
{
	static const char *const suffixes[] = { "-####-##-##", "-########", "-latest" };
	size_t len = strlen(model);
	const struct price *p = find_exact(t, provider, model, len);

	for (size_t i = 0; p == NULL && i < COUNT_OF(suffixes); i++) {
		if (ends_with(model, len, suffixes[i])) {
			p = find_exact(t, provider, model, len - strlen(suffixes[i]));
		}
	}
	return p;
}

static bool has_provider(const struct price_table *t, const char *provider)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->rows[i]->provider, provider) == 0) {
			return true;
		}
	}
	return false;
}

const struct price *price_find(const struct price_table *t, const char *provider, const char *model)
{
	const struct price *p = find_model(t, provider, model);
	const char *slash = strchr(model, '/');

	if (p == NULL && slash != NULL && (provider == NULL || has_provider(t, provider))) {
		char *vendor = x_strndup(model, (size_t)(slash - model));

		p = find_model(t, vendor, slash + 1);
		free(vendor);
	}
	return p;
}

size_t price_count(const struct price_table *t)
{
	return t->n;
}

const struct price *price_at(const struct price_table *t, size_t i)
{
	return &t->rows[i]->price;
}

/* The rates of one call, with the tier of its length. */
struct rates {
	int64_t in, out, cache_read, cache_write, cache_write_1h, reason, audio_in, audio_out;
};

static struct rates rates_for(const struct price *p, int64_t in_tok)
{
	struct rates r = { p->in, p->out, p->cache_read, p->cache_write, p->cache_write_1h, p->reason, p->audio_in, p->audio_out };

	for (size_t i = 0; i < p->n_tiers; i++) {
		const struct price_tier *t = &p->tiers[i];

		if (in_tok > t->above_tok || (t->is_inclusive && in_tok == t->above_tok)) {
			/* The tier sets all rates of the call: those it does not list follow from its own, not from the base's. */
			r = (struct rates){ t->in, t->out, t->cache_read, t->cache_write, t->cache_write_1h, UNKNOWN, UNKNOWN, UNKNOWN };
		}
	}
	return r;
}

struct sum {
	unsigned __int128 pico;
	bool is_estimated;
	bool is_missing; /* a rate that nothing stands in for */
};

/* Adds n tokens at a rate, else at the fallback. */
static void add(struct sum *s, int64_t n, int64_t rate, int64_t fallback)
{
	if (n == 0) {
		return;
	}
	if (rate == UNKNOWN) {
		s->is_estimated = true;
		rate = fallback;
	}
	if (rate == UNKNOWN) {
		s->is_missing = true;
		return;
	}
	s->pico += (unsigned __int128)n * (unsigned __int128)rate;
}

/* A count as reported; 0 when unknown or nonsense. */
static int64_t count(int64_t n)
{
	return n > 0 ? n : 0;
}

/* What is left of a whole after its parts. */
static int64_t rest(struct sum *s, int64_t whole, const int64_t *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (parts[i] > whole) {
			s->is_estimated = true;
			return 0;
		}
		whole -= parts[i];
	}
	return whole;
}

static void add_input(struct sum *s, const struct rates *r, const struct usage *u)
{
	int64_t write = count(u->cache_write_tok), write_1h = count(u->cache_write_1h_tok);

	if (write_1h > write) {
		s->is_estimated |= is_known(u->cache_write_tok);
		write = write_1h;
	}
	const int64_t parts[] = { count(u->cache_read_tok), write, count(u->audio_in), count(u->image_in) };
	add(s, rest(s, count(u->in_tok), parts, COUNT_OF(parts)), r->in, UNKNOWN);
	add(s, parts[0], r->cache_read, r->in);
	add(s, write - write_1h, r->cache_write, r->in);
	add(s, write_1h, r->cache_write_1h, known_or(r->cache_write, r->in));
	add(s, parts[2], r->audio_in, r->in);
	add(s, parts[3], UNKNOWN, r->in);
}

static void add_output(struct sum *s, const struct rates *r, const struct usage *u)
{
	const int64_t parts[] = { count(u->reason_tok), count(u->audio_out) };

	add(s, rest(s, count(u->out_tok), parts, COUNT_OF(parts)), r->out, UNKNOWN);
	add(s, parts[0], known_or(r->reason, r->out), UNKNOWN); /* billed as output unless listed, which is no estimate */
	add(s, parts[1], r->audio_out, r->out);
}

/* Whether an unknown count leaves the cost unknown: not when nothing is charged for such tokens. */
static bool must_be_known(int64_t n, int64_t rate)
{
	return (n == UNKNOWN || n < 0) && rate != UNKNOWN && rate != 0;
}

bool price_cost(const struct price *p, const struct usage *u, int64_t *nano, bool *is_estimated)
{
	struct sum s = { 0 };
	int64_t queries = count(u->n_queries), of_queries = 0;
	bool is_by_query = queries > 0 && p->query_nano != UNKNOWN;

	if (u->in_tok == UNKNOWN && u->out_tok == UNKNOWN && u->n_queries == UNKNOWN) {
		return false;
	}
	struct rates r = rates_for(p, count(u->in_tok));
	if (!is_by_query && (must_be_known(u->in_tok, r.in) || must_be_known(u->out_tok, r.out))) {
		return false;
	}
	/* No prices of these units are listed. */
	if (count(u->n_images) > 0 || count(u->seconds) > 0 || (queries > 0 && !is_by_query)) {
		return false;
	}
	add_input(&s, &r, u);
	add_output(&s, &r, u);
	if (s.is_missing || (is_by_query && __builtin_mul_overflow(queries, p->query_nano, &of_queries))) {
		return false;
	}
	unsigned __int128 total = (s.pico + PICO_PER_NANO / 2) / PICO_PER_NANO + (unsigned __int128)of_queries;
	if (total > INT64_MAX) {
		return false;
	}
	*nano = (int64_t)total;
	*is_estimated = s.is_estimated;
	return true;
}

/* Amounts that 4 decimals would show as 0: two digits that count, without zeros behind. */
static void format_tiny(uint64_t nano, const char *sign, char *out, size_t size)
{
	uint64_t unit = 1;

	while (nano / unit >= 100) {
		unit *= 10;
	}
	nano = (nano + unit / 2) / unit * unit;
	int n = 9;
	while (nano % 10 == 0) {
		nano /= 10;
		n--;
	}
	(void)snprintf(out, size, "%s$0.%0*llu", sign, n, (unsigned long long)nano);
}

void price_format(int64_t nano, char *out, size_t size)
{
	uint64_t n = nano < 0 ? 0 - (uint64_t)nano : (uint64_t)nano;
	const char *sign = nano < 0 ? "-" : "";
	uint64_t fourth = (n + 50000) / 100000, second = (n + 5000000) / 10000000; /* in units of the last decimal shown */

	if (nano == UNKNOWN) {
		(void)snprintf(out, size, "\u2013");
	} else if (n == 0) {
		(void)snprintf(out, size, "$0");
	} else if (fourth == 0) {
		format_tiny(n, sign, out, size);
	} else if (fourth < 10000) {
		(void)snprintf(out, size, "%s$0.%04llu", sign, (unsigned long long)fourth);
	} else {
		(void)snprintf(out, size, "%s$%llu.%02llu", sign, (unsigned long long)(second / 100), (unsigned long long)(second % 100));
	}
}
