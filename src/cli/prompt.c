/* prompt - the registry of prompts, from a script or a shell. */
#include "cli/prompt.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "cli/commands.h"
#include "prompt/author.h"
#include "text/clean.h"
#include "text/json_text.h"

static const struct prompt_verb *const verbs[] = {
	&prompt_list, &prompt_show, &prompt_save, &prompt_edit, &prompt_branch, &prompt_log, &prompt_diff, &prompt_label, &prompt_split, &prompt_swap,
	&prompt_rollback, &prompt_resolve, &prompt_render, &prompt_lint, &prompt_test, &prompt_verify, &prompt_export, &prompt_import,
	&prompt_sync, &prompt_optimize,
};

void prompt_out_line(struct buf *out, const char *text)
{
	char *line = clean_line(text, strlen(text), 0);

	(void)buf_add_str(out, line);
	free(line);
}

void prompt_out_time(struct buf *out, int64_t us, bool is_json)
{
	char text[CLOCK_ISO_SIZE];

	clock_format_iso(us, text);
	if (is_json) {
		(void)buf_addf(out, "\"%s\"", text);
	} else {
		(void)buf_addf(out, "%.10s %.5s", text, text + 11);
	}
}

void prompt_out_version(struct buf *out, const struct version_row *v)
{
	(void)buf_add_str(out, "{\"name\":");
	json_text_string(out, v->name);
	(void)buf_addf(out, ",\"version\":%d,\"hash\":\"%s\",\"parent\":", v->number, v->hash);
	if (v->parent > 0) {
		(void)buf_addf(out, "%d", v->parent);
	} else {
		(void)buf_add_str(out, "null");
	}
	(void)buf_add_str(out, ",\"time\":");
	prompt_out_time(out, v->time_us, true);
	(void)buf_add_str(out, ",\"author\":");
	json_text_string(out, v->author);
	(void)buf_add_str(out, ",\"message\":");
	json_text_string(out, v->message);
}

void prompt_out_labels(struct buf *out, const struct label_row *labels, size_t n, int number)
{
	size_t start = out->len;

	for (size_t i = 0; i < n; i++) {
		const struct split *s = &labels[i].split;

		for (int k = 0; k < s->n_arms; k++) {
			if (s->arms[k].number != number) {
				continue;
			}
			(void)buf_addf(out, "%s%s", out->len > start ? ", " : "", labels[i].label);
			if (s->n_arms > 1) {
				(void)buf_addf(out, " %g %%", s->arms[k].share * 100.0 / SPLIT_SLOTS);
			}
		}
	}
}

/* ---- the command ---- */

static const struct prompt_verb *find_verb(const char *name)
{
	struct near_best best = { .n = 0 };

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (strcmp(verbs[i]->name, name) == 0) {
			return verbs[i];
		}
		near_offer(&best, name, verbs[i]->name);
	}
	struct err e = { .code = ERR_USAGE };

	err_set(&e, ERR_USAGE, "'%.60s' is nothing that sonde prompt does", name);
	err_hint(&e, best.n > 0 ? "did you mean %s?" : "see sonde help prompt%.0s", best.n > 0 ? best.names[0] : "");
	(void)cli_fail(&e);
	return NULL;
}

/* A protected label is not moved by mistake. Back is always open. */
static bool ask_for_yes(void *ctx, const struct label_move *m, struct err *e)
{
	const struct prompt_task *t = ctx;

	if (m->is_rollback || t->is_sure || !config_protects(t->config, m->label)) {
		return true;
	}
	err_set(e, ERR_CHECK, "%s is a protected label", m->label);
	return err_hint(e, "--yes moves it all the same");
}

bool prompt_make_registry(struct prompt_task *t, struct err *e)
{
	if (t->r == NULL) {
		t->r = registry_open(t->dir, true, e);
	}
	return t->r != NULL;
}

/* What is kept for ever with a version or a move. */
static bool check_texts(const struct prompt_task *t, struct err *e)
{
	const char *message = t->message != NULL ? t->message : "";

	if (bundle_check_text("the message", message, strlen(message), e) && bundle_check_text("the author", t->author, strlen(t->author), e)) {
		return true;
	}
	e->code = ERR_USAGE;
	return false;
}

