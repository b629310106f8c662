#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/clean.h"
#include "diff/diff.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

/* Signs as git's word diff has them, so that the diff reads without colour, too. */
static void add_parts(struct styled_text *out, const struct diff *d, const char *a, const char *b)
{
	for (size_t i = 0; i < d->n_parts; i++) {
		const struct diff_part *p = &d->parts[i];

		switch (p->op) {
		case DIFF_EQUAL:
			styled_add(out, ST_TEXT, a + p->start, p->len);
			break;
		case DIFF_DELETE:
			styled_add(out, ST_DEL, "[\u2212", sizeof("[\u2212") - 1);
			styled_add(out, ST_DEL, a + p->start, p->len);
			styled_add(out, ST_DEL, "\u2212]", sizeof("\u2212]") - 1);
			break;
		case DIFF_INSERT:
			styled_add(out, ST_ADD, "{+", 2);
			styled_add(out, ST_ADD, b + p->start, p->len);
			styled_add(out, ST_ADD, "+}", 2);
			break;
		}
	}
}

/* Which sign is whose. Dim: no change to stop at. */
static void add_legend(struct styled_text *out, const struct play_column *left, const struct play_column *right)
{
	char la[PLAY_LABEL_SIZE], lb[PLAY_LABEL_SIZE];
	const char *a = play_label(left, la), *b = play_label(right, lb);
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

bool play_diff_open(struct play_screen *s, size_t a, size_t b, struct err *e)
{
	const struct play *p = s->play;

	if (a >= p->n_columns || b >= p->n_columns || a == b) {
		err_set(e, ERR_USAGE, "two answers are needed for a diff");
		return err_hint(e, "mark one with m, move to another, press d");
	}
	const struct play_column *left = p->columns[a], *right = p->columns[b];

	if (play_answer_is_running(left->answer) || play_answer_is_running(right->answer) || left->answer->text.len == 0 || right->answer->text.len == 0) {
		return err_set(e, ERR_USAGE, "both answers must be finished: %zu and %zu", a + 1, b + 1);
	}
	struct diff d = { 0 };

	struct buf a_json = { 0 }, b_json = { 0 };
	bool is_json = laid_out(left->answer, &a_json) && laid_out(right->answer, &b_json);
	const struct buf *a_text = is_json ? &a_json : &left->answer->text, *b_text = is_json ? &b_json : &right->answer->text;

	diff_make(&d, a_text->s, a_text->len, b_text->s, b_text->len, is_json ? DIFF_WORDS : DIFF_WORDS | DIFF_SENTENCES);
	play_diff_close(s);
	s->diff = styled_new();
	add_legend(s->diff, left, right);
	if (d.words_added + d.words_removed == 0) {
		styled_addf(s->diff, ST_DIM, "The two answers are the same.\n\n");
	}
	add_parts(s->diff, &d, a_text->s, b_text->s);
	(void)snprintf(s->diff_title, sizeof(s->diff_title), "Diff %zu \u2194 %zu  \u2212%zu +%zu words%s", a + 1, b + 1, d.words_removed,
	    d.words_added, is_json ? " of JSON" : "");
	diff_free(&d);
	buf_free(&a_json);
	buf_free(&b_json);
	s->diff_scroll = (struct list){ 0 };
	s->view = s->width >= PLAY_WIDE && s->area.h >= PLAY_TALL ? VIEW_COLUMNS : VIEW_DIFF;
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
