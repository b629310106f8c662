#include "sim/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/label.h"

#define SENTENCE_MOST 160
#define TITLE_MOST 48

/* Parts of names, the first that fits decides. */
static const struct {
	const char *part;
	enum value_kind kind;
} names[] = {
	{ "why", VALUE_SENTENCE },
	{ "reason", VALUE_SENTENCE },
	{ "rational", VALUE_SENTENCE },
	{ "expla", VALUE_SENTENCE },
	{ "summary", VALUE_SENTENCE },
	{ "answer", VALUE_SENTENCE },
	{ "descr", VALUE_SENTENCE },
	{ "comment", VALUE_SENTENCE },
	{ "evidence", VALUE_SENTENCE },
	{ "quote", VALUE_SENTENCE },
	{ "message", VALUE_SENTENCE },
	{ "text", VALUE_SENTENCE },
	{ "reply", VALUE_SENTENCE },
	{ "title", VALUE_TITLE },
	{ "subject", VALUE_TITLE },
	{ "headline", VALUE_TITLE },
	{ "tags", VALUE_WORDS },
	{ "keyword", VALUE_WORDS },
	{ "entit", VALUE_WORDS },
	{ "topics", VALUE_WORDS },
	{ "urgent", VALUE_FLAG },
	{ "escalat", VALUE_FLAG },
	{ "is_", VALUE_FLAG },
	{ "has_", VALUE_FLAG },
	{ "needs", VALUE_FLAG },
	{ "sev", VALUE_SEVERITY },
	{ "priorit", VALUE_SEVERITY },
	{ "urgency", VALUE_SEVERITY },
	{ "level", VALUE_SEVERITY },
	{ "confid", VALUE_SCORE },
	{ "score", VALUE_SCORE },
	{ "probab", VALUE_SCORE },
	{ "relevan", VALUE_SCORE },
	{ "sentiment", VALUE_SENTIMENT },
	{ "tone", VALUE_SENTIMENT },
	{ "mood", VALUE_SENTIMENT },
	{ "team", VALUE_TOPIC },
	{ "categor", VALUE_TOPIC },
	{ "topic", VALUE_TOPIC },
	{ "label", VALUE_TOPIC },
	{ "class", VALUE_TOPIC },
	{ "intent", VALUE_TOPIC },
	{ "depart", VALUE_TOPIC },
	{ "area", VALUE_TOPIC },
	{ "route", VALUE_TOPIC },
	{ "queue", VALUE_TOPIC },
	{ "lang", VALUE_LANGUAGE },
	{ "date", VALUE_DATE },
	{ "email", VALUE_EMAIL },
	{ "mail", VALUE_EMAIL },
	{ "url", VALUE_URL },
	{ "link", VALUE_URL },
	{ "count", VALUE_COUNT },
	{ "number", VALUE_COUNT },
	{ "amount", VALUE_COUNT },
	{ "total", VALUE_COUNT },
	{ "quantity", VALUE_COUNT },
	{ "price", VALUE_COUNT },
	{ "age", VALUE_COUNT },
	{ "customer", VALUE_PERSON },
	{ "author", VALUE_PERSON },
	{ "person", VALUE_PERSON },
	{ "name", VALUE_PERSON },
	{ "id", VALUE_ID },
};

/* First row that the subject meets: most severe first. */
static const struct {
	int severity;
	const char *words[12];
} severities[] = {
	{ 1, { "outage", "down", "urgent", "immediately", "breach", "production", "critical", "emergency", "data loss", "nobody can",
		 "leak", NULL } },
	{ 2, { "error", "fails", "failed", "broken", "wrong", "twice", "refund", "cannot", "can't", "locked", "crash", NULL } },
	{ 4, { "typo", "cosmetic", "wish", "thank", "suggestion", "would be nice", "feature", "minor", NULL } },
};
#define SEVERITY_USUAL 3

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

