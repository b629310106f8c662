/* prompt export, import and sync: the registry and plain files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/xdg.h"
#include "cli/prompt.h"
#include "prompt/sync.h"
#include "text/clean.h"
#include "text/json_text.h"

struct telling {
	bool is_json;
	struct buf out; /* of JSON */
	size_t counts[SYNC_FAILED + 1];
};

static void print(FILE *to, const char *before, const char *text)
{
	char *line = clean_line(text, strlen(text), 0);

	fprintf(to, "%s%s", before, line);
	free(line);
}

static void tell_notes(const struct import *im, const char *path)
{
	for (size_t i = 0; im != NULL && i < im->n_notes; i++) {
		print(stderr, "sonde: ", path);
		if (im->notes[i].line > 0) {
			fprintf(stderr, ":%d", im->notes[i].line);
		}
		print(stderr, ": ", im->notes[i].text);
		fprintf(stderr, "\n");
	}
	if (im != NULL && im->n_unshown > 0) {
		print(stderr, "sonde: ", path);
		fprintf(stderr, ": and %zu more like these\n", im->n_unshown);
	}
}

/* "saved NAME v3 PATH", and to stderr what did not go well. */
static void tell_text(const struct sync_event *ev)
{
	bool is_bad = ev->what >= SYNC_KEPT;
	FILE *to = is_bad ? stderr : stdout;

	(void)fflush(stdout);
	tell_notes(ev->import, ev->path);
	if (ev->what == SYNC_FAILED) {
		print(to, "sonde: ", ev->text);
	} else {
		print(to, is_bad ? "sonde: " : "", sync_words[ev->what]);
		print(to, " ", ev->name);
		if (ev->number > 0) {
			fprintf(to, " v%d", ev->number);
		}
		print(to, ev->text[0] != '\0' ? ": " : " ", ev->text[0] != '\0' ? ev->text : ev->path);
	}
	if (ev->hint[0] != '\0') {
		print(to, "\n       ", ev->hint);
	}
	fprintf(to, "\n");
	if (ev->file != NULL) {
		struct buf diff = { 0 };
		char *newest = x_asprintf("%s@v%d", ev->name, ev->number);

		prompt_out_diff(&diff, newest, ev->newest, ev->path, ev->file, true);
		(void)fputs(buf_str(&diff), to);
		buf_free(&diff);
		free(newest);
	}
}

static void tell_json(struct buf *out, const struct sync_event *ev)
{
	(void)buf_add_str(out, out->len > 0 ? ",\n{\"what\":" : "\n{\"what\":");
	json_text_string(out, sync_words[ev->what]);
	(void)buf_add_str(out, ",\"name\":");
	json_text_string(out, ev->name[0] != '\0' ? ev->name : NULL);
	(void)buf_add_str(out, ",\"path\":");
	json_text_string(out, ev->path[0] != '\0' ? ev->path : NULL);
	if (ev->number > 0) {
		(void)buf_addf(out, ",\"version\":%d", ev->number);
	}
	if (ev->text[0] != '\0') {
		(void)buf_add_str(out, ",\"text\":");
		json_text_string(out, ev->text);
		(void)buf_add_str(out, ",\"hint\":");
		json_text_string(out, ev->hint);
	}
	if (ev->file != NULL) {
		prompt_out_diff_json(out, ev->newest, ev->file);
	}
	if (ev->import != NULL) {
		(void)buf_addf(out, ",\"format\":\"%s\",\"notes\":[", ev->import->format);
		for (size_t i = 0; i < ev->import->n_notes; i++) {
			(void)buf_addf(out, "%s{\"line\":%d,\"text\":", i > 0 ? "," : "", ev->import->notes[i].line);
			json_text_string(out, ev->import->notes[i].text);
			(void)buf_add_char(out, '}');
		}
		(void)buf_addf(out, "],\"more_notes\":%zu", ev->import->n_unshown);
	}
	(void)buf_add_char(out, '}');
}

static void tell(void *ctx, const struct sync_event *ev)
{
	struct telling *t = ctx;

	t->counts[ev->what]++;
	if (t->is_json) {
		tell_json(&t->out, ev);
	} else if (ev->what != SYNC_OTHER && (ev->what != SYNC_SAME || ev->import != NULL)) { /* those are counted */
		tell_text(ev);
	}
}

