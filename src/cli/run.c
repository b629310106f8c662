/* run - one prompt to one or several targets, from a script or a shell. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/past.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/calling.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/run_estimate.h"
#include "cli/run_output.h"
#include "cli/run_prompt.h"
#include "gateway/attach_file.h"
#include "gateway/route.h"
#include "provider/form.h"
#include "text/clean.h"
#include "text/json_text.h"
#include "text/utf8.h"

struct options {
	const char **targets;
	size_t n_targets, cap_targets;
	char **routes; /* why auto is the target it is; NULL for one that was named */
	const char *system;
	struct chat_params params;
	int64_t retries; /* UNKNOWN: the default */
	bool is_plain, is_dry, is_quiet, caches, no_bodies;
	enum output output;
	struct buf user, schema, tools;
	const char *ref, *key;    /* of the registry; NULL */
	struct cli_vars vars;
	struct run_prompt prompt;
	struct message *messages; /* what is sent */
	size_t n_messages;
	struct attachments *attachments;
};

struct run {
	struct calling calling;
	const struct options *options;
	struct call **calls;
	struct run_output output;
	size_t n_running;
	bool is_over;
	bool is_unheard;          /* stdout takes nothing any more */
};

static bool parse_param(struct options *o, const char *text, struct err *e)
{
	const char *eq = strchr(text, '=');

	if (eq == NULL) {
		return err_set(e, ERR_USAGE, "-o takes name=value, not '%.60s'", text);
	}
	char *name = x_strndup(text, (size_t)(eq - text));
	bool ok = chat_params_set(&o->params, name, eq + 1, e);

	free(name);
	if (!ok) {
		e->code = ERR_USAGE;
	}
	return ok;
}

static bool check_prompt(const struct buf *b, struct err *e)
{
	size_t used = 0;

	if (strspn(buf_str(b), " \t\r\n") == b->len) {
		err_set(e, ERR_USAGE, "the prompt is empty");
		return err_hint(e, "give it as an argument or on standard input");
	}
	while (used < b->len) {
		uint32_t cp;
		size_t n = utf8_decode(b->s + used, b->len - used, &cp);

		if (n == 0 || b->s[used] == '\0' || (cp == CODE_POINT_BAD && memcmp(b->s + used, "\xEF\xBF\xBD", n) != 0)) {
			err_set(e, ERR_USAGE, "the prompt is not UTF-8 text (byte %zu)", used + 1);
			return err_hint(e, "convert it first, for example with iconv");
		}
		used += n;
	}
	return true;
}

/* TEXT, "-" for standard input; neither given: standard input, unless that is a terminal. */
static bool read_prompt(struct options *o, int n, char **words, struct err *e)
{
	if (n == 0 && o->ref != NULL) {
		return true;
	}
	if (n > 1) {
		err_set(e, ERR_USAGE, "more than one prompt was given");
		return err_hint(e, "put the prompt in quotes");
	}
	if (n == 1 && strcmp(words[0], "-") != 0) {
		(void)buf_add_str(&o->user, words[0]);
	} else if (n == 0 && isatty(STDIN_FILENO)) {
		err_set(e, ERR_USAGE, "no prompt was given");
		return err_hint(e, "sonde run -m TARGET 'a prompt', or pipe one in");
	} else if (!cli_read("-", &o->user, e)) {
		return false;
	}
	return check_prompt(&o->user, e);
}

static bool read_form(struct buf *to, const char *path, bool (*check)(const char *text, size_t len, struct err *e), struct err *e)
{
	buf_clear(to);
	return cli_read(path, to, e) && (check(buf_str(to), to->len, e) || err_prefix(e, "%s", path));
}

