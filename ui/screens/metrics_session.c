/* What of Metrics is kept for the next start: range, comparison, group, filters, order. Where it was brushed or shifted to is not: at the
 * next start one wants to see now. */
#include <string.h>

#include "app/session.h"
#include "ui/screens/metrics_state.h"

void metrics_save(const void *self, struct session *out)
{
	const struct metrics_screen *s = self;
	const struct board_question *q = &s->board->question;
	const struct timeframe_range *range = timeframe_range_of(&q->frame);

	session_forget(out, "metrics.");
	session_set(out, "metrics.range", range != NULL ? range->name : NULL);
	session_set(out, "metrics.compare", compares[q->compare].name);
	session_set(out, "metrics.by", metrics_by_name(q->by));
	session_set(out, "metrics.key", q->key);
	session_set(out, "metrics.filter", q->filter);
	session_set_number(out, "metrics.errors", q->errors_only);
	session_set_number(out, "metrics.sort", s->sort);
	session_set_number(out, "metrics.split", s->split.share);
}

/* Names that are none any more are left out. */
void metrics_restore(void *self, const struct session *in)
{
	struct metrics_screen *s = self;
	struct board_question *q = &s->board->question;
	const char *range = session_get(in, "metrics.range"), *compare = session_get(in, "metrics.compare"), *by = session_get(in, "metrics.by");
	const char *filter = session_get(in, "metrics.filter");
	struct err e;

	for (size_t i = 0; range != NULL && i < n_timeframe_ranges; i++) {
		if (strcmp(timeframe_ranges[i].name, range) == 0) {
			q->frame.span_us = timeframe_ranges[i].span_us;
		}
	}
	for (size_t i = 0; compare != NULL && i < COMPARE_COUNT; i++) {
		if (strcmp(compares[i].name, compare) == 0) {
			q->compare = (enum compare)i;
		}
	}
	if (by != NULL && metrics_by_from_name(by) != BY_COUNT && metrics_by_from_name(by) != BY_NONE) {
		q->by = metrics_by_from_name(by);
	}
	s->split.share = (int)session_number(in, "metrics.split", 0, 1000, 0);
	q->errors_only = session_number(in, "metrics.errors", 0, 1, 0) == 1;
	s->sort = (enum metrics_sort)session_number(in, "metrics.sort", 0, SORT_COUNT - 1, SORT_COST);
	(void)(filter == NULL || board_set_filter(s->board, filter, &e));
	board_set_key(s->board, session_get(in, "metrics.key"));
}
