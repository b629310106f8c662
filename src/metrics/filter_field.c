#include "metrics/filter_field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "store/record.h"
#include "text/utf8.h"

#define STARS_MOST 6 /* the time that LIKE takes grows with each */

const char *const filter_op_names[OP_COUNT] = { "=", "!=", "~", "!~", "<=", "<", ">=", ">" };

const struct filter_field filter_fields[] = {
	{ "provider", FIELD_NAME, "provider", DIM_PROVIDER, "who was asked", "provider=openai" },
	{ "model", FIELD_NAME, "coalesce(model_resp, model_req)", DIM_MODEL, "the model that answered", "model=gpt-5*" },
	{ "asked", FIELD_NAME, "model_req", DIM_MODEL, "the model that was asked for", "asked=gpt-5.4" },
	{ "op", FIELD_NAME, "operation", DIM_OPERATION, "chat, embeddings, rerank, ...", "op=chat" },
	{ "status", FIELD_STATUS, NULL, 0, "ok, err, an HTTP status, 5xx, a class of errors, or budget: not sent", "status=429" },
	{ "error", FIELD_TEXT, "error_text", 0, "what the error says", "error~\"rate limit\"" },
	{ "text", FIELD_BODY, NULL, 0, "request, answer or error have it", "text~refund" },
	{ "cost", FIELD_MONEY, "cost_nano", 0, "US dollars", "cost>0.01" },
	{ "latency", FIELD_DURATION, "latency_us", 0, "time of the whole call", "latency>2s" },
	{ "ttft", FIELD_DURATION, "ttft_us", 0, "time to the first token", "ttft>=500ms" },
	{ "in", FIELD_COUNT, "in_tok", 0, "input tokens", "in>10k" },
	{ "out", FIELD_COUNT, "out_tok", 0, "output tokens", "out<20" },
	{ "cached", FIELD_COUNT, "cache_read_tok", 0, "input tokens out of the provider's cache", "cached=0" },
	{ "reasoning", FIELD_COUNT, "reason_tok", 0, "output tokens of reasoning", "reasoning>1k" },
	{ "attempts", FIELD_COUNT, "attempts", 0, "1 for a call without retry", "attempts>1" },
	{ "finish", FIELD_NAME, "finish_reason", DIM_FINISH, "stop, length, tool_calls, ...", "finish=length" },
	{ "prompt", FIELD_NAME, "prompt_name", DIM_PROMPT, "name of the prompt", "prompt=triage*" },
	{ "version", FIELD_NAME, "prompt_version", DIM_PROMPT_VERSION, "version of the prompt", "version=v14" },
	{ "session", FIELD_NAME, "session", DIM_SESSION, "session of the call", "session=batch-7" },
	{ "user", FIELD_NAME, "user", DIM_USER, "user of the call", "user=u-42" },
	{ "tag", FIELD_TEXT, "tags", 0, "tags of the call", "tag~nightly" },
	{ "request", FIELD_TEXT, "request_id", 0, "the provider's id of the request", "request=req_01*" },
	{ "trace", FIELD_TEXT, "CASE typeof(trace_id) WHEN 'blob' THEN lower(hex(trace_id)) ELSE trace_id END", 0, "trace id, in hex", "trace=4bf9*" },
	{ "simulated", FIELD_FLAG, "is_simulated", 0, "answered by the simulator", "simulated=no" },
	{ "replayed", FIELD_FLAG, "is_cached", 0, "answered out of sonde's own cache", "replayed=yes" },
	{ "streamed", FIELD_FLAG, "is_streamed", 0, "the answer came in pieces", "streamed=no" },
	{ "since", FIELD_SINCE, NULL, 0, "began then or later: a span back from now, or ISO 8601", "since=1h" },
	{ "until", FIELD_UNTIL, NULL, 0, "began earlier", "until=2026-11-26T10:00" },
};
const size_t n_filter_fields = COUNT_OF(filter_fields);

static const char *const status_words[] = { "ok", "err", "429", "4xx", "5xx", "rate_limited", "timeout", "server_error", "content_filter",
	"context_length", "auth", "bad_request", "cancelled", "network", "other", NULL };
static const char *const flag_words[] = { "yes", "no", NULL };

const char *const *filter_field_words(enum field_type type)
{
	return type == FIELD_STATUS ? status_words : type == FIELD_FLAG ? flag_words : NULL;
}

