#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/models.h"
#include "gateway/model_list.h"
#include "gateway/record.h"
#include "text/clean.h"
#include "text/json_text.h"

#define MAX_AGE_US (3600 * US_PER_S)

/* "5 s", "3 min", "2 h", "4 d" */
static void format_age(int64_t us, char out[32])
{
	static const struct {
		int64_t s;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int64_t s = us > 0 ? us / US_PER_S : 0;
	size_t i = 0;

	while (i + 1 < COUNT_OF(units) && s < units[i].s) {
		i++;
	}
	(void)snprintf(out, 32, "%lld %s", (long long)(s / units[i].s), units[i].unit);
}

static char *name_of(const struct model_list *list, const struct listed_model *m)
{
	return x_asprintf("%s/%s", list->provider->name, m->name);
}

static const struct price *price_of(const struct config *c, const struct model_list *list, const struct listed_model *m)
{
	return record_price_of(c->prices, list->provider->name, list->provider->kind, m->name);
}

static int64_t context_of(const struct listed_model *m, const struct price *p)
{
	return is_known(m->context_tok) || p == NULL ? m->context_tok : p->context_tok;
}

/* Those that match, in the provider's order. */
static bool is_shown(const struct model_list *list, const struct listed_model *m, const char *filter)
{
	char *name = name_of(list, m);
	bool is_match = filter == NULL || strcasestr(name, filter) != NULL;

	free(name);
	return is_match;
}

static void text_list(struct buf *out, const struct config *c, const struct model_list *list, const char *filter, int width)
{
	char age[32];
	size_t n = 0;

	for (size_t i = 0; i < list->listing.n; i++) {
		const struct listed_model *m = &list->listing.models[i];

		if (is_shown(list, m, filter)) {
			const struct price *p = price_of(c, list, m);
			char *name = name_of(list, m);

			models_text_row(out, ' ', name, width, p, context_of(m, p));
			free(name);
			n++;
		}
	}
	char *provider = clean_line(list->provider->name, strlen(list->provider->name), 0);
	if (list->asked_us != 0) {
		format_age(clock_wall_us() - list->asked_us, age);
		(void)buf_addf(out, "  %s: %zu of %zu models%s, as of %s ago%s\n", provider, n, list->listing.n,
		    list->listing.is_cut ? " (it has more)" : "", age, list->is_simulated ? "; SIMULATED" : "");
	} else {
		(void)buf_addf(out, "  %s: %s\n", provider, list->provider->kind->list != NULL ? "no list" : "its kind lists no models that a target could name");
	}
	free(provider);
}

static void as_text(struct buf *out, const struct config *c, const struct model_lists *ls, const char *filter)
{
	int width = 16;

	for (size_t i = 0; i < ls->n; i++) {
		const struct model_list *list = &ls->lists[i];

		for (size_t k = 0; k < list->listing.n; k++) {
			width = models_text_width(width, strlen(list->provider->name) + 1 + strlen(list->listing.models[k].name));
		}
	}
	models_text_head(out, width);
	for (size_t i = 0; i < ls->n; i++) {
		text_list(out, c, &ls->lists[i], filter, width);
	}
}

static void json_list(struct buf *out, const struct config *c, const struct model_list *list, const char *filter)
{
	char at[CLOCK_ISO_SIZE];
	bool is_first = true;

	(void)buf_add_str(out, "{\"provider\":");
	json_text_string(out, list->provider->name);
	clock_format_iso(list->asked_us, at);
	(void)buf_add_str(out, ",\"asked\":");
	json_text_string(out, list->asked_us != 0 ? at : NULL);
	(void)buf_addf(out, ",\"simulated\":%s,\"error\":", list->is_simulated ? "true" : "false");
	json_text_string(out, list->err.code != ERR_NONE ? list->err.text : NULL);
	(void)buf_add_str(out, ",\"models\":[");
	for (size_t i = 0; i < list->listing.n; i++) {
		const struct listed_model *m = &list->listing.models[i];
		const struct price *p = price_of(c, list, m);

		if (!is_shown(list, m, filter)) {
			continue;
		}
		(void)buf_add_str(out, is_first ? "\n{\"model\":" : ",\n{\"model\":");
		json_text_string(out, m->name);
		models_json_usd(out, "input_usd_per_mtok", p != NULL ? p->in : UNKNOWN);
		models_json_usd(out, "output_usd_per_mtok", p != NULL ? p->out : UNKNOWN);
		models_json_count(out, "context_tokens", context_of(m, p));
		(void)buf_add_char(out, '}');
		is_first = false;
	}
	(void)buf_add_str(out, "]}");
}

static void as_json(struct buf *out, const struct config *c, const struct model_lists *ls, const char *filter)
{
	(void)buf_add_str(out, "{\"lists\":[");
	for (size_t i = 0; i < ls->n; i++) {
		(void)buf_add_str(out, i > 0 ? ",\n" : "\n");
		json_list(out, c, &ls->lists[i], filter);
	}
	(void)buf_add_str(out, "]}\n");
}

/* What could not be asked is told; the status is that of the first, or "some failed" when others could. */
static int tell_errors(const struct model_lists *ls)
{
	enum err_code first = ERR_NONE;
	size_t n = 0, n_asked = 0;

	for (size_t i = 0; i < ls->n; i++) {
		struct err e = ls->lists[i].err;

		n_asked += ls->lists[i].provider->kind->list != NULL;
		if (e.code != ERR_NONE) {
			first = first == ERR_NONE ? e.code : first;
			n++;
			(void)err_prefix(&e, "%s", ls->lists[i].provider->name);
			(void)cli_fail(&e);
		}
	}
	return err_exit_status(n > 0 && n < n_asked ? ERR_PARTIAL : first);
}

int models_live(const struct config *c, const char *filter, bool is_json, bool refreshes)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	struct model_lists ls;
	char *dir = cli_data_dir(&e);

	if (dir == NULL) {
		return cli_fail(&e);
	}
	if (c->n_providers == 0) {
		(void)err_set(&e, ERR_CONFIG, "no provider is set up");
		(void)err_hint(&e, "`sonde doctor` says what to set");
		free(dir);
		return cli_fail(&e);
	}
	struct loop *loop = loop_new();

	model_lists_load(&ls, c, dir);
	if (!model_lists_ask(&ls, loop, dir, refreshes ? -1 : MAX_AGE_US, &e)) {
		(void)err_prefix(&e, "the lists are not kept");
		(void)cli_fail(&e);
	}
	(is_json ? as_json : as_text)(&out, c, &ls, filter);
	int status = tell_errors(&ls);
	(void)cli_out(out.s, out.len);
	buf_free(&out);
	model_lists_free(&ls);
	loop_free(loop);
	free(dir);
	return status;
}
