/* Fuzz target of prompt/import.c: the first byte chooses the format, the rest is the file. Any bytes give prompts or an error with the file's name;
 * each prompt that was read is written as a plain file, and read from that as the same version, and written again as the same bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prompt/file.h"
#include "prompt/import.h"

/* The ending decides who reads it. */
static const char *const paths[] = { "p.yaml", "p.prompty", "p.prompt", "p/system.md", "p.md", "p.json" };

static void comes_back(const struct import_prompt *p)
{
	struct buf file = { 0 }, again = { 0 };
	struct import im;
	struct err e = { 0 };

	prompt_file(&file, p->name, p->labels, p->bundle.json);
	const struct import_source s = { .path = "p.yaml", .name = "p", .text = buf_str(&file), .len = file.len };

	if (!import_read(&s, NULL, &im, &e) || im.n != 1 || strcmp(im.format, "sonde") != 0 || strcmp(im.prompts[0].bundle.hash, p->bundle.hash) != 0 ||
	    strcmp(im.prompts[0].name, p->name) != 0) {
		abort();
	}
	prompt_file(&again, im.prompts[0].name, im.prompts[0].labels, im.prompts[0].bundle.json);
	if (again.len != file.len || memcmp(again.s, file.s, file.len) != 0) {
		abort();
	}
	import_free(&im);
	buf_free(&file);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *path = paths[len > 0 ? bytes[0] % (sizeof(paths) / sizeof(paths[0])) : 0];
	const struct import_source s = { .path = path, .name = "p", .text = (const char *)bytes + (len > 0), .len = len - (len > 0) };
	struct import im;
	struct err e = { 0 };

	if (!import_read(&s, NULL, &im, &e)) {
		if (e.code == ERR_NONE || strncmp(e.text, path, strlen(path)) != 0) {
			abort();
		}
		return 0;
	}
	for (size_t i = 0; i < im.n; i++) {
		comes_back(&im.prompts[i]);
	}
	import_free(&im);
	return 0;
}
