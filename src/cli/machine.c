#include "cli/machine.h"

#include <errno.h>
#include <langinfo.h>
#include <libgen.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "gateway/base_url.h"
#include "net/curl.h"
#include "store/reader.h"

#define SQLITE_USER_VERSION_AT 60 /* of the file header; big-endian. Source: https://www.sqlite.org/fileformat2.html#database_header */

static const char *variable(const char *name)
{
	const char *v = getenv(name);

	return v != NULL ? v : "";
}

/* How terminals are named: the terminfo database is the console's business. */
static int64_t colours_of(const char *term, const char *colorterm)
{
	static const struct {
		const char *part;
		int64_t colours;
	} rows[] = { { "direct", 1 << 24 }, { "256color", 256 }, { "kitty", 256 }, { "alacritty", 256 }, { "16color", 16 }, { "dumb", 0 },
		{ "mono", 0 }, { "-m", 0 }, { "xterm", 8 }, { "screen", 8 }, { "tmux", 8 }, { "linux", 8 }, { "rxvt", 8 }, { "color", 8 } };

	if (strcmp(term, "dumb") != 0 && (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0)) {
		return 1 << 24;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strstr(term, rows[i].part) != NULL) {
			return rows[i].colours;
		}
	}
	return UNKNOWN;
}

static const char *locale_name(void)
{
	const char *all = variable("LC_ALL"), *ctype = variable("LC_CTYPE"), *lang = variable("LANG");

	return all[0] != '\0' ? all : ctype[0] != '\0' ? ctype : lang;
}

void machine_terminal(struct terminal *t)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

	*t = (struct terminal){ .name = variable("TERM"), .colorterm = variable("COLORTERM"), .locale = locale_name() };
	t->colours = colours_of(t->name, t->colorterm);
	t->has_no_color = variable("NO_COLOR")[0] != '\0';
	if (locale != (locale_t)0) {
		t->is_utf8 = strcasecmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
		freelocale(locale);
	}
}

size_t machine_proxies(struct proxy *out, size_t most)
{
	/* HTTP_PROXY in upper case is not among them: a CGI request could set it. Source: everything.curl.dev/usingcurl/proxies/env. */
	static const char *const names[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(names) && n < most; i++) {
		const char *v = variable(names[i]);

		if (v[0] != '\0') {
			out[n++] = (struct proxy){ .variable = names[i], .value = base_url_without_user(v) };
		}
	}
	return n;
}

char *machine_curl(struct err *e)
{
	struct curl c;

	if (!curl_load(&c, "libcurl.so.4", e)) {
		return NULL;
	}
	const curl_version_info_data *v = c.version_info(CURLVERSION_NOW);
	char *text = x_asprintf("%s, %s", v->version, v->ssl_version != NULL ? v->ssl_version : "no TLS");
	curl_unload(&c);
	return text;
}

/* Read from the file itself; what a running sonde has only in its write-ahead log is not seen. */
static int64_t schema_of(const char *path)
{
	unsigned char header[SQLITE_USER_VERSION_AT + 4];
	const unsigned char *v = header + SQLITE_USER_VERSION_AT;
	FILE *f = fopen(path, "re");
	int64_t schema = UNKNOWN;

	if (f != NULL && fread(header, 1, sizeof(header), f) == sizeof(header) && memcmp(header, "SQLite format 3", 16) == 0) {
		schema = (int64_t)v[0] << 24 | (int64_t)v[1] << 16 | (int64_t)v[2] << 8 | (int64_t)v[3];
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return schema > 0 ? schema : UNKNOWN;
}

/* Whether files can be made in dir, or it can be made itself: asked of the nearest parent that is there. */
static bool is_place_for_store(const char *dir, struct err *e)
{
	char *place = x_strdup(dir);
	struct stat st;
	bool ok = true;

	while (stat(place, &st) != 0 && errno == ENOENT && strcmp(place, "/") != 0 && strcmp(place, ".") != 0) {
		char *parent = x_strdup(dirname(place)); /* writes into its argument */

		free(place);
		place = parent;
	}
	if (stat(place, &st) != 0 || !S_ISDIR(st.st_mode)) {
		ok = err_set(e, ERR_INTERNAL, "%s cannot be made: %s is not a directory", dir, place);
	} else if (access(place, W_OK | X_OK) != 0) {
		ok = err_set(e, ERR_INTERNAL, "%s cannot be written: %s", place, strerror(errno));
	}
	if (!ok) {
		err_hint(e, "calls are not recorded; set SONDE_DATA to a directory of your own");
	}
	free(place);
	return ok;
}

void machine_store(const char *dir, struct store_file *out)
{
	struct stat st;

	*out = (struct store_file){ .path = x_asprintf("%s/sonde.db", dir), .bytes = UNKNOWN, .schema = UNKNOWN };
	out->exists = stat(out->path, &st) == 0;
	(void)is_place_for_store(dir, &out->err);
	if (!out->exists) {
		return;
	}
	out->bytes = st.st_size;
	struct reader *r = reader_open(dir, &out->err);
	out->opens = r != NULL && reader_check(r, &out->err);
	if (r != NULL) {
		out->schema = schema_of(out->path);
		reader_close(r);
	}
}
