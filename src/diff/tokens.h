/* tokens - one side of a diff cut into lines, sentences or words, and numbers for them: equal text, equal number.
 * Owns the arrays, borrows the text. Not here: where to cut (diff/lines.h, diff/words.h). */
#ifndef SONDE_DIFF_TOKENS_H
#define SONDE_DIFF_TOKENS_H

#include <stddef.h>
#include <stdint.h>

enum token_kind { TOKEN_WORD, TOKEN_MARK, TOKEN_TAG, TOKEN_BLANK, TOKEN_LINE_END };

/* Token i is the bytes from starts[i] to starts[i + 1]. A zeroed struct with its text set is ready. */
struct tokens {
	const char *text; /* of the whole side */
	uint32_t *starts; /* n + 1 */
	uint32_t *ids;
	unsigned char *kinds, *changed;
	size_t n, cap;
};

/* Adds a token; tokens_end says where the last one ends. */
void tokens_put(struct tokens *t, size_t start, enum token_kind kind, uint32_t id);
void tokens_end(struct tokens *t, size_t end);
void tokens_clear(struct tokens *t);
void tokens_free(struct tokens *t);
/* How many of the tokens from..to are words. */
size_t tokens_words(const struct tokens *t, size_t from, size_t to);

/* Numbers from 0 on for texts. Emptied in no time, because there are many short rounds. Zeroed is ready. */
struct interner {
	struct interner_slot *slots;
	size_t n_slots; /* a power of two */
	uint32_t round;
	struct interner_text *texts; /* by number */
	size_t n, cap;
};
/* The text must stay where it is until the next clear. */
uint32_t intern(struct interner *in, const char *s, size_t len);
void interner_clear(struct interner *in);
void interner_free(struct interner *in);

/* Hash of bytes, eight at a time; not the same on every machine, so never stored. */
uint64_t tokens_hash(const char *s, size_t len);

#endif