static const struct type {
	unsigned ops; /* bits of enum filter_op */
	const char *takes;
} types[] = {
#define WHOLE (1u << OP_EQUAL | 1u << OP_NOT_EQUAL)
#define PART (1u << OP_HAS | 1u << OP_HAS_NOT)
#define ORDER (1u << OP_LESS | 1u << OP_LESS_EQUAL | 1u << OP_MORE | 1u << OP_MORE_EQUAL)
	[FIELD_NAME] = { WHOLE | PART, "= != ~ !~" },
	[FIELD_TEXT] = { WHOLE | PART, "= != ~ !~" },
	[FIELD_BODY] = { PART, "~ !~" },
	[FIELD_STATUS] = { WHOLE, "= !=" },
	[FIELD_COUNT] = { WHOLE | ORDER, "= != < <= > >=" },
	[FIELD_MONEY] = { WHOLE | ORDER, "= != < <= > >=" },
	[FIELD_DURATION] = { WHOLE | ORDER, "= != < <= > >=" },
	[FIELD_SINCE] = { 1u << OP_EQUAL, "=" },
	[FIELD_UNTIL] = { 1u << OP_EQUAL, "=" },
	[FIELD_FLAG] = { WHOLE, "= !=" },
};

bool filter_field_takes(enum field_type type, enum filter_op op)
{
	return (types[type].ops & 1u << op) != 0;
}

static bool wrong(const struct filter_field *f, struct err *e, const char *what, const char *value)
{
	char shown[ERR_QUOTE_SIZE];

	return err_set(e, ERR_USAGE, "%s is %s, not \"%s\"", f->name, what, err_quote(value, shown));
}

static bool too_many(struct err *e)
{
	return err_set(e, ERR_USAGE, "a filter compares at most %d values", CONDITION_VALUES);
}

/* -- numbers ------------------------------------------------------------------------------------------------------------------------ */

static const struct quantity_unit count_units[] = { { "", 1 }, { "k", 1000 }, { "M", 1000000 }, { NULL, 0 } };
static const struct quantity_unit money_units[] = { { "", 1000000000 }, { "c", 10000000 }, { NULL, 0 } };
static const struct quantity_unit duration_units[] = { { "us", 1 }, { "ms", US_PER_MS }, { "s", US_PER_S }, { "m", 60 * US_PER_S },
	{ "min", 60 * US_PER_S }, { "h", 3600 * US_PER_S }, { NULL, 0 } };

static const struct {
	const struct quantity_unit *units;
	const char *is;
} numbers[] = {
	[FIELD_COUNT] = { count_units, "a number such as 20 or 10k" },
	[FIELD_MONEY] = { money_units, "US dollars such as 0.01" },
	[FIELD_DURATION] = { duration_units, "a time with its unit, us, ms, s, m or h" },
};

/* A number with a unit in the smallest unit that the type counts in. */
static bool number_of(const struct filter_field *f, const char *text, int64_t *value, struct err *e)
{
	const char *number = f->type == FIELD_MONEY && text[0] == '$' ? text + 1 : text;

	return quantity_parse(number, strlen(number), numbers[f->type].units, value) || wrong(f, e, numbers[f->type].is, text);
}

/* -- comparisons -------------------------------------------------------------------------------------------------------------------- */

/* The pattern of LIKE with \ as its escape. NULL when there are too many stars. */
static char *pattern_of(const struct filter_value *v, bool is_part, struct err *e)
{
	struct buf out = { 0 };
	int stars = 0;

	(void)buf_add_str(&out, is_part ? "%" : "");
	for (const char *s = v->text; *s != '\0'; s++) {
		bool is_star = *s == '*' && !v->is_quoted;

		stars += is_star;
		(void)buf_add_str(&out, *s == '%' || *s == '_' || *s == '\\' ? "\\" : "");
		(void)buf_add_char(&out, is_star ? '%' : *s);
	}
	(void)buf_add_str(&out, is_part ? "%" : "");
	if (stars > STARS_MOST) {
		buf_free(&out);
		(void)err_set(e, ERR_USAGE, "a value has at most %d stars", STARS_MOST);
		return NULL;
	}
	return buf_take(&out);
}

static bool is_exact(const struct filter_value *v)
{
	return v->is_quoted || strchr(v->text, '*') == NULL;
}

/* Appends `= ?` or `LIKE ? ESCAPE '\'`. */
static bool add_comparison(const struct filter_value *v, bool is_part, struct condition *out, struct err *e)
{
	if (!is_part && is_exact(v)) {
		(void)buf_add_str(&out->sql, " = ");
		return condition_add_text(out, v->text) || too_many(e);
	}
	char *pattern = pattern_of(v, is_part, e);

	if (pattern == NULL) {
		return false;
	}
	(void)buf_add_str(&out->sql, " LIKE ");
	bool ok = condition_add_text(out, pattern) || too_many(e);
	(void)buf_add_str(&out->sql, " ESCAPE '\\'");
	free(pattern);
	return ok;
}

