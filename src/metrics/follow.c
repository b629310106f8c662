#include "metrics/follow.h"

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
#include "base/xdg.h"
#include "metrics/follow_files.h"
#include "metrics/follow_source.h"

#define EXPIRE_PAUSE_US 100000
#define EXPIRE_AGAIN_US 600000000
#define PASS_US 50000          /* at most one pass in that time, so that lines come in batches */
#define RETRY_US 1000000       /* after a failure of the store or of a path */
#define NO_DIRECTORY_US 200000 /* a directory that is not there tells nobody when it is */
#define LEAVE_US 60000000      /* a rotated file that has not grown for so long is left */
#define SOURCES_MOST 16
#define LOOKS_MOST 8           /* in one pass, while files are still being renamed */
#define STAMP_US 2000000       /* times of files are no finer on some file systems */

struct followed {
	const char *given;
	char *path, *dir;
	const char *base; /* in path */
	struct follow_source *sources[SOURCES_MOST]; /* rotated ones in their order, then the one that the path means */
	size_t n;
	bool is_settled;  /* all files of the path were found when it was last looked at, and nothing was renamed since */
	int64_t since_us; /* wall clock: when the path came to mean the file it means; UNKNOWN at first */
	bool is_refused; /* no file that can be followed */
	char trouble[240]; /* told last; "" none */
	struct ingest_result result;
};

struct follow {
	struct bulk *bulk;
	struct intake *intake;
	struct ingest_options options;
	follow_tell *tell;
	void *ctx;
	struct followed *paths;
	size_t n;
	int inotify;
	char *buffer;
	int64_t begun_us;        /* wall clock */
	int64_t now_us, wake_us; /* wake_us: INT64_MAX for never */
	int64_t expire_us;       /* next look for rows that are older than they are kept */
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
	f->options = (struct ingest_options){ .prices = prices, .format = format };
	f->begun_us = clock_wall_us();
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
		p->since_us = UNKNOWN;
		p->path = xdg_absolute(paths[i]);
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

/* Drops what was read to its end, the oldest first, when there are too many. False: all of them have more. */
static bool make_room(struct followed *p)
{
	for (size_t i = 0; p->n == SOURCES_MOST && i < p->n; i++) {
		if (p->sources[i]->is_rotated && !p->sources[i]->has_more) {
			remove_source(p, i);
		}
	}
	return p->n < SOURCES_MOST;
}

static struct follow_source *insert_source(struct follow *f, struct followed *p, size_t i, int fd, const struct stat *st)
{
	char name[40];

