/* Any bytes as config.yaml: what is wrong is told in one clean line with its place, and what was taken can be sent as it is. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static bool is_one_line(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			return false;
		}
	}
	return true;
}

static void check_provider(const struct config *c, const struct provider_entry *p)
{
	must(p->name[0] != '\0' && p->kind != NULL && is_one_line(p->name));
	must(config_find_provider(c, p->name) == p);
	must(p->base_url != NULL && is_one_line(p->base_url) && strncasecmp(p->base_url, "http", 4) == 0);
	must(p->base_url[strlen(p->base_url) - 1] != '/');
	must(p->connect_ms > 0 && p->first_byte_ms > 0 && p->idle_ms > 0 && p->max_in_flight >= 0);
	for (size_t i = 0; p->headers != NULL && p->headers[i] != NULL; i++) {
		must(is_one_line(p->headers[i]) && strchr(p->headers[i], ':') != NULL);
	}
}

static void check_alias(const struct config *c, const struct target *alias)
{
	struct err e;
	struct target *found = target_find(c, alias->name, &e);

	must(alias->provider != NULL && alias->model != NULL && alias->model[0] != '\0');
	must(found != NULL && strcmp(found->model, alias->model) == 0);
	target_free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct config *c = config_new();
	struct err e;

	config_file_read(c, "f", (const char *)bytes, size);
	for (size_t i = 0; i < c->n_problems; i++) {
		must(strncmp(c->problems[i].text, "f:", 2) == 0 && is_one_line(c->problems[i].text) && is_one_line(c->problems[i].hint));
	}
	must(config_check(c, &e) == (c->n_problems == 0));
	for (size_t i = 0; i < c->n_providers; i++) {
		check_provider(c, c->providers[i]);
	}
	for (size_t i = 0; i < c->n_aliases; i++) {
		check_alias(c, c->aliases[i]);
	}
	must(option_text(&c->options, OPTION_THEME)[0] != '\0');
	config_free(c);
	return 0;
}
