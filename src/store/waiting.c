#include "store/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct waiting *waiting_call(const struct call_row *row, const struct call_body *body)
{
	struct waiting *it = x_calloc(1, sizeof(*it));
	const struct call_body *copy = &it->call.body;

	call_row_copy(&it->call.row, row);
	if (body != NULL) {
		call_body_copy(&it->call.body, body);
	}
	it->bytes = sizeof(*it) + call_row_text_len(row) + copy->request_len + copy->response_len + copy->answer_len;
	return it;
}

static size_t text_len(const char *s)
{
	return s != NULL ? strlen(s) : 0;
}

struct waiting *waiting_run(const struct run_row *run)
{
	struct waiting *it = x_calloc(1, sizeof(*it));

	it->is_run = true;
	run_row_copy(&it->run, run);
	it->bytes = sizeof(*it) + text_len(run->system) + text_len(run->user) + text_len(run->params) + text_len(run->targets);
	return it;
}

void waiting_free(struct waiting *it)
{
	if (it->is_run) {
		run_row_free(&it->run);
	} else {
		call_row_free(&it->call.row);
		call_body_free(&it->call.body);
	}
	free(it);
}

void waiting_redact(struct waiting *it, const struct redact *r)
{
	if (it->is_redacted) {
		return;
	}
	it->is_redacted = true;
	if (it->is_run) {
		redact_run(r, &it->run);
	} else {
		redact_row(r, &it->call.row);
		redact_body(r, &it->call.body, it->call.row.is_streamed);
	}
}

void waiting_init(struct waiting_list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

void waiting_add(struct waiting_list *l, struct waiting *it)
{
	it->next = NULL;
	*l->last = it;
	l->last = &it->next;
}

struct waiting *waiting_take(struct waiting_list *l)
{
	struct waiting *it = l->first;

	l->first = it->next;
	if (l->first == NULL) {
		l->last = &l->first;
	}
	return it;
}

void waiting_put_back(struct waiting_list *l, struct waiting_list *front)
{
	if (front->first != NULL) {
		*front->last = l->first;
		l->last = l->first != NULL ? l->last : front->last;
		l->first = front->first;
	}
}
