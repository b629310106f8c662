/* shim - preloaded into the program under test: lets the n-th call of one kind fail. SONDE_FAULT is "KIND:N" for that one, "KIND:N+" for that
 * and all later ones, "KIND:0" for none; kinds are in the table below. SONDE_FAULT_COUNT names a file that gets the number of such calls
 * at the end. With SONDE_FAULT_WHILE calls fail only while the file of that name is there. A program that hangs is ended by SIGALRM. Apart from
 * that, every disk is of the type in SONDE_FAULT_FS (a magic number), and has SONDE_FAULT_DISK ("SIZE:FREE", MiB). */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

#define HANG_S 60
#define DEPTH 40
#define PLACES 65536 /* a power of two */

enum kind { KIND_MALLOC, KIND_PLACE, KIND_OPEN, KIND_WRITE, KIND_FULL, KIND_SYNC, KIND_RESET, KIND_EOF, KIND_SHORT, KIND_COUNT };

static const char *const names[KIND_COUNT] = {
	[KIND_MALLOC] = "malloc", /* NULL */
	[KIND_PLACE] = "place",   /* the same, but only the first time that this stack of calls allocates */
	[KIND_OPEN] = "open",     /* EMFILE */
	[KIND_WRITE] = "write",   /* of a regular file: EIO */
	[KIND_FULL] = "full",     /* the same: half of it is written, then ENOSPC */
	[KIND_SYNC] = "sync",     /* fsync, fdatasync: EIO */
	[KIND_RESET] = "reset",   /* recv: ECONNRESET */
	[KIND_EOF] = "eof",       /* recv: the end */
	[KIND_SHORT] = "short",   /* recv: one byte at most, which is no fault */
};

static enum kind kind = KIND_COUNT;
static long from, to;
static atomic_long n_calls;
static const char *count_path, *while_path;

/* One more call of that kind; true when it is to fail. */
static bool fails(enum kind k)
{
	if (k != kind || (while_path != NULL && access(while_path, F_OK) != 0)) {
		return false;
	}
	long n = atomic_fetch_add(&n_calls, 1) + 1;

	return n >= from && n <= to;
}

__attribute__((constructor)) static void begin(void)
{
	void *stack[1];
	const char *fault = getenv("SONDE_FAULT"), *colon = fault != NULL ? strchr(fault, ':') : NULL;

	for (int k = 0; colon != NULL && k < KIND_COUNT; k++) {
		if (strlen(names[k]) == (size_t)(colon - fault) && strncmp(names[k], fault, (size_t)(colon - fault)) == 0) {
			char *end;

			from = strtol(colon + 1, &end, 10);
			to = *end == '+' ? __LONG_MAX__ : from;
			count_path = getenv("SONDE_FAULT_COUNT");
			while_path = getenv("SONDE_FAULT_WHILE");
			(void)backtrace(stack, 1); /* the first one allocates */
			alarm(HANG_S);
			kind = (enum kind)k; /* counts from here on */
		}
	}
}

