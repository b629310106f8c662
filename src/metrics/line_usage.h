/* line_usage - token counts as logs and providers write them, folded to struct usage (all input tokens, all output tokens, subsets).
 * Counts are collected first, because what they mean depends on each other: see line_usage_resolve. */
#ifndef SONDE_METRICS_LINE_USAGE_H
#define SONDE_METRICS_LINE_USAGE_H

#include "store/record.h"

enum line_count {
	COUNT_IN,            /* all input tokens */
	COUNT_IN_PLAIN,      /* input_tokens: all, or without the cached ones where COUNT_CACHE_..._APART stand beside it */
	COUNT_IN_TOOLS,      /* further input tokens */
	COUNT_CACHE_READ,    /* of the input tokens */
	COUNT_CACHE_WRITE,
	COUNT_CACHE_READ_APART, /* names of the APIs that count cached tokens apart */
	COUNT_CACHE_WRITE_APART,
	COUNT_CACHE_WRITE_1H,
	COUNT_OUT,
	COUNT_OUT_THOUGHTS,  /* reasoning, not in COUNT_OUT */
	COUNT_REASON,        /* reasoning, part of COUNT_OUT (not with xAI) */
	COUNT_AUDIO_IN,
	COUNT_AUDIO_OUT,
	COUNT_IMAGE_IN,
	COUNT_QUERIES,
	COUNT_IMAGES,
	COUNT_MEDIA_SECONDS,
	COUNT_TOTAL,
	COUNT_KINDS
};

struct line_usage {
	int64_t counts[COUNT_KINDS]; /* UNKNOWN where not given */
};

void line_usage_init(struct line_usage *u);
/* The kind of a count by its name and the name of the object it stands in ("usage" for the usage object itself); -1: not a count. */
int line_usage_kind(const char *object, size_t object_len, const char *name, size_t name_len);
/* Folds the counts. provider and operation settle what names alone leave open; is_flat: the counts stood in the line itself. */
struct usage line_usage_resolve(const struct line_usage *u, const char *provider, const char *operation, bool is_flat);
/* The counts as they stand, as sonde itself wrote them. */
struct usage line_usage_own(const struct line_usage *u);
/* What `flat` leaves unknown is taken from `nested`. */
struct usage line_usage_combine(const struct usage *flat, const struct usage *nested);

#endif
