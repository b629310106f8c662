/* calls - what was recorded: a list of calls, newest first, and one call in full. */
#include "cli/calls.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "metrics/call_text.h"
#include "metrics/filter.h"
#include "provider/price.h"
#include "store/store.h"
#include "text/clean.h"
#include "text/figure.h"
#include "text/json_text.h"

#define LIST_DEFAULT 20
#define LIST_MOST 100000

struct options {
	int64_t since_us, until_us, limit;
	struct buf where; /* a filter */
	bool is_json, replaces;
	enum export_format format; /* EXPORT_FORMATS: a list for people or as JSON */
	const char *output;        /* NULL: standard output */
	int n_forms;               /* how many of --json, --csv and --jsonl were given */
};

/* ---- JSON ---- */

static void list_json(struct buf *out, const struct call_row *rows, size_t n)
{
	(void)buf_add_str(out, "{\"calls\":[");
	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(out, i > 0 ? ",\n" : "\n");
		call_json(out, &rows[i], "id");
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_str(out, "]}\n");
}

void calls_json(struct buf *out, const struct call_row *row, const struct call_body *body)
{
	call_json(out, row, "id");
	if (body != NULL) {
		(void)buf_add_str(out, ",\"request\":");
		json_text_bytes(out, body->request, body->request_len);
		(void)buf_add_str(out, ",\"response\":");
		json_text_bytes(out, body->response, body->response_len);
		(void)buf_add_str(out, ",\"answer\":");
		json_text_bytes(out, body->answer, body->answer_len);
	}
	(void)buf_add_str(out, "}\n");
}

/* ---- for people ---- */

/* "11-23 16:57:25", or with year and zone. */
static void local_time(int64_t us, bool is_full, char *out, size_t size)
{
	time_t seconds = (time_t)(us / US_PER_S);
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
	    (is_full ? strftime(out, size, "%Y-%m-%d %H:%M:%S %Z", &tm) : strftime(out, size, "%m-%d %H:%M:%S", &tm)) == 0) {
		(void)snprintf(out, size, "?");
	}
}

static void tokens_text(const struct call_row *row, char *out, size_t size)
{
	char in[FIGURE_SIZE], made[FIGURE_SIZE];

	figure_count(row->usage.in_tok, in);
	figure_count(row->usage.out_tok, made);
	(void)snprintf(out, size, "%s\xe2\x86\x92%s", in, made);
}

/* 80 cells: id 24, time 14, model 15, tokens 11, latency 6, cost or error class; one blank between. */
static void list_line(struct buf *out, const struct call_row *row)
{
	char id[CALL_ID_SIZE], time[32], tokens[2 * FIGURE_SIZE + 4], latency[FIGURE_SIZE], end[FIGURE_SIZE];

	call_id_format(row->id, id);
	local_time(row->id.ts_us, false, time, sizeof(time));
	tokens_text(row, tokens, sizeof(tokens));
	figure_duration(row->latency_us, latency);
	price_format(row->cost_nano, end, sizeof(end));
	(void)buf_addf(out, "%s %s ", id, time);
	figure_cell(out, call_model(row)[0] != '\0' ? call_model(row) : row->provider != NULL ? row->provider : "", 15, false);
	(void)buf_add_char(out, ' ');
	figure_cell(out, tokens, 11, true);
	(void)buf_add_char(out, ' ');
	figure_cell(out, latency, 6, true);
	(void)buf_add_char(out, ' ');
	(void)buf_add_str(out, call_row_is_ok(row) ? end : error_class_name(row->error_class));
	(void)buf_add_str(out, row->is_cached ? " cached" : "");
	(void)buf_add_str(out, row->is_simulated ? " SIMULATED\n" : "\n");
}

