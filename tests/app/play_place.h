/* play_place - an app in a directory of its own with the simulator on its loop: what Play sends goes over real HTTP, and what is kept is read back. */
#ifndef SONDE_TESTS_APP_PLAY_PLACE_H
#define SONDE_TESTS_APP_PLAY_PLACE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/json.h"
#include "base/mem.h"
#include "prompt/registry.h"
#include "sim/sim.h"
#include "tests/store/fixture.h"

struct place {
	const char *dir;
	struct loop *loop;
	struct sim *sim;
	struct app *app;
	struct play *play;
	bool is_idle;
};

static inline bool place_is_idle(const struct place *o)
{
	return play_running(o->play) == 0 && o->play->n_filling == 0 && !o->play->is_loading && o->app->prompts->n_tasks == 0;
}

static inline void place_changed(void *ctx)
{
	struct place *o = ctx;

	o->is_idle = place_is_idle(o);
}

static inline void place_open(struct place *o, const char *dir)
{
	static const char *const kinds[][2] = { { "openai", "/v1" }, { "anthropic", "" }, { "gemini", "" }, { "ollama", "" }, { "cohere", "" } };
	struct config *config = config_new();
	struct sim_options options;
	struct err e = { 0 };

	*o = (struct place){ .dir = dir, .loop = loop_new() };
	sim_options_init(&options);
	options.ttft_ms = 0;
	options.rate = 20000;
	o->sim = sim_new(o->loop, &options, &e);
	if (o->sim == NULL) {
		fail_msg("%s", e.text);
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		char *url = x_asprintf("http://127.0.0.1:%d%s", sim_port(o->sim), kinds[i][1]);

		(void)config_add_provider(config, kinds[i][0], kinds[i][0], url, "sk-none", "a test");
		free(url);
	}
	o->app = app_new(o->loop, config, dir, true);
	o->app->on_change = place_changed;
	o->app->on_change_ctx = o;
	o->play = o->app->play;
	assert_non_null(o->app->store);
}

static inline void place_close(struct place *o)
{
	app_free(o->app);
	sim_free(o->sim);
	loop_free(o->loop);
}

/* Until all answers are there and nothing is read any more. */
static inline void place_settle(struct place *o)
{
	while (!place_is_idle(o)) {
		o->is_idle = false;
		loop_run_until(o->loop, &o->is_idle);
	}
}

static inline void place_send(struct place *o)
{
	struct err e = { 0 };

	if (!play_send(o->play, &e)) {
		fail_msg("%s", e.text);
	}
	place_settle(o);
}

/* Saves a version; json: a bundle. */
static inline void place_save(const struct place *o, const char *name, const char *json)
{
	struct err e = { 0 };
	struct registry *r = registry_open(o->dir, true, &e);
	const struct version_save save = { .name = name, .author = "ana", .message = "" };
	json_t *object = json_loads(json, 0, NULL);
	struct bundle b;
	int number;
	bool is_new;

	assert_non_null(r);
	assert_non_null(object);
	if (!bundle_from_json(object, &b, &e) || !version_save(r, &save, &b, &number, &is_new, &e)) {
		fail_msg("%s", e.text);
	}
	bundle_free(&b);
	json_decref(object);
	registry_close(r);
}

/* What was recorded of the shown answer of a column: to be freed by call_row_free and call_body_free. */
static inline void place_recorded(const struct place *o, size_t column, struct call_row *row, struct call_body *body)
{
	const struct play_answer *a = o->play->columns[column]->answer;
	struct err e = { 0 };

	assert_non_null(a->call);
	assert_true(store_flush(o->app->store, 5000, &e));
	struct reader *r = reader_open(o->dir, &e);

	assert_non_null(r);
	if (!calls_get(r, a->call->row.id, row, body, &e)) {
		fail_msg("%s", e.text);
	}
	reader_close(r);
}

/* The request of the shown answer of a column as it was recorded, the caller's; row: to be freed by call_row_free. */
static inline json_t *place_sent(const struct place *o, size_t column, struct call_row *row)
{
	struct call_body body;

	place_recorded(o, column, row, &body);
	json_t *v = json_loadb(body.request, body.request_len, 0, NULL);

	assert_non_null(v);
	call_body_free(&body);
	return v;
}

/* Another start, which sends the newest past run again. */
static inline void place_send_past(struct place *o)
{
	const char *dir = o->dir;

	place_close(o);
	place_open(o, dir);
	play_load_history(o->play);
	place_settle(o);
	play_open_run(o->play, 0, OPEN_SEND);
	place_settle(o);
}

#endif
