#include "prompt/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "prompt/include.h"
#include "prompt/render.h"
#include "prompt/rows.h"
#include "store/migrate.h"

#define HASH_SHORTEST 6

struct registry *registry_open(const char *dir, bool is_writing, struct err *e)
{
	struct sql *sql = migrate_open(dir, is_writing ? SQL_WRITE : SQL_READ, e);

	if (sql == NULL && e != NULL && e->code == ERR_CHECK) {
		err_set(e, ERR_CHECK, "there is no prompt yet: %.180s has no sonde.db", dir);
		err_hint(e, "sonde prompt save NAME FILE makes the first prompt");
	}
	if (sql == NULL) {
		return NULL;
	}
	struct registry *r = x_calloc(1, sizeof(*r));

	r->sql = sql;
	return r;
}

void registry_close(struct registry *r)
{
	if (r != NULL) {
		sql_close(r->sql);
		free(r);
	}
}

void registry_set_time(struct registry *r, int64_t now_us)
{
	r->now_us = now_us;
}

int64_t rows_now(const struct registry *r)
{
	return r->now_us > 0 ? r->now_us : clock_wall_us();
}

void registry_set_gate(struct registry *r, label_gate *gate, void *ctx)
{
	r->gate = gate;
	r->gate_ctx = ctx;
}

/* ---- names ---- */

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

bool prompt_name_check(const char *name, struct err *e)
{
	char quoted[ERR_QUOTE_SIZE];
	size_t len = strlen(name);
	bool ok = len > 0 && len <= PROMPT_NAME_MOST;

	for (const char *part = name; ok && part != NULL;) {
		size_t n = strspn(part, NAME_BYTES);

		/* A part is a file's name when prompts are exported. */
		ok = n > 0 && part[0] != '.' && part[0] != '-' && (part[n] == '\0' || part[n] == '/');
		part = part[n] == '/' ? part + n + 1 : NULL;
	}
	if (ok) {
		return true;
	}
	err_set(e, ERR_USAGE, "'%s' is no name of a prompt", err_quote(name, quoted));
	return err_hint(e, "1 to %d letters, digits, '.', '_', '-', in parts divided by '/', none beginning with '.' or '-'", PROMPT_NAME_MOST);
}

/* The number of "v3"; 0 when it is none. */
static int version_number(const char *text)
{
	char *end;

	if (text[0] != 'v' || text[1] < '1' || text[1] > '9') {
		return 0;
	}
	long n = strtol(text + 1, &end, 10);

	return *end == '\0' && n <= INT32_MAX ? (int)n : 0;
}

bool prompt_label_check(const char *label, struct err *e)
{
	char quoted[ERR_QUOTE_SIZE];
	size_t len = strlen(label);

	if (strcmp(label, PROMPT_LATEST) == 0) {
		return err_set(e, ERR_USAGE, "latest is always the newest version and cannot be moved");
	}
	if (len > 0 && len <= 64 && strspn(label, NAME_BYTES) == len && label[0] != '.' && label[0] != '-' && version_number(label) == 0) {
		return true;
	}
	err_set(e, ERR_USAGE, "'%s' is no name of a label", err_quote(label, quoted));
	return err_hint(e, "1 to 64 letters, digits, '.', '_' or '-', and not like a version (v3)");
}

/* ---- lists ---- */

void prompt_rows_free(struct prompt_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].name);
		free(rows[i].labels);
	}
	free(rows);
}

