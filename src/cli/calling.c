#include "cli/calling.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "net/http.h"
#include "text/clean.h"

static void on_signal(struct ev_loop *ev, ev_signal *w, int revents)
{
	struct calling *c = w->data;

	(void)ev;
	(void)revents;
	c->is_interrupted = true;
	c->cancel(c->ctx);
}

static void watch_signal(struct calling *c, ev_signal *w, int signo)
{
	ev_signal_init(w, on_signal, signo);
	w->data = c;
	ev_signal_start(c->loop->ev, w);
}

static struct store *begin_store(const struct store_policy *policy)
{
	struct err e = { 0 };
	char *dir = cli_data_dir(&e);
	struct store *store = dir != NULL ? store_open(dir, &e) : NULL;

	if (store == NULL) {
		(void)err_prefix(&e, "calls are not recorded");
		(void)cli_fail(&e);
	} else {
		store_set_policy(store, policy);
	}
	free(dir);
	return store;
}

/* The answer has been given: a store that cannot be written is told, not a failure of the command. */
static void end_store(struct store *store)
{
	struct err e = { 0 };

	if (store != NULL && !store_flush(store, 5000, &e)) {
		char text[sizeof(e.text)];

		clean_line_into(e.text, text, sizeof(text));
		fprintf(stderr, "sonde: the call is not recorded: %s\n", text);
	}
	store_close(store);
}

void calling_begin(struct calling *c, struct config *config, void (*cancel)(void *ctx), void *ctx)
{
	*c = (struct calling){ .loop = loop_new(), .cancel = cancel, .ctx = ctx };
	http_warm_up(c->loop); /* while the store is opened */
	c->store = begin_store(&config->store);
	c->gateway = gateway_new(c->loop, config, c->store);
	watch_signal(c, &c->on_int, SIGINT);
	watch_signal(c, &c->on_term, SIGTERM);
	if (signal(SIGHUP, SIG_IGN) != SIG_IGN) { /* else nohup wants it to go on */
		watch_signal(c, &c->on_hup, SIGHUP);
	}
}

void calling_end(struct calling *c, bool is_quiet)
{
	struct budget_note note;

	gateway_budget_note(c->gateway, &note);
	if (note.text[0] != '\0' && !is_quiet) {
		fprintf(stderr, "sonde: %s\n", note.text);
	}
	gateway_free(c->gateway);
	end_store(c->store);
	ev_signal_stop(c->loop->ev, &c->on_int);
	ev_signal_stop(c->loop->ev, &c->on_term);
	ev_signal_stop(c->loop->ev, &c->on_hup);
}

void calling_free(struct calling *c)
{
	loop_free(c->loop);
}

/* ---- one call ---- */

struct once {
	struct call *call;
	bool is_over;
};

static void cancel_once(void *ctx)
{
	struct once *o = ctx;

	call_cancel(o->call);
}

static void on_event(void *ctx, const struct call_event *ev)
{
	struct once *o = ctx;

	o->is_over |= ev->type >= EVENT_DONE;
}

struct call *calling_once(struct config *config, const struct gateway_request *r, struct err *e)
{
	struct once once = { .call = NULL };
	struct calling c;

	calling_begin(&c, config, cancel_once, &once);
	once.call = call_ref(call_start(c.gateway, r, on_event, &once));
	loop_run_until(c.loop, &once.is_over);
	calling_end(&c, false);
	calling_free(&c);
	enum err_code code = c.is_interrupted ? ERR_INTERRUPTED : call_err_code(once.call);

	if (code == ERR_NONE) {
		return once.call;
	}
	*e = once.call->err;
	e->code = code;
	if (c.is_interrupted) {
		err_set(e, code, "interrupted");
	}
	call_unref(once.call);
	return NULL;
}
