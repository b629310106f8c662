#include "app/prompts_proposal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/counting.h"
#include "app/prompts_task.h"
#include "base/mem.h"
#include "prompt/rewrite.h"
#include "text/clean.h"

#define MOST_RULES 8 /* of prompt/optimize.h there are fewer */

/* One piece of work off the loop: rules find it; or the question to a model is put, and later its answer read. */
struct making {
	struct prompts *p;
	unsigned round;
	/* the draft */
	struct bundle base;
	struct buf script;
	/* a model; NULL: rules */
	struct target *target;
	char *answer;            /* NULL: it is not asked yet */
	size_t answer_len;
	struct counter counter;
	/* what came of it */
	struct buf question;
	struct optimize found;
	struct buf text, reasons;
	bool ok;
	struct err err;
};

static void free_making(struct making *m)
{
	bundle_free(&m->base);
	buf_free(&m->script);
	target_free(m->target);
	free(m->answer);
	buf_free(&m->question);
	optimize_free(&m->found);
	buf_free(&m->text);
	buf_free(&m->reasons);
	free(m);
}

/* Words changed for nothing are no proposal. */
static bool is_shorter(struct making *m)
{
	int64_t before = facts_tokens(&m->counter, &m->script).tok, after = facts_tokens(&m->counter, &m->text).tok;

	return after < before ||
	       err_set(&m->err, ERR_CHECK, "the rewrite is no shorter: %lld tokens instead of %lld", (long long)after, (long long)before);
}

/* "filler 2, repeat 1": how often each rule; of a model its sentence. */
static void add_reasons(struct making *m)
{
	struct {
		const char *rule;
		size_t n;
	} counts[MOST_RULES] = { { .n = 0 } };
	const struct optimize *o = &m->found;

	if (m->target != NULL) {
		char *clean = clean_line(o->changes[0].text, strlen(o->changes[0].text), 0);

		(void)buf_add_str(&m->reasons, clean);
		free(clean);
		return;
	}
	for (size_t i = 0; i < o->n; i++) {
		size_t k = 0;

		while (k + 1 < MOST_RULES && counts[k].n > 0 && strcmp(counts[k].rule, o->changes[i].rule) != 0) {
			k++;
		}
		counts[k].rule = o->changes[i].rule;
		counts[k].n++;
	}
	for (size_t k = 0; k < MOST_RULES && counts[k].n > 0; k++) {
		(void)buf_addf(&m->reasons, "%s%s %zu", k > 0 ? ", " : "", counts[k].rule, counts[k].n);
	}
}

static bool find(struct making *m, const struct bundle *draft)
{
	bool ok = m->target == NULL ? optimize_bundle(draft, &m->found, &m->err) :
	    rewrite_take(draft, m->answer, m->answer_len, m->target->name, &m->found, &m->err);

	if (ok && m->found.n > 0) {
		bundle_script(&m->found.bundle, &m->text);
		add_reasons(m);
	}
	return ok && (m->target == NULL || m->found.n == 0 || is_shorter(m));
}

static void make(void *arg)
{
	struct making *m = arg;
	struct bundle draft = { 0 };

	m->ok = bundle_with_script(m->base.json != NULL ? &m->base : NULL, buf_str(&m->script), m->script.len, &draft, &m->err);
	if (m->ok && m->target != NULL && m->answer == NULL) {
		m->ok = rewrite_ask(&draft, &m->question, &m->err);
	} else if (m->ok) {
		m->ok = find(m, &draft);
	}
	bundle_free(&draft);
}

/* -- what came of it ------------------------------------------------------------------------------------------------------------------ */

static void found(struct making *m)
{
	struct prompts *p = m->p;
	struct prompts_proposal *o = &p->proposal;

	o->is_asked = false;
	if (!m->ok) {
		prompts_say_err(p->app, &m->err);
	} else if (m->found.n == 0) {
		app_say(p->app, NEWS_GOOD, "nothing to shorten");
	} else {
		o->text = m->text;
		o->reasons = m->reasons;
		m->text = m->reasons = (struct buf){ 0 };
		prompts_think(p);
	}
}

static void ask(struct making *m);

