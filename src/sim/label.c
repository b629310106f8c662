#include "sim/label.h"

#include <string.h>

#include "base/mem.h"

#define LABEL_BYTES 40
#define LABEL_WORDS 3

/* What people write about a label instead of its name. is_topic: may be the answer where no list is given. */
static const struct {
	const char *label;
	bool is_topic;
	const char *words;
} hints[] = {
	{ "billing", true,
	    "bill invoice charge charged refund payment paid pay price card money subscription tax receipt cost rechnung facture" },
	{ "payment", false, "invoice charge charged refund paid pay card money declined transaction" },
	{ "shipping", true,
	    "ship parcel package deliver delivery tracking courier arrive arrived late address warehouse post paket livraison" },
	{ "account", true, "account login log password sign email username profile reset locked two-factor access" },
	{ "auth", false, "login log password sign token session sso permission locked access 401 403 oauth" },
	{ "technical", true, "error crash bug broken fail fails slow timeout exception install update screen app" },
	{ "bug", false, "error crash broken fail fails wrong exception freeze regression" },
	{ "platform", false, "outage down latency deploy cluster server disk memory node 500 502 503 timeout database" },
	{ "infra", false, "outage down latency deploy cluster server disk memory node network database" },
	{ "database", false, "sql query table index migration replica postgres lock deadlock" },
	{ "network", false, "dns tls connection packet latency timeout proxy vpn firewall" },
	{ "security", true, "breach leak phishing vulnerability attack stolen malware exploit hacked" },
	{ "search", false, "search query index results ranking relevance find" },
	{ "feature", false, "wish would like add support suggestion idea request please could" },
	{ "question", false, "how what when where why can does ?" },
	{ "sales", false, "quote price buy upgrade plan offer demo discount contract" },
	{ "return", false, "return send back exchange refund wrong size" },
	{ "complaint", false, "terrible unacceptable angry disappointed worst never again" },
	{ "praise", false, "thanks thank great love excellent amazing wonderful" },
	{ "positive", false,
	    "good great love loved excellent amazing wonderful happy perfect best nice thanks recommend fantastic enjoyed fast" },
	{ "negative", false, "bad terrible hate hated awful worst poor broken disappointed slow never refund angry boring waste useless" },
	{ "neutral", false, "okay average fine arrived received normal" },
	{ "urgent", false, "urgent immediately now asap outage down production critical" },
	{ "high", false, "urgent immediately outage down production critical breach lost blocked all cannot" },
	{ "medium", false, "error wrong fail delay slow late twice" },
	{ "low", false, "typo question wish minor cosmetic suggestion thanks" },
	{ "spam", false, "winner prize free click offer viagra lottery crypto unsubscribe limited" },
	{ "yes", false, "confirmed can works allowed supported true correct includes" },
	{ "no", false, "not cannot never without denied unsupported false wrong nothing" },
	{ "true", false, "confirmed correct indeed" },
	{ "false", false, "not never wrong incorrect" },
};

/* Where a list of choices begins. Some cues also stand before ordinary words, so they need single words or an "or" behind them. */
enum need { NEED_NOTHING, NEED_WORDS, NEED_OR };
static const struct {
	const char *text;
	enum need need;
} cues[] = {
	{ "one of the following labels", NEED_NOTHING },
	{ "one of the following categories", NEED_NOTHING },
	{ "one of the following", NEED_NOTHING },
	{ "one of these", NEED_NOTHING },
	{ "one of:", NEED_NOTHING },
	{ "one of", NEED_WORDS },
	{ "labels:", NEED_NOTHING },
	{ "categories:", NEED_NOTHING },
	{ "classes:", NEED_NOTHING },
	{ "options:", NEED_NOTHING },
	{ "choices:", NEED_NOTHING },
	{ "choose from", NEED_NOTHING },
	{ "choose between", NEED_NOTHING },
	{ "pick from", NEED_NOTHING },
	{ "either", NEED_OR },
	{ "classify as", NEED_OR },
	{ "classify it as", NEED_OR },
	{ "classify this as", NEED_OR },
	{ "classify the", NEED_OR },
	{ "label it", NEED_OR },
	{ "answer with", NEED_OR },
	{ "answer only", NEED_OR },
	{ "answer", NEED_OR },
	{ "reply with", NEED_OR },
	{ "reply", NEED_OR },
	{ "respond with", NEED_OR },
	{ "say", NEED_OR },
};

static bool is_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t skip(struct span s, size_t i, const char *set)
{
	while (i < s.len && is_in(s.s[i], set)) {
		i++;
	}
	return i;
}

/* Length of " or ", " and " and their kin at s[i]; 0 when there is none. */
static size_t conjunction(struct span s, size_t i)
{
	static const char *const words[] = { " or ", " oder ", " ou ", " and ", " und " };

	for (size_t k = 0; k < COUNT_OF(words); k++) {
		size_t n = strlen(words[k]);

		if (s.len - i >= n && memcmp(s.s + i, words[k], n) == 0) {
			return n;
		}
	}
	return 0;
}

