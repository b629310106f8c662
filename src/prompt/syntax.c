/* One walk over the text. Blocks of handlebars are kept on a stack, so that each end closes what was opened; a text whose blocks do not match is
 * taken literally as a whole, because a template with half of a block would not be one. */
#include "prompt/syntax.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define DEPTH_MOST 16
#define TAG_MOST 1000 /* bytes of {{...}}; what is longer is text */

struct walk {
	enum syntax syntax;
	const char *s, *end;
	int line;
	struct buf *out;
	syntax_note *note;
	void *ctx;
	const char *ends[DEPTH_MOST]; /* of the blocks that are open */
	int depth, n_loops;
	bool is_broken; /* blocks that do not match */
};

static bool is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t word_len(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (is_word_start(*p) || (p > s && *p >= '0' && *p <= '9'))) {
		p++;
	}
	return (size_t)(p - s);
}

/* name.name.name */
static bool is_path(const char *s, const char *end)
{
	for (;;) {
		size_t n = word_len(s, end);

		if (n == 0 || s + n == end) {
			return n > 0;
		}
		if (s[n] != '.') {
			return false;
		}
		s += n + 1;
	}
}

static void say(struct walk *w, const char *what, const char *from, size_t len)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%.*s %s", (int)(len < 60 ? len : 60), from, what);
	w->note(w->ctx, w->line, text);
}

static void copy(struct walk *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		w->line += w->s[i] == '\n';
	}
	(void)buf_add(w->out, w->s, n);
	w->s += n;
}

static void skip(struct walk *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		w->line += w->s[i] == '\n';
	}
	w->s += n;
}

/* The two characters at s, as a template prints them. */
static void literal_opening(struct walk *w)
{
	(void)buf_addf(w->out, "{{ \"%.2s\" }}", w->s);
	w->s += 2;
}

/* ---- $name ---- */

/* The length of $name or ${name} at s, and the name; 0: neither. */
static size_t dollar_name(const struct walk *w, const char **name, size_t *len)
{
	bool is_braced = w->s + 1 < w->end && w->s[1] == '{';

	*name = w->s + 1 + is_braced;
	*len = *name < w->end ? word_len(*name, w->end) : 0;
	if (*len == 0 || (is_braced && (*name + *len >= w->end || (*name)[*len] != '}'))) {
		return 0;
	}
	return 1 + *len + (is_braced ? 2 : 0);
}

static void dollar(struct walk *w)
{
	const char *name;
	size_t len, n = dollar_name(w, &name, &len);

	if (w->syntax != SYNTAX_DOLLAR) {
		if (n > 0) {
			say(w, "looks like a variable of another template language; it stays as it is", w->s, n);
		}
		copy(w, n > 0 ? n : 1);
	} else if (n > 0) {
		(void)buf_addf(w->out, "{{ %.*s }}", (int)len, name);
		skip(w, n);
	} else {
		(void)buf_add_char(w->out, '$');
		skip(w, w->s + 1 < w->end && w->s[1] == '$' ? 2 : 1);
	}
}

/* ---- handlebars ---- */

struct tag { const char *s, *end; };

static bool starts(struct tag *t, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(t->end - t->s) <= n || memcmp(t->s, word, n) != 0 || (t->s[n] != ' ' && word[n - 1] != ' ')) {
		return false;
	}
	t->s += n;
	while (t->s < t->end && *t->s == ' ') {
		t->s++;
	}
	return true;
}

static bool is_word(const struct tag *t, const char *word)
{
	return (size_t)(t->end - t->s) == strlen(word) && memcmp(t->s, word, (size_t)(t->end - t->s)) == 0;
}

/* A path as sonde has it: within a loop all names are those of the item, which is called this. */
static bool add_path(struct walk *w, const struct tag *t, const char *before, const char *after)
{
	static const struct {
		const char *theirs, *ours;
	} data[] = { { "@index", "loop.index0" }, { "@first", "loop.first" }, { "@last", "loop.last" } };
	bool is_this = is_word(t, "this") || (t->end - t->s > 5 && memcmp(t->s, "this.", 5) == 0);

	for (size_t i = 0; w->n_loops > 0 && i < COUNT_OF(data); i++) {
		if (is_word(t, data[i].theirs)) {
			return buf_addf(w->out, "%s%s%s", before, data[i].ours, after);
		}
	}
	if (!is_path(t->s, t->end) || (is_this && w->n_loops == 0)) {
		return false;
	}
	return buf_addf(w->out, "%s%s%.*s%s", before, w->n_loops > 0 && !is_this ? "this." : "", (int)(t->end - t->s), t->s, after);
}

static bool open_block(struct walk *w, struct tag t, const char *before, const char *after, const char *end, bool is_loop)
{
	if (w->depth == DEPTH_MOST || !add_path(w, &t, before, after)) {
		return false;
	}
	w->ends[w->depth++] = end;
	w->n_loops += is_loop;
	return true;
}

