#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/widgets/editor.h"

/* A screen with a text field, a counter and a thing that may run. */
struct fake {
	int runs, enters, leaves;
	bool is_editing, is_busy;
	char last_arg[64];
	struct editor *field;
	struct rect area;
};

static void *fake_init(struct app *app)
{
	struct fake *f = x_calloc(1, sizeof(*f));

	(void)app;
	f->field = editor_new(false, "nothing yet");
	return f;
}

static void fake_free(void *self)
{
	struct fake *f = self;

	editor_free(f->field);
	free(f);
}

static void fake_enter(void *self) { ((struct fake *)self)->enters++; }
static void fake_leave(void *self) { ((struct fake *)self)->leaves++; }
static bool fake_is_editing(const void *self) { return ((const struct fake *)self)->is_editing; }
static bool fake_is_busy(const void *self) { return ((const struct fake *)self)->is_busy; }
static const char *fake_loses(const void *self) { return fake_is_busy(self) ? "It runs; q again quits" : NULL; }
static int fake_tick(const void *self) { return ((const struct fake *)self)->is_busy ? 100 : 0; }

static unsigned fake_input(void *self, struct console *c, const struct input *in)
{
	struct fake *f = self;

	(void)c;
	if (in->type == INPUT_KEY && in->key == K_ESC) {
		f->is_editing = false;
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	return f->is_editing ? editor_input(f->field, in) : 0;
}

static void fake_layout(void *self, struct rect r)
{
	struct fake *f = self;

	f->area = r;
	editor_layout(f->field, r);
}

static void fake_draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct fake *f = self;

	(void)env;
	cells_put(cells, 0, 0, ST_TEXT, "never seen: outside of the area");
	editor_draw(f->field, cells, f->area, f->is_editing);
}

static enum style fake_status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	(void)env;
	buf_addf(left, "%d runs", ((const struct fake *)self)->runs);
	buf_add_str(right, "$0.0006 so far");
	return ST_TEXT;
}

static void fake_card(const void *self, const struct env *env, struct buf *out)
{
	(void)env;
	buf_addf(out, "%d runs\nof the fake\n", ((const struct fake *)self)->runs);
}

static unsigned run(void *screen, struct console *c, const char *arg)
{
	struct fake *f = screen;

	(void)c;
	f->runs++;
	snprintf(f->last_arg, sizeof(f->last_arg), "%s", arg);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned edit(void *screen, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	((struct fake *)screen)->is_editing = true;
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned stop(void *screen, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	((struct fake *)screen)->is_busy = false;
	return INPUT_HANDLED | INPUT_REDRAW;
}

static const char *targets(void *screen, size_t i)
{
	static const char *const names[] = {"gpt-4o-mini", "llama3.1-8b", "gpt-4o"};

	(void)screen;
	return i < COUNT_OF(names) ? names[i] : NULL;
}

static const struct command commands[] = {
	{.name = "run", .keys = "F5 r", .hint = "run", .help = "send the prompt", .flags = COMMAND_IN_TEXT, .run = run},
	{.name = "add", .keys = NULL, .args = "TARGET", .help = "another column", .run = run, .complete = targets},
	{.name = "edit", .keys = "e", .hint = "edit", .help = "write the prompt", .run = edit},
	{.name = "stop", .keys = "x", .hint = "stop", .help = "stop this run", .run = stop, .is_shown = fake_is_busy},
	{.name = "unlisted", .keys = "z", .flags = COMMAND_HIDDEN, .run = run},
};

static const struct screen fake_play = {
	.id = "play", .title = "Play", .number = 2, .commands = commands, .n_commands = COUNT_OF(commands), .init = fake_init, .free = fake_free,
	.enter = fake_enter, .leave = fake_leave, .input = fake_input, .is_editing = fake_is_editing, .layout = fake_layout, .draw = fake_draw,
	.status = fake_status, .tick_ms = fake_tick, .card = fake_card, .loses = fake_loses,
};
static const struct screen fake_metrics = {
	.id = "metrics", .title = "Metrics", .number = 4, .init = fake_init, .free = fake_free, .enter = fake_enter, .leave = fake_leave,
	.layout = fake_layout, .draw = fake_draw,
};
static const struct screen *const screens[] = {&fake_play, &fake_metrics};

static void summary(const struct app *app, const struct env *env, int room, struct buf *out)
{
	(void)app;
	(void)env;
	buf_add_str(out, room >= 8 ? "2 $1.84" : "$1.84");
}

struct fixture {
	struct app app;
	struct console *c;
	struct cells *cells;
	struct fake *play;
};

static int set_up(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));

	f->app.config = config_new();
	f->c = console_new(&f->app, screens, COUNT_OF(screens), summary);
	f->play = console_screen_state(f->c, "play");
	f->cells = cells_new(80, 24);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	console_free(f->c);
	config_free(f->app.config);
	cells_free(f->cells);
	free(f);
	return 0;
}

