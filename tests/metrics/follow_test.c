/* A log is rotated in the very moment of each of the follower's looks at it, one after the other: every line is stored, and none twice.
 * The follower's system calls come through here; at the nth that concerns the log the rotation happens. */
#include "metrics/follow.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <zlib.h>

#include "store/bulk.h"
#include "tests/store/fixture.h"

#define PASSES 3 /* enough for all that one rotation brings */

static struct {
	char dir[200];
	int calls, at; /* the rotation comes in front of call number `at`; 0: of none */
	void (*rotate)(void);
	int passes, stop[2];
	bool is_late; /* the rotation came when the follower was about to end */
	int lines; /* written so far */
} the;

static void notice(bool concerns_log)
{
	if (concerns_log && the.at > 0 && ++the.calls == the.at) {
		the.at = 0;
		the.is_late = the.passes >= PASSES;
		the.rotate();
	}
}

static bool is_inside(const char *path)
{
	return strncmp(path, the.dir, strlen(the.dir)) == 0;
}

static bool is_file_inside(int fd)
{
	char name[40], path[300];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	return n > 0 && is_inside(path);
}

/* The C library's own. */
#define REAL(name) static __typeof__(&name) real; real = real != NULL ? real : (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int open(const char *path, int flags, ...)
{
	REAL(open);
	notice(is_inside(path));
	return real(path, flags, 0600);
}

int openat(int dir, const char *path, int flags, ...)
{
	REAL(openat);
	notice(is_file_inside(dir));
	return real(dir, path, flags, 0600);
}

int stat(const char *restrict path, struct stat *restrict st)
{
	REAL(stat);
	notice(is_inside(path));
	return real(path, st);
}

int fstat(int fd, struct stat *st)
{
	REAL(fstat);
	notice(is_file_inside(fd));
	return real(fd, st);
}

int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags)
{
	REAL(fstatat);
	notice(is_file_inside(dir));
	return real(dir, path, st, flags);
}

ssize_t pread(int fd, void *to, size_t n, off_t offset)
{
	REAL(pread);
	notice(is_file_inside(fd));
	ssize_t got = real(fd, to, n, offset);

	notice(is_file_inside(fd)); /* and right after it */
	return got;
}

DIR *opendir(const char *path)
{
	REAL(opendir);
	notice(is_inside(path));
	return real(path);
}

struct dirent *readdir(DIR *dir)
{
	REAL(readdir);
	notice(is_file_inside(dirfd(dir)));
	return real(dir);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(poll);
	if (the.stop[1] > 0 && fds[0].fd == the.stop[0]) {
		timeout = 0;
		if (++the.passes == 2 * PASSES) {
			assert_int_equal(write(the.stop[1], "x", 1), 1);
		}
	}
	return real(fds, n, timeout);
}

/* Nobody cuts the power here. */
int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int fsync(int fd)
{
	(void)fd;
	return 0;
}

static char *path_of(const char *name)
{
	static char paths[4][300];
	static int i;

	i = (i + 1) % 4;
	(void)snprintf(paths[i], sizeof(paths[i]), "%s/%s", the.dir, name);
	return paths[i];
}

/* n more lines; each of its own second and tokens. */
static void append(const char *name, int n)
{
	FILE *f = fopen(path_of(name), "a");

	assert_non_null(f);
	for (; n > 0; n--) {
		the.lines++;
		(void)fprintf(f, "{\"timestamp\":\"2026-11-20T10:%02d:%02dZ\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":%d}\n",
		    the.lines / 60, the.lines % 60, the.lines);
	}
	assert_int_equal(fclose(f), 0);
}

static void move(const char *from, const char *to)
{
	assert_int_equal(rename(path_of(from), path_of(to)), 0);
}

static void copy_and_truncate(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(path_of(from), "r"), *out = fopen(path_of(to), "w");

	assert_true(in != NULL && out != NULL);
	size_t n = fread(bytes, 1, sizeof(bytes), in);

	assert_true(n < sizeof(bytes));
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(truncate(path_of(from), 0), 0);
}

static void pack(const char *name)
{
	char *packed = x_asprintf("%s.gz", path_of(name)), bytes[65536];
	FILE *in = fopen(path_of(name), "r");
	gzFile out = gzopen(packed, "w");

	assert_true(in != NULL && out != NULL);
	int n = (int)fread(bytes, 1, sizeof(bytes), in);

	assert_int_equal(gzwrite(out, bytes, (unsigned)n), n);
	assert_int_equal(gzclose(out), Z_OK);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(unlink(path_of(name)), 0);
	free(packed);
}

