#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "gateway/option.h"
#include "text/base64.h"
#include "text/clean.h"
#include "ui/term_look.h"
#include "ui/term_reset.h"

/* The modes of the line are set here and not by curses, which writes to a file (ui/term_out.h) and sees no terminal. */

/* Bracketed paste and focus; mouse presses, drags and wheel in SGR form, when wanted. Off in reverse order, the mouse in any case: that is harmless
 * where it was not on. */
#define MODES_ON "\x1b[?2004h\x1b[?1004h"
#define MOUSE_ON "\x1b[?1002h\x1b[?1006h"
#define MOUSE_OFF "\x1b[?1006l\x1b[?1002l"
#define MODES_OFF MOUSE_OFF "\x1b[?1004l\x1b[?2004l"
/* The title of the window is kept on the terminal's own stack. */
#define TITLE_ON "\x1b[22;2t"
#define TITLE_OFF "\x1b[23;2t"
/* The margins of scrolling are those of the screen, whatever size it has by then; the cursor goes home, and from there to a place. */
#define MARGINS_OFF "\x1b[r"
#define MOVE_TO "\x1b[%d;%dH"
#define BOTTOM "\x1b[999;1H"
/* Whether it knows frames that are shown when they are whole. */
#define SYNC_ASK "\x1b[?2026$p"
#define SYNC_MODE 2026
/* Its background, and then a question that every terminal answers: what has not come before that answer will not come. */
#define BACKGROUND_ASK "\x1b]11;?\a\x1b[c"
#define MOST_CELLS 1000 /* in each direction */
#define READ_SIZE 65536
#define READS_AT_ONCE 32

struct terminal {
	SCREEN *screen;
	struct term_out out;
	struct termios raw;
	bool is_utf8;
	struct term_look look;
	const struct option_values *options; /* the user's */
	bool has_sgr_keys; /* the terminal speaks the modes above */
	bool has_mouse;    /* asked for */
	bool has_title;    /* it keeps titles */
	bool knows_sync;   /* it has said so */
	bool is_light;     /* its background, when it has said so */
	enum { NOT_ASKED, ASKED, ANSWERED } background;
	char title[128];
	input_listener *listener;
	void *ctx;
	struct cells *painted;
	bool is_all_dirty;
	struct key_decoder decoder;
	char *bytes; /* READ_SIZE */
};

/* A capability of terminfo, "" when it has none. */
static const char *capability(const char *name)
{
	const char *s = tigetstr((char *)(uintptr_t)name);

	return s != NULL && s != (const char *)-1 ? s : "";
}

/* Curses sets margins to the size it took the terminal for. It does so once, and a size that changes just before the end is never seen. */
static bool has_margins(void)
{
	return strncmp(capability("csr"), "\x1b[", 2) == 0;
}

/* Whether frames are put in brackets. */
static bool is_synced(const struct terminal *t)
{
	return option_is_on(t->options, OPTION_SYNC) || (t->knows_sync && option_is(t->options, OPTION_SYNC, "auto"));
}

static void arm_reset(const struct terminal *t)
{
	term_reset_clear();
	if (is_synced(t)) {
		term_reset_add(SYNC_OFF);
	}
	if (t->has_sgr_keys) {
		term_reset_add(MODES_OFF);
	}
	if (t->has_title) {
		term_reset_add(TITLE_OFF);
	}
	term_reset_add(capability("rmkx"));
	term_reset_add(capability("sgr0"));
	term_reset_add(capability("cnorm"));
	if (has_margins()) {
		term_reset_add(MARGINS_OFF BOTTOM);
	}
	term_reset_add(capability("rmcup"));
	term_reset_add("\r\n");
	term_reset_arm();
}

/* A bare environment (a container, cron, ssh without SendEnv) names no locale, and its terminal is nearly always UTF-8; one that asks
 * for C gets C. */
