#include "gateway/limit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/num.h"
#include "base/quantity.h"
#include "provider/price.h"

#define BLANKS " \t\r\n"
#define BETWEEN BLANKS ","
#define HOUR_US (3600 * US_PER_S)

enum kind { KIND_COUNT, KIND_RATE, KIND_MONEY, KIND_TIME };

struct limit_figure {
	const char *name, *help;
	enum kind kind;
	int64_t (*value)(const struct limit_figure *row, const struct figures *f, int64_t span_us);
	double quantile;
	size_t hist;    /* offset in struct figures */
	int64_t per_us; /* of a sum: in a time of that length; 0: in the span */
};

static const char *const ops[LIMIT_OP_COUNT] = { "<", "<=", ">", ">=" };

/* -- the figures ---------------------------------------------------------------------------------------------------------------------- */

static int64_t calls_value(const struct limit_figure *row, const struct figures *f, int64_t span_us)
{
	(void)row;
	(void)span_us;
	return (int64_t)f->calls;
}

static int64_t error_rate(const struct limit_figure *row, const struct figures *f, int64_t span_us)
{
	(void)row;
	(void)span_us;
	double rate = figures_errors_per(f, 1e6);

	return isnan(rate) ? UNKNOWN : (int64_t)(rate + 0.5);
}

static int64_t cost_value(const struct limit_figure *row, const struct figures *f, int64_t span_us)
{
	int64_t sum = figures_cost(f);

	if (!is_known(sum) || row->per_us == 0 || span_us <= 0) {
		return sum;
	}
	double cost = (double)sum * (double)row->per_us / (double)span_us;

	return cost < (double)INT64_MAX / 2 ? (int64_t)cost : INT64_MAX / 2;
}

static const struct hist *hist_of(const struct limit_figure *row, const struct figures *f)
{
	return (const struct hist *)(const void *)((const char *)f + row->hist);
}

static int64_t percentile(const struct limit_figure *row, const struct figures *f, int64_t span_us)
{
	(void)span_us;
	return hist_quantile(hist_of(row, f), row->quantile);
}

#define LATENCY .hist = offsetof(struct figures, latency)
#define TTFT .hist = offsetof(struct figures, ttft)
static const struct limit_figure figures[] = {
	{ "calls", "number of calls", KIND_COUNT, calls_value, .per_us = 0 },
	{ "err", "part of the calls that failed", KIND_RATE, error_rate, .per_us = 0 },
	{ "cost", "US dollars, the sum", KIND_MONEY, cost_value, .per_us = 0 },
	{ "cost/h", "US dollars per hour, on average", KIND_MONEY, cost_value, .per_us = HOUR_US },
	{ "cost/day", "US dollars per 24 hours, on average", KIND_MONEY, cost_value, .per_us = 24 * HOUR_US },
	{ "p50", "median latency", KIND_TIME, percentile, 0.5, LATENCY },
	{ "p95", "latency that 95 % of the calls keep to", KIND_TIME, percentile, 0.95, LATENCY },
	{ "p99", "latency that 99 % of the calls keep to", KIND_TIME, percentile, 0.99, LATENCY },
	{ "ttft_p50", "median time to the first token", KIND_TIME, percentile, 0.5, TTFT },
	{ "ttft_p95", "time to the first token that 95 % of the calls keep to", KIND_TIME, percentile, 0.95, TTFT },
	{ "ttft_p99", "the same for 99 %", KIND_TIME, percentile, 0.99, TTFT },
};

static const struct {
	const struct quantity_unit *units;
	const char *is;
} kinds[] = {
	[KIND_COUNT] = { (const struct quantity_unit[]){ { "", 1 }, { "k", 1000 }, { "M", 1000000 }, { NULL, 0 } }, "a number such as 100 or 10k" },
	[KIND_RATE] = { (const struct quantity_unit[]){ { "%", 10000 }, { NULL, 0 } }, "a percentage such as 2%" },
	[KIND_MONEY] = { (const struct quantity_unit[]){ { "", 1000000000 }, { NULL, 0 } }, "US dollars such as 5 or $0.50" },
	[KIND_TIME] = { (const struct quantity_unit[]){ { "us", 1 }, { "ms", US_PER_MS }, { "s", US_PER_S }, { "m", 60 * US_PER_S },
				{ "min", 60 * US_PER_S }, { "h", HOUR_US }, { NULL, 0 } },
	    "a time with its unit such as 800ms or 3s" },
};

