/* One pass: the parser writes SQL as it reads, because SQL has the same shape: or < and < not < comparison. */
#include "metrics/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/near.h"
#include "metrics/filter_field.h"

#define DEPTH_MOST 16
#define BLANKS " \t\n\r"
#define WORD_ENDS BLANKS "()\"=<>~!"
#define VALUE_ENDS BLANKS "()"

struct parser {
	const char *text, *at;
	int64_t now_us;
	int depth;
	bool is_negated, has_or; /* at the top: bounds of time hold for the whole */
	int64_t from_us, to_us;
	struct condition *out;
	size_t error_at;
	struct err *e;
};

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, BLANKS);
}

/* The keyword that stands here, not as the name of a field; skips it. */
static bool take_word(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(p);
	if (strncasecmp(p->at, word, n) != 0 || (p->at[n] != '\0' && strchr(BLANKS "()\"", p->at[n]) == NULL)) {
		return false;
	}
	p->at += n;
	return true;
}

static bool fail_at(struct parser *p, const char *at, const char *what)
{
	p->error_at = (size_t)(at - p->text) + 1;
	return err_set(p->e, ERR_USAGE, "%s", what);
}

/* What stands in quotes, or up to a blank or parenthesis. The caller's text. */
static bool take_value(struct parser *p, const char *ends, struct filter_value *v)
{
	const char *start = p->at;
	struct buf out = { 0 };

	v->is_quoted = *p->at == '"';
	if (!v->is_quoted) {
		size_t n = strcspn(p->at, ends);

		v->text = x_strndup(p->at, n);
		p->at += n;
		return true;
	}
	for (p->at++; *p->at != '"' && *p->at != '\0'; p->at++) {
		p->at += *p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\');
		(void)buf_add_char(&out, *p->at);
	}
	if (*p->at == '\0') {
		buf_free(&out);
		return fail_at(p, start, "the quote that begins here has no end");
	}
	p->at++;
	v->text = buf_take(&out);
	return true;
}

static const struct filter_field *find_field(const char *name, size_t len)
{
	for (size_t i = 0; i < n_filter_fields; i++) {
		if (strncasecmp(filter_fields[i].name, name, len) == 0 && filter_fields[i].name[len] == '\0') {
			return &filter_fields[i];
		}
	}
	return NULL;
}

static bool unknown_field(struct parser *p, const char *name, size_t len)
{
	char *word = x_strndup(name, len < 32 ? len : 32), shown[ERR_QUOTE_SIZE];
	struct near_best best = { 0 };

	for (size_t i = 0; i < n_filter_fields; i++) {
		near_offer(&best, word, filter_fields[i].name);
	}
	(void)fail_at(p, name, "");
	(void)err_set(p->e, ERR_USAGE, "there is no field \"%s\"", err_quote(word, shown));
	free(word);
	return err_hint(p->e, best.n > 0 ? "did you mean %s?" : "fields are provider, model, op, status, cost, latency, ttft, text and others",
	    best.n > 0 ? best.names[0] : "");
}

static bool take_op(struct parser *p, enum filter_op *op)
{
	const char *before = p->at;

	skip_blanks(p);
	for (int i = 0; i < OP_COUNT; i++) {
		size_t n = strlen(filter_op_names[i]);

		if (strncmp(p->at, filter_op_names[i], n) == 0) {
			p->at += n;
			*op = (enum filter_op)i;
			return true;
		}
	}
	p->at = before;
	return false;
}

/* A time at the top of the text holds for the whole: queries need not look further. */
static void note_bound(struct parser *p, const struct filter_field *f)
{
	int64_t us = p->out->n > 0 ? p->out->values[p->out->n - 1].number : 0;

	if (p->depth > 0 || p->is_negated) {
		return;
	}
	if (f->type == FIELD_SINCE && us > p->from_us) {
		p->from_us = us;
	} else if (f->type == FIELD_UNTIL && (p->to_us == 0 || us < p->to_us)) {
		p->to_us = us;
	}
}

static bool comparison(struct parser *p, const char *name, size_t len, enum filter_op op)
{
	const struct filter_field *f = find_field(name, len);
	struct filter_value v = { 0 };

	if (f == NULL) {
		return unknown_field(p, name, len);
	}
	skip_blanks(p);
	const char *value_at = p->at;
	bool ok = take_value(p, VALUE_ENDS, &v) && filter_field_compile(f, op, &v, p->now_us, p->out, p->e);

	free(v.text);
	if (ok) {
		note_bound(p, f);
	} else if (p->error_at == 0) {
		p->error_at = (size_t)((filter_field_takes(f->type, op) ? value_at : name) - p->text) + 1;
	}
	return ok;
}

