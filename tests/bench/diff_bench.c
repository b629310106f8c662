/* diff_bench DIR - the diff of two texts: as prompts are (20 kB), of 1 MB with two lines of five changed, and the worst ones of 1 MB; beside
 * `git diff`, `git diff --word-diff` and wdiff as whole programs. DIR: for the files the programs compare. */
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "diff/diff.h"
#include "tests/bench/table.h"

#define TEXT_BYTES ((size_t)1 << 20)

extern char **environ;

struct pair {
	struct buf a, b;
	unsigned how;
	size_t n_parts;
	char **argv; /* of a program to run on them */
};

static void run_diff(void *ctx)
{
	struct pair *p = ctx;
	struct diff d;

	diff_make(&d, buf_str(&p->a), p->a.len, buf_str(&p->b), p->b.len, p->how);
	p->n_parts = d.n_parts;
	diff_free(&d);
}

static void run_program(void *ctx)
{
	const struct pair *p = ctx;
	posix_spawn_file_actions_t files;
	pid_t pid;
	int status;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", 1, 0);
	if (posix_spawnp(&pid, p->argv[0], &files, NULL, p->argv, environ) == 0) {
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

/* Two of five lines differ in a word or two. */
static void make_pair(struct pair *p, size_t bytes)
{
	static const char *const words[] = { "token", "bucket", "request", "waits", "for", "the", "key", "that", "limit", "answer", "is",
		"empty", "before", "retry", "after", "header" };
	uint64_t state = 7;

	while (p->a.len < bytes) {
		bool is_changed = (state >> 33) % 5 < 2;
		size_t change = (state >> 40) % 14;

		for (size_t i = 0; i < 14; i++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			const char *word = words[state >> 60];

			(void)buf_addf(&p->a, "%s%s", word, i < 13 ? " " : ".\n");
			(void)buf_addf(&p->b, "%s%s%s", word, is_changed && i == change ? "ish thing" : "", i < 13 ? " " : ".\n");
		}
	}
}

static void add_line(struct buf *out, uint64_t seed)
{
	for (int i = 0; i < 12; i++) {
		(void)buf_addf(out, "w%u%s", (unsigned)(hash_mix(seed + (unsigned)i) % 1000000), i < 11 ? " " : "\n");
	}
}

/* No line of one is in the other. */
static void make_unlike(struct pair *p)
{
	for (uint64_t seed = 0; p->a.len < TEXT_BYTES; seed += 100) {
		add_line(&p->a, seed);
		add_line(&p->b, ~seed);
	}
}

/* The same lines in another order. */
static void make_shuffled(struct pair *p)
{
	enum { LINES = 12000 };

	for (uint64_t i = 0; i < LINES; i++) {
		add_line(&p->a, i * 100);
		add_line(&p->b, i * 7919 % LINES * 100); /* 7919 is prime */
	}
}

/* Half a million lines of one of eight characters. */
static void make_short(struct pair *p)
{
	for (uint64_t seed = 0; p->a.len < TEXT_BYTES; seed += 2) {
		(void)buf_add(&p->a, (char[]){ (char)('a' + hash_mix(seed) % 8), '\n' }, 2);
		(void)buf_add(&p->b, (char[]){ (char)('a' + hash_mix(seed + 1) % 8), '\n' }, 2);
	}
}

static void pair_free(struct pair *p)
{
	buf_free(&p->a);
	buf_free(&p->b);
}

static void row_ms(const char *what, struct pair *p, unsigned how, const char *target)
{
	char measured[80];

	double ms = INFINITY;

	p->how = how;
	for (int i = 0; i < 9; i++) {
		double start = table_cpu();

		run_diff(p);
		double took = (table_cpu() - start) * 1e3;
		ms = took < ms ? took : ms;
	}
	(void)snprintf(measured, sizeof(measured), "%.2f ms, %zu parts", ms, p->n_parts);
	table_row(what, measured, "processor time against a limit in ms", ms, target);
}

static double peak_bytes(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_maxrss * 1024;
}

/* What the diff takes beside both texts at its peak: of a process of its own, whose peak begins with what it was given. */
static void row_memory(const char *what, struct pair *p)
{
	(void)fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		char measured[80];
		double before = peak_bytes();

		p->how = DIFF_WORDS | DIFF_MOVES;
		run_diff(p);
		double bytes = peak_bytes() - before;
		(void)snprintf(measured, sizeof(measured), "%.1f MB at its peak", bytes / 1e6);
		table_row(what, measured, "the size of both texts", bytes / (double)(p->a.len + p->b.len), "<= 12");
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
}

static void bench_peers(const char *dir, struct pair *p)
{
	char *a_path = x_asprintf("%s/a.txt", dir), *b_path = x_asprintf("%s/b.txt", dir);
	char *git[] = { x_strdup("git"), x_strdup("diff"), x_strdup("--no-index"), a_path, b_path, NULL };
	char *git_words[] = { git[0], git[1], git[2], x_strdup("--word-diff"), a_path, b_path, NULL };
	char *wdiff[] = { x_strdup("wdiff"), a_path, b_path, NULL };
	struct {
		const char *name;
		char **argv;
		unsigned how;
	} peers[] = {
		{ "git diff", git, 0 }, { "git diff --word-diff", git_words, DIFF_WORDS | DIFF_MOVES }, { "wdiff", wdiff, DIFF_WORDS | DIFF_MOVES },
	};

	write_file(a_path, &p->a);
	write_file(b_path, &p->b);
	for (size_t i = 0; i < COUNT_OF(peers); i++) {
		char measured[80], beside[80];

		if (!is_installed(peers[i].argv[0])) {
			fprintf(stderr, "bench: %s is not installed: no comparison with it\n", peers[i].argv[0]);
			continue;
		}
		p->how = peers[i].how;
		p->argv = peers[i].argv;
		double ours = table_least(0.5, run_diff, p), theirs = table_least(0.5, run_program, p);
		(void)snprintf(measured, sizeof(measured), "%.1f ms, %zu parts", ours * 1e3, p->n_parts);
		(void)snprintf(beside, sizeof(beside), "%s, whole program %.1f ms", peers[i].name, theirs * 1e3);
		table_row("diff of two texts of 1 MB", measured, beside, ours / theirs, "<= 1");
	}
	(void)remove(a_path);
	(void)remove(b_path);
	for (size_t i = 0; i < 3; i++) {
		free(git[i]);
	}
	free(git_words[3]);
	free(wdiff[0]);
	free(a_path);
	free(b_path);
}

int main(int argc, char **argv)
{
	struct pair small = { 0 }, large = { 0 }, unlike = { 0 }, shuffled = { 0 }, brief = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: diff_bench DIR\n");
		return 2;
	}
	make_pair(&small, 20000);
	make_pair(&large, TEXT_BYTES);
	make_unlike(&unlike);
	make_shuffled(&shuffled);
	make_short(&brief);
	/* First, as long as nothing was freed that the child could take again. */
	row_memory("diff of 1 MB, memory", &large);
	row_memory("diff of 1 MB, all lines different, memory", &unlike);
	row_memory("diff of 1 MB, lines of one character, memory", &brief);
	row_ms("diff of 20 kB, words and moves", &small, DIFF_WORDS | DIFF_MOVES, "<= 1");
	row_ms("diff of 1 MB, lines", &large, 0, "<= 12");
	row_ms("diff of 1 MB, words and moves", &large, DIFF_WORDS | DIFF_MOVES, "<= 30");
	row_ms("diff of 1 MB, sentences and words", &large, DIFF_WORDS | DIFF_SENTENCES, "<= 30");
	row_ms("diff of 1 MB, all lines different", &unlike, DIFF_WORDS | DIFF_MOVES, "<= 150");
	row_ms("diff of 1 MB, all lines shuffled", &shuffled, DIFF_WORDS | DIFF_MOVES, "<= 150");
	row_ms("diff of 1 MB, lines of one character", &brief, DIFF_WORDS | DIFF_MOVES, "<= 150");
	bench_peers(argv[1], &large);
	pair_free(&small);
	pair_free(&large);
	pair_free(&unlike);
	pair_free(&shuffled);
	pair_free(&brief);
	return 0;
}
