/* What the draft changes of another version: by word, by line, or side by side. Long stretches that are the same are left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "text/width.h"
#include "ui/format.h"
#include "ui/screens/prompts_state.h"

#define CONTEXT 2 /* lines around a change */
/* Bytes of a stretch and lines of a change that are drawn at its start and at its end: a pane is there to be read, and is made anew after each
 * key, whatever the size of the text. */
#define MOST_SAME 200
#define MOST_CHANGED 4000
#define MOST_LINES 200

const char *prompts_mode_name(enum diff_mode mode)
{
	static const char *const names[MODE_COUNT] = { "word", "line", "side" };

	return names[mode];
}

/* Lines that belong together: those of before and after, with the parts they are made of. */
struct group {
	struct buf before, after;
	struct styled_piece {
		enum diff_op op;
		const char *text;
		size_t len;
	} *pieces;
	size_t n, cap;
	bool is_changed;
};

struct building {
	struct styled_text *out;
	enum diff_mode mode;
	int half;                 /* cells of one side */
	size_t before_line, after_line;
	struct group group;
	/* lines that are the same, of which only those near a change are shown */
	const char *same;
	size_t same_len, n_same;
	bool has_changed;         /* something before them was */
	const struct diff *diff;
	size_t change;            /* of it, the next one that is not written */
};

static void add_clean(struct styled_text *out, enum style st, const char *text, size_t len)
{
	char *clean = clean_text(text, len);

	styled_add(out, st, clean, strlen(clean));
	free(clean);
}

static void free_group(struct group *g)
{
	buf_free(&g->before);
	buf_free(&g->after);
	free(g->pieces);
	*g = (struct group){ 0 };
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (const char *p = text, *end = text + len; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
		n++;
	}
	return n + (len > 0 && text[len - 1] != '\n');
}

/* The start and the end of a stretch, and how much is left out between them. */
static void add_stretch(struct styled_text *out, enum style st, const char *text, size_t len, size_t most)
{
	size_t tail = len - most;

	if (len <= 3 * most) {
		add_clean(out, st, text, len);
		return;
	}
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80) {
		most--;
	}
	while (tail < len && ((unsigned char)text[tail] & 0xc0) == 0x80) {
		tail++;
	}
	add_clean(out, st, text, most);
	styled_addf(out, ST_DIM, " \u22ef %zu bytes \u22ef ", tail - most);
	add_clean(out, st, text + tail, len - tail);
}

static void write_words(struct building *b, const struct group *g)
{
	static const struct {
		enum style st;
		const char *open, *close;
	} signs[] = {
		[DIFF_EQUAL] = { ST_TEXT, "", "" }, [DIFF_DELETE] = { ST_DEL, "[\u2212", "\u2212]" }, [DIFF_INSERT] = { ST_ADD, "{+", "+}" },
	};

	styled_addf(b->out, ST_DIM, "%4zu %s ", b->after_line + 1, g->is_changed ? "\u00b1" : " ");
	for (size_t i = 0; i < g->n; i++) {
		const struct styled_piece *piece = &g->pieces[i];
		size_t len = piece->len;
		bool is_last = i + 1 == g->n;

		while (len > 0 && piece->text[len - 1] == '\n') { /* its end is behind the sign */
			len--;
		}
		styled_addf(b->out, signs[piece->op].st, "%s", signs[piece->op].open);
		add_stretch(b->out, signs[piece->op].st, piece->text, len, piece->op == DIFF_EQUAL ? MOST_SAME : MOST_CHANGED);
		styled_addf(b->out, signs[piece->op].st, "%s", signs[piece->op].close);
		styled_add(b->out, ST_TEXT, piece->text + len, piece->len - len - (is_last && len < piece->len));
	}
	styled_addf(b->out, ST_TEXT, "\n");
}

static void write_lines(struct building *b, const struct buf *text, size_t first, const char *sign, enum style st)
{
	size_t at = 0, n = 0;

	for (; at < text->len && n < MOST_LINES; n++) {
		const char *nl = memchr(text->s + at, '\n', text->len - at);
		size_t len = nl != NULL ? (size_t)(nl - text->s) - at : text->len - at;

		styled_addf(b->out, st == ST_TEXT ? ST_DIM : st, "%4zu %s ", first + n + 1, sign);
		add_stretch(b->out, st, text->s + at, len, MOST_CHANGED);
		styled_addf(b->out, ST_TEXT, "\n");
		at += len + 1;
	}
	if (at < text->len) {
		styled_addf(b->out, ST_DIM, "     \u22ef %zu lines more\n", count_lines(text->s + at, text->len - at));
	}
}

