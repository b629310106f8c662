/* text_bench - text from outside to lines of the screen: cleaning against memcpy of the same bytes, wrapping against a pass of memchr. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/bench/table.h"
#include "text/clean.h"
#include "text/wrap.h"

#define TEXT_BYTES ((size_t)1 << 20)
#define WIDTH 80

struct bytes {
	const char *s;
	size_t len;
	struct buf out;
	size_t found;
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

int main(void)
{
	bench_clean_and_wrap();
	bench_growth();
	return 0;
}
