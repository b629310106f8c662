/* The error in parts of the estimate is fitted twice, each time by least squares with weights that follow from the errors of the fit before: first for the least sum of
 * errors, which some wrong samples cannot pull to themselves, then with weights that fall to nothing for samples far off most others (Tukey's
 * biweight). Held to a factor of 1 and no extra as long as there is little to go by.
 * An exponentially weighted mean would follow each wrong figure for a while, and would not tell scripts apart that come mixed. */
#include "token/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWNS (MIX_COUNT + 1)
#define EXTRA MIX_COUNT
#define ROUNDS 20         /* of each fit */
#define HELD 0.02         /* as much as so many samples of one script hold its factor to 1 */
#define EXTRA_HELD 0.0004 /* an extra of 10 tokens costs as much as two of a hundred in four samples */
#define SPREAD_LEAST 0.03 /* of errors: closer ones agree */
#define FAR 4.7           /* spreads */
#define TEXT_LEAST 16     /* tokens */
#define TEXT_MOST INT64_C(1000000000)

bool calibration_may_learn(const struct weight *estimate, int64_t tok)
{
	for (size_t k = 0; k < MIX_COUNT; k++) {
		if (estimate->of[k] < 0 || estimate->of[k] > TEXT_MOST * 1000) {
			return false;
		}
	}
	int64_t guess = weight_sum(estimate) / 1000;

	return guess >= TEXT_LEAST && tok >= guess / 5 && tok <= 5 * guess;
}

static double clamp(double x, double least, double most)
{
	return x < least ? least : x > most ? most : x;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

/* Solves a x = b by Gauss; a is symmetric and positive, for HELD is on its diagonal. */
static void solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS], double x[UNKNOWNS])
{
	for (size_t i = 0; i < UNKNOWNS; i++) {
		for (size_t k = i + 1; k < UNKNOWNS; k++) {
			double f = a[k][i] / a[i][i];

			for (size_t j = i; j < UNKNOWNS; j++) {
				a[k][j] -= f * a[i][j];
			}
			b[k] -= f * b[i];
		}
	}
	for (size_t i = UNKNOWNS; i-- > 0;) {
		x[i] = b[i];
		for (size_t j = i + 1; j < UNKNOWNS; j++) {
			x[i] -= a[i][j] * x[j];
		}
		x[i] /= a[i][i];
	}
}

/* Times what was estimated that the provider counted. */
static double factor_of(const struct calibration_sample *s)
{
	return (double)s->tok * 1000 / (double)weight_sum(&s->estimate);
}

/* What each unknown is worth in a sample, in parts of its estimate: their sum times the unknowns is to be its factor. */
static void shares(const struct calibration_sample *s, double out[UNKNOWNS])
{
	double whole = (double)weight_sum(&s->estimate);

	for (size_t k = 0; k < MIX_COUNT; k++) {
		out[k] = (double)s->estimate.of[k] / whole;
	}
	out[EXTRA] = 1000 / whole;
}

static double error_of(const struct calibration_sample *s, const double x[UNKNOWNS])
{
	double share[UNKNOWNS], sum = -factor_of(s);

	shares(s, share);
	for (size_t k = 0; k < UNKNOWNS; k++) {
		sum += share[k] * x[k];
	}
	return sum;
}

/* What a sample counts whose error is so many spreads. */
static double weight_by_sum(double off)
{
	return 1 / fmax(fabs(off), 0.3);
}

static double weight_by_most(double off)
{
	double part = off / FAR;

	return fabs(part) < 1 ? (1 - part * part) * (1 - part * part) : 0;
}

static void fit_once(const struct calibration_sample *samples, size_t n, double (*weigh)(double off), double x[UNKNOWNS])
{
	double a[UNKNOWNS][UNKNOWNS] = { { 0 } }, b[UNKNOWNS] = { 0 }, errors[CALIBRATION_MOST], sizes[CALIBRATION_MOST];

	for (size_t i = 0; i < n; i++) {
		errors[i] = error_of(&samples[i], x);
		sizes[i] = fabs(errors[i]);
	}
	double spread = fmax(1.4826 * median(sizes, n), SPREAD_LEAST);

	for (size_t i = 0; i < n; i++) {
		double share[UNKNOWNS], weight = weigh(errors[i] / spread);

		shares(&samples[i], share);
		for (size_t k = 0; k < UNKNOWNS; k++) {
			for (size_t j = 0; j < UNKNOWNS; j++) {
				a[k][j] += weight * share[k] * share[j];
			}
			b[k] += weight * share[k] * factor_of(&samples[i]);
		}
	}
	for (size_t k = 0; k < MIX_COUNT; k++) {
		a[k][k] += HELD;
		b[k] += HELD;
	}
	a[EXTRA][EXTRA] += EXTRA_HELD;
	solve(a, b, x);
}

void calibration_fit(const struct calibration_sample *samples, size_t n, struct calibration *out)
{
	double factors[CALIBRATION_MOST], x[UNKNOWNS] = { 0 };

	*out = (struct calibration){ .n = 0 };
	n = n < CALIBRATION_MOST ? n : CALIBRATION_MOST;
	if (n < CALIBRATION_LEAST) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		factors[i] = factor_of(&samples[i]);
	}
	double start = median(factors, n);

	for (size_t k = 0; k < MIX_COUNT; k++) {
		x[k] = start;
	}
	for (int round = 0; round < 2 * ROUNDS; round++) {
		fit_once(samples, n, round < ROUNDS ? weight_by_sum : weight_by_most, x);
	}
	for (size_t k = 0; k < MIX_COUNT; k++) {
		out->factor[k] = clamp(x[k], 0.4, 4);
	}
	out->extra = clamp(x[EXTRA], -8, 1000);
	out->n = n;
}

double calibration_apply(const struct calibration *c, const struct weight *estimate)
{
	double sum = c->extra * 1000;

	for (size_t k = 0; k < MIX_COUNT; k++) {
		sum += c->factor[k] * (double)estimate->of[k];
	}
	return sum > 0 ? sum / 1000 : 0;
}