static int parse(struct options *o, int argc, char **argv)
{
	enum { RETRIES = 256, NO_STREAM, JSON, JSONL, DRY_RUN, CACHE, NO_BODIES, SCHEMA, TOOLS, ATTACH, PARAMS, KEY };
	static const struct option longs[] = {
		{ "model", required_argument, NULL, 'm' }, { "system", required_argument, NULL, 's' },
		{ "option", required_argument, NULL, 'o' }, { "quiet", no_argument, NULL, 'q' },
		{ "retries", required_argument, NULL, RETRIES }, { "no-stream", no_argument, NULL, NO_STREAM },
		{ "json", no_argument, NULL, JSON }, { "jsonl", no_argument, NULL, JSONL },
		{ "dry-run", no_argument, NULL, DRY_RUN }, { "cache", no_argument, NULL, CACHE },
		{ "no-bodies", no_argument, NULL, NO_BODIES },
		{ "schema", required_argument, NULL, SCHEMA }, { "tools", required_argument, NULL, TOOLS },
		{ "attach", required_argument, NULL, ATTACH }, { "template", required_argument, NULL, 't' },
		{ "params", required_argument, NULL, PARAMS }, { "key", required_argument, NULL, KEY }, { NULL, 0, NULL, 0 },
	};
	struct err e = { 0 };
	bool ok = true;
	int opt;

	while (ok && (opt = cli_option(argc, argv, "m:s:o:qt:p:", longs)) != -1) {
		switch (opt) {
		case 'm': *array_push(o->targets, o->n_targets, o->cap_targets) = optarg; break;
		case 's': o->system = optarg; break;
		case 'o': ok = parse_param(o, optarg, &e); break;
		case 'q': o->is_quiet = true; break;
		case 't': o->ref = optarg; break;
		case 'p': *array_push(o->vars.params, o->vars.n, o->vars.cap) = optarg; break;
		case PARAMS: o->vars.file = optarg; break;
		case KEY: o->key = optarg; break;
		case RETRIES: ok = cli_int(optarg, 0, 20, &o->retries, &e) || err_prefix(&e, "--retries"); break;
		case SCHEMA: ok = read_form(&o->schema, optarg, form_check_schema, &e); break;
		case TOOLS: ok = read_form(&o->tools, optarg, form_check_tools, &e); break;
		case ATTACH: ok = attach_file(o->attachments, optarg, &e); break;
		case NO_STREAM: o->is_plain = true; break;
		case JSON:
		case JSONL:
			if (o->output != OUTPUT_TEXT) {
				return cli_usage(&cli_run, "one --json or --jsonl");
			}
			o->output = opt == JSON ? OUTPUT_JSON : OUTPUT_JSONL;
			break;
		case DRY_RUN: o->is_dry = true; break;
		case CACHE: o->caches = true; break;
		case NO_BODIES: o->no_bodies = true; break;
		default: return cli_bad_option(&cli_run, argv);
		}
	}
	if (!ok) {
		return cli_fail(&e);
	}
	if (o->system != NULL && !utf8_valid(o->system, strlen(o->system))) {
		return cli_usage(&cli_run, "the system prompt is not UTF-8 text");
	}
	if (o->ref == NULL && (o->vars.n > 0 || o->vars.file != NULL || o->key != NULL)) {
		return cli_usage(&cli_run, "-p, --params and --key go with -t");
	}
	if (o->ref != NULL && o->system != NULL) {
		return cli_usage(&cli_run, "-s does not go with -t, which has its own system prompt");
	}
	return read_prompt(o, argc - optind, argv + optind, &e) ? 0 : cli_fail(&e);
}

/* The version of -t, or the system prompt; then the text. False: e and what else there is to say have been told, *status says how it ends. */
static bool fill_messages(struct options *o, int *status)
{
	struct buf place = { 0 };
	struct err e = { 0 };

	if (o->ref != NULL && !run_prompt_load(&o->prompt, o->ref, o->key, &o->vars, &e, &place)) {
		*status = cli_fail(&e);
		fputs(buf_str(&place), stderr);
		buf_free(&place);
		return false;
	}
	o->messages = x_calloc(o->prompt.filled.n_messages + 2, sizeof(*o->messages));
	for (size_t i = 0; i < o->prompt.filled.n_messages; i++) {
		o->messages[o->n_messages++] = o->prompt.filled.messages[i];
	}
	if (o->system != NULL && o->system[0] != '\0') {
		o->messages[o->n_messages++] = (struct message){ .role = ROLE_SYSTEM, .text = o->system };
	}
	if (o->user.len > 0) {
		o->messages[o->n_messages++] = (struct message){ .role = ROLE_USER, .text = buf_str(&o->user) };
	}
	return true;
}

/* What is said of a prompt whose parameters are not all sent. */
static void tell_unsent(const struct options *o, const struct buf *unsent)
{
	if (unsent->len > 0 && !o->is_quiet) {
		char *names = clean_line(unsent->s, unsent->len, 0);

		fprintf(stderr, "sonde: not sent, for sonde does not know it: %s\n", names);
		free(names);
	}
}

