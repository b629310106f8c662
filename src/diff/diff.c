/* Lines first: common ends are trimmed, lines become numbers, diff/lines.h finds what is common. Then, hunk by hunk: blocks that went
 * elsewhere are set aside, removed lines are paired with added ones, and only pairs are compared word by word, so that a line that is simply
 * new is never woven into the words of another. */
#include "diff/diff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diff/lines.h"
#include "diff/move.h"
#include "diff/pair.h"

/* More of a pair's tokens than this changed, in percent: marks inside would be confetti. */
#define CHANGED_MAX 60
/* Lines of a side that are cut into words at a time: what a hunk costs in memory. */
#define STRETCH 32768

struct differ {
	struct diff *d;
	unsigned how;
	struct words words;
	struct pairs pairs;
	struct pair_line *lines[2]; /* those of the stretch that may be paired, with their tokens */
	size_t n_lines[2], cap_lines[2];
	const uint32_t *moved[2];   /* by line: its diff_change.move; NULL: none */
};

static size_t line_start(const struct diff *d, int side, size_t line)
{
	return d->side[side].starts[line];
}

static void put_part(struct diff *d, enum diff_op op, size_t start, size_t end)
{
	if (start < end) {
		*array_push(d->parts, d->n_parts, d->cap_parts) = (struct diff_part){ op, (uint32_t)start, (uint32_t)(end - start) };
	}
}

/* A change of these lines; the parts added until the next one are its. */
static struct diff_change *put_change(struct diff *d, enum diff_kind kind, const uint32_t line[2], uint32_t n_a, uint32_t n_b)
{
	struct diff_change *c = array_push(d->changes, d->n_changes, d->cap_changes);

	*c = (struct diff_change){ .kind = kind, .line = { line[0], line[1] }, .n_lines = { n_a, n_b }, .part = (uint32_t)d->n_parts };
	return c;
}

static void end_change(struct diff *d)
{
	struct diff_change *c = &d->changes[d->n_changes - 1];

	c->n_parts = (uint32_t)d->n_parts - c->part;
}

static void whole_lines(struct diff *d, const struct diff_change *c)
{
	for (int side = 0; side < 2; side++) {
		put_part(d, side == 0 ? DIFF_DELETE : DIFF_INSERT, line_start(d, side, c->line[side]), line_start(d, side, c->line[side] + c->n_lines[side]));
	}
}

/* Adds the words of n lines of one side that may be paired. */
static void count_words(struct differ *x, int side, uint32_t line, uint32_t n, size_t *words)
{
	const struct pair_line *lines = x->lines[side];
	size_t low = 0, high = x->n_lines[side];

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (lines[mid].line < line) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	for (; low < x->n_lines[side] && lines[low].line < line + n; low++) {
		*words += tokens_words(&x->words.side[side], lines[low].from, lines[low].to);
	}
}

/* Lines of one side, from *line up to `to`: a change for each run that moved together, and for the rest. */
static void put_lines(struct differ *x, int side, uint32_t line[2], uint32_t to)
{
	struct diff *d = x->d;
	const uint32_t *moved = x->moved[side];

	while (line[side] < to) {
		uint32_t from = line[side], end = from + 1, move = moved != NULL ? moved[from] : 0;

		while (end < to && (moved != NULL ? moved[end] : 0) == move) {
			end++;
		}
		struct diff_change *c = put_change(d, side == 0 ? DIFF_REMOVED : DIFF_ADDED, line, side == 0 ? end - from : 0, side == 1 ? end - from : 0);
		c->move = move;
		whole_lines(d, c);
		end_change(d);
		if (move == 0) {
			*(side == 0 ? &d->lines_removed : &d->lines_added) += end - from;
			count_words(x, side, from, end - from, side == 0 ? &d->words_removed : &d->words_added);
		}
		line[side] = end;
	}
}

/* The edits that words_diff found between tokens from..to, as parts of the change begun last. */
static void put_edits(struct differ *x, const uint32_t from[2], const uint32_t to[2])
{
	const struct words *w = &x->words;
	size_t common = w->side[0].starts[from[0]];

	for (size_t i = 0; i < w->n_edits; i++) {
		const struct word_edit *e = &w->edits[i];

		put_part(x->d, DIFF_EQUAL, common, w->side[0].starts[e->from[0]]);
		put_part(x->d, DIFF_DELETE, w->side[0].starts[e->from[0]], w->side[0].starts[e->to[0]]);
		put_part(x->d, DIFF_INSERT, w->side[1].starts[e->from[1]], w->side[1].starts[e->to[1]]);
		common = w->side[0].starts[e->to[0]];
	}
	put_part(x->d, DIFF_EQUAL, common, w->side[0].starts[to[0]]);
}

