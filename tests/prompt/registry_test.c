#include "prompt/registry.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/store/fixture.h"

static struct registry *opened(const char *dir)
{
	struct err e = { 0 };
	struct registry *r = registry_open(dir, true, &e);

	if (r == NULL) {
		fail_msg("%s", e.text);
	}
	return r;
}

/* The number it got; -1 and e when it failed. */
static int try_save(struct registry *r, const char *name, const char *text, int parent, bool *is_new, struct err *e)
{
	struct bundle b;
	int number;

	assert_true(bundle_from_text(text, strlen(text), &b, e));
	bool ok = version_save(r, &(struct version_save){ name, parent, "Ada", "why" }, &b, &number, is_new, e);

	bundle_free(&b);
	return ok ? number : -1;
}

static int save(struct registry *r, const char *name, const char *text)
{
	struct err e = { 0 };
	bool is_new;
	int number = try_save(r, name, text, 0, &is_new, &e);

	if (number < 0) {
		fail_msg("%s", e.text);
	}
	return number;
}

static struct label_move move_of(const char *name, const char *label, const char *to)
{
	struct label_move m = { .name = name, .label = label, .expected = LABEL_MOVE_ANY, .who = "Ada", .why = "" };

	if (to[0] != '\0') {
		assert_true(split_parse(to, &m.to, NULL));
	}
	return m;
}

static int64_t point(struct registry *r, const char *name, const char *label, const char *to)
{
	struct label_move m = move_of(name, label, to);
	struct label_row now;
	struct err e = { 0 };

	if (!label_set(r, &m, &now, &e)) {
		fail_msg("%s", e.text);
	}
	int64_t id = now.move;

	label_free(&now);
	return id;
}

static char *points_to(struct registry *r, const char *name, const char *label)
{
	struct label_row *rows;
	struct err e = { 0 };
	char text[SPLIT_TEXT_SIZE] = "nowhere";
	size_t n;

	assert_true(labels_list(r, name, &rows, &n, &e));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].label, label) == 0) {
			(void)split_text(&rows[i].split, text);
		}
	}
	label_rows_free(rows, n);
	return x_strdup(text);
}

#define assert_points(r, name, label, to) \
	do { \
		char *is = points_to(r, name, label); \
		assert_string_equal(is, to); \
		free(is); \
	} while (0)

static int resolved(struct registry *r, const char *ref, const char *key)
{
	struct version_row v;
	struct err e = { 0 };

	if (!version_resolve(r, ref, key, &v, NULL, &e)) {
		fail_msg("%s: %s", ref, e.text);
	}
	int number = v.number;

	version_free(&v);
	return number;
}

static void assert_unresolved(struct registry *r, const char *ref, enum err_code code, const char *text, const char *hint)
{
	struct version_row v;
	struct err e = { 0 };

	assert_false(version_resolve(r, ref, NULL, &v, NULL, &e));
	if (e.code != code || strstr(e.text, text) == NULL || strstr(e.hint, hint) == NULL) {
		fail_msg("%s: %d %s / %s", ref, e.code, e.text, e.hint);
	}
}

