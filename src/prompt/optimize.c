/* All rules look at the text as it is and note edits of it (edits.h); then all are applied at once. So every reason has its line in the text that the
 * person knows, and the order of the rules is their precedence. Alternative refused: one rule after the other on a text that changes; lines would
 * be those of a text nobody has seen. */
#include "prompt/optimize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "data/embedded.h"
#include "prompt/edits.h"

#define LEAST_WORDS 4 /* of a sentence, to be one that repeats */
#define SHOWN 60      /* bytes of the prompt in a reason */

struct text {
	const char *s;
	size_t len;
	struct edits edits;
	size_t part;
	bool has_instructions; /* of a system, a developer or a user: an answer is an example and may repeat */
};

struct work {
	struct text *texts;
	size_t n;
	struct map *said; /* sentences and examples that stood before */
	struct optimize *out;
};

static void edit(struct work *w, struct text *t, const struct edit *e, const char *rule, const char *why, size_t from, size_t len)
{
	size_t shown = len < SHOWN ? len : SHOWN, put = strlen(e->put);

	edits_add(&t->edits, e);
	*array_push(w->out->changes, w->out->n, w->out->cap) = (struct optimize_change){
		.rule = rule, .part = t->part, .at = from, .line = edits_line(&t->edits, from), .bytes = e->len - put,
		.text = x_asprintf("%s%s%.*s%s%s%s%s", why, len > 0 ? ": \"" : "", (int)shown, t->s + from, len > shown ? "…" : "", len > 0 ? "\"" : "",
		    put > 0 ? " is " : "", e->put),
	};
}

/* ---- what was said ---- */

/* Words in lower case with one blank between, without courtesy and the marks at their ends. */
static void normal(const char *s, size_t len, struct buf *out, size_t *n_words)
{
	*n_words = 0;
	for (size_t i = 0; i < len;) {
		size_t n = 0;

		while (i < len && isspace((unsigned char)s[i])) {
			i++;
		}
		while (i + n < len && !isspace((unsigned char)s[i + n])) {
			n++;
		}
		size_t kept = n;

		while (kept > 0 && strchr(".,;:!?", s[i + kept - 1]) != NULL) {
			kept--;
		}
		if (kept > 0 && !(kept == 6 && strncasecmp(s + i, "please", 6) == 0)) {
			(void)buf_add_str(out, *n_words > 0 ? " " : "");
			for (size_t k = 0; k < kept; k++) {
				(void)buf_add_char(out, (char)tolower((unsigned char)s[i + k]));
			}
			++*n_words;
		}
		i += n;
	}
}

/* Whether the same words stood before; if not they do from now on. */
static bool was_said(struct work *w, const char *s, size_t len, size_t least_words)
{
	struct buf words = { 0 };
	size_t n;

	normal(s, len, &words, &n);
	bool was = n >= least_words && map_get(w->said, words.s, words.len) != NULL;

	if (n >= least_words && !was) {
		(void)map_put(w->said, words.s, words.len, w);
	}
	buf_free(&words);
	return was;
}

/* ---- examples ---- */

/* <example>...</example>: one that stands twice, or holds nothing. What it holds may be quoted, but no template. */
static void find_examples(struct work *w, struct text *t)
{
	static const char open[] = "<example>", close[] = "</example>";
	const char *end = t->s + t->len, *at = t->s;

	while ((at = memmem(at, (size_t)(end - at), open, sizeof(open) - 1)) != NULL) {
		const char *inside = at + sizeof(open) - 1, *stop = memmem(inside, (size_t)(end - inside), close, sizeof(close) - 1);

		if (stop == NULL) {
			return;
		}
		size_t start = (size_t)(at - t->s), len = (size_t)(stop - at) + sizeof(close) - 1, words;
		struct buf own = { 0 };

		normal(inside, (size_t)(stop - inside), &own, &words);
		buf_free(&own);
		if (edits_may(&t->edits, start, len, EDIT_INSIDE) && (words == 0 || was_said(w, at, len, 1))) {
			size_t whole = len + (start + len < t->len && t->s[start + len] == '\n');

			edit(w, t, &(struct edit){ start, whole, "", false }, "example", words == 0 ? "an example without content" : "the same example stands before", start, len);
		}
		at = stop + sizeof(close) - 1;
	}
}

/* ---- repeated instructions ---- */