static void list_text(struct buf *out, const struct options *o, const struct call_row *rows, size_t n)
{
	if (n == 0) {
		bool is_narrowed = o->where.len > 0 || o->since_us > 0 || o->until_us < INT64_MAX;

		(void)buf_add_str(out, is_narrowed ? "No such calls; without --since, --until and filters `sonde calls` lists the latest of all.\n" :
		    "No calls; `sonde run` records what it does, `sonde import` reads logs.\n");
		return;
	}
	(void)buf_addf(out, "%-24s %-14s %-15s %11s %6s %s\n", "id", "time", "model", "tokens", "took", "cost or error");
	for (size_t i = 0; i < n; i++) {
		list_line(out, &rows[i]);
	}
}

static void field_text(struct buf *out, const struct call_row *row, const struct call_field *f)
{
	char value[FIGURE_SIZE] = "";
	char *line = NULL;

	if (f->type == CALL_TEXT && call_field_text(row, f) != NULL) {
		line = clean_line(call_field_text(row, f), strlen(call_field_text(row, f)), 0);
	} else if (f->type == CALL_BOOL && call_field_bool(row, f)) {
		(void)snprintf(value, sizeof(value), "yes");
	} else if (f->type == CALL_INT && is_known(call_field_int(row, f))) {
		(void)snprintf(value, sizeof(value), "%lld", (long long)call_field_int(row, f));
	} else if (f->type == CALL_MS && is_known(call_field_int(row, f))) {
		figure_duration(call_field_int(row, f), value);
	} else if (f->type == CALL_USD) {
		price_format(call_field_int(row, f), value, sizeof(value));
	}
	if (line != NULL || value[0] != '\0') {
		(void)buf_addf(out, "%-16s%s", f->label, line != NULL ? line : value);
		if (f->type == CALL_USD) {
			(void)buf_addf(out, " (%s%s)", cost_source_name(row->cost_source), row->cost_is_estimated ? ", estimated" : "");
		}
		(void)buf_add_char(out, '\n');
	}
	free(line);
}

static void body_text(struct buf *out, const char *title, const char *bytes, size_t len)
{
	if (bytes == NULL || len == 0) {
		return;
	}
	char *text = clean_text(bytes, len);
	size_t n = strlen(text);

	(void)buf_addf(out, "\n-- %s (%zu bytes)\n%s%s", title, len, text, n > 0 && text[n - 1] == '\n' ? "" : "\n");
	free(text);
}

static void show_text(struct buf *out, const struct call_row *row, const struct call_body *body)
{
	char id[CALL_ID_SIZE], time[64];

	call_id_format(row->id, id);
	local_time(row->id.ts_us, true, time, sizeof(time));
	(void)buf_addf(out, "%-16s%s\n%-16s%s\n", "id", id, "started", time);
	(void)buf_addf(out, "%-16s%s", "status", call_row_is_ok(row) ? "ok" : error_class_name(row->error_class));
	if (row->http_status > 0) {
		(void)buf_addf(out, " (HTTP %d)", row->http_status);
	}
	(void)buf_addf(out, "%s\n", row->attempts > 1 ? ", after retries" : "");
	for (size_t i = 0; i < n_call_fields; i++) {
		if (call_fields[i].label != NULL) {
			field_text(out, row, &call_fields[i]);
		}
	}
	body_text(out, "request", body->request, body->request_len);
	body_text(out, "answer", body->answer, body->answer_len);
	/* The raw stream says the answer again; whoever wants it takes --json. */
	if (body->answer_len == 0) {
		body_text(out, "response", body->response, body->response_len);
	}
}

/* ---- commands ---- */

static int export(struct reader *r, const struct options *o, struct err *e)
{
	struct condition where;
	struct call_filter f = { .from_us = o->since_us, .to_us = o->until_us, .where = &where };
	struct output out;
	uint64_t n;
	bool ok = filter_compile(buf_str(&o->where), clock_wall_us(), &where, NULL, e) && output_open(&out, o->output, o->replaces, e);

	if (!ok) {
		condition_free(&where);
		return cli_fail(e);
	}
	*e = (struct err){ 0 };
	ok = export_calls(r, &f, r == NULL ? 0 : o->limit > 0 ? (uint64_t)o->limit : UINT64_MAX, o->format, output_take, &out, &n, e);
	condition_free(&where);
	return output_end(&out, ok, e);
}

