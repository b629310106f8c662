/* prompt_render - the subcommands of `sonde prompt` that fill a version in. */
#include "cli/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/ref.h"
#include "text/json_text.h"

static void parts_json(struct buf *out, const struct version_row *v, const struct rendered *r)
{
	prompt_out_version(out, v);
	(void)buf_add_str(out, ",\"messages\":[");
	for (size_t i = 0; i < r->n; i++) {
		(void)buf_add_str(out, i > 0 ? ",{\"role\":" : "{\"role\":");
		json_text_string(out, r->parts[i].role[0] != '\0' ? r->parts[i].role : "user");
		(void)buf_add_str(out, ",\"content\":");
		json_text_bytes(out, r->parts[i].text, r->parts[i].len);
		(void)buf_add_str(out, "}");
	}
	(void)buf_add_str(out, "]}\n");
}

static bool render(struct prompt_task *t, struct err *e)
{
	struct template_error why;
	struct ref f;
	struct buf text = { 0 };

	if (!ref_fill(&f, t->r, t->words[0], t->key, &t->vars, t->is_lenient, &why, e)) {
		t->status = why.kind != TEMPLATE_OK ? cli_template_fail(&why, false) : 0;
		return why.kind != TEMPLATE_OK;
	}
	if (t->is_json) {
		parts_json(&t->out, &f.version, &f.rendered);
	} else {
		rendered_text(&f.rendered, &text);
		cli_add_text(&t->out, buf_str(&text), text.len);
	}
	buf_free(&text);
	ref_free(&f);
	return true;
}

static void test_out(struct prompt_task *t, const char *name, size_t i, bool ok, const char *got, const struct template_error *why, const char *expect)
{
	if (t->is_json) {
		(void)buf_addf(&t->out, "%s{\"name\":", i > 0 ? "," : "");
		json_text_string(&t->out, name);
		(void)buf_addf(&t->out, ",\"passed\":%s,\"got\":", ok ? "true" : "false");
		json_text_string(&t->out, got);
		(void)buf_add_str(&t->out, ",\"error\":");
		json_text_string(&t->out, got == NULL ? why->message : NULL);
		(void)buf_add_str(&t->out, "}");
		return;
	}
	(void)buf_add_str(&t->out, ok ? "ok    " : "FAIL  ");
	prompt_out_line(&t->out, name);
	if (!ok && got != NULL) {
		(void)buf_add_str(&t->out, "\n  expected: ");
		prompt_out_line(&t->out, expect);
		(void)buf_add_str(&t->out, "\n  rendered: ");
		prompt_out_line(&t->out, got);
	} else if (!ok) {
		(void)buf_add_str(&t->out, "\n  ");
		prompt_out_line(&t->out, why->message);
	}
	(void)buf_add_str(&t->out, "\n");
}

static bool test(struct prompt_task *t, struct err *e)
{
	struct version_row v;
	size_t n_failed = 0;

	if (!version_resolve(t->r, t->words[0], t->key, &v, NULL, e)) {
		return false;
	}
	const json_t *tests = json_object_get(v.bundle.json, "tests");

	(void)buf_add_str(&t->out, t->is_json ? "{\"tests\":[" : "");
	for (size_t i = 0; i < json_array_size(tests); i++) {
		const json_t *one = json_array_get(tests, i);
		const char *name = json_get_string(one, "name", NULL), *expect = json_get_string(one, "expect", NULL);
		struct template_error why;
		char *got;
		bool ok = version_test(t->r, &v, i, &got, &why);

		n_failed += !ok;
		test_out(t, name != NULL ? name : "(no name)", i, ok, got, &why, expect);
		free(got);
	}
	(void)buf_addf(&t->out, t->is_json ? "],\"failed\":%zu}\n" : "", n_failed);
	if (!t->is_json && json_array_size(tests) == 0) {
		(void)buf_addf(&t->out, "%s v%d has no tests.\n", v.name, v.number);
	}
	t->status = n_failed > 0 ? err_exit_status(ERR_CHECK) : 0;
	version_free(&v);
	return true;
}

const struct prompt_verb prompt_render = { "render", "REF", "kpvL", 1, 1, PROMPT_NEVER, render, NULL };
const struct prompt_verb prompt_test = { "test", "REF", "k", 1, 1, PROMPT_NEVER, test, NULL };
