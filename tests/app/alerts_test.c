/* Alerts as a console has them: judged when the store is written to, told once, their command run once, by one of several consoles. */
#include "tests/store/fixture.h"

#include "app/alert_command.h"
#include "app/alerts.h"
#include "base/clock.h"

static uint64_t n_put;

static struct alert_rule *rule_of(const char *when, const char *command)
{
	struct alert_rule *rule = x_calloc(1, sizeof(*rule));
	struct err e = { 0 };

	rule->name = x_strdup("test");
	rule->over_us = ALERT_OVER_US;
	rule->min_calls = LIMIT_CALLS;
	rule->command = x_strdup(command);
	assert_true(alert_rule_set_when(rule, when, &e));
	return rule;
}

/* A console on the store of a directory with one alert, whose command writes a line into the file `said` there; when NULL: with none. */
static struct app *console(const char *dir, const char *when)
{
	struct config *c = config_new();
	char *command = x_asprintf("echo \"$SONDE_ALERT_NAME $SONDE_ALERT_STATE $SONDE_ALERT_VALUE of $SONDE_ALERT_LIMIT, $SONDE_ALERT_CALLS\" >>'%s/said'", dir);

	if (when != NULL) {
		*array_push(c->alerts, c->n_alerts, c->cap_alerts) = rule_of(when, command);
	}
	free(command);
	return app_new(loop_new(), c, dir, true);
}

/* Commands that were begun are over then. */
static void close_console(struct app *a)
{
	struct loop *l = a->loop;

	app_free(a);
	loop_free(l);
}

static void put(struct app *a, int n, enum error_class class)
{
	struct err e = { 0 };

	for (int i = 0; i < n; i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ clock_wall_us() - US_PER_S, ++n_put };
		row.provider = "openai";
		row.model_req = "m";
		row.operation = "chat";
		row.error_class = class;
		store_put_call(a->store, &row, NULL);
	}
	assert_true(store_flush(a->store, 5000, &e));
}

/* What the commands wrote; the caller's. */
static char *said(const char *dir)
{
	char *path = x_asprintf("%s/said", dir);
	FILE *f = fopen(path, "r");
	char text[1000];
	size_t n = f != NULL ? fread(text, 1, sizeof(text), f) : 0;

	if (f != NULL) {
		(void)fclose(f);
	}
	free(path);
	return x_strndup(text, n);
}

struct wait {
	struct alerts *alerts;
	size_t n_on;
	bool is_so;
};

static void on_change(void *ctx)
{
	struct wait *w = ctx;

	w->is_so = w->alerts->app->news.n > 0 && w->alerts->n_on == w->n_on;
}

static void a_write_begins_it(void **state)
{
	struct app *a = console(*state, "err>10%");
	struct wait w = { a->alerts, 1, false };

	a->on_change = on_change;
	a->on_change_ctx = &w;
	assert_int_equal(a->alerts->n, 1);
	put(a, 15, CLASS_NONE);
	put(a, 5, CLASS_TIMEOUT);
	loop_run_until(a->loop, &w.is_so);
	assert_string_equal(a->news.text, "Alert: test, err > 10% over 10m: 25% in 20 calls");
	assert_int_equal(a->news.kind, NEWS_ALERT);
	assert_int_equal(a->news.n, 1);
	put(a, 500, CLASS_NONE);
	w = (struct wait){ a->alerts, 0, false };
	loop_run_until(a->loop, &w.is_so);
	assert_non_null(strstr(a->news.text, "Alert is over: test, err > 10% over 10m: ")); /* some of them may do */
	close_console(a);
	char *text = said(*state);

	assert_non_null(strstr(text, "test begin 0.25 of 0.1, 20\ntest end 0.0"));
	free(text);
}

