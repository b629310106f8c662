#include "ui/run.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/handoff.h"
#include "ui/shot.h"
#include "ui/term.h"

#define RESIZE_US 8000      /* between two paints while the size of the window is dragged */
#define BLURRED_TICK_MS 250 /* clocks of a window without focus */
#define ANSWER_S 0.05       /* what a terminal is given to say something about itself before the first frame */
#define KEEP_S 2.0          /* after the last input */
#define CALM_TICK_MS 1000   /* without animation */

static const int signal_numbers[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGHUP, SIGINT, SIGQUIT};
enum { SIGNAL_CONT = 1, SIGNALS = COUNT_OF(signal_numbers) };
static const int interrupts[] = {SIGINT, SIGQUIT};
enum { INTERRUPTS = COUNT_OF(interrupts) };

struct run {
	struct app *app;
	struct console *console;
	struct terminal *term;
	struct cells *cells;
	ev_io input, output;
	ev_timer frame, tick, pending, keep;
	struct session *session; /* NULL: nothing is kept */
	ev_signal signals[SIGNALS];
	bool has_focus, is_dirty;
	size_t n_running;    /* answers on their way when something changed last */
	bool is_asking;      /* the terminal has not said yet what colour it has */
	bool is_away;        /* the terminal is the editor's */
	struct handoff handoff;
	ev_io editor;        /* its end */
	struct sigaction handlers[INTERRUPTS]; /* meanwhile */
	unsigned bits;       /* of the input since the last look */
	int64_t painted_us;  /* monotonic */
	enum err_code end;
};

static const struct option_values *options_of(const struct run *r)
{
	return &r->app->config->options;
}

static void stop(struct run *r, enum err_code end)
{
	r->end = end;
	loop_stop(r->app->loop);
}

static struct env env_now(const struct run *r)
{
	struct env env = {.now_us = clock_wall_us(), .mono_us = clock_mono_us(), .has_focus = r->has_focus};
	time_t t = (time_t)(env.now_us / US_PER_S);
	struct tm local;

	if (localtime_r(&t, &local) != NULL) {
		env.utc_offset_us = local.tm_gmtoff * US_PER_S;
	}
	return env;
}

static void start_timer(struct run *r, ev_timer *w, double seconds)
{
	ev_timer_stop(r->app->loop->ev, w);
	/* The loop's idea of now may be old after long work. */
	ev_now_update(r->app->loop->ev);
	ev_timer_set(w, seconds, 0);
	ev_timer_start(r->app->loop->ev, w);
}

static void arm_tick(struct run *r)
{
	int ms = console_tick_ms(r->console);
	int least = !option_is_on(options_of(r), OPTION_ANIMATION) ? CALM_TICK_MS : r->has_focus ? 0 : BLURRED_TICK_MS;

	if (ms > 0 && ms < least) {
		ms = least;
	}
	ev_timer_stop(r->app->loop->ev, &r->tick);
	if (ms > 0) {
		start_timer(r, &r->tick, ms / 1000.0);
	}
}

/* Paints, or waits until the terminal has taken the last frame: frames are never queued. */
static void paint(struct run *r)
{
	struct ev_loop *ev = r->app->loop->ev;

	ev_timer_stop(ev, &r->frame);
	if (r->is_away) {
		return;
	}
	enum term_output state = term_output_state(r->term);
	if (state == TERM_GONE) {
		stop(r, ERR_INTERRUPTED);
		return;
	}
	r->is_dirty = true;
	if (state == TERM_SLOW) {
		ev_io_start(ev, &r->output);
		return;
	}
	struct env env = env_now(r);
	struct buf title = {0};

	console_draw(r->console, r->cells, &env);
	console_title(r->console, &title);
	term_set_title(r->term, buf_str(&title));
	buf_free(&title);
	term_paint(r->term, r->cells);
	r->is_dirty = false;
	r->painted_us = clock_mono_us();
	if (term_output_state(r->term) == TERM_SLOW) {
		ev_io_start(ev, &r->output);
	}
	console_look_ahead(r->console);
	arm_tick(r);
}

