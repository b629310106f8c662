/* `sonde metrics --check`: which limits are crossed, for CI and cron. */
#include "cli/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/commands.h"
#include "text/clean.h"
#include "text/json_text.h"

enum verdict { VERDICT_OK, VERDICT_CROSSED, VERDICT_UNJUDGED, VERDICT_COUNT };
static const char *const verdict_names[VERDICT_COUNT] = { "ok", "crossed", "unjudged" };

struct check {
	const struct limit *limit;
	const char *key; /* of the group; NULL: all calls */
	int64_t value;
	uint64_t sample, least;
	enum verdict verdict;
};

static struct check judge(const struct limit *l, const char *key, const struct figures *f, const struct metrics_options *o)
{
	struct check c = {
		.limit = l,
		.key = key,
		.value = limit_value(l, f, o->query.to_us - o->query.from_us),
		.sample = limit_sample(l, f),
		.least = limit_least(l, (uint64_t)o->least),
	};

	if (!is_known(c.value) || c.sample < c.least) {
		c.verdict = VERDICT_UNJUDGED;
	} else {
		c.verdict = limit_holds(l, c.value) ? VERDICT_OK : VERDICT_CROSSED;
	}
	return c;
}

static void check_text(struct buf *out, const struct check *c)
{
	char text[LIMIT_TEXT_SIZE];

	limit_text(c->limit, text);
	if (c->verdict == VERDICT_CROSSED) {
		(void)buf_addf(out, "crossed: %s does not hold, it is ", text);
		limit_add_value(c->limit, c->value, c->sample, out);
	} else {
		(void)buf_addf(out, "cannot judge: %s, %llu call%s", text, (unsigned long long)c->sample, c->sample == 1 ? "" : "s");
	}
	if (c->key != NULL) {
		char *key = clean_line(c->key, strlen(c->key), 0);

		(void)buf_addf(out, " of %s", key[0] != '\0' ? key : "(none)");
		free(key);
	}
	if (c->verdict == VERDICT_UNJUDGED && c->sample < c->least) {
		(void)buf_addf(out, "; at least %llu are needed", (unsigned long long)c->least);
	} else if (c->verdict == VERDICT_UNJUDGED) {
		(void)buf_add_str(out, "; none has this figure");
	}
	(void)buf_add_char(out, '\n');
}

static void check_json(struct buf *out, const struct check *c)
{
	char text[LIMIT_TEXT_SIZE], value[FIGURE_SIZE], bound[FIGURE_SIZE];

	limit_text(c->limit, text);
	limit_format_plain(c->limit, c->value, value);
	limit_format_plain(c->limit, c->limit->bound, bound);
	(void)buf_add_str(out, "{\"key\":");
	json_text_string(out, c->key);
	(void)buf_add_str(out, ",\"limit\":");
	json_text_string(out, text);
	(void)buf_addf(out, ",\"figure\":\"%s\",\"value\":%s,\"bound\":%s,\"calls\":%llu,\"calls_needed\":%llu,\"verdict\":\"%s\"}",
	    limit_name(c->limit), value, bound, (unsigned long long)c->sample, (unsigned long long)c->least, verdict_names[c->verdict]);
}

static void span_json(struct buf *out, const struct metrics_query *q)
{
	char since[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];

	clock_format_iso(q->from_us, since);
	clock_format_iso(q->to_us, until);
	(void)buf_addf(out, "{\"since\":\"%s\",\"until\":\"%s\",\"checks\":[", since, until);
}

static void conclude(struct buf *out, const struct metrics_options *o, const struct metrics *m, const size_t n[VERDICT_COUNT])
{
	bool has_simulated = m != NULL && m->has_simulated;

	if (o->is_json) {
		(void)buf_addf(out, "],\"crossed\":%zu,\"unjudged\":%zu,\"simulated\":%s}\n", n[VERDICT_CROSSED], n[VERDICT_UNJUDGED],
		    has_simulated ? "true" : "false");
		return;
	}
	if (n[VERDICT_OK] + n[VERDICT_CROSSED] + n[VERDICT_UNJUDGED] == 0) {
		(void)buf_add_str(out, "cannot judge: no calls in this span\n");
	} else if (n[VERDICT_CROSSED] == 0 && n[VERDICT_OK] > 0) {
		(void)buf_addf(out, "ok: %zu of %zu limits hold, none is crossed\n", n[VERDICT_OK], n[VERDICT_OK] + n[VERDICT_UNJUDGED]);
	}
	if (has_simulated) {
		(void)buf_add_str(out, "SIMULATED calls are among these.\n");
	}
	if (m != NULL && m->total.unpriced > 0) {
		(void)buf_addf(out, "%llu successful call%s without a known cost count%s as free.\n", (unsigned long long)m->total.unpriced,
		    m->total.unpriced == 1 ? "" : "s", m->total.unpriced == 1 ? "s" : "");
	}
}

/* All limits of one group. */
static void check_group(struct buf *out, const struct metrics_options *o, const struct limit *limits, size_t n, const char *key,
    const struct figures *f, size_t counts[VERDICT_COUNT])
{
	for (size_t i = 0; i < n; i++) {
		struct check c = judge(&limits[i], key, f, o);

		if (o->is_json) {
			bool is_first = counts[VERDICT_OK] + counts[VERDICT_CROSSED] + counts[VERDICT_UNJUDGED] == 0;

			(void)buf_add_str(out, is_first ? "\n" : ",\n");
			check_json(out, &c);
		} else if (c.verdict != VERDICT_OK) {
			check_text(out, &c);
		}
		counts[c.verdict]++;
	}
}

static int fail_at(const struct metrics_options *o, size_t column, struct err *e)
{
	(void)err_prefix(e, "--check \"%.60s\", column %zu", o->check, column);
	return cli_fail(e);
}

int metrics_check(struct metrics_options *o)
{
	struct limit limits[LIMITS_MOST];
	size_t n, column, counts[VERDICT_COUNT] = { 0 };
	const struct figures none = { 0 };
	struct metrics *m;
	struct buf out = { 0 };
	struct err e = { 0 };

	if (!limits_parse(o->check, limits, &n, &column, &e)) {
		return fail_at(o, column, &e);
	}
	o->query.by = o->has_by ? o->query.by : BY_NONE;
	if (!metrics_read(o, &m, &e)) {
		return cli_fail(&e);
	}
	if (o->is_json) {
		span_json(&out, &o->query);
	}
	if (o->query.by == BY_NONE) {
		check_group(&out, o, limits, n, NULL, m != NULL ? &m->total : &none, counts);
	}
	for (size_t i = 0; m != NULL && i < m->n_groups; i++) {
		check_group(&out, o, limits, n, m->groups[i].key, &m->groups[i].now, counts);
	}
	conclude(&out, o, m, counts);
	metrics_free(m);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return counts[VERDICT_CROSSED] > 0 ? err_exit_status(ERR_CHECK) : 0;
}
