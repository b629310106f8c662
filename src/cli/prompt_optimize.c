/* prompt optimize: a shorter prompt as a proposal, with what it saves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "cli/calling.h"
#include "cli/diff_print.h"
#include "cli/prompt.h"
#include "cli/result.h"
#include "gateway/record.h"
#include "gateway/target.h"
#include "prompt/rewrite.h"
#include "text/json_text.h"
#include "token/tokenizer.h"

#define CALLS 1000 /* that the cost is told of: of one it would be nothing but noughts */

struct saving {
	int64_t before, after; /* tokens of the templates */
	bool is_exact;
	int64_t nano;          /* of CALLS calls; UNKNOWN */
};

static int64_t count(const struct tokenizer *t, const struct bundle *b)
{
	int64_t n = 0;

	for (size_t i = 0; i < bundle_n_parts(b); i++) {
		struct bundle_part p = bundle_part(b, i);

		n += tokenizer_count(t, p.text, p.len);
	}
	return n;
}

/* By the tokenizer and the input price of --target, or of the model that rewrote it; without one an estimate, and no cost. */
static bool weigh(const struct prompt_task *t, const struct bundle *a, const struct bundle *b, struct saving *out, struct err *e)
{
	const char *name = t->target != NULL ? t->target : t->rewriter;
	struct target *target = name != NULL ? target_find(t->config, name, e) : NULL;
	struct tokenizer tokenizer = tokenizer_estimating;
	bool is_its_own = false;

	*out = (struct saving){ .nano = UNKNOWN };
	if (name != NULL && target == NULL) {
		return false;
	}
	if (target != NULL) {
		const struct encoding *encoding = encoding_of_model(target->model, &is_its_own);

		if (!tokenizer_open(encoding, t->config->rank_files[encoding - encodings], &tokenizer, e)) {
			*e = (struct err){ 0 }; /* estimates */
		}
	}
	out->before = count(&tokenizer, a);
	out->after = count(&tokenizer, b);
	out->is_exact = is_its_own && tokenizer_is_exact(&tokenizer);
	if (target != NULL) {
		const struct price *p = record_price(t->config->prices, target, target->model);

		out->nano = p != NULL && is_known(p->in) ? (out->before - out->after) * CALLS * p->in / 1000 : UNKNOWN;
	}
	tokenizer_close(&tokenizer);
	target_free(target);
	return true;
}

static void add_text(struct prompt_task *t, const struct version_row *v, const struct optimize *o, const struct saving *s)
{
	char *names[] = { x_asprintf("%s@v%d", v->name, v->number), x_strdup("proposal") };
	struct diff_print print = { .names = { names[0], names[1] }, .context = 2, .cleans = isatty(STDOUT_FILENO) };
	struct buf from = { 0 }, to = { 0 };
	struct diff d;

	bundle_script(&v->bundle, &from);
	bundle_script(&o->bundle, &to);
	diff_make(&d, buf_str(&from), from.len, buf_str(&to), to.len, DIFF_WORDS);
	diff_print_words(&print, &d, &t->out);
	diff_free(&d);
	for (size_t i = 0; i < o->n; i++) {
		struct bundle_part p = bundle_part(&v->bundle, o->changes[i].part);

		if (o->changes[i].line > 0) {
			(void)buf_addf(&t->out, "%s%s line %d: ", p.role, p.role[0] != '\0' ? "," : "", o->changes[i].line);
		}
		prompt_out_line(&t->out, o->changes[i].text);
		(void)buf_add_str(&t->out, "\n");
	}
	const char *about = s->is_exact ? "" : "~";

	(void)buf_addf(&t->out, "tokens %s%lld -> %s%lld (%s%lld fewer)", about, (long long)s->before, about, (long long)s->after, about,
	    (long long)(s->before - s->after));
	if (is_known(s->nano)) {
		char cost[32];

		price_format(s->nano, cost, sizeof(cost));
		(void)buf_addf(&t->out, ", %s less for %d calls", cost, CALLS);
	}
	(void)buf_add_str(&t->out, "\n");
	buf_free(&from);
	buf_free(&to);
	free(names[0]);
	free(names[1]);
}

