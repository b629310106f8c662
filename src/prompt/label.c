/* The journal is the only truth about labels: where one points is its newest row. A row's position is the row whose arms stand then: itself, or,
 * for a rollback, the one it restored; going back once more starts from there. */
#include "prompt/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "prompt/rows.h"

#define MOVE_COLUMNS "id, label, previous, restores, arms, ranges, ts_us, who, why"

struct move {
	int64_t id, previous, restores, time_us;
	char *label, *who, *why;
	struct split split;
};

static void move_free(struct move *m)
{
	free(m->label);
	free(m->who);
	free(m->why);
	*m = (struct move){ .id = 0 };
}

/* "" is a label that was taken away; what cannot be read is damage. */
static bool read_split(sqlite3_stmt *st, struct split *out, struct err *e)
{
	const char *arms = (const char *)sqlite3_column_text(st, 4), *ranges = (const char *)sqlite3_column_text(st, 5);

	*out = (struct split){ .n_arms = 0 };
	if (arms == NULL || ranges == NULL || (arms[0] != '\0' && (!split_parse(arms, out, NULL) || !split_ranges_parse(ranges, out)))) {
		err_set(e, ERR_INTERNAL, "move %lld of the journal of labels is damaged", (long long)sqlite3_column_int64(st, 0));
		return err_hint(e, "see sonde prompt verify");
	}
	return true;
}

static bool read_move(sqlite3_stmt *st, struct move *out, struct err *e)
{
	struct split split;

	if (!read_split(st, &split, e)) {
		return false;
	}
	*out = (struct move){ .id = sqlite3_column_int64(st, 0), .label = rows_text(st, 1), .previous = sqlite3_column_int64(st, 2),
		.restores = sqlite3_column_int64(st, 3), .time_us = sqlite3_column_int64(st, 6), .who = rows_text(st, 7), .why = rows_text(st, 8),
		.split = split };
	return true;
}

/* The first row of a statement; id 0 when there is none. */
static bool take_move(struct registry *r, sqlite3_stmt *st, struct move *out, struct err *e)
{
	*out = (struct move){ .id = 0 };
	bool ok = !rows_next(st) || read_move(st, out, e);

	if (!ok) {
		(void)sqlite3_reset(st);
		return false;
	}
	if (!rows_end(r->sql, st, e)) {
		move_free(out);
		return false;
	}
	return true;
}

static bool move_newest(struct registry *r, int64_t prompt, const char *label, struct move *out, struct err *e)
{
	return take_move(r, rows_ask(r->sql, e, "SELECT " MOVE_COLUMNS " FROM prompt_move WHERE prompt = ?1 AND label = ?2 ORDER BY id DESC LIMIT 1", "it",
				prompt, label), out, e);
}

static bool move_get(struct registry *r, int64_t id, struct move *out, struct err *e)
{
	return take_move(r, rows_ask(r->sql, e, "SELECT " MOVE_COLUMNS " FROM prompt_move WHERE id = ?1", "i", id), out, e);
}

static struct label_row label_of(struct move *m)
{
	struct label_row row = { .label = m->label, .split = m->split, .moved_us = m->time_us, .who = m->who, .why = m->why, .move = m->id };

	*m = (struct move){ .id = 0 };
	return row;
}

bool label_unknown(struct registry *r, const char *name, const char *label, struct err *e)
{
	struct near_best best = { .n = 0 };
	struct label_row *rows;
	char quoted[ERR_QUOTE_SIZE];
	size_t n;

	if (!labels_list(r, name, &rows, &n, e)) {
		return false;
	}
	err_set(e, ERR_CHECK, "%s has no label %s", name, err_quote(label, quoted));
	for (size_t i = 0; i < n; i++) {
		near_offer(&best, label, rows[i].label);
	}
	if (best.n > 0) {
		err_hint(e, "did you mean %s?", best.names[0]);
	} else if (n > 0) {
		err_hint(e, "sonde prompt label %s shows those there are", name);
	}
	label_rows_free(rows, n);
	return false;
}

void label_free(struct label_row *row)
{
	free(row->label);
	free(row->who);
	free(row->why);
	*row = (struct label_row){ .move = 0 };
}

void label_rows_free(struct label_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		label_free(&rows[i]);
	}
	free(rows);
}

bool label_find(struct registry *r, int64_t prompt, const char *label, struct label_row *out, struct err *e)
{
	struct move m;

	if (!move_newest(r, prompt, label, &m, e)) {
		return false;
	}
	if (m.split.n_arms == 0) {
		move_free(&m);
		return false;
	}
	*out = label_of(&m);
	return true;
}

