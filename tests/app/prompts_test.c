/* The model of the Prompts screen: what its calls come to, labels, what is compared, rendered and told of a text. */
#include "tests/app/prompts_place.h"

#include "app/play.h"
#include "prompt/author.h"

/* -- results -------------------------------------------------------------------------------------------------------------------------- */

static void put_call(struct place *o, int i, const char *version, enum error_class class)
{
	struct call_body body = { .request = "{}", .request_len = 2, .response = "raw", .response_len = 3, .answer = "fine", .answer_len = 4 };
	struct call_row row;

	fixture_row(&row, 0);
	row.id = (struct call_id){ FAKE_WALL_US - i * 60 * US_PER_S, (uint64_t)i };
	row.prompt_name = "p";
	row.prompt_version = version;
	row.latency_us = (i + 1) * US_PER_MS;
	row.cost_nano = class == CLASS_NONE ? 1000 : UNKNOWN;
	row.error_class = class;
	store_put_call(o->app->store, &row, &body);
}

static const struct prompt_figures *figures(const struct place *o, int number)
{
	return prompts_results_of(o->p->results, "p", o->p->versions[2 - number].hash);
}

static void results_are_of_each_version(void **state)
{
	struct place o;

	open_place(&o, *state);
	const char *v1 = o.p->versions[1].hash, *v2 = o.p->versions[0].hash;

	for (int i = 0; i < 30; i++) {
		put_call(&o, i, v1, i < 3 ? CLASS_TIMEOUT : CLASS_NONE);
	}
	put_call(&o, 30, "another", CLASS_NONE);
	settle(&o);
	prompts_results_ask(o.p->results, "p", v1); /* hidden: nothing is asked */
	settle(&o);
	assert_null(figures(&o, 1));
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_int_equal(figures(&o, 1)->figures.calls, 30);
	assert_int_equal(figures(&o, 1)->figures.errors, 3);
	assert_int_equal(figures(&o, 1)->by_hour[PROMPT_HOURS - 1], 30);
	assert_null(figures(&o, 2));
	assert_true(prompts_results_has_calls(o.p->results, "p", v1));
	assert_int_equal(o.p->results->n_calls, PROMPTS_CALLS);
	assert_int_equal(o.p->results->calls[0].row.id.ts_us, FAKE_WALL_US);
	assert_string_equal(o.p->results->calls[0].body.answer, "fine");
	assert_null(o.p->results->calls[0].body.response);
	prompts_results_ask(o.p->results, "p", v2);
	settle(&o);
	assert_false(prompts_results_has_calls(o.p->results, "p", v1));
	assert_int_equal(o.p->results->n_calls, 0);
	assert_int_equal(figures(&o, 1)->figures.calls, 30);
	prompts_results_ask(o.p->results, "q", "");
	settle(&o);
	assert_int_equal(o.p->results->n_rows, 0);
	close_place(&o);
}

static void give_up(struct ev_loop *ev, ev_timer *w, int revents)
{
	(void)ev;
	(void)revents;
	*(bool *)w->data = true;
}

/* Runs the loop until there are figures of the version, at most ten seconds. */
static void run_until(struct place *o, int number)
{
	bool is_late = false;
	ev_timer late;

	ev_timer_init(&late, give_up, 10, 0);
	late.data = &is_late;
	ev_timer_start(o->loop->ev, &late);
	while (figures(o, number) == NULL && !is_late) {
		ev_run(o->loop->ev, EVRUN_ONCE);
	}
	ev_timer_stop(o->loop->ev, &late);
	assert_false(is_late);
}

static void results_follow_the_store(void **state)
{
	struct place o;

	open_place(&o, *state);
	const char *v2 = o.p->versions[0].hash;

	prompts_results_ask(o.p->results, "p", v2);
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_null(figures(&o, 2));
	put_call(&o, 0, v2, CLASS_NONE);
	assert_true(store_flush(o.app->store, 60000, &(struct err){ 0 }));
	run_until(&o, 2); /* told by the watch of the store alone */
	assert_int_equal(figures(&o, 2)->figures.calls, 1);
	assert_int_equal(o.p->results->n_calls, 1);
	/* hidden nothing is read, shown again it is */
	prompts_results_show(o.p->results, false);
	put_call(&o, 1, v2, CLASS_NONE);
	settle(&o);
	assert_int_equal(figures(&o, 2)->figures.calls, 1);
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_int_equal(figures(&o, 2)->figures.calls, 2);
	close_place(&o);
}

