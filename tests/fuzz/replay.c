/* replay - what stands in for the fuzzer where there is none: runs a target over its corpus, over pieces of each seed, and over seeds with one
 * byte changed; always the same ones. It is in libtests.a, and a fuzz target without a main of its own takes this one. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define VARIANTS 256 /* of each kind, of a seed */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* From memory exactly as long, so that a read past its end is seen. */
static void run_one(const char *bytes, size_t len)
{
	uint8_t *own = x_malloc(len > 0 ? len : 1);

	if (len > 0) {
		memcpy(own, bytes, len);
	}
	(void)LLVMFuzzerTestOneInput(own, len);
	free(own);
}

static void run_seed(const struct buf *seed)
{
	uint32_t random = 7;

	run_one(buf_str(seed), seed->len);
	for (size_t i = 0; i < VARIANTS; i++) {
		run_one(buf_str(seed), seed->len * i / VARIANTS);
	}
	for (size_t i = 0; seed->len > 0 && i < VARIANTS; i++) {
		random = random * 1664525u + 1013904223u;
		char *at = seed->s + (random >> 8) % seed->len, kept = *at;

		*at = (char)(random >> 3);
		run_one(seed->s, seed->len);
		*at = kept;
	}
}

static bool read_seed(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];

	for (size_t n; f != NULL && (n = fread(bytes, 1, sizeof(bytes), f)) > 0;) {
		(void)buf_add(out, bytes, n);
	}
	return f != NULL && fclose(f) == 0;
}

/* "ingest" of ".../ingest_fuzz" */
static char *name_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	char *name = x_strdup(slash != NULL ? slash + 1 : program), *end = strstr(name, "_fuzz");

	if (end != NULL) {
		*end = '\0';
	}
	return name;
}

int main(int argc, char **argv)
{
	char *name = name_of(argc > 0 ? argv[0] : "");
	char *dir_path = x_asprintf("%s/tests/fuzz/corpus/%s", SONDE_SRCDIR, name);
	struct dirent **files = NULL;
	int n_files = scandir(dir_path, &files, NULL, alphasort), n = 0;

	run_one("", 0);
	printf("ok %d - %s: nothing\n", ++n, name);
	for (int i = 0; i < n_files; i++) {
		if (files[i]->d_name[0] == '.') {
			continue;
		}
		char *path = x_asprintf("%s/%s", dir_path, files[i]->d_name);
		struct buf seed = { 0 };

		printf("# %s\n", path);
		(void)fflush(stdout); /* a finding ends the program */
		bool is_read = read_seed(path, &seed);
		run_seed(&seed);
		printf("%s %d - %s: %s\n", is_read ? "ok" : "not ok", ++n, name, files[i]->d_name);
		buf_free(&seed);
		free(path);
	}
	printf("%s %d - %s: has seeds\n", n > 1 ? "ok" : "not ok", n + 1, name);
	printf("1..%d\n", n + 1);
	for (int i = 0; i < n_files; i++) {
		free(files[i]);
	}
	free(files);
	free(dir_path);
	free(name);
	return 0;
}
