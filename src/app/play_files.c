/* Files that go with the prompt of Play. The list of a run is shared with its calls, so a change makes another list. */
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "base/mem.h"
#include "base/xdg.h"
#include "gateway/attach_file.h"
#include "token/tokenizer.h"

static bool copy_into(struct attachments *to, const struct attachment *a, struct err *e)
{
	return attachments_add(to, a->name, x_strndup(a->bytes, a->len), a->len, e);
}

static void take_list(struct play *p, struct attachments *list)
{
	attachments_unref(p->attachments);
	p->attachments = list->n > 0 ? list : NULL;
	p->files_tok = 0;
	p->has_pictures = false;
	free(p->lost_files);
	p->lost_files = NULL;
	for (size_t i = 0; i < list->n; i++) {
		const struct attachment *a = &list->list[i];

		if (a->kind == ATTACH_TEXT) {
			p->files_tok += tokenizer_count(&tokenizer_estimating, a->bytes, a->len);
		} else {
			p->has_pictures = true;
		}
	}
	if (p->attachments == NULL) {
		attachments_unref(list);
	}
	app_changed(p->app);
}

/* Those of the present list but the one left out; NULL with e when one of them cannot be taken again. */
static struct attachments *others(const struct play *p, const char *left_out, struct err *e)
{
	struct attachments *list = attachments_new();

	for (size_t i = 0; p->attachments != NULL && i < p->attachments->n; i++) {
		const struct attachment *a = &p->attachments->list[i];

		if ((left_out == NULL || strcmp(a->name, left_out) != 0) && !copy_into(list, a, e)) {
			attachments_unref(list);
			return NULL;
		}
	}
	return list;
}

bool play_attach(struct play *p, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *full = xdg_expand(path);
	struct attachments *list = others(p, slash != NULL ? slash + 1 : path, e); /* the same name once more takes its place */
	bool ok = list != NULL && attach_file(list, full, e);

	if (ok) {
		take_list(p, list);
	} else {
		attachments_unref(list);
	}
	free(full);
	return ok;
}

bool play_detach(struct play *p, const char *name, struct err *e)
{
	size_t before = p->attachments != NULL ? p->attachments->n : 0;
	struct attachments *list = name[0] == '\0' ? attachments_new() : others(p, name, e);

	if (list == NULL) {
		return false;
	}
	if (list->n == before && p->lost_files == NULL) {
		attachments_unref(list);
		return name[0] == '\0' ? err_set(e, ERR_USAGE, "no file is attached") : err_set(e, ERR_USAGE, "no file of that name is attached");
	}
	take_list(p, list);
	return true;
}

bool play_check_files(const struct play *p, const struct play_column *c, struct err *e)
{
	return c->target == NULL || attachments_check(p->attachments, c->target->provider->kind, c->target->model, e);
}
