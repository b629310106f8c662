/* doctor - what sonde found, where, and what is wrong with it. Changes nothing, sends nothing, runs no api_key_command. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/xdg.h"
#include "cli/commands.h"
#include "cli/machine.h"
#include "gateway/config.h"
#include "text/clean.h"
#include "text/json_text.h"

#define PROXIES_MOST 8

struct report {
	struct config *config;
	char *data_dir; /* NULL: none is known */
	struct store_file store;
	struct terminal terminal;
	struct proxy proxies[PROXIES_MOST];
	size_t n_proxies;
	char *curl; /* NULL: curl_err says why */
	struct err curl_err;
};

static void gather(struct report *r)
{
	*r = (struct report){ .config = config_load(NULL), .data_dir = xdg_data_dir() };
	if (r->data_dir != NULL) {
		machine_store(r->data_dir, &r->store);
	}
	machine_terminal(&r->terminal);
	r->n_proxies = machine_proxies(r->proxies, PROXIES_MOST);
	r->curl = machine_curl(&r->curl_err);
}

static void release(struct report *r)
{
	for (size_t i = 0; i < r->n_proxies; i++) {
		free(r->proxies[i].value);
	}
	config_free(r->config);
	free(r->data_dir);
	free(r->store.path);
	free(r->curl);
}

static int status_of(const struct report *r)
{
	if (r->config->n_problems > 0) {
		return err_exit_status(ERR_CONFIG);
	}
	bool is_store_bad = r->data_dir == NULL || r->store.err.code != ERR_NONE;
	return r->curl == NULL || is_store_bad || r->config->price_err.code != ERR_NONE ? err_exit_status(ERR_INTERNAL) : 0;
}

enum key_state { KEY_SET, KEY_COMMAND, KEY_NOT_NEEDED, KEY_MISSING };
static const char *const key_state_names[] = { "set", "command", "not_needed", "missing" };

static enum key_state key_state(const struct provider_entry *p)
{
	return p->key != NULL ? KEY_SET : p->key_command != NULL ? KEY_COMMAND : p->is_key_optional ? KEY_NOT_NEEDED : KEY_MISSING;
}

/* ---- as text ---- */

/* Everything that came from outside passes here. */
static void add_clean(struct buf *out, const char *text)
{
	char *line = clean_line(text, strlen(text), 0);

	(void)buf_add_str(out, line);
	free(line);
}

static void add_row(struct buf *out, const char *label, const char *text)
{
	(void)buf_addf(out, "%-14s ", label);
	add_clean(out, text);
	(void)buf_add_char(out, '\n');
}

static void add_problem(struct buf *out, const struct err *e)
{
	(void)buf_add_str(out, "  ! ");
	add_clean(out, e->text);
	if (e->hint[0] != '\0') {
		(void)buf_add_str(out, "\n    ");
		add_clean(out, e->hint);
	}
	(void)buf_add_char(out, '\n');
}

static void text_config(struct buf *out, const struct config *c)
{
	char *line = c->file == NULL ? x_strdup("none: HOME is not set") :
				       x_asprintf("%s%s", c->file, c->file_exists ? "" : " (not there; the environment is enough)");

	add_row(out, "configuration", line);
	free(line);
	for (size_t i = 0; i < c->n_problems; i++) {
		add_problem(out, &c->problems[i]);
	}
}

static void text_store(struct buf *out, const struct report *r)
{
	char schema[40] = "";

	add_row(out, "data", r->data_dir != NULL ? r->data_dir : "none: set HOME, or SONDE_DATA to a directory");
	if (r->data_dir == NULL) {
		return;
	}
	if (!r->store.exists) {
		bool can_be_made = r->store.err.code == ERR_NONE;

		add_row(out, "store", can_be_made ? "not there yet; it is made with the first recorded call" : "cannot be made");
		if (!can_be_made) {
			add_problem(out, &r->store.err);
		}
		return;
	}
	if (is_known(r->store.schema)) {
		(void)snprintf(schema, sizeof(schema), ", schema %lld", (long long)r->store.schema);
	}
	char *line = x_asprintf("sonde.db, %.1f MiB, %s%s", (double)r->store.bytes / (1 << 20),
	    r->store.opens ? "opens" : "does not open", schema);
	add_row(out, "store", line);
	free(line);
	if (r->store.err.code != ERR_NONE) {
		add_problem(out, &r->store.err);
	}
}

