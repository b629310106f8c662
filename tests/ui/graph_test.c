#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/widgets/graph.h"

static void dollars(double value, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	if (value <= 0) {
		snprintf(out, GRAPH_NUMBER_SIZE, "0");
	} else {
		snprintf(out, GRAPH_NUMBER_SIZE, "%s%.2f", is_top ? "$" : "", value);
	}
}

static const struct graph_label labels[] = {{0, "09:00"}, {8, "10:00"}, {15, "now"}};
static const double rising[] = {0, 0.05, 0.1, 0.15, NAN, NAN, 0.2, 0.2};

static const struct {
	const char *name;
	enum glyphs glyphs;
	const double *values;
	size_t n;
	int w, h;
	const char *expected;
} graphs[] = {
	{"block", GLYPHS_BLOCK, rising, 8, 14, 6,
	 "$0.20┤      ██\n     ┤   ▆  ██\n 0.10┤  ▄█  ██\n     ┤ ▂██  ██\n    0┤ ███  ██\n     └     now\n"},
	{"braille", GLYPHS_BRAILLE, rising, 8, 10, 6,
	 "$0.20┤   ⣿\n     ┤ ⢰ ⣿\n 0.10┤ ⣼ ⣿\n     ┤⢀⣿ ⣿\n    0┤⢸⣿ ⣿\n     └ now\n"},
	{"ascii", GLYPHS_ASCII, rising, 8, 14, 6,
	 "$0.20+      ##\n     +   :  ##\n 0.10+  :#  ##\n     + .##  ##\n    0+ ###  ##\n     +     now\n"},
	{"stretched, labels", GLYPHS_BLOCK, rising, 8, 24, 3,
	 "$0.20┤       ▄▄     ████\n    0┤   ▄▄████     ████\n     └09:00   10:00  now\n"},
	{"empty", GLYPHS_BLOCK, rising, 0, 16, 4, "     ┤\n     ┤ no calls\n     ┤\n     └09:00  now\n"},
	{"too small", GLYPHS_BLOCK, rising, 8, 7, 3, "\n\n\n"},
	{"plain, from 0", GLYPHS_PLAIN, rising, 8, 60, 1, "now $0.20, min 0, max $0.20\n"},
	{"plain", GLYPHS_PLAIN, rising + 1, 5, 60, 2, "now $0.15, min $0.05, max $0.15, change +200%\n\n"},
	{"plain, narrow", GLYPHS_PLAIN, rising + 1, 5, 20, 1, "now $0.15, min $0.05\n"},
	{"plain, empty", GLYPHS_PLAIN, rising, 0, 60, 1, "no calls\n"},
	{"plain, gaps only", GLYPHS_PLAIN, rising + 4, 2, 60, 1, "no calls\n"},
};

static void draws(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(graphs); i++) {
		struct cells *c = cells_new(graphs[i].w, graphs[i].h);
		struct graph g = {.values = graphs[i].values, .n = graphs[i].n, .format = dollars, .labels = labels, .n_labels = 3,
				  .style = ST_GRAPH, .empty = "no calls"};
		struct buf b = {0};

		print_message("%s\n", graphs[i].name);
		c->glyphs = graphs[i].glyphs;
		graph_draw(&g, c, (struct rect){0, 0, graphs[i].w, graphs[i].h});
		cells_dump(c, &b);
		assert_string_equal(buf_str(&b), graphs[i].expected);
		buf_free(&b);
		cells_free(c);
	}
}

static const struct {
	double max, top;
} tops[] = {
	{0.2, 0.2}, {0.21, 0.4}, {0.3, 0.4}, {3.9, 4}, {5, 6}, {0.61, 0.8}, {9.5, 10}, {100, 100}, {101, 200}, {1e-6, 1e-6},
	{0, 1}, {-3, 1}, {NAN, 1},
};

static void tops_are_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tops); i++) {
		double got = graph_top(&tops[i].max, 1);

		if (fabs(got - tops[i].top) > tops[i].top * 1e-9) {
			fail_msg("%g gave %g, not %g", tops[i].max, got, tops[i].top);
		}
	}
}

static void joins_by_maximum(void **state)
{
	static const double values[] = {1, 1, 9, 1, 1, 1, 1, 1, 1, 1, INFINITY, 1};
	struct cells *c = cells_new(6, 1);
	struct buf b = {0};

	(void)state;
	assert_int_equal(graph_spark(c, 0, 0, 6, ST_GRAPH, values, COUNT_OF(values)), 6);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "▁█▁▁▁▁\n");
	buf_free(&b);
	cells_free(c);
}

static void sparks(void **state)
{
	static const double values[] = {0, 1, 2, NAN, 4, 8, 8};
	struct cells *c = cells_new(10, 4);
	struct buf b = {0};

	(void)state;
	assert_int_equal(graph_spark(c, 0, 0, 9, ST_GRAPH, values, COUNT_OF(values)), 7);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "▁▁▂ ▄██\n\n\n\n");
	buf_clear(&b);
	cells_clear(c);
	c->glyphs = GLYPHS_ASCII;
	graph_spark(c, 0, 0, 9, ST_GRAPH, values, COUNT_OF(values));
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "__. =##\n\n\n\n");
	buf_free(&b);
	cells_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws), cmocka_unit_test(tops_are_round), cmocka_unit_test(joins_by_maximum), cmocka_unit_test(sparks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
