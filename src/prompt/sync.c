/* What is to be done with a prompt follows from three hashes: of the file, of the newest version, and of what both were when they were last equal
 * (the base, kept in the state file). A file that holds any version of its prompt holds nothing that could be lost; one that does not has been
 * edited. Both changed since the base: a conflict, which a person ends by importing the file or by exporting over it. */
#include "prompt/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "prompt/file.h"
#include "prompt/folder.h"

#define FILE_MOST ((size_t)256 << 20)

const char *const sync_words[] = { "unchanged", "written", "saved", "removed", "passed over", "kept", "conflict", "failed" };

static void tell(struct sync *s, enum sync_what what, const char *name, const char *path, int number, const char *text, const char *hint,
    const struct import *im)
{
	const struct sync_event ev = { what, name, path, number, text, hint, im, NULL, NULL };

	s->tell(s->ctx, &ev);
}

static void tell_failed(struct sync *s, const char *name, const char *path, const struct err *e)
{
	tell(s, SYNC_FAILED, name, path, 0, e->text, e->hint, NULL);
}

/* ---- files ---- */

static bool read_import(const struct folder_file *f, const char *format, struct import *out, struct err *e)
{
	struct buf text;
	bool ok;

	buf_init(&text, FILE_MOST);
	ok = file_read(f->path, &text, NULL, e);
	if (ok) {
		const struct import_source source = { .path = f->path, .name = f->name, .text = buf_str(&text), .len = text.len };

		ok = import_read(&source, format, out, e);
	} else {
		e->code = ERR_CHECK;
	}
	buf_free(&text);
	return ok;
}

/* The labels that stand on this version alone. */
static bool labels_of(struct sync *s, const char *name, int number, json_t **out, struct err *e)
{
	struct label_row *rows = NULL;
	size_t n = 0;

	*out = json_array();
	if (!labels_list(s->registry, name, &rows, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (rows[i].split.n_arms == 1 && rows[i].split.arms[0].number == number) {
			(void)json_array_append_new(*out, json_string(rows[i].label));
		}
	}
	label_rows_free(rows, n);
	return true;
}

static bool write_file(struct sync *s, const char *dir, const char *path, const struct version_row *v, struct err *e)
{
	struct buf out = { 0 };
	json_t *labels = NULL;
	bool ok = labels_of(s, v->name, v->number, &labels, e) && folder_make(dir, path, e);

	if (ok) {
		prompt_file(&out, v->name, labels, v->bundle.json);
		ok = file_replace(path, buf_str(&out), out.len, e);
	}
	json_decref(labels);
	buf_free(&out);
	return ok;
}

/* ---- the registry ---- */

static bool resolve(struct sync *s, const char *name, const char *label, struct version_row *out, struct err *e)
{
	char *ref = x_asprintf("%s@%s", name, label), *followed = NULL;
	bool ok = version_resolve(s->registry, ref, NULL, out, &followed, e);

	free(followed);
	free(ref);
	return ok;
}

/* The number of the version with this hash; 0: there is none. */
static bool find_version(struct sync *s, const char *name, const char *hash, int *number, struct err *e)
{
	struct version_row *rows = NULL;
	size_t n = 0;

	*number = 0;
	if (!versions_list(s->registry, name, &rows, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].hash, hash) == 0) {
			*number = rows[i].number;
		}
	}
	version_rows_free(rows, n);
	return true;
}

/* Labels that do not stand yet are set; those that do are moved by people. */
static bool set_labels(struct sync *s, const struct import_prompt *p, const char *name, int number, const char *path, struct err *e)
{
	for (size_t i = 0; i < json_array_size(p->labels); i++) {
		const char *label = json_string_value(json_array_get(p->labels, i));
		struct label_row *rows = NULL;
		size_t n = 0;
		bool stands = false, ok = labels_list(s->registry, name, &rows, &n, e);

		for (size_t k = 0; k < n; k++) {
			stands = stands || strcmp(rows[k].label, label) == 0;
		}
		label_rows_free(rows, n);
		if (ok && !stands && prompt_label_check(label, e)) {
			const struct label_move m = { .name = name, .label = label, .to = split_of(number),
				.who = s->author, .why = path };

			ok = label_set(s->registry, &m, NULL, e);
		}
		if (!ok) {
			return false;
		}
	}
	return true;
}

