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

static bool has_include(const struct buf *script)
{
	return memmem(buf_str(script), script->len, "include", strlen("include")) != NULL;
}

void facts_find(struct facts *f)
{
	struct err unread;
	struct registry *r = has_include(&f->text) || has_include(&f->against) || has_include(&f->after) ? registry_open(f->dir, false, &unread) : NULL;

	f->tokens = facts_tokens(&f->counter, &f->text);
	f->against_tokens = facts_tokens(&f->counter, &f->against);
	f->after_tokens = facts_after(f) == &f->after ? facts_tokens(&f->counter, &f->after) : f->tokens;
	diff_make(&f->diff, buf_str(&f->against), f->against.len, buf_str(facts_after(f)), facts_after(f)->len, DIFF_WORDS | DIFF_MOVES);
	facts_prefix(f, r);
	facts_render(f, r);
	registry_close(r);
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
