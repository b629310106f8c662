/* diff - two files compared as prompts and answers are: word by word, with moved and re-wrapped text told apart from new text. */
#include "diff/diff.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/diff_print.h"
#include "text/clean.h"

#define CONTEXT 3

/* As diff, cmp and git diff --no-index have it, for a script takes one for the other: 1 is a difference here, and 2 all that went wrong. */
#define STATUS_DIFFERENT 1
#define STATUS_TROUBLE 2

#define WIDTH_UNKNOWN 130 /* as diff -y has it */

struct texts {
	struct buf text[2];
	char *names[2]; /* clean */
	json_t *values[2]; /* NULL: not both are a JSON object or array */
};

/* How two texts are shown. */
struct form {
	unsigned how; /* of diff_make */
	void (*print)(const struct diff_print *p, const struct diff *d, struct buf *out);
};

static void print_json(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	(void)p;
	diff_json_text(d, out);
}

static const struct form words = { DIFF_WORDS | DIFF_MOVES, diff_print_words };
static const struct form lines = { DIFF_MOVES, diff_print_lines };
static const struct form side = { DIFF_WORDS | DIFF_MOVES, diff_print_side };
static const struct form json = { DIFF_WORDS | DIFF_MOVES, print_json };

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

static size_t width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w = { 0 };
	int64_t n;

	if (columns != NULL && cli_int(columns, 1, 10000, &n, NULL)) {
		return (size_t)n;
	}
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : WIDTH_UNKNOWN;
}