bool labels_list(struct registry *r, const char *name, struct label_row **rows, size_t *n, struct err *e)
{
	int64_t id;
	size_t cap = 0;
	bool ok = true;

	*rows = NULL;
	*n = 0;
	if (!prompt_find(r, name, &id, e)) {
		return false;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e,
	    "SELECT " MOVE_COLUMNS " FROM prompt_move WHERE id IN (SELECT max(id) FROM prompt_move WHERE prompt = ?1 GROUP BY label) AND arms <> ''"
	    " ORDER BY label", "i", id);

	while (ok && rows_next(st)) {
		struct move m;

		ok = read_move(st, &m, e);
		if (ok) {
			*array_push(*rows, *n, cap) = label_of(&m);
		}
	}
	if (!(rows_end(r->sql, st, ok ? e : NULL) && ok)) {
		label_rows_free(*rows, *n);
		*rows = NULL;
		*n = 0;
		return false;
	}
	return true;
}

/* ---- moves ---- */

static bool check_arms(struct registry *r, int64_t prompt, const struct label_move *m, struct err *e)
{
	for (int i = 0; i < m->to.n_arms; i++) {
		sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT 1 FROM prompt_version WHERE prompt = ?1 AND number = ?2", "in", prompt, m->to.arms[i].number);
		bool is_there = rows_next(st);

		if (!rows_end(r->sql, st, e)) {
			return false;
		}
		if (!is_there) {
			err_set(e, ERR_CHECK, "%s has no version v%d to point %s to", m->name, m->to.arms[i].number, m->label);
			return err_hint(e, "sonde prompt log %.100s shows those there are", m->name);
		}
	}
	return true;
}

static bool moved_meanwhile(const struct label_move *m, const struct move *now, struct err *e)
{
	char to[SPLIT_TEXT_SIZE], at[CLOCK_ISO_SIZE] = "";

	if (now->id != 0) {
		clock_format_iso(now->time_us, at);
	}
	err_set(e, ERR_CHECK, "%s of %s was moved meanwhile: to %s by %.60s at %.19s", m->label, m->name,
	    now->split.n_arms > 0 ? split_text(&now->split, to) : "nothing", now->id != 0 && now->who[0] != '\0' ? now->who : "somebody", at);
	return err_hint(e, "look at sonde prompt log %.80s, then move it again", m->name);
}

static bool insert_move(struct registry *r, int64_t prompt, const struct label_move *m, int64_t previous, int64_t restores, struct err *e)
{
	char arms[SPLIT_TEXT_SIZE], ranges[SPLIT_RANGES_SIZE];

	return rows_run(r->sql, e,
	    "INSERT INTO prompt_move (prompt, label, previous, restores, arms, ranges, ts_us, who, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "itiittitt",
	    prompt, m->label, previous, restores, split_text(&m->to, arms), split_ranges_text(&m->to, ranges), rows_now(r), m->who, m->why);
}

static bool ask_gate(struct registry *r, const struct label_move *m, struct err *e)
{
	return r->gate == NULL || r->gate(r->gate_ctx, m, e);
}

static bool find_both(struct registry *r, const struct label_move *m, int64_t *prompt, struct move *now, struct err *e)
{
	*now = (struct move){ .id = 0 };
	return prompt_label_check(m->label, e) && prompt_find(r, m->name, prompt, e) && move_newest(r, *prompt, m->label, now, e) &&
	       (m->expected == LABEL_MOVE_ANY || m->expected == now->id || (m->expected == 0 && now->split.n_arms == 0) || moved_meanwhile(m, now, e));
}

static bool set(struct registry *r, struct label_move *m, struct err *e)
{
	int64_t prompt;
	struct move now;
	bool ok = find_both(r, m, &prompt, &now, e);

	if (ok && m->to.n_arms == 0 && now.split.n_arms == 0) {
		ok = label_unknown(r, m->name, m->label, e);
	}
	ok = ok && check_arms(r, prompt, m, e) && split_move(&now.split, &m->to, e) && ask_gate(r, m, e) &&
	     insert_move(r, prompt, m, now.id, 0, e);
	move_free(&now);
	return ok;
}

/* The row whose arms stood before those of the row did. */
static bool find_before(struct registry *r, const struct label_move *m, const struct move *now, struct move *before, struct err *e)
{
	struct move position = { .previous = now->previous };

	*before = (struct move){ .id = 0 };
	if (now->restores != 0 && !move_get(r, now->restores, &position, e)) {
		return false;
	}
	bool ok = position.previous == 0 || move_get(r, position.previous, before, e);

	move_free(&position);
	if (ok && before->split.n_arms == 0) {
		move_free(before);
		ok = err_set(e, ERR_CHECK, "nothing is before this: %s of %s pointed nowhere", m->label, m->name);
	}
	return ok;
}

