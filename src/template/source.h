/* source - the text of a template, and errors at a place in it. */
#ifndef SONDE_TEMPLATE_SOURCE_H
#define SONDE_TEMPLATE_SOURCE_H

#include "template/template.h"
#include "template/value.h"

struct source {
	const char *name;
	struct span text;
};

/* Line and column, both from 1, of a byte of the text; the column in code points. */
void source_place(const struct source *s, size_t at, size_t *line, size_t *column);
/* Fills e, with the line around the place; returns false. */
bool source_error(const struct source *s, size_t at, struct template_error *e, enum template_error_kind kind, const char *fmt, ...)
    SONDE_PRINTF(5, 6);
/* "did you mean NAME?" of the best of the names; nothing when none is near. */
struct near_best;
void source_hint_near(struct template_error *e, const struct near_best *best);

#endif