static bool add_labels(struct registry *r, struct prompt_row *row, struct err *e)
{
	struct label_row *labels;
	struct buf text = { 0 };
	size_t n;

	if (!labels_list(r, row->name, &labels, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		char split[SPLIT_TEXT_SIZE];

		(void)buf_addf(&text, "%s%s %s", i > 0 ? ", " : "", labels[i].label, split_text(&labels[i].split, split));
	}
	label_rows_free(labels, n);
	row->labels = buf_take(&text);
	return true;
}

bool prompts_list(struct registry *r, struct prompt_row **rows, size_t *n, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e,
	    "SELECT p.name, p.created_us, v.number, v.ts_us FROM prompt p JOIN prompt_version v ON v.prompt = p.id"
	    " WHERE v.number = (SELECT max(number) FROM prompt_version WHERE prompt = p.id) ORDER BY p.name", "");
	size_t cap = 0;

	*rows = NULL;
	*n = 0;
	while (rows_next(st)) {
		*array_push(*rows, *n, cap) = (struct prompt_row){ .name = rows_text(st, 0), .created_us = sqlite3_column_int64(st, 1),
			.n_versions = sqlite3_column_int(st, 2), .changed_us = sqlite3_column_int64(st, 3) };
	}
	bool ok = rows_end(r->sql, st, e);

	for (size_t i = 0; ok && i < *n; i++) {
		ok = add_labels(r, &(*rows)[i], e);
	}
	if (!ok) {
		prompt_rows_free(*rows, *n);
		*rows = NULL;
		*n = 0;
	}
	return ok;
}

void version_free(struct version_row *v)
{
	free(v->name);
	free(v->author);
	free(v->message);
	bundle_free(&v->bundle);
	*v = (struct version_row){ .number = 0 };
}

void version_rows_free(struct version_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		version_free(&rows[i]);
	}
	free(rows);
}

#define VERSION_COLUMNS "number, parent, hash, ts_us, author, message"

static struct version_row read_version(sqlite3_stmt *st, const char *name)
{
	struct version_row v = { .name = x_strdup(name), .number = sqlite3_column_int(st, 0), .parent = sqlite3_column_int(st, 1),
		.time_us = sqlite3_column_int64(st, 3), .author = rows_text(st, 4), .message = rows_text(st, 5) };
	const char *hash = (const char *)sqlite3_column_text(st, 2);

	(void)snprintf(v.hash, sizeof(v.hash), "%s", hash != NULL ? hash : "");
	return v;
}

