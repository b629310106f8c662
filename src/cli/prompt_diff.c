/* prompt diff: what changed from one version to another. */
#include "cli/prompt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/diff_print.h"
#include "text/json_text.h"

#define CONTEXT 3

/* The script, and below it what the script does not show, as JSON a part. */
static void whole_text(const struct bundle *b, struct buf *out)
{
	const char *name;
	json_t *part;

	bundle_script(b, out);
	json_object_foreach(b->json, name, part) {
		if (strcmp(name, "text") == 0 || strcmp(name, "messages") == 0) {
			continue;
		}
		char *json = json_dumps(part, JSON_ENCODE_ANY | JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));

		(void)buf_addf(out, "%s%s: %s\n", out->len > 0 && out->s[out->len - 1] != '\n' ? "\n" : "", name, json);
		free(json);
	}
}

struct both {
	struct buf a, b;
	struct diff diff;
};

static void both_make(struct both *t, const struct bundle *a, const struct bundle *b)
{
	*t = (struct both){ .a = { 0 } };
	whole_text(a, &t->a);
	whole_text(b, &t->b);
	diff_make(&t->diff, buf_str(&t->a), t->a.len, buf_str(&t->b), t->b.len, DIFF_WORDS | DIFF_MOVES);
}

static void both_free(struct both *t)
{
	diff_free(&t->diff);
	buf_free(&t->a);
	buf_free(&t->b);
}

void prompt_out_diff(struct buf *out, const char *a_name, const struct bundle *a, const char *b_name, const struct bundle *b, bool cleans)
{
	struct diff_print print = { .names = { a_name, b_name }, .context = CONTEXT, .cleans = cleans };
	struct both t;

	both_make(&t, a, b);
	diff_print_words(&print, &t.diff, out);
	both_free(&t);
}

void prompt_out_diff_json(struct buf *out, const struct bundle *a, const struct bundle *b)
{
	static const char *const ops[] = { "equal", "delete", "insert" };
	struct both t;

	both_make(&t, a, b);
	(void)buf_addf(out, ",\"words_added\":%zu,\"words_removed\":%zu,\"parts\":[", t.diff.words_added, t.diff.words_removed);
	for (size_t i = 0; i < t.diff.n_parts; i++) {
		const struct diff_part *p = &t.diff.parts[i];

		(void)buf_addf(out, "%s{\"op\":\"%s\",\"text\":", i > 0 ? "," : "", ops[p->op]);
		json_text_bytes(out, t.diff.side[p->op == DIFF_INSERT].text + p->start, p->len);
		(void)buf_add_str(out, "}");
	}
	(void)buf_add_str(out, "]");
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
