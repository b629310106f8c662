/* option - how the console shall look and behave: one table with name, type, default, limits and help of each option, and the values with
 * where each comes from. From the table come the `ui` section of the configuration, `:set` with its completion, `?` and the manual: a
 * new option is a row here and, where the value matters, a question.
 * Order of precedence: command line, set in the console (also in an earlier session), configuration, environment, default. */
#ifndef SONDE_GATEWAY_OPTION_H
#define SONDE_GATEWAY_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum option_id {
	OPTION_THEME, OPTION_GLYPHS, OPTION_MOUSE, OPTION_ANIMATION, OPTION_SYNC, OPTION_SHOW_INVISIBLE, OPTION_FPS, OPTION_BELL,
	OPTION_CLIPBOARD, OPTION_ALERT_ERR, OPTION_ALERT_P95, OPTION_ALERT_TTFT, OPTION_ALERT_COST, OPTION_ALERT_OVER, OPTION_ALERT_BELL,
	OPTION_PLAIN, OPTION_COUNT
};

enum option_type { OPTION_CHOICE, OPTION_NUMBER };

struct option_row {
	const char *name;
	enum option_type type;
	const char *words;   /* "auto|on|off": what it may be; of a number, what it may be besides; NULL: no word */
	const char *initial; /* written as a user would */
	double lo, hi;       /* of a number */
	const char *unit;    /* of a number: "%", "s", "$"; may be left out when it is given; NULL: none */
	const char *help;    /* one line */
};
extern const struct option_row option_rows[OPTION_COUNT];

#define OPTION_TEXT_SIZE 32

enum option_origin { ORIGIN_DEFAULT, ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_SESSION, ORIGIN_COMMAND_LINE };

struct option_value {
	char text[OPTION_TEXT_SIZE]; /* canonical: "auto", "30", "2%" */
	double number;               /* NAN for a word */
	enum option_origin origin;
	char place[64];              /* "config.yaml:12", "NO_COLOR"; else "" */
};

struct option_values {
	struct option_value now[OPTION_COUNT];
	struct option_value before[OPTION_COUNT]; /* as they were before anything was set in the console */
};

void options_init(struct option_values *o);
/* What variables say: NO_COLOR. */
void options_take_environment(struct option_values *o);
/* OPTION_COUNT when there is none of that name. */
enum option_id option_find(const char *name);
/* False: text is no value for it; e says in half a sentence what would be: "must be one of on, off, not \"x\"". place may be NULL. */
bool option_set(struct option_values *o, enum option_id id, const char *text, enum option_origin origin, const char *place, struct err *e)
    SONDE_MUST_CHECK;
/* One of its words, by the command line. */
void option_force(struct option_values *o, enum option_id id, const char *word);
/* As it was before it was set in the console. */
void option_reset(struct option_values *o, enum option_id id);

static inline const char *option_text(const struct option_values *o, enum option_id id)
{
	return o->now[id].text;
}

static inline double option_number(const struct option_values *o, enum option_id id)
{
	return o->now[id].number;
}

bool option_is(const struct option_values *o, enum option_id id, const char *word);
static inline bool option_is_on(const struct option_values *o, enum option_id id)
{
	return option_is(o, id, "on");
}

/* "default", "config.yaml:12", "set in the console", "NO_COLOR in the environment", "command line". */
const char *option_origin_text(const struct option_value *v, char out[96]);
/* "auto, on, off", "4 to 60", "0 to 100 %, or off". */
const char *option_values_text(const struct option_row *row, char out[160]);
/* The i-th word of "a|b|c" into out; false at the end. */
bool option_word(const struct option_row *row, size_t i, char out[OPTION_TEXT_SIZE]);

#endif
