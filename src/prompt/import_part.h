/* import_part - what the readers of import.h share. */
#ifndef SONDE_PROMPT_IMPORT_PART_H
#define SONDE_PROMPT_IMPORT_PART_H

#include "base/yaml.h"
#include "prompt/import.h"
#include "prompt/syntax.h"

bool import_has_ending(const struct import_source *s, const char *ending);
/* Whether a line begins with "key:". */
bool import_has_key(const struct import_source *s, const char *key);
bool import_refuse(const struct import_source *s, int line, struct err *e, const char *fmt, ...) SONDE_PRINTF(4, 5);

/* Puts the file, and where it can be told the line of what is wrong in the tree, in front of an error of bundle_from_json. */
bool import_wrong(const struct import_source *s, const struct yaml_node *root, struct err *e);

void import_note(struct import *im, int line, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* A prompt of the source's name, with no member yet. */
struct import_prompt *import_add(struct import *im, const char *name);
/* A message at the end, its text put into the template language. */
void import_message(struct import *im, struct import_prompt *p, const char *role, enum syntax syntax, const char *text, size_t len, int line);
/* A member of the settings of a model: a parameter, a response format or tools, or a note that it is none. Takes value. */
void import_setting(struct import *im, struct import_prompt *p, int line, const char *key, json_t *value);
/* A variable gets a member such as "default" or "description". Takes value. */
void import_variable(struct import_prompt *p, const char *name, const char *member, json_t *value);

/* The "name" of a map of YAML, which may be NULL, else that of the source. Borrowed. */
const char *import_name_in(const struct yaml_node *map, const struct import_source *s);
/* A map of YAML by a table, nothing of NULL: keys without a row are noted, as are those whose row has no function. */
struct import_field {
	const char *key;
	void (*read)(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value);
};
void import_fields(struct import *im, struct import_prompt *p, const struct yaml_node *map, const struct import_field *fields, size_t n);
/* Rows: the value as a setting; as the note of the prompt. */
void import_setting_of(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value);
void import_description(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value);
/* Each member of a map as a setting. */
void import_settings(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value);
/* The line a scalar's text begins in: of a block that is the one behind its mark. */
int import_text_line(const struct import_source *s, const struct yaml_node *value);

/* The YAML between a first line "---" and the next, and where the body begins. *head NULL: there is none. */
struct import_matter { struct yaml_node *head; const char *body; size_t len; int line; };
bool import_matter(const struct import_source *s, struct import_matter *out, struct err *e) SONDE_MUST_CHECK;

bool import_sniff_own(const struct import_source *s);
bool import_read_own(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_llm(const struct import_source *s);
bool import_read_llm(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_fabric(const struct import_source *s);
bool import_read_fabric(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_aichat(const struct import_source *s);
bool import_read_aichat(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_prompty(const struct import_source *s);
bool import_read_prompty(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_dotprompt(const struct import_source *s);
bool import_read_dotprompt(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_langfuse(const struct import_source *s);
bool import_read_langfuse(const struct import_source *s, struct import *out, struct err *e);
bool import_sniff_openai(const struct import_source *s);
bool import_read_openai(const struct import_source *s, struct import *out, struct err *e);

#endif
