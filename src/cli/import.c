/* import - logs of calls into the store. */
#include "cli/import.h"

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
#include "store/bulk.h"
#include "text/clean.h"
#include "text/json_text.h"

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

/* The formats that were seen, and in how many lines. */
static void formats(struct buf *out, const struct ingest_result *r, bool is_json)
{
	bool is_first = true;

	for (int i = 0; i < INGEST_FORMATS; i++) {
		unsigned long long n = r->formats[i];

		if (n == 0) {
			continue;
		}
		if (is_json) {
			(void)buf_addf(out, "%s\"%s\":%llu", is_first ? "" : ",", ingest_format_name(i), n);
		} else {
			(void)buf_addf(out, "%s%llu %s %s", is_first ? ": " : ", ", n, n == 1 ? "line" : "lines", ingest_format_name(i));
		}
		is_first = false;
	}
}

static void file_json(struct buf *out, const char *name, const struct ingest_result *r)
{
	(void)buf_add_str(out, "{\"file\":");
	json_text_string(out, name);
	(void)buf_addf(out, ",\"lines\":%llu,\"added\":%llu,\"present\":%llu,\"bad\":%llu,\"no_call\":%llu,\"formats\":{",
	    (unsigned long long)r->lines, (unsigned long long)r->added, (unsigned long long)r->present, (unsigned long long)r->bad,
	    (unsigned long long)r->no_call);
	formats(out, r, true);
	(void)buf_add_str(out, "},\"first_bad\":[");
	for (size_t i = 0; i < r->n_first_bad; i++) {
		(void)buf_addf(out, "%s{\"line\":%llu,\"why\":", i > 0 ? "," : "", (unsigned long long)r->first_bad[i].line);
		json_text_string(out, r->first_bad[i].why);
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_str(out, "]}");
}

void import_tell_bad(const char *path, const struct ingest_result *r)
{
	char *name = clean_line(path, strlen(path), 0);

	for (size_t i = 0; i < r->n_first_bad; i++) {
		char why[INGEST_WHY_SIZE];

		clean_line_into(r->first_bad[i].why, why, sizeof(why));
		fprintf(stderr, "sonde: %s line %llu was left out: %s\n", name, (unsigned long long)r->first_bad[i].line, why);
	}
	if (r->bad > r->n_first_bad) {
		fprintf(stderr, "sonde: %s: and %llu more\n", name, (unsigned long long)(r->bad - r->n_first_bad));
	}
	free(name);
}

static void file_text(const char *name, const struct ingest_result *r)
{
	struct buf line = { 0 };

	(void)buf_addf(&line, "%s: %llu line%s, %llu added, %llu already there, %llu not understood", name, (unsigned long long)r->lines, r->lines == 1 ? "" : "s",
	    (unsigned long long)r->added, (unsigned long long)r->present, (unsigned long long)r->bad);
	if (r->no_call > 0) {
		(void)buf_addf(&line, ", %llu of something else than calls", (unsigned long long)r->no_call);
	}
	formats(&line, r, false);
	printf("%s\n", buf_str(&line));
	(void)fflush(stdout);
	buf_free(&line);
}

void import_tell(struct import *im, const char *path, const struct ingest_result *r)
{
	char *name = clean_line(path, strlen(path), 0);

	if (im->shows_progress) {
		fprintf(stderr, "\r\033[K");
	}
	import_tell_bad(path, r);
	if (im->is_json) {
		(void)buf_add_str(&im->out, im->n_files++ > 0 ? ",\n" : "\n");
		file_json(&im->out, path, r);
	} else {
		file_text(name, r);
	}
	free(name);
	im->good += r->added + r->present + r->no_call;
	im->bad += r->bad;
}

void import_fail(struct import *im, const char *path, struct err *e)
{
	(void)err_prefix(e, "%.120s", path);
	(void)cli_fail(e);
	im->n_unread++;
}

int import_open(const char *path, const char **name, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	*name = is_stdin ? "standard input" : path;
	if (fd < 0) {
		(void)err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
	}
	return fd;
}

static void import_file(struct import *im, const char *path)
{
	const struct ingest_options options = {
		.prices = im->prices, .format = im->format, .progress = im->shows_progress ? show_progress : NULL
	};
	struct ingest_result r = { 0 };
	struct err e = { 0 };
	const char *name;
	int fd = import_open(path, &name, &e);
	bool ok = fd >= 0 && ingest_jsonl(fd, im->bulk, &options, &r, &e);

	if (ok || r.lines > 0) {
		import_tell(im, name, &r);
	}
	if (!ok) {
		import_fail(im, name, &e);
	}
	if (fd > STDIN_FILENO) {
		(void)close(fd);
	}
}

static void tell_expired(const struct import *im)
{
	unsigned long long n = bulk_expired(im->bulk);

	if (n > 0) {
		fprintf(stderr, "sonde: %llu %s older than what the store keeps (keep_calls) and %s left out\n", n, n == 1 ? "call is" : "calls are",
		    n == 1 ? "was" : "were");
	}
}

static int import_files(struct import *im, bool is_following, int n, char **paths)
{
	struct err e = { 0 };

	if (im->is_json) {
		(void)buf_add_str(&im->out, "{\"files\":[");
	}
	if (is_following && !import_follow(im, n, paths, &e)) {
		if (e.code != ERR_NONE) {
			(void)cli_fail(&e);
		}
		return 1;
	}
	for (int i = 0; !is_following && i < n; i++) {
		import_file(im, paths[i]);
	}
	if (im->is_json) {
		(void)buf_add_str(&im->out, "]}\n");
		(void)cli_out(im->out.s, im->out.len);
	}
	return is_following ? 0 : im->n_unread > 0 ? 1 : im->good == 0 && im->bad > 0 ? err_exit_status(ERR_CHECK) : 0;
}

static bool follows_stdin(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(paths[i], "-") == 0) {
			return true;
		}
	}
	return false;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { "follow", no_argument, NULL, 'f' },
		{ "format", required_argument, NULL, 'F' }, { NULL, 0, NULL, 0 } };
	struct import im = { .shows_progress = isatty(STDERR_FILENO), .format = INGEST_AUTO };
	bool is_following = false;
	struct err e = { 0 };
	int opt, status;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		switch (opt) {
		case 'j':
			im.is_json = true;
			break;
		case 'f':
			is_following = true;
			break;
		case 'F':
			im.format = ingest_format_find(optarg);
			if (im.format == INGEST_NO_FORMAT) {
				return cli_usage(&cli_import, "--format takes auto, simple, litellm, helicone or langfuse");
			}
			break;
		default:
			return cli_bad_option(&cli_import, argv);
		}
	}
	if (optind == argc) {
		return cli_usage(&cli_import, "no file was named");
	}
	if (is_following && follows_stdin(argc - optind, argv + optind)) {
		return cli_usage(&cli_import, "--follow takes files, not standard input");
	}
	char *dir = cli_data_dir(&e);

	im.bulk = dir != NULL ? bulk_open(dir, &e) : NULL;
	free(dir);
	if (im.bulk == NULL) {
		return cli_fail(&e);
	}
	struct config *config = config_load(NULL);

	/* Patterns that cannot be read would hide nothing. */
	status = cli_check_config(config);
	if (status == 0) {
		im.prices = config->prices;
		bulk_set_policy(im.bulk, &config->store);
		status = import_files(&im, is_following, argc - optind, argv + optind);
		tell_expired(&im);
	}
	bulk_close(im.bulk);
	config_free(config);
	buf_free(&im.out);
	return status;
}

