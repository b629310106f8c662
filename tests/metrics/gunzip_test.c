#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "metrics/gunzip.h"

/* One member. */
static void pack(struct buf *out, const char *text, size_t len)
{
	z_stream z = { 0 };
	size_t cap = len + 200;
	char *to = x_malloc(cap);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (uInt)len;
	z.next_out = (unsigned char *)to;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	(void)buf_add(out, to, cap - z.avail_out);
	(void)deflateEnd(&z);
	free(to);
}

/* All that comes out of these bytes, read `step` at a time; *why is "" when they ended well. The caller's. */
static char *unpack(const char *bytes, size_t len, size_t step, struct err *e)
{
	char path[] = "/tmp/sonde-gunzip-XXXXXX";
	int fd = mkstemp(path);
	struct buf out = { 0 };
	char *to = x_malloc(step);
	size_t n = 1;

	assert_true(fd >= 0);
	(void)unlink(path);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	struct gunzip *g = gunzip_new(fd);

	*e = (struct err){ 0 };
	while (n > 0 && gunzip_read(g, to, step, &n, e)) {
		(void)buf_add(&out, to, n);
	}
	gunzip_free(g);
	free(to);
	(void)close(fd);
	return buf_take(&out);
}

static void what_comes_out(void **state)
{
	struct buf packed = { 0 }, two = { 0 }, padded = { 0 }, followed = { 0 };
	struct err e;

	(void)state;
	pack(&packed, "one line\nand more\n", 18);
	pack(&two, "one line\n", 9);
	pack(&two, "", 0);
	pack(&two, "and more\n", 9);
	(void)buf_add(&padded, packed.s, packed.len);
	(void)buf_add(&padded, "\0\0\0\0\0", 5);
	(void)buf_add(&followed, packed.s, packed.len);
	(void)buf_add_str(&followed, "x");
	const struct {
		const char *bytes;
		size_t len;
		const char *want, *why;
	} cases[] = {
		{ "", 0, "", "" },
		{ "\x1f", 1, "\x1f", "" },
		{ "plain\n", 6, "plain\n", "" },
		{ packed.s, packed.len, "one line\nand more\n", "" },
		{ two.s, two.len, "one line\nand more\n", "" },
		{ padded.s, padded.len, "one line\nand more\n", "" },
		{ followed.s, followed.len, "one line\nand more\n", "not gzip" },
		{ packed.s, packed.len - 1, "one line\nand more\n", "too early" },
		{ two.s, two.len - 1, "one line\nand more\n", "too early" },
		{ packed.s, 2, "", "too early" },
		{ "\x1f\x8b\x07", 3, "", "too early" },
		{ "\x1f\x8b\x07 this is none of it", 22, "", "damaged" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t step = 2; step < 40; step++) {
			char *got = unpack(cases[i].bytes, cases[i].len, step, &e);

			if (strcmp(got, cases[i].want) != 0 || (cases[i].why[0] == '\0') != (e.code == ERR_NONE) || strstr(e.text, cases[i].why) == NULL) {
				fail_msg("case %zu in steps of %zu: \"%s\", %s", i, step, got, e.text);
			}
			free(got);
		}
	}
	buf_free(&packed);
	buf_free(&two);
	buf_free(&padded);
	buf_free(&followed);
}

/* Cut or changed anywhere: what comes out before the failure is what was packed, and a failure there is. */
static void damage_is_told(void **state)
{
	struct buf packed = { 0 };
	char text[3000];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (char)('a' + (i * i / 7) % 26);
	}
	pack(&packed, text, sizeof(text));
	for (size_t len = 2; len < packed.len; len += 7) {
		char *got = unpack(packed.s, len, 512, &e);

		assert_int_equal(e.code, ERR_INTERNAL);
		assert_true(strlen(got) <= sizeof(text) && memcmp(got, text, strlen(got)) == 0);
		free(got);
	}
	for (size_t i = 10; i < packed.len; i += 5) {
		packed.s[i] = (char)~packed.s[i];
		free(unpack(packed.s, packed.len, 512, &e));
		packed.s[i] = (char)~packed.s[i];
		assert_int_equal(e.code, ERR_INTERNAL);
	}
	buf_free(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_out),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
