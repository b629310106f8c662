/* base_url - checks and normal form of the addresses that requests go to. No text of a refused address is ever repeated:
 * it may hold a key. */
#ifndef SONDE_GATEWAY_BASE_URL_H
#define SONDE_GATEWAY_BASE_URL_H

/* http(s)://host[:port][/path] without user, query and fragment; trailing slashes are cut. The caller's; NULL with *why, a static
 * sentence that goes on after "NAME ", when it is not one. */
char *base_url_clean(const char *text, const char **why);
/* As above, and also "host", "host:port", ":port" (http, and the port of default_url where none is given). An address that means
 * "all interfaces" to a server becomes loopback. */
char *base_url_of_host(const char *text, const char *default_url, const char **why);
/* "host:port" or a proxy URL for people: what stands before an "@" is left out. The caller's. */
char *base_url_without_user(const char *url);

#endif
