/* The section `tokenizers` of the configuration file: the rank file of each encoding. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/xdg.h"
#include "gateway/file_reader.h"

static void read_path(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char **path = into;
	const char *text = as_text(r, v);

	(void)k;
	if (text != NULL) {
		free(*path);
		*path = xdg_expand(text);
	}
}

static const struct key tokenizer_keys[] = {
	{ .name = "path", .read = read_path,
	  .help = "the vocabulary for exact counts of tokens: a rank file in tiktoken's format, or encoders/NAME.json of the npm package tiktoken" },
};
const struct key_table tokenizer_key_table = { "tokenizers.NAME", tokenizer_keys, COUNT_OF(tokenizer_keys) };

static void read_tokenizer(struct reader *r, const struct value *v)
{
	const struct encoding *encoding = encoding_find(v->key->text);
	const struct yaml_node *map;

	if (encoding == NULL) {
		problem(r, v->key, "%s is no encoding that is known: o200k_base or cl100k_base", v->path);
	} else if ((map = as_map(r, v, "path: /home/you/o200k_base.tiktoken")) != NULL) {
		read_keys(r, map, v->path, tokenizer_keys, COUNT_OF(tokenizer_keys), &r->c->rank_files[encoding - encodings]);
	}
}

void read_tokenizers(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	(void)k;
	(void)into;
	read_names(r, v, "o200k_base: {path: /home/you/o200k_base.tiktoken}", read_tokenizer);
}