/* A refused template has its own place in the error, which does not name the file. */
static bool save(struct sync *s, const struct import_prompt *p, const char *name, const char *path, int *number, bool *is_new, struct err *e)
{
	char *message = x_asprintf("from %s", path);
	const struct version_save v = { .name = name, .author = s->author, .message = message };
	bool ok = prompt_name_check(name, e) && version_save(s->registry, &v, &p->bundle, number, is_new, e) &&
	          set_labels(s, p, name, *number, path, e);

	free(message);
	return ok || (e->code == ERR_TEMPLATE && err_prefix(e, "%.100s", path));
}

/* ---- export ---- */

/* Whether the file may be replaced by a version of the prompt: it is not there, or is one of its versions. */
static bool may_replace(struct sync *s, const char *name, const char *path, const char *hash, bool *is_same, struct err *e)
{
	const struct folder_file f = { (char *)path, (char *)name };
	struct import im;
	int number = 0;

	*is_same = false;
	if (access(path, F_OK) != 0 || s->replaces) {
		return true;
	}
	if (!read_import(&f, "sonde", &im, e)) {
		return false;
	}
	*is_same = strcmp(im.prompts[0].bundle.hash, hash) == 0 && strcmp(im.prompts[0].name, name) == 0;
	bool ok = *is_same || (strcmp(im.prompts[0].name, name) == 0 && find_version(s, name, im.prompts[0].bundle.hash, &number, e));

	import_free(&im);
	if (!ok || *is_same || number > 0) {
		return ok || err_set(e, ERR_CHECK, "%.150s holds another prompt; it was left as it is", path);
	}
	(void)err_set(e, ERR_CHECK, "%.150s was edited and is no version of %.60s; it was left as it is", path, name);
	return err_hint(e, "save it with `sonde prompt import %.60s`, or replace it with --force", path);
}

static void export_one(struct sync *s, const char *dir, const char *name)
{
	struct version_row v = { .number = 0 };
	struct err e = { 0 };
	bool is_same = false, ok = resolve(s, name, s->label != NULL ? s->label : PROMPT_LATEST, &v, &e);
	char *path = ok ? folder_path(dir, name, &e) : NULL;

	ok = path != NULL && may_replace(s, name, path, v.hash, &is_same, &e) && (is_same || write_file(s, dir, path, &v, &e));
	if (ok) {
		tell(s, is_same ? SYNC_SAME : SYNC_WRITTEN, name, path, v.number, "", "", NULL);
	} else {
		tell_failed(s, name, path != NULL ? path : "", &e);
	}
	free(path);
	version_free(&v);
}

bool sync_export(struct sync *s, const char *dir, struct err *e)
{
	struct prompt_row *rows = NULL;
	size_t n = 0, n_named = 0;

	struct stat st;

	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode)) {
		return err_set(e, ERR_CHECK, "%.150s is no directory", dir);
	}
	if (!prompts_list(s->registry, &rows, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (s->name == NULL || strcmp(s->name, rows[i].name) == 0) {
			n_named++;
			export_one(s, dir, rows[i].name);
		}
	}
	prompt_rows_free(rows, n);
	if (n_named == 0 && s->name != NULL) {
		export_one(s, dir, s->name); /* for the sentence, and names that are near */
	}
	return true;
}

/* ---- import ---- */

static void import_one(struct sync *s, const struct folder_file *f, const struct import *im, size_t i)
{
	const char *name = s->name != NULL ? s->name : im->prompts[i].name;
	struct err e = { 0 };
	bool is_new;
	int number;

	if (save(s, &im->prompts[i], name, f->path, &number, &is_new, &e)) {
		tell(s, is_new ? SYNC_SAVED : SYNC_SAME, name, f->path, number, "", "", i == 0 ? im : NULL);
	} else {
		tell_failed(s, name, f->path, &e);
	}
}

static bool is_readme(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcasecmp(slash != NULL ? slash + 1 : path, "README.md") == 0;
}

