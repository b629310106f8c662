#include "gateway/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* ---- looking ---- */

struct look_up {
	char *dir;
	const struct provider_entry *provider;
	struct wire_request wire;
	cache_found_fn *fn;
	void *ctx;
	unsigned char key[SHA256_SIZE];
	struct cached_answer answer;
	bool found;
};

/* With its length, so that no two lists of parts look the same. */
static void add_part(struct sha256 *h, const char *bytes, size_t len)
{
	uint64_t n = len;
	unsigned char length[8];

	for (size_t i = 0; i < sizeof(length); i++) {
		length[i] = (unsigned char)(n >> (8 * i));
	}
	sha256_add(h, length, sizeof(length));
	sha256_add(h, bytes, len);
}

static void hash_request(const struct look_up *l, unsigned char out[SHA256_SIZE])
{
	const struct provider_entry *p = l->provider;
	struct sha256 h;

	sha256_init(&h);
	add_part(&h, p->kind->kind, strlen(p->kind->kind));
	add_part(&h, l->wire.url, strlen(l->wire.url));
	add_part(&h, buf_str(&l->wire.body), l->wire.body.len);
	for (size_t i = 0; p->headers != NULL && p->headers[i] != NULL; i++) {
		add_part(&h, p->headers[i], strlen(p->headers[i]));
	}
	sha256_end(&h, out);
}

static void look(void *arg)
{
	struct look_up *l = arg;
	struct err e;

	hash_request(l, l->key);
	if (!cache_get(l->dir, l->key, &l->answer, &l->found, &e)) {
		l->found = false;
	}
}

static void looked(void *arg)
{
	struct look_up *l = arg;

	l->fn(l->ctx, l->found ? &l->answer : NULL, l->key);
	wire_request_free(&l->wire);
	free(l->dir);
	free(l);
}

void cache_look_up(struct job_pool *jobs, const char *dir, const struct provider_entry *p, struct wire_request *w, cache_found_fn *fn,
    void *ctx)
{
	struct look_up *l = x_calloc(1, sizeof(*l));

	*l = (struct look_up){ .dir = x_strdup(dir), .provider = p, .wire = *w, .fn = fn, .ctx = ctx };
	*w = (struct wire_request){ 0 };
	job_submit(jobs, look, looked, l);
}

/* ---- keeping ---- */

struct keep {
	char *dir;
	struct cached_answer answer;
	const struct redact *redact;
	char *text; /* the answer as text, where patterns are to be looked for */
	size_t text_len;
	int *n_running;
};

/* An answer that must not be written as it is cannot be given again either. */
static bool is_secret(const struct keep *k)
{
	size_t len;
	char *text = redact_text(k->redact, k->text, k->text_len, &len);
	char *response = text == NULL ? redact_text(k->redact, k->answer.response, k->answer.response_len, &len) : NULL;
	bool is_found = text != NULL || response != NULL;

	free(text);
	free(response);
	return is_found;
}

static void keep(void *arg)
{
	struct keep *k = arg;
	struct err e;

	if (is_secret(k) || !cache_put(k->dir, &k->answer, &e)) {
		return; /* the answer has been given; the next one will be asked for again */
	}
}

static void kept(void *arg)
{
	struct keep *k = arg;

	--*k->n_running;
	cached_answer_free(&k->answer);
	free(k->text);
	free(k->dir);
	free(k);
}

bool cache_may_keep(const struct call *c)
{
	enum finish f = c->answer.finish;

	return c->state == CALL_DONE && !c->is_cached && (f == FINISH_STOP || f == FINISH_LENGTH || f == FINISH_TOOL_CALLS) &&
	    c->response_body.len > 0 && !c->response_body.is_full;
}

void cache_keep(struct job_pool *jobs, const char *dir, const struct redact *redact, const unsigned char key[SHA256_SIZE], const struct call *c,
    int *n_running)
{
	struct keep *k = x_calloc(1, sizeof(*k));

	*k = (struct keep){
		.dir = x_strdup(dir), .n_running = n_running, .redact = redact,
		.answer = { .made_us = clock_wall_us(), .is_simulated = c->is_simulated, .content_type = x_strdup(c->http.reply.content_type),
		    .model = x_strdup(c->answer.model), .finish = x_strdup(finish_name(c->answer.finish)), .in_tok = c->answer.usage.in_tok,
		    .out_tok = c->answer.usage.out_tok, .response = x_malloc(c->response_body.len), .response_len = c->response_body.len },
	};
	if (redact != NULL) {
		k->text_len = c->answer.text.len;
		k->text = x_strndup(buf_str(&c->answer.text), k->text_len);
	}
	memcpy(k->answer.key, key, SHA256_SIZE);
	memcpy(k->answer.response, c->response_body.s, c->response_body.len);
	++*n_running;
	job_submit(jobs, keep, kept, k);
}
