/* The first-start card: when it is due, its rows and their words, what a row is used by, the demo beside the person's own app. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/app/fake_ollama.h"

#include "app/play.h"
#include "app/welcome.h"
#include "base/mem.h"

#define KEY "sk-not-to-be-shown"

struct fixture {
	char *dir;
	struct loop *loop;
	struct app *app;
	struct welcome *welcome;
};

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));

	for (size_t i = 0; i < n_providers; i++) {
		for (size_t k = 0; k < COUNT_OF(providers[i]->key_env) && providers[i]->key_env[k] != NULL; k++) {
			unsetenv(providers[i]->key_env[k]);
		}
		unsetenv(providers[i]->base_url_env);
	}
	f->dir = x_strdup("/tmp/sonde-welcome-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	setenv("HOME", f->dir, 1);
	unsetenv("SONDE_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	f->loop = loop_new();
	fake_ollama = fake_no_ollama;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(f->app);
	loop_free(f->loop);
	assert_int_equal(rmdir(f->dir), 0);
	free(f->dir);
	free(f);
	return 0;
}

/* In the environment as it is then; a store is only read, so that none is left. */
static void start(struct fixture *f)
{
	app_free(f->app);
	f->app = app_new(f->loop, config_load(NULL), f->dir, false);
	f->welcome = f->app->welcome;
	welcome_look(f->welcome);
	assert_true(f->welcome->is_settled);
}

/* "name|found|action" of a row. */
static const char *words(const struct welcome_row *r)
{
	static char text[300];
	struct buf b = { 0 };

	welcome_row_name(r, &b);
	(void)buf_add_char(&b, '|');
	welcome_row_found(r, &b);
	(void)buf_addf(&b, "|%s", welcome_row_action(r));
	(void)snprintf(text, sizeof(text), "%s", buf_str(&b));
	buf_free(&b);
	return text;
}

static const struct welcome_row *row(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->welcome->n_rows; i++) {
		if (strncmp(words(&f->welcome->rows[i]), name, strlen(name)) == 0) {
			return &f->welcome->rows[i];
		}
	}
	fail_msg("no row %s", name);
	return NULL;
}

static void nothing_at_all(void **state)
{
	struct fixture *f = *state;

	start(f);
	assert_true(welcome_is_due(f->app));
	assert_int_equal(f->welcome->n_rows, n_providers + 1);
	assert_string_equal(words(&f->welcome->rows[0]), "Ollama|not on localhost:11434|how to set");
	assert_string_equal(words(&f->welcome->rows[1]), "Demo provider|SIMULATED, offline|try it");
	assert_string_equal(words(&f->welcome->rows[2]), "OPENAI_API_KEY|OpenAI, not set|how to set");
	assert_int_equal(welcome_best_row(f->welcome), 1);
	for (size_t i = 0; i < f->welcome->n_rows; i++) {
		assert_null(welcome_row_target(&f->welcome->rows[i]));
	}
}

static void a_key(void **state)
{
	struct fixture *f = *state;
	struct buf how = { 0 };

	setenv("ANTHROPIC_API_KEY", KEY, 1);
	start(f);
	assert_false(welcome_is_due(f->app));
	const struct welcome_row *r = &f->welcome->rows[0];

	assert_string_equal(words(r), "ANTHROPIC_API_KEY|Anthropic, in the environment|use it");
	assert_int_equal(welcome_best_row(f->welcome), 0);
	char *target = welcome_row_target(r);
	assert_string_equal(target, "anthropic/claude-haiku-4-5");
	free(target);
	for (size_t i = 0; i < f->welcome->n_rows; i++) {
		assert_null(strstr(words(&f->welcome->rows[i]), KEY));
		welcome_row_how(f->welcome, &f->welcome->rows[i], &how);
	}
	assert_null(strstr(buf_str(&how), KEY));
	buf_free(&how);
	unsetenv("ANTHROPIC_API_KEY");
}

/* Without an address a key is of no use, and the card says what is missing. */
static void a_key_without_an_address(void **state)
{
	struct fixture *f = *state;

	setenv("AZURE_OPENAI_API_KEY", KEY, 1);
	start(f);
	assert_true(welcome_is_due(f->app));
	assert_string_equal(words(row(f, "AZURE")), "AZURE_OPENAI_ENDPOINT|Azure OpenAI, not set|how to set");
	setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com", 1);
	start(f);
	assert_false(welcome_is_due(f->app));
	assert_string_equal(words(row(f, "AZURE")), "AZURE_OPENAI_API_KEY|Azure OpenAI, in the environment|use it");
	unsetenv("AZURE_OPENAI_API_KEY");
	unsetenv("AZURE_OPENAI_ENDPOINT");
}

