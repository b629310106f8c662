/* What `sonde run` prints of an answer that has both words and calls of tools. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_output.h"

/* Standard output of one answer. The caller's. */
static char *printed(const char *text, bool has_tool, bool is_alone)
{
	struct tool_call tool = { .name = (char *)(uintptr_t)"look_up" };
	struct target target = { .name = (char *)(uintptr_t)"a/b" };
	struct call c = { .asked = &target, .target = &target, .state = CALL_DONE };
	struct call_event delta = { .type = EVENT_DELTA, .call = &c, .kind = DELTA_TEXT, .text = text, .len = strlen(text) };
	struct call_event done = { .type = EVENT_DONE, .call = &c };
	struct run_output o;
	struct buf out = { 0 };
	char bytes[256];
	FILE *file = tmpfile();
	int before = dup(STDOUT_FILENO);

	assert_true(file != NULL && before >= 0);
	(void)buf_add_str(&tool.arguments, "{\"id\":1}");
	(void)buf_add_str(&c.answer.text, text);
	c.answer.tool_calls = &tool;
	c.answer.n_tool_calls = has_tool;
	(void)fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	run_output_begin(&o, OUTPUT_TEXT, true, is_alone);
	run_output_event(&o, &delta);
	run_output_event(&o, &done);
	(void)fflush(stdout);
	assert_true(dup2(before, STDOUT_FILENO) >= 0);
	(void)close(before);
	rewind(file);
	(void)buf_add(&out, bytes, fread(bytes, 1, sizeof(bytes), file));
	(void)fclose(file);
	buf_free(&tool.arguments);
	buf_free(&c.answer.text);
	return buf_take(&out);
}

static void words_and_calls_have_lines_of_their_own(void **state)
{
	static const struct {
		const char *text;
		bool has_tool, is_alone;
		const char *expected;
	} cases[] = {
		{ "Let me see.", true, true, "Let me see.\nlook_up({\"id\":1})\n" },
		{ "Let me see.\n", true, true, "Let me see.\nlook_up({\"id\":1})\n" },
		{ "", true, true, "look_up({\"id\":1})\n" },
		{ "Yes.", false, true, "Yes.\n" },
		{ "Let me see.", true, false, "== a/b\nLet me see.\nlook_up({\"id\":1})\n" },
		{ "Yes.\n", false, false, "== a/b\nYes.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *out = printed(cases[i].text, cases[i].has_tool, cases[i].is_alone);

		assert_string_equal(out, cases[i].expected);
		free(out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(words_and_calls_have_lines_of_their_own) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
