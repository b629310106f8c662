/* metrics - the figures of a span by provider, model or operation. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "metrics/filter.h"
#include "metrics/summary.h"
#include "provider/price.h"
#include "text/figure.h"

#define TABLE_CELLS 80   /* of a terminal that does not say, and the least that is made use of */
#define NAME_CELLS_MOST 48
#define NAME_CELLS_LEAST 8

struct options {
	struct metrics_query query;
	struct condition where;
	bool is_json;
};

/* The sum of the known costs; UNKNOWN when no call has one. */
static int64_t cost_of(const struct figures *f)
{
	return f->unpriced > 0 && f->unpriced == f->calls - f->errors && f->cost_nano == 0 ? UNKNOWN : f->cost_nano;
}

static int64_t average(int64_t sum, uint64_t n)
{
	return n > 0 ? (sum + (int64_t)(n / 2)) / (int64_t)n : UNKNOWN;
}

static void errors_json(struct buf *out, const struct figures *f)
{
	const char *comma = "";

	(void)buf_add_str(out, ",\"errors\":{");
	for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
		if (f->by_class[c] > 0) {
			(void)buf_addf(out, "%s\"%s\":%llu", comma, error_class_name((enum error_class)c), (unsigned long long)f->by_class[c]);
			comma = ",";
		}
	}
	(void)buf_add_char(out, '}');
}

static void ms_json(struct buf *out, const char *name, int64_t us)
{
	(void)buf_addf(out, ",\"%s\":", name);
	cli_json_ms(out, us);
}

static void group_json(struct buf *out, const struct metrics_group *g)
{
	const struct figures *f = &g->now;

	(void)buf_add_str(out, "{\"key\":");
	cli_json_string(out, g->key);
	(void)buf_addf(out, ",\"total_invocations\":%llu,\"total_tokens\":%llu,\"prompt_tokens\":%llu,\"completion_tokens\":%llu",
	    (unsigned long long)f->calls, (unsigned long long)(f->in_tok + f->out_tok), (unsigned long long)f->in_tok,
	    (unsigned long long)f->out_tok);
	(void)buf_add_str(out, ",\"total_cost_usd\":");
	cli_json_usd(out, cost_of(f));
	ms_json(out, "avg_latency_ms", average(f->latency_sum_us, f->latency_n));
	ms_json(out, "p50_latency", hist_quantile(&f->latency, 0.5));
	ms_json(out, "p95_latency", hist_quantile(&f->latency, 0.95));
	ms_json(out, "p99_latency", hist_quantile(&f->latency, 0.99));
	ms_json(out, "avg_ttft_ms", average(f->ttft_sum_us, f->ttft_n));
	(void)buf_addf(out, ",\"error_rate\":%.9g", f->calls > 0 ? (double)f->errors / (double)f->calls : 0);
	errors_json(out, f);
	(void)buf_addf(out, ",\"unpriced_invocations\":%llu}", (unsigned long long)f->unpriced);
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
	double percent = f->calls > 0 ? 100 * (double)f->errors / (double)f->calls : 0;

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
	price_format(cost_of(f), out, FIGURE_SIZE);
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

static const char *label_of(const struct metrics_group *g)
{
	return g->key[0] != '\0' ? g->key : "(none)";
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
		size_t len = strlen(label_of(&m->groups[i]));

		cells = len > cells ? len : cells;
	}
	return cells < most ? cells : most;
}

static void as_text(struct buf *out, const struct options *o, const struct metrics *m)
{
	if (m == NULL || m->total.calls == 0) {
		(void)buf_add_str(out, "No calls in this span; try a longer one with --since, or add some with `sonde import` or `sonde run`.\n");
		return;
	}
	size_t cells = name_cells(m);

	add_line(out, metrics_by_name(o->query.by), cells, NULL);
	for (size_t i = 0; i < m->n_groups; i++) {
		add_line(out, label_of(&m->groups[i]), cells, &m->groups[i].now);
	}
	if (m->n_groups > 1) {
		add_line(out, "total", cells, &m->total);
	}
	if (m->has_simulated) {
		(void)buf_add_str(out, "SIMULATED calls are among these.\n");
	}
	if (m->total.unpriced > 0) {
		(void)buf_addf(out, "%llu successful call%s no known cost and %s not in the sums.\n", (unsigned long long)m->total.unpriced,
		    m->total.unpriced == 1 ? " has" : "s have", m->total.unpriced == 1 ? "is" : "are");
	}
}

