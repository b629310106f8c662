/* Every screen in its states, sizes, themes and glyph levels against the pictures in tests/golden: see `make golden-update`. */
#include "tests/ui/fixture.h"

#include "app/alerts.h"
#include "app/welcome.h"

static const char answer_a[] =
    "{\"team\":\"billing\",\"sev\":2,\n\"why\":\"Customer was charged twice for order 4411; refund was promised on 12 May but has not "
    "been issued. The tone is angry but not a legal thr";
static const char answer_b[] =
    "{\"team\":\"billing\",\"sev\":1,\n\"why\":\"Double charge, refund overdue. Escalation risk: customer mentions chargeback.\"}\n\n"
    "\u4e8c\u91cd\u8acb\u6c42\u306e\u8fd4\u91d1\u3092\u304a\u5f85\u3061\u3067\u3059\u3002 e\u0301te\u0301 na\u0308chste "
    "\U0001F469\u200D\U0001F4BB ok\n"
    "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbauunterbeamtengesellschaft \x1b[31mred\x1b[0m \u202Eevil";

/* Four columns: streaming, done, failed, retrying. */
static void run_four(struct fixture *f)
{
	fixture_keys(f, "F5");
	fixture_tick(f, 340);
	fake_fail(fixture_call(f, 4), CLASS_BAD_REQUEST,
	    "ollama answered 400: model \u201cllama3.1:8b\u201d not found, try pulling it first",
	    "check the model's name and the base URL http://127.0.0.1:9");
	fake_delta(fixture_call(f, 1), DELTA_TEXT, "");
	fake_retry(fixture_call(f, 3), 4000, "mistral answered 429: Requests rate limit exceeded");
	fixture_tick(f, 180);
	fake_delta(fixture_call(f, 2), DELTA_REASONING, "The customer writes in French.");
	fake_delta(fixture_call(f, 2), DELTA_TEXT, answer_b);
	fixture_tick(f, 560);
	fake_delta(fixture_call(f, 2), DELTA_TEXT, ".");
	fake_done(fixture_call(f, 2), 430, 49, 9);
	fake_delta(fixture_call(f, 1), DELTA_TEXT, answer_a);
	fixture_tick(f, 120);
}

static void finish_two(struct fixture *f)
{
	run_four(f);
	fake_delta(fixture_call(f, 1), DELTA_TEXT, "eat.\"}");
	fake_done(fixture_call(f, 1), 412, 58, UNKNOWN);
	fixture_settle(f);
}

static void nothing(struct fixture *f)
{
	(void)f;
}

static void editing(struct fixture *f)
{
	fixture_keys(f, "e Ctrl-Home Alt-f");
	fixture_type(f, " (\u6ce8\u6587)");
}

static void editing_system(struct fixture *f)
{
	fixture_keys(f, "e Tab");
}

static void diff(struct fixture *f)
{
	finish_two(f);
	fixture_keys(f, "d");
}

static void ask_versions(struct fixture *f, const char *const *refs, size_t n)
{
	static const char *const values[] = { "product=Atlas", "lang=fr", "ticket={\"body\":\"Where is my order?\"}" };
	struct err e = { 0 };

	fixture_add_prompts(f);
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		assert_true(prompts_set_value(f->app->prompts, values[i], &e));
	}
	for (size_t i = 0; i < n; i++) {
		play_ask_own(f->app->play, f->app->play->columns[i], refs[i]);
	}
	fixture_settle(f);
	fixture_draw(f);
}

static void versions(struct fixture *f)
{
	static const char *const refs[] = { "support/triage@v1", "support/triage" };

	ask_versions(f, refs, COUNT_OF(refs));
	finish_two(f);
}

/* Of two prompts, and one lacks a value. */
static void versions_of_two(struct fixture *f)
{
	static const char *const refs[] = { "support/triage@staging", "support/refund-policy" };

	ask_versions(f, refs, COUNT_OF(refs));
}

