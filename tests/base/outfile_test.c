#include "tests/store/fixture.h"

#include "base/outfile.h"

static char *path_in(const char *dir, const char *name)
{
	return x_asprintf("%s/%s", dir, name);
}

static bool holds(const char *path, const char *text)
{
	char bytes[100] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		return false;
	}
	bytes[fread(bytes, 1, sizeof(bytes) - 1, f)] = '\0';
	(void)fclose(f);
	return strcmp(bytes, text) == 0;
}

static int n_files(const char *dir)
{
	char *command = x_asprintf("test $(ls -A '%s' | wc -l) -eq 1", dir);
	int is_one = system(command) == 0;

	free(command);
	return is_one;
}

static void appears_whole(void **state)
{
	char *path = path_in(*state, "out.csv");
	struct err e;
	struct stat st;
	struct outfile *f = outfile_new(path, false, &e);

	assert_non_null(f);
	assert_true(outfile_write(f, "one\n", 4, &e));
	assert_int_equal(stat(path, &st), -1); /* not before it is whole */
	assert_true(outfile_write(f, "two\n", 4, &e));
	assert_true(outfile_keep(f, &e));
	assert_true(holds(path, "one\ntwo\n"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(n_files(*state)); /* and nothing beside it */
	free(path);
}

static void an_existing_one_stays(void **state)
{
	char *path = path_in(*state, "out.csv");
	struct err e;

	fixture_write_file(path, "old", 3);
	assert_null(outfile_new(path, false, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "is there already"));
	struct outfile *f = outfile_new(path, true, &e);

	assert_non_null(f);
	assert_true(outfile_write(f, "new", 3, &e));
	assert_true(holds(path, "old"));
	assert_true(outfile_keep(f, &e));
	assert_true(holds(path, "new"));
	assert_true(n_files(*state));
	free(path);
}

/* Somebody makes it while it is written. */
static void one_that_came_meanwhile_stays(void **state)
{
	char *path = path_in(*state, "out.csv");
	struct err e;
	struct outfile *f = outfile_new(path, false, &e);

	assert_true(outfile_write(f, "new", 3, &e));
	fixture_write_file(path, "theirs", 6);
	assert_false(outfile_keep(f, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_true(holds(path, "theirs"));
	assert_true(n_files(*state));
	free(path);
}

static void discarded_ones_leave_nothing(void **state)
{
	char *path = path_in(*state, "out.csv"), *other = path_in(*state, "other");
	struct err e;
	struct outfile *f = outfile_new(path, false, &e);

	fixture_write_file(other, "x", 1);
	assert_true(outfile_write(f, "new", 3, &e));
	outfile_discard(f);
	assert_true(n_files(*state));
	outfile_discard(NULL);
	free(path);
	free(other);
}

static void places_that_take_none(void **state)
{
	char *dir = path_in(*state, "none/out.csv");
	struct err e;

	assert_null(outfile_new(dir, false, &e));
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_null(outfile_new(*state, true, &e)); /* a directory */
	assert_null(outfile_new("/dev/null", true, &e)); /* a device is not replaced by a file */
	assert_null(outfile_new("", false, &e));
	free(dir);
}

static void home_is_put_in(void **state)
{
	struct err e;
	char *path = path_in(*state, "h.csv");

	(void)setenv("HOME", *state, 1);
	struct outfile *f = outfile_new("~/h.csv", false, &e);

	assert_non_null(f);
	assert_true(outfile_keep(f, &e));
	assert_true(holds(path, ""));
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(appears_whole, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_existing_one_stays, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(one_that_came_meanwhile_stays, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(discarded_ones_leave_nothing, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(places_that_take_none, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(home_is_put_in, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
