/* Disks that are not what a store needs, as the shim says: one that machines share is refused with the reason and the way around it; on one
 * that is nearly full bodies stop first, then rows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/fault/preload.h"
#include "tests/term/place.h"

static const char call[] = "{\"timestamp\":\"2026-11-20T10:00:00Z\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":4}\n";
static const char *const import[] = { "import", "-", NULL };
static const char *const stats[] = { "store", "stats", NULL };

static int setup(void **state)
{
	static struct place place;
	char *preload = shim_preload();

	place_make(&place);
	place_set(&place, "LD_PRELOAD", preload);
	free(preload);
	*state = &place;
	return 0;
}

static int teardown(void **state)
{
	place_remove(*state);
	return 0;
}

/* What it says on its error output; the caller's. */
static char *said(const struct place *p, const char *const args[], const char *input, int status)
{
	struct buf out = { 0 }, err = { 0 };
	int got = place_run(p, args, input, &out, &err);

	if (got != status) {
		fail_msg("status %d: %s%s", got, buf_str(&out), buf_str(&err));
	}
	buf_free(&out);
	return buf_take(&err);
}

static void has(char *text, const char *part)
{
	if (strstr(text, part) == NULL) {
		fail_msg("no \"%s\" in: %s", part, text);
	}
	free(text);
}

static void a_shared_file_system_is_refused(void **state)
{
	static const struct {
		const char *magic, *name;
	} cases[] = { { "0x6969", "NFS" }, { "0xff534d42", "CIFS" }, { "0xfe534d42", "SMB" }, { "0x65735546", "FUSE" }, { "0x01021997", "9p" },
		{ "0x00c36400", "Ceph" } };
	struct place *p = *state;

	assert_int_equal(place_run(p, import, call, NULL, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *text = x_asprintf("is on %s, which machines may share", cases[i].name);

		place_set(p, "SONDE_FAULT_FS", cases[i].magic);
		has(said(p, import, call, 1), text);
		has(said(p, import, call, 1), "SONDE_ANY_FILE_SYSTEM=1");
		has(said(p, stats, NULL, 1), text); /* reading needs the shared memory as well */
		free(text);
	}
	place_clear(p, "data");
	has(said(p, import, call, 1), "Ceph");
	assert_int_equal(place_check_store(p), 0);
	place_set(p, "SONDE_ANY_FILE_SYSTEM", "0");
	has(said(p, import, call, 1), "Ceph");
	place_set(p, "SONDE_ANY_FILE_SYSTEM", "1");
	free(said(p, import, call, 0));
	assert_int_equal(place_check_store(p), 1);
	place_set(p, "SONDE_ANY_FILE_SYSTEM", NULL);
	place_set(p, "SONDE_FAULT_FS", "0xef53"); /* ext4 */
	free(said(p, import, call, 0));
}

static void check_bodies(const struct place *p, const char *lost, const char *others)
{
	struct buf out = { 0 };

	assert_int_equal(place_run(p, stats, NULL, &out, NULL), 0);
	if (strstr(buf_str(&out), lost) == NULL || strstr(buf_str(&out), others) == NULL) {
		fail_msg("no \"%s\" or \"%s\" in: %s", lost, others, buf_str(&out));
	}
	buf_free(&out);
}

static void bodies_stop_before_rows(void **state)
{
	static const char *const simulate[] = { "--ttft", "0", "--rate", "20000", NULL };
	static const char *const run[] = { "run", "-m", "openai/gpt-5.4-mini", "--retries", "0", "hello", NULL };
	struct place *p = *state;
	pid_t simulator = place_simulate(p, simulate);

	place_set(p, "SONDE_FAULT_DISK", "1000:51");
	free(said(p, run, NULL, 0));
	check_bodies(p, "bodies     of 1 calls", "");
	place_set(p, "SONDE_FAULT_DISK", "1000:49");
	free(said(p, run, NULL, 0));
	assert_int_equal(place_check_store(p), 2);
	check_bodies(p, "bodies     of 1 calls", "bodies of 1 calls for want of room");
	place_set(p, "SONDE_FAULT_DISK", "1000:9");
	has(said(p, run, NULL, 0), "has only 9 MiB left: the store cannot grow");
	has(said(p, import, call, 1), "has only 9 MiB left: the store cannot grow");
	assert_int_equal(place_check_store(p), 2);
	place_set(p, "SONDE_FAULT_DISK", "1000000:1024"); /* a percent of it would be 10 GB */
	free(said(p, import, call, 0));
	assert_int_equal(place_check_store(p), 3);
	place_end(simulator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_shared_file_system_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(bodies_stop_before_rows, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
