/* text_bench DIR - text from outside to lines of the screen: cleaning against memcpy of the same bytes, wrapping against a pass of memchr,
 * word diff against `git diff --word-diff` and wdiff. DIR: for the files the programs compare. */
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/bench/table.h"
#include "text/clean.h"
#include "diff/diff.h"
#include "text/wrap.h"

#define TEXT_BYTES ((size_t)1 << 20)
#define WIDTH 80

extern char **environ;

struct bytes {
	const char *s;
	size_t len;
	struct buf out;
	size_t found;
	char **argv; /* of a program to run on them */
	const char *other;
	size_t other_len;
};

static struct buf repeated(const char *piece)
{
	struct buf b = { 0 };

	while (b.len < TEXT_BYTES) {
		(void)buf_add_str(&b, piece);
	}
	return b;
}

static void run_clean(void *ctx)
{
	struct bytes *t = ctx;
	struct cleaner c;

	cleaner_init(&c);
	buf_clear(&t->out);
	cleaner_feed(&c, t->s, t->len, &t->out);
	cleaner_end(&c, &t->out);
}

static void run_copy(void *ctx)
{
	struct bytes *t = ctx;

	buf_clear(&t->out);
	(void)buf_add(&t->out, t->s, t->len);
}

static void run_wrap(void *ctx)
{
	struct bytes *t = ctx;
	struct wrap w = { 0 };

	wrap_update(&w, t->s, t->len, WIDTH);
	t->found = w.n;
	wrap_free(&w);
}

static void run_newlines(void *ctx)
{
	struct bytes *t = ctx;
	const char *at = t->s, *end = t->s + t->len;

	t->found = 0;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		t->found++;
	}
}

static void compare(const char *what, struct bytes *t, void (*ours)(void *), const char *peer, void (*theirs)(void *))
{
	char measured[80], beside[80];
	double a = table_least(0.3, ours, t), b = table_least(0.3, theirs, t);

	(void)snprintf(measured, sizeof(measured), "%.2f ms a MB, %.0f MB/s", a * 1e3 * 1e6 / (double)t->len, (double)t->len / a / 1e6);
	(void)snprintf(beside, sizeof(beside), "%s %.3f ms", peer, b * 1e3 * 1e6 / (double)t->len);
	table_row(what, measured, beside, a / b, "");
}

static void bench_clean_and_wrap(void)
{
	static const struct {
		const char *name, *piece;
	} texts[] = {
		{ "ASCII", "The rate limiter keeps one token bucket for each key, and a request that finds it empty waits.\n" },
		{ "CJK", "速率限制器为每个密钥保留一个令牌桶，请求发现它为空时将等待。レート制限は鍵ごとに一つのバケツを持つ。\n" },
		{ "hostile", "\x1b[31mred\x1b[0m \x1b]0;title\x07 \xe2\x80\xaetxet\xe2\x80\xac z\xe2\x80\x8bw \xff\xc3 "
			     "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 "
			     "\xc2\x9b" "1m\r\n" },
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct buf text = repeated(texts[i].piece);
		struct bytes t = { .s = text.s, .len = text.len };
		char what[80];

		(void)snprintf(what, sizeof(what), "clean, 1 MB of %s", texts[i].name);
		compare(what, &t, run_clean, "memcpy", run_copy);
		run_clean(&t);
		struct bytes clean = { .s = t.out.s, .len = t.out.len };
		(void)snprintf(what, sizeof(what), "wrap at %d cells, 1 MB of %s", WIDTH, texts[i].name);
		compare(what, &clean, run_wrap, "memchr for newlines", run_newlines);
		buf_free(&text);
		buf_free(&t.out);
	}
}

/* A column that streams: what one token costs when there is a long answer before it. */
static void bench_growth(void)
{
	struct buf text = repeated("one more token of a paragraph that never ends and has no newline in its first thousand words ");
	struct wrap w = { 0 };
	double least = INFINITY;
	char measured[80];

	for (size_t len = 8, at = 0; len < text.len; len += 8) {
		double start = table_now();

		wrap_update(&w, text.s, len, WIDTH);
		double took = table_now() - start;
		least = at++ % 4096 == 0 ? took : fmin(least, took);
	}
	(void)snprintf(measured, sizeof(measured), "%.2f us a token", least * 1e6);
	table_row("wrap, one token at the end of 1 MB", measured, "a frame, 33 ms", least / 0.033, "<= 0.001");
	wrap_free(&w);
	buf_free(&text);
}