/* End of the item that starts at i. */
static size_t item_end(struct span s, size_t i)
{
	for (; i < s.len; i++) {
		char next = i + 1 < s.len ? s.s[i + 1] : ' ';

		if (is_in(s.s[i], ",;/|\n\r?!:()[]{}\"`<>") || conjunction(s, i) > 0) {
			return i;
		}
		if ((s.s[i] == '.' || s.s[i] == '\'') && is_in(next, " \n\r\t\"',;.|/)}]")) {
			return i;
		}
	}
	return i;
}

static size_t words_in(struct span s)
{
	size_t n = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		n += s.s[i] == ' ';
	}
	return n;
}

static struct span first_words(struct span s, size_t most)
{
	size_t n = 1;

	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] == ' ' && n++ == most) {
			s.len = i;
		}
	}
	return s;
}

/* "the sentiment as positive": the list begins with the last word. */
static struct span behind_as(struct span item)
{
	static const char *const words[] = { " as ", " into " };

	for (size_t k = 0; k < COUNT_OF(words); k++) {
		const char *at = memmem(item.s, item.len, words[k], strlen(words[k]));

		if (at != NULL) {
			const char *from = at + strlen(words[k]);

			return (struct span){ from, (size_t)(item.s + item.len - from) };
		}
	}
	return item;
}

/* Reads the list at the start of s; *has_or: a word or sign of choice stood in it. */
static void read_list(struct span s, struct labels *out, bool *has_or)
{
	size_t i = skip(s, 0, " :\t\r\n"), most = 0;
	bool is_last = false;

	out->n = 0;
	*has_or = false;
	while (out->n < LABELS_MOST) {
		i = skip(s, i, " \t\"'`([{<*-");
		size_t end = item_end(s, i);
		struct span item = { s.s + i, end - i };

		while (item.len > 0 && is_in(item.s[item.len - 1], " *'")) {
			item.len--;
		}
		if (out->n == 0) {
			item = behind_as(item);
		}
		if (is_last && most > 0 && words_in(item) > most) {
			item = first_words(item, most);
		}
		if (item.len == 0 || item.len > LABEL_BYTES || words_in(item) > LABEL_WORDS) {
			break;
		}
		out->items[out->n++] = item;
		most = words_in(item) > most ? words_in(item) : most;
		if (end != i + item.len && is_last) {
			i += item.len;
			break;
		}
		i = skip(s, end, "\"'`)]}>*");
		size_t or_len = conjunction(s, i);
		size_t line = skip(s, i, "\r\n");
		if (or_len > 0) {
			is_last = s.s[i + 1] != 'a' && s.s[i + 1] != 'u';
			*has_or = *has_or || is_last;
			i += or_len;
		} else if (i < s.len && is_in(s.s[i], ",;/|")) {
			*has_or = *has_or || s.s[i] == '/' || s.s[i] == '|';
			i = skip(s, i + 1, " ");
			struct span rest = { s.s + i - 1, s.len - i + 1 };
			or_len = i > 0 ? conjunction(rest, 0) : 0;
			*has_or = *has_or || or_len > 0;
			i += or_len > 0 ? or_len - 1 : 0;
			is_last = or_len > 0;
		} else if (line > i && line < s.len && is_in(s.s[line], "-*")) {
			i = line;
		} else {
			break;
		}
	}
	out->where = (struct span){ s.s, i < s.len ? i : s.len };
}

static bool is_ordinary(const struct labels *l)
{
	static const char *const starts[] = { "a ", "an ", "one ", "the ", "your ", "only ", "in ", "no more", "just ", "to ", "it ",
		"if " };

	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		if (span_find(l->items[0], starts[i]) == l->items[0].s) {
			return true;
		}
	}
	return false;
}

static bool are_words(const struct labels *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (words_in(l->items[i]) > 1) {
			return false;
		}
	}
	return true;
}

/* "yes or no" stands without a cue. */
static bool find_pair(struct span text, struct labels *out)
{
	static const char *const pairs[] = { "yes or no", "yes/no", "true or false", "true/false", "ja oder nein", "oui ou non" };

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const char *at = span_find(text, pairs[i]);
		bool has_or;

		if (at != NULL) {
			read_list((struct span){ at, strlen(pairs[i]) }, out, &has_or);
			return out->n == 2;
		}
	}
	return false;
}

bool labels_find(struct span text, struct labels *out)
{
	for (size_t i = 0; i < COUNT_OF(cues); i++) {
		struct span rest = text;
		const char *at;

		while ((at = span_find(rest, cues[i].text)) != NULL) {
			const char *from = at + strlen(cues[i].text);
			bool has_or;

			rest = (struct span){ from, (size_t)(text.s + text.len - from) };
			read_list(rest, out, &has_or);
			bool is_enough = has_or || cues[i].need == NEED_NOTHING || (cues[i].need == NEED_WORDS && are_words(out));
			if (out->n >= 2 && is_enough && !is_ordinary(out)) {
				return true;
			}
		}
	}
	return find_pair(text, out);
}

bool labels_parse(struct span text, struct labels *out)
{
	bool has_or;

	read_list(text, out, &has_or);
	return out->n >= 2;
}