/* -- the draft ------------------------------------------------------------------------------------------------------------------------ */

static void a_draft_is_kept_whole(void **state)
{
	static const char text[] = "SYSTEM\nBefore\0after\n";
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	prompts_set_text(o.p, text, sizeof(text) - 1);
	prompts_keep(o.p);
	settle(&o);
	assert_false(prompts_save(o.p, "m", &e)); /* a version has no NUL, and says so */
	close_place(&o);
	o.loop = loop_new();
	o.app = app_new(o.loop, config_new(), *state, true);
	o.p = o.app->prompts;
	prompts_open(o.p, "p", 0);
	settle(&o);
	assert_true(o.p->was_found);
	assert_int_equal(o.p->text.len, sizeof(text) - 1);
	assert_memory_equal(buf_str(&o.p->text), text, sizeof(text) - 1);
	close_place(&o);
}

/* -- labels --------------------------------------------------------------------------------------------------------------------------- */

static void saves_and_moves_tell_who(void **state)
{
	struct place o;
	struct err e = { 0 };

	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "user.name", 1);
	setenv("GIT_CONFIG_VALUE_0", "Ana \033[31mLi", 1);
	char *author = prompt_author(); /* without git: the login */

	open_place(&o, *state);
	assert_string_equal(o.p->versions[0].author, author);
	assert_null(strchr(author, '\033'));
	assert_true(prompts_move(o.p, "staging", "v1", &e));
	settle(&o);
	assert_true(prompts_move(o.p, "staging", "v2", &e));
	settle(&o);
	assert_true(prompts_move(o.p, "staging", NULL, &e));
	settle(&o);
	assert_int_equal(o.p->n_moves, 3);
	assert_true(o.p->moves[0].is_rollback);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(o.p->moves[i].who, author);
	}
	free(author);
	close_place(&o);
}

static void a_protected_label_asks(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	struct config *c = o.app->config;

	assert_true(prompts_move(o.p, "production", "v1", &e)); /* nothing is protected unless it is said */
	assert_false(prompts_is_asking(o.p));
	settle(&o);
	*array_push(c->protected_labels, c->n_protected, c->cap_protected) = x_strdup("production");
	assert_true(config_protects(c, "production"));
	assert_false(config_protects(c, "staging"));
	assert_true(prompts_move(o.p, "production", "v2", &e));
	assert_true(prompts_is_asking(o.p));
	prompts_confirm(o.p, false);
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	assert_true(prompts_move(o.p, "production", "v2", &e));
	prompts_confirm(o.p, true);
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 2);
	assert_true(prompts_move(o.p, "production", NULL, &e)); /* back is open */
	assert_false(prompts_is_asking(o.p));
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	close_place(&o);
}

static void a_label_that_is_not_there_has_near_ones(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	assert_true(prompts_move(o.p, "staging", "v1", &e));
	settle(&o);
	assert_true(prompts_move(o.p, "stagin", NULL, &e));
	settle(&o);
	assert_non_null(strstr(o.app->news.text, "did you mean staging?"));
	close_place(&o);
}

/* -- diff ----------------------------------------------------------------------------------------------------------------------------- */

static void two_versions_are_compared(void **state)
{
	struct place o;

	open_place(&o, *state);
	prompts_set_text(o.p, "SYSTEM\nBe quick.\n", 17);
	prompts_compare(o.p, 1);
	prompts_compare_after(o.p, 2);
	settle(&o);
	const struct facts *f = o.p->facts;

	assert_int_equal(f->against_number, 1);
	assert_int_equal(f->after_number, 2);
	assert_int_equal(f->diff.words_added, 1);
	assert_int_equal(f->diff.words_removed, 1);
	assert_non_null(strstr(buf_str(facts_after(f)), "Be kind."));
	assert_true(f->has_prefix);
	assert_int_equal(f->prefix.by, PREFIX_BY_TEXT);
	assert_int_equal(f->prefix.line, 2);
	assert_true(f->prefix.kept > 0 && f->prefix.kept < f->prefix.tokens);
	assert_true(f->after_tokens.tok > f->tokens.tok);
	/* the draft again, by hand and by typing */
	prompts_compare_after(o.p, 0);
	settle(&o);
	assert_int_equal(o.p->facts->after_number, 0);
	assert_non_null(strstr(buf_str(facts_after(o.p->facts)), "Be quick."));
	prompts_compare_after(o.p, 2);
	prompts_set_text(o.p, "SYSTEM\nBe slow.\n", 16);
	settle(&o);
	assert_int_equal(o.p->facts->after_number, 0);
	assert_non_null(strstr(buf_str(facts_after(o.p->facts)), "Be slow."));
	assert_int_equal(o.p->facts->after_tokens.tok, o.p->facts->tokens.tok);
	close_place(&o);
}