static bool or_expression(struct parser *p);

static bool primary(struct parser *p)
{
	const char *start = p->at;
	struct filter_value v = { 0 };
	enum filter_op op;

	if (*p->at == '(') {
		p->at++;
		p->depth++;
		if (p->depth > DEPTH_MOST) {
			return fail_at(p, start, "parentheses are too deep");
		}
		if (!or_expression(p)) {
			return false;
		}
		p->depth--;
		skip_blanks(p);
		if (*p->at != ')') {
			return fail_at(p, start, "the parenthesis that begins here has no end");
		}
		p->at++;
		return true;
	}
	if (take_word(p, "and") || take_word(p, "or")) {
		return fail_at(p, start, "something is missing before this");
	}
	size_t len = strcspn(p->at, WORD_ENDS);

	p->at += len;
	if (len > 0 && take_op(p, &op)) {
		return comparison(p, start, len, op);
	}
	p->at = start;
	if (len == 0 && *start != '"') {
		return fail_at(p, start, *start == '\0' ? "something is missing at the end" :
		    *start == ')' ? "this parenthesis was not opened" : "before this a field is missing, such as status=err");
	}
	bool ok = take_value(p, WORD_ENDS, &v) && filter_any_compile(&v, p->out, p->e);
	free(v.text);
	if (!ok && p->error_at == 0) {
		p->error_at = (size_t)(start - p->text) + 1;
	}
	return ok;
}

static bool not_expression(struct parser *p)
{
	bool was_negated = p->is_negated, ok;
	int n = 0;

	for (skip_blanks(p); (*p->at == '!' && p->at[1] != '=' && p->at[1] != '~') || take_word(p, "not"); skip_blanks(p)) {
		p->at += *p->at == '!';
		(void)buf_add_str(&p->out->sql, "NOT (");
		p->is_negated = true;
		if (++n > DEPTH_MOST) {
			return fail_at(p, p->at, "it is denied too often");
		}
	}
	ok = primary(p);
	p->is_negated = was_negated;
	for (; n > 0; n--) {
		(void)buf_add_char(&p->out->sql, ')');
	}
	return ok;
}

static bool and_expression(struct parser *p)
{
	if (!not_expression(p)) {
		return false;
	}
	for (;;) {
		const char *before;
		bool has_and = take_word(p, "and");

		skip_blanks(p);
		before = p->at;
		if (!has_and && (*p->at == '\0' || *p->at == ')' || take_word(p, "or"))) {
			p->at = before;
			return true;
		}
		(void)buf_add_str(&p->out->sql, " AND ");
		if (!not_expression(p)) {
			return false;
		}
	}
}

static bool or_expression(struct parser *p)
{
	(void)buf_add_char(&p->out->sql, '(');
	if (!and_expression(p)) {
		return false;
	}
	while (take_word(p, "or")) {
		p->has_or = p->has_or || p->depth == 0;
		(void)buf_add_str(&p->out->sql, " OR ");
		if (!and_expression(p)) {
			return false;
		}
	}
	return buf_add_char(&p->out->sql, ')');
}

static bool whole(struct parser *p)
{
	if (strlen(p->text) > FILTER_MOST) {
		return fail_at(p, p->text, "a filter is no longer than 2000 bytes");
	}
	skip_blanks(p);
	if (*p->at == '\0') {
		return true;
	}
	return or_expression(p) && (*p->at == '\0' || fail_at(p, p->at, "this parenthesis was not opened"));
}

bool filter_compile(const char *text, int64_t now_us, struct condition *out, size_t *column, struct err *e)
{
	struct err mine = { 0 };
	struct parser p = { .text = text, .at = text, .now_us = now_us, .out = out, .e = &mine };

	*out = (struct condition){ 0 };
	bool ok = whole(&p);

	if (ok && !p.has_or) {
		out->from_us = p.from_us;
		out->to_us = p.to_us;
	}
	if (!ok) {
		condition_free(out);
		(void)err_set(e, ERR_USAGE, "%s (column %zu)", mine.text, p.error_at);
		(void)err_hint(e, "%s", mine.hint);
	}
	if (column != NULL) {
		*column = ok ? 0 : p.error_at;
	}
	return ok;
}

void filter_add(struct buf *text, const char *more)
{
	if (more != NULL && more[strspn(more, BLANKS)] != '\0') {
		(void)buf_addf(text, "%s(%s)", text->len > 0 ? " and " : "", more);
	}
}

