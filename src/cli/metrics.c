/* metrics - the figures of a span by provider, model, operation or version of a prompt. */
#include "cli/metrics.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "metrics/filter.h"
#include "provider/price.h"
#include "text/figure.h"
#include "text/json_text.h"

#define TABLE_CELLS 80   /* of a terminal that does not say, and the least that is made use of */
#define NAME_CELLS_MOST 48
#define NAME_CELLS_LEAST 8

static int64_t average(int64_t sum, uint64_t n)
{
	return n > 0 ? (sum + (int64_t)(n / 2)) / (int64_t)n : UNKNOWN;
}

static void errors_json(struct buf *out, const struct figures *f)
{
	const char *comma = "";

	(void)buf_add_str(out, ",\"errors\":{");
	for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
		if (f->by_class[c] > 0 && error_class_is_failure((enum error_class)c)) {
			(void)buf_addf(out, "%s\"%s\":%llu", comma, error_class_name((enum error_class)c), (unsigned long long)f->by_class[c]);
			comma = ",";
		}
	}
	(void)buf_add_char(out, '}');
}

static void ms_json(struct buf *out, const char *name, int64_t us)
{
	(void)buf_addf(out, ",\"%s\":", name);
	json_text_ms(out, us);
}

static void group_json(struct buf *out, const struct metrics_group *g)
{
	const struct figures *f = &g->now;
	double rate = figures_errors_per(f, 1);

	(void)buf_add_str(out, "{\"key\":");
	json_text_string(out, g->key);
	(void)buf_addf(out, ",\"total_invocations\":%llu,\"total_tokens\":%llu,\"prompt_tokens\":%llu,\"completion_tokens\":%llu",
	    (unsigned long long)f->calls, (unsigned long long)(f->in_tok + f->out_tok), (unsigned long long)f->in_tok,
	    (unsigned long long)f->out_tok);
	(void)buf_add_str(out, ",\"total_cost_usd\":");
	json_text_usd(out, figures_cost(f));
	ms_json(out, "avg_latency_ms", average(f->latency_sum_us, f->latency_n));
	ms_json(out, "p50_latency", hist_quantile(&f->latency, 0.5));
	ms_json(out, "p95_latency", hist_quantile(&f->latency, 0.95));
	ms_json(out, "p99_latency", hist_quantile(&f->latency, 0.99));
	ms_json(out, "avg_ttft_ms", average(f->ttft_sum_us, f->ttft_n));
	(void)buf_addf(out, isnan(rate) ? ",\"error_rate\":null" : ",\"error_rate\":%.9g", rate);
	errors_json(out, f);
	(void)buf_addf(out, ",\"unpriced_invocations\":%llu,\"unsent_invocations\":%llu}", (unsigned long long)f->unpriced,
	    (unsigned long long)f->by_class[CLASS_BUDGET]);
}

static void as_json(struct buf *out, const struct metrics_query *q, const struct metrics *m)
{
	char since[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];

	clock_format_iso(q->from_us, since);
	clock_format_iso(q->to_us, until);
	(void)buf_addf(out, "{\"since\":\"%s\",\"until\":\"%s\",\"groups\":[", since, until);
	for (size_t i = 0; m != NULL && i < m->n_groups; i++) {
		(void)buf_add_str(out, i > 0 ? ",\n" : "\n");
		group_json(out, &m->groups[i]);
	}
	(void)buf_addf(out, "],\"simulated\":%s}\n", m != NULL && m->has_simulated ? "true" : "false");
}

/* A column of the table; all but the name stand to the right. */
struct column {
	const char *title;
	size_t cells;
	void (*format)(const struct figures *f, char out[FIGURE_SIZE]);
};

static void format_calls(const struct figures *f, char out[FIGURE_SIZE])
{
	if (f->calls < 10000000) {
		(void)snprintf(out, FIGURE_SIZE, "%llu", (unsigned long long)f->calls);
	} else {
		figure_count((int64_t)f->calls, out);
	}
}

static void format_errors(const struct figures *f, char out[FIGURE_SIZE])
{
	double percent = figures_errors_per(f, 100);

	if (isnan(percent)) {
		figure_duration(UNKNOWN, out);
		return;
	}
	/* Never 0 % when there was one. */
	(void)snprintf(out, FIGURE_SIZE, percent > 0 && percent < 0.05 ? "<0.1%%" : percent < 99.95 ? "%.1f%%" : "%.0f%%", percent);
}