static void text_provider(struct buf *out, const struct provider_entry *p, bool is_listed)
{
	const char *variable = p->key_env != NULL ? p->key_env : p->kind->key_env[0];
	static const char *const words[] = { "key set", "key from a command, run at first use", "no key needed", "no key" };
	enum key_state state = key_state(p);

	(void)buf_addf(out, "  %-12s ", p->name);
	add_clean(out, p->base_url);
	(void)buf_addf(out, "\n               %s", words[state]);
	if (state == KEY_SET && p->key_env != NULL) {
		(void)buf_addf(out, " (%s)", p->key_env);
	}
	if (state == KEY_MISSING) {
		(void)buf_addf(out, ": set %s", variable);
	}
	(void)buf_add_str(out, "; ");
	add_clean(out, is_listed ? p->origin : "not set up");
	(void)buf_add_char(out, '\n');
}

static void text_providers(struct buf *out, const struct config *c)
{
	(void)buf_add_str(out, "providers\n");
	for (size_t i = 0; i < c->n_providers; i++) {
		text_provider(out, c->providers[i], true);
	}
	for (size_t i = 0; i < c->n_unlisted; i++) {
		text_provider(out, c->unlisted[i], false);
	}
	if (c->n_aliases > 0) {
		struct buf names = { 0 };

		for (size_t i = 0; i < c->n_aliases; i++) {
			(void)buf_addf(&names, "%s%s", i > 0 ? ", " : "", c->aliases[i]->name);
		}
		add_row(out, "targets", buf_str(&names));
		buf_free(&names);
	}
}

static void text_prices(struct buf *out, const struct config *c)
{
	char *line = x_asprintf("%s, %zu models, %s", price_table_version(c->prices), price_count(c->prices),
	    c->price_file != NULL ? c->price_file : "built in");

	add_row(out, "prices", line);
	free(line);
	if (c->price_err.code != ERR_NONE) {
		add_problem(out, &c->price_err);
	}
}

static void text_terminal(struct buf *out, const struct terminal *t)
{
	struct buf line = { 0 };

	(void)buf_add_str(&line, t->name[0] != '\0' ? t->name : "TERM is not set");
	if (t->has_no_color) {
		(void)buf_add_str(&line, ", colours off (NO_COLOR)");
	} else if (is_known(t->colours)) {
		(void)buf_addf(&line, ", %lld colours", (long long)t->colours);
	}
	(void)buf_addf(&line, "%s%s", t->colorterm[0] != '\0' ? ", COLORTERM " : "", t->colorterm);
	(void)buf_addf(&line, ", %s", t->is_utf8 ? "UTF-8" : "no UTF-8: set LANG to a UTF-8 locale, such as C.UTF-8");
	add_row(out, "terminal", buf_str(&line));
	buf_free(&line);
}

static void as_text(const struct report *r, struct buf *out)
{
	(void)buf_add_str(out, "sonde " PACKAGE_VERSION "\n\n");
	text_config(out, r->config);
	text_store(out, r);
	text_providers(out, r->config);
	text_prices(out, r->config);
	text_terminal(out, &r->terminal);
	for (size_t i = 0; i < r->n_proxies; i++) {
		char *line = x_asprintf("%s (%s)", r->proxies[i].value, r->proxies[i].variable);

		add_row(out, i == 0 ? "proxies" : "", line);
		free(line);
	}
	add_row(out, "libcurl", r->curl != NULL ? r->curl : "cannot be loaded");
	if (r->curl == NULL) {
		add_problem(out, &r->curl_err);
	}
	size_t n = r->config->n_problems;
	if (n > 0) {
		(void)buf_addf(out, "\n%zu problem%s in the configuration\n", n, n == 1 ? "" : "s");
	} else {
		(void)buf_add_str(out, status_of(r) == 0 ? "\nno problems found\n" : "\nsomething is wrong, see ! above\n");
	}
	if (r->config->n_providers == 0) {
		(void)buf_add_str(out, "no provider is set up yet: set one of the variables above, or try `sonde demo`, which needs none\n");
	}
}

/* ---- as JSON ---- */

static void add_field(struct buf *out, const char *name, const char *value)
{
	(void)buf_addf(out, "\"%s\":", name);
	json_text_string(out, value);
}