/* A prompt of several turns with tools and a form for its answer. */
static void turns(struct fixture *f)
{
	play_take_prompt(f->app->play, play_prompt_from_text("{\"name\":\"chat/refund\",\"version\":3,\"body\":{\"messages\":["
	    "{\"role\":\"system\",\"content\":\"You answer for Atlas.\"},{\"role\":\"user\",\"content\":\"I was charged twice.\"},"
	    "{\"role\":\"assistant\",\"content\":\"Which order is it?\"},{\"role\":\"user\",\"content\":\"4411.\\nThe second charge came at night.\"},"
	    "{\"role\":\"assistant\",\"content\":\"I see both charges.\"},{\"role\":\"user\",\"content\":\"Then pay one back.\"}],"
	    "\"params\":{\"temperature\":0.2},\"response_schema\":{\"type\":\"object\"},"
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"refund\"}},{\"type\":\"function\",\"function\":{\"name\":\"look_up\"}}]}}"),
	    NULL);
	fixture_settle(f);
}

static void request(struct fixture *f)
{
	turns(f);
	fixture_draw(f);
	fixture_keys(f, "w");
}

static void history(struct fixture *f)
{
	fixture_add_runs(f);
	fixture_keys(f, "H j");
}

static void past_run(struct fixture *f)
{
	fixture_add_runs(f);
	fixture_keys(f, "H Enter");
}

static void zoomed(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, "l m z");
}

/* The second answer is finished. */
static void inspector(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, "l i");
}

static void inspector_beside(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, "l");
}

static void events(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, "l J");
}

/* One target with a past, one with a limit of its own, one without a price. */
static void estimate(struct fixture *f)
{
	fixture_add_runs(f);
	fixture_keys(f, "l P");
	fixture_type(f, "max_tokens=300\n");
	play_load_sizes(f->app->play);
	fixture_settle(f);
}

/* An image and a text; the third target takes texts only. */
static void attached(struct fixture *f)
{
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	static const struct {
		const char *name, *bytes;
		size_t len;
	} files[] = { { "invoice.png", png, sizeof(png) }, { "notes.txt", "Order 4411 was charged twice.", 29 } };
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char *path = x_asprintf("%s/%s", f->dir, files[i].name);
		struct buf bytes = { 0 };

		(void)buf_add(&bytes, files[i].bytes, files[i].len);
		fixture_write_file(path, &bytes);
		assert_true(play_attach(f->app->play, path, &e));
		buf_free(&bytes);
		free(path);
	}
	(void)play_add(f->app->play, "openai/gpt-3.5-turbo");
	assert_true(play_move(f->app->play, 4, -1) && play_move(f->app->play, 3, -1));
	fixture_keys(f, "l");
}

static void unusable(struct fixture *f)
{
	fixture_keys(f, ":");
	fixture_type(f, "add mistrall/small\n");
}

static void metrics(struct fixture *f)
{
	fixture_fill_store(f);
	fixture_add_call(f);
	fixture_keys(f, "4");
}

/* Real calls and a simulated one: the sum says so at every width. */
static void metrics_simulated(struct fixture *f)
{
	struct call_row r;

	call_row_init(&r);
	r.id = (struct call_id){ FAKE_WALL_US - 5 * US_PER_S, 78 };
	r.provider = "openai";
	r.model_req = "gpt-5.4-mini";
	r.operation = "chat";
	r.is_simulated = true;
	store_put_call(f->app->store, &r, NULL);
	metrics(f);
}

/* A sum that touches no other column, and a name that nobody asked for. */
static void metrics_costly(struct fixture *f)
{
	struct call_row r;

	call_row_init(&r);
	r.id = (struct call_id){ FAKE_WALL_US - 5 * US_PER_S, 79 };
	r.provider = "openai";
	r.model_req = "\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21\u6a21";
	r.operation = "chat";
	r.cost_nano = 12345678000000;
	store_put_call(f->app->store, &r, NULL);
	metrics(f);
}

static void metrics_log(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "Tab j j");
}

