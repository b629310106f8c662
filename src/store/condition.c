#include "store/condition.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/mem.h"

void condition_free(struct condition *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->values[i].text);
	}
	buf_free(&c->sql);
	*c = (struct condition){ 0 };
}

const char *condition_sql(const struct condition *c)
{
	return c != NULL && c->sql.len > 0 ? c->sql.s : "1";
}

static bool add(struct condition *c, struct condition_value value)
{
	if (c->n == CONDITION_VALUES) {
		free(value.text);
		return false;
	}
	c->values[c->n++] = value;
	return buf_addf(&c->sql, "?%zu", CONDITION_FIRST - 1 + c->n);
}

bool condition_add_text(struct condition *c, const char *text)
{
	return add(c, (struct condition_value){ .text = x_strdup(text) });
}

bool condition_add_number(struct condition *c, int64_t number)
{
	return add(c, (struct condition_value){ .number = number });
}

void condition_bind(const struct condition *c, sqlite3_stmt *st)
{
	for (size_t i = 0; c != NULL && i < c->n; i++) {
		const struct condition_value *v = &c->values[i];

		if (v->text != NULL) {
			(void)sqlite3_bind_text(st, CONDITION_FIRST + (int)i, v->text, -1, SQLITE_STATIC);
		} else {
			(void)sqlite3_bind_int64(st, CONDITION_FIRST + (int)i, v->number);
		}
	}
}
