#include "app/board_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/budget.h"
#include "metrics/by_prompt.h"
#include "store/reader.h"

#define NAMES_MOST 200 /* of a kind */

void call_rows_free(struct call_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
}

void names_free(struct board_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(names[i].name);
	}
	free(names);
}

void board_answer_free(struct board_answer *a)
{
	if (a->graphs != a->table) {
		metrics_free(a->graphs);
	}
	metrics_free(a->table);
	call_rows_free(a->log, a->n_log);
	*a = (struct board_answer){ 0 };
}

void asking_init(struct asking *q, const struct board *b, unsigned what, int64_t now_us)
{
	*q = (struct asking){
		.what = what, .dir = x_strdup(b->app->data_dir), .now_us = now_us, .q = b->question, .log_to_us = INT64_MAX, .today_nano = UNKNOWN,
	};
	q->q.key = x_strdup(b->question.key);
	q->q.filter = x_strdup(b->question.filter);
	if (b->has_call) {
		q->opened = b->call.row.id;
		q->model = x_strdup(board_call_model(&b->call.row));
	}
}

void asking_free(struct asking *q)
{
	board_answer_free(&q->a);
	names_free(q->names, q->n_names);
	free(q->dir);
	free(q->q.key);
	free(q->q.filter);
	free(q->model);
	*q = (struct asking){ 0 };
}

static const char **key_of(struct metrics_query *m, enum metrics_by by)
{
	return by == BY_PROVIDER ? &m->provider : by == BY_MODEL ? &m->model : by == BY_OPERATION ? &m->operation : &m->prompt;
}

static int64_t before_us(const struct asking *q, int64_t span_us)
{
	int64_t us = compares[q->q.compare].before_us;

	return us == 0 ? span_us : us > 0 ? us : 0;
}

/* Two questions, of which the second is left out where it would be the same: a brush narrows the table, a key the graphs. */
static bool ask_figures(struct asking *q, struct reader *r, const struct condition *where)
{
	const struct timeframe *f = &q->q.frame;
	bool is_one = q->q.key == NULL && !timeframe_has_brush(f);
	struct metrics_query m = {
		.from_us = timeframe_start(f, q->now_us), .to_us = timeframe_end(f, q->now_us), .by = q->q.by, .where = where,
		.columns = q->q.columns, .before_us = before_us(q, f->span_us),
	};
	struct metrics_query t = m;

	if (timeframe_has_brush(f)) {
		t.from_us = f->brush_from_us;
		t.to_us = f->brush_to_us;
		t.before_us = before_us(q, f->brush_to_us - f->brush_from_us);
	}
	q->a.table = metrics_query(r, &t, &q->err);
	if (q->a.table == NULL || is_one) {
		q->a.graphs = q->a.table;
		return q->a.table != NULL;
	}
	*key_of(&m, q->q.by) = q->q.key;
	q->a.graphs = metrics_query(r, &m, &q->err);
	return q->a.graphs != NULL;
}

int64_t board_answer_log_total(const struct board_answer *a, const struct board_question *q)
{
	bool is_of_table = timeframe_has_brush(&q->frame);
	const struct figures *f = is_of_table ? &a->table->total : &a->graphs->total;

	if (is_of_table && q->key != NULL) {
		size_t i = 0;

		while (i < a->table->n_groups && strcmp(a->table->groups[i].key, q->key) != 0) {
			i++;
		}
		if (i == a->table->n_groups) {
			return 0;
		}
		f = &a->table->groups[i].now;
	}
	return (int64_t)(q->errors_only ? f->errors : f->calls);
}

bool asking_log_filter(const struct asking *q, struct reader *r, struct call_filter *f, struct condition *where, struct err *e)
{
	static const char *const fields[BY_COUNT] = { [BY_PROVIDER] = "provider", [BY_MODEL] = "model", [BY_OPERATION] = "op" };
	const struct timeframe *t = &q->q.frame;
	struct buf text = { 0 };

	*f = (struct call_filter){
		.from_us = timeframe_start(t, q->now_us), .to_us = timeframe_is_live(t) ? INT64_MAX : t->end_us, .where = where,
	};
	if (timeframe_has_brush(t)) {
		f->from_us = t->brush_from_us;
		f->to_us = t->brush_to_us;
	}
	f->to_us = q->log_to_us < f->to_us ? q->log_to_us : f->to_us;
	filter_add(&text, q->q.errors_only ? "status=err" : NULL);
	filter_add(&text, q->q.filter);
	if (q->q.key != NULL && q->q.by == BY_PROMPT) {
		by_prompt_filter(r, q->q.key, &text);
	} else if (q->q.key != NULL) {
		filter_add_name(&text, fields[q->q.by], q->q.key);
	}
	bool ok = filter_compile(buf_str(&text), q->now_us, where, NULL, e);

	buf_free(&text);
	return ok;
}

