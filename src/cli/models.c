/* models - the price table and context sizes, and which of the models can be used now. */
#include "cli/models.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "text/clean.h"
#include "text/json_text.h"

#define USD_SIZE 32

/* Pico-dollars per token are micro-dollars per million tokens: "0.15", at least two decimals, exact; "" when not known. */
static const char *usd_per_mtok(int64_t pico, char out[USD_SIZE])
{
	out[0] = '\0';
	if (!is_known(pico)) {
		return out;
	}
	int n = snprintf(out, USD_SIZE, "%lld.%06lld", (long long)(pico / 1000000), (long long)(pico % 1000000));
	while (n > 3 && out[n - 1] == '0' && out[n - 3] != '.') {
		out[--n] = '\0';
	}
	return out;
}

/* Whether a listed provider with its key, or one that needs none, has these prices. */
static bool is_available(const struct config *c, const struct price *m)
{
	for (size_t i = 0; i < c->n_providers; i++) {
		const struct provider_entry *p = c->providers[i];
		bool is_usable = p->key != NULL || p->key_command != NULL || p->is_key_optional;
		bool is_at_home = strcmp(p->base_url, p->kind->base_url) == 0;

		if (!is_usable) {
			continue;
		}
		if (strcmp(p->name, m->provider) == 0) {
			return true;
		}
		if (is_at_home && p->kind->price_name != NULL && strcmp(p->kind->price_name, m->provider) == 0) {
			return true;
		}
	}
	return false;
}

static bool matches(const struct price *m, const char *filter)
{
	char *name = x_asprintf("%s/%s", m->provider, m->model);
	bool is_match = filter == NULL || strcasestr(name, filter) != NULL;

	free(name);
	return is_match;
}

static int by_name(const void *a, const void *b)
{
	const struct price *x = *(const struct price *const *)a, *y = *(const struct price *const *)b;
	int order = strcmp(x->provider, y->provider);

	return order != 0 ? order : strcmp(x->model, y->model);
}

/* The models that match, by provider and name; the array is the caller's. */
static const struct price **select_models(const struct config *c, const char *filter, size_t *n)
{
	const struct price **models = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < price_count(c->prices); i++) {
		const struct price *m = price_at(c->prices, i);

		if (matches(m, filter)) {
			*array_push(models, *n, cap) = m;
		}
	}
	if (*n > 1) {
		qsort(models, *n, sizeof(const struct price *), by_name);
	}
	return models;
}

static void text_figure(struct buf *out, int width, const char *text)
{
	/* The dash is one cell and three bytes. */
	(void)buf_addf(out, "  %*s", text[0] != '\0' ? width : width + 2, text[0] != '\0' ? text : "\xe2\x80\x93");
}

void models_text_row(struct buf *out, char mark, const char *name, int width, const struct price *m, int64_t context_tok)
{
	char *line = clean_line(name, strlen(name), 0);
	char usd[USD_SIZE], context[USD_SIZE] = "";

	if (is_known(context_tok)) {
		(void)snprintf(context, sizeof(context), "%lld", (long long)context_tok);
	}
	(void)buf_addf(out, "%c %-*s", mark, width, line);
	text_figure(out, 9, usd_per_mtok(m != NULL ? m->in : UNKNOWN, usd));
	text_figure(out, 9, usd_per_mtok(m != NULL ? m->out : UNKNOWN, usd));
	text_figure(out, 9, usd_per_mtok(m != NULL ? m->cache_read : UNKNOWN, usd));
	text_figure(out, 9, context);
	(void)buf_add_char(out, '\n');
	free(line);
}

void models_text_head(struct buf *out, int width)
{
	(void)buf_addf(out, "  %-*s  %9s  %9s  %9s  %9s\n", width, "model", "input", "output", "cached", "context");
}

int models_text_width(int width, size_t name_len)
{
	return name_len > (size_t)width && name_len <= 60 ? (int)name_len : width;
}

static void as_text(struct buf *out, const struct config *c, const struct price **models, size_t n)
{
	size_t n_available = 0;
	int width = 16;

	for (size_t i = 0; i < n; i++) {
		width = models_text_width(width, strlen(models[i]->provider) + 1 + strlen(models[i]->model));
		n_available += is_available(c, models[i]);
	}
	models_text_head(out, width);
	for (size_t i = 0; i < n; i++) {
		char *name = x_asprintf("%s/%s", models[i]->provider, models[i]->model);

		models_text_row(out, is_available(c, models[i]) ? '*' : ' ', name, width, models[i], models[i]->context_tok);
		free(name);
	}
	(void)buf_addf(out, "\n%zu model%s, USD per million tokens and tokens of context; prices of %s (%s)\n", n, n == 1 ? "" : "s",
	    price_table_version(c->prices), c->price_file != NULL ? c->price_file : "built in");
	(void)buf_addf(out, "* can be used now (%zu); `sonde doctor` says what is missing for the others\n", n_available);
}

