#include "sim/passage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PASSAGES_MOST 1500
#define QUESTION_WHOLE 280 /* a last message up to this long is the question as a whole */

static bool is_blank_char(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.len > 0 && is_blank_char(s.s[0])) {
		s.s++;
		s.len--;
	}
	while (s.len > 0 && is_blank_char(s.s[s.len - 1])) {
		s.len--;
	}
	return s;
}

static bool starts_with(struct span s, const char *word)
{
	return span_find((struct span){ s.s, s.len < strlen(word) ? s.len : strlen(word) }, word) == s.s && s.len > 0;
}

static bool is_order(struct span s)
{
	static const char *const starts[] = {
		"you are",
		"answer",
		"reply",
		"respond",
		"return",
		"use ",
		"do not",
		"don't",
		"please",
		"classify",
		"summar",
		"list ",
		"write",
		"give",
		"extract",
		"pick",
		"choose",
		"translate",
		"explain",
		"describe",
		"say ",
		"if the ",
		"cite",
		"be ",
		"never",
		"always",
		"output",
		"your task",
		"keep ",
		"label",
		"categor",
		"options",
		"decide",
		"rate ",
		"compare",
		"only ",
		"sort ",
		"find ",
		"route ",
		"tell ",
		"judge",
	};

	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		if (starts_with(s, starts[i])) {
			return true;
		}
	}
	return span_find(s, "json") != NULL;
}

/* Takes list signs and a "[3]" off the front; a number in brackets goes to *mark. */
static struct span strip_signs(struct span s, int *mark)
{
	for (;;) {
		size_t i = 0;

		s = trim(s);
		if (s.len > 1 && strchr("-*#>+", s.s[0]) != NULL) {
			i = 1;
		} else if (s.len > 2 && s.s[0] == '[') {
			int n = 0;

			for (i = 1; i < s.len && i < 5 && s.s[i] >= '0' && s.s[i] <= '9'; i++) {
				n = n * 10 + (s.s[i] - '0');
			}
			if (i == 1 || i == s.len || s.s[i] != ']') {
				return s;
			}
			*mark = n;
			i++;
		} else {
			while (i < s.len && i < 3 && s.s[i] >= '0' && s.s[i] <= '9') {
				i++;
			}
			if (i == 0 || i + 1 >= s.len || (s.s[i] != '.' && s.s[i] != ')') || s.s[i + 1] != ' ') {
				return s;
			}
			i++;
		}
		s.s += i;
		s.len -= i;
	}
}

/* Headings that stand before a text on the same line say nothing. */
static struct span strip_heading(struct span s)
{
	static const char *const headings[] = { "facts:", "context:", "text:", "question:", "query:", "frage:", "document:", "ticket:",
		"passage:", "notes:", "message:", "email:", "user:", "customer:", "input:", "article:", "source:", "content:" };

	for (size_t i = 0; i < COUNT_OF(headings); i++) {
		if (starts_with(s, headings[i])) {
			size_t n = strlen(headings[i]);

			return trim((struct span){ s.s + n, s.len - n });
		}
	}
	return s;
}

static void count_terms(struct passages *p, struct passage *new)
{
	struct map *own = map_new();
	char term[TERM_SIZE];
	struct span raw;
	size_t at = 0;

	while (term_next(new->text.s, new->text.len, &at, term, &raw)) {
		size_t len = strlen(term);

		new->n_terms++;
		if (term_is_common(term) || map_put(own, term, len, own) != NULL) {
			continue;
		}
		uintptr_t n = (uintptr_t)map_get(p->seen, term, len);
		(void)map_put(p->seen, term, len, (void *)(n + 1));
	}
	map_free(own, NULL);
}

static void add(struct passages *p, struct span s, size_t message, int *mark)
{
	s = strip_heading(strip_signs(s, mark));
	/* "Context:" and the like are headings. */
	if (s.len < 2 || p->n >= PASSAGES_MOST || (s.len < 30 && s.s[s.len - 1] == ':')) {
		return;
	}
	struct passage *new = array_push(p->items, p->n, p->cap);
	*new = (struct passage){ .text = s, .message = message, .mark = *mark, .is_order = is_order(s) };
	count_terms(p, new);
	if (new->n_terms == 0) {
		p->n--;
	}
}