static void versions_are_kept(void **state)
{
	struct registry *r = opened(*state);
	struct version_row *rows, v;
	struct err e = { 0 };
	bool is_new;
	size_t n;
	char *label;

	assert_int_equal(try_save(r, "support/triage", "one", 0, &is_new, &e), 1);
	assert_true(is_new);
	assert_int_equal(try_save(r, "support/triage", "two", 0, &is_new, &e), 2);
	assert_int_equal(try_save(r, "support/triage", "one", 0, &is_new, &e), 1);
	assert_false(is_new);
	assert_int_equal(try_save(r, "support/triage", "three", 1, &is_new, &e), 3); /* a branch */
	assert_int_equal(try_save(r, "support/triage", "four", 9, &is_new, &e), -1);
	assert_non_null(strstr(e.text, "no version 'v9'"));
	assert_int_equal(try_save(r, "other", "one", 0, &is_new, &e), 1);

	assert_true(versions_list(r, "support/triage", &rows, &n, &e));
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].number, 3);
	assert_int_equal(rows[0].parent, 1);
	assert_int_equal(rows[1].parent, 1);
	assert_int_equal(rows[2].parent, 0);
	assert_string_equal(rows[0].author, "Ada");
	assert_string_equal(rows[0].message, "why");
	assert_null(rows[0].bundle.json);

	char *by_hash = x_asprintf("support/triage@%.8s", rows[1].hash);
	assert_true(version_resolve(r, by_hash, NULL, &v, &label, &e));
	assert_int_equal(v.number, 2);
	assert_string_equal(label, "");
	assert_string_equal(bundle_part(&v.bundle, 0).text, "two");
	assert_string_equal(v.bundle.hash, rows[1].hash);
	version_free(&v);
	free(label);
	free(by_hash);
	version_rows_free(rows, n);

	assert_true(version_resolve(r, "support/triage", NULL, &v, &label, &e));
	assert_int_equal(v.number, 3);
	assert_string_equal(label, "latest");
	version_free(&v);
	free(label);
	assert_int_equal(point(r, "support/triage", "production", "v2") > 0, true);
	assert_int_equal(resolved(r, "support/triage", NULL), 2);
	assert_int_equal(resolved(r, "support/triage@latest", NULL), 3);
	assert_int_equal(resolved(r, "support/triage@v1", NULL), 1);

	assert_unresolved(r, "suport/triage", ERR_CHECK, "no prompt 'suport/triage'", "did you mean support/triage?");
	assert_unresolved(r, "support/triage@prodction", ERR_CHECK, "no label or version 'prodction'", "did you mean production?");
	assert_unresolved(r, "support/triage@v4", ERR_CHECK, "no version 'v4'", "prompt log");
	assert_unresolved(r, "support/triage@abcdef0", ERR_CHECK, "no label or version", "");
	assert_unresolved(r, "", ERR_USAGE, "no name", "letters");
	assert_unresolved(r, "../x", ERR_USAGE, "no name", "");
	assert_unresolved(r, "\x1b[2J", ERR_USAGE, "'?[2J'", "");

	struct prompt_row *prompts;
	assert_true(prompts_list(r, &prompts, &n, &e));
	assert_int_equal(n, 2);
	assert_string_equal(prompts[1].name, "support/triage");
	assert_int_equal(prompts[1].n_versions, 3);
	assert_string_equal(prompts[1].labels, "production v2");
	prompt_rows_free(prompts, n);
	registry_close(r);
	fixture_is_whole(*state);
}

static void readers_change_nothing(void **state)
{
	struct err e = { 0 };

	assert_null(registry_open(*state, false, &e));
	assert_int_equal(e.code, ERR_CHECK);
	struct registry *r = opened(*state);
	(void)save(r, "p", "one");
	registry_close(r);
	r = registry_open(*state, false, &e);
	assert_non_null(r);
	bool is_new;
	assert_int_equal(try_save(r, "p", "two", 0, &is_new, &e), -1);
	assert_int_equal(resolved(r, "p", NULL), 1);
	registry_close(r);
}