static void format_in(const struct figures *f, char out[FIGURE_SIZE])
{
	figure_count((int64_t)f->in_tok, out);
}

static void format_out(const struct figures *f, char out[FIGURE_SIZE])
{
	figure_count((int64_t)f->out_tok, out);
}

static void format_cost(const struct figures *f, char out[FIGURE_SIZE])
{
	price_format(figures_cost(f), out, FIGURE_SIZE);
}

static void format_p50(const struct figures *f, char out[FIGURE_SIZE])
{
	figure_duration(hist_quantile(&f->latency, 0.5), out);
}

static void format_p95(const struct figures *f, char out[FIGURE_SIZE])
{
	figure_duration(hist_quantile(&f->latency, 0.95), out);
}

static void format_p99(const struct figures *f, char out[FIGURE_SIZE])
{
	figure_duration(hist_quantile(&f->latency, 0.99), out);
}

static const struct column columns[] = {
	{ "calls", 8, format_calls },
	{ "errors", 7, format_errors },
	{ "tok in", 7, format_in },
	{ "tok out", 8, format_out },
	{ "cost", 11, format_cost },
	{ "p50", 7, format_p50 },
	{ "p95", 7, format_p95 },
	{ "p99", 7, format_p99 },
};

static void add_line(struct buf *out, const char *name, size_t name_cells, const struct figures *f)
{
	figure_cell(out, name, name_cells, false);
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		char text[FIGURE_SIZE];

		(void)snprintf(text, sizeof(text), "%s", columns[i].title);
		if (f != NULL) {
			columns[i].format(f, text);
		}
		/* A blank goes before each, so that neighbours never touch. */
		(void)buf_add_char(out, ' ');
		figure_cell(out, text, columns[i].cells - 1, true);
	}
	(void)buf_add_char(out, '\n');
}

/* In a file or a pipe a long name breaks no line. */
static size_t name_cells_most(void)
{
	struct winsize w = { 0 };
	size_t taken = 0;

	if (!isatty(STDOUT_FILENO)) {
		return NAME_CELLS_MOST;
	}
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		taken += columns[i].cells;
	}
	size_t width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > TABLE_CELLS ? w.ws_col : TABLE_CELLS;

	return width - taken < NAME_CELLS_MOST ? width - taken : NAME_CELLS_MOST;
}

static size_t name_cells(const struct metrics *m)
{
	size_t cells = NAME_CELLS_LEAST, most = name_cells_most();

	for (size_t i = 0; i < m->n_groups; i++) {
		size_t len = strlen(metrics_group_name(&m->groups[i]));

		cells = len > cells ? len : cells;
	}
	return cells < most ? cells : most;
}

static void as_text(struct buf *out, const struct metrics_options *o, const struct metrics *m)
{
	if (m == NULL || m->total.calls == 0) {
		(void)buf_add_str(out, o->n_logs > 0 ? "No calls in these logs, or none that was asked for.\n" : o->filter.len > 0 ? "No call of this span meets the filter; try a longer span with --since.\n" :
		    "No calls in this span; try a longer one with --since, or add some with `sonde import` or `sonde run`.\n");
		return;
	}
	size_t cells = name_cells(m);
	uint64_t unsent = m->total.by_class[CLASS_BUDGET];

	add_line(out, metrics_by_name(o->query.by), cells, NULL);
	for (size_t i = 0; i < m->n_groups; i++) {
		add_line(out, metrics_group_name(&m->groups[i]), cells, &m->groups[i].now);
	}
	if (m->n_groups > 1) {
		add_line(out, "total", cells, &m->total);
	}
	if (o->filter.len > 0) {
		(void)buf_add_str(out, "Counted from the calls that meet the filter, all of them: only percentiles are within 1 %.\n");
	}
	if (m->has_simulated) {
		(void)buf_add_str(out, "SIMULATED calls are among these.\n");
	}
	if (m->total.unpriced > 0) {
		(void)buf_addf(out, "%llu successful call%s no known cost and %s not in the sums.\n", (unsigned long long)m->total.unpriced,
		    m->total.unpriced == 1 ? " has" : "s have", m->total.unpriced == 1 ? "is" : "are");
	}
	if (unsent > 0) {
		(void)buf_addf(out, "%llu call%s not sent, for a budget was spent, and %s no error%s.\n", (unsigned long long)unsent, unsent == 1 ? " was" : "s were",
		    unsent == 1 ? "is" : "are", unsent == 1 ? "" : "s");
	}
}

