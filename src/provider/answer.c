#include "provider/provider.h"

#include <stdlib.h>

#include "base/mem.h"

#define TEXT_LIMIT ((size_t)64 << 20)

static const char *const finish_names[] = {
	[FINISH_NONE] = "", [FINISH_STOP] = "stop", [FINISH_LENGTH] = "length", [FINISH_TOOL_CALLS] = "tool_calls",
	[FINISH_CONTENT_FILTER] = "content_filter", [FINISH_ERROR] = "error",
};

const char *finish_name(enum finish f)
{
	return (size_t)f < COUNT_OF(finish_names) ? finish_names[f] : "";
}

void answer_init(struct answer *a)
{
	*a = (struct answer){ .usage = USAGE_UNKNOWN, .cost_nano = UNKNOWN };
	buf_init(&a->text, TEXT_LIMIT);
	buf_init(&a->reasoning, TEXT_LIMIT);
	buf_init(&a->refusal, TEXT_LIMIT);
}

void answer_free(struct answer *a)
{
	buf_free(&a->text);
	buf_free(&a->reasoning);
	buf_free(&a->refusal);
	for (size_t i = 0; i < a->n_tool_calls; i++) {
		free(a->tool_calls[i].id);
		free(a->tool_calls[i].name);
		buf_free(&a->tool_calls[i].arguments);
	}
	free(a->tool_calls);
	free(a->model);
	free(a->response_id);
	*a = (struct answer){ .usage = USAGE_UNKNOWN, .cost_nano = UNKNOWN };
}
