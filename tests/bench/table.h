/* table - rows "what | measured | peer | ratio | target" of the benchmarks, and how the times in them are taken.
 * A time is the least of several runs, because what else the machine does can only add to it; of spans that a person waits for,
 * percentiles. */
#ifndef SONDE_TESTS_BENCH_TABLE_H
#define SONDE_TESTS_BENCH_TABLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Monotonic seconds. */
static inline double table_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of processor time of this process: for work that also waits for a disk that others use. */
static inline double table_cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The least time of one run of fn(ctx) in some `seconds`, at least three runs. */
static inline double table_least(double seconds, void (*fn)(void *ctx), void *ctx)
{
	double least = INFINITY, end = table_now() + seconds;

	for (int n = 0; n < 3 || table_now() < end; n++) {
		double start = table_now();

		fn(ctx);
		double took = table_now() - start;
		least = took < least ? took : least;
	}
	return least;
}

static inline int table_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Sorts. q in 0..1. */
static inline double table_quantile(double *values, size_t n, double q)
{
	qsort(values, n, sizeof(*values), table_compare);
	return n > 0 ? values[(size_t)(q * (double)(n - 1) + 0.5)] : NAN;
}

/* target: ">= 0.6", "<= 4" or "" for none, compared with the ratio. */
static inline void table_row(const char *what, const char *measured, const char *peer, double ratio, const char *target)
{
	double limit = target[0] != '\0' ? strtod(target + 2, NULL) : 0;
	int is_missed = target[0] == '>' ? !(ratio >= limit) : target[0] == '<' ? !(ratio <= limit) : 0;

	printf("%s | %s | %s | %.3g | %s%s\n", what, measured, peer, ratio, target[0] != '\0' ? target : "none", is_missed ? " MISSED" : "");
	(void)fflush(stdout);
}

#endif
