#include "gateway/kept_prices.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/xdg.h"

#define FILE_MOST ((size_t)16 << 20)

static char *path_in(const char *dir)
{
	return x_asprintf("%s/prices.json", dir);
}

static void take_first(void *ctx, const struct err *e)
{
	struct err *first = ctx;

	if (first->code == ERR_NONE) {
		*first = *e;
	}
}

bool kept_prices_load(struct price_table *t, const char *dir, bool *is_used, struct err *e)
{
	char *path = path_in(dir), snapshot[16];
	struct buf text;
	bool is_missing = false, ok = true;

	*is_used = false;
	buf_init(&text, FILE_MOST);
	if (!file_read(path, &text, &is_missing, e)) {
		ok = is_missing;
	} else if (!price_file_snapshot(buf_str(&text), text.len, snapshot) || strcmp(snapshot, price_table_version(t)) >= 0) {
		struct err first = { 0 };

		*is_used = price_file_read(t, path, buf_str(&text), text.len, take_first, &first) >= 0;
		ok = *is_used;
		if (!ok) {
			*e = first;
			(void)err_hint(e, "remove it, or replace it with `sonde models --prices FILE`");
		}
	}
	buf_free(&text);
	free(path);
	return ok;
}

bool kept_prices_put(const char *dir, const char *name, const char *text, size_t len, int *n_new, price_problem_fn *fn, void *ctx)
{
	struct price_table *t = price_table_new();
	char *built_in = x_strdup(price_table_version(t)), *path = path_in(dir);
	struct err e = { 0 };
	bool ok = false;

	*n_new = price_file_read(t, name, text, len, fn, ctx);
	if (*n_new < 0) {
		goto out;
	}
	if (strcmp(price_table_version(t), built_in) < 0) {
		(void)err_set(&e, ERR_CONFIG, "the prices of %s are of %s, older than the built-in ones of %s", name, price_table_version(t), built_in);
	} else {
		ok = xdg_make_dir(dir, &e) && file_replace(path, text, len, &e);
	}
	if (!ok) {
		fn(ctx, &e);
	}
out:
	price_table_free(t);
	free(built_in);
	free(path);
	return ok;
}
