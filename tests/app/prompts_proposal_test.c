/* A shorter text of the draft: by rules, and by a model over HTTP. */
#include "tests/store/fixture.h"

#include "app/prompts.h"
#include "sim/sim.h"

struct place {
	struct loop *loop;
	struct sim *sim;
	struct app *app;
	struct prompts *p;
};

static void give_up(struct ev_loop *ev, ev_timer *w, int revents)
{
	(void)ev;
	(void)revents;
	*(bool *)w->data = true;
}

/* Runs the loop until it is so, at most ten seconds. */
static void wait_for(struct place *o, bool (*is_so)(const struct place *o))
{
	bool is_late = false;
	ev_timer late;

	ev_timer_init(&late, give_up, 10, 0);
	late.data = &is_late;
	ev_timer_start(o->loop->ev, &late);
	while (!is_so(o) && !is_late) {
		ev_run(o->loop->ev, EVRUN_ONCE);
	}
	ev_timer_stop(o->loop->ev, &late);
	assert_false(is_late);
}

static bool is_quiet(const struct place *o)
{
	return o->p->n_tasks == 0 && !o->p->is_thinking && !o->p->proposal.is_asked;
}

static bool is_called(const struct place *o)
{
	return o->p->proposal.call != NULL;
}

static void open_place(struct place *o, const char *dir, const struct sim_options *sim)
{
	struct config *config = config_new();
	struct err e = { 0 };

	*o = (struct place){ .loop = loop_new() };
	o->sim = sim_new(o->loop, sim, &e);
	assert_non_null(o->sim);
	char *url = x_asprintf("http://127.0.0.1:%d/v1", sim_port(o->sim));

	(void)config_add_provider(config, "openai", "openai", url, "simulated", "a test");
	if (!price_table_override(config->prices, "openai", "m", "1", "2", NULL, NULL, &e)) {
		fail_msg("%s", e.text);
	}
	free(url);
	o->app = app_new(o->loop, config, dir, true);
	o->p = o->app->prompts;
	prompts_open(o->p, "p", 0);
	wait_for(o, is_quiet);
}

static void close_place(struct place *o)
{
	app_free(o->app);
	sim_free(o->sim);
	loop_free(o->loop);
}

static struct sim_options quick(void)
{
	struct sim_options o;

	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 100000;
	return o;
}

static void set_text(struct place *o, const char *text)
{
	prompts_set_text(o->p, text, strlen(text));
	wait_for(o, is_quiet);
}

static void propose(struct place *o, const char *target)
{
	struct err e = { 0 };

	if (!prompts_proposal_begin(o->p, target, &e)) {
		fail_msg("%s", e.text);
	}
	wait_for(o, is_quiet);
}

/* What was said since then; "" nothing was. */
static const char *news(const struct place *o, unsigned long since)
{
	return o->app->news.n > since ? o->app->news.text : "";
}

#define WORDY "SYSTEM\nPlease make sure to be brief.  Never guess.\n\nUSER\n{{ q }}\n"
#define KIND "SYSTEM\nPlease be very kind to {{ user }}.\n\nUSER\nkindly {{ q | trim }}\n"

static void rules_propose_and_nothing_changes(void **state)
{
	const struct sim_options sim = quick();
	struct place o;

	open_place(&o, *state, &sim);
	set_text(&o, WORDY);
	propose(&o, "");
	assert_true(prompts_proposal_stands(o.p));
	assert_string_equal(buf_str(&o.p->text), WORDY);
	assert_string_equal(buf_str(&o.p->proposal.reasons), "filler 1, blanks 1");
	const struct facts *f = o.p->facts;

	assert_string_equal(buf_str(&f->against), WORDY);
	assert_string_equal(buf_str(facts_after(f)), "SYSTEM\nBe brief. Never guess.\n\nUSER\n{{ q }}\n");
	assert_true(f->after_tokens.tok < f->against_tokens.tok);
	assert_int_equal(f->tokens.tok, f->against_tokens.tok);
	/* dropped, the draft is compared as before */
	prompts_proposal_drop(o.p);
	wait_for(&o, is_quiet);
	assert_false(prompts_proposal_stands(o.p));
	assert_int_equal(o.p->facts->proposal, 0);
	assert_string_equal(buf_str(&o.p->text), WORDY);
	/* taken, it is the text, by one change */
	propose(&o, "");
	unsigned opened = o.p->opened;

	prompts_proposal_take(o.p);
	wait_for(&o, is_quiet);
	assert_string_equal(buf_str(&o.p->text), "SYSTEM\nBe brief. Never guess.\n\nUSER\n{{ q }}\n");
	assert_int_equal(o.p->opened, opened + 1);
	assert_false(prompts_proposal_stands(o.p));
	unsigned long n = o.app->news.n;

	propose(&o, "");
	assert_false(prompts_proposal_stands(o.p));
	assert_string_equal(news(&o, n), "nothing to shorten");
	close_place(&o);
}

static void rewrite_of(struct place *o, const char *dir, char *out, size_t size)
{
	struct err e = { 0 };
	struct call_row *rows;
	size_t n;

	assert_true(store_flush(o->app->store, 60000, &e));
	struct reader *r = reader_open(dir, &e);

	assert_non_null(r);
	assert_true(calls_list(r, &(struct call_filter){ .to_us = INT64_MAX }, 10, &rows, &n, &e));
	assert_true(n > 0);
	(void)snprintf(out, size, "%zu %s", n, rows[0].tags);
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
	reader_close(r);
}

