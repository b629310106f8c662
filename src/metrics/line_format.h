/* line_format - what the formats of log lines share: a row with the names of a format's members and what becomes of each, and the conversions
 * of their values. A format is one file and one row of the table in line.c. For metrics/line*.c only. */
#ifndef SONDE_METRICS_LINE_FORMAT_H
#define SONDE_METRICS_LINE_FORMAT_H

#include <stddef.h>

#include "base/err.h"
#include "metrics/line.h"
#include "metrics/line_error.h"
#include "metrics/line_usage.h"
#include "metrics/scan.h"

struct field;
struct member;
struct line_name;
typedef bool field_setter(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v);

struct field {
	const char *name;
	field_setter *set;
	size_t at;         /* offset in struct ingest_scanner, or what the setter says */
	int scale;         /* power of ten from the unit of the log to ours */
	bool is_canonical; /* wins over aliases, and must be of the right type */
	const struct field *inner; /* of an object's members */
	size_t n_inner;
};

#define AT(member) offsetof(struct ingest_scanner, member)
#define FIELD(name, set, at, scale) { name, set, at, scale, true, NULL, 0 }
#define ALIAS(name, set, at, scale) { name, set, at, scale, false, NULL, 0 }
#define INNER(name, fields) { name, line_set_inner, 0, 0, true, fields, COUNT_OF(fields) }
#define MS 3
#define SECONDS 6
#define USD 9

#define FORMAT_SIGNS 3
#define FORMAT_NAMES 8

struct line_format {
	const char *name;
	/* A line is of this format when it has one of the names of each of these lists; none: any line may be. */
	const char *signs[FORMAT_SIGNS][FORMAT_NAMES];
	const struct field *fields;
	size_t n_fields;
	/* After all members: what follows from several of them. False: the record is no call. May be NULL. */
	bool (*settle)(struct ingest_scanner *s);
};
extern const struct line_format line_simple, line_litellm, line_helicone, line_langfuse;

/* What formats say beside the row; settled into it at the end. */
struct line_notes {
	int64_t end_us, first_us;  /* times of the end and of the first token */
	int64_t whole_us, cost_nano; /* a duration and a cost to fall back on */
	int64_t status;            /* as it came, may be negative */
	const char *id;            /* the record's own */
	struct call_id sonde_id;   /* of a call that sonde exported; ts_us UNKNOWN: it is none */
	const char *model, *provider, *kind, *level, *text;
	bool is_cache_hit, is_streamed, is_not_streamed, has_cost_parts;
};

struct ingest_scanner {
	struct call_row row;
	struct line_usage flat, nested;
	bool has_nested;
	struct line_error error;
	struct line_notes notes;
	char *why;
	char *arena; /* room for every string of the line */
	size_t cap, used;
	int format, forced;
	struct member *members;
	size_t n_members, cap_members;
	struct line_name *names; /* hash table of all formats' names */
};

/* A sentence for `why`; returns false. */
bool line_bad(struct ingest_scanner *s, const char *fmt, ...) SONDE_PRINTF(2, 3);
/* The string of a value in the arena. */
char *line_keep(struct ingest_scanner *s, const struct scan_slice *v);
/* The object a value is, or holds as a string. False: neither. */
bool line_object(struct ingest_scanner *s, const struct scan_slice *v, struct scan_slice *object);
/* A number, or a string that holds one, times 10^scale. False: neither, or too large. */
bool line_number(const struct scan_slice *v, int scale, int64_t *out);

field_setter line_set_inner, line_set_duration, line_set_count, line_set_name, line_set_text, line_set_tags, line_set_finish,
    line_set_time, line_set_error, line_set_error_part, line_set_status, line_set_usage;
field_setter line_set_cost;    /* the row's, as reported */
field_setter line_set_cost_source, line_set_attempts, line_set_sonde_id;
field_setter line_set_true;    /* a bool: whether the value is true or says so */
field_setter line_set_stream;  /* notes.is_streamed or is_not_streamed */

/* Rows of errors as objects write them. */
extern const struct field line_error_fields[];
extern const size_t line_n_error_fields;

/* The name that prices and other sources have for a provider, which exports write in many ways. */
const char *line_provider(struct ingest_scanner *s, const char *name);
/* Who makes a model, by its name ("vendor/model" says so); "unknown" when that is not known. */
const char *line_provider_of_model(struct ingest_scanner *s, const char *model);
/* "chat", "embeddings", ... of the words that logs have for them, else the word itself. */
const char *line_operation(const char *word);
/* Latency, time to first token and streaming time of the row from its start, notes.first_us and notes.end_us; durations that the log
 * gives where those are missing. */
void line_settle_times(struct ingest_scanner *s);
/* A cache of the gateway answered: it cost nothing. */
void line_settle_cache_hit(struct ingest_scanner *s);

#endif
