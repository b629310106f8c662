#include "app/prompts_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/bundle.h"

/* The messages of the script; one that cannot be read is a message itself. */
struct input_size facts_tokens(const struct counter *c, const struct buf *script)
{
	struct request_text r = { .n_messages = 0 };
	struct bundle b = { 0 };
	struct err e;

	if (script->len > 0 && bundle_with_script(NULL, buf_str(script), script->len, &b, &e)) {
		for (size_t i = 0; i < bundle_n_parts(&b); i++) {
			struct bundle_part part = bundle_part(&b, i);

			request_text_message(&r, c, part.text, part.len);
		}
	} else if (script->len > 0) {
		request_text_message(&r, c, buf_str(script), script->len);
	}
	bundle_free(&b);
	return counter_input(c, &r);
}

const struct buf *facts_after(const struct facts *f)
{
	return f->after_number > 0 || f->proposal > 0 ? &f->after : &f->text;
}

bool facts_has_pair(const struct facts *f)
{
	return f->against_number > 0 || f->proposal > 0;
}

static void count_lines(struct facts *f)
{
	const struct buf *after = facts_after(f);
	const char *s = buf_str(after), *other = buf_str(&f->against);
	bool is_same = facts_has_pair(f);

	for (size_t at = 0; at < after->len;) {
		const char *nl = memchr(s + at, '\n', after->len - at);
		size_t len = nl != NULL ? (size_t)(nl - s) + 1 - at : after->len - at;

		is_same = is_same && at + len <= f->against.len && memcmp(s + at, other + at, len) == 0;
		f->kept_lines += is_same;
		f->n_lines++;
		at += len;
	}
}

void facts_find(struct facts *f)
{
	f->tokens = facts_tokens(&f->counter, &f->text);
	f->against_tokens = facts_tokens(&f->counter, &f->against);
	f->after_tokens = facts_after(f) == &f->after ? facts_tokens(&f->counter, &f->after) : f->tokens;
	diff_make(&f->diff, buf_str(&f->against), f->against.len, buf_str(facts_after(f)), facts_after(f)->len, DIFF_WORDS | DIFF_MOVES);
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
	buf_free(&f->after);
	json_decref(f->values);
	diff_free(&f->diff);
	for (size_t i = 0; i < f->n_vars; i++) {
		free(f->vars[i].path);
		free(f->vars[i].type);
	}
	free(f->vars);
	for (size_t i = 0; i < f->n_lints; i++) {
		free(f->lints[i].text);
	}
	free(f->lints);
	bundle_free(&f->base);
	buf_free(&f->rendered);
	free(f->render_error);
	free(f->dir);
	free(f);
}