static void add_json(struct prompt_task *t, const struct version_row *v, const struct optimize *o, const struct saving *s, int saved)
{
	(void)buf_add_str(&t->out, "{\"name\":");
	json_text_string(&t->out, v->name);
	(void)buf_addf(&t->out, ",\"version\":%d,\"tokens\":{\"before\":%lld,\"after\":%lld,\"exact\":%s},\"saved_usd_per_%d_calls\":", v->number,
	    (long long)s->before, (long long)s->after, s->is_exact ? "true" : "false", CALLS);
	json_text_usd(&t->out, s->nano);
	(void)buf_add_str(&t->out, ",\"changes\":[");
	for (size_t i = 0; i < o->n; i++) {
		const struct optimize_change *c = &o->changes[i];

		(void)buf_addf(&t->out, "%s{\"rule\":\"%s\",\"part\":%zu,\"line\":%d,\"bytes\":%zu,\"text\":", i > 0 ? "," : "", c->rule, c->part, c->line, c->bytes);
		json_text_string(&t->out, c->text);
		(void)buf_add_char(&t->out, '}');
	}
	(void)buf_add_str(&t->out, "],\"bundle\":");
	bundle_canonical(&o->bundle, &t->out);
	if (saved > 0) {
		(void)buf_addf(&t->out, ",\"saved_version\":%d}\n", saved);
	} else {
		(void)buf_add_str(&t->out, ",\"saved_version\":null}\n");
	}
}

static bool save(struct prompt_task *t, const struct version_row *v, const struct optimize *o, int *number, struct err *e)
{
	char *why = x_asprintf("optimize: %zu %s", o->n, o->n == 1 ? "change" : "changes");
	const struct version_save s = { v->name, v->number, t->author, t->message != NULL ? t->message : why };
	bool is_new, ok = version_save(t->r, &s, &o->bundle, number, &is_new, e);

	free(why);
	return ok;
}

/* The answer of a model, recorded as a call. The same question again, as of --save after a look, is answered from the store. */
static bool rewrite(struct prompt_task *t, const struct version_row *v, struct optimize *out, struct err *e)
{
	struct target *target = config_check(t->config, e) ? target_resolve(t->config, t->rewriter, e) : NULL;
	struct buf user = { 0 }, tags = { 0 };

	if (target == NULL || !rewrite_ask(&v->bundle, &user, e)) {
		target_free(target);
		buf_free(&user);
		return false;
	}
	(void)buf_addf(&tags, "{\"rewrite_of\":\"%s@v%d\"}", v->name, v->number);
	const struct message messages[] = { { .role = ROLE_SYSTEM, .text = rewrite_system }, { .role = ROLE_USER, .text = buf_str(&user) } };
	struct gateway_request r = { .target = target, .messages = messages, .n_messages = COUNT_OF(messages), .caches = true, .tags = buf_str(&tags) };

	chat_params_init(&r.params);
	struct call *c = calling_once(t->config, &r, e);
	bool ok = c != NULL;

	if (ok) {
		result_summary(stderr, c);
		ok = rewrite_take(&v->bundle, buf_str(&c->answer.text), c->answer.text.len, target->name, out, e) ||
		     (e->hint[0] == '\0' && err_hint(e, "nothing is changed; ask again, or another model"));
		if (c->is_simulated) {
			fprintf(stderr, "sonde: SIMULATED: the answer comes from sonde's simulator, not from a model\n");
		}
		call_unref(c);
	}
	chat_params_free(&r.params);
	target_free(target);
	buf_free(&user);
	buf_free(&tags);
	return ok;
}

/* Words changed for nothing are no proposal. */
static bool is_shorter(const struct optimize *o, const struct saving *s, struct err *e)
{
	return o->n == 0 || s->after < s->before ||
	       err_set(e, ERR_CHECK, "the rewrite is no shorter: %lld tokens instead of %lld", (long long)s->after, (long long)s->before);
}

static bool optimize(struct prompt_task *t, struct err *e)
{
	struct version_row v;
	struct optimize o = { .n = 0 };
	struct saving s;
	int number = 0;

	if (!version_resolve(t->r, t->words[0], t->key, &v, NULL, e)) {
		return false;
	}
	bool ok = (t->rewriter != NULL ? rewrite(t, &v, &o, e) : optimize_bundle(&v.bundle, &o, e)) && weigh(t, &v.bundle, &o.bundle, &s, e) && (t->rewriter == NULL || is_shorter(&o, &s, e)) &&
		  (!t->saves || o.n == 0 || save(t, &v, &o, &number, e));

	if (ok && t->is_json) {
		add_json(t, &v, &o, &s, number);
	} else if (ok && o.n == 0) {
		(void)buf_addf(&t->out, "%s@v%d: nothing to shorten\n", v.name, v.number);
	} else if (ok) {
		add_text(t, &v, &o, &s);
		if (number > 0) {
			(void)buf_addf(&t->out, "saved as %s v%d\n", v.name, number);
		} else {
			(void)buf_addf(&t->out, "nothing is saved; %s--save makes it a version\n", t->rewriter != NULL ? "the same with " : "");
		}
	}
	optimize_free(&o);
	version_free(&v);
	return ok;
}

const struct prompt_verb prompt_optimize = { "optimize", "REF", "kmatSw", 1, 1, PROMPT_NEVER, optimize, NULL };