static void made(void *arg)
{
	struct making *m = arg;
	struct prompts *p = m->p;

	if (m->round == p->proposal.round && m->ok && m->question.len > 0) {
		ask(m);
	} else if (m->round == p->proposal.round) {
		found(m);
	}
	app_changed(p->app);
	free_making(m);
}

static struct making *begin(struct prompts *p, struct target *target, const char *answer, size_t len)
{
	struct making *m = x_calloc(1, sizeof(*m));

	m->p = p;
	m->round = p->proposal.round;
	if (p->base_bundle.json != NULL) {
		bundle_copy(&p->base_bundle, &m->base);
	}
	(void)buf_add(&m->script, buf_str(&p->text), p->text.len);
	m->target = target;
	m->answer = answer != NULL ? x_strndup(answer, len) : NULL;
	m->answer_len = len;
	m->counter = counting_of(p->app->counting, p->target);
	return m;
}

/* -- a model -------------------------------------------------------------------------------------------------------------------------- */

static void on_event(void *ctx, const struct call_event *ev)
{
	struct prompts *p = ctx;
	struct prompts_proposal *o = &p->proposal;
	const struct call *c = ev->call;

	if (c != o->call || ev->type < EVENT_DONE) {
		return;
	}
	if (ev->type == EVENT_DONE) {
		o->is_simulated = c->is_simulated;
		job_submit(p->app->loop->jobs, make, made, begin(p, target_copy(c->asked), buf_str(&c->answer.text), c->answer.text.len));
	} else {
		prompts_say_err(p->app, &c->err);
		o->is_asked = false;
	}
	call_unref(o->call);
	o->call = NULL;
	app_changed(p->app);
}

/* As sonde prompt optimize --rewrite does: the same question again is answered from the store. */
static void ask(struct making *m)
{
	struct prompts *p = m->p;
	struct buf tags = { 0 };
	char of[24] = "";

	if (p->base > 0 && !prompts_is_changed(p)) {
		(void)snprintf(of, sizeof(of), "@v%d", p->base);
	}
	(void)buf_addf(&tags, "{\"rewrite_of\":\"%s%s\"}", p->name, of);
	const struct message messages[] = { { .role = ROLE_SYSTEM, .text = rewrite_system }, { .role = ROLE_USER, .text = buf_str(&m->question) } };
	struct gateway_request r = { .target = m->target, .messages = messages, .n_messages = COUNT_OF(messages), .caches = true, .tags = buf_str(&tags) };

	chat_params_init(&r.params);
	p->proposal.call = call_ref(call_start(p->app->gateway, &r, on_event, p));
	chat_params_free(&r.params);
	buf_free(&tags);
}

/* -- asked, taken, dropped ------------------------------------------------------------------------------------------------------------ */

bool prompts_proposal_begin(struct prompts *p, const char *name, struct err *e)
{
	struct target *target = name[0] != '\0' ? target_resolve(p->app->config, name, e) : NULL;
	struct prompts_proposal *o = &p->proposal;

	if (name[0] != '\0' && target == NULL) {
		return false;
	}
	prompts_proposal_drop(p);
	prompts_compare_after(p, 0); /* it is the draft that it is compared with */
	o->is_asked = true;
	o->target = target != NULL ? x_strdup(target->name) : NULL;
	job_submit(p->app->loop->jobs, make, made, begin(p, target, NULL, 0));
	return true;
}

bool prompts_proposal_stands(const struct prompts *p)
{
	return p->proposal.text.len > 0 && p->facts != NULL && p->facts->proposal == p->proposal.round;
}

void prompts_proposal_take(struct prompts *p)
{
	struct buf text = p->proposal.text;

	p->proposal.text = (struct buf){ 0 };
	prompts_put_text(p, buf_str(&text), text.len);
	prompts_keep_soon(p);
	prompts_think(p);
	buf_free(&text);
}

void prompts_proposal_drop(struct prompts *p)
{
	struct prompts_proposal *o = &p->proposal;
	struct call *call = o->call;

	o->round++;
	o->is_asked = o->is_simulated = false;
	free(o->target);
	o->target = NULL;
	if (call != NULL) {
		o->call = NULL;
		call_cancel(call);
		call_unref(call);
	}
	buf_free(&o->reasons);
	if (o->text.len > 0) {
		buf_free(&o->text);
		if (p->name != NULL) {
			prompts_think(p);
		}
	}
}
