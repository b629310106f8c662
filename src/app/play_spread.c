#include "app/play_spread.h"

#include <stdlib.h>
#include <string.h>

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_same(const struct play_answer *a, const struct play_answer *b)
{
	return a->text.len == b->text.len && (a->text.len == 0 || memcmp(a->text.s, b->text.s, a->text.len) == 0);
}

static int group_of(const struct play_column *c, size_t k)
{
	for (size_t i = 0; i < k; i++) {
		if (c->answers[i]->has_run && c->answers[i]->state == CALL_DONE && is_same(c->answers[i], c->answers[k])) {
			return (int)i;
		}
	}
	return (int)k;
}

void play_spread(const struct play_column *c, struct play_spread *out)
{
	int64_t times[RUN_REPEAT_MAX];
	size_t n_times = 0;

	*out = (struct play_spread){ .min_us = UNKNOWN, .median_us = UNKNOWN, .max_us = UNKNOWN, .cost_nano = UNKNOWN };
	for (size_t k = 0; k < c->n_answers; k++) {
		const struct play_answer *a = c->answers[k];
		const struct call_row *row = play_answer_row(a);
		int64_t cost_nano = play_answer_cost(a);

		out->group[k] = -1;
		if (!a->has_run) {
			continue;
		}
		out->n_asked++;
		if (is_known(cost_nano)) {
			out->cost_nano = known_or(out->cost_nano, 0) + cost_nano;
		}
		if (a->state == CALL_DONE) {
			out->n_done++;
			out->group[k] = group_of(c, k);
			out->n_distinct += out->group[k] == (int)k;
			if (is_known(row->latency_us)) {
				times[n_times++] = row->latency_us;
			}
		} else {
			out->n_failed += call_state_is_final(a->state);
		}
	}
	if (n_times > 0) {
		qsort(times, n_times, sizeof(times[0]), by_time);
		out->min_us = times[0];
		out->median_us = times[n_times / 2];
		out->max_us = times[n_times - 1];
	}
}

void play_spread_groups(const struct play_column *c, const struct play_spread *s, struct buf *out)
{
	const char *separator = "";

	for (size_t k = 0; k < c->n_answers && s->n_done > 1; k++) {
		if (s->group[k] != (int)k) {
			continue;
		}
		(void)buf_addf(out, "%s%zu", separator, k + 1);
		separator = " \u00b7 ";
		for (size_t i = k + 1; i < c->n_answers; i++) {
			if (s->group[i] == (int)k) {
				(void)buf_addf(out, "=%zu", i + 1);
			}
		}
	}
}
