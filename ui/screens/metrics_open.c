/* An opened request elsewhere: in Play, to be sent again or changed, and in the person's editor. */
#include <stdlib.h>
#include <string.h>

#include "app/again.h"
#include "app/prompts.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/screens/metrics_state.h"
#include "ui/screens/screens.h"

bool metrics_has_opened(struct metrics_screen *s, struct console *c, const char *what, metrics_command *run, const char *arg)
{
	bool is_opened = s->focus == FOCUS_DETAIL && s->board->has_call, is_opening = s->focus == FOCUS_DETAIL && s->board->is_opening;

	if (is_opening) { /* until it has come another one may be shown */
		metrics_stop_waiting(s);
		s->waiting = (struct metrics_waiting){ run, x_strdup(arg), s->wanted };
		console_say(c, ST_DIM, "%s: as soon as the request is read", what);
	} else if (!is_opened) {
		console_say(c, ST_DIM, "%s: of an opened request; Enter on one opens it", what);
	}
	return is_opened && !is_opening;
}

void metrics_stop_waiting(struct metrics_screen *s)
{
	free(s->waiting.arg);
	s->waiting = (struct metrics_waiting){ 0 };
}

unsigned metrics_arrived(void *self, struct console *c)
{
	struct metrics_screen *s = self;
	const struct board *b = s->board;
	struct metrics_waiting w = s->waiting;
	unsigned bits = 0;

	if (w.run == NULL || b->is_opening) {
		return 0;
	}
	s->waiting = (struct metrics_waiting){ 0 };
	if (b->call_err.code != ERR_NONE) {
		char why[sizeof(b->call_err.text)];

		clean_line_into(b->call_err.text, why, sizeof(why));
		console_say(c, ST_BAD, "%s", why);
		bits = metrics_changed();
	} else if (s->focus == FOCUS_DETAIL && b->has_call && call_id_is_same(b->call.row.id, w.id)) {
		bits = w.run(s, c, w.arg);
	}
	free(w.arg);
	return bits;
}

/* What of the request does not come back. */
static void add_lacks(const struct config *config, const struct call_row *row, const struct call_body *body, const struct again *a, struct buf *out)
{
	struct buf names = { 0 };

	if (a->n_left_out > 0) { /* its messages are then others */
		(void)buf_addf(out, ", without its %zu image%s or file%s, which are not kept", a->n_left_out, a->n_left_out == 1 ? "" : "s", a->n_left_out == 1 ? "" : "s");
		return;
	}
	again_left_out(config, row, body, a, &names);
	if (names.len > 0) {
		char *clean = clean_line(names.s, names.len, 80);

		(void)buf_addf(out, ", not as it was in: %s", clean);
		free(clean);
	}
	buf_free(&names);
}

unsigned screens_open_in_play(struct console *c, struct app *app, const struct call_row *row, const struct call_body *body)
{
	struct again a;
	struct err e = { 0 };

	if (!again_read(row, body, &a, &e)) {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
		return metrics_changed();
	}
	again_open(app->play, &a);
	(void)console_show(c, "play");
	char *target = clean_line(a.target, strlen(a.target), 40);

	struct buf without = { 0 };

	add_lacks(app->config, row, body, &a, &without);
	console_say(c, without.len > 0 ? ST_WARN : ST_TEXT, "the request to %s%s: F5 sends it", target, buf_str(&without));
	buf_free(&without);
	free(target);
	again_free(&a);
	return metrics_changed();
}

unsigned metrics_replay(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	return metrics_has_opened(s, c, "replay", metrics_replay, arg) ? screens_open_in_play(c, s->app, &s->board->call.row, &s->board->call.body) : metrics_changed();
}

/* What the editor makes of it is the person's own affair. */
static void ignore(void *ctx, struct console *c, const char *text, size_t len)
{
	(void)ctx;
	(void)c;
	(void)text;
	(void)len;
}

unsigned metrics_edit_outside(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	const struct call_body *body = &s->board->call.body;
	const struct {
		const char *title, *bytes;
		size_t len;
	} parts[] = { { "request", body->request, body->request_len }, { "answer", body->answer, body->answer_len },
		{ "response as received", body->response, body->response_len } };
	struct buf text = { 0 };

	if (!metrics_has_opened(s, c, "edit", metrics_edit_outside, arg)) {
		return metrics_changed();
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (parts[i].bytes != NULL) {
			(void)buf_addf(&text, "%s## %s\n\n", text.len > 0 ? "\n\n" : "", parts[i].title);
			(void)buf_add(&text, parts[i].bytes, parts[i].len);
		}
	}
	if (text.len == 0) {
		console_say(c, ST_DIM, "no bodies are kept of this call");
		return metrics_changed();
	}
	unsigned bits = console_edit(c, buf_str(&text), text.len, ignore, NULL);

	buf_free(&text);
	return bits;
}

unsigned metrics_to_prompt(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	const struct board_call *call = &s->board->call;
	struct bundle b = { 0 };
	struct err e = { 0 };

	if (!metrics_has_opened(s, c, "to prompt", metrics_to_prompt, arg)) {
		return metrics_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "to prompt ");
		return metrics_changed();
	}
	if (!prompt_name_check(arg, &e) || !prompts_can_leave(s->app->prompts, &e) || !prompts_bundle_of_call(&call->row, &call->body, &b, &e)) {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
		return metrics_changed();
	}
	prompts_open_bundle(s->app->prompts, arg, &b);
	(void)console_show(c, "prompts");
	return metrics_changed();
}
