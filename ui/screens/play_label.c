/* The names of columns. Over an answer stands what made it: the model, and the version and parameters of its column as they were sent. What the column
 * has by now, where that is something else, is what is next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/screens/play_state.h"

/* What a request has of its column alone. */
struct own {
	const struct play_prompt *prompt;
	const char *ref; /* as it was asked for, while it is not there; NULL */
	const struct chat_params *params;
};

static struct own own_now(const struct play_column *c)
{
	return (struct own){ c->own.prompt, c->own.ref, &c->params };
}

static struct own own_shown(const struct play_column *c)
{
	return c->answer->has_run ? (struct own){ c->answer->own, NULL, &c->answer->params } : own_now(c);
}

static const char *name_of(const struct own *o, char out[PLAY_LABEL_SIZE])
{
	char name[PLAY_PROMPT_NAME_SIZE];

	(void)snprintf(out, PLAY_LABEL_SIZE, "%s", o->prompt != NULL ? play_prompt_name(o->prompt, name) : o->ref != NULL ? o->ref : "");
	return out;
}

/* Whether a version says all: no column has or had one of another prompt. */
static bool is_one_prompt(const struct play *p)
{
	char first[PLAY_LABEL_SIZE] = "", name[PLAY_LABEL_SIZE];

	for (size_t i = 0; i < 2 * p->n_columns; i++) {
		struct own o = i % 2 == 0 ? own_shown(p->columns[i / 2]) : own_now(p->columns[i / 2]);

		(void)name_of(&o, name);
		name[strcspn(name, "@")] = '\0';
		if (first[0] == '\0') {
			(void)snprintf(first, sizeof(first), "%s", name);
		}
		if (name[0] != '\0' && strcmp(first, name) != 0) {
			return false;
		}
	}
	return true;
}

static const char *short_name(const struct play *p, const char *name)
{
	const char *at = strchr(name, '@');

	return at != NULL && is_one_prompt(p) ? at : name;
}

const struct target *play_shown_target(const struct play_column *c)
{
	return c->answer->call != NULL ? c->answer->call->target : c->target;
}

static const char *label_of(const struct play_screen *s, const struct play_column *c, const struct target *t, const struct own *o, char out[PLAY_LABEL_SIZE])
{
	struct buf params = { 0 };
	char name[PLAY_LABEL_SIZE];
	const char *version = short_name(s->play, name_of(o, name));

	play_params_text(o->params, " ", &params);
	(void)snprintf(out, PLAY_LABEL_SIZE, "%s%.100s%s%s%s%s", c->route != NULL ? "auto: " : "", t != NULL ? t->model : c->name, version[0] != '\0' ? " " : "", version,
	    params.len > 0 ? " " : "", buf_str(&params));
	buf_free(&params);
	return out;
}

const char *play_label(const struct play_screen *s, const struct play_column *c, char out[PLAY_LABEL_SIZE])
{
	struct own shown = own_shown(c);

	return label_of(s, c, c->target != NULL ? play_shown_target(c) : NULL, &shown, out);
}

const char *play_next_label(const struct play_screen *s, const struct play_column *c, char out[PLAY_LABEL_SIZE])
{
	struct own now = own_now(c);

	return label_of(s, c, c->target, &now, out);
}

const char *play_own_name(const struct play_column *c, char out[PLAY_LABEL_SIZE])
{
	struct own shown = own_shown(c);

	return name_of(&shown, out);
}

/* Of all of them, not only of those that a label has room for. */
static bool are_same_params(const struct chat_params *a, const struct chat_params *b)
{
	struct buf x = { 0 }, y = { 0 };

	chat_params_json(a, &x);
	chat_params_json(b, &y);
	bool is_same = strcmp(buf_str(&x), buf_str(&y)) == 0;

	buf_free(&x);
	buf_free(&y);
	return is_same;
}

/* What there is now, or "without" what there was. */
static void add_change(struct buf *out, const char *before, const char *now)
{
	(void)buf_addf(out, " %s%s", now[0] != '\0' ? "" : "without ", now[0] != '\0' ? now : before);
}

bool play_next(const struct play_screen *s, const struct play_column *c, bool is_long, char out[PLAY_LABEL_SIZE])
{
	struct own shown = own_shown(c), now = own_now(c);
	char was[PLAY_LABEL_SIZE], is[PLAY_LABEL_SIZE];
	struct buf text = { 0 };
	bool is_gone = false;

	if (strcmp(name_of(&shown, was), name_of(&now, is)) != 0) {
		add_change(&text, is_long ? was : short_name(s->play, was), is_long ? is : short_name(s->play, is));
		is_gone = is[0] == '\0';
	}
	if (!are_same_params(shown.params, now.params)) {
		struct buf had = { 0 }, has = { 0 };

		play_params_text(shown.params, " ", &had);
		play_params_text(now.params, " ", &has);
		(void)buf_add_str(&text, is_gone ? "," : ""); /* else it read as if both were gone */
		add_change(&text, buf_str(&had), buf_str(&has));
		buf_free(&had);
		buf_free(&has);
	}
	(void)snprintf(out, PLAY_LABEL_SIZE, "%s%s", text.len > 0 ? "next:" : "", buf_str(&text));
	bool is_next = text.len > 0;

	buf_free(&text);
	return is_next;
}