const struct cli_command cli_import = {
	.name = "import",
	.summary = "read logs of calls (JSONL, exports, gzip) into the store",
	.usage = "sonde import [--format FORMAT] [--follow] [--json] FILE|-...",
	.help = "  --format FORMAT  auto, simple, litellm, helicone or langfuse; auto tells them apart line by line\n"
		"  --follow         read to the end, then wait for more lines; SIGINT or SIGTERM ends it\n"
		"  --json           one JSON object with the counts of each file\n"
		"\n"
		"simple: each line is one JSON object; timestamp and provider are required:\n"
		"  {\"timestamp\":\"2026-11-23T10:00:00Z\",\"provider\":\"openai\",\"model\":\"gpt-5.4-mini\",\"operation\":\"chat\",\n"
		"   \"prompt_tokens\":412,\"completion_tokens\":58,\"latency_ms\":812.5,\"cost_usd\":0.0005,\"error\":null}\n"
		"  Common other names of these fields and usage objects of the providers are understood too.\n"
		"litellm: LiteLLM's StandardLoggingPayload. helicone: requests exported by Helicone. langfuse: observations\n"
		"  exported to blob storage or by the API; generations and embeddings are calls, spans are not.\n"
		"One object a line, or one JSON array of objects. gzip is unpacked, whatever the name of the file.\n"
		"A file may be read again, also after it has grown, and exported again: what is there is not added twice.\n"
		"Lines that are not understood are counted and left out; the first ones are shown with the reason.\n"
		"Files larger than some 16 MB of calls are sorted in $TMPDIR (else /var/tmp).\n"
		"\n"
		"--follow takes plain files of lines. It goes on through rotation (rename, or copy and truncate), waits for a file\n"
		"that is not there yet, and after a restart goes on where it was, however it ended.\n"
		"\n"
		"Examples: sonde import logs/*.jsonl.gz && sonde metrics --since 7d\n"
		"          sonde import --follow /var/log/llm/calls.jsonl\n",
	.run = run,
};
