/* The draft in Play, and what its input costs there. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/json.h"
#include "base/mem.h"
#include "gateway/record.h"

void prompts_aim(struct prompts *p)
{
	const struct play *play = p->app->play;
	const char *named = json_get_string(json_object_get(p->base_bundle.json, "params"), "model", NULL);
	struct err e;

	target_free(p->target);
	p->target = named != NULL ? target_find(p->app->config, named, &e) : NULL;
	for (size_t i = 0; p->target == NULL && i < play->n_columns; i++) {
		p->target = play->columns[i]->target != NULL ? target_copy(play->columns[i]->target) : NULL;
	}
}

const char *prompts_input_cost(const struct prompts *p, int64_t before_tok, int64_t after_tok, int64_t *before_nano, int64_t *after_nano)
{
	const struct target *t = p->target;
	const struct price *price = t != NULL ? record_price(p->app->config->prices, t, t->model) : NULL;
	struct usage before = USAGE_UNKNOWN, after = USAGE_UNKNOWN;
	bool is_estimated;

	before.in_tok = before_tok;
	after.in_tok = after_tok;
	before.out_tok = after.out_tok = 0;
	bool ok = price != NULL && price_cost(price, &before, before_nano, &is_estimated) && price_cost(price, &after, after_nano, &is_estimated);

	return ok ? t->model : NULL;
}

/* What is sent when it is opened in Play: the version as it was saved, or the draft with its includes as they are now. */
static bool version_of(const struct prompts *p, struct version_row *out, struct err *e)
{
	bool is_draft = p->base == 0 || prompts_is_changed(p);

	*out = (struct version_row){ .name = x_strdup(p->name), .number = is_draft ? 0 : p->base };
	if (is_draft && !prompts_bundle(p, &out->bundle, e)) {
		return false;
	}
	if (!is_draft) {
		bundle_copy(&p->base_bundle, &out->bundle);
		memcpy(out->hash, out->bundle.hash, sizeof(out->hash));
	}
	return true;
}

bool prompts_to_play(struct prompts *p, struct err *e)
{
	if (!prompts_is_read(p, e)) {
		return false;
	}
	bool has_include = memmem(buf_str(&p->text), p->text.len, "include", 7) != NULL;
	struct registry *r = has_include ? registry_open(p->app->data_dir, false, e) : NULL;
	struct version_row v = { 0 };
	struct play_prompt *prompt = NULL;

	if ((!has_include || r != NULL) && version_of(p, &v, e)) {
		json_t *values = prompts_values(p);

		prompt = play_prompt_fill(r, &v, NULL, values, e);
		json_decref(values);
	}
	if (prompt != NULL) {
		char name[PLAY_PROMPT_NAME_SIZE];

		play_stop_all(p->app->play);
		play_take_prompt(p->app->play, prompt, v.number > 0 ? play_prompt_name(prompt, name) : NULL);
	}
	version_free(&v);
	registry_close(r);
	return prompt != NULL;
}