static void metrics_budget(struct fixture *f)
{
	f->app->config->budget = (struct budget){ .day_nano = 2000000000, .month_nano = 100000000000 };
	metrics(f);
}

/* Over the budget, with simulated calls, while others run: as much of it as there is room for. */
static void metrics_spent(struct fixture *f)
{
	f->app->config->budget = (struct budget){ .day_nano = 5000000000 };
	f->app->gateway->spent = (struct budget_spent){ .stored = { .day_nano = 5200000000 }, .read_us = 1 };
	run_four(f);
	metrics_simulated(f);
}

static void metrics_week(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "t g g g s s");
}

static void metrics_detail(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "Tab Enter");
}

static void metrics_failed(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "e Tab Enter");
}

static void metrics_filtered(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "j j Enter e /");
	fixture_type(f, "slow\n");
}

static void metrics_nothing_found(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "/");
	fixture_type(f, "no such text\n");
}

static void metrics_empty(struct fixture *f)
{
	fixture_keys(f, "4");
}

static void help(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "?");
}

static void help_filtered(struct fixture *f)
{
	metrics(f);
	fixture_keys(f, "?");
	fixture_type(f, "err");
}

static void command(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, ":");
	fixture_type(f, "re");
}

static void completion(struct fixture *f)
{
	fixture_keys(f, "a");
	fixture_type(f, "tri");
}

static void demo(struct fixture *f)
{
	f->app->is_demo = true;
	run_four(f);
	for (size_t i = 0; i < f->app->play->n_columns; i++) {
		f->app->play->columns[i]->answer->is_simulated = true;
	}
}

static void first_start(struct fixture *f)
{
	fixture_start_first(f);
	assert_true(welcome_is_due(f->app));
	(void)console_show(f->console, "welcome");
	fixture_draw(f);
}

static void first_start_found(struct fixture *f)
{
	static char model[] = "qwen3:8b", other[] = "llama3.1:8b";

	fake_ollama = (struct ollama_answer){ .is_over = true, .is_there = true, .version = "0.9.0", .models = { model, other }, .n_models = 2 };
	first_start(f);
}

static void first_start_how(struct fixture *f)
{
	first_start(f);
	fixture_keys(f, "j Enter");
}

static void add_alert(struct config *c, const char *name, const char *when, const char *over, const char *model, const char *command)
{
	struct alert_rule *rule = x_calloc(1, sizeof(*rule));
	struct err e = { 0 };

	rule->name = x_strdup(name);
	rule->model = x_strdup(model);
	rule->command = x_strdup(command);
	rule->min_calls = LIMIT_CALLS;
	assert_true(alert_rule_set_when(rule, when, &e) && alert_rule_set_over(rule, over, &e));
	*array_push(c->alerts, c->n_alerts, c->cap_alerts) = rule;
}

/* Judged; one begins. */
static void alert(struct fixture *f)
{
	metrics(f);
	add_alert(f->app->config, "errors \u4e8c\u91cd", "err > 1%", "6h", NULL, "curl https://hooks.invalid");
	add_alert(f->app->config, "p95 > 20s over 6h", "p95 > 20s", "6h", NULL, NULL);
	add_alert(f->app->config, "spend", "cost/day > 100", "24h", "gpt-5.4-mini", NULL);
	add_alert(f->app->config, "quiet", "err > 50%", "10s", "no-such-model", NULL);
	fixture_settle(f);
	alerts_free(f->app->alerts);
	f->app->alerts = alerts_new(f->app);
	fixture_settle(f);
	(void)console_take_news(f->console);
	fixture_draw(f);
}

static void alerts(struct fixture *f)
{
	alert(f);
	fixture_keys(f, ":");
	fixture_type(f, "alerts");
	fixture_keys(f, "Enter");
}

static void no_alerts(struct fixture *f)
{
	fixture_keys(f, ":");
	fixture_type(f, "alerts");
	fixture_keys(f, "Enter");
}

