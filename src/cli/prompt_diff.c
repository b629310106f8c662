/* prompt diff: what changed from one version to another. */
#include "cli/prompt.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/diff_print.h"

#define CONTEXT 3

/* Of two bundles: the scripts as texts, and the rest by key path. */
struct both {
	struct buf script[2];
	json_t *rest[2]; /* what the scripts do not show */
	struct diff diff;
	struct json_diff tree;
};

static void both_make(struct both *t, const struct bundle *a, const struct bundle *b)
{
	const struct bundle *side[] = { a, b };

	*t = (struct both){ .rest = { NULL } };
	for (int i = 0; i < 2; i++) {
		bundle_script(side[i], &t->script[i]);
		t->rest[i] = json_copy(side[i]->json);
		(void)json_object_del(t->rest[i], "text");
		(void)json_object_del(t->rest[i], "messages");
	}
	diff_make(&t->diff, buf_str(&t->script[0]), t->script[0].len, buf_str(&t->script[1]), t->script[1].len, DIFF_WORDS | DIFF_MOVES);
	json_diff_make(&t->tree, t->rest[0], t->rest[1]);
}

static void both_free(struct both *t)
{
	diff_free(&t->diff);
	json_diff_free(&t->tree);
	for (int i = 0; i < 2; i++) {
		buf_free(&t->script[i]);
		json_decref(t->rest[i]);
	}
}

void prompt_out_diff(struct buf *out, const char *a_name, const struct bundle *a, const char *b_name, const struct bundle *b, bool cleans)
{
	struct diff_print print = { .names = { a_name, b_name }, .context = CONTEXT, .cleans = cleans };
	struct both t;

	both_make(&t, a, b);
	diff_print_words(&print, &t.diff, out);
	diff_print_changes(&print, &t.tree, out);
	both_free(&t);
}

void prompt_out_diff_json(struct buf *out, const struct bundle *a, const struct bundle *b)
{
	struct both t;

	both_make(&t, a, b);
	(void)buf_addf(out, ",\"words_added\":%zu,\"words_removed\":%zu,\"parts\":[", t.diff.words_added, t.diff.words_removed);
	diff_json_parts(&t.diff, 0, t.diff.n_parts, out);
	(void)buf_add_str(out, "],\"changes\":");
	diff_json_changes(&t.tree, out);
	both_free(&t);
}

static void diff_out(struct prompt_task *t, const struct version_row *a, const struct version_row *b)
{
	char *names[] = { x_asprintf("%s@v%d", a->name, a->number), x_asprintf("%s@v%d", b->name, b->number) };

	if (t->is_json) {
		(void)buf_addf(&t->out, "{\"a\":\"%s\",\"b\":\"%s\"", a->hash, b->hash);
		prompt_out_diff_json(&t->out, &a->bundle, &b->bundle);
		(void)buf_add_str(&t->out, "}\n");
	} else {
		prompt_out_diff(&t->out, names[0], &a->bundle, names[1], &b->bundle, isatty(STDOUT_FILENO));
	}
	free(names[0]);
	free(names[1]);
}

static bool diff(struct prompt_task *t, struct err *e)
{
	struct version_row a, b;

	if (!version_resolve(t->r, t->words[0], t->key, &a, NULL, e)) {
		return false;
	}
	bool ok = version_resolve(t->r, t->words[1], t->key, &b, NULL, e);

	if (ok) {
		diff_out(t, &a, &b);
		version_free(&b);
	}
	version_free(&a);
	return ok;
}

const struct prompt_verb prompt_diff = { "diff", "REF REF", "k", 2, 2, PROMPT_NEVER, diff, NULL };
