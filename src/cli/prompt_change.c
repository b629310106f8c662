/* prompt_change - the subcommands of `sonde prompt` that save versions and move labels. */
#include "cli/prompt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/temp.h"
#include "text/json_text.h"

/* ---- versions ---- */

static void told_version(struct prompt_task *t, const char *name, int number, bool is_new, const char *hash)
{
	if (t->is_json) {
		(void)buf_add_str(&t->out, "{\"name\":");
		json_text_string(&t->out, name);
		(void)buf_addf(&t->out, ",\"version\":%d,\"new\":%s,\"hash\":\"%s\"}\n", number, is_new ? "true" : "false", hash);
	} else {
		(void)buf_addf(&t->out, is_new ? "%s v%d %.8s\n" : "%s v%d %.8s has this content already\n", name, number, hash);
	}
}

static bool save_bundle(struct prompt_task *t, const char *name, int parent, const struct bundle *b, struct err *e)
{
	struct version_save s = { name, parent, t->author, t->message != NULL ? t->message : "" };
	struct version_row v;
	char *ref = NULL;
	int number;
	bool is_new;

	if (!prompt_make_registry(t, e) || !version_save(t->r, &s, b, &number, &is_new, e)) {
		return false;
	}
	ref = x_asprintf("%s@v%d", name, number);
	bool ok = version_resolve(t->r, ref, NULL, &v, NULL, e); /* its hash covers the locks */

	if (ok) {
		told_version(t, name, number, is_new, v.hash);
		version_free(&v);
	}
	free(ref);
	return ok;
}

/* The newest version of a name, when there is one. */
static bool find_newest(struct prompt_task *t, const char *name, struct version_row *v, struct err *e)
{
	char *ref = x_asprintf("%s@" PROMPT_LATEST, name);
	bool ok = version_resolve(t->r, ref, NULL, v, NULL, e);

	free(ref);
	return ok;
}

/* Makes the store where there is none, but not for what cannot be saved. */
static bool save(struct prompt_task *t, struct err *e)
{
	const char *name = t->words[0], *path = t->n_words > 1 ? t->words[1] : "-";
	struct version_row newest = { .number = 0 };
	struct bundle b;

	if (strchr(name, '@') != NULL) {
		err_set(e, ERR_USAGE, "save takes the name alone: a new version has the newest as its parent");
		return err_hint(e, "sonde prompt branch %.100s begins from that one", name);
	}
	if (!prompt_name_check(name, e)) {
		return false;
	}
	bool is_there = t->r != NULL && find_newest(t, name, &newest, e);

	if (!is_there && t->r != NULL && e->code != ERR_CHECK) {
		return false;
	}
	*e = (struct err){ 0 };
	bool ok = prompt_read(path, is_there ? &newest.bundle : NULL, &b, NULL, e);

	if (ok) {
		ok = save_bundle(t, name, 0, &b, e);
		bundle_free(&b);
	}
	version_free(&newest);
	return ok;
}

static bool branch(struct prompt_task *t, struct err *e)
{
	struct version_row base;
	struct bundle b;

	if (!version_resolve(t->r, t->words[0], NULL, &base, NULL, e)) {
		return false;
	}
	bool ok = prompt_read(t->n_words > 1 ? t->words[1] : "-", &base.bundle, &b, NULL, e);

	if (ok) {
		ok = save_bundle(t, base.name, base.number, &b, e);
		bundle_free(&b);
	}
	version_free(&base);
	return ok;
}

/* $VISUAL, else $EDITOR. */
static const char *find_editor(struct err *e)
{
	const char *editor = getenv("VISUAL");

	editor = editor != NULL && editor[0] != '\0' ? editor : getenv("EDITOR");
	if (editor == NULL || editor[0] == '\0') {
		err_set(e, ERR_USAGE, "no editor is named");
		err_hint(e, "set VISUAL or EDITOR, for example EDITOR=vi");
		return NULL;
	}
	return editor;
}

static bool run_editor(const char *editor, const char *path, struct err *e)
{
	char *command = x_asprintf("%s \"$0\"", editor);
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, path, (char *)NULL);
		_exit(127);
	}
	free(command);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return true;
	}
	return err_set(e, ERR_INTERNAL, "the editor failed, nothing is saved; your text is in %.150s", path);
}

