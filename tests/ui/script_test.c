/* Plays the scripts of tests/keys on a console with a virtual clock: no network, no waiting. One step a line, # begins a comment:
 *   targets N                      the console starts with so many (first line; else 4)     store        a past of calls and runs
 *   key j j Enter                  as they come in one read: drawn after the last           type "text"  character by character
 *   hurry y r                      keys that come before anything that is asked for
 *   first-start                    instead: nothing is configured, the card is shown
 *   paste "text"                   click X Y    drag X Y X2 Y2    wheel X Y up|down    resize 80x24
 *   tick MS                        the clock goes on
 *   chunk COLUMN "text"            think COLUMN "text"       an answer or a thought grows (columns from 1)
 *   done COLUMN in=N out=N         fail COLUMN CLASS "text"  retry COLUMN MS "text"
 *   sent COLUMN "text"             the text is in what this column's call was asked
 *   expect "text"                  expect-not "text"         in the picture
 *   quits yes|no                   whether the last input ended the program
 *   shot NAME                      compares with tests/golden/keys/NAME.txt
 * Text may have \n, \t, \e, \" and \\. */
#include "tests/ui/fixture.h"

#include <dirent.h>

struct player {
	struct fixture *f;
	const char *script;
	int line;
	int different; /* pictures */
};

/* The next word or quoted text of a line, in place; NULL at its end. */
static char *next_word(char **at)
{
	char *p = *at + strspn(*at, " \t"), *start, *to;

	if (*p == '\0' || *p == '#') {
		return NULL;
	}
	if (*p != '"') {
		start = p;
		p += strcspn(p, " \t");
		*at = *p != '\0' ? p + 1 : p;
		*p = '\0';
		return start;
	}
	for (start = to = ++p; *p != '"' && *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			*to++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'e' ? '\033' : *p;
		} else {
			*to++ = *p;
		}
	}
	*at = *p == '"' ? p + 1 : p;
	*to = '\0';
	return start;
}

static void broken(const struct player *p, const char *what)
{
	fail_msg("%s:%d: %s", p->script, p->line, what);
}

static char *need(const struct player *p, char **at, const char *what)
{
	char *word = next_word(at);

	if (word == NULL) {
		broken(p, what);
	}
	return word;
}

static const struct call *need_call(const struct player *p, char **at)
{
	size_t column = (size_t)strtoul(need(p, at, "which column?"), NULL, 10);
	const struct play *play = p->f->app->play;

	if (column < 1 || column > play->n_columns || play->columns[column - 1]->answer->call == NULL) {
		broken(p, "this column has no call");
	}
	return play->columns[column - 1]->answer->call;
}

static bool shows(const struct player *p, const char *text)
{
	struct buf picture = { 0 };

	cells_dump(p->f->cells, &picture);
	bool is_there = strstr(buf_str(&picture), text) != NULL;
	buf_free(&picture);
	return is_there;
}

static void expect_text(struct player *p, char *at, bool is_wanted)
{
	const char *text = need(p, &at, "which text?");

	if (shows(p, text) != is_wanted) {
		struct buf picture = { 0 };

		cells_dump(p->f->cells, &picture);
		print_error("%s:%d: \"%s\" is %s\n", p->script, p->line, text, is_wanted ? "missing" : "there");
		(void)fputs(buf_str(&picture), stderr); /* too long for print_error */
		buf_free(&picture);
		broken(p, "not as expected");
	}
}

static void do_first_start(struct player *p, char *at)
{
	(void)at;
	fixture_start_first(p->f);
	(void)console_show(p->f->console, "welcome");
	fixture_draw(p->f);
}

static void do_store(struct player *p, char *at)
{
	(void)at;
	fixture_fill_store(p->f);
	fixture_add_call(p->f);
	fixture_add_runs(p->f);
}

static void do_prompts(struct player *p, char *at)
{
	(void)at;
	fixture_add_prompts(p->f);
	fixture_add_prompt_calls(p->f);
	prompts_load(p->f->app->prompts);
	fixture_settle(p->f);
}

static void do_key(struct player *p, char *at)
{
	fixture_keys(p->f, at + strspn(at, " "));
}

static void do_hurry(struct player *p, char *at)
{
	fixture_press(p->f, at + strspn(at, " "), true);
}

static void do_type(struct player *p, char *at)
{
	fixture_type(p->f, need(p, &at, "type what?"));
}

static void do_paste(struct player *p, char *at)
{
	fixture_paste(p->f, need(p, &at, "paste what?"));
}

static void do_mouse(struct player *p, char **at, enum mouse_action mouse)
{
	struct input in = { .type = INPUT_MOUSE, .mouse = mouse };

	in.x = atoi(need(p, at, "x?"));
	in.y = atoi(need(p, at, "y?"));
	fixture_input(p->f, &in);
	fixture_draw(p->f);
}

static void do_click(struct player *p, char *at)
{
	do_mouse(p, &at, MOUSE_PRESS);
}

/* Pressed at the first place, let go at the second. */
static void do_drag(struct player *p, char *at)
{
	do_mouse(p, &at, MOUSE_PRESS);
	char *copy = x_strdup(at), *again = copy; /* words are cut off in place */

	do_mouse(p, &at, MOUSE_DRAG);
	do_mouse(p, &again, MOUSE_RELEASE);
	free(copy);
}

static void do_wheel(struct player *p, char *at)
{
	struct input in = { .type = INPUT_MOUSE };

	in.x = atoi(need(p, &at, "x?"));
	in.y = atoi(need(p, &at, "y?"));
	in.mouse = strcmp(need(p, &at, "up or down?"), "up") == 0 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	fixture_input(p->f, &in);
	fixture_draw(p->f);
}

