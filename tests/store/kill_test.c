/* A writer is killed at a random moment, again and again: what it acknowledged is there, and nothing is there by half. */
#include "store/store.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/map.h"
#include "tests/store/fixture.h"

#define ROUND_US 1000000000LL /* rows of a round start at FIXTURE_T0 + round * this, one microsecond apart */

/* Writes rows with bodies for ever; tells how many are safe after each flush. Some rounds through bulk_add instead. */
static void write_for_ever(const char *dir, int round, int fd)
{
	struct store *s = round % 4 == 3 ? NULL : store_open(dir, NULL);
	struct bulk *b = round % 4 == 3 ? bulk_open(dir, NULL) : NULL;
	struct call_body body = { .request = "request", .request_len = 7, .answer = "answer", .answer_len = 6 };
	struct call_row rows[50];
	const int batch = round % 2 == 0 ? 1 : 50;

	for (int n = 0; s != NULL || b != NULL;) {
		uint64_t added;

		for (int i = 0; i < batch; i++) {
			fixture_row(&rows[i], 0);
			rows[i].id.ts_us = FIXTURE_T0 + round * ROUND_US + n + i;
			if (s != NULL) {
				store_put_call(s, &rows[i], &body);
			}
		}
		if (s != NULL ? !store_flush(s, 10000, NULL) : !bulk_add(b, rows, (size_t)batch, &added, NULL)) {
			break;
		}
		n += batch;
		if (write(fd, &n, sizeof(n)) != sizeof(n)) {
			break;
		}
	}
	_exit(1);
}

/* The last number acknowledged. */
static int kill_one(const char *dir, int round)
{
	int fds[2], n, last = 0, status;

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		write_for_ever(dir, round, fds[1]);
	}
	(void)close(fds[1]);
	/* Each tenth dies while it opens; the others after their first row. */
	if (round % 10 != 9) {
		assert_int_equal(read(fds[0], &last, sizeof(last)), sizeof(last));
	}
	struct timespec t = { .tv_nsec = (long)(hash_mix((uint64_t)round) % 15000000) };

	(void)nanosleep(&t, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(fds[0], &n, sizeof(n)) == sizeof(n)) {
		last = n;
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	(void)close(fds[0]);
	return last;
}

static void what_was_acknowledged_survives(void **state)
{
	const char *dir = *state;
	const int kills = fixture_rounds(100, 1000);
	int64_t total = 0;

	for (int round = 0; round < kills; round++) {
		int acknowledged = kill_one(dir, round);
		struct err e = { 0 };
		struct reader *r = reader_open(dir, &e);

		if (r == NULL && e.code != ERR_CHECK) {
			fail_msg("round %d: %s", round, e.text);
		}
		reader_close(r);
		if (r == NULL) {
			assert_int_equal(acknowledged, 0);
			continue;
		}
		char *count = x_asprintf("SELECT count(*) FROM call WHERE ts_us >= %lld AND ts_us < %lld", FIXTURE_T0 + round * ROUND_US,
		    FIXTURE_T0 + (round + 1) * ROUND_US);
		int64_t n = fixture_int(dir, count);

		if (n < acknowledged) {
			fail_msg("round %d: %lld rows of %d", round, (long long)n, acknowledged);
		}
		total += n;
		free(count);
	}
	store_close(fixture_store(dir));
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), total);
	/* In each round the first n rows, without a gap, and each row with its body or it came in bulk. */
	char *gaps = x_asprintf("SELECT count(*) FROM (SELECT (ts_us - %lld) / %lld AS round, max(ts_us) - min(ts_us) + 1 AS span,"
				" count(*) AS n FROM call GROUP BY round) WHERE span <> n",
	    FIXTURE_T0, ROUND_US);
	char *bodies = x_asprintf("SELECT count(*) FROM call LEFT JOIN body USING (ts_us, key)"
				  " WHERE ((call.ts_us - %lld) / %lld %% 4 = 3) <> (body.ts_us IS NULL)",
	    FIXTURE_T0, ROUND_US);

	assert_int_equal(fixture_int(dir, gaps), 0);
	assert_int_equal(fixture_int(dir, bodies), 0);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM body LEFT JOIN call USING (ts_us, key) WHERE call.ts_us IS NULL"), 0);
	assert_true(total > kills);
	fixture_is_whole(dir);
	free(gaps);
	free(bodies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_acknowledged_survives, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
