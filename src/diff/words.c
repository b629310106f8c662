/* ASCII is cut here, by the same rules and ten times as fast as by libunistring, which gets what stands between two blanks and is not all
 * ASCII. One rule differs: a colon never joins letters, because a key and its value are two things. */
#include "diff/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unictype.h>
#include <unigbrk.h>
#include <uniwbrk.h>

#include "base/mem.h"
#include "diff/lines.h"
#include "text/utf8.h"

#define SCRAP_WORDS_MAX 2
#define SCRAP_TOKENS_MAX 8
#define TAG_MAX 256

enum byte_class { OTHER, LETTER, DIGIT, JOINER, BLANK, LINE_END, NOT_ASCII };

static enum byte_class class_of(char c)
{
	static const unsigned char classes[128] = {
		['\t'] = BLANK, [' '] = BLANK, ['\r'] = LINE_END, ['\n'] = LINE_END, ['_'] = JOINER,
		['0'] = DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT,
		['A'] = LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
		LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
		['a'] = LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
		LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	};

	return (unsigned char)c < 0x80 ? (enum byte_class)classes[(unsigned char)c] : NOT_ASCII;
}

/* Where the ASCII word at s ends. */
static const char *word_end(const char *s, const char *end)
{
	for (s++; s < end; s++) {
		enum byte_class c = class_of(*s), before = class_of(s[-1]);

		if (c >= LETTER && c <= JOINER) {
			continue;
		}
		bool joins = (before == LETTER && (*s == '.' || *s == '\'')) || (before == DIGIT && (*s == '.' || *s == '\'' || *s == ',' || *s == ';'));
		if (!joins || s + 1 == end || class_of(s[1]) != before) {
			break;
		}
	}
	return s;
}

/* Where the tag at s ends; NULL: there is none. */
static const char *tag_end(const char *s, const char *end)
{
	const char *limit = end - s > TAG_MAX ? s + TAG_MAX : end;

	if (s + 2 >= limit) {
		return NULL;
	}
	if (*s == '{' && (s[1] == '{' || s[1] == '%')) {
		char close = s[1] == '{' ? '}' : '%';

		for (const char *at = s + 2; at + 1 < limit && *at != '\n'; at++) {
			if (*at == close && at[1] == '}') {
				return at + 2;
			}
		}
	} else if (*s == '<' && (class_of(s[1]) == LETTER || s[1] == '/' || s[1] == '!' || s[1] == '?')) {
		for (const char *at = s + 2; at < limit && *at != '\n' && *at != '<'; at++) {
			if (*at == '>') {
				return at + 1;
			}
		}
	}
	return NULL;
}

/* Where the next ASCII token ends, or NULL when it is not all ASCII. */
static const char *ascii_end(const char *s, const char *end, enum token_kind *kind)
{
	const char *to = s + 1;

	switch (class_of(*s)) {
	case LETTER:
	case DIGIT:
	case JOINER:
		*kind = TOKEN_WORD;
		to = word_end(s, end);
		return to < end && class_of(*to) == NOT_ASCII ? NULL : to;
	case BLANK:
		*kind = TOKEN_BLANK;
		while (to < end && class_of(*to) == BLANK) {
			to++;
		}
		if (lines_is_edge(to[-1], to, end)) {
			return to;
		}
		return to - 1 > s ? to - 1 : NULL; /* the last one goes with the mark after it */
	case LINE_END:
		*kind = TOKEN_LINE_END;
		return *s == '\r' && to < end && *to == '\n' ? to + 1 : to;
	case OTHER:
		*kind = TOKEN_MARK;
		if ((*s == '{' || *s == '<') && (to = tag_end(s, end)) != NULL && lines_is_edge(to[-1], to, end)) {
			*kind = TOKEN_TAG;
			return to;
		}
		return lines_is_edge(*s, s + 1, end) ? s + 1 : NULL;
	default:
		return NULL;
	}
}

/* Where what libunistring is to cut ends: before a blank, the line's end or what may be a tag, where a grapheme ends, too. */
static const char *unicode_end(const char *s, const char *end)
{
	const char *at = s;
	uint32_t cp = 0, next;

	while (at < end) {
		size_t n = utf8_decode(at, (size_t)(end - at), &next);

		if (n == 0) {
			return end;
		}
		bool may_end = class_of(*at) == BLANK || class_of(*at) == LINE_END || *at == '{' || *at == '<';
		if (at > s && may_end && uc_is_grapheme_break(cp, next)) {
			break;
		}
		cp = next;
		at += n;
	}
	return at;
}

