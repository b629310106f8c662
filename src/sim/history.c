#include "sim/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "sim/fault.h"

#define MINUTE_US (60 * US_PER_S)
#define DAY_MINUTES 1440
#define RECENT_MINUTES 60
#define RECENT_CALLS 420 /* in the last hour, besides its share: graphs of minutes need something to show */
#define BATCH 1000
#define LAST_CALL_US (8 * US_PER_S) /* the newest call has ended before now */

/* Who is called for what. Medians; durations spread log-normally. */
static const struct source {
	const char *provider, *price_provider, *model, *model_resp, *operation;
	const char *prompt_name, *prompt_version;
	double share;
	double ttft_ms, rate, spread;
	int64_t in_tok, out_tok, reason_tok;
	double cached; /* part of the input that comes from the provider's cache, when any does */
} sources[] = {
	{ "openai", "openai", "gpt-5.4-mini", "gpt-5.4-mini", "chat", "support/reply", "4", 0.27, 320, 140, 0.35, 900, 140, 60, 0.6 },
	{ "openai", "openai", "gpt-5.4", "gpt-5.4", "chat", "judge", "2", 0.05, 620, 90, 0.4, 2200, 260, 220, 0.5 },
	{ "openai", "openai", "text-embedding-3-small", "text-embedding-3-small", "embeddings", NULL, NULL, 0.2, 0, 0, 0.4, 380, 0, 0, 0 },
	{ "anthropic", "anthropic", "claude-haiku-4-5", "claude-haiku-4-5", "chat", "support/triage", "7", 0.24, 180, 115, 0.3, 1100, 170, 0, 0.7 },
	{ "gemini", "google", "gemini-2.5-flash", "gemini-2.5-flash", "chat", "notes/answer", "3", 0.16, 420, 190, 0.45, 1600, 320, 180, 0.4 },
	{ "ollama", NULL, "llama3.1:8b", "llama3.1:8b", "chat", "draft", "1", 0.08, 60, 30, 0.25, 420, 110, 0, 0 },
};
#define SOURCES COUNT_OF(sources)

/* Times when a provider failed, counted back from now: in parts of the whole span when that is short. */
static const struct incident {
	const char *provider;
	int64_t ago_minutes, minutes;
	double rate; /* of calls that fail */
	int status[3];
	double slower; /* factor on the durations of the others */
} incidents[] = {
	{ "openai", 9 * DAY_MINUTES + 400, 130, 0.5, { 429, 429, 500 }, 1.8 },
	{ "anthropic", 6 * 60 + 20, 45, 0.6, { 529, 500, 529 }, 2.6 },
};

/* Everyday failures, by their share of all calls. */
static const struct failure {
	double share;
	int status;
	enum error_class class;
	const char *text;
} failures[] = {
	{ 0.0030, 429, CLASS_RATE_LIMITED, "Rate limit reached for requests" },
	{ 0.0016, 0, CLASS_TIMEOUT, "no first byte within 30 s" },
	{ 0.0010, 500, CLASS_SERVER_ERROR, "The server had an error while processing your request" },
	{ 0.0008, 0, CLASS_NETWORK, "connection reset by peer" },
	{ 0.0006, 400, CLASS_CONTEXT_LENGTH, "prompt is too long: 212340 tokens > 200000 maximum" },
	{ 0.0004, 200, CLASS_CONTENT_FILTER, "the answer was stopped by the provider's filter" },
};

/* Relative traffic of the hours of a day (UTC) and of the days of a week (Monday first): an office in Europe, some of it at night. */
static const double hours[24] = { 0.16, 0.12, 0.1, 0.1, 0.12, 0.2, 0.45, 0.9, 1.5, 1.9, 2.0, 1.85, 1.5, 1.8, 2.0, 1.9, 1.6, 1.2, 0.85, 0.65,
	0.5, 0.4, 0.3, 0.22 };
static const double weekdays[7] = { 1.1, 1.2, 1.2, 1.15, 1.0, 0.4, 0.35 };

struct writing {
	const struct price_table *prices;
	const struct price *price[SOURCES];
	int64_t now_us;
	int minutes;
	uint64_t rng;
	uint64_t n;
	struct call_row rows[BATCH];
	size_t n_rows;
	const struct history_version *versions;
	size_t n_versions;
	struct bulk *bulk;
	struct err *e;
};

static double chance(struct writing *w)
{
	return fault_chance(w->rng++);
}

/* Median 1; Box and Muller. */
static double log_normal(struct writing *w, double spread)
{
	double u = chance(w), v = chance(w);

	return exp(spread * sqrt(-2 * log(u > 0 ? u : 1e-12)) * cos(6.283185307179586 * v));
}

static double weight_at(int64_t t_us, double progress)
{
	int64_t minute = t_us / MINUTE_US;
	double hour = (double)(minute % DAY_MINUTES) / 60;
	size_t h = (size_t)hour, next = (h + 1) % 24;
	double part = hour - (double)h;
	/* 1970-01-01 was a Thursday. */
	size_t day = (size_t)((minute / DAY_MINUTES + 3) % 7);

	return (hours[h] * (1 - part) + hours[next] * part) * weekdays[day] * (0.8 + 0.4 * progress);
}

