/* token_bench DIR [NPM] - counting tokens: MB/s of English, Chinese and what is worst, one key in 1 MB, and the opening of a compiled vocabulary.
 * DIR: where texts are written. NPM: where node_modules has the package tiktoken, which counts the same texts. XDG_CACHE_HOME
 * holds the compiled vocabulary; without one only the estimator is measured. */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/bench/table.h"
#include "token/tally.h"

#define TEXT_BYTES ((size_t)1 << 20)

/* The least processor time of a run: counting waits for nothing, so what else the machine does need not show. */
static double cpu_least(double seconds, void (*fn)(void *ctx), void *ctx)
{
	double least = INFINITY, end = table_now() + seconds;

	for (int n = 0; n < 3 || table_now() < end; n++) {
		double start = table_cpu();

		fn(ctx);
		least = fmin(least, table_cpu() - start);
	}
	return least;
}

struct counting {
	const struct tokenizer *by;
	struct buf text;
	int64_t tokens;
	struct tally tally;
	size_t at;
};

static void run_count(void *ctx)
{
	struct counting *c = ctx;

	c->tokens = tokenizer_count(c->by, c->text.s, c->text.len);
}

/* A key typed, and taken back. */
static void run_key(void *ctx)
{
	struct counting *c = ctx;

	memmove(c->text.s + c->at + 1, c->text.s + c->at, c->text.len - c->at);
	c->text.s[c->at] = 'x';
	tally_edit(&c->tally, c->by, c->text.s, c->text.len + 1, c->at, 0, 1);
	memmove(c->text.s + c->at, c->text.s + c->at + 1, c->text.len - c->at);
	tally_edit(&c->tally, c->by, c->text.s, c->text.len, c->at, 1, 0);
}

static void run_open(void *ctx)
{
	struct tokenizer t;
	struct err e = { 0 };

	(void)ctx;
	if (tokenizer_open(&encodings[ENCODING_O200K], NULL, &t, &e)) {
		tokenizer_close(&t);
	}
}

/* ---- texts ---- */

static uint32_t below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)*seed * n >> 32);
}

static void english(struct buf *out)
{
	static const char *const words[] = { "the", "of", "request", "limiter", "keeps", "a", "bucket", "for", "each", "customer", "and", "waits", "until", "provider",
		"answers", "again", "in", "which", "tokens", "are", "counted", "before", "sending", "configuration", "escalation", "never", "guess", "it", "is",
		"latency", "percentile", "unexpected", "to", "retry", "with", "backoff", "that", "evaluation", "incident", "summarise" };
	uint32_t seed = 1;

	while (out->len < TEXT_BYTES) {
		uint32_t n = 6 + below(&seed, 14);

		for (uint32_t i = 0; i < n; i++) {
			const char *word = words[below(&seed, COUNT_OF(words))];

			(void)buf_addf(out, "%s%c%s", i > 0 ? " " : "", i > 0 ? word[0] : word[0] - 32, word + 1);
		}
		(void)buf_add_str(out, below(&seed, 5) == 0 ? ".\n\n" : below(&seed, 3) == 0 ? "; " : ". ");
	}
}

static void chinese(struct buf *out)
{
	static const char *const words[] = { "我们", "请求", "限流器", "为", "每个", "客户", "保留", "一个", "令牌桶", "的", "在", "发送", "之前", "计算", "费用", "模型", "回答",
		"不要", "猜测", "如果", "失败", "就", "明天", "再试", "配置", "文件", "里", "说明", "了", "原因", "并且", "记录", "所有", "调用" };
	uint32_t seed = 2;

	while (out->len < TEXT_BYTES) {
		uint32_t n = 4 + below(&seed, 9);

		for (uint32_t i = 0; i < n; i++) {
			(void)buf_add_str(out, words[below(&seed, COUNT_OF(words))]);
		}
		(void)buf_add_str(out, below(&seed, 4) == 0 ? "。\n" : below(&seed, 2) == 0 ? "，" : "。");
	}
}

static void add_character(struct buf *out, uint32_t cp)
{
	const char bytes[] = { (char)(0xE0 | cp >> 12), (char)(0x80 | (cp >> 6 & 63)), (char)(0x80 | (cp & 63)) };

	(void)buf_add(out, bytes, sizeof(bytes));
}

static void unbroken_han(struct buf *out)
{
	uint32_t seed = 3;

	for (int i = 0; i < 40000; i++) {
		add_character(out, 0x4e00 + below(&seed, 3000));
	}
}

static void unbroken_letters(struct buf *out)
{
	uint32_t seed = 4;

	while (out->len < TEXT_BYTES) {
		(void)buf_add_char(out, (char)('a' + below(&seed, 26)));
	}
}

static void one_letter(struct buf *out)
{
	while (out->len < TEXT_BYTES) {
		(void)buf_add_char(out, 'a');
	}
}

static void base64_lines(struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t seed = 5;

	while (out->len < TEXT_BYTES) {
		for (int i = 0; i < 76; i++) {
			(void)buf_add_char(out, letters[below(&seed, 64)]);
		}
		(void)buf_add_char(out, '\n');
	}
}

