/* Themes of our own colours on a terminal: the nearest of its colours, or the colours themselves; and what it says of its background. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "tests/term/pty.h"
#include "ui/colour.h"
#include "ui/theme.h"

static const char *const console[] = { NULL };
static struct place place;
static struct pty p;

static int setup(void **state)
{
	(void)state;
	place_make(&place);
	place_set(&place, "OPENAI_API_KEY", "none");
	place_set(&place, "OPENAI_BASE_URL", "http://127.0.0.1:9");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pty_free(&p);
	place_remove(&place);
	return 0;
}

static void start(const char *theme)
{
	place_configure(&place, "ui: {theme: %s}\n", theme);
	pty_start(&p, &place, console, 80, 24, false);
}

/* The background that a cell of the screen has, as libvterm knows it. */
static colour background(void)
{
	VTermPos pos = { .row = 10, .col = 40 };
	VTermScreenCell cell;

	assert_true(vterm_screen_get_cell(p.screen, pos, &cell));
	vterm_screen_convert_color_to_rgb(p.screen, &cell.bg);
	return (colour)cell.bg.rgb.red << 16 | (colour)cell.bg.rgb.green << 8 | cell.bg.rgb.blue;
}

/* The answer and the first frame race. */
static void wait_light(void)
{
	double start = now_ms();

	while (!colour_is_light(background())) {
		assert_true(now_ms() - start < WAIT_MS);
		(void)pty_pump(&p, 20);
	}
}

static bool has_bytes(const char *bytes)
{
	return memmem(p.raw.s, p.raw.len, bytes, strlen(bytes)) != NULL;
}

static void leave(void)
{
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	assert_string_equal(pty_modes_on(&p), "");
	assert_true(pty_is_line_same(&p));
}

static void test_nearest(void **state)
{
	char bytes[32];

	(void)state;
	start("dark");
	pty_wait(&p, "READY");
	(void)snprintf(bytes, sizeof(bytes), "48;5;%d", colour_nearest_256((colour)theme_look(THEME_DARK, ST_TEXT).bg & 0xffffff));
	assert_true(has_bytes(bytes));
	assert_false(colour_is_light(background()));
	assert_false(has_bytes("\x1b]11")); /* nothing to ask for */
	pty_key(&p, ":set theme light\r", "theme = light");
	wait_light();
	leave();
}

/* With fewer colours the terminal's own are meant by the same styles. */
static void test_few_colours(void **state)
{
	(void)state;
	place_set(&place, "TERM", "xterm-color");
	start("dark");
	pty_wait(&p, "READY");
	assert_false(has_bytes("48;5;"));
	assert_true(has_bytes("\x1b[36m"));
	leave();
}

/* A terminal type that takes colours as they are. */
static bool make_direct(void)
{
	static const char source[] =
	    "xterm-direct|colours as they are,\n\tRGB, colors#0x1000000, pairs#0x7fff,\n"
	    "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,\n"
	    "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,\n"
	    "\tsetf@, setb@, initc@, ccc@, use=xterm-256color,\n";
	char *path = place_write(&place, "direct.ti", source), *dir = x_asprintf("%s/terminfo", place.dir);
	char *command = x_asprintf("tic -x -o '%s' '%s' 2>/dev/null", dir, path);
	bool ok = system(command) == 0; /* NOLINT: a fixed command on paths of our own */
	char *dirs = x_asprintf("%s:/etc/terminfo:/lib/terminfo:/usr/share/terminfo", dir);
	place_set(&place, "TERMINFO_DIRS", dirs);
	free(dirs);
	free(command);
	free(dir);
	free(path);
	return ok;
}

static void test_direct(void **state)
{
	(void)state;
	if (!make_direct()) {
		skip();
	}
	place_set(&place, "COLORTERM", "truecolor");
	start("dark");
	pty_wait(&p, "READY");
	assert_true(has_bytes("48;2;27;29;35"));
	assert_int_equal(background(), 0x1b1d23);
	leave();
}

/* A console begun in the terminal's colours has them whole, too, and the terminal's own stay what they were. */
static void test_direct_later(void **state)
{
	(void)state;
	if (!make_direct()) {
		skip();
	}
	place_set(&place, "COLORTERM", "truecolor");
	start("ansi");
	pty_wait(&p, "READY");
	assert_true(has_bytes("\x1b[36m"));
	assert_false(has_bytes("[38;") || has_bytes("[48;"));
	pty_key(&p, ":set theme light\r", "theme = light");
	wait_light();
	assert_true(has_bytes("48;2;251;250;247"));
	leave();
}

static void test_says_light(void **state)
{
	(void)state;
	start("rgb");
	pty_wait_bytes(&p, "\x1b]11;?\a\x1b[c");
	pty_send(&p, "\x1b]11;rgb:ffff/fdfd/f0f0\x1b\\\x1b[?62;22c");
	pty_wait(&p, "READY");
	wait_light();
	assert_false(pty_has(&p, "rgb:"));
	leave();
}

/* A terminal that says nothing gets the dark one, and what comes late, in pieces or broken is no input. */
static void test_hostile_answers(void **state)
{
	static const char *const pieces[] = { "\x1b]", "11;rg", "b:ffff/ff", "\x1b[?62c", "\x1b]11;rgb:ffff/ffff/ffff\a" };

	(void)state;
	start("rgb");
	pty_wait(&p, "READY");
	assert_false(colour_is_light(background()));
	pty_key(&p, "e", "EDIT");
	pty_send(&p, pieces[0]);
	pty_send(&p, pieces[1]);
	pty_send(&p, pieces[2]);
	pty_key(&p, "\rkept", "kept"); /* Enter broke it off */
	assert_false(pty_has(&p, "rgb"));
	pty_send(&p, pieces[4]);
	pty_send(&p, pieces[3]);
	pty_key(&p, "+more", "kept+more");
	wait_light();
	assert_false(pty_has(&p, "rgb"));
	pty_wait(&p, "EDIT"); /* the repaint in the other colours is over */
	pty_send(&p, "\x1b");
	pty_wait_gone(&p, "EDIT");
	pty_wait(&p, "READY"); /* Esc and q at once would be Alt-q */
	leave();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nearest), TEST(test_few_colours), TEST(test_direct), TEST(test_direct_later), TEST(test_says_light), TEST(test_hostile_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
