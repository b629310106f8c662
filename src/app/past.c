#include "app/past.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LIST_LIMIT 200
#define FLUSH_MS 500
#define CALLS_LIMIT 256

static json_t *params_object(const struct chat_params *params)
{
	struct buf text = { 0 };

	chat_params_json(params, &text);
	json_t *object = json_loads(buf_str(&text), 0, NULL);
	buf_free(&text);
	return object != NULL ? object : json_object();
}

/* A target is its name, or with something of its own {"target": name, "params": {...}, "prompt": {...}}. */
static json_t *target_item(const struct past_question *q, size_t i)
{
	json_t *own = q->own != NULL && q->own[i] != NULL ? params_object(q->own[i]) : NULL, *item = json_object();

	if (json_object_size(own) > 0) {
		(void)json_object_set(item, "params", own);
	}
	json_decref(own);
	if (q->prompts != NULL && q->prompts[i] != NULL && !q->no_texts) {
		(void)json_object_set_new(item, "prompt", play_prompt_json(q->prompts[i]));
	}
	if (json_object_size(item) == 0) {
		json_decref(item);
		return json_string(q->names[i]);
	}
	(void)json_object_set_new(item, "target", json_string(q->names[i]));
	return item;
}

void past_record_run(struct store *store, int64_t run_us, const struct past_question *q)
{
	json_t *list = json_array(), *object = params_object(q->params);

	for (size_t i = 0; i < q->n; i++) {
		json_t *item = target_item(q, i);

		json_array_append_new(list, item != NULL ? item : json_null()); /* a name that is no UTF-8 keeps its place */
	}
	if (q->repeat > 1) {
		json_object_set_new(object, "repeat", json_integer(q->repeat));
	}
	json_t *files = json_array();
	for (size_t i = 0; q->attachments != NULL && i < q->attachments->n; i++) {
		json_array_append_new(files, json_string(q->attachments->list[i].name));
	}
	if (json_array_size(files) > 0) {
		json_object_set(object, "attachments", files);
	}
	json_decref(files);
	if (q->prompt != NULL && !q->no_texts) {
		(void)json_object_set_new(object, "prompt", play_prompt_json(q->prompt));
	}
	char *targets = json_dumps(list, JSON_COMPACT), *params = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12));
	struct run_row row = {
		.ts_us = run_us, .system = q->system, .user = q->user, .params = params, .targets = targets, .is_simulated = q->is_simulated,
	};

	store_put_run(store, &row);
	free(targets);
	free(params);
	json_decref(list);
	json_decref(object);
}

static void set_params(struct chat_params *p, const json_t *object)
{
	const char *name;
	json_t *value;

	chat_params_init(p);
	json_object_foreach ((json_t *)object, name, value) {
		size_t i;
		json_t *item;

		if (json_is_string(value)) {
			(void)chat_params_set(p, name, json_string_value(value), NULL);
		} else if (json_is_array(value)) {
			json_array_foreach (value, i, item) {
				(void)chat_params_set(p, name, json_is_string(item) ? json_string_value(item) : "", NULL);
			}
		} else {
			char *number = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)); /* 0.2, not 0.20000000000000001 */

			(void)chat_params_set(p, name, number, NULL);
			free(number);
		}
	}
}

static void set_names(struct past_run *run)
{
	json_t *list = run->row.targets != NULL ? json_loads(run->row.targets, 0, NULL) : NULL;

	run->names = x_calloc(json_array_size(list), sizeof(*run->names));
	run->own = x_calloc(json_array_size(list), sizeof(*run->own));
	run->prompts = x_calloc(json_array_size(list), sizeof(struct play_prompt *));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = json_string_value(json_is_object(item) ? json_object_get(item, "target") : item);

		set_params(&run->own[i], json_object_get(item, "params"));
		run->prompts[i] = play_prompt_from_json(json_object_get(item, "prompt"));
		run->names[run->n_names++] = x_strdup(name != NULL ? name : "");
	}
	json_decref(list);
}

static void set_all_params(struct past_run *run)
{
	json_t *object = run->row.params != NULL ? json_loads(run->row.params, 0, NULL) : NULL;
	json_int_t repeat = json_integer_value(json_object_get(object, "repeat"));

	const json_t *files = json_object_get(object, "attachments");
	struct buf names = { 0 };

	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *name = json_string_value(json_array_get(files, i));

		(void)buf_addf(&names, "%s%s", i > 0 ? ", " : "", name != NULL ? name : "?");
	}
	run->files = names.len > 0 ? buf_take(&names) : NULL;
	run->prompt = play_prompt_from_json(json_object_get(object, "prompt"));
	set_params(&run->params, object);
	run->repeat = repeat < 1 ? 1 : repeat > RUN_REPEAT_MAX ? RUN_REPEAT_MAX : (int)repeat;
	json_decref(object);
}

