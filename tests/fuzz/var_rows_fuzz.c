/* Fuzz target of prompt/var_rows.c: any bytes give rows or a sentence; the rows, written as a JSON array or as JSON lines, come back; and a
 * newline at the end changes nothing. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "prompt/var_rows.h"

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void comes_back(const struct buf *text, const json_t *rows)
{
	struct err e = { 0 };
	json_t *again = var_rows_read(buf_str(text), text->len, &e);

	check(again != NULL && json_equal(again, rows));
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct buf text = { 0 };
	struct err e = { 0 };
	size_t i;
	json_t *row;

	(void)buf_add(&text, bytes, size);
	json_t *rows = var_rows_read(buf_str(&text), text.len, &e);

	check((rows == NULL) == (e.code == ERR_TEMPLATE) && (rows == NULL) == (e.text[0] != '\0'));
	if (rows == NULL || memchr(text.s, '\0', text.len) != NULL) { /* JSON texts have no NULs here */
		buf_free(&text);
		json_decref(rows);
		return 0;
	}
	check(json_array_size(rows) > 0);
	if (memchr(text.s, '"', text.len) == NULL) { /* none is open */
		(void)buf_add_char(&text, '\n');
		comes_back(&text, rows);
	}
	buf_clear(&text);
	json_array_foreach(rows, i, row) {
		char *line = json_dumps(row, JSON_COMPACT);

		check(json_is_object(row));
		(void)buf_addf(&text, "%s\n", line);
		free(line);
	}
	comes_back(&text, rows);
	buf_clear(&text);
	char *array = json_dumps(rows, JSON_INDENT(1));

	(void)buf_add_str(&text, array);
	comes_back(&text, rows);
	free(array);
	buf_free(&text);
	json_decref(rows);
	return 0;
}
