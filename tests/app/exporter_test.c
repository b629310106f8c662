/* What the Metrics screen shows, into a file. */
#include "tests/store/fixture.h"

#include "app/board.h"
#include "app/exporter.h"
#include "base/clock.h"

/* Calls with the keys from..to that began at that time. */
static void put_calls(struct app *a, uint64_t from, uint64_t to, int64_t ts_us)
{
	struct err e;

	for (uint64_t i = from; i < to; i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ ts_us, i };
		row.provider = i % 3 == 0 ? "anthropic" : "openai";
		row.model_req = i % 3 == 0 ? "claude" : "gpt";
		row.operation = "chat";
		row.error_class = i % 5 == 0 ? CLASS_TIMEOUT : CLASS_NONE;
		store_put_call(a->store, &row, NULL);
	}
	assert_true(store_flush(a->store, 60000, &e));
	job_pool_wait(a->loop->jobs);
}

static struct app *open_app(const char *dir)
{
	struct app *a = app_new(loop_new(), config_new(), dir, true);

	put_calls(a, 0, 30, clock_wall_us() - US_PER_S);
	return a;
}

static void close_app(struct app *a)
{
	struct loop *l = a->loop;

	app_free(a);
	loop_free(l);
}

static size_t lines_of(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;

	assert_non_null(f);
	for (int c; (c = fgetc(f)) != EOF;) {
		n += c == '\n';
	}
	(void)fclose(f);
	return n;
}

/* Exports and waits; the sentence and the lines. */
static void exported(struct app *a, enum export_what what, const char *path, const char *said, size_t n)
{
	struct err e = { 0 };
	unsigned long before = a->news.n;

	if (!exporter_start(a->exporter, what, path, true, &e)) {
		fail_msg("%s", e.text);
	}
	assert_false(exporter_start(a->exporter, what, path, true, &e)); /* one at a time */
	assert_string_equal(e.text, "another file is being written");
	job_pool_wait(a->loop->jobs);
	assert_int_equal(a->news.n, before + 1);
	assert_int_equal(a->news.kind, NEWS_GOOD);
	assert_non_null(strstr(a->news.text, said));
	assert_int_equal(lines_of(path), n);
}

static void what_is_shown(void **state)
{
	struct app *a = open_app(*state);
	char *csv = x_asprintf("%s/a.csv", (char *)*state), *jsonl = x_asprintf("%s/a.jsonl", (char *)*state);
	struct err e = { 0 };

	exported(a, EXPORT_THE_CALLS, csv, "30 calls written to ", 31);
	exported(a, EXPORT_THE_CALLS, jsonl, "30 calls written to ", 30);
	exported(a, EXPORT_THE_GROUPS, csv, "2 groups written to ", 4); /* head and total */
	exported(a, EXPORT_THE_GROUPS, jsonl, "30 calls written to ", 30);
	a->board->question.errors_only = true;
	exported(a, EXPORT_THE_CALLS, csv, "6 calls written to ", 7);
	board_set_key(a->board, "gpt");
	exported(a, EXPORT_THE_CALLS, csv, "4 calls written to ", 5);
	a->board->question.errors_only = false;
	assert_true(board_set_filter(a->board, "provider=anthropic", &e));
	exported(a, EXPORT_THE_GROUPS, csv, "1 group written to ", 3);
	exported(a, EXPORT_THE_CALLS, csv, "0 calls written to ", 1);
	assert_false(exporter_start(a->exporter, EXPORT_THE_CALLS, csv, false, &e));
	assert_string_equal(e.hint, ":export! replaces it");
	assert_false(exporter_start(a->exporter, EXPORT_THE_CALLS, "x.txt", false, &e));
	assert_string_equal(e.text, "the name must end in .csv or .jsonl");
	free(csv);
	free(jsonl);
	close_app(a);
}

/* What came after the answer on the screen, and what has left the stretch of time since, changes nothing. */
static void of_the_time_shown(void **state)
{
	struct app *a = open_app(*state);
	char *csv = x_asprintf("%s/a.csv", (char *)*state);
	int64_t shown_us = clock_wall_us(), span_us = a->board->question.frame.span_us;

	put_calls(a, 30, 1500, shown_us - span_us + US_PER_MS);
	board_refresh_now(a->board, shown_us);
	board_set_paused(a->board, true);
	put_calls(a, 1500, 1503, clock_wall_us());
	assert_int_equal(a->board->answer.table->total.calls, 1500);
	(void)usleep(2000);
	exported(a, EXPORT_THE_CALLS, csv, "1 500 calls written to ", 1501);
	exported(a, EXPORT_THE_GROUPS, csv, "2 groups written to ", 4);
	FILE *f = fopen(csv, "r");
	char line[512] = "";

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "total", 5) == 0) {
			break;
		}
	}
	assert_non_null(strstr(line, ",1500,"));
	(void)fclose(f);
	free(csv);
	close_app(a);
}

/* Quitting gives up what is written; nothing stays behind. */
static void given_up(void **state)
{
	struct app *a = open_app(*state);
	char *path = x_asprintf("%s/a.csv", (char *)*state);
	struct err e = { 0 };

	exporter_stop(a->exporter);
	assert_true(exporter_start(a->exporter, EXPORT_THE_CALLS, path, false, &e));
	job_pool_wait(a->loop->jobs);
	assert_int_equal(a->news.kind, NEWS_BAD);
	assert_string_equal(a->news.text, "Nothing was exported: it was given up");
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	close_app(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_shown, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(of_the_time_shown, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(given_up, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
