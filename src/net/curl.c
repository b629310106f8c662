#include "net/curl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define OLDEST_VERSION 0x075000 /* 7.80: CURLOPT_PREREQFUNCTION */

/* clang-format off */
#define ROW(field, name) { offsetof(struct curl, field), name }
static const struct {
	size_t at;
	const char *name;
} functions[] = {
	ROW(global_init_mem, "curl_global_init_mem"),
	ROW(global_cleanup, "curl_global_cleanup"),
	ROW(version_info, "curl_version_info"),
	ROW(easy_init, "curl_easy_init"),
	ROW(easy_cleanup, "curl_easy_cleanup"),
	ROW(easy_setopt, "curl_easy_setopt"),
	ROW(easy_getinfo, "curl_easy_getinfo"),
	ROW(easy_strerror, "curl_easy_strerror"),
	ROW(slist_append, "curl_slist_append"),
	ROW(slist_free_all, "curl_slist_free_all"),
	ROW(url, "curl_url"),
	ROW(url_cleanup, "curl_url_cleanup"),
	ROW(url_set, "curl_url_set"),
	ROW(url_get, "curl_url_get"),
	ROW(url_strerror, "curl_url_strerror"),
	ROW(free, "curl_free"),
	ROW(multi_init, "curl_multi_init"),
	ROW(multi_cleanup, "curl_multi_cleanup"),
	ROW(multi_setopt, "curl_multi_setopt"),
	ROW(multi_add_handle, "curl_multi_add_handle"),
	ROW(multi_remove_handle, "curl_multi_remove_handle"),
	ROW(multi_socket_action, "curl_multi_socket_action"),
	ROW(multi_assign, "curl_multi_assign"),
	ROW(multi_info_read, "curl_multi_info_read"),
	ROW(multi_strerror, "curl_multi_strerror"),
};
#undef ROW
/* clang-format on */
_Static_assert(sizeof(functions) / sizeof(functions[0]) == sizeof(struct curl) / sizeof(void *), "a row for each function");

static bool too_old(struct err *e, const char *why)
{
	(void)err_set(e, ERR_INTERNAL, "libcurl is too old for sonde: %s", why);
	return err_hint(e, "install libcurl 7.80 or later");
}

bool curl_load(struct curl *c, const char *library, struct err *e)
{
	/* RTLD_LOCAL by default: its symbols shadow nobody's. RTLD_LAZY: of all that it brings little is ever called, a sixth less work.
	 * Never closed: libraries below it (OpenSSL) leave handlers behind for exit. */
	void *handle = dlopen(library, RTLD_LAZY);

	if (handle == NULL) {
		(void)err_set(e, ERR_INTERNAL, "%s is missing, and without it no request can be sent", library);
		return err_hint(e, "install libcurl, for instance: apt install libcurl4");
	}
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		void *function = dlsym(handle, functions[i].name);

		if (function == NULL) {
			return too_old(e, functions[i].name);
		}
		memcpy((char *)c + functions[i].at, &function, sizeof(function));
	}
	if (c->version_info(CURLVERSION_NOW)->version_num < OLDEST_VERSION) {
		return too_old(e, c->version_info(CURLVERSION_NOW)->version);
	}
	if (c->global_init_mem(CURL_GLOBAL_DEFAULT, x_malloc, free, x_realloc, x_strdup, x_calloc) != CURLE_OK) {
		return err_set(e, ERR_INTERNAL, "libcurl does not start up");
	}
	return true;
}

void curl_unload(struct curl *c)
{
	c->global_cleanup();
}

void curl_preload(const char *library)
{
	(void)dlopen(library, RTLD_LAZY); /* never closed, as in curl_load */
}
