#include "metrics/follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/follow_source.h"

#define PASS_US 50000          /* at most one pass in that time, so that lines come in batches */
#define RETRY_US 1000000       /* after a failure of the store or of a path */
#define NO_DIRECTORY_US 200000 /* a directory that is not there tells nobody when it is */
#define LEAVE_US 60000000      /* a rotated file that has not grown for so long is left */
#define SOURCES_MOST 4
#define POSITIONS_MOST 8

struct followed {
	const char *given;
	char *path, *dir;
	const char *base; /* in path */
	struct follow_source *sources[SOURCES_MOST]; /* rotated ones in their order, then the one that the path means */
	size_t n;
	bool is_started; /* positions were looked up */
	bool is_refused; /* no file that can be followed */
	char trouble[240]; /* told last; "" none */
	struct ingest_result result;
};

struct follow {
	struct bulk *bulk;
	struct intake *intake;
	follow_tell *tell;
	void *ctx;
	struct followed *paths;
	size_t n;
	int inotify;
	char *buffer;
	int64_t now_us, wake_us; /* wake_us: INT64_MAX for never */
};

static void wake_by(struct follow *f, int64_t at_us)
{
	f->wake_us = at_us < f->wake_us ? at_us : f->wake_us;
}

/* Each trouble once, until it is over. */
static void tell(struct follow *f, struct followed *p, const struct err *e)
{
	if (strcmp(p->trouble, e->text) != 0) {
		(void)snprintf(p->trouble, sizeof(p->trouble), "%s", e->text);
		if (f->tell != NULL) {
			f->tell(f->ctx, p->given, e);
		}
	}
}

static char *absolute(const char *path)
{
	char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *whole = cwd != NULL ? x_asprintf("%s/%s", cwd, path) : x_strdup(path);

	free(cwd);
	return whole;
}

struct follow *follow_new(struct bulk *b, const struct price_table *prices, int format, char *const *paths, size_t n, follow_tell *tell_fn,
    void *ctx, struct err *e)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0) {
		(void)err_set(e, ERR_INTERNAL, "files cannot be watched: %s", strerror(errno));
		(void)err_hint(e, "too many programs may be watching files: see /proc/sys/fs/inotify/max_user_instances");
		return NULL;
	}
	struct follow *f = x_calloc(1, sizeof(*f));

	f->bulk = b;
	f->intake = intake_new(b, prices, format);
	f->tell = tell_fn;
	f->ctx = ctx;
	f->inotify = fd;
	f->buffer = x_malloc(FOLLOW_BUFFER);
	f->paths = x_calloc(n, sizeof(*f->paths));
	f->n = n;
	for (size_t i = 0; i < n; i++) {
		struct followed *p = &f->paths[i];
		char *slash;

		p->given = paths[i];
		p->path = absolute(paths[i]);
		slash = strrchr(p->path, '/');
		p->base = slash != NULL ? slash + 1 : p->path;
		p->dir = slash == p->path ? x_strdup("/") : x_strndup(p->path, slash != NULL ? (size_t)(slash - p->path) : 0);
	}
	return f;
}

static void remove_source(struct followed *p, size_t i)
{
	follow_source_free(p->sources[i]);
	p->n--;
	memmove(&p->sources[i], &p->sources[i + 1], (p->n - i) * sizeof(*p->sources));
}

void follow_free(struct follow *f)
{
	if (f == NULL) {
		return;
	}
	for (size_t i = 0; i < f->n; i++) {
		while (f->paths[i].n > 0) {
			remove_source(&f->paths[i], 0);
		}
		free(f->paths[i].path);
		free(f->paths[i].dir);
	}
	(void)close(f->inotify);
	intake_free(f->intake);
	free(f->paths);
	free(f->buffer);
	free(f);
}

const struct ingest_result *follow_result(const struct follow *f, size_t path)
{
	return &f->paths[path].result;
}

/* ---- files of a path ---- */

static struct follow_source *insert_source(struct follow *f, struct followed *p, size_t i, int fd, const struct stat *st)
{
	char name[40];

	if (p->n == SOURCES_MOST) {
		remove_source(p, 0);
		i -= i > 0 ? 1 : 0;
	}
	memmove(&p->sources[i + 1], &p->sources[i], (p->n - i) * sizeof(*p->sources));
	p->n++;
	p->sources[i] = follow_source_new(p->path, fd, st);
	/* The file itself, whatever its names are by now. Its watch ends with it, or with the process. */
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	(void)inotify_add_watch(f->inotify, name, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
	return p->sources[i];
}

static bool is_open(const struct followed *p, const struct stat *st)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->sources[i]->at.device == st->st_dev && p->sources[i]->at.inode == st->st_ino) {
			return true;
		}
	}
	return false;
}

static void rotate(struct follow *f, struct follow_source *s)
{
	s->is_rotated = true;
	s->leave_us = f->now_us + LEAVE_US;
}