static bool ask_log(struct asking *q, struct reader *r)
{
	struct condition where;
	struct call_filter f;

	if (!asking_log_filter(q, r, &f, &where, &q->err)) {
		return false;
	}
	bool ok = calls_list(r, &f, q->q.log_limit, &q->a.log, &q->a.n_log, &q->err);

	condition_free(&where);
	return ok;
}

static bool ask_newer(struct asking *q, struct reader *r, const struct condition *where)
{
	const struct timeframe *f = &q->q.frame;
	struct metrics_query m = {
		.from_us = q->count_from_us, .to_us = timeframe_has_brush(f) ? f->brush_to_us : timeframe_end(f, q->now_us), .by = BY_NONE, .where = where,
	};

	if (q->q.key != NULL) {
		*key_of(&m, q->q.by) = q->q.key;
	}
	struct metrics *now = metrics_query(r, &m, &q->err);
	bool ok = now != NULL;

	if (ok) {
		q->newer = (int64_t)(q->q.errors_only ? now->total.errors : now->total.calls) - q->count;
	}
	metrics_free(now);
	return ok;
}

static bool ask_today(struct asking *q, struct reader *r)
{
	struct metrics_query m = { .to_us = q->now_us, .by = BY_NONE };
	int64_t month_us;

	budget_starts(q->now_us, &m.from_us, &month_us);
	struct metrics *today = metrics_query(r, &m, &q->err);
	bool ok = today != NULL;

	if (ok) {
		q->today_nano = today->total.cost_nano;
		q->today_has_simulated = today->has_simulated;
	}
	metrics_free(today);
	return ok;
}

const char *board_call_model(const struct call_row *row)
{
	return row->model_resp != NULL && row->model_resp[0] != '\0' ? row->model_resp : row->model_req;
}

bool ask_model_latency(struct reader *r, const char *model, int64_t from_us, int64_t to_us, struct model_latency *out, struct err *e)
{
	struct metrics_query q = { .from_us = from_us, .to_us = to_us, .by = BY_NONE, .model = model };

	*out = (struct model_latency){ UNKNOWN, 0 };
	if (model == NULL) {
		return true;
	}
	struct metrics *m = metrics_query(r, &q, e);
	bool ok = m != NULL;

	if (ok) {
		*out = (struct model_latency){ hist_quantile(&m->total.latency, 0.95), m->total.calls };
	}
	metrics_free(m);
	return ok;
}

static bool ask_names(struct asking *q, struct reader *r)
{
	size_t cap = 0;
	bool ok = true;

	for (int kind = 0; ok && kind < DIM_KIND_COUNT; kind++) {
		char **names = NULL;
		size_t n = 0;

		ok = dims_list(r->dims, (enum dim_kind)kind, NAMES_MOST, &names, &n, &q->err);
		for (size_t i = 0; i < n; i++) {
			*array_push(q->names, q->n_names, cap) = (struct board_name){ (enum dim_kind)kind, names[i] };
		}
		free(names);
	}
	return ok;
}

static bool ask(struct asking *q, struct reader *r)
{
	struct condition where = { 0 };
	const struct condition *given = q->q.filter != NULL ? &where : NULL;

	if (given != NULL && !filter_compile(q->q.filter, q->now_us, &where, NULL, &q->err)) {
		return false;
	}
	const struct timeframe *t = &q->q.frame;
	bool ok = (!(q->what & ASK_FIGURES) || (ask_figures(q, r, given) && forecast_read(r, q->now_us, &q->a.forecast, &q->err) &&
	    ask_model_latency(r, q->model, timeframe_start(t, q->now_us), timeframe_end(t, q->now_us), &q->latency, &q->err))) &&
	    (!(q->what & ASK_LOG) || ask_log(q, r)) && (!(q->what & ASK_NEWER) || ask_newer(q, r, given)) &&
	    (!(q->what & ASK_TODAY) || ask_today(q, r)) && (!(q->what & ASK_NAMES) || ask_names(q, r));

	condition_free(&where);
	return ok;
}

void asking_run(struct asking *q, struct reader **reader)
{
	int64_t start_us = clock_mono_us();

	if (*reader == NULL) {
		*reader = reader_open(q->dir, &q->err);
	}
	q->ok = *reader != NULL && ask(q, *reader);
	q->took_us = clock_mono_us() - start_us;
}
