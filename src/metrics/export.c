#include "metrics/export.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "metrics/call_text.h"
#include "text/json_text.h"

#define SLICE_BYTES ((size_t)256 << 10)

enum export_format export_format_of(const char *path)
{
	static const char *const ends[EXPORT_FORMATS] = { ".csv", ".jsonl" };
	size_t len = strlen(path);
	int i = 0;

	while (i < EXPORT_FORMATS && (len <= strlen(ends[i]) || strcmp(path + len - strlen(ends[i]), ends[i]) != 0)) {
		i++;
	}
	return (enum export_format)i;
}

/* ---- calls ---- */

struct slice {
	enum export_format format;
	struct buf out;
	struct call_id last;
	uint64_t n, most; /* calls in it, and at most */
};

static bool add_call(void *ctx, const struct call_row *row)
{
	struct slice *s = ctx;

	if (s->format == EXPORT_CSV) {
		call_csv(&s->out, row);
	} else {
		call_json(&s->out, row, "sonde_id");
		(void)buf_add_str(&s->out, "}\n");
	}
	s->last = row->id;
	s->n++;
	return s->n < s->most && s->out.len < SLICE_BYTES;
}

bool export_calls(struct reader *r, const struct call_filter *f, uint64_t limit, enum export_format format, export_sink *sink, void *ctx, uint64_t *n,
    struct err *e)
{
	struct call_filter rest = *f;
	struct slice s = { .format = format };
	struct call_id before;
	bool ok = true, is_done = limit == 0;

	*n = 0;
	if (format == EXPORT_CSV) {
		call_csv_head(&s.out);
	}
	while (ok && !is_done) {
		s.n = 0;
		s.most = limit - *n;
		ok = calls_each(r, &rest, add_call, &s, e);
		is_done = s.n == s.most || s.out.len < SLICE_BYTES;
		ok = ok && (s.out.len == 0 || sink(ctx, s.out.s, s.out.len, e));
		*n += ok ? s.n : 0;
		before = s.last;
		rest.before = &before;
		buf_clear(&s.out);
	}
	ok = ok && (s.out.len == 0 || sink(ctx, s.out.s, s.out.len, e)); /* a head alone */
	buf_free(&s.out);
	return ok;
}

/* ---- groups ---- */

static void add_count(struct buf *out, uint64_t v)
{
	(void)buf_addf(out, ",%llu", (unsigned long long)v);
}

/* Nothing where it is not known. */
static void add_known(struct buf *out, int64_t v, void (*format)(struct buf *out, int64_t v))
{
	(void)buf_add_char(out, ',');
	if (is_known(v)) {
		format(out, v);
	}
}

static void add_figures(struct buf *out, const struct metrics *m, const char *key, const struct figures *f)
{
	char since[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];
	double rate = figures_errors_per(f, 1);

	clock_format_iso(m->from_us, since);
	clock_format_iso(m->to_us, until);
	csv_text(out, key);
	(void)buf_addf(out, ",%s,%s", since, until);
	add_count(out, f->calls);
	add_count(out, f->errors);
	(void)buf_add_char(out, ',');
	if (!isnan(rate)) {
		(void)buf_addf(out, "%.9g", rate);
	}
	add_count(out, f->in_tok);
	add_count(out, f->out_tok);
	add_count(out, f->cache_read_tok);
	add_count(out, f->reason_tok);
	add_known(out, figures_cost(f), json_text_usd);
	add_count(out, f->unpriced);
	for (size_t i = 0; i < 6; i++) {
		static const double quantiles[] = { 0.5, 0.95, 0.99 };

		add_known(out, hist_quantile(i < 3 ? &f->latency : &f->ttft, quantiles[i % 3]), json_text_ms);
	}
	(void)buf_add_char(out, ',');
	if (f->gen_sum_us > 0) {
		(void)buf_addf(out, "%.6g", (double)f->gen_tok * (double)US_PER_S / (double)f->gen_sum_us);
	}
	(void)buf_addf(out, ",%s", m->has_simulated ? "true" : "false");
	add_count(out, f->by_class[CLASS_BUDGET]);
	(void)buf_add_str(out, "\r\n");
}

void export_groups_csv(const struct metrics *m, enum metrics_by by, struct buf *out)
{
	(void)buf_addf(out, "%s,since,until,calls,errors,error_rate,prompt_tokens,completion_tokens,cache_read_tokens,reasoning_tokens,cost_usd,"
	    "unpriced_calls,latency_p50_ms,latency_p95_ms,latency_p99_ms,ttft_p50_ms,ttft_p95_ms,ttft_p99_ms,output_tokens_per_s,"
	    "simulated_in_span,unsent_calls\r\n", metrics_by_name(by));
	for (size_t i = 0; m != NULL && i < m->n_groups; i++) {
		add_figures(out, m, m->groups[i].key, &m->groups[i].now);
	}
	if (m != NULL) {
		add_figures(out, m, NULL, &m->total);
	}
}