static void a_model_proposes(void **state)
{
	const struct sim_options sim = quick();
	struct place o;
	char tags[200];
	struct err e = { 0 };

	open_place(&o, *state, &sim);
	set_text(&o, KIND);
	assert_true(prompts_save(o.p, "first", &e));
	wait_for(&o, is_quiet);
	propose(&o, "openai/m");
	assert_true(prompts_proposal_stands(o.p));
	assert_true(o.p->proposal.is_simulated);
	assert_string_equal(buf_str(&o.p->proposal.reasons), "rewritten by openai/m");
	assert_string_equal(buf_str(&o.p->text), KIND);
	rewrite_of(&o, *state, tags, sizeof(tags));
	assert_string_equal(tags, "1 {\"rewrite_of\":\"p@v1\"}");
	prompts_proposal_take(o.p);
	wait_for(&o, is_quiet);
	assert_string_equal(buf_str(&o.p->text), "SYSTEM\nbe kind to {{ user }}.\n\nUSER\n{{ q | trim }}\n");
	assert_true(prompts_is_changed(o.p));
	close_place(&o);
}

static void a_rewrite_that_loses_something_is_refused(void **state)
{
	const struct sim_options sim = quick();
	struct place o;

	open_place(&o, *state, &sim);
	set_text(&o, "For {{ just }}.");
	unsigned long n = o.app->news.n;

	propose(&o, "openai/m");
	assert_false(prompts_proposal_stands(o.p));
	assert_memory_equal(news(&o, n), "the rewrite", 11);
	assert_string_equal(buf_str(&o.p->text), "For {{ just }}.");
	/* one that changes nothing */
	n = o.app->news.n;
	set_text(&o, "Be brief.");
	propose(&o, "openai/m");
	assert_string_equal(news(&o, n), "nothing to shorten");
	/* what no answer could be right for is not sent */
	uint64_t requests = sim_requests(o.sim);

	n = o.app->news.n;
	set_text(&o, "USER\nPlease do {% if\n");
	propose(&o, "openai/m");
	assert_memory_equal(news(&o, n), "the prompt cannot be parsed", 27);
	n = o.app->news.n;
	set_text(&o, "");
	propose(&o, "openai/m");
	assert_non_null(strstr(news(&o, n), "empty"));
	assert_int_equal(sim_requests(o.sim), requests);
	close_place(&o);
}

static void what_goes_wrong_is_one_sentence(void **state)
{
	struct sim_options sim = quick();
	struct place o;
	struct err e = { 0 };

	sim.fail[FAULT_AUTH] = 1;
	open_place(&o, *state, &sim);
	set_text(&o, KIND);
	assert_false(prompts_proposal_begin(o.p, "nobody/nothing", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(o.p->proposal.is_asked);
	unsigned long n = o.app->news.n;

	propose(&o, "openai/m");
	assert_non_null(strstr(news(&o, n), "401"));
	assert_int_equal(o.app->news.n, n + 1);
	assert_false(prompts_proposal_stands(o.p));
	close_place(&o);
}

static void a_spent_budget_is_told(void **state)
{
	const struct sim_options sim = quick();
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state, &sim);
	set_text(&o, KIND);
	propose(&o, "openai/m");
	assert_true(store_flush(o.app->store, 60000, &e));
	o.app->config->budget.day_nano = 1;
	set_text(&o, KIND "Please.\n"); /* the same would come from the store, at no cost */
	unsigned long n = o.app->news.n;

	propose(&o, "openai/m");
	assert_non_null(strstr(news(&o, n), "budget"));
	assert_false(prompts_proposal_stands(o.p));
	close_place(&o);
}

/* Esc, what is typed, another prompt, the end of the program. */
static void it_is_asked_for_no_longer(void **state)
{
	struct sim_options sim = quick();
	struct place o;
	struct err e = { 0 };

	sim.ttft_ms = 60000;
	open_place(&o, *state, &sim);
	set_text(&o, KIND);
	for (int way = 0; way < 3; way++) {
		unsigned long n = o.app->news.n;

		assert_true(prompts_proposal_begin(o.p, "openai/m", &e));
		wait_for(&o, is_called);
		assert_true(o.p->proposal.is_asked);
		if (way == 0) {
			prompts_proposal_drop(o.p);
		} else if (way == 1) {
			prompts_set_text(o.p, WORDY, strlen(WORDY));
			assert_non_null(strstr(news(&o, n), "the draft has changed"));
		} else {
			prompts_open(o.p, "q", 0);
		}
		assert_false(o.p->proposal.is_asked);
		assert_null(o.p->proposal.call);
		wait_for(&o, is_quiet);
		assert_false(prompts_proposal_stands(o.p));
	}
	prompts_open(o.p, "p", 0);
	wait_for(&o, is_quiet);
	assert_string_equal(buf_str(&o.p->text), WORDY);
	/* work of one that was dropped before it came changes nothing */
	assert_true(prompts_proposal_begin(o.p, "", &e));
	prompts_proposal_drop(o.p);
	job_pool_wait(o.loop->jobs);
	assert_false(prompts_proposal_stands(o.p));
	assert_true(prompts_proposal_begin(o.p, "openai/m", &e));
	close_place(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_propose_and_nothing_changes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_model_proposes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_rewrite_that_loses_something_is_refused, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_goes_wrong_is_one_sentence, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_spent_budget_is_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(it_is_asked_for_no_longer, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