static void every_missing_row_says_how(void **state)
{
	struct fixture *f = *state;

	start(f);
	for (size_t i = 0; i < f->welcome->n_rows; i++) {
		const struct welcome_row *r = &f->welcome->rows[i];
		struct buf how = { 0 };

		welcome_row_how(f->welcome, r, &how);
		if (r->kind == WELCOME_MISSING) {
			assert_non_null(strstr(buf_str(&how), "export "));
			assert_non_null(strstr(buf_str(&how), "=YOUR-KEY\n"));
			assert_non_null(strstr(buf_str(&how), "/.config/sonde/config.yaml"));
		} else if (r->kind == WELCOME_LOCAL) {
			assert_non_null(strstr(buf_str(&how), "refused"));
			assert_non_null(strstr(buf_str(&how), "ollama pull "));
		} else {
			assert_int_equal(how.len, 0);
		}
		buf_free(&how);
	}
}

static void an_ollama(void **state)
{
	static char first[] = "qwen3:8b", second[] = "other";
	struct fixture *f = *state;

	fake_ollama = (struct ollama_answer){ .is_over = true, .is_there = true, .version = "0.9.0", .models = { first, second }, .n_models = 2 };
	start(f);
	assert_true(welcome_is_due(f->app)); /* which of its models, and whether it runs: the card is asked */
	const struct welcome_row *r = row(f, "Ollama");
	assert_string_equal(words(r), "Ollama 0.9.0|2 models on localhost:11434|use it");
	assert_int_equal(welcome_best_row(f->welcome), 0);
	char *target = welcome_row_target(r);
	assert_string_equal(target, "ollama/qwen3:8b");
	assert_non_null(play_add(f->app->play, target)->target);
	free(target);
	fake_ollama.n_models = 0;
	assert_string_equal(words(r), "Ollama 0.9.0|0 models on localhost:11434|how to set");
	assert_null(welcome_row_target(r));
	assert_int_equal(welcome_best_row(f->welcome), 1);
	fake_ollama.is_over = fake_ollama.is_there = false;
	fake_ollama.version[0] = '\0';
	assert_string_equal(words(r), "Ollama|asking localhost:11434\u2026|");
}

/* Another machine is none of the card's business before F5. */
static void an_ollama_elsewhere_is_not_asked(void **state)
{
	struct fixture *f = *state;

	setenv("OLLAMA_HOST", "http://gpu-box:11434", 1);
	start(f);
	const struct welcome_row *r = row(f, "Ollama");
	assert_null(r->ask);
	assert_string_equal(words(r), "Ollama|on gpu-box:11434, not asked|use it");
	unsetenv("OLLAMA_HOST");
}

static void targets_of_the_file_are_enough(void **state)
{
	struct fixture *f = *state;
	struct config *c = config_load(NULL);
	struct err e = { 0 };

	*array_push(c->aliases, c->n_aliases, c->cap_aliases) = target_find(c, "openai/gpt-5.4-mini", &e);
	f->app = app_new(f->loop, c, f->dir, false);
	assert_false(welcome_is_due(f->app));
}

/* A provider of the file whose key is missing: by the person's own names. */
static void a_provider_of_the_file(void **state)
{
	struct fixture *f = *state;
	char *path = x_asprintf("%s/config.yaml", f->dir);
	FILE *file = fopen(path, "w");
	struct buf how = { 0 };

	assert_non_null(file);
	(void)fputs("providers: {lab: {kind: openai, base_url: http://127.0.0.1:9/v1, api_key_env: LAB_KEY}}\n", file);
	assert_int_equal(fclose(file), 0);
	setenv("SONDE_CONFIG", path, 1);
	start(f);
	assert_int_equal(f->app->config->n_problems, 0);
	assert_true(welcome_is_due(f->app));
	const struct welcome_row *r = row(f, "LAB_KEY");
	assert_string_equal(words(r), "LAB_KEY|lab, not set|how to set");
	welcome_row_how(f->welcome, r, &how);
	assert_null(strstr(buf_str(&how), "openai.com")); /* its keys are made elsewhere */
	assert_non_null(strstr(buf_str(&how), "export LAB_KEY=YOUR-KEY\n"));
	buf_free(&how);
	setenv("LAB_KEY", KEY, 1);
	start(f);
	assert_false(welcome_is_due(f->app));
	assert_string_equal(words(row(f, "LAB_KEY")), "LAB_KEY|lab, in the environment|use it");
	unsetenv("LAB_KEY");
	unsetenv("SONDE_CONFIG");
	assert_int_equal(unlink(path), 0);
	free(path);
}

static void the_demo_is_an_app_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };

	start(f);
	struct app *demo = welcome_demo(f->welcome, &e);

	assert_non_null(demo);
	assert_ptr_equal(welcome_demo(f->welcome, &e), demo);
	assert_true(demo->is_demo && !f->app->is_demo);
	assert_int_equal(demo->play->n_columns, 4);
	assert_int_equal(f->app->play->n_columns, 0);
	assert_true(demo->play->user[0] != '\0');
	assert_string_not_equal(demo->data_dir, f->app->data_dir);
	char *dir = x_strdup(demo->data_dir);
	start(f);
	assert_int_equal(access(dir, F_OK), -1);
	free(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_at_all),
		TEST(a_key),
		TEST(a_key_without_an_address),
		TEST(every_missing_row_says_how),
		TEST(an_ollama),
		TEST(an_ollama_elsewhere_is_not_asked),
		TEST(targets_of_the_file_are_enough),
		TEST(a_provider_of_the_file),
		TEST(the_demo_is_an_app_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
