/* The allocation of the n-th place, the n-th open, write, sync or read of the network fails, in the main flows: the program ends in order with
 * a sentence or goes on, loses nothing that it has said is stored, leaves the store whole and no key anywhere. A sample of n; as many of each
 * kind as SONDE_FAULT_MOST says (make check-faults: all). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "tests/fault/preload.h"
#include "tests/term/place.h"

#define KEY "sk-test-7f3a9c1e5b2d8046"
#define LINES 300

struct result {
	int status, n_calls; /* n_calls: in the store, afterwards */
	struct buf out, err;
};

struct flow {
	const char *args[12];
	const char *input;
	bool (*is_kept)(const struct result *r); /* what it said is true of the store; only asked after status 0 */
	bool (*is_whole)(const struct result *r); /* of another run without a fault on what the fault left; NULL: not asked */
};

static struct place place;
static pid_t simulator;
static char *lines, *preload;
static int n_wrong; /* told and counted, so that one run shows all */

/* -- flows --------------------------------------------------------------------------------------------------------------------------- */

static bool says(const struct buf *b, const char *text)
{
	return strstr(buf_str(b), text) != NULL;
}

static bool run_is_kept(const struct result *r)
{
	return r->out.len > 0 && (r->n_calls == 1 || says(&r->err, "recorded"));
}

static bool import_is_kept(const struct result *r)
{
	return r->n_calls == LINES;
}

static bool import_is_whole(const struct result *r)
{
	return r->status == 0 && r->n_calls == LINES;
}

static bool has_output(const struct result *r)
{
	return r->out.len > 0;
}

static bool save_is_whole(const struct result *r)
{
	return r->status == 0 && says(&r->out, "support/triage v1"); /* new or the same again, never v2 */
}

/* Stored before: what only reads finds something. */
static const char stored[] = "{\"timestamp\":\"2026-11-20T10:00:00Z\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"prompt_tokens\":400,"
			     "\"completion_tokens\":50,\"latency_ms\":800,\"cost_usd\":0.0005}\n";

static struct flow flow_run = { { "run", "-m", "openai/gpt-5.4-mini", "--retries", "0", "hello" }, "", run_is_kept, NULL };
static struct flow flow_import = { { "import", "-" }, NULL, import_is_kept, import_is_whole };
static struct flow flow_save = { { "prompt", "save", "support/triage", "-", "--author", "a" }, "Sort {{ticket}}.\n", has_output, save_is_whole };
static struct flow flow_calls = { { "calls", "--json" }, "", has_output, NULL };
static struct flow flow_prompts = { { "screen", "prompts", "--size", "100x30" }, "", has_output, NULL };
static struct flow flow_play = { { "screen", "play", "--size", "100x30" }, "", has_output, NULL };
static struct flow flow_metrics = { { "screen", "metrics", "--size", "100x30" }, "", has_output, NULL };
static struct flow flow_table = { { "metrics", "--since", "2026-11-20", "--json" }, "", has_output, NULL };

/* -- one run ------------------------------------------------------------------------------------------------------------------------- */

/* fault: as of shim.c; NULL: without it. */
static void run(const struct flow *f, const char *fault, struct result *r)
{
	*r = (struct result){ 0 };
	place_set(&place, "SONDE_FAULT", fault);
	place_set(&place, "LD_PRELOAD", fault != NULL ? preload : NULL);
	r->status = place_run(&place, f->args, f->input, &r->out, &r->err);
	place_set(&place, "LD_PRELOAD", NULL);
	r->n_calls = place_check_store(&place);
}

static void result_free(struct result *r)
{
	buf_free(&r->out);
	buf_free(&r->err);
}

/* Everything again from the start, with what a reader reads. */
static void prepare(const struct flow *f)
{
	static const char *const import[] = { "import", "-", NULL };

	place_clear(&place, "data");
	if (f->is_kept == has_output) {
		assert_int_equal(place_run(&place, import, stored, NULL, NULL), 0);
	}
}

static void tell(const struct flow *f, const char *fault, const char *wrong, const struct result *r)
{
	n_wrong++;
	print_error("%s %s with %s: %s (status %d, %d calls stored)\n%s%s\n", f->args[0], f->args[1], fault, wrong, r->status, r->n_calls,
	    buf_str(&r->out), buf_str(&r->err));
}

static void judge(const struct flow *f, const char *fault, const struct result *r)
{
	const char *wrong = NULL;

	if (r->status >= 128 && r->status != 128 + SIGABRT) {
		wrong = "ended by a signal";
	} else if (r->status == 128 + SIGABRT && !says(&r->err, "out of memory") && !says(&r->err, "no event loop")) {
		wrong = "aborted for no reason";
	} else if (says(&r->err, "Sanitizer") || says(&r->err, "runtime error")) {
		wrong = "is reported";
	} else if (r->status != 0 && r->err.len == 0) {
		wrong = "failed without a word";
	} else if (r->status == 0 && !f->is_kept(r)) {
		wrong = "said that all is well";
	} else if (says(&r->out, KEY) || says(&r->err, KEY)) {
		wrong = "printed the key";
	}
	if (wrong != NULL) {
		tell(f, fault, wrong, r);
	}
	place_holds_not(&place, KEY);
}

