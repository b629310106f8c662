#include "metrics/follow_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "metrics/follow_source.h"

bool follow_is_packed(int fd)
{
	unsigned char magic[2];

	return pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

static int64_t stamp_us(const struct timespec *t)
{
	return t->tv_sec * US_PER_S + t->tv_nsec / 1000;
}

/* Rotation adds a number or a date: "log" to "log.1", "log-20261120", "log.2026-11-20_10.gz"; not "log.lock", "log-2.jsonl" or "logins.1". */
static bool is_rotated_name(const char *name, const char *base)
{
	const char *rest = name + strlen(base);
	size_t len = strlen(rest);

	len -= len > 3 && strcmp(rest + len - 3, ".gz") == 0 ? 3 : 0;
	return strchr(".-_", rest[0]) != NULL && strspn(rest, "0123456789-._:T") >= len && strpbrk(rest, "0123456789") != NULL;
}

/* "log.1.gz" while "log.1" is there: is being written. */
static bool is_being_packed(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	if (len < 4 || strcmp(name + len - 3, ".gz") != 0) {
		return false;
	}
	char *plain = x_strndup(name, len - 3);
	bool is_there = fstatat(dir, plain, &st, AT_SYMLINK_NOFOLLOW) == 0;

	free(plain);
	return is_there;
}

const struct bulk_position *follow_position_of(const struct follow_known *known, const struct stat *st)
{
	for (size_t i = 0; i < known->n; i++) {
		if (known->positions[i].device == st->st_dev && known->positions[i].inode == st->st_ino) {
			return &known->positions[i];
		}
	}
	return NULL;
}

/* The farthest place in the file that is a stored one of another: then it is a copy of that. */
static const struct bulk_position *position_in_copy(const struct follow_known *known, const struct follow_file *file)
{
	const struct bulk_position *best = NULL;

	for (size_t i = 0; i < known->n; i++) {
		const struct bulk_position *p = &known->positions[i];

		if (p->offset > (best != NULL ? best->offset : 0) && follow_is_at(file->fd, &file->st, p)) {
			best = p;
		}
	}
	return best;
}

enum worth { WORTH_NOTHING, WORTH_UNKNOWN, WORTH_READING };

/* Whether there is something to read in an open file, and from where. */
static enum worth judge(const struct follow_known *known, struct follow_file *file)
{
	const struct bulk_position *at = follow_position_of(known, &file->st);

	if (at == NULL || !follow_is_at(file->fd, &file->st, at)) {
		at = file->is_packed ? NULL : position_in_copy(known, file);
	}
	if (at != NULL) {
		file->at = *at;
		return file->st.st_size > at->offset ? WORTH_READING : WORTH_NOTHING;
	}
	file->at = (struct bulk_position){ .hash = HASH_START };
	if (file->st.st_size == 0) {
		return WORTH_NOTHING;
	}
	return stamp_us(&file->st.st_mtim) >= known->written_since_us ? WORTH_READING : WORTH_UNKNOWN;
}

/* False: no file of the path, or one that is followed already. */
static bool open_file(const struct follow_known *known, int dir, const char *name, struct follow_file *file)
{
	struct stat st;

	if (strncmp(name, known->base, strlen(known->base)) != 0 || strcmp(name, known->base) == 0 ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) || is_being_packed(dir, name)) {
		return false;
	}
	file->fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file->fd < 0) {
		return false;
	}
	if (fstat(file->fd, &file->st) != 0 || !S_ISREG(file->st.st_mode) || known->is_open(known->ctx, &file->st)) {
		(void)close(file->fd);
		return false;
	}
	file->is_packed = follow_is_packed(file->fd);
	return true;
}

static bool is_older(const struct follow_file *a, const struct follow_file *b)
{
	return stamp_us(&a->st.st_mtim) < stamp_us(&b->st.st_mtim);
}

/* Into its place by age. When there is no room, the newest waits for another time. */
static void add(struct follow_file *files, size_t *n, size_t max, const struct follow_file *file)
{
	size_t i = *n;

	while (i > 0 && is_older(file, &files[i - 1])) {
		i--;
	}
	if (*n == max) {
		(void)close(i == max ? file->fd : files[max - 1].fd);
		if (i == max) {
			return;
		}
		(*n)--;
	}
	memmove(&files[i + 1], &files[i], (*n - i) * sizeof(*files));
	files[i] = *file;
	(*n)++;
}

size_t follow_files_find(const struct follow_known *known, struct follow_file *files, size_t max)
{
	struct follow_file file, newest = { .fd = -1 };
	DIR *dir = opendir(known->dir);
	struct dirent *entry;
	size_t n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!open_file(known, dirfd(dir), entry->d_name, &file)) {
			continue;
		}
		enum worth worth = judge(known, &file);

		if (worth == WORTH_READING && (file.at.offset > 0 || is_rotated_name(entry->d_name, known->base))) {
			add(files, &n, max, &file);
		} else if (worth == WORTH_UNKNOWN && is_rotated_name(entry->d_name, known->base) &&
			   (newest.fd < 0 || is_older(&newest, &file))) {
			if (newest.fd >= 0) {
				(void)close(newest.fd);
			}
			newest = file;
		} else {
			(void)close(file.fd);
		}
	}
	if (dir != NULL) {
		(void)closedir(dir);
	}
	if (newest.fd >= 0 && stamp_us(&newest.st.st_ctim) >= known->named_since_us) {
		add(files, &n, max, &newest);
	} else if (newest.fd >= 0) {
		(void)close(newest.fd);
	}
	return n;
}