/* The order in which jobs of two processes come makes no difference: each judges when it does. */
static void one_of_several_runs_the_command(void **state)
{
	struct app *first = console(*state, "err>10%"), *second = console(*state, "err>10%");
	int64_t now_us = clock_wall_us();

	job_pool_wait(first->loop->jobs);
	job_pool_wait(second->loop->jobs);
	put(first, 30, CLASS_TIMEOUT);
	alerts_judge_now(second->alerts, now_us);
	alerts_judge_now(first->alerts, now_us);
	assert_int_equal(first->alerts->n_on, 1);
	assert_int_equal(second->alerts->n_on, 1);
	assert_int_equal(first->news.n, 1);
	assert_int_equal(second->news.n, 1);
	close_console(first);
	close_console(second);
	/* A console that starts later, and a restart, find it on and are silent. */
	struct app *third = console(*state, "err>10%");

	job_pool_wait(third->loop->jobs);
	alerts_judge_now(third->alerts, now_us + US_PER_S);
	assert_int_equal(third->alerts->n_on, 1);
	assert_int_equal(third->news.n, 0);
	close_console(third);
	char *text = said(*state);

	assert_string_equal(text, "test begin 1 of 0.1, 30\n");
	free(text);
}

static void options_make_alerts(void **state)
{
	struct app *a = console(*state, NULL);
	struct err e;
	struct buf text = { 0 };

	job_pool_wait(a->loop->jobs);
	assert_int_equal(a->alerts->n, 0);
	assert_true(option_set(&a->config->options, OPTION_ALERT_COST, "$2.50", ORIGIN_SESSION, NULL, &e));
	assert_true(option_set(&a->config->options, OPTION_ALERT_ERR, "5%", ORIGIN_SESSION, NULL, &e));
	assert_true(option_set(&a->config->options, OPTION_ALERT_OVER, "90", ORIGIN_SESSION, NULL, &e));
	alerts_configure(a->alerts);
	assert_int_equal(a->alerts->n, 2);
	assert_string_equal(a->alerts->views[0].rule->name, "err > 5% over 90m");
	assert_string_equal(a->alerts->views[1].rule->name, "cost/h > $2.50 over 90m");
	alerts_figure(&a->alerts->views[0], &text);
	assert_string_equal(buf_str(&text), "reading\u2026");
	/* Meanwhile the first question is under way: it is let end before its rule goes. */
	assert_true(option_set(&a->config->options, OPTION_ALERT_ERR, "off", ORIGIN_SESSION, NULL, &e));
	alerts_configure(a->alerts);
	job_pool_wait(a->loop->jobs);
	assert_int_equal(a->alerts->n, 1);
	assert_true(a->alerts->views[0].is_known);
	option_reset(&a->config->options, OPTION_ALERT_COST);
	alerts_configure(a->alerts);
	assert_int_equal(a->alerts->n, 0);
	buf_free(&text);
	close_console(a);
}

struct end {
	struct alert_commands *commands;
	bool is_there;
};

static void on_poll(struct ev_loop *ev, ev_timer *w, int revents)
{
	struct end *end = w->data;

	(void)ev;
	(void)revents;
	end->is_there = alert_commands_running(end->commands) == 0;
}

static void a_command_has_its_time(void **state)
{
	struct loop *l = loop_new();
	struct alert_commands *c = alert_commands_new(l, 0);
	char *command = x_asprintf("echo begun >'%s/said'; sleep 1000; echo late >>'%s/said'", (char *)*state, (char *)*state);
	struct alert_rule *rule = rule_of("calls>1", command);
	const struct alert_state s = { .is_on = true, .value = UNKNOWN };
	struct end end = { c, false };
	ev_timer poll;
	struct err e;

	assert_true(alert_command_run(c, rule, &s, &e));
	assert_int_equal(alert_commands_running(c), 1);
	ev_timer_init(&poll, on_poll, 0.01, 0.01);
	poll.data = &end;
	ev_timer_start(l->ev, &poll);
	loop_run_until(l, &end.is_there);
	ev_timer_stop(l->ev, &poll);
	alert_commands_free(c);
	char *text = said(*state);

	assert_null(strstr(text, "late"));
	free(text);
	alert_rule_free(rule);
	free(command);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_begins_it, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(one_of_several_runs_the_command, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(options_make_alerts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_command_has_its_time, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
