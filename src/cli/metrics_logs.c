/* `sonde metrics FILE`: the figures of logs, without a store. */
#include "cli/metrics.h"

#include <unistd.h>

#include "cli/commands.h"
#include "cli/import.h"
#include "gateway/config.h"
#include "metrics/log_summary.h"

static bool read_log(struct log_summary *s, const char *path, struct err *e)
{
	struct ingest_result r = { 0 };
	const char *name;
	int fd = import_open(path, &name, e);
	bool ok = fd >= 0 && log_summary_read(s, fd, &r, e);

	import_tell_bad(name, &r);
	if (ok && r.lines > 0 && r.bad == r.lines) {
		ok = err_set(e, ERR_CHECK, "none of its lines is a call");
	}
	if (fd > STDIN_FILENO) {
		(void)close(fd);
	}
	return ok || err_prefix(e, "%.120s", name);
}

bool metrics_read_logs(struct metrics_options *o, struct metrics **m, struct err *e)
{
	struct config *config = config_load(NULL);
	struct log_summary *s = log_summary_new(&o->query, config->prices);
	bool ok = config_check(config, e); /* else prices of it would be missing without a word */

	*m = NULL;
	for (int i = 0; ok && i < o->n_logs; i++) {
		ok = read_log(s, o->logs[i], e);
	}
	if (ok) {
		*m = log_summary_take(s);
		o->query.from_us = (*m)->from_us;
		o->query.to_us = (*m)->to_us;
	}
	log_summary_free(s);
	config_free(config);
	return ok;
}
