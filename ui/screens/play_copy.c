/* What y and a letter copy of the focused column, of this session or out of the history: the exact bytes, not the cleaned ones that are
 * shown. */
#include "cli/calls.h"
#include "cli/result.h"
#include "ui/console.h"
#include "ui/screens/play_state.h"

/* Says why there is nothing; NULL when nothing was asked for in the focused column. */
static const struct play_column *asked_column(const struct play_screen *s, struct console *c)
{
	const struct play_column *column = s->column < s->play->n_columns ? s->play->columns[s->column] : NULL;

	if (column == NULL || !column->answer->has_run) {
		console_say(c, ST_DIM, "nothing was sent yet: F5 sends the prompt");
		return NULL;
	}
	return column;
}

unsigned play_copy_answer(void *self, struct console *c, const char *arg)
{
	const struct play_column *column = asked_column(self, c);

	(void)arg;
	if (column == NULL) {
		return play_changed();
	}
	const struct play_answer *a = column->answer;
	if (a->call != NULL) {
		return console_copy(c, "answer", buf_str(&a->call->answer.text), a->call->answer.text.len);
	}
	return console_copy(c, "answer", a->body.answer, a->body.answer != NULL ? a->body.answer_len : 0);
}

unsigned play_copy_response(void *self, struct console *c, const char *arg)
{
	const struct play_column *column = asked_column(self, c);
	size_t len;

	(void)arg;
	if (column == NULL) {
		return play_changed();
	}
	const char *bytes = play_answer_response(column->answer, &len);
	return console_copy(c, "raw response", bytes, len);
}

unsigned play_copy_json(void *self, struct console *c, const char *arg)
{
	const struct play_column *column = asked_column(self, c);
	struct buf out = { 0 };

	(void)arg;
	if (column == NULL) {
		return play_changed();
	}
	const struct play_answer *a = column->answer;
	if (play_answer_is_running(a)) {
		console_say(c, ST_DIM, "JSON result: this column is still running");
		return play_changed();
	}
	if (a->call != NULL) {
		result_json(&out, a->call);
		(void)buf_add_char(&out, '\n');
	} else {
		calls_json(&out, &a->row, &a->body);
	}
	unsigned bits = console_copy(c, "JSON result", buf_str(&out), out.len);
	buf_free(&out);
	return bits;
}

static unsigned copy_snippet(struct play_screen *s, struct console *c, const char *what,
    bool (*write)(const struct sent_request *r, struct buf *out, struct err *e))
{
	const struct play_column *column = asked_column(s, c);
	struct buf out = { 0 };
	struct err e = { 0 };

	if (column == NULL) {
		return play_changed();
	}
	struct sent_request sent = play_answer_request(column->answer, column->target);
	unsigned bits;

	if (sent.target == NULL) {
		bits = play_said(c, &column->err);
	} else if (sent.body_len == 0 && column->answer->call == NULL) {
		console_say(c, ST_DIM, "the request of this past answer was not kept");
		bits = play_changed();
	} else {
		bits = write(&sent, &out, &e) ? console_copy(c, what, buf_str(&out), out.len) : play_said(c, &e);
	}
	buf_free(&out);
	return bits;
}

unsigned play_copy_curl(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return copy_snippet(self, c, "curl command, the key as a variable", snippet_curl);
}

unsigned play_copy_python(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return copy_snippet(self, c, "Python, the key as a variable", snippet_python);
}