const char *limit_figure(size_t i, const char **help)
{
	*help = i < COUNT_OF(figures) ? figures[i].help : NULL;
	return i < COUNT_OF(figures) ? figures[i].name : NULL;
}

/* -- reading -------------------------------------------------------------------------------------------------------------------------- */

struct reading {
	const char *text, *at, *error_at;
	struct err *e;
};

static bool unknown_figure(struct reading *r, const char *name, size_t len)
{
	char *word = x_strndup(name, len < 32 ? len : 32), shown[ERR_QUOTE_SIZE];
	struct near_best best = { 0 };
	struct buf all = { 0 };

	for (size_t i = 0; i < COUNT_OF(figures); i++) {
		near_offer(&best, word, figures[i].name);
		(void)buf_addf(&all, "%s%s", i > 0 ? ", " : "", figures[i].name);
	}
	r->error_at = name;
	if (len == 0) {
		(void)err_set(r->e, ERR_USAGE, "a limit begins with the name of a figure, such as err<2%%");
	} else {
		(void)err_set(r->e, ERR_USAGE, "there is no figure \"%s\"", err_quote(word, shown));
	}
	(void)err_hint(r->e, "%s%s%s", best.n > 0 ? "did you mean " : "figures are ", best.n > 0 ? best.names[0] : buf_str(&all), best.n > 0 ? "?" : "");
	buf_free(&all);
	free(word);
	return false;
}