bool labels_find_for(struct span text, struct span key, struct labels *out)
{
	for (size_t i = 0; i + key.len < text.len; i++) {
		const char *next = text.s + i + key.len;
		struct span rest = { next, (size_t)(text.s + text.len - next) };
		bool has_or;

		if (memcmp(text.s + i, key.s, key.len) != 0 ||
		    (i > 0 && is_in((char)(text.s[i - 1] | 0x20), "abcdefghijklmnopqrstuvwxyz_"))) {
			continue;
		}
		size_t at = skip(rest, 0, "\"'`* ");
		rest = (struct span){ rest.s + at, rest.len - at };
		if (rest.len == 0 ||
		    (!is_in(rest.s[0], ":=(") && span_find((struct span){ rest.s, rest.len < 12 ? rest.len : 12 }, "one of") == NULL &&
			span_find((struct span){ rest.s, rest.len < 4 ? rest.len : 4 }, "is ") != rest.s)) {
			continue;
		}
		const char *one_of = span_find((struct span){ rest.s, rest.len < 24 ? rest.len : 24 }, "one of");
		at = one_of != NULL ? (size_t)(one_of - rest.s) + 6 : skip(rest, 0, ":=( ");
		read_list((struct span){ rest.s + at, rest.len - at }, out, &has_or);
		if (out->n >= 2 && (has_or || one_of != NULL)) {
			return true;
		}
	}
	return false;
}

static bool is_same_word(struct span label, const char *word)
{
	size_t n = strlen(word);

	return label.len >= n && span_find((struct span){ label.s, n }, word) == label.s && label.len - n <= 3;
}

/* Weight of the words of `words` that stand in the subject at least `least` times. */
static double meets(struct span words, struct span subject, size_t least, double each)
{
	char term[TERM_SIZE], other[TERM_SIZE];
	struct span raw;
	double sum = 0;

	for (size_t i = 0; term_next(words.s, words.len, &i, term, &raw);) {
		size_t n = 0;

		for (size_t k = 0; n < least && term_next(subject.s, subject.len, &k, other, &raw);) {
			n += strcmp(term, other) == 0;
		}
		sum += n >= least ? each : 0;
	}
	return sum;
}

/* The rest of a line such as "A) Paris" or "B. Rome". */
static struct span meaning(struct span label, struct span all)
{
	for (size_t i = 0; label.len <= 2 && i + label.len + 1 < all.len; i++) {
		size_t end = i + label.len;
		bool at_start = i == 0 || is_in(all.s[i - 1], "\n (");

		if (at_start && memcmp(all.s + i, label.s, label.len) == 0 && is_in(all.s[end], ").:")) {
			const char *line = memchr(all.s + end, '\n', all.len - end);

			return (struct span){ all.s + end + 1, (line != NULL ? (size_t)(line - all.s) : all.len) - end - 1 };
		}
	}
	return (struct span){ "", 0 };
}

static double fit(struct span label, struct span subject, struct span all)
{
	/* What a letter means stands in the subject once anyway, in its own line. */
	double sum = label.len > 2 ? meets(label, subject, 1, 2.0) : meets(meaning(label, all), subject, 2, 1.0);

	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		if (is_same_word(label, hints[i].label)) {
			sum += meets((struct span){ hints[i].words, strlen(hints[i].words) }, subject, 1, 1.0);
			break;
		}
	}
	return sum;
}

static bool is_rest(struct span label)
{
	static const char *const names[] = { "other", "unknown", "none", "neutral", "general", "misc" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (is_same_word(label, names[i])) {
			return true;
		}
	}
	return false;
}

/* Models err where a case is close: one in six then takes the second best, so that comparing models shows something. */
size_t labels_pick(const struct labels *l, struct span subject, struct span all, uint64_t hash)
{
	size_t best = 0, second = 0, rest = l->n;
	double best_fit = -1, second_fit = -1;

	for (size_t i = 0; i < l->n; i++) {
		double f = fit(l->items[i], subject, all);

		if (f > best_fit) {
			second = best;
			second_fit = best_fit;
			best = i;
			best_fit = f;
		} else if (f > second_fit) {
			second = i;
			second_fit = f;
		}
		if (is_rest(l->items[i])) {
			rest = i;
		}
	}
	if (best_fit <= 0) {
		return rest < l->n ? rest : (size_t)(hash % l->n);
	}
	return second_fit > 0 && second_fit >= best_fit * 0.6 && hash % 6 == 0 ? second : best;
}

const char *label_topic(struct span subject, uint64_t hash)
{
	struct labels l = { .n = 0 };
	size_t rows[LABELS_MOST];

	for (size_t i = 0; i < COUNT_OF(hints) && l.n + 1 < LABELS_MOST; i++) {
		if (hints[i].is_topic) {
			rows[l.n] = i;
			l.items[l.n++] = (struct span){ hints[i].label, strlen(hints[i].label) };
		}
	}
	l.items[l.n++] = (struct span){ "other", 5 };
	size_t at = labels_pick(&l, subject, (struct span){ "", 0 }, hash);
	return at + 1 < l.n ? hints[rows[at]].label : "other";
}