/* Both as JSON, when both are an object or array; names given twice would get lost, so that such text is none. */
static void read_json(struct texts *t)
{
	for (int i = 0; i < 2; i++) {
		t->values[i] = json_loadb(buf_str(&t->text[i]), t->text[i].len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		if (t->values[i] == NULL) {
			break;
		}
	}
	if (t->values[1] == NULL) {
		json_decref(t->values[0]);
		t->values[0] = NULL;
	}
}

/* By key path. Files of the same values are the same, however they are laid out. */
static int show_tree(const struct texts *t, const struct form *form, const struct diff_print *print, struct buf *out)
{
	struct json_diff d;

	json_diff_make(&d, t->values[0], t->values[1]);
	int status = d.n > 0 ? STATUS_DIFFERENT : 0;
	if (form == &json) {
		diff_json_tree(&d, out);
	} else if (d.n > 0) {
		diff_print_tree(print, &d, out);
	}
	json_diff_free(&d);
	return status;
}

static int show(const struct texts *t, const struct form *form, const struct diff_print *print, struct buf *out)
{
	struct diff d;

	if (t->values[0] != NULL) {
		return show_tree(t, form, print, out);
	}
	diff_make(&d, buf_str(&t->text[0]), t->text[0].len, buf_str(&t->text[1]), t->text[1].len, form->how);
	int status = diff_is_empty(&d) || (print->skips_blanks && diff_are_blank(&d, 0, d.n_hunks)) ? 0 : STATUS_DIFFERENT;
	if (form == &json || status != 0) {
		form->print(print, &d, out);
	}
	diff_free(&d);
	return status;
}

/* form NULL: by words, or by key path when both are JSON. */
static int compare(struct texts *t, const char *const paths[2], const struct form *form, struct diff_print *print, bool is_quiet)
{
	struct err e = { 0 };
	struct buf out = { 0 };

	for (int i = 0; i < 2; i++) {
		if (!cli_read(paths[i], &t->text[i], &e)) {
			return cli_fail(&e);
		}
		t->names[i] = clean_line(paths[i], strlen(paths[i]), 0);
		print->names[i] = t->names[i];
	}
	if ((is_binary(&t->text[0]) || is_binary(&t->text[1])) && form != &json) {
		bool is_same = t->text[0].len == t->text[1].len && memcmp(buf_str(&t->text[0]), buf_str(&t->text[1]), t->text[0].len) == 0;

		if (!is_same && !is_quiet) {
			(void)buf_addf(&out, "%s and %s differ, and are not both text\n", t->names[0], t->names[1]);
			(void)cli_out(buf_str(&out), out.len);
			buf_free(&out);
		}
		return is_same ? 0 : STATUS_DIFFERENT;
	}
	if (form == NULL || form == &json) {
		read_json(t);
	}
	int status = show(t, form != NULL ? form : &words, print, &out);
	if (!is_quiet) {
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&out);
	return status;
}

static int run(int argc, char **argv)
{
	enum { WORDS = 256, LINES, SIDE, JSON, COLOR };
	static const struct option long_options[] = {
		{ "words", no_argument, NULL, WORDS }, { "lines", no_argument, NULL, LINES }, { "side", no_argument, NULL, SIDE },
		{ "json", no_argument, NULL, JSON }, { "color", optional_argument, NULL, COLOR },
		{ "context", required_argument, NULL, 'U' }, { "ignore-blanks", no_argument, NULL, 'b' }, { "quiet", no_argument, NULL, 'q' }, { NULL, 0, NULL, 0 },
	};
	const struct form *form = NULL;
	const char *color = NULL;
	bool is_quiet = false, skips_blanks = false;
	int64_t context = CONTEXT;
	struct err e = { 0 };
	int opt;

	while ((opt = cli_option(argc, argv, "bqU:", long_options)) != -1) {
		const struct form *before = form;

		switch (opt) {
		case WORDS: form = &words; break;
		case LINES: form = &lines; break;
		case SIDE: form = &side; break;
		case JSON: form = &json; break;
		case COLOR: color = optarg != NULL ? optarg : "always"; break;
		case 'b': skips_blanks = true; break;
		case 'q': is_quiet = true; break;
		case 'U':
			if (!cli_int(optarg, 0, 1000000, &context, &e)) {
				return cli_usage(&cli_diff, "--context: %s", e.text);
			}
			break;
		default: return cli_bad_option(&cli_diff, argv);
		}
		if (before != NULL && form != before) {
			return cli_usage(&cli_diff, "one of --words, --lines, --side and --json at a time");
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
	struct diff_print print = { .context = (size_t)context, .width = width(), .skips_blanks = skips_blanks, .has_colours = wants_colours(color) };

	print.cleans = print.has_colours || isatty(STDOUT_FILENO);
	int status = compare(&t, paths, form, &print, is_quiet);
	for (int i = 0; i < 2; i++) {
		buf_free(&t.text[i]);
		free(t.names[i]);
		json_decref(t.values[i]);
	}
	/* Output that nobody could take is trouble, not a difference. */
	return cli_out_flush() ? status : STATUS_TROUBLE;
}

const struct cli_command cli_diff = {
	.name = "diff",
	.summary = "compare two texts word by word",
	.usage = "sonde diff [--words|--lines|--side|--json] [--color[=WHEN]] [-U N] [-b] [-q] A B",
	.help =
	    "  A, B             files; - for standard input\n"
	    "  --words          each changed line once, with marks: [-removed-]{+added+}; the default for text\n"
	    "  --lines          a unified patch, as `patch` and `git apply` take it\n"
	    "  --side           beside each other where there are 120 columns ($COLUMNS, or the terminal's), else as --words\n"
	    "  --json           for programs: hunks with their lines and parts, or changes by key path when both files are JSON\n"
	    "  --color[=WHEN]   colours instead of marks: always (the default of the option) or never; without it, on a terminal\n"
	    "  -U, --context N  common lines around a change (3)\n"
	    "  -b, --ignore-blanks\n"
	    "                   where only blanks or line ends changed, a re-wrapped paragraph too, the files are the same\n"
	    "  -q, --quiet      say nothing, only end with the status\n"
	    "\n"
	    "Two JSON objects or arrays are compared by key path: temperature 0.2 -> 0.7. Of other layout only, they are the same; --words\n"
	    "and --lines take them as text.\n"
	    "\n"
	    "Blocks of at least 3 lines or 20 words that went elsewhere are told as moved, paragraphs that only have other line ends as\n"
	    "re-wrapped. On a terminal what cannot be seen is named: \\r, \\x1b, \\xff for a byte that is no UTF-8.\n"
	    "Exit status as of diff(1) - 0: the files are the same, 1: they are not, 2: one cannot be read, or the output not written.\n"
	    "\n"
	    "  sonde diff old.txt new.txt\n"
	    "  sonde run -m openai \"$Q\" | sonde diff expected.txt -\n",
	.run = run,
};