static bool take_figure(struct reading *r, const struct limit_figure **figure)
{
	size_t len = strspn(r->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/");

	for (size_t i = 0; i < COUNT_OF(figures); i++) {
		if (strncasecmp(figures[i].name, r->at, len) == 0 && figures[i].name[len] == '\0') {
			*figure = &figures[i];
			r->at += len;
			return true;
		}
	}
	return unknown_figure(r, r->at, len > 0 ? len : strcspn(r->at, BETWEEN "<>="));
}

static bool take_op(struct reading *r, const char *name, enum limit_op *op)
{
	r->at += strspn(r->at, BLANKS);
	for (int i = LIMIT_OP_COUNT - 1; i >= 0; i--) { /* a longer one stands behind the one it begins with */
		size_t len = strlen(ops[i]);

		if (strncmp(r->at, ops[i], len) == 0) {
			r->at += len;
			*op = (enum limit_op)i;
			return true;
		}
	}
	r->error_at = r->at;
	return err_set(r->e, ERR_USAGE, "%s is compared by <, <=, > or >=", name);
}

static bool take_bound(struct reading *r, const struct limit_figure *figure, int64_t *bound)
{
	r->at += strspn(r->at, BLANKS);
	size_t len = strcspn(r->at, BETWEEN "<>=");
	bool has_sign = figure->kind == KIND_MONEY && r->at[0] == '$';

	if (quantity_parse(r->at + has_sign, len - has_sign, kinds[figure->kind].units, bound)) {
		r->at += len;
		return true;
	}
	char *word = x_strndup(r->at, len < 40 ? len : 40), shown[ERR_QUOTE_SIZE];

	r->error_at = r->at;
	(void)err_set(r->e, ERR_USAGE, "%s is %s, not \"%s\"", figure->name, kinds[figure->kind].is, err_quote(word, shown));
	free(word);
	return false;
}

static void skip_between(struct reading *r)
{
	r->at += strspn(r->at, BETWEEN);
	while (strncasecmp(r->at, "and", 3) == 0 && r->at[3] != '\0' && strchr(BETWEEN, r->at[3]) != NULL) {
		r->at += 3;
		r->at += strspn(r->at, BETWEEN);
	}
}

static bool take_limit(struct reading *r, struct limit *l)
{
	return take_figure(r, &l->figure) && take_op(r, l->figure->name, &l->op) && take_bound(r, l->figure, &l->bound);
}

bool limits_parse(const char *text, struct limit out[LIMITS_MOST], size_t *n, size_t *column, struct err *e)
{
	struct reading r = { .text = text, .at = text, .error_at = text, .e = e };
	bool ok = true;

	*n = 0;
	do {
		skip_between(&r);
		if (*n == LIMITS_MOST) {
			r.error_at = r.at;
			ok = err_set(e, ERR_USAGE, "more than %d limits", LIMITS_MOST);
		} else {
			ok = take_limit(&r, &out[*n]);
			*n += ok;
			r.at += ok ? strspn(r.at, BETWEEN) : 0;
		}
	} while (ok && *r.at != '\0');
	if (column != NULL) {
		*column = ok ? 0 : (size_t)(r.error_at - text) + 1;
	}
	return ok;
}

/* -- judging -------------------------------------------------------------------------------------------------------------------------- */

int64_t limit_value(const struct limit *l, const struct figures *f, int64_t span_us)
{
	return l->figure->value(l->figure, f, span_us);
}

uint64_t limit_sample(const struct limit *l, const struct figures *f)
{
	switch (l->figure->kind) {
	case KIND_TIME:
		return hist_of(l->figure, f)->total;
	case KIND_RATE:
		return figures_sent(f);
	default:
		return f->calls;
	}
}

uint64_t limit_least(const struct limit *l, uint64_t least)
{
	return limit_only_falls(l) ? 0 : least;
}

bool limit_holds(const struct limit *l, int64_t value)
{
	if (!is_known(value)) {
		return false;
	}
	switch (l->op) {
	case LIMIT_BELOW:
		return value < l->bound;
	case LIMIT_AT_MOST:
		return value <= l->bound;
	case LIMIT_ABOVE:
		return value > l->bound;
	default:
		return value >= l->bound;
	}
}

bool limit_is_upper(const struct limit *l)
{
	return l->op == LIMIT_ABOVE || l->op == LIMIT_AT_LEAST;
}

bool limit_is_clear(const struct limit *l, int64_t value)
{
	int64_t margin = l->bound / 10;

	if (!is_known(value) || limit_holds(l, value)) {
		return false;
	}
	return limit_is_upper(l) ? value <= l->bound - margin : value - margin >= l->bound;
}

bool limit_only_falls(const struct limit *l)
{
	return l->figure->kind == KIND_COUNT || l->figure->kind == KIND_MONEY;
}

/* -- telling -------------------------------------------------------------------------------------------------------------------------- */

const char *limit_name(const struct limit *l)
{
	return l->figure->name;
}

void limit_format(const struct limit *l, int64_t value, char out[FIGURE_SIZE])
{
	if (!is_known(value) || l->figure->kind == KIND_TIME) {
		figure_duration(value, out); /* the dash of all figures */
	} else if (l->figure->kind == KIND_RATE) {
		(void)snprintf(out, FIGURE_SIZE, "%.3g%%", (double)value / 1e4);
	} else if (l->figure->kind == KIND_MONEY) {
		price_format(value, out, FIGURE_SIZE);
	} else {
		figure_count(value, out);
	}
}

void limit_format_plain(const struct limit *l, int64_t value, char out[FIGURE_SIZE])
{
	static const double scales[] = { [KIND_COUNT] = 1, [KIND_RATE] = 1e6, [KIND_MONEY] = 1e9, [KIND_TIME] = 1e3 };

	if (is_known(value)) {
		(void)snprintf(out, FIGURE_SIZE, "%.15g", (double)value / scales[l->figure->kind]);
	} else {
		(void)snprintf(out, FIGURE_SIZE, "null");
	}
}

void limit_add_value(const struct limit *l, int64_t value, uint64_t sample, struct buf *out)
{
	char text[FIGURE_SIZE];

	limit_format(l, value, text);
	if (l->figure->kind != KIND_COUNT) {
		(void)buf_addf(out, "%s in ", text);
		figure_count((int64_t)sample, text);
	}
	(void)buf_addf(out, "%s call%s", text, sample == 1 ? "" : "s");
}

/* "3.00s" becomes "3s". */
static void drop_zeros(char *s)
{
	char *point = strchr(s, '.'), *unit = s + strspn(s, "0123456789."), *end = unit;

	while (point != NULL && (end[-1] == '0' || end[-1] == '.')) {
		end--;
		if (*end == '.') {
			break;
		}
	}
	memmove(end, unit, strlen(unit) + 1);
}

void limit_text(const struct limit *l, char out[LIMIT_TEXT_SIZE])
{
	char bound[FIGURE_SIZE];

	limit_format(l, l->bound, bound);
	if (l->figure->kind == KIND_TIME) {
		drop_zeros(bound);
	}
	(void)snprintf(out, LIMIT_TEXT_SIZE, "%s %s %s", l->figure->name, ops[l->op], bound);
}
