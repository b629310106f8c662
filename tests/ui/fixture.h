/* fixture - a whole console on a virtual clock, without network and terminal: an app with four targets, a store in a directory of its own,
 * the screens, a grid. Besides: a day of metrics, runs of the past, and comparison with golden pictures below tests/golden. */
#ifndef SONDE_TESTS_UI_FIXTURE_H
#define SONDE_TESTS_UI_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/base/fake_clock.h"
#include "tests/app/fake_ollama.h"
#include "tests/gateway/fake_gateway.h"

#include "app/app.h"
#include "app/board.h"
#include "app/board_work.h"
#include "app/past.h"
#include "app/play.h"
#include "app/prompts.h"
#include "text/utf8.h"
#include "ui/console.h"
#include "ui/shot.h"
#include "ui/theme.h"

#define HOUR_US (3600 * US_PER_S)

struct fixture {
	char *dir;
	struct loop *loop;
	struct app *app;
	struct console *console;
	struct cells *cells;
	unsigned bits; /* of the last input */
};

/* Prices that stay when those of the program change. */
static const struct {
	const char *provider, *kind, *model, *in, *out;
} fixture_targets[] = {
	{ "openai", "openai", "gpt-5.4-mini", "0.75", "4.5" },
	{ "anthropic", "anthropic", "claude-haiku-4-5", "1", "5" },
	{ "mistral", "openai", "mistral-small", "0.1", "0.3" },
	{ "ollama", "ollama", "llama3.1:8b", NULL, NULL },
};
#define FIXTURE_TARGETS COUNT_OF(fixture_targets)

static const char fixture_system[] =
    "You triage support tickets for Atlas. Reply with ONE JSON object: {\"team\",\"sev\",\"why\"}. Never invent an order number.";
static const char fixture_user[] =
    "Language: fr\nBonjour, j\u2019ai \u00e9t\u00e9 d\u00e9bit\u00e9 deux fois pour la commande 4411. On m\u2019a promis un "
    "remboursement le 12 mai et rien n\u2019est arriv\u00e9 depuis.\n\nJe suis tr\u00e8s d\u00e9\u00e7u.\nC\u00e9line";

