#include "app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/alerts.h"
#include "app/board.h"
#include "app/counting.h"
#include "app/exporter.h"
#include "app/play.h"
#include "app/prompts.h"
#include "app/welcome.h"
#include "base/mem.h"
#include "text/width.h"

/* On the writer's thread. */
static void wake_for_store(void *ctx)
{
	struct app *a = ctx;

	ev_async_send(a->loop->ev, &a->store_changed);
}

static void on_store_changed(struct ev_loop *ev, ev_async *w, int revents)
{
	struct app *a = w->data;
	struct store_state state;
	bool was_fine = a->store_err.code == ERR_NONE && a->store_warning.code == ERR_NONE;

	(void)ev;
	(void)revents;
	store_state(a->store, &state);
	a->store_err = state.why;
	a->store_warning = state.warning;
	if (!state.is_failing && state.dropped > 0) {
		(void)err_set(&a->store_err, ERR_INTERNAL, "%llu calls and runs were not recorded", (unsigned long long)state.dropped);
	}
	if (!was_fine || a->store_err.code != ERR_NONE || a->store_warning.code != ERR_NONE) {
		app_changed(a);
	}
}

static void watch_store(struct app *a)
{
	ev_async_init(&a->store_changed, on_store_changed);
	a->store_changed.data = a;
	ev_async_start(a->loop->ev, &a->store_changed);
	store_on_change(a->store, wake_for_store, a);
}

struct app *app_new(struct loop *l, struct config *config, const char *data_dir, bool records)
{
	struct app *a = x_calloc(1, sizeof(*a));

	a->loop = l;
	a->config = config;
	a->data_dir = x_strdup(data_dir);
	a->store = records ? store_open(data_dir, &a->store_err) : NULL;
	if (a->store != NULL) {
		store_set_policy(a->store, &config->store);
		watch_store(a);
	}
	a->gateway = gateway_new(l, config, a->store);
	a->counting = counting_new(a);
	a->play = play_new(a);
	a->prompts = prompts_new(a);
	a->board = board_new(a);
	a->welcome = welcome_new(a);
	a->exporter = exporter_new(a);
	a->alerts = records ? alerts_new(a) : NULL;
	return a;
}

void app_free(struct app *a)
{
	if (a == NULL) {
		return;
	}
	a->on_change = NULL;
	exporter_stop(a->exporter);
	job_pool_wait(a->loop->jobs); /* they use what is freed here */
	welcome_free(a->welcome);
	alerts_free(a->alerts);
	exporter_free(a->exporter);
	board_free(a->board);
	prompts_free(a->prompts);
	play_free(a->play);
	counting_free(a->counting);
	gateway_free(a->gateway);
	if (a->store != NULL) {
		store_on_change(a->store, NULL, NULL);
		ev_async_stop(a->loop->ev, &a->store_changed);
	}
	store_close(a->store);
	config_free(a->config);
	free(a->data_dir);
	free(a);
}

void app_say(struct app *a, enum news_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(a->news.text, sizeof(a->news.text), fmt, ap);
	va_end(ap);
	a->news.kind = kind;
	a->news.n++;
	app_changed(a);
}

void app_take_options(struct app *a)
{
	if (a->alerts != NULL) {
		alerts_configure(a->alerts);
	}
}

void app_changed(struct app *a)
{
	if (a->on_change != NULL) {
		a->on_change(a->on_change_ctx);
	}
}

bool app_is_plain(const struct app *a)
{
	return option_is_on(&a->config->options, OPTION_PLAIN);
}

/* libcurl and what it brings are 8 MiB and 10 ms: not for whoever sends nothing, and not at the moment of sending. */
void app_look_ahead(struct app *a)
{
	if (a->play->user[0] != '\0') {
		gateway_warm_up(a->gateway);
	}
}

bool app_warning(const struct app *a, struct buf *out)
{
	const struct err *w = &a->store_warning;

	return w->code != ERR_NONE && buf_addf(out, "%s%s%s", w->text, w->hint[0] != '\0' ? ": " : "", w->hint);
}

/* The parts of the summary, each long and brief; "" for none. */
enum { PART_RUNNING, PART_FIGURE, PART_MARK, PARTS };
enum { PART_LONG, PART_BRIEF, PART_LEFT_OUT, PART_FORMS };
typedef char summary_parts[PARTS][PART_FORMS][sizeof(((struct budget_note *)NULL)->text)];

static void find_parts(const struct app *a, summary_parts p)
{
	size_t running = play_running(a->play);
	size_t size = sizeof(p[0][0]);
	struct budget_note note;
	char cost[32];

	if (running > 0) {
		(void)snprintf(p[PART_RUNNING][PART_LONG], size, "\u25b6%zu running", running);
		(void)snprintf(p[PART_RUNNING][PART_BRIEF], size, "\u25b6%zu", running);
	}
	gateway_budget_note(a->gateway, &note);
	if (note.text[0] != '\0') {
		(void)snprintf(p[PART_FIGURE][PART_LONG], size, "%s", note.text);
		(void)snprintf(p[PART_FIGURE][PART_BRIEF], size, "%s", note.brief);
	} else if (is_known(a->board->today_nano)) {
		price_format(a->board->today_nano, cost, sizeof(cost));
		(void)snprintf(p[PART_FIGURE][PART_LONG], size, "%s today", cost);
		(void)snprintf(p[PART_FIGURE][PART_BRIEF], size, "%s", cost);
	}
	if (a->board->today_has_simulated && !a->is_demo) { /* the demo's tab row says it for all */
		(void)snprintf(p[PART_MARK][PART_LONG], size, "(SIMULATED too)");
		(void)snprintf(p[PART_MARK][PART_BRIEF], size, "SIMULATED");
	}
}

/* What goes first where there is no room: simulated data is marked whatever else is said. */
static const unsigned char summary_forms[][PARTS] = {
	{ PART_LONG, PART_LONG, PART_LONG }, { PART_LONG, PART_LONG, PART_BRIEF }, { PART_LONG, PART_BRIEF, PART_LONG },
	{ PART_LONG, PART_BRIEF, PART_BRIEF }, { PART_BRIEF, PART_BRIEF, PART_BRIEF }, { PART_LONG, PART_LEFT_OUT, PART_BRIEF }, { PART_BRIEF, PART_LEFT_OUT, PART_BRIEF },
	{ PART_LEFT_OUT, PART_LEFT_OUT, PART_BRIEF },
};

void app_summary(const struct app *a, int room, struct buf *out)
{
	summary_parts p = { 0 };
	struct buf text = { 0 };

	find_parts(a, p);
	for (size_t i = 0; i < COUNT_OF(summary_forms); i++) {
		buf_clear(&text);
		for (size_t k = 0; k < PARTS; k++) {
			const char *part = p[k][summary_forms[i][k]];
			bool is_of_figure = k == PART_MARK && summary_forms[i][PART_FIGURE] != PART_LEFT_OUT;

			(void)buf_addf(&text, "%s%s", text.len == 0 || part[0] == '\0' ? "" : is_of_figure ? " " : "  ", part);
		}
		if (width_text(buf_str(&text), text.len) <= (size_t)room) {
			(void)buf_add_str(out, buf_str(&text));
			break;
		}
	}
	buf_free(&text);
}