static bool choose_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	bool is_named = false;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);

		is_named = is_named || (value != NULL && value[0] != '\0');
	}
	if (setlocale(LC_CTYPE, is_named ? "" : "C.UTF-8") == NULL) {
		setlocale(LC_CTYPE, "C.UTF-8"); /* a locale that is not installed says UTF-8 more often than not */
	}
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool check_terminal(struct err *e)
{
	const char *name = getenv("TERM");
	char shown[64];
	int status = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(e, ERR_USAGE, "the console needs a terminal on its input and its output");
		return err_hint(e, "run it without pipes and redirections; `sonde help` lists the commands for scripts");
	}
	if (name == NULL || name[0] == '\0') {
		err_set(e, ERR_USAGE, "TERM is not set, so the kind of terminal is not known");
		return err_hint(e, "most terminals work with: TERM=xterm-256color sonde");
	}
	clean_line_into(name, shown, sizeof(shown));
	if (setupterm(NULL, STDOUT_FILENO, &status) != OK) {
		err_set(e, ERR_USAGE, "the terminal type \"%s\" is not known on this machine", shown);
		return err_hint(e, "install the package ncurses-term, or try: TERM=xterm-256color sonde");
	}
	bool can_move = capability("cup")[0] != '\0';
	del_curterm(cur_term);
	if (!can_move) {
		err_set(e, ERR_USAGE, "a terminal of type \"%s\" cannot place its cursor", shown);
		return err_hint(e, "set TERM to what the terminal really is, for example: TERM=xterm-256color sonde");
	}
	return true;
}

/* Named keys whose sequences may differ from the common ones. */
static void define_keys(struct terminal *t)
{
	static const struct {
		const char *capability;
		uint32_t key;
	} named[] = {
		{"kcuu1", K_UP}, {"kcud1", K_DOWN}, {"kcub1", K_LEFT}, {"kcuf1", K_RIGHT}, {"khome", K_HOME}, {"kend", K_END},
		{"kpp", K_PAGE_UP}, {"knp", K_PAGE_DOWN}, {"kdch1", K_DELETE}, {"kich1", K_INSERT}, {"kcbt", K_BACKTAB},
		{"kf1", K_F1}, {"kf2", K_F2}, {"kf3", K_F3}, {"kf4", K_F4}, {"kf5", K_F5}, {"kf6", K_F6},
		{"kf7", K_F7}, {"kf8", K_F8}, {"kf9", K_F9}, {"kf10", K_F10}, {"kf11", K_F11}, {"kf12", K_F12},
	};

	for (size_t i = 0; i < COUNT_OF(named); i++) {
		key_decoder_define(&t->decoder, capability(named[i].capability), named[i].key);
	}
}

static void send_title(struct terminal *t)
{
	if (t->has_title && t->title[0] != '\0') {
		buf_addf(&t->out.waiting, "\x1b]2;%s\a", t->title);
	}
}

static void enter_modes(struct terminal *t)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &t->raw);
	keypad(stdscr, TRUE);
	refresh();
	term_out_collect(&t->out, is_synced(t));
	if (t->has_sgr_keys) {
		term_out_add(&t->out, MODES_ON);
		term_out_add(&t->out, t->has_mouse ? MOUSE_ON : "");
	}
	term_out_add(&t->out, t->has_title ? TITLE_ON : "");
	send_title(t);
}

static void leave_modes(struct terminal *t)
{
	if (t->has_sgr_keys) {
		term_out_add(&t->out, MODES_OFF);
	}
	term_out_add(&t->out, t->has_title ? TITLE_OFF : "");
	if (has_margins()) {
		(void)buf_addf(&t->out.waiting, MARGINS_OFF MOVE_TO, getcury(curscr) + 1, getcurx(curscr) + 1); /* where curses takes it to be */
	}
	curs_set(1);
	endwin();
	term_out_collect(&t->out, is_synced(t));
	term_out_send_all(&t->out);
	tcsetattr(STDIN_FILENO, TCSANOW, term_reset_line());
}

static void choose_theme(struct terminal *t)
{
	term_look_init(&t->look, theme_pick(option_text(t->options, OPTION_THEME), t->is_light, getenv("NO_COLOR"), getenv("TERM")));
	term_repaint(t);
}

/* Only for a theme that depends on it: terminals that do not know the question may show it. */
static void ask_background(struct terminal *t)
{
	if (t->has_sgr_keys && t->background == NOT_ASKED && option_is(t->options, OPTION_THEME, "rgb")) {
		term_out_add(&t->out, BACKGROUND_ASK);
		t->background = ASKED;
		t->decoder.expects_string = true;
	}
}

/* What the terminal says about itself stays here. Anybody who can write to the terminal can make it say things: nothing but these is taken. */
static void on_report(struct terminal *t, const struct input *in)
{
	colour background;

	switch (in->report) {
	case REPORT_MODE:
		if (in->mode == SYNC_MODE && (in->state == 1 || in->state == 2) && !t->knows_sync) {
			t->knows_sync = true;
			term_reset_disarm();
			arm_reset(t); /* with what switches it off */
		}
		break;
	case REPORT_BACKGROUND:
		if (t->background == ASKED && colour_parse_background(in->text, in->len, &background)) {
			t->background = ANSWERED;
			t->is_light = colour_is_light(background);
			choose_theme(t);
		}
		break;
	case REPORT_KIND:
		t->background = t->background == ASKED ? ANSWERED : t->background;
		t->decoder.expects_string = false;
		break;
	}
}

