#include "gateway/option.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const struct option_row option_rows[OPTION_COUNT] = {
	[OPTION_THEME] = { "theme", OPTION_CHOICE, "auto|ansi|mono|rgb|dark|light", "auto", 0, 0, NULL,
	    "colours; auto: the terminal's own (ansi), or mono with `NO_COLOR` or without colours; rgb: dark or light as the terminal is" },
	[OPTION_GLYPHS] = { "glyphs", OPTION_CHOICE, "auto|braille|block|ascii", "auto", 0, 0, NULL,
	    "what graphs are drawn with; auto: by the locale and the terminal" },
	[OPTION_MOUSE] = { "mouse", OPTION_CHOICE, "on|off", "on", 0, 0, NULL,
	    "clicks, dragging and the wheel; off leaves selecting text to the terminal" },
	[OPTION_ANIMATION] = { "animation", OPTION_CHOICE, "on|off", "on", 0, 0, NULL,
	    "running clocks count tenths of a second; off: one step a second" },
	[OPTION_SYNC] = { "sync", OPTION_CHOICE, "auto|on|off", "auto", 0, 0, NULL,
	    "frames the terminal shows only when they are whole (mode 2026); auto: when it says that it can" },
	[OPTION_SHOW_INVISIBLE] = { "show-invisible", OPTION_CHOICE, "on|off", "off", 0, 0, NULL,
	    "invisible characters of answers that come from now on as \u27e8200B\u27e9; off: they are removed and counted" },
	[OPTION_FPS] = { "fps", OPTION_NUMBER, NULL, "25", 4, 60, NULL,
	    "frames a second at most while answers stream; a key paints at once" },
	[OPTION_BELL] = { "bell", OPTION_CHOICE, "on|off", "off", 0, 0, NULL,
	    "ring when the last answer has come and the window is not the one you look at" },
	[OPTION_CLIPBOARD] = { "clipboard", OPTION_CHOICE, "auto|on|off", "auto", 0, 0, NULL,
	    "copy by way of the terminal (OSC 52); auto: when it is of a kind that may; off: into a file" },
	[OPTION_ALERT_ERR] = { "alert.err", OPTION_NUMBER, "off", "off", 0, 100, "%",
	    "an alert while more of the calls fail than this" },
	[OPTION_ALERT_P95] = { "alert.p95", OPTION_NUMBER, "off", "off", 0, 3600, "s",
	    "an alert while the p95 of the latency is above this" },
	[OPTION_ALERT_TTFT] = { "alert.ttft", OPTION_NUMBER, "off", "off", 0, 3600, "s",
	    "an alert while the p95 of the time to the first token is above this" },
	[OPTION_ALERT_COST] = { "alert.cost", OPTION_NUMBER, "off", "off", 0, 1000000, "$",
	    "an alert while calls cost more than this an hour" },
	[OPTION_ALERT_OVER] = { "alert.over", OPTION_NUMBER, NULL, "10min", 1, 1440, "min",
	    "the four alerts above judge the calls of so long a time" },
	[OPTION_ALERT_BELL] = { "alert.bell", OPTION_CHOICE, "on|off", "on", 0, 0, NULL,
	    "ring when an alert begins" },
	[OPTION_PLAIN] = { "plain", OPTION_CHOICE, "on|off", "off", 0, 0, NULL,
	    "for screen readers: words and figures instead of rules, boxes, signs and graphs, one pane at a time" },
};

enum option_id option_find(const char *name)
{
	size_t i = 0;

	while (i < OPTION_COUNT && strcmp(option_rows[i].name, name) != 0) {
		i++;
	}
	return (enum option_id)i;
}

bool option_word(const struct option_row *row, size_t i, char out[OPTION_TEXT_SIZE])
{
	const char *at = row->words;

	for (; at != NULL && i > 0; i--) {
		at = strchr(at, '|');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at != NULL) {
		(void)snprintf(out, OPTION_TEXT_SIZE, "%.*s", (int)strcspn(at, "|"), at);
	}
	return at != NULL;
}