/* The next line of a text in so many cells. */
static void write_half(struct building *b, const struct buf *text, size_t *at, enum style st)
{
	char *line = NULL;

	if (*at < text->len) {
		const char *nl = memchr(text->s + *at, '\n', text->len - *at);
		size_t len = nl != NULL ? (size_t)(nl - text->s) - *at : text->len - *at;

		line = clean_line(text->s + *at, len < MOST_CHANGED ? len : MOST_CHANGED, (size_t)b->half);
		*at += len + 1;
	}
	struct buf cell = { 0 };

	figure_cell(&cell, line != NULL ? line : "", (size_t)b->half, false);
	styled_add(b->out, st, buf_str(&cell), cell.len);
	buf_free(&cell);
	free(line);
}

static void write_sides(struct building *b, const struct group *g)
{
	size_t left = 0, right = 0;

	for (size_t n = 0; left < g->before.len || right < g->after.len; n++) {
		if (n == MOST_LINES) {
			styled_addf(b->out, ST_DIM, "     \u22ef more lines\n");
			break;
		}
		write_half(b, &g->before, &left, g->is_changed ? ST_DEL : ST_TEXT);
		styled_addf(b->out, ST_DIM, g->is_changed ? " \u2502\u00b1" : " \u2502 ");
		write_half(b, &g->after, &right, g->is_changed ? ST_ADD : ST_TEXT);
		styled_addf(b->out, ST_TEXT, "\n");
	}
}

static void write_group(struct building *b, const struct group *g)
{
	if (b->mode == MODE_SIDE) {
		write_sides(b, g);
	} else if (b->mode == MODE_WORD) {
		write_words(b, g);
	} else if (!g->is_changed) {
		write_lines(b, &g->after, b->after_line, " ", ST_TEXT);
	} else {
		write_lines(b, &g->before, b->before_line, "\u2212", ST_DEL);
		write_lines(b, &g->after, b->after_line, "+", ST_ADD);
	}
}

static void pass(struct building *b, const struct group *g)
{
	b->before_line += count_lines(buf_str(&g->before), g->before.len);
	b->after_line += count_lines(buf_str(&g->after), g->after.len);
}

static void add_piece(struct group *g, enum diff_op op, const char *text, size_t len)
{
	*array_push(g->pieces, g->n, g->cap) = (struct styled_piece){ op, text, len };
	g->is_changed |= op != DIFF_EQUAL;
	if (op != DIFF_INSERT) {
		(void)buf_add(&g->before, text, len);
	}
	if (op != DIFF_DELETE) {
		(void)buf_add(&g->after, text, len);
	}
}

static size_t line_len(const char *text, size_t len)
{
	const char *nl = memchr(text, '\n', len);

	return nl != NULL ? (size_t)(nl - text) + 1 : len;
}

/* So many lines that are the same, from `at`; returns where they end. */
static size_t write_equal(struct building *b, size_t at, size_t n)
{
	for (; n > 0 && at < b->same_len; n--) {
		struct group g = { 0 };
		size_t len = line_len(b->same + at, b->same_len - at);

		add_piece(&g, DIFF_EQUAL, b->same + at, len);
		write_group(b, &g);
		pass(b, &g);
		free_group(&g);
		at += len;
	}
	return at;
}

/* Where the last so many of the lines that are the same begin. */
static size_t last_lines(const struct building *b, size_t n)
{
	size_t at = b->same_len;

	for (; n > 0 && at > 0; n--) {
		const char *nl = at > 1 ? memrchr(b->same, '\n', at - 1) : NULL;

		at = nl != NULL ? (size_t)(nl - b->same) + 1 : 0;
	}
	return at;
}

/* Lines that are the same: those next to a change, and how many are left out. */
static void write_same(struct building *b, bool is_end)
{
	size_t head = b->has_changed ? CONTEXT : 0, tail = is_end ? 0 : CONTEXT;

	if (b->n_same <= head + tail + 1) {
		(void)write_equal(b, 0, b->n_same);
	} else {
		size_t left_out = b->n_same - head - tail;

		(void)write_equal(b, 0, head);
		styled_addf(b->out, ST_DIM, "     \u22ef %zu lines the same\n", left_out);
		b->before_line += left_out;
		b->after_line += left_out;
		(void)write_equal(b, last_lines(b, tail), tail);
	}
	b->same_len = b->n_same = 0;
}