void models_json_usd(struct buf *out, const char *name, int64_t pico)
{
	char usd[USD_SIZE];

	(void)buf_addf(out, ",\"%s\":%s", name, usd_per_mtok(pico, usd)[0] != '\0' ? usd : "null");
}

void models_json_count(struct buf *out, const char *name, int64_t v)
{
	(void)buf_addf(out, ",\"%s\":", name);
	json_text_int(out, v);
}

static void as_json(struct buf *out, const struct config *c, const struct price **models, size_t n)
{
	(void)buf_add_str(out, "{\"snapshot\":");
	json_text_string(out, price_table_version(c->prices));
	(void)buf_add_str(out, ",\"prices_file\":");
	json_text_string(out, c->price_file);
	(void)buf_add_str(out, ",\"models\":[");
	for (size_t i = 0; i < n; i++) {
		const struct price *m = models[i];

		(void)buf_add_str(out, i > 0 ? ",\n{\"provider\":" : "\n{\"provider\":");
		json_text_string(out, m->provider);
		(void)buf_add_str(out, ",\"model\":");
		json_text_string(out, m->model);
		models_json_usd(out, "input_usd_per_mtok", m->in);
		models_json_usd(out, "output_usd_per_mtok", m->out);
		models_json_usd(out, "cache_read_usd_per_mtok", m->cache_read);
		models_json_usd(out, "cache_write_usd_per_mtok", m->cache_write);
		models_json_count(out, "context_tokens", m->context_tok);
		models_json_count(out, "max_output_tokens", m->max_out_tok);
		(void)buf_addf(out, ",\"available\":%s}", is_available(c, m) ? "true" : "false");
	}
	(void)buf_add_str(out, "]}\n");
}

static int list(const struct config *c, const char *filter, bool is_json)
{
	struct buf out = { 0 };
	size_t n;
	const struct price **models = select_models(c, filter, &n);

	if (c->price_err.code != ERR_NONE) { /* the built-in ones serve, and are not those that were taken */
		(void)cli_fail(&c->price_err);
	}
	if (is_json) {
		as_json(&out, c, models, n);
	} else if (n > 0) {
		as_text(&out, c, models, n);
	} else {
		fprintf(stderr, "sonde: no model of the price table has that in its name\n");
	}
	free(models);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return 0;
}

static int run(int argc, char **argv)
{
	enum { JSON = 256, LIVE, REFRESH, PRICES, RECOST };
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, JSON }, { "live", no_argument, NULL, LIVE }, { "refresh", no_argument, NULL, REFRESH },
		{ "prices", required_argument, NULL, PRICES }, { "recost", no_argument, NULL, RECOST }, { NULL, 0, NULL, 0 },
	};
	bool is_json = false, is_live = false, refreshes = false, recosts = false;
	const char *prices = NULL;
	int opt;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		switch (opt) {
		case JSON: is_json = true; break;
		case LIVE: is_live = true; break;
		case REFRESH: is_live = refreshes = true; break;
		case PRICES: prices = optarg; break;
		case RECOST: recosts = true; break;
		default: return cli_bad_option(&cli_models, argv);
		}
	}
	if (argc - optind > 1) {
		return cli_usage(&cli_models, "more than one filter was given");
	}
	bool changes_prices = prices != NULL || recosts;
	if (changes_prices && (is_live || is_json || optind < argc)) {
		return cli_usage(&cli_models, "--prices and --recost go alone");
	}
	int status = prices != NULL ? models_take_prices(prices) : 0;
	if (status != 0) {
		return status;
	}
	struct config *c = config_load(NULL);
	status = changes_prices || is_live ? cli_check_config(c) : 0;
	if (status != 0) { /* no costs by half of the prices, no lists of half of the providers */
		config_free(c);
		return status;
	}
	status = changes_prices ? models_recost(c) : is_live ? models_live(c, argv[optind], is_json, refreshes) : list(c, argv[optind], is_json);
	config_free(c);
	return status;
}

const struct cli_command cli_models = {
	.name = "models",
	.summary = "list models with prices and context sizes",
	.usage = "sonde models [--live] [--refresh] [--json] [FILTER] | --prices FILE | --recost",
	.help =
	    "  FILTER           only models with this in PROVIDER/MODEL, in either case\n"
	    "  --live           the models that your providers list themselves; their lists are kept for an hour\n"
	    "  --refresh        the same, asked anew\n"
	    "  --prices FILE    take a newer table of prices, in the form of data/prices.json, and give costs to recorded calls without\n"
	    "  --recost         give costs to recorded calls that had none, by the prices there are now\n"
	    "  --json           one JSON object\n"
	    "\n"
	    "Prices are in US dollars per million tokens: the built-in table, one taken with --prices over it, and the prices of the\n"
	    "configuration over both. The table taken is prices.json in the data directory; remove it to go back.\n"
	    "\n"
	    "  sonde models claude\n"
	    "  sonde models --live gemini\n",
	.run = run,
};
