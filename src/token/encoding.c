#include "token/encoding.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

const struct encoding encodings[ENCODING_COUNT] = {
	[ENCODING_O200K] = { "o200k_base", split_o200k, &estimate_o200k, "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
	    "fb374d419588a4632f3f557e76b4b70aebbca790" },
	[ENCODING_CL100K] = { "cl100k_base", split_cl100k, &estimate_cl100k, "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
	    "9b5ad71b2ce5302211f9c61530b329a4922fc6a4" },
};

/* How names of models begin; the first that fits. Source: tiktoken/model.py. */
static const struct {
	const char *begin;
	int encoding;
} models[] = {
	{ "gpt-4o", ENCODING_O200K },
	{ "gpt-4.1", ENCODING_O200K },
	{ "gpt-4.5", ENCODING_O200K },
	{ "gpt-5", ENCODING_O200K },
	{ "gpt-oss", ENCODING_O200K },
	{ "chatgpt-4o", ENCODING_O200K },
	{ "ft:gpt-4o", ENCODING_O200K },
	{ "ft:gpt-4.1", ENCODING_O200K },
	{ "o1", ENCODING_O200K },
	{ "o3", ENCODING_O200K },
	{ "o4", ENCODING_O200K },
	{ "gpt-4", ENCODING_CL100K },
	{ "gpt-3.5", ENCODING_CL100K },
	{ "gpt-35", ENCODING_CL100K }, /* as Azure writes it */
	{ "ft:gpt-4", ENCODING_CL100K },
	{ "ft:gpt-3.5", ENCODING_CL100K },
	{ "text-embedding-3", ENCODING_CL100K },
	{ "text-embedding-ada-002", ENCODING_CL100K },
};

const struct encoding *encoding_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(encodings); i++) {
		if (strcmp(encodings[i].name, name) == 0) {
			return &encodings[i];
		}
	}
	return NULL;
}

const struct encoding *encoding_of_model(const char *model, bool *is_its_own)
{
	const char *slash = strrchr(model, '/'), *name = slash != NULL ? slash + 1 : model;

	for (size_t i = 0; i < COUNT_OF(models); i++) {
		if (strncasecmp(name, models[i].begin, strlen(models[i].begin)) == 0) {
			*is_its_own = true;
			return &encodings[models[i].encoding];
		}
	}
	*is_its_own = false;
	return &encodings[ENCODING_O200K];
}