/* Keys as names, or 'text'. Returns the bits of the last one. */
static unsigned press(struct fixture *f, const char *script)
{
	unsigned bits = 0;

	while (*script != '\0') {
		size_t n = strcspn(script, " ");
		struct input in = {.type = INPUT_KEY};

		if (script[0] == '\'') {
			n = strcspn(script + 1, "'") + 2;
			for (size_t i = 1; i + 1 < n; i++) {
				in.key = (unsigned char)script[i];
				bits = console_input(f->c, &in);
			}
		} else {
			in.key = key_from_name(script, n);
			assert_int_not_equal(in.key, 0);
			bits = console_input(f->c, &in);
		}
		script += n;
		script += strspn(script, " ");
	}
	return bits;
}

/* Row y of the drawing; the caller frees it. */
static char *row(struct fixture *f, int y)
{
	static const struct env env = {.now_us = 1000000, .has_focus = true};
	struct buf b = {0};

	console_resize(f->c, f->cells->w, f->cells->h);
	console_draw(f->c, f->cells, &env);
	cells_dump(f->cells, &b);
	const char *s = buf_str(&b);
	while (y-- > 0) {
		s = strchr(s, '\n') + 1;
	}
	char *line = x_strndup(s, strcspn(s, "\n"));
	buf_free(&b);
	return line;
}

static void expect_row(struct fixture *f, int y, const char *text)
{
	char *line = row(f, y);

	assert_string_equal(line, text);
	free(line);
}

static bool shows(struct fixture *f, const char *text)
{
	bool found = false;

	for (int y = 0; y < f->cells->h && !found; y++) {
		char *line = row(f, y);

		found = strstr(line, text) != NULL;
		free(line);
	}
	return found;
}

static void draws_the_rows(void **state)
{
	struct fixture *f = *state;

	expect_row(f, 0, " [2 Play]   4 Metrics                                                    2 $1.84");
	expect_row(f, 1, "nothing yet");
	expect_row(f, 22, " 0 runs                                                           $0.0006 so far");
	expect_row(f, 23, " F5 run  e edit  : command  ? help");
	f->play->is_busy = true;
	expect_row(f, 23, " F5 run  e edit  x stop  : command  ? help");
	f->app.is_demo = true;
	expect_row(f, 0, " [2 Play]   4 Metrics                                        2 $1.84  SIMULATED");
	cells_resize(f->cells, 60, 16);
	expect_row(f, 0, " [2 Play]   4 Metrics                    2 $1.84  SIMULATED");
}

static void keys_reach_commands(void **state)
{
	struct fixture *f = *state;

	press(f, "r F5");
	assert_int_equal(f->play->runs, 2);
	press(f, "e 'rrq?1:' F5");
	assert_int_equal(f->play->runs, 3);
	assert_string_equal(editor_text(f->play->field, NULL), "rrq?1:");
	expect_row(f, 22, " EDIT  3 runs                                                     $0.0006 so far");
	expect_row(f, 23, " F5 run  M-x command  F1 help");
	press(f, "Esc r");
	assert_int_equal(f->play->runs, 4);
	assert_int_equal(press(f, "Ctrl-z"), INPUT_HANDLED | CONSOLE_SUSPEND);
	assert_true(press(f, "Ctrl-l") & CONSOLE_REPAINT);
	/* whatever lies over the screen */
	press(f, ":");
	assert_true(press(f, "Ctrl-z") & CONSOLE_SUSPEND);
	assert_true(press(f, "Ctrl-l") & CONSOLE_REPAINT);
	press(f, "'rerun' Esc ?");
	assert_true(press(f, "Ctrl-z") & CONSOLE_SUSPEND);
	press(f, "Esc r");
	assert_int_equal(f->play->runs, 5);
}

