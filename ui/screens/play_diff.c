#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play_compare.h"
#include "text/clean.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

/* Signs as git's word diff has them, so that the diff reads without colour, too; around all that is of one kind in a row. */
static void add_parts(struct styled_text *out, const struct diff *d)
{
	static const struct {
		enum style st;
		const char *begin, *end;
	} signs[] = {
		[DIFF_EQUAL] = { ST_TEXT, "", "" }, [DIFF_DELETE] = { ST_DEL, "[\u2212", "\u2212]" }, [DIFF_INSERT] = { ST_ADD, "{+", "+}" },
	};

	for (size_t i = 0; i < d->n_parts; i++) {
		const struct diff_part *p = &d->parts[i];
		bool is_first = i == 0 || p[-1].op != p->op, is_last = i + 1 == d->n_parts || p[1].op != p->op;

		styled_addf(out, signs[p->op].st, "%s", is_first ? signs[p->op].begin : "");
		styled_add(out, signs[p->op].st, d->side[p->op == DIFF_INSERT].text + p->start, p->len);
		styled_addf(out, signs[p->op].st, "%s", is_last ? signs[p->op].end : "");
	}
}

/* What makes the other of the first one, below whose sign is whose. Dim: no change to stop at. */
static void add_pair(struct styled_text *out, const struct compared *first, const struct compared *other)
{
	const struct diff *d = &other->diff;

	styled_addf(out, ST_DIM, "[\u2212%s\u2212] {+%s+}\n\n", first->label, other->label);
	if (diff_are_blank(d, 0, d->n_hunks)) {
		styled_addf(out, ST_DIM, diff_is_empty(d) ? "The two answers are the same.\n\n" : "Only blanks and line ends are not the same.\n\n");
	}
	add_parts(out, d);
}

/* A bar for each sentence of the baseline, as high as the share of the others that have it, and below a line for each. */
static void add_consensus(struct styled_text *out, const struct comparison *cmp)
{
	static const char *const bars[] = { "\u00b7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	const struct consensus *c = &cmp->consensus;
	size_t n = cmp->n - 1, n_shared = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t n_with = c->sentences[i].n_with;

		/* The lowest bar is for a few, the highest for all. */
		styled_addf(out, n_with == n ? ST_DIM : ST_HIT, "%s", bars[n_with == 0 ? 0 : 1 + n_with * 7 / n]);
		n_shared += n_with == n;
	}
	styled_addf(out, ST_DIM, "  %zu of %zu sentences in all answers\n\n", n_shared, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct consensus_sentence *sentence = &c->sentences[i];

		styled_addf(out, sentence->n_with == n ? ST_DIM : ST_HIT, "%zu/%zu", sentence->n_with, n);
		styled_add(out, ST_TEXT, " ", 1);
		styled_add(out, ST_TEXT, cmp->answers[0].text.s + sentence->start, sentence->len);
		styled_add(out, ST_TEXT, "\n", 1);
	}
}

/* An empty text in place of the one that is shown. */
static struct styled_text *new_text(struct play_screen *s)
{
	styled_free(s->diff);
	s->diff = styled_new();
	return s->diff;
}

static void end_comparison(struct play_screen *s)
{
	comparison_free(s->comparison);
	s->comparison = NULL;
}

static void pair_compared(void *ctx)
{
	struct play_screen *s = ctx;
	const struct compared *first = &s->comparison->answers[0], *other = &s->comparison->answers[1];
	size_t len = strlen(s->diff_title);

	add_pair(new_text(s), first, other);
	(void)snprintf(s->diff_title + len, sizeof(s->diff_title) - len, "  \u2212%zu +%zu words%s", other->diff.words_removed, other->diff.words_added,
	    other->is_json ? " of JSON" : "");
	end_comparison(s);
}

static void all_compared(void *ctx)
{
	struct play_screen *s = ctx;
	const struct comparison *c = s->comparison;
	struct styled_text *out = new_text(s);

	styled_addf(out, ST_DIM, "How many of the other %zu have each sentence of %s:\n\n", c->n - 1, c->answers[0].label);
	add_consensus(out, c);
	for (size_t i = 1; i < c->n; i++) {
		styled_add(out, ST_TEXT, "\n", 1);
		add_pair(out, &c->answers[0], &c->answers[i]);
		styled_add(out, ST_TEXT, "\n", 1);
	}
	end_comparison(s);
}