static size_t count_marks(const struct tokens *t, uint32_t from, uint32_t to)
{
	size_t n = 0;

	for (uint32_t i = from; i < to; i++) {
		n += t->kinds[i] < TOKEN_BLANK;
	}
	return n;
}

/* Whether so much of a pair changed that it reads better as two whole lines. */
static bool is_confetti(const struct words *w, const uint32_t from[2], const uint32_t to[2])
{
	size_t all = 0, changed = 0;

	for (int side = 0; side < 2; side++) {
		all += count_marks(&w->side[side], from[side], to[side]);
		for (size_t i = 0; i < w->n_edits; i++) {
			changed += count_marks(&w->side[side], w->edits[i].from[side], w->edits[i].to[side]);
		}
	}
	return changed * 100 > all * CHANGED_MAX;
}

static void put_pair(struct differ *x, const struct pair_line *a, const struct pair_line *b)
{
	struct diff *d = x->d;
	const uint32_t from[2] = { a->from, b->from }, to[2] = { a->to, b->to }, line[2] = { a->line, b->line };
	const struct diff_change *c = put_change(d, DIFF_REPLACED, line, 1, 1);

	words_diff(&x->words, from, to);
	if (is_confetti(&x->words, from, to)) {
		whole_lines(d, c);
		d->words_removed += tokens_words(&x->words.side[0], a->from, a->to);
		d->words_added += tokens_words(&x->words.side[1], b->from, b->to);
	} else {
		put_edits(x, from, to);
		for (size_t i = 0; i < x->words.n_edits; i++) {
			d->words_removed += x->words.edits[i].n_words[0];
			d->words_added += x->words.edits[i].n_words[1];
		}
	}
	end_change(d);
	d->lines_removed++;
	d->lines_added++;
}

static bool is_moved(const struct differ *x, int side, uint32_t line)
{
	return x->moved[side] != NULL && x->moved[side][line] > 0;
}

/* The tokens of the lines from..to that did not move. */
static void cut_lines(struct differ *x, const uint32_t from[2], const uint32_t to[2])
{
	words_clear(&x->words);
	for (int side = 0; side < 2; side++) {
		struct tokens *t = &x->words.side[side];

		x->n_lines[side] = 0;
		tokens_end(t, line_start(x->d, side, from[side]));
		for (uint32_t i = from[side]; i < to[side]; i++) {
			if (is_moved(x, side, i)) {
				tokens_put(t, line_start(x->d, side, i), TOKEN_LINE_END, 0); /* where the token before it ends */
			} else {
				uint32_t first = (uint32_t)t->n;

				words_cut(&x->words, side, line_start(x->d, side, i), line_start(x->d, side, i + 1));
				*array_push(x->lines[side], x->n_lines[side], x->cap_lines[side]) = (struct pair_line){ i, first, (uint32_t)t->n };
			}
		}
	}
}

static bool is_blank_line(const struct diff *d, int side, uint32_t line)
{
	size_t start = line_start(d, side, line);

	return lines_same_but_blanks(d->side[side].text + start, line_start(d, side, line + 1) - start, "", 0);
}

static bool same_but_blanks(const struct diff *d, const uint32_t from[2], const uint32_t to[2])
{
	size_t a = line_start(d, 0, from[0]), b = line_start(d, 1, from[1]);

	return lines_same_but_blanks(d->side[0].text + a, line_start(d, 0, to[0]) - a, d->side[1].text + b, line_start(d, 1, to[1]) - b);
}

/* Whether a hunk, without blank and moved lines at its ends, only has its line ends elsewhere: lines from..to. Where each line still is a
 * line, blanks inside it changed: those are pairs. */
