/* prompt_show - the subcommands of `sonde prompt` that read. */
#include "cli/prompt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/prompt_figures.h"
#include "text/json_text.h"

#define HASH_SHOWN 8

/* ---- list ---- */

static void list_json(struct buf *out, const struct prompt_row *rows, size_t n)
{
	(void)buf_add_str(out, "{\"prompts\":[");
	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(out, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_text_string(out, rows[i].name);
		(void)buf_addf(out, ",\"versions\":%d,\"created\":", rows[i].n_versions);
		prompt_out_time(out, rows[i].created_us, true);
		(void)buf_add_str(out, ",\"changed\":");
		prompt_out_time(out, rows[i].changed_us, true);
		(void)buf_add_str(out, ",\"labels\":");
		json_text_string(out, rows[i].labels);
		(void)buf_add_str(out, "}");
	}
	(void)buf_add_str(out, "]}\n");
}

static void list_out(struct prompt_task *t, const struct prompt_row *rows, size_t n)
{
	size_t w = 0;

	for (size_t i = 0; i < n; i++) {
		w = strlen(rows[i].name) > w ? strlen(rows[i].name) : w;
	}
	if (t->is_json) {
		list_json(&t->out, rows, n);
	} else if (n == 0) {
		(void)buf_add_str(&t->out, "No prompt yet. `sonde prompt save NAME FILE` makes one.\n");
	}
	for (size_t i = 0; !t->is_json && i < n; i++) {
		(void)buf_addf(&t->out, "%-*s  v%-4d ", (int)w, rows[i].name, rows[i].n_versions);
		prompt_out_time(&t->out, rows[i].changed_us, false);
		(void)buf_addf(&t->out, "%s%s\n", rows[i].labels[0] != '\0' ? "  " : "", rows[i].labels);
	}
}

static bool list(struct prompt_task *t, struct err *e)
{
	struct prompt_row *rows;
	size_t n;

	if (!prompts_list(t->r, &rows, &n, e)) {
		return false;
	}
	list_out(t, rows, n);
	prompt_rows_free(rows, n);
	return true;
}

static bool list_none(struct prompt_task *t, struct err *e)
{
	*e = (struct err){ 0 };
	list_out(t, NULL, 0);
	return true;
}

/* ---- show ---- */

static void show_text(struct buf *out, const struct version_row *v)
{
	struct buf script = { 0 };

	bundle_script(&v->bundle, &script);
	cli_add_text(out, buf_str(&script), script.len);
	buf_free(&script);
}

static bool show(struct prompt_task *t, struct err *e)
{
	struct version_row v;
	char *label;

	if (!version_resolve(t->r, t->words[0], t->key, &v, &label, e)) {
		return false;
	}
	if (t->is_json) {
		prompt_out_version(&t->out, &v);
		(void)buf_add_str(&t->out, ",\"label\":");
		json_text_string(&t->out, label[0] != '\0' ? label : NULL);
		(void)buf_add_str(&t->out, ",\"bundle\":");
		bundle_canonical(&v.bundle, &t->out);
		(void)buf_add_str(&t->out, "}\n");
	} else {
		show_text(&t->out, &v);
	}
	version_free(&v);
	free(label);
	return true;
}

/* ---- log ---- */

struct history {
	struct version_row *versions;
	struct move_row *moves;
	struct label_row *labels;
	char **includers;
	struct prompt_figures *figures; /* of its calls, by version */
	size_t n_versions, n_moves, n_labels, n_includers, n_figures;
};

static void history_free(struct history *h)
{
	version_rows_free(h->versions, h->n_versions);
	move_rows_free(h->moves, h->n_moves);
	label_rows_free(h->labels, h->n_labels);
	for (size_t i = 0; i < h->n_includers; i++) {
		free(h->includers[i]);
	}
	free(h->includers);
	prompt_figures_free(h->figures, h->n_figures);
}

/* NULL: no call of that version is recorded. */
static const struct figures *figures_of(const struct history *h, const struct version_row *v)
{
	for (size_t i = 0; i < h->n_figures; i++) {
		if (strcmp(h->figures[i].version, v->hash) == 0) {
			return &h->figures[i].figures;
		}
	}
	return NULL;
}

static void figures_json(struct buf *out, const struct figures *f)
{
	(void)buf_addf(out, ",\"calls\":%llu", f != NULL ? (unsigned long long)f->calls : 0);
	if (f == NULL) {
		(void)buf_add_str(out, ",\"error_rate\":null,\"cost_usd\":null,\"p50_ms\":null,\"p95_ms\":null");
		return;
	}
	double rate = figures_errors_per(f, 1);

	(void)buf_addf(out, isnan(rate) ? ",\"error_rate\":null" : ",\"error_rate\":%.6g", rate);
	(void)buf_add_str(out, ",\"cost_usd\":");
	json_text_usd(out, figures_cost(f));
	(void)buf_add_str(out, ",\"p50_ms\":");
	json_text_ms(out, hist_quantile(&f->latency, 0.5));
	(void)buf_add_str(out, ",\"p95_ms\":");
	json_text_ms(out, hist_quantile(&f->latency, 0.95));
}