/* Whether the full stop at s[i] ends a sentence: not after one letter or a common abbreviation, and not before a small letter. */
static bool is_full_stop(const char *s, size_t i, size_t len)
{
	static const char *const short_words[] = { "mr", "mrs", "dr", "vs", "etc", "no", "st", "bzw", "ca", "nr" };
	size_t start = i;
	size_t next = i + 1;

	while (start > 0 && term_byte(s[start - 1])) {
		start--;
	}
	while (next < len && s[next] == ' ') {
		next++;
	}
	if (next < len && s[next] >= 'a' && s[next] <= 'z') {
		return false;
	}
	if (i - start == 1 && !(s[start] >= '0' && s[start] <= '9')) {
		return false;
	}
	struct span word = { s + start, i - start };
	for (size_t k = 0; k < COUNT_OF(short_words); k++) {
		if (strlen(short_words[k]) == word.len && span_find(word, short_words[k]) == word.s) {
			return false;
		}
	}
	/* "1. First": the number of a list item. */
	size_t line = start;
	while (line > 0 && s[line - 1] == ' ') {
		line--;
	}
	return !(i - start <= 2 && i > start && s[start] >= '0' && s[start] <= '9' && (line == 0 || s[line - 1] == '\n'));
}

/* A line that goes on in the next one is wrapped text: not short, and the next starts with an ordinary character. */
static bool is_line_end(const char *s, size_t i, size_t len, size_t line_start)
{
	if (i + 1 >= len || i - line_start < 50) {
		return true;
	}
	return strchr("\r\n-*#[>{}0123456789", s[i + 1]) != NULL;
}

/* Length of the sentence end at s[i], 0 when there is none. */
static size_t end_at(const char *s, size_t i, size_t len, size_t line_start)
{
	char next = i + 1 < len ? s[i + 1] : ' ';

	if (s[i] == '\n') {
		return is_line_end(s, i, len, line_start) ? 1 : 0;
	}
	if (s[i] == '!' || s[i] == '?' || s[i] == '.') {
		if (next != '"' && next != ')' && !is_blank_char(next)) {
			return 0;
		}
		return s[i] != '.' || is_full_stop(s, i, len) ? 1 : 0;
	}
	if (len - i >= 3 && (memcmp(s + i, "。", 3) == 0 || memcmp(s + i, "！", 3) == 0 || memcmp(s + i, "？", 3) == 0)) {
		return 3;
	}
	return 0;
}

static void split(struct passages *p, const char *s, size_t len, size_t message)
{
	size_t start = 0, line = 0;
	int mark = 0;

	for (size_t i = 0; i < len;) {
		size_t end = end_at(s, i, len, line);

		if (s[i] == '\n') {
			line = i + 1;
		}
		if (end > 0) {
			if (i + end < len && (s[i + end] == '"' || s[i + end] == ')')) {
				end++;
			}
			add(p, (struct span){ s + start, i + end - start }, message, &mark);
			start = i + end;
			i = start;
		} else {
			i++;
		}
	}
	add(p, (struct span){ s + start, len - start }, message, &mark);
}

/* "Question: ..." at the start of a line, the last one. */
static struct span find_marked_question(struct span all)
{
	static const char *const marks[] = { "question:", "query:", "frage:", "user question:", "q:" };
	struct span best = { all.s, 0 };

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct span rest = all;
		const char *at;

		while ((at = span_find(rest, marks[i])) != NULL) {
			const char *from = at + strlen(marks[i]);

			rest = (struct span){ from, (size_t)(all.s + all.len - from) };
			if ((at == all.s || at[-1] == '\n') && from > best.s) {
				const char *end = strstr(trim(rest).s, "\n");
				struct span t = trim(rest);

				best = (struct span){ t.s, end != NULL && (size_t)(end - t.s) < t.len ? (size_t)(end - t.s) : t.len };
			}
		}
	}
	return best;
}

/* The sentence that asks or orders, when the message holds a text besides it; else the whole of a short message, the last sentence of a
 * long one. */
