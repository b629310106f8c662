/* store - looking after the store: figures, checking, copies, compacting, removing what is old. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "cli/commands.h"
#include "gateway/config.h"
#include "store/audit.h"
#include "store/expire.h"
#include "store/upkeep.h"
#include "text/clean.h"
#include "text/json_text.h"

struct task {
	const char *dir;
	const char *path; /* of a backup */
	bool is_json, repairs;
	struct buf out;
};

static double mib(int64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void add_time(struct buf *out, int64_t us, bool is_json)
{
	char text[CLOCK_ISO_SIZE];

	if (!is_known(us)) {
		(void)buf_add_str(out, is_json ? "null" : "–");
		return;
	}
	clock_format_iso(us, text);
	(void)buf_addf(out, is_json ? "\"%s\"" : "%s", text);
}

/* ---- stats ---- */

static void stats_json(struct buf *out, const struct upkeep_stats *s)
{
	(void)buf_add_str(out, "{\"path\":");
	json_text_string(out, s->path);
	(void)buf_addf(out, ",\"schema\":%lld,\"file_bytes\":%lld,\"free_bytes\":%lld,\"wal_bytes\":%lld,\"calls\":%lld,\"simulated\":%lld,\"first\":",
	    (long long)s->schema, (long long)s->file_bytes, (long long)s->free_bytes, (long long)s->wal_bytes, (long long)s->calls,
	    (long long)s->simulated);
	add_time(out, s->first_us, true);
	(void)buf_add_str(out, ",\"last\":");
	add_time(out, s->last_us, true);
	(void)buf_add_str(out, ",\"removed_before\":");
	add_time(out, s->expired_us, true);
	(void)buf_addf(out, ",\"bodies\":%lld,\"body_bytes\":%lld,\"runs\":%lld,\"cached_answers\":%lld,\"names\":%lld,\"rollups\":[%lld,%lld,%lld,%lld],\"lost\":%lld,\"lost_bodies\":%lld}\n",
	    (long long)s->bodies, (long long)s->body_bytes, (long long)s->runs, (long long)s->answers, (long long)s->names,
	    (long long)s->rollups[0], (long long)s->rollups[1], (long long)s->rollups[2], (long long)s->rollups[3], (long long)s->lost_rows,
	    (long long)s->lost_bodies);
}

static void stats_text(struct buf *out, const struct upkeep_stats *s)
{
	char *path = clean_line(s->path, strlen(s->path), 0);

	(void)buf_addf(out, "file       %s, %.1f MiB, of that %.1f MiB free for new rows; write-ahead log %.1f MiB; schema %lld\n", path,
	    mib(s->file_bytes), mib(s->free_bytes), mib(s->wal_bytes), (long long)s->schema);
	(void)buf_addf(out, "calls      %lld", (long long)s->calls);
	if (s->simulated > 0) {
		(void)buf_addf(out, " (%lld simulated)", (long long)s->simulated);
	}
	if (s->calls > 0) {
		(void)buf_add_str(out, ", ");
		add_time(out, s->first_us, false);
		(void)buf_add_str(out, " to ");
		add_time(out, s->last_us, false);
		(void)buf_addf(out, "; %.0f bytes of file a call, without bodies",
		    (double)(s->file_bytes - s->free_bytes - s->body_bytes) / (double)s->calls);
	}
	(void)buf_addf(out, "\nbodies     of %lld calls, %.1f MiB; %lld runs; %lld cached answers\n", (long long)s->bodies, mib(s->body_bytes),
	    (long long)s->runs, (long long)s->answers);
	(void)buf_addf(out, "sums       %lld of 10 s, %lld of minutes, %lld of hours, %lld of days; %lld names\n", (long long)s->rollups[0],
	    (long long)s->rollups[1], (long long)s->rollups[2], (long long)s->rollups[3], (long long)s->names);
	if (is_known(s->expired_us)) {
		(void)buf_add_str(out, "removed    calls before ");
		add_time(out, s->expired_us, false);
		(void)buf_add_str(out, "; their sums are kept\n");
	}
	if (s->lost_rows > 0 || s->lost_bodies > 0) {
		(void)buf_addf(out, "lost       %lld calls and runs while the store could not be written, bodies of %lld calls for want of room on the disk\n",
		    (long long)s->lost_rows, (long long)s->lost_bodies);
	}
	free(path);
}

static bool stats(struct task *t, int *status, struct err *e)
{
	struct upkeep_stats s;

	(void)status;
	if (!upkeep_stats(t->dir, &s, e)) {
		return false;
	}
	(t->is_json ? stats_json : stats_text)(&t->out, &s);
	upkeep_stats_free(&s);
	return true;
}

/* ---- check ---- */

static bool mend(struct writer *w, const struct audit *a, size_t *mended, struct err *e)
{
	*mended = 0;
	for (size_t i = 0; i < a->n_days; i++) {
		bool is_mended;

		if (!audit_mend(w, a->days_us[i], &is_mended, e)) {
			return false;
		}
		*mended += is_mended;
	}
	return true;
}

static void check_json(struct buf *out, const char *damage, const struct audit *a, size_t mended)
{
	(void)buf_add_str(out, "{\"damage\":");
	json_text_string(out, damage);
	(void)buf_addf(out, ",\"calls\":%llu,\"slots\":%llu,\"wrong_slots\":%llu,\"wrong_days\":[", (unsigned long long)a->calls,
	    (unsigned long long)a->slots, (unsigned long long)a->wrong);
	for (size_t i = 0; i < a->n_days; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		add_time(out, a->days_us[i], true);
	}
	(void)buf_addf(out, "],\"mended_days\":%zu}\n", mended);
}

static void check_text(struct buf *out, const char *damage, const struct audit *a, size_t mended, bool repairs)
{
	if (damage != NULL) {
		char *text = clean_line(damage, strlen(damage), 0);

		(void)buf_addf(out, "The file is damaged: %s.\nMove it away with its -wal, or save what is in it: sqlite3 OLD .recover | sqlite3 NEW\n", text);
		free(text);
		return;
	}
	(void)buf_add_str(out, "The file is whole.\n");
	if (a->wrong == 0) {
		(void)buf_addf(out, "All %llu sums are those of their %llu calls.\n", (unsigned long long)a->slots, (unsigned long long)a->calls);
		return;
	}
	(void)buf_addf(out, "%llu of %llu sums are not those of their calls, on %zu %s.\n", (unsigned long long)a->wrong, (unsigned long long)a->slots,
	    a->n_days, a->n_days == 1 ? "day" : "days");
	if (!repairs) {
		(void)buf_add_str(out, "`sonde store check --repair` counts these days anew.\n");
		return;
	}
	(void)buf_addf(out, "%zu %s counted anew.\n", mended, mended == 1 ? "day was" : "days were");
	if (mended < a->n_days) {
		(void)buf_addf(out, "The calls of %zu are not all there any more: their sums stay as they are.\n", a->n_days - mended);
	}
}

/* The sums, of a file that is whole. */
static bool check_sums(struct task *t, struct audit *a, size_t *mended, struct err *e)
{
	struct writer *w = writer_open(t->dir, e);
	bool ok = w != NULL && audit_run(w, a, e) && (!t->repairs || mend(w, a, mended, e));

	writer_close(w);
	return ok;
}

static bool check(struct task *t, int *status, struct err *e)
{
	struct audit a = { .calls = 0 };
	size_t mended = 0;
	char *damage = NULL;
	bool ok = upkeep_integrity(t->dir, &damage, e) && (damage != NULL || check_sums(t, &a, &mended, e));

	if (ok && t->is_json) {
		check_json(&t->out, damage, &a, mended);
	} else if (ok) {
		check_text(&t->out, damage, &a, mended, t->repairs);
	}
	*status = damage != NULL || mended < a.n_days ? err_exit_status(ERR_CHECK) : 0;
	free(damage);
	audit_free(&a);
	return ok;
}

/* ---- backup, compact, expire ---- */

static bool backup(struct task *t, int *status, struct err *e)
{
	int64_t bytes;

	(void)status;
	if (!upkeep_backup(t->dir, t->path, &bytes, e)) {
		return false;
	}
	if (t->is_json) {
		(void)buf_add_str(&t->out, "{\"path\":");
		json_text_string(&t->out, t->path);
		(void)buf_addf(&t->out, ",\"bytes\":%lld}\n", (long long)bytes);
	} else {
		char *path = clean_line(t->path, strlen(t->path), 0);

		(void)buf_addf(&t->out, "%s: %.1f MiB, whole. To use it, put it in place of sonde.db while nothing has that open.\n", path, mib(bytes));
		free(path);
	}
	return true;
}

static bool compact(struct task *t, int *status, struct err *e)
{
	int64_t before, after;

	(void)status;
	if (!upkeep_compact(t->dir, &before, &after, e)) {
		return false;
	}
	(void)buf_addf(&t->out, t->is_json ? "{\"before_bytes\":%lld,\"after_bytes\":%lld}\n" : "", (long long)before, (long long)after);
	if (!t->is_json) {
		(void)buf_addf(&t->out, "%.1f MiB, before %.1f MiB.\n", mib(after), mib(before));
	}
	return true;
}

static bool expire_all(const char *dir, const struct store_policy *policy, struct expired *done, struct err *e)
{
	struct writer *w = writer_open(dir, e);
	bool is_all = false, ok = w != NULL;

	while (ok && !is_all) {
		ok = expire_slice(writer_sql(w), policy, clock_wall_us(), done, &is_all, e);
	}
	writer_close(w);
	return ok;
}

static bool expire(struct task *t, int *status, struct err *e)
{
	struct config *config = config_load(NULL);
	struct expired done = { 0 };
	bool has_age = config->store.calls_us > 0 || config->store.bodies_us > 0;
	bool ok = config_check(config, e) && (!has_age || expire_all(t->dir, &config->store, &done, e));

	(void)status;
	config_free(config);
	if (ok && t->is_json) {
		(void)buf_addf(&t->out, "{\"calls\":%llu,\"bodies\":%llu,\"runs\":%llu,\"cached_answers\":%llu}\n", (unsigned long long)done.calls,
		    (unsigned long long)done.bodies, (unsigned long long)done.runs, (unsigned long long)done.answers);
	} else if (ok && !has_age) {
		(void)buf_add_str(&t->out, "Nothing gets too old: set store.keep_calls or store.keep_bodies in the configuration.\n");
	} else if (ok) {
		(void)buf_addf(&t->out, "Removed: %llu calls, %llu bodies, %llu runs, %llu cached answers. The sums of the calls are kept.\n",
		    (unsigned long long)done.calls, (unsigned long long)done.bodies, (unsigned long long)done.runs, (unsigned long long)done.answers);
	}
	return ok;
}

/* ---- the command ---- */

static const struct verb {
	const char *name;
	bool (*run)(struct task *t, int *status, struct err *e);
	bool takes_path, repairs;
} verbs[] = {
	{ "stats", stats, false, false },
	{ "check", check, false, true },
	{ "backup", backup, true, false },
	{ "compact", compact, false, false },
	{ "expire", expire, false, false },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0) {
			return &verbs[i];
		}
	}
	return NULL;
}

