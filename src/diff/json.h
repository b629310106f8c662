/* json - what changed between two JSON values, by key path: parameters, tools, schemas, answers.
 * Owns the paths, borrows the values until json_diff_free. Not here: text (diff/diff.h). */
#ifndef SONDE_DIFF_JSON_H
#define SONDE_DIFF_JSON_H

#include <jansson.h>
#include <stddef.h>

enum json_op { JSON_OP_CHANGE, JSON_OP_ADD, JSON_OP_REMOVE, JSON_OP_REORDER };

struct json_change {
	enum json_op op;
	/* "tools[name=search].parameters", "stop[2]"; "" for the whole. Names that are no plain words are quoted: ["a b"], [id="x y"]. The place
	 * of an item is that of b, of one that is removed that of a. */
	char *path;
	const json_t *a, *b; /* NULL for a value that is not there; REORDER: the arrays */
};

struct json_diff {
	struct json_change *changes;
	size_t n, cap;
};

/* In the order of a's members, then b's new ones. Items of arrays are told apart by an id, name, key or role when each has one of its own;
 * else by what is equal in order, and what is left in between by its place. What is deeper than a path of some 500 bytes is one change. Applied
 * in order the changes make b of a. No change: the values are equal, numbers by their type, too. */
void json_diff_make(struct json_diff *d, const json_t *a, const json_t *b);
void json_diff_free(struct json_diff *d);

/* The value as JSON text, one line, numbers in the shortest form that is exact; the caller's. */
char *json_diff_text(const json_t *value);

#endif