/* Parameters of the command line, then those of the version; those of the target fill the rest. */
static bool params_of(const struct options *o, const struct target *t, struct chat_params *params, struct err *e)
{
	struct buf unsent = { 0 };

	chat_params_copy(params, &o->params);
	bool ok = o->ref == NULL || filled_params(&o->prompt.filled, t->provider, params, &unsent, e);

	if (ok) {
		tell_unsent(o, &unsent);
	} else {
		chat_params_free(params);
	}
	buf_free(&unsent);
	return ok;
}

static struct gateway_request request_of(const struct options *o, const struct target *t, const struct chat_params *params)
{
	return (struct gateway_request){
		.target = t, .messages = o->messages, .n_messages = o->n_messages, .params = *params, .is_streamed = !o->is_plain,
		.caches = o->caches, .attachments = o->attachments,
		.schema_json = o->schema.len > 0 ? buf_str(&o->schema) : o->prompt.filled.schema_json,
		.tools_json = o->tools.len > 0 ? buf_str(&o->tools) : o->prompt.filled.tools_json,
		.prompt_name = o->prompt.ref.version.name, .prompt_version = o->ref != NULL ? o->prompt.ref.version.hash : NULL, .tags = o->prompt.tags,
		.max_attempts = is_known(o->retries) ? (int)o->retries + 1 : 0,
	};
}

static int dry_run(const struct options *o, const struct config *config, struct target **targets)
{
	struct run_estimate estimates;
	struct buf out = { 0 };
	struct err e = { 0 };
	bool ok = true;

	run_estimate_open(&estimates, config);
	(void)buf_add_str(&out, "{\"dry_run\":true,\"requests\":[");
	for (size_t i = 0; ok && i < o->n_targets; i++) {
		struct chat_params params;
		struct estimate estimate;
		struct buf body = { 0 };
		char *url = NULL;

		ok = params_of(o, targets[i], &params, &e);
		if (ok) {
			struct gateway_request r = request_of(o, targets[i], &params);

			ok = call_preview(&r, &url, &body, &e);
			run_estimate_add(&estimates, &r, &estimate);
			chat_params_free(&params);
		}
		if (ok) {
			(void)buf_add_str(&out, i > 0 ? "," : "");
			(void)buf_add_str(&out, "{\"target\":");
			json_text_string(&out, targets[i]->name);
			if (o->routes[i] != NULL) {
				(void)buf_add_str(&out, ",\"route\":");
				json_text_string(&out, o->routes[i]);
			}
			(void)buf_add_str(&out, ",\"url\":");
			json_text_string(&out, url);
			(void)buf_addf(&out, ",\"body\":%s,\"estimate\":", buf_str(&body));
			run_estimate_json(&out, &estimate);
			(void)buf_add_char(&out, '}');
		}
		buf_free(&body);
		free(url);
	}
	(void)buf_add_str(&out, "]}\n");
	if (ok) {
		(void)cli_out(out.s, out.len);
	}
	run_estimate_close(&estimates);
	buf_free(&out);
	return ok ? 0 : cli_fail(&e);
}

/* Only a budget asks for it. */
static bool is_within_budget(const struct options *o, const struct config *config, struct target **targets, const struct chat_params *params, struct err *e)
{
	struct run_estimate estimates;

	if (!budget_is_set(&config->budget)) {
		return true;
	}
	run_estimate_open(&estimates, config);
	for (size_t i = 0; i < o->n_targets; i++) {
		struct gateway_request r = request_of(o, targets[i], &params[i]);
		struct estimate ignored;

		run_estimate_add(&estimates, &r, &ignored);
	}
	bool ok = run_estimate_is_within(&estimates, e);

	run_estimate_close(&estimates);
	return ok;
}

static void cancel_all(void *ctx)
{
	struct run *run = ctx;

	for (size_t i = 0; i < run->options->n_targets; i++) {
		call_cancel(run->calls[i]);
	}
}

static void on_event(void *ctx, const struct call_event *ev)
{
	struct run *run = ctx;

	run_output_event(&run->output, ev);
	if (ev->type >= EVENT_DONE) {
		run->is_over = --run->n_running == 0;
	}
	/* Nobody reads the answer any more: nobody should pay for the rest of it. */
	if (!run->is_unheard && !cli_out_flush()) {
		run->is_unheard = true;
		cancel_all(run);
	}
	run_output_progress(&run->output, ev);
}

