#include "gateway/learn.h"

#include <string.h>

#include "token/counter.h"

#define TEXT_MOST ((size_t)65536) /* bytes: less than half a millisecond */

static bool is_plain_answer(const struct live_call *lc)
{
	const struct call *c = &lc->pub;

	return c->state == CALL_DONE && c->side == NULL && !c->is_cached && is_known(c->answer.usage.in_tok) && lc->schema_json == NULL &&
	       lc->tools_json == NULL && (lc->attachments == NULL || lc->attachments->n == 0);
}

void learn_from(struct live_call *lc)
{
	static const struct tokenizer none[ENCODING_COUNT] = { { NULL, NULL } };
	struct call_row *row = &lc->pub.row;
	struct counter counter = counter_of(lc->pub.target->model, none, NULL);
	struct request_text text = { .n_messages = 0 };
	size_t len = 0;

	bool has_tools = false;

	for (size_t i = 0; i < lc->n_messages; i++) {
		len += lc->messages[i].text != NULL ? strlen(lc->messages[i].text) : 0;
		has_tools |= lc->messages[i].calls_json != NULL || lc->messages[i].role == ROLE_TOOL;
	}
	if (!is_plain_answer(lc) || has_tools || len > TEXT_MOST) {
		return;
	}
	for (size_t i = 0; i < lc->n_messages; i++) {
		if (lc->messages[i].text != NULL) {
			request_text_message(&text, &counter, lc->messages[i].text, strlen(lc->messages[i].text));
		}
	}
	int64_t tok = row->usage.in_tok - counter_around(text.n_messages);

	if (calibration_may_learn(&text.weight, tok)) {
		for (size_t i = 0; i < MIX_COUNT; i++) {
			row->input.estimate[i] = text.weight.of[i];
		}
		row->input.tok = tok;
	}
}

_Static_assert(MIX_COUNT == INPUT_SCRIPTS, "a row has an estimate for each script");
