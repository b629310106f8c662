/* cmd_screen - one screen as text on stdout, from the store. */
#include <getopt.h>
#include <stdlib.h>

#include "app/app.h"
#include "ui/commands.h"
#include "ui/shot.h"

static int draw(const char *name, struct shot shot, bool is_plain)
{
	struct err e = { 0 };
	struct buf out = { 0 };
	char *dir = cli_data_dir(&e);

	if (dir == NULL) {
		return cli_fail(&e);
	}
	struct loop *loop = loop_new();
	struct app *app = app_new(loop, config_load(NULL), dir, false);

	if (is_plain) {
		option_force(&app->config->options, OPTION_PLAIN, "on");
	}
	shot.screen = name;
	shot.env = shot_env_now();
	bool ok = shot_draw(app, &shot, &out, &e);

	if (ok) {
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&out);
	app_free(app);
	loop_free(loop);
	free(dir);
	return ok ? 0 : cli_fail(&e);
}

static int run(int argc, char **argv)
{
	enum { SIZE = 256, THEME, KEYS, GLYPHS, PLAIN };
	static const struct option longs[] = {
		{ "size", required_argument, NULL, SIZE }, { "theme", required_argument, NULL, THEME },
		{ "keys", required_argument, NULL, KEYS }, { "glyphs", required_argument, NULL, GLYPHS },
		{ "plain", no_argument, NULL, PLAIN }, { NULL, 0, NULL, 0 },
	};
	struct shot shot = { .w = 80, .h = 24, .theme = THEME_MONO, .glyphs = GLYPHS_BRAILLE };
	bool is_plain = false;
	int opt;

	while ((opt = cli_option(argc, argv, "", longs)) != -1) {
		switch (opt) {
		case SIZE:
			if (!shot_parse_size(optarg, &shot.w, &shot.h)) {
				return cli_usage(&ui_screen, "'%s' is no size from 20x4 to 400x150", optarg);
			}
			break;
		case THEME:
			shot.theme = theme_from_name(optarg);
			if (shot.theme == THEME_COUNT) {
				return cli_usage(&ui_screen, "'%s' is no theme: mono, ansi, dark or light", optarg);
			}
			break;
		case KEYS:
			shot.keys = optarg;
			break;
		case GLYPHS:
			shot.glyphs = glyphs_from_name(optarg);
			if (shot.glyphs == GLYPHS_COUNT) {
				return cli_usage(&ui_screen, "'%s' is no glyph level: braille, block or ascii", optarg);
			}
			break;
		case PLAIN:
			is_plain = true;
			break;
		default:
			return cli_bad_option(&ui_screen, argv);
		}
	}
	if (argc - optind != 1) {
		return cli_usage(&ui_screen, "name one screen");
	}
	return draw(argv[optind], shot, is_plain);
}

const struct cli_command ui_screen = {
	.name = "screen",
	.summary = "draw one screen of the console as text",
	.usage = "sonde screen NAME [--size COLSxROWS] [--theme NAME] [--plain] [--keys \"...\"]",
	.help =
	    "  NAME               prompts, play, metrics or welcome (what sonde found to talk to)\n"
	    "  --size COLSxROWS   default 80x24\n"
	    "  --theme NAME       mono (plain text, the default), ansi, dark or light (with colour sequences)\n"
	    "  --glyphs LEVEL     braille (default), block or ascii\n"
	    "  --plain            for screen readers: words and figures instead of rules, boxes, signs and graphs\n"
	    "  --keys \"...\"       keys pressed first: names separated by blanks, text in quotes; nothing is sent\n"
	    "\n"
	    "  sonde screen metrics --size 120x40 --keys 't g'\n",
	.run = run,
};