static bool is_finished(const struct play_column *c)
{
	return !play_answer_is_running(c->answer) && c->answer->text.len > 0;
}

static void add_answer(const struct play_screen *s, struct comparison *c, const struct play_column *column)
{
	char label[PLAY_LABEL_SIZE];
	const char *text = play_label(s, column, label);
	char *clean = clean_line(text, strlen(text), 0);

	comparison_add(c, clean, &column->answer->text);
	free(clean);
}

/* Shows that they are compared, until they are. */
static void start(struct play_screen *s, struct comparison *c, void (*fn)(void *ctx))
{
	play_diff_close(s);
	s->comparison = c;
	styled_addf(new_text(s), ST_DIM, "comparing\u2026");
	s->diff_scroll = (struct list){ 0 };
	s->view = s->width >= PLAY_WIDE && s->area.h >= PLAY_TALL ? VIEW_COLUMNS : VIEW_DIFF;
	comparison_start(c, s->app, fn, s);
}

bool play_diff_open(struct play_screen *s, size_t a, size_t b, struct err *e)
{
	const struct play *p = s->play;

	if (a >= p->n_columns || b >= p->n_columns || a == b) {
		err_set(e, ERR_USAGE, "two answers are needed for a diff");
		return err_hint(e, "mark one with m, move to another, press d");
	}
	if (!is_finished(p->columns[a]) || !is_finished(p->columns[b])) {
		return err_set(e, ERR_USAGE, "both answers must be finished: %zu and %zu", a + 1, b + 1);
	}
	struct comparison *c = comparison_new();

	add_answer(s, c, p->columns[a]);
	add_answer(s, c, p->columns[b]);
	(void)snprintf(s->diff_title, sizeof(s->diff_title), "Diff %zu \u2194 %zu", a + 1, b + 1);
	start(s, c, pair_compared);
	return true;
}

bool play_diff_open_all(struct play_screen *s, size_t baseline, struct err *e)
{
	const struct play *p = s->play;
	struct comparison *c = comparison_new();

	add_answer(s, c, p->columns[baseline]);
	for (size_t i = 0; i < p->n_columns; i++) {
		if (i != baseline && is_finished(p->columns[i])) {
			add_answer(s, c, p->columns[i]);
		}
	}
	if (c->n < 2 || !is_finished(p->columns[baseline])) {
		comparison_free(c);
		return err_set(e, ERR_USAGE, "this answer and at least one other must be finished");
	}
	(void)snprintf(s->diff_title, sizeof(s->diff_title), "Diff %zu \u2194 %zu others", baseline + 1, c->n - 1);
	start(s, c, all_compared);
	return true;
}

void play_diff_close(struct play_screen *s)
{
	end_comparison(s);
	styled_free(s->diff);
	s->diff = NULL;
}

void play_diff_layout(struct play_screen *s)
{
	size_t n = styled_layout(s->diff, s->diff_area.w - 2);
	int rows = s->diff_area.h - 1;

	/* The list's selection is the top line here: a text scrolls by its top. */
	s->diff_scroll.rows = rows; /* a page */
	list_set_n(&s->diff_scroll, (int)n > rows ? (int)n - rows + 1 : 1);
}

int play_diff_height(const struct play_screen *s)
{
	int n = (int)styled_layout(s->diff, s->area.w - 2) + 1, most = s->area.h / 4;

	return n < most ? n : most;
}

void play_diff_next(struct play_screen *s, int by)
{
	list_select(&s->diff_scroll, (int)styled_next_mark(s->diff, (size_t)s->diff_scroll.selected, by));
}

void play_diff_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	struct rect r = s->diff_area;

	(void)env;
	cells_rule(cells, r.x, r.y, r.w, s->view == VIEW_DIFF, s->diff_title, "Esc closes \u00b7 ] [ next change \u00b7 m marks another pair");
	styled_draw(s->diff, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, (size_t)s->diff_scroll.selected);
}
