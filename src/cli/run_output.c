#include "cli/run_output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/result.h"
#include "text/json_text.h"

void run_output_begin(struct run_output *o, enum output form, bool is_quiet, bool is_alone)
{
	*o = (struct run_output){ .form = form, .is_quiet = is_quiet, .is_alone = is_alone, .cleans = isatty(STDOUT_FILENO) };
	cleaner_init(&o->cleaner);
}

static void print_text(struct run_output *o, const char *text, size_t len)
{
	if (!o->cleans) {
		(void)cli_out(text, len);
		return;
	}
	struct buf out = { 0 };

	cleaner_feed(&o->cleaner, text, len, &out);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
}

static void print_answer(struct run_output *o, const struct call *c)
{
	const struct buf *text = &c->answer.text;

	if (!o->is_alone) {
		struct buf head = { 0 };

		(void)buf_addf(&head, "== %s\n", c->asked->name);
		(void)cli_out(head.s, head.len);
		buf_free(&head);
		cleaner_init(&o->cleaner);
		print_text(o, buf_str(text), text->len);
	}
	if (text->len > 0 && text->s[text->len - 1] != '\n') {
		(void)cli_out("\n", 1);
	}
	for (size_t i = 0; i < c->answer.n_tool_calls; i++) {
		const struct tool_call *t = &c->answer.tool_calls[i];

		print_text(o, t->name, strlen(t->name));
		(void)cli_out("(", 1);
		print_text(o, buf_str(&t->arguments), t->arguments.len);
		(void)cli_out(")\n", 2);
	}
}

static void print_event(const struct call_event *ev)
{
	struct buf out = { 0 };

	(void)buf_addf(&out, "{\"event\":\"%s\",\"target\":", call_event_name(ev->type));
	json_text_string(&out, ev->call->asked->name);
	if (ev->type == EVENT_DELTA) {
		static const char *const kinds[] = { "text", "reasoning", "refusal", "tool_call" };

		(void)buf_addf(&out, ",\"%s\":", kinds[ev->kind]);
		json_text_bytes(&out, ev->text, ev->len);
	} else if (ev->type == EVENT_RETRYING || ev->type == EVENT_FALLBACK) {
		(void)buf_add_str(&out, ",\"why\":");
		json_text_string(&out, ev->call->err.text);
	} else if (ev->type >= EVENT_DONE) {
		(void)buf_add_str(&out, ",\"result\":");
		result_json(&out, ev->call);
	}
	(void)buf_add_str(&out, "}\n");
	(void)cli_out(out.s, out.len);
	buf_free(&out);
}

void run_output_event(struct run_output *o, const struct call_event *ev)
{
	if (o->form == OUTPUT_JSONL) {
		print_event(ev);
	} else if (o->form == OUTPUT_TEXT && o->is_alone && ev->type == EVENT_DELTA && ev->kind == DELTA_TEXT) {
		print_text(o, ev->text, ev->len);
	}
	if (ev->type >= EVENT_DONE && o->form == OUTPUT_TEXT) {
		if (ev->call->answer.text.len + ev->call->answer.n_tool_calls > 0) {
			print_answer(o, ev->call);
		}
		if (ev->type == EVENT_FAILED) {
			(void)cli_fail(&ev->call->err);
		}
	}
}

void run_output_progress(const struct run_output *o, const struct call_event *ev)
{
	if (o->is_quiet || o->form != OUTPUT_TEXT) {
		return;
	}
	if (ev->type == EVENT_RETRYING) {
		char text[sizeof(ev->call->err.text)];

		clean_line_into(ev->call->err.text, text, sizeof(text));
		fprintf(stderr, "sonde: %s; trying again in %.1f s (attempt %d of %d)\n", text,
		    (double)(ev->call->retry_at_us - clock_mono_us()) / (double)US_PER_S, ev->call->attempt + 1, ev->call->max_attempts);
	} else if (ev->type == EVENT_FALLBACK) {
		char text[sizeof(ev->call->err.text)], name[128];

		clean_line_into(ev->call->err.text, text, sizeof(text));
		clean_line_into(ev->call->target->name, name, sizeof(name));
		fprintf(stderr, "sonde: %s; trying %s instead\n", text, name);
	} else if (ev->type == EVENT_DONE) {
		result_summary(stderr, ev->call);
	}
}