static void figures_text(struct buf *out, const struct figures *f)
{
	int64_t cost = figures_cost(f), p50 = hist_quantile(&f->latency, 0.5), p95 = hist_quantile(&f->latency, 0.95);

	(void)buf_addf(out, "      %llu %s", (unsigned long long)f->calls, f->calls == 1 ? "call" : "calls");
	if (is_known(cost)) {
		(void)buf_addf(out, ", $%.4f", (double)cost / 1e9);
	}
	if (is_known(p50)) {
		(void)buf_addf(out, ", p50 %.2f s, p95 %.2f s", (double)p50 / 1e6, (double)p95 / 1e6);
	}
	double percent = figures_errors_per(f, 100);

	(void)buf_addf(out, isnan(percent) ? ", never sent\n" : ", %.3g %% errors\n", percent);
}

static void log_json(struct buf *out, const char *name, const struct history *h)
{
	char text[SPLIT_TEXT_SIZE];

	(void)buf_add_str(out, "{\"name\":");
	json_text_string(out, name);
	(void)buf_add_str(out, ",\"versions\":[");
	for (size_t i = 0; i < h->n_versions; i++) {
		struct buf labels = { 0 };

		(void)buf_add_str(out, i > 0 ? "," : "");
		prompt_out_version(out, &h->versions[i]);
		prompt_out_labels(&labels, h->labels, h->n_labels, h->versions[i].number);
		(void)buf_add_str(out, ",\"labels\":");
		json_text_string(out, buf_str(&labels));
		figures_json(out, figures_of(h, &h->versions[i]));
		(void)buf_add_str(out, "}");
		buf_free(&labels);
	}
	(void)buf_add_str(out, "],\"moves\":[");
	for (size_t i = 0; i < h->n_moves; i++) {
		const struct move_row *m = &h->moves[i];

		(void)buf_addf(out, "%s{\"id\":%lld,\"time\":", i > 0 ? "," : "", (long long)m->id);
		prompt_out_time(out, m->time_us, true);
		(void)buf_addf(out, ",\"label\":\"%s\",\"from\":", m->label);
		json_text_string(out, m->from.n_arms > 0 ? split_text(&m->from, text) : NULL);
		(void)buf_add_str(out, ",\"to\":");
		json_text_string(out, m->to.n_arms > 0 ? split_text(&m->to, text) : NULL);
		(void)buf_addf(out, ",\"rollback\":%s,\"who\":", m->is_rollback ? "true" : "false");
		json_text_string(out, m->who);
		(void)buf_add_str(out, ",\"why\":");
		json_text_string(out, m->why);
		(void)buf_add_str(out, "}");
	}
	(void)buf_add_str(out, "],\"included_by\":[");
	for (size_t i = 0; i < h->n_includers; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		json_text_string(out, h->includers[i]);
	}
	(void)buf_add_str(out, "]}\n");
}

static void log_version(struct buf *out, const struct version_row *v, const struct history *h)
{
	size_t start;

	(void)buf_addf(out, "v%-4d %.*s  ", v->number, HASH_SHOWN, v->hash);
	prompt_out_time(out, v->time_us, false);
	(void)buf_add_str(out, "  ");
	prompt_out_line(out, v->author);
	if (v->parent > 0 && v->parent != v->number - 1) {
		(void)buf_addf(out, "  from v%d", v->parent);
	}
	start = out->len;
	(void)buf_add_str(out, "  [");
	prompt_out_labels(out, h->labels, h->n_labels, v->number);
	if (out->len == start + 3) {
		out->len = start;
	} else {
		(void)buf_add_str(out, "]");
	}
	(void)buf_add_str(out, v->message[0] != '\0' ? "  " : "");
	prompt_out_line(out, v->message);
	(void)buf_add_str(out, "\n");
	if (figures_of(h, v) != NULL) {
		figures_text(out, figures_of(h, v));
	}
}

static void log_move(struct buf *out, const struct move_row *m)
{
	char from[SPLIT_TEXT_SIZE], to[SPLIT_TEXT_SIZE];

	prompt_out_time(out, m->time_us, false);
	(void)buf_addf(out, "  %s  %s -> %s%s  ", m->label, m->from.n_arms > 0 ? split_text(&m->from, from) : "(nowhere)",
	    m->to.n_arms > 0 ? split_text(&m->to, to) : "(nowhere)", m->is_rollback ? " (rollback)" : "");
	prompt_out_line(out, m->who);
	(void)buf_add_str(out, m->why[0] != '\0' ? "  " : "");
	prompt_out_line(out, m->why);
	(void)buf_add_str(out, "\n");
}

