#include "metrics/follow_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/records.h"
#include "metrics/spool.h"
#include "metrics/twins.h"

#define CHECK_BYTES 1024
#define BATCH_ROWS 1024
#define BATCH_BYTES ((size_t)512 << 10) /* packed; what comes out of a spool at once */
#define TWINS_BYTES ((int64_t)64 << 20) /* looked through for equal lines after a restart */

struct follow_source *follow_source_new(const char *path, int fd, const struct stat *st)
{
	struct follow_source *s = x_calloc(1, sizeof(*s));

	s->fd = fd;
	s->has_more = true;
	s->at = (struct bulk_position){ .path = path, .device = st->st_dev, .inode = st->st_ino, .hash = HASH_START };
	return s;
}

void follow_source_free(struct follow_source *s)
{
	if (s != NULL) {
		(void)close(s->fd);
		twins_free(s->twins);
		free(s);
	}
}

/* Reads exactly len bytes. */
static bool read_at(int fd, char *to, size_t len, int64_t offset)
{
	while (len > 0) {
		ssize_t n = pread(fd, to, len, offset);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		to += n;
		len -= (size_t)n;
		offset += n;
	}
	return true;
}

/* How many bytes before a place tell whether it is the same. */
static size_t check_len(int64_t offset)
{
	return offset < CHECK_BYTES ? (size_t)offset : CHECK_BYTES;
}

/* Of the bytes before the offset. False: they cannot be read. */
static bool hash_before(int fd, int64_t offset, uint64_t *hash)
{
	char bytes[CHECK_BYTES];
	size_t len = check_len(offset);

	if (!read_at(fd, bytes, len, offset - (int64_t)len)) {
		return false;
	}
	*hash = hash_bytes(HASH_START, bytes, len);
	return true;
}

bool follow_is_at(int fd, const struct stat *st, const struct bulk_position *p)
{
	uint64_t hash;

	return st->st_size >= p->offset && hash_before(fd, p->offset, &hash) && hash == p->hash;
}

void follow_source_go(struct follow_source *s, const struct bulk_position *p)
{
	s->at.offset = p->offset;
	s->at.line = p->line;
	s->at.hash = p->hash;
	s->passed = 0;
	twins_free(s->twins);
	s->twins = NULL;
}

void follow_source_restart(struct follow_source *s)
{
	follow_source_go(s, &(struct bulk_position){ .hash = HASH_START });
}

/* Never later than now, whatever somebody set it to. */
static int64_t written_us(int fd)
{
	int64_t now_us = clock_wall_us();
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return now_us;
	}
	int64_t us = st.st_mtim.tv_sec * US_PER_S + st.st_mtim.tv_nsec / 1000;

	return us < now_us ? us : now_us;
}