static bool is_rewrapped(const struct differ *x, const struct diff_hunk *h, uint32_t from[2], uint32_t to[2])
{
	for (int side = 0; side < 2; side++) {
		from[side] = h->line[side];
		to[side] = h->line[side] + h->n_lines[side];
		while (from[side] < to[side] && (is_moved(x, side, from[side]) || is_blank_line(x->d, side, from[side]))) {
			from[side]++;
		}
		while (from[side] < to[side] && (is_moved(x, side, to[side] - 1) || is_blank_line(x->d, side, to[side] - 1))) {
			to[side]--;
		}
		for (uint32_t i = from[side]; i < to[side]; i++) {
			if (is_moved(x, side, i)) {
				return false;
			}
		}
	}
	if (from[0] == to[0] || from[1] == to[1] || !same_but_blanks(x->d, from, to)) {
		return false;
	}
	bool has_same_lines = to[0] - from[0] == to[1] - from[1];
	for (uint32_t i = 0; has_same_lines && i < to[0] - from[0]; i++) {
		const uint32_t here[2] = { from[0] + i, from[1] + i }, next[2] = { here[0] + 1, here[1] + 1 };

		has_same_lines = same_but_blanks(x->d, here, next);
	}
	return !has_same_lines;
}

static void put_rewrapped(struct differ *x, const uint32_t from[2], const uint32_t to[2])
{
	const uint32_t first[2] = { 0, 0 };
	uint32_t end[2];

	cut_lines(x, from, to);
	(void)put_change(x->d, DIFF_REWRAPPED, from, to[0] - from[0], to[1] - from[1]);
	for (int side = 0; side < 2; side++) {
		end[side] = (uint32_t)x->words.side[side].n;
	}
	words_diff(&x->words, first, end);
	put_edits(x, first, end);
	end_change(x->d);
}

/* Removed and added lines, in order, and the pairs among them. */
static void put_pairs(struct differ *x, uint32_t line[2])
{
	pair_lines(&x->pairs, x->words.side, x->lines[0], x->n_lines[0], x->lines[1], x->n_lines[1]);
	for (size_t i = 0; i < x->n_lines[0]; i++) {
		if (x->pairs.of[i] != PAIR_NONE) {
			const struct pair_line *a = &x->lines[0][i], *b = &x->lines[1][x->pairs.of[i]];

			put_lines(x, 0, line, a->line);
			put_lines(x, 1, line, b->line);
			put_pair(x, a, b);
			line[0]++;
			line[1]++;
		}
	}
}

/* Where the lines of a hunk that are compared together end. */
static uint32_t stretch_end(const struct differ *x, int side, uint32_t line, uint32_t end)
{
	uint32_t to = (x->how & DIFF_WORDS) != 0 && end - line > STRETCH ? line + STRETCH : end;

	while (to < end && is_moved(x, side, to) && x->moved[side][to] == x->moved[side][to - 1]) {
		to++;
	}
	return to;
}

static void put_hunk(struct differ *x, struct diff_hunk *h)
{
	uint32_t line[2] = { h->line[0], h->line[1] }, from[2], to[2];
	const uint32_t end[2] = { h->line[0] + h->n_lines[0], h->line[1] + h->n_lines[1] };

	h->change = (uint32_t)x->d->n_changes;
	h->is_blank = same_but_blanks(x->d, line, end);
	if ((x->how & DIFF_WORDS) != 0 && is_rewrapped(x, h, from, to)) {
		/* What is outside from..to has no words. */
		x->n_lines[0] = x->n_lines[1] = 0;
		put_lines(x, 0, line, from[0]);
		put_lines(x, 1, line, from[1]);
		put_rewrapped(x, from, to);
		memcpy(line, to, sizeof(line));
		put_lines(x, 0, line, end[0]);
		put_lines(x, 1, line, end[1]);
	}
	while (line[0] < end[0] || line[1] < end[1]) {
		to[0] = stretch_end(x, 0, line[0], end[0]);
		to[1] = stretch_end(x, 1, line[1], end[1]);
		if ((x->how & DIFF_WORDS) != 0) {
			cut_lines(x, line, to);
			put_pairs(x, line);
		}
		put_lines(x, 0, line, to[0]);
		put_lines(x, 1, line, to[1]);
	}
	h->n_changes = (uint32_t)x->d->n_changes - h->change;
}

