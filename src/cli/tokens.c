/* tokens - how many tokens files have, as wc says how many words. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "gateway/config.h"
#include "text/clean.h"
#include "text/json_text.h"
#include "text/utf8.h"
#include "token/tokenizer.h"

struct count {
	const char *path;
	int64_t tokens;
};

struct task {
	const char *model, *encoding, *ranks;
	bool is_json;
	struct tokenizer tokenizer;
	bool is_exact;
	struct count *counts;
	size_t n, cap;
	int64_t total;
};

/* ---- which tokenizer ---- */

/* The model behind a target of the configuration, else what was typed. The caller's. */
static char *model_name(const struct config *config, const char *typed)
{
	struct err e;
	struct target *t = target_find(config, typed, &e);
	char *model = x_strdup(t != NULL ? t->model : typed);

	target_free(t);
	return model;
}

static bool find_encoding(const char *name, const struct encoding **out, struct err *e)
{
	*out = encoding_find(name);
	return *out != NULL || err_set(e, ERR_USAGE, "'%.60s' is no encoding that is known: give o200k_base or cl100k_base", name);
}

/* --ranks: the file says which encoding it is of. */
static bool open_named(struct task *t, const struct encoding *wanted, struct err *e)
{
	if (!tokenizer_open_file(t->ranks, &t->tokenizer, e)) {
		return false;
	}
	if (wanted != NULL && wanted != t->tokenizer.encoding) {
		err_set(e, ERR_USAGE, "%s is the rank file of %s, not of %s", t->ranks, t->tokenizer.encoding->name, wanted->name);
		return err_hint(e, "leave --ranks out, or give the file of %s", wanted->name);
	}
	return true;
}

static bool open_tokenizer(struct task *t, const struct config *config, struct err *e)
{
	const struct encoding *encoding = NULL;
	bool is_its_own = true;

	if (t->encoding != NULL && !find_encoding(t->encoding, &encoding, e)) {
		return false;
	}
	if (t->model != NULL) {
		char *model = model_name(config, t->model);

		encoding = encoding_of_model(model, &is_its_own);
		free(model);
	}
	if (t->ranks != NULL) {
		if (!open_named(t, is_its_own ? encoding : NULL, e)) {
			return false;
		}
	} else {
		encoding = encoding != NULL ? encoding : &encodings[ENCODING_O200K];
		if (!tokenizer_open(encoding, config->rank_files[encoding - encodings], &t->tokenizer, e)) {
			(void)cli_fail(e); /* estimates all the same */
			*e = (struct err){ 0 };
		}
	}
	t->is_exact = is_its_own && tokenizer_is_exact(&t->tokenizer);
	return true;
}

/* ---- counting ---- */

static bool count_file(struct task *t, const char *path, struct err *e)
{
	struct buf text = { 0 };
	bool ok = cli_read(path, &text, e);

	size_t bad = utf8_first_bad(buf_str(&text), text.len);

	if (ok && bad < text.len) {
		err_set(e, ERR_USAGE, "%s is not UTF-8 text (byte %zu)", strcmp(path, "-") == 0 ? "standard input" : path, bad + 1);
		ok = err_hint(e, "a model is sent UTF-8 only: convert it first, for example with iconv");
	}
	if (ok) {
		struct count *c = array_push(t->counts, t->n, t->cap);

		*c = (struct count){ path, tokenizer_count(&t->tokenizer, buf_str(&text), text.len) };
		t->total += c->tokens;
	}
	buf_free(&text);
	return ok;
}

/* ---- saying ---- */

static void print_json(const struct task *t)
{
	struct buf out = { 0 };

	(void)buf_add_str(&out, "{\"files\":[");
	for (size_t i = 0; i < t->n; i++) {
		(void)buf_add_str(&out, i > 0 ? ",\n{\"path\":" : "\n{\"path\":");
		json_text_string(&out, t->counts[i].path);
		(void)buf_addf(&out, ",\"tokens\":%lld,\"exact\":%s}", (long long)t->counts[i].tokens, t->is_exact ? "true" : "false");
	}
	(void)buf_addf(&out, "],\"total\":%lld}\n", (long long)t->total);
	(void)cli_out(out.s, out.len);
	buf_free(&out);
}

