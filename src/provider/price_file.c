#include "provider/price_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define NAME_MOST 128

struct price_file {
	const char *name;
	int *lines;       /* of the models, n of them */
	size_t n;
	int line;         /* of what is read now */
	price_problem_fn *fn;
	void *ctx;
	bool is_bad;
};

static const struct rate {
	const char *key;
	int digits;
	size_t offset;
} rates[] = {
	{ "in", PRICE_RATE_DIGITS, offsetof(struct price, in) },
	{ "out", PRICE_RATE_DIGITS, offsetof(struct price, out) },
	{ "cache_read", PRICE_RATE_DIGITS, offsetof(struct price, cache_read) },
	{ "cache_write", PRICE_RATE_DIGITS, offsetof(struct price, cache_write) },
	{ "cache_write_1h", PRICE_RATE_DIGITS, offsetof(struct price, cache_write_1h) },
	{ "reason", PRICE_RATE_DIGITS, offsetof(struct price, reason) },
	{ "audio_in", PRICE_RATE_DIGITS, offsetof(struct price, audio_in) },
	{ "audio_out", PRICE_RATE_DIGITS, offsetof(struct price, audio_out) },
	{ "query", PRICE_QUERY_DIGITS, offsetof(struct price, query_nano) },
}, tier_rates[] = {
	{ "in", PRICE_RATE_DIGITS, offsetof(struct price_tier, in) },
	{ "out", PRICE_RATE_DIGITS, offsetof(struct price_tier, out) },
	{ "cache_read", PRICE_RATE_DIGITS, offsetof(struct price_tier, cache_read) },
	{ "cache_write", PRICE_RATE_DIGITS, offsetof(struct price_tier, cache_write) },
	{ "cache_write_1h", PRICE_RATE_DIGITS, offsetof(struct price_tier, cache_write_1h) },
};

static const char *const root_words[] = { "snapshot", "source", "unit", "models", NULL };
static const char *const model_words[] = { "provider", "model", "context", "max_out", "tiers", NULL };
static const char *const tier_words[] = { "above", "inclusive", NULL };

SONDE_PRINTF(2, 3) static void problem(struct price_file *f, const char *fmt, ...)
{
	struct err e = { 0 };
	char text[sizeof(e.text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(&e, ERR_CONFIG, "%s:%d: %s", f->name, f->line, text);
	f->is_bad = true;
	f->fn(f->ctx, &e);
}

bool price_file_number(const char *text, int digits, int64_t *v)
{
	int64_t n = 0;
	int whole = 0, decimals = 0;
	bool has_point = false;

	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '.' && !has_point) {
			has_point = true;
			continue;
		}
		int *count = has_point ? &decimals : &whole;

		if (*s < '0' || *s > '9' || ++*count > (has_point ? digits : 9)) {
			return false;
		}
		n = n * 10 + (*s - '0');
	}
	for (int i = decimals; i < digits; i++) {
		n *= 10;
	}
	*v = n;
	return whole + decimals > 0;
}

/* The lines on which the objects within the list of models begin: in a text that is JSON, those at its depth. */
static void find_lines(struct price_file *f, const char *text, size_t len)
{
	int line = 1, depth = 0;
	bool is_in_text = false;
	size_t cap = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		line += c == '\n';
		if (is_in_text) {
			i += c == '\\';
			is_in_text = c != '"';
		} else if (c == '"') {
			is_in_text = true;
		} else if (c == '{' || c == '[') {
			if (depth == 2 && c == '{') {
				*array_push(f->lines, f->n, cap) = line;
			}
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
}

static bool is_among(const char *const words[], const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0) {
		words++;
	}
	return *words != NULL;
}

/* Unknown members are mistakes: a misspelt rate would be a wrong price. */
static void check_words(struct price_file *f, const char *of, const json_t *v, const char *const words[], const struct rate *r, size_t n)
{
	const char *key;
	const json_t *item;

	json_object_foreach ((json_t *)v, key, item) {
		bool is_known_word = is_among(words, key);
		char shown[ERR_QUOTE_SIZE];

		(void)item;
		for (size_t i = 0; i < n; i++) {
			is_known_word |= strcmp(r[i].key, key) == 0;
		}
		if (!is_known_word) {
			problem(f, "%s has a member \"%s\" that means nothing", of, err_quote(key, shown));
		}
	}
}

static void read_rates(struct price_file *f, const char *of, const json_t *v, const struct rate *r, size_t n, void *into)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_object_get(v, r[i].key);
		int64_t *rate = (int64_t *)(void *)((char *)into + r[i].offset);

		*rate = UNKNOWN;
		if (item != NULL && (!json_is_string(item) || !price_file_number(json_string_value(item), r[i].digits, rate))) {
			problem(f, "\"%s\" of %s must be US dollars as text with at most %d decimals, such as \"0.15\"", r[i].key, of, r[i].digits);
		}
	}
}

static int64_t read_count(struct price_file *f, const char *of, const json_t *v, const char *key, bool is_needed)
{
	const json_t *item = json_object_get(v, key);
	int64_t n = json_get_int(v, key);

	if ((item != NULL || is_needed) && (n == UNKNOWN || n < 1)) {
		problem(f, "\"%s\" of %s must be a whole number of tokens", key, of);
	}
	return n;
}

