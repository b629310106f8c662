/* simulate - the simulated provider as a server of its own, for scripts, tests and other clients. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "provider/provider.h"
#include "sim/sim.h"

#define PORT_DEFAULT 8399

struct running {
	struct loop *loop;
	ev_signal on_int, on_term;
};

/* "PORT", "ADDRESS:PORT" or "[::1]:PORT", on this machine only: anybody who reaches the simulator may make it work. */
static bool parse_listen(const char *text, char host[64], int *port, struct err *e)
{
	const char *colon = strrchr(text, ':'), *digits = colon != NULL ? colon + 1 : text;
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;
	struct in_addr v4;
	int64_t number;

	if (!cli_int(digits, 0, 65535, &number, e)) {
		err_set(e, ERR_USAGE, "--listen takes ADDRESS:PORT, not '%.60s'", text);
		return err_hint(e, "for example --listen 127.0.0.1:%d; port 0 takes a free one", PORT_DEFAULT);
	}
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	(void)snprintf(host, 64, "%.*s", n > 0 && n < 63 ? (int)n : 9, n > 0 && n < 63 ? text : "127.0.0.1");
	if (strcmp(host, "localhost") == 0) {
		(void)snprintf(host, 64, "127.0.0.1");
	}
	bool is_loopback = strcmp(host, "::1") == 0 || (inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127);
	if (!is_loopback || n >= 63) {
		err_set(e, ERR_USAGE, "the simulator listens on this machine only, not on '%.60s'", n >= 63 ? text : host);
		return err_hint(e, "use 127.0.0.1 or [::1], and a tunnel to reach it from elsewhere");
	}
	*port = (int)number;
	return true;
}

static bool parse_number(const char *name, const char *text, double *out, struct err *e)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (end == text || *end != '\0' || errno != 0 || !isfinite(*out)) {
		return err_set(e, ERR_USAGE, "%s takes a number, not '%.60s'", name, text);
	}
	return true;
}

/* KIND=PROBABILITY */
static bool parse_fail(const char *text, struct sim_options *o, struct err *e)
{
	const char *eq = strchr(text, '=');
	enum sim_fault fault;
	double p;
	char *name = x_strndup(text, eq != NULL ? (size_t)(eq - text) : strlen(text));
	bool is_known_name = sim_fault_from_name(name, &fault);

	free(name);
	if (eq == NULL || !is_known_name) {
		err_set(e, ERR_USAGE, "--fail takes KIND=PROBABILITY with a known kind, not '%.60s'", text);
		return err_hint(e, "for example --fail 429=0.1; `sonde help simulate` lists the kinds");
	}
	if (!parse_number("--fail", eq + 1, &p, e)) {
		return false;
	}
	if (p < 0 || p > 1) {
		return err_set(e, ERR_USAGE, "a probability is between 0 and 1, not %.40s", eq + 1);
	}
	o->fail[fault] = p;
	return true;
}

static bool parse_option(int opt, const char *text, struct sim_options *o, char host[64], struct err *e)
{
	switch (opt) {
	case 'l':
		return parse_listen(text, host, &o->port, e);
	case 't':
		return parse_number("--ttft", text, &o->ttft_ms, e) &&
		       (o->ttft_ms >= 0 || err_set(e, ERR_USAGE, "--ttft takes milliseconds from 0, not %.40s", text));
	case 'r':
		return parse_number("--rate", text, &o->rate, e) &&
		       (o->rate > 0 || err_set(e, ERR_USAGE, "--rate takes tokens a second above 0, not %.40s", text));
	case 'f':
		return parse_fail(text, o, e);
	default: {
		int64_t seed;

		if (!cli_int(text, 0, INT64_MAX, &seed, e)) {
			return err_prefix(e, "--seed");
		}
		o->seed = (uint64_t)seed;
		return true;
	}
	}
}