	memmove(&p->sources[i + 1], &p->sources[i], (p->n - i) * sizeof(*p->sources));
	p->n++;
	p->sources[i] = follow_source_new(p->path, fd, st);
	/* The file itself, whatever its names are by now. Its watch ends with it, or with the process. */
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	(void)inotify_add_watch(f->inotify, name, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
	return p->sources[i];
}

static bool is_file(const struct follow_source *s, const struct stat *st)
{
	return s != NULL && s->at.device == st->st_dev && s->at.inode == st->st_ino;
}

static bool is_open(const void *ctx, const struct stat *st)
{
	const struct followed *p = ctx;

	for (size_t i = 0; i < p->n; i++) {
		if (is_file(p->sources[i], st)) {
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

static struct follow_source *current_of(const struct followed *p)
{
	return p->n > 0 && !p->sources[p->n - 1]->is_rotated ? p->sources[p->n - 1] : NULL;
}

/* What stands in the path now is to be followed; false when it cannot be. */
static bool check_file(int fd, const struct stat *st, struct err *e)
{
	bool is_packed = S_ISREG(st->st_mode) && follow_is_packed(fd);

	if (S_ISREG(st->st_mode) && !is_packed) {
		return true;
	}
	(void)err_set(e, ERR_USAGE, is_packed ? "it is gzip, and cannot be followed" : "it is no regular file, and cannot be followed");
	return err_hint(e, "read it with `sonde import` without --follow");
}

static bool open_current(struct follow *f, struct followed *p, const struct follow_known *known, struct err *e)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		return true; /* renamed since it was looked at */
	}
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
	if (is_open(p, &st)) {
		(void)close(fd);
		return true;
	}
	struct follow_source *s = insert_source(f, p, p->n, fd, &st);
	const struct bulk_position *at = follow_position_of(known, &st);

	if (at != NULL && follow_is_at(fd, &st, at)) {
		follow_source_go(s, at);
	}
	return true;
}

/* A file that was moved away and back again. */
static bool take_back(struct followed *p, const struct stat *st)
{
	for (size_t i = 0; i < p->n; i++) {
		struct follow_source *s = p->sources[i];

		if (is_file(s, st)) {
			memmove(&p->sources[i], &p->sources[i + 1], (p->n - i - 1) * sizeof(*p->sources));
			p->sources[p->n - 1] = s;
			s->is_rotated = false;
			return true;
		}
	}
	return false;
}

/* Makes the file that the path means by now the last source. *is_other: it means, or meant just now, another one than before. */
static bool follow_path(struct follow *f, struct followed *p, const struct follow_known *known, bool *is_other, struct err *e)
{
	struct follow_source *current = current_of(p);
	struct stat st;

	*is_other = false;
	if (stat(p->path, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR) {
			return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
		}
		if (current != NULL) {
			wake_by(f, f->now_us + RETRY_US); /* a link may lead to a place that is not watched */
		}
		return true;
	}
	if (is_file(current, &st)) {
		return true;
	}
	*is_other = true;
	if (current != NULL) {
		rotate(f, current);
	}
	return take_back(p, &st) || open_current(f, p, known, e);
}

/* Adds what else belongs to the path, in front of the file that it means: that is older. Returns how many. */
static size_t add_files(struct follow *f, struct followed *p, const struct follow_known *known)
{
	struct follow_file files[SOURCES_MOST];
	size_t first = p->n - (current_of(p) != NULL ? 1 : 0);
	size_t n = follow_files_find(known, files, SOURCES_MOST - p->n);

	for (size_t i = 0; i < n; i++) {
		struct follow_source *s = insert_source(f, p, first + i, files[i].fd, &files[i].st);

		s->is_packed = files[i].is_packed;
		follow_source_go(s, &files[i].at);
		rotate(f, s);
	}
	return n;
}

static bool read_known(struct follow *f, const struct followed *p, struct follow_known *known, struct err *e)
{
	*known = (struct follow_known){ .dir = p->dir, .base = p->base, .is_open = is_open, .ctx = p };
	if (!bulk_positions(f->bulk, p->path, known->positions, FOLLOW_POSITIONS_MOST, &known->n, e)) {
		return false;
	}
	bool is_first = !is_known(p->since_us) && known->n == 0;
	int64_t since_us = is_first ? f->begun_us : is_known(p->since_us) ? p->since_us : known->positions[0].at_us;

	known->written_since_us = since_us - STAMP_US;
	known->named_since_us = is_first ? known->written_since_us : INT64_MAX;
	return true;
}

/* Finds the file that the path means and those that it meant since the last look. Files may be renamed meanwhile, so: again and again, until
 * a look finds nothing new. A file that is found stays open, whatever becomes of its name. */
static bool look(struct follow *f, struct followed *p, struct err *e)
{
	int64_t begun_us = clock_wall_us();
	struct follow_known known;
	struct stat st;
	bool is_other;

	if (p->is_settled && stat(p->path, &st) == 0 && is_file(current_of(p), &st)) {
		return true;
	}
	p->is_settled = false;
	for (int i = 0; i < LOOKS_MOST && make_room(p); i++) {
		if (!read_known(f, p, &known, e) || !follow_path(f, p, &known, &is_other, e)) {
			return false;
		}
		if (make_room(p) && add_files(f, p, &known) == 0 && !is_other) {
			p->is_settled = true;
			p->since_us = begun_us;
			return true;
		}
	}
	wake_by(f, f->now_us);
	return true;
}

/* ---- one pass ---- */

/* Files that were cut, and filled again perhaps. What was not read may be in a copy, which the next look finds by the stored position. */
static void notice_cuts(struct followed *p)
{
	struct stat st;

	for (size_t i = p->n; i-- > 0;) {
		struct follow_source *s = p->sources[i];

		if (s->is_packed || fstat(s->fd, &st) != 0 || follow_is_at(s->fd, &st, &s->at)) {
			continue;
		}
		if (s->is_rotated) {
			remove_source(p, i);
		} else {
			follow_source_restart(s);
			p->is_settled = false;
		}
	}
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

/* False: to be tried again later. */
static bool take_packed(struct follow *f, struct followed *p, size_t i)
{
	struct err e = { 0 };
	bool is_done;

	if (!follow_source_take_packed(p->sources[i], f->bulk, &f->options, &p->result, &is_done, &e)) {
		tell(f, p, &e);
	}
	if (!is_done) {
		wake_by(f, f->now_us + RETRY_US);
		return false;
	}
	remove_source(p, i);
	wake_by(f, f->now_us);
	return true;
}

/* In the order of time: while there is more in an older file, the newer ones wait. So a stored position says that all before it is stored. */
static bool read_sources(struct follow *f, struct followed *p)
{
	for (size_t i = 0; i < p->n;) {
		struct follow_source *s = p->sources[i];

		if (s->is_packed) {
			return take_packed(f, p, i);
		}
		if (!read_source(f, p, s)) {
			return false;
		}
		if (s->has_more) {
			return true;
		}
		if (s->is_rotated && f->now_us >= s->leave_us) {
			remove_source(p, i);
		} else {
			i++;
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

/* A little of it: lines come first. */
static void remove_old(struct follow *f)
{
	struct err e;
	bool is_all = true;

	if (f->now_us >= f->expire_us) {
		bool ok = bulk_expire(f->bulk, 1, &is_all, &e);

		f->expire_us = f->now_us + (ok && !is_all ? EXPIRE_PAUSE_US : EXPIRE_AGAIN_US);
	}
	wake_by(f, f->expire_us);
}

static void pass(struct follow *f)
{
	f->now_us = clock_mono_us();
	f->wake_us = INT64_MAX;
	for (size_t i = 0; i < f->n; i++) {
		struct followed *p = &f->paths[i];
		struct err e = { 0 };

		watch_directory(f, p);
		notice_cuts(p);
		bool is_well = look(f, p, &e);

		if (!is_well) {
			tell(f, p, &e);
			wake_by(f, p->is_refused ? INT64_MAX : f->now_us + RETRY_US);
		}
		if (read_sources(f, p) && is_well) {
			p->trouble[0] = '\0';
		}
	}
	remove_old(f);
}

static int wait_ms(int64_t us)
{
	return us == INT64_MAX ? -1 : us <= 0 ? 0 : (int)((us + US_PER_MS - 1) / US_PER_MS);
}

/* All files are read in a pass, so what grew does not matter. A new name may be that of a copy, of a file that still has its own. */
static void notice_names(struct follow *f, const char *events, size_t len)
{
	const struct inotify_event *event;

	for (size_t at = 0; at < len; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)(const void *)(events + at);
		for (size_t i = 0; i < f->n && event->len > 0; i++) {
			if (strncmp(event->name, f->paths[i].base, strlen(f->paths[i].base)) == 0) {
				f->paths[i].is_settled = false;
			}
		}
	}
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
	for (ssize_t n; (n = read(f->inotify, events, sizeof(events))) > 0;) {
		notice_names(f, events, (size_t)n);
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
