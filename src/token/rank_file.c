#include "token/rank_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "token/ranks.h"

/* Only a plain file: one in a directory that all may write to could be a pipe that never ends. */
static bool read_plain(const char *path, struct buf *out, bool *is_missing, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = false;

	*is_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(e, ERR_CONFIG, "cannot read %s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		err_set(e, ERR_CONFIG, "cannot read %s: it is no plain file", path);
	} else {
		out->limit = RANK_FILE_MOST;
		ok = file_read_fd(fd, path, out, e) || (e->code = ERR_CONFIG, err_hint(e, "a rank file has a few megabytes"));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return ok;
}

/* "! 0 IQ== Ig== ...", each "!" followed by the rank of the token after it. */
static void write_lines(const char *ranks, struct buf *out)
{
	unsigned long long rank = 0;

	for (const char *s = ranks; *s != '\0';) {
		size_t len = strcspn(s, " \n");

		if (len == 1 && *s == '!') {
			char *end;

			rank = strtoull(s + 1, &end, 10);
			s = end;
		} else if (len > 0) {
			(void)buf_add(out, s, len);
			(void)buf_addf(out, " %llu\n", rank++);
			s += len;
		}
		s += strspn(s, " \n");
	}
}

static bool from_json(const char *path, const struct buf *json, struct buf *out, struct err *e)
{
	json_t *root = json_loadb(json->s, json->len, 0, NULL);
	const char *ranks = json_get_string(root, "bpe_ranks", NULL);

	out->limit = RANK_FILE_MOST;
	if (ranks != NULL) {
		write_lines(ranks, out);
	} else {
		err_set(e, ERR_CONFIG, "%s is no rank file: it is JSON without bpe_ranks", path);
		(void)err_hint(e, "give a file such as o200k_base.tiktoken, or encoders/o200k_base.json of the npm package tiktoken");
	}
	json_decref(root);
	return ranks != NULL;
}

static void add_hex(const unsigned char hash[SHA256_SIZE], char out[2 * SHA256_SIZE + 1])
{
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		(void)snprintf(out + 2 * i, 3, "%02x", (unsigned)hash[i]);
	}
}

static const struct encoding *recognise(const char *path, const struct buf *text, unsigned char hash[SHA256_SIZE], struct err *e)
{
	char hex[2 * SHA256_SIZE + 1];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, buf_str(text), text->len);
	sha256_end(&h, hash);
	add_hex(hash, hex);
	for (size_t i = 0; i < COUNT_OF(encodings); i++) {
		if (strcmp(encodings[i].sha256, hex) == 0) {
			return &encodings[i];
		}
	}
	err_set(e, ERR_CONFIG, "%s is not the rank file of o200k_base or cl100k_base: its SHA-256 begins with %.12s", path, hex);
	(void)err_hint(e, "it may be cut or changed: get it again; o200k_base begins with %.12s, cl100k_base with %.12s",
	    encodings[ENCODING_O200K].sha256, encodings[ENCODING_CL100K].sha256);
	return NULL;
}

const struct encoding *rank_file_read(const char *path, struct buf *out, unsigned char hash[SHA256_SIZE], bool *is_missing, struct err *e)
{
	struct buf raw = { 0 };
	bool ignored, ok = read_plain(path, &raw, is_missing != NULL ? is_missing : &ignored, e);

	if (ok && raw.len > 0 && raw.s[0] == '{') {
		ok = from_json(path, &raw, out, e);
		buf_free(&raw);
	} else {
		*out = raw;
	}
	return ok ? recognise(path, out, hash, e) : NULL;
}

void rank_file_hash(const struct encoding *encoding, unsigned char hash[SHA256_SIZE])
{
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		unsigned byte = 0;

		(void)sscanf(encoding->sha256 + 2 * i, "%2x", &byte);
		hash[i] = (unsigned char)byte;
	}
}