static int do_task(const struct verb *v, struct task *t)
{
	struct err e = { 0 };
	char *dir = cli_data_dir(&e);
	int status = 0;

	t->dir = dir;
	/* Opening it for writing would make one. */
	struct reader *r = dir != NULL ? reader_open(dir, &e) : NULL;
	bool ok = r != NULL;

	reader_close(r);
	ok = ok && v->run(t, &status, &e);
	free(dir);
	if (!ok) {
		buf_free(&t->out);
		return cli_fail(&e);
	}
	(void)cli_out(buf_str(&t->out), t->out.len);
	buf_free(&t->out);
	return status;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { "repair", no_argument, NULL, 'r' }, { NULL, 0, NULL, 0 } };
	struct task t = { .path = NULL };
	int opt;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		if (opt == '?') {
			return cli_bad_option(&cli_store, argv);
		}
		t.is_json |= opt == 'j';
		t.repairs |= opt == 'r';
	}
	if (optind == argc) {
		return cli_usage(&cli_store, "stats, check, backup, compact or expire?");
	}
	const struct verb *v = find_verb(argv[optind]);
	int n_words = argc - optind - 1;

	if (v == NULL) {
		return cli_usage(&cli_store, "'%.60s' is not stats, check, backup, compact or expire", argv[optind]);
	}
	if (t.repairs && !v->repairs) {
		return cli_usage(&cli_store, "--repair goes with check");
	}
	if (n_words != (v->takes_path ? 1 : 0) || (v->takes_path && argv[optind + 1][0] == '\0')) {
		return cli_usage(&cli_store, v->takes_path ? "backup takes the name of one new file" : "%s takes no more words", v->name);
	}
	t.path = v->takes_path ? argv[optind + 1] : NULL;
	return do_task(v, &t);
}

const struct cli_command cli_store = {
	.name = "store",
	.summary = "figures of the store; check, copy, compact it; remove what is old",
	.usage = "sonde store stats|check [--repair]|backup FILE|compact|expire [--json]",
	.help = "  stats            what is in it, since when, and how much room it takes\n"
		"  check            is the file whole, and are the sums that metrics are made of those of the calls; status 5 when not\n"
		"  backup FILE      a whole copy into a new file, while others go on writing\n"
		"  compact          give back to the disk what is free in the file; others wait while it lasts\n"
		"  expire           remove now what is older than store.keep_calls and store.keep_bodies say\n"
		"  --repair         count days with wrong sums anew\n"
		"  --json           one JSON object\n"
		"\n"
		"Examples: sonde store backup ~/backup/sonde-$(date +%F).db && sonde store check\n",
	.run = run,
};
