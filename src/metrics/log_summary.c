#include "metrics/log_summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/intake.h"
#include "store/dim.h"

#define GROUPS_MOST 4096 /* further names are one group; a store has the same limit */

struct log_summary {
	const struct metrics_query *q;
	struct intake *intake;
	struct metrics *m;
	struct map *groups;   /* key -> its place in m->groups + 1 */
	size_t cap_groups, last;
	struct buf prompt;    /* the key of one, for a moment */
	struct map *ids;      /* of calls with an id of their own */
	int64_t first_us, last_us;
	int64_t start_us;
};

struct log_summary *log_summary_new(const struct metrics_query *q, const struct price_table *prices)
{
	struct log_summary *s = x_calloc(1, sizeof(*s));

	s->q = q;
	s->intake = intake_new(NULL, prices, INGEST_AUTO);
	s->m = x_calloc(1, sizeof(*s->m));
	s->groups = map_new();
	s->ids = map_new();
	s->first_us = INT64_MAX;
	s->last_us = INT64_MIN;
	s->start_us = clock_mono_us();
	return s;
}

void log_summary_free(struct log_summary *s)
{
	if (s != NULL) {
		intake_free(s->intake);
		metrics_free(s->m);
		map_free(s->groups, NULL);
		map_free(s->ids, NULL);
		buf_free(&s->prompt);
		free(s);
	}
}

static const char *or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static const char *model_of(const struct call_row *row)
{
	return or_empty(row->model_resp != NULL && row->model_resp[0] != '\0' ? row->model_resp : row->model_req);
}

static bool is_wanted(const struct metrics_query *q, const struct call_row *row)
{
	return row->id.ts_us >= q->from_us && row->id.ts_us < q->to_us && (q->provider == NULL || strcmp(q->provider, row->provider) == 0) &&
	    (q->model == NULL || strcmp(q->model, model_of(row)) == 0) && (q->operation == NULL || strcmp(q->operation, row->operation) == 0);
}

/* As by_prompt.h has it; a log knows no registry. */
static const char *prompt_of(struct log_summary *s, const struct call_row *row)
{
	const char *name = or_empty(row->prompt_name), *version = or_empty(row->prompt_version);

	buf_clear(&s->prompt);
	(void)buf_addf(&s->prompt, "%s%s%s", name, version[0] != '\0' ? "@" : "", version);
	return buf_str(&s->prompt);
}

static const char *key_of(struct log_summary *s, const struct call_row *row)
{
	switch (s->q->by) {
	case BY_PROVIDER: return row->provider;
	case BY_MODEL: return model_of(row);
	case BY_OPERATION: return row->operation;
	case BY_PROMPT: return prompt_of(s, row);
	default: return "";
	}
}

/* Neighbours are often of the same group. */
static struct figures *figures_of(struct log_summary *s, const struct call_row *row)
{
	struct metrics *m = s->m;

	if (s->q->by == BY_NONE) {
		return &m->total;
	}
	const char *key = key_of(s, row);

	if (s->last < m->n_groups && strcmp(m->groups[s->last].key, key) == 0) {
		return &m->groups[s->last].now;
	}
	void *place = map_get(s->groups, key, strlen(key));

	if (place == NULL && m->n_groups >= GROUPS_MOST) {
		key = DIM_OTHER;
		place = map_get(s->groups, key, strlen(key));
	}
	if (place == NULL) {
		struct metrics_group *g = array_push(m->groups, m->n_groups, s->cap_groups);

		*g = (struct metrics_group){ .key = x_strdup(key) };
		place = (void *)(uintptr_t)m->n_groups;
		(void)map_put(s->groups, key, strlen(key), place);
	}
	s->last = (uintptr_t)place - 1;
	return &m->groups[s->last].now;
}

static bool is_known_call(struct log_summary *s, struct call_id id)
{
	return map_put(s->ids, (const char *)&id, sizeof(id), s) != NULL;
}

static bool take(void *ctx, const struct call_row *row, bool has_own_id, struct err *e)
{
	struct log_summary *s = ctx;

	(void)e;
	if (!is_wanted(s->q, row) || (has_own_id && is_known_call(s, row->id))) {
		return true;
	}
	figures_add_row(figures_of(s, row), row);
	s->m->has_simulated |= row->is_simulated;
	s->first_us = row->id.ts_us < s->first_us ? row->id.ts_us : s->first_us;
	s->last_us = row->id.ts_us > s->last_us ? row->id.ts_us : s->last_us;
	return true;
}

bool log_summary_read(struct log_summary *s, int fd, struct ingest_result *result, struct err *e)
{
	const struct intake_user user = { .take = take, .ctx = s };
	bool is_taken;

	*result = (struct ingest_result){ 0 };
	return intake_file(s->intake, fd, &user, result, &is_taken, e);
}

struct metrics *log_summary_take(struct log_summary *s)
{
	struct metrics *m = s->m;

	for (size_t i = 0; i < m->n_groups; i++) {
		figures_merge(&m->total, &m->groups[i].now);
	}
	metrics_order_groups(m);
	if (m->total.calls == 0) {
		s->first_us = clock_wall_us();
		s->last_us = s->first_us - 1;
	}
	m->from_us = s->q->from_us > INT64_MIN ? s->q->from_us : s->first_us;
	m->to_us = s->q->to_us < INT64_MAX ? s->q->to_us : s->last_us + 1;
	m->took_us = clock_mono_us() - s->start_us;
	s->m = NULL;
	return m;
}
