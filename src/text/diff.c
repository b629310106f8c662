/* Three passes. Lines: the common ends are trimmed as bytes, what is between becomes numbers, text/lcs.h finds what changed. Words: each
 * run of changed lines is cut at the word boundaries of UAX 29 and goes the same way. Cleanup: a scrap of common text between two edits,
 * such as "the" or a comma, costs the reader more than it tells, so it joins them. */
#include "text/diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unictype.h>
#include <unigbrk.h>
#include <uniwbrk.h>

#include "base/map.h"
#include "base/mem.h"
#include "text/lcs.h"
#include "text/utf8.h"

/* Offsets and numbers of tokens are 32 bits wide; more than this on both sides together is shown as replaced. */
#define BYTES_MAX ((size_t)INT32_MAX - 64)
#define SCRAP_WORDS_MAX 2
#define SCRAP_TOKENS_MAX 8

/* One side cut into lines or words: token i is the bytes from starts[i] to starts[i + 1]. */
struct tokens {
	const char *text; /* of the whole side */
	uint32_t *starts;
	uint32_t *ids;
	unsigned char *changed;
	size_t n, cap;
};

/* Numbers for texts, the same number for the same text. Open addressing; emptied by a new round, because there are many short ones. */
struct interner {
	struct slot {
		uint32_t round; /* not the present one: free */
		uint32_t id;
	} *slots;
	size_t n_slots; /* a power of two */
	uint32_t round;
	struct known {
		const char *s;
		uint32_t len, hash;
	} *known; /* by id */
	size_t n, cap;
};

struct differ {
	struct tokens lines[2], words[2];
	struct interner interner;
	struct edit {
		uint32_t from[2], to[2]; /* tokens of a and of b */
		size_t n_words[2];
	} *edits; /* of one run of lines */
	size_t n_edits, cap_edits;
	char *breaks;   /* scratch of cut_words */
	char *repaired;
	size_t cap_breaks;
	struct diff *out;
};

static void interner_clear(struct interner *t)
{
	t->round++;
	t->n = 0;
}

/* The slot of a text, or the free one where it belongs. */
static struct slot *find(const struct interner *t, const char *s, size_t len, uint32_t hash)
{
	for (size_t i = hash & (t->n_slots - 1);; i = (i + 1) & (t->n_slots - 1)) {
		struct slot *slot = &t->slots[i];

		if (slot->round != t->round) {
			return slot;
		}
		const struct known *k = &t->known[slot->id];
		if (k->hash == hash && k->len == len && memcmp(k->s, s, len) == 0) {
			return slot;
		}
	}
}

static void interner_grow(struct interner *t)
{
	t->n_slots = t->n_slots > 0 ? t->n_slots * 2 : 64;
	free(t->slots);
	t->slots = x_calloc(t->n_slots, sizeof(*t->slots));
	for (size_t id = 0; id < t->n; id++) {
		const struct known *k = &t->known[id];

		*find(t, k->s, k->len, k->hash) = (struct slot){ t->round, (uint32_t)id };
	}
}

static uint32_t intern(struct interner *t, const char *s, size_t len)
{
	uint32_t hash = (uint32_t)hash_mix(hash_bytes(HASH_START, s, len));

	if ((t->n + 1) * 4 > t->n_slots * 3) {
		interner_grow(t);
	}
	struct slot *slot = find(t, s, len, hash);
	if (slot->round != t->round) {
		*slot = (struct slot){ t->round, (uint32_t)t->n };
		*array_push(t->known, t->n, t->cap) = (struct known){ s, (uint32_t)len, hash };
	}
	return slot->id;
}

static void tokens_free(struct tokens *t)
{
	free(t->starts);
	free(t->ids);
	free(t->changed);
}

/* Adds a token. */
static void tokens_put(struct tokens *t, size_t start, uint32_t id)
{
	if (t->n == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 64;
		t->starts = x_reallocarray(t->starts, t->cap, sizeof(*t->starts));
		t->ids = x_reallocarray(t->ids, t->cap, sizeof(*t->ids));
		t->changed = x_realloc(t->changed, t->cap);
	}
	t->starts[t->n] = (uint32_t)start;
	t->ids[t->n++] = id;
}

/* starts[n] is where the last token ends, or where there is none. */
static void tokens_end(struct tokens *t, size_t end)
{
	tokens_put(t, end, 0);
	t->n--;
}

static void cut_lines(struct interner *in, struct tokens *t, size_t from, size_t to)
{
	for (size_t at = from; at < to;) {
		const char *nl = memchr(t->text + at, '\n', to - at);
		size_t next = nl != NULL ? (size_t)(nl - t->text) + 1 : to;

		tokens_put(t, at, intern(in, t->text + at, next - at));
		at = next;
	}
	tokens_end(t, to);
}

/* The text with '?' for bytes that are no UTF-8, which libunistring is not made for; s itself when there are none. */
static const char *well_formed(struct differ *d, const char *s, size_t len)
{
	if (utf8_valid(s, len)) {
		return s;
	}
	memcpy(d->repaired, s, len);
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n == 0 || cp == CODE_POINT_BAD) {
			n = n > 0 ? n : len - i;
			memset(d->repaired + i, '?', n);
		}
		i += n;
	}
	return d->repaired;
}