static const struct {
	const char *name;
	void (*make)(struct buf *out);
	double least; /* MB/s that counting exactly should have */
	bool is_slow_for_npm;
} texts[] = {
	{ "English", english, 70, false },
	{ "Chinese", chinese, 35, false },
	{ "40,000 unbroken Han characters", unbroken_han, 20, true },
	{ "base64", base64_lines, 20, false },
	{ "a million unbroken letters", unbroken_letters, 20, true },
	{ "a million times one letter", one_letter, 20, true },
};

/* ---- rows ---- */

/* What npm's tiktoken takes for the same text, in seconds; 0: it is not there. */
static double npm_seconds(const char *dir, const char *npm, const struct buf *text, int64_t tokens)
{
	char *path = x_asprintf("%s/text", dir), *command;
	FILE *f = fopen(path, "wb");
	double seconds = 0;
	long long theirs = 0;

	if (f == NULL || fwrite(text->s, 1, text->len, f) != text->len || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
	command = x_asprintf("cd '%s' && node -e \"const {Tiktoken}=require('tiktoken'),d=require('tiktoken/encoders/o200k_base.json'),"
			     "e=new Tiktoken(d.bpe_ranks,d.special_tokens,d.pat_str),t=require('fs').readFileSync('%s','utf8');let b=1e9,n;"
			     "for(let i=0;i<3;i++){const s=performance.now();n=e.encode_ordinary(t).length;b=Math.min(b,performance.now()-s)}console.log(b/1e3,n)\"",
	    npm, path);
	f = popen(command, "r");
	if (f == NULL || fscanf(f, "%lf %lld", &seconds, &theirs) != 2) {
		seconds = 0;
	} else if (theirs != tokens) {
		fprintf(stderr, "bench: tiktoken counts %lld, sonde %lld\n", theirs, (long long)tokens);
		exit(1);
	}
	if (f != NULL) {
		(void)pclose(f);
	}
	free(path);
	free(command);
	return seconds;
}

static void bench_text(const struct tokenizer *by, size_t i, const char *dir, const char *npm)
{
	struct counting c = { .by = by };
	char what[120], measured[80], peer[80], target[32] = "";

	texts[i].make(&c.text);
	double ours = cpu_least(0.5, run_count, &c), speed = (double)c.text.len / ours / 1e6;
	double theirs = npm != NULL && !texts[i].is_slow_for_npm && tokenizer_is_exact(by) ? npm_seconds(dir, npm, &c.text, c.tokens) : 0;
	double least = tokenizer_is_exact(by) ? texts[i].least : 100;

	(void)snprintf(what, sizeof(what), "%s, %s", tokenizer_is_exact(by) ? "tokens of o200k_base" : "estimate of tokens", texts[i].name);
	(void)snprintf(measured, sizeof(measured), "%.1f MB/s", speed);
	(void)snprintf(peer, sizeof(peer), theirs > 0 ? "npm tiktoken %.1f MB/s" : "target %.0f MB/s", theirs > 0 ? (double)c.text.len / theirs / 1e6 : least);
	(void)snprintf(target, sizeof(target), ">= %.2g", theirs > 0 ? least * theirs / (double)c.text.len * 1e6 : 1.0);
	table_row(what, measured, peer, theirs > 0 ? theirs / ours : speed / least, target);
	buf_free(&c.text);
}

static void bench_key(const struct tokenizer *by, const char *name, void (*make)(struct buf *out))
{
	struct counting c = { .by = by };
	char what[120], measured[80];

	make(&c.text);
	(void)buf_add_char(&c.text, '\n'); /* room for the key */
	c.text.len--;
	c.at = c.text.len / 2;
	while ((c.text.s[c.at] & 0xC0) == 0x80) {
		c.at++;
	}
	tally_set(&c.tally, by, c.text.s, c.text.len);
	double each = cpu_least(0.5, run_key, &c) / 2;
	(void)snprintf(what, sizeof(what), "recount after a key, %s", name);
	(void)snprintf(measured, sizeof(measured), "%.3f ms", each * 1e3);
	table_row(what, measured, "a millisecond", each / 1e-3, "<= 1");
	tally_free(&c.tally);
	buf_free(&c.text);
}

int main(int argc, char **argv)
{
	struct tokenizer exact;
	struct err e = { 0 };

	if (argc < 2) {
		fprintf(stderr, "usage: token_bench DIR [NPM]\n");
		return 2;
	}
	for (size_t i = 0; i < 2; i++) {
		bench_text(&tokenizer_estimating, i, argv[1], NULL);
	}
	if (!tokenizer_open(&encodings[ENCODING_O200K], NULL, &exact, &e) || !tokenizer_is_exact(&exact)) {
		fprintf(stderr, "bench: no vocabulary of o200k_base: only the estimate was measured\n");
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		bench_text(&exact, i, argv[1], argc > 2 ? argv[2] : NULL);
	}
	bench_key(&exact, "1 MB of English", english);
	bench_key(&exact, "1 MB of Chinese", chinese);
	char measured[80];
	double open = cpu_least(0.5, run_open, NULL);
	(void)snprintf(measured, sizeof(measured), "%.2f ms", open * 1e3);
	table_row("opening a compiled vocabulary", measured, "2 ms", open / 2e-3, "<= 1");
	tokenizer_close(&exact);
	return 0;
}
