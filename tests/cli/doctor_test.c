#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/commands.h"

#define SECRET "sEcReT"

static char *dir, *config, *output;

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	dir = x_asprintf("%s/sonde-doctor-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL) {
		return -1;
	}
	config = x_asprintf("%s/config.yaml", dir);
	output = x_asprintf("%s/output", dir);
	(void)setenv("SONDE_CONFIG", config, 1);
	(void)setenv("SONDE_DATA", dir, 1);
	(void)setenv("OPENAI_API_KEY", "sk-" SECRET, 1);
	(void)setenv("WORK_KEY", SECRET, 1);
	(void)setenv("https_proxy", "http://user:" SECRET "@proxy.example:3128", 1);
	(void)setenv("TERM", "xterm-256color\033[31m", 1);
	(void)unsetenv("ANTHROPIC_API_KEY");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(config);
	(void)unlink(output);
	(void)rmdir(dir);
	free(config);
	free(output);
	free(dir);
	return 0;
}

static void write_config(const char *text)
{
	FILE *f = fopen(config, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Runs a command with its standard output in a file; both are checked for secrets and escapes. */
static int run(const struct cli_command *c, const char *a, const char *b, struct buf *out)
{
	char *argv[] = { (char *)c->name, (char *)a, (char *)b, NULL };
	struct err e;
	int saved, status;

	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	(void)close(fd);
	optind = 0; /* the C library's way to start over */
	status = c->run(a == NULL ? 1 : b == NULL ? 2 : 3, argv);
	(void)fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	(void)close(saved);
	buf_clear(out);
	assert_true(cli_read(output, out, &e));
	assert_null(strstr(buf_str(out), SECRET));
	assert_null(strchr(buf_str(out), '\033'));
	return status;
}

static void good_configuration(void **state)
{
	struct buf out = { 0 };

	(void)state;
	write_config("providers:\n  work: {kind: anthropic, api_key_env: WORK_KEY, headers: {X-A: " SECRET "}}\n"
		     "  vault: {kind: gemini, api_key_command: echo " SECRET "}\n");
	assert_int_equal(run(&cli_doctor, NULL, NULL, &out), 0);
	assert_non_null(strstr(buf_str(&out), "key set (OPENAI_API_KEY); OPENAI_API_KEY in the environment"));
	assert_non_null(strstr(buf_str(&out), "key set (WORK_KEY); config.yaml:2"));
	assert_non_null(strstr(buf_str(&out), "key from a command, run at first use; config.yaml:3"));
	assert_non_null(strstr(buf_str(&out), "no key: set ANTHROPIC_API_KEY; not set up"));
	assert_non_null(strstr(buf_str(&out), "http://proxy.example:3128 (https_proxy)"));
	assert_non_null(strstr(buf_str(&out), "256 colours"));
	assert_non_null(strstr(buf_str(&out), "not there yet"));
	assert_non_null(strstr(buf_str(&out), "no problems found"));
	assert_int_equal(run(&cli_doctor, "--json", NULL, &out), 0);
	json_t *j = json_loadb(out.s, out.len, 0, NULL);
	assert_non_null(j);
	assert_int_equal(json_array_size(json_object_get(json_object_get(j, "config"), "problems")), 0);
	assert_false(json_is_true(json_object_get(json_object_get(j, "store"), "exists")));
	json_decref(j);
	buf_free(&out);
}

static void broken_configuration(void **state)
{
	struct buf out = { 0 };

	(void)state;
	write_config("providers:\n  work: {kind: anthropic, api_key: " SECRET "}\n"
		     "  bad: {kind: openai, base_url: 'https://u:" SECRET "@h'}\n");
	assert_int_equal(run(&cli_doctor, NULL, NULL, &out), 4);
	assert_non_null(strstr(buf_str(&out), "config.yaml:2:27: providers.work.api_key is refused"));
	assert_non_null(strstr(buf_str(&out), "2 problems in the configuration"));
	assert_int_equal(run(&cli_doctor, "--json", NULL, &out), 4);
	json_t *j = json_loadb(out.s, out.len, 0, NULL);
	assert_non_null(j);
	assert_int_equal(json_array_size(json_object_get(json_object_get(j, "config"), "problems")), 2);
	json_decref(j);
	buf_free(&out);
}

static void wrong_store(void **state)
{
	struct buf out = { 0 };
	char *path = x_asprintf("%s/sonde.db", dir);
	FILE *f = fopen(path, "w");

	(void)state;
	write_config("");
	assert_non_null(f);
	assert_true(fputs("this is no database, however long one looks at it, and so it cannot be opened as one", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(run(&cli_doctor, NULL, NULL, &out), 1);
	assert_non_null(strstr(buf_str(&out), "does not open"));
	assert_int_equal(unlink(path), 0);
	free(path);
	buf_free(&out);
}

/* SONDE_DATA where no store can be: below a file. */
static void no_place_for_a_store(void **state)
{
	struct buf out = { 0 };
	char *place = x_asprintf("%s/deeper/still", config);

	(void)state;
	write_config("");
	(void)setenv("SONDE_DATA", place, 1);
	assert_int_equal(run(&cli_doctor, NULL, NULL, &out), 1);
	assert_non_null(strstr(buf_str(&out), "store          cannot be made"));
	assert_non_null(strstr(buf_str(&out), "is not a directory"));
	free(place);
	place = x_asprintf("%s/deeper/still", dir); /* nothing is there yet, and nothing is made */
	(void)setenv("SONDE_DATA", place, 1);
	assert_int_equal(run(&cli_doctor, NULL, NULL, &out), 0);
	assert_non_null(strstr(buf_str(&out), "not there yet"));
	assert_int_not_equal(access(place, F_OK), 0);
	(void)setenv("SONDE_DATA", dir, 1);
	free(place);
	buf_free(&out);
}

static void wrong_usage(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(run(&cli_doctor, "extra", NULL, &out), 2);
	assert_int_equal(run(&cli_models, "a", "b", &out), 2);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void models_are_listed(void **state)
{
	struct buf out = { 0 };
	size_t n_available = 0, i;
	json_t *model;

	(void)state;
	write_config("prices: {openai/my-tune: {input: 0.05, output: 1}}\n");
	assert_int_equal(run(&cli_models, "MY-tu", NULL, &out), 0);
	assert_non_null(strstr(buf_str(&out), "* openai/my-tune         0.05       1.00          \xe2\x80\x93          \xe2\x80\x93\n"));
	assert_non_null(strstr(buf_str(&out), "+config"));
	assert_int_equal(run(&cli_models, "--json", NULL, &out), 0);
	json_t *j = json_loadb(out.s, out.len, 0, NULL);
	assert_non_null(j);
	json_array_foreach(json_object_get(j, "models"), i, model)
	{
		bool is_available = json_is_true(json_object_get(model, "available"));

		n_available += is_available;
		assert_int_equal(is_available, strcmp(json_string_value(json_object_get(model, "provider")), "openai") == 0);
		if (strcmp(json_string_value(json_object_get(model, "model")), "my-tune") == 0) {
			assert_true(json_real_value(json_object_get(model, "input_usd_per_mtok")) == 0.05);
			assert_true(json_is_null(json_object_get(model, "cache_read_usd_per_mtok")));
			assert_true(json_is_null(json_object_get(model, "context_tokens")));
		}
	}
	assert_true(n_available > 1);
	assert_true(json_array_size(json_object_get(j, "models")) > n_available);
	json_decref(j);
	assert_int_equal(run(&cli_models, "no such model", NULL, &out), 0);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_configuration), cmocka_unit_test(broken_configuration), cmocka_unit_test(wrong_store),
		cmocka_unit_test(no_place_for_a_store),
		cmocka_unit_test(wrong_usage),        cmocka_unit_test(models_are_listed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