/* What of the line is not part of it at the beginning of a file. */
static size_t mark_len(const struct follow_source *s, const char *line, size_t len)
{
	return s->at.offset == 0 && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* The lines of the file before the place, as far back as equal ones are looked for. */
static void count_twins(struct follow_source *s, char *buffer)
{
	int64_t from = s->at.offset > TWINS_BYTES ? s->at.offset - TWINS_BYTES : 0;
	bool is_whole = from == 0;
	size_t filled = 0;

	s->twins = twins_new();
	while (from < s->at.offset) {
		size_t room = FOLLOW_BUFFER - filled;
		size_t len = s->at.offset - from < (int64_t)room ? (size_t)(s->at.offset - from) : room;
		char *line = buffer, *lf;

		if (len == 0 || !read_at(s->fd, buffer + filled, len, from)) {
			filled = 0; /* a line that is too long was never stored */
			if (len > 0) {
				return;
			}
			is_whole = false;
			continue;
		}
		from += (int64_t)len;
		filled += len;
		while ((lf = memchr(line, '\n', (size_t)(buffer + filled - line))) != NULL) {
			uint64_t key = is_whole ? intake_line_key(line, (size_t)(lf - line)) : 0;

			if (key != 0) {
				(void)twins_count(s->twins, key);
			}
			is_whole = true;
			line = lf + 1;
		}
		filled -= (size_t)(line - buffer);
		memmove(buffer, line, filled);
	}
}

/* What was read since the last commit. */
struct batch {
	struct spool *spool;
	size_t n;
	int64_t offset, line; /* after its last line */
	const char *end;      /* of that line in memory, with what is before it */
	int64_t at_us;
	struct ingest_result safe; /* at the last commit */
};

static bool take_line(struct follow_source *s, struct intake *in, struct batch *batch, const char *line, size_t len,
    struct ingest_result *result, struct err *e)
{
	size_t mark = batch->offset == 0 ? mark_len(s, line, len) : 0;
	struct call_row row;
	bool has_own_id;

	if (!intake_record(in, line + mark, len - mark, &row, &has_own_id, result)) {
		return true;
	}
	if (!has_own_id) {
		row.id.key = intake_nth_key(row.id.key, twins_count(s->twins, row.id.key));
	}
	batch->n++;
	return spool_add(batch->spool, &row, has_own_id, e);
}

/* Rows and position in one transaction. The batch is empty after it. */
static bool commit(struct follow_source *s, struct bulk *b, struct batch *batch, struct ingest_result *result, struct err *e)
{
	struct bulk_position to = s->at;
	struct call_row *rows = x_reallocarray(NULL, BATCH_ROWS, sizeof(*rows));
	bool own[BATCH_ROWS];
	uint64_t added = 0;
	size_t n = 0;

	to.offset = batch->offset;
	to.line = batch->line;
	to.at_us = batch->at_us;
	to.hash = hash_bytes(HASH_START, batch->end - check_len(to.offset), check_len(to.offset));
	bool ok = spool_take(batch->spool, rows, own, BATCH_ROWS, &n, e) && bulk_add_until(b, rows, n, &to, &added, e);

	if (ok) {
		s->at = to;
		result->added += added;
		result->present += n - added;
		batch->safe = *result;
	}
	free(rows);
	spool_free(batch->spool);
	batch->spool = spool_new(0);
	batch->n = 0;
	return ok;
}

/* The lines of a block that begins at batch->offset; *used is what of it they are. */
static bool take_block(struct follow_source *s, struct bulk *b, struct intake *in, struct batch *batch, const char *block, size_t len,
    bool is_end, size_t *used, struct ingest_result *result, struct err *e)
{
	const char *line = block, *end = block + len;

	while (line < end) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));

		if (lf == NULL && !is_end) {
			break;
		}
		const char *next = lf != NULL ? lf + 1 : end;

		if (!take_line(s, in, batch, line, (size_t)((lf != NULL ? lf : end) - line), result, e)) {
			return false;
		}
		batch->offset += next - line;
		batch->line++;
		batch->end = line = next;
		if ((batch->n >= BATCH_ROWS || spool_bytes(batch->spool) >= BATCH_BYTES) && !commit(s, b, batch, result, e)) {
			return false;
		}
	}
	*used = (size_t)(line - block);
	return batch->offset == s->at.offset || commit(s, b, batch, result, e);
}

/* A line longer than the buffer: on to its end, which may not be there yet. */
static bool pass_long_line(struct follow_source *s, char *buffer, bool is_last, bool *is_passed, struct bulk *b, struct ingest_result *result,
    struct err *e)
{
	struct batch batch = { .spool = spool_new(0), .line = s->at.line + 1, .at_us = written_us(s->fd) };
	ssize_t n = 1;

	*is_passed = false;
	while (!*is_passed && (n = pread(s->fd, buffer, FOLLOW_BUFFER, s->at.offset + s->passed)) > 0) {
		char *lf = memchr(buffer, '\n', (size_t)n);

		s->passed += lf != NULL ? lf + 1 - buffer : n;
		*is_passed = lf != NULL;
	}
	*is_passed = *is_passed || (is_last && n == 0);
	batch.offset = s->at.offset + s->passed;
	batch.end = buffer + check_len(batch.offset);
	/* Cut since: the next look finds that out. */
	*is_passed = *is_passed && read_at(s->fd, buffer, check_len(batch.offset), batch.offset - (int64_t)check_len(batch.offset));
	bool ok = !*is_passed || commit(s, b, &batch, result, e);