static void labels_move_and_walk_back(void **state)
{
	struct registry *r = opened(*state);
	struct label_move back = move_of("p", "production", "");
	struct label_row now;
	struct move_row *moves;
	struct err e = { 0 };
	size_t n;

	for (int i = 0; i < 4; i++) {
		char text[2] = { (char)('a' + i), '\0' };

		assert_int_equal(save(r, "p", text), i + 1);
	}
	(void)point(r, "p", "production", "v1");
	(void)point(r, "p", "production", "v1:90,v2:10");
	(void)point(r, "p", "production", "v1:75,v2:25");
	(void)point(r, "p", "production", "v2");
	static const char *const walk[] = { "v1:75,v2:25", "v1:90,v2:10", "v1" };
	for (size_t i = 0; i < COUNT_OF(walk); i++) {
		assert_true(label_rollback(r, &back, &now, &e));
		assert_points(r, "p", "production", walk[i]);
		label_free(&now);
	}
	assert_false(label_rollback(r, &back, &now, &e));
	assert_int_equal(e.code, ERR_CHECK);
	assert_non_null(strstr(e.text, "nothing is before"));
	/* A move after a rollback: back from it is what the rollback had brought. */
	(void)point(r, "p", "production", "v4");
	assert_true(label_rollback(r, &back, NULL, &e));
	assert_points(r, "p", "production", "v1");
	/* Taken away, and back. */
	(void)point(r, "p", "production", "v3");
	struct label_move away = move_of("p", "production", "");
	assert_true(label_set(r, &away, NULL, &e));
	assert_points(r, "p", "production", "nowhere");
	assert_false(label_set(r, &away, NULL, &e));
	assert_int_equal(resolved(r, "p", NULL), 4);
	assert_true(label_rollback(r, &back, NULL, &e));
	assert_points(r, "p", "production", "v3");

	assert_true(moves_list(r, "p", &moves, &n, &e));
	assert_int_equal(n, 12);
	char text[SPLIT_TEXT_SIZE];
	assert_true(moves[0].is_rollback);
	assert_int_equal(moves[0].from.n_arms, 0);
	assert_string_equal(split_text(&moves[0].to, text), "v3");
	assert_string_equal(split_text(&moves[9].from, text), "v1:90,v2:10");
	move_rows_free(moves, n);

	struct label_move m = move_of("p", "production", "v9");
	assert_false(label_set(r, &m, NULL, &e));
	assert_non_null(strstr(e.text, "no version v9"));
	m = move_of("p", "latest", "v1");
	assert_false(label_set(r, &m, NULL, &e));
	assert_int_equal(e.code, ERR_USAGE);
	m = move_of("p", "v1", "v1");
	assert_false(label_set(r, &m, NULL, &e));
	m = move_of("q", "production", "v1");
	assert_false(label_set(r, &m, NULL, &e));
	assert_non_null(strstr(e.text, "no prompt 'q'"));
	registry_close(r);
}

static void blue_and_green_swap(void **state)
{
	struct registry *r = opened(*state);
	struct label_move m = move_of("p", "blue", "");
	struct err e = { 0 };

	(void)save(r, "p", "a");
	(void)save(r, "p", "b");
	(void)point(r, "p", "blue", "v1");
	assert_false(label_swap(r, &m, "green", &e));
	assert_non_null(strstr(e.text, "no label green"));
	(void)point(r, "p", "green", "v2");
	assert_true(label_swap(r, &m, "green", &e));
	assert_points(r, "p", "blue", "v2");
	assert_points(r, "p", "green", "v1");
	assert_false(label_swap(r, &m, "blue", &e));
	assert_true(label_rollback(r, &m, NULL, &e));
	assert_points(r, "p", "blue", "v1");
	registry_close(r);
}

static bool only_rollbacks(void *ctx, const struct label_move *m, struct err *e)
{
	int *n = ctx;

	(*n)++;
	return strcmp(m->label, "production") != 0 || m->is_rollback || err_set(e, ERR_CHECK, "production is protected");
}

static void a_gate_is_asked(void **state)
{
	struct registry *r = opened(*state);
	struct label_move m = move_of("p", "production", "v2");
	struct err e = { 0 };
	int n = 0;

	(void)save(r, "p", "a");
	(void)save(r, "p", "b");
	(void)point(r, "p", "production", "v2");
	(void)point(r, "p", "production", "v1");
	registry_set_gate(r, only_rollbacks, &n);
	assert_false(label_set(r, &m, NULL, &e));
	assert_string_equal(e.text, "production is protected");
	assert_points(r, "p", "production", "v1");
	(void)point(r, "p", "staging", "v1");
	assert_true(label_rollback(r, &m, NULL, &e));
	assert_points(r, "p", "production", "v2");
	assert_false(label_swap(r, &m, "staging", &e));
	assert_points(r, "p", "staging", "v1");
	assert_int_equal(n, 4);
	registry_close(r);
}