static bool write_script(const struct version_row *v, char **path, struct err *e)
{
	struct buf script = { 0 };
	int fd = temp_file(TEMP_DIR, "prompt", "", path, e);

	if (fd < 0) {
		return false;
	}
	bundle_script(&v->bundle, &script);
	bool ok = file_write_fd(fd, buf_str(&script), script.len) || err_set(e, ERR_INTERNAL, "%.150s cannot be written: %s", *path, strerror(errno));

	(void)close(fd);
	buf_free(&script);
	return ok;
}

static bool edit(struct prompt_task *t, struct err *e)
{
	struct version_row base;
	struct bundle b;
	char *path = NULL;
	const char *editor = find_editor(e);

	if (editor == NULL || !version_resolve(t->r, t->words[0], NULL, &base, NULL, e)) {
		return false;
	}
	bool ok = write_script(&base, &path, e) && run_editor(editor, path, e);

	if (ok) {
		ok = prompt_read(path, &base.bundle, &b, NULL, e);
		if (ok) {
			ok = save_bundle(t, base.name, base.number, &b, e);
			bundle_free(&b);
		}
		if (ok) {
			(void)unlink(path);
		} else if (e->hint[0] == '\0') {
			err_hint(e, "your text is in %.120s", path);
		}
	}
	free(path);
	version_free(&base);
	return ok;
}

/* ---- labels ---- */

static void told_label(struct prompt_task *t, const char *name, const struct label_row *l)
{
	char split[SPLIT_TEXT_SIZE];

	if (t->is_json) {
		(void)buf_add_str(&t->out, "{\"name\":");
		json_text_string(&t->out, name);
		(void)buf_addf(&t->out, ",\"label\":\"%s\",\"to\":\"%s\",\"move\":%lld,\"time\":", l->label, split_text(&l->split, split), (long long)l->move);
		prompt_out_time(&t->out, l->moved_us, true);
		(void)buf_add_str(&t->out, ",\"who\":");
		json_text_string(&t->out, l->who);
		(void)buf_add_str(&t->out, ",\"why\":");
		json_text_string(&t->out, l->why);
		(void)buf_add_str(&t->out, "}");
		return;
	}
	(void)buf_addf(&t->out, "%s  %s  ", l->label, split_text(&l->split, split));
	prompt_out_time(&t->out, l->moved_us, false);
	(void)buf_add_str(&t->out, "  ");
	prompt_out_line(&t->out, l->who);
	(void)buf_add_str(&t->out, l->why[0] != '\0' ? "  " : "");
	prompt_out_line(&t->out, l->why);
	(void)buf_add_str(&t->out, "\n");
}

static bool show_labels(struct prompt_task *t, struct err *e)
{
	const char *only = t->n_words > 1 ? t->words[1] : NULL;
	struct label_row *rows;
	size_t n, n_shown = 0;

	if (!labels_list(t->r, t->words[0], &rows, &n, e)) {
		return false;
	}
	(void)buf_add_str(&t->out, t->is_json ? "{\"labels\":[" : "");
	for (size_t i = 0; i < n; i++) {
		if (only == NULL || strcmp(rows[i].label, only) == 0) {
			(void)buf_add_str(&t->out, t->is_json && n_shown > 0 ? "," : "");
			told_label(t, t->words[0], &rows[i]);
			n_shown++;
		}
	}
	(void)buf_add_str(&t->out, t->is_json ? "]}\n" : "");
	label_rows_free(rows, n);
	return only == NULL || n_shown > 0 || label_unknown(t->r, t->words[0], only, e);
}

