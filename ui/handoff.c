#include "ui/handoff.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/temp.h"

#define NOT_FOUND 127 /* exit status of the shell */

extern char **environ;

static const char *editor(void)
{
	static const char *const names[] = {"VISUAL", "EDITOR"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0') {
			return value;
		}
	}
	return NULL;
}

bool handoff_has_editor(struct err *e)
{
	if (editor() == NULL) {
		err_set(e, ERR_USAGE, "no editor is named");
		return err_hint(e, "set EDITOR before sonde starts, for example: EDITOR=vi sonde");
	}
	return true;
}

static bool write_file(struct handoff *h, const char *text, size_t len, struct err *e)
{
	int fd = temp_file(TEMP_DIR, "prompt", ".md", &h->path, e);

	if (fd < 0) {
		return false;
	}
	bool ok = file_write_fd(fd, text, len) || err_set(e, ERR_INTERNAL, "no file for the editor can be written: %s", strerror(errno));
	struct stat st;

	h->written = fstat(fd, &st) == 0 ? st.st_mtim : (struct timespec){ 0 };
	close(fd);
	return ok;
}

/* The command may have arguments of its own, so the shell takes it apart, and gives way to it: a Ctrl-C is the
 * editor's alone. Signals that the loop holds back are the editor's again. */
static bool spawn(struct handoff *h, struct err *e)
{
	char *command = x_asprintf("exec %s \"$@\"", editor());
	char *argv[] = {(char *)"sh", (char *)"-c", command, (char *)"editor", h->path, NULL};
	posix_spawnattr_t attr;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int rc = posix_spawn(&h->pid, "/bin/sh", NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	free(command);
	if (rc != 0) {
		return err_set(e, ERR_INTERNAL, "the editor cannot be started: %s", strerror(rc));
	}
	h->fd = (int)syscall(SYS_pidfd_open, h->pid, 0);
	if (h->fd < 0) { /* a kernel before 5.3 */
		kill(h->pid, SIGTERM);
		waitpid(h->pid, NULL, 0);
		return err_set(e, ERR_INTERNAL, "the editor cannot be watched: %s", strerror(errno));
	}
	return true;
}

static void forget(struct handoff *h, bool keeps_file)
{
	if (!keeps_file && h->path != NULL) {
		unlink(h->path);
	}
	free(h->path);
	h->path = NULL;
}

bool handoff_start(struct handoff *h, const char *text, size_t len, struct err *e)
{
	h->ends_in_newline = len > 0 && text[len - 1] == '\n';
	if (!handoff_has_editor(e)) {
		return false;
	}
	bool ok = write_file(h, text, len, e) && spawn(h, e);
	if (!ok) {
		forget(h, false);
	}
	return ok;
}

static bool read_back(const struct handoff *h, struct buf *out, struct err *e)
{
	if (!file_read(h->path, out, NULL, e)) {
		return err_prefix(e, "what the editor wrote");
	}
	/* Editors end a file with a newline. */
	if (!h->ends_in_newline && out->len > 0 && out->s[out->len - 1] == '\n') {
		out->s[--out->len] = '\0';
	}
	return true;
}

/* The editor wrote to the file, and it is there. */
static bool was_saved(const struct handoff *h)
{
	struct stat st;

	return stat(h->path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (st.st_mtim.tv_sec != h->written.tv_sec || st.st_mtim.tv_nsec != h->written.tv_nsec);
}

bool handoff_end(struct handoff *h, struct buf *out, struct err *e)
{
	int status = 0;
	bool ok = false;

	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR) {
	}
	close(h->fd);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		ok = read_back(h, out, e);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND) {
		err_set(e, ERR_USAGE, "the editor was not found");
		err_hint(e, "VISUAL or EDITOR names it");
	} else if (WIFEXITED(status)) {
		err_set(e, ERR_USAGE, "the editor ended with status %d", WEXITSTATUS(status));
	} else {
		err_set(e, ERR_USAGE, "the editor was ended by signal %d", WTERMSIG(status));
	}
	bool has_more = !ok && was_saved(h);

	if (has_more) {
		err_hint(e, "what it saved is in %s", h->path);
	}
	if (!ok) {
		buf_free(out);
	}
	forget(h, has_more);
	return ok;
}

void handoff_abandon(struct handoff *h)
{
	kill(h->pid, SIGTERM);
	close(h->fd);
	free(h->path);
}
