#include "gateway/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/admission.h"
#include "gateway/attempt.h"

#define REPLAY_SLICE ((size_t)16 << 10) /* of a cached answer, between two looks at the rest of the loop */

void replay_go_on(struct live_call *lc)
{
	size_t left = lc->hit.response_len - lc->hit_read, n = left < REPLAY_SLICE ? left : REPLAY_SLICE;
	size_t from = lc->hit_read;

	lc->hit_read += n;
	attempt_data(lc, lc->hit.response + from, n);
	if (call_state_is_final(lc->pub.state)) { /* cancelled by a listener: the timer tells */
		return;
	}
	if (!lc->is_over && lc->hit_read < lc->hit.response_len) {
		live_arm(lc, 0.);
		return;
	}
	struct http_result result = { .outcome = HTTP_OK, .reply = lc->pub.http.reply, .body_started = true };
	cached_answer_free(&lc->hit);
	attempt_over(lc, &result);
}

static void begin_replay(struct live_call *lc)
{
	struct call *c = &lc->pub;
	struct http_reply reply = { .status = 200, .retry_after_ms = -1, .should_retry = -1 };

	attempt_reset(lc);
	if (lc->hit.content_type != NULL) {
		(void)snprintf(reply.content_type, sizeof(reply.content_type), "%s", lc->hit.content_type);
	}
	attempt_reply(lc, &reply);
	c->is_simulated = lc->hit.is_simulated;
	c->is_cached = true;
	c->state = CALL_SENT;
	live_arm(lc, 0.);
	live_emit(lc, EVENT_SENT);
}

static void cache_found(void *ctx, struct cached_answer *hit, const unsigned char key[SHA256_SIZE])
{
	struct live_call *lc = ctx;

	lc->is_looking = false;
	if (lc->pub.state == CALL_QUEUED) {
		lc->has_cache_key = true;
		memcpy(lc->cache_key, key, SHA256_SIZE);
		if (hit != NULL) {
			lc->hit = *hit;
			begin_replay(lc);
		} else {
			lc->pub.sent_us = 0;
			admission_begin(lc);
		}
	} else if (hit != NULL) {
		cached_answer_free(hit);
	}
	call_unref(&lc->pub);
}

bool replay_look_up(struct live_call *lc)
{
	struct wire_request w = { 0 };
	struct err e;

	if (!lc->caches || lc->gateway->store == NULL || lc->gateway->config->store.no_bodies || lc->has_cache_key) {
		return false;
	}
	bool ok = attempt_build(lc, NULL, false, &w, &e);
	if (ok) {
		attempt_keep_request(lc, &w);
		lc->is_looking = true;
		lc->pub.sent_us = clock_mono_us();
		(void)call_ref(&lc->pub);
		cache_look_up(lc->gateway->loop->jobs, store_dir(lc->gateway->store), lc->pub.target->provider, &w, cache_found, lc);
	}
	wire_request_free(&w);
	return ok;
}

bool replay_is_mended(struct live_call *lc)
{
	struct call *c = &lc->pub;

	if (!c->is_cached || c->first_us != 0) {
		return false;
	}
	attempt_reset(lc);
	c->is_simulated = false;
	c->sent_us = 0;
	c->state = CALL_QUEUED;
	live_arm(lc, 0.);
	return true;
}
