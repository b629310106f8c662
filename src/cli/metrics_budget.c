/* `sonde metrics --budget`: what the day and the month cost, may cost, and will have cost at their end. */
#include "cli/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/commands.h"
#include "gateway/config.h"
#include "metrics/forecast.h"
#include "provider/price.h"
#include "text/json_text.h"

struct line {
	const char *name;
	const struct forecast_span *span;
	int64_t limit_nano; /* UNKNOWN: none */
};

static void lines_of(const struct forecast *f, const struct budget *b, struct line out[2])
{
	out[0] = (struct line){ "day", &f->day, b->day_nano > 0 ? b->day_nano : UNKNOWN };
	out[1] = (struct line){ "month", &f->month, b->month_nano > 0 ? b->month_nano : UNKNOWN };
}

static void line_json(struct buf *out, const struct line *l)
{
	char since[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];

	clock_format_iso(l->span->from_us, since);
	clock_format_iso(l->span->to_us, until);
	(void)buf_addf(out, "\"%s\":{\"since\":\"%s\",\"until\":\"%s\",\"spent_usd\":", l->name, since, until);
	json_text_usd(out, l->span->spent_nano);
	(void)buf_add_str(out, ",\"limit_usd\":");
	json_text_usd(out, l->limit_nano);
	(void)buf_add_str(out, ",\"forecast_usd\":");
	json_text_usd(out, l->span->end_nano);
	(void)buf_add_str(out, "},\n");
}

static void as_json(struct buf *out, const struct forecast *f, const struct line lines[2])
{
	(void)buf_add_str(out, "{");
	line_json(out, &lines[0]);
	line_json(out, &lines[1]);
	(void)buf_addf(out, "\"forecast_days\":%d,\"simulated\":%s}\n", f->n_days, f->has_simulated ? "true" : "false");
}

static void add_line(struct buf *out, const struct line *l)
{
	char spent[FIGURE_SIZE], limit[FIGURE_SIZE], used[FIGURE_SIZE] = "\u2013", end[FIGURE_SIZE];

	price_format(l->span->spent_nano, spent, sizeof(spent));
	price_format(l->limit_nano, limit, sizeof(limit));
	price_format(l->span->end_nano, end, sizeof(end));
	if (is_known(l->limit_nano)) {
		(void)snprintf(used, sizeof(used), "%.0f%%", 100. * (double)l->span->spent_nano / (double)l->limit_nano);
	}
	char *about = x_asprintf("%s%s", is_known(l->span->end_nano) ? "~" : "", end);
	const char *const cells[] = { spent, limit, used, about };

	figure_cell(out, l->name, 6, false);
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		(void)buf_add_char(out, ' ');
		figure_cell(out, cells[i], 10, true);
	}
	(void)buf_add_char(out, '\n');
	free(about);
}

static void as_text(struct buf *out, const struct forecast *f, const struct line lines[2])
{
	(void)buf_addf(out, "%-6s %10s %10s %10s %10s\n", "", "spent", "limit", "used", "at its end");
	add_line(out, &lines[0]);
	add_line(out, &lines[1]);
	if (!is_known(f->day.end_nano)) {
		(void)buf_add_str(out, "There is too little to go by for a forecast.\n");
	} else if (f->n_days == 0) {
		(void)buf_add_str(out, "~: on at the rate of today so far.\n");
	} else {
		(void)buf_addf(out, "~: the hours left at the cost of the same hours of the last %d day%s.\n", f->n_days, f->n_days == 1 ? "" : "s");
	}
	if (f->has_simulated) {
		(void)buf_add_str(out, "SIMULATED calls are among these.\n");
	}
}

static bool read_forecast(struct forecast *f, struct err *e)
{
	char *dir = cli_data_dir(e);
	struct reader *r = dir != NULL ? reader_open(dir, e) : NULL;
	int64_t now_us = clock_wall_us();
	bool ok;

	if (r != NULL) {
		ok = forecast_read(r, now_us, f, e);
		reader_close(r);
	} else {
		ok = dir != NULL && e->code == ERR_CHECK; /* no store yet: nothing spent */
		forecast_nothing(now_us, f);
	}
	free(dir);
	return ok;
}

int metrics_budget(bool is_json)
{
	struct config *config = config_load(NULL);
	int status = cli_check_config(config);
	struct err e = { 0 };
	struct forecast f;
	struct line lines[2];
	struct buf out = { 0 };

	if (status == 0 && !read_forecast(&f, &e)) {
		status = cli_fail(&e);
	} else if (status == 0) {
		lines_of(&f, &config->budget, lines);
		(is_json ? as_json : as_text)(&out, &f, lines);
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&out);
	config_free(config);
	return status;
}