static bool read_calls(struct reader *r, struct past_run *run, struct err *e)
{
	struct call_filter f = { .to_us = INT64_MAX, .run_us = run->row.ts_us };
	struct call_row *rows = NULL;
	size_t n = 0;
	bool ok = calls_list(r, &f, CALLS_LIMIT, &rows, &n, e);

	run->calls = x_calloc(n, sizeof(*run->calls));
	for (size_t i = 0; i < n; i++) {
		struct past_call *c = &run->calls[run->n_calls];

		/* A row whose bodies have gone is still worth its figures. */
		if (ok && calls_get(r, rows[i].id, &c->row, &c->body, NULL)) {
			run->n_calls++;
		}
		call_row_free(&rows[i]);
	}
	free(rows);
	return ok;
}

bool past_read(struct reader *r, int64_t run_us, struct past_run *out, struct err *e)
{
	struct run_row *runs = NULL;
	size_t n = 0;
	bool is_found = false;

	*out = (struct past_run){ 0 };
	chat_params_init(&out->params);
	if (!runs_list(r, LIST_LIMIT, &runs, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (runs[i].ts_us == run_us) {
			run_row_copy(&out->row, &runs[i]);
			is_found = true;
		}
	}
	past_free_runs(runs, n);
	if (!is_found) {
		return err_set(e, ERR_CHECK, "that run is not in the store any more");
	}
	set_names(out);
	set_all_params(out);
	return read_calls(r, out, e);
}

void past_run_free(struct past_run *run)
{
	for (size_t i = 0; i < run->n_calls; i++) {
		call_row_free(&run->calls[i].row);
		call_body_free(&run->calls[i].body);
	}
	free(run->calls);
	for (size_t i = 0; i < run->n_names; i++) {
		free(run->names[i]);
		chat_params_free(&run->own[i]);
		play_prompt_unref(run->prompts[i]);
	}
	free(run->names);
	free(run->own);
	free(run->prompts);
	free(run->files);
	play_prompt_unref(run->prompt);
	chat_params_free(&run->params);
	run_row_free(&run->row);
}

void past_free_runs(struct run_row *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		run_row_free(&runs[i]);
	}
	free(runs);
}

/* -- off the loop ------------------------------------------------------------------------------------------------------------------- */

struct past_job {
	char *dir;
	struct store *store; /* NULL: nothing is recorded */
	int64_t run_us; /* 0: list */
	past_list_fn *on_list;
	past_open_fn *on_open;
	void *ctx;
	struct run_row *runs;
	size_t n_runs;
	struct past_run run;
	bool ok;
	struct err err;
};

static void work(void *arg)
{
	struct past_job *j = arg;
	struct reader *r;

	/* What has just ended may still wait for the writer; a store that fails tells so elsewhere. */
	if (j->store != NULL && !store_flush(j->store, FLUSH_MS, &j->err)) {
		j->err = (struct err){ 0 };
	}
	r = reader_open(j->dir, &j->err);
	if (r == NULL) {
		return;
	}
	j->ok = j->run_us == 0 ? runs_list(r, LIST_LIMIT, &j->runs, &j->n_runs, &j->err) : past_read(r, j->run_us, &j->run, &j->err);
	reader_close(r);
}

static void done(void *arg)
{
	struct past_job *j = arg;

	if (j->on_list != NULL) {
		j->on_list(j->ctx, j->runs, j->n_runs, &j->err);
	} else {
		j->on_open(j->ctx, j->ok ? &j->run : NULL, &j->err);
		past_run_free(&j->run);
	}
	free(j->dir);
	free(j);
}

static void submit(struct app *app, struct past_job job)
{
	struct past_job *j = x_malloc(sizeof(*j));

	*j = job;
	j->dir = x_strdup(app->data_dir);
	j->store = app->store;
	chat_params_init(&j->run.params);
	job_submit(app->loop->jobs, work, done, j);
}

void past_list(struct app *app, past_list_fn *fn, void *ctx)
{
	submit(app, (struct past_job){ .on_list = fn, .ctx = ctx });
}

void past_open(struct app *app, int64_t run_us, past_open_fn *fn, void *ctx)
{
	submit(app, (struct past_job){ .run_us = run_us, .on_open = fn, .ctx = ctx });
}
