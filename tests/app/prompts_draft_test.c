/* The draft of the Prompts screen, and what keeps it from being lost or told wrongly. */
#include "tests/app/prompts_place.h"

static bool draft_says(const struct place *o, const char *text)
{
	return strstr(buf_str(&o->p->text), text) != NULL;
}

static struct bundle bundle_of(const char *json)
{
	struct bundle b;
	struct err e = { 0 };
	json_t *v = json_loads(json, 0, NULL);

	if (!bundle_from_json(v, &b, &e)) {
		fail_msg("%s", e.text);
	}
	json_decref(v);
	return b;
}

#define RECORDED "{\"messages\":[{\"role\":\"user\",\"content\":\"As recorded.\"}],\"params\":{\"seed\":7}}"

static void a_call_takes_no_drafts_place(void **state)
{
	struct place o;
	struct bundle b = bundle_of(RECORDED);

	open_place(&o, *state);
	set_text(&o, "SYSTEM\nNot saved yet.\n");
	prompts_open(o.p, "q", 0); /* keeps it */
	settle(&o);
	prompts_open_bundle(o.p, "p", &b);
	settle(&o);
	prompts_keep(o.p);
	settle(&o);
	assert_string_equal(o.p->name, "p");
	assert_true(draft_says(&o, "Not saved yet."));
	assert_true(o.p->was_found);
	assert_non_null(strstr(o.app->news.text, "draft"));
	/* once it is dropped */
	prompts_discard(o.p);
	settle(&o);
	b = bundle_of(RECORDED);
	prompts_open_bundle(o.p, "p", &b);
	settle(&o);
	assert_true(draft_says(&o, "As recorded."));
	assert_true(prompts_is_changed(o.p));
	close_place(&o);
}

static void dropping_a_call_drops_all_of_it(void **state)
{
	struct place o;
	struct bundle b = bundle_of(RECORDED);

	open_place(&o, *state);
	prompts_open_bundle(o.p, "p", &b);
	settle(&o);
	prompts_keep(o.p);
	settle(&o);
	assert_true(prompts_has_draft(o.p, "p"));
	prompts_discard(o.p);
	settle(&o);
	assert_false(prompts_is_changed(o.p));
	assert_false(prompts_has_draft(o.p, "p"));
	assert_null(json_object_get(json_object_get(o.p->base_bundle.json, "params"), "seed"));
	close_place(&o);
}

/* A prompt that is there is read off the loop, and one may be faster. */
static void what_is_typed_ahead_goes_before_what_is_read(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	set_text(&o, "SYSTEM\nNot saved yet.\n");
	prompts_open(o.p, "q", 0); /* keeps it */
	settle(&o);
	prompts_open(o.p, "p", 0);
	prompts_set_text(o.p, "ahead ", 6);
	prompts_keep(o.p); /* a pause: what was kept must not give way to half of it */
	assert_false(prompts_to_play(o.p, &e));
	assert_string_equal(e.text, "p is still being read");
	settle(&o);
	assert_string_equal(buf_str(&o.p->text), "ahead SYSTEM\nNot saved yet.\n");
	assert_int_equal(o.p->n_ahead, 6);
	assert_true(prompts_is_read(o.p, &e));
	/* what is saved is the whole */
	prompts_open(o.p, "q", 0);
	settle(&o);
	prompts_open(o.p, "p", 0);
	assert_true(prompts_save(o.p, "m", &e));
	settle(&o);
	assert_int_equal(o.p->n_versions, 3);
	assert_string_equal(buf_str(&o.p->base_text), "ahead SYSTEM\nNot saved yet.\n");
	set_text(&o, "USER\nAgain.\n");
	/* the end comes before it is read */
	prompts_open(o.p, "q", 0);
	settle(&o);
	prompts_open(o.p, "p", 0);
	prompts_set_text(o.p, "more ", 5);
	close_place(&o);
	o.loop = loop_new();
	o.app = app_new(o.loop, config_new(), *state, true);
	o.p = o.app->prompts;
	prompts_open(o.p, "p", 0);
	settle(&o);
	assert_string_equal(buf_str(&o.p->text), "more USER\nAgain.\n");
	close_place(&o);
}