/* What one saw is not what stands any more. */
static void a_move_in_between_is_told(void **state)
{
	struct registry *a = opened(*state), *b = opened(*state);
	struct err e = { 0 };

	(void)save(a, "p", "a");
	(void)save(a, "p", "b");
	struct label_move first = move_of("p", "production", "v1"), second = move_of("p", "production", "v2");
	first.expected = second.expected = 0;
	second.who = "Grace";
	assert_true(label_set(a, &second, NULL, &e));
	assert_false(label_set(b, &first, NULL, &e));
	assert_int_equal(e.code, ERR_CHECK);
	assert_non_null(strstr(e.text, "moved meanwhile: to v2 by Grace at 20"));
	registry_close(a);
	registry_close(b);
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Processes that all saw the same state: one wins, the others are told, in each round. */
static void of_several_processes_one_wins(void **state)
{
	enum { PROCESSES = 6, ROUNDS = 20 };
	struct registry *r = opened(*state);
	int64_t expected = 0;

	(void)save(r, "p", "a");
	(void)save(r, "p", "b");
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pids[PROCESSES];
		int n_won = 0, go[2];

		assert_int_equal(pipe(go), 0);
		for (int i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			if (pids[i] == 0) {
				struct label_move m = move_of("p", "production", i % 2 == 0 ? "v1" : "v2");
				struct err e = { 0 };
				struct registry *mine = registry_open(*state, true, NULL);
				char c;

				m.expected = expected;
				(void)close(go[1]);
				bool ok = read(go[0], &c, 1) == 0 && mine != NULL && label_set(mine, &m, NULL, &e);
				_exit(ok ? 0 : e.code == ERR_CHECK && strstr(e.text, "moved meanwhile") != NULL ? 1 : 2);
			}
		}
		(void)close(go[0]);
		(void)close(go[1]);
		for (int i = 0; i < PROCESSES; i++) {
			int status = wait_for(pids[i]);

			assert_in_range(status, 0, 1);
			n_won += status == 0;
		}
		assert_int_equal(n_won, 1);
		expected = fixture_int(*state, "SELECT max(id) FROM prompt_move");
	}
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM prompt_move"), ROUNDS);
	registry_close(r);
}

