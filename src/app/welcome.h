/* welcome - the model of the first-start card: what sonde found to talk to, what is missing and how to set it, and the demo.
 * Looking sends nothing but the two questions of app/ollama.h to a local Ollama. Never holds or shows a key, only its variable's name. */
#ifndef SONDE_APP_WELCOME_H
#define SONDE_APP_WELCOME_H

#include "app/app.h"
#include "app/ollama.h"

/* In the order of the rows, which does not change while one looks. */
enum welcome_kind {
	WELCOME_PROVIDER, /* can be used: it has its key, or needs none */
	WELCOME_LOCAL,    /* an Ollama: whether it runs is asked */
	WELCOME_DEMO,
	WELCOME_MISSING,  /* something must be set first */
	WELCOME_KINDS
};

struct welcome_row {
	enum welcome_kind kind;
	const struct provider_entry *entry; /* NULL: the demo */
	struct ollama_ask *ask;             /* NULL: not asked, for it is no local server, or on another machine */
};

struct welcome {
	struct app *app;
	struct welcome_row *rows; /* none before the first look */
	size_t n_rows, cap_rows;
	bool is_settled;          /* nothing is being asked */
	struct demo *demo;        /* NULL: not started */
};

struct welcome *welcome_new(struct app *app);
void welcome_free(struct welcome *w);
/* Whether the card is the best thing to show first: the configuration names no target, and no provider that is known to work. */
bool welcome_is_due(const struct app *app);
/* Makes the rows and asks; app->on_change tells of answers. */
void welcome_look(struct welcome *w);
/* The first row with which one can go on without setting anything. */
size_t welcome_best_row(const struct welcome *w);

/* One line each, clean: what it is ("OPENAI_API_KEY", "Ollama 0.9.0"), and what was found ("in the environment"). */
void welcome_row_name(const struct welcome_row *r, struct buf *out);
void welcome_row_found(const struct welcome_row *r, struct buf *out);
/* "use it", "try it", "how to set"; what Enter does. */
const char *welcome_row_action(const struct welcome_row *r);
/* Appends how to make the row usable, in lines; "" when there is nothing to do. */
void welcome_row_how(const struct welcome *w, const struct welcome_row *r, struct buf *out);
/* The target to use it by, "openai/gpt-5.4-mini"; the caller's; NULL when it cannot be used yet. */
char *welcome_row_target(const struct welcome_row *r);

/* The app of the demo, started when it is asked for first, with its past on the way. NULL and e filled when it cannot start. It belongs to w. */
struct app *welcome_demo(struct welcome *w, struct err *e);

#endif
