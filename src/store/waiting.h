/* waiting - rows that wait in memory for the file, in the order they came. Owns copies. Not thread-safe. For store.c only. */
#ifndef SONDE_STORE_WAITING_H
#define SONDE_STORE_WAITING_H

#include "store/policy.h"
#include "store/record.h"

struct waiting {
	struct waiting *next;
	size_t bytes; /* of memory */
	bool is_run, is_redacted;
	union {
		struct {
			struct call_row row;
			struct call_body body;
		} call;
		struct run_row run;
	};
};
/* body may be NULL. */
struct waiting *waiting_call(const struct call_row *row, const struct call_body *body);
struct waiting *waiting_run(const struct run_row *run);
void waiting_free(struct waiting *it);
/* Hides what patterns match, once. Takes its time. */
void waiting_redact(struct waiting *it, const struct redact *r);

struct waiting_list {
	struct waiting *first, **last;
};
void waiting_init(struct waiting_list *l);
void waiting_add(struct waiting_list *l, struct waiting *it);
/* The first; there must be one. */
struct waiting *waiting_take(struct waiting_list *l);
/* Puts `front` before what is in l. */
void waiting_put_back(struct waiting_list *l, struct waiting_list *front);

#endif
