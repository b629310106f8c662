#include "store/figures.h"

#include <math.h>

#include "base/clock.h"
#include "base/num.h"

void figures_clear(struct figures *f)
{
	struct hist latency = f->latency, ttft = f->ttft, tpot = f->tpot;

	hist_clear(&latency);
	hist_clear(&ttft);
	hist_clear(&tpot);
	*f = (struct figures){ .latency = latency, .ttft = ttft, .tpot = tpot };
}

void figures_free(struct figures *f)
{
	hist_free(&f->latency);
	hist_free(&f->ttft);
	hist_free(&f->tpot);
	*f = (struct figures){ 0 };
}

/* Sums are kept in SQLite too, whose integers are signed. */
static void add(uint64_t *sum, uint64_t v)
{
	if (__builtin_add_overflow(*sum, v, sum) || *sum > INT64_MAX) {
		*sum = INT64_MAX;
	}
}

static void add_signed(int64_t *sum, int64_t v)
{
	if (__builtin_add_overflow(*sum, v, sum)) {
		*sum = v > 0 ? INT64_MAX : -INT64_MAX;
	}
}

static void add_known(uint64_t *sum, int64_t v)
{
	if (is_known(v) && v > 0) {
		add(sum, (uint64_t)v);
	}
}

/* The time between the first and the last token, UNKNOWN for calls that did not stream. */
static int64_t generation_us(const struct call_row *row)
{
	if (is_known(row->gen_us)) {
		return row->gen_us;
	}
	return is_known(row->ttft_us) && is_known(row->latency_us) ? row->latency_us - row->ttft_us : UNKNOWN;
}

static void add_durations(struct figures *f, const struct call_row *row)
{
	if (is_known(row->latency_us)) {
		f->latency_n++;
		add_signed(&f->latency_sum_us, row->latency_us);
		hist_add(&f->latency, row->latency_us);
	}
	if (is_known(row->ttft_us)) {
		f->ttft_n++;
		add_signed(&f->ttft_sum_us, row->ttft_us);
		hist_add(&f->ttft, row->ttft_us);
	}

	int64_t gen_us = generation_us(row);
	int64_t out_tok = call_row_streamed_tok(row);

	/* A whole answer in one chunk has no time between tokens. */
	if (is_known(gen_us) && gen_us > 0 && is_known(out_tok) && out_tok > 1) {
		add_signed(&f->gen_sum_us, gen_us);
		add(&f->gen_tok, (uint64_t)out_tok - 1);
		hist_add(&f->tpot, gen_us / (out_tok - 1));
	}
}

void figures_add_row(struct figures *f, const struct call_row *row)
{
	f->calls++;
	f->by_class[row->error_class]++;
	f->errors += error_class_is_failure(row->error_class) ? 1 : 0;
	add_known(&f->in_tok, row->usage.in_tok);
	add_known(&f->out_tok, row->usage.out_tok);
	add_known(&f->cache_read_tok, row->usage.cache_read_tok);
	add_known(&f->reason_tok, row->usage.reason_tok);
	if (is_known(row->cost_nano)) {
		add_signed(&f->cost_nano, row->cost_nano);
	} else if (call_row_is_ok(row)) {
		f->unpriced++;
	}
	add_durations(f, row);
}

uint64_t figures_sent(const struct figures *f)
{
	return f->calls - f->by_class[CLASS_BUDGET];
}

double figures_errors_per(const struct figures *f, double calls)
{
	uint64_t sent = figures_sent(f);

	return sent > 0 ? calls * (double)f->errors / (double)sent : (double)NAN;
}

int64_t figures_cost(const struct figures *f)
{
	return f->unpriced > 0 && f->unpriced == f->by_class[CLASS_NONE] && f->cost_nano == 0 ? UNKNOWN : f->cost_nano;
}

void figures_merge(struct figures *to, const struct figures *from)
{
	to->calls += from->calls;
	to->errors += from->errors;
	for (int i = 0; i < CLASS_COUNT; i++) {
		to->by_class[i] += from->by_class[i];
	}
	add(&to->in_tok, from->in_tok);
	add(&to->out_tok, from->out_tok);
	add(&to->cache_read_tok, from->cache_read_tok);
	add(&to->reason_tok, from->reason_tok);
	add_signed(&to->cost_nano, from->cost_nano);
	to->unpriced += from->unpriced;
	to->latency_n += from->latency_n;
	add_signed(&to->latency_sum_us, from->latency_sum_us);
	to->ttft_n += from->ttft_n;
	add_signed(&to->ttft_sum_us, from->ttft_sum_us);
	add_signed(&to->gen_sum_us, from->gen_sum_us);
	add(&to->gen_tok, from->gen_tok);
	hist_merge(&to->latency, &from->latency);
	hist_merge(&to->ttft, &from->ttft);
	hist_merge(&to->tpot, &from->tpot);
}

double streaming_tok_per_s(int64_t streamed_tok, int64_t gen_us)
{
	bool has_time = is_known(gen_us) && gen_us > 0 && is_known(streamed_tok) && streamed_tok > 1;

	return has_time ? (double)(streamed_tok - 1) * (double)US_PER_S / (double)gen_us : (double)NAN;
}