	if (ok && *is_passed) {
		intake_long_record(result);
		s->passed = 0;
	}
	spool_free(batch.spool);
	return ok;
}

/* The next bytes of the file behind those that tell its place, all of them from one and the same state of it. *n is how many there are of both,
 * *before how many of the latter; *n < 0: cannot be read, and errno says why. False: it was cut meanwhile, which the next look finds out. */
static bool read_settled(const struct follow_source *s, char *buffer, size_t *before, ssize_t *n)
{
	char again[CHECK_BYTES];

	*before = check_len(s->at.offset);
	int64_t from = s->at.offset - (int64_t)*before;

	*n = pread(s->fd, buffer, FOLLOW_BUFFER, from);
	if (*n < 0) {
		return true;
	}
	/* Old bytes at the beginning, and still there after all was read: so nothing was cut between the two. */
	size_t len = check_len(*n);

	return (size_t)*n >= *before && hash_bytes(HASH_START, buffer, *before) == s->at.hash && read_at(s->fd, again, len, from) &&
	       memcmp(again, buffer, len) == 0;
}

static bool read_block(struct follow_source *s, struct bulk *b, struct intake *in, struct batch *batch, struct ingest_result *result,
    char *buffer, bool is_last, struct err *e)
{
	bool is_passed = true;
	size_t used;

	if (s->passed > 0 && !pass_long_line(s, buffer, is_last, &is_passed, b, result, e)) {
		return false;
	}
	if (!is_passed) {
		return true;
	}
	size_t before;
	ssize_t n;

	batch->at_us = written_us(s->fd);
	if (!read_settled(s, buffer, &before, &n)) {
		s->has_more = true;
		return true;
	}
	if (n < 0 && errno != EINTR) {
		return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
	}
	s->has_more = n < 0 || (size_t)n == FOLLOW_BUFFER;
	if (n <= (ssize_t)before) {
		return true;
	}
	batch->offset = s->at.offset;
	batch->line = s->at.line;
	if (!take_block(s, b, in, batch, buffer + before, (size_t)n - before, is_last && !s->has_more, &used, result, e)) {
		return false;
	}
	s->passed = used == 0 && s->has_more ? n - (ssize_t)before : 0;
	return true;
}

bool follow_source_read(struct follow_source *s, struct bulk *b, struct intake *in, struct ingest_result *result, char *buffer, bool is_last,
    struct err *e)
{
	struct batch batch = { .spool = spool_new(0), .safe = *result };

	if (s->twins == NULL) {
		count_twins(s, buffer);
	}
	s->has_more = false;
	bool ok = read_block(s, b, in, &batch, result, buffer, is_last, e);

	spool_free(batch.spool);
	if (!ok) {
		/* Lines after the place are read again, and counted then. */
		*result = batch.safe;
		twins_free(s->twins);
		s->twins = NULL;
	}
	return ok;
}

bool follow_source_take_packed(struct follow_source *s, struct bulk *b, const struct ingest_options *options, struct ingest_result *result,
    bool *is_done, struct err *e)
{
	struct bulk_position end = s->at;
	struct ingest_result r;
	struct err position_error;
	struct stat st;
	uint64_t added;

	*is_done = false;
	if (fstat(s->fd, &st) != 0 || !hash_before(s->fd, st.st_size, &end.hash) || lseek(s->fd, 0, SEEK_SET) != 0) {
		return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
	}
	end.offset = st.st_size;
	end.at_us = written_us(s->fd);
	bool ok = ingest_jsonl(s->fd, b, options, &r, e);

	ingest_result_add(result, &r);
	*is_done = r.is_stored && bulk_add_until(b, NULL, 0, &end, &added, ok ? e : &position_error);
	return ok && *is_done;
}