/* The names are looked up once for a query, not for each row. */
static bool compile_name(const struct filter_field *f, bool is_part, const struct filter_value *v, struct condition *out, struct err *e)
{
	if (v->text[0] == '\0' || (!v->is_quoted && strcmp(v->text, "unknown") == 0)) {
		return buf_addf(&out->sql, "%s IS NULL", f->sql);
	}
	(void)buf_addf(&out->sql, "coalesce(%s IN (SELECT id FROM dim WHERE kind = %d AND name", f->sql, (int)f->dim);
	bool ok = add_comparison(v, is_part, out, e);
	(void)buf_add_str(&out->sql, "), 0)");
	return ok;
}

static bool compile_text(const struct filter_field *f, bool is_part, const struct filter_value *v, struct condition *out, struct err *e)
{
	if (v->text[0] == '\0' || (!v->is_quoted && strcmp(v->text, "unknown") == 0)) {
		return buf_addf(&out->sql, "(%s) IS NULL", f->sql);
	}
	(void)buf_addf(&out->sql, "coalesce((%s)", f->sql);
	bool ok = add_comparison(v, is_part, out, e);
	(void)buf_add_str(&out->sql, ", 0)");
	return ok;
}

/* Bodies stand as they were sent. In JSON a quote is \", and beyond ASCII there are \u escapes or none, by who wrote it: rather than decode
 * each body the text is looked for in each of these spellings. Most texts have but one. */
enum spelling { AS_TYPED, IN_JSON, IN_ASCII_JSON, SPELLING_COUNT };

static void spell(const char *text, enum spelling how, struct buf *out)
{
	size_t len = strlen(text), n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &cp);
		if (n == 0) { /* it ends inside a character */
			n = len - i;
			cp = 0;
		}
		if (how != AS_TYPED && (cp == '"' || cp == '\\')) {
			(void)buf_addf(out, "\\%c", (int)cp);
		} else if (how == IN_ASCII_JSON && cp >= 0x10000) {
			(void)buf_addf(out, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + ((cp - 0x10000) & 0x3ff));
		} else if (how == IN_ASCII_JSON && cp >= 0x80) {
			(void)buf_addf(out, "\\u%04x", cp);
		} else {
			(void)buf_add(out, text + i, n);
		}
	}
}

static bool compile_body(const struct filter_value *v, struct condition *out, struct err *e)
{
	struct buf before = { 0 }, text = { 0 };

	(void)buf_add_str(&out->sql, "(coalesce(error_text");
	bool ok = add_comparison(v, true, out, e);
	(void)buf_add_str(&out->sql, ", 0) OR EXISTS (SELECT 1 FROM body WHERE body.ts_us = call.ts_us AND body.key = call.key AND (CAST(answer AS TEXT)");
	ok = ok && add_comparison(v, true, out, e);
	for (int how = AS_TYPED; ok && how < SPELLING_COUNT; how++) {
		buf_clear(&text);
		spell(v->text, (enum spelling)how, &text);
		if (how == AS_TYPED || strcmp(buf_str(&text), buf_str(&before)) != 0) {
			(void)buf_add_str(&out->sql, " OR CAST(request AS TEXT)");
			ok = add_comparison(&(struct filter_value){ (char *)(uintptr_t)buf_str(&text), v->is_quoted }, true, out, e);
		}
		buf_clear(&before);
		(void)buf_add_str(&before, buf_str(&text));
	}
	(void)buf_add_str(&out->sql, ")))");
	buf_free(&before);
	buf_free(&text);
	return ok;
}

static bool compile_status(const struct filter_field *f, const char *word, struct condition *out, struct err *e)
{
	enum error_class class = error_class_from_name(word);
	bool is_code = strlen(word) == 3 && word[0] >= '1' && word[0] <= '5' && strspn(word, "0123456789") == 3;

	if (strcasecmp(word, "ok") == 0) {
		return buf_addf(&out->sql, "error_class = %d", CLASS_NONE);
	}
	if (strcasecmp(word, "err") == 0 || strcasecmp(word, "error") == 0) {
		return buf_addf(&out->sql, "error_class NOT IN (%d, %d)", CLASS_NONE, CLASS_BUDGET);
	}
	if (is_code) {
		return buf_addf(&out->sql, "http_status = %.3s", word);
	}
	if (word[0] >= '1' && word[0] <= '5' && strcasecmp(word + 1, "xx") == 0) {
		return buf_addf(&out->sql, "http_status / 100 = %c", word[0]);
	}
	if (strcmp(error_class_name(class), word) == 0 && class != CLASS_NONE) {
		return buf_addf(&out->sql, "error_class = %d", (int)class);
	}
	return wrong(f, e, "ok, err, budget, a number such as 429, 5xx or a class such as timeout", word);
}

