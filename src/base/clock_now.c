/* The readings of base/clock.h, in a file of their own: a test that defines them itself links its own clock in their place. */
#include <time.h>

#include "base/clock.h"

static int64_t now_us(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
	return now_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int64_t clock_thread_us(void)
{
	return now_us(CLOCK_THREAD_CPUTIME_ID);
}