static void add_bool(struct buf *out, const char *name, bool value)
{
	(void)buf_addf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void json_config(struct buf *out, const struct config *c)
{
	(void)buf_add_str(out, ",\"config\":{");
	add_field(out, "file", c->file);
	add_bool(out, "exists", c->file_exists);
	(void)buf_add_str(out, ",\"problems\":[");
	for (size_t i = 0; i < c->n_problems; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		json_text_string(out, c->problems[i].text);
	}
	(void)buf_add_str(out, "]}");
}

static void json_store(struct buf *out, const struct report *r)
{
	(void)buf_add_char(out, ',');
	add_field(out, "data_dir", r->data_dir);
	(void)buf_add_str(out, ",\"store\":{");
	add_field(out, "path", r->store.path);
	add_bool(out, "exists", r->store.exists);
	add_bool(out, "opens", r->store.opens);
	(void)buf_add_str(out, ",\"bytes\":");
	json_text_int(out, r->store.exists ? r->store.bytes : UNKNOWN);
	(void)buf_add_str(out, ",\"schema\":");
	json_text_int(out, r->store.exists ? r->store.schema : UNKNOWN);
	(void)buf_add_char(out, ',');
	add_field(out, "error", r->store.err.text[0] != '\0' ? r->store.err.text : NULL);
	(void)buf_add_char(out, '}');
}

static void json_provider(struct buf *out, const struct provider_entry *p, bool is_listed)
{
	(void)buf_add_char(out, '{');
	add_field(out, "name", p->name);
	(void)buf_add_char(out, ',');
	add_field(out, "kind", p->kind->kind);
	(void)buf_add_char(out, ',');
	add_field(out, "base_url", p->base_url);
	(void)buf_add_char(out, ',');
	add_field(out, "origin", p->origin);
	add_bool(out, "set_up", is_listed);
	(void)buf_add_char(out, ',');
	add_field(out, "key", key_state_names[key_state(p)]);
	(void)buf_add_char(out, ',');
	add_field(out, "key_env", p->key_env);
	(void)buf_add_char(out, '}');
}

static void json_providers(struct buf *out, const struct config *c)
{
	(void)buf_add_str(out, ",\"providers\":[");
	for (size_t i = 0; i < c->n_providers + c->n_unlisted; i++) {
		bool is_listed = i < c->n_providers;

		(void)buf_add_str(out, i > 0 ? "," : "");
		json_provider(out, is_listed ? c->providers[i] : c->unlisted[i - c->n_providers], is_listed);
	}
	(void)buf_add_str(out, "],\"prices\":{");
	add_field(out, "snapshot", price_table_version(c->prices));
	(void)buf_add_char(out, ',');
	add_field(out, "file", c->price_file);
	(void)buf_add_char(out, ',');
	add_field(out, "error", c->price_err.code != ERR_NONE ? c->price_err.text : NULL);
	(void)buf_add_str(out, "},\"targets\":[");
	for (size_t i = 0; i < c->n_aliases; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		json_text_string(out, c->aliases[i]->name);
	}
	(void)buf_add_char(out, ']');
}

static void json_machine(struct buf *out, const struct report *r)
{
	(void)buf_add_str(out, ",\"terminal\":{");
	add_field(out, "term", r->terminal.name);
	(void)buf_add_char(out, ',');
	add_field(out, "colorterm", r->terminal.colorterm);
	(void)buf_add_str(out, ",\"colours\":");
	json_text_int(out, r->terminal.colours);
	(void)buf_add_char(out, ',');
	add_field(out, "locale", r->terminal.locale);
	add_bool(out, "no_color", r->terminal.has_no_color);
	add_bool(out, "utf8", r->terminal.is_utf8);
	(void)buf_add_str(out, "},\"proxies\":{");
	for (size_t i = 0; i < r->n_proxies; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		add_field(out, r->proxies[i].variable, r->proxies[i].value);
	}
	(void)buf_add_str(out, "},\"libcurl\":{");
	add_field(out, "version", r->curl);
	(void)buf_add_char(out, ',');
	add_field(out, "error", r->curl == NULL ? r->curl_err.text : NULL);
	(void)buf_add_char(out, '}');
}

static void as_json(const struct report *r, struct buf *out)
{
	(void)buf_add_str(out, "{\"version\":\"" PACKAGE_VERSION "\"");
	json_config(out, r->config);
	json_store(out, r);
	json_providers(out, r->config);
	json_machine(out, r);
	(void)buf_add_str(out, "}\n");
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct report r;
	struct buf out = { 0 };
	bool is_json = false;
	int c;

	while ((c = cli_option(argc, argv, "", long_options)) != -1) {
		if (c != 'j') {
			return cli_bad_option(&cli_doctor, argv);
		}
		is_json = true;
	}
	if (optind < argc) {
		return cli_usage(&cli_doctor, "doctor takes no argument, not '%.60s'", argv[optind]);
	}
	gather(&r);
	(is_json ? as_json : as_text)(&r, &out);
	int status = status_of(&r);
	release(&r);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return status;
}

const struct cli_command cli_doctor = {
	.name = "doctor",
	.summary = "show what was found, where, and what is wrong",
	.usage = "sonde doctor [--json]",
	.help =
	    "  --json           one JSON object\n"
	    "\n"
	    "Shows the configuration and its mistakes, providers and where their keys come from (never the keys), the store,\n"
	    "the terminal, proxies and libcurl. Sends nothing. Exit status 0: all is fine, 4: the configuration has problems,\n"
	    "1: something else is wrong.\n",
	.run = run,
};