static int list(struct reader *r, const struct options *o, struct buf *out, struct err *e)
{
	struct call_row *rows = NULL;
	size_t n = 0;
	struct condition where;
	struct call_filter f = { .from_us = o->since_us, .to_us = o->until_us, .where = &where };
	bool ok = filter_compile(buf_str(&o->where), clock_wall_us(), &where, NULL, e) &&
	    (r == NULL || calls_list(r, &f, o->limit > 0 ? (size_t)o->limit : LIST_DEFAULT, &rows, &n, e));

	condition_free(&where);
	if (!ok) {
		return cli_fail(e);
	}
	if (o->is_json) {
		list_json(out, rows, n);
	} else {
		list_text(out, o, rows, n);
	}
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
	return 0;
}

static int show(struct reader *r, const struct options *o, const char *text, struct buf *out, struct err *e)
{
	struct call_row row;
	struct call_body body;
	struct call_id id;

	/* Without a store e says that nothing is recorded yet. */
	if (r == NULL || (!call_id_parse(text, &id) && !calls_find(r, text, &id, e)) || !calls_get(r, id, &row, &body, e)) {
		if (e->code == ERR_CHECK && e->hint[0] == '\0') {
			err_hint(e, "`sonde calls` lists them with their ids");
		}
		return cli_fail(e);
	}
	if (o->is_json) {
		calls_json(out, &row, &body);
	} else {
		show_text(out, &row, &body);
	}
	call_row_free(&row);
	call_body_free(&body);
	return 0;
}

static int answer(const struct options *o, const char *id)
{
	struct err e = { 0 };
	char *dir = cli_data_dir(&e);
	struct reader *r = dir != NULL ? reader_open(dir, &e) : NULL;
	struct buf out = { 0 };

	free(dir);
	if (r == NULL && e.code != ERR_CHECK) {
		return cli_fail(&e);
	}
	int status = id != NULL ? show(r, o, id, &out, &e) : o->format < EXPORT_FORMATS ? export(r, o, &e) : list(r, o, &out, &e);

	reader_close(r);
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return status;
}

static bool set_option(struct options *o, int opt, int64_t now_us, struct err *e)
{
	struct buf model = { 0 }, other = { 0 };
	struct condition alone;

	switch (opt) {
	case 'n':
		return cli_int(optarg, 1, LIST_MOST, &o->limit, e) || err_prefix(e, "-n");
	case 's':
		return cli_time(optarg, now_us, &o->since_us, e);
	case 'u':
		return cli_time(optarg, now_us, &o->until_us, e);
	case 'p':
		filter_add_name(&o->where, "provider", optarg);
		return true;
	case 'm':
		filter_add_name(&model, "model", optarg);
		(void)buf_add_str(&model, " or ");
		filter_add_name(&other, "asked", optarg);
		(void)buf_add_str(&model, buf_str(&other));
		filter_add(&o->where, buf_str(&model));
		buf_free(&model);
		buf_free(&other);
		return true;
	case 'e':
		filter_add(&o->where, "status=err");
		return true;
	case 'f':
		/* Alone, so that a column is one of what was typed. */
		if (!filter_compile(optarg, now_us, &alone, NULL, e)) {
			return false;
		}
		condition_free(&alone);
		filter_add(&o->where, optarg);
		return true;
	case 'c':
	case 'l':
		o->format = opt == 'c' ? EXPORT_CSV : EXPORT_JSONL;
		o->n_forms++;
		return true;
	case 'o':
		o->output = optarg;
		return true;
	case 'F':
		o->replaces = true;
		return true;
	default:
		o->is_json = true;
		o->n_forms++;
		return true;
	}
}