/* Whether a directory's file is one to read: some format takes it, and it is no description of others. */
static bool is_wanted(const struct sync *s, const struct folder *all, const struct folder_file *f)
{
	const char *slash = strrchr(f->path, '/');
	size_t dir = slash != NULL ? (size_t)(slash - f->path) : 0, n = strlen(f->path);
	bool is_markdown = n > 3 && strcmp(f->path + n - 3, ".md") == 0;

	if (is_readme(f->path)) {
		return false;
	}
	for (size_t i = 0; is_markdown && i < all->n; i++) { /* user.md beside a pattern's system.md */
		const char *other = all->files[i].path;

		if (other != f->path && strncmp(other, f->path, dir) == 0 && strcmp(other + dir, "/system.md") == 0) {
			return false;
		}
	}
	const struct import_source source = { .path = f->path, .name = f->name, .text = "", .len = 0 };
	bool is_taken = s->format != NULL;

	for (size_t i = 0; !is_taken && i < n_importers; i++) {
		is_taken = importers[i].sniff(&source);
	}
	return is_taken;
}

static void import_file(struct sync *s, const struct folder_file *f)
{
	struct import im;
	struct err e = { 0 };

	if (!read_import(f, s->format, &im, &e)) {
		tell_failed(s, "", f->path, &e);
		return;
	}
	if (s->name != NULL && im.n > 1) {
		(void)err_set(&e, ERR_CHECK, "%.150s holds %zu prompts, which cannot all be called %.60s", f->path, im.n, s->name);
		tell_failed(s, "", f->path, &e);
	}
	for (size_t i = 0; i < im.n && (s->name == NULL || im.n == 1); i++) {
		import_one(s, f, &im, i);
	}
	import_free(&im);
}

bool sync_import(struct sync *s, const char *path, struct err *e)
{
	struct folder files = { .n = 0 };
	struct stat st;
	bool is_dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	if (is_dir && s->name != NULL) {
		return err_set(e, ERR_USAGE, "%.150s is a directory: its prompts cannot all be called %.60s", path, s->name);
	}
	if (is_dir && !folder_read(path, &files, e)) {
		e->code = ERR_USAGE;
		return false;
	}
	if (!is_dir && access(path, R_OK) != 0) {
		return err_set(e, ERR_USAGE, "cannot read %.150s: %s", path, strerror(errno));
	}
	if (!is_dir) {
		folder_one(path, &files);
	}
	for (size_t i = 0; i < files.n; i++) {
		if (!is_dir || is_wanted(s, &files, &files.files[i])) {
			import_file(s, &files.files[i]);
		} else {
			tell(s, SYNC_OTHER, "", files.files[i].path, 0, "", "", NULL);
		}
	}
	folder_free(&files);
	return true;
}

/* ---- both ways ---- */

struct both {
	struct sync *s;
	const char *dir;
	json_t *base;      /* name -> hash; null: left out since its file was deleted */
	struct map *known; /* names that the registry has at the beginning */
	struct map *found; /* name -> path of the file */
};

static void set_base(struct both *b, const char *name, const char *hash)
{
	(void)json_object_set_new(b->base, name, json_string(hash));
}

/* Saving locks includes: then the version is not quite what the file holds, and the file gets it. */
static bool save_file(struct both *b, const struct folder_file *f, const struct import_prompt *p, int *number, bool *is_new, struct err *e)
{
	struct version_row v = { .number = 0 };
	bool ok = save(b->s, p, p->name, f->path, number, is_new, e) && resolve(b->s, p->name, PROMPT_LATEST, &v, e);

	if (ok && v.number == *number) {
		ok = strcmp(v.hash, p->bundle.hash) == 0 || write_file(b->s, b->dir, f->path, &v, e);
		set_base(b, p->name, v.hash);
	}
	version_free(&v);
	return ok;
}

static void conflict(struct both *b, const struct folder_file *f, const struct import_prompt *p, const struct version_row *v)
{
	struct err e = { 0 };

	(void)err_hint(&e, "keep the file's: sonde prompt import %.40s; the registry's: sonde prompt export %.30s %.30s --force", f->path, b->dir, p->name);
	bool were_same = json_object_get(b->base, p->name) != NULL;
	const struct sync_event ev = { .what = SYNC_CONFLICT, .name = p->name, .path = f->path, .number = v->number, .hint = e.hint, .file = &p->bundle,
		.newest = &v->bundle, .text = were_same ? "the file and the registry both changed" : "the file and the registry differ, and were never in step" };

	b->s->tell(b->s->ctx, &ev);
}