/* ---- diff ---- */

static void run_diff(void *ctx)
{
	struct bytes *t = ctx;
	struct diff d;

	diff_make(&d, t->s, t->len, t->other, t->other_len, DIFF_WORDS | DIFF_MOVES);
	t->found = d.n_parts;
	diff_free(&d);
}

static void run_program(void *ctx)
{
	const struct bytes *t = ctx;
	posix_spawn_file_actions_t files;
	pid_t pid;
	int status;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", 1, 0);
	if (posix_spawnp(&pid, t->argv[0], &files, NULL, t->argv, environ) == 0) {
		(void)waitpid(pid, &status, 0);
	}
	(void)posix_spawn_file_actions_destroy(&files);
}

static bool is_installed(const char *program)
{
	char *command = x_asprintf("command -v %s >/dev/null 2>&1", program);
	int status = system(command);

	free(command);
	return status == 0;
}

static void write_file(const char *path, const struct buf *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text->s, 1, text->len, f) != text->len || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* Two texts of 1 MB; about 4,400 of 11,000 lines differ in a word or two. */
static void make_pair(struct buf *a, struct buf *b)
{
	static const char *const words[] = { "token", "bucket", "request", "waits", "for", "the", "key", "that", "limit", "answer", "is",
		"empty", "before", "retry", "after", "header" };
	uint64_t state = 7;

	while (a->len < TEXT_BYTES) {
		bool is_changed = (state >> 33) % 5 < 2;
		size_t change = (state >> 40) % 14;

		for (size_t i = 0; i < 14; i++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			const char *word = words[state >> 60];

			(void)buf_addf(a, "%s%s", word, i < 13 ? " " : ".\n");
			(void)buf_addf(b, "%s%s%s", word, is_changed && i == change ? "ish thing" : "", i < 13 ? " " : ".\n");
		}
	}
}

static void bench_diff(const char *dir)
{
	struct buf a = { 0 }, b = { 0 };
	char *a_path = x_asprintf("%s/a.txt", dir), *b_path = x_asprintf("%s/b.txt", dir);
	char *git[] = { x_strdup("git"), x_strdup("diff"), x_strdup("--no-index"), x_strdup("--word-diff"), a_path, b_path, NULL };
	char *wdiff[] = { x_strdup("wdiff"), a_path, b_path, NULL };
	char **peers[] = { git, wdiff };

	make_pair(&a, &b);
	write_file(a_path, &a);
	write_file(b_path, &b);
	struct bytes t = { .s = a.s, .len = a.len, .other = b.s, .other_len = b.len };
	double ours = table_least(0.5, run_diff, &t);
	for (size_t i = 0; i < COUNT_OF(peers); i++) {
		char measured[80], beside[80];

		if (!is_installed(peers[i][0])) {
			fprintf(stderr, "bench: %s is not installed: no comparison with it\n", peers[i][0]);
			continue;
		}
		t.argv = peers[i];
		double theirs = table_least(0.5, run_program, &t);
		(void)snprintf(measured, sizeof(measured), "%.1f ms, %zu parts", ours * 1e3, t.found);
		(void)snprintf(beside, sizeof(beside), "%s%s, whole program %.1f ms", peers[i][0], i == 0 ? " diff --word-diff" : "", theirs * 1e3);
		table_row("word diff of two texts of 1 MB", measured, beside, ours / theirs, "<= 1");
	}
	for (size_t i = 0; i < 4; i++) {
		free(git[i]);
	}
	free(wdiff[0]);
	(void)remove(a_path);
	(void)remove(b_path);
	free(a_path);
	free(b_path);
	buf_free(&a);
	buf_free(&b);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: text_bench DIR\n");
		return 2;
	}
	bench_clean_and_wrap();
	bench_growth();
	bench_diff(argv[1]);
	return 0;
}