static void print_line(const struct task *t, int64_t tokens, const char *name)
{
	char figure[32], total[32], *clean = clean_line(name, strlen(name), 0);
	int width = snprintf(total, sizeof(total), "~%lld", (long long)t->total);

	(void)snprintf(figure, sizeof(figure), "%s%lld", t->is_exact ? "" : "~", (long long)tokens);
	printf("%*s%s%s\n", name[0] != '\0' ? width : 0, figure, name[0] != '\0' ? " " : "", clean);
	free(clean);
}

static void print_text(const struct task *t, bool has_names)
{
	for (size_t i = 0; i < t->n; i++) {
		print_line(t, t->counts[i].tokens, has_names ? t->counts[i].path : "");
	}
	if (t->n > 1) {
		print_line(t, t->total, "total");
	}
}

static int count_files(struct task *t, int n, char **paths)
{
	static char *const stdin_only[] = { "-" };
	int status = 0;

	for (int i = 0; i < (n > 0 ? n : 1); i++) {
		struct err e = { 0 };

		if (!count_file(t, n > 0 ? paths[i] : stdin_only[0], &e)) {
			status = cli_fail(&e);
		}
	}
	if (t->is_json) {
		print_json(t);
	} else {
		print_text(t, n > 0);
	}
	return status;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "encoding", required_argument, NULL, 'e' },
		{ "ranks", required_argument, NULL, 'r' }, { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct task t = { 0 };
	struct err e = { 0 };
	int opt, status;

	while ((opt = cli_option(argc, argv, "m:", long_options)) != -1) {
		switch (opt) {
		case 'm':
			t.model = optarg;
			break;
		case 'e':
			t.encoding = optarg;
			break;
		case 'r':
			t.ranks = optarg;
			break;
		case 'j':
			t.is_json = true;
			break;
		default:
			return cli_bad_option(&cli_tokens, argv);
		}
	}
	if (t.model != NULL && t.encoding != NULL) {
		return cli_usage(&cli_tokens, "-m and --encoding both say how to count; give one");
	}
	struct config *config = config_load(NULL);

	status = cli_check_config(config);
	if (status == 0) {
		status = open_tokenizer(&t, config, &e) ? count_files(&t, argc - optind, argv + optind) : cli_fail(&e);
	}
	tokenizer_close(&t.tokenizer);
	config_free(config);
	free(t.counts);
	return status;
}

const struct cli_command cli_tokens = {
	.name = "tokens",
	.summary = "count the tokens of files",
	.usage = "sonde tokens [-m MODEL|--encoding NAME] [--ranks FILE] [--json] [FILE|-...]",
	.help = "  -m MODEL           as this model counts: a model's name, or a target of the configuration\n"
		"  --encoding NAME    o200k_base (default) or cl100k_base\n"
		"  --ranks FILE       the vocabulary: o200k_base.tiktoken, or encoders/o200k_base.json of the npm package tiktoken\n"
		"  --json             one JSON object with the count of each file and the sum\n"
		"\n"
		"Without files: standard input. Several files: each one, and their sum.\n"
		"Counts are exact, as tiktoken counts ordinary text, where the vocabulary of the model's encoding is at hand: in the\n"
		"file of --ranks, else tokenizers.NAME.path of the configuration, else where tiktoken keeps its own\n"
		"(TIKTOKEN_CACHE_DIR, DATA_GYM_CACHE_DIR, $TMPDIR/data-gym-cache). It is checked by its SHA-256 and kept, ready for\n"
		"use, in the cache directory. All else is an estimate and is marked ~: within some 5 %, for models of\n"
		"other vendors than OpenAI further off.\n"
		"\n"
		"Examples: sonde tokens prompt.md\n"
		"          sonde tokens -m gpt-4o --ranks o200k_base.tiktoken --json src/*.c\n",
	.run = run,
};
