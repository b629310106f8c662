/* filter_field - what a filter can ask of a call: one row a field, and the SQL of one comparison. For metrics/filter*.c only. */
#ifndef SONDE_METRICS_FILTER_FIELD_H
#define SONDE_METRICS_FILTER_FIELD_H

#include "store/condition.h"
#include "store/dim.h"

enum filter_op { OP_EQUAL, OP_NOT_EQUAL, OP_HAS, OP_HAS_NOT, OP_LESS_EQUAL, OP_LESS, OP_MORE_EQUAL, OP_MORE, OP_COUNT };
/* As written: "=", "!=", "~", ...; a longer one stands before the one it begins with. */
extern const char *const filter_op_names[OP_COUNT];

enum field_type {
	FIELD_NAME,     /* a name of dim */
	FIELD_TEXT,
	FIELD_BODY,     /* the text of request, answer and error */
	FIELD_STATUS,
	FIELD_COUNT,
	FIELD_MONEY,
	FIELD_DURATION,
	FIELD_SINCE,
	FIELD_UNTIL,
	FIELD_FLAG,
};

struct filter_field {
	const char *name;
	enum field_type type;
	const char *sql;       /* of table call; NULL where the type says it all */
	enum dim_kind dim;     /* FIELD_NAME */
	const char *help, *example;
};
extern const struct filter_field filter_fields[];
extern const size_t n_filter_fields;
/* Other words for =: of a status and a flag, NULL-terminated; NULL: the type has none. */
const char *const *filter_field_words(enum field_type type);
/* Whether the type takes the operator. */
bool filter_field_takes(enum field_type type, enum filter_op op);

struct filter_value {
	char *text;
	bool is_quoted; /* * is a star */
};
/* Appends the comparison. False: e says in a sentence what is wrong with operator or value. */
bool filter_field_compile(const struct filter_field *f, enum filter_op op, const struct filter_value *v, int64_t now_us, struct condition *out,
    struct err *e) SONDE_MUST_CHECK;
/* Appends that a part of a name or of the error is the value. */
bool filter_any_compile(const struct filter_value *v, struct condition *out, struct err *e) SONDE_MUST_CHECK;

#endif