/* What the changes that are written by now are besides: blocks that went elsewhere, words that only stand in other lines. */
static void write_notes(struct building *b)
{
	const struct diff *d = b->diff;

	for (; b->change < d->n_changes; b->change++) {
		const struct diff_change *c = &d->changes[b->change];
		bool goes = c->kind == DIFF_REMOVED;

		if (c->line[0] >= b->before_line && c->line[1] >= b->after_line) {
			break;
		}
		if (c->move > 0) {
			const struct diff_move *m = &d->moves[c->move - 1];

			styled_addf(b->out, ST_HIT, "     ^ moved %s L%u%s\n", goes ? "to" : "from", (unsigned)m->line[goes] + 1, m->is_edited ? ", edited" : "");
		} else if (c->kind == DIFF_REWRAPPED) {
			styled_addf(b->out, ST_HIT, "     ^ re-wrapped: the same words\n");
		}
	}
}

static void end_group(struct building *b)
{
	struct group *g = &b->group;

	if (g->n == 0) {
		return;
	}
	write_same(b, false);
	b->has_changed = true;
	write_group(b, g);
	pass(b, g);
	write_notes(b);
	free_group(g);
}

/* Whole lines that are the same at both places; returns their bytes. They follow those there are already, as nothing stands between. */
static size_t take_same(struct building *b, const char *text, size_t len, bool is_end)
{
	const char *nl = is_end ? text + len - 1 : memrchr(text, '\n', len);
	size_t n = nl != NULL ? (size_t)(nl - text) + 1 : 0;

	if (n > 0) {
		b->same = b->same_len > 0 ? b->same : text;
		b->same_len += n;
		b->n_same += count_lines(text, n);
	}
	return n;
}

/* A group of changes ends where both texts have a line end at the same place. */
static void add_part(struct building *b, enum diff_op op, const char *text, size_t len, bool is_end)
{
	struct group *g = &b->group;

	if (op == DIFF_EQUAL && g->n > 0) {
		size_t n = line_len(text, len);

		add_piece(g, op, text, n);
		if (text[n - 1] != '\n') {
			return;
		}
		end_group(b);
		text += n;
		len -= n;
	}
	size_t n = op == DIFF_EQUAL && len > 0 ? take_same(b, text, len, is_end) : 0;

	if (len > n) {
		add_piece(g, op, text + n, len - n);
	}
}

static struct styled_text *build(const struct facts *f, enum diff_mode mode, int w)
{
	struct building b = { .out = styled_new(), .diff = &f->diff, .mode = mode, .half = w > 13 ? (w - 3) / 2 : 5 };

	for (size_t i = 0; i < f->diff.n_parts; i++) {
		const struct diff_part *part = &f->diff.parts[i];

		add_part(&b, part->op, buf_str(part->op == DIFF_INSERT ? facts_after(f) : &f->against) + part->start, part->len, i + 1 == f->diff.n_parts);
	}
	end_group(&b);
	if (!b.has_changed) {
		char what[16] = "The draft";

		if (f->after_number > 0) {
			(void)snprintf(what, sizeof(what), "v%d", f->after_number);
		}
		styled_addf(b.out, ST_DIM, "%s is the same as v%d.\n", what, f->against_number);
	}
	write_same(&b, true);
	return b.out;
}

/* Rows below the diff for what it costs; a proposal has its reasons there, too. */
static int foot_h(struct rect r, const struct facts *f)
{
	return r.h >= 9 || (r.h >= 6 && f->proposal > 0) ? 2 : r.h >= 5 ? 1 : 0;
}

void prompts_diff_layout(struct prompts_screen *s)
{
	struct rect r = s->panes[PANE_DIFF];
	const struct prompts *p = s->p;
	int w = r.w - 2;

	if (r.w == 0 || p->facts == NULL || !facts_has_pair(p->facts)) {
		return;
	}
	int rows = r.h - 1 - foot_h(r, p->facts);

	if (s->diff == NULL || s->diff_facts != p->n_facts || s->diff_made != s->mode || s->diff_w != w) {
		styled_free(s->diff);
		s->diff = build(p->facts, s->mode, w);
		s->diff_facts = p->n_facts;
		s->diff_made = s->mode;
		s->diff_w = w;
	}
	int n = (int)styled_layout(s->diff, w);

	s->diff_scroll.rows = rows;
	list_set_n(&s->diff_scroll, n > rows ? n - rows + 1 : 1);
}

/* "tokens ~44 → ~58 (~+14)   input/call ~$0.000033 → ~$0.000044   gpt-5.4-mini": the cost of the input alone, for the first target of Play.
 * The difference goes before the cost: the status row has it, too. */