bool metrics_read(struct metrics_options *o, struct metrics **m, struct err *e)
{
	if (o->n_logs > 0) {
		return metrics_read_logs(o, m, e);
	}
	char *dir = cli_data_dir(e);
	struct reader *r = dir != NULL ? reader_open(dir, e) : NULL;

	free(dir);
	*m = r != NULL ? metrics_query(r, &o->query, e) : NULL;
	bool ok = *m != NULL || (r == NULL && e->code == ERR_CHECK);

	reader_close(r);
	return ok;
}

static int put_out(const struct metrics_options *o, const struct buf *text)
{
	struct err e = { 0 };
	struct output out;

	if (!output_open(&out, o->output, o->replaces, &e)) {
		return cli_fail(&e);
	}
	bool ok = output_take(&out, buf_str(text), text->len, &e);

	return output_end(&out, ok, &e);
}

static int answer(struct metrics_options *o)
{
	struct err e = { 0 };
	struct metrics *m;
	struct buf out = { 0 };

	if (!metrics_read(o, &m, &e)) {
		return cli_fail(&e);
	}
	if (o->is_csv) {
		export_groups_csv(m, o->query.by, &out);
	} else if (o->is_json) {
		as_json(&out, &o->query, m);
	} else {
		as_text(&out, o, m);
	}
	metrics_free(m);
	int status = put_out(o, &out);

	buf_free(&out);
	return status;
}

/* Several must all be met. Each is read alone first, so that a column is one of what was typed. */
static bool add_filter(struct metrics_options *o, const char *text, int64_t now_us, struct err *e)
{
	condition_free(&o->where);
	if (!filter_compile(text, now_us, &o->where, NULL, e)) {
		return false;
	}
	condition_free(&o->where);
	filter_add(&o->filter, text);
	o->query.where = o->filter.len > 0 ? &o->where : NULL;
	return filter_compile(buf_str(&o->filter), now_us, &o->where, NULL, e);
}

static bool set_option(struct metrics_options *o, int opt, int64_t now_us, struct err *e)
{
	switch (opt) {
	case 's':
		o->has_since = true;
		return cli_time(optarg, now_us, &o->query.from_us, e);
	case 'u':
		o->has_until = true;
		return cli_time(optarg, now_us, &o->query.to_us, e);
	case 'b':
		o->has_by = true;
		o->query.by = metrics_by_from_name(optarg);
		return (o->query.by != BY_COUNT && o->query.by != BY_NONE) ||
		    err_set(e, ERR_USAGE, "--by takes provider, model, operation or prompt, not '%.60s'", optarg);
	case 'p':
		o->query.provider = optarg;
		return true;
	case 'm':
		o->query.model = optarg;
		return true;
	case 'o':
		o->query.operation = optarg;
		return true;
	case 'f':
		return add_filter(o, optarg, now_us, e);
	case 'c':
		o->check = optarg;
		return true;
	case 'n':
		return cli_int(optarg, 1, 1000000, &o->least, e) || err_prefix(e, "--min-calls");
	case 'C':
		o->is_csv = true;
		return true;
	case 'O':
		o->output = optarg;
		return true;
	case 'F':
		o->replaces = true;
		return true;
	case 'B':
		o->is_budget = true;
		return true;
	default:
		o->is_json = true;
		return true;
	}
}