static void switches_screens(void **state)
{
	struct fixture *f = *state;
	struct input click = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .x = 3, .y = 0};

	press(f, "4");
	expect_row(f, 0, "  2 Play   [4 Metrics]                                                   2 $1.84");
	assert_int_equal(f->play->leaves, 1);
	press(f, "1 3 5");
	assert_int_equal(f->play->enters, 1);
	press(f, "Alt-2 e Alt-4");
	assert_int_equal(f->play->enters, 2);
	console_input(f->c, &click);
	assert_int_equal(f->play->enters, 3);
	assert_true(console_show(f->c, "metrics"));
	assert_false(console_show(f->c, "nowhere"));
	assert_null(console_screen_state(f->c, "nowhere"));
}

static void quitting_asks_when_busy(void **state)
{
	struct fixture *f = *state;

	assert_true(press(f, "q") & INPUT_QUIT);
	f->play->is_busy = true;
	press(f, "4");
	assert_false(press(f, "q") & INPUT_QUIT);
	assert_true(shows(f, "q again"));
	assert_false(press(f, "2 q") & INPUT_QUIT);
	assert_true(press(f, "q") & INPUT_QUIT);
	assert_int_equal(console_tick_ms(f->c), 100);
}

static void ctrl_c_stops_or_tells(void **state)
{
	struct fixture *f = *state;

	f->play->is_busy = true;
	press(f, "Ctrl-c");
	assert_false(f->play->is_busy);
	assert_false(shows(f, "q quits"));
	press(f, "Ctrl-c");
	assert_true(shows(f, "Nothing to stop here. q quits"));
	press(f, "j");
	assert_false(shows(f, "q quits"));
}

static const struct {
	const char *name, *keys;
	int runs;
	const char *arg, *shown; /* shown: text that must be on screen afterwards */
} lines[] = {
	{"whole name", ": 'run' Enter", 1, "", NULL},
	{"name in capitals", ": 'RUN' Enter", 1, "", NULL},
	{"start of a name", ": 'ru' Enter", 1, "", NULL},
	{"argument", ": 'add llama-x' Enter", 1, "llama-x", NULL},
	{"blanks around it", ": ' add   llama-x  ' Enter", 1, "llama-x", NULL},
	{"completion", ": 'ad' Tab 'll' Enter", 1, "llama3.1-8b", NULL},
	{"an exact candidate wins", ": 'add gpt-4o' Enter", 1, "gpt-4o", NULL},
	{"chosen with the arrows", ": 'add ' Down Down Enter", 1, "gpt-4o", NULL},
	{"needs an argument", ": 'add' Enter", 0, "", "llama3.1-8b"},
	{"unknown", ": 'nonsense' Enter", 0, "", "There is no command \"nonsense\""},
	{"empty", ": Enter", 0, "", NULL},
	{"escape", ": 'run' Esc", 0, "", NULL},
	{"backspace on nothing", ": 'r' Backspace Backspace r", 1, "", NULL},
	{"help is filtered", "? 'send the' Enter", 1, "", NULL},
	{"help goes on with an argument", "? 'another' Enter 'x1' Enter", 1, "x1", NULL},
	{"help finds nothing", "? 'zzzz' Enter Esc r", 1, "", NULL},
	{"help moves", "? Down Up Up Enter", 1, "", NULL},
	{"hidden ones are not listed", ": 'unlist' Enter", 0, "", "There is no command"},
	{"commands shows keys", ": 'run'", 0, "", "F5 r"},
	{"help has headings", "?", 0, "", "Everywhere"},
	{"help names the screen", "F1", 0, "", "Help · Play"},
	{"letters of a name", ": 'rn' Enter", 1, "", NULL},
	{"letters of an argument", ": 'add lma' Enter", 1, "llama3.1-8b", NULL},
	{"an argument written out", ": 'add x/lma' Enter", 1, "x/lma", NULL},
	{"the line before", ": 'add one' Enter : Up Enter", 2, "one", NULL},
	{"the line before that", ": 'add one' Enter : 'add two' Enter : Up Up Enter", 3, "one", NULL},
	{"and forward again", ": 'add one' Enter : 'add two' Enter : 'ru' Up Up Down Down Enter", 3, "", NULL},
	{"no line twice", ": 'add one' Enter : 'run' Enter : 'add one' Enter : Up Up Enter", 4, "", NULL},
	{"an earlier line by its letters", ": 'add one' Enter : 'adone' Enter", 2, "one", NULL},
	{"help by the starts of words", "? 'setp' Enter", 1, "", NULL},
	{"q is text in the field", ": 'q'", 0, "", "leave sonde"},
};

