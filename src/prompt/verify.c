#include "prompt/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/rows.h"

struct check {
	struct registry *r;
	verify_fault *fault;
	void *ctx;
	uint64_t n_checked, n_faults;
};

static void tell(struct check *c, const char *name, int number, const char *what)
{
	c->n_faults++;
	c->fault(c->ctx, name, number, what);
}

static void check_content(struct check *c, sqlite3_stmt *st, const char *name, int number)
{
	const char *stored = (const char *)sqlite3_column_text(st, 2), *bytes = sqlite3_column_blob(st, 4);
	size_t len = (size_t)sqlite3_column_bytes(st, 4);
	char hash[BUNDLE_HASH_SIZE];
	struct bundle b;
	struct err e = { 0 };

	bundle_hash_bytes(bytes != NULL ? bytes : "", len, hash);
	if (stored == NULL || strcmp(hash, stored) != 0) {
		tell(c, name, number, "its hash is not that of its content");
		return;
	}
	json_t *json = json_loadb(bytes, len, 0, NULL);

	if (!bundle_from_json(json, &b, &e)) {
		tell(c, name, number, e.text);
	} else if (strcmp(b.hash, stored) != 0) {
		tell(c, name, number, "its content is not in the canonical form");
	}
	bundle_free(&b);
	json_decref(json);
}

/* Versions are 1, 2, 3 ..., each with a parent below it. */
static bool check_versions(struct check *c, struct err *e)
{
	sqlite3_stmt *st = rows_ask(c->r->sql, e,
	    "SELECT p.name, v.number, v.hash, v.parent, v.bundle FROM prompt_version v JOIN prompt p ON p.id = v.prompt ORDER BY p.name, v.number", "");
	char *last = x_strdup("");
	int number = 0;

	while (rows_next(st)) {
		char *name = rows_text(st, 0);
		int parent = sqlite3_column_int(st, 3);

		number = strcmp(name, last) == 0 ? number + 1 : 1;
		free(last);
		last = name;
		if (sqlite3_column_int(st, 1) != number) {
			number = sqlite3_column_int(st, 1);
			tell(c, name, number, "a version before it is missing");
		}
		if (parent < 0 || parent >= number) {
			tell(c, name, number, "its parent is not a version before it");
		}
		check_content(c, st, name, number);
		c->n_checked++;
	}
	free(last);
	return rows_end(c->r->sql, st, e);
}

/* Faults a statement finds: name, number, what. */
static const char *const questions[] = {
	"SELECT p.name, i.number, 'what it includes from ' || i.name || ' is not there' FROM prompt_include i JOIN prompt p ON p.id = i.prompt"
	" WHERE NOT EXISTS (SELECT 1 FROM prompt q JOIN prompt_version v ON v.prompt = q.id WHERE q.name = i.name AND v.hash = i.hash)",
	"SELECT p.name, 0, 'move ' || m.id || ' of ' || m.label || ' does not follow the move before it' FROM prompt_move m JOIN prompt p ON p.id = m.prompt"
	" WHERE m.previous <> ifnull((SELECT max(id) FROM prompt_move WHERE prompt = m.prompt AND label = m.label AND id < m.id), 0)",
	"SELECT p.name, 0, 'move ' || m.id || ' of ' || m.label || ' restores a move that is not one of its label' FROM prompt_move m JOIN prompt p ON p.id = m.prompt"
	" WHERE m.restores <> 0 AND NOT EXISTS (SELECT 1 FROM prompt_move o WHERE o.id = m.restores AND o.id < m.id AND o.prompt = m.prompt AND o.label = m.label"
	" AND o.arms = m.arms AND o.ranges = m.ranges)",
	"SELECT '(prompt ' || v.prompt || ')', v.number, 'its prompt is not there' FROM prompt_version v WHERE NOT EXISTS (SELECT 1 FROM prompt WHERE id = v.prompt)",
};

static bool check_rows(struct check *c, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		sqlite3_stmt *st = rows_ask(c->r->sql, e, questions[i], "");

		while (rows_next(st)) {
			char *name = rows_text(st, 0), *what = rows_text(st, 2);

			tell(c, name, sqlite3_column_int(st, 1), what);
			free(name);
			free(what);
		}
		if (!rows_end(c->r->sql, st, e)) {
			return false;
		}
	}
	return true;
}

static bool has_version(struct check *c, int64_t prompt, int number, bool *is_there, struct err *e)
{
	sqlite3_stmt *st = rows_ask(c->r->sql, e, "SELECT 1 FROM prompt_version WHERE prompt = ?1 AND number = ?2", "in", prompt, number);

	*is_there = rows_next(st);
	return rows_end(c->r->sql, st, e);
}

static bool check_moves(struct check *c, struct err *e)
{
	sqlite3_stmt *st = rows_ask(c->r->sql, e,
	    "SELECT p.name, m.id, m.label, m.arms, m.ranges, m.prompt FROM prompt_move m JOIN prompt p ON p.id = m.prompt WHERE m.arms <> '' ORDER BY m.id", "");
	bool ok = true;

	while (ok && rows_next(st)) {
		char *name = rows_text(st, 0), *arms = rows_text(st, 3), *ranges = rows_text(st, 4), what[160];
		struct split s;

		if (!split_parse(arms, &s, NULL) || !split_ranges_parse(ranges, &s)) {
			(void)snprintf(what, sizeof(what), "move %lld has ranges that are not those of its shares", (long long)sqlite3_column_int64(st, 1));
			tell(c, name, 0, what);
			s.n_arms = 0;
		}
		for (int i = 0; ok && i < s.n_arms; i++) {
			bool is_there;

			ok = has_version(c, sqlite3_column_int64(st, 5), s.arms[i].number, &is_there, e);
			if (ok && !is_there) {
				(void)snprintf(what, sizeof(what), "move %lld points to it, but it is not there", (long long)sqlite3_column_int64(st, 1));
				tell(c, name, s.arms[i].number, what);
			}
		}
		free(name);
		free(arms);
		free(ranges);
	}
	return rows_end(c->r->sql, st, ok ? e : NULL) && ok;
}

bool registry_verify(struct registry *r, verify_fault *fault, void *ctx, uint64_t *n_checked, uint64_t *n_faults, struct err *e)
{
	struct check c = { .r = r, .fault = fault, .ctx = ctx };
	bool ok = sql_begin_late(r->sql, e) && check_versions(&c, e) && check_rows(&c, e) && check_moves(&c, e);

	sql_rollback(r->sql);
	*n_checked = c.n_checked;
	*n_faults = c.n_faults;
	return ok;
}