static int do_task(const struct prompt_verb *v, struct prompt_task *t)
{
	struct config *config = config_load(NULL);
	struct err e = { 0 };
	bool is_writing = t->n_words >= v->writes_from || t->removes || t->saves;
	char *dir = cli_data_dir(&e), *author = is_writing && t->author == NULL ? prompt_author() : NULL;

	t->dir = dir;
	t->config = config;
	t->author = author != NULL ? author : t->author;
	/* Of a configuration that is wrong nobody knows what it protects. */
	bool ok = dir != NULL && (!is_writing || (config_check(config, &e) && check_texts(t, &e)));

	/* For reading first: what changes a prompt is no reason to make a store without one. */
	t->r = ok ? registry_open(dir, false, &e) : NULL;
	if (t->r != NULL && is_writing) {
		registry_close(t->r);
		t->r = registry_open(dir, true, &e);
	}
	if (t->r != NULL) {
		registry_set_gate(t->r, ask_for_yes, t);
		ok = v->run(t, &e);
	} else if (ok && e.code == ERR_CHECK) {
		ok = v->run_empty != NULL && v->run_empty(t, &e);
	} else {
		ok = false;
	}
	registry_close(t->r);
	config_free(config);
	free(author);
	free(dir);
	if (ok) {
		(void)cli_out(buf_str(&t->out), t->out.len);
	}
	buf_free(&t->out);
	return ok ? t->status : cli_fail(&e);
}

static const struct option longs[] = { { "json", no_argument, NULL, 'j' }, { "message", required_argument, NULL, 'm' },
	{ "key", required_argument, NULL, 'k' }, { "from", required_argument, NULL, 'f' }, { "yes", no_argument, NULL, 'y' },
	{ "remove", no_argument, NULL, 'x' }, { "author", required_argument, NULL, 'a' },
	{ "vars", required_argument, NULL, 'v' }, { "lenient", no_argument, NULL, 'L' },
	{ "label", required_argument, NULL, 'l' }, { "force", no_argument, NULL, 'O' }, { "format", required_argument, NULL, 'F' },
	{ "as", required_argument, NULL, 'A' }, { "delete", no_argument, NULL, 'd' }, { "target", required_argument, NULL, 't' },
	{ "save", no_argument, NULL, 'S' }, { "against", required_argument, NULL, 'g' }, { "ignore", required_argument, NULL, 'i' },
	{ "rewrite", required_argument, NULL, 'w' }, { NULL, 0, NULL, 0 } };

/* given: the letters of those that were. 0, or the exit status. */
static int read_options(int argc, char **argv, struct prompt_task *t, char given[COUNT_OF(longs) + 1])
{
	int opt;

	while ((opt = cli_option(argc, argv, "m:p:", longs)) != -1) {
		switch (opt) {
		case 'j': t->is_json = true; continue;
		case 'm': t->message = optarg; break;
		case 'k': t->key = optarg; break;
		case 'f': t->from = optarg; break;
		case 'y': t->is_sure = true; break;
		case 'x': t->removes = true; break;
		case 'a': t->author = optarg; break;
		case 'v': t->vars.file = optarg; break;
		case 'L': t->is_lenient = true; break;
		case 'p': *array_push(t->vars.params, t->vars.n, t->vars.cap) = optarg; break;
		case 'l': t->label = optarg; break;
		case 'O': t->replaces = true; break;
		case 'F': t->format = optarg; break;
		case 'A': t->as = optarg; break;
		case 'd': t->deletes = true; break;
		case 't': t->target = optarg; break;
		case 'S': t->saves = true; break;
		case 'g': t->against = optarg; break;
		case 'w': t->rewriter = optarg; break;
		case 'i': *array_push(t->ignored, t->n_ignored, t->cap_ignored) = optarg; break;
		default: return cli_bad_option(&cli_prompt, argv);
		}
		if (strchr(given, opt) == NULL) {
			given[strlen(given)] = (char)opt;
		}
	}
	return 0;
}

static int check_options(const struct prompt_verb *v, const char *given)
{
	for (const char *c = given; *c != '\0'; c++) {
		for (size_t i = 0; strchr(v->options, *c) == NULL && longs[i].name != NULL; i++) {
			if (longs[i].val == *c) {
				return cli_usage(&cli_prompt, "--%s does not go with %s", longs[i].name, v->name);
			}
		}
		if (strchr(v->options, *c) == NULL) {
			return cli_usage(&cli_prompt, "-%c does not go with %s", *c, v->name);
		}
	}
	return 0;
}

static int check_words(const struct prompt_verb *v, const struct prompt_task *t)
{
	struct err e = { 0 };

	if (t->n_words >= v->least && t->n_words <= v->most) {
		return 0;
	}
	err_set(&e, ERR_USAGE, t->n_words < v->least ? "sonde prompt %s lacks a word" : "one word too many for sonde prompt %s", v->name);
	err_hint(&e, "usage: sonde prompt %s%s%s (sonde help prompt)", v->name, v->words[0] != '\0' ? " " : "", v->words);
	return cli_fail(&e);
}