/* --from: what the label must point to; the move is then expected to be that one. */
static bool read_expected(struct prompt_task *t, struct label_move *m, struct err *e)
{
	struct split from;
	struct label_row *rows;
	char want[SPLIT_TEXT_SIZE], is[SPLIT_TEXT_SIZE] = "nowhere";
	size_t n;

	m->expected = LABEL_MOVE_ANY;
	if (t->from == NULL) {
		return true;
	}
	if (!split_parse(t->from, &from, e) || !labels_list(t->r, m->name, &rows, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].label, m->label) == 0) {
			m->expected = rows[i].move;
			(void)split_text(&rows[i].split, is);
			if (strcmp(is, split_text(&from, want)) != 0) {
				err_set(e, ERR_CHECK, "%s of %s points to %s, not to %s: %.40s moved it", m->label, m->name, is, want, rows[i].who);
				m->expected = LABEL_MOVE_ANY;
			}
		}
	}
	label_rows_free(rows, n);
	if (m->expected == LABEL_MOVE_ANY) {
		return e->code != ERR_NONE ? false : label_unknown(t->r, m->name, m->label, e);
	}
	return true;
}

static bool begin_move(struct prompt_task *t, struct label_move *m, struct err *e)
{
	*m = (struct label_move){ .name = t->words[0], .label = t->words[1], .who = t->author, .why = t->message != NULL ? t->message : "" };
	return prompt_name_check(m->name, e) && prompt_label_check(m->label, e) && read_expected(t, m, e);
}

static bool moved(struct prompt_task *t, bool ok, const char *name, struct label_row *now)
{
	if (ok && now->label != NULL) {
		told_label(t, name, now);
		(void)buf_add_str(&t->out, t->is_json ? "\n" : "");
	} else if (ok) {
		(void)buf_add_str(&t->out, t->is_json ? "{\"label\":null}\n" : "taken away\n");
	}
	label_free(now);
	return ok;
}

static bool set_label(struct prompt_task *t, const char *to, struct err *e)
{
	struct label_row now = { .move = 0 };
	struct label_move m;

	if (!begin_move(t, &m, e) || (to != NULL && !split_parse(to, &m.to, e))) {
		return false;
	}
	return moved(t, label_set(t->r, &m, &now, e), m.name, &now);
}

static bool label(struct prompt_task *t, struct err *e)
{
	if (t->removes && t->n_words == 2) {
		return set_label(t, NULL, e);
	}
	if (t->removes) {
		return err_set(e, ERR_USAGE, "--remove takes the name of a prompt and of a label");
	}
	return t->n_words < 3 ? show_labels(t, e) : set_label(t, t->words[2], e);
}

static bool split(struct prompt_task *t, struct err *e)
{
	struct buf text = { 0 };

	for (int i = 2; i < t->n_words; i++) {
		(void)buf_addf(&text, "%s%s", i > 2 ? "," : "", t->words[i]);
	}
	bool ok = set_label(t, buf_str(&text), e);

	buf_free(&text);
	return ok;
}

static bool roll_back(struct prompt_task *t, struct err *e)
{
	struct label_row now = { .move = 0 };
	struct label_move m;

	return begin_move(t, &m, e) && moved(t, label_rollback(t->r, &m, &now, e), m.name, &now);
}

static bool swap(struct prompt_task *t, struct err *e)
{
	struct label_move m;

	if (!begin_move(t, &m, e) || !label_swap(t->r, &m, t->words[2], e)) {
		return false;
	}
	t->n_words = 1;
	return show_labels(t, e);
}

const struct prompt_verb prompt_save = { "save", "NAME [FILE|-]", "ma", 1, 2, 0, save, save };
const struct prompt_verb prompt_edit = { "edit", "REF", "ma", 1, 1, 0, edit, NULL };
const struct prompt_verb prompt_branch = { "branch", "REF [FILE|-]", "ma", 1, 2, 0, branch, NULL };
const struct prompt_verb prompt_label = { "label", "NAME [LABEL [VERSION|SPLIT]]", "mafyx", 1, 3, 3, label, NULL };
const struct prompt_verb prompt_split = { "split", "NAME LABEL VERSION:SHARE...", "mafy", 3, 2 + SPLIT_MOST_ARMS, 0, split, NULL };
const struct prompt_verb prompt_swap = { "swap", "NAME LABEL LABEL", "mafy", 3, 3, 0, swap, NULL };
const struct prompt_verb prompt_rollback = { "rollback", "NAME LABEL", "mafy", 2, 2, 0, roll_back, NULL };
