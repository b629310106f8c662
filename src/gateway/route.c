/* Points, because each of these makes a small model fail more often and none alone decides: length (over 500 tokens 1, over 4,000 2), tools (1 to 3
 * of them 1, more 2), a schema of the answer (1), words that ask for reasoning in the last message of the user (one of them 1, three or more 2).
 * Up to 1: simple; 2 and 3: medium; 4 and more: complex. A model that judges was refused: it costs a call, time, and the same request could go
 * another way tomorrow. */
#include "gateway/route.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "token/tokenizer.h"

static const char *const level_names[] = { "simple", "medium", "complex" };

static const char *const reasoning_words[] = { "step by step", "prove", "proof", "derive", "explain why", "reason", "root cause", "compare", "trade-off",
	"trade-offs", "analyze", "analyse", "evaluate", "plan", "strategy", "architecture", "algorithm", "debug", "refactor", "optimize", "optimise",
	"calculate", "solve", "estimate" };

struct sum {
	int points;
	struct buf why;
};

static void add(struct sum *s, int points, const char *fmt, ...) SONDE_PRINTF(3, 4);
static void add(struct sum *s, int points, const char *fmt, ...)
{
	va_list ap;

	(void)buf_add_str(&s->why, s->why.len > 0 ? ", " : "");
	va_start(ap, fmt);
	(void)buf_addv(&s->why, fmt, ap);
	va_end(ap);
	s->points += points;
}

static void add_length(struct sum *s, const struct message *messages, size_t n)
{
	int64_t tokens = 0;

	for (size_t i = 0; i < n; i++) {
		tokens += tokenizer_count(&tokenizer_estimating, messages[i].text, strlen(messages[i].text));
	}
	add(s, tokens > 4000 ? 2 : tokens > 500 ? 1 : 0, "~%lld tokens", (long long)tokens);
}

static void add_tools(struct sum *s, const char *tools_json)
{
	json_t *tools = tools_json != NULL ? json_loads(tools_json, 0, NULL) : NULL;
	size_t n = json_array_size(tools);

	json_decref(tools);
	if (n > 0) {
		add(s, n > 3 ? 2 : 1, n == 1 ? "%zu tool" : "%zu tools", n);
	}
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strcasestr(p, word)) != NULL; p++) {
		if ((p == text || !isalnum((unsigned char)p[-1])) && !isalnum((unsigned char)p[n])) {
			return true;
		}
	}
	return false;
}

static void add_words(struct sum *s, const struct message *messages, size_t n)
{
	const char *text = "", *first = NULL;
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		text = messages[i].role == ROLE_USER ? messages[i].text : text;
	}
	for (size_t i = 0; i < COUNT_OF(reasoning_words); i++) {
		if (has_word(text, reasoning_words[i])) {
			first = first != NULL ? first : reasoning_words[i];
			found++;
		}
	}
	if (found == 1) {
		add(s, 1, "\"%s\"", first);
	} else if (found > 1) {
		add(s, found >= 3 ? 2 : 1, "\"%s\" and %d more words of reasoning", first, found - 1);
	}
}

/* The level's own target, else one above, else one below. */
static const char *target_of(const struct config *c, int level)
{
	for (int i = level; i < ROUTE_LEVELS; i++) {
		if (c->route[i] != NULL) {
			return c->route[i];
		}
	}
	for (int i = level - 1; i >= 0; i--) {
		if (c->route[i] != NULL) {
			return c->route[i];
		}
	}
	return NULL;
}

bool route_is_auto(const struct config *c, const char *name)
{
	bool is_auto = strcmp(name, ROUTE_AUTO) == 0;

	for (size_t i = 0; is_auto && i < c->n_aliases; i++) {
		is_auto = strcmp(c->aliases[i]->name, ROUTE_AUTO) != 0;
	}
	return is_auto;
}

bool route_choose(const struct config *c, const struct message *messages, size_t n, const char *tools_json, const char *schema_json,
    struct route_choice *out, struct err *e)
{
	struct sum s = { .points = 0 };

	add_length(&s, messages, n);
	add_tools(&s, tools_json);
	if (schema_json != NULL) {
		add(&s, 1, "a schema");
	}
	add_words(&s, messages, n);
	out->level = s.points <= 1 ? ROUTE_SIMPLE : s.points <= 3 ? ROUTE_MEDIUM : ROUTE_COMPLEX;
	out->target = target_of(c, (int)out->level);
	(void)snprintf(out->reason, sizeof(out->reason), "%s: %s", level_names[out->level], buf_str(&s.why));
	buf_free(&s.why);
	if (out->target == NULL) {
		(void)err_set(e, ERR_CONFIG, "the target auto is not set up");
		return err_hint(e, "add to the configuration: route: {simple: TARGET, medium: TARGET, complex: TARGET}");
	}
	return true;
}