static int run_with(struct metrics_options *o, int argc, char **argv)
{
	static const struct option long_options[] = { { "since", required_argument, NULL, 's' }, { "until", required_argument, NULL, 'u' },
		{ "by", required_argument, NULL, 'b' }, { "provider", required_argument, NULL, 'p' }, { "model", required_argument, NULL, 'm' },
		{ "operation", required_argument, NULL, 'o' }, { "filter", required_argument, NULL, 'f' },
		{ "check", required_argument, NULL, 'c' }, { "min-calls", required_argument, NULL, 'n' }, { "budget", no_argument, NULL, 'B' },
		{ "csv", no_argument, NULL, 'C' }, { "output", required_argument, NULL, 'O' }, { "force", no_argument, NULL, 'F' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	int64_t now_us = o->query.to_us;
	struct err e = { 0 };
	int opt, n_options = 0;

	for (; (opt = cli_option(argc, argv, "", long_options)) != -1; n_options++) {
		if (opt == '?') {
			return cli_bad_option(&cli_metrics, argv);
		}
		if (!set_option(o, opt, now_us, &e)) {
			return e.hint[0] != '\0' ? cli_fail(&e) : cli_usage(&cli_metrics, "%s", e.text);
		}
	}
	o->logs = argv + optind;
	o->n_logs = argc - optind;
	if (o->n_logs > 0 && (o->filter.len > 0 || o->is_budget)) {
		return cli_usage(&cli_metrics, "--filter and --budget ask the store; read the logs with `sonde import` first");
	}
	if (o->n_logs > 0) {
		o->query.from_us = o->has_since ? o->query.from_us : INT64_MIN;
		o->query.to_us = o->has_until ? o->query.to_us : INT64_MAX;
	}
	if (o->query.from_us > o->query.to_us) {
		return cli_usage(&cli_metrics, "--since (24h unless given) is later than --until");
	}
	if (!o->is_csv && (o->output != NULL || o->replaces)) {
		return cli_usage(&cli_metrics, "--output and --force go with --csv");
	}
	if (o->is_budget && n_options > 1 + o->is_json) {
		return cli_usage(&cli_metrics, "--budget is that of all calls: it takes --json and nothing else");
	}
	if (o->is_csv && (o->is_json || o->check != NULL)) {
		return cli_usage(&cli_metrics, "--csv does not go with --json and --check");
	}
	return o->is_budget ? metrics_budget(o->is_json) : o->check != NULL ? metrics_check(o) : answer(o);
}

static int run(int argc, char **argv)
{
	int64_t now_us = clock_wall_us();
	struct metrics_options o = {
		.query = { .from_us = now_us - 86400 * US_PER_S, .to_us = now_us, .by = BY_PROVIDER }, .least = LIMIT_CALLS,
	};
	int status = run_with(&o, argc, argv);

	condition_free(&o.where);
	buf_free(&o.filter);
	return status;
}

const struct cli_command cli_metrics = {
	.name = "metrics",
	.summary = "calls, tokens, cost, latency and errors of a span",
	.usage = "sonde metrics [--since TIME] [--until TIME] [--by WHAT] [--check LIMITS|--budget] [--json|--csv] [FILE|-...]",
	.help = "  --since TIME       start: a span back from now (15m, 24h, 7d) or ISO 8601; default 24h\n"
		"  --until TIME       end, not included; default now\n"
		"  --by WHAT          provider, model, operation or prompt (each version); default provider, with --check all calls together\n"
		"  --provider NAME    only calls of this provider\n"
		"  --model NAME       only calls answered by this model\n"
		"  --operation NAME   only calls of this operation\n"
		"  --filter TEXT      only calls that meet it: 'status=err cost>0.01'; the manual has the language\n"
		"  --check LIMITS     what must hold, such as 'err<2% p95<3s cost<5'; a line and exit status 5 for what does not\n"
		"  --min-calls N      of fewer calls rates and percentiles are not judged, which is said and no failure; default 20\n"
		"  --budget           what today and this month cost, the limits of the configuration, and a forecast\n"
		"  --csv              a table for other programs (RFC 4180), the total in its last line\n"
		"  --output FILE      with --csv: into a file, which may not be there yet\n"
		"  --force            it may\n"
		"  --json             one JSON object; latencies in milliseconds, error_rate from 0 to 1\n"
		"\n"
		"With FILE, the figures of logs as `sonde import` reads them, of all their calls unless --since or --until say else;\n"
		"nothing is stored. A record with an id of its own counts once.\n"
		"\n"
		"Counts, tokens and cost are exact; percentiles are within 1 % and include failed calls.\n"
		"Figures of --check: calls, err, cost, cost/h, cost/day, p50, p95, p99, ttft_p50, ttft_p95, ttft_p99; compared by <, <=, >, >=.\n"
		"'calls>=20 err<2%' fails as well when there are too few calls to judge.\n"
		"\n"
		"Examples: sonde metrics --since 7d --by model --provider openai\n"
		"          sonde metrics --by model logs/*.jsonl.gz\n",
	.run = run,
};