static bool set_options(struct options *o, int argc, char **argv, int *status)
{
	static const struct option long_options[] = { { "since", required_argument, NULL, 's' }, { "until", required_argument, NULL, 'u' },
		{ "provider", required_argument, NULL, 'p' }, { "model", required_argument, NULL, 'm' }, { "errors", no_argument, NULL, 'e' },
		{ "filter", required_argument, NULL, 'f' }, { "csv", no_argument, NULL, 'c' }, { "jsonl", no_argument, NULL, 'l' },
		{ "output", required_argument, NULL, 'o' }, { "force", no_argument, NULL, 'F' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	int64_t now_us = clock_wall_us();
	struct err e = { 0 };
	int opt;

	while ((opt = cli_option(argc, argv, "n:", long_options)) != -1) {
		if (opt == '?') {
			*status = cli_bad_option(&cli_calls, argv);
			return false;
		}
		if (!set_option(o, opt, now_us, &e)) {
			*status = e.hint[0] != '\0' ? cli_fail(&e) : cli_usage(&cli_calls, "%s", e.text);
			return false;
		}
	}
	return true;
}

static int act(const struct options *o, int argc, char **argv)
{
	if (o->n_forms > 1) {
		return cli_usage(&cli_calls, "--json, --csv and --jsonl do not go together");
	}
	if (o->since_us > o->until_us) {
		return cli_usage(&cli_calls, "--since is later than --until");
	}
	if (o->format == EXPORT_FORMATS && (o->output != NULL || o->replaces)) {
		return cli_usage(&cli_calls, "--output and --force go with --csv or --jsonl");
	}
	if (optind == argc) {
		return answer(o, NULL);
	}
	if (strcmp(argv[optind], "show") != 0) {
		return cli_usage(&cli_calls, "'%.60s' is not `show`", argv[optind]);
	}
	if (argc - optind != 2 || argv[optind + 1][0] == '\0' || o->format < EXPORT_FORMATS) {
		return cli_usage(&cli_calls, o->format < EXPORT_FORMATS ? "show takes --json, not --csv or --jsonl" : "show takes one id");
	}
	return answer(o, argv[optind + 1]);
}

static int run(int argc, char **argv)
{
	struct options o = { .until_us = INT64_MAX, .format = EXPORT_FORMATS };
	int status;

	if (set_options(&o, argc, argv, &status)) {
		status = act(&o, argc, argv);
	}
	buf_free(&o.where);
	return status;
}

const struct cli_command cli_calls = {
	.name = "calls",
	.summary = "list recorded calls, or show one in full",
	.usage = "sonde calls [-n N] [--since TIME] [--filter TEXT] [--json|--csv|--jsonl] | sonde calls show ID [--json]",
	.help = "  -n N               at most N calls, newest first; default 20, with --csv and --jsonl all\n"
		"  --since TIME       start: a span back from now (15m, 24h, 7d) or ISO 8601\n"
		"  --until TIME       end, not included\n"
		"  --provider NAME    only calls of this provider\n"
		"  --model NAME       only calls of this model\n"
		"  --errors           only failed calls\n"
		"  --filter TEXT      only calls that meet it: 'status=err cost>0.01'; the manual has the language\n"
		"  --json             one JSON object, all fields; with `show` the bodies byte for byte too\n"
		"  --csv              a table for other programs (RFC 4180), times in UTC\n"
		"  --jsonl            one object a line, which `sonde import` reads again without loss\n"
		"  --output FILE      into a file, which appears when it is whole; it may not be there yet\n"
		"  --force            it may\n"
		"\n"
		"ID may be the start or the end of an id when only one call has it.\n"
		"\n"
		"Example: sonde calls --errors --since 1h && sonde calls show 0CA7\n",
	.run = run,
};
