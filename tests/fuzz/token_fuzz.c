/* Any bytes as a text, as a rank file and as an index: pieces cover the text, a tally after an edit is that of the whole, and a damaged or forged
 * vocabulary is refused or answers within its bounds. The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/token/vocabulary.h"
#include "token/bpe.h"
#include "token/rank_file.h"
#include "token/tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const unsigned char hash[SHA256_SIZE] = "a vocabulary of tests";

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_text(const struct tokenizer *t, const char *text, size_t len)
{
	size_t cut = len / 3;
	struct tally tally = { 0 };

	for (size_t at = 0, n; at < len; at += n) {
		n = t->encoding->split(text + at, len - at);
		must(n > 0 && n <= len - at);
		must(t->ranks == NULL || (bpe_count(t->ranks, text + at, n) > 0 && bpe_count(t->ranks, text + at, n) <= n));
	}
	tally_set(&tally, t, text, cut);
	tally_edit(&tally, t, text, len, cut, 0, len - cut);
	must(tally_count(&tally) == tokenizer_count(t, text, len));
	tally_free(&tally);
}

static void check_rank_file(const char *text, size_t len)
{
	struct buf whole = { 0 };
	struct err e = { 0 };

	vocabulary_write(&whole);
	(void)buf_add(&whole, text, len);
	struct ranks *r = ranks_compile(whole.s, whole.len, hash, &e);
	must((r == NULL) == (e.text[0] != '\0'));
	if (r != NULL) {
		check_text(&(struct tokenizer){ &encodings[ENCODING_O200K], r }, whole.s, whole.len);
	}
	ranks_free(r);
	buf_free(&whole);
}

/* A file without a disk under it. */
static int memory_file(const char *bytes, size_t len, char path[64])
{
	int fd = memfd_create("token", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	(void)snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static const struct buf *right_index(void)
{
	static struct buf index;

	if (index.len == 0) {
		char path[] = "/tmp/sonde-token-fuzz-XXXXXX";
		int fd = mkstemp(path);
		struct ranks *r = vocabulary_ranks();
		struct err e = { 0 };

		must(fd >= 0 && close(fd) == 0 && ranks_save(r, path, &e) && file_read(path, &index, NULL, &e));
		(void)unlink(path);
		ranks_free(r);
	}
	return &index;
}

/* The bytes over a right index, at a place they name, with a checksum that fits. */
static void check_index(const char *text, size_t len)
{
	const struct buf *right = right_index();
	struct buf bytes = { 0 };
	char path[64];

	must(buf_add(&bytes, right->s, right->len));
	if (len > 2) {
		size_t at = ((size_t)(unsigned char)text[0] << 8 | (unsigned char)text[1]) * 7 % bytes.len, n = len - 2;

		n = n < bytes.len - at ? n : bytes.len - at;
		memcpy(bytes.s + at, text + 2, n);
		ranks_seal(bytes.s, bytes.len);
	}
	int fd = memory_file(bytes.s, bytes.len, path);
	struct ranks *r = ranks_map(path, hash);
	if (r != NULL) {
		check_text(&(struct tokenizer){ &encodings[ENCODING_CL100K], r }, "the thing ababab aaaa 12345 ====== and\xe6\xbc\xa2\xe5\xad\x97", 42);
	}
	ranks_free(r);
	(void)close(fd);
	buf_free(&bytes);
}

static void check_any_file(const char *text, size_t len)
{
	char path[64];
	int fd = memory_file(text, len, path);
	struct buf out = { 0 };
	struct err e = { 0 };
	unsigned char found[SHA256_SIZE];

	must(rank_file_read(path, &out, found, NULL, &e) == NULL && e.text[0] != '\0');
	(void)close(fd);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes + 1;

	if (size == 0) {
		return 0;
	}
	switch (bytes[0] % 4) {
	case 0: {
		struct ranks *r = vocabulary_ranks();

		for (size_t k = 0; k < ENCODING_COUNT; k++) {
			check_text(&(struct tokenizer){ &encodings[k], r }, text, size - 1);
			check_text(&(struct tokenizer){ &encodings[k], NULL }, text, size - 1);
		}
		ranks_free(r);
		break;
	}
	case 1:
		check_rank_file(text, size - 1);
		break;
	case 2:
		check_index(text, size - 1);
		break;
	default:
		check_any_file(text, size - 1);
		break;
	}
	return 0;
}
