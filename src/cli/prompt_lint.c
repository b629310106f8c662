/* prompt lint: what is likely a mistake in prompts of the registry or in files. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/yaml.h"
#include "cli/prompt.h"
#include "prompt/file.h"
#include "prompt/lint.h"
#include "template/check.h"
#include "text/json_text.h"

/* A prompt, wherever it is from. */
struct subject {
	char *name;           /* "support/triage@v3", or the file as it was given */
	struct bundle bundle;
	char *parent;         /* "support/triage@v2"; NULL: none is known */
	struct buf from;      /* the text, of a file */
	struct yaml_node *plain; /* of a plain file, whose places are not those of the script; else NULL */
};

struct linting {
	struct prompt_task *task;
	const struct subject *subject;
	size_t n_checked, counts[LINT_NOTE + 1];
};

static void subject_free(struct subject *s)
{
	free(s->name);
	free(s->parent);
	bundle_free(&s->bundle);
	buf_free(&s->from);
	yaml_tree_free(s->plain);
	*s = (struct subject){ .name = NULL };
}

static bool is_path(const char *word)
{
	return strcmp(word, "-") == 0 || word[0] == '/' || strncmp(word, "./", 2) == 0 || strncmp(word, "../", 3) == 0;
}

static bool read_version(struct prompt_task *t, const char *ref, struct subject *out, struct err *e)
{
	struct version_row v;

	if (t->r == NULL) {
		err_set(e, ERR_CHECK, "there is no prompt %.80s, nor a file of that name", ref);
		return err_hint(e, "sonde prompt save NAME FILE makes the first prompt");
	}
	if (!version_resolve(t->r, ref, t->key, &v, NULL, e)) {
		return false;
	}
	out->name = x_asprintf("%s@v%d", v.name, v.number);
	out->parent = v.parent > 0 ? x_asprintf("%s@v%d", v.name, v.parent) : NULL;
	bundle_copy(&v.bundle, &out->bundle);
	version_free(&v);
	return true;
}

static bool read_file(const char *path, struct subject *out, struct err *e)
{
	if (!prompt_read(path, NULL, &out->bundle, &out->from, e)) {
		return false;
	}
	out->name = x_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	out->plain = prompt_file_is(path, buf_str(&out->from), out->from.len) ? yaml_parse_large(path, buf_str(&out->from), out->from.len, NULL) : NULL;
	return true;
}

/* A prompt of that name, else a file. */
static bool find(struct prompt_task *t, const char *word, struct subject *out, struct err *e)
{
	struct stat st;

	*out = (struct subject){ .name = NULL };
	if (is_path(word)) {
		return read_file(word, out, e);
	}
	if (read_version(t, word, out, e)) {
		return true;
	}
	bool is_unknown = e->code == ERR_CHECK || e->code == ERR_USAGE;

	return is_unknown && stat(word, &st) == 0 && read_file(word, out, e);
}

static bool is_ignored(const struct prompt_task *t, const char *kind)
{
	for (size_t i = 0; i < t->n_ignored; i++) {
		if (strcmp(t->ignored[i], kind) == 0) {
			return true;
		}
	}
	return false;
}

static void on_lint(void *ctx, const struct lint *l)
{
	struct linting *g = ctx;
	struct prompt_task *t = g->task;
	const struct subject *s = g->subject;
	size_t line = l->line, column = l->column;

	if (is_ignored(t, l->kind)) {
		return;
	}
	if (s->plain != NULL) {
		prompt_file_place(s->plain, buf_str(&s->from), s->from.len, l->part, &line, &column);
	} else {
		bundle_script_place(&s->bundle, l->part, &line, &column);
	}
	g->counts[l->level]++;
	if (t->is_json) {
		(void)buf_add_str(&t->out, t->out.len > 0 ? ",\n{\"name\":" : "\n{\"name\":");
		json_text_string(&t->out, s->name);
		(void)buf_addf(&t->out, ",\"line\":%zu,\"column\":%zu,\"level\":\"%s\",\"kind\":\"%s\",\"message\":", line, column, lint_level_name(l->level), l->kind);
		json_text_string(&t->out, l->message);
		(void)buf_add_char(&t->out, '}');
		return;
	}
	prompt_out_line(&t->out, s->name);
	(void)buf_addf(&t->out, ":%zu:%zu: %s: ", line, column, lint_level_name(l->level));
	prompt_out_line(&t->out, l->message);
	(void)buf_addf(&t->out, " [%s]\n", l->kind);
}

/* Compared with what was asked for, or with its parent. */
static bool lint_one(struct linting *g, const char *word, struct err *e)
{
	struct prompt_task *t = g->task;
	struct subject s, against = { .name = NULL };
	struct template_error why;
	json_t *given = NULL;
	bool ok = find(t, word, &s, e) && ((given = cli_vars_read(&t->vars, &s.bundle, &why, e)) != NULL);
	const char *other = t->against != NULL ? t->against : ok ? s.parent : NULL;

	ok = ok && (other == NULL || find(t, other, &against, e));
	if (ok) {
		const struct lint_task task = { .bundle = &s.bundle, .against = other != NULL ? &against.bundle : NULL, .against_name = against.name, .given = given,
			.r = t->r };

		g->subject = &s;
		lint_bundle(&task, on_lint, g);
		g->n_checked++;
	}
	subject_free(&s);
	subject_free(&against);
	json_decref(given);
	return ok;
}

static bool check_ignored(const struct prompt_task *t, struct err *e)
{
	for (size_t i = 0; i < t->n_ignored; i++) {
		struct near_best best = { .n = 0 };

		if (lint_is_kind(t->ignored[i])) {
			continue;
		}
		for (enum template_lint_kind kind = LINT_SINGLE_BRACE; kind <= LINT_MISSING; kind++) {
			near_offer(&best, t->ignored[i], template_lint_name(kind));
		}
		(void)err_set(e, ERR_USAGE, "'%.60s' is no kind of lint", t->ignored[i]);
		return best.n > 0 ? err_hint(e, "did you mean %s?", best.names[0]) : err_hint(e, "the kind stands in brackets behind each line");
	}
	return true;
}

/* What cannot be read is told, and the others are looked at all the same. */
static bool lint(struct prompt_task *t, struct err *e)
{
	struct linting g = { .task = t };

	*e = (struct err){ 0 };
	if (!check_ignored(t, e)) {
		return false;
	}
	for (int i = 0; i < t->n_words; i++) {
		if (!lint_one(&g, t->words[i], e)) {
			int status = cli_fail(e);

			t->status = t->status != 0 ? t->status : status;
			*e = (struct err){ 0 };
		}
	}
	if (t->is_json) {
		struct buf lines = t->out;

		t->out = (struct buf){ 0 };
		(void)buf_addf(&t->out, "{\"findings\":[%s],\"checked\":%zu,\"errors\":%zu,\"warnings\":%zu,\"notes\":%zu}\n", buf_str(&lines), g.n_checked,
		    g.counts[LINT_ERROR], g.counts[LINT_WARNING], g.counts[LINT_NOTE]);
		buf_free(&lines);
	}
	if (t->status == 0) {
		t->status = g.counts[LINT_ERROR] > 0 ? err_exit_status(ERR_TEMPLATE) : g.counts[LINT_WARNING] > 0 ? err_exit_status(ERR_CHECK) : 0;
	}
	return true;
}

const struct prompt_verb prompt_lint = { "lint", "REF|FILE...", "kpvgi", 1, INT_MAX, PROMPT_NEVER, lint, lint };
