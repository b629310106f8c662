/* voice - the phrases an answer is put together from, by the language of the question. In them {t} is the topic, {o} another word of the
 * prompt. */
#ifndef SONDE_SIM_VOICE_H
#define SONDE_SIM_VOICE_H

#include "sim/passage.h"

#define PHRASES 4
struct voice {
	const char *lang;
	const char *hello[PHRASES];  /* to a greeting */
	const char *lead[PHRASES];   /* before sentences of the text; the first is empty */
	const char *absent[PHRASES]; /* the text does not say */
	const char *opener[PHRASES]; /* no text at all: what the topic comes down to */
	const char *middle[PHRASES];
	const char *closer[PHRASES];
};

/* The voice for a text, English when nothing speaks for another. */
const struct voice *voice_find(struct span text);
/* Whether the text is a greeting and nothing else. */
bool voice_is_greeting(struct span text);
/* Appends a phrase with its places filled in. */
void voice_fill(const char *phrase, const char *topic, const char *other, struct buf *out);

#endif