/* As the store says it: store/store.c. */
static void held_up(struct fixture *f)
{
	(void)err_set(&f->app->store_warning, ERR_INTERNAL, "the store's log grows, 129 MiB");
	(void)err_hint(&f->app->store_warning, "let process 4242 (sqlite3) go on, or end it: it reads an old state");
	fixture_draw(f);
}

static void metrics_held_up(struct fixture *f)
{
	metrics(f);
	held_up(f);
}

static void prompts_empty(struct fixture *f)
{
	fixture_keys(f, "1");
}

static void prompts_library(struct fixture *f)
{
	fixture_add_prompts(f);
	fixture_add_prompt_calls(f);
	fixture_keys(f, "1");
}

/* Opened and changed, with two values of three. */
static void prompts(struct fixture *f)
{
	prompts_library(f);
	fixture_keys(f, "G Enter e Down Down Ctrl-a");
	fixture_type(f, "Be kind. ");
	fixture_keys(f, "Esc");
	assert_true(prompts_set_value(f->app->prompts, "product=Atlas", &(struct err){ 0 }));
	assert_true(prompts_set_value(f->app->prompts, "lang=fr", &(struct err){ 0 }));
	fixture_settle(f);
}

static void prompts_held_up(struct fixture *f)
{
	prompts(f);
	held_up(f);
}

static void prompts_editing(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "e Ctrl-End");
	fixture_type(f, "{{");
}

static void prompts_history(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "d Tab j");
}

static void prompts_lines(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "Alt-d d");
}

static void prompts_sides(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "Alt-d Alt-d d z");
}

/* The first version with the third one, whatever the draft is. */
static void prompts_pair(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "d Tab G m k k d");
}

static void prompts_pair_lines(struct fixture *f)
{
	prompts_pair(f);
	fixture_keys(f, "Alt-d");
}

static void prompts_pair_sides(struct fixture *f)
{
	prompts_pair(f);
	fixture_keys(f, "Alt-d Alt-d");
}

/* A shorter text that rules propose. */
static void prompts_proposal(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "e Ctrl-Home Down");
	fixture_type(f, "Please make sure to answer in order to help.  Never invent an order number. ");
	fixture_keys(f, "Esc O");
	fixture_settle(f);
}

static void prompts_proposal_sides(struct fixture *f)
{
	prompts_proposal(f);
	fixture_keys(f, "Alt-d Alt-d");
}

static void prompts_labels(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "d Tab Tab :");
	fixture_type(f, "label production v4\n");
}

static void prompts_rendered(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "d Tab Tab Tab Tab");
}

/* What is likely to be a mistake, and variables of all kinds. */
static void prompts_lints(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "e Down Down Ctrl-a");
	fixture_type(f, "Order {order} of {{ my-name }}, {% if vip %}{{ vip.level + 1 }}{% endif %} {{ x | default(\"a\") }} \n");
	fixture_keys(f, "Esc d Tab Tab Tab Tab");
}

static void prompts_runs(struct fixture *f)
{
	prompts(f);
	fixture_keys(f, "d Tab k k Tab Tab Tab Tab");
}

static void asks_to_quit(struct fixture *f)
{
	run_four(f);
	fixture_keys(f, "q");
}

struct shape {
	int w, h;
};

static const struct shape every[] = { { 80, 24 }, { 120, 40 }, { 200, 60 }, { 60, 16 }, { 38, 8 }, { 0, 0 } };
static const struct shape usual[] = { { 80, 24 }, { 120, 40 }, { 0, 0 } };
static const struct shape wide[] = { { 80, 24 }, { 200, 60 }, { 0, 0 } };
static const struct shape small[] = { { 60, 16 }, { 80, 24 }, { 0, 0 } };
static const struct shape large[] = { { 200, 60 }, { 160, 45 }, { 0, 0 } };
static const struct shape tiny[] = { { 60, 16 }, { 0, 0 } };
static const struct shape one[] = { { 80, 24 }, { 0, 0 } };

enum { ANSI = 1 << THEME_ANSI, MONO = 1 << THEME_MONO };

