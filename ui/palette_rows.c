#include "ui/palette_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/fuzzy.h"

#define MOST_CANDIDATES 200
#define LEAST_TYPED 2 /* for whole lines: every letter is in some of them */

/* Fills fit and score of a row. A help text is a sentence: in it words are looked for. */
static void fit_row(struct palette_row *r, const char *name, const char *help, const char *typed)
{
	size_t len = strlen(typed);

	r->score = fuzzy_score(typed, name, FUZZY_ANYWHERE);
	if (len == 0 || strncasecmp(name, typed, len) == 0) {
		r->fit = len > 0 && name[len] == '\0' ? FIT_EXACT : FIT_START;
		r->score = 0; /* in the order of the table */
		return;
	}
	r->fit = r->score != FUZZY_NONE ? FIT_NAME : FIT_NONE;
	if (r->fit == FIT_NONE && help != NULL) {
		r->score = fuzzy_score(typed, help, FUZZY_WORD_STARTS);
		r->fit = r->score != FUZZY_NONE || strcasestr(help, typed) != NULL ? FIT_HELP : FIT_NONE;
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct palette_row *x = a, *y = b;

	if (x->fit != y->fit) {
		return x->fit < y->fit ? -1 : 1;
	}
	if (x->score != y->score) {
		return x->score > y->score ? -1 : 1;
	}
	return x->place < y->place ? -1 : 1;
}

static void add_row(struct palette_rows *p, const struct palette_row *r)
{
	struct palette_row *added = array_push(p->at, p->n, p->cap);

	*added = *r;
	added->place = p->n;
}

static bool is_full(const struct palette_rows *p)
{
	return p->n >= MOST_CANDIDATES;
}

static size_t count_blanks(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < len; i++) {
		n += s[i] == ' ';
	}
	return n;
}

/* One candidate, "text\tnote", for what is typed of the argument. */
static void add_candidate(struct palette_rows *p, const struct command *cmd, size_t set, const char *s, const char *typed)
{
	size_t len = strcspn(s, "\t"), typed_len = strlen(typed);
	struct palette_row r = {.command = cmd, .set = set, .candidate = x_strndup(s, len)};

	r.note = s[len] == '\t' ? x_strdup(s + len + 1) : NULL;
	fit_row(&r, r.candidate, r.note, typed);
	if ((cmd->flags & COMMAND_WORDS) && count_blanks(r.candidate, len) > count_blanks(typed, typed_len + 1)) {
		r.fit = FIT_NONE; /* not its turn yet */
	}
	if (r.fit != FIT_NONE) {
		add_row(p, &r);
	} else {
		free(r.candidate);
		free(r.note);
	}
}

/* Candidates for the argument, when the line is that far. False when it is not. */
static bool add_candidates(struct palette_rows *p, const char *typed)
{
	const char *arg, *s;
	size_t set;
	const struct command *cmd = command_parse(p->sets, p->n_sets, typed, &arg, &set);

	if (cmd == NULL || cmd->complete == NULL || typed[strlen(cmd->name)] != ' ') {
		return false;
	}
	for (size_t i = 0; !is_full(p) && (s = cmd->complete(p->sets[set].state, i)) != NULL; i++) {
		add_candidate(p, cmd, set, s, arg);
	}
	return true;
}

/* Each typed word begins words of the text, or stands in the note; the sum of the scores, or FUZZY_NONE. */
static int score_words(const char *typed, const char *text, const char *note)
{
	int sum = 0;

	for (const char *at = typed + strspn(typed, " "); *at != '\0' && sum != FUZZY_NONE;) {
		size_t n = strcspn(at, " ");
		char *word = x_strndup(at, n);
		int score = fuzzy_score(word, text, FUZZY_WORD_STARTS);

		if (score == FUZZY_NONE && strcasestr(note, word) != NULL) {
			score = 0;
		}
		sum = score == FUZZY_NONE ? FUZZY_NONE : sum + score;
		free(word);
		at += n + strspn(at + n, " ");
	}
	return sum;
}

