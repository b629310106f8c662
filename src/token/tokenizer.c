#include "token/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/xdg.h"
#include "token/bpe.h"
#include "token/rank_file.h"

const struct tokenizer tokenizer_estimating = { &encodings[ENCODING_O200K], NULL };

/* ---- counting ---- */

void tokenizer_weigh(const struct tokenizer *t, const char *text, size_t len, struct weight *sum)
{
	split_fn *split = t->encoding->split;

	for (size_t at = 0; at < len;) {
		size_t n = split(text + at, len - at);
		enum mix mix = MIX_LATIN;
		int64_t each = t->ranks != NULL ? (int64_t)bpe_count(t->ranks, text + at, n) * 1000 : estimate_piece(t->encoding->weights, text + at, n, &mix);

		sum->of[mix] += each;
		at += n;
	}
}

int64_t weight_sum(const struct weight *w)
{
	return w->of[MIX_LATIN] + w->of[MIX_SIGNS] + w->of[MIX_CJK] + w->of[MIX_OTHER];
}

void weight_add(struct weight *to, const struct weight *w, int64_t times)
{
	for (size_t i = 0; i < MIX_COUNT; i++) {
		to->of[i] += times * w->of[i];
	}
}

int64_t tokenizer_count(const struct tokenizer *t, const char *text, size_t len)
{
	struct weight w = { { 0 } };

	tokenizer_weigh(t, text, len, &w);
	return tokenizer_rounded(weight_sum(&w));
}

bool tokenizer_is_exact(const struct tokenizer *t)
{
	return t->ranks != NULL;
}

/* ---- opening ---- */

/* "~/.cache/sonde/HASH.bpe"; NULL: no home is known. */
static char *index_path(const struct encoding *encoding)
{
	char *dir = xdg_cache_dir(), *path = dir != NULL ? x_asprintf("%s/%s.bpe", dir, encoding->sha256) : NULL;

	free(dir);
	return path;
}

static struct ranks *map_index(const struct encoding *encoding)
{
	unsigned char hash[SHA256_SIZE];
	char *path = index_path(encoding);
	struct ranks *r;

	rank_file_hash(encoding, hash);
	r = path != NULL ? ranks_map(path, hash) : NULL;
	free(path);
	return r;
}

/* Not being able to keep it only costs time the next time. */
static void keep_index(const struct encoding *encoding, const struct ranks *r)
{
	char *dir = xdg_cache_dir(), *path = index_path(encoding);
	struct err e = { 0 };

	if (dir != NULL && xdg_make_dir(dir, &e)) {
		(void)!ranks_save(r, path, &e);
	}
	free(dir);
	free(path);
}

/* wanted NULL: of whichever encoding it is. */
static bool open_file(const char *path, const struct encoding *wanted, struct tokenizer *t, bool *is_missing, struct err *e)
{
	struct buf text = { 0 };
	unsigned char hash[SHA256_SIZE];
	const struct encoding *encoding = rank_file_read(path, &text, hash, is_missing, e);
	struct ranks *r = NULL;

	if (encoding != NULL && wanted != NULL && encoding != wanted) {
		err_set(e, ERR_CONFIG, "%s is the rank file of %s, not of %s", path, encoding->name, wanted->name);
		encoding = NULL;
	}
	if (encoding != NULL && (r = map_index(encoding)) == NULL && (r = ranks_compile(buf_str(&text), text.len, hash, e)) != NULL) {
		keep_index(encoding, r);
	}
	if (r != NULL) {
		*t = (struct tokenizer){ encoding, r };
	}
	buf_free(&text);
	return r != NULL;
}

bool tokenizer_open_file(const char *path, struct tokenizer *out, struct err *e)
{
	return open_file(path, NULL, out, NULL, e);
}

/* Where tiktoken keeps what it has fetched: below one of these directories. */
static const struct {
	const char *variable, *below;
} tiktoken_dirs[] = { { "TIKTOKEN_CACHE_DIR", "" }, { "DATA_GYM_CACHE_DIR", "" }, { "TMPDIR", "/data-gym-cache" }, { NULL, "/data-gym-cache" } };

/* As tiktoken does: the first that is set is the one, and an empty one means none. */
static bool open_of_tiktoken(struct tokenizer *t, struct err *e)
{
	const char *dir = NULL;
	size_t i = 0;

	for (; dir == NULL; i++) {
		dir = tiktoken_dirs[i].variable != NULL ? getenv(tiktoken_dirs[i].variable) : "/tmp";
	}
	char *path = x_asprintf("%s%s/%s", dir, tiktoken_dirs[i - 1].below, t->encoding->cache_name);
	bool is_missing = dir[0] == '\0', ok = !is_missing && open_file(path, t->encoding, t, &is_missing, e);

	free(path);
	if (is_missing) {
		*e = (struct err){ 0 };
	}
	return ok || is_missing;
}

bool tokenizer_open(const struct encoding *encoding, const char *path, struct tokenizer *t, struct err *e)
{
	*t = (struct tokenizer){ encoding, map_index(encoding) };
	return t->ranks != NULL || (path != NULL ? open_file(path, encoding, t, NULL, e) : open_of_tiktoken(t, e));
}

void tokenizer_close(struct tokenizer *t)
{
	ranks_free(t->ranks);
	t->ranks = NULL;
}
