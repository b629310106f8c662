/* filter - the language in which people say which calls they mean, for the Metrics screen and the options --filter:
 *   model=gpt-5* status=err cost>0.01 (latency>2s or ttft>=500ms) not provider=openai error~"rate limit" since=1h
 * Words next to each other are joined by `and`. `=` is the whole name, in which * stands for anything; `~` a part of it, in any case; a word
 * alone is a part of any name or of the error. What is in quotes is meant as it stands (\" and \\ inside). A value that is not known meets
 * no comparison but =unknown. Text becomes a condition of SQL with bound values (store/condition.h); nothing here reads the store. */
#ifndef SONDE_METRICS_FILTER_H
#define SONDE_METRICS_FILTER_H

#include "store/condition.h"
#include "store/dim.h"

#define FILTER_MOST 2000 /* bytes of a text */

/* now_us: what since=1h counts back from. False: e says what is wrong and in which column (from 1, in bytes), which is in *column as well
 * (may be NULL); out is then empty. A text of blanks means every call. */
bool filter_compile(const char *text, int64_t now_us, struct condition *out, size_t *column, struct err *e) SONDE_MUST_CHECK;
/* Joins `name=value` to a text, with the value in quotes; and a whole text in parentheses. */
void filter_add_name(struct buf *text, const char *field, const char *value);
void filter_add(struct buf *text, const char *more);

/* For completion: what may stand at a place of a text. Borrowed but for the value. */
struct filter_proposal {
	char text[128];   /* replaces text[from, cursor) */
	const char *help; /* one line; NULL for values out of the store */
};
/* The i-th name of a kind that the store knows, NULL at the end. */
typedef const char *filter_names(void *ctx, enum dim_kind kind, size_t i);
/* At most `most` proposals; *from: where the word begins that they replace; *is_begun: it is the first letters of a field, a name or a keyword
 * and no whole value, so that it does not yet mean what it will. names may be NULL. */
size_t filter_propose(const char *text, size_t cursor, filter_names *names, void *ctx, struct filter_proposal *out, size_t most, size_t *from,
    bool *is_begun);
/* The i-th field and what it is, for help; NULL at the end. */
const char *filter_field(size_t i, const char **help, const char **example);

#endif