void filter_add_name(struct buf *text, const char *field, const char *value)
{
	(void)buf_addf(text, "%s%s=\"", text->len > 0 ? " and " : "", field);
	for (const char *s = value; *s != '\0'; s++) {
		(void)buf_add_str(text, *s == '"' || *s == '\\' ? "\\" : "");
		(void)buf_add_char(text, *s);
	}
	(void)buf_add_char(text, '"');
}

/* -- proposals ---------------------------------------------------------------------------------------------------------------------- */

struct proposing {
	struct filter_proposal *out;
	size_t n, most;
	const char *word;
	size_t len;
	bool is_whole; /* the word is one of them already */
};

static void propose(struct proposing *p, const char *text, const char *before, const char *after, const char *help)
{
	bool is_start = strncasecmp(text, p->word, p->len) == 0, is_value = help == NULL;
	bool is_new = is_start && (text[p->len] != '\0' || !is_value); /* a whole value needs no help */

	p->is_whole = p->is_whole || (is_value && is_start && text[p->len] == '\0');
	if (p->n < p->most && is_new && strlen(text) + 4 < sizeof(p->out->text)) {
		struct filter_proposal *o = &p->out[p->n++];

		(void)snprintf(o->text, sizeof(o->text), "%s%s%s", before, text, after);
		o->help = help;
	}
}

static void propose_values(struct proposing *p, const struct filter_field *f, filter_names *names, void *ctx)
{
	const char *const *words = filter_field_words(f->type);
	const char *name;

	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		propose(p, words[i], "", " ", NULL);
	}
	for (size_t i = 0; f->type == FIELD_NAME && names != NULL && (name = names(ctx, f->dim, i)) != NULL; i++) {
		bool is_plain = name[0] != '\0' && name[strcspn(name, VALUE_ENDS "\"*\\")] == '\0';

		if (is_plain || strpbrk(name, "\"\\") == NULL) { /* one that would need escapes is left to the person */
			propose(p, name, is_plain ? "" : "\"", is_plain ? " " : "\" ", NULL);
		}
	}
}

static void propose_fields(struct proposing *p)
{
	for (size_t i = 0; i < n_filter_fields; i++) {
		const struct filter_field *f = &filter_fields[i];
		enum filter_op op = filter_field_takes(f->type, OP_MORE) ? OP_MORE : filter_field_takes(f->type, OP_EQUAL) ? OP_EQUAL : OP_HAS;

		propose(p, f->name, "", filter_op_names[op], f->help);
	}
}

static bool begins_keyword(const char *word, size_t len)
{
	return strncasecmp("and", word, len) == 0 || strncasecmp("or", word, len) == 0 || strncasecmp("not", word, len) == 0;
}

size_t filter_propose(const char *text, size_t cursor, filter_names *names, void *ctx, struct filter_proposal *out, size_t most, size_t *from,
    bool *is_begun)
{
	struct proposing p = { .out = out, .most = most };
	size_t start = cursor, word;

	/* The word before the cursor, and the comparison that it may be the value of. */
	while (start > 0 && strchr(VALUE_ENDS, text[start - 1]) == NULL) {
		start--;
	}
	start += text[start] == '!' && start < cursor;
	size_t name = start + strcspn(text + start, WORD_ENDS);

	word = name < cursor ? name + strspn(text + name, "=<>~!") : start;
	*from = word < cursor ? word : cursor;
	p.word = text + *from;
	p.len = cursor - *from;
	*is_begun = false;
	bool is_typed = p.len > 0 && strchr(VALUE_ENDS, text[cursor]) != NULL; /* and ends where the cursor is */

	if (name >= cursor) {
		propose_fields(&p);
		*is_begun = is_typed && (p.n > 0 || begins_keyword(p.word, p.len));
		return p.n;
	}
	const struct filter_field *f = find_field(text + start, name - start);

	if (p.len > 0 && p.word[0] == '"') {
		return 0;
	}
	if (f != NULL) {
		propose_values(&p, f, names, ctx);
		*is_begun = is_typed && p.n > 0 && !p.is_whole && text[word - 1] != '~'; /* a part of a name is what ~ asks for */
	}
	return p.n;
}

const char *filter_field(size_t i, const char **help, const char **example)
{
	if (i >= n_filter_fields) {
		return NULL;
	}
	*help = filter_fields[i].help;
	*example = filter_fields[i].example;
	return filter_fields[i].name;
}