static int answer(const struct options *o)
{
	struct err e = { 0 };
	char *dir = cli_data_dir(&e);
	struct reader *r = dir != NULL ? reader_open(dir, &e) : NULL;
	struct metrics *m = NULL;
	struct buf out = { 0 };

	free(dir);
	/* No store yet is a span without calls. */
	if (r == NULL && e.code != ERR_CHECK) {
		return cli_fail(&e);
	}
	if (r != NULL) {
		m = metrics_query(r, &o->query, &e);
		reader_close(r);
		if (m == NULL) {
			return cli_fail(&e);
		}
	}
	if (o->is_json) {
		as_json(&out, &o->query, m);
	} else {
		as_text(&out, o, m);
	}
	metrics_free(m);
	(void)cli_out(out.s, out.len);
	buf_free(&out);
	return cli_finish(0);
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "since", required_argument, NULL, 's' }, { "until", required_argument, NULL, 'u' },
		{ "by", required_argument, NULL, 'b' }, { "provider", required_argument, NULL, 'p' }, { "model", required_argument, NULL, 'm' },
		{ "operation", required_argument, NULL, 'o' }, { "filter", required_argument, NULL, 'f' }, { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	int64_t now_us = clock_wall_us();
	struct options o = { .query = { .from_us = now_us - 86400 * US_PER_S, .to_us = now_us, .by = BY_PROVIDER } };
	const char *filter = NULL;
	struct err e = { 0 };
	bool ok = true;
	int opt;

	while (ok && (opt = cli_option(argc, argv, "", long_options)) != -1) {
		switch (opt) {
		case 's':
			ok = cli_time(optarg, now_us, &o.query.from_us, &e);
			break;
		case 'u':
			ok = cli_time(optarg, now_us, &o.query.to_us, &e);
			break;
		case 'b':
			o.query.by = metrics_by_from_name(optarg);
			if (o.query.by == BY_COUNT || o.query.by == BY_NONE) {
				return cli_usage(&cli_metrics, "--by takes provider, model or operation, not '%.60s'", optarg);
			}
			break;
		case 'p':
			o.query.provider = optarg;
			break;
		case 'm':
			o.query.model = optarg;
			break;
		case 'o':
			o.query.operation = optarg;
			break;
		case 'f':
			filter = optarg;
			break;
		case 'j':
			o.is_json = true;
			break;
		default:
			return cli_bad_option(&cli_metrics, argv);
		}
	}
	if (!ok) {
		return cli_fail(&e);
	}
	if (optind < argc) {
		return cli_usage(&cli_metrics, "'%.60s' is not an option", argv[optind]);
	}
	if (o.query.from_us > o.query.to_us) {
		return cli_usage(&cli_metrics, "--since is later than --until");
	}
	if (filter != NULL) {
		if (!filter_compile(filter, now_us, &o.where, NULL, &e)) {
			return cli_fail(&e);
		}
		o.query.where = &o.where;
	}
	int status = answer(&o);

	condition_free(&o.where);
	return status;
}

const struct cli_command cli_metrics = {
	.name = "metrics",
	.summary = "calls, tokens, cost, latency and errors of a span",
	.usage = "sonde metrics [--since TIME] [--until TIME] [--by provider|model|operation] [--json]",
	.help = "  --since TIME       start: a span back from now (15m, 24h, 7d) or ISO 8601; default 24h\n"
		"  --until TIME       end, not included; default now\n"
		"  --by WHAT          provider, model or operation; default provider\n"
		"  --provider NAME    only calls of this provider\n"
		"  --model NAME       only calls answered by this model\n"
		"  --operation NAME   only calls of this operation\n"
		"  --json             one JSON object; latencies in milliseconds, error_rate from 0 to 1\n"
		"\n"
		"Counts, tokens and cost are exact; percentiles are within 1 % and include failed calls.\n"
		"\n"
		"Example: sonde metrics --since 7d --by model --provider openai\n",
	.run = run,
};