static bool close_block(struct walk *w, const char *name)
{
	if (w->depth == 0 || strcmp(w->ends[w->depth - 1], name) != 0) {
		w->is_broken = true;
		return true;
	}
	bool is_loop = strcmp(name, "each") == 0;

	w->depth--;
	w->n_loops -= is_loop;
	return buf_add_str(w->out, is_loop ? "{% endfor %}" : "{% endif %}");
}

static bool block(struct walk *w, struct tag t)
{
	struct tag rest = t;

	if (starts(&rest, "#if ")) {
		return open_block(w, rest, "{% if ", " | default(false) %}", "if", false);
	}
	if (starts(&rest, "#unless ")) {
		return open_block(w, rest, "{% if not (", " | default(false)) %}", "unless", false);
	}
	if (starts(&rest, "#each ")) {
		return open_block(w, rest, "{% for this in ", " %}", "each", true);
	}
	if (is_word(&t, "else")) {
		return w->depth > 0 && buf_add_str(w->out, "{% else %}");
	}
	return (is_word(&t, "/if") && close_block(w, "if")) || (is_word(&t, "/unless") && close_block(w, "unless")) ||
	       (is_word(&t, "/each") && close_block(w, "each"));
}

static void handlebars(struct walk *w)
{
	bool is_triple = w->end - w->s > 2 && w->s[2] == '{';
	const char *close = is_triple ? "}}}" : "}}", *inside = w->s + strlen(close);
	size_t within = inside < w->end ? (size_t)(w->end - inside) : 0;
	const char *stop = within > 0 ? memmem(inside, within < TAG_MOST ? within : TAG_MOST, close, strlen(close)) : NULL;

	if (stop == NULL) {
		literal_opening(w);
		return;
	}
	struct tag t = { inside, stop };
	size_t whole = (size_t)(stop - w->s) + strlen(close);

	while (t.s < t.end && strchr(" \t~", *t.s) != NULL) {
		t.s++;
	}
	while (t.end > t.s && strchr(" \t~", t.end[-1]) != NULL) {
		t.end--;
	}
	bool is_comment = t.s < t.end && *t.s == '!';
	if (is_comment || block(w, t) || add_path(w, &t, "{{ ", " }}")) {
		skip(w, whole);
		return;
	}
	say(w, "is a helper of another template language; it stays as text", w->s, whole);
	literal_opening(w);
}

/* ---- braces ---- */

static void brace(struct walk *w)
{
	char next = w->s + 1 < w->end ? w->s[1] : '\0';

	if (next == '{' || next == '%' || next == '#') {
		if (w->syntax == SYNTAX_SONDE) {
			copy(w, 2);
		} else if (w->syntax == SYNTAX_HANDLEBARS && next == '{') {
			handlebars(w);
		} else {
			literal_opening(w);
		}
		return;
	}
	size_t n = w->s + 1 < w->end ? word_len(w->s + 1, w->end) : 0;
	const char *close = w->s + 1 + n;

	if (n > 0 && close < w->end && *close == '}' && (close + 1 == w->end || close[1] != '}')) {
		say(w, "looks like a variable of another template language; it stays as it is", w->s, n + 2);
		copy(w, n + 2);
		return;
	}
	copy(w, 1);
}

static void no_note(void *ctx, int line, const char *text)
{
	(void)ctx;
	(void)line;
	(void)text;
}

/* Whether the blocks of the text match. */
static bool walk(enum syntax syntax, const char *text, size_t len, int line, struct buf *out, syntax_note *note, void *ctx)
{
	struct walk w = { .syntax = syntax, .s = text, .end = text + len, .line = line, .out = out, .note = note, .ctx = ctx };

	while (w.s < w.end) {
		if (*w.s == '{') {
			brace(&w);
		} else if (*w.s == '$') {
			dollar(&w);
		} else {
			const char *p = w.s + 1;

			while (p < w.end && *p != '{' && *p != '$') {
				p++;
			}
			copy(&w, (size_t)(p - w.s));
		}
	}
	return !w.is_broken && w.depth == 0;
}

void syntax_convert(enum syntax syntax, const char *text, size_t len, int line, struct buf *out, syntax_note *note, void *ctx)
{
	struct buf trial = { 0 };
	bool matches = syntax != SYNTAX_HANDLEBARS || walk(syntax, text, len, line, &trial, no_note, NULL);

	buf_free(&trial);
	if (!matches) {
		note(ctx, line, "blocks ({{#...}} and {{/...}}) do not match; the text is taken as it is, without variables");
	}
	(void)walk(matches ? syntax : SYNTAX_LITERAL, text, len, line, out, note, ctx);
}
