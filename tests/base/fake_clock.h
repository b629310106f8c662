/* fake_clock - a clock that stands still until a test moves it. Defines the readings of base/clock.h, so the program links these and not
 * the real ones: include it once in a program. Threads may read it. */
#ifndef SONDE_TESTS_BASE_FAKE_CLOCK_H
#define SONDE_TESTS_BASE_FAKE_CLOCK_H

#include <stdatomic.h>

#include "base/clock.h"

/* 2026-11-23T14:02:11Z, a Monday. */
#define FAKE_WALL_US 1795442531000000LL
/* Far ahead of the uptime of any machine: who waits for a moment of this clock waits until he is woken, instead of turning in circles. */
#define FAKE_MONO_US 400000000000000LL

static _Atomic int64_t fake_passed_us;

int64_t clock_wall_us(void)
{
	return FAKE_WALL_US + fake_passed_us;
}

int64_t clock_mono_us(void)
{
	return FAKE_MONO_US + fake_passed_us;
}

int64_t clock_thread_us(void)
{
	return fake_passed_us;
}

static inline void fake_clock_reset(void)
{
	fake_passed_us = 0;
}

static inline void fake_clock_pass_ms(int64_t ms)
{
	fake_passed_us += ms * US_PER_MS;
}

#endif