/* A file beside the path, named like it, that goes on after a position: the file itself under its new name, or the copy of one that was
 * truncated. -1: none. */
static int open_rest(const struct followed *p, const struct bulk_position *at, bool is_copy_too, struct stat *found)
{
	DIR *dir = opendir(p->dir);
	struct dirent *entry;
	int best = -1;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct stat st;
		int fd;

		if (strncmp(entry->d_name, p->base, strlen(p->base)) != 0 || strcmp(entry->d_name, p->base) == 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) || st.st_size <= at->offset ||
		    is_open(p, &st)) {
			continue;
		}
		bool is_same = st.st_dev == at->device && st.st_ino == at->inode;
		bool is_copy = is_copy_too && at->offset > 0 && (best < 0 || st.st_mtime >= found->st_mtime);

		if ((!is_same && !is_copy) || (fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC)) < 0) {
			continue;
		}
		if (!follow_is_at(fd, &st, at)) {
			(void)close(fd);
			continue;
		}
		if (best >= 0) {
			(void)close(best);
		}
		best = fd;
		*found = st;
		if (is_same) {
			break;
		}
	}
	if (dir != NULL) {
		(void)closedir(dir);
	}
	return best;
}

/* Reads on after a position in another file than the one that the path means. */
static void add_rest(struct follow *f, struct followed *p, size_t i, const struct bulk_position *at, bool is_copy_too)
{
	struct stat st;
	int fd = open_rest(p, at, is_copy_too, &st);

	if (fd >= 0) {
		struct follow_source *s = insert_source(f, p, i, fd, &st);

		follow_source_go(s, at);
		rotate(f, s);
	}
}

/* What stands in the path now is to be followed; false when it cannot be. */
static bool check_file(int fd, const struct stat *st, struct err *e)
{
	unsigned char magic[2];

	if (!S_ISREG(st->st_mode)) {
		(void)err_set(e, ERR_USAGE, "it is no regular file, and cannot be followed");
		return err_hint(e, "read it with `sonde import` without --follow");
	}
	if (pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
		(void)err_set(e, ERR_USAGE, "it is gzip, and cannot be followed");
		return err_hint(e, "read it with `sonde import` without --follow");
	}
	return true;
}

/* Where the path's files were left by an earlier process. */
static bool resume(struct follow *f, struct followed *p, struct follow_source *current, const struct stat *st, struct err *e)
{
	struct bulk_position positions[POSITIONS_MOST];
	size_t n;

	if (!bulk_positions(f->bulk, p->path, positions, POSITIONS_MOST, &n, e)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		bool is_same = current != NULL && positions[i].device == st->st_dev && positions[i].inode == st->st_ino;

		if (is_same && follow_is_at(current->fd, st, &positions[i])) {
			follow_source_go(current, &positions[i]);
		} else if (!p->is_started && p->n < SOURCES_MOST) {
			/* Older ones first. Only what was read last may have been truncated since. */
			add_rest(f, p, 0, &positions[i], i == 0);
		}
	}
	p->is_started = true;
	return true;
}

static bool open_current(struct follow *f, struct followed *p, struct err *e)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !check_file(fd, &st, e)) {
		p->is_refused = e->code == ERR_USAGE;
		if (fd < 0) {
			(void)err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
		} else {
			(void)close(fd);
		}
		return false;
	}
	p->is_refused = false;
	struct follow_source *s = insert_source(f, p, p->n, fd, &st);

	if (!resume(f, p, s, &st, e)) {
		remove_source(p, p->n - 1);
		return false;
	}
	return true;
}

static struct follow_source *current_of(const struct followed *p)
{
	return p->n > 0 && !p->sources[p->n - 1]->is_rotated ? p->sources[p->n - 1] : NULL;
}

/* A file that was moved away and back again. */
static bool take_back(struct followed *p, const struct stat *st)
{
	for (size_t i = 0; i < p->n; i++) {
		struct follow_source *s = p->sources[i];

		if (s->at.device == st->st_dev && s->at.inode == st->st_ino) {
			memmove(&p->sources[i], &p->sources[i + 1], (p->n - i - 1) * sizeof(*p->sources));
			p->sources[p->n - 1] = s;
			s->is_rotated = false;
			return true;
		}
	}
	return false;
}

/* ---- one pass ---- */

/* The file was cut, and filled again perhaps: what was not read of it may be in a copy. False: it is no longer worth anything. */
static bool restart_source(struct follow *f, struct followed *p, size_t *i)
{
	struct follow_source *s = p->sources[*i];
	size_t n = p->n;

	if (s->is_rotated) {
		remove_source(p, *i);
		return false;
	}
	add_rest(f, p, *i, &s->at, true);
	*i += p->n - n;
	follow_source_restart(s);
	return true;
}