/* The text with '?' for bytes that are no UTF-8, which libunistring is not made for; s itself when there are none. */
static const char *well_formed(struct words *w, const char *s, size_t len)
{
	if (utf8_valid(s, len)) {
		return s;
	}
	memcpy(w->repaired, s, len);
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n == 0 || cp == CODE_POINT_BAD) {
			n = n > 0 ? n : len - i;
			memset(w->repaired + i, '?', n);
		}
		i += n;
	}
	return w->repaired;
}

static enum token_kind kind_of(const char *s, size_t len)
{
	uint32_t cp;

	switch (class_of(*s)) {
	case LETTER:
	case DIGIT:
	case JOINER:
		return TOKEN_WORD;
	case BLANK:
		return TOKEN_BLANK;
	case LINE_END:
		return TOKEN_LINE_END;
	default:
		return utf8_decode(s, len, &cp) > 0 && uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N) ? TOKEN_WORD : TOKEN_MARK;
	}
}

/* Cuts where both a word and a grapheme end. */
static void cut_unicode(struct words *w, struct tokens *t, size_t from, size_t len)
{
	if (len > w->cap_breaks) {
		w->cap_breaks = len * 2;
		free(w->breaks);
		free(w->repaired);
		w->breaks = x_reallocarray(NULL, w->cap_breaks, 2);
		w->repaired = x_malloc(w->cap_breaks);
	}
	const char *s = well_formed(w, t->text + from, len);
	char *words = w->breaks, *graphemes = w->breaks + len;

	u8_wordbreaks((const uint8_t *)s, len, words);
	u8_grapheme_breaks((const uint8_t *)s, len, graphemes);
	for (size_t start = 0, at = 1; start < len; start = at++) {
		while (at < len && !(words[at] && graphemes[at])) {
			at++;
		}
		const char *token = t->text + from + start;

		tokens_put(t, from + start, kind_of(token, at - start), intern(&w->interner, token, at - start));
	}
}

void words_cut(struct words *w, int side, size_t from, size_t to)
{
	struct tokens *t = &w->side[side];
	const char *end = t->text + to;

	for (const char *s = t->text + from, *next; s < end; s = next) {
		enum token_kind kind = TOKEN_MARK;

		next = ascii_end(s, end, &kind);
		if (next != NULL) {
			tokens_put(t, (size_t)(s - t->text), kind, intern(&w->interner, s, (size_t)(next - s)));
		} else {
			next = unicode_end(s, end);
			cut_unicode(w, t, (size_t)(s - t->text), (size_t)(next - s));
		}
	}
	tokens_end(t, to);
}

void words_clear(struct words *w)
{
	interner_clear(&w->interner);
	tokens_clear(&w->side[0]);
	tokens_clear(&w->side[1]);
}

