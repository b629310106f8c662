/* app - the whole program behind the console: configuration, store, gateway, and the models of the screens.
 * Owns all of them. No drawing, no terminal. Changes are told through on_change, from the loop. */
#ifndef SONDE_APP_APP_H
#define SONDE_APP_APP_H

#include "gateway/gateway.h"
#include "gateway/config.h"
#include "net/loop.h"
#include "store/store.h"

struct play;
struct prompts;
struct board;
struct welcome;
struct alerts;
struct exporter;
struct counting;

/* Something happened beside what is done: a sentence for whoever shows the app. */
enum news_kind { NEWS_GOOD, NEWS_BAD, NEWS_ALERT };
struct app_news {
	unsigned long n; /* grows with each */
	enum news_kind kind;
	char text[400];  /* clean */
};

struct app {
	struct loop *loop;
	struct config *config;
	char *data_dir;
	struct store *store;        /* NULL: nothing is recorded; store_err says why */
	struct err store_err;       /* else why rows wait or were lost; ERR_NONE while all are recorded */
	struct err store_warning; /* calls are recorded, but something is to be known of the store; else ERR_NONE */
	ev_async store_changed;
	struct gateway *gateway;
	struct play *play;          /* app/play.h */
	struct prompts *prompts;    /* app/prompts.h */
	struct board *board;        /* app/board.h: what the Metrics screen shows */
	struct welcome *welcome;    /* app/welcome.h: the first-start card */
	struct alerts *alerts;      /* app/alerts.h; NULL: the store is only read */
	struct exporter *exporter;  /* app/exporter.h */
	struct counting *counting;  /* app/counting.h: how tokens are counted */
	struct app_news news;       /* the last one */
	unsigned lists;             /* grows each time there is more that a command line could be completed with */
	bool is_demo;
	void (*on_change)(void *ctx); /* something shown may have changed */
	void *on_change_ctx;
};

/* Takes config over. data_dir is copied. records false: the store is only read. A store that cannot be opened is no failure: store_err says
 * why and the rest works. */
struct app *app_new(struct loop *l, struct config *config, const char *data_dir, bool records);
void app_free(struct app *a);
void app_changed(struct app *a);
/* The text must be clean. */
void app_say(struct app *a, enum news_kind kind, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Options may be others now: what works by them is set up anew. */
void app_take_options(struct app *a);
/* The option "plain": one pane at a time, nothing beside another. */
bool app_is_plain(const struct app *a);
/* After a frame was painted, when time does not matter: makes ready what the next step is likely to want. */
void app_look_ahead(struct app *a);
/* What is to be known of the store and what to do about it; false: nothing is. Needs the whole of a row. */
bool app_warning(const struct app *a, struct buf *out);
/* The right end of the tab row, of no more cells than room: what runs, what today cost or how much of the budget, and that simulated calls
 * are in it. May be empty. */
void app_summary(const struct app *a, int room, struct buf *out);

#endif
