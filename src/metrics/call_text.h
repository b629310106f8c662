/* call_text - a recorded call as a JSON object and as a line of CSV, from one table of its fields. The JSON object is the simple form of a
 * log line (metrics/line_simple.c), which import reads again without loss. */
#ifndef SONDE_METRICS_CALL_TEXT_H
#define SONDE_METRICS_CALL_TEXT_H

#include "base/buf.h"
#include "store/record.h"

enum call_field_type { CALL_TEXT, CALL_INT, CALL_MS, CALL_USD, CALL_BOOL };

/* The fields that are those of the row as they are. */
struct call_field {
	const char *name;  /* with its unit */
	enum call_field_type type;
	size_t offset;
	const char *label; /* for people; NULL: told in another way, or not */
};
extern const struct call_field call_fields[];
extern const size_t n_call_fields;
/* By their type; of a text NULL for "". */
const char *call_field_text(const struct call_row *row, const struct call_field *f);
int64_t call_field_int(const struct call_row *row, const struct call_field *f);
bool call_field_bool(const struct call_row *row, const struct call_field *f);

/* The model that answered, else the one that was asked; "" when neither is known. */
const char *call_model(const struct call_row *row);

/* The object is left open; id_name: the member that has the id, "id", or "sonde_id" in what is to be imported. */
void call_json(struct buf *out, const struct call_row *row, const char *id_name);

/* RFC 4180: a head and one line a call. Text is cleaned (text/clean.h) and can be no formula of a spreadsheet. */
void call_csv_head(struct buf *out);
void call_csv(struct buf *out, const struct call_row *row);
/* One field of CSV, without the comma; NULL: nothing. */
void csv_text(struct buf *out, const char *text);

#endif
