#include "app/prompts_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tokenizer.h"

#define EXACT_LEN 262144 /* of a longer text only so much is looked at for its tokens */

static int64_t tokens_of(const struct buf *text)
{
	size_t looked_at = text->len < EXACT_LEN ? text->len : EXACT_LEN;
	int64_t n = tokenizer_count(&tokenizer_estimating, buf_str(text), looked_at);

	return looked_at == text->len ? n : (int64_t)((double)n * (double)text->len / (double)looked_at);
}

static void count_lines(struct facts *f)
{
	const char *s = buf_str(&f->text), *other = buf_str(&f->against);
	bool is_same = f->against_number > 0;

	for (size_t at = 0; at < f->text.len;) {
		const char *nl = memchr(s + at, '\n', f->text.len - at);
		size_t len = nl != NULL ? (size_t)(nl - s) + 1 - at : f->text.len - at;

		is_same = is_same && at + len <= f->against.len && memcmp(s + at, other + at, len) == 0;
		f->kept_lines += is_same;
		f->n_lines++;
		at += len;
	}
}

void facts_find(struct facts *f)
{
	f->tokens = tokens_of(&f->text);
	f->against_tokens = tokens_of(&f->against);
	diff_make(&f->diff, buf_str(&f->against), f->against.len, buf_str(&f->text), f->text.len, DIFF_WORDS | DIFF_MOVES);
	count_lines(f);
	facts_render(f);
}

void facts_free(struct facts *f)
{
	if (f == NULL) {
		return;
	}
	buf_free(&f->text);
	buf_free(&f->against);
	json_decref(f->values);
	diff_free(&f->diff);
	for (size_t i = 0; i < f->n_vars; i++) {
		free(f->vars[i]);
	}
	free(f->vars);
	buf_free(&f->rendered);
	free(f->render_error);
	free(f->dir);
	free(f);
}
