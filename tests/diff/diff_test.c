#include "diff/diff.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "tests/diff/diff_check.h"

/* As `git diff --word-diff` shows it. */
static char *picture(const char *a, const char *b, const struct diff *d)
{
	static const struct {
		const char *open, *close;
	} marks[] = {
		[DIFF_EQUAL] = { "", "" },
		[DIFF_DELETE] = { "[-", "-]" },
		[DIFF_INSERT] = { "{+", "+}" },
	};
	struct buf out = { 0 };

	for (size_t i = 0; i < d->n_parts; i++) {
		const struct diff_part *p = &d->parts[i];

		(void)buf_add_str(&out, marks[p->op].open);
		(void)buf_add(&out, (p->op == DIFF_INSERT ? b : a) + p->start, p->len);
		(void)buf_add_str(&out, marks[p->op].close);
	}
	return buf_take(&out);
}

static void test_table(void **state)
{
	static const struct {
		const char *name, *a, *b, *diff;
		size_t added, removed;
	} cases[] = {
		{ "both empty", "", "", "", 0, 0 },
		{ "equal", "one\ntwo", "one\ntwo", "one\ntwo", 0, 0 },
		{ "from nothing", "", "one two\nthree\n", "{+one two\nthree\n+}", 3, 0 },
		{ "to nothing", "one two\n", "", "[-one two\n-]", 0, 2 },
		{ "a word", "the quick fox", "the slow fox", "the [-quick-]{+slow+} fox", 1, 1 },
		{ "a word in a line", "a\nthe quick fox\nb\n", "a\nthe slow fox\nb\n", "a\nthe [-quick-]{+slow+} fox\nb\n", 1, 1 },
		{ "a word added", "Answer in English.", "Answer in plain English.", "Answer in {+plain +}English.", 1, 0 },
		{ "a word removed", "Answer in plain English.", "Answer in English.", "Answer in [-plain -]English.", 0, 1 },
		{ "a line added", "a\nc\n", "a\nb\nc\n", "a\n{+b\n+}c\n", 1, 0 },
		{ "a line removed", "a\nb\nc\n", "a\nc\n", "a\n[-b\n-]c\n", 0, 1 },
		{ "the newline at the end", "a", "a\n", "a{+\n+}", 0, 0 },
		{ "prefix of a line", "abc", "abcd", "[-abc-]{+abcd+}", 1, 1 },
		{ "lines with nothing in common", "one\ntwo\n", "uno\ndos\n", "[-one\ntwo\n-]{+uno\ndos\n+}", 2, 2 },
		{ "two pairs, their newline stays", "one x y\ntwo x y\n", "uno x y\ndos x y\n",
			"[-one-]{+uno+} x y\n[-two-]{+dos+} x y\n", 2, 2 },
		{ "a line before a pair", "keep this line here\n", "new\nkeep that line here\n",
			"{+new\n+}keep [-this-]{+that+} line here\n", 2, 1 },
		{ "most of a pair changed: whole lines", "a b c d e f\n", "f e d c b a\n", "[-a b c d e f\n-]{+f e d c b a\n+}", 6, 6 },
		{ "tags are one token", "hi {{ a b }} <b class='x'>\n", "hi {{ a c }} <b class='y'>\n", "[-hi {{ a b }} <b class='x'>\n-]{+hi {{ a c }} <b class='y'>\n+}", 1, 1 },
		{ "a tag in a line", "say {{ a b }} to all of us\n", "say {{ a c }} to all of us\n", "say [-{{ a b }}-]{+{{ a c }}+} to all of us\n", 0, 0 },
		{ "a statement tag beside Han", "\u6F22{% if a %}\u5B57\n", "\u6F22{% if b %}\u5B57\n", "\u6F22[-{% if a %}-]{+{% if b %}+}\u5B57\n", 0, 0 },
		{ "a mark on a brace is no tag", "x y {{a}}\u0301 z\n", "x y {{b}}\u0301 z\n", "x y {{[-a-]{+b+}}}\u0301 z\n", 1, 1 },
		{ "blanks in front", "  a b\n", "\ta b\n", "[-  -]{+\t+}a b\n", 0, 0 },
		{ "an edit moves to the edges of words", "one two four\n", "one two three two four\n", "one two {+three two +}four\n", 2, 0 },
		{ "a blank between edits joins them", "red fox", "blue cat", "[-red fox-]{+blue cat+}", 2, 2 },
		{ "so does a comma", "red, fox", "blue, cat", "[-red, fox-]{+blue, cat+}", 2, 2 },
		{ "and a stop word", "sit on mats", "lie on beds", "[-sit on mats-]{+lie on beds+}", 3, 3 },
		{ "but no other word", "o p sit near mats", "o p lie near beds", "o p [-sit-]{+lie+} near [-mats-]{+beds+}", 2, 2 },
		{ "nor three stop words", "x1 it is the y1", "x2 it is the y2", "[-x1-]{+x2+} it is the [-y1-]{+y2+}", 2, 2 },
		{ "nor more of them than in an edit", "x1 is the y1", "x2 is the y2", "[-x1-]{+x2+} is the [-y1-]{+y2+}", 2, 2 },
		{ "nor more than in the second", "p q x1 y1 is the z1", "p q x2 y2 is the z2", "p q [-x1 y1-]{+x2 y2+} is the [-z1-]{+z2+}", 3, 3 },
		{ "joined edits join again", "p on q is the r s", "P on Q is the R S", "[-p on q is the r s-]{+P on Q is the R S+}", 7, 7 },
		{ "a ruler is no scrap", "x1----------y1", "x2----------y2", "[-x1-]{+x2+}----------[-y1-]{+y2+}", 2, 2 },
		{ "numbers and apostrophes", "now we pay 3.14, don't", "now we pay 3.15, do", "now we pay [-3.14, don't-]{+3.15, do+}", 2, 2 },
		{ "accents stay whole", "cafe\u0301", "cafe", "[-cafe\u0301-]{+cafe+}", 1, 1 },
		{ "emoji stay whole", "go \U0001F469\u200D\U0001F680", "go \U0001F469", "go [-\U0001F469\u200D\U0001F680-]{+\U0001F469+}",
			0, 0 },
		{ "a cluster of two words", "\u0D4E\u6F22", "\u0D4E\u5B57", "[-\u0D4E\u6F22-]{+\u0D4E\u5B57+}", 1, 1 },
		{ "Han characters are words", "\u6F22\u5B57\u6587", "\u6F22\u8A9E\u6587", "\u6F22[-\u5B57-]{+\u8A9E+}\u6587", 1, 1 },
		{ "bytes that are no text", "a \xff b", "a \xfe b", "a [-\xff-]{+\xfe+} b", 0, 0 },
		{ "CR LF stays whole", "a\r\nb\r\n", "a\nb\n", "a[-\r\n-]{+\n+}b[-\r\n-]{+\n+}", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct diff_text a = { cases[i].a, strlen(cases[i].a) }, b = { cases[i].b, strlen(cases[i].b) };
		struct diff d;

		diff_make(&d, a.s, a.len, b.s, b.len, DIFF_WORDS | DIFF_MOVES);
		char *shown = picture(a.s, b.s, &d);
		const char *wrong = diff_check(a, b, &d);
		bool is_counted = d.words_added == cases[i].added && d.words_removed == cases[i].removed;

		if (strcmp(shown, cases[i].diff) != 0 || !is_counted || wrong != NULL) {
			fail_msg("%s: %s, +%zu -%zu, %s", cases[i].name, shown, d.words_added, d.words_removed, wrong != NULL ? wrong : "");
		}
		free(shown);
		diff_free(&d);
	}
}

/* Changes by line: "=", "-", "+" with how many lines, "!" a pair, "~" re-wrapped; "^" behind what moved. */
static char *outline(const struct diff *d)
{
	static const char signs[] = { [DIFF_REMOVED] = '-', [DIFF_ADDED] = '+', [DIFF_REPLACED] = '!', [DIFF_REWRAPPED] = '~' };
	struct buf out = { 0 };

	for (size_t i = 0; i < d->n_changes; i++) {
		const struct diff_change *c = &d->changes[i];

		(void)buf_addf(&out, "%s%c%u:%u", i > 0 ? " " : "", signs[c->kind], (unsigned)c->line[c->kind == DIFF_ADDED] + 1,
		    (unsigned)c->n_lines[c->kind == DIFF_ADDED]);
		if (c->move > 0) {
			const struct diff_move *m = &d->moves[c->move - 1];

			(void)buf_addf(&out, "^%u%s", (unsigned)m->line[c->kind == DIFF_REMOVED] + 1, m->is_edited ? "e" : "");
		}
	}
	return buf_take(&out);
}

#define P3 "alpha one two\nbeta three four\ngamma five six\n"
#define P4 "one\ntwo\nthree\nfour\n"
#define LONG "The quick brown fox jumps over the lazy dog while seven wizards quietly box the old judge and nobody at all seems to mind very much.\n"
#define LONG_EDITED "The quick brown fox jumps over the lazy dog while seven wizards quietly box the old judge and nobody at all seems to mind so much.\n"
static void test_structure(void **state)
{
	static const struct {
		const char *name, *a, *b, *outline;
		unsigned how;
	} cases[] = {
		{ "a block moved down", P3 P4, P4 P3, "-1:3^5 +5:3^1", DIFF_WORDS | DIFF_MOVES },
		{ "behind a pair", "p q r s one\n" P3 "zz\n" P4, "p q r s two\n" P4 P3, "!1:1 -2:3^6 -5:1 +6:3^2", DIFF_WORDS | DIFF_MOVES },
		{ "not looked for", P3 P4, P4 P3, "-1:3 +5:3", DIFF_WORDS },
		{ "without words", P3 P4, P4 P3, "-1:3^5 +5:3^1", DIFF_MOVES },
		{ "indented on the way", P3 P4, P4 "  alpha one two\n\tbeta three  four\ngamma five six\n", "-1:3^5 +5:3^1", DIFF_WORDS | DIFF_MOVES },
		{ "two lines are no block", "aa\nbb\n" P4, P4 "aa\nbb\n", "-1:2 +5:2", DIFF_WORDS | DIFF_MOVES },
		{ "one of 20 words is", LONG P4, P4 LONG, "-1:1^5 +5:1^1", DIFF_WORDS | DIFF_MOVES },
		{ "and so is one edited a little", LONG P4, P4 LONG_EDITED, "-1:1^5e +5:1^1e", DIFF_WORDS | DIFF_MOVES },
		{ "blank lines alone are no block", "\n\n\n\n" P4, P4 "\n\n\n\n", "-1:4 +5:4", DIFF_WORDS | DIFF_MOVES },
		{ "a re-wrapped paragraph", "a b\nc d e\n\nx\n", "a b c\nd e\n\ny\n", "~1:2 -4:1 +4:1", DIFF_WORDS },
		{ "to one line", "a b\nc d\n", "a b c d\n", "~1:2", DIFF_WORDS },
		{ "blanks within lines are a pair", "a b\nc d\n", "a  b\nc\td\n", "!1:1 !2:1", DIFF_WORDS },
		{ "a word more is not re-wrapped", "a b\nc d\n", "a b c\nd e\n", "!1:1 !2:1", DIFF_WORDS },
		{ "pairs in order", "the first line here\nthe second line here\n", "new\nthe second line there\n", "-1:1 +1:1 !2:1", DIFF_WORDS },
		{ "unique lines hold, blank ones do not", "\na x\n\nb\n\n", "\nb\n\na x\n\n", "-2:2 +3:2", DIFF_WORDS },
		{ "sentences", "One is. Two is. Three is.\n", "One is. Two was. Three is.\n", "!2:1", DIFF_WORDS | DIFF_SENTENCES },
		{ "no sentence ends there", "In e.g. this A. Smith paid 3.14 at once.\n", "In e.g. this A. Smith paid 3.15 at once.\n", "!1:1", DIFF_WORDS | DIFF_SENTENCES },
		{ "wide full stops need no blank", "\u6F22\u3002\u5B57\u3002\u6587\u3002", "\u6F22\u3002\u5B57\u5B57\u3002\u6587\u3002", "!2:1", DIFF_WORDS | DIFF_SENTENCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct diff_text a = { cases[i].a, strlen(cases[i].a) }, b = { cases[i].b, strlen(cases[i].b) };
		struct diff d;

		diff_make(&d, a.s, a.len, b.s, b.len, cases[i].how);
		char *shown = outline(&d);
		const char *wrong = diff_check(a, b, &d);
		if (strcmp(shown, cases[i].outline) != 0 || wrong != NULL) {
			fail_msg("%s: %s, %s", cases[i].name, shown, wrong != NULL ? wrong : "");
		}
		free(shown);
		diff_free(&d);
	}
}

/* A piece of the text, and some more before it, stands elsewhere in the other. */
static void move_piece(uint64_t *seed, const struct buf *a, struct buf *b)
{
	size_t cut = hash_mix((*seed)++) % (a->len + 1), end = cut + hash_mix((*seed)++) % (a->len - cut + 1);
	size_t to = hash_mix((*seed)++) % (cut + 1);

	(void)buf_add(b, buf_str(a), to);
	(void)buf_add(b, buf_str(a) + cut, end - cut);
	diff_random_text(seed, 4, b);
	(void)buf_add(b, buf_str(a) + to, cut - to);
	(void)buf_add(b, buf_str(a) + end, a->len - end);
}

/* Unrelated texts, a text with one part replaced, and one with a part moved. */
static void test_random_pairs(void **state)
{
	uint64_t seed = 11;
	struct buf a = { 0 }, b = { 0 };

	(void)state;
	for (int round = 0; round < 24000; round++) {
		uint64_t from = seed;
		struct diff d;

		buf_clear(&a);
		buf_clear(&b);
		diff_random_text(&seed, round % 3 == 2 ? 90 : 24, &a);
		if (round % 3 == 0) {
			diff_random_text(&seed, 24, &b);
		} else if (round % 3 == 2) {
			move_piece(&seed, &a, &b);
		} else {
			size_t cut = hash_mix(seed++) % (a.len + 1), end = cut + hash_mix(seed++) % (a.len - cut + 1);

			(void)buf_add(&b, buf_str(&a), cut);
			diff_random_text(&seed, 4, &b);
			(void)buf_add(&b, buf_str(&a) + end, a.len - end);
		}
		struct diff_text ta = { buf_str(&a), a.len }, tb = { buf_str(&b), b.len };
		diff_make(&d, ta.s, ta.len, tb.s, tb.len, (unsigned)round / 3 % 8);
		const char *wrong = diff_check(ta, tb, &d);
		if (wrong != NULL) {
			fail_msg("seed %llu: %s", (unsigned long long)from, wrong);
		}
		diff_free(&d);
	}
	buf_free(&a);
	buf_free(&b);
}

/* What hostile or unlucky texts cost: all words different, all lines shuffled, all words alike, one line of common punctuation. */
static void test_worst_cases(void **state)
{
	uint64_t seed = 17;

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct buf text[2] = { { 0 }, { 0 } };
		struct diff d;

		for (int side = 0; side < 2; side++) {
			while (text[side].len < 300000) {
				unsigned r = (unsigned)(hash_mix(seed++) % 5000);

				switch (kind) {
				case 0:
					(void)buf_addf(&text[side], "w%d.%u%s", side, (unsigned)seed, r % 8 == 0 ? "\n" : " ");
					break;
				case 1:
					(void)buf_addf(&text[side], "line %u of the same five thousand\n", r);
					break;
				case 2:
					(void)buf_add_str(&text[side], r % 2 == 0 ? "a " : "b ");
					break;
				default:
					(void)buf_add_str(&text[side], r % 3 == 0 ? "," : r % 3 == 1 ? "." : "a ");
					break;
				}
			}
		}
		clock_t start = clock();
		diff_make(&d, text[0].s, text[0].len, text[1].s, text[1].len, DIFF_WORDS | DIFF_MOVES);
		if (clock() - start > 5 * CLOCKS_PER_SEC) {
			fail_msg("kind %d: %ld s", kind, (long)((clock() - start) / CLOCKS_PER_SEC));
		}
		assert_null(diff_check((struct diff_text){ text[0].s, text[0].len }, (struct diff_text){ text[1].s, text[1].len }, &d));
		diff_free(&d);
		buf_free(&text[0]);
		buf_free(&text[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_random_pairs),
		cmocka_unit_test(test_worst_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