static int run_with(int argc, char **argv, struct prompt_task *t)
{
	char given[COUNT_OF(longs) + 1] = "";
	int status = read_options(argc, argv, t, given);

	if (status != 0) {
		return status;
	}
	if (optind == argc) {
		return cli_usage(&cli_prompt, "list, show, save, edit, log, diff, label or what?");
	}
	const struct prompt_verb *v = find_verb(argv[optind]);

	if (v == NULL) {
		return err_exit_status(ERR_USAGE);
	}
	t->words = argv + optind + 1;
	t->n_words = argc - optind - 1;
	status = check_options(v, given);
	if (status == 0 && t->author != NULL && t->author[strspn(t->author, " \t\n")] == '\0') {
		return cli_usage(&cli_prompt, "--author lacks a name");
	}
	status = status != 0 ? status : check_words(v, t);
	return status != 0 ? status : do_task(v, t);
}

static int run(int argc, char **argv)
{
	struct prompt_task t = { .dir = NULL };
	int status = run_with(argc, argv, &t);

	free(t.vars.params);
	free(t.ignored);
	return status;
}

const struct cli_command cli_prompt = {
	.name = "prompt",
	.summary = "prompts with versions, labels and splits",
	.usage = "sonde prompt VERB [NAME[@VERSION]]... [--json]",
	.help =
	    "  list                          all prompts, with their labels\n"
	    "  show REF                      a version: its text, byte for byte; --json: all of it\n"
	    "  save NAME [FILE|-]            a new version from a text, messages under SYSTEM, USER, ASSISTANT lines, a bundle as JSON, or YAML of export\n"
	    "  edit REF                      the same by $VISUAL or $EDITOR\n"
	    "  branch REF [FILE|-]           a new version whose parent is REF instead of the newest\n"
	    "  log NAME                      versions and moves of labels, newest first, and who includes it\n"
	    "  diff REF REF                  what changed, in words: [-removed-] {+added+}; parameters, tools and schema by key path\n"
	    "  label NAME [LABEL [VERSION]]  labels; point one to a version (--remove: take it away)\n"
	    "  split NAME LABEL v3:90 v4:10  point it to several, in steps of 0.01 %; each --key always gets the same\n"
	    "  swap NAME LABEL LABEL         blue and green change places\n"
	    "  rollback NAME LABEL           back to what it pointed to before; again: one more back\n"
	    "  resolve REF [--key USER]      which version a user gets\n"
	    "  render REF                    filled in, byte for byte; -p NAME=VALUE, -p NAME=@FILE, --vars FILE.json, --lenient\n"
	    "  lint REF|FILE...              what is likely a mistake, one line each; status 5 for warnings, 3 for what cannot be parsed\n"
	    "                                (--against REF|FILE: what it is an edit of, otherwise the parent; --ignore KIND: not that; -p, --vars:\n"
	    "                                variables there will be)\n"
	    "  test REF                      its tests: rendered and compared with what they expect; status 5 when one fails\n"
	    "  verify                        prove every hash, parent and move anew; status 5 when one is wrong\n"
	    "  export DIR [NAME]             write prompts as plain files, one YAML file each (--label LABEL: its version, not the newest;\n"
	    "                                --force: also over files that were edited)\n"
	    "  import DIR|FILE               save prompts out of files, sonde's and those of llm, aichat, Fabric, Prompty, Dotprompt,\n"
	    "                                Langfuse, OpenAI (--format FORMAT: sonde, llm, aichat, fabric, prompty, dotprompt, langfuse or\n"
	    "                                openai; --as NAME: what to call it)\n"
	    "  sync DIR                      directory and registry in step, both ways; conflicts are told, never overwritten (--delete: what\n"
	    "                                is gone in one place goes in the other)\n"
	    "  optimize REF                  propose a shorter prompt (--target TARGET: with its cost; --rewrite TARGET: by that model, which is\n"
	    "                                asked; --save: as a new version)\n"
	    "  -m, --message TEXT            why, of a version or a move\n"
	    "  --author NAME                 who, instead of git's user.name or the login\n"
	    "  --from VERSION|SPLIT          move a label only if it points there now\n"
	    "  --yes                         move a label that prompts.protected names\n"
	    "  --json                        one JSON object\n"
	    "\n"
	    "A REF is NAME, NAME@LABEL, NAME@v3 or NAME@HASH; NAME alone is production, or the newest version while there is no such label.\n"
	    "\n"
	    "Examples: sonde prompt save support/triage triage.txt -m 'shorter' && sonde prompt split support/triage production v3:90 v4:10 --yes\n",
	.run = run,
};
