/* recall - the lines given after `:` in this session, for Up and Down and as candidates. Owns them. */
#ifndef SONDE_UI_RECALL_H
#define SONDE_UI_RECALL_H

#include <stddef.h>

#define RECALL_MOST 100

struct recall {
	char *lines[RECALL_MOST]; /* oldest first, none twice */
	size_t n;
};

/* Nothing for an empty line; one that is there already moves to the end; the oldest gives way. */
void recall_add(struct recall *r, const char *line);
void recall_free(struct recall *r);

#endif