static inline char *fixture_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = x_asprintf("%s/sonde-ui-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline int fixture_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_add_alias(struct config *c, const char *name, const char *target)
{
	struct err e = { 0 };
	struct target *t = target_resolve(c, target, &e);

	assert_non_null(t);
	free(t->name);
	t->name = x_strdup(name);
	*array_push(c->aliases, c->n_aliases, c->cap_aliases) = t;
}

static inline struct config *fixture_config(void)
{
	struct config *c = config_new();
	struct err e = { 0 };

	for (size_t i = 0; i < FIXTURE_TARGETS; i++) {
		const char *provider = fixture_targets[i].provider, *model = fixture_targets[i].model;

		const char *url = strcmp(fixture_targets[i].kind, "openai") == 0 ? "http://127.0.0.1:9/v1" : "http://127.0.0.1:9";

		(void)config_add_provider(c, provider, fixture_targets[i].kind, url, "none", "the test");
		if (fixture_targets[i].in != NULL &&
		    !price_table_override(c->prices, provider, model, fixture_targets[i].in, fixture_targets[i].out, NULL, NULL, &e)) {
			fail_msg("%s", e.text);
		}
	}
	*array_push(c->protected_labels, c->n_protected, c->cap_protected) = x_strdup(PROMPT_PRODUCTION);
	fixture_add_alias(c, "triage-cheap", "mistral/mistral-small");
	fixture_add_alias(c, "triage-fast", "openai/gpt-5.4-mini");
	return c;
}

/* A console of that size on an empty store, with the first n targets and the prompt; the clock at its start. */
static inline struct fixture *fixture_new(int w, int h, size_t n_targets)
{
	struct fixture *f = x_calloc(1, sizeof(*f));

	setenv("TZ", "UTC", 1);
	tzset();
	fake_clock_reset();
	f->dir = fixture_dir();
	setenv("XDG_CACHE_HOME", f->dir, 1); /* no vocabulary of whoever runs the tests */
	setenv("TIKTOKEN_CACHE_DIR", "", 1);
	f->loop = loop_new();
	f->app = app_new(f->loop, fixture_config(), f->dir, true);
	assert_non_null(f->app->store);
	play_set_prompt(f->app->play, n_targets > 0 ? fixture_system : "", n_targets > 0 ? fixture_user : "");
	for (size_t i = 0; i < n_targets; i++) {
		char *name = x_asprintf("%s/%s", fixture_targets[i].provider, fixture_targets[i].model);

		play_add(f->app->play, name);
		free(name);
	}
	f->console = console_new(f->app, all_screens, n_all_screens, summary_of_app);
	f->cells = cells_new(w, h);
	console_resize(f->console, w, h);
	return f;
}

/* `:set plain on`, at the start. */
static inline void fixture_set_plain(struct fixture *f)
{
	struct err e = { 0 };

	assert_true(option_set(&f->app->config->options, OPTION_PLAIN, "on", ORIGIN_SESSION, NULL, &e));
	f->cells->glyphs = GLYPHS_PLAIN;
}

/* The same console as of somebody who starts sonde for the first time, in an environment without a key. */
static inline void fixture_start_first(struct fixture *f)
{
	for (size_t i = 0; i < n_providers; i++) {
		for (size_t k = 0; k < COUNT_OF(providers[i]->key_env) && providers[i]->key_env[k] != NULL; k++) {
			unsetenv(providers[i]->key_env[k]);
		}
		unsetenv(providers[i]->base_url_env);
	}
	unsetenv("SONDE_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/home/ada", 1);
	struct config *config = config_load(NULL);

	config->options = f->app->config->options;
	console_free(f->console);
	app_free(f->app);
	f->app = app_new(f->loop, config, f->dir, true);
	f->console = console_new(f->app, all_screens, n_all_screens, summary_of_app);
	console_resize(f->console, f->cells->w, f->cells->h);
}

static inline void fixture_free(struct fixture *f)
{
	console_free(f->console);
	app_free(f->app);
	cells_free(f->cells);
	loop_free(f->loop);
	assert_int_equal(nftw(f->dir, fixture_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(f->dir);
	free(f);
}

/* Everything that is under way comes to its end: calls, rows, queries. */
static inline void fixture_settle(struct fixture *f)
{
	struct err e = { 0 };

	fake_settle(f->app->gateway);
	if (!store_flush(f->app->store, 5000, &e)) {
		fail_msg("%s", e.text);
	}
	job_pool_wait(f->loop->jobs);
	if (ev_is_active(&f->app->board->work->settle)) { /* a question that waits a moment */
		ev_invoke(f->loop->ev, &f->app->board->work->settle, EV_TIMER);
		job_pool_wait(f->loop->jobs);
	}
}

static inline struct env fixture_env(void)
{
	return (struct env){ .now_us = clock_wall_us(), .mono_us = clock_mono_us(), .has_focus = true };
}

static inline bool fixture_is_row_blank(const struct cells *c, int y)
{
	bool is_blank = true;

	for (int x = 0; x < c->w; x++) {
		is_blank &= c->at[y * c->w + x].cp[0] == ' ';
	}
	return is_blank;
}

/* A screen reader reads where the cursor stands: always in the text that is edited, on the selected row, or at the top of the pane that has
 * the focus. */
static inline void fixture_check_cursor(const struct cells *c)
{
	int x = c->cursor_x, y = c->cursor_y;
	bool is_inside = x >= 0 && y >= 0 && x < c->w && y < c->h;
	bool is_blank = is_inside && fixture_is_row_blank(c, y), has_place = c->cursor_is_text || c->w < CONSOLE_MIN_W || c->h < CONSOLE_MIN_H || c->glyphs == GLYPHS_PLAIN;

	if (is_inside && !has_place) {
		bool is_marked = c->at[y * c->w + x].cp[0] == (c->glyphs == GLYPHS_ASCII ? '>' : 0x258c);

		uint8_t above = x > 0 && y > 0 ? c->at[(y - 1) * c->w + x - 1].style : ST_TEXT;
		bool is_below_rule = above == ST_RULE_FOCUS || above == ST_BOX; /* or below the frame of an overlay */

		has_place = is_marked || is_below_rule;
		is_blank &= !is_below_rule; /* an empty line of a text is a line of it */
	}
	if (!is_inside || !has_place || is_blank) {
		struct buf picture = { 0 };

		cells_dump(c, &picture);
		(void)fputs(buf_str(&picture), stderr); /* too long for print_error */
		buf_free(&picture);
		fail_msg("the cursor at %d,%d is in no such place", x, y);
	}
}

static inline void fixture_draw(struct fixture *f)
{
	struct env env = fixture_env();

	(void)console_take_news(f->console);
	console_draw(f->console, f->cells, &env);
	fixture_settle(f); /* a layout may have asked for more columns of a graph */
	console_draw(f->console, f->cells, &env);
	fixture_check_cursor(f->cells);
}

static inline void fixture_resize(struct fixture *f, int w, int h)
{
	cells_resize(f->cells, w, h);
	console_resize(f->console, w, h);
	fixture_draw(f);
}

static inline void fixture_input(struct fixture *f, const struct input *in)
{
	f->bits = console_input(f->console, in);
	fixture_settle(f);
	f->bits |= console_arrived(f->console);
}

/* Key names separated by blanks, as they come in one read: drawn only after the last. is_hurried: nothing that is asked for has come before
 * the last. */
static inline void fixture_press(struct fixture *f, const char *names, bool is_hurried)
{
	while (*names != '\0') {
		size_t n = strcspn(names, " ");
		struct input in = { .type = INPUT_KEY, .key = key_from_name(names, n) };

		if (in.key == 0) {
			fail_msg("no key: %s", names);
		}
		if (is_hurried) {
			f->bits = console_input(f->console, &in);
		} else {
			fixture_input(f, &in);
		}
		names += n;
		names += strspn(names, " ");
	}
	fixture_settle(f);
	f->bits |= console_arrived(f->console);
	fixture_draw(f);
}

static inline void fixture_keys(struct fixture *f, const char *names)
{
	fixture_press(f, names, false);
}

/* Character by character; a newline is Enter. */
static inline void fixture_type(struct fixture *f, const char *text)
{
	for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
		struct input in = { .type = INPUT_KEY };

		n = utf8_decode(text, left, &in.key);
		in.key = in.key == '\n' ? (uint32_t)K_ENTER : in.key;
		fixture_input(f, &in);
	}
	fixture_draw(f);
}

static inline void fixture_paste(struct fixture *f, const char *text)
{
	struct input in = { .type = INPUT_PASTE, .text = text, .len = strlen(text) };

	fixture_input(f, &in);
	fixture_draw(f);
}

static inline void fixture_tick(struct fixture *f, int64_t ms)
{
	fake_clock_pass_ms(ms);
	fixture_settle(f);
	fixture_draw(f);
}

/* The call of a column, from 1. */
static inline const struct call *fixture_call(const struct fixture *f, size_t column)
{
	assert_in_range(column, 1, f->app->play->n_columns);
	assert_non_null(f->app->play->columns[column - 1]->answer->call);
	return f->app->play->columns[column - 1]->answer->call;
}

/* -- a past --------------------------------------------------------------------------------------------------------------------------- */

/* The same numbers on every machine (Knuth's MMIX generator). */
static inline unsigned fixture_random(uint64_t *state, unsigned below)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(*state >> 33) % below;
}

/* Calls of two days that end now: a busy afternoon, one model that got slow, an hour of refusals. */
static inline void fixture_row(struct call_row *r, int i, int n, uint64_t *random)
{
	unsigned kind = fixture_random(random, 100), model = kind < 40 ? 0 : kind < 65 ? 1 : kind < 85 ? 2 : 3;
	int64_t age_us = 48 * HOUR_US * (n - i) / n;
	bool is_slow_hour = age_us > 5 * HOUR_US && age_us < 7 * HOUR_US;
	unsigned fate = fixture_random(random, 1000);

	call_row_init(r);
	r->id = (struct call_id){ FAKE_WALL_US - age_us, (uint64_t)i + 1 };
	r->provider = fixture_targets[model].provider;
	r->model_req = r->model_resp = fixture_targets[model].model;
	r->operation = fixture_random(random, 12) == 0 ? "embeddings" : "chat";
	r->is_streamed = true;
	r->usage.in_tok = 300 + fixture_random(random, 2200);
	r->usage.cache_read_tok = r->usage.in_tok * (int64_t)fixture_random(random, 60) / 100;
	r->ttft_us = (200 + (int64_t)fixture_random(random, 400)) * US_PER_MS * (model == 2 && is_slow_hour ? 6 : 1);
	if (fate < (is_slow_hour && model == 2 ? 250 : 8)) {
		r->error_class = fate % 4 == 3 ? CLASS_TIMEOUT : fate % 4 == 2 ? CLASS_SERVER_ERROR : CLASS_RATE_LIMITED;
		r->http_status = fake_status(r->error_class);
		r->error_text = r->error_class == CLASS_TIMEOUT ? "no answer in 120 s" : "slow down: Rate limit reached for requests";
		r->attempts = 3;
		r->latency_us = r->ttft_us;
		r->ttft_us = UNKNOWN;
		r->usage.in_tok = r->usage.cache_read_tok = UNKNOWN;
		r->cost_nano = 0;
		r->cost_source = COST_COMPUTED;
		return;
	}
	r->http_status = 200;
	r->finish_reason = "stop";
	r->usage.out_tok = 12 + fixture_random(random, 300);
	r->gen_us = r->usage.out_tok * (9 + 5 * model) * US_PER_MS;
	r->latency_us = r->ttft_us + r->gen_us;
	r->cost_nano = model == 3 ? 0 : (r->usage.in_tok * (model == 0 ? 750 : model == 1 ? 1000 : 100) +
	    r->usage.out_tok * (model == 0 ? 4500 : model == 1 ? 5000 : 300));
	r->cost_source = COST_COMPUTED;
	r->price_version = "2026-07-24";
}

#define FIXTURE_ROWS 2400

static inline void fixture_fill_store(struct fixture *f)
{
	struct call_row *rows = x_calloc(FIXTURE_ROWS, sizeof(*rows));
	struct err e = { 0 };
	struct bulk *b = bulk_open(f->dir, &e);
	uint64_t random = 1, added;

	assert_non_null(b);
	for (int i = 0; i < FIXTURE_ROWS; i++) {
		fixture_row(&rows[i], i, FIXTURE_ROWS, &random);
	}
	if (!bulk_add(b, rows, FIXTURE_ROWS, &added, &e)) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(added, FIXTURE_ROWS);
	bulk_close(b);
	free(rows);
}

/* One more call, the newest, with its bodies. */
static inline void fixture_add_call(struct fixture *f)
{
	static const char request[] =
	    "{\"model\":\"claude-haiku-4-5\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"\u6ce8\u6587\"}]}";
	static const char answer[] =
	    "{\"team\":\"billing\",\"sev\":1,\"why\":\"\u4e8c\u91cd\u8acb\u6c42 (double charge)\"}\n\x1b[2Jno escapes";
	static const char response[] = "event: message_start\ndata: {\"type\":\"message_start\"}\n\n";
	struct call_row r;
	struct call_body body = { .request = request, .request_len = sizeof(request) - 1, .response = response,
		.response_len = sizeof(response) - 1, .answer = answer, .answer_len = sizeof(answer) - 1 };

	call_row_init(&r);
	r.id = (struct call_id){ FAKE_WALL_US - 2 * US_PER_S, 77 };
	r.provider = "anthropic";
	r.model_req = "claude-haiku-4-5";
	r.model_resp = "claude-haiku-4-5-20251001";
	r.operation = "chat";
	r.usage.in_tok = 430;
	r.usage.cache_read_tok = 301;
	r.usage.out_tok = 49;
	r.ttft_us = 520 * US_PER_MS;
	r.gen_us = 560 * US_PER_MS;
	r.latency_us = 1080 * US_PER_MS;
	r.cost_nano = 675000;
	r.cost_source = COST_COMPUTED;
	r.cost_is_estimated = true;
	r.price_version = "2026-07-24";
	r.http_status = 200;
	r.finish_reason = "stop";
	r.attempts = 2;
	r.is_streamed = true;
	r.request_id = "req_011CXa8";
	r.session = "ticket-batch-7";
	store_put_call(f->app->store, &r, &body);
	fixture_settle(f);
}

/* Three runs of the days before; the newest has two answers, one of them failed. */
static inline void fixture_add_runs(struct fixture *f)
{
	static const char *const prompts[] = {
		"Translate to Japanese: good morning", "List three primes.\nNo words.", "\u304a\u306f\u3088\u3046 \u2014 reply in kind",
	};
	static const char *const names[] = { "openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5" };
	struct chat_params params;

	chat_params_init(&params);
	params.temperature = 0.2;
	for (int i = 0; i < 3; i++) {
		int64_t run_us = FAKE_WALL_US - (3 - i) * 30 * HOUR_US / 4;

		past_record_run(f->app->store, run_us,
		    &(struct past_question){ .system = i == 2 ? "Be brief." : "", .user = prompts[i], .params = &params, .names = names, .n = 2 });
		for (int k = 0; i == 2 && k < 2; k++) {
			struct call_row r;
			static const char answer[] = "\u304a\u306f\u3088\u3046\u3054\u3056\u3044\u307e\u3059\uff01";
			struct call_body body = { .answer = answer, .answer_len = sizeof(answer) - 1 };

			call_row_init(&r);
			r.id = (struct call_id){ run_us + k, 5 };
			r.provider = fixture_targets[k].provider;
			r.model_req = fixture_targets[k].model;
			r.operation = "chat";
			r.run_us = run_us;
			r.run_column = k;
			r.latency_us = 900 * US_PER_MS;
			r.cost_nano = 0;
			if (k == 1) {
				r.error_class = CLASS_SERVER_ERROR;
				r.http_status = 529;
				r.error_text = "anthropic answered 529: Overloaded";
			} else {
				r.ttft_us = 300 * US_PER_MS;
				r.gen_us = 600 * US_PER_MS;
				r.usage.in_tok = 21;
				r.usage.out_tok = 9;
				r.cost_nano = 56250;
			}
			store_put_call(f->app->store, &r, k == 0 ? &body : NULL);
		}
	}
	chat_params_free(&params);
	fixture_settle(f);
}

/* Three prompts; the first with a past of four versions, one of them a branch, and a canary. */
static inline int fixture_save_prompt(struct registry *r, const char *name, int parent, const char *message, const char *script)
{
	struct bundle b = { 0 };
	struct err e = { 0 };
	const struct version_save save = { .name = name, .parent = parent, .author = "ana", .message = message };
	int number = 0;
	bool is_new = false;

	if (!bundle_with_script(NULL, script, strlen(script), &b, &e) || !version_save(r, &save, &b, &number, &is_new, &e)) {
		fail_msg("%s", e.text);
	}
	assert_true(is_new);
	bundle_free(&b);
	fake_clock_pass_ms(3600 * 1000);
	return number;
}

static inline void fixture_set_label(struct registry *r, const char *name, const char *label, const char *to)
{
	struct label_move m = { .name = name, .label = label, .expected = LABEL_MOVE_ANY, .who = "ana", .why = "" };
	struct err e = { 0 };

	if (!split_parse(to, &m.to, &e) || !label_set(r, &m, NULL, &e)) {
		fail_msg("%s", e.text);
	}
	fake_clock_pass_ms(600 * 1000);
}

static inline void fixture_add_prompts(struct fixture *f)
{
	static const char *const triage[] = {
		"SYSTEM\nYou triage support tickets for {{product}}.\nReply with JSON only.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n",
		"SYSTEM\nYou triage support tickets for {{product}}.\nReply with JSON only. Answer in {{lang}}.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n",
		"SYSTEM\nYou triage tickets for {{product}}.\nReply with JSON only.\n\nUSER\n{{ticket.body}}\n",
		"SYSTEM\nYou triage support tickets for {{product}}.\nReply with ONE JSON object: {\"team\",\"sev\",\"why\"}.\n"
		"Never invent an order number.\n\nUSER\nLanguage: {{lang}}\n{{ticket.body}}\n",
	};
	struct err e = { 0 };
	struct registry *r = registry_open(f->dir, true, &e);

	if (r == NULL) {
		fail_msg("%s", e.text);
	}
	(void)fixture_save_prompt(r, "support/triage", 0, "baseline", triage[0]);
	(void)fixture_save_prompt(r, "support/triage", 1, "add fr examples", triage[1]);
	(void)fixture_save_prompt(r, "support/triage", 1, "shorter system prompt", triage[2]);
	(void)fixture_save_prompt(r, "support/triage", 2, "tighten JSON rule, forbid inventing", triage[3]);
	(void)fixture_save_prompt(r, "support/refund-policy", 0, "first", "Is {{order}} refundable? {{policy}}");
	(void)fixture_save_prompt(r, "rag/answer-grounded", 0, "\u4e8c\u91cd: first", "SYSTEM\nAnswer from the documents alone.\n\nUSER\n{{question}}\n");
	fixture_set_label(r, "support/triage", "production", "v1");
	fixture_set_label(r, "support/triage", "staging", "v4");
	fixture_set_label(r, "support/triage", "production", "v2");
	fixture_set_label(r, "support/triage", "production", "v2:90,v4:10");
	fixture_set_label(r, "rag/answer-grounded", "production", "v1");
	registry_close(r);
}

/* Calls of versions of support/triage: the canary fails now and then. */
static inline void fixture_add_prompt_calls(struct fixture *f)
{
	static const struct {
		int number, n;
	} of[] = { { 2, 60 }, { 4, 9 } };
	static const char request[] = "{\"model\":\"gpt-5.4-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Where is my order?\"}]}";
	static const char answer[] = "{\"team\":\"billing\",\"sev\":2}\nand more";
	struct err e = { 0 };
	struct registry *r = registry_open(f->dir, false, &e);

	assert_non_null(r);
	for (size_t v = 0; v < COUNT_OF(of); v++) {
		struct version_row version = { 0 };
		char *label = NULL, *ref = x_asprintf("support/triage@v%d", of[v].number);

		assert_true(version_resolve(r, ref, NULL, &version, &label, &e));
		for (int i = 0; i < of[v].n; i++) {
			const struct call_body body = {
				.request = request, .request_len = sizeof(request) - 1, .answer = answer, .answer_len = sizeof(answer) - 1,
			};
			bool is_bad = v == 1 && i % 4 == 1;
			struct call_row row;

			call_row_init(&row);
			row.id = (struct call_id){ clock_wall_us() - (i * 7 + 1) * (int64_t)(60 + 10 * (i % 5)) * US_PER_S, (uint64_t)i + v * 1000 };
			row.provider = "openai";
			row.model_req = "gpt-5.4-mini";
			row.operation = "chat";
			row.prompt_name = "support/triage";
			row.prompt_version = version.hash;
			row.http_status = is_bad ? 429 : 200;
			row.error_class = is_bad ? CLASS_RATE_LIMITED : CLASS_NONE;
			row.error_text = is_bad ? "Rate limit reached" : NULL;
			row.latency_us = (700 + 40 * (i % 13)) * US_PER_MS;
			row.cost_nano = is_bad ? UNKNOWN : 210000;
			row.cost_source = COST_COMPUTED;
			store_put_call(f->app->store, &row, &body);
		}
		version_free(&version);
		free(label);
		free(ref);
	}
	registry_close(r);
	fixture_settle(f);
}

/* -- pictures ------------------------------------------------------------------------------------------------------------------------- */

static inline void fixture_look(struct look look, struct buf *out)
{
	static const char *const colours[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };
	static const char *const attributes[] = { "bold", "dim", "reverse", "underline" };

	for (size_t i = 0; i < COUNT_OF(attributes); i++) {
		if (look.attributes & (1 << i)) {
			(void)buf_addf(out, " %s", attributes[i]);
		}
	}
	if (look.fg >= 0) {
		(void)buf_addf(out, " %s%s", look.fg >= 8 ? "bright-" : "", colours[look.fg % 8]);
	}
	if (look.bg >= 0) {
		(void)buf_addf(out, " on-%s%s", look.bg >= 8 ? "bright-" : "", colours[look.bg % 8]);
	}
}

static inline bool fixture_same_look(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

/* The picture, then what the theme makes of each row: "Y: X+LEN look look", plain stretches left out; then the cursor. */
static inline void fixture_picture(const struct cells *c, enum theme theme, struct buf *out)
{
	struct look plain = theme_look(theme, ST_TEXT);

	cells_dump(c, out);
	(void)buf_add_str(out, "-- looks\n");
	for (int y = 0; y < c->h; y++) {
		const struct cell *row = &c->at[y * c->w];
		bool has_any = false;

		for (int x = 0, end; x < c->w; x = end) {
			struct look look = theme_look(theme, (enum style)row[x].style);

			for (end = x + 1; end < c->w && fixture_same_look(look, theme_look(theme, (enum style)row[end].style)); end++) {
			}
			if (!fixture_same_look(look, plain)) {
				(void)buf_addf(out, has_any ? "; %d+%d" : "%d: %d+%d", has_any ? x : y, has_any ? end - x : x, end - x);
				fixture_look(look, out);
				has_any = true;
			}
		}
		if (has_any) {
			(void)buf_add_char(out, '\n');
		}
	}
	if (c->cursor_x >= 0) {
		(void)buf_addf(out, "cursor %d,%d%s\n", c->cursor_x, c->cursor_y, c->cursor_is_text ? " text" : "");
	}
}

static inline bool fixture_read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char bytes[8192];
	size_t n;

	if (file == NULL) {
		return false;
	}
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		(void)buf_add(out, bytes, n);
	}
	(void)fclose(file);
	return true;
}

