/* reader - what the wire formats say about an answer: text, tool calls, usage, end. For the files of provider/ only.
 * Strings of JSON values may be NULL or of another type: then nothing is added. */
#ifndef SONDE_PROVIDER_READER_H
#define SONDE_PROVIDER_READER_H

#include <jansson.h>

#include "provider/provider.h"

#define TOKENS_MAX 1000000000000LL

/* The answer read so far. */
struct answer *reader_answer(struct answer_reader *rd);
void reader_text(struct answer_reader *rd, enum delta_kind kind, const json_t *text);
/* The tool call that a piece belongs to: by index; without one (UNKNOWN) by id; else the last one. A new one when there is none such.
 * id and name may be NULL or ""; the first ones that are not are kept. NULL: too many (the answer has then failed). */
struct tool_call *reader_tool(struct answer_reader *rd, int64_t index, const char *id, const char *name);
/* Adds a piece (a string) or whole arguments (an object). */
void reader_arguments(struct answer_reader *rd, struct tool_call *t, const json_t *arguments);
/* Keeps the first non-empty model and id. */
void reader_names(struct answer_reader *rd, const char *model, const char *id);
/* Known figures replace earlier ones. */
void reader_usage(struct answer_reader *rd, const struct usage *u);
/* What the call cost by the provider's own account, in US dollars; anything but a sane amount is passed over. */
void answer_cost(struct answer *a, const json_t *usd);
/* A finish reason: looks the provider's word up in a table that ends with a NULL word; "" and NULL are no reason, and a word that is not in
 * the table is a stop. FINISH_CONTENT_FILTER and FINISH_ERROR fill class and text of the answer. */
struct finish_word {
	const char *word;
	enum finish finish;
};
void reader_finish(struct answer_reader *rd, const struct finish_word *words, const char *word);
/* The prompt was refused before an answer began. */
void reader_blocked(struct answer_reader *rd, const char *why);

/* A count of tokens: UNKNOWN when missing, negative or above TOKENS_MAX. */
int64_t token_count(const json_t *object, const char *key);

#endif
