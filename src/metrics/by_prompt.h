/* by_prompt - versions of prompts as groups of calls: "support/triage@v3" where the registry knows the version that was recorded, else
 * "support/triage@..." with what was recorded, and "" for calls without a prompt. For metrics/ and those who narrow by such a key. */
#ifndef SONDE_METRICS_BY_PROMPT_H
#define SONDE_METRICS_BY_PROMPT_H

#include "base/buf.h"
#include "store/store.h"

/* A group is a pair of names of the store in one number, as BY_PROMPT_PAIR has it; 0: no prompt. */
#define BY_PROMPT_PAIR "(ifnull(prompt_name, 0) << 32 | ifnull(prompt_version, 0))"
/* Its key; the caller's. */
char *by_prompt_key(struct reader *r, int64_t pair);
/* The pair of a key; 0: no call has it. */
int64_t by_prompt_pair(struct reader *r, const char *key);
/* Adds to a text of the filter language that calls have that key. */
void by_prompt_filter(struct reader *r, const char *key, struct buf *text);

#endif