static void by_rename(void)
{
	append("log", 1);
	move("log", "log.1");
	append("log.1", 1); /* who has it open still writes to it */
	append("log", 20);
}

static void by_rename_alone(void)
{
	append("log", 1);
	move("log", "log.1");
}

static void twice_by_rename(void)
{
	move("log", "log.1");
	append("log", 3);
	move("log.1", "log.2");
	move("log", "log.1");
	append("log", 2);
}

static void by_date(void)
{
	move("log", "log-20261120");
	append("log", 3);
	move("log", "log-20261121");
}

static void by_truncating(void)
{
	append("log", 1);
	copy_and_truncate("log", "log.1");
	append("log", 30); /* longer than it was */
}

static void twice_by_truncating(void)
{
	copy_and_truncate("log", "log.1");
	append("log", 2);
	move("log.1", "log.2");
	copy_and_truncate("log", "log.1");
	append("log", 30);
}

static void with_packing(void)
{
	append("log", 1);
	move("log", "log.1");
	append("log", 2);
	pack("log.1");
}

static void follow_log(const char *store)
{
	char *paths[] = { path_of("log") };
	struct err e = { 0 };
	struct bulk *b = bulk_open(store, &e);

	assert_non_null(b);
	the.passes = 0;
	assert_int_equal(pipe(the.stop), 0);
	struct follow *f = follow_new(b, NULL, INGEST_AUTO, paths, 1, NULL, NULL, &e);

	assert_non_null(f);
	assert_true(follow_run(f, the.stop[0]));
	assert_int_equal(follow_result(f, 0)->bad, 0);
	follow_free(f);
	bulk_close(b);
	(void)close(the.stop[0]);
	(void)close(the.stop[1]);
	the.stop[1] = 0;
}

static void is_all_stored(const char *store, const char *what, int n)
{
	int64_t rows = fixture_int(store, "SELECT count(*) FROM call"), lines = fixture_int(store, "SELECT count(DISTINCT in_tok) FROM call");

	if (rows != the.lines || lines != the.lines) {
		fail_msg("%s before call %d: %d lines were written, %lld are stored in %lld rows", what, n, the.lines, (long long)lines,
		    (long long)rows);
	}
}

/* False: there is no nth call. */
static bool rotate_at(int n, bool is_resumed, void (*rotate)(void), const char *what)
{
	char *store = fixture_dir(), *dir = fixture_dir();
	bool is_done;

	memset(&the, 0, sizeof(the));
	(void)snprintf(the.dir, sizeof(the.dir), "%s", dir);
	append("log", 10);
	if (is_resumed) {
		follow_log(store);
		append("log", 5);
	}
	the.rotate = rotate;
	the.at = n;
	follow_log(store);
	is_done = the.at == 0;
	if (is_done) {
		if (!the.is_late) {
			is_all_stored(store, what, n);
		}
		/* And through a restart. */
		if (the.is_late || n % 4 == 0) {
			append("log", 2);
			follow_log(store);
			is_all_stored(store, what, n);
		}
	}
	fixture_remove(store);
	fixture_remove(dir);
	return is_done;
}

static const struct {
	const char *name;
	void (*rotate)(void);
} rotations[] = {
	{ "rename", by_rename },
	{ "rename alone", by_rename_alone },
	{ "rename twice", twice_by_rename },
	{ "rename twice, no new file", by_date },
	{ "copy and truncate", by_truncating },
	{ "copy and truncate twice", twice_by_truncating },
	{ "rename and gzip", with_packing },
};

static void rotated_at_any_moment_of_the_first_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rotations); i++) {
		int n = 1;

		while (rotate_at(n, false, rotations[i].rotate, rotations[i].name)) {
			n++;
		}
		assert_true(n > 10);
	}
}

static void rotated_at_any_moment_of_a_restart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rotations); i++) {
		int n = 1;

		while (rotate_at(n, true, rotations[i].rotate, rotations[i].name)) {
			n++;
		}
		assert_true(n > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotated_at_any_moment_of_the_first_start),
		cmocka_unit_test(rotated_at_any_moment_of_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