static void file_changed(struct both *b, const struct folder_file *f, const struct import_prompt *p, struct err *e)
{
	bool is_new = false;
	int number = 0, latest = 0;
	struct version_row v = { .number = 0 };

	if (!save_file(b, f, p, &number, &is_new, e) || !resolve(b->s, p->name, PROMPT_LATEST, &v, e)) {
		tell_failed(b->s, p->name, f->path, e);
		return;
	}
	latest = v.number;
	version_free(&v);
	if (is_new || latest == number) {
		tell(b->s, is_new ? SYNC_SAVED : SYNC_SAME, p->name, f->path, number, "", "", NULL);
		return;
	}
	tell(b->s, SYNC_KEPT, p->name, f->path, number, "the file holds an older version again, and versions are not saved twice",
	    "move a label to it, or take the newest with `sonde prompt export`", NULL);
}

static void registry_changed(struct both *b, const struct folder_file *f, const struct version_row *v, struct err *e)
{
	if (!write_file(b->s, b->dir, f->path, v, e)) {
		tell_failed(b->s, v->name, f->path, e);
		return;
	}
	set_base(b, v->name, v->hash);
	tell(b->s, SYNC_WRITTEN, v->name, f->path, v->number, "", "", NULL);
}

/* A file whose prompt the registry does not have. */
static void only_file(struct both *b, const struct folder_file *f, const struct import_prompt *p, const char *base, struct err *e)
{
	bool is_deleted = base != NULL && strcmp(base, p->bundle.hash) == 0;

	if (!is_deleted) {
		file_changed(b, f, p, e);
	} else if (!b->s->deletes) {
		tell(b->s, SYNC_KEPT, p->name, f->path, 0, "the prompt is not in the registry any more; its file was kept", "--delete removes it", NULL);
	} else if (unlink(f->path) == 0) {
		(void)json_object_del(b->base, p->name);
		tell(b->s, SYNC_REMOVED, p->name, f->path, 0, "the prompt is not in the registry any more", "", NULL);
	} else {
		(void)err_set(e, ERR_CHECK, "cannot remove %.150s: %s", f->path, strerror(errno));
		tell_failed(b->s, p->name, f->path, e);
	}
}

static void both_file(struct both *b, const struct folder_file *f, const struct import_prompt *p)
{
	const char *base = json_get_string(b->base, p->name, NULL), *hash = p->bundle.hash;
	struct version_row v = { .number = 0 };
	struct err e = { 0 };
	int older = 0;

	if (!prompt_name_check(p->name, &e)) {
		tell_failed(b->s, p->name, f->path, &e);
		return;
	}
	if (map_get(b->known, p->name, strlen(p->name)) == NULL) {
		only_file(b, f, p, base, &e);
		return;
	}
	if (!resolve(b->s, p->name, PROMPT_LATEST, &v, &e) || !find_version(b->s, p->name, hash, &older, &e)) {
		tell_failed(b->s, p->name, f->path, &e);
	} else if (strcmp(hash, v.hash) == 0) {
		set_base(b, p->name, hash);
		tell(b->s, SYNC_SAME, p->name, f->path, v.number, "", "", NULL);
	} else if (base != NULL ? strcmp(hash, base) == 0 : older > 0) {
		registry_changed(b, f, &v, &e);
	} else if (base != NULL && strcmp(v.hash, base) == 0) {
		file_changed(b, f, p, &e);
	} else {
		conflict(b, f, p, &v);
	}
	version_free(&v);
}

/* A file of sonde's form; others in the directory are somebody else's. */
static void visit(struct both *b, const struct folder_file *f)
{
	struct import im;
	struct err e = { 0 };
	struct buf text;
	bool is_read;

	buf_init(&text, FILE_MOST);
	is_read = file_read(f->path, &text, NULL, &e);
	const struct import_source source = { .path = f->path, .name = f->name, .text = buf_str(&text), .len = text.len };

	if (!is_read) {
		tell_failed(b->s, "", f->path, &e);
	} else if (importers[0].sniff(&source)) {
		if (!import_read(&source, importers[0].name, &im, &e)) {
			tell_failed(b->s, "", f->path, &e);
		} else {
			const char *other = map_get(b->found, im.prompts[0].name, strlen(im.prompts[0].name));

			if (other != NULL) {
				(void)err_set(&e, ERR_CHECK, "%.100s holds %.60s too; name one of them otherwise", other, im.prompts[0].name);
				tell_failed(b->s, im.prompts[0].name, f->path, &e);
			} else {
				(void)map_put(b->found, im.prompts[0].name, strlen(im.prompts[0].name), f->path);
				both_file(b, f, &im.prompts[0]);
			}
			import_free(&im);
		}
	}
	buf_free(&text);
}