static bool is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

/* Cuts where both a word and a grapheme end. The bytes before `from` end in a newline, where both always do. */
static void cut_words(struct differ *d, struct tokens *t, size_t from, size_t to)
{
	size_t len = to - from;

	t->n = 0;
	if (len == 0) {
		tokens_end(t, to);
		return;
	}
	if (len > d->cap_breaks) {
		d->cap_breaks = len * 2;
		d->breaks = x_reallocarray(d->breaks, d->cap_breaks, 2);
		d->repaired = x_realloc(d->repaired, d->cap_breaks);
	}
	const char *s = well_formed(d, t->text + from, len);
	char *words = d->breaks, *graphemes = d->breaks + len;
	u8_wordbreaks((const uint8_t *)s, len, words);
	if (is_ascii(s, len)) {
		graphemes = words; /* word rules keep CR LF together, and ASCII has no other cluster */
	} else {
		u8_grapheme_breaks((const uint8_t *)s, len, graphemes);
	}
	for (size_t start = 0, at = 1; start < len; start = at++) {
		while (at < len && !(words[at] && graphemes[at])) {
			at++;
		}
		tokens_put(t, from + start, intern(&d->interner, t->text + from + start, at - start));
	}
	tokens_end(t, to);
}

static void mark_changed(const struct differ *d, struct tokens t[2])
{
	struct lcs_side side[2];

	for (int i = 0; i < 2; i++) {
		side[i] = (struct lcs_side){ t[i].ids, t[i].n, t[i].changed };
	}
	lcs_mark(side[0], side[1], d->interner.n);
}

/* Adds a part, or lengthens the last one. */
static void emit(struct diff *out, enum diff_op op, size_t start, size_t end)
{
	if (start == end) {
		return;
	}
	if (out->n > 0 && out->parts[out->n - 1].op == op) {
		out->parts[out->n - 1].len += end - start;
		return;
	}
	*array_push(out->parts, out->n, out->cap) = (struct diff_part){ op, start, end - start };
}

