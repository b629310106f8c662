/* The draft in Play, and what its input costs there. */
#include <string.h>

#include "app/play.h"
#include "app/prompts.h"
#include "base/json.h"
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

static void set_params(struct play *play, const json_t *params)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)params, name, value) {
		char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

		/* One that Play does not have stays with the prompt. */
		(void)chat_params_set(&play->params, name, text != NULL ? text : json_string_value(value), NULL);
		free(text);
	}
}

/* Play has a system text and one of the user: of several turns all, each below its role. */
static void add_part(const struct bundle_part *part, size_t n_turns, const struct buf *text, struct buf *system, struct buf *user)
{
	bool is_system = strcmp(part->role, "system") == 0 || strcmp(part->role, "developer") == 0;
	struct buf *to = is_system ? system : user;

	if (to->len > 0) {
		(void)buf_add_str(to, "\n\n");
	}
	if (!is_system && n_turns > 1) {
		(void)buf_addf(to, "%s:\n", part->role);
	}
	(void)buf_add(to, buf_str(text), text->len);
}

bool prompts_to_play(struct prompts *p, struct err *e)
{
	struct bundle b = { 0 };
	struct buf system = { 0 }, user = { 0 }, text = { 0 };
	size_t n_turns = 0;

	if (!prompts_bundle(p, &b, e)) {
		return false;
	}
	json_t *values = prompts_values(p);
	bool ok = true;

	for (size_t i = 0; i < bundle_n_parts(&b); i++) {
		struct bundle_part part = bundle_part(&b, i);

		n_turns += strcmp(part.role, "system") != 0 && strcmp(part.role, "developer") != 0;
	}
	for (size_t i = 0; ok && i < bundle_n_parts(&b); i++) {
		struct bundle_part part = bundle_part(&b, i);

		buf_clear(&text);
		ok = prompts_render_part(p->app->data_dir, &part, values, &text, e);
		add_part(&part, n_turns, &text, &system, &user);
	}
	if (ok) {
		struct play *play = p->app->play;

		play_stop_all(play);
		play_set_prompt(play, buf_str(&system), buf_str(&user));
		play->opened++;
		set_params(play, json_object_get(b.json, "params"));
	}
	json_decref(values);
	buf_free(&system);
	buf_free(&user);
	buf_free(&text);
	bundle_free(&b);
	return ok;
}
