#include "app/counting.h"

#include <stdlib.h>
#include <string.h>

#include "app/learned.h"
#include "base/mem.h"
#include "text/clean.h"

#define FLUSH_MS 500

struct counting {
	struct app *app;
	struct tokenizer vocabularies[ENCODING_COUNT];
	bool is_asked[ENCODING_COUNT];
	struct learned learned;
	bool has_looked, is_looking, looks_again;
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
		learned_free(&c->learned);
		free(c);
	}
}

/* ---- vocabularies ---- */

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

/* ---- learning ---- */

struct looking {
	struct counting *c;
	struct learned learned;
};

static void look(void *arg)
{
	struct looking *l = arg;
	struct app *app = l->c->app;
	struct err e = { 0 }; /* an estimate does without */

	if (app->store != NULL && !store_flush(app->store, FLUSH_MS, &e)) { /* what has just ended may still wait for the writer */
		e = (struct err){ 0 };
	}
	struct reader *r = reader_open(app->data_dir, &e);

	if (r != NULL && !learned_read(r, app->is_demo, &l->learned, &e)) {
		learned_free(&l->learned);
	}
	reader_close(r);
}

static void looked(void *arg)
{
	struct looking *l = arg;
	struct counting *c = l->c;

	learned_free(&c->learned);
	c->learned = l->learned;
	c->is_looking = false;
	free(l);
	if (c->looks_again) {
		counting_learn(c);
	}
	if (c->learned.n > 0) {
		app_changed(c->app);
	}
}

void counting_learn(struct counting *c)
{
	c->looks_again = c->is_looking;
	if (!c->is_looking) {
		struct looking *l = x_calloc(1, sizeof(*l));

		c->is_looking = c->has_looked = true;
		l->c = c;
		job_submit(c->app->loop->jobs, look, looked, l);
	}
}

struct counter counting_of(struct counting *c, const struct target *t)
{
	bool is_its_own = false;
	int encoding = t != NULL ? (int)(encoding_of_model(t->model, &is_its_own) - encodings) : 0;

	if (is_its_own && !c->is_asked[encoding] && !c->app->is_demo) {
		open_off_loop(c, encoding);
	}
	if (t != NULL && !c->has_looked) {
		counting_learn(c);
	}
	return counter_of(t != NULL ? t->model : NULL, c->vocabularies, t != NULL ? learned_find(&c->learned, t->provider->name, t->model) : NULL);
}
