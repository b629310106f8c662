#include "app/live_count.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tally.h"

#define AT_ONCE ((size_t)16384) /* bytes: within a millisecond by any tokenizer on any text */

/* The text as one tokenizer counts it. */
struct way {
	struct tokenizer by;
	struct tally tally;
	bool is_whole;    /* the tally is of the text; else it is empty */
	bool is_counting; /* off the loop */
};

struct live_count {
	struct app *app;
	const char *text;
	size_t len;
	struct way *ways;
	size_t n, cap;
	size_t n_jobs;
	bool is_unwanted; /* the last job frees it */
};

struct job {
	struct live_count *c;
	size_t way;
	struct tokenizer by;
	char *text;
	size_t len;
	struct tally tally;
};

/* What makes one text of another: of both the same begin and the same end, and what lies between. */
struct edit {
	size_t at, removed, inserted;
};

static size_t same_begin(const char *a, const char *b, size_t most)
{
	size_t n = 0;

	while (n + 64 <= most && memcmp(a + n, b + n, 64) == 0) {
		n += 64;
	}
	while (n < most && a[n] == b[n]) {
		n++;
	}
	return n;
}

static size_t same_end(const char *a, const char *b, size_t most)
{
	size_t n = 0;

	while (n + 64 <= most && memcmp(a - n - 64, b - n - 64, 64) == 0) {
		n += 64;
	}
	while (n < most && a[-(ptrdiff_t)n - 1] == b[-(ptrdiff_t)n - 1]) {
		n++;
	}
	return n;
}

static struct edit edit_of(const char *from, size_t from_len, const char *to, size_t to_len)
{
	size_t most = from_len < to_len ? from_len : to_len, begin = same_begin(from, to, most);
	size_t end = same_end(from + from_len, to + to_len, most - begin);

	return (struct edit){ begin, from_len - begin - end, to_len - begin - end };
}

struct live_count *live_count_new(struct app *app)
{
	struct live_count *c = x_calloc(1, sizeof(*c));

	c->app = app;
	c->text = "";
	return c;
}

void live_count_free(struct live_count *c)
{
	if (c == NULL) {
		return;
	}
	if (c->n_jobs > 0) {
		c->is_unwanted = true;
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		tally_free(&c->ways[i].tally);
	}
	free(c->ways);
	free(c);
}

static void forget(struct way *w)
{
	tally_free(&w->tally);
	w->is_whole = false;
}

/* The tally of the text before the edit becomes that of the present one, or none where that is too much for the loop. */
static void follow(const struct live_count *c, struct way *w, const struct edit *e)
{
	if (tally_touched(&w->tally, e->at, e->removed, e->inserted) <= AT_ONCE) {
		tally_edit(&w->tally, &w->by, c->text, c->len, e->at, e->removed, e->inserted);
	} else {
		forget(w);
	}
}

void live_count_set(struct live_count *c, const char *text)
{
	size_t len = strlen(text);
	struct edit e = edit_of(c->text, c->len, text, len);

	c->text = text;
	c->len = len;
	for (size_t i = 0; i < c->n; i++) {
		if (c->ways[i].is_whole) {
			follow(c, &c->ways[i], &e);
		}
	}
}

/* ---- off the loop ---- */

static void work(void *arg)
{
	struct job *j = arg;

	tally_set(&j->tally, &j->by, j->text, j->len);
}

static void take(struct live_count *c, struct job *j)
{
	struct way *w = &c->ways[j->way];
	struct edit meanwhile = edit_of(j->text, j->len, c->text, c->len);

	w->is_counting = false;
	w->tally = j->tally;
	w->is_whole = true;
	follow(c, w, &meanwhile);
	app_changed(c->app);
}

static void done(void *arg)
{
	struct job *j = arg;
	struct live_count *c = j->c;

	c->n_jobs--;
	if (c->is_unwanted) {
		tally_free(&j->tally);
		if (c->n_jobs == 0) {
			live_count_free(c);
		}
	} else {
		take(c, j);
	}
	free(j->text);
	free(j);
}

static void begin(struct live_count *c, size_t way)
{
	struct job *j = x_calloc(1, sizeof(*j));

	c->ways[way].is_counting = true;
	c->n_jobs++;
	*j = (struct job){ .c = c, .way = way, .by = c->ways[way].by, .text = x_strndup(c->text, c->len), .len = c->len };
	job_submit(c->app->loop->jobs, work, done, j);
}

/* ---- asking ---- */

static size_t way_of(struct live_count *c, const struct tokenizer *by)
{
	size_t i = 0;

	while (i < c->n && (c->ways[i].by.encoding != by->encoding || c->ways[i].by.ranks != by->ranks)) {
		i++;
	}
	if (i == c->n) {
		array_push(c->ways, c->n, c->cap)->by = *by;
	}
	return i;
}

bool live_count_weigh(struct live_count *c, const struct tokenizer *by, struct weight *sum)
{
	size_t i = way_of(c, by);
	struct way *w = &c->ways[i];

	if (!w->is_whole && !w->is_counting && c->len <= AT_ONCE) {
		tally_set(&w->tally, by, c->text, c->len);
		w->is_whole = true;
	}
	if (w->is_whole) {
		weight_add(sum, &w->tally.weight, 1);
		return true;
	}
	if (!w->is_counting) {
		begin(c, i);
	}
	struct weight start = { { 0 } };
	size_t looked_at = c->len < AT_ONCE ? c->len : AT_ONCE;

	tokenizer_weigh(&(struct tokenizer){ by->encoding, NULL }, c->text, looked_at, &start);
	for (size_t k = 0; k < MIX_COUNT; k++) {
		sum->of[k] += looked_at > 0 ? (int64_t)((double)start.of[k] * (double)c->len / (double)looked_at) : 0;
	}
	return false;
}