static void tokens_text(const struct prompts_screen *s, const struct facts *f, int room, struct buf *out)
{
	const char *gap = "   ", *mark = f->after_tokens.is_exact ? "" : "~";
	char before[FORMAT_SIZE], after[FORMAT_SIZE], difference[FORMAT_SIZE];
	int64_t before_nano, after_nano;
	const char *target = prompts_input_cost(s->p, f->against_tokens.tok, f->after_tokens.tok, &before_nano, &after_nano);
	struct buf cost = { 0 };

	figure_count(f->against_tokens.tok, before);
	figure_count(f->after_tokens.tok, after);
	(void)buf_addf(out, "tokens %s%s \u2192 %s%s", mark, before, mark, after);
	(void)snprintf(difference, sizeof(difference), "(%s%+lld)", mark, (long long)(f->after_tokens.tok - f->against_tokens.tok));
	if (target != NULL) {
		price_format(before_nano, before, sizeof(before));
		price_format(after_nano, after, sizeof(after));
		(void)buf_addf(&cost, "input/call %s%s \u2192 %s%s", mark, before, mark, after);
	}
	int cost_w = cells_width(buf_str(&cost), cost.len) + (int)strlen(gap);
	bool has_cost = target != NULL && cells_width(buf_str(out), out->len) + cost_w <= room;

	(void)format_item(out, has_cost ? room - cost_w : room, " ", difference);
	if (has_cost) {
		char *clean = clean_line(target, strlen(target), 24);

		(void)format_item(out, room, gap, buf_str(&cost));
		(void)format_item(out, room, gap, clean);
		free(clean);
	}
	buf_free(&cost);
}

/* As the lint counts it: what all calls begin with, up to the first variable. Shorter where there is less room. */
static void cache_text(const struct facts *f, int room, struct buf *out)
{
	const struct prefix *p = &f->prefix;
	char kept[80] = "none", place[48] = "", item[160];
	const char *const forms[][2] = { { "cache prefix: ", place }, { "cache prefix: ", "" }, { "cache ", "" } };

	if (!f->has_prefix) {
		return;
	}
	if (p->tokens == 0) {
		(void)snprintf(place, sizeof(place), ", a variable comes first");
	} else if (p->by == PREFIX_KEPT) {
		(void)snprintf(kept, sizeof(kept), "all ~%lld tokens stay", (long long)p->tokens);
	} else {
		(void)snprintf(kept, sizeof(kept), "~%lld of ~%lld tokens stay", (long long)p->kept, (long long)p->tokens);
		(void)snprintf(place, sizeof(place), " (ends in line %zu)", p->line);
	}
	for (size_t i = 0; i < COUNT_OF(forms) && out->len == 0; i++) {
		(void)snprintf(item, sizeof(item), "%s%s%s", forms[i][0], kept, forms[i][1]);
		(void)format_item(out, room, "", item);
	}
}

static void draw_foot(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct facts *f)
{
	struct buf line = { 0 };
	int x = r.x + 1, end = r.x + r.w - 1, y = r.y + r.h - foot_h(r, f);

	if (foot_h(r, f) == 0) {
		return;
	}
	tokens_text(s, f, end - x, &line);
	(void)cells_fit(cells, x, y, end - x, ST_DIM, buf_str(&line));
	if (foot_h(r, f) > 1) {
		const struct prompts_proposal *o = &s->p->proposal;

		buf_clear(&line);
		if (prompts_proposes(s)) {
			x += cells_fit(cells, x, y + 1, end - x, ST_TEXT, buf_str(&o->reasons)) + 1;
			x += o->is_simulated ? cells_fit(cells, x, y + 1, end - x, ST_SIMULATED, "SIMULATED") + 1 : 0;
			x += 1;
		}
		cache_text(f, end - x, &line);
		(void)cells_fit(cells, x, y + 1, end - x, ST_DIM, buf_str(&line));
	}
	buf_free(&line);
}

void prompts_diff_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct facts *f = s->p->facts;
	char title[80], from[PROMPTS_VERSION_SIZE], to[PROMPTS_VERSION_SIZE];
	struct buf change = { 0 };

	(void)env;
	if (f == NULL || !facts_has_pair(f) || s->diff == NULL) {
		cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_DIFF, "Diff", "");
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM,
		    f == NULL || s->p->against > 0 ? "reading what it is compared with\u2026" : "nothing to compare with yet: ^S saves the first version");
		return;
	}
	(void)snprintf(title, sizeof(title), "Diff %s \u2192 %s  %s", prompts_against_name(s->p, from), prompts_after_name(s->p, to),
	    prompts_mode_name(s->mode));
	(void)buf_addf(&change, "+%zu \u2212%zu words", f->diff.words_added, f->diff.words_removed);
	if (f->diff.n_moves > 0) {
		(void)buf_addf(&change, ", %zu moved", f->diff.n_moves);
	}
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_DIFF, title, buf_str(&change));
	styled_draw(s->diff, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 - foot_h(r, f) }, (size_t)s->diff_scroll.selected);
	draw_foot(s, cells, r, f);
	buf_free(&change);
}
