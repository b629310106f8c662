/* prompts_place - an app in a directory of its own with a prompt "p" of two versions opened in Prompts. */
#ifndef SONDE_TESTS_APP_PROMPTS_PLACE_H
#define SONDE_TESTS_APP_PROMPTS_PLACE_H

#include "tests/base/fake_clock.h"
#include "tests/store/fixture.h"

#include "app/prompts.h"

struct place {
	struct loop *loop;
	struct app *app;
	struct prompts *p;
};

static inline void settle(struct place *o)
{
	struct err e = { 0 };

	assert_true(store_flush(o->app->store, 60000, &e));
	job_pool_wait(o->loop->jobs);
}

/* With a prompt "p" of two versions. */
static inline void open_place(struct place *o, const char *dir)
{
	static const char *const texts[] = { "SYSTEM\nBe brief.\n\nUSER\n{{q}}\n", "SYSTEM\nBe kind.\n\nUSER\n{{q}}\n" };
	struct err e = { 0 };

	fake_clock_reset();
	*o = (struct place){ .loop = loop_new() };
	o->app = app_new(o->loop, config_new(), dir, true);
	o->p = o->app->prompts;
	prompts_open(o->p, "p", 0);
	settle(o);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		prompts_set_text(o->p, texts[i], strlen(texts[i]));
		if (!prompts_save(o->p, "m", &e)) {
			fail_msg("%s", e.text);
		}
		settle(o);
	}
	assert_int_equal(o->p->n_versions, 2);
}

static inline void close_place(struct place *o)
{
	app_free(o->app);
	loop_free(o->loop);
}

static inline void set_text(struct place *o, const char *text)
{
	prompts_set_text(o->p, text, strlen(text));
	settle(o);
}

#endif