__attribute__((destructor)) static void end(void)
{
	char text[32];

	kind = KIND_COUNT;
	int fd = count_path != NULL ? open(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

	if (fd >= 0) {
		int len = snprintf(text, sizeof(text), "%ld\n", atomic_load(&n_calls));

		(void)!write(fd, text, (size_t)len);
		close(fd);
	}
}

/* -- memory: glibc's own entry points, as dlsym itself allocates ---------------------------------------------------------------------- */

#ifndef __SANITIZE_ADDRESS__ /* whose allocator comes first */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

/* Whether nobody has come this way yet. */
static bool is_new_place(void)
{
	static uint64_t known[PLACES];
	static atomic_flag lock = ATOMIC_FLAG_INIT;
	void *stack[DEPTH];
	uint64_t hash = 1;

	for (int i = 0, n = backtrace(stack, DEPTH); i < n; i++) {
		hash = (hash ^ (uintptr_t)stack[i]) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	while (atomic_flag_test_and_set(&lock)) {
	}
	size_t at = hash % PLACES;

	while (known[at] != 0 && known[at] != hash) {
		at = (at + 1) % PLACES;
	}
	bool is_new = known[at] == 0;
	known[at] = hash;
	atomic_flag_clear(&lock);
	return is_new;
}

static bool has_no_memory(void)
{
	return fails(KIND_MALLOC) || (kind == KIND_PLACE && is_new_place() && fails(KIND_PLACE));
}

void *malloc(size_t size)
{
	return has_no_memory() ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return has_no_memory() ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return has_no_memory() ? no_memory() : __libc_realloc(p, size);
}

#endif

/* -- files and sockets ------------------------------------------------------------------------------------------------------------- */

/* The next definition of the function this is in. */
#define NEXT(type, name) \
	static __typeof__(type) next; \
	if (next == NULL) { \
		*(void **)&next = dlsym(RTLD_NEXT, name); \
	}

typedef int open_fn(const char *path, int flags, ...);
typedef ssize_t write_fn(int fd, const void *bytes, size_t len);
typedef int sync_fn(int fd);
typedef ssize_t recv_fn(int fd, void *bytes, size_t len, int flags);

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

static int no_descriptor(void)
{
	errno = EMFILE;
	return -1;
}

#define OPEN(name) \
	int name(const char *path, int flags, ...) \
	{ \
		va_list args; \
\
		NEXT(open_fn *, #name) \
		va_start(args, flags); \
		mode_t mode = mode_of(flags, args); \
		va_end(args); \
		return fails(KIND_OPEN) ? no_descriptor() : next(path, flags, mode); \
	}
OPEN(open)
OPEN(open64)

/* Returns how much of len may be written, -1 for an error (then with errno). */
static ssize_t allowed(int fd, size_t len)
{
	struct stat st;
	int kept = errno;

	if ((kind != KIND_WRITE && kind != KIND_FULL) || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink == 0) { /* memory is no disk */
		errno = kept;
		return (ssize_t)len;
	}
	if (!fails(kind)) {
		return (ssize_t)len;
	}
	if (kind == KIND_FULL && len > 1) {
		return (ssize_t)(len / 2);
	}
	errno = kind == KIND_FULL ? ENOSPC : EIO;
	return -1;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	NEXT(write_fn *, "write")
	ssize_t n = allowed(fd, len);

	return n >= 0 ? next(fd, bytes, (size_t)n) : -1;
}

#define PWRITE(name, offset) \
	ssize_t name(int fd, const void *bytes, size_t len, offset at) \
	{ \
		NEXT(ssize_t (*)(int, const void *, size_t, offset), #name) \
		ssize_t n = allowed(fd, len); \
\
		return n >= 0 ? next(fd, bytes, (size_t)n, at) : -1; \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static int bad_disk(void)
{
	errno = EIO;
	return -1;
}

#define SYNC(name) \
	int name(int fd) \
	{ \
		NEXT(sync_fn *, #name) \
		return fails(KIND_SYNC) ? bad_disk() : next(fd); \
	}
SYNC(fsync)
SYNC(fdatasync)

ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
	NEXT(recv_fn *, "recv")
	if (fails(KIND_RESET)) {
		errno = ECONNRESET;
		return -1;
	}
	if (fails(KIND_EOF)) {
		return 0;
	}
	return next(fd, bytes, fails(KIND_SHORT) && len > 1 ? 1 : len, flags);
}

/* -- what disks are said to be -------------------------------------------------------------------------------------------------------- */

#define STATFS(name) \
	int name(const char *path, struct name *fs) \
	{ \
		const char *type = getenv("SONDE_FAULT_FS"); \
\
		NEXT(int (*)(const char *, struct name *), #name) \
		int rc = next(path, fs); \
\
		if (rc == 0 && type != NULL) { \
			fs->f_type = (__fsword_t)strtoul(type, NULL, 0); \
		} \
		return rc; \
	}
STATFS(statfs)
STATFS(statfs64)

#define STATVFS(name) \
	int name(const char *path, struct name *fs) \
	{ \
		const char *disk = getenv("SONDE_FAULT_DISK"); \
		unsigned long size, left; \
\
		NEXT(int (*)(const char *, struct name *), #name) \
		int rc = next(path, fs); \
\
		if (rc == 0 && disk != NULL && sscanf(disk, "%lu:%lu", &size, &left) == 2) { \
			fs->f_frsize = 1 << 20; \
			fs->f_blocks = size; \
			fs->f_bfree = fs->f_bavail = left; \
		} \
		return rc; \
	}
STATVFS(statvfs)
STATVFS(statvfs64)
