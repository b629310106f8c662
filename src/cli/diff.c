/* diff - two files compared as prompts and answers are: word by word, with moved and re-wrapped text told apart from new text. */
#include "diff/diff.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/diff_print.h"
#include "text/clean.h"

#define CONTEXT 3

/* 0 would hide from a script that the files differ, and 1 is a fault of sonde: a difference is what a failed check is. */
#define STATUS_DIFFERENT 5

struct texts {
	struct buf text[2];
	char *names[2]; /* clean */
};

/* How two texts are shown. */
struct form {
	unsigned how; /* of diff_make */
	void (*print)(const struct diff_print *p, const struct diff *d, struct buf *out);
};

static const struct form words = { DIFF_WORDS | DIFF_MOVES, diff_print_words };
static const struct form lines = { DIFF_MOVES, diff_print_lines };

static bool is_binary(const struct buf *text)
{
	return memchr(buf_str(text), '\0', text->len) != NULL;
}

static bool wants_colours(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when == NULL) {
		return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
	}
	return strcmp(when, "never") != 0;
}

static int show(const struct texts *t, const struct form *form, const struct diff_print *print)
{
	struct buf out = { 0 };
	struct diff d;

	diff_make(&d, buf_str(&t->text[0]), t->text[0].len, buf_str(&t->text[1]), t->text[1].len, form->how);
	form->print(print, &d, &out);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	diff_free(&d);
	return STATUS_DIFFERENT;
}

static int compare(struct texts *t, const char *const paths[2], const struct form *form, struct diff_print *print, bool is_quiet)
{
	struct err e = { 0 };

	for (int side = 0; side < 2; side++) {
		if (!cli_read(paths[side], &t->text[side], &e)) {
			return cli_fail(&e);
		}
		t->names[side] = clean_line(paths[side], strlen(paths[side]), 0);
		print->names[side] = t->names[side];
	}
	if (t->text[0].len == t->text[1].len && memcmp(buf_str(&t->text[0]), buf_str(&t->text[1]), t->text[0].len) == 0) {
		return 0;
	}
	if (is_quiet) {
		return STATUS_DIFFERENT;
	}
	if (is_binary(&t->text[0]) || is_binary(&t->text[1])) {
		struct buf line = { 0 };

		(void)buf_addf(&line, "%s and %s differ, and are not both text\n", t->names[0], t->names[1]);
		(void)cli_out(buf_str(&line), line.len);
		buf_free(&line);
		return STATUS_DIFFERENT;
	}
	return show(t, form, print);
}

static int run(int argc, char **argv)
{
	enum { WORDS = 256, LINES, COLOR };
	static const struct option long_options[] = {
		{ "words", no_argument, NULL, WORDS }, { "lines", no_argument, NULL, LINES }, { "color", optional_argument, NULL, COLOR },
		{ "context", required_argument, NULL, 'U' }, { "quiet", no_argument, NULL, 'q' }, { NULL, 0, NULL, 0 },
	};
	const struct form *form = NULL;
	const char *color = NULL;
	bool is_quiet = false;
	int64_t context = CONTEXT;
	struct err e = { 0 };
	int opt;

	while ((opt = cli_option(argc, argv, "qU:", long_options)) != -1) {
		const struct form *before = form;

		switch (opt) {
		case WORDS: form = &words; break;
		case LINES: form = &lines; break;
		case COLOR: color = optarg != NULL ? optarg : "always"; break;
		case 'q': is_quiet = true; break;
		case 'U':
			if (!cli_int(optarg, 0, 1000000, &context, &e)) {
				return cli_usage(&cli_diff, "--context: %s", e.text);
			}
			break;
		default: return cli_bad_option(&cli_diff, argv);
		}
		if (before != NULL && form != before) {
			return cli_usage(&cli_diff, "--words and --lines do not go together");
		}
	}
	if (argc - optind != 2) {
		return cli_usage(&cli_diff, argc - optind < 2 ? "two files are compared" : "more than two files were given");
	}
	if (strcmp(argv[optind], "-") == 0 && strcmp(argv[optind + 1], "-") == 0) {
		return cli_usage(&cli_diff, "standard input can be one of the two only");
	}
	if (color != NULL && strcmp(color, "always") != 0 && strcmp(color, "never") != 0) {
		return cli_usage(&cli_diff, "--color takes always or never");
	}
	const char *const paths[2] = { argv[optind], argv[optind + 1] };
	struct texts t = { 0 };
	struct diff_print print = { .context = (size_t)context, .has_colours = wants_colours(color) };

	print.cleans = print.has_colours || isatty(STDOUT_FILENO);
	int status = compare(&t, paths, form != NULL ? form : &words, &print, is_quiet);
	for (int side = 0; side < 2; side++) {
		buf_free(&t.text[side]);
		free(t.names[side]);
	}
	return status;
}

const struct cli_command cli_diff = {
	.name = "diff",
	.summary = "compare two texts word by word",
	.usage = "sonde diff [--words | --lines] [--color[=WHEN]] [-U N] [-q] A B",
	.help =
	    "  A, B             files; - for standard input\n"
	    "  --words          each changed line once, with marks: [-removed-]{+added+}; the default\n"
	    "  --lines          a unified patch, as `patch` and `git apply` take it\n"
	    "  --color[=WHEN]   colours instead of marks: always (the default of the option) or never; without it, on a terminal\n"
	    "  -U, --context N  common lines around a change (3)\n"
	    "  -q, --quiet      say nothing, only end with the status\n"
	    "\n"
	    "Blocks of at least 3 lines or 20 words that went elsewhere are told as moved, paragraphs that only have other line ends as\n"
	    "re-wrapped. Exit status 0: the files are the same, 5: they are not, 2: one cannot be read.\n"
	    "\n"
	    "  sonde diff old.txt new.txt\n"
	    "  sonde run -m openai \"$Q\" | sonde diff expected.txt -\n",
	.run = run,
};
