/* prompt - what the subcommands of `sonde prompt` share: one row of the table each, defined at the end of a file of theirs. */
#ifndef SONDE_CLI_PROMPT_H
#define SONDE_CLI_PROMPT_H

#include "cli/cli.h"
#include "cli/vars.h"
#include "gateway/config.h"
#include "prompt/registry.h"

struct prompt_task {
	const char *dir;
	struct registry *r; /* NULL in run_empty */
	struct config *config;
	char **words; /* behind the subcommand */
	int n_words;
	bool is_json, is_sure, removes, is_lenient, replaces, deletes, saves;
	struct cli_vars vars;
	const char *label, *format, *as, *target, *against, *rewriter;
	const char **ignored; /* kinds of lints */
	size_t n_ignored, cap_ignored;
	const char *message, *key, *from, *author; /* NULL: not given; author is always there when the registry is written */
	struct buf out;  /* standard output, at the end */
	int status;      /* to exit with, when it went well */
};

struct prompt_verb {
	const char *name;
	const char *words;   /* "NAME [FILE|-]" */
	const char *options; /* letters of those it takes beside --json: m message, k key, f from, y yes, x remove, a author, p and v variables,
	                      * L lenient, l label, O force, F format, A as, d delete, t target, S save, g against, i ignore, w rewrite */
	int least, most;     /* words */
	int writes_from;     /* with so many words it changes the registry; with fewer, and without --remove or --save, it reads */
	bool (*run)(struct prompt_task *t, struct err *e);
	bool (*run_empty)(struct prompt_task *t, struct err *e); /* where there is no store yet; NULL: that is told */
};
extern const struct prompt_verb prompt_list, prompt_show, prompt_log, prompt_diff, prompt_resolve, prompt_verify, prompt_render,
    prompt_test;
extern const struct prompt_verb prompt_lint, prompt_export, prompt_import, prompt_sync, prompt_optimize;
extern const struct prompt_verb prompt_save, prompt_edit, prompt_branch, prompt_label, prompt_split, prompt_swap, prompt_rollback;

#define PROMPT_NEVER 1000 /* words: it only reads */

/* A prompt out of a file ("-": standard input): a bundle as JSON, a plain file of sonde's (prompt/file.h), or a script on top of base (NULL: on
 * nothing). from: the text of the file, the caller's; NULL: not wanted. ERR_USAGE when it cannot be read, ERR_TEMPLATE when it is no prompt. */
bool prompt_read(const char *path, const struct bundle *base, struct bundle *out, struct buf *from, struct err *e) SONDE_MUST_CHECK;

/* The registry, made where there is no store yet. */
bool prompt_make_registry(struct prompt_task *t, struct err *e) SONDE_MUST_CHECK;

/* A text of somebody's as one clean line. */
void prompt_out_line(struct buf *out, const char *text);
/* {"name":...,"version":...,"hash":...,"parent":...,"time":...,"author":...,"message":... without the closing brace. */
void prompt_out_version(struct buf *out, const struct version_row *v);
/* "2026-11-23 10:00" or, for JSON, with quotes, as ISO 8601. */
void prompt_out_time(struct buf *out, int64_t us, bool is_json);
/* What changed from a to b, in words, with all that they are made of; and the same as members of a JSON object: ,"words_added":... */
void prompt_out_diff(struct buf *out, const char *a_name, const struct bundle *a, const char *b_name, const struct bundle *b, bool cleans);
void prompt_out_diff_json(struct buf *out, const struct bundle *a, const struct bundle *b);
/* Labels that stand on a version: "production 90 %, staging". */
void prompt_out_labels(struct buf *out, const struct label_row *labels, size_t n, int number);

#endif
