/* Too much of everything: logs with lines of a mebibyte, NUL bytes, bytes that are no UTF-8, a line of hundreds of megabytes, half lines, rotated
 * and packed; and logs that name another model, user and tag in each line. Every whole line once, bad ones counted, sums exact, and never more
 * than 64 MiB of memory. Larger in make check-faults. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <zlib.h>

#include "base/clock.h"
#include "metrics/records.h"
#include "store/dim.h"
#include "tests/store/fixture.h"
#include "tests/term/place.h"

#define RSS_MOST_KIB (64 << 10)
#define SMALL 1000 /* lines before, and again behind the worst of a log */
#define GOOD (2 * SMALL + 1)
#define BAD 6

struct flood {
	struct place place;
	char *data, *log, *rotated;
};

static int setup(void **state)
{
	struct flood *f = x_calloc(1, sizeof(*f));

	place_make(&f->place);
	f->data = x_asprintf("%s/data", f->place.dir);
	f->log = x_asprintf("%s/log", f->place.dir);
	f->rotated = x_asprintf("%s/log.1", f->place.dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct flood *f = *state;

	place_remove(&f->place);
	free(f->data);
	free(f->log);
	free(f->rotated);
	free(f);
	return 0;
}

/* Waits for a process of place_start and looks at its end and its memory. */
static void ends_well(const struct flood *f, pid_t pid, const char *what)
{
	struct rusage used;
	int status;

	assert_int_equal(wait4(pid, &status, 0, &used), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		char *show = x_asprintf("tail -n 5 '%s/said'", f->place.dir);

		(void)!system(show);
		free(show);
		fail_msg("%s ended with status %d", what, status);
	}
	print_message("%s: %ld KiB\n", what, used.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__ /* has its own needs */
	assert_true(used.ru_maxrss <= RSS_MOST_KIB);
#endif
}

static void run(const struct flood *f, const char *const args[])
{
	ends_well(f, place_start(&f->place, args, "said"), args[0]);
}

/* What the last program said. The caller's. */
static char *said(const struct flood *f)
{
	char *path = x_asprintf("%s/said", f->place.dir), text[20000];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	(void)fclose(in);
	free(path);
	return x_strdup(text);
}

static void says(const struct flood *f, const char *part)
{
	char *text = said(f);

	if (strstr(text, part) == NULL) {
		fail_msg("no \"%s\" in: %s", part, text);
	}
	free(text);
}

/* ---- files ---- */

#define START "{\"timestamp\":\"2026-11-%02dT10:%02d:%02dZ\",\"provider\":\"p\",\"model\":\"m\",\"user\":\""

static void put_start(FILE *to, int day, int i)
{
	(void)fprintf(to, START, day, i / 60 % 60, i % 60);
}

static void put_small(FILE *to, int day, int n)
{
	for (int i = 0; i < n; i++) {
		put_start(to, day, i);
		(void)fprintf(to, "u%d\"}\n", i);
	}
}

/* A line of that length. */
static void put_long(FILE *to, int day, size_t len)
{
	long from = ftell(to);

	put_start(to, day, 1);
	for (size_t at = (size_t)(ftell(to) - from); at < len - 2; at++) {
		(void)fputc('x', to);
	}
	(void)fputs("\"}\n", to);
}

/* GOOD lines, BAD ones, and half a line. Sparse: quick to make, not to read. */
static void put_log(const char *path, int day)
{
	FILE *to = fopen(path, "w");
	off_t hole = (off_t)fixture_rounds(200, 10240) << 20;

	assert_non_null(to);
	put_small(to, day, SMALL);
	put_long(to, day, INGEST_LINE_MAX);
	put_long(to, day, INGEST_LINE_MAX + 1);
	(void)fwrite("{\"a\":\"\0\"}\n\0\0\0\n", 1, 15, to);
	(void)fputs("\xff\xfe\xc3\n", to);
	put_start(to, day, 2);
	(void)fputs("\xff\xc3(\x1b]0;\"}\n", to);
	assert_int_equal(fseeko(to, hole, SEEK_CUR), 0);
	(void)fputc('\n', to);
	put_small(to, day, SMALL);
	put_start(to, day, 3);
	assert_int_equal(fclose(to), 0);
}

static void add_text(const char *path, const char *text)
{
	FILE *to = fopen(path, "a");

	assert_non_null(to);
	(void)fputs(text, to);
	assert_int_equal(fclose(to), 0);
}

static void pack(const char *path)
{
	char *name = x_asprintf("%s.gz", path), *bytes = x_malloc(1 << 16);
	FILE *from = fopen(path, "r");
	gzFile to = gzopen(name, "wb1");
	size_t n;

	assert_true(from != NULL && to != NULL);
	while ((n = fread(bytes, 1, 1 << 16, from)) > 0) {
		assert_int_equal(gzwrite(to, bytes, (unsigned)n), n);
	}
	assert_int_equal(gzclose(to), Z_OK);
	(void)fclose(from);
	assert_int_equal(unlink(path), 0);
	free(bytes);
	free(name);
}

/* ---- tests ---- */

static void every_whole_line_of_a_bad_log_once(void **state)
{
	struct flood *f = *state;
	const char *const import[] = { "import", f->log, NULL };

	put_log(f->log, 20);
	run(f, import);
	says(f, "it is longer than 1 MiB");
	char *counts = x_asprintf("%d lines, %d added, 0 already there, %d not understood", GOOD + BAD + 1, GOOD, BAD + 1);
	says(f, counts);
	assert_int_equal(place_check_store(&f->place), GOOD);
	add_text(f->log, "u\"}\n");
	run(f, import);
	says(f, "1 added");
	pack(f->log);
	char *packed = x_asprintf("%s.gz", f->log);
	const char *const import_packed[] = { "import", packed, NULL };

	run(f, import_packed);
	says(f, "0 added");
	assert_int_equal(place_check_store(&f->place), GOOD + 1);
	free(packed);
	free(counts);
}

static void comes_to(const struct flood *f, int n)
{
	int64_t until_us = clock_mono_us() + 120 * US_PER_S;
	int64_t got = -1;

	while (got < n && clock_mono_us() < until_us) {
		(void)poll(NULL, 0, 20);
		char *path = x_asprintf("%s/sonde.db", f->data);
		got = access(path, F_OK) == 0 ? fixture_int(f->data, "SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'alert')") : 0;
		got = got > 0 ? fixture_int(f->data, "SELECT count(*) FROM call") : -1;
		free(path);
	}
	assert_int_equal(got, n);
}

static void a_followed_bad_log_is_rotated(void **state)
{
	struct flood *f = *state;
	const char *const follow[] = { "import", "--follow", f->log, NULL };
	char *later = x_asprintf("%s/log.2", f->place.dir);

	put_log(f->log, 20);
	pid_t pid = place_start(&f->place, follow, "said");

	comes_to(f, GOOD);
	add_text(f->log, "u\"}\n"); /* the half line is whole now */
	assert_int_equal(rename(f->log, f->rotated), 0);
	put_log(f->log, 21);
	comes_to(f, 2 * GOOD + 1);
	pack(f->rotated);
	add_text(f->log, "u\"}\n");
	comes_to(f, 2 * GOOD + 2);
	assert_int_equal(link(f->log, later), 0); /* copied, as far as its name goes, then cut */
	assert_int_equal(unlink(f->log), 0);
	put_log(f->log, 22);
	comes_to(f, 3 * GOOD + 2);
	assert_int_equal(truncate(f->log, 0), 0);
	FILE *to = fopen(f->log, "a");
	put_small(to, 23, 7);
	assert_int_equal(fclose(to), 0);
	comes_to(f, 3 * GOOD + 9);
	assert_int_equal(kill(pid, SIGTERM), 0);
	ends_well(f, pid, "import --follow");
	assert_int_equal(place_check_store(&f->place), 3 * GOOD + 9);
	free(later);
}

/* The first names stand, the rest are one whose sums are exact. */
static void a_new_name_in_each_line(void **state)
{
	struct flood *f = *state;
	const char *const import[] = { "import", f->log, NULL };
	const char *const metrics[] = { "metrics", "--since", "2026-11-20", "--until", "2026-11-21", "--by", "model", "--json", NULL };
	const char *const screen[] = { "screen", "metrics", "--size", "100x30", NULL };
	const char *const check[] = { "store", "check", NULL };
	const int n = fixture_rounds(30000, 1000000), most = (int)dims_most(DIM_MODEL);
	int64_t cost = 0;
	FILE *to = fopen(f->log, "w");

	assert_non_null(to);
	for (int i = 0; i < n; i++) {
		(void)fprintf(to,
		    "{\"timestamp\":\"2026-11-20T%02d:%02d:%02d.%03dZ\",\"provider\":\"p\",\"model\":\"m%d\",\"user\":\"u%d\",\"tags\":\"t%d\","
		    "\"cost_usd\":0.%09d}\n",
		    i / 3600000 % 24, i / 60000 % 60, i / 1000 % 60, i % 1000, i, i, i, i);
		cost += i >= most ? i : 0;
	}
	assert_int_equal(fclose(to), 0);
	run(f, import);
	assert_int_equal(place_check_store(&f->place), n);
	for (int level = 0; level < 4; level++) {
		static const char kept[] = "SELECT count(DISTINCT model) FROM rollup WHERE level = %d";
		static const char rest[] = "SELECT sum(%s) FROM rollup, dim WHERE level = %d AND dim.id = model AND dim.name = '" DIM_OTHER "'";
		char *of_kept = x_asprintf(kept, level), *of_calls = x_asprintf(rest, "n", level), *of_cost = x_asprintf(rest, "cost_nano", level);

		if (fixture_int(f->data, of_kept) > 0) { /* the finest levels are for recent times */
			assert_int_equal(fixture_int(f->data, of_kept), most + 1);
			assert_int_equal(fixture_int(f->data, of_calls), n - most);
			assert_true(fixture_int(f->data, of_cost) == cost);
		} else {
			assert_true(level < 2);
		}
		free(of_kept);
		free(of_calls);
		free(of_cost);
	}
	run(f, metrics);
	run(f, screen);
	run(f, check);
	says(f, "All ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_whole_line_of_a_bad_log_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_followed_bad_log_is_rotated, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_name_in_each_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