static struct span find_question(const struct passages *p, const char *text)
{
	struct span all = trim((struct span){ text, strlen(text) });
	struct span marked = find_marked_question(all), asks = { NULL, 0 }, order = { NULL, 0 }, last = { NULL, 0 };
	size_t n = 0;

	for (size_t i = p->n; i-- > 0;) {
		const struct passage *one = &p->items[i];

		if (one->message != p->last_user) {
			continue;
		}
		n++;
		last = last.s == NULL ? one->text : last;
		if (asks.s == NULL && (memchr(one->text.s, '?', one->text.len) != NULL || span_find(one->text, "？") != NULL)) {
			asks = one->text;
		}
		order = one->is_order ? one->text : order;
	}
	if (marked.len > 0) {
		return marked;
	}
	if (n > 1 && (asks.s != NULL || order.s != NULL)) {
		return asks.s != NULL ? asks : order;
	}
	return all.len <= QUESTION_WHOLE || last.s == NULL ? all : last;
}

void passages_init(struct passages *p, const struct ask *a)
{
	*p = (struct passages){ .seen = map_new(), .question = { "", 0 } };
	for (size_t i = 0; i < a->n_messages; i++) {
		if (a->messages[i].role != ASK_ASSISTANT) {
			split(p, a->messages[i].text, strlen(a->messages[i].text), i);
		}
		if (a->messages[i].role == ASK_USER) {
			p->last_user = i;
		}
	}
	if (a->n_messages > 0) {
		p->question = find_question(p, a->messages[p->last_user].text);
	}
}

void passages_free(struct passages *p)
{
	free(p->items);
	map_free(p->seen, NULL);
	*p = (struct passages){ .question = { "", 0 } };
}

size_t passages_with(const struct passages *p, const char *term)
{
	return (size_t)(uintptr_t)map_get(p->seen, term, strlen(term));
}

/* As the idf of BM25: never negative. */
static double weight(const struct passages *p, const char *term)
{
	double df = (double)passages_with(p, term);
	double n = (double)p->n;

	return log(1 + (n - df + 0.5) / (df + 0.5));
}

static struct map *term_set(struct span s)
{
	struct map *set = map_new();
	char term[TERM_SIZE];
	struct span raw;
	size_t at = 0;

	while (term_next(s.s, s.len, &at, term, &raw)) {
		if (!term_is_common(term)) {
			(void)map_put(set, term, strlen(term), set);
		}
	}
	return set;
}

/* Weights of the terms of s that are in `set` (all terms for NULL), each counted once. */
static double sum_in(const struct passages *p, struct span s, const struct map *set)
{
	struct map *counted = map_new();
	char term[TERM_SIZE];
	struct span raw;
	size_t at = 0;
	double sum = 0;

	while (term_next(s.s, s.len, &at, term, &raw)) {
		size_t len = strlen(term);

		if (term_is_common(term) || (set != NULL && map_get(set, term, len) == NULL) ||
		    map_put(counted, term, len, counted) != NULL) {
			continue;
		}
		sum += set != NULL ? weight(p, term) : (double)passages_with(p, term);
	}
	map_free(counted, NULL);
	return sum;
}

/* Long sentences hold more words by chance, so the sum is damped by the length. */
static double damp(const struct passage *one)
{
	return (one->is_order ? 0.2 : 1.0) / pow((double)(one->n_terms > 4 ? one->n_terms : 4), 0.35);
}

void passages_score(struct passages *p, struct span query)
{
	struct map *set = term_set(query);

	for (size_t i = 0; i < p->n; i++) {
		p->items[i].score = sum_in(p, p->items[i].text, set) * damp(&p->items[i]);
	}
	map_free(set, NULL);
}

void passages_score_central(struct passages *p)
{
	for (size_t i = 0; i < p->n; i++) {
		p->items[i].score = sum_in(p, p->items[i].text, NULL) * damp(&p->items[i]);
	}
}

bool passage_meets(const struct passage *p, struct span s)
{
	return p->text.s < s.s + s.len && s.s < p->text.s + p->text.len;
}