static bool is_stop_word(const char *s, size_t len)
{
	static const char *const words[] = {
		"a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "he", "if", "in", "is", "it", "its", "of", "on",
		"or", "she", "so", "that", "the", "their", "they", "this", "to", "was", "we", "were", "with", "you",
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strlen(words[i]) == len && strncasecmp(words[i], s, len) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether common tokens are too little to stand between two edits: few, no line end, no words but stop words, and no more of them than in
 * either edit. */
static bool is_scrap(const struct tokens *t, const struct word_edit *before, const struct word_edit *after)
{
	size_t n_words = 0;

	if (after->from[0] - before->to[0] > SCRAP_TOKENS_MAX) {
		return false;
	}
	for (size_t i = before->to[0]; i < after->from[0]; i++) {
		const char *s = t->text + t->starts[i];
		size_t len = t->starts[i + 1] - t->starts[i];

		if (t->kinds[i] == TOKEN_LINE_END || t->kinds[i] == TOKEN_TAG) {
			return false;
		}
		if (t->kinds[i] == TOKEN_WORD && (++n_words > SCRAP_WORDS_MAX || !is_stop_word(s, len))) {
			return false;
		}
	}
	size_t left = before->n_words[0] > before->n_words[1] ? before->n_words[0] : before->n_words[1];
	size_t right = after->n_words[0] > after->n_words[1] ? after->n_words[0] : after->n_words[1];

	return n_words <= left && n_words <= right;
}

/* Adds an edit after the others, and joins it with those that only scraps part from it. An edit that has grown may make the scrap before it
 * smaller than itself, so that looking back is all there is to do. */
static void add_edit(struct words *w, struct word_edit edit)
{
	for (int side = 0; side < 2; side++) {
		edit.n_words[side] = tokens_words(&w->side[side], edit.from[side], edit.to[side]);
	}
	while (w->n_edits > 0 && is_scrap(&w->side[0], &w->edits[w->n_edits - 1], &edit)) {
		const struct word_edit *before = &w->edits[--w->n_edits];
		size_t n_scrap = tokens_words(&w->side[0], before->to[0], edit.from[0]);

		for (int side = 0; side < 2; side++) {
			edit.n_words[side] += before->n_words[side] + n_scrap;
		}
		memcpy(edit.from, before->from, sizeof(edit.from));
	}
	*array_push(w->edits, w->n_edits, w->cap_edits) = edit;
}

/* The next run of changed tokens; `at` is where the common tokens before it begin. False when all is common from there. */
static bool next_edit(const struct words *w, const uint32_t at[2], const uint32_t to[2], struct word_edit *edit)
{
	const unsigned char *a = w->side[0].changed, *b = w->side[1].changed;
	uint32_t i = at[0], j = at[1];

	while (i < to[0] && j < to[1] && !a[i] && !b[j]) {
		i++;
		j++;
	}
	*edit = (struct word_edit){ .from = { i, j } };
	while (i < to[0] && a[i]) {
		i++;
	}
	while (j < to[1] && b[j]) {
		j++;
	}
	edit->to[0] = i;
	edit->to[1] = j;
	return i > edit->from[0] || j > edit->from[1];
}

/* How well an edit may begin before token i of from..to: at the edge of a line, a clause, a word. */
static int edge(const struct tokens *t, uint32_t i, uint32_t from, uint32_t to)
{
	if (i == from || i == to || t->kinds[i - 1] == TOKEN_LINE_END) {
		return 4;
	}
	if (t->kinds[i - 1] != TOKEN_BLANK) {
		return t->kinds[i] == TOKEN_BLANK ? 1 : 0;
	}
	const char *before = i - 1 > from ? t->text + t->starts[i - 2] : "";

	return *before != '\0' && strchr(".,;:!?", *before) != NULL ? 3 : 2;
}

/* Text that is only on one side may stand in several places: "a [b a] c" is "[a b] a c". Takes the best one between the edit before and the
 * one after, which begins at `limit` of the same side. */
static void slide(const struct words *w, struct word_edit *edit, const uint32_t from[2], const uint32_t to[2], uint32_t low, uint32_t limit)
{
	int side = edit->from[0] == edit->to[0];
	const struct tokens *t = &w->side[side];
	uint32_t start = edit->from[side], end = edit->to[side], other = edit->from[!side];

	if (edit->from[!side] != edit->to[!side]) {
		return;
	}
	while (start > low && t->ids[start - 1] == t->ids[end - 1]) {
		start--;
		end--;
		other--;
	}
	int best = -1;
	for (;; start++, end++, other++) {
		int here = edge(t, start, from[side], to[side]) + edge(t, end, from[side], to[side]);

		if (here >= best) {
			best = here;
			edit->from[side] = start;
			edit->to[side] = end;
			edit->from[!side] = edit->to[!side] = other;
		}
		if (end >= limit || t->ids[start] != t->ids[end]) {
			break;
		}
	}
}

void words_diff(struct words *w, const uint32_t from[2], const uint32_t to[2])
{
	uint32_t at[2] = { from[0], from[1] };
	uint32_t low[2] = { from[0], from[1] };
	struct lcs_side side[2];
	struct word_edit edit, next;

	for (int i = 0; i < 2; i++) {
		side[i] = (struct lcs_side){ w->side[i].ids + from[i], to[i] - from[i], w->side[i].changed + from[i] };
	}
	lcs_mark(&w->lcs, side[0], side[1], w->interner.n);
	w->n_edits = 0;
	for (bool more = next_edit(w, at, to, &edit); more;) {
		more = next_edit(w, edit.to, to, &next);
		int one = edit.from[0] == edit.to[0];
		slide(w, &edit, from, to, low[one], more ? next.from[one] : to[one]);
		memcpy(low, edit.to, sizeof(low));
		add_edit(w, edit);
		edit = next;
	}
}

void words_free(struct words *w)
{
	for (int side = 0; side < 2; side++) {
		tokens_free(&w->side[side]);
	}
	interner_free(&w->interner);
	lcs_free(&w->lcs);
	free(w->edits);
	free(w->breaks);
	free(w->repaired);
}