static int exit_status(const struct run *run)
{
	size_t n = run->options->n_targets, n_failed = 0;
	enum err_code first = ERR_NONE;

	if (run->calling.is_interrupted || run->is_unheard) { /* cli_finish tells a closed pipe from a full disk */
		return err_exit_status(run->calling.is_interrupted ? ERR_INTERRUPTED : ERR_INTERNAL);
	}
	for (size_t i = 0; i < n; i++) {
		enum err_code code = call_err_code(run->calls[i]);

		n_failed += code != ERR_NONE;
		first = first == ERR_NONE ? code : first;
	}
	return err_exit_status(n_failed > 0 && n_failed < n ? ERR_PARTIAL : first);
}

/* NULL: there is none. */
static const char *first_of(const struct options *o, enum role role)
{
	for (size_t i = 0; i < o->n_messages; i++) {
		if (o->messages[i].role == role) {
			return o->messages[i].text;
		}
	}
	return NULL;
}

static void record_run(struct store *store, const struct options *o, int64_t run_us, bool has_texts, bool is_simulated)
{
	struct play_prompt *prompt = run_prompt_kept(&o->prompt, buf_str(&o->user));

	past_record_run(store, run_us, &(struct past_question){ .system = prompt != NULL ? prompt->system : first_of(o, ROLE_SYSTEM),
	    .user = prompt != NULL ? prompt->user : first_of(o, ROLE_USER), .prompt = prompt, .params = &o->params, .names = o->targets, .n = o->n_targets,
	    .is_simulated = is_simulated, .no_texts = !has_texts });
	play_prompt_unref(prompt);
}

static int send_all(const struct options *o, struct config *config, struct target **targets, const struct chat_params *params)
{
	struct run run = { .options = o, .calls = x_calloc(o->n_targets, sizeof(*run.calls)), .n_running = o->n_targets };
	bool is_simulated = false;

	calling_begin(&run.calling, config, cancel_all, &run);
	int64_t run_us = clock_wall_us();

	run_output_begin(&run.output, o->output, o->is_quiet, o->n_targets == 1);
	for (size_t i = 0; i < o->n_targets; i++) {
		struct gateway_request r = request_of(o, targets[i], &params[i]);

		r.run_us = run_us;
		r.run_column = (int)i;
		run.calls[i] = call_ref(call_start(run.calling.gateway, &r, on_event, &run));
	}
	loop_run_until(run.calling.loop, &run.is_over);
	for (size_t i = 0; i < o->n_targets; i++) {
		is_simulated |= run.calls[i]->is_simulated;
	}
	if (run.calling.store != NULL) {
		record_run(run.calling.store, o, run_us, !config->store.no_bodies, is_simulated);
	}
	calling_end(&run.calling, o->is_quiet);
	if (o->output == OUTPUT_JSON) {
		struct buf out = { 0 };

		result_run_json(&out, run_us, (const struct call *const *)run.calls, o->n_targets);
		(void)cli_out(out.s, out.len);
		buf_free(&out);
	} else if (is_simulated && o->output == OUTPUT_TEXT) {
		fprintf(stderr, "sonde: SIMULATED: the answer comes from sonde's simulator, not from a model\n");
	}
	int status = exit_status(&run);

	for (size_t i = 0; i < o->n_targets; i++) {
		call_unref(run.calls[i]);
	}
	calling_free(&run.calling);
	free(run.calls);
	return status;
}

static int send_with_params(const struct options *o, struct config *config, struct target **targets)
{
	struct chat_params *params = x_calloc(o->n_targets, sizeof(*params));
	struct err e = { 0 };
	size_t n = 0;

	while (n < o->n_targets && params_of(o, targets[n], &params[n], &e)) {
		n++;
	}
	bool is_ready = n == o->n_targets && is_within_budget(o, config, targets, params, &e);
	int status = is_ready ? send_all(o, config, targets, params) : cli_fail(&e);

	while (n > 0) {
		chat_params_free(&params[--n]);
	}
	free(params);
	return status;
}

/* A preview needs no key. */
static struct target *target_of(struct options *o, const struct config *config, size_t i, struct err *e)
{
	const char *name = o->targets[i];