/* Has it painted, but not before frame_us after the last time. */
static void paint_after(struct run *r, int64_t frame_us)
{
	int64_t wait_us = r->painted_us + frame_us - clock_mono_us();

	r->is_dirty = true;
	start_timer(r, &r->frame, wait_us > 0 ? (double)wait_us / US_PER_S : 0);
}

/* Something changed that nobody pressed a key for. */
static void mark(struct run *r)
{
	if (!r->is_dirty) {
		paint_after(r, (int64_t)((double)US_PER_S / option_number(options_of(r), OPTION_FPS)));
	}
}

/* Rings when the last answer has come while somebody looks elsewhere. */
static void ring(struct run *r)
{
	size_t n = console_running(r->console);

	if (n == 0 && r->n_running > 0 && !r->has_focus && !r->is_away && option_is_on(options_of(r), OPTION_BELL)) {
		term_bell(r->term);
	}
	r->n_running = n;
}

static void on_change(void *ctx)
{
	struct run *r = ctx;

	ring(r);
	if (console_take_news(r->console) && !r->is_away && option_is_on(options_of(r), OPTION_ALERT_BELL)) {
		term_bell(r->term);
	}
	mark(r);
}

static void resize(struct run *r)
{
	int w, h;

	if (r->is_away) {
		return; /* looked at on return */
	}
	term_resize(r->term);
	term_size(r->term, &w, &h);
	if (w != r->cells->w || h != r->cells->h) {
		cells_resize(r->cells, w, h);
		console_resize(r->console, w, h);
		paint_after(r, RESIZE_US); /* a person drags and looks */
	}
}

static void suspend(struct run *r)
{
	ev_signal *cont = &r->signals[SIGNAL_CONT];

	/* The coming SIGCONT is for this function alone. */
	ev_signal_stop(r->app->loop->ev, cont);
	term_suspend(r->term);
	ev_signal_start(r->app->loop->ev, cont);
	resize(r);
	paint(r);
}

/* Ctrl-C and Ctrl-\\ reach everybody at the terminal. While the editor has it the kernel throws sonde's away: one that the loop looked at
 * later could be found after the editor's end, and would end sonde. The handlers come back as libev set them. */
static void ignore_interrupts(struct run *r)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < INTERRUPTS; i++) {
		sigaction(interrupts[i], &ignore, &r->handlers[i]);
	}
}

static void take_interrupts(struct run *r)
{
	for (size_t i = 0; i < INTERRUPTS; i++) {
		sigaction(interrupts[i], &r->handlers[i], NULL);
	}
}

/* The streams go on while a text is in the person's editor. */
static void edit(struct run *r)
{
	const struct buf *text = console_edited(r->console);
	struct err e = {0};

	if (!handoff_has_editor(&e)) {
		console_edit_end(r->console, NULL, &e);
		return;
	}
	term_leave(r->term);
	ignore_interrupts(r);
	if (!handoff_start(&r->handoff, buf_str(text), text->len, &e)) {
		take_interrupts(r);
		term_return(r->term);
		console_edit_end(r->console, NULL, &e);
		return;
	}
	r->is_away = true;
	ev_io_stop(r->app->loop->ev, &r->input);
	ev_io_stop(r->app->loop->ev, &r->output);
	ev_io_set(&r->editor, r->handoff.fd, EV_READ);
	ev_io_start(r->app->loop->ev, &r->editor);
}

static void on_editor_end(struct ev_loop *ev, ev_io *w, int events)
{
	struct run *r = w->data;
	struct buf text = {0};
	struct err e = {0};

	(void)events;
	ev_io_stop(ev, w);
	take_interrupts(r);
	r->is_away = false;
	bool ok = handoff_end(&r->handoff, &text, &e);
	console_edit_end(r->console, ok ? &text : NULL, &e);
	buf_free(&text);
	term_return(r->term);
	ev_io_start(ev, &r->input);
	resize(r);
	paint(r);
}

/* Signals that the keys of the terminal make are meant for the editor; interrupts came before they were ignored. True when that was all
 * about it. */