const char *option_values_text(const struct option_row *row, char out[160])
{
	char word[OPTION_TEXT_SIZE];
	int n = 0;

	out[0] = '\0';
	if (row->type == OPTION_NUMBER) {
		n = snprintf(out, 160, "%.10g to %.10g%s%s", row->lo, row->hi, row->unit != NULL ? " " : "", row->unit != NULL ? row->unit : "");
	}
	for (size_t i = 0; n < 120 && option_word(row, i, word); i++) {
		n += snprintf(out + n, 160 - (size_t)n, "%s%s", n == 0 ? "" : row->type == OPTION_NUMBER && i == 0 ? ", or " : ", ", word);
	}
	return out;
}

static bool take_word(const struct option_row *row, const char *text, struct option_value *v)
{
	char word[OPTION_TEXT_SIZE];

	for (size_t i = 0; option_word(row, i, word); i++) {
		if (strcmp(word, text) == 0) {
			(void)snprintf(v->text, sizeof(v->text), "%s", word);
			v->number = NAN;
			return true;
		}
	}
	return false;
}

/* The unit stands behind the number, a currency sign before it. */
static bool take_number(const struct option_row *row, const char *text, struct option_value *v)
{
	const char *unit = row->unit != NULL ? row->unit : "";
	size_t len = strlen(unit);
	bool is_before = strcmp(unit, "$") == 0;
	const char *digits = text + (is_before && text[0] == '$' ? 1 : 0);
	size_t n = strspn(digits, "0123456789.");
	char *end;
	double number = strtod(digits, &end);

	if (row->type != OPTION_NUMBER || n == 0 || end != digits + n) {
		return false;
	}
	end += strspn(end, " ");
	if (*end != '\0' && (is_before || len == 0 || strcmp(end, unit) != 0)) {
		return false;
	}
	if (!(number >= row->lo && number <= row->hi)) {
		return false;
	}
	v->number = number;
	(void)snprintf(v->text, sizeof(v->text), "%s%.10g%s", is_before ? unit : "", number, is_before ? "" : unit);
	return true;
}

bool option_set(struct option_values *o, enum option_id id, const char *text, enum option_origin origin, const char *place, struct err *e)
{
	const struct option_row *row = &option_rows[id];
	struct option_value v = { .origin = origin };
	char shown[ERR_QUOTE_SIZE], values[160];

	if (!take_word(row, text, &v) && !take_number(row, text, &v)) {
		return err_set(e, ERR_CONFIG, "must be %s%s, not \"%s\"", row->type == OPTION_CHOICE ? "one of " : "",
		    row->type == OPTION_CHOICE ? row->words : option_values_text(row, values), err_quote(text, shown));
	}
	(void)snprintf(v.place, sizeof(v.place), "%s", place != NULL ? place : "");
	if (origin < ORIGIN_SESSION) {
		o->before[id] = v;
	}
	o->now[id] = v;
	return true;
}

void option_force(struct option_values *o, enum option_id id, const char *word)
{
	struct err e;
	bool is_word = option_set(o, id, word, ORIGIN_COMMAND_LINE, NULL, &e);

	assert(is_word);
}

void option_reset(struct option_values *o, enum option_id id)
{
	o->now[id] = o->before[id];
}

void options_init(struct option_values *o)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct err e;

		if (!option_set(o, (enum option_id)i, option_rows[i].initial, ORIGIN_DEFAULT, NULL, &e)) {
			o->now[i] = o->before[i] = (struct option_value){ .number = NAN }; /* a test walks the table: this is not reached */
		}
	}
}

void options_take_environment(struct option_values *o)
{
	const char *no_color = getenv("NO_COLOR");
	struct err e;

	if (no_color != NULL && no_color[0] != '\0') {
		(void)!option_set(o, OPTION_THEME, "mono", ORIGIN_ENVIRONMENT, "NO_COLOR", &e);
	}
}

bool option_is(const struct option_values *o, enum option_id id, const char *word)
{
	return strcmp(o->now[id].text, word) == 0;
}

const char *option_origin_text(const struct option_value *v, char out[96])
{
	static const char *const names[] = {
		[ORIGIN_DEFAULT] = "default", [ORIGIN_SESSION] = "set in the console", [ORIGIN_COMMAND_LINE] = "command line",
	};

	if (v->origin == ORIGIN_FILE) {
		(void)snprintf(out, 96, "%s", v->place);
	} else if (v->origin == ORIGIN_ENVIRONMENT) {
		(void)snprintf(out, 96, "%s in the environment", v->place);
	} else {
		(void)snprintf(out, 96, "%s", names[v->origin]);
	}
	return out;
}