/* The sums, and the status they come to. */
static void sums(struct prompt_task *t, const struct telling *told)
{
	const char *before = "";
	size_t n = 0;

	if (t->is_json) {
		(void)buf_add_str(&t->out, "{\"prompts\":[");
		(void)buf_add(&t->out, buf_str(&told->out), told->out.len);
		(void)buf_add_str(&t->out, "],\"counts\":{");
	}
	for (size_t i = 0; i <= SYNC_FAILED; i++) {
		n += told->counts[i];
		if (t->is_json) {
			(void)buf_addf(&t->out, "%s\"%s\":%zu", i > 0 ? "," : "", sync_words[i], told->counts[i]);
		} else if (told->counts[i] > 0) {
			(void)buf_addf(&t->out, "%s%zu %s", before, told->counts[i], sync_words[i]);
			before = ", ";
		}
	}
	(void)buf_add_str(&t->out, t->is_json ? "}}\n" : n > 0 ? "\n" : "no prompts\n");
	t->status = told->counts[SYNC_CONFLICT] + told->counts[SYNC_FAILED] > 0 ? err_exit_status(ERR_CHECK) : 0;
}

/* What the state of a directory is kept as: DATA/sync/HASH.json, by its true path. */
static char *state_path(const char *data, const char *dir, struct err *e)
{
	char *real = realpath(dir, NULL), *folder = x_asprintf("%s/sync", data), *path = NULL;
	char hash[BUNDLE_HASH_SIZE];

	if (real == NULL) {
		(void)err_set(e, ERR_USAGE, "cannot read %.150s: %s", dir, strerror(errno));
	} else if (xdg_make_dir(folder, e)) {
		bundle_hash_bytes(real, strlen(real), hash);
		path = x_asprintf("%s/%.16s.json", folder, hash);
	}
	free(real);
	free(folder);
	return path;
}

static bool finish(struct prompt_task *t, struct telling *told, bool ok)
{
	if (ok) {
		sums(t, told);
	}
	buf_free(&told->out);
	return ok;
}

static bool export_files(struct prompt_task *t, struct err *e)
{
	struct telling told = { .is_json = t->is_json };
	struct sync s = { .registry = t->r, .label = t->label, .name = t->n_words > 1 ? t->words[1] : NULL, .replaces = t->replaces, .tell = tell, .ctx = &told };

	return finish(t, &told, sync_export(&s, t->words[0], e));
}

static bool is_format(const char *name, struct err *e)
{
	struct near_best best = { .n = 0 };

	for (size_t i = 0; i < n_importers; i++) {
		if (strcmp(importers[i].name, name) == 0) {
			return true;
		}
		near_offer(&best, name, importers[i].name);
	}
	(void)err_set(e, ERR_USAGE, "'%.60s' is no format that can be imported", name);
	return err_hint(e, best.n > 0 ? "did you mean %s?" : "formats are sonde, llm, aichat, fabric, prompty, dotprompt, langfuse and openai%.0s", best.n > 0 ? best.names[0] : "");
}

static bool import_files(struct prompt_task *t, struct err *e)
{
	struct telling told = { .is_json = t->is_json };
	struct sync s = { .registry = t->r, .author = t->author, .format = t->format, .name = t->as, .tell = tell, .ctx = &told };

	return (t->format == NULL || is_format(t->format, e)) && finish(t, &told, sync_import(&s, t->words[0], e));
}

/* What is not there cannot be read: no store is made for that. */
static bool make_for(struct prompt_task *t, struct err *e)
{
	struct stat st;

	if (stat(t->words[0], &st) != 0) {
		return err_set(e, ERR_USAGE, "cannot read %.150s: %s", t->words[0], strerror(errno));
	}
	return prompt_make_registry(t, e);
}

static bool import_first(struct prompt_task *t, struct err *e)
{
	return make_for(t, e) && import_files(t, e);
}

static bool sync_files(struct prompt_task *t, struct err *e)
{
	struct telling told = { .is_json = t->is_json };
	struct sync s = { .registry = t->r, .author = t->author, .deletes = t->deletes, .tell = tell, .ctx = &told };
	char *state = state_path(t->dir, t->words[0], e);
	bool ok = state != NULL && sync_both(&s, t->words[0], state, e);

	free(state);
	return finish(t, &told, ok);
}

static bool sync_first(struct prompt_task *t, struct err *e)
{
	return make_for(t, e) && sync_files(t, e);
}

const struct prompt_verb prompt_export = { "export", "DIR [NAME]", "lO", 1, 2, PROMPT_NEVER, export_files, NULL };
const struct prompt_verb prompt_import = { "import", "DIR|FILE", "FAay", 1, 1, 1, import_files, import_first };
const struct prompt_verb prompt_sync = { "sync", "DIR", "day", 1, 1, 1, sync_files, sync_first };