static bool is_for_editor(const struct run *r, int sig)
{
	if (!r->is_away) {
		return false;
	}
	if (sig == SIGTSTP) { /* it stops itself, and the shell waits for both */
		raise(SIGSTOP);
	}
	return sig == SIGTSTP || sig == SIGCONT || sig == SIGWINCH || sig == SIGINT || sig == SIGQUIT;
}

static void on_event(void *ctx, const struct input *in)
{
	struct run *r = ctx;

	if (in->type == INPUT_FOCUS) {
		r->has_focus = in->has_focus;
	}
	r->bits |= console_input(r->console, in);
}

/* Does what the input since the last look asked for, and what waited for something that has come. */
static void obey(struct run *r)
{
	unsigned bits = r->bits | (r->is_away ? 0 : console_arrived(r->console));

	r->bits = 0;
	if (bits & INPUT_QUIT) {
		stop(r, ERR_NONE);
		return;
	}
	if (bits & CONSOLE_REPAINT) {
		term_repaint(r->term);
	}
	if (bits & CONSOLE_COPY) {
		const struct buf *copied = console_copied(r->console);

		term_copy(r->term, buf_str(copied), copied->len);
	}
	if (bits & CONSOLE_EDIT) {
		edit(r);
	}
	if (bits & CONSOLE_OPTIONS) {
		term_apply(r->term);
		r->is_asking = term_is_asking(r->term);
		r->cells->glyphs = term_glyphs(r->term);
	}
	if (bits & CONSOLE_SUSPEND) {
		suspend(r);
	} else if (bits & (INPUT_REDRAW | CONSOLE_REPAINT | CONSOLE_OPTIONS)) {
		paint(r);
	}
}

static void after_input(struct run *r)
{
	bool was_asking = r->is_asking;
	int wait_ms = term_wait_ms(r->term);

	r->is_asking = term_is_asking(r->term);
	if (was_asking && !r->is_asking) {
		r->bits |= INPUT_REDRAW;
	}
	if (r->session != NULL) {
		start_timer(r, &r->keep, KEEP_S);
	}
	ev_timer_stop(r->app->loop->ev, &r->pending);
	if (wait_ms > 0) {
		start_timer(r, &r->pending, wait_ms / 1000.0);
	}
	obey(r);
}

/* A frame is due. */
static void go_on(struct run *r)
{
	r->bits |= INPUT_REDRAW;
	obey(r);
}

static void on_input(struct ev_loop *ev, ev_io *w, int events)
{
	struct run *r = w->data;

	(void)events;
	if (!term_read(r->term)) {
		ev_io_stop(ev, w);
		stop(r, ERR_INTERRUPTED);
		return;
	}
	after_input(r);
}

static void on_pending(struct ev_loop *ev, ev_timer *w, int events)
{
	struct run *r = w->data;

	(void)ev;
	(void)events;
	term_timeout(r->term);
	after_input(r);
}

static bool keep(struct run *r, struct err *e)
{
	console_keep(r->console);
	return r->session == NULL || session_save(r->session, r->app->data_dir, e);
}

static void on_keep(struct ev_loop *ev, ev_timer *w, int events)
{
	struct run *r = w->data;
	struct err e = {0};

	(void)ev;
	(void)events;
	if (!keep(r, &e)) {
		console_say(r->console, ST_BAD, "%s", e.text);
		mark(r);
	}
}

static void on_output(struct ev_loop *ev, ev_io *w, int events)
{
	struct run *r = w->data;

	(void)events;
	if (term_output_state(r->term) == TERM_SLOW) {
		return;
	}
	ev_io_stop(ev, w);
	if (r->is_dirty) {
		go_on(r);
	}
}

static void on_frame(struct ev_loop *ev, ev_timer *w, int events)
{
	(void)ev;
	(void)events;
	go_on(w->data);
}

