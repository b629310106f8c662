#include "app/exporter.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/board_ask.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "metrics/export.h"
#include "text/clean.h"
#include "text/figure.h"

struct exporter {
	struct app *app;
	bool is_running;
	atomic_bool is_stopped;
	/* the job's, while it runs */
	struct asking asking;
	enum export_what what;
	enum export_format format;
	struct outfile *file;
	char *path;
	uint64_t n; /* calls, or groups */
	bool ok;
	struct err err;
};

static bool take(void *ctx, const char *bytes, size_t len, struct err *e)
{
	struct exporter *x = ctx;

	if (atomic_load(&x->is_stopped)) {
		return err_set(e, ERR_INTERRUPTED, "it was given up");
	}
	return outfile_write(x->file, bytes, len, e);
}

static bool write_groups(struct exporter *x, struct reader **r)
{
	struct buf out = { 0 };

	asking_run(&x->asking, r);
	if (!x->asking.ok) {
		x->err = x->asking.err;
		return false;
	}
	export_groups_csv(x->asking.a.table, x->asking.q.by, &out);
	x->n = x->asking.a.table->n_groups;
	bool ok = take(x, buf_str(&out), out.len, &x->err);

	buf_free(&out);
	return ok;
}

static bool write_calls(struct exporter *x, struct reader **r)
{
	struct condition where;
	struct call_filter f;

	*r = reader_open(x->asking.dir, &x->err);
	bool ok = *r != NULL && asking_log_filter(&x->asking, *r, &f, &where, &x->err);

	if (ok) {
		ok = export_calls(*r, &f, UINT64_MAX, x->format, take, x, &x->n, &x->err);
		condition_free(&where);
	}
	return ok;
}

static void run(void *arg)
{
	struct exporter *x = arg;
	struct reader *r = NULL;

	x->ok = x->what == EXPORT_THE_GROUPS ? write_groups(x, &r) : write_calls(x, &r);
	reader_close(r);
	if (x->ok) {
		x->ok = outfile_keep(x->file, &x->err);
	} else {
		outfile_discard(x->file);
	}
	x->file = NULL;
}

static void done(void *arg)
{
	struct exporter *x = arg;
	char *path = clean_line(x->path, strlen(x->path), 0), *why = clean_line(x->err.text, strlen(x->err.text), 0);
	const char *noun = x->what == EXPORT_THE_GROUPS ? "group" : "call";
	char n[FIGURE_SIZE];

	x->is_running = false;
	asking_free(&x->asking);
	if (x->ok) {
		figure_exact((int64_t)x->n, n);
		app_say(x->app, NEWS_GOOD, "%s %s%s written to %s", n, noun, x->n == 1 ? "" : "s", path);
	} else {
		app_say(x->app, NEWS_BAD, "Nothing was exported: %s", why);
	}
	free(x->path);
	free(why);
	free(path);
}

struct exporter *exporter_new(struct app *app)
{
	struct exporter *x = x_calloc(1, sizeof(*x));

	x->app = app;
	return x;
}

void exporter_stop(struct exporter *x)
{
	atomic_store(&x->is_stopped, true);
}

void exporter_free(struct exporter *x)
{
	free(x);
}

bool exporter_start(struct exporter *x, enum export_what what, const char *path, bool replaces, struct err *e)
{
	enum export_format format = export_format_of(path);

	if (x->is_running) {
		return err_set(e, ERR_USAGE, "another file is being written");
	}
	if (format == EXPORT_FORMATS) {
		return err_set(e, ERR_USAGE, "the name must end in .csv or .jsonl");
	}
	x->file = outfile_new(path, replaces, e);
	if (x->file == NULL) {
		return e->code == ERR_USAGE ? err_hint(e, ":export! replaces it") : false;
	}
	x->is_running = true;
	x->format = format;
	x->what = format == EXPORT_JSONL ? EXPORT_THE_CALLS : what;
	x->path = x_strdup(path);
	x->n = 0;
	x->err = (struct err){ 0 };
	asking_init_shown(&x->asking, x->app->board, x->what == EXPORT_THE_CALLS);
	job_submit(x->app->loop->jobs, run, done, x);
	return true;
}