/* Blanks and the mark of a list at the beginning of a line. */
static size_t list_mark(const char *s, size_t len)
{
	size_t i = 0, digits;

	while (i < len && (s[i] == ' ' || s[i] == '\t')) {
		i++;
	}
	digits = i;
	while (digits < len && isdigit((unsigned char)s[digits])) {
		digits++;
	}
	if (digits > i && digits + 1 < len && (s[digits] == '.' || s[digits] == ')') && s[digits + 1] == ' ') {
		return digits + 2;
	}
	return i + 1 < len && strchr("-*+", s[i]) != NULL && s[i + 1] == ' ' ? i + 2 : i;
}

static size_t sentence_len(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(".!?", s[i]) != NULL && s[i] != '\0' && (i + 1 == len || s[i + 1] == ' ')) {
			return i + 1;
		}
	}
	return len;
}

static void find_in_line(struct work *w, struct text *t, size_t start, size_t len, bool has_newline)
{
	size_t mark_len = list_mark(t->s + start, len), at = start + mark_len, end = start + len;
	bool is_first = true;

	while (at < end) {
		size_t n = sentence_len(t->s + at, end - at);

		if (edits_may(&t->edits, at, n, EDIT_QUOTED) && was_said(w, t->s + at, n, LEAST_WORDS)) {
			bool is_whole = is_first && at + n == end;
			size_t from = is_whole ? start : at, to = is_whole ? end + has_newline : at + n;

			to += !is_whole && to < end && t->s[to] == ' '; /* the blank behind it, */
			from -= !is_whole && to == end && from > start + mark_len && t->s[from - 1] == ' '; /* or before it at the end of the line */
			if (edits_may(&t->edits, from, to - from, EDIT_QUOTED)) {
				edit(w, t, &(struct edit){ from, to - from, "", false }, "repeat", "said before", at, n);
			}
		}
		is_first = false;
		at += n;
		while (at < end && t->s[at] == ' ') {
			at++;
		}
	}
}

static void find_repeats(struct work *w, struct text *t)
{
	for (size_t i = 0; t->has_instructions && i < t->len;) {
		const char *newline = memchr(t->s + i, '\n', t->len - i);
		size_t n = newline != NULL ? (size_t)(newline - t->s) - i : t->len - i;

		find_in_line(w, t, i, n, newline != NULL);
		i += n + 1;
	}
}

/* ---- filler phrases ---- */

struct filler { char *phrase, *put; size_t len; };

static int longest_first(const void *a, const void *b)
{
	const struct filler *x = a, *y = b;

	return x->len != y->len ? (x->len > y->len ? -1 : 1) : strcmp(x->phrase, y->phrase);
}

static char *trimmed(const char *s, const char *end)
{
	while (s < end && *s == ' ') {
		s++;
	}
	while (end > s && end[-1] == ' ') {
		end--;
	}
	return x_strndup(s, (size_t)(end - s));
}

static struct filler *read_fillers(size_t *n)
{
	size_t len, cap = 0;
	const char *p = embedded_find("fillers.txt", &len);
	struct filler *all = NULL;

	*n = 0;
	while (*p != '\0') {
		const char *end = p + strcspn(p, "\n"), *equals = memchr(p, '=', (size_t)(end - p));

		if (*p != '#' && equals != NULL) {
			struct filler *f = array_push(all, *n, cap);

			f->phrase = trimmed(p, equals);
			f->put = trimmed(equals + 1, end);
			f->len = strlen(f->phrase);
		}
		p = end + (*end != '\0');
	}
	qsort(all, *n, sizeof(*all), longest_first);
	return all;
}

static void fillers_free(struct filler *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(all[i].phrase);
		free(all[i].put);
	}
	free(all);
}

/* A letter, digit or part of a character beyond ASCII. */
static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) != 0 || c == '_';
}

#define LIST_MARK_MOST 64 /* bytes of a line before its first word */

/* Whether the sentence begins here: at the beginning of a line, its list mark passed over, or behind a full stop. */
static bool begins_sentence(const struct text *t, size_t at)
{
	size_t line = at;

	while (line > 0 && at - line < LIST_MARK_MOST && t->s[line - 1] != '\n') {
		line--;
	}
	return ((line == 0 || t->s[line - 1] == '\n') && at <= line + list_mark(t->s + line, t->len - line)) ||
	       (at >= 2 && t->s[at - 1] == ' ' && strchr(".!?", t->s[at - 2]) != NULL);
}