static void do_resize(struct player *p, char *at)
{
	int w, h;

	if (!shot_parse_size(need(p, &at, "which size?"), &w, &h)) {
		broken(p, "no size");
	}
	fixture_resize(p->f, w, h);
}

static void do_tick(struct player *p, char *at)
{
	fixture_tick(p->f, atol(need(p, &at, "how long?")));
}

static void do_chunk(struct player *p, char *at)
{
	const struct call *call = need_call(p, &at);

	fake_delta(call, DELTA_TEXT, need(p, &at, "which text?"));
	fixture_draw(p->f);
}

static void do_think(struct player *p, char *at)
{
	const struct call *call = need_call(p, &at);

	fake_delta(call, DELTA_REASONING, need(p, &at, "which text?"));
	fixture_draw(p->f);
}

static void do_done(struct player *p, char *at)
{
	const struct call *call = need_call(p, &at);
	const char *in = need(p, &at, "in=?"), *out = need(p, &at, "out=?");

	fake_done(call, atol(in + strcspn(in, "=") + 1), atol(out + strcspn(out, "=") + 1), UNKNOWN);
	fixture_settle(p->f);
	fixture_draw(p->f);
}

static void do_fail(struct player *p, char *at)
{
	const struct call *call = need_call(p, &at);
	enum error_class class = error_class_from_name(need(p, &at, "which class?"));

	fake_fail(call, class, need(p, &at, "which text?"), "");
	fixture_settle(p->f);
	fixture_draw(p->f);
}

static void do_retry(struct player *p, char *at)
{
	const struct call *call = need_call(p, &at);
	int64_t wait_ms = atol(need(p, &at, "how long?"));

	fake_retry(call, wait_ms, need(p, &at, "which text?"));
	fixture_draw(p->f);
}

static void do_sent(struct player *p, char *at)
{
	const struct fake_call *call = (const struct fake_call *)need_call(p, &at);
	const char *text = need(p, &at, "which text?");

	if (strstr(call->prompt.s, text) == NULL) {
		print_error("sent was:\n%s", call->prompt.s);
		broken(p, "this was not sent");
	}
}

static void do_expect(struct player *p, char *at)
{
	expect_text(p, at, true);
}

static void do_expect_not(struct player *p, char *at)
{
	expect_text(p, at, false);
}

static void do_quits(struct player *p, char *at)
{
	if (((p->f->bits & INPUT_QUIT) != 0) != (strcmp(need(p, &at, "yes or no?"), "yes") == 0)) {
		broken(p, p->f->bits & INPUT_QUIT ? "it quit" : "it did not quit");
	}
}

static void do_shot(struct player *p, char *at)
{
	char *name = x_asprintf("keys/%s", need(p, &at, "which name?"));
	struct buf picture = { 0 };

	cells_dump_styles(p->f->cells, &picture);
	p->different += !fixture_is_golden(name, &picture);
	buf_free(&picture);
	free(name);
}

static const struct {
	const char *name;
	void (*run)(struct player *p, char *at);
} steps[] = {
	{ "first-start", do_first_start }, { "store", do_store }, { "prompts", do_prompts }, { "key", do_key }, { "hurry", do_hurry }, { "type", do_type }, { "paste", do_paste }, { "click", do_click },
	{ "drag", do_drag }, { "wheel", do_wheel }, { "resize", do_resize }, { "tick", do_tick }, { "chunk", do_chunk }, { "think", do_think }, { "done", do_done },
	{ "fail", do_fail }, { "retry", do_retry }, { "sent", do_sent }, { "expect", do_expect }, { "expect-not", do_expect_not }, { "quits", do_quits },
	{ "shot", do_shot },
};

static void run_step(struct player *p, char *line)
{
	const char *word = next_word(&line);

	if (word == NULL) {
		return;
	}
	if (p->f == NULL) {
		bool is_count = strcmp(word, "targets") == 0;

		p->f = fixture_new(80, 24, is_count ? (size_t)atoi(need(p, &line, "how many?")) : FIXTURE_TARGETS);
		fixture_draw(p->f);
		if (is_count) {
			return;
		}
	}
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if (strcmp(steps[i].name, word) == 0) {
			steps[i].run(p, line);
			return;
		}
	}
	broken(p, "no such step");
}

static void ends_as_written(void **state)
{
	const char *name = *state;
	char *path = x_asprintf(SONDE_SRCDIR "/tests/keys/%s", name);
	struct player p = { .script = name };
	struct buf text = { 0 };

	assert_true(fixture_read_file(path, &text));
	(void)buf_str(&text);
	for (char *line = text.s; line != NULL && *line != '\0';) {
		char *end = strchr(line, '\n');

		if (end != NULL) {
			*end++ = '\0';
		}
		p.line++;
		run_step(&p, line);
		line = end;
	}
	if (p.f != NULL) {
		fixture_free(p.f);
	}
	buf_free(&text);
	free(path);
	assert_int_equal(p.different, 0);
}

static int is_script(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".keys") == 0;
}

int main(void)
{
	struct dirent **names = NULL;
	int n = scandir(SONDE_SRCDIR "/tests/keys", &names, is_script, alphasort);
	struct CMUnitTest *tests = x_calloc((size_t)(n > 0 ? n : 0), sizeof(*tests));

	for (int i = 0; i < n; i++) {
		tests[i] = (struct CMUnitTest){ .name = names[i]->d_name, .test_func = ends_as_written, .initial_state = names[i]->d_name };
	}
	int failed = n > 0 ? _cmocka_run_group_tests("scripts", tests, (size_t)n, NULL, NULL) : 1;

	for (int i = 0; i < n; i++) {
		free(names[i]);
	}
	free(names);
	free(tests);
	return failed;
}