static void overlays_run_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		void *own;

		print_message("%s\n", lines[i].name);
		set_up(&own);
		struct fixture *f = own;
		free(row(f, 0));
		press(f, lines[i].keys);
		assert_int_equal(f->play->runs, lines[i].runs);
		assert_string_equal(f->play->last_arg, lines[i].arg);
		assert_true(lines[i].shown == NULL || shows(f, lines[i].shown));
		tear_down(&own);
	}
}

static void overlay_sits_on_the_screen(void **state)
{
	struct fixture *f = *state;

	press(f, ": 'ad'");
	expect_row(f, 6, "        ┌──────────────────────────────────────────────────────────────┐");
	expect_row(f, 7, "        │ :ad                                                          │");
	expect_row(f, 8, "        │▌ add TARGET             another column                       │");
	assert_int_equal(f->cells->cursor_x, 13);
	assert_int_equal(f->cells->cursor_y, 7);
}

static void a_small_terminal_gets_a_card(void **state)
{
	struct fixture *f = *state;

	cells_resize(f->cells, 38, 8);
	expect_row(f, 0, " sonde");
	expect_row(f, 1, " 0 runs");
	expect_row(f, 2, " of the fake");
	expect_row(f, 3, " needs 60×16 (now 38×8)");
	expect_row(f, 4, " q quit");
	press(f, "r : e");
	assert_int_equal(f->play->runs, 0);
	f->app.is_demo = true;
	expect_row(f, 0, " sonde  SIMULATED");
	assert_true(press(f, "q") & INPUT_QUIT);
	for (int w = 0; w < 60; w += 7) {
		cells_resize(f->cells, w, w / 7);
		free(row(f, 0));
	}
}

static void says_hostile_and_long_things(void **state)
{
	struct fixture *f = *state;

	console_say(f->c, ST_BAD, "%s\x1b[2J%0200d", "bad", 1);
	char *line = row(f, 22);
	assert_null(strchr(line, 0x1b));
	assert_non_null(strstr(line, "…"));
	free(line);
}

/* What the terminal cannot take goes into a file of its own, whole, and the sentence names it. */
static void copies_into_a_file_what_is_too_long(void **state)
{
	static const struct {
		size_t len; /* of what is copied */
		bool can_copy;
		const char *why; /* NULL: it fits */
	} cases[] = {
		{ CONSOLE_COPY_LIMIT / 4 * 3, true, NULL }, { CONSOLE_COPY_LIMIT / 4 * 3 + 3, true, "too long for the clipboard" },
		{ 5, false, "no clipboard here" },
	};
	struct fixture *f = *state;
	char dir[] = "/tmp/sonde-copy-XXXXXX", *bytes = x_calloc(1, CONSOLE_COPY_LIMIT), *read = x_calloc(1, CONSOLE_COPY_LIMIT);

	memset(bytes, 'x', CONSOLE_COPY_LIMIT);
	assert_int_equal(setenv("HOME", "/tmp", 1), 0);
	f->app.data_dir = mkdtemp(dir);
	assert_non_null(f->app.data_dir);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		console_set_terminal(f->c, cases[i].can_copy);
		unsigned bits = console_copy(f->c, "answer", bytes, cases[i].len);

		assert_int_equal((bits & CONSOLE_COPY) != 0, cases[i].why == NULL);
		assert_true(shows(f, cases[i].why == NULL ? "copied: answer" : cases[i].why));
		if (cases[i].why != NULL) {
			char *path = x_asprintf("%s/copy-1.txt", dir), *said = x_asprintf("copied into ~%s/copy-1.txt (", dir + strlen("/tmp"));
			FILE *file = fopen(path, "r");

			assert_non_null(file);
			assert_true(shows(f, said));
			assert_int_equal(fread(read, 1, CONSOLE_COPY_LIMIT, file), cases[i].len);
			assert_memory_equal(read, bytes, cases[i].len);
			(void)fclose(file);
			(void)unlink(path);
			free(path);
			free(said);
		}
	}
	assert_int_equal(rmdir(dir), 0); /* nothing else was left in it */
	f->app.data_dir = NULL;
	free(bytes);
	free(read);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(draws_the_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_reach_commands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(switches_screens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quitting_asks_when_busy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ctrl_c_stops_or_tells, set_up, tear_down),
		cmocka_unit_test(overlays_run_lines),
		cmocka_unit_test_setup_teardown(overlay_sits_on_the_screen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_small_terminal_gets_a_card, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_hostile_and_long_things, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_into_a_file_what_is_too_long, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
