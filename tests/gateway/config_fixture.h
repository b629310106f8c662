/* config_fixture - a directory with a configuration file, and an environment that names no provider. */
#ifndef SONDE_TESTS_GATEWAY_CONFIG_FIXTURE_H
#define SONDE_TESTS_GATEWAY_CONFIG_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "gateway/config.h"

static char *dir, *file;

static void clear_environment(void)
{
	static const char *const others[] = { "SONDE_CONFIG", "XDG_CONFIG_HOME", "A_KEY", "WORK_KEY", "work_key" };

	for (size_t i = 0; i < n_providers; i++) {
		for (size_t j = 0; j < COUNT_OF(providers[i]->key_env) && providers[i]->key_env[j] != NULL; j++) {
			(void)unsetenv(providers[i]->key_env[j]);
		}
		(void)unsetenv(providers[i]->base_url_env);
		if (providers[i]->api_version_env != NULL) {
			(void)unsetenv(providers[i]->api_version_env);
		}
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		(void)unsetenv(others[i]);
	}
	(void)setenv("HOME", dir, 1);
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	dir = x_asprintf("%s/sonde-config-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL) {
		return -1;
	}
	file = x_asprintf("%s/config.yaml", dir);
	clear_environment();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(file);
	(void)rmdir(dir);
	free(file);
	free(dir);
	return 0;
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

#endif