static const char *read_name(struct price_file *f, const json_t *v, const char *key)
{
	const char *s = json_get_string(v, key, NULL);

	if (s == NULL || s[0] == '\0' || strlen(s) > NAME_MOST || strpbrk(s, " \t\r\n") != NULL) {
		problem(f, "a model needs its \"%s\": a name without blanks", key);
		return NULL;
	}
	return s;
}

/* The tiers of a model, the caller's. */
static struct price_tier *read_tiers(struct price_file *f, const char *of, const json_t *list)
{
	struct price_tier *tiers = x_calloc(json_array_size(list) + 1, sizeof(*tiers));
	size_t i;
	const json_t *v;

	if (list != NULL && !json_is_array(list)) {
		problem(f, "\"tiers\" of %s must be a list", of);
	}
	json_array_foreach (list, i, v) {
		check_words(f, of, v, tier_words, tier_rates, COUNT_OF(tier_rates));
		read_rates(f, of, v, tier_rates, COUNT_OF(tier_rates), &tiers[i]);
		tiers[i].above_tok = read_count(f, of, v, "above", true);
		tiers[i].is_inclusive = json_get_true(v, "inclusive");
		if (i > 0 && tiers[i].above_tok <= tiers[i - 1].above_tok) {
			problem(f, "the tiers of %s must rise", of);
		}
	}
	return tiers;
}

static void read_model(struct price_file *f, const json_t *v, json_t *seen, struct price_table *t)
{
	const char *provider = read_name(f, v, "provider"), *model = read_name(f, v, "model");

	if (provider == NULL || model == NULL) {
		return;
	}
	char *of = x_asprintf("%s/%s", provider, model);
	const json_t *tiers = json_object_get(v, "tiers");
	struct price p;

	price_init(&p, provider, model);
	check_words(f, of, v, model_words, rates, COUNT_OF(rates));
	read_rates(f, of, v, rates, COUNT_OF(rates), &p);
	p.context_tok = read_count(f, of, v, "context", false);
	p.max_out_tok = read_count(f, of, v, "max_out", false);
	struct price_tier *list = read_tiers(f, of, tiers);
	p.tiers = list;
	p.n_tiers = json_array_size(tiers);
	if (!f->is_bad && p.in == UNKNOWN && p.out == UNKNOWN && p.query_nano == UNKNOWN) {
		problem(f, "%s has no price: give \"in\", \"out\" or \"query\"", of);
	}
	if (json_object_get(seen, of) != NULL) {
		problem(f, "%s stands in the list twice", of);
	}
	(void)json_object_set_new(seen, of, json_true());
	if (!f->is_bad) {
		price_table_add(t, &p);
	}
	free(list);
	free(of);
}

/* "2026-07-24" */
static bool is_date(const char *s)
{
	static const char shape[] = "dddd-dd-dd";

	if (s == NULL || strlen(s) != sizeof(shape) - 1) {
		return false;
	}
	for (size_t i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i]) {
			return false;
		}
	}
	int month = atoi(s + 5), day = atoi(s + 8);
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* All is read into a table of its own first: a file with a mistake changes nothing. */
static struct price_table *read_all(struct price_file *f, const json_t *root)
{
	struct price_table *t = price_table_empty();
	const json_t *models = json_get_array(root, "models"), *v;
	json_t *seen = json_object();
	size_t i, next = 0;

	f->line = 1;
	check_words(f, "the table", root, root_words, NULL, 0);
	if (!is_date(json_get_string(root, "snapshot", NULL))) {
		problem(f, "the table needs its date: \"snapshot\": \"2026-07-24\"");
	}
	if (json_array_size(models) == 0) {
		problem(f, "the table needs \"models\": a list of them");
	}
	json_array_foreach (models, i, v) {
		bool was_bad = f->is_bad;

		f->line = next < f->n ? f->lines[next] : f->line;
		f->is_bad = false;
		if (json_is_object(v)) {
			next++;
			read_model(f, v, seen, t);
		} else {
			problem(f, "a model must be an object: {\"provider\": ...}");
		}
		f->is_bad |= was_bad;
	}
	json_decref(seen);
	return t;
}

int price_file_read(struct price_table *t, const char *name, const char *text, size_t len, price_problem_fn *fn, void *ctx)
{
	struct price_file f = { .name = name, .fn = fn, .ctx = ctx };
	json_error_t why;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	int n_new = -1;

	f.line = why.line > 0 ? why.line : 1;
	if (root == NULL) {
		problem(&f, "not valid JSON (%s)", why.text);
		return -1;
	}
	find_lines(&f, text, len);
	struct price_table *read = read_all(&f, root);
	if (!f.is_bad) {
		n_new = 0;
		for (size_t i = 0; i < price_count(read); i++) {
			n_new += price_table_put(t, price_at(read, i));
		}
		price_table_set_version(t, json_get_string(root, "snapshot", NULL));
	}
	price_table_free(read);
	free(f.lines);
	json_decref(root);
	return n_new;
}

bool price_file_snapshot(const char *text, size_t len, char out[16])
{
	json_t *root = json_loadb(text, len, 0, NULL);
	const char *snapshot = json_get_string(root, "snapshot", NULL);
	bool ok = is_date(snapshot);

	if (ok) {
		(void)snprintf(out, 16, "%s", snapshot);
	}
	json_decref(root);
	return ok;
}