static bool roll_back(struct registry *r, struct label_move *m, struct err *e)
{
	int64_t prompt;
	struct move now, before = { .id = 0 };
	bool ok = find_both(r, m, &prompt, &now, e);

	if (ok && now.id == 0) {
		ok = label_unknown(r, m->name, m->label, e);
	}
	ok = ok && find_before(r, m, &now, &before, e);
	if (ok) {
		m->to = before.split;
		ok = ask_gate(r, m, e) && insert_move(r, prompt, m, now.id, before.restores != 0 ? before.restores : before.id, e);
	}
	move_free(&before);
	move_free(&now);
	return ok;
}

/* Reads it back within the transaction. */
static bool tell(struct registry *r, const struct label_move *m, struct label_row *now, struct err *e)
{
	int64_t prompt;

	return m->to.n_arms == 0 || (prompt_find(r, m->name, &prompt, e) && label_find(r, prompt, m->label, now, e));
}

/* One transaction: begun here, ended here. */
static bool run(struct registry *r, struct label_move *m, bool (*change)(struct registry *r, struct label_move *m, struct err *e),
    struct label_row *now, struct err *e)
{
	struct label_row row = { .move = 0 };
	bool ok = sql_begin(r->sql, e) && rows_commit(r, change(r, m, e) && tell(r, m, &row, e), e);

	if (ok && now != NULL) {
		*now = row;
	} else {
		label_free(&row);
	}
	return ok;
}

bool label_set(struct registry *r, const struct label_move *m, struct label_row *now, struct err *e)
{
	struct label_move mine = *m;

	return run(r, &mine, set, now, e);
}

bool label_rollback(struct registry *r, const struct label_move *m, struct label_row *now, struct err *e)
{
	struct label_move mine = *m;

	mine.is_rollback = true;
	return run(r, &mine, roll_back, now, e);
}

static bool swap(struct registry *r, const struct label_move *m, const char *other, struct err *e)
{
	struct label_move a = *m, b = *m;
	struct move now_a, now_b = { .id = 0 };
	int64_t prompt;

	b.label = other;
	b.expected = LABEL_MOVE_ANY;
	bool ok = find_both(r, &a, &prompt, &now_a, e) && find_both(r, &b, &prompt, &now_b, e);

	if (ok && strcmp(a.label, b.label) == 0) {
		ok = err_set(e, ERR_USAGE, "two labels swap, not %s with itself", a.label);
	} else if (ok && (now_a.split.n_arms == 0 || now_b.split.n_arms == 0)) {
		ok = label_unknown(r, m->name, now_a.split.n_arms == 0 ? a.label : b.label, e);
	}
	a.to = now_b.split;
	b.to = now_a.split;
	ok = ok && ask_gate(r, &a, e) && ask_gate(r, &b, e) && insert_move(r, prompt, &a, now_a.id, 0, e) && insert_move(r, prompt, &b, now_b.id, 0, e);
	move_free(&now_a);
	move_free(&now_b);
	return ok;
}

bool label_swap(struct registry *r, const struct label_move *m, const char *other, struct err *e)
{
	return sql_begin(r->sql, e) && rows_commit(r, swap(r, m, other, e), e);
}

/* ---- the journal ---- */

void move_rows_free(struct move_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].label);
		free(rows[i].who);
		free(rows[i].why);
	}
	free(rows);
}

static void fill_from(struct move_row *rows, const int64_t *previous, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n && previous[i] != 0; k++) {
			if (rows[k].id == previous[i]) {
				rows[i].from = rows[k].to;
				break;
			}
		}
	}
}

bool moves_list(struct registry *r, const char *name, struct move_row **rows, size_t *n, struct err *e)
{
	int64_t id, *previous = NULL;
	size_t cap = 0, n_previous = 0, cap_previous = 0;
	bool ok = true;

	*rows = NULL;
	*n = 0;
	if (!prompt_find(r, name, &id, e)) {
		return false;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT " MOVE_COLUMNS " FROM prompt_move WHERE prompt = ?1 ORDER BY id DESC", "i", id);

	while (ok && rows_next(st)) {
		struct move m;

		ok = read_move(st, &m, e);
		if (ok) {
			*array_push(previous, n_previous, cap_previous) = m.previous;
			*array_push(*rows, *n, cap) = (struct move_row){ .id = m.id, .time_us = m.time_us, .label = m.label, .who = m.who, .why = m.why,
				.to = m.split, .is_rollback = m.restores != 0 };
		}
	}
	ok = rows_end(r->sql, st, ok ? e : NULL) && ok;
	if (ok) {
		fill_from(*rows, previous, *n);
	} else {
		move_rows_free(*rows, *n);
		*rows = NULL;
		*n = 0;
	}
	free(previous);
	return ok;
}