static void fail_at(const struct flow *f, const char *kind, long n, const char *and_later)
{
	char *fault = x_asprintf("%s:%ld%s", kind, n, and_later);
	struct result r, again;

	prepare(f);
	run(f, fault, &r);
	judge(f, fault, &r);
	if (f->is_whole != NULL) {
		run(f, NULL, &again);
		if (!f->is_whole(&again)) {
			tell(f, fault, "another run afterwards is not whole", &again);
		}
		result_free(&again);
	}
	result_free(&r);
	free(fault);
}

/* How many calls of that kind a run without a fault makes. */
static long count(const struct flow *f, const char *kind)
{
	char *path = x_asprintf("%s/count", place.dir), *fault = x_asprintf("%s:0", kind);
	struct result r;
	long n = -1;

	prepare(f);
	place_set(&place, "SONDE_FAULT_COUNT", path);
	run(f, fault, &r);
	place_set(&place, "SONDE_FAULT_COUNT", NULL);
	judge(f, fault, &r);
	assert_int_equal(r.status, 0);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld", &n), 1);
	(void)fclose(file);
	result_free(&r);
	free(path);
	free(fault);
	return n;
}

/* At most `most` of all n, the first and the last among them. */
static void fail_each(const struct flow *f, const char *kind, long most)
{
	long n = count(f, kind);

	if (getenv("SONDE_FAULT_MOST") != NULL) {
		most = atol(getenv("SONDE_FAULT_MOST"));
	}
	long tries = n < most ? n : most;

	for (long i = 0; i < tries; i++) {
		fail_at(f, kind, tries > 1 ? 1 + i * (n - 1) / (tries - 1) : 1, "");
	}
	print_message("%s %s: %ld of %ld calls of %s failed\n", f->args[0], f->args[1], tries, n, kind);
	assert_true(tries > 0);
}

/* -- tests --------------------------------------------------------------------------------------------------------------------------- */

static int start_anew(void **state)
{
	(void)state;
	n_wrong = 0;
	return 0;
}

static int setup(void **state)
{
	static const char *const simulate[] = { "--ttft", "0", "--rate", "20000", NULL };
	struct buf b = { 0 };

	(void)state;
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	preload = shim_preload();
	place_make(&place);
	simulator = place_simulate(&place, simulate);
	place_set(&place, "OPENAI_API_KEY", KEY);
	for (int i = 0; i < LINES; i++) {
		(void)buf_addf(&b, "{\"timestamp\":\"2026-11-20T10:00:%02d.%03dZ\",\"provider\":\"openai\",\"model\":\"m%d\",\"prompt_tokens\":%d}\n",
		    i / 10, i % 10, i % 3, i);
	}
	lines = x_strdup(buf_str(&b));
	buf_free(&b);
	flow_import.input = lines;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	place_end(simulator);
	place_remove(&place);
	free(lines);
	free(preload);
	return 0;
}

static void test_memory(void **state)
{
	const struct flow *const flows[] = { &flow_run, &flow_import, &flow_save, &flow_prompts, &flow_play, &flow_metrics, &flow_table, &flow_calls };

	(void)state;
#ifdef __SANITIZE_ADDRESS__ /* has its own allocator */
	skip();
#endif
	for (size_t i = 0; i < COUNT_OF(flows); i++) {
		fail_each(flows[i], "place", 20);
	}
	assert_int_equal(n_wrong, 0);
}

static void test_files(void **state)
{
	(void)state;
	fail_each(&flow_run, "open", 10);
	fail_each(&flow_import, "open", 10);
	fail_each(&flow_metrics, "open", 10);
	assert_int_equal(n_wrong, 0);
}

static void test_disk(void **state)
{
	static const char *const kinds[] = { "write", "full", "sync" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		fail_each(&flow_run, kinds[i], 10);
		fail_each(&flow_import, kinds[i], 10);
		fail_each(&flow_save, kinds[i], 5);
	}
	assert_int_equal(n_wrong, 0);
}

/* A disk that is full from some moment on, and stays so. */
static void test_full_disk(void **state)
{
	(void)state;
	for (long n = 1; n <= 5; n++) {
		fail_at(&flow_run, "full", n, "+");
		fail_at(&flow_import, "full", n, "+");
	}
	assert_int_equal(n_wrong, 0);
}

static void test_network(void **state)
{
	static const char *const simulate[] = { "--ttft", "0", "--rate", "300", NULL }; /* more pieces */
	struct result r;

	(void)state;
	place_end(simulator);
	simulator = place_simulate(&place, simulate);
	place_set(&place, "OPENAI_API_KEY", KEY);
	fail_each(&flow_run, "reset", 15);
	fail_each(&flow_run, "eof", 15);
	prepare(&flow_run);
	run(&flow_run, "short:1+", &r); /* byte by byte: no fault at all */
	assert_int_equal(r.status, 0);
	assert_int_equal(r.n_calls, 1);
	assert_int_equal(n_wrong, 0);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_memory, start_anew),
		cmocka_unit_test_setup(test_files, start_anew),
		cmocka_unit_test_setup(test_disk, start_anew),
		cmocka_unit_test_setup(test_full_disk, start_anew),
		cmocka_unit_test_setup(test_network, start_anew),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