/* Without the phrase before them these would begin a question, or nothing. */
static bool is_verb_of_state(const char *s, size_t len)
{
	static const char *const verbs[] = { "are ", "is ", "have ", "has ", "were ", "was " };

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (len >= strlen(verbs[i]) && strncasecmp(s, verbs[i], strlen(verbs[i])) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether a phrase may go: it leads in what follows, and takes the blank behind it along. */
static bool may_go(const struct text *t, size_t at, size_t end)
{
	bool leads = begins_sentence(t, at) || (at >= 2 && t->s[at - 1] == ' ' && t->s[at - 2] == ',');

	return leads && end + 1 < t->len && t->s[end] == ' ' && isalpha((unsigned char)t->s[end + 1]) && edits_may(&t->edits, end, 2, EDIT_QUOTED) &&
	       !is_verb_of_state(t->s + end + 1, t->len - end - 1);
}

static bool find_filler(struct work *w, struct text *t, size_t at, const struct filler *f)
{
	size_t end = at + f->len;
	bool goes = f->put[0] == '\0';

	if (f->len > t->len - at || strncasecmp(t->s + at, f->phrase, f->len) != 0 || (end < t->len && is_word(f->phrase[f->len - 1]) && is_word(t->s[end])) ||
	    !edits_may(&t->edits, at, f->len, EDIT_QUOTED) || (goes && !may_go(t, at, end))) {
		return false;
	}
	bool is_capital = isupper((unsigned char)t->s[at]) && begins_sentence(t, at);

	edit(w, t, &(struct edit){ at, f->len + goes, f->put, is_capital }, "filler", goes ? "says nothing" : "longer than needed", at, f->len);
	if (goes && is_capital) {
		t->edits.marks[end + 1] = EDIT_TAKEN; /* the letter that becomes a capital */
	}
	return true;
}

static void find_fillers(struct work *w, struct text *t, const struct filler *all, size_t n)
{
	for (size_t i = 0; t->has_instructions && i < t->len; i++) {
		bool is_start = isalpha((unsigned char)t->s[i]) && (i == 0 || !is_word(t->s[i - 1]));

		for (size_t k = 0; is_start && k < n && !find_filler(w, t, i, &all[k]); k++) {
			;
		}
	}
}

/* ---- blanks ---- */

/* Blanks that mean something stay: those a line begins with, and those of tables. */
static void find_blanks_in(struct work *w, struct text *t, size_t start, size_t len, bool has_newline)
{
	bool is_table = memchr(t->s + start, '|', len) != NULL || memchr(t->s + start, '\t', len) != NULL;
	size_t end = start + len;

	for (size_t i = start; i < end; i++) {
		size_t n = 0;

		while (i + n < end && t->s[i + n] == ' ') {
			n++;
		}
		if (n == 0 || !edits_may(&t->edits, i, n, EDIT_QUOTED)) {
			continue;
		}
		if (i + n == end && has_newline) {
			edit(w, t, &(struct edit){ i, n, "", false }, "blanks", "blanks at the end of the line", i, 0);
		} else if (n > 1 && i > start && i + n < end && !is_table) {
			edit(w, t, &(struct edit){ i, n - 1, "", false }, "blanks", "several blanks in a row", i, 0);
		}
		i += n;
	}
}

static void find_blanks(struct work *w, struct text *t)
{
	for (size_t i = 0; i < t->len;) {
		const char *newline = memchr(t->s + i, '\n', t->len - i);
		size_t n = newline != NULL ? (size_t)(newline - t->s) - i : t->len - i;

		find_blanks_in(w, t, i, n, newline != NULL);
		i += n + 1;
	}
}

/* More than one empty line says no more than one. */
static void find_empty_lines(struct work *w, struct text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		size_t n = 0;

		while (i + n < t->len && t->s[i + n] == '\n') {
			n++;
		}
		if (n > 2 && edits_may(&t->edits, i, n, EDIT_QUOTED)) {
			edit(w, t, &(struct edit){ i + 2, n - 2, "", false }, "lines", n > 3 ? "several empty lines in a row" : "two empty lines in a row", i + 2, 0);
		}
		i += n;
	}
}

/* ---- the whole ---- */

static void find_all(struct work *w, const struct filler *fillers, size_t n_fillers)
{
	for (size_t i = 0; i < w->n; i++) {
		struct text *t = &w->texts[i];

		find_examples(w, t);
		find_repeats(w, t);
		find_fillers(w, t, fillers, n_fillers);
		find_blanks(w, t);
		find_empty_lines(w, t);
	}
}

/* Questions and answers that stand as messages twice: both go. */
static void drop_pairs(struct work *w, json_t *messages, const json_t *original)
{
	struct map *seen = map_new();

	for (size_t i = 0; i + 1 < json_array_size(original); i++) {
		const json_t *q = json_array_get(original, i), *a = json_array_get(original, i + 1);
		const char *role_q = json_string_value(json_object_get(q, "role")), *role_a = json_string_value(json_object_get(a, "role"));
		bool is_pair = strcmp(role_q, "user") == 0 && strcmp(role_a, "assistant") == 0 && json_object_get(a, "tool_calls") == NULL;
		char *both = is_pair ? x_asprintf("%s%c%s", json_string_value(json_object_get(q, "content")), 1, json_string_value(json_object_get(a, "content"))) : NULL;

		if (is_pair && strstr(both, "{{") == NULL && strstr(both, "{%") == NULL && map_put(seen, both, strlen(both), w) != NULL) {
			*array_push(w->out->changes, w->out->n, w->out->cap) = (struct optimize_change){
				.rule = "example", .part = i, .line = 1, .bytes = strlen(both) - 1, .text = x_strdup("the same question and answer stand before") };
			(void)json_array_set_new(messages, i, json_null());
			(void)json_array_set_new(messages, i + 1, json_null());
		}
		i += is_pair;
		free(both);
	}
	map_free(seen, NULL);
	for (size_t i = json_array_size(messages); i-- > 0;) {
		if (json_is_null(json_array_get(messages, i))) {
			(void)json_array_remove(messages, i);
		}
	}
}

static int in_order(const void *a, const void *b)
{
	const struct optimize_change *x = a, *y = b;

	return x->part != y->part ? (x->part < y->part ? -1 : 1) : x->at < y->at ? -1 : x->at > y->at;
}

static json_t *proposal(struct work *w, const struct bundle *b)
{
	json_t *object = json_deep_copy(b->json), *messages = json_object_get(object, "messages");

	for (size_t i = 0; i < w->n; i++) {
		struct buf out = { 0 };

		edits_apply(&w->texts[i].edits, &out);
		(void)json_object_set_new(messages != NULL ? json_array_get(messages, i) : object, messages != NULL ? "content" : "text",
		    json_stringn(buf_str(&out), out.len));
		buf_free(&out);
	}
	if (messages != NULL) {
		drop_pairs(w, messages, json_object_get(b->json, "messages"));
	}
	return object;
}

bool optimize_bundle(const struct bundle *b, struct optimize *out, struct err *e)
{
	struct work w = { .n = bundle_n_parts(b), .said = map_new(), .out = out };
	size_t n_fillers;
	struct filler *fillers = read_fillers(&n_fillers);

	*out = (struct optimize){ .n = 0 };
	w.texts = x_calloc(w.n, sizeof(*w.texts));
	for (size_t i = 0; i < w.n; i++) {
		struct bundle_part p = bundle_part(b, i);

		w.texts[i] = (struct text){ .s = p.text, .len = p.len, .part = i,
			.has_instructions = strcmp(p.role, "assistant") != 0 && strcmp(p.role, "tool") != 0 };
		edits_begin(&w.texts[i].edits, p.text, p.len);
	}
	find_all(&w, fillers, n_fillers);
	json_t *object = proposal(&w, b);

	fillers_free(fillers, n_fillers);
	bool ok = bundle_from_json(object, &out->bundle, e);

	json_decref(object);
	if (out->n > 0) {
		qsort(out->changes, out->n, sizeof(*out->changes), in_order);
	}
	for (size_t i = 0; i < w.n; i++) {
		edits_free(&w.texts[i].edits);
	}
	free(w.texts);
	map_free(w.said, NULL);
	if (!ok) {
		optimize_free(out);
	}
	return ok;
}

void optimize_free(struct optimize *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->changes[i].text);
	}
	free(o->changes);
	bundle_free(&o->bundle);
	*o = (struct optimize){ .n = 0 };
}