/* False: to be tried again later. */
static bool read_source(struct follow *f, struct followed *p, struct follow_source *s)
{
	struct err e = { 0 };
	int64_t before = s->at.offset + s->passed;
	bool is_last = s->is_rotated && f->now_us >= s->leave_us;

	if (!follow_source_read(s, f->bulk, f->intake, &p->result, f->buffer, is_last, &e)) {
		tell(f, p, &e);
		wake_by(f, f->now_us + RETRY_US);
		return false;
	}
	if (s->has_more) {
		wake_by(f, f->now_us);
	}
	if (s->is_rotated) {
		s->leave_us = s->at.offset + s->passed != before ? f->now_us + LEAVE_US : s->leave_us;
		wake_by(f, s->leave_us);
	}
	return true;
}

static bool read_sources(struct follow *f, struct followed *p)
{
	struct stat st;

	for (size_t i = 0; i < p->n; i++) {
		bool is_cut = fstat(p->sources[i]->fd, &st) == 0 && !follow_is_at(p->sources[i]->fd, &st, &p->sources[i]->at);
		size_t first = i;

		if (is_cut && !restart_source(f, p, &i)) {
			i--;
			continue;
		}
		for (size_t k = first; k <= i; k++) {
			if (!read_source(f, p, p->sources[k])) {
				return false;
			}
		}
		if (p->sources[i]->is_rotated && f->now_us >= p->sources[i]->leave_us) {
			remove_source(p, i--);
		}
	}
	return true;
}

/* Before the look at the path, so that nothing happens unseen between the two. */
static void watch_directory(struct follow *f, const struct followed *p)
{
	static const uint32_t changes = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

	if (inotify_add_watch(f->inotify, p->dir, changes) < 0) {
		wake_by(f, f->now_us + NO_DIRECTORY_US);
	}
}

/* Nothing has the name of the path. */
static bool wait_for_file(struct follow *f, struct followed *p, struct err *e)
{
	/* A link may lead to a place that is not watched. */
	if (current_of(p) != NULL) {
		wake_by(f, f->now_us + RETRY_US);
	}
	return p->is_started || (resume(f, p, NULL, NULL, e) && read_sources(f, p));
}

static bool follow_path(struct follow *f, struct followed *p, struct err *e)
{
	struct follow_source *current = current_of(p);
	struct stat st;

	if (stat(p->path, &st) != 0) {
		if (errno == ENOENT || errno == ENOTDIR) {
			return wait_for_file(f, p, e);
		}
		return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
	}
	if (current != NULL && current->at.device == st.st_dev && current->at.inode == st.st_ino) {
		return true;
	}
	if (current != NULL) {
		/* Its last lines may have come since it was read. */
		rotate(f, current);
		if (!read_source(f, p, current)) {
			return true;
		}
	}
	return (take_back(p, &st) || open_current(f, p, e)) && read_sources(f, p);
}

static void pass(struct follow *f)
{
	f->now_us = clock_mono_us();
	f->wake_us = INT64_MAX;
	for (size_t i = 0; i < f->n; i++) {
		struct followed *p = &f->paths[i];
		struct err e = { 0 };

		watch_directory(f, p);
		if (!read_sources(f, p)) {
			continue;
		}
		if (follow_path(f, p, &e)) {
			p->trouble[0] = '\0';
		} else if (e.code != ERR_NONE) {
			tell(f, p, &e);
			wake_by(f, p->is_refused ? INT64_MAX : f->now_us + RETRY_US);
		}
	}
}

static int wait_ms(int64_t us)
{
	return us == INT64_MAX ? -1 : us <= 0 ? 0 : (int)((us + US_PER_MS - 1) / US_PER_MS);
}

/* Until something may have changed. False: it is time to stop. */
static bool wait_for_change(struct follow *f, int stop_fd)
{
	struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN }, { .fd = f->inotify, .events = POLLIN } };
	char events[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	int64_t begun_us = f->now_us;

	(void)poll(fds, 2, wait_ms(f->wake_us == INT64_MAX ? INT64_MAX : f->wake_us - clock_mono_us()));
	if (fds[0].revents == 0 && f->wake_us > begun_us) {
		(void)poll(fds, 1, wait_ms(begun_us + PASS_US - clock_mono_us()));
	}
	/* All files are looked at, so which of them it was does not matter. */
	while (read(f->inotify, events, sizeof(events)) > 0) {
	}
	return fds[0].revents == 0;
}

static bool is_anything_followed(const struct follow *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (!f->paths[i].is_refused || f->paths[i].n > 0) {
			return true;
		}
	}
	return false;
}

bool follow_run(struct follow *f, int stop_fd)
{
	do {
		pass(f);
		if (!is_anything_followed(f)) {
			return false;
		}
	} while (wait_for_change(f, stop_fd));
	pass(f);
	return true;
}
