#include "gateway/fallback.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/admission.h"
#include "gateway/attempt.h"

void fallback_aim(struct live_call *lc, const struct target *t)
{
	const struct target *asked = lc->pub.asked;
	const char *system = t->system != NULL ? t->system : asked->system;

	lc->pub.target = t;
	chat_params_free(&lc->params);
	chat_params_copy(&lc->params, &lc->wished);
	chat_params_default(&lc->params, &t->params);
	chat_params_default(&lc->params, &asked->params);
	if (lc->side != NULL) {
		free((char *)lc->side->model);
		lc->side->model = x_strdup(t->model);
	}
	free((char *)lc->messages[0].text);
	bool has_own = lc->n_messages > 1 && lc->messages[1].role == ROLE_SYSTEM;
	lc->messages[0] = (struct message){ .role = ROLE_SYSTEM, .text = has_own ? NULL : x_strdup(system) };
}

static bool has_fallback(const struct live_call *lc)
{
	static const bool falls[CLASS_COUNT] = {
		[CLASS_RATE_LIMITED] = true, [CLASS_SERVER_ERROR] = true, [CLASS_TIMEOUT] = true, [CLASS_NETWORK] = true, [CLASS_AUTH] = true,
	};
	const struct call *c = &lc->pub;

	if (c->first_us != 0 || !falls[c->row.error_class] || c->n_failures >= c->asked->n_fallback) {
		return false;
	}
	/* Vectors of another model are of another space: they would be compared with those there are, and mean nothing. */
	return c->side == NULL || c->side->kind != SIDE_EMBED || strcmp(c->asked->fallback[c->n_failures]->model, c->target->model) == 0;
}

/* The failure is recorded as a call of its own; what comes next begins like a new one. */
static void go_on(struct live_call *lc)
{
	struct call *c = &lc->pub;
	const struct provider_entry *before = c->target->provider;
	int64_t run_us = c->row.run_us;
	int run_column = c->row.run_column;

	live_record(lc, CALL_FAILED);
	*array_push(c->failures, c->n_failures, c->cap_failures) = (struct call_failure){ c->target->name, c->row.error_class };
	call_row_init(&c->row);
	c->row.run_us = run_us;
	c->row.run_column = run_column;
	attempt_reset(lc);
	buf_clear(&c->request_body);
	c->warning[0] = '\0';
	c->attempt = 0;
	c->sent_us = c->end_us = 0;
	c->is_simulated = false;
	c->state = CALL_QUEUED;
	lc->wall_us = clock_wall_us();
	lc->key = live_random();
	lc->has_cache_key = false;
	lc->holds_place = false;
	fallback_aim(lc, c->asked->fallback[c->n_failures - 1]);
	admission_next(lc->gateway, before);
	live_arm(lc, 0.);
	live_emit(lc, EVENT_FALLBACK);
}

bool fallback_try(struct live_call *lc)
{
	if (!has_fallback(lc)) {
		return false;
	}
	go_on(lc);
	return true;
}