static const struct {
	const char *name;
	void (*prepare)(struct fixture *f);
	size_t n_targets;
	const struct shape *shapes;
	unsigned themes;
	enum glyphs glyphs;
} pictures[] = {
	{ "play", run_four, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "metrics", metrics, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "prompts", prompts, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "prompts-empty", prompts_empty, 4, every, ANSI, GLYPHS_BRAILLE },
	{ "prompts-library", prompts_library, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-editing", prompts_editing, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "prompts-history", prompts_history, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-lines", prompts_lines, 4, usual, ANSI | MONO, GLYPHS_BRAILLE },
	{ "prompts-sides", prompts_sides, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-pair", prompts_pair, 4, every, ANSI, GLYPHS_BRAILLE },
	{ "prompts-pair-lines", prompts_pair_lines, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-pair-sides", prompts_pair_sides, 4, wide, ANSI, GLYPHS_BRAILLE },
	{ "prompts-proposal", prompts_proposal, 4, every, ANSI, GLYPHS_BRAILLE },
	{ "prompts-proposal-sides", prompts_proposal_sides, 4, wide, ANSI, GLYPHS_BRAILLE },
	{ "prompts-labels", prompts_labels, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-rendered", prompts_rendered, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "prompts-lints", prompts_lints, 4, every, ANSI, GLYPHS_BRAILLE },
	{ "prompts-runs", prompts_runs, 4, every, ANSI, GLYPHS_BRAILLE },
	{ "plain-prompts", prompts, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-prompts-history", prompts_history, 4, one, MONO, GLYPHS_PLAIN },
	{ "play-versions", versions, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "play-versions-missing", versions_of_two, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-turns", turns, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "play-request", request, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "plain-play-turns", turns, 4, one, MONO, GLYPHS_PLAIN },
	{ "play-idle", nothing, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-empty", nothing, 0, small, ANSI, GLYPHS_BRAILLE },
	{ "play-editing", editing, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-editing-system", editing_system, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "play-diff", diff, 4, usual, ANSI | MONO, GLYPHS_BRAILLE },
	{ "play-history", history, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-past", past_run, 4, one, ANSI, GLYPHS_BRAILLE },
	{ "play-zoomed", zoomed, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-zoomed", zoomed, 4, large, ANSI, GLYPHS_BRAILLE },
	{ "play-inspector", inspector, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "play-inspector", inspector_beside, 4, large, ANSI | MONO, GLYPHS_BRAILLE },
	{ "play-events", events, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-estimate", estimate, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-estimate", estimate, 4, tiny, ANSI, GLYPHS_BRAILLE },
	{ "play-attached", attached, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-attached", attached, 4, tiny, ANSI, GLYPHS_BRAILLE },
	{ "play-unusable", unusable, 1, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-ascii", run_four, 4, usual, MONO, GLYPHS_ASCII },
	{ "play-demo", demo, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "prompts-held-up", prompts_held_up, 4, usual, ANSI | MONO, GLYPHS_BRAILLE },
	{ "play-held-up", held_up, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "metrics-held-up", metrics_held_up, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "play-quit", asks_to_quit, 4, one, ANSI, GLYPHS_BRAILLE },
	{ "metrics-simulated", metrics_simulated, 4, usual, ANSI | MONO, GLYPHS_BRAILLE },
	{ "metrics-costly", metrics_costly, 4, usual, MONO, GLYPHS_BRAILLE },
	{ "metrics-log", metrics_log, 4, wide, ANSI, GLYPHS_BRAILLE },
	{ "metrics-budget", metrics_budget, 4, usual, MONO, GLYPHS_BRAILLE },
	{ "metrics-budget-ascii", metrics_budget, 4, wide, MONO, GLYPHS_ASCII },
	{ "metrics-spent", metrics_spent, 4, every, MONO, GLYPHS_BRAILLE },
	{ "metrics-week", metrics_week, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "metrics-detail", metrics_detail, 4, wide, ANSI | MONO, GLYPHS_BRAILLE },
	{ "metrics-failed", metrics_failed, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "metrics-filtered", metrics_filtered, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "metrics-nothing", metrics_nothing_found, 4, one, ANSI, GLYPHS_BRAILLE },
	{ "metrics-empty", metrics_empty, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "metrics-block", metrics, 4, one, MONO, GLYPHS_BLOCK },
	{ "metrics-ascii", metrics, 4, one, MONO, GLYPHS_ASCII },
	{ "alert", alert, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "alerts", alerts, 4, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "alerts-ascii", alerts, 4, one, MONO, GLYPHS_ASCII },
	{ "alerts-none", no_alerts, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "help", help, 4, usual, ANSI, GLYPHS_BRAILLE },
	{ "help-filtered", help_filtered, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "welcome", first_start, 0, every, ANSI | MONO, GLYPHS_BRAILLE },
	{ "welcome-found", first_start_found, 0, usual, ANSI, GLYPHS_BRAILLE },
	{ "welcome-how", first_start_how, 0, small, ANSI, GLYPHS_BRAILLE },
	{ "plain-play", run_four, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-play-idle", nothing, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-play-editing", editing, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-play-wide", finish_two, 4, wide, MONO, GLYPHS_PLAIN },
	{ "plain-metrics", metrics, 4, every, MONO, GLYPHS_PLAIN },
	{ "plain-metrics-detail", metrics_detail, 4, wide, MONO, GLYPHS_PLAIN },
	{ "plain-metrics-empty", metrics_empty, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-metrics-budget", metrics_budget, 4, wide, MONO, GLYPHS_PLAIN },
	{ "plain-help", help, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-command", command, 4, one, MONO, GLYPHS_PLAIN },
	{ "plain-welcome", first_start, 0, one, MONO, GLYPHS_PLAIN },
	{ "command", command, 4, small, ANSI, GLYPHS_BRAILLE },
	{ "command-completion", completion, 4, small, ANSI, GLYPHS_BRAILLE },
};

/* What must hold of every picture. */
static void check_grid(const struct cells *c)
{
	for (int i = 0; i < c->w * c->h; i++) {
		assert_true(c->at[i].style < ST_COUNT);
		assert_true(c->at[i].width != 2 || (i % c->w + 1 < c->w && c->at[i + 1].width == 0));
	}
}

static bool check_picture(size_t i, struct shape shape, enum theme theme)
{
	static const char *const theme_names[] = { [THEME_ANSI] = "ansi", [THEME_MONO] = "mono" };
	struct fixture *f = fixture_new(shape.w, shape.h, pictures[i].n_targets);
	char *name = x_asprintf("%s-%dx%d-%s", pictures[i].name, shape.w, shape.h, theme_names[theme]);
	struct buf picture = { 0 };

	fake_ollama = fake_no_ollama;
	if (pictures[i].glyphs == GLYPHS_PLAIN) {
		fixture_set_plain(f);
	}
	f->cells->glyphs = pictures[i].glyphs;
	/* Keys act on what is seen: on a terminal that is too small nothing could be prepared. */
	fixture_resize(f, shape.w < CONSOLE_MIN_W ? 80 : shape.w, shape.h < CONSOLE_MIN_H ? 24 : shape.h);
	pictures[i].prepare(f);
	fixture_resize(f, shape.w, shape.h);
	check_grid(f->cells);
	fixture_picture(f->cells, theme, &picture);
	bool is_same = fixture_is_golden(name, &picture);

	buf_free(&picture);
	free(name);
	fixture_free(f);
	return is_same;
}

static void screens_look_as_agreed(void **state)
{
	int different = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pictures); i++) {
		for (const struct shape *shape = pictures[i].shapes; shape->w > 0; shape++) {
			for (int theme = 0; theme < THEME_COUNT; theme++) {
				different += (pictures[i].themes >> theme & 1) && !check_picture(i, *shape, (enum theme)theme);
			}
		}
	}
	assert_int_equal(different, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_look_as_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
