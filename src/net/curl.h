/* curl - libcurl, loaded when the first request needs it: its many libraries cost 5 ms, which a command without network shall not pay.
 * Nothing is linked: the functions are pointers found by name; <curl/curl.h> gives types and constants only.
 * Its memory is that of x_malloc: none left ends the program, where libcurl would send a request without its headers or its body.
 * Owns the handle of the library, which stays loaded until the process ends. */
#ifndef SONDE_NET_CURL_H
#define SONDE_NET_CURL_H

#define CURL_DISABLE_TYPECHECK /* the checking macros call curl_easy_setopt by name */
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#include "base/err.h"

struct curl {
	__typeof__(curl_global_init_mem) *global_init_mem;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_version_info) *version_info;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_url) *url;
	__typeof__(curl_url_cleanup) *url_cleanup;
	__typeof__(curl_url_set) *url_set;
	__typeof__(curl_url_get) *url_get;
	__typeof__(curl_url_strerror) *url_strerror;
	__typeof__(curl_free) *free;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_setopt) *multi_setopt;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_socket_action) *multi_socket_action;
	__typeof__(curl_multi_assign) *multi_assign;
	__typeof__(curl_multi_info_read) *multi_info_read;
	__typeof__(curl_multi_strerror) *multi_strerror;
};

/* Loads `library` ("libcurl.so.4"), fills c and starts the library up. Balanced by curl_unload. */
bool curl_load(struct curl *c, const char *library, struct err *e) SONDE_MUST_CHECK;
void curl_unload(struct curl *c);
/* Maps the library, on any thread: a later curl_load is quick. A missing one is told by curl_load. */
void curl_preload(const char *library);

#endif
