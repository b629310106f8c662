/* play_prompt - a prompt as Play sends it: a version of the registry, a draft or a recorded request, filled in. Read-only once made; shared by
 * columns and so counted. Not here: which column sends which (app/play_slot.c). */
#ifndef SONDE_APP_PLAY_PROMPT_H
#define SONDE_APP_PLAY_PROMPT_H

#include "app/live_count.h"
#include "prompt/filled.h"
#include "token/counter.h"

struct play_prompt {
	int refs;
	char *name;                  /* in the registry; NULL: it is in none */
	int number;                  /* of the version; 0: none, as a draft */
	char hash[BUNDLE_HASH_SIZE]; /* of the version; "": of none */
	char *tags;                  /* for the record: the label that led to it; NULL: none did */
	struct filled filled;
	const char *system, *user;   /* its first message where that is the system's, its last where that is the user's; else "" */
	size_t between, n_between;   /* the messages of filled that stand between them */
	struct chat_params params;   /* for any provider */
	char *tools;                 /* "look, refund", clean; NULL: it has none */
	size_t n_tools;
	struct live_count **counts;  /* of each message, of tools and of the form; NULL: play_prompt_count was not called yet */
};

#define PLAY_PROMPT_NAME_SIZE (PROMPT_NAME_MOST + 16)
/* "support-triage@v13"; of a draft the name alone, "" without one. Returns out. */
const char *play_prompt_name(const struct play_prompt *p, char out[PLAY_PROMPT_NAME_SIZE]);

/* Takes filled and tags over. */
struct play_prompt *play_prompt_new(const char *name, int number, const char *hash, char *tags, const struct filled *filled);
/* On any thread: a version or a draft (number 0) of it, with values for its variables (an object). NULL with e. */
struct play_prompt *play_prompt_fill(struct registry *r, const struct version_row *v, const char *label, const json_t *values, struct err *e) SONDE_MUST_CHECK;
/* The same of the version that a ref names ("NAME", "NAME@v13", "NAME@production"), read from DIR/sonde.db. */
struct play_prompt *play_prompt_read(const char *dir, const char *ref, const json_t *values, struct err *e) SONDE_MUST_CHECK;
struct play_prompt *play_prompt_ref(struct play_prompt *p);
void play_prompt_unref(struct play_prompt *p); /* NULL is fine */
/* From now on it can be weighed; on the loop. NULL is fine. */
void play_prompt_count(struct play_prompt *p, struct app *app);
/* Adds what it sends, with or without the two parts that are edited. */
void play_prompt_weigh(const struct play_prompt *p, bool has_parts, const struct counter *c, struct request_text *r);

/* To be kept, as JSON or its text, and back; the caller's. NULL for what is none any more. */
json_t *play_prompt_json(const struct play_prompt *p);
char *play_prompt_text(const struct play_prompt *p);
struct play_prompt *play_prompt_from_json(const json_t *object);
struct play_prompt *play_prompt_from_text(const char *text);

#endif
