/* file_reader - reads the maps of the configuration file by tables of keys, and collects what is wrong with its place.
 * A row of a table says what the value must be and where it goes; what needs more than that has a function of its own.
 * Problems never repeat values that may be secret: keys, headers, addresses. */
#ifndef SONDE_GATEWAY_FILE_READER_H
#define SONDE_GATEWAY_FILE_READER_H

#include "base/yaml.h"
#include "gateway/config.h"

#define PATH_SIZE 160
#define NAME_MOST 64
#define VALUE_MOST 8192

struct found {
	int line, column;
	struct err e;
};

struct reader {
	struct config *c;
	const char *name; /* of the file */
	const struct yaml_node *root;
	struct found *found; /* owned */
	size_t n, cap;
};

/* One value: path is how people find it ("providers.openai.timeout_s"). */
struct value {
	const char *path;
	const struct yaml_node *key, *node;
};

struct key {
	const char *name;
	/* Reads the value into the thing the map describes. NULL: the key is refused, for the reason `refusal`. */
	void (*read)(struct reader *r, const struct key *k, const struct value *v, void *into);
	size_t offset;       /* of the field in that thing */
	long lo, hi;         /* range of a number */
	const char *choices; /* "on|off" */
	const char *refusal;
	const char *help;    /* one line of the manual */
};

/* The keys of one thing, with the path they have in the manual ("providers.NAME"). */
struct key_table {
	const char *path;
	const struct key *rows;
	size_t n;
};
extern const struct key_table provider_key_table, target_key_table, route_key_table, budget_key_table, store_key_table, prompt_key_table,
    alert_key_table, tokenizer_key_table;

void problem(struct reader *r, const struct yaml_node *at, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Each key of the map by its row, in the order of the rows; keys without one are problems. */
void read_keys(struct reader *r, const struct yaml_node *map, const char *path, const struct key *keys, size_t n, void *into);
/* fn for each key of a map whose keys are names of the user's. example: "kind: openai". */
void read_names(struct reader *r, const struct value *v, const char *example, void (*fn)(struct reader *r, const struct value *v));

/* Nothing was written where a value should be. */
bool is_nothing(const struct yaml_node *node);
/* "a list", "a map", "nothing", "a text" */
const char *kind_of(const struct yaml_node *node);
/* A map; NULL when there is nothing, or (told) something else. */
const struct yaml_node *as_map(struct reader *r, const struct value *v, const char *example);
/* The text of a scalar that is not empty; NULL (told) for all else. */
const char *as_text(struct reader *r, const struct value *v);

/* For rows: fields of type char * (text, choice), int (number), bool (switch: "on|off"). */
void read_text(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_number(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_choice(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_switch(struct reader *r, const struct key *k, const struct value *v, void *into);
/* The field of a row in the thing. */
static inline void *key_field(void *into, const struct key *k)
{
	return (char *)into + k->offset;
}

/* The values of the top-level keys, each in the file of its name. */
void read_providers(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_targets(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_route(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_budget(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_store(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_prompts(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_alerts(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_tokenizers(struct reader *r, const struct key *k, const struct value *v, void *into);
void read_ui(struct reader *r, const struct key *k, const struct value *v, void *into);

/* The key `fallback` of all targets, once the aliases are there. targets: the map of that section. */
void read_fallbacks(struct reader *r, const struct yaml_node *targets);

#endif