static void on_decoded(void *ctx, const struct input *in)
{
	struct terminal *t = ctx;

	if (in->type == INPUT_REPORT) {
		on_report(t, in);
	} else {
		t->listener(t->ctx, in);
	}
}

bool term_is_asking(const struct terminal *t)
{
	return t->background == ASKED;
}

/* One that takes colours as they are where there is such a type, whatever the theme is: `:set theme` may want them later. */
static SCREEN *open_screen(FILE *frame)
{
	char *type = term_look_direct_type();
	SCREEN *screen = frame != NULL ? newterm(type, frame, stdin) : NULL;

	free(type);
	return screen;
}

struct terminal *term_start(const struct option_values *options, input_listener *listener, void *ctx, struct err *e)
{
	bool is_utf8 = choose_locale();

	if (!check_terminal(e)) {
		return NULL;
	}
	/* They would win over the real size. */
	unsetenv("LINES");
	unsetenv("COLUMNS");
	term_reset_save_line();
	struct term_out out;
	term_out_open(&out);
	SCREEN *screen = open_screen(out.frame);
	if (screen == NULL) {
		term_out_close(&out);
		err_set(e, ERR_USAGE, "the terminal cannot be used in full-screen mode");
		err_hint(e, "try another type, for example: TERM=xterm-256color sonde");
		return NULL;
	}
	struct terminal *t = x_calloc(1, sizeof(*t));
	t->screen = screen;
	t->options = options;
	t->has_mouse = option_is_on(options, OPTION_MOUSE);
	t->out = out;
	t->raw = *term_reset_line();
	cfmakeraw(&t->raw);
	t->is_utf8 = is_utf8;
	/* Terminals of the xterm family name the start of a mouse report; others may print what they do not know. */
	t->has_sgr_keys = capability("kmous")[0] != '\0';
	t->bytes = x_malloc(READ_SIZE);
	/* The mark of the xterm family in terminfo, or how a title begins there (tmux). */
	t->has_title = t->has_sgr_keys && (tigetflag((char *)(uintptr_t)"XT") == 1 || strncmp(capability("tsl"), "\x1b]", 2) == 0);
	t->listener = listener;
	t->ctx = ctx;
	key_decoder_init(&t->decoder, on_decoded, t);
	define_keys(t);
	t->look.is_utf8 = is_utf8;
	choose_theme(t);
	raw();
	noecho();
	nonl();
	typeahead(-1); /* a frame is whole, whatever waits to be read */
	t->painted = cells_new(COLS, LINES);
	t->is_all_dirty = true;
	arm_reset(t);
	enter_modes(t);
	term_out_add(&t->out, t->has_sgr_keys ? SYNC_ASK : ""); /* before the first frame, which would cover what a terminal shows of it */
	ask_background(t);
	term_resize(t);
	return t;
}

void term_stop(struct terminal *t)
{
	if (t == NULL) {
		return;
	}
	leave_modes(t);
	term_reset_disarm();
	delscreen(t->screen);
	term_out_close(&t->out);
	key_decoder_free(&t->decoder);
	cells_free(t->painted);
	free(t->bytes);
	free(t);
}

enum glyphs term_glyphs(const struct terminal *t)
{
	if (option_is_on(t->options, OPTION_PLAIN)) {
		return GLYPHS_PLAIN;
	}
	const char *name = getenv("TERM");
	enum glyphs named = glyphs_from_name(option_text(t->options, OPTION_GLYPHS));

	if (named != GLYPHS_COUNT || !t->is_utf8) {
		return named != GLYPHS_COUNT && t->is_utf8 ? named : GLYPHS_ASCII;
	}
	/* The fonts of the console of Linux have blocks but no braille. */
	return name != NULL && strcmp(name, "linux") == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE;
}

void term_size(const struct terminal *t, int *w, int *h)
{
	*w = t->painted->w;
	*h = t->painted->h;
}

static int clamp(int v)
{
	return v < 1 ? 1 : v > MOST_CELLS ? MOST_CELLS : v;
}

bool term_resize(struct terminal *t)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_col == 0 || ws.ws_row == 0) {
		return false;
	}
	int w = clamp(ws.ws_col);
	int h = clamp(ws.ws_row);
	if (w == t->painted->w && h == t->painted->h) {
		return false;
	}
	if (resizeterm(h, w) != OK) { /* its windows are of both sizes then, and end in each other's memory */
		x_out_of_memory();
	}
	term_out_add(&t->out, has_margins() ? MARGINS_OFF : "");
	cells_resize(t->painted, w, h);
	term_repaint(t);
	return true;
}

