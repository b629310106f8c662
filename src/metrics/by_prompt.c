#include "metrics/by_prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/filter.h"
#include "store/reader.h"

/* One column of one version, of the row that the condition finds; "" when there is none. The caller's. */
static char *ask(struct reader *r, const char *sql, const char *name, const char *version)
{
	sqlite3_stmt *st = sql_prepare(r->sql, sql, NULL);
	char *found = NULL;

	if (st != NULL) {
		(void)sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
		(void)sqlite3_bind_text(st, 2, version, -1, SQLITE_TRANSIENT);
		found = sqlite3_step(st) == SQLITE_ROW ? x_strdup((const char *)sqlite3_column_text(st, 0)) : NULL;
		(void)sqlite3_reset(st);
	}
	return found != NULL ? found : x_strdup("");
}

char *by_prompt_key(struct reader *r, int64_t pair)
{
	char *name = x_strdup(dims_name(r->dims, pair >> 32)), *version = x_strdup(dims_name(r->dims, pair & INT64_C(0xFFFFFFFF)));
	char *number = ask(r, "SELECT 'v' || v.number FROM prompt p JOIN prompt_version v ON v.prompt = p.id WHERE p.name = ?1 AND v.hash = ?2", name, version);
	const char *shown = number[0] != '\0' ? number : version;
	char *key = x_asprintf("%s%s%s", name, shown[0] != '\0' ? "@" : "", shown);

	free(name);
	free(version);
	free(number);
	return key;
}

/* What calls have recorded: a name, and the version, "" when there is none. */
static void recorded(struct reader *r, const char *key, char **name, char **version)
{
	const char *at = strrchr(key, '@');

	*name = x_strndup(key, at != NULL ? (size_t)(at - key) : strlen(key));
	*version = at == NULL ? x_strdup("") :
	    ask(r, "SELECT v.hash FROM prompt p JOIN prompt_version v ON v.prompt = p.id WHERE p.name = ?1 AND 'v' || v.number = ?2", *name, at + 1);
	if (at != NULL && (*version)[0] == '\0') {
		free(*version);
		*version = x_strdup(at + 1);
	}
}

int64_t by_prompt_pair(struct reader *r, const char *key)
{
	char *name, *version;

	recorded(r, key, &name, &version);
	int64_t prompt = dims_find(r->dims, DIM_PROMPT, name), id = version[0] != '\0' ? dims_find(r->dims, DIM_PROMPT_VERSION, version) : 0;
	bool is_known = prompt > 0 && (version[0] == '\0' || id > 0);

	free(name);
	free(version);
	return is_known ? prompt << 32 | id : 0;
}

void by_prompt_filter(struct reader *r, const char *key, struct buf *text)
{
	char *name, *version;

	recorded(r, key, &name, &version);
	filter_add_name(text, "prompt", name);
	filter_add_name(text, "version", version); /* a name alone is the calls without one */
	free(name);
	free(version);
}
