/* models - the price table and context sizes, and which of the models can be used now. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "gateway/config.h"
#include "text/clean.h"

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

static void text_model(struct buf *out, const struct config *c, const struct price *m, int width)
{
	char *name = x_asprintf("%s/%s", m->provider, m->model);
	char *line = clean_line(name, strlen(name), 0);
	char usd[USD_SIZE], context[USD_SIZE] = "";

	if (is_known(m->context_tok)) {
		(void)snprintf(context, sizeof(context), "%lld", (long long)m->context_tok);
	}
	(void)buf_addf(out, "%c %-*s", is_available(c, m) ? '*' : ' ', width, line);
	text_figure(out, 9, usd_per_mtok(m->in, usd));
	text_figure(out, 9, usd_per_mtok(m->out, usd));
	text_figure(out, 9, usd_per_mtok(m->cache_read, usd));
	text_figure(out, 9, context);
	(void)buf_add_char(out, '\n');
	free(line);
	free(name);
}

static void as_text(struct buf *out, const struct config *c, const struct price **models, size_t n)
{
	size_t width = 16, n_available = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(models[i]->provider) + 1 + strlen(models[i]->model);

		width = len > width && len <= 60 ? len : width;
		n_available += is_available(c, models[i]);
	}
	(void)buf_addf(out, "  %-*s  %9s  %9s  %9s  %9s\n", (int)width, "model", "input", "output", "cached", "context");
	for (size_t i = 0; i < n; i++) {
		text_model(out, c, models[i], (int)width);
	}
	(void)buf_addf(out, "\n%zu model%s, USD per million tokens and tokens of context; prices of %s\n", n, n == 1 ? "" : "s",
	    price_table_version(c->prices));
	(void)buf_addf(out, "* can be used now (%zu); `sonde doctor` says what is missing for the others\n", n_available);
}

static void json_usd(struct buf *out, const char *name, int64_t pico)
{
	char usd[USD_SIZE];

	(void)buf_addf(out, ",\"%s\":%s", name, usd_per_mtok(pico, usd)[0] != '\0' ? usd : "null");
}

static void json_count(struct buf *out, const char *name, int64_t v)
{
	(void)buf_addf(out, ",\"%s\":", name);
	cli_json_int(out, v);
}

static void as_json(struct buf *out, const struct config *c, const struct price **models, size_t n)
{
	(void)buf_add_str(out, "{\"snapshot\":");
	cli_json_string(out, price_table_version(c->prices));
	(void)buf_add_str(out, ",\"models\":[");
	for (size_t i = 0; i < n; i++) {
		const struct price *m = models[i];

		(void)buf_add_str(out, i > 0 ? ",\n{\"provider\":" : "\n{\"provider\":");
		cli_json_string(out, m->provider);
		(void)buf_add_str(out, ",\"model\":");
		cli_json_string(out, m->model);
		json_usd(out, "input_usd_per_mtok", m->in);
		json_usd(out, "output_usd_per_mtok", m->out);
		json_usd(out, "cache_read_usd_per_mtok", m->cache_read);
		json_usd(out, "cache_write_usd_per_mtok", m->cache_write);
		json_count(out, "context_tokens", m->context_tok);
		json_count(out, "max_output_tokens", m->max_out_tok);
		(void)buf_addf(out, ",\"available\":%s}", is_available(c, m) ? "true" : "false");
	}
	(void)buf_add_str(out, "]}\n");
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct buf out = { 0 };
	bool is_json = false;
	size_t n;
	int opt;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		if (opt != 'j') {
			return cli_bad_option(&cli_models, argv);
		}
		is_json = true;
	}
	if (argc - optind > 1) {
		return cli_usage(&cli_models, "more than one filter was given");
	}
	struct config *c = config_load(NULL);
	const struct price **models = select_models(c, argv[optind], &n);
	if (is_json) {
		as_json(&out, c, models, n);
	} else if (n > 0) {
		as_text(&out, c, models, n);
	} else {
		fprintf(stderr, "sonde: no model of the price table has that in its name\n");
	}
	free(models);
	config_free(c);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return cli_finish(0);
}

const struct cli_command cli_models = {
	.name = "models",
	.summary = "list models with prices and context sizes",
	.usage = "sonde models [--json] [FILTER]",
	.help =
	    "  FILTER           only models with this in PROVIDER/MODEL, in either case\n"
	    "  --json           one JSON object\n"
	    "\n"
	    "Prices are in US dollars per million tokens: the built-in table with the prices of the configuration over it.\n"
	    "\n"
	    "  sonde models claude\n",
	.run = run,
};