	if (route_is_auto(config, name)) {
		struct gateway_request r = request_of(o, NULL, &o->params);
		struct route_choice choice;

		if (!route_choose(config, r.messages, r.n_messages, r.tools_json, r.schema_json, &choice, e)) {
			return NULL;
		}
		name = choice.target;
		o->routes[i] = x_strdup(choice.reason);
		if (!o->is_quiet && !o->is_dry) {
			fprintf(stderr, "sonde: auto is %s (%s)\n", name, choice.reason);
		}
	}
	return o->is_dry ? target_find(config, name, e) : target_resolve(config, name, e);
}

static int run_targets(struct options *o, struct config *config)
{
	struct target **targets;
	struct err e = { 0 };
	int status = cli_check_config(config);

	if (status != 0 || !fill_messages(o, &status)) {
		return status;
	}
	if (o->n_targets == 0) {
		const char *own = o->ref != NULL ? filled_target(&o->prompt.filled) : NULL;

		*array_push(o->targets, o->n_targets, o->cap_targets) = own != NULL ? own : "default";
	}
	targets = x_calloc(o->n_targets, sizeof(struct target *));
	o->routes = x_calloc(o->n_targets, sizeof(*o->routes));
	for (size_t i = 0; status == 0 && i < o->n_targets; i++) {
		targets[i] = target_of(o, config, i, &e);
		if (targets[i] == NULL) {
			if (strcmp(o->targets[i], "default") == 0) {
				err_set(&e, ERR_USAGE, "no target was given");
				err_hint(&e, "name one with -m provider/model (`sonde models` lists some), or set targets.default in the configuration");
			}
			status = cli_fail(&e);
		}
	}
	if (status == 0) {
		status = o->is_dry ? dry_run(o, config, targets) : send_with_params(o, config, targets);
	}
	for (size_t i = 0; i < o->n_targets; i++) {
		target_free(targets[i]);
		free(o->routes[i]);
	}
	free(o->routes);
	free(targets);
	return status;
}

static int run(int argc, char **argv)
{
	struct options o = { .retries = UNKNOWN, .attachments = attachments_new() };

	chat_params_init(&o.params);
	int status = parse(&o, argc, argv);
	if (status == 0) {
		struct config *config = config_load(NULL);

		config->store.no_bodies |= o.no_bodies;
		status = run_targets(&o, config);
		config_free(config);
	}
	run_prompt_free(&o.prompt);
	free(o.messages);
	free(o.vars.params);
	free(o.targets);
	chat_params_free(&o.params);
	buf_free(&o.user);
	buf_free(&o.schema);
	buf_free(&o.tools);
	attachments_unref(o.attachments);
	return status;
}

const struct cli_command cli_run = {
	.name = "run",
	.summary = "send one prompt to one or several targets",
	.usage = "sonde run [-m TARGET]... [-s SYSTEM | -t PROMPT [-p NAME=VALUE]...] [-o NAME=VALUE]... [TEXT|-]",
	.help =
	    "  -m TARGET        provider/model or an alias of the configuration; several: all at once;\n"
	    "                   auto: chosen by how complex the prompt is (route in the configuration)\n"
	    "  -s SYSTEM        system prompt\n"
	    "  -t PROMPT        a prompt of the registry: NAME, NAME@LABEL, NAME@v3 or NAME@HASH, with its parameters, tools and schema\n"
	    "  -p NAME=VALUE    one variable of it; NAME=@FILE: the text of a file\n"
	    "  --params FILE    variables of it: a JSON object\n"
	    "  --key USER       which of a split this user gets; the same user always gets the same\n"
	    "  -o NAME=VALUE    temperature, top_p, max_tokens, seed, stop\n"
	    "  --schema FILE    ask for JSON that fits the JSON schema in FILE\n"
	    "  --tools FILE     offer the model the tools in FILE, a list as OpenAI has it\n"
	    "  --attach FILE    an image, PDF or text that goes with the prompt; several: all of them\n"
	    "  --retries N      how often a failed request is tried again (default 2)\n"
	    "  --no-stream      ask for the answer in one piece\n"
	    "  --json           one object with all results at the end\n"
	    "  --jsonl          one object an event, as they come\n"
	    "  --cache          answer from the store what was asked and answered before, at no cost\n"
	    "  --no-bodies      record the call without prompt, request and answer\n"
	    "  --dry-run        print the requests without sending them, with their tokens and what they would cost\n"
	    "  -q               no progress on standard error\n"
	    "\n"
	    "  sonde run -m openai/gpt-5.4-mini -m ollama/llama3.1:8b 'Name three rivers.'\n",
	.run = run,
};
