/* What is learned from what providers count: how far off it is for a vendor whose way of counting is hidden, and what wrong figures do to it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "token/calibration.h"

static double random_part(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (double)(*seed >> 8) / (double)(1 << 24);
}

/* How a vendor counts: factors by script, what it adds, and how far single texts are off that. */
struct vendor {
	double factor[MIX_COUNT], extra, noise;
	double most; /* per cent that may be off after 20 calls */
};

/* A call of 30 to 3000 tokens in one script, with some of the others and as many signs as prose or code has. */
static struct calibration_sample call_of(const struct vendor *v, uint32_t *seed)
{
	struct calibration_sample s = { .tok = 0 };
	double size = 30 * pow(100, random_part(seed)), tok = v->extra;
	static const size_t mains[] = { MIX_LATIN, MIX_LATIN, MIX_CJK, MIX_OTHER };
	size_t main = mains[(size_t)(random_part(seed) * COUNT_OF(mains))];

	for (size_t k = 0; k < MIX_COUNT; k++) {
		double part = size * (k == main ? 1 : k == MIX_SIGNS ? 0.1 + 0.5 * random_part(seed) : 0.2 * random_part(seed));

		s.estimate.of[k] = (int64_t)(part * 1000);
		tok += part * v->factor[k] * (1 + v->noise * (2 * random_part(seed) - 1));
	}
	s.tok = (int64_t)(tok + 0.5);
	return s;
}

/* Mean size of the error over many more calls, in per cent. */
static double error_of(const struct calibration *c, const struct vendor *v, uint32_t seed)
{
	double sum = 0;

	for (int i = 0; i < 500; i++) {
		struct calibration_sample s = call_of(v, &seed);
		double is = c->n > 0 ? calibration_apply(c, &s.estimate) : (double)weight_sum(&s.estimate) / 1000;

		sum += fabs(is / (double)s.tok - 1) * 100;
	}
	return sum / 500;
}

static const struct vendor vendors[] = {
	{ { 1.00, 1.00, 1.00, 1.00 }, 0, 0.03, 2 },
	{ { 1.22, 1.05, 1.35, 1.60 }, 5, 0.05, 3 },
	{ { 0.87, 0.95, 0.80, 0.70 }, -2, 0.05, 3 },
	{ { 1.10, 1.30, 1.90, 2.40 }, 30, 0.08, 12 },
};

static void twenty_calls_are_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(vendors); i++) {
		const struct vendor *v = &vendors[i];
		struct calibration_sample samples[20];
		struct calibration none = { .n = 0 }, c;
		uint32_t seed = 7 + (uint32_t)i;

		for (size_t k = 0; k < COUNT_OF(samples); k++) {
			samples[k] = call_of(v, &seed);
		}
		calibration_fit(samples, COUNT_OF(samples), &c);
		double before = error_of(&none, v, 99), after = error_of(&c, v, 99), least = error_of(&(struct calibration){
			{ v->factor[0], v->factor[1], v->factor[2], v->factor[3] }, v->extra, 1 }, v, 99);

		print_message("vendor %zu: %.1f %% off, after 20 calls %.1f %%; knowing all %.1f %%\n", i, before, after, least);
		assert_true(after < v->most);
	}
}

/* One figure of twenty, then three, are wrong, high or low. */
static void wrong_figures_do_little(void **state)
{
	static const double wrong[] = { 0.2, 0.5, 2, 4.9, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(vendors); i++) {
		for (size_t k = 0; k < COUNT_OF(wrong); k++) {
			for (size_t n_wrong = 1; n_wrong <= 3; n_wrong += 2) {
				const struct vendor *v = &vendors[i];
				struct calibration_sample samples[20];
				struct calibration c;
				uint32_t seed = 7 + (uint32_t)i;

				for (size_t j = 0; j < COUNT_OF(samples); j++) {
					samples[j] = call_of(v, &seed);
					samples[j].tok = j < n_wrong ? (int64_t)((double)samples[j].tok * wrong[k]) : samples[j].tok;
				}
				calibration_fit(samples, COUNT_OF(samples), &c);
				double off = error_of(&c, v, 99);

				print_message("vendor %zu, %zu figures %g times as high: %.1f %%\n", i, n_wrong, wrong[k], off);
				assert_true(off < 2 * v->most);
			}
		}
	}
}

static void little_is_learned_from_little(void **state)
{
	struct calibration_sample s[3] = { { { { 100000 } }, 150 }, { { { 100000 } }, 150 }, { { { 100000 } }, 150 } };
	struct calibration c;

	(void)state;
	calibration_fit(s, 2, &c);
	assert_int_equal(c.n, 0);
	calibration_fit(s, 3, &c);
	assert_int_equal(c.n, 3);
	assert_true(fabs(calibration_apply(&c, &s[0].estimate) - 150) < 3);
	assert_true(fabs(c.factor[MIX_CJK] - 1) < 0.01); /* of which nothing was seen */
	s[2].tok = 30;
	calibration_fit(s, 3, &c);
	assert_true(fabs(calibration_apply(&c, &s[0].estimate) - 150) < 8);
}

/* Whatever there is, what comes out is a number within bounds. */
static void any_figures(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct calibration_sample samples[CALIBRATION_MOST];
		size_t n = (size_t)(random_part(&seed) * (CALIBRATION_MOST + 1));
		struct calibration c;

		for (size_t i = 0; i < n; i++) {
			for (size_t k = 0; k < MIX_COUNT; k++) {
				samples[i].estimate.of[k] = 1 + (int64_t)(pow(10, 15 * random_part(&seed)));
			}
			samples[i].tok = 1 + (int64_t)pow(10, 15 * random_part(&seed));
		}
		calibration_fit(samples, n, &c);
		for (size_t k = 0; k < MIX_COUNT && c.n > 0; k++) {
			assert_true(c.factor[k] >= 0.4 && c.factor[k] <= 4);
		}
		assert_true(c.n == 0 || (c.extra >= -8 && c.extra <= 1000));
	}
	assert_false(calibration_may_learn(&(struct weight){ { 100000 } }, 501));
	assert_false(calibration_may_learn(&(struct weight){ { 100000 } }, 19));
	assert_false(calibration_may_learn(&(struct weight){ { 9000 } }, 9));
	assert_true(calibration_may_learn(&(struct weight){ { 100000 } }, 500));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_calls_are_enough),
		cmocka_unit_test(wrong_figures_do_little),
		cmocka_unit_test(little_is_learned_from_little),
		cmocka_unit_test(any_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