/* The provider's own address with the simulator's host in place of its own: the path stays. */
static bool print_exports(const char *host, int port)
{
	/* Some have a path of their own here, since their paths are those of OpenAI. */
	static const struct {
		const char *kind, *prefix;
	} rows[] = {
		{ "openai", "" }, { "anthropic", "" }, { "gemini", "" }, { "ollama", "" }, { "mistral", "/mistral" }, { "openrouter", "" },
		{ "azure", "" }, { "cohere", "/cohere" },
	};
	bool is_v6 = strchr(host, ':') != NULL;

	printf("# SIMULATED: sonde's simulated providers, no model answers here. Ctrl-C ends them.\n");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct provider *p = provider_find(rows[i].kind);
		const char *scheme = strstr(p->base_url, "://"), *path = scheme != NULL ? strchr(scheme + 3, '/') : NULL;

		printf("export %s=http://%s%s%s:%d%s%s\n", p->base_url_env, is_v6 ? "[" : "", host, is_v6 ? "]" : "", port, rows[i].prefix,
		    path != NULL ? path : "");
		if (p->needs_key) {
			printf("export %s=simulated\n", p->key_env[0]);
		}
	}
	return cli_out_flush();
}

static void on_signal(struct ev_loop *ev, ev_signal *w, int events)
{
	(void)ev;
	(void)events;
	loop_stop(((struct running *)w->data)->loop);
}

static int serve(const struct sim_options *o)
{
	struct running r = { .loop = loop_new() };
	struct err e = { 0 };
	struct sim *sim = sim_new(r.loop, o, &e);

	if (sim == NULL) {
		loop_free(r.loop);
		(void)cli_fail(&e);
		return 1;
	}
	ev_signal_init(&r.on_int, on_signal, SIGINT);
	ev_signal_init(&r.on_term, on_signal, SIGTERM);
	r.on_int.data = r.on_term.data = &r;
	ev_signal_start(r.loop->ev, &r.on_int);
	ev_signal_start(r.loop->ev, &r.on_term);
	if (print_exports(o->host, sim_port(sim))) { /* else nobody knows where it is */
		loop_run(r.loop);
	}
	fprintf(stderr, "sonde: simulator stopped after %llu requests\n", (unsigned long long)sim_requests(sim));
	sim_free(sim);
	ev_signal_stop(r.loop->ev, &r.on_int);
	ev_signal_stop(r.loop->ev, &r.on_term);
	loop_free(r.loop);
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "ttft", required_argument, NULL, 't' },
		{ "rate", required_argument, NULL, 'r' },
		{ "fail", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	char host[64] = "127.0.0.1";
	struct sim_options o;
	int opt;

	sim_options_init(&o);
	o.port = PORT_DEFAULT;
	optind = 1;
	while ((opt = cli_option(argc, argv, "", options)) != -1) {
		struct err e = { 0 };

		if (opt == '?') {
			return cli_bad_option(&cli_simulate, argv);
		}
		if (!parse_option(opt, optarg, &o, host, &e)) {
			return cli_fail(&e);
		}
	}
	if (optind < argc) {
		return cli_usage(&cli_simulate, "unexpected argument '%s'", argv[optind]);
	}
	o.host = host;
	return serve(&o);
}

const struct cli_command cli_simulate = {
	.name = "simulate",
	.summary = "run a server that plays all providers, SIMULATED",
	.usage = "sonde simulate [--listen ADDRESS:PORT] [--ttft MS] [--rate TOKENS/S] [--fail KIND=PROBABILITY]... [--seed N]",
	.help = "Prints the variables to export, then serves until Ctrl-C. Answers follow from model, request and seed alone,\n"
		"and are shaped by what is asked: labels, JSON by schema, sentences of the prompt.\n"
		"  --listen ADDRESS:PORT    an address of this machine; port 0 takes a free one (default 127.0.0.1:8399)\n"
		"  --ttft MS                time to the first token (default: by model)\n"
		"  --rate TOKENS/S          speed of the answer (default: by model)\n"
		"  --fail KIND=PROBABILITY  fail that part of the requests; may be given several times. KIND is one of\n"
		"                           400 401 404 429 500 529 reset reset-mid stall stall-mid truncate stream-error\n"
		"                           bad-json split crlf comments empty-choices hostile\n"
		"  --seed N                 other wording, other failures\n"
		"A request header \"X-Sonde-Fault: KIND\" forces one fault (\"KIND once\": at the first try only).\n"
		"Example: sonde simulate --fail 429=0.2 & then, in another shell, the printed exports and `sonde run hello`\n",
	.run = run,
};
