/* import - JSONL logs of calls into the store. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "gateway/config.h"
#include "metrics/ingest.h"
#include "text/clean.h"

struct import {
	struct bulk *bulk;
	const struct price_table *prices;
	bool is_json, shows_progress;
	struct buf out;
	size_t n_unread;
	uint64_t good, bad; /* lines of all files */
	size_t n_files;
};

static void show_progress(void *ctx, uint64_t lines, uint64_t stored)
{
	(void)ctx;
	if (stored == 0) {
		fprintf(stderr, "\r%llu lines read\033[K", (unsigned long long)lines);
	} else {
		fprintf(stderr, "\r%llu lines read, %llu calls stored\033[K", (unsigned long long)lines, (unsigned long long)stored);
	}
	(void)fflush(stderr);
}

static void file_json(struct buf *out, const char *name, const struct ingest_result *r)
{
	(void)buf_add_str(out, "{\"file\":");
	cli_json_string(out, name);
	(void)buf_addf(out, ",\"lines\":%llu,\"added\":%llu,\"present\":%llu,\"bad\":%llu,\"first_bad\":[", (unsigned long long)r->lines,
	    (unsigned long long)r->added, (unsigned long long)r->present, (unsigned long long)r->bad);
	for (size_t i = 0; i < r->n_first_bad; i++) {
		(void)buf_addf(out, "%s{\"line\":%llu,\"why\":", i > 0 ? "," : "", (unsigned long long)r->first_bad[i].line);
		cli_json_string(out, r->first_bad[i].why);
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_str(out, "]}");
}

static void tell_bad_lines(const char *name, const struct ingest_result *r)
{
	for (size_t i = 0; i < r->n_first_bad; i++) {
		char why[INGEST_WHY_SIZE];

		clean_line_into(r->first_bad[i].why, why, sizeof(why));
		fprintf(stderr, "sonde: %s line %llu was left out: %s\n", name, (unsigned long long)r->first_bad[i].line, why);
	}
	if (r->bad > r->n_first_bad) {
		fprintf(stderr, "sonde: %s: and %llu more\n", name, (unsigned long long)(r->bad - r->n_first_bad));
	}
}

static void tell_file(struct import *im, const char *path, const struct ingest_result *r)
{
	char *name = clean_line(path, strlen(path), 0);

	if (im->shows_progress) {
		fprintf(stderr, "\r\033[K");
	}
	tell_bad_lines(name, r);
	if (im->is_json) {
		(void)buf_add_str(&im->out, im->n_files++ > 0 ? ",\n" : "\n");
		file_json(&im->out, path, r);
	} else {
		printf("%s: %llu lines, %llu added, %llu already there, %llu not understood\n", name, (unsigned long long)r->lines,
		    (unsigned long long)r->added, (unsigned long long)r->present, (unsigned long long)r->bad);
		(void)fflush(stdout);
	}
	free(name);
}

static void import_file(struct import *im, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct ingest_result r = { 0 };
	struct err e = { 0 };
	bool ok = fd >= 0 ? ingest_jsonl(fd, im->bulk, im->prices, im->shows_progress ? show_progress : NULL, NULL, &r, &e)
			  : err_set(&e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));

	if (ok || r.lines > 0) {
		tell_file(im, is_stdin ? "standard input" : path, &r);
	}
	if (!ok) {
		(void)err_prefix(&e, "%.120s", is_stdin ? "standard input" : path);
		(void)cli_fail(&e);
		im->n_unread++;
	}
	if (fd >= 0 && !is_stdin) {
		(void)close(fd);
	}
	im->good += r.added + r.present;
	im->bad += r.bad;
}

static int import_files(struct import *im, int n, char **paths)
{
	if (im->is_json) {
		(void)buf_add_str(&im->out, "{\"files\":[");
	}
	for (int i = 0; i < n; i++) {
		import_file(im, paths[i]);
	}
	if (im->is_json) {
		(void)buf_add_str(&im->out, "]}\n");
		(void)cli_out(im->out.s, im->out.len);
	}
	return im->n_unread > 0 ? 1 : im->good == 0 && im->bad > 0 ? err_exit_status(ERR_CHECK) : 0;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct import im = { .shows_progress = isatty(STDERR_FILENO) };
	struct err e = { 0 };
	int opt, status;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		if (opt != 'j') {
			return cli_bad_option(&cli_import, argv);
		}
		im.is_json = true;
	}
	if (optind == argc) {
		return cli_usage(&cli_import, "no file was named");
	}
	char *dir = cli_data_dir(&e);

	im.bulk = dir != NULL ? bulk_open(dir, &e) : NULL;
	free(dir);
	if (im.bulk == NULL) {
		return cli_fail(&e);
	}
	struct config *config = config_load(NULL);

	im.prices = config->prices;
	status = import_files(&im, argc - optind, argv + optind);
	bulk_close(im.bulk);
	config_free(config);
	buf_free(&im.out);
	return cli_finish(status);
}

const struct cli_command cli_import = {
	.name = "import",
	.summary = "read logs of calls (JSONL) into the store",
	.usage = "sonde import [--json] FILE|-...",
	.help = "  --json   one JSON object with the counts of each file\n"
		"\n"
		"Each line is one JSON object; timestamp and provider are required:\n"
		"  {\"timestamp\":\"2026-11-23T10:00:00Z\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"operation\":\"chat\",\n"
		"   \"prompt_tokens\":412,\"completion_tokens\":58,\"latency_ms\":812.5,\"cost_usd\":0.0005,\"error\":null}\n"
		"Common other names of these fields and usage objects of the providers are understood too.\n"
		"A file may be read again, also after it has grown: lines that are there already are not added twice.\n"
		"Lines that are not understood are counted and left out; the first ones are shown with the reason.\n"
		"Files larger than some 16 MB of calls are sorted in $TMPDIR (else /var/tmp).\n"
		"\n"
		"Example: sonde import logs/*.jsonl && sonde metrics --since 7d\n",
	.run = run,
};