static bool is_word(const char *s, size_t len)
{
	uint32_t cp;

	if ((unsigned char)s[0] < 0x80) {
		return (s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z') || (s[0] >= '0' && s[0] <= '9') || s[0] == '_';
	}
	return utf8_decode(s, len, &cp) > 0 && uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
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

static size_t count_words(const struct tokens *t, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		n += is_word(t->text + t->starts[i], t->starts[i + 1] - t->starts[i]);
	}
	return n;
}

/* Whether common tokens are too little to stand between two edits: few, no line end, no words but stop words, and no more of them than in
 * either edit. */
static bool is_scrap(const struct tokens *t, const struct edit *before, const struct edit *after)
{
	size_t n_words = 0;

	if (after->from[0] - before->to[0] > SCRAP_TOKENS_MAX) {
		return false;
	}
	for (size_t i = before->to[0]; i < after->from[0]; i++) {
		const char *s = t->text + t->starts[i];
		size_t len = t->starts[i + 1] - t->starts[i];

		if (s[len - 1] == '\n') {
			return false;
		}
		if (is_word(s, len) && (++n_words > SCRAP_WORDS_MAX || !is_stop_word(s, len))) {
			return false;
		}
	}
	size_t left = before->n_words[0] > before->n_words[1] ? before->n_words[0] : before->n_words[1];
	size_t right = after->n_words[0] > after->n_words[1] ? after->n_words[0] : after->n_words[1];

	return n_words <= left && n_words <= right;
}

/* Adds an edit after the others, and joins it with those that only scraps part from it. An edit that has grown may make the scrap before it
 * smaller than itself, so that looking back is all there is to do. */
static void add_edit(struct differ *d, struct edit edit)
{
	for (int side = 0; side < 2; side++) {
		edit.n_words[side] = count_words(&d->words[side], edit.from[side], edit.to[side]);
	}
	while (d->n_edits > 0 && is_scrap(&d->words[0], &d->edits[d->n_edits - 1], &edit)) {
		const struct edit *before = &d->edits[--d->n_edits];

		for (int side = 0; side < 2; side++) {
			edit.n_words[side] += before->n_words[side] + count_words(&d->words[0], before->to[0], edit.from[0]);
		}
		memcpy(edit.from, before->from, sizeof(edit.from));
	}
	*array_push(d->edits, d->n_edits, d->cap_edits) = edit;
}

/* The next run of changed tokens; `at` is where the common tokens before it begin. False when all is common from there. */
static bool next_edit(const struct tokens t[2], const uint32_t at[2], struct edit *edit)
{
	uint32_t i = at[0], j = at[1];

	while (i < t[0].n && j < t[1].n && !t[0].changed[i] && !t[1].changed[j]) {
		i++;
		j++;
	}
	*edit = (struct edit){ .from = { i, j } };
	while (i < t[0].n && t[0].changed[i]) {
		i++;
	}
	while (j < t[1].n && t[1].changed[j]) {
		j++;
	}
	edit->to[0] = i;
	edit->to[1] = j;
	return i > edit->from[0] || j > edit->from[1];
}

/* A run of changed lines: bytes from[side] to to[side] of each side. */
static void diff_run(struct differ *d, const size_t from[2], const size_t to[2])
{
	struct tokens *words = d->words;
	uint32_t at[2] = { 0, 0 };
	struct edit edit;

	interner_clear(&d->interner);
	d->n_edits = 0;
	for (int side = 0; side < 2; side++) {
		cut_words(d, &words[side], from[side], to[side]);
	}
	mark_changed(d, words);
	while (next_edit(words, at, &edit)) {
		add_edit(d, edit);
		memcpy(at, edit.to, sizeof(at));
	}
	size_t common = from[0];
	for (size_t i = 0; i < d->n_edits; i++) {
		const struct edit *e = &d->edits[i];

		emit(d->out, DIFF_EQUAL, common, words[0].starts[e->from[0]]);
		emit(d->out, DIFF_DELETE, words[0].starts[e->from[0]], words[0].starts[e->to[0]]);
		emit(d->out, DIFF_INSERT, words[1].starts[e->from[1]], words[1].starts[e->to[1]]);
		common = words[0].starts[e->to[0]];
		d->out->words_removed += e->n_words[0];
		d->out->words_added += e->n_words[1];
	}
	emit(d->out, DIFF_EQUAL, common, to[0]);
}

/* Bytes of the whole lines that both texts begin with. */
static size_t common_start(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t most = a_len < b_len ? a_len : b_len, n = 0;

	while (n + 64 <= most && memcmp(a + n, b + n, 64) == 0) {
		n += 64;
	}
	while (n < most && a[n] == b[n]) {
		n++;
	}
	if (n == a_len && n == b_len) {
		return n;
	}
	while (n > 0 && a[n - 1] != '\n') {
		n--;
	}
	return n;
}

/* Bytes of the whole lines that both texts end with. They begin at line starts themselves. */
static size_t common_end(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t most = a_len < b_len ? a_len : b_len, n = 0;

	while (n + 64 <= most && memcmp(a + a_len - n - 64, b + b_len - n - 64, 64) == 0) {
		n += 64;
	}
	while (n < most && a[a_len - n - 1] == b[b_len - n - 1]) {
		n++;
	}
	bool starts_a = n == a_len || a[a_len - n - 1] == '\n';
	bool starts_b = n == b_len || b[b_len - n - 1] == '\n';
	if (n > 0 && !(starts_a && starts_b)) {
		const char *nl = memchr(a + a_len - n, '\n', n);

		n = nl != NULL ? (size_t)(a + a_len - nl) - 1 : 0;
	}
	return n;
}

/* What is left of both texts without their common ends. */
static void diff_lines(struct differ *d, size_t from, size_t a_to, size_t b_to)
{
	struct tokens *lines = d->lines;
	uint32_t at[2] = { 0, 0 };
	struct edit edit;

	interner_clear(&d->interner);
	cut_lines(&d->interner, &lines[0], from, a_to);
	cut_lines(&d->interner, &lines[1], from, b_to);
	mark_changed(d, lines);
	while (next_edit(lines, at, &edit)) {
		size_t start[2], end[2];

		for (int side = 0; side < 2; side++) {
			start[side] = lines[side].starts[edit.from[side]];
			end[side] = lines[side].starts[edit.to[side]];
		}
		emit(d->out, DIFF_EQUAL, lines[0].starts[at[0]], start[0]);
		diff_run(d, start, end);
		memcpy(at, edit.to, sizeof(at));
	}
	emit(d->out, DIFF_EQUAL, lines[0].starts[at[0]], a_to);
}

void diff_words(const char *a, size_t a_len, const char *b, size_t b_len, struct diff *out)
{
	struct differ d = { .out = out, .lines = { { .text = a }, { .text = b } }, .words = { { .text = a }, { .text = b } } };

	*out = (struct diff){ 0 };
	if (a_len > BYTES_MAX || b_len > BYTES_MAX - a_len) {
		emit(out, DIFF_DELETE, 0, a_len);
		emit(out, DIFF_INSERT, 0, b_len);
		return;
	}
	size_t start = common_start(a, a_len, b, b_len);
	size_t end = common_end(a + start, a_len - start, b + start, b_len - start);

	emit(out, DIFF_EQUAL, 0, start);
	diff_lines(&d, start, a_len - end, b_len - end);
	emit(out, DIFF_EQUAL, a_len - end, a_len);
	for (int side = 0; side < 2; side++) {
		tokens_free(&d.lines[side]);
		tokens_free(&d.words[side]);
	}
	free(d.interner.slots);
	free(d.interner.known);
	free(d.edits);
	free(d.breaks);
	free(d.repaired);
}

void diff_free(struct diff *d)
{
	free(d->parts);
	*d = (struct diff){ 0 };
}