static void what_is_typed_back_is_kept(void **state)
{
	struct place o;

	open_place(&o, *state);
	set_text(&o, "SYSTEM\nOne.\n");
	assert_false(prompts_is_kept(o.p));
	prompts_keep(o.p);
	assert_false(prompts_is_kept(o.p)); /* not yet */
	settle(&o);
	assert_true(prompts_is_kept(o.p));
	set_text(&o, "SYSTEM\nOne and two.\n");
	assert_false(prompts_is_kept(o.p));
	set_text(&o, "SYSTEM\nOne.\n");
	prompts_keep(o.p);
	settle(&o);
	assert_true(prompts_is_kept(o.p));
	close_place(&o);
}

static void what_is_saved_is_no_draft(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	set_text(&o, "SYSTEM\nThree.\n");
	assert_true(prompts_save(o.p, "m", &e));
	prompts_open(o.p, "q", 0); /* before it is saved */
	settle(&o);
	assert_false(prompts_has_draft(o.p, "p"));
	prompts_open(o.p, "p", 0);
	settle(&o);
	assert_int_equal(o.p->base, 3);
	assert_false(prompts_is_changed(o.p));
	assert_false(o.p->was_found);
	close_place(&o);
}

static void opened_again_it_is_the_same(void **state)
{
	struct place o;

	open_place(&o, *state);
	for (int i = 0; i < 20; i++) {
		char *text = x_asprintf("SYSTEM\nTyped %d.\n", i);

		prompts_set_text(o.p, text, strlen(text));
		prompts_open(o.p, "p", 0); /* while it is being kept */
		settle(&o);
		assert_string_equal(buf_str(&o.p->text), text);
		free(text);
	}
	close_place(&o);
}

static void a_text_is_compared_under_its_own_name(void **state)
{
	struct place o;

	open_place(&o, *state);
	prompts_compare(o.p, 1);
	settle(&o);
	prompts_set_text(o.p, "SYSTEM\nBe quick.\n", 17);
	prompts_compare(o.p, 9); /* there is none */
	prompts_think(o.p);
	settle(&o);
	assert_int_not_equal(o.p->facts->against_number, 9);
	close_place(&o);
}

static void what_is_known_is_of_the_opened(void **state)
{
	struct place o;

	open_place(&o, *state);
	set_text(&o, "SYSTEM\n{{a}} {{b}}\n");
	assert_int_equal(o.p->facts->n_vars, 2);
	prompts_set_text(o.p, "SYSTEM\n{{a}} {{b}} {{c}}\n", strlen("SYSTEM\n{{a}} {{b}} {{c}}\n"));
	prompts_open(o.p, "q", 0); /* while that is being looked at */
	assert_null(o.p->facts);
	job_pool_drain(o.loop->jobs);
	assert_true(o.p->facts == NULL || o.p->facts->n_vars == 0);
	settle(&o);
	assert_non_null(o.p->facts);
	assert_int_equal(o.p->facts->n_vars, 0);
	close_place(&o);
}

static void nothing_is_left_that_cannot_be_kept(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	close_place(&o);
	o.loop = loop_new();
	o.app = app_new(o.loop, config_new(), *state, false);
	o.p = o.app->prompts;
	prompts_open(o.p, "p", 0);
	job_pool_wait(o.loop->jobs);
	assert_true(prompts_can_leave(o.p, &e));
	prompts_set_text(o.p, "SYSTEM\nTyped.\n", 14);
	assert_false(prompts_can_leave(o.p, &e));
	assert_non_null(strstr(e.text, "not left"));
	prompts_discard(o.p);
	assert_true(prompts_can_leave(o.p, &e));
	close_place(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_takes_no_drafts_place, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(dropping_a_call_drops_all_of_it, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_typed_ahead_goes_before_what_is_read, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_typed_back_is_kept, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_saved_is_no_draft, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(opened_again_it_is_the_same, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_text_is_compared_under_its_own_name, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_known_is_of_the_opened, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_left_that_cannot_be_kept, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