static bool read_figures(struct prompt_task *t, struct history *h, struct err *e)
{
	struct reader *r = reader_open(t->dir, e);
	bool ok = r != NULL && prompt_figures_list(r, t->words[0], clock_wall_us(), &h->figures, &h->n_figures, e);

	reader_close(r);
	return ok;
}

static bool show_log(struct prompt_task *t, struct err *e)
{
	struct history h = { .n_versions = 0 };
	const char *name = t->words[0];
	bool ok = versions_list(t->r, name, &h.versions, &h.n_versions, e) && moves_list(t->r, name, &h.moves, &h.n_moves, e) &&
		  labels_list(t->r, name, &h.labels, &h.n_labels, e) && includers_list(t->r, name, &h.includers, &h.n_includers, e) && read_figures(t, &h, e);

	if (ok && t->is_json) {
		log_json(&t->out, name, &h);
	} else if (ok) {
		for (size_t i = 0; i < h.n_versions; i++) {
			log_version(&t->out, &h.versions[i], &h);
		}
		(void)buf_add_str(&t->out, h.n_moves > 0 ? "\nMoves of labels:\n" : "");
		for (size_t i = 0; i < h.n_moves; i++) {
			log_move(&t->out, &h.moves[i]);
		}
		(void)buf_add_str(&t->out, h.n_includers > 0 ? "\nIncluded by:" : "");
		for (size_t i = 0; i < h.n_includers; i++) {
			(void)buf_addf(&t->out, "%s%s", i > 0 ? ", " : " ", h.includers[i]);
		}
		(void)buf_add_str(&t->out, h.n_includers > 0 ? "\n" : "");
	}
	history_free(&h);
	return ok;
}

/* ---- resolve, verify ---- */

static bool resolve(struct prompt_task *t, struct err *e)
{
	struct version_row v;
	char *label;

	if (!version_resolve(t->r, t->words[0], t->key, &v, &label, e)) {
		return false;
	}
	if (t->is_json) {
		(void)buf_add_str(&t->out, "{\"name\":");
		json_text_string(&t->out, v.name);
		(void)buf_addf(&t->out, ",\"version\":%d,\"hash\":\"%s\",\"label\":", v.number, v.hash);
		json_text_string(&t->out, label[0] != '\0' ? label : NULL);
		(void)buf_add_str(&t->out, ",\"key\":");
		json_text_string(&t->out, t->key);
		(void)buf_add_str(&t->out, "}\n");
	} else {
		(void)buf_addf(&t->out, "%s v%d %.*s\n", v.name, v.number, HASH_SHOWN, v.hash);
	}
	version_free(&v);
	free(label);
	return true;
}

static void add_fault(void *ctx, const char *name, int number, const char *what)
{
	struct prompt_task *t = ctx;

	if (t->is_json) {
		(void)buf_add_str(&t->out, t->out.len > 0 ? ",{\"name\":" : "{\"name\":");
		json_text_string(&t->out, name);
		(void)buf_addf(&t->out, ",\"version\":%d,\"what\":", number);
		json_text_string(&t->out, what);
		(void)buf_add_str(&t->out, "}");
		return;
	}
	prompt_out_line(&t->out, name);
	if (number > 0) {
		(void)buf_addf(&t->out, " v%d", number);
	}
	(void)buf_add_str(&t->out, ": ");
	prompt_out_line(&t->out, what);
	(void)buf_add_str(&t->out, "\n");
}

static bool verify(struct prompt_task *t, struct err *e)
{
	uint64_t n, n_faults;

	if (!registry_verify(t->r, add_fault, t, &n, &n_faults, e)) {
		return false;
	}
	t->status = n_faults > 0 ? err_exit_status(ERR_CHECK) : 0;
	if (t->is_json) {
		struct buf faults = t->out;

		t->out = (struct buf){ 0 };
		(void)buf_addf(&t->out, "{\"versions\":%llu,\"faults\":[%s]}\n", (unsigned long long)n, buf_str(&faults));
		buf_free(&faults);
	} else if (n_faults == 0) {
		(void)buf_addf(&t->out, "%llu %s: every hash, parent and move is as it was made.\n", (unsigned long long)n, n == 1 ? "version" : "versions");
	} else {
		(void)buf_addf(&t->out, "%llu %s in %llu versions and their moves.\n", (unsigned long long)n_faults, n_faults == 1 ? "fault" : "faults", (unsigned long long)n);
	}
	return true;
}

const struct prompt_verb prompt_list = { "list", "", "", 0, 0, PROMPT_NEVER, list, list_none };
const struct prompt_verb prompt_show = { "show", "REF", "k", 1, 1, PROMPT_NEVER, show, NULL };
const struct prompt_verb prompt_log = { "log", "NAME", "", 1, 1, PROMPT_NEVER, show_log, NULL };
const struct prompt_verb prompt_resolve = { "resolve", "REF", "k", 1, 1, PROMPT_NEVER, resolve, NULL };
const struct prompt_verb prompt_verify = { "verify", "", "", 0, 0, PROMPT_NEVER, verify, NULL };
