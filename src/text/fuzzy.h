/* fuzzy - how well a few typed letters fit a text: they must all be in it, in this order; the more of them begin words or stand next to
 * each other, the better. Letters of ASCII match in either case. */
#ifndef SONDE_TEXT_FUZZY_H
#define SONDE_TEXT_FUZZY_H

#define FUZZY_NONE (-1000000000) /* it does not fit */
#define FUZZY_MOST 256           /* bytes of the text that are looked at; a longer typed text fits nothing */

enum fuzzy_places {
	FUZZY_ANYWHERE,
	/* For sentences, where any letters are somewhere: a letter begins a word or follows the one before it. */
	FUZZY_WORD_STARTS
};

/* The score of the best way to place the letters; bigger is better, FUZZY_NONE when there is none. "" fits everything with 0. */
int fuzzy_score(const char *typed, const char *text, enum fuzzy_places places);

#endif
