/* live_count - the tokens of one text while it is written, by any number of tokenizers. An edit is counted at once; a long text as a whole, and an edit
 * that changes much of one, off the loop. Until then the count is told by the beginning of the text, and says that it is not whole.
 * The loop never counts more than some 16 kB at a time. */
#ifndef SONDE_APP_LIVE_COUNT_H
#define SONDE_APP_LIVE_COUNT_H

#include "app/app.h"
#include "token/tokenizer.h"

struct live_count;

/* Of "". */
struct live_count *live_count_new(struct app *app);
/* At any time: what still counts, off the loop, is the last to go. */
void live_count_free(struct live_count *c);
/* The text is this one now: borrowed until the next call, during which the one before must still be there. */
void live_count_set(struct live_count *c, const char *text);
/* Adds its weight. The vocabulary must live as long as anything counts. False: it is not counted as a whole yet; app->on_change tells when it is. */
bool live_count_weigh(struct live_count *c, const struct tokenizer *by, struct weight *sum);

#endif
