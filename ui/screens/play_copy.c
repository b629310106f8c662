/* What y and a letter copy of the focused column: the exact bytes, not the cleaned ones that are shown. */
#include "cli/result.h"
#include "gateway/snippet.h"
#include "ui/console.h"
#include "ui/screens/play_state.h"

static const struct play_column *focused(const struct play_screen *s)
{
	return s->column < s->play->n_columns ? s->play->columns[s->column] : NULL;
}

/* Says why there is nothing; NULL when the column has a call of this session. */
static const struct call *call_of(const struct play_screen *s, struct console *c)
{
	const struct play_column *column = focused(s);

	if (column == NULL || column->answer->call == NULL) {
		console_say(c, ST_DIM, column != NULL && column->answer->has_run ? "a past answer: Metrics (4) opens its request and copies it" :
		    "nothing was sent yet: F5 sends the prompt");
		return NULL;
	}
	return column->answer->call;
}

unsigned play_copy_answer(void *self, struct console *c, const char *arg)
{
	const struct play_screen *s = self;
	const struct play_column *column = focused(s);

	(void)arg;
	if (column != NULL && column->answer->call != NULL) {
		return console_copy(c, "answer", buf_str(&column->answer->call->answer.text), column->answer->call->answer.text.len);
	}
	return column != NULL ? console_copy(c, "answer", buf_str(&column->answer->text), column->answer->text.len) : INPUT_HANDLED;
}

unsigned play_copy_response(void *self, struct console *c, const char *arg)
{
	const struct call *call = call_of(self, c);

	(void)arg;
	return call != NULL ? console_copy(c, "raw response", buf_str(&call->response_body), call->response_body.len) :
	    INPUT_HANDLED | INPUT_REDRAW;
}

unsigned play_copy_json(void *self, struct console *c, const char *arg)
{
	const struct call *call = call_of(self, c);
	struct buf out = { 0 };

	(void)arg;
	if (call == NULL) {
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	if (call->state < CALL_DONE) {
		console_say(c, ST_DIM, "JSON result: this column is still running");
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	result_json(&out, call);
	(void)buf_add_char(&out, '\n');
	unsigned bits = console_copy(c, "JSON result", buf_str(&out), out.len);
	buf_free(&out);
	return bits;
}

static unsigned copy_snippet(struct play_screen *s, struct console *c, const char *what,
    bool (*write)(const struct call *c, struct buf *out, struct err *e))
{
	const struct call *call = call_of(s, c);
	struct buf out = { 0 };
	struct err e = { 0 };
	unsigned bits = INPUT_HANDLED | INPUT_REDRAW;

	if (call != NULL && write(call, &out, &e)) {
		bits = console_copy(c, what, buf_str(&out), out.len);
	} else if (call != NULL) {
		console_say(c, ST_BAD, "%s: %s", e.text, e.hint);
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
