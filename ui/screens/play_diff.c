#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diff/consensus.h"
#include "diff/diff.h"
#include "text/clean.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

/* Signs as git's word diff has them, so that the diff reads without colour, too; around all that is of one kind in a row. */
static void add_parts(struct styled_text *out, const struct diff *d, const char *a, const char *b)
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
		styled_add(out, signs[p->op].st, (p->op == DIFF_INSERT ? b : a) + p->start, p->len);
		styled_addf(out, signs[p->op].st, "%s", is_last ? signs[p->op].end : "");
	}
}

/* Which sign is whose. Dim: no change to stop at. */
static void add_legend(const struct play_screen *s, struct styled_text *out, const struct play_column *left, const struct play_column *right)
{
	char la[PLAY_LABEL_SIZE], lb[PLAY_LABEL_SIZE];
	const char *a = play_label(s, left, la), *b = play_label(s, right, lb);
	char *clean_a = clean_line(a, strlen(a), 0), *clean_b = clean_line(b, strlen(b), 0);

	styled_addf(out, ST_DIM, "[\u2212%s\u2212] {+%s+}\n\n", clean_a, clean_b);
	free(clean_a);
	free(clean_b);
}

/* JSON with a member a line, so that no difference is only one of layout. False: it is none. */
static bool laid_out(const struct play_answer *a, struct buf *out)
{
	struct pretty p = { 0 };

	pretty_feed(&p, a->text.s, a->text.len, out);
	return p.state == PRETTY_DONE;
}

static bool is_finished(const struct play_answer *a)
{
	return !play_answer_is_running(a) && a->text.len > 0;
}

/* What changed between two answers, with its legend. Returns whether both were compared as JSON. */
static bool add_pair(const struct play_screen *s, struct styled_text *out, const struct play_column *left, const struct play_column *right, size_t *removed, size_t *added)
{
	struct buf a_json = { 0 }, b_json = { 0 };
	bool is_json = laid_out(left->answer, &a_json) && laid_out(right->answer, &b_json);
	const struct buf *a_text = is_json ? &a_json : &left->answer->text, *b_text = is_json ? &b_json : &right->answer->text;
	struct diff d;

	diff_make(&d, a_text->s, a_text->len, b_text->s, b_text->len, is_json ? DIFF_WORDS : DIFF_WORDS | DIFF_SENTENCES);
	add_legend(s, out, left, right);
	if (d.words_added + d.words_removed == 0) {
		styled_addf(out, ST_DIM, "The two answers are the same.\n\n");
	}
	add_parts(out, &d, a_text->s, b_text->s);
	*removed = d.words_removed;
	*added = d.words_added;
	diff_free(&d);
	buf_free(&a_json);
	buf_free(&b_json);
	return is_json;
}

static void show(struct play_screen *s, struct styled_text *diff)
{
	play_diff_close(s);
	s->diff = diff;
	s->diff_scroll = (struct list){ 0 };
	s->view = s->width >= PLAY_WIDE && s->area.h >= PLAY_TALL ? VIEW_COLUMNS : VIEW_DIFF;
}

bool play_diff_open(struct play_screen *s, size_t a, size_t b, struct err *e)
{
	const struct play *p = s->play;
	size_t removed, added;

	if (a >= p->n_columns || b >= p->n_columns || a == b) {
		err_set(e, ERR_USAGE, "two answers are needed for a diff");
		return err_hint(e, "mark one with m, move to another, press d");
	}
	const struct play_column *left = p->columns[a], *right = p->columns[b];

	if (!is_finished(left->answer) || !is_finished(right->answer)) {
		return err_set(e, ERR_USAGE, "both answers must be finished: %zu and %zu", a + 1, b + 1);
	}
	struct styled_text *diff = styled_new();
	bool is_json = add_pair(s, diff, left, right, &removed, &added);

	show(s, diff);
	(void)snprintf(s->diff_title, sizeof(s->diff_title), "Diff %zu \u2194 %zu  \u2212%zu +%zu words%s", a + 1, b + 1, removed, added,
	    is_json ? " of JSON" : "");
	return true;
}

/* A bar for each sentence of the baseline, as high as the share of the others that have it, and below a line for each. */
static void add_consensus(struct styled_text *out, const struct play_answer *baseline, const struct consensus_text *others, size_t n)
{
	static const char *const bars[] = { "\u00b7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	struct consensus c;
	size_t n_shared = 0;

	consensus_make(&c, (struct consensus_text){ baseline->text.s, baseline->text.len }, others, n);
	for (size_t i = 0; i < c.n; i++) {
		size_t n_with = c.sentences[i].n_with;

		/* The lowest bar is for a few, the highest for all. */
		styled_addf(out, n_with == n ? ST_DIM : ST_HIT, "%s", bars[n_with == 0 ? 0 : 1 + n_with * 7 / n]);
		n_shared += n_with == n;
	}
	styled_addf(out, ST_DIM, "  %zu of %zu sentences in all answers\n\n", n_shared, c.n);
	for (size_t i = 0; i < c.n; i++) {
		const struct consensus_sentence *sentence = &c.sentences[i];

		styled_addf(out, sentence->n_with == n ? ST_DIM : ST_HIT, "%zu/%zu", sentence->n_with, n);
		styled_add(out, ST_TEXT, " ", 1);
		styled_add(out, ST_TEXT, baseline->text.s + sentence->start, sentence->len);
		styled_add(out, ST_TEXT, "\n", 1);
	}
	consensus_free(&c);
}

bool play_diff_open_all(struct play_screen *s, size_t baseline, struct err *e)
{
	const struct play *p = s->play;
	struct consensus_text *others = x_reallocarray(NULL, p->n_columns + 1, sizeof(*others));
	size_t n = 0, removed, added;

	for (size_t i = 0; i < p->n_columns; i++) {
		const struct play_answer *a = p->columns[i]->answer;

		if (i != baseline && is_finished(a)) {
			others[n++] = (struct consensus_text){ a->text.s, a->text.len };
		}
	}
	if (n == 0 || !is_finished(p->columns[baseline]->answer)) {
		free(others);
		return err_set(e, ERR_USAGE, "this answer and at least one other must be finished");
	}
	struct styled_text *diff = styled_new();

	styled_addf(diff, ST_DIM, "How many of the other %zu have each sentence of %zu:\n\n", n, baseline + 1);
	add_consensus(diff, p->columns[baseline]->answer, others, n);
	for (size_t i = 0; i < p->n_columns; i++) {
		if (i != baseline && is_finished(p->columns[i]->answer)) {
			styled_add(diff, ST_TEXT, "\n", 1);
			(void)add_pair(s, diff, p->columns[baseline], p->columns[i], &removed, &added);
			styled_add(diff, ST_TEXT, "\n", 1);
		}
	}
	show(s, diff);
	(void)snprintf(s->diff_title, sizeof(s->diff_title), "Diff %zu \u2194 %zu others", baseline + 1, n);
	free(others);
	return true;
}

void play_diff_close(struct play_screen *s)
{
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