/* How many lines both texts begin (from 0) or end with (from the lines left). */
static size_t common_lines(const struct diff *d, bool at_end, size_t most)
{
	size_t n = 0;

	for (; n < most; n++) {
		size_t start[2], len[2];

		for (int side = 0; side < 2; side++) {
			size_t line = at_end ? d->side[side].n_lines - n - 1 : n;

			start[side] = line_start(d, side, line);
			len[side] = line_start(d, side, line + 1) - start[side];
		}
		if (len[0] != len[1] || memcmp(d->side[0].text + start[0], d->side[1].text + start[1], len[0]) != 0) {
			break;
		}
	}
	return n;
}

/* The hunks: runs of lines without a common line between them. */
static void find_hunks(struct diff *d)
{
	size_t n_a = d->side[0].n_lines, n_b = d->side[1].n_lines, least = n_a < n_b ? n_a : n_b;
	size_t first = common_lines(d, false, least), last = common_lines(d, true, least - first);
	struct interner in = { 0 };
	struct lcs lcs = { .work = LCS_WORK };
	uint32_t *ids[2], n[2];
	unsigned char *changed[2];

	for (int side = 0; side < 2; side++) {
		n[side] = (uint32_t)(d->side[side].n_lines - first - last);
		ids[side] = x_reallocarray(NULL, n[side], sizeof(*ids[side]));
		changed[side] = x_malloc(n[side]);
		for (size_t i = 0; i < n[side]; i++) {
			size_t start = line_start(d, side, first + i);

			ids[side][i] = intern(&in, d->side[side].text + start, line_start(d, side, first + i + 1) - start);
		}
	}
	lines_mark(&lcs, (struct lcs_side){ ids[0], n[0], changed[0] }, (struct lcs_side){ ids[1], n[1], changed[1] }, in.n);
	lcs_free(&lcs);
	interner_free(&in);
	free(ids[0]);
	free(ids[1]);
	for (uint32_t i = 0, j = 0; i < n[0] || j < n[1];) {
		struct diff_hunk h = { .line = { (uint32_t)first + i, (uint32_t)first + j } };

		for (; i < n[0] && changed[0][i]; i++) {
			h.n_lines[0]++;
		}
		for (; j < n[1] && changed[1][j]; j++) {
			h.n_lines[1]++;
		}
		if (h.n_lines[0] + h.n_lines[1] > 0) {
			*array_push(d->hunks, d->n_hunks, d->cap_hunks) = h;
		}
		i += i < n[0];
		j += j < n[1];
	}
	free(changed[0]);
	free(changed[1]);
}

void diff_make(struct diff *d, const char *a, size_t a_len, const char *b, size_t b_len, unsigned how)
{
	struct differ x = { .d = d, .how = how, .words = { .side = { { .text = a }, { .text = b } }, .lcs = { .work = LCS_WORK } } };
	const char *text[2] = { a, b };
	size_t len[2] = { a_len, b_len }, common = 0;

	assert(a_len <= DIFF_BYTES_MAX && b_len <= DIFF_BYTES_MAX);
	*d = (struct diff){ 0 };
	for (int side = 0; side < 2; side++) {
		struct diff_side *s = &d->side[side];

		s->text = text[side];
		s->starts = (how & DIFF_SENTENCES) != 0 ? sentences_cut(text[side], len[side], &s->n_lines) : lines_cut(text[side], len[side], &s->n_lines);
	}
	find_hunks(d);
	uint32_t *moved[2] = { NULL, NULL };
	if ((how & DIFF_MOVES) != 0) {
		moves_find(d, moved);
		x.moved[0] = moved[0];
		x.moved[1] = moved[1];
	}
	for (size_t i = 0; i < d->n_hunks; i++) {
		put_part(d, DIFF_EQUAL, common, line_start(d, 0, d->hunks[i].line[0]));
		put_hunk(&x, &d->hunks[i]);
		common = line_start(d, 0, d->hunks[i].line[0] + d->hunks[i].n_lines[0]);
	}
	put_part(d, DIFF_EQUAL, common, a_len);
	for (int side = 0; side < 2; side++) {
		free(x.lines[side]);
		free(moved[side]);
	}
	words_free(&x.words);
	pairs_free(&x.pairs);
}

void diff_free(struct diff *d)
{
	free(d->side[0].starts);
	free(d->side[1].starts);
	free(d->parts);
	free(d->hunks);
	free(d->changes);
	free(d->moves);
	*d = (struct diff){ 0 };
}