static size_t pick_source(struct writing *w)
{
	double u = chance(w), sum = 0;

	for (size_t i = 0; i + 1 < SOURCES; i++) {
		sum += sources[i].share;
		if (u < sum) {
			return i;
		}
	}
	return SOURCES - 1;
}

static const struct incident *incident_at(const struct writing *w, const struct source *s, int64_t t_us)
{
	int64_t ago = (w->now_us - t_us) / MINUTE_US;

	for (size_t i = 0; i < COUNT_OF(incidents); i++) {
		/* A history too short for the old incident has it in its middle. */
		int64_t from = incidents[i].ago_minutes < w->minutes ? incidents[i].ago_minutes : w->minutes / 2;

		if (strcmp(incidents[i].provider, s->provider) == 0 && ago <= from && ago > from - incidents[i].minutes) {
			return &incidents[i];
		}
	}
	return NULL;
}

/* NULL: the source's own. */
static const struct history_version *pick_version(struct writing *w, const struct source *s, int64_t t_us)
{
	for (size_t i = w->n_versions; s->prompt_name != NULL && i > 0; i--) {
		const struct history_version *v = &w->versions[i - 1];

		if (strcmp(v->name, s->prompt_name) == 0 && t_us >= v->from_us && (v->share >= 1 || chance(w) < v->share)) {
			return v;
		}
	}
	return NULL;
}

static void set_usage(struct writing *w, const struct source *s, double longer, struct call_row *r)
{
	struct usage *u = &r->usage;
	int64_t in = (int64_t)((double)s->in_tok * log_normal(w, 0.6)) + 8;

	u->in_tok = in;
	u->cache_read_tok = s->cached > 0 && in > 1024 && chance(w) < 0.7 ? (int64_t)((double)in * s->cached) / 128 * 128 : 0;
	u->cache_write_tok = strcmp(s->provider, "anthropic") == 0 && in > 1024 && u->cache_read_tok == 0 ? in / 2 / 128 * 128 : 0;
	u->out_tok = 0;
	u->reason_tok = 0;
	if (s->out_tok > 0) {
		u->reason_tok = s->reason_tok > 0 ? (int64_t)((double)s->reason_tok * log_normal(w, 0.5)) : 0;
		u->out_tok = (int64_t)((double)s->out_tok * longer * log_normal(w, 0.55)) + 1 + u->reason_tok;
	}
}

static void set_times(struct writing *w, const struct source *s, double slower, struct call_row *r)
{
	double jitter = log_normal(w, s->spread) * slower;

	if (!r->is_streamed) {
		/* Embeddings: a fixed part and one by length. */
		r->latency_us = (int64_t)((70 + 0.05 * (double)r->usage.in_tok) * jitter * US_PER_MS);
		return;
	}
	double reasoning_s = (double)r->usage.reason_tok / s->rate * 0.5;
	r->ttft_us = (int64_t)((s->ttft_ms * US_PER_MS + reasoning_s * US_PER_S) * jitter);
	r->gen_us = (int64_t)((double)(r->usage.out_tok - r->usage.reason_tok) / s->rate * US_PER_S * (0.8 + 0.4 * chance(w)) * slower);
	r->latency_us = r->ttft_us + r->gen_us;
}

static void set_cost(const struct writing *w, size_t source, struct call_row *r)
{
	r->price_version = price_table_version(w->prices);
	if (sources[source].price_provider == NULL) {
		r->cost_nano = 0;
		r->cost_source = COST_COMPUTED;
		r->price_version = NULL;
	} else if (w->price[source] != NULL && price_cost(w->price[source], &r->usage, &r->cost_nano, &r->cost_is_estimated)) {
		r->cost_source = COST_COMPUTED;
	} else {
		r->cost_nano = UNKNOWN;
	}
}

static void set_failure(struct writing *w, const struct source *s, int status, enum error_class class, const char *text, struct call_row *r)
{
	r->http_status = status;
	r->error_class = class;
	r->error_text = text;
	r->finish_reason = class == CLASS_CONTENT_FILTER ? "content_filter" : "error";
	if (class == CLASS_CONTENT_FILTER) {
		return;
	}
	r->usage = USAGE_UNKNOWN;
	r->ttft_us = r->gen_us = UNKNOWN;
	r->cost_nano = UNKNOWN;
	r->cost_source = COST_UNKNOWN;
	r->price_version = NULL;
	r->model_resp = NULL;
	r->attempts = class == CLASS_CONTEXT_LENGTH ? 1 : 3;
	r->latency_us = class == CLASS_TIMEOUT ? 30 * US_PER_S + (int64_t)(chance(w) * 40000)
					       : (int64_t)((s->ttft_ms + 40) * US_PER_MS * log_normal(w, 0.5) * r->attempts);
}