static void saves_of_several_processes_are_numbered(void **state)
{
	enum { PROCESSES = 4, SAVES = 25 };
	pid_t pids[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct err e = { 0 };
			struct registry *r = registry_open(*state, true, &e);
			bool ok = r != NULL, is_new;

			if (!ok) {
				fprintf(stderr, "open: %s\n", e.text);
			}
			for (int k = 0; ok && k < SAVES; k++) {
				char text[32];

				/* Half of them the same in all processes. */
				(void)snprintf(text, sizeof(text), "%d.%d", k % 2 == 0 ? -1 : i, k);
				ok = try_save(r, "p", text, 0, &is_new, &e) > 0;
				if (!ok) {
					fprintf(stderr, "save %d: %s\n", k, e.text);
				}
			}
			_exit(ok ? 0 : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(wait_for(pids[i]), 0);
	}
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM prompt_version"), 13 + 12 * PROCESSES);
	assert_int_equal(fixture_int(*state, "SELECT max(number) FROM prompt_version"), 13 + 12 * PROCESSES);
}

struct faults {
	int n;
	char text[1000]; /* of all */
};

static void hear(void *ctx, const char *name, int number, const char *what)
{
	struct faults *f = ctx;

	size_t len = strlen(f->text);

	f->n++;
	(void)snprintf(f->text + len, sizeof(f->text) - len, "%s v%d: %s\n", name, number, what);
}

static struct faults verified(const char *dir, uint64_t versions)
{
	struct registry *r = opened(dir);
	struct faults f = { .n = 0 };
	struct err e = { 0 };
	uint64_t n, n_faults;

	assert_true(registry_verify(r, hear, &f, &n, &n_faults, &e));
	assert_int_equal(n, versions);
	assert_int_equal(n_faults, f.n);
	registry_close(r);
	return f;
}

/* Killed at any moment while it saves and moves: what was acknowledged is there, and the registry proves whole. */
static void a_killed_process_leaves_it_whole(void **state)
{
	const int kills = fixture_rounds(30, 500);
	int64_t n_acknowledged = 0;

	for (int round = 0; round < kills; round++) {
		int fds[2], n, last = 0, status;

		assert_int_equal(pipe(fds), 0);
		pid_t pid = fork();
		if (pid == 0) {
			struct registry *r = registry_open(*state, true, NULL);
			struct err e = { 0 };
			bool ok = r != NULL, is_new;

			for (n = 1; ok; n++) {
				char text[32];

				(void)snprintf(text, sizeof(text), "%d.%d", round, n);
				int number = try_save(r, "p", text, 0, &is_new, &e);
				struct label_move m = { .name = "p", .label = "production", .to = split_of(number), .expected = LABEL_MOVE_ANY, .who = "", .why = "" };

				ok = number > 0 && label_set(r, &m, NULL, &e) && write(fds[1], &n, sizeof(n)) == sizeof(n);
			}
			_exit(1);
		}
		(void)close(fds[1]);
		assert_int_equal(read(fds[0], &last, sizeof(last)), sizeof(last));
		struct timespec t = { .tv_nsec = (round * 7919) % 5000000 };
		(void)nanosleep(&t, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(fds[0], &n, sizeof(n)) == sizeof(n)) {
			last = n;
		}
		(void)close(fds[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		n_acknowledged += last;
		assert_true(fixture_int(*state, "SELECT count(*) FROM prompt_move") >= n_acknowledged);
		int64_t versions = fixture_int(*state, "SELECT count(*) FROM prompt_version");
		assert_true(versions >= n_acknowledged && versions <= n_acknowledged + 2 * (round + 1));
		struct faults f = verified(*state, (uint64_t)versions);
		assert_int_equal(f.n, 0);
	}
	fixture_is_whole(*state);
}

static void every_change_behind_its_back_is_found(void **state)
{
	static const struct {
		const char *sql, *says;
	} cases[] = {
		{ "UPDATE prompt_version SET bundle = '{\"text\":\"x\"}' WHERE number = 2", "p v2: its hash is not that of its content" },
		{ "UPDATE prompt_version SET bundle = '{ \"text\":\"b\"}' WHERE number = 2", "its hash is not" },
		{ "UPDATE prompt_version SET bundle = zeroblob(0) WHERE number = 2", "its hash is not" },
		{ "UPDATE prompt_version SET parent = 5 WHERE number = 2", "p v2: its parent is not a version before it" },
		{ "PRAGMA foreign_keys=OFF; DELETE FROM prompt_version WHERE number = 1", "missing" },
		{ "UPDATE prompt_move SET ranges = '1:9999' WHERE id = 2", "ranges that are not those" },
		{ "UPDATE prompt_move SET previous = 7 WHERE id = 2", "does not follow" },
		{ "UPDATE prompt_move SET restores = 2 WHERE id = 3", "restores a move" },
		{ "DELETE FROM prompt_move WHERE id = 1", "does not follow" },
		{ "INSERT INTO prompt_include VALUES (1, 2, 'q', '', 'h')", "what it includes from q is not there" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *dir = fixture_dir();
		struct registry *r = opened(dir);

		(void)save(r, "p", "a");
		(void)save(r, "p", "b");
		(void)point(r, "p", "production", "v1");
		(void)point(r, "p", "production", "v1:90,v2:10");
		(void)point(r, "p", "production", "v2");
		registry_close(r);
		assert_int_equal(verified(dir, 2).n, 0);
		fixture_exec(dir, "DROP TRIGGER prompt_version_stays; DROP TRIGGER prompt_version_is_kept; DROP TRIGGER prompt_move_stays; DROP TRIGGER prompt_move_is_kept");
		fixture_exec(dir, cases[i].sql);
		struct faults f = verified(dir, (uint64_t)fixture_int(dir, "SELECT count(*) FROM prompt_version"));
		if (f.n == 0 || strstr(f.text, cases[i].says) == NULL) {
			fail_msg("%s: %d faults, %s", cases[i].sql, f.n, f.text);
		}
		fixture_remove(dir);
	}
}

/* Another program cannot change what was kept either, unless it means to. */
static void rows_are_append_only(void **state)
{
	struct registry *r = opened(*state);

	(void)save(r, "p", "a");
	(void)point(r, "p", "production", "v1");
	registry_close(r);
	sqlite3 *db = fixture_db(*state);
	static const char *const changes[] = { "UPDATE prompt_version SET message = 'x'", "DELETE FROM prompt_version", "UPDATE prompt_move SET who = 'x'", "DELETE FROM prompt_move" };

	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
	}
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(versions_are_kept, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(readers_change_nothing, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(labels_move_and_walk_back, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(blue_and_green_swap, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_gate_is_asked, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_move_in_between_is_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(of_several_processes_one_wins, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(saves_of_several_processes_are_numbered, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_killed_process_leaves_it_whole, fixture_setup, fixture_teardown),
		cmocka_unit_test(every_change_behind_its_back_is_found),
		cmocka_unit_test_setup_teardown(rows_are_append_only, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
