#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "ui/colour.h"

static void parses_backgrounds(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		colour c;
	} cases[] = {
		{"11;rgb:1e1e/1e1e/2e2e", true, 0x1e1e2e}, {"11;rgb:ff/80/00", true, 0xff8000}, {"11;rgb:f/0/F", true, 0xff00ff},
		{"11;rgb:fff/fff/000", true, 0xffff00}, {"11;rgb:ffff/ffff/ffff", true, 0xffffff}, {"11;rgb:0000/0000/0000", true, 0},
		{"", false, 0}, {"11;rgb:", false, 0}, {"10;rgb:00/00/00", false, 0}, {"11;rgb:00/00", false, 0}, {"11;rgb:00/00/", false, 0},
		{"11;rgb:00/00/00/00", false, 0}, {"11;rgb:00000/0/0", false, 0}, {"11;rgb:0g/00/00", false, 0}, {"11;rgb:-1/00/00", false, 0},
		{"11;#000000", false, 0}, {"11;rgb:00/00/00 ", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		colour c = 0;

		assert_int_equal(colour_parse_background(cases[i].text, strlen(cases[i].text), &c), cases[i].ok);
		assert_true(!cases[i].ok || c == cases[i].c);
	}
}

static void contrasts(void **state)
{
	(void)state;
	assert_float_equal(colour_contrast(0x000000, 0xffffff), 21, 0.001);
	assert_float_equal(colour_contrast(0xffffff, 0xffffff), 1, 0.001);
	assert_float_equal(colour_contrast(0x767676, 0xffffff), 4.54, 0.01); /* the greyest text on white that WCAG accepts */
	assert_true(colour_is_light(0xfdf6e3));
	assert_true(colour_is_light(0x8a8a8a));
	assert_false(colour_is_light(0x1e1e2e));
	assert_false(colour_is_light(0x002b36));
}

static void nearest(void **state)
{
	static const struct {
		colour c;
		int n;
	} cases[] = {
		{0x000000, 16}, {0xffffff, 231}, {0xff0000, 196}, {0x5f87af, 67}, {0x808080, 244}, {0x080808, 232}, {0xeeeeee, 255}, {0x1b1d23, 234},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(colour_nearest_256(cases[i].c), cases[i].n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_backgrounds), cmocka_unit_test(contrasts), cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
