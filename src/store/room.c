/* Not a ballast file that is deleted when the disk is full: what fills the disk takes that room as well, and the last percent serves the same
 * end without having to be written first. */
#include "store/room.h"

#include <stdint.h>
#include <sys/statvfs.h>

#include "base/mem.h"

#define MIB ((uint64_t)1 << 20)

/* The tightest first. */
static const struct {
	enum room room;
	unsigned percent;
	uint64_t most; /* bytes: a percent of a large disk is room for years */
	const char *what;
} limits[] = {
	{ ROOM_NO_ROWS, 1, 256 * MIB, "the store cannot grow" },
	{ ROOM_NO_BODIES, 5, 2048 * MIB, "calls are recorded without requests and answers" },
};

enum room room_left(const char *dir, struct err *why)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0) {
		return ROOM_PLENTY;
	}
	uint64_t size = (uint64_t)fs.f_blocks * fs.f_frsize, left = (uint64_t)fs.f_bavail * fs.f_frsize;

	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		uint64_t share = size / 100 * limits[i].percent;

		if (left < (share < limits[i].most ? share : limits[i].most)) {
			(void)err_set(why, ERR_INTERNAL, "the disk of %s has only %llu MiB left: %s", dir, (unsigned long long)(left / MIB),
			    limits[i].what);
			(void)err_hint(why, "free some space on it");
			return limits[i].room;
		}
	}
	return ROOM_PLENTY;
}