/* -- variables and lints -------------------------------------------------------------------------------------------------------------- */

static const struct facts_var *var_of(const struct place *o, const char *path)
{
	for (size_t i = 0; i < o->p->facts->n_vars; i++) {
		if (strcmp(o->p->facts->vars[i].path, path) == 0) {
			return &o->p->facts->vars[i];
		}
	}
	return NULL;
}

static void variables_have_types(void **state)
{
	struct place o;
	struct err e = { 0 };
	struct bundle b = { 0 };

	open_place(&o, *state);
	json_t *json = json_loads("{\"messages\":[{\"role\":\"user\",\"content\":\"{{ticket.body}} {{n}} {% for i in items %}{{i.name}}{% endfor %}"
	    "{% if vip %}{{level + 1}}{% endif %}{{x | default(1)}}{{ vars[\\\"a b\\\"] }}{{d}}\"}],"
	    "\"vars\":{\"ticket\":{\"type\":\"object\",\"properties\":{\"body\":{\"type\":\"string\"}}},\"n\":{\"type\":\"integer\"},\"d\":{\"default\":\"D\"}}}", 0, NULL);

	if (!bundle_from_json(json, &b, &e)) {
		fail_msg("%s", e.text);
	}
	json_decref(json);
	prompts_open_bundle(o.p, "p", &b);
	settle(&o);
	static const struct {
		const char *path, *type;
		bool is_declared, is_certain, may_be_missing;
	} want[] = {
		{ "ticket.body", "string", true, true, false }, { "n", "integer", true, true, false }, { "items", "array", false, true, false },
		{ "level", "number", false, false, false }, { "x", NULL, false, false, true }, { "a b", NULL, false, true, false },
	};

	for (size_t i = 0; i < COUNT_OF(want); i++) {
		const struct facts_var *v = var_of(&o, want[i].path);

		if (v == NULL) {
			fail_msg("%s is not there", want[i].path);
		}
		assert_true(v->type == want[i].type || strcmp(v->type, want[i].type) == 0);
		assert_int_equal(v->is_declared, want[i].is_declared);
		assert_int_equal(v->is_certain, want[i].is_certain);
		assert_int_equal(v->may_be_missing, want[i].may_be_missing);
	}
	assert_null(var_of(&o, "i"));
	assert_null(var_of(&o, "items[].name"));
	assert_int_equal(o.p->facts->n_missing, o.p->facts->n_vars - 2); /* d has a default, x may be missing */
	assert_string_equal(json_string_value(facts_value(o.p->facts->values, "d")), "D");
	/* one that cannot be parsed while it is written */
	set_text(&o, "USER\n{{a}} {% if {{b}}\n");
	assert_non_null(var_of(&o, "a"));
	assert_non_null(var_of(&o, "b"));
	assert_non_null(o.p->facts->render_error);
	close_place(&o);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void rows_come_from_a_file(void **state)
{
	struct place o;
	char *lines = x_asprintf("%s/rows.jsonl", (const char *)*state), *table = x_asprintf("%s/rows.csv", (const char *)*state);

	open_place(&o, *state);
	write_file(lines, "{\"q\":\"one\"}\n{\"q\":\"two\"}\n");
	write_file(table, "q\nred\ngreen\nblue\n");
	prompts_set_rows(o.p, lines);
	assert_null(o.p->set); /* the loop does not wait for it */
	settle(&o);
	assert_string_equal(o.app->news.text, "2 rows of values");
	assert_string_equal(o.p->set_name, "rows.jsonl");
	prompts_next_row(o.p, 1);
	settle(&o);
	assert_non_null(strstr(buf_str(&o.p->facts->rendered), "two"));
	/* what cannot be read changes nothing */
	prompts_set_rows(o.p, "/nowhere/rows.csv");
	settle(&o);
	assert_int_equal(o.app->news.kind, NEWS_BAD);
	assert_non_null(strstr(o.app->news.text, "/nowhere/rows.csv"));
	write_file(lines, "{\"q\":\n");
	prompts_set_rows(o.p, lines);
	settle(&o);
	assert_non_null(strstr(o.app->news.text, "rows.jsonl"));
	assert_int_equal(json_array_size(o.p->set), 2);
	/* the last one that was asked for */
	prompts_set_rows(o.p, lines);
	prompts_set_rows(o.p, table);
	settle(&o);
	assert_string_equal(o.p->set_name, "rows.csv");
	assert_int_equal(o.p->set_row, 0);
	prompts_set_rows(o.p, table);
	prompts_set_rows(o.p, "");
	settle(&o);
	assert_null(o.p->set);
	assert_null(o.p->set_name);
	free(lines);
	free(table);
	close_place(&o);
}

static bool has_lint(const struct place *o, size_t line, const char *text)
{
	for (size_t i = 0; i < o->p->facts->n_lints; i++) {
		if (o->p->facts->lints[i].line == line && strstr(o->p->facts->lints[i].text, text) != NULL) {
			return true;
		}
	}
	return false;
}

static void likely_mistakes_are_told(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	prompts_compare(o.p, 2);
	settle(&o);
	assert_int_equal(o.p->facts->n_lints, 0);
	set_text(&o, "SYSTEM\nBe kind.\n\nUSER\n{order}\n{{ my-name }}\n{{q}} \nend\n");
	assert_true(has_lint(&o, 5, "{order}"));
	assert_true(has_lint(&o, 6, "my-name"));
	assert_true(has_lint(&o, 7, "blanks"));
	assert_false(has_lint(&o, 1, "q"));
	/* a value for another prompt is no unused variable; one that is missing is told once there are any */
	assert_true(prompts_set_value(o.p, "elsewhere=1", &e));
	assert_true(prompts_set_value(o.p, "q=1", &e));
	settle(&o);
	for (size_t i = 0; i < o.p->facts->n_lints; i++) {
		assert_null(strstr(o.p->facts->lints[i].text, "elsewhere"));
	}
	assert_true(has_lint(&o, 6, "name"));
	/* an edit before what the provider has cached: only to be known of so short a text */
	set_text(&o, "SYSTEM\nBe very kind.\n\nUSER\n{{q}}\n");
	assert_true(has_lint(&o, 2, "ends the cached prefix of v2"));
	const struct prefix *prefix = &o.p->facts->prefix;
	char *stays = x_asprintf("~%lld of its ~%lld tokens stay", (long long)prefix->kept, (long long)prefix->tokens);

	assert_true(has_lint(&o, prefix->line, stays)); /* the diff says the same */
	free(stays);
	assert_int_equal(o.p->facts->n_warnings, 0);
	close_place(&o);
}

static void includes_are_those_that_are_sent(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	prompts_open(o.p, "part", 0);
	settle(&o);
	set_text(&o, "SYSTEM\nOld rules.\n\nUSER\nSecond.\n");
	assert_true(prompts_save(o.p, "m", &e));
	settle(&o);
	prompts_open(o.p, "whole", 0);
	settle(&o);
	set_text(&o, "SYSTEM\n{% include \"part\" %}\n");
	assert_true(prompts_save(o.p, "m", &e));
	settle(&o);
	prompts_open(o.p, "part", 0);
	settle(&o);
	set_text(&o, "SYSTEM\nNew rules.\n");
	assert_true(prompts_save(o.p, "m", &e));
	settle(&o);
	prompts_open(o.p, "whole", 0);
	settle(&o);
	assert_non_null(strstr(buf_str(&o.p->facts->rendered), "Old rules.\n\nSecond.")); /* as it was saved */
	assert_true(prompts_to_play(o.p, &e));
	settle(&o);
	assert_string_equal(o.app->play->system, "Old rules.\n\nSecond.");
	set_text(&o, "SYSTEM\n{% include \"part\" %} And more.\n"); /* a draft: as they are now */
	assert_non_null(strstr(buf_str(&o.p->facts->rendered), "New rules. And more."));
	close_place(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(results_are_of_each_version, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(results_follow_the_store, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_draft_is_kept_whole, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(saves_and_moves_tell_who, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_protected_label_asks, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_label_that_is_not_there_has_near_ones, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(variables_have_types, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_come_from_a_file, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(likely_mistakes_are_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(two_versions_are_compared, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(includes_are_those_that_are_sent, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