static bool compile_flag(const struct filter_field *f, const char *word, struct condition *out, struct err *e)
{
	bool is_yes = strcasecmp(word, "yes") == 0;

	if (!is_yes && strcasecmp(word, "no") != 0) {
		return wrong(f, e, "yes or no", word);
	}
	return buf_addf(&out->sql, "%s = %d", f->sql, is_yes);
}

static bool compile_number(const struct filter_field *f, const char *op, const char *text, struct condition *out, struct err *e)
{
	int64_t value;

	if (strcmp(text, "unknown") == 0) {
		return strcmp(op, "=") == 0 ? buf_addf(&out->sql, "%s IS NULL", f->sql) :
		    err_set(e, ERR_USAGE, "what is unknown is neither less nor more: =unknown or !=unknown");
	}
	if (!number_of(f, text, &value, e)) {
		return false;
	}
	(void)buf_addf(&out->sql, "coalesce(%s %s ", f->sql, op);
	bool ok = condition_add_number(out, value) || too_many(e);
	(void)buf_add_str(&out->sql, ", 0)");
	return ok;
}

static bool compile_time(const struct filter_field *f, const char *text, int64_t now_us, struct condition *out, struct err *e)
{
	int64_t us;

	if (clock_parse_span(text, &us)) {
		us = now_us - us;
	} else if (!clock_parse_iso(text, strlen(text), &us)) {
		return wrong(f, e, "a span back from now such as 15m, 24h, 7d, or ISO 8601 such as 2026-11-26T10:00", text);
	}
	(void)buf_add_str(&out->sql, f->type == FIELD_SINCE ? "call.ts_us >= " : "call.ts_us < ");
	return condition_add_number(out, us) || too_many(e);
}

bool filter_field_compile(const struct filter_field *f, enum filter_op op, const struct filter_value *v, int64_t now_us, struct condition *out,
    struct err *e)
{
	bool is_part = op == OP_HAS || op == OP_HAS_NOT, is_not = op == OP_NOT_EQUAL || op == OP_HAS_NOT, ok;

	if (!filter_field_takes(f->type, op)) {
		return err_set(e, ERR_USAGE, "%s takes %s, not %s", f->name, types[f->type].takes, filter_op_names[op]);
	}
	if (v->text[0] == '\0' && !v->is_quoted) {
		return err_set(e, ERR_USAGE, "%s%s needs a value", f->name, filter_op_names[op]);
	}
	(void)buf_add_str(&out->sql, is_not ? "NOT (" : "(");
	switch (f->type) {
	case FIELD_NAME:
		ok = compile_name(f, is_part, v, out, e);
		break;
	case FIELD_TEXT:
		ok = compile_text(f, is_part, v, out, e);
		break;
	case FIELD_BODY:
		ok = compile_body(v, out, e);
		break;
	case FIELD_STATUS:
		ok = compile_status(f, v->text, out, e);
		break;
	case FIELD_FLAG:
		ok = compile_flag(f, v->text, out, e);
		break;
	case FIELD_SINCE:
	case FIELD_UNTIL:
		ok = compile_time(f, v->text, now_us, out, e);
		break;
	default:
		ok = compile_number(f, is_not ? filter_op_names[OP_EQUAL] : filter_op_names[op], v->text, out, e);
		break;
	}
	(void)buf_add_char(&out->sql, ')');
	return ok;
}

bool filter_any_compile(const struct filter_value *v, struct condition *out, struct err *e)
{
	static const char *const columns[] = { "provider", "model_req", "model_resp", "operation", "finish_reason", "prompt_name" };
	/* Not sessions and users: there may be any number of them, and they have fields of their own. */
	static const int kinds[] = { DIM_PROVIDER, DIM_MODEL, DIM_OPERATION, DIM_FINISH, DIM_PROMPT };
	struct condition names = { 0 };
	bool ok;

	(void)buf_add_str(&names.sql, "(SELECT id FROM dim WHERE kind IN (");
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		(void)buf_addf(&names.sql, "%s%d", i > 0 ? "," : "", kinds[i]);
	}
	(void)buf_add_str(&names.sql, ") AND name");
	(void)buf_add_str(&out->sql, "(coalesce(error_text");
	ok = add_comparison(v, true, out, e);
	(void)buf_addf(&names.sql, " LIKE ?%zu ESCAPE '\\')", CONDITION_FIRST - 1 + out->n);
	(void)buf_add_str(&out->sql, ", 0)");
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		(void)buf_addf(&out->sql, " OR coalesce(%s IN %s, 0)", columns[i], names.sql.s);
	}
	(void)buf_add_char(&out->sql, ')');
	condition_free(&names);
	return ok;
}
