#include "app/play_compare.h"

#include <stdlib.h>

#include "app/app.h"
#include "base/job.h"
#include "base/mem.h"
#include "net/loop.h"
#include "text/pretty.h"

struct comparison *comparison_new(void)
{
	return x_calloc(1, sizeof(struct comparison));
}

void comparison_add(struct comparison *c, const char *label, const struct buf *text)
{
	struct compared *a = array_push(c->answers, c->n, c->cap);

	a->label = x_strdup(label);
	(void)buf_add(&a->text, buf_str(text), text->len);
}

/* JSON with a member a line, so that no difference is only one of layout. */
static void lay_out(struct compared *a)
{
	struct pretty p = { 0 };

	pretty_feed(&p, buf_str(&a->text), a->text.len, &a->laid_out);
	if (p.state != PRETTY_DONE) {
		buf_free(&a->laid_out);
	}
}

static void compare(void *arg)
{
	struct comparison *c = arg;
	struct compared *first = &c->answers[0];
	struct consensus_text *others = x_reallocarray(NULL, c->n, sizeof(*others));

	lay_out(first);
	for (size_t i = 1; i < c->n; i++) {
		struct compared *other = &c->answers[i];

		lay_out(other);
		other->is_json = first->laid_out.len > 0 && other->laid_out.len > 0;
		const struct buf *a = other->is_json ? &first->laid_out : &first->text, *b = other->is_json ? &other->laid_out : &other->text;
		diff_make(&other->diff, buf_str(a), a->len, buf_str(b), b->len, other->is_json ? DIFF_WORDS : DIFF_WORDS | DIFF_SENTENCES);
		others[i - 1] = (struct consensus_text){ buf_str(&other->text), other->text.len };
	}
	consensus_make(&c->consensus, (struct consensus_text){ buf_str(&first->text), first->text.len }, others, c->n - 1);
	free(others);
}

static void compared(void *arg)
{
	struct comparison *c = arg;
	struct app *app = c->app;

	c->is_running = false;
	if (c->is_unwanted) {
		comparison_free(c);
	} else {
		c->fn(c->ctx);
		app_changed(app);
	}
}

void comparison_start(struct comparison *c, struct app *app, void (*fn)(void *ctx), void *ctx)
{
	c->app = app;
	c->fn = fn;
	c->ctx = ctx;
	c->is_running = true;
	job_submit(app->loop->jobs, compare, compared, c);
}

void comparison_free(struct comparison *c)
{
	if (c != NULL && c->is_running) {
		c->is_unwanted = true;
		return;
	}
	for (size_t i = 0; c != NULL && i < c->n; i++) {
		struct compared *a = &c->answers[i];

		free(a->label);
		buf_free(&a->text);
		buf_free(&a->laid_out);
		diff_free(&a->diff);
	}
	if (c != NULL) {
		consensus_free(&c->consensus);
		free(c->answers);
	}
	free(c);
}
