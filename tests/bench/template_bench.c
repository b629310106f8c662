/* template_bench DIR SCRIPT - parsing and rendering of prompts: 10 kB with 20 variables, and a loop over 1,000 rows. Beside Nunjucks, precompiled and
 * warm, where node finds it (NODE_PATH) for SCRIPT, nunjucks.js; else beside a copy of the text. */
#include <string.h>

#include "base/mem.h"
#include "template/template.h"
#include "tests/bench/table.h"

struct work {
	struct buf text; /* of the template */
	json_t *vars;
	struct template *t;
	struct buf out, copy;
};

static void run_parse(void *ctx)
{
	struct work *w = ctx;
	struct template_error e;

	template_free(template_parse("bench", w->text.s, w->text.len, &e));
}

static void run_render(void *ctx)
{
	struct work *w = ctx;
	struct template_env env = { 0 };
	struct template_error e;

	buf_clear(&w->out);
	if (!template_render(w->t, w->vars, &env, &w->out, &e)) {
		fprintf(stderr, "template_bench: %zu:%zu: %s\n", e.line, e.column, e.message);
		exit(1);
	}
}

static void run_copy(void *ctx)
{
	struct work *w = ctx;

	buf_clear(&w->copy);
	(void)buf_add(&w->copy, w->out.s, w->out.len);
}

/* Twenty variables, each a few words, in 10 kB of prose. */
static void make_prompt(struct work *w)
{
	w->vars = json_object();
	for (int i = 0; i < 20; i++) {
		char *name = x_asprintf("name_%d", i);

		(void)json_object_set_new(w->vars, name, json_string("a value of a few words"));
		(void)buf_addf(&w->text, "## Part %d\n\n{{ %s }}\n\n", i, name);
		for (int line = 0; line < 5; line++) {
			(void)buf_add_str(&w->text, "The rate limiter keeps one bucket for each key, and a request that finds it empty waits for its turn.\n");
		}
		free(name);
	}
}

static void make_loop(struct work *w)
{
	json_t *rows = json_array();

	w->vars = json_object();
	for (int i = 0; i < 1000; i++) {
		(void)json_array_append_new(rows, json_pack("{s:i, s:s, s:b}", "id", i, "title", "a row of the table", "open", i % 3 == 0));
	}
	(void)json_object_set_new(w->vars, "rows", rows);
	(void)buf_add_str(&w->text, "{% for r in rows %}{{ loop.index }}. {{ r.title }} ({{ r.id }}){% if r.open %} open{% endif %}\n{% endfor %}");
}

static void write_bytes(const char *dir, const char *name, const char *bytes, size_t len)
{
	char *path = x_asprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
	free(path);
}

/* Seconds of one rendering and one compilation by Nunjucks; false where there is none. */
static bool ask_nunjucks(const char *dir, const char *script, struct work *w, double *render_s, double *compile_s)
{
	char *vars = json_dumps(w->vars, 0), *command = x_asprintf("node '%s' '%s' 2>/dev/null", script, dir);

	write_bytes(dir, "bench.txt", w->text.s, w->text.len);
	write_bytes(dir, "bench.json", vars, strlen(vars));
	FILE *f = popen(command, "r");
	bool ok = f != NULL && fscanf(f, "%lf %lf", render_s, compile_s) == 2;
	if (f != NULL) {
		(void)pclose(f);
	}
	free(command);
	free(vars);
	return ok;
}

/* parse_target and render_target: seconds; 0: none. */
static void bench(char **argv, const char *what, struct work *w, double parse_target, double render_target)
{
	struct template_error e;
	char name[80], measured[80], beside[80];
	double theirs_render = 0, theirs_compile = 0;

	w->t = template_parse("bench", w->text.s, w->text.len, &e);
	double parse = table_least(0.3, run_parse, w), render = table_least(0.3, run_render, w), copy = table_least(0.1, run_copy, w);
	bool has_peer = ask_nunjucks(argv[1], argv[2], w, &theirs_render, &theirs_compile);
	if (parse_target > 0) {
		(void)snprintf(name, sizeof(name), "template parse, %s", what);
		(void)snprintf(measured, sizeof(measured), "%.1f us, %.0f MB/s", parse * 1e6, (double)w->text.len / parse / 1e6);
		(void)snprintf(beside, sizeof(beside), has_peer ? "nunjucks compiles in %.0f us" : "50 MB/s", theirs_compile * 1e6);
		table_row(name, measured, beside, parse / parse_target, "<= 1");
	}
	(void)snprintf(name, sizeof(name), "template render, %s", what);
	(void)snprintf(measured, sizeof(measured), "%.1f us, %zu bytes", render * 1e6, w->out.len);
	(void)snprintf(beside, sizeof(beside), has_peer ? "nunjucks, compiled, %.1f us" : "memcpy of the text %.2f us", has_peer ? theirs_render * 1e6 : copy * 1e6);
	table_row(name, measured, beside, render / render_target, "<= 1");
	template_free(w->t);
	json_decref(w->vars);
	buf_free(&w->text);
	buf_free(&w->out);
	buf_free(&w->copy);
}

int main(int argc, char **argv)
{
	struct work prompt = { 0 }, loop = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: template_bench DIR SCRIPT\n");
		return 2;
	}
	make_prompt(&prompt);
	bench(argv, "10 kB with 20 variables", &prompt, (double)prompt.text.len / 50e6, 50e-6);
	make_loop(&loop);
	bench(argv, "a loop over 1,000 rows", &loop, 0, 1e-3);
	return 0;
}
