#include "app/counting.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"

struct counting {
	struct app *app;
	struct tokenizer vocabularies[ENCODING_COUNT];
	bool is_asked[ENCODING_COUNT];
};

struct opening {
	struct counting *c;
	int encoding;
	struct tokenizer found;
	bool ok;
	struct err err;
};

struct counting *counting_new(struct app *app)
{
	struct counting *c = x_calloc(1, sizeof(*c));

	c->app = app;
	return c;
}

void counting_free(struct counting *c)
{
	if (c != NULL) {
		for (size_t i = 0; i < ENCODING_COUNT; i++) {
			tokenizer_close(&c->vocabularies[i]);
		}
		free(c);
	}
}

static void work(void *arg)
{
	struct opening *o = arg;

	o->ok = tokenizer_open(&encodings[o->encoding], o->c->app->config->rank_files[o->encoding], &o->found, &o->err);
}

static void done(void *arg)
{
	struct opening *o = arg;
	struct app *app = o->c->app;

	o->c->vocabularies[o->encoding] = o->found;
	if (!o->ok) {
		char *why = clean_line(o->err.text, strlen(o->err.text), 0);

		app_say(app, NEWS_BAD, "tokens are estimated: %s", why);
		free(why);
	} else if (o->found.ranks != NULL) {
		app_changed(app);
	}
	free(o);
}

static void open_off_loop(struct counting *c, int encoding)
{
	struct opening *o = x_calloc(1, sizeof(*o));

	c->is_asked[encoding] = true;
	*o = (struct opening){ .c = c, .encoding = encoding };
	job_submit(c->app->loop->jobs, work, done, o);
}

struct counter counting_of(struct counting *c, const struct target *t)
{
	bool is_its_own = false;
	int encoding = t != NULL ? (int)(encoding_of_model(t->model, &is_its_own) - encodings) : 0;

	if (is_its_own && !c->is_asked[encoding] && !c->app->is_demo) {
		open_off_loop(c, encoding);
	}
	return counter_of(t != NULL ? t->model : NULL, c->vocabularies);
}