enum value_kind value_kind_of(struct span name)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct span rest = name;

		/* Parts may stand anywhere in the name, so each tail of it is tried. */
		for (; rest.len > 0; rest.s++, rest.len--) {
			if (span_find((struct span){ rest.s, strlen(names[i].part) < rest.len ? strlen(names[i].part) : rest.len },
				names[i].part) != NULL) {
				return names[i].kind;
			}
		}
	}
	return VALUE_PLAIN;
}

bool value_from_labels(const struct matter *m, struct span name, struct span *out)
{
	for (size_t i = m->ask->n_messages; i-- > 0;) {
		struct labels l;

		if (m->ask->messages[i].role != ASK_ASSISTANT && labels_find_for(of(m->ask->messages[i].text), name, &l)) {
			*out = l.items[labels_pick(&l, m->subject, (struct span){ "", 0 }, m->hash)];
			return true;
		}
	}
	return false;
}

static int severity(const struct matter *m)
{
	for (size_t i = 0; i < COUNT_OF(severities); i++) {
		for (size_t k = 0; severities[i].words[k] != NULL; k++) {
			if (span_find(m->subject, severities[i].words[k]) != NULL) {
				return severities[i].severity;
			}
		}
	}
	return SEVERITY_USUAL;
}

struct span value_word(const struct matter *m, size_t place)
{
	struct span raw, found = { "", 0 };
	char term[TERM_SIZE];
	size_t at = 0, n = 0;

	/* Two rounds: long words first, then any. */
	for (int round = 0; round < 2; round++) {
		for (at = 0; term_next(m->subject.s, m->subject.len, &at, term, &raw);) {
			bool is_long = raw.len > 5;

			if (!term_is_common(term) && is_long == (round == 0)) {
				found = raw;
				if (n++ == place) {
					return raw;
				}
			}
		}
	}
	return n > 0 && place < n ? found : (struct span){ "", 0 };
}

/* Cut at a blank, never inside a character, and without the last full stop. */
static char *cut(struct span s, size_t most)
{
	struct buf out = { 0 };

	span_squeeze(s, &out);
	if (out.len > most) {
		size_t n = most;

		while (n > 0 && out.s[n] != ' ') {
			n--;
		}
		for (n = n > most / 2 ? n : most; n > 0 && ((unsigned char)out.s[n] & 0xC0) == 0x80;) {
			n--;
		}
		out.s[n] = '\0';
		out.len = n;
	}
	while (out.len > 0 && strchr(".,;: ", out.s[out.len - 1]) != NULL) {
		out.s[--out.len] = '\0';
	}
	return buf_take(&out);
}

/* The most telling sentence of the subject, else of the prompt. */
static struct span best_sentence(const struct matter *m, size_t place)
{
	const struct passages *p = m->passages;
	const struct passage *best = NULL;

	passages_score(m->passages, m->passages->question);
	for (size_t i = 0; i < p->n; i++) {
		const struct passage *one = &p->items[i];
		bool is_subject = passage_meets(one, m->subject);

		if (one->is_order || (best != NULL && is_subject && !passage_meets(best, m->subject))) {
			best = one->is_order ? best : one;
		} else if (best == NULL || (is_subject == passage_meets(best, m->subject) && one->score > best->score)) {
			best = one;
		}
	}
	for (size_t i = 0; best != NULL && place > 0 && i < p->n; i++) {
		if (!p->items[i].is_order && &p->items[i] != best && place-- == 1) {
			return p->items[i].text;
		}
	}
	return best != NULL ? best->text : m->subject;
}

/* A run of capitalised words that does not open a sentence. */
static struct span person(const struct matter *m)
{
	const char *s = m->subject.s;

