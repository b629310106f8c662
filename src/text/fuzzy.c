#include "text/fuzzy.h"

#include <stdbool.h>
#include <string.h>

/* The order matters, not the numbers: next to the one before > after a slash > start of a word > after a dot > anything; and of
 * two equal placements the one with fewer letters left over. */
#define NEXT 1000
#define SLASH 900
#define WORD 800
#define CAPITAL 700
#define DOT 600
#define SKIPPED_OUTSIDE 5
#define SKIPPED_INSIDE 10

static const struct {
	char before;
	int bonus;
} bonuses[] = {
	{ '/', SLASH }, { ' ', WORD }, { '-', WORD }, { '_', WORD }, { ':', WORD }, { '(', WORD }, { '.', DOT },
};

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* What a letter at text[i] is worth by what stands before it; 0 in the middle of a word. */
static int bonus_at(const char *text, size_t i)
{
	if (i == 0) {
		return SLASH;
	}
	for (size_t k = 0; k < sizeof(bonuses) / sizeof(bonuses[0]); k++) {
		if (text[i - 1] == bonuses[k].before) {
			return bonuses[k].bonus;
		}
	}
	return text[i] >= 'A' && text[i] <= 'Z' && text[i - 1] >= 'a' && text[i - 1] <= 'z' ? CAPITAL : 0;
}

/* One letter more: `ends[i]` is the best score of the letters so far with the last one at i. `is_last` letters pay for what follows. */
static void place(char letter, size_t k, const char *text, size_t n, enum fuzzy_places places, bool is_last, int ends[FUZZY_MOST])
{
	int open = FUZZY_NONE; /* best score of the letters before, and what was skipped since */
	int before = FUZZY_NONE; /* the same with the last one just before i */

	for (size_t i = 0; i < n; i++) {
		int here = ends[i], score = FUZZY_NONE, bonus = bonus_at(text, i);

		if (folded(letter) == folded(text[i])) {
			bool is_allowed = places == FUZZY_ANYWHERE || bonus > 0;

			if (k == 0 && is_allowed) {
				score = bonus - SKIPPED_OUTSIDE * (int)i;
			} else if (k > 0 && open != FUZZY_NONE && is_allowed) {
				score = open + bonus;
			}
			if (k > 0 && before != FUZZY_NONE && before + NEXT > score) {
				score = before + NEXT;
			}
		}
		if (score != FUZZY_NONE && is_last) {
			score -= SKIPPED_OUTSIDE * (int)(n - i - 1);
		}
		open = open != FUZZY_NONE ? open - SKIPPED_INSIDE : FUZZY_NONE;
		open = here > open ? here : open;
		before = here;
		ends[i] = score;
	}
}

int fuzzy_score(const char *typed, const char *text, enum fuzzy_places places)
{
	int ends[FUZZY_MOST], best = FUZZY_NONE;
	size_t m = strlen(typed), n = strnlen(text, FUZZY_MOST);

	if (m == 0) {
		return 0;
	}
	if (m > n) {
		return FUZZY_NONE;
	}
	for (size_t i = 0; i < n; i++) {
		ends[i] = FUZZY_NONE;
	}
	for (size_t k = 0; k < m; k++) {
		place(typed[k], k, text, n, places, k + 1 == m, ends);
	}
	for (size_t i = 0; i < n; i++) {
		best = ends[i] > best ? ends[i] : best;
	}
	return best;
}