bool versions_list(struct registry *r, const char *name, struct version_row **rows, size_t *n, struct err *e)
{
	int64_t id;
	size_t cap = 0;

	*rows = NULL;
	*n = 0;
	if (!prompt_find(r, name, &id, e)) {
		return false;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT " VERSION_COLUMNS " FROM prompt_version WHERE prompt = ?1 ORDER BY number DESC", "i", id);

	while (rows_next(st)) {
		*array_push(*rows, *n, cap) = read_version(st, name);
	}
	if (!rows_end(r->sql, st, e)) {
		version_rows_free(*rows, *n);
		*rows = NULL;
		*n = 0;
		return false;
	}
	return true;
}

/* ---- one version ---- */

/* The stored bytes, proven by their hash. */
static bool read_bundle(sqlite3_stmt *st, int column, struct version_row *v, struct err *e)
{
	const char *bytes = sqlite3_column_blob(st, column);
	size_t len = (size_t)sqlite3_column_bytes(st, column);
	char hash[BUNDLE_HASH_SIZE];

	bundle_hash_bytes(bytes != NULL ? bytes : "", len, hash);
	v->bundle.json = bytes != NULL && strcmp(hash, v->hash) == 0 ? json_loadb(bytes, len, 0, NULL) : NULL;
	(void)snprintf(v->bundle.hash, sizeof(v->bundle.hash), "%s", v->hash);
	if (v->bundle.json == NULL) {
		err_set(e, ERR_INTERNAL, "version v%d of %s is not what was saved: its hash is not that of its content", v->number, v->name);
		return err_hint(e, "the store is damaged: see sonde prompt verify and sonde store check");
	}
	return true;
}

static bool no_version(const char *name, const char *what, struct err *e)
{
	char quoted[ERR_QUOTE_SIZE];

	err_set(e, ERR_CHECK, "%s has no version '%s'", name, err_quote(what, quoted));
	return err_hint(e, "sonde prompt log %s shows those there are", name);
}

static bool load_number(struct registry *r, int64_t id, const char *name, int number, struct version_row *out, struct err *e)
{
	char text[16];
	bool is_there, ok = true;
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT " VERSION_COLUMNS ", bundle FROM prompt_version WHERE prompt = ?1 AND number = ?2", "in", id, number);

	is_there = rows_next(st);
	if (is_there) {
		*out = read_version(st, name);
		ok = read_bundle(st, 6, out, e);
	}
	ok = rows_end(r->sql, st, e) && ok;
	if (ok && !is_there) {
		(void)snprintf(text, sizeof(text), "v%d", number);
		return no_version(name, text, e);
	}
	if (!ok && is_there) {
		version_free(out);
	}
	return ok;
}

static bool newest_number(struct registry *r, int64_t id, int *number, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT max(number) FROM prompt_version WHERE prompt = ?1", "i", id);

	*number = rows_next(st) ? sqlite3_column_int(st, 0) : 0;
	return rows_end(r->sql, st, e);
}

/* *number of the one version whose hash begins so; 0 when there is none. */
static bool find_hash(struct registry *r, int64_t id, const char *name, const char *start, int *number, struct err *e)
{
	*number = 0;
	if (strlen(start) < HASH_SHORTEST || start[strspn(start, "0123456789abcdef")] != '\0') {
		return true;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e,
	    "SELECT number FROM prompt_version WHERE prompt = ?1 AND substr(hash, 1, length(?2)) = ?2 LIMIT 2", "it", id, start);
	int n = 0;

	while (rows_next(st)) {
		*number = sqlite3_column_int(st, 0);
		n++;
	}
	if (!rows_end(r->sql, st, e)) {
		return false;
	}
	return n < 2 || err_set(e, ERR_USAGE, "several versions of %s begin with %s: give more of the hash", name, start);
}

static bool unknown_label(struct registry *r, const char *name, const char *what, struct err *e)
{
	struct near_best best = { .n = 0 };
	struct label_row *labels;
	char quoted[ERR_QUOTE_SIZE];
	size_t n;

	if (!labels_list(r, name, &labels, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		near_offer(&best, what, labels[i].label);
	}
	near_offer(&best, what, PROMPT_LATEST);
	err_set(e, ERR_CHECK, "%s has no label or version '%s'", name, err_quote(what, quoted));
	if (best.n > 0) {
		err_hint(e, "did you mean %.64s?", best.names[0]);
	} else {
		err_hint(e, "sonde prompt log %.100s shows those there are", name);
	}
	label_rows_free(labels, n);
	return false;
}

/* What follows the '@': a label, a number, a hash, in this order. */
static bool choose(struct registry *r, int64_t id, const char *name, const char *what, const char *key, int *number, char **label, struct err *e)
{
	struct label_row row;
	struct err why = { 0 };

	if (strcmp(what, PROMPT_LATEST) == 0) {
		*label = x_strdup(what);
		return newest_number(r, id, number, e);
	}
	if (label_find(r, id, what, &row, &why)) {
		*number = split_choose(&row.split, name, what, key);
		*label = x_strdup(what);
		label_free(&row);
		return true;
	}
	if (why.code != ERR_NONE) {
		*e = why;
		return false;
	}
	*number = version_number(what);
	if (*number == 0 && !find_hash(r, id, name, what, number, e)) {
		return false;
	}
	return *number != 0 || unknown_label(r, name, what, e);
}

static bool choose_default(struct registry *r, int64_t id, const char *name, const char *key, int *number, char **label, struct err *e)
{
	struct label_row row;
	struct err why = { 0 };
	bool stands = label_find(r, id, PROMPT_PRODUCTION, &row, &why);

	if (!stands && why.code != ERR_NONE) {
		*e = why;
		return false;
	}
	if (stands) {
		label_free(&row);
	}
	return choose(r, id, name, stands ? PROMPT_PRODUCTION : PROMPT_LATEST, key, number, label, e);
}

/* One read of one state: a label that moves meanwhile, or a version saved, is seen whole or not at all. */
static bool resolve(struct registry *r, const char *name, const char *what, const char *key, struct version_row *out, char **label, struct err *e)
{
	int64_t id;
	int number;

	if (!prompt_find(r, name, &id, e)) {
		return false;
	}
	return (what == NULL ? choose_default(r, id, name, key, &number, label, e) : choose(r, id, name, what, key, &number, label, e)) &&
	       load_number(r, id, name, number, out, e);
}

bool version_resolve(struct registry *r, const char *ref, const char *key, struct version_row *out, char **label, struct err *e)
{
	const char *at = strchr(ref, '@');
	char *name = x_strndup(ref, at != NULL ? (size_t)(at - ref) : strlen(ref));
	char *followed = NULL;
	bool is_mine = sqlite3_get_autocommit(r->sql->db) != 0;
	bool ok = prompt_name_check(name, e) && (!is_mine || sql_begin_late(r->sql, e));

	*out = (struct version_row){ .number = 0 };
	ok = ok && resolve(r, name, at != NULL ? at + 1 : NULL, key, out, &followed, e);
	if (is_mine) {
		sql_rollback(r->sql);
	}
	if (ok && label != NULL) {
		*label = followed != NULL ? followed : x_strdup("");
	} else {
		free(followed);
	}
	free(name);
	return ok;
}

/* ---- saving ---- */

static bool make_prompt(struct registry *r, const char *name, int64_t now_us, int64_t *id, struct err *e)
{
	if (!prompt_id(r, name, id, e) || *id != 0) {
		return *id != 0;
	}
	if (!rows_run(r->sql, e, "INSERT INTO prompt (name, created_us) VALUES (?1, ?2)", "ti", name, now_us)) {
		return false;
	}
	*id = sqlite3_last_insert_rowid(r->sql->db);
	return true;
}

static bool find_same(struct registry *r, int64_t id, const char *hash, int *number, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT number FROM prompt_version WHERE prompt = ?1 AND hash = ?2", "it", id, hash);

	*number = rows_next(st) ? sqlite3_column_int(st, 0) : 0;
	return rows_end(r->sql, st, e);
}

static bool check_parent(const char *name, int parent, int newest, struct err *e)
{
	char text[16];

	if (parent <= newest) {
		return true;
	}
	(void)snprintf(text, sizeof(text), "v%d", parent);
	return no_version(name, text, e);
}

static bool insert(struct registry *r, const struct version_save *s, int64_t id, const struct bundle *b, int number, int parent, int64_t now_us, struct err *e)
{
	struct buf canonical = { 0 };

	bundle_canonical(b, &canonical);
	bool ok = rows_run(r->sql, e,
	    "INSERT INTO prompt_version (prompt, number, parent, hash, ts_us, author, message, bundle) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "inntittb",
	    id, number, parent, b->hash, now_us, s->author, s->message, canonical.s, canonical.len);

	buf_free(&canonical);
	return ok && includes_store(r, id, number, b, e);
}

static bool save(struct registry *r, const struct version_save *s, const struct bundle *b, int *number, bool *is_new, struct err *e)
{
	int64_t id, now_us = rows_now(r);
	struct bundle locked;
	int newest;

	if (!includes_lock(r, s->name, b, &locked, e)) {
		return false;
	}
	bool ok = make_prompt(r, s->name, now_us, &id, e) && newest_number(r, id, &newest, e) && check_parent(s->name, s->parent, newest, e) &&
		  find_same(r, id, locked.hash, number, e);

	*is_new = ok && *number == 0;
	if (*is_new) {
		*number = newest + 1;
		ok = insert(r, s, id, &locked, *number, s->parent != 0 ? s->parent : newest, now_us, e);
	}
	bundle_free(&locked);
	return ok;
}

bool version_save(struct registry *r, const struct version_save *s, const struct bundle *b, int *number, bool *is_new, struct err *e)
{
	struct template_error why;

	*number = 0;
	*is_new = false;
	if (!version_parses(s->name, b, &why)) {
		return template_error_err(&why, e);
	}
	return prompt_name_check(s->name, e) && sql_begin(r->sql, e) && rows_commit(r, save(r, s, b, number, is_new, e), e);
}