void term_repaint(struct terminal *t)
{
	t->is_all_dirty = true;
}

enum term_output term_output_state(struct terminal *t)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL))) {
		return TERM_GONE;
	}
	return term_out_send(&t->out);
}

static void paint_row(const struct terminal *t, const struct cells *c, int y)
{
	const struct cell *now = &c->at[(size_t)y * (size_t)c->w];
	struct cell *old = &t->painted->at[(size_t)y * (size_t)c->w];

	for (int x = 0; x < c->w; x++) {
		if (now[x].width == 0) {
			continue;
		}
		size_t n = now[x].width == 2 && x + 1 < c->w ? 2 : 1;

		if (t->is_all_dirty || memcmp(&now[x], &old[x], n * sizeof(*now)) != 0) {
			term_look_put(&t->look, x, y, &now[x]);
		}
	}
	memcpy(old, now, (size_t)c->w * sizeof(*now));
}

void term_paint(struct terminal *t, const struct cells *c)
{
	if (c->w != t->painted->w || c->h != t->painted->h) {
		return; /* drawn for another size: the resize is on its way */
	}
	if (t->is_all_dirty) {
		clearok(curscr, TRUE);
	}
	for (int y = 0; y < c->h; y++) {
		paint_row(t, c, y);
	}
	t->is_all_dirty = false;
	curs_set(c->cursor_x >= 0 && (c->cursor_is_text || c->glyphs == GLYPHS_PLAIN) ? 1 : 0);
	if (c->cursor_x >= 0) {
		move(c->cursor_y, c->cursor_x);
	}
	refresh();
	term_out_collect(&t->out, is_synced(t));
	(void)term_out_send(&t->out);
}

void term_set_title(struct terminal *t, const char *title)
{
	char clean[sizeof(t->title)];

	clean_line_into(title, clean, sizeof(clean));
	for (char *p = clean; !t->is_utf8 && *p != '\0'; p++) {
		*p = *p & 0x80 ? '-' : *p;
	}
	if (strcmp(clean, t->title) != 0) {
		strcpy(t->title, clean);
		send_title(t);
	}
}

void term_copy(struct terminal *t, const char *bytes, size_t len)
{
	if (t->has_sgr_keys) {
		term_out_add(&t->out, "\x1b]52;c;");
		base64_add(&t->out.waiting, bytes, len);
		term_out_add(&t->out, "\a");
	}
}

bool term_can_copy(const struct terminal *t)
{
	return t->has_sgr_keys;
}

void term_apply(struct terminal *t)
{
	bool has_mouse = option_is_on(t->options, OPTION_MOUSE);

	if (has_mouse != t->has_mouse && t->has_sgr_keys) {
		term_out_add(&t->out, has_mouse ? MOUSE_ON : MOUSE_OFF);
	}
	t->has_mouse = has_mouse;
	ask_background(t);
	choose_theme(t);
	term_reset_disarm();
	arm_reset(t);
}

void term_bell(struct terminal *t)
{
	term_out_add(&t->out, "\a");
	(void)term_out_send(&t->out);
}

bool term_read(struct terminal *t)
{
	for (int i = 0; i < READS_AT_ONCE; i++) {
		struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

		if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))) {
			return true;
		}
		ssize_t n = read(STDIN_FILENO, t->bytes, READ_SIZE);
		if (n > 0) {
			key_decoder_feed(&t->decoder, t->bytes, (size_t)n);
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
			return false;
		}
	}
	return true;
}

int term_wait_ms(const struct terminal *t)
{
	return key_decoder_wait_ms(&t->decoder);
}

void term_timeout(struct terminal *t)
{
	key_decoder_timeout(&t->decoder);
}

void term_leave(struct terminal *t)
{
	leave_modes(t);
	term_reset_disarm();
}

void term_return(struct terminal *t)
{
	arm_reset(t);
	enter_modes(t);
	term_repaint(t);
}

void term_suspend(struct terminal *t)
{
	struct sigaction stop = {.sa_handler = SIG_DFL};
	struct sigaction former;

	term_leave(t);
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &former);
	kill(0, SIGTSTP);
	/* Continued, or never stopped: both go on here. */
	sigaction(SIGTSTP, &former, NULL);
	term_reset_save_line();
	term_return(t);
}

void term_resume(struct terminal *t)
{
	term_out_add(&t->out, t->has_title ? TITLE_OFF : ""); /* ours is still there: it must not be kept as the former one */
	enter_modes(t);
	term_repaint(t);
}
