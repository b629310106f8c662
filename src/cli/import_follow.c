/* import_follow - sonde import --follow. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "metrics/follow.h"

static void tell_trouble(void *ctx, const char *path, const struct err *e)
{
	struct err copy = *e;

	(void)ctx;
	(void)err_prefix(&copy, "%.120s", path);
	(void)cli_fail(&copy);
}

/* A name with a slip in it would wait for ever. */
static void tell_missing(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		struct err e = { 0 };

		if (access(paths[i], F_OK) != 0 && errno == ENOENT) {
			(void)err_set(&e, ERR_INTERNAL, "%.200s is not there yet: it is read when it comes", paths[i]);
			(void)cli_fail(&e);
		}
	}
}

bool import_follow(struct import *im, int n, char **paths, struct err *e)
{
	sigset_t signals, before;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	/* They end the process between two transactions, with what it did told. */
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	int stop_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	struct follow *f = stop_fd >= 0 ? follow_new(im->bulk, im->prices, im->format, paths, (size_t)n, tell_trouble, NULL, e) : NULL;

	if (stop_fd < 0) {
		(void)err_set(e, ERR_INTERNAL, "signals cannot be waited for: %s", strerror(errno));
	}
	if (f != NULL) {
		tell_missing(n, paths);
	}
	bool ok = f != NULL && follow_run(f, stop_fd);

	for (int i = 0; ok && i < n; i++) {
		import_tell(im, paths[i], follow_result(f, (size_t)i));
	}
	follow_free(f);
	if (stop_fd >= 0) {
		struct signalfd_siginfo taken;

		/* What was taken for the end of the following must not kill now. */
		while (read(stop_fd, &taken, sizeof(taken)) > 0) {
		}
		(void)close(stop_fd);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ok;
}