/* A prompt that no file holds. */
static void only_registry(struct both *b, const char *name)
{
	struct version_row v = { .number = 0 };
	struct err e = { 0 };
	char *path = folder_path(b->dir, name, &e);
	struct folder_file f = { path, (char *)name };
	const json_t *base = json_object_get(b->base, name);

	if (path == NULL) {
		tell_failed(b->s, name, "", &e);
	} else if (access(path, F_OK) == 0) {
		(void)err_set(&e, ERR_CHECK, "%.150s is where %.60s belongs, and does not hold it; it was left as it is", path, name);
		tell_failed(b->s, name, path, &e);
	} else if (json_is_string(base) && !b->s->deletes) {
		tell(b->s, SYNC_KEPT, name, path, 0, "the file was deleted; the prompt was kept", "`sonde prompt export` writes it again; --delete leaves it out", NULL);
	} else if (json_is_string(base)) {
		(void)json_object_set_new(b->base, name, json_null());
		tell(b->s, SYNC_REMOVED, name, path, 0, "the file was deleted: the prompt is left out of this directory from now on; its versions stay", "", NULL);
	} else if (base == NULL) {
		if (resolve(b->s, name, PROMPT_LATEST, &v, &e)) {
			registry_changed(b, &f, &v, &e);
		} else {
			tell_failed(b->s, name, path, &e);
		}
		version_free(&v);
	}
	free(path);
}

static bool read_state(const char *path, json_t **out, struct err *e)
{
	struct buf text = { 0 };
	bool is_missing = false, ok = file_read(path, &text, &is_missing, e) || is_missing;
	json_t *state = ok && !is_missing ? json_loadb(buf_str(&text), text.len, 0, NULL) : NULL;

	/* One that cannot be read is none: then what differs is a conflict, which loses nothing. */
	*out = json_incref(json_get_object(state, "prompts"));
	if (*out == NULL) {
		*out = json_object();
	}
	json_decref(state);
	buf_free(&text);
	return ok;
}

static bool write_state(const char *path, const char *dir, json_t *base, struct err *e)
{
	json_t *state = json_pack("{s:s, s:O}", "dir", dir, "prompts", base);
	char *text = json_dumps(state, JSON_INDENT(1) | JSON_SORT_KEYS);
	bool ok = file_replace(path, text, strlen(text), e);

	free(text);
	json_decref(state);
	return ok;
}

bool sync_both(struct sync *s, const char *dir, const char *state, struct err *e)
{
	struct both b = { .s = s, .dir = dir };
	struct folder files = { .n = 0 };
	struct prompt_row *rows = NULL;
	size_t n = 0;
	bool ok = folder_read(dir, &files, e);

	if (!ok) {
		e->code = ERR_USAGE;
	}
	ok = ok && read_state(state, &b.base, e) && prompts_list(s->registry, &rows, &n, e);

	b.known = map_new();
	b.found = map_new();
	for (size_t i = 0; i < n; i++) {
		(void)map_put(b.known, rows[i].name, strlen(rows[i].name), rows[i].name);
	}
	for (size_t i = 0; ok && i < files.n; i++) {
		visit(&b, &files.files[i]);
	}
	for (size_t i = 0; ok && i < n; i++) {
		if (map_get(b.found, rows[i].name, strlen(rows[i].name)) == NULL) {
			only_registry(&b, rows[i].name);
		}
	}
	ok = ok && write_state(state, dir, b.base, e);
	prompt_rows_free(rows, n);
	map_free(b.known, NULL);
	map_free(b.found, NULL);
	json_decref(b.base);
	folder_free(&files);
	return ok;
}
