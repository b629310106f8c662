#include "gateway/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/file_reader.h"

/* ---- prices ---- */

struct price_draft {
	char *in, *out, *cache_read, *cache_write;
};

/* A decimal number, kept as text: the price table counts in integers. */
static void read_price(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = v->node->type == YAML_SCALAR ? v->node->text : "";
	size_t whole = strspn(text, "0123456789");
	size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") + 1 : 0;

	if (whole == 0 || fraction == 1 || text[whole + fraction] != '\0' || v->node->is_quoted) {
		char shown[ERR_QUOTE_SIZE];
		bool is_text = v->node->type == YAML_SCALAR && !is_nothing(v->node);

		problem(r, v->node, "%s must be a number, US dollars per million tokens such as 0.15, not %s%s%s", v->path,
		    is_text ? "\"" : "", is_text ? err_quote(text, shown) : kind_of(v->node), is_text ? "\"" : "");
		return;
	}
	read_text(r, k, v, into);
}

static const struct key price_keys[] = {
	{ .name = "input", .read = read_price, .offset = offsetof(struct price_draft, in),
	  .help = "US dollars per million input tokens" },
	{ .name = "output", .read = read_price, .offset = offsetof(struct price_draft, out),
	  .help = "US dollars per million output tokens" },
	{ .name = "cache_read", .read = read_price, .offset = offsetof(struct price_draft, cache_read),
	  .help = "the same for input tokens read from the provider's cache" },
	{ .name = "cache_write", .read = read_price, .offset = offsetof(struct price_draft, cache_write),
	  .help = "the same for input tokens written to it" },
};

static void override_price(struct reader *r, const struct value *v, const struct price_draft *d)
{
	const char *slash = strchr(v->key->text, '/');
	struct err e;

	if (slash == NULL || slash == v->key->text || slash[1] == '\0') {
		problem(r, v->key, "%s: write the model as PROVIDER/MODEL", v->path);
		return;
	}
	if (d->in == NULL && d->out == NULL && d->cache_read == NULL && d->cache_write == NULL) {
		return;
	}
	char *name = x_strndup(v->key->text, (size_t)(slash - v->key->text));
	const struct provider *kind = provider_find(name);
	const char *column = kind != NULL && kind->price_name != NULL ? kind->price_name : name;
	if (!price_table_override(r->c->prices, column, slash + 1, d->in, d->out, d->cache_read, d->cache_write, &e)) {
		problem(r, v->key, "%s: %s", v->path, e.text);
	}
	free(name);
}

static void read_model_prices(struct reader *r, const struct value *v)
{
	struct price_draft d = { 0 };
	const struct yaml_node *map = as_map(r, v, "input: 0.15");

	if (map != NULL) {
		read_keys(r, map, v->path, price_keys, COUNT_OF(price_keys), &d);
	}
	if (map == NULL ? is_nothing(v->node) : map->n == 0) {
		problem(r, v->key, "%s has no price; add input and output in US dollars per million tokens", v->path);
	}
	override_price(r, v, &d);
	free(d.in);
	free(d.out);
	free(d.cache_read);
	free(d.cache_write);
}

static void read_prices(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	(void)k;
	(void)into;
	read_names(r, v, "openai/gpt-5: {input: 1.25, output: 10}", read_model_prices);
}

/* ---- the whole ---- */

/* In this order: targets need the providers and the prices, the route needs the targets. */
static const struct key sections[] = {
	{ .name = "providers", .read = read_providers },
	{ .name = "prices", .read = read_prices },
	{ .name = "targets", .read = read_targets },
	{ .name = "route", .read = read_route },
	{ .name = "budget", .read = read_budget },
	{ .name = "store", .read = read_store },
	{ .name = "prompts", .read = read_prompts },
	{ .name = "alerts", .read = read_alerts },
	{ .name = "tokenizers", .read = read_tokenizers },
	{ .name = "ui", .read = read_ui },
};

static void read_root(struct reader *r)
{
	const struct value v = { .path = "the file", .node = r->root, .key = r->root };

	if (as_map(r, &v, "providers: ...") == NULL) {
		return;
	}
	read_keys(r, r->root, "", sections, COUNT_OF(sections), NULL);
}

static void on_repeat(void *ctx, int line, int column, const struct err *e)
{
	struct reader *r = ctx;

	*array_push(r->found, r->n, r->cap) = (struct found){ .line = line, .column = column, .e = *e };
}

static int by_place(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->line != y->line ? (x->line > y->line) - (x->line < y->line) : (x->column > y->column) - (x->column < y->column);
}

/* What a row says of its values, for people. */
static void say_values(const struct key *k, struct buf *out)
{
	if (k->choices != NULL) {
		for (const char *s = k->choices; *s != '\0'; s++) {
			(void)buf_add_str(out, *s == '|' ? ", " : (char[]){ *s, '\0' });
		}
	} else if (k->hi > 0) {
		(void)buf_addf(out, "%ld to %ld", k->lo, k->hi);
	}
}

void config_file_keys(config_key_fn *fn, void *ctx)
{
	const struct key_table tables[] = {
		provider_key_table,
		target_key_table,
		route_key_table,
		budget_key_table,
		store_key_table,
		prompt_key_table,
		alert_key_table,
		tokenizer_key_table,
		{ "prices.PROVIDER/MODEL", price_keys, COUNT_OF(price_keys) },
	};

	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			const struct key *k = &tables[t].rows[i];
			struct buf values = { 0 };

			if (k->read != NULL) {
				say_values(k, &values);
				fn(ctx, tables[t].path, k->name, buf_str(&values), k->help);
			}
			buf_free(&values);
		}
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char values[160], help[240];

		(void)snprintf(help, sizeof(help), "%s; default %s", option_rows[i].help, option_rows[i].initial);
		fn(ctx, "ui", option_rows[i].name, option_values_text(&option_rows[i], values), help);
	}
}

void config_file_read(struct config *c, const char *name, const char *text, size_t len)
{
	struct reader r = { .c = c, .name = name };
	struct err e;
	struct yaml_node *root = yaml_parse_lenient(name, text, len, on_repeat, &r, &e);

	r.root = root;
	if (root != NULL) {
		read_root(&r);
	} else {
		r.n = 0;
		on_repeat(&r, 0, 0, &e);
	}
	if (r.n > 1) {
		qsort(r.found, r.n, sizeof(*r.found), by_place);
	}
	for (size_t i = 0; i < r.n; i++) {
		*array_push(c->problems, c->n_problems, c->cap_problems) = r.found[i].e;
	}
	free(r.found);
	yaml_tree_free(root);
}