static void on_signal(struct ev_loop *ev, ev_signal *w, int events)
{
	struct run *r = w->data;

	(void)ev;
	(void)events;
	if (is_for_editor(r, w->signum)) {
		return;
	}
	switch (w->signum) {
	case SIGWINCH:
		resize(r);
		break;
	case SIGCONT: /* it was stopped by SIGSTOP: whoever had the terminal since then may have left anything on it */
		term_resume(r->term);
		resize(r);
		mark(r);
		break;
	case SIGTSTP:
		suspend(r);
		break;
	default:
		stop(r, ERR_INTERRUPTED);
	}
}

static void start_watchers(struct run *r)
{
	struct ev_loop *ev = r->app->loop->ev;

	for (size_t i = 0; i < SIGNALS; i++) {
		ev_signal_init(&r->signals[i], on_signal, signal_numbers[i]);
		r->signals[i].data = r;
		ev_signal_start(ev, &r->signals[i]);
	}
	ev_io_init(&r->input, on_input, STDIN_FILENO, EV_READ);
	ev_io_init(&r->output, on_output, STDOUT_FILENO, EV_WRITE);
	ev_io_init(&r->editor, on_editor_end, -1, EV_READ);
	ev_timer_init(&r->frame, on_frame, 0, 0);
	ev_timer_init(&r->tick, on_frame, 0, 0);
	ev_timer_init(&r->pending, on_pending, 0, 0);
	ev_timer_init(&r->keep, on_keep, 0, 0);
	r->input.data = r->output.data = r->editor.data = r->frame.data = r->tick.data = r->pending.data = r->keep.data = r;
}

static void stop_watchers(struct run *r)
{
	struct ev_loop *ev = r->app->loop->ev;

	for (size_t i = 0; i < SIGNALS; i++) {
		ev_signal_stop(ev, &r->signals[i]);
	}
	ev_io_stop(ev, &r->input);
	ev_io_stop(ev, &r->output);
	ev_io_stop(ev, &r->editor);
	ev_timer_stop(ev, &r->frame);
	ev_timer_stop(ev, &r->tick);
	ev_timer_stop(ev, &r->pending);
	ev_timer_stop(ev, &r->keep);
}

static void run_loop(struct run *r, const struct screen *const *screens, size_t n, const char *first, const char *notice)
{
	int w, h;

	term_size(r->term, &w, &h);
	r->cells = cells_new(w, h);
	r->cells->glyphs = term_glyphs(r->term);
	r->console = console_new(r->app, screens, n, summary_of_app);
	console_resize(r->console, w, h);
	console_set_terminal(r->console, term_can_copy(r->term));
	if (r->session != NULL) {
		console_take_up(r->console, r->session);
	}
	if (first != NULL) {
		console_show(r->console, first);
	}
	if (notice != NULL) {
		console_say(r->console, ST_WARN, "%s", notice);
	}
	r->app->on_change = on_change;
	r->app->on_change_ctx = r;
	ev_io_start(r->app->loop->ev, &r->input);
	if (term_is_asking(r->term)) {
		r->is_asking = true;
		start_timer(r, &r->frame, ANSWER_S);
	} else {
		paint(r);
	}
	loop_run(r->app->loop);
	r->app->on_change = NULL;
}

int console_run(struct app *app, const struct screen *const *screens, size_t n, const char *first, struct session *session,
    const char *notice)
{
	struct run r = {.app = app, .has_focus = true, .session = session};
	struct err e = {0};

	/* Before curses, which installs handlers of its own only where there are none. */
	start_watchers(&r);
	r.term = term_start(&app->config->options, on_event, &r, &e);
	if (r.term == NULL) {
		stop_watchers(&r);
		fprintf(stderr, "sonde: %s\n       %s\n", e.text, e.hint);
		return err_exit_status(e.code);
	}
	run_loop(&r, screens, n, first, notice);
	if (r.is_away) {
		take_interrupts(&r);
		handoff_abandon(&r.handoff);
		term_return(r.term);
	}
	term_stop(r.term);
	stop_watchers(&r);
	if (!keep(&r, &e)) {
		fprintf(stderr, "sonde: %s\n", e.text);
	}
	console_free(r.console);
	cells_free(r.cells);
	return err_exit_status(r.end);
}