	for (size_t i = 2; i < m->subject.len; i++) {
		if (s[i] >= 'A' && s[i] <= 'Z' && s[i - 1] == ' ' && strchr(".!?:", s[i - 2]) == NULL) {
			size_t end = i;

			while (end < m->subject.len && ((s[end] | 0x20) >= 'a' || (s[end] == ' ' && end + 1 < m->subject.len &&
										      s[end + 1] >= 'A' && s[end + 1] <= 'Z'))) {
				end++;
			}
			if (end - i > 2 && end - i < 40) {
				return (struct span){ s + i, end - i };
			}
		}
	}
	return of("unknown");
}

char *value_text(const struct matter *m, enum value_kind kind, uint64_t salt)
{
	static const char *const levels[] = { "critical", "high", "medium", "low" };
	static const char *const lead[] = { "", "The text says: ", "Stated in the text: " };
	static const char *const moods[] = { "neutral", "positive", "negative" };

	switch (kind) {
	case VALUE_SENTENCE: {
		char *text = cut(best_sentence(m, (size_t)salt), SENTENCE_MOST);
		char *whole = x_asprintf("%s%s", lead[m->hash % COUNT_OF(lead)], text[0] != '\0' ? text : "nothing is said about it");

		free(text);
		return whole;
	}
	case VALUE_TITLE:
		return cut(best_sentence(m, (size_t)salt), TITLE_MOST);
	case VALUE_TOPIC:
		return x_strdup(label_topic(m->subject, m->hash));
	case VALUE_SEVERITY:
		return x_strdup(levels[severity(m) - 1]);
	case VALUE_SENTIMENT: {
		struct labels l = { .items = { of(moods[0]), of(moods[1]), of(moods[2]) }, .n = 3 };

		return x_strdup(moods[labels_pick(&l, m->subject, of(""), m->hash)]);
	}
	case VALUE_PERSON: {
		struct span who = person(m);

		return x_strndup(who.s, who.len);
	}
	case VALUE_LANGUAGE:
		return x_strdup("en");
	case VALUE_DATE:
		return x_asprintf("2026-%02d-%02d", 1 + (int)(m->hash % 12), 1 + (int)(m->hash / 12 % 28));
	case VALUE_EMAIL:
		return x_strdup("someone@example.com");
	case VALUE_URL:
		return x_strdup("https://example.com/");
	case VALUE_ID:
		return x_asprintf("%06x", (unsigned)((m->hash ^ salt) & 0xFFFFFF));
	case VALUE_SCORE:
	case VALUE_COUNT:
		return x_asprintf("%g", value_number(m, kind, salt));
	case VALUE_FLAG:
		return x_strdup(severity(m) <= 1 ? "yes" : "no");
	case VALUE_WORDS:
	case VALUE_PLAIN:
		break;
	}
	struct span word = value_word(m, (size_t)salt);
	return word.len > 0 ? x_strndup(word.s, word.len) : x_strdup("unknown");
}

/* The first number of the text. */
static bool first_number(struct span s, double *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] >= '0' && s.s[i] <= '9') {
			char digits[24];
			size_t n = 0;

			for (; i < s.len && n + 1 < sizeof(digits) && ((s.s[i] >= '0' && s.s[i] <= '9') || (s.s[i] == '.' && n > 0)); i++) {
				digits[n++] = s.s[i];
			}
			digits[n] = '\0';
			*out = strtod(digits, NULL);
			return true;
		}
	}
	return false;
}

double value_number(const struct matter *m, enum value_kind kind, uint64_t salt)
{
	uint64_t h = hash_mix(m->hash + salt);
	double n;

	if (kind == VALUE_SEVERITY) {
		return severity(m);
	}
	if (kind != VALUE_SCORE && first_number(m->subject, &n)) {
		return n;
	}
	return kind == VALUE_SCORE ? 0.6 + (double)(h % 39) / 100 : (double)(1 + h % 9);
}

bool value_flag(const struct matter *m, struct span name, uint64_t salt)
{
	if (value_kind_of(name) == VALUE_FLAG) {
		return severity(m) <= 1;
	}
	return hash_mix(m->hash + salt) % 2 == 0;
}
