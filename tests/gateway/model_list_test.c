/* Lists of models from providers over HTTP, and what is kept of them. */
#include "gateway/model_list.h"

#include "tests/gateway/call_fixture.h"

#define HOUR_US (3600 * US_PER_S)

static void ask(struct bench *b, struct model_lists *ls, int64_t max_age_us)
{
	struct err e = { 0 };

	model_lists_load(ls, b->config, b->dir);
	if (!model_lists_ask(ls, b->loop, b->dir, max_age_us, &e)) {
		fail_msg("%s", e.text);
	}
}

static void each_kind(void **state)
{
	struct bench *b = bench_new(NULL);
	struct model_lists ls;

	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		(void)bench_provider(b, providers[i]->kind, providers[i]->kind, 0, NULL);
	}
	ask(b, &ls, HOUR_US);
	assert_int_equal(ls.n, n_providers);
	for (size_t i = 0; i < ls.n; i++) {
		const struct model_list *list = &ls.lists[i];
		bool has_list = list->provider->kind->list != NULL;

		if (list->err.code != ERR_NONE) {
			fail_msg("%s: %s", list->provider->name, list->err.text);
		}
		assert_int_equal(list->listing.n > 0, has_list);
		assert_int_equal(list->asked_us > 0, has_list);
		assert_int_equal(list->is_simulated, has_list);
	}
	model_lists_free(&ls);
	/* From here on only what was kept can answer: nobody is asked within the hour. */
	sim_free(b->sim);
	b->sim = NULL;
	ask(b, &ls, HOUR_US);
	for (size_t i = 0; i < ls.n; i++) {
		assert_int_equal(ls.lists[i].err.code, ERR_NONE);
		assert_int_equal(ls.lists[i].listing.n > 0, ls.lists[i].provider->kind->list != NULL);
	}
	model_lists_free(&ls);
	/* Asked anew, they fail, and the old lists stay. */
	for (int round = 0; round < 2; round++) {
		ask(b, &ls, -1);
		for (size_t i = 0; i < ls.n; i++) {
			bool has_list = ls.lists[i].provider->kind->list != NULL;

			assert_int_equal(ls.lists[i].err.code, has_list ? ERR_NETWORK : ERR_NONE);
			assert_int_equal(ls.lists[i].listing.n > 0, has_list);
			assert_true(ls.lists[i].is_simulated || !has_list);
		}
		model_lists_free(&ls);
	}
	bench_free(b);
}

/* A list belongs to an address: another server under the same name is asked. A file that is none is as good as none. */
static void of_an_address(void **state)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *p = bench_provider(b, "p", "openai", 0, NULL);
	struct model_lists ls;
	char *path = x_asprintf("%s/models.json", b->dir);

	(void)state;
	ask(b, &ls, HOUR_US);
	assert_true(ls.lists[0].listing.n > 0);
	model_lists_free(&ls);
	free(p->base_url);
	p->base_url = x_strdup("http://127.0.0.1:1/v1");
	model_lists_load(&ls, b->config, b->dir);
	assert_int_equal(ls.lists[0].listing.n, 0);
	model_lists_free(&ls);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("{\"lists\":[{\"provider\":3},7", f);
	assert_int_equal(fclose(f), 0);
	model_lists_load(&ls, b->config, b->dir);
	assert_int_equal(ls.lists[0].asked_us, 0);
	model_lists_free(&ls);
	free(path);
	bench_free(b);
}

/* A wrong key, one that no command gives, and a key that the server says back. */
static void keys(void **state)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *bad = bench_provider(b, "bad", "openai", 0, NULL), *none = bench_provider(b, "none", "anthropic", 0, NULL);
	struct model_lists ls;

	(void)state;
	free(bad->key);
	bad->key = x_strdup("bad-key");
	free(none->key);
	none->key = NULL;
	none->is_key_optional = false;
	none->key_command = x_strdup("exit 3");
	ask(b, &ls, HOUR_US);
	assert_int_equal(ls.lists[0].err.code, ERR_AUTH);
	assert_int_equal(ls.lists[1].err.code, ERR_AUTH);
	assert_non_null(strstr(ls.lists[1].err.text, "status 3"));
	model_lists_free(&ls);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_kind), cmocka_unit_test(of_an_address), cmocka_unit_test(keys) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