static inline void fixture_write_file(const char *path, const struct buf *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text->s, 1, text->len, file), text->len);
	assert_int_equal(fclose(file), 0);
}

static inline void fixture_print_difference(const char *name, const char *want, const char *is)
{
	int line = 1;

	for (;; line++) {
		size_t a = strcspn(want, "\n"), b = strcspn(is, "\n");

		if (a != b || memcmp(want, is, a) != 0) {
			print_error("%s, line %d\n  golden: %.*s\n  is now: %.*s\n", name, line, (int)a, want, (int)b, is);
			return;
		}
		if (want[a] == '\0' || is[b] == '\0') {
			print_error("%s, line %d: one of the two ends here\n", name, line);
			return;
		}
		want += a + 1;
		is += b + 1;
	}
}

/* Compares with tests/golden/NAME.txt, or writes it when SONDE_GOLDEN_UPDATE is set. */
static inline bool fixture_is_golden(const char *name, const struct buf *picture)
{
	const char *update = getenv("SONDE_GOLDEN_UPDATE");
	char *path = x_asprintf(SONDE_SRCDIR "/tests/golden/%s.txt", name);
	struct buf golden = { 0 };
	bool is_same = true;

	if (update != NULL && update[0] != '\0') {
		fixture_write_file(path, picture);
	} else if (!fixture_read_file(path, &golden)) {
		print_error("%s is missing; make golden-update writes it\n", path);
		is_same = false;
	} else if (golden.len != picture->len || memcmp(golden.s, picture->s, golden.len) != 0) {
		fixture_print_difference(name, buf_str(&golden), buf_str(picture));
		is_same = false;
	}
	buf_free(&golden);
	free(path);
	return is_same;
}

#endif