/* True: the call failed. */
static bool fail(struct writing *w, const struct source *s, const struct incident *bad, struct call_row *r)
{
	double u = chance(w);

	if (bad != NULL && u < bad->rate) {
		int status = bad->status[(size_t)(chance(w) * COUNT_OF(bad->status))];

		set_failure(w, s, status, status == 429 ? CLASS_RATE_LIMITED : CLASS_SERVER_ERROR,
		    status == 429   ? failures[0].text
		    : status == 529 ? "Overloaded"
				    : failures[2].text,
		    r);
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		const struct failure *f = &failures[i];

		u -= f->share;
		if (u < 0) {
			if (s->out_tok == 0 && f->class != CLASS_RATE_LIMITED && f->class != CLASS_SERVER_ERROR) {
				return false;
			}
			set_failure(w, s, f->status, f->class, f->text, r);
			return true;
		}
	}
	return false;
}

static void make_row(struct writing *w, int64_t t_us, struct call_row *r)
{
	size_t source = pick_source(w);
	const struct source *s = &sources[source];
	const struct incident *bad = incident_at(w, s, t_us);
	const struct history_version *version = pick_version(w, s, t_us);

	call_row_init(r);
	r->id = (struct call_id){ .ts_us = t_us, .key = hash_mix(w->rng ^ hash_mix(++w->n)) };
	r->provider = s->provider;
	r->model_req = s->model;
	r->model_resp = s->model_resp;
	r->operation = s->operation;
	r->prompt_name = s->prompt_name;
	r->prompt_version = version != NULL ? version->version : s->prompt_version;
	r->is_streamed = s->out_tok > 0;
	r->is_simulated = true;
	r->http_status = 200;
	set_usage(w, s, version != NULL ? version->longer : 1, r);
	set_times(w, s, bad != NULL ? bad->slower : 1, r);
	set_cost(w, source, r);
	if (s->out_tok > 0) {
		r->finish_reason = chance(w) < 0.02 ? "length" : "stop";
	}
	if (!fail(w, s, bad, r) && chance(w) < (bad != NULL ? 0.3 : 0.006)) {
		r->attempts = 2;
	}
	/* No call ends in the future. */
	if (t_us + r->latency_us > w->now_us) {
		r->id.ts_us = w->now_us - r->latency_us - 1;
	}
}

static bool flush(struct writing *w)
{
	uint64_t added;
	bool ok = w->n_rows == 0 || bulk_add(w->bulk, w->rows, w->n_rows, &added, w->e);

	w->n_rows = 0;
	return ok;
}

/* n calls spread over [from, to) in order of time. */
static bool write_calls(struct writing *w, int64_t from_us, int64_t to_us, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		double part = ((double)i + chance(w)) / (double)n;

		make_row(w, from_us + (int64_t)(part * (double)(to_us - from_us)), &w->rows[w->n_rows++]);
		if (w->n_rows == BATCH && !flush(w)) {
			return false;
		}
	}
	return true;
}

/* The share of each minute comes from the running sum of the weights, so that the total is met exactly. */
static bool write_all(struct writing *w, int64_t calls)
{
	int64_t recent = calls / 4 < RECENT_CALLS ? calls / 4 : RECENT_CALLS, base = calls - recent;
	int64_t start = w->now_us - (int64_t)w->minutes * MINUTE_US, done = 0;
	double total = 0, sum = 0;

	for (int i = 0; i < w->minutes; i++) {
		total += weight_at(start + i * MINUTE_US, (double)i / w->minutes);
	}
	for (int i = 0; i < w->minutes; i++) {
		int64_t from = start + i * MINUTE_US, to = i + 1 == w->minutes ? w->now_us - LAST_CALL_US : from + MINUTE_US;
		int last = i - (w->minutes - RECENT_MINUTES);

		sum += weight_at(from, (double)i / w->minutes);
		int64_t due = (int64_t)(sum / total * (double)base) + (last >= 0 ? recent * (last + 1) / RECENT_MINUTES : 0);
		if (!write_calls(w, from, to, due - done)) {
			return false;
		}
		done = due;
	}
	return flush(w);
}

bool history_write(const char *dir, const struct price_table *prices, int64_t now_us, int days, int calls, uint64_t seed,
    const struct history_version *versions, size_t n_versions, struct err *e)
{
	if (days < 1 || calls < 1) {
		return err_set(e, ERR_USAGE, "a simulated history needs at least one day and one call");
	}
	struct writing *w = x_calloc(1, sizeof(*w));

	w->prices = prices;
	w->now_us = now_us;
	w->minutes = days * DAY_MINUTES;
	w->rng = hash_mix(seed ^ (uint64_t)now_us);
	w->versions = versions;
	w->n_versions = n_versions;
	w->e = e;
	for (size_t i = 0; i < SOURCES; i++) {
		w->price[i] = sources[i].price_provider != NULL ? price_find(prices, sources[i].price_provider, sources[i].model) : NULL;
	}
	w->bulk = bulk_open(dir, e);
	bool ok = w->bulk != NULL && write_all(w, calls);
	if (w->bulk != NULL) {
		bulk_close(w->bulk);
	}
	free(w);
	return ok;
}