/* Whole lines: a command with one of its candidates. */
static void add_lines(struct palette_rows *p, const char *typed, const struct command *cmd, size_t set, bool is_help)
{
	const char *s;

	for (size_t i = 0; cmd->complete != NULL && !is_full(p) && (s = cmd->complete(p->sets[set].state, i)) != NULL; i++) {
		size_t len = strcspn(s, "\t");

		if (is_help && count_blanks(s, len) > 0) {
			continue; /* the name of a thing is enough there */
		}
		char *text = x_asprintf("%s %.*s", cmd->name, (int)len, s);
		int score = score_words(typed, text, s + len);

		free(text);
		if (score != FUZZY_NONE) {
			struct palette_row r = {.command = cmd, .set = set, .is_line = true, .fit = FIT_LINE, .score = score};

			r.candidate = x_strndup(s, len);
			r.note = s[len] == '\t' ? x_strdup(s + len + 1) : NULL;
			add_row(p, &r);
		}
	}
}

/* Those of every command, or of the commands whose candidates belong into help. */
static void add_all_lines(struct palette_rows *p, const char *typed, unsigned flags, const char *heading)
{
	size_t before = p->n;

	if (heading != NULL) {
		add_row(p, &(struct palette_row){.heading = heading});
	}
	for (size_t s = 0; s < p->n_sets; s++) {
		for (size_t i = 0; i < p->sets[s].n; i++) {
			if ((p->sets[s].rows[i].flags & flags) == flags) {
				add_lines(p, typed, &p->sets[s].rows[i], s, heading != NULL);
			}
		}
	}
	if (heading != NULL && p->n == before + 1) {
		p->n = before;
	}
}

/* Newest first. An empty line offers the commands alone: Up brings the lines back. */
static void add_earlier(struct palette_rows *p, const char *typed)
{
	for (size_t i = p->earlier->n; typed[0] != '\0' && i-- > 0;) {
		struct palette_row r = {0};

		fit_row(&r, p->earlier->lines[i], NULL, typed);
		if (r.fit != FIT_NONE && r.fit != FIT_EXACT) {
			r.fit = FIT_NAME; /* never before a command that begins so */
			r.candidate = x_strdup(p->earlier->lines[i]);
			add_row(p, &r);
		}
	}
}

static void add_commands(struct palette_rows *p, const char *typed, bool has_headings)
{
	for (size_t s = 0; s < p->n_sets; s++) {
		size_t before = p->n;

		for (size_t i = 0; i < p->sets[s].n; i++) {
			const struct command *cmd = &p->sets[s].rows[i];
			struct palette_row r = {.command = cmd, .set = s};

			fit_row(&r, cmd->name, cmd->help, typed);
			if ((cmd->flags & COMMAND_HIDDEN) || r.fit == FIT_NONE) {
				continue;
			}
			if (typed[0] == '\0' && cmd->is_shown != NULL && !cmd->is_shown(p->sets[s].state)) {
				r.fit = FIT_HELP; /* nothing to do for it now: not among the first */
			}
			if (has_headings && p->n == before) {
				add_row(p, &(struct palette_row){.heading = p->sets[s].title});
			}
			add_row(p, &r);
		}
	}
}

static void clear_rows(struct palette_rows *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->at[i].candidate);
		free(p->at[i].note);
	}
	p->n = 0;
}

void palette_rows_init(struct palette_rows *p, const struct command_set *sets, size_t n, const struct recall *earlier)
{
	*p = (struct palette_rows){.n_sets = n < PALETTE_MOST_SETS ? n : PALETTE_MOST_SETS, .earlier = earlier};
	memcpy(p->sets, sets, p->n_sets * sizeof(*sets));
}

void palette_rows_free(struct palette_rows *p)
{
	clear_rows(p);
	free(p->at);
}

void palette_rows_fill(struct palette_rows *p, const char *typed, bool is_help)
{
	clear_rows(p);
	if (is_help) {
		add_commands(p, typed, true);
		add_all_lines(p, typed, COMMAND_IN_HELP, "Options");
		return;
	}
	if (!add_candidates(p, typed)) {
		add_commands(p, typed, false);
		add_earlier(p, typed);
		if (strlen(typed) >= LEAST_TYPED) {
			add_all_lines(p, typed, 0, NULL);
		}
	}
	if (p->n > 1) {
		qsort(p->at, p->n, sizeof(*p->at), compare_rows);
	}
}

int palette_rows_best(const struct palette_rows *p)
{
	size_t best = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->at[i].heading == NULL && (p->at[best].heading != NULL || compare_rows(&p->at[i], &p->at[best]) < 0)) {
			best = i;
		}
	}
	return (int)best;
}
