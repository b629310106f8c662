/* import - prompts out of text files: sonde's own (file.h) and those of other programs, one row a format.
 * Pure: no file is touched and nothing is saved here. What a format has and a prompt has not is noted, with its line; nothing is dropped in silence. */
#ifndef SONDE_PROMPT_IMPORT_H
#define SONDE_PROMPT_IMPORT_H

#include <jansson.h>
#include <stddef.h>

#include "prompt/bundle.h"

struct import_source {
	const char *path; /* for error texts, and for the ending that tells most formats */
	const char *name; /* what a prompt is called that the file gives no name; import_name() makes it a valid one */
	const char *text;
	size_t len;
};

struct import_prompt {
	char *name;
	json_t *object; /* the members of bundle.h, as they were read */
	struct bundle bundle;
	json_t *labels; /* names of labels that stood on it; an array, or NULL */
};

struct import_note {
	int line;   /* of the file; 0: unknown, the text says where */
	char *text; /* a sentence; may hold what the file holds: to be cleaned before it is shown */
};

struct import {
	const char *format; /* name of the row that read it */
	struct import_prompt *prompts;
	size_t n, cap;
	struct import_note *notes;
	size_t n_notes, cap_notes;
	size_t n_unshown; /* further notes, beyond the most that are kept */
};

struct importer {
	const char *name;  /* "llm" */
	const char *title; /* "templates of llm (YAML)" */
	bool (*sniff)(const struct import_source *s);
	bool (*read)(const struct import_source *s, struct import *out, struct err *e); /* the error text begins with PATH:LINE where a line is known */
};
extern const struct importer importers[];
extern const size_t n_importers;

/* format: the name of a row; NULL: the first whose sniff takes the file. False with ERR_CHECK, and nothing to free: the file is no good as a
 * whole, or one of its prompts is none. */
bool import_read(const struct import_source *s, const char *format, struct import *out, struct err *e) SONDE_MUST_CHECK;
void import_free(struct import *im);
/* A valid name of a prompt out of any text; the caller's. */
char *import_name(const char *text);

#endif
