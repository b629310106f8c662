#include "sim/dialect.h"

#include <stdlib.h>

#include "base/mem.h"

int refusal_status(enum refusal r)
{
	static const int status[REFUSALS] = {
		[REFUSE_BAD_REQUEST] = 400,
		[REFUSE_AUTH] = 401,
		[REFUSE_NO_MODEL] = 404,
		[REFUSE_NO_PATH] = 404,
		[REFUSE_METHOD] = 405,
		[REFUSE_RATE] = 429,
		[REFUSE_SERVER] = 500,
		[REFUSE_OVERLOADED] = 529,
	};

	return status[r];
}

static void add_json(const struct flow *f, json_t *v, struct buf *out)
{
	char *text = json_dumps(v, JSON_COMPACT | (f->is_escaped ? JSON_ENSURE_ASCII : 0));

	(void)buf_add_str(out, text != NULL ? text : "{}");
	free(text);
	json_decref(v);
}

void dialect_event(struct flow *f, const char *name, json_t *v, struct buf *out)
{
	if (name != NULL) {
		(void)buf_addf(out, "event: %s\n", name);
	}
	(void)buf_add_str(out, "data: ");
	add_json(f, v, out);
	(void)buf_add_str(out, "\n\n");
	f->n_events++;
}

void dialect_line(struct flow *f, json_t *v, struct buf *out)
{
	add_json(f, v, out);
	(void)buf_add_char(out, '\n');
	f->n_events++;
}

json_t *dialect_text(const char *s, size_t len)
{
	json_t *v = json_stringn(s, len);

	/* Only a request that was itself no UTF-8 could lead here, and jansson refuses those. */
	return v != NULL ? v : json_string("");
}

json_t *dialect_id(const char *prefix, uint64_t hash)
{
	char *text = x_asprintf("%s%016llx", prefix, (unsigned long long)hash);
	json_t *v = json_string(text);

	free(text);
	return v;
}
